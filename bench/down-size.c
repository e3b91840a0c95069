/*
 * down-size - how many SMS does a restore take?
 *
 * usage: down-size --contacts FILE --sms FILE --calls FILE [--new N] [--text]
 *
 * 500 contacts, then 1,000 messages, then 500 calls, cut into transfers as the
 * gateway cuts them: each alone; from what the transfers down before it have
 * taught; and from that behind what the phone itself has sent: the contacts and
 * the 200 messages behind these.  Everything is read again and compared.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "pack.h"
#include "pack_state.h"
#include "seal.h"
#include "upload.h"
#include "wire.h"

#define CONTACTS 500
#define MESSAGES 1000
#define CALLS 500
#define SENT 200 /* messages that the phone has sent before */
#define BATCH 256 /* records that the gateway looks at for one transfer */
#define BASE_LEN ((size_t)3)

struct restored {
	const struct record *list[CONTACTS + MESSAGES + CALLS];
	size_t n;
};

static void
add(struct restored *r, const struct corpus *c, size_t max)
{
	for (size_t i = 0; i < c->count && i < max; i++)
		r->list[r->n++] = c->list[i];
}

static size_t
sms_of(size_t len)
{
	size_t n = 1;

	while (
	    n < WIRE_SEGMENTS_MAX && seal_transfer_room(n, WIRE_DATA_MAX) < len)
		n++;
	return n;
}

static void
compare(struct pack_state *s, const uint8_t *p, size_t len,
    const struct record *const *want, size_t n)
{
	struct record **got;
	size_t count;

	if (pack_state_read(s, p, len, &got, &count) == -1 || count != n) {
		fprintf(stderr, "down-size: a transfer does not read back\n");
		exit(1);
	}
	for (size_t i = 0; i < n; i++) {
		if (!record_equal(got[i], want[i])) {
			fprintf(stderr, "down-size: a record differs\n");
			exit(1);
		}
		record_free(got[i]);
	}
	free(got);
}

/* s: grows with each transfer; NULL: each stands alone. */
static void
restore(const char *what, const struct restored *r, struct pack_state *s)
{
	size_t room = seal_transfer_room(WIRE_SEGMENTS_MAX, WIRE_DATA_MAX);
	size_t sms = 0, octets = 0, transfers = 0, len = 0;
	uint8_t out[WIRE_TRANSFER_OCTETS_MAX];

	room -= 2 + (s != NULL ? BASE_LEN : 0);
	for (size_t at = 0, n; at < r->n; at += n) {
		size_t left = r->n - at < BATCH ? r->n - at : BATCH;

		n = pack_state_fill(s, r->list + at, left, out, room, &len);
		if (n == 0)
			exit(1);
		compare(s, out, len, r->list + at, n);
		if (s != NULL && pack_state_learn(s, r->list + at, n) == -1)
			exit(1);
		len += 2 + (s != NULL ? BASE_LEN : 0);
		sms += sms_of(len);
		octets += len;
		transfers++;
	}
	printf("%s records %zu transfers %zu octets %zu sms %zu\n", what, r->n,
	    transfers, octets, sms);
	pack_state_free(s);
}

static void
teach(struct pack_state *s, const struct corpus *c, size_t from, size_t n)
{
	size_t end = from + n < c->count ? from + n : c->count;

	for (size_t at = from; at < end; at += 40)
		if (pack_state_learn(s,
			(const struct record *const *)c->list + at,
			end - at < 40 ? end - at : 40) == -1)
			exit(1);
}

static void
usage(void)
{
	fprintf(stderr,
	    "usage: down-size --contacts FILE --sms FILE --calls FILE\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "contacts", required_argument, NULL, RECORD_CONTACT },
		{ "sms", required_argument, NULL, RECORD_MESSAGE },
		{ "calls", required_argument, NULL, RECORD_CALL },
		{ NULL, 0, NULL, 0 },
	};
	static struct corpus corpora[RECORD_KIND_COUNT];
	static struct restored r;
	struct pack_state *s;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (c == '?' ||
		    corpus_read(optarg, (enum record_kind)c, &corpora[c]) == -1)
			usage();
	add(&r, &corpora[RECORD_CONTACT], CONTACTS);
	add(&r, &corpora[RECORD_MESSAGE], MESSAGES);
	add(&r, &corpora[RECORD_CALL], CALLS);
	if (r.n == 0)
		usage();
	restore("alone", &r, NULL);
	restore("down", &r, pack_state_new(PACK_HISTORY_OCTETS));
	s = pack_state_new(PACK_HISTORY_OCTETS);
	teach(s, &corpora[RECORD_CONTACT], 0, CONTACTS);
	teach(s, &corpora[RECORD_MESSAGE], MESSAGES, SENT);
	restore("up-down", &r, s);
	for (int i = 0; i < RECORD_KIND_COUNT; i++)
		corpus_clear(&corpora[i]);
	return 0;
}
