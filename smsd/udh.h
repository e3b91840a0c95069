/*
 * udh.h - is this SMS one of ours?
 */
#ifndef UDH_H
#define UDH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The 16-bit destination port (3GPP TS 23.040 9.2.3.24.4) in a user data
 * header, its length octet included; elements in any order, unknown ones
 * skipped.  -1: there is none, or the header's lengths do not fit.
 */
int udh_port(const uint8_t *udh, size_t len);

#endif
