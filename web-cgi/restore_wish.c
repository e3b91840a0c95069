/*
 * What an owner wants put on a phone: read from the form, brought together
 * without what is on the phone already, and priced.
 */
#include "restore_wish.h"

#include <stdio.h>
#include <string.h>

/* ---- what the form says ---- */

void
restore_read_wish(struct page *p, struct wish *w)
{
	const char *day = request_form(&p->req, "day");
	const char *clock = request_form(&p->req, "clock");
	bool any = false;

	*w = (struct wish){ .from = request_number(&p->req, "from"),
		.to = request_number(&p->req, "to"),
		.purpose = "restore" };
	for (size_t i = 0; i < RESTORE_KINDS; i++) {
		w->kind[i] =
		    request_form(&p->req, restore_kinds[i].name)[0] != '\0';
		any = any || w->kind[i];
	}
	for (size_t i = 0; i < p->req.nform; i++)
		w->items += strcmp(p->req.form[i].name, "item") == 0;
	if (strcmp(request_form(&p->req, "purpose"), "undelete") == 0)
		w->purpose = "undelete";
	w->all = request_form(&p->req, "all")[0] != '\0';
	if (!any && w->items == 0)
		w->wrong = T_E_NOTHING_CHOSEN;
	else if ((*day != '\0' || *clock != '\0') &&
		 pages_moment(
		     p->db, p->who.account, day, clock, &w->as_of_ms) != DB_OK)
		w->wrong = T_E_DAY;
}

/* "PHONE.KIND.ID" or "PHONE.KIND.ID.TRANSFER.ORDINAL" */
struct item {
	int64_t phone;
	int kind;
	uint32_t id, transfer, ordinal;
};

static bool
read_item(const char *text, struct item *out)
{
	long long phone;
	unsigned kind, id, transfer = 0, ordinal = 0;
	int n = 0;

	if (sscanf(text, "%18lld.%2u.%10u%n", &phone, &kind, &id, &n) != 3 ||
	    phone < 1 || kind < 1 || kind >= RECORD_KIND_COUNT)
		return false;
	text += n;
	if (*text != '\0' &&
	    (sscanf(text, ".%10u.%10u%n", &transfer, &ordinal, &n) != 2 ||
		text[n] != '\0'))
		return false;
	*out = (struct item){ phone, (int)kind, id, transfer, ordinal };
	return true;
}

/* ---- what it brings together ---- */

struct collect {
	struct deliver *d;
	struct gather *g;
	bool files; /* the octets of files: last, after every record */
};

static bool
take(void *ctx, const struct opened *o)
{
	struct collect *c = ctx;

	if (!c->files)
		deliver_record(c->d, o->record);
	else if (deliver_file(c->d, c->g, o->phone, o->record) == DB_LOST)
		return false;
	return !c->d->too_much;
}

static enum db_err
collect_kinds(struct collect *c, const struct wish *w)
{
	enum db_err err = DB_OK;

	for (size_t i = 0; err == DB_OK && i <= RESTORE_KINDS; i++) {
		struct pages_walk walk = { .phone = w->from,
			.as_of_ms = w->as_of_ms };

		/* Once more for the files: their octets. */
		c->files = i == RESTORE_KINDS;
		walk.kind =
		    (int)restore_kinds[c->files ? RESTORE_KINDS - 1 : i].kind;
		if (w->kind[c->files ? RESTORE_KINDS - 1 : i])
			err = gather_walk(c->g, walk, take, c);
	}
	return err;
}

static enum db_err
collect_items(struct page *p, struct collect *c)
{
	enum db_err err = DB_OK;

	for (int files = 0; files < 2; files++) {
		for (size_t i = 0; err == DB_OK && i < p->req.nform; i++) {
			struct record *r = NULL;
			struct item item;

			if (strcmp(p->req.form[i].name, "item") != 0 ||
			    !read_item(p->req.form[i].value, &item) ||
			    (files && item.kind != RECORD_FILE))
				continue;
			err = gather_version(c->g, item.phone, item.kind,
			    item.id, item.transfer, item.ordinal, &r);
			if (err == DB_NONE) {
				err = DB_OK; /* it is gone since */
				continue;
			}
			if (err == DB_OK && files)
				deliver_file(c->d, c->g, item.phone, r);
			else if (err == DB_OK)
				deliver_record(c->d, r);
			record_free(r);
		}
	}
	return err;
}

static unsigned
kinds_of(const struct page *p, const struct wish *w)
{
	unsigned kinds = 0;
	struct item item;

	for (size_t i = 0; w->items == 0 && i < RESTORE_KINDS; i++)
		if (w->kind[i])
			kinds |= 1u << restore_kinds[i].kind;
	for (size_t i = 0; w->items > 0 && i < p->req.nform; i++)
		if (strcmp(p->req.form[i].name, "item") == 0 &&
		    read_item(p->req.form[i].value, &item))
			kinds |= 1u << item.kind;
	return kinds;
}

bool
restore_collect(struct page *p, const struct wish *w, struct deliver *d)
{
	struct gather g;
	struct collect c = { .d = d, .g = &g };
	enum db_err err = deliver_begin(d, p, w->to);

	if (!page_ok(p, err))
		return false;
	if (!gather_begin(&g, p))
		return false;
	/* As the gateway will say it to the phone. */
	d->own = w->from == w->to || strcmp(w->purpose, "restore") != 0;
	if (!w->all)
		err = deliver_leave_out(d, &g, kinds_of(p, w));
	if (err == DB_OK)
		err =
		    w->items > 0 ? collect_items(p, &c) : collect_kinds(&c, w);
	gather_end(&g);
	if (!page_ok(p, err))
		return false;
	deliver_price(d);
	return true;
}

void
restore_label(struct page *p, const struct wish *w, char *out, size_t cap)
{
	const char *day = request_form(&p->req, "day");
	const char *clock = request_form(&p->req, "clock");
	size_t n = 0;

	out[0] = '\0';
	if (w->items > 0)
		n = (size_t)snprintf(out, cap, "%zu %s", w->items,
		    w->items == 1 ? TXT(p, PICKED_ONE) : TXT(p, PICKED));
	for (size_t i = 0; w->items == 0 && i < RESTORE_KINDS; i++)
		if (w->kind[i] && n < cap)
			n += (size_t)snprintf(out + n, cap - n, "%s%s",
			    n > 0 ? ", " : "",
			    text_get(p->language, restore_kinds[i].text));
	if (w->as_of_ms != 0 && n < cap)
		snprintf(out + n, cap - n, " · %s%s%s", day,
		    clock[0] != '\0' ? " " : "", clock);
}
