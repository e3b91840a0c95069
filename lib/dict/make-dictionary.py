#!/usr/bin/env python3
"""Write pack_dict.c from free texts: see NOTICE.

usage: make-dictionary.py MESSAGES.jsonl zh.txt > ../pack_dict.c

MESSAGES.jsonl has one JSON object a line with a "body".  The dictionary holds
the messages whose five-letter runs are the most common in all of them, the
best nearest to the end, where deflate reaches them with the fewest bits.
"""
import json
import sys
from collections import Counter

SIZE = 32000
ENGLISH = 22000


def grams(text):
    return [text[i:i + 5] for i in range(len(text) - 4)]


def pick(bodies):
    count = Counter()
    for b in bodies:
        count.update(set(grams(b)))
    seen, chosen, total = set(), [], 0
    pool = [b for b in bodies if 12 <= len(b) <= 160 and b.isascii()]
    # Greedy in rounds: what earlier picks cover is worth nothing again.
    while pool and total < ENGLISH:
        scored = sorted(
            ((sum(count[g] for g in set(grams(b)) - seen) / (len(b) + 4), b)
             for b in pool), reverse=True)
        for score, b in scored[:25]:
            chosen.append(b)
            total += len(b) + 1
            seen.update(grams(b))
        gone = {b for _, b in scored[:25]}
        pool = [b for b in pool if b not in gone]
    chosen.reverse()
    return "\n".join(chosen).encode()[-ENGLISH:]


def main():
    bodies = [json.loads(line)["body"] for line in open(sys.argv[1])]
    chinese = open(sys.argv[2], "rb").read()
    both = (chinese + pick(bodies))[-SIZE:]
    print("/* Made by lib/dict/make-dictionary.py: change that, not this. */")
    print('#include "pack_internal.h"\n')
    print(f"const size_t pack_dictionary_len = {len(both)};")
    print(f"const uint8_t pack_dictionary[{len(both)}] = {{")
    for i in range(0, len(both), 16):
        print("\t" + " ".join(f"{c}," for c in both[i:i + 16]))
    print("};")


main()
