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
CALLS = 2000
STEPS = 8
BACKWARDS = 1  # of 4 steps: the newest first, as in a first backup


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
    for records, fresh in batches:
        yield "-" if fresh else "="
        for kind, number, ts, fields in records:
            yield "\t".join([str(kind), str(number), str(ts)] + fields)


def cut(records, sizes, rng):
    out = []
    while records:
        n = rng.choice(sizes)
        out.append(records[:n])
        records = records[n:]
    return out


def apart(records, n, rng):
    """n of them, to be learnt alone; and the others.  None comes twice: that
    teaches the coder to trust what it has seen before."""
    alone = set(rng.sample(range(len(records)), n))
    return ([([r], True) for i, r in enumerate(records) if i in alone],
            [r for i, r in enumerate(records) if i not in alone])


def together(messages, calls):
    """As in one phone: the calls at their hours, from the first message on."""
    if not messages or not calls:
        return messages + calls
    days = (messages[0][2] - calls[0][2]) // 86400
    calls = [(k, n, t + days * 86400, f) for k, n, t, f in calls]
    return sorted(messages + calls, key=lambda r: r[2])


def language(contacts, messages, calls, rng):
    """Steps of batches, each step a phone of which nothing is known; and some
    batches alone."""
    kinds, alone = [], []
    for records, n in ((contacts, 60), (messages, 100), (calls, 75)):
        records = [(r[0], i + 1, *r[1:]) for i, r in enumerate(records)]
        some, records = apart(records, n, rng)
        kinds.append(records)
        alone += some
    steps = []
    for i in range(STEPS):
        c, m, l = (k[i * len(k) // STEPS:(i + 1) * len(k) // STEPS]
                   for k in kinds)
        if i % 4 == BACKWARDS:
            m, l = m[::-1], l[::-1]
        step = [(b, False) for b in cut(c, (1, 1, 12, 40), rng)]
        for stream in (m, l) if i % 2 else (together(m, l),):
            step += [(b, False)
                     for b in cut(stream, (1, 1, 1, 6, 10, 12, 40), rng)]
        step[0] = (step[0][0], True)
        steps.append(step)
    return steps, alone


def main():
    rng = random.Random(8)
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
    # What stands last weighs most: the languages take turns.
    for steps in zip(*(p[0] for p in parts)):
        for step in steps:
            batches += step
    for singles in zip(*(p[1] for p in parts)):
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
