#!/usr/bin/env python3
"""Write pack_characters.c: the 4096 commonest characters that are no ASCII.

usage: make-characters.py dict.txt zh.txt > ../pack_characters.c

dict.txt is jieba's list of Chinese words with counts (Debian's python3-jieba);
zh.txt is our own Chinese text.  Punctuation, letters of European languages
and emoji are put in by hand.
"""
import sys
from collections import Counter

FIRST = "，。！？、：～…的我你了是不在好一有吗"
HAND = ("；“”‘’（）《》【】—·「」　￥％＋－＝／＠＆＊＃"
        "£€éèêëáàâäãåçñíìîïóòôöõøúùûüßæœÉÈÁÀÄÅÇÑÍÓÖØÚÜ¿¡°²³½©®™•«»–"
        "😂😊😭😘😁👍😄😅🤣❤️🙏😍😀😃😉😜😢😎😴🙂🤔👌🎉💕😡😱🌹🌙☀️🎂💪👏😋🤗😆"
        "😳🙈💋🌟✨🔥🎁☺️🥰😏😒😔😓🤭🐶🍎🚗✅❌♥️★☆①②③④⑤０１２３４５６７８９")


def main():
    count = Counter()
    for line in open(sys.argv[1], encoding="utf-8"):
        word, n = line.split(" ")[:2]
        for c in word:
            count[c] += int(n) + 1
    total = sum(count.values())
    # What people write to one another counts as much as the news do.
    own = Counter(c for c in open(sys.argv[2], encoding="utf-8").read()
                  if ord(c) > 127)
    weight = total / max(1, sum(own.values()))
    for c, n in own.items():
        count[c] += int(n * weight)
    seen, ranked = set(), []
    for c in FIRST + HAND:
        if c not in seen:
            seen.add(c)
            ranked.append(c)
    rest = sorted((c for c in count if 0x4e00 <= ord(c) < 0xa000),
                  key=lambda c: (-count[c], c))
    first = [c for c in rest[:90] if c not in seen]
    # The 128 commonest share one first octet.
    head = [c for c in FIRST] + first
    head = head[:100]
    seen = set(head)
    tail = [c for c in ranked if c not in seen]
    seen.update(tail)
    head += tail[:28]
    out = head + [c for c in rest if c not in seen][:384]
    out += [c for c in tail if c not in out]
    seen = set(out)
    out += [c for c in rest if c not in seen]
    out = out[:4096]
    assert len(set(out)) == 4096
    print("/* Made by lib/dict/make-characters.py: change that, not this. */")
    print('#include "pack_internal.h"\n')
    print("const uint32_t pack_characters[PACK_CHARACTERS] = {")
    for i in range(0, 4096, 8):
        print("\t" + " ".join(f"0x{ord(c):x}," for c in out[i:i + 8]))
    print("};")


main()
