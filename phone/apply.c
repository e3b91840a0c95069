/*
 * The texts that have come down are applied, one transfer after the other.
 *
 *    segments --all there, opens--> text --in order--> records on the phone
 *
 * What always holds:
 *  (1) Transfers are applied in the order of their numbers, so END is the last
 *      of its restore and nothing of it can come behind the receipt.
 *  (2) What cannot be read waits until the service has begun anew behind it.
 *  (3) A record that the host has put on the phone is in the journal with the
 *      next commit.  A crash between the two is made good by the host: it
 *      tells the journal of everything that is on the phone when it starts,
 *      and what is there is not put there again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "be.h"
#include "coding.h"
#include "log.h"
#include "phone_internal.h"

#define LATER_MS MINUTE_MS /* the phone could not take it now */

/* UNREAD: it goes by a base that this phone has not. */
enum outcome { DONE, LATER, UNREAD, FAILED };

/* The records of the transfer that is applied. */
struct got {
	struct record **list; /* owned */
	size_t n;
};

static struct record *
with_id(const struct record *r, uint32_t id)
{
	struct record *c = record_new(record_kind(r), id);
	const struct record_field *f;
	size_t n = record_fields(r, &f);
	int err = c == NULL ? -1 : 0;

	if (c != NULL) {
		record_set_time_ms(c, record_time_ms(r));
		record_set_op(c, record_op(r));
	}
	for (size_t i = 0; i < n && err == 0; i++)
		err = f[i].type == RECORD_INT
			  ? record_add_int(c, f[i].tag, f[i].num)
			  : record_add_text(c, f[i].tag, f[i].text);
	if (err == 0)
		return c;
	record_free(c);
	return NULL;
}

/* It is on the phone now: as any other thing there it will be backed up. */
static int
keep_applied(struct phone *p, const struct record *r, uint32_t id)
{
	struct record *here = with_id(r, id);
	int err = -1;

	if (here != NULL && journal_put(p->journal, here, phone_now(p)) != -1 &&
	    journal_hold(
		p->journal, here, !policy_wants(&p->effective, here)) != -1)
		err = 0;
	upload_noticed(p, record_kind(r));
	record_free(here);
	return err;
}

static void
count(struct phone *p, const struct record *r, enum phone_applied what,
    struct journal_restore *sum)
{
	uint8_t octets[RECORD_STORED_MAX];

	if (what == PHONE_NEVER) {
		sum->failed++;
		return;
	}
	if (what == PHONE_PRESENT)
		sum->present++;
	else
		sum->applied++;
	if (record_op(r) == RECORD_PUT)
		sum->mark += seal_mark(
		    p->keys, octets, record_encode(r, octets, sizeof octets));
}

/* Has the phone this very thing, for which the service has this id? */
static bool
is_mine(struct phone *p, bool own, const struct record *r)
{
	struct record *here =
	    own ? journal_record(p->journal, record_kind(r), record_id(r))
		: NULL;
	bool mine = here != NULL && record_op(here) == RECORD_PUT;

	record_free(here);
	return mine;
}

static enum phone_applied
apply(struct phone *p, bool own, const struct record *r, uint32_t *id)
{
	bool mine = is_mine(p, own, r);

	*id = record_id(r);
	if (record_op(r) == RECORD_DELETE && !mine)
		return own ? PHONE_PRESENT : PHONE_NEVER;
	if (p->host.apply == NULL)
		return PHONE_NEVER;
	return p->host.apply(p->host.ctx, r, mine, id);
}

static enum outcome
apply_record(struct phone *p, const struct down_head *head,
    const struct record *r, struct journal_restore *sum)
{
	enum phone_applied what;
	uint32_t id;

	if (journal_find_same(p->journal, r, &id)) {
		count(p, r, PHONE_PRESENT, sum);
		return DONE;
	}
	if (record_kind(r) == RECORD_FILE && record_op(r) == RECORD_PUT)
		return journal_down_file_put(
			   p->journal, head->restore, head->own, r) == 0
			   ? DONE
			   : FAILED;
	if ((what = apply(p, head->own, r, &id)) == PHONE_NOT_NOW)
		return LATER;
	if (what == PHONE_APPLIED && keep_applied(p, r, id) == -1)
		return FAILED;
	count(p, r, what, sum);
	return DONE;
}

/* ---- files ---- */

static bool
is_intact(const struct record *m, const uint8_t *data, size_t size)
{
	uint8_t digest[SEAL_DIGEST_LEN];

	seal_digest(data, size, digest);
	for (size_t i = 0; i < 4; i++)
		if ((uint64_t)record_int(m, RECORD_FILE_SHA256, i, 0) !=
		    be_get64(digest + 8 * i))
			return false;
	return true;
}

static enum phone_applied
apply_file(struct phone *p, bool own, const struct record *m,
    const uint8_t *coded, size_t len, uint32_t *id)
{
	int64_t size = record_int(m, RECORD_FILE_SIZE, 0, -1);
	int64_t coding = record_int(m, RECORD_FILE_CODING, 0, 0);
	enum phone_applied what = PHONE_NEVER;
	uint8_t *data;

	*id = record_id(m);
	if (size < 0 || p->host.apply_file == NULL ||
	    coding_decode((enum record_coding)coding, coded, len, (size_t)size,
		&data) == -1)
		return PHONE_NEVER;
	if (is_intact(m, data, (size_t)size))
		what = p->host.apply_file(
		    p->host.ctx, m, data, (size_t)size, is_mine(p, own, m), id);
	free(data);
	return what;
}

/* If all of a file is there. */
static enum outcome
try_file(struct phone *p, uint32_t restore, bool own, const struct record *m,
    struct journal_restore *sum)
{
	int64_t size = record_int(m, RECORD_FILE_CODED_SIZE, 0, -1);
	uint32_t content =
	    (uint32_t)((uint64_t)record_int(m, RECORD_FILE_SHA256, 0, 0) >> 32);
	enum phone_applied what = PHONE_NEVER;
	uint8_t *coded = NULL;
	uint32_t id;
	int found = 1;

	if (size >= 0 && size <= PHONE_FILE_MAX) {
		found = journal_down_pieces(p->journal, restore, record_id(m),
		    content, (uint32_t)size, &coded);
		if (found != 1)
			return found == 0 ? DONE : FAILED;
		what = apply_file(p, own, m, coded, (size_t)size, &id);
	}
	if (what == PHONE_NOT_NOW) {
		free(coded);
		return LATER;
	}
	if (what == PHONE_APPLIED &&
	    (keep_applied(p, m, id) == -1 ||
		journal_file_put(
		    p->journal, id, content, coded, (uint32_t)size) == -1))
		found = -1;
	free(coded);
	if (found == -1 ||
	    journal_down_file_drop(p->journal, restore, record_id(m)) == -1)
		return FAILED;
	count(p, m, what, sum);
	return DONE;
}

/* Every file of a restore whose pieces are all there. */
static enum outcome
try_files(struct phone *p, uint32_t restore, struct journal_restore *sum)
{
	enum outcome out = DONE;
	int64_t after = -1;
	struct record *m;
	bool own;

	while (out == DONE &&
	       journal_down_file_next(p->journal, restore, after, &own, &m)) {
		after = record_id(m);
		out = try_file(p, restore, own, m, sum);
		record_free(m);
	}
	return out;
}

/* ---- one transfer ---- */

/* Once for each: from then on it is said with whatever else came down. */
static enum outcome
cannot_read(struct phone *p)
{
	if (p->down_unread == p->down_next)
		return UNREAD;
	log_warn("phone: transfer %u down goes by a base that is not here: "
		 "the service is told",
	    p->down_next);
	if (journal_set_int(p->journal, "down_unread", p->down_next) == -1)
		return FAILED;
	p->down_unread = p->down_next;
	restore_plan_down(p, 0);
	return UNREAD;
}

static enum outcome
read_records(struct phone *p, const struct down_head *head, const uint8_t *body,
    size_t len, struct got *got)
{
	struct upload_base base;
	struct pack_state *state;
	size_t at;

	if (head->codec != PACK_BASED || len == 0) {
		if (len > 0 && pack_read((enum pack_codec)head->codec, body,
				   len, &got->list, &got->n) == -1)
			log_error("phone: records of restore %u cannot be "
				  "read: passed over",
			    head->restore);
		return DONE;
	}
	at = upload_base_get(body, len, &base);
	if (at == 0 || (state = base_down_ready(p, &base)) == NULL ||
	    pack_state_read(state, body + at, len - at, &got->list, &got->n) ==
		-1)
		return cannot_read(p);
	return DONE;
}

static enum outcome
apply_records(
    struct phone *p, const struct down_head *head, const struct got *got)
{
	enum outcome out = DONE;

	while (out == DONE && p->down_done < got->n) {
		struct journal_restore sum = { .id = head->restore };

		if (journal_begin(p->journal) == -1) {
			out = FAILED;
			break;
		}
		out = apply_record(p, head, got->list[p->down_done], &sum);
		if (out != DONE ||
		    journal_restore_add(p->journal, &sum) == -1 ||
		    journal_set_int(p->journal, "down_done",
			(int64_t)p->down_done + 1) == -1 ||
		    journal_end(p->journal) == -1) {
			journal_abort(p->journal);
			out = out == DONE ? FAILED : out;
		} else {
			p->down_done++;
		}
	}
	return out;
}

static enum outcome
apply_piece(struct phone *p, const struct down_head *head, const uint8_t *body,
    size_t len)
{
	struct upload_piece piece;

	if (upload_piece_get(body, len, &piece) == -1)
		return DONE;
	return journal_down_piece_put(p->journal, head->restore, piece.file,
		   piece.content, piece.offset, piece.data, piece.len) == 0
		   ? DONE
		   : FAILED;
}

/* What is missing now will not come. */
static enum outcome
apply_end(struct phone *p, const struct down_head *head)
{
	struct journal_restore sum = { .id = head->restore };
	int64_t after = -1;
	struct record *m;
	bool own;

	while (journal_down_file_next(
	    p->journal, head->restore, after, &own, &m)) {
		after = record_id(m);
		sum.failed++;
		record_free(m);
	}
	return journal_restore_add(p->journal, &sum) == 0 &&
		       journal_down_end(p->journal, head->restore) == 0 &&
		       journal_restore_end(p->journal, head->restore) == 0
		   ? DONE
		   : FAILED;
}

static int
finish_transfer(struct phone *p, bool anew, const struct got *got)
{
	struct journal *j = p->journal;

	if (journal_down_text_drop(j, p->down_next) == -1 ||
	    journal_set_int(j, "down_next", (int64_t)p->down_next + 1) == -1 ||
	    journal_set_int(j, "down_done", 0) == -1 ||
	    base_down_keep(p, got->list, got->n) == -1)
		return -1;
	return anew ? base_down_forget(p, p->down_next + 1) : 0;
}

static void
tell_over(struct phone *p)
{
	struct journal_restore r;
	char text[96];

	if (!journal_restore_untold(p->journal, &r))
		return;
	snprintf(text, sizeof text, "%u new, %u there before, %u failed",
	    r.applied, r.present, r.failed);
	upload_plan(p, 0, true);
	phone_tell(p, PHONE_N_RESTORED, text);
}

/* What is not records has its effect and its end in one commit. */
static enum outcome
end_text(struct phone *p, const struct down_head *head, const uint8_t *body,
    size_t len, const struct got *got)
{
	struct journal_restore sum = { .id = head->restore };
	struct journal *j = p->journal;
	enum outcome out = DONE;

	if (journal_begin(j) == -1)
		return FAILED;
	if (head->what == DOWN_PIECE)
		out = apply_piece(p, head, body, len);
	if (out == DONE &&
	    (head->what == DOWN_RECORDS || head->what == DOWN_PIECE)) {
		out = try_files(p, head->restore, &sum);
		if (out == DONE && journal_restore_add(j, &sum) == -1)
			out = FAILED;
	}
	if (out == DONE && head->what == DOWN_END)
		out = apply_end(p, head);
	if (out == DONE &&
	    (finish_transfer(p, head->what == DOWN_ANEW, got) != 0 ||
		journal_end(j) == -1))
		out = FAILED;
	if (out != DONE)
		journal_abort(j);
	return out;
}

static enum outcome
apply_text(struct phone *p, const uint8_t *text, size_t len)
{
	struct down_head head = { 0 };
	struct got got = { 0 };
	size_t at = down_get(text, len, &head);
	enum outcome out = DONE;

	if (at == 0 && len > 1) /* else it is void */
		log_warn("phone: transfer %u down cannot be read: passed over",
		    p->down_next);
	if (at > 0 && head.what == DOWN_RECORDS &&
	    (out = read_records(p, &head, text + at, len - at, &got)) == DONE)
		out = apply_records(p, &head, &got);
	if (out == DONE)
		out = end_text(p, &head, text + at, len - at, &got);
	for (size_t i = 0; i < got.n; i++)
		record_free(got.list[i]);
	free(got.list);
	if (out != DONE)
		return out;
	p->down_next++;
	p->down_done = 0;
	if (head.what == DOWN_ANEW)
		base_load(p);
	else if (got.n > 0)
		base_down_learn(p);
	if (head.what == DOWN_END)
		tell_over(p);
	return DONE;
}

void
apply_waiting(struct phone *p)
{
	uint8_t text[TRANSFER_TEXT_MAX];
	enum outcome out = DONE;
	size_t len;

	p->apply_mono = 0;
	while (out == DONE && (len = journal_down_text(p->journal, p->down_next,
				   text, sizeof text)) > 0)
		out = apply_text(p, text, len);
	if (out == LATER || out == FAILED)
		p->apply_mono = phone_mono(p) + LATER_MS;
}
