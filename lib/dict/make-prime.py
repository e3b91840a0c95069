#!/usr/bin/env python3
"""Write pack_prime_lines.c: the records that the coder learns first.

usage: make-prime.py DIRECTORY zh.txt > ../pack_prime_lines.c

DIRECTORY has JSON Lines: contacts_en, contacts_zh, calls_en, calls_zh and
sms_en, of free sources: see NOTICE.  zh.txt is our own: Chinese messages, one
a line.  A line of the result is a record: kind, id, seconds, and fields as
TAG:TEXT or TAG#INTEGER, with tabs between.  "=" begins a batch, "-" one
before which nothing is known.
"""
import json
import random
import sys

LABELS = {"mobile": 1, "home": 2, "work": 3}
CONTACTS = 1500
CALLS = 700
STEPS = 8


def text(tag, value):
    return [f"{tag}:{value}"] if value else []


def contact(c):
    out = text(1, c.get("name"))
    phones = c.get("phones", [])
    for p in phones:
        out += text(2, p.get("n"))
    for p in phones:
        out += text(3, p.get("e164"))
    for p in phones:
        out.append(f"4#{LABELS.get(p.get('t'), 4)}")
    if c.get("email"):
        out += text(5, c["email"]["a"])
        out.append(f"6#{LABELS.get(c['email']['t'], 4)}")
    for key, tag in (("org", 7), ("title", 8), ("bday", 9), ("addr", 10),
                     ("note", 11)):
        out += text(tag, c.get(key))
    if c.get("star"):
        out.append("12#1")
    return (1, 0, out)


def call(c):
    return (3, c["ts"], [f"20:{c['peer']}", f"21#{c['type']}",
                         f"26#{c['dur']}"])


def message(m):
    body = " ".join(m["body"].split("\t")).strip("\r\n")
    return (2, m["ts"], [f"20:{m['peer']}", f"21#{m['dir']}", f"22:{body}",
                         f"23#{m['read']}"])


def read(directory, name):
    with open(f"{directory}/{name}.jsonl", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def chinese(path, calls, rng):
    """Our own texts, with the peers and gaps of the calls."""
    at = 1690000000
    for line in open(path, encoding="utf-8"):
        body = line.strip()
        if not body:
            continue
        at += int(rng.expovariate(1 / 4000)) + 5
        yield {"ts": at, "peer": rng.choice(calls)["peer"],
               "dir": rng.choice((1, 2)), "read": 1, "body": body}


def emit(batches):
    """Lines of batches: lists of records, and whether all is forgotten."""
    ids = {}
    for records, fresh in batches:
        yield "-" if fresh else "="
        for kind, ts, fields in records:
            ids[kind] = ids.get(kind, 0) + 1
            yield "\t".join([str(kind), str(ids[kind]), str(ts)] + fields)


def cut(records, sizes, rng):
    out = []
    while records:
        n = rng.choice(sizes)
        out.append(records[:n])
        records = records[n:]
    return out


def language(contacts, messages, calls, rng):
    """One phone: contacts, then messages and calls; some batches alone."""
    batches = [(b, False) for b in cut(contacts, (1, 1, 12, 40), rng)]
    half = len(batches) // 2
    alone = [(b[:1], True) for b, _ in batches[half:half + 60]]
    stream = sorted(messages + calls, key=lambda r: r[1])
    rest = [(b, False) for b in cut(stream, (1, 1, 1, 6, 10, 12, 40), rng)]
    every = [(([rng.choice(stream)]), True) for _ in range(150)]
    return batches, rest, alone + every


def main():
    rng = random.Random(7)
    d = sys.argv[1]
    parts = []
    for lang in ("zh", "en"):
        calls = read(d, "calls_" + lang)
        if lang == "en":
            texts = read(d, "sms_en")
        else:
            texts = list(chinese(sys.argv[2], calls, rng))
        parts.append(language(
            [contact(c) for c in read(d, "contacts_" + lang)[:CONTACTS]],
            [message(m) for m in texts], [call(c) for c in calls[:CALLS]],
            rng))
    batches = []
    # What stands last weighs most: the languages take turns, each time as a
    # phone of which nothing is known.
    for i in range(STEPS):
        for contacts, stream, _ in parts:
            first = len(batches)
            for p in (contacts, stream):
                batches += p[i * len(p) // STEPS:(i + 1) * len(p) // STEPS]
            batches[first] = (batches[first][0], True)
    for singles in zip(*(p[2] for p in parts)):
        batches += singles
    print("/* Made by lib/dict/make-prime.py: change that, not this. */")
    print('#include "pack_prime.h"\n')
    print("const char *const pack_prime_lines[] = {")
    for line in emit(batches):
        quoted = line.replace("\\", "\\\\").replace('"', '\\"')
        quoted = quoted.replace("\t", "\\t").replace("??", "?\\?")
        print(f'\t"{quoted}",')
    print("\tNULL,\n};")


main()
