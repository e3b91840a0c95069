#!/usr/bin/env python3
"""A second implementation of smsvault-wire(7), to make its test vectors.

Written from the page, in plain Python, with its own AES, SIV and X25519, so
that the vectors do not come from the code that they test.  Slow, and not
constant in time: for test vectors only.

    second.py            print frames.txt
    second.py FILE...    exit 1 unless frames.txt is FILE, octet for octet
"""
import hashlib
import hmac
import sys

# ---- AES (FIPS 197), encryption only ----


def _sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p ^= ((p << 1) ^ (0x11B if p & 0x80 else 0)) & 0x1FF
        p &= 0xFF
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        x = q
        for i in range(1, 5):
            x ^= (q << i | q >> (8 - i)) & 0xFF
        box[p] = x ^ 0x63
        if p == 1:
            break
    box[0] = 0x63
    return box


SBOX = _sbox()


def xtime(b):
    return (b << 1 ^ (0x11B if b & 0x80 else 0)) & 0xFF


def expand(key):
    nk = len(key) // 4
    w = [list(key[4 * i:4 * i + 4]) for i in range(nk)]
    rcon = 1
    for i in range(nk, 4 * (nk + 7)):
        t = list(w[i - 1])
        if i % nk == 0:
            t = [SBOX[b] for b in t[1:] + t[:1]]
            t[0] ^= rcon
            rcon = xtime(rcon)
        elif nk > 6 and i % nk == 4:
            t = [SBOX[b] for b in t]
        w.append([a ^ b for a, b in zip(w[i - nk], t)])
    return [sum(w[4 * i:4 * i + 4], []) for i in range(nk + 7)]


def aes(key, block):
    keys = expand(key)
    s = [a ^ b for a, b in zip(block, keys[0])]
    for r, k in enumerate(keys[1:], 1):
        s = [SBOX[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if r < len(keys) - 1:
            t = []
            for c in range(0, 16, 4):
                col = s[c:c + 4]
                both = col[0] ^ col[1] ^ col[2] ^ col[3]
                t += [col[i] ^ both ^ xtime(col[i] ^ col[(i + 1) % 4])
                      for i in range(4)]
            s = t
        s = [a ^ b for a, b in zip(s, k)]
    return bytes(s)


def ctr(key, block, text):
    n, out = int.from_bytes(block, "big"), b""
    for i in range(0, len(text), 16):
        pad = aes(key, (n % (1 << 128)).to_bytes(16, "big"))
        out += xor(text[i:i + 16], pad)
        n += 1
    return out


# ---- AES-SIV (RFC 5297) ----


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def dbl(b):
    n = int.from_bytes(b, "big") << 1
    if n >> 128:
        n = n & ((1 << 128) - 1) ^ 0x87
    return n.to_bytes(16, "big")


def pad(b):
    return b + b"\x80" + bytes(15 - len(b))


def cmac(key, text):
    k1 = dbl(aes(key, bytes(16)))
    last = text[(len(text) - 1) // 16 * 16:] if text else b""
    head = text[:len(text) - len(last)]
    x = bytes(16)
    for i in range(0, len(head), 16):
        x = aes(key, xor(x, head[i:i + 16]))
    last = xor(last, k1) if len(last) == 16 else xor(pad(last), dbl(k1))
    return aes(key, xor(x, last))


def s2v(key, ad, text):
    d = xor(dbl(cmac(key, bytes(16))), cmac(key, ad))
    if len(text) >= 16:
        t = text[:-16] + xor(text[-16:], d)
    else:
        t = xor(dbl(d), pad(text))
    return cmac(key, t)


def siv(key, ad, text):
    half = len(key) // 2
    v = s2v(key[:half], ad, text)
    q = bytearray(v)
    q[8] &= 0x7F
    q[12] &= 0x7F
    return v + ctr(key[half:], bytes(q), text)


# ---- X25519 (RFC 7748) and HKDF (RFC 5869) ----

P = 2**255 - 19


def x25519(k, u):
    k = bytearray(k)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    k = int.from_bytes(k, "little")
    x1 = int.from_bytes(u, "little") & ((1 << 255) - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def public(secret):
    return x25519(secret, (9).to_bytes(32, "little"))


def mac(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


def hkdf(key, salt, info, n):
    prk, t, out = mac(salt or bytes(32), key), b"", b""
    for i in range(1, (n + 31) // 32 + 1):
        t = mac(prk, t + info + bytes([i]))
        out += t
    return out[:n]


def derive(root, label, n, salt=b""):
    return hkdf(root, salt, b"smsvault " + label.encode(), n)


# ---- frames ----

TYPES = {"segment": 1, "single": 2, "hello": 3, "proof": 4, "challenge": 11,
         "control": 12, "ack": 13}


def u(n, size):
    return n.to_bytes(size, "big")


def first(kind, down=False):
    return bytes([0x40 | TYPES[kind] | (8 if down else 0)])


def way(down):
    return "down" if down else "up"


def single(root, key_id, down, transfer, text):
    head = first("single", down) + u(key_id, 4)
    tag = mac(derive(root, way(down) + " single mac", 32),
              head + u(transfer, 4) + text)[:8]
    body = ctr(derive(root, way(down) + " single stream", 32),
               tag + u(transfer, 4) + bytes(4), text)
    return head + u(transfer & 0xFF, 1) + tag + body


def transfer_sms(root, key_id, down, transfer, text, room):
    if len(text) <= room - 14:
        return [single(root, key_id, down, transfer, text)]
    head = first("segment", down) + u(key_id, 4)
    whole = siv(derive(root, way(down) + " transfer", 64),
                head + u(transfer, 3), text)
    parts = [whole[i:i + room - 12] for i in range(0, len(whole), room - 12)]
    key, out = derive(root, way(down) + " segment", 32), []
    for i, body in enumerate(parts):
        last = i == len(parts) - 1
        which = head + u(transfer, 3) + bytes([last << 7 | i])
        out.append(head + u(last << 15 | i << 11 | transfer % 2048, 2) +
                   mac(key, which + body)[:5] + body)
    return out


def control(root, key_id, kind, sequence, plain):
    head = first(kind) + u(key_id, 4) + u(sequence, 4)
    return head + siv(derive(root, "control", 64), head, plain)


def proof(root, key_id, plain):
    head = first("proof") + u(key_id, 4)
    return head + siv(derive(root, "proof", 64), head, plain)


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def code_of(letters):
    total = 0
    for i, c in enumerate(reversed(letters)):
        v = ALPHABET.index(c) * (2 if i % 2 == 0 else 1)
        total += v // 32 + v % 32
    return letters + ALPHABET[-total % 32]


def code_id(code):
    n = 0
    for c in code[:4]:
        n = n << 5 | ALPHABET.index(c)
    return n


def code_key(code):
    return hashlib.scrypt(code.encode(), salt=b"smsvault code" +
                          u(code_id(code), 3), n=1 << 14, r=8, p=1,
                          maxmem=64 << 20, dklen=32)


def qr_key(cid, secret):
    return derive(secret, "qr", 32, u(cid, 3))


def qr_text(number, cid, secret):
    n, letters = int.from_bytes(secret, "big") << 2, ""
    for i in range(26):
        letters = ALPHABET[n >> 5 * i & 31] + letters
    short = "".join(ALPHABET[cid >> s & 31] for s in (15, 10, 5, 0))
    return "SMSVAULT:1:%s:%s:%s" % (number, short, letters)


def hello(key, cid, is_long, secret, plain):
    head = (first("hello") + u(cid | (0x800000 if is_long else 0), 3) +
            public(secret))
    return head + siv(derive(key, "hello", 64), head, plain)


def challenge(key, hello_sms, secret, plain):
    own = public(secret)
    shared = x25519(secret, hello_sms[4:36])
    binding = derive(key + shared, "binding", 32,
                     hashlib.sha256(hello_sms + own).digest())
    head = first("challenge") + hello_sms[1:4] + own
    sms = head + siv(derive(binding, "challenge", 64), head, plain)
    root = derive(binding, "root", 32, hashlib.sha256(sms).digest())
    return sms, root


def digits(root):
    return "%06d" % (int.from_bytes(derive(root, "digits", 8), "big") %
                     1000000)


# ---- the primitives, against their RFCs ----


def self_test():
    h = bytes.fromhex
    block = h("00112233445566778899aabbccddeeff")
    assert aes(bytes(range(16)), block) == h(
        "69c4e0d86a7b0430d8cdb78070b4c55a")  # FIPS 197, C.1
    assert aes(bytes(range(32)), block) == h(
        "8ea2b7ca516745bfeafc49904b496089")  # FIPS 197, C.3
    key = h("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    assert siv(key, bytes(range(0x10, 0x28)),
               h("112233445566778899aabbccddee")) == h(
        "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c")
    alice = h("77076d0a7318a57d3c16c17251b26645"
              "df4c2f87ebc0992ab177fba51db92c2a")
    assert public(alice) == h(
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    assert hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)),
                42) == h("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5d"
                         "b02d56ecc4c5bf34007208d5b887185865")


# ---- the vectors ----


def show(name, *pairs):
    print("\n" + name)
    for key, value in pairs:
        if isinstance(value, bytes):
            value = value.hex() if value else "-"
        print("  %s %s" % (key, value))


def pattern(n):
    return bytes((7 * i + 3) & 0xFF for i in range(n))


def frames():
    root = bytes(range(0x40, 0x60))
    key_id = 0xCAFEF00D
    print("# Test vectors of smsvault-wire(7), made by second.py.")
    print("# A name, then fields; octets in hexadecimal, - for none, numbers "
          "in decimal.")

    for size, name in ((32, "siv-128"), (64, "siv-256")):
        for n in (1, 15, 16, 17, 119):
            key, ad = pattern(size), b"ad" * n
            show(name, ("key", key), ("ad", ad), ("text", pattern(n)),
                 ("out", siv(key, ad, pattern(n))))

    for down in (0, 1):
        for transfer, text in ((1, b"x"), (255, pattern(16)),
                               (256, pattern(119)), (0xFFFFFF, pattern(118))):
            show("transfer", ("root", root), ("key_id", key_id),
                 ("down", down), ("transfer", transfer), ("room", 133),
                 ("text", text),
                 *(("sms", s) for s in transfer_sms(
                     root, key_id, down, transfer, text, 133)))
        for transfer, n, room in ((2, 120, 133), (3, 226, 133), (4, 227, 133),
                                  (5, 106, 120), (6, 107, 120),
                                  (0x7FF, 200, 120), (0x800, 201, 120),
                                  (0xFFFFFF, 200, 133),
                                  (0x123456, 16 * 121 - 16, 133)):
            show("transfer", ("root", root), ("key_id", key_id),
                 ("down", down), ("transfer", transfer), ("room", room),
                 ("text", pattern(n)),
                 *(("sms", s) for s in transfer_sms(
                     root, key_id, down, transfer, pattern(n), room)))

    for plain in (bytes.fromhex("0100000300000000"),
                  bytes.fromhex("02000003655432ff") + pattern(100),
                  bytes.fromhex("050000006554320001")):
        show("control", ("root", root), ("key_id", key_id), ("sequence", 1),
             ("plain", plain),
             ("sms", control(root, key_id, "control", 1, plain)))
    for sequence, plain in ((2, bytes.fromhex("000005000003")),
                            (0xFFFFFFFF, bytes.fromhex("000005000003") +
                             pattern(102))):
        show("ack", ("root", root), ("key_id", key_id),
             ("sequence", sequence), ("plain", plain),
             ("sms", control(root, key_id, "ack", sequence, plain)))

    for plain in (b"\0", b"\1Rex", b"\1" + b"a" * 64):
        show("proof", ("root", root), ("key_id", key_id), ("plain", plain),
             ("sms", proof(root, key_id, plain)))

    device = hashlib.sha256(b"device").digest()[:16]
    sim = hashlib.sha256(b"sim").digest()[:8]
    told = (bytes([1, 3, 0]) + device + sim + u(1700000000, 4) +
            "Väinö".encode())
    asked = (u(key_id, 4) + bytes([1, 1]) + u(1700000060, 4) + u(7, 3) +
             bytes([4]) + bytes.fromhex("01020304") + b"First pet?")
    mine, theirs = bytes(range(1, 33)), bytes(range(0x81, 0xA1))
    code = code_of("7KQ2M9XW4TBC5DE")
    cid = code_id(code)
    key = code_key(code)
    secret = bytes(range(0xA0, 0xB0))
    show("code", ("code", code), ("id", cid), ("key", key))
    show("code", ("code", code_of("000000000000000")), ("id", 0),
         ("key", code_key(code_of("000000000000000"))))
    show("qr", ("number", "+358401000000"), ("id", 0xFFFFF),
         ("secret", secret), ("text", qr_text("+358401000000", 0xFFFFF,
                                              secret)),
         ("key", qr_key(0xFFFFF, secret)))
    for is_long, k, i in ((0, key, cid), (1, qr_key(0xFFFFF, secret),
                                          0xFFFFF)):
        first_sms = hello(k, i, is_long, mine, told)
        second_sms, new_root = challenge(k, first_sms, theirs, asked)
        show("binding", ("code_key", k), ("code_id", i), ("long", is_long),
             ("phone_secret", mine), ("gateway_secret", theirs),
             ("hello", told), ("hello_sms", first_sms), ("challenge", asked),
             ("challenge_sms", second_sms), ("root", new_root),
             ("digits", digits(new_root)))


def main():
    self_test()
    if len(sys.argv) == 1:
        frames()
        return 0
    import contextlib
    import io
    made = io.StringIO()
    with contextlib.redirect_stdout(made):
        frames()
    return 0 if all(open(f, encoding="utf-8").read() == made.getvalue()
                    for f in sys.argv[1:]) else 1


if __name__ == "__main__":
    sys.exit(main())
