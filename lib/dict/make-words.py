#!/usr/bin/env python3
"""Write pack_prime_words.c: words that the coder learns first.

usage: make-words.py dict.txt SCOWL > ../pack_prime_words.c

SCOWL is the directory of word lists of that name (Debian: scowl); the commonest
English words are in english-words.10.  Each stands there once.

dict.txt is the word list of jieba (MIT licence, Debian: python3-jieba): a word,
how often it came and its kind on each line.  Words stand in a message as often
as the square root of that says, so that there are many; what a message says is
learnt from those that people wrote, which come later.  The lines are those of
make-prime.py.
"""
import random
import sys

WORDS = 20000
MESSAGES = 750
PER_MESSAGE = 8


def english(directory):
    words = []
    for kind in ("english-words", "american-words", "english-contractions"):
        try:
            with open(f"{directory}/{kind}.10", encoding="latin-1") as f:
                words += [w for w in f.read().split()
                          if w.isascii() and len(w) > 1
                          and not w.endswith("'s")]
        except FileNotFoundError:
            pass
    random.Random(5).shuffle(words)
    return [" ".join(words[i:i + 10]) for i in range(0, len(words), 10)]


def chinese(path):
    words = []
    for line in open(path, encoding="utf-8"):
        word, count, *_ = line.split()
        if len(word) <= 4 and all("\u4e00" <= c <= "\u9fff" for c in word):
            words.append((int(count), word))
    words.sort(reverse=True)
    words = words[:WORDS]
    drawn = random.Random(11).choices(
        [w for _, w in words], [n ** 0.5 for n, _ in words],
        k=MESSAGES * PER_MESSAGE)
    return ["".join(drawn[i * PER_MESSAGE:(i + 1) * PER_MESSAGE])
            for i in range(MESSAGES)]


def main():
    texts = english(sys.argv[2]) + chinese(sys.argv[1])
    print("/* Made by lib/dict/make-words.py: change that, not this. */")
    print('#include "pack_prime.h"\n')
    print("const char *const pack_prime_words[] = {")
    print('\t"-",')
    for i, text in enumerate(texts):
        at = 1600000000 + i * 5000
        print(f'\t"2\\t{i + 1}\\t{at}\\t20:+8613800000000\\t21#1\\t22:'
              f'{text}\\t23#1",')
        if i % 8 == 7:
            print('\t"=",')
    print("\tNULL,\n};")


main()
