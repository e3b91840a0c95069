/*
 * frames COUNT singles|transfers NUMBER JOURNAL: what a bound phone says.
 *
 * Opens the journal of a phone that is bound, puts messages into it and prints
 * the SMS that the phone's library hands to its radio, one a line: the phone's
 * number and the user data (port header and frame) in hexadecimal.  The phone
 * itself must not say anything after that, since it would use the same
 * transfer numbers: work on a copy of its journal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "phone.h"
#include "wire.h"

#define HOUR_MS 3600000LL
#define EACH 160 /* records at a time: two transfers or so */
#define ROUNDS_MAX 100000

struct radio {
	const char *number;
	unsigned long left;
	bool to_end; /* transfers are whole, and COUNT the least */
	int64_t now_ms;
};

static int64_t
host_now(void *ctx)
{
	return ((struct radio *)ctx)->now_ms;
}

static int
host_send(
    void *ctx, const char *number, const uint8_t *frame, size_t len, bool text)
{
	static const uint8_t udh[] = { 6, 5, 4, WIRE_PORT >> 8,
		WIRE_PORT & 0xff, WIRE_PORT >> 8, WIRE_PORT & 0xff };
	struct radio *r = ctx;

	(void)number;
	if (text || (r->left == 0 && !r->to_end))
		return -1;
	if (r->left > 0)
		r->left--;
	printf("%s ", r->number);
	for (size_t i = 0; i < sizeof udh; i++)
		printf("%02x", udh[i]);
	for (size_t i = 0; i < len; i++)
		printf("%02x", frame[i]);
	putchar('\n');
	return 0;
}

static void
host_tell(void *ctx, enum phone_notice what, const char *detail)
{
	(void)ctx;
	(void)what;
	(void)detail;
}

/* One that fits an SMS of its own, and is like no other. */
static int
put_message(struct phone *p, uint32_t id, int64_t now_ms)
{
	struct record *r = record_new(RECORD_MESSAGE, id);
	char body[80];
	enum phone_err err;

	if (r == NULL)
		return -1;
	snprintf(body, sizeof body, "%08x: shall we meet at %u:%02u, or later?",
	    id * 2654435761u, id % 24, id * 7 % 60);
	record_set_time_ms(r, now_ms - 1000);
	record_add_text(r, RECORD_PEER, "+358401234567");
	record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	record_add_text(r, RECORD_BODY, body);
	record_add_int(r, RECORD_READ, 1);
	err = phone_put(p, r);
	record_free(r);
	if (err != PHONE_OK)
		fprintf(stderr, "frames: %s\n", phone_strerror(err));
	return err == PHONE_OK ? 0 : -1;
}

static int
speak(struct phone *p, struct radio *r, bool singles)
{
	/* Ids far above those of what is on the phone already. */
	uint32_t id = 1u << 24 | (uint32_t)(r->now_ms / 1000 % (1 << 20)) << 4;

	for (int round = 0; r->left > 0 && round < ROUNDS_MAX; round++) {
		for (int i = 0; i < (singles ? 1 : EACH); i++)
			if (put_message(p, id++, r->now_ms) == -1)
				return -1;
		if (!singles && phone_upload_now(p) != PHONE_OK)
			return -1;
		phone_tick(p);
		r->now_ms += 10;
	}
	return r->left == 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct radio radio = { .number = argc == 5 ? argv[3] : "" };
	const struct phone_host host = {
		.ctx = &radio,
		.now_ms = host_now,
		.mono_ms = host_now,
		.send = host_send,
		.tell = host_tell,
	};
	const struct phone_identity who = { "frames", "frames", "frames",
		false };
	struct policy own = { .kind[RECORD_MESSAGE] = { POLICY_AT_ONCE, 0 } };
	struct phone *phone;
	bool singles;
	int err;

	if (argc != 5) {
		fprintf(stderr, "usage: frames COUNT singles|transfers NUMBER "
				"JOURNAL\n");
		return 2;
	}
	log_open("frames", false, false);
	radio.left = strtoul(argv[1], NULL, 10);
	radio.now_ms = (int64_t)time(NULL) * 1000;
	singles = strcmp(argv[2], "singles") == 0;
	/* What would be left of a transfer would be asked for meanwhile. */
	radio.to_end = !singles;
	if ((phone = phone_open(argv[4], &host, &who)) == NULL)
		return 1;
	if (!singles)
		own.kind[RECORD_MESSAGE].mode = POLICY_MANUAL;
	phone_set_pace(phone, 1000000, HOUR_MS);
	err = phone_set_policy(phone, &own) == PHONE_OK
		  ? speak(phone, &radio, singles)
		  : -1;
	phone_close(phone);
	if (err != 0)
		fprintf(stderr, "frames: the phone says no more\n");
	return err == 0 ? 0 : 1;
}
