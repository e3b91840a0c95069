/*
 * gsm7.h - the alphabets of text SMS (3GPP TS 23.038), character by character.
 *
 * A text SMS holds 160 septets of the GSM 7-bit alphabet, where some characters
 * take two, or 70 units of UCS-2 (which phones read as UTF-16) if it has any
 * other character.
 */
#ifndef GSM7_H
#define GSM7_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GSM7_ESCAPE 0x1b
#define GSM7_SMS_OCTETS 320 /* of UTF-8, the most that one text SMS carries */

/* The one or two septets of a character; 0: the alphabet lacks it. */
size_t gsm7_encode(uint32_t point, uint8_t out[static 2]);
/* The character of a septet; escaped: the one before it was GSM7_ESCAPE. */
uint32_t gsm7_decode(uint8_t septet, bool escaped);

/* Are all characters of this valid UTF-8 in the alphabet? */
bool gsm7_only(const char *text);
/* The most octets of this valid UTF-8, whole characters, that one SMS holds;
 * the alphabet is that of the whole text. */
size_t gsm7_cut(const char *text);

#endif
