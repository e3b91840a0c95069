#include "deliver.h"

#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "log.h"
#include "price.h"
#include "rest.h"
#include "upload.h"

#define SECONDS_AN_SMS 4 /* of a modem, with its pauses */

enum db_err
deliver_begin(struct deliver *d, struct page *p, int64_t to)
{
	*d = (struct deliver){ .p = p };
	return pages_target(p->db, p->who.account, to, &d->to);
}

void
deliver_clear(struct deliver *d)
{
	if (d->octets.p != NULL)
		seal_wipe(d->octets.p, d->octets.cap);
	buf_clear(&d->octets);
	free(d->item);
	present_clear(&d->there);
	*d = (struct deliver){ .p = d->p };
}

struct knowing {
	struct deliver *d;
	bool failed;
};

static bool
note_there(void *ctx, const struct opened *o)
{
	struct knowing *k = ctx;

	k->failed = !present_note(&k->d->there, o->record);
	return !k->failed;
}

bool
deliver_is_blind(const struct deliver *d)
{
	return d->own && d->to.changing;
}

enum db_err
deliver_leave_out(struct deliver *d, struct gather *g, unsigned kinds)
{
	struct knowing k = { .d = d };
	enum db_err err = DB_OK;

	if (deliver_is_blind(d))
		return DB_OK;
	for (int kind = 1; err == DB_OK && kind < RECORD_KIND_COUNT; kind++) {
		const struct pages_walk walk = { .kind = kind,
			.phone = d->to.phone };

		if ((kinds & 1u << kind) != 0)
			err = gather_walk(g, walk, note_there, &k);
	}
	if (err == DB_OK && (k.failed || !present_sort(&d->there)))
		err = DB_FAILED;
	return err;
}

static size_t
sms_room(const struct deliver *d)
{
	return d->to.text_only ? WIRE_TEXT_MAX : WIRE_DATA_MAX;
}

static bool
add_item(struct deliver *d, const uint8_t *p, size_t len, bool piece)
{
	if (d->octets.n + len > DELIVER_OCTETS_MAX)
		d->too_much = true;
	if (d->too_much)
		return false;
	if (d->n == d->cap) {
		size_t cap = d->cap == 0 ? 256 : 2 * d->cap;
		struct deliver_item *more =
		    realloc(d->item, cap * sizeof *more);

		if (more == NULL) {
			d->too_much = true;
			return false;
		}
		d->item = more;
		d->cap = cap;
	}
	d->item[d->n++] = (struct deliver_item){ d->octets.n, len, piece };
	buf_put(&d->octets, (const char *)p, len);
	d->too_much = d->octets.failed;
	return !d->too_much;
}

void
deliver_record(struct deliver *d, const struct record *r)
{
	uint8_t plain[RECORD_STORED_MAX];
	size_t len;

	if (present_has(&d->there, r)) {
		d->left_out++;
		return;
	}
	/* The phone asks the same of all files before it takes the first. */
	if (d->own && record_kind(r) != RECORD_FILE)
		present_replace(&d->there, r);
	len = record_encode(r, plain, sizeof plain);
	if (len > 0 && add_item(d, plain, len, false))
		d->records++;
	seal_wipe(plain, sizeof plain);
}

/* One row of a file's pieces: cut to what a transfer holds. */
static enum db_err
add_pieces(struct deliver *d, struct gather *g,
    const struct pages_records *rows, size_t i)
{
	const struct pages_record *row = &rows->row[i];
	struct page *p = d->p;
	size_t room = seal_transfer_room(WIRE_SEGMENTS_MAX, sms_room(d)) -
		      DOWN_HEAD_MAX - UPLOAD_PIECE_HEAD_MAX;
	size_t len = (size_t)row->time_ms;
	uint8_t octets[4096], item[2048];
	enum db_err err = DB_NONE;

	if (len <= sizeof octets)
		err = open_piece(p->opener, p->db, p->who.account, g->secret,
		    rows, i, octets);
	for (size_t at = 0; err == DB_OK && at < len; at += room) {
		struct upload_piece piece = { .file = row->record_id,
			.content = row->transfer,
			.offset = row->ordinal + (uint32_t)at,
			.data = octets + at,
			.len = len - at < room ? len - at : room };
		size_t head = upload_piece_put(&piece, item);

		memcpy(item + head, piece.data, piece.len);
		if (!add_item(d, item, head + piece.len, true))
			return DB_OK;
		d->pieces++;
	}
	return err;
}

enum db_err
deliver_file(struct deliver *d, struct gather *g, int64_t phone,
    const struct record *manifest)
{
	uint32_t content = (uint32_t)((uint64_t)record_int(
					  manifest, RECORD_FILE_SHA256, 0, 0) >>
				      32);
	int64_t size = record_int(manifest, RECORD_FILE_CODED_SIZE, 0, 0);
	int64_t at = 0;
	struct page *p = d->p;
	enum db_err err = DB_OK;

	if (present_has(&d->there, manifest))
		return DB_OK;
	while (err == DB_OK && at < size && !d->too_much) {
		struct pages_records rows;

		err = pages_pieces(p->db, p->who.account, phone,
		    record_id(manifest), content, at, 64, &rows);
		if (err != DB_OK)
			return err;
		if (rows.n == 0 || rows.row[0].ordinal != (uint32_t)at)
			err = DB_NONE;
		for (size_t i = 0; err == DB_OK && i < rows.n; i++) {
			err = add_pieces(d, g, &rows, i);
			at = rows.row[i].ordinal + rows.row[i].time_ms;
		}
		pages_records_clear(&rows);
	}
	return err;
}

void
deliver_price(struct deliver *d)
{
	const struct price_to to = {
		.codec = d->to.codec,
		.alone = d->to.alone,
		.text_only = d->to.text_only,
		.restore = (uint32_t)d->to.restore_next,
	};
	struct price_item *list = calloc(d->n + 1, sizeof *list);

	if (list == NULL) {
		d->too_much = true;
		return;
	}
	for (size_t i = 0; i < d->n; i++)
		list[i] = (struct price_item){
			.octets = (uint8_t *)d->octets.p + d->item[i].at,
			.len = d->item[i].len,
			.piece = d->item[i].piece,
		};
	d->sms = price_restore(&to, list, d->n);
	free(list);
}

enum db_err
deliver_write(struct deliver *d, struct pages_restore *r)
{
	struct page *p = d->p;
	uint8_t ad[REST_RESTORE_AD_LEN];
	uint8_t sealed[RECORD_STORED_MAX + SEAL_TAG_LEN];
	enum db_err err;

	r->phone = d->to.phone;
	r->estimate = d->sms;
	r->records = d->records;
	r->pieces = d->pieces;
	if ((err = pages_restore_open(p->db, p->who.account, r)) != DB_OK)
		return err;
	for (size_t i = 0; err == DB_OK && i < d->n; i++) {
		const struct deliver_item *item = &d->item[i];

		rest_restore_ad(
		    p->who.account, (uint32_t)r->id, (uint32_t)i, ad);
		if (seal_wrap(p->service_key, REST_RESTORE_PURPOSE, ad,
			sizeof ad, d->octets.p + item->at, item->len,
			sealed) != SEAL_OK)
			err = DB_FAILED;
		else
			err = pages_restore_item(p->db, p->who.account, r->id,
			    (int64_t)i, item->piece, sealed,
			    item->len + SEAL_TAG_LEN);
	}
	return pages_restore_close(p->db, err);
}

/* ---- the price, as people read it ---- */

bool
deliver_waits(const struct deliver *d)
{
	return d->sms > d->to.day_max - d->to.day_sms ||
	       d->sms > d->to.month_max - d->to.month_sms;
}

bool
deliver_all_there(const struct deliver *d)
{
	return d->n == 0 && d->left_out > 0 && !d->too_much;
}

static void
put_money(struct page *p, int64_t milli)
{
	html_put(&p->body, " · %lld.%d%d", (long long)(milli / 1000),
	    (int)(milli / 100 % 10), (int)(milli / 10 % 10));
}

static void
put_time(const struct deliver *d)
{
	struct page *p = d->p;
	int64_t today = d->to.day_max - d->to.day_sms;
	int64_t min = (d->sms * SECONDS_AN_SMS + 59) / 60;

	if (today < 0)
		today = 0;
	if (d->sms > today && d->to.day_max > 0) {
		int64_t days =
		    1 + (d->sms - today + d->to.day_max - 1) / d->to.day_max;

		html_put(&p->body, "%s %lld %s", TXT(p, ABOUT), (long long)days,
		    TXT(p, DAYS));
		html_put(&p->body, "<p class=\"hint\">%s %lld</p>",
		    TXT(p, PRICE_DAY_LIMIT), (long long)d->to.day_max);
	} else {
		html_put(&p->body, "%s %lld %s", TXT(p, ABOUT), (long long)min,
		    TXT(p, MINUTES));
	}
}

void
deliver_put_price(const struct deliver *d)
{
	struct page *p = d->p;
	int64_t left = d->to.month_max - d->to.month_sms;

	html_put(&p->body,
	    "<dl><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd id=\"records\">%lld</dd>"
	    "<dt>%s</dt><dd><b id=\"sms\">%s %lld SMS</b>",
	    TXT(p, TO_WHICH), d->to.name, TXT(p, RECORDS_N),
	    (long long)d->records, TXT(p, PRICE), TXT(p, ABOUT),
	    (long long)d->sms);
	if (d->to.price_milli > 0)
		put_money(p, d->sms * d->to.price_milli);
	html_put(&p->body, "</dd><dt>%s</dt><dd>", TXT(p, TAKES));
	put_time(d);
	html_put(&p->body, "</dd><dt>%s</dt><dd>%lld %s %lld</dd></dl>\n",
	    TXT(p, BUDGET_LEFT), (long long)(left > 0 ? left : 0), TXT(p, OF),
	    (long long)d->to.month_max);
	if (d->sms > left || d->to.day_max == 0)
		html_put(&p->body,
		    "<p class=\"note wait\">%s <a href=\"/budget\">%s</a></p>",
		    TXT(p, PRICE_OVER), TXT(p, BUDGET));
}
