/*
 * Files: their octets are coded into the journal, and travel in pieces of 16
 * SMS behind everything else.
 *
 * A piece is cut when the radio has room for it, so a file may be stopped,
 * changed or deleted at any piece, and goes on after a restart or in another
 * SIM's network.  The manifest is a record like others and goes first.
 */
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "coding.h"
#include "log.h"
#include "phone_internal.h"

#define WINDOW 48 /* transfers on their way: an ACK can name 51 */

/* ---- the manifest ---- */

static bool
is_ours(uint16_t tag) /* what the library says of a file */
{
	return tag >= RECORD_FILE_SIZE && tag <= RECORD_FILE_CODED_SIZE;
}

static struct record *
describe(const struct record *r, size_t len,
    const uint8_t digest[static SEAL_DIGEST_LEN], int64_t coding,
    int64_t coded_size)
{
	struct record *m = record_new(RECORD_FILE, record_id(r));
	const struct record_field *f;
	size_t n = record_fields(r, &f);
	int err = m == NULL ? -1 : 0;

	if (m != NULL)
		record_set_time_ms(m, record_time_ms(r));
	for (size_t i = 0; i < n && err == 0; i++)
		if (!is_ours(f[i].tag))
			err = f[i].type == RECORD_INT
				  ? record_add_int(m, f[i].tag, f[i].num)
				  : record_add_text(m, f[i].tag, f[i].text);
	if (err == 0)
		err = record_add_int(m, RECORD_FILE_SIZE, (int64_t)len);
	for (size_t i = 0; i < 4 && err == 0; i++)
		err = record_add_int(
		    m, RECORD_FILE_SHA256, (int64_t)be_get64(digest + 8 * i));
	if (err == 0)
		err = record_add_int(m, RECORD_FILE_CODING, coding) |
		      record_add_int(m, RECORD_FILE_CODED_SIZE, coded_size);
	if (err == 0)
		return m;
	record_free(m);
	return NULL;
}

static bool
has_digest(const struct record *m, const uint8_t digest[static SEAL_DIGEST_LEN])
{
	for (size_t i = 0; i < 4; i++)
		if (record_count(m, RECORD_FILE_SHA256) != 4 ||
		    record_int(m, RECORD_FILE_SHA256, i, 0) !=
			(int64_t)be_get64(digest + 8 * i))
			return false;
	return true;
}

/* Those octets are known: at most the name has changed.  NULL: they are not. */
static struct record *
known(struct phone *p, const struct record *r, size_t len,
    const uint8_t digest[static SEAL_DIGEST_LEN])
{
	struct record *old =
	    journal_record(p->journal, RECORD_FILE, record_id(r));
	struct record *m = NULL;
	struct journal_file f;

	if (old != NULL && has_digest(old, digest) &&
	    (len == 0 || (journal_file_get(p->journal, record_id(r), &f) &&
			     f.content == be_get32(digest) &&
			     (f.here || f.arrived >= f.size))))
		m = describe(r, len, digest,
		    record_int(old, RECORD_FILE_CODING, 0, 0),
		    record_int(old, RECORD_FILE_CODED_SIZE, 0, 0));
	record_free(old);
	return m;
}

static enum phone_err
keep_file(struct phone *p, const struct record *m, uint32_t content,
    const uint8_t *coded, size_t len)
{
	struct journal *j = p->journal;
	int changed;

	if (journal_begin(j) == -1)
		return PHONE_E_FAILED;
	changed = journal_put(j, m, phone_now(p));
	if (changed == -1 ||
	    journal_file_put(j, record_id(m), content, coded, (uint32_t)len) ==
		-1 ||
	    journal_hold(j, m, !policy_wants(&p->effective, m)) == -1 ||
	    journal_end(j) == -1) {
		journal_abort(j);
		return PHONE_E_FAILED;
	}
	upload_noticed(p, RECORD_FILE);
	return PHONE_OK;
}

enum phone_err
phone_put_file(
    struct phone *p, const struct record *r, const uint8_t *data, size_t len)
{
	uint8_t digest[SEAL_DIGEST_LEN];
	enum record_coding coding;
	enum phone_err err = PHONE_E_INVALID;
	struct record *m;
	uint8_t *coded;
	size_t n;

	if (record_kind(r) != RECORD_FILE || record_op(r) != RECORD_PUT ||
	    len > PHONE_FILE_MAX)
		return PHONE_E_INVALID;
	seal_digest(data, len, digest);
	if ((m = known(p, r, len, digest)) != NULL) {
		err = phone_put(p, m);
		record_free(m);
		return err;
	}
	if (coding_encode(data, len, &coding, &coded, &n) == -1)
		return PHONE_E_FAILED;
	if ((m = describe(r, len, digest, coding, (int64_t)n)) != NULL)
		err = keep_file(p, m, be_get32(digest), coded, n);
	record_free(m);
	free(coded);
	return err;
}

struct record *
phone_describe_file(const struct record *r, const uint8_t *data, size_t len)
{
	uint8_t digest[SEAL_DIGEST_LEN];
	enum record_coding coding;
	uint8_t *coded;
	size_t n;

	if (coding_encode(data, len, &coding, &coded, &n) == -1)
		return NULL;
	free(coded);
	seal_digest(data, len, digest);
	return describe(r, len, digest, coding, (int64_t)n);
}

/* ---- pieces ---- */

/* A file that the policy keeps back, or that its manifest says to be another
 * content than the octets, gives no pieces. */
static bool
may_go(
    const struct phone *p, const struct record *m, const struct journal_file *f)
{
	uint64_t head = (uint64_t)record_int(m, RECORD_FILE_SHA256, 0, 0);

	return record_op(m) == RECORD_PUT && head >> 32 == f->content &&
	       policy_wants(&p->effective, m);
}

static int
next_piece(struct phone *p, struct journal_file *f, uint8_t *octets, size_t cap,
    size_t *len)
{
	int64_t after = -1;
	struct record *m;
	int found;
	bool goes;

	if (p->effective.kind[RECORD_FILE].mode == POLICY_OFF || p->lost.on)
		return 0;
	while ((found = journal_piece_next(
		    p->journal, after, f, &m, octets, cap, len)) == 1) {
		goes = may_go(p, m, f);
		record_free(m);
		if (goes)
			return 1;
		after = f->id;
	}
	return found;
}

bool
files_waiting(struct phone *p)
{
	struct journal_file f;
	uint8_t octet;
	size_t len;

	return next_piece(p, &f, &octet, 1, &len) == 1;
}

/* What the window's last transfer asks for is missed within minutes. */
static void
expect_ack(struct phone *p)
{
	p->repeat_tries = 0;
	upload_repeat_plan(p, true);
}

/* The same octets are to fit when they go down again, where a head is longer
 * than a preamble without entries. */
static size_t
piece_room(const struct phone *p)
{
	return seal_transfer_room(WIRE_SEGMENTS_MAX, phone_room(p)) -
	       DOWN_HEAD_MAX - UPLOAD_PIECE_HEAD_MAX;
}

int
files_transfer(struct phone *p)
{
	uint8_t body[UPLOAD_PIECE_HEAD_MAX + TRANSFER_TEXT_MAX];
	uint8_t octets[TRANSFER_TEXT_MAX];
	struct cargo c = { .codec = UPLOAD_FILE, .body = body };
	size_t in_flight = journal_in_flight(p->journal), len;
	struct journal_file f;
	bool last, full = in_flight + 1 >= WINDOW;
	int found;

	if (in_flight >= WINDOW)
		return 0;
	found = next_piece(p, &f, octets, piece_room(p), &len);
	if (found != 1)
		return found;
	c.piece = (struct upload_piece){
		.file = f.id, .content = f.content, .offset = f.next, .len = len
	};
	c.len = upload_piece_put(&c.piece, body);
	memcpy(body + c.len, octets, len);
	c.len += len;
	last = f.next + len >= f.size;
	c.ack_wanted = transfer_wants_ack(p, full || last);
	if (transfer_keep(p, p->next_transfer, &c) == -1)
		return -1;
	if (full || last)
		expect_ack(p);
	return 1;
}

/* ---- how far they are, and what they cost ---- */

static unsigned
sms_of(const struct phone *p, uint64_t octets)
{
	size_t room = piece_room(p);
	size_t head =
	    seal_transfer_room(WIRE_SEGMENTS_MAX, phone_room(p)) - room;
	size_t rest = (size_t)(octets % room);

	return (unsigned)(octets / room) * WIRE_SEGMENTS_MAX +
	       (rest > 0 ? transfer_sms(p, head + rest) : 0);
}

size_t
phone_files(struct phone *p, struct phone_file *out, size_t max)
{
	struct journal_file *f = calloc(max + 1, sizeof *f);
	size_t n;

	if (f == NULL)
		return 0;
	n = journal_files(p->journal, f, max);
	for (size_t i = 0; i < n && i < max; i++)
		out[i] = (struct phone_file){ .id = f[i].id,
			.size = f[i].size,
			.arrived = f[i].arrived,
			.sms_left = sms_of(p, f[i].size - f[i].next) };
	free(f);
	return n;
}

unsigned
files_cost(struct phone *p)
{
	size_t n = journal_files(p->journal, NULL, 0);
	struct journal_file *f = calloc(n + 1, sizeof *f);
	unsigned sms = 0;

	if (f == NULL)
		return 0;
	n = journal_files(p->journal, f, n);
	for (size_t i = 0; i < n; i++) {
		struct record *m =
		    journal_record(p->journal, RECORD_FILE, f[i].id);

		if (m != NULL && policy_wants(&p->effective, m))
			sms += sms_of(p, f[i].size - f[i].next);
		record_free(m);
	}
	free(f);
	return sms;
}
