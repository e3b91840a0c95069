/*
 * janitor.h - takes out of a modem what libGammu cannot read.
 *
 * libGammu's PDU decoder fails, or crashes, on some malformed messages, and
 * refuses to delete them: one such message would stop reception for good.
 * Before libGammu opens the device the janitor talks AT over the bare line,
 * and hands over as octets what a strict look finds malformed.
 */
#ifndef JANITOR_H
#define JANITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is this PDU (with its service centre) one that may be given to libGammu?
 * 3GPP TS 23.040: every length within what there is. */
bool janitor_pdu_is_sound(const uint8_t *pdu, size_t len);

/*
 * Look through the memories SM and ME of device.  take() is called with each
 * unsound message and returns true once it is on disk: then it is deleted.
 * also_sound: take the first sound one as well (libGammu failed on what looked
 * sound).  Returns how many were taken, or -1 after logging why.
 */
int janitor_run(const char *device, bool also_sound,
    bool (*take)(void *ctx, const uint8_t *raw, size_t len), void *ctx);

/* Ask the modem to start anew (AT+CFUN=1,1), whether it answers or not. */
void janitor_reset(const char *device);

#endif
