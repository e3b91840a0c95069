"""Each export format, read back by a reader that is not ours, and compared
field by field with what was put in.  TAP on standard output."""
import base64, csv, datetime, io, json, mailbox, os, random, subprocess, sys
import tempfile, warnings, xml.etree.ElementTree as ET, zipfile
from email.header import decode_header, make_header
import icalendar, vobject

program = sys.argv[1]
rng = random.Random(20260503)
number = 0
failed = 0


def ok(good, why, details=""):
    global number, failed
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {why}")
    if not good:
        failed = 1
        for line in str(details).splitlines()[:12]:
            print("# " + line[:300])


def same(why, got, want):
    """Lists, compared item by item."""
    got, want = list(got), list(want)
    bad = [(i, g, w) for i, (g, w) in enumerate(zip(got, want)) if g != w]
    ok(len(got) == len(want) and len(want) > 0 and not bad, f"{why} ({len(want)})",
       f"{len(got)} of {len(want)}, {len(bad)} differ\n" +
       "\n".join(f"{i}\n got:  {g!r}\n want: {w!r}" for i, g, w in bad[:3]))


# ---- records, of every script and sign ----
words = ["Hello", "world", "äö", "你好", "短信备份", "😀", "👩‍👩‍👧", "a,b", "c;d", 'say "hi"',
         "it's", "back\\slash", "<tag>&amp;", "=1+2", "+cmd", "-x", "@y", "From here",
         "%20", "\\n", "end.", "联系人，备注；", "🇫🇮", "x" * 90, "长" * 60]


def text(lines=True, most=8):
    t = rng.choice([" ", "", ", ", "; "]).join(
        rng.choice(words) for _ in range(rng.randint(1, most)))
    if lines and rng.random() < .4:
        t = t.replace(" ", "\n", 1) + rng.choice(["", "\n", "\nFrom me\n\nx"])
    return t.strip(" ") or "x"


def phone_number():
    return rng.choice(["+358", "+86", "0"]) + "".join(rng.choice("0123456789") for _ in range(9))


def when():
    return rng.randint(1_000_000_000, 1_900_000_000) * 1000 + rng.randint(0, 999)


def make(kind, n, fields):
    return [{"kind": kind, "phone": rng.randint(1, 3), "id": i + 1 + rng.choice([0, 1 << 31]),
             "time-ms": when(), "fields": fields(i)} for i in range(n)]


def contact(i):
    f = [["name", text(lines=False)]] if rng.random() < .95 else []
    for _ in range(rng.randint(0, 4)):
        f += [["number", phone_number()], ["number-type", rng.randint(1, 4)]]
    for _ in range(rng.randint(0, 2)):
        f += [["email", f"u{rng.randint(0, 9999)}@example.org"], ["email-type", rng.randint(2, 4)]]
    for tag in ("organization", "title", "note"):
        if rng.random() < .4:
            f.append([tag, text(lines=tag == "note")])
    if rng.random() < .3:
        f.append(["birthday", rng.choice(["1980-02-29", "--05-03"])])
    if rng.random() < .3:
        f.append(["address", text()])
    return f or [["number", "112"], ["number-type", 1]]


def message(i):
    f = [["peer", phone_number()], ["direction", rng.randint(1, 3)], ["body", text()],
         ["read", rng.randint(0, 1)], ["status", rng.choice([-1, 0, 32, 64])]]
    if rng.random() < .5:
        f.append(["sent", when()])
    if rng.random() < .2:
        f.append(["subject", text(lines=False)])
    if i % 7 == 0:
        f.append(["peer", phone_number()])
        f += [["part-type", "image/jpeg"], ["part-name", "照片 1.jpg"], ["part-file", rng.randint(1, 9)],
              ["part-type", "text/plain"], ["part-name", "-"], ["part-file", 0], ["part-text", text()]]
    return f


def call(i):
    return [["peer", phone_number() if rng.random() < .95 else "-2"], ["direction", rng.randint(1, 6)],
            ["duration", rng.choice([0, rng.randint(1, 9000)])], ["presentation", rng.randint(1, 4)]]


def event(i):
    start = rng.randint(12000, 22000) * 86400_000
    f = [["summary", text(lines=False)]]
    if rng.random() < .2:
        return f + [["start", start], ["end", start + 86400_000 * rng.randint(1, 5)], ["all-day", 1]]
    start += rng.randint(0, 1439) * 60000
    f += [["start", start], ["end", start + rng.randint(1, 600) * 60000]]
    if rng.random() < .5:
        f.append(["description", text()])
    if rng.random() < .5:
        f.append(["place", text(lines=False)])
    if rng.random() < .3:
        f += [["rrule", rng.choice(["FREQ=WEEKLY;COUNT=10", "FREQ=DAILY;INTERVAL=2", "FREQ=YEARLY"])],
              ["time-zone", rng.choice(["Europe/Helsinki", "Asia/Shanghai", "America/New_York"])]]
    if rng.random() < .3:
        f.append(["alarm", rng.choice([0, 15, 1440])])
    if rng.random() < .3:
        f.append(["attendee", "a@example.org"])
    return f


def note(i):
    return [["summary", text(lines=False)], ["description", text()]]


# Unknown to any format but these must take it: signs that XML cannot say.
odd = {"kind": "message", "phone": 1, "id": 5, "time-ms": 1700000000123, "fields": [
    ["peer", "+35840"], ["direction", 1], ["body", "bell\x07 and \ufffe"]]}

data = {"contact": make("contact", 1000, contact), "message": make("message", 1000, message),
        "call": make("call", 1000, call), "calendar": make("calendar", 1000, event),
        "note": make("note", 1000, note)}


def export(form, kind, records=None):
    records = data[kind] if records is None else records
    lines = "".join(json.dumps(r) + "\n" for r in records)
    args = [program, form] + ([kind, str(len(records))] if kind else [])
    return subprocess.run(args, input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout


def all_of(r, tag):
    return [v for t, v in r["fields"] if t == tag]


def one(r, tag, fallback=None):
    return next(iter(all_of(r, tag)), fallback)


def name_of(n):
    return f'Name; of, "{n}" 名字 😀' if n and n[-1] in "02468" else None


def iso(ms):
    return datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)


def iso_text(ms):
    return iso(ms).strftime("%Y-%m-%dT%H:%M:%SZ")


def lf(t):
    return t.replace("\r\n", "\n")


# ---- vCard ----
kinds_of_label = {1: "CELL", 2: "HOME", 3: "WORK", 4: "VOICE"}


def want_card(r):
    shown = one(r, "name") or one(r, "organization") or one(r, "number") or one(r, "email") or "?"
    return {"fn": shown, "given": shown,
            "tel": [(n, kinds_of_label[t]) for n, t in zip(all_of(r, "number"), all_of(r, "number-type"))],
            "email": [(m, {2: "HOME", 3: "WORK", 4: None}[t])
                      for m, t in zip(all_of(r, "email"), all_of(r, "email-type"))],
            "org": one(r, "organization"), "title": one(r, "title"), "note": one(r, "note"),
            "adr": all_of(r, "address"), "bday": one(r, "birthday")}


def got_card(c, four):
    get = lambda k: c.contents.get(k, [])
    first = lambda k: get(k)[0].value if get(k) else None
    types = lambda l: [t.upper() for t in l.params.get("TYPE", [])]
    bday = first("bday")
    if four and bday:
        bday = f"--{bday[2:4]}-{bday[4:6]}" if bday.startswith("--") else f"{bday[:4]}-{bday[4:6]}-{bday[6:]}"
    return {"fn": first("fn"), "given": c.n.value.given, "tel": [(l.value, types(l)[0]) for l in get("tel")],
            "email": [(l.value, next((t for t in types(l) if t != "INTERNET"), None)) for l in get("email")],
            "org": first("org")[0] if get("org") else None, "title": first("title"), "note": first("note"),
            "adr": [l.value.street for l in get("adr")], "bday": bday}


def vcard(form):
    octets = export(form, "contact")
    long = [l for l in octets.split(b"\r\n") if len(l) > 75]
    ok(octets.count(b"\n") == octets.count(b"\r\n") and not long,
       f"{form}: lines end in CRLF and have at most 75 octets", long[:2])
    for l in octets.split(b"\r\n"):
        l.decode()
    cards = vobject.readComponents(octets.decode())
    same(f"{form}: vobject reads every contact", (got_card(c, form == "vcard4") for c in cards),
         (want_card(r) for r in data["contact"]))


# ---- SMS Backup & Restore ----
def want_sms(r):
    peers = all_of(r, "peer")
    w = {"date": str(r["time-ms"]), "box": str(one(r, "direction")), "read": str(one(r, "read")),
         "subject": one(r, "subject", "null"), "address": "~".join(peers),
         "contact_name": name_of(peers[0]) or "(Unknown)", "readable_date": iso_text(r["time-ms"])}
    if len(peers) == 1:
        return {**w, "body": one(r, "body"), "status": str(one(r, "status")),
                "date_sent": str(one(r, "sent", 0))}
    sent = one(r, "direction") != 1
    f = all_of(r, "part-file")[0]
    return {**w, "date_sent": str(one(r, "sent", 0) // 1000), "parts": [
        ("text/plain", "null", one(r, "body"), None),
        ("image/jpeg", "照片 1.jpg", "null", bytes((7 * i + f) % 256 for i in range(700 * f))),
        ("text/plain", "null", one(r, "part-text"), None)],
        "from": "insert-address-token" if sent else peers[0], "to": peers if sent else peers[1:]}


def got_sms(e):
    g = {k: e.get(k) for k in ("date", "read", "address", "contact_name", "readable_date", "date_sent")}
    if e.tag == "sms":
        return {**g, "box": e.get("type"), "body": e.get("body"), "status": e.get("status"),
                "subject": e.get("subject")}
    assert e.tag == "mms"
    return {**g, "box": e.get("msg_box"), "subject": e.get("sub"),
            "parts": [(p.get("ct"), p.get("name"), p.get("text"),
                       base64.b64decode(p.get("data"), validate=True) if p.get("data") is not None else None)
                      for p in e.find("parts")],
            "from": next(a.get("address") for a in e.find("addrs") if a.get("type") == "137"),
            "to": [a.get("address") for a in e.find("addrs") if a.get("type") == "151"]}


def sms_xml():
    octets = export("xml", "message")
    lint = subprocess.run(["xmllint", "--noout", "--huge", "-"], input=octets, capture_output=True)
    ok(lint.returncode == 0, "xml: xmllint finds the messages well-formed", lint.stderr.decode())
    root = ET.fromstring(octets)
    ok(root.tag == "smses" and root.get("count") == str(len(root)), "xml: as many messages as it says")
    same("xml: ElementTree reads every message", (got_sms(e) for e in root), (want_sms(r) for r in data["message"]))
    ok(all(e.get(k).lstrip("-").isdigit() for e in root.iter("sms")
           for k in ("date", "locked", "read", "status", "type")),
       "xml: what Fossify Messages wants to be numbers are numbers")
    ok("😀".encode() in octets and b"&#55357;" not in octets, "xml: emoji are characters, not surrogates")
    body = ET.fromstring(export("xml", "message", [odd]))[0].get("body")
    ok(body == "bell\ufffd and \ufffd", "xml: signs that XML cannot say are replaced", repr(body))
    root = ET.fromstring(export("xml", "call"))
    same("xml: ElementTree reads every call",
         ((e.tag, e.get("number"), e.get("date"), e.get("type"), e.get("duration"), e.get("presentation"),
           e.get("contact_name")) for e in root),
         (("call", one(r, "peer"), str(r["time-ms"]), str(one(r, "direction")), str(one(r, "duration")),
           str(one(r, "presentation")), name_of(one(r, "peer")) or "(Unknown)") for r in data["call"]))


# ---- iCalendar ----
def flaw(t):
    """icalendar 4.0 reads an escaped backslash before n as a line break; that
    the octets are right, vobject says below."""
    return t and t.replace("\\n", "\n")


def want_event(r):
    t = lambda ms: iso(ms).date() if one(r, "all-day") else iso(ms)
    return {"uid": f"smsvault-{r['phone']}-4-{r['id']}", "summary": flaw(one(r, "summary")),
            "start": t(one(r, "start")), "end": t(one(r, "end")), "place": flaw(one(r, "place")),
            "description": flaw(one(r, "description")),
            "rrule": one(r, "rrule"), "zone": one(r, "time-zone"), "alarm": one(r, "alarm"),
            "attendee": one(r, "attendee")}


def got_event(e):
    t = lambda v: v.dt.astimezone(datetime.timezone.utc) if isinstance(v.dt, datetime.datetime) else v.dt
    s = lambda k: str(e[k]) if k in e else None
    alarm = next((a["TRIGGER"].dt for a in e.walk("VALARM")), None)
    return {"uid": s("UID"), "summary": s("SUMMARY"), "start": t(e["DTSTART"]), "end": t(e["DTEND"]),
            "place": s("LOCATION"), "description": s("DESCRIPTION"),
            "rrule": e["RRULE"].to_ical().decode() if "RRULE" in e else None,
            "zone": e["DTSTART"].params.get("TZID"),
            "alarm": None if alarm is None else int(-alarm.total_seconds() // 60),
            "attendee": e["ATTENDEE"].removeprefix("mailto:") if "ATTENDEE" in e else None}


def ics():
    octets = export("ics", "calendar")
    long = [l for l in octets.split(b"\r\n") if len(l) > 75]
    bare = [l for l in octets.split(b"\r\n") if b"\n" in l or b"\r" in l]
    ok(not bare and not long, "ics: lines end in CRLF and have at most 75 octets", long[:2] + bare[:2])
    cal = icalendar.Calendar.from_ical(octets)
    ok(str(cal["VERSION"]) == "2.0" and "PRODID" in cal and len(cal.errors) == 0,
       "ics: a calendar without errors", cal.errors)
    same("ics: icalendar reads every event", (got_event(e) for e in cal.walk("VEVENT")),
         (want_event(r) for r in data["calendar"]))
    used = {one(r, "time-zone") for r in data["calendar"]} - {None}
    ok({str(z["TZID"]) for z in cal.walk("VTIMEZONE")} == used, "ics: the rules of each zone are there, once")
    cal = icalendar.Calendar.from_ical(export("ics", "call"))
    same("ics: icalendar reads every call",
         ((e["DTSTART"].dt, e["DTEND"].dt if "DTEND" in e else e["DTSTART"].dt, str(e["DESCRIPTION"]))
          for e in cal.walk("VEVENT")),
         ((iso(r["time-ms"]), iso(r["time-ms"]) + datetime.timedelta(seconds=one(r, "duration")), one(r, "peer"))
          for r in data["call"]))
    texts = lambda e: tuple(e.contents[k][0].value if k in e.contents else None
                            for k in ("summary", "description", "location"))
    want = lambda r: tuple(one(r, k) for k in ("summary", "description", "place"))
    same("ics: vobject reads every event's texts",
         map(texts, vobject.readOne(octets.decode()).vevent_list), map(want, data["calendar"]))
    same("ics: vobject reads every note", map(texts, vobject.readOne(export("ics", "note").decode()).vjournal_list),
         map(want, data["note"]))


# ---- CSV ----
def guarded(t):
    number = t[:1] == "+" and t[1:] and not t[1:].strip("0123456789 ")
    return "'" + t if t[:1] and t[0] in "=+-@\t\r" and not number else t


def table(kind):
    octets = export("csv", kind)
    ok(octets.startswith(b"\xef\xbb\xbf"), f"csv: {kind}: the mark that Excel wants")
    return list(csv.DictReader(io.StringIO(octets.decode("utf-8-sig"), newline=""), strict=True))


def cells():
    labels = ["", "mobile", "home", "work", "other"]
    rows = table("contact")
    same("csv: python reads every contact",
         ({k: r[k] for k in ("phone", "id", "time", "name", "number", "number-type", "email", "email-type",
                             "organization", "note", "address", "birthday")} for r in rows),
         ({"phone": str(r["phone"]), "id": str(r["id"]), "time": iso_text(r["time-ms"]),
           "name": guarded(one(r, "name", "")), "number": guarded(" ::: ".join(all_of(r, "number"))),
           "number-type": " ::: ".join(labels[t] for t in all_of(r, "number-type")),
           "email": " ::: ".join(all_of(r, "email")),
           "email-type": " ::: ".join(labels[t] for t in all_of(r, "email-type")),
           "organization": guarded(one(r, "organization", "")), "note": guarded(one(r, "note", "")),
           "address": guarded(one(r, "address", "")), "birthday": guarded(one(r, "birthday", ""))}
          for r in data["contact"]))
    cells = [c for r in rows for c in r.values()]
    ok(any(c.startswith("'=") for c in cells) and
       not any(c[:1] in "=@-\t" for c in cells if c) and
       all(not c[1:].strip("0123456789 ") for c in cells if c[:1] == "+"),
       "csv: no cell is a formula")
    same("csv: python reads every message",
         ((r["peer"], r["direction"], r["body"], r["contact"], r["sent"]) for r in table("message")),
         ((" ::: ".join(all_of(r, "peer")) if len(all_of(r, "peer")) == 1 else guarded(" ::: ".join(all_of(r, "peer"))),
           ["", "received", "sent", "draft"][one(r, "direction")], guarded(one(r, "body")),
           name_of(one(r, "peer")) or "", iso_text(one(r, "sent")) if one(r, "sent") else "")
          for r in data["message"]))
    same("csv: python reads every call", ((r["peer"], r["direction"], r["duration"]) for r in table("call")),
         ((guarded(one(r, "peer")), ["", "incoming", "outgoing", "missed", "voicemail", "rejected", "refused"]
           [one(r, "direction")], str(one(r, "duration"))) for r in data["call"]))


# ---- JSON ----
lists = {"number", "number-type", "email", "email-type", "address", "peer", "part-type", "part-name",
         "part-file", "part-text", "alarm", "attendee"}


def want_json(r):
    o = {"kind": r["kind"], "phone": r["phone"], "id": r["id"], "time": iso_text(r["time-ms"]),
         "time-ms": r["time-ms"]}
    for tag, v in r["fields"]:
        if tag in lists:
            o.setdefault(tag, []).append(v)
        else:
            o[tag] = v
    return o


def jsons():
    for kind in data:
        same(f"json: python reads every {kind}", json.loads(export("json", kind)),
             (want_json(r) for r in data[kind]))
    same("jsonl: python reads every message, a line each",
         (json.loads(l) for l in export("jsonl", "message").split(b"\n")[:-1]),
         (want_json(r) for r in data["message"]))
    ok(json.loads(export("json", "call", [])) == [], "json: none is an empty list")
    sha = {"kind": "file", "phone": 1, "id": 9, "time-ms": 0, "fields": [["file-name", "x"]] +
           [["file-sha256", int.from_bytes(bytes([0x80 | i] * 8), "big", signed=True)] for i in range(4)]}
    ok(json.loads(export("json", "file", [sha]))[0]["file-sha256"] == "".join(f"{0x80 | i:02x}" * 8 for i in range(4)),
       "json: a file's digest is written as people compare it")


# ---- mbox ----
def mails(kind):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "mbox")
        with open(path, "wb") as f:
            f.write(export("mbox", kind))
        out = []
        for m in mailbox.mbox(path):
            subject = str(make_header(decode_header(m["Subject"])))
            body = m.get_payload(decode=True).decode()
            lines = [l[1:] if l.lstrip(">").startswith("From ") and l.startswith(">") else l
                     for l in body.split("\n")]
            out.append((subject, m["X-smssync-datatype"],
                        str(make_header(decode_header(m["X-smssync-address"]))), m["X-smssync-type"],
                        m["X-smssync-date"], "\n".join(lines).rstrip("\n"),
                        m["X-smssync-duration"]))
        return out


def mbox():
    same("mbox: mailbox reads every message", mails("message"),
         ((" ".join(("SMS with " + (name_of(one(r, "peer")) or one(r, "peer"))).split()), "SMS", one(r, "peer"),
           str(one(r, "direction")), str(r["time-ms"]), one(r, "body").rstrip("\n"), None)
          for r in data["message"]))
    same("mbox: and every call", [m[:5] + m[6:] for m in mails("call")],
         [(" ".join(("Call with " + (name_of(one(r, "peer")) or one(r, "peer"))).split()), "CALLLOG", one(r, "peer"),
           str(one(r, "direction")), str(r["time-ms"]), str(one(r, "duration"))) for r in data["call"]])


# ---- zip ----
def zips():
    octets = export("zip", None, data["contact"])
    z = zipfile.ZipFile(io.BytesIO(octets))
    ok(z.testzip() is None, "zip: every file in it is whole")
    same("zip: names of any script, none that leaves its place", z.namelist(),
         ["DCIM/__/照片/C_/wärst 😀_.jpg", "contacts.csv"])
    ok(z.read(z.namelist()[0]) == bytes((7 * i + 1000) % 256 for i in range(700000)),
       "zip: a file's octets as they were")
    rows = list(csv.DictReader(io.StringIO(z.read("contacts.csv").decode("utf-8-sig"), newline="")))
    ok(len(rows) == 1000, "zip: records in it", len(rows))
    ok(len(octets) < 700000 // 4, "zip: it is compressed", len(octets))


warnings.simplefilter("ignore")
for work in (lambda: vcard("vcard3"), lambda: vcard("vcard4"), sms_xml, ics, cells, jsons, mbox, zips):
    try:
        work()
    except Exception as e:
        import traceback
        ok(False, "a reader stumbled", traceback.format_exc())
print(f"1..{number}")
sys.exit(failed)
