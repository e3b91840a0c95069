/*
 * The check of a backup: one press opens all of it, and the page says what was
 * found.
 */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "verify.h"

#define MOST_MS 30000 /* of one look */

/* ---- in short ---- */

static void
put_number(struct page *p, enum text_id what, int64_t n)
{
	html_put(
	    &p->body, " · %s %lld", text_get(p->language, what), (long long)n);
}

static bool
is_good(const struct pages_check *c)
{
	return c->unreadable == 0 && c->missing == 0;
}

static void
put_verdict(struct page *p, const struct pages_check *c)
{
	if (is_good(c) && !c->part)
		html_put(&p->body, "%s %lld %s %lld %s", TXT(p, CHECK_ALL),
		    (long long)c->records, TXT(p, CHECK_RECORDS_AND),
		    (long long)c->files, TXT(p, CHECK_FILES_READ));
	else
		html_put(&p->body, "%s %lld", TXT(p, CHECK_UNREADABLE),
		    (long long)c->unreadable);
	if (!is_good(c) || c->part) {
		put_number(p, T_CHECK_OF_RECORDS, c->records);
		put_number(p, T_CHECK_OF_FILES, c->files);
	}
	if (c->unfinished > 0)
		put_number(p, T_CHECK_UNFINISHED, c->unfinished);
	if (c->missing > 0)
		put_number(p, T_CHECK_MISSING, c->missing);
}

static void
put_note(struct page *p, const struct pages_check *c, const char *id)
{
	html_put(&p->body, "<p class=\"note %s\" id=\"%s\" role=\"%s\">",
	    !is_good(c) ? "bad"
	    : c->part   ? "wait"
			: "good",
	    id, is_good(c) ? "status" : "alert");
	if (c->part) {
		html_put(&p->body, "%s ", TXT(p, CHECK_PART));
	} else {
		html_put(&p->body, "%s ", TXT(p, CHECKED));
		page_moment(p, c->checked_ms);
		buf_str(&p->body, ": ");
	}
	put_verdict(p, c);
}

void
page_check_note(struct page *p)
{
	struct pages_check c;

	if (pages_check_last(p->db, p->who.account, &c) != DB_OK ||
	    (c.checked_ms == 0 && !c.part))
		return;
	put_note(p, &c, "checked");
	html_put(&p->body, " <a href=\"/check\">%s</a></p>\n", TXT(p, DETAILS));
}

/* ---- by phone and kind ---- */

static void
put_line(struct page *p, const char *class, const char *text)
{
	html_put(
	    &p->body, "<span class=\"state %s\">%s</span><br>", class, text);
}

static void
put_claim(struct page *p, const struct verify_tally *t)
{
	switch (t->claim) {
	case VERIFY_UNSAID:
		html_put(&p->body, "<small>%s</small>", TXT(p, CHECK_NOT_SAID));
		break;
	case VERIFY_UNDER_WAY:
		html_put(
		    &p->body, "<small>%s</small>", TXT(p, CHECK_UNDER_WAY));
		break;
	case VERIFY_EQUAL:
		html_put(&p->body, "<small>%s %lld · ", TXT(p, CHECK_AS_SAID),
		    (long long)t->claimed);
		page_moment(p, t->said_ms);
		buf_str(&p->body, "</small>");
		break;
	case VERIFY_DIFFERS:
		html_put(&p->body,
		    "<span class=\"state bad\">%s</span> <small>%s %lld, %s "
		    "%lld</small>",
		    TXT(p, DIFFERS), TXT(p, CHECK_PHONE_SENT),
		    (long long)t->claimed, TXT(p, CHECK_HERE),
		    (long long)t->here);
		break;
	}
}

static void
put_tally(struct page *p, const struct verify_tally *t, bool claims)
{
	html_put(&p->body,
	    "<tr data-kind=\"%s\" data-claim=\"%d\"><th scope=\"row\">%s</th>"
	    "<td>%lld<br><small>%lld %s</small></td><td>",
	    record_kind_name((enum record_kind)t->kind), (int)t->claim,
	    fields_kind(p, t->kind), (long long)t->records,
	    (long long)t->versions,
	    t->versions == 1 ? TXT(p, VERSION_SMALL) : TXT(p, VERSIONS_SMALL));
	if (t->unreadable == 0)
		put_line(p, "good", TXT(p, CHECK_CAN_READ));
	else
		html_put(&p->body,
		    "<span class=\"state bad\">%s %lld</span><br>",
		    TXT(p, CHECK_UNREADABLE), (long long)t->unreadable);
	if (t->files > 0)
		html_put(&p->body, "<small>%lld %s</small><br>",
		    (long long)t->files, TXT(p, CHECK_BY_DIGEST));
	if (t->unfinished > 0)
		html_put(&p->body, "<small>%s %lld</small><br>",
		    TXT(p, CHECK_UNFINISHED), (long long)t->unfinished);
	if (claims)
		put_claim(p, t);
	buf_str(&p->body, "</td></tr>\n");
}

static void
put_phone(struct page *p, const struct verify *v, const struct pages_phone *ph)
{
	bool any = false;

	for (size_t i = 0; i < v->ntallies; i++) {
		if (v->tally[i].phone != ph->phone)
			continue;
		if (!any)
			html_put(&p->body,
			    "<section class=\"card\" data-phone=\""
			    "%lld\"><h2>%s</h2><table><thead><tr><th "
			    "scope=\"col\">%s</th><th scope=\"col\">%s</th>"
			    "<th scope=\"col\">%s</th></tr></thead><tbody>",
			    (long long)ph->phone, ph->name, TXT(p, KIND),
			    TXT(p, RECORDS_N), TXT(p, CHECK_RESULT));
		any = true;
		put_tally(p, &v->tally[i], !ph->imported && !v->sum.part);
	}
	if (any)
		buf_str(&p->body, "</tbody></table></section>\n");
}

/* ---- one by one ---- */

static const struct {
	enum text_id text, hint;
} whys[VERIFY_WHYS] = {
	[VERIFY_NO_KEY] = { T_V_NO_KEY, T_V_DO },
	[VERIFY_KEY_SHUT] = { T_V_KEY_SHUT, T_V_DO },
	[VERIFY_SHUT] = { T_V_SHUT, T_V_DO },
	[VERIFY_COLUMNS] = { T_V_COLUMNS, T_V_DO_LIST },
	[VERIFY_GONE] = { T_V_GONE, T_V_DO },
	[VERIFY_UNLISTED] = { T_V_UNLISTED, T_V_DO_LIST },
	[VERIFY_FILE_GONE] = { T_V_FILE_GONE, T_V_DO_FILE },
	[VERIFY_FILE_PIECES] = { T_V_FILE_PIECES, T_V_DO_FILE },
	[VERIFY_FILE_DIGEST] = { T_V_FILE_DIGEST, T_V_DO_FILE },
	[VERIFY_FILE_COMING] = { T_V_FILE_COMING, T_NONE },
	[VERIFY_FILE_OLD] = { T_V_FILE_OLD, T_NONE },
	[VERIFY_FILE_UNBOUND] = { T_V_FILE_UNBOUND, T_NONE },
};

static const char *
phone_name(const struct pages_phone *list, size_t n, int64_t phone)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].phone == phone)
			return list[i].name;
	return "?";
}

/* To its versions, or to its phone, if it has none. */
static void
put_found(struct page *p, const struct verify_found *f, const char *phone)
{
	if (f->stored_ms != 0)
		html_put(&p->body,
		    "<li data-why=\"%d\"><a href=\"/record?phone=%lld&amp;"
		    "kind=%u&amp;id=%u\">",
		    (int)f->why, (long long)f->phone, f->kind,
		    (unsigned)f->record);
	else
		html_put(&p->body,
		    "<li data-why=\"%d\"><a href=\"/phone?id=%lld\">",
		    (int)f->why, (long long)f->phone);
	html_put(&p->body, "<span class=\"main\"><b>%s %s</b><small>%s · ",
	    fields_kind(p, f->kind), f->name, phone);
	if (f->stored_ms != 0) {
		html_put(&p->body, "%s ", TXT(p, CHECK_STORED));
		page_moment(p, f->stored_ms);
		buf_str(&p->body, " · ");
	}
	html_put(&p->body, "%u</small><small>%s", (unsigned)f->record,
	    text_get(p->language, whys[f->why].text));
	if (f->size > 0)
		html_put(
		    &p->body, " %lld %%", (long long)(f->have * 100 / f->size));
	if (whys[f->why].hint != T_NONE)
		html_put(
		    &p->body, " %s", text_get(p->language, whys[f->why].hint));
	buf_str(&p->body, "</small></span></a></li>\n");
}

static void
put_list(struct page *p, const char *id, enum text_id title,
    const struct verify_list *list, const struct pages_phone *phones, size_t n)
{
	if (list->n == 0)
		return;
	html_put(&p->body, "<h2>%s</h2>\n", text_get(p->language, title));
	if (list->n == VERIFY_SHOWN)
		html_put(
		    &p->body, "<p class=\"hint\">%s</p>", TXT(p, CHECK_FIRST));
	html_put(&p->body, "<ul class=\"list damage\" id=\"%s\">", id);
	for (size_t i = 0; i < list->n; i++)
		put_found(p, &list->list[i],
		    phone_name(phones, n, list->list[i].phone));
	buf_str(&p->body, "</ul>\n");
}

/* ---- the page ---- */

/* c NULL: none has ever begun. */
static void
begin(struct page *p, const struct pages_check *c, enum text_id wrong)
{
	page_begin(p, TXT(p, CHECK));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, CHECK_TEXT));
	if (wrong != T_NONE)
		page_note(p, "wait", text_get(p->language, wrong));
	if (c != NULL && (c->part || c->checked_ms != 0)) {
		put_note(p, c, "verdict");
		buf_str(&p->body, "</p>\n");
	} else {
		html_put(&p->body, "<p class=\"hint\" id=\"verdict\">%s</p>\n",
		    TXT(p, CHECK_NEVER));
	}
	buf_str(&p->body,
	    "<form method=\"post\" action=\"/check\" class=\"buttons\">");
	page_csrf(p);
	html_put(&p->body, "<button id=\"check\">%s</button></form>\n",
	    c != NULL && c->part ? TXT(p, CHECK_ON) : TXT(p, CHECK_NOW));
}

static void
end(struct page *p)
{
	html_put(&p->body,
	    "<p class=\"back\"><a href=\"/account\">← %s</a></p>\n",
	    TXT(p, ACCOUNT));
	page_end(p);
}

static void
show_last(struct page *p, enum text_id wrong)
{
	struct pages_check c;
	enum db_err err = pages_check_last(p->db, p->who.account, &c);

	if (err != DB_NONE && !page_ok(p, err))
		return;
	begin(p, err == DB_OK ? &c : NULL, wrong);
	end(p);
}

static void
show(struct page *p, const struct verify *v)
{
	struct pages_phone *phones = NULL;
	size_t n = 0;

	if (!page_ok(p, pages_phones(p->db, p->who.account, 0, &phones, &n)))
		return;
	begin(p, &v->sum, T_NONE);
	put_list(p, "bad", T_CHECK_FOUND, &v->bad, phones, n);
	put_list(
	    p, "unfinished", T_CHECK_FILES_WAIT, &v->unfinished, phones, n);
	if (v->sum.part)
		html_put(&p->body, "<p class=\"hint\">%s</p>\n",
		    TXT(p, CHECK_THIS_PART));
	for (size_t i = 0; i < n; i++)
		put_phone(p, v, &phones[i]);
	end(p);
	free(phones);
}

/* Once for each change, and rather twice than not at all: before the result is
 * kept. */
static enum db_err
tell(struct page *p, const struct pages_check *c, int64_t before)
{
	int64_t found = c->unreadable + c->missing;

	if (c->part || found == 0 || found == before)
		return DB_OK;
	return pages_event_put(p->db, p->who.account, 0, "backup-damaged", "");
}

/* One that breaks off leaves what was found before as it was. */
static enum db_err
run(struct page *p, struct verify *v)
{
	int64_t before = v->sum.found;
	enum db_err err = verify_run(v, MOST_MS);

	if (err == DB_OK)
		err = tell(p, &v->sum, before);
	if (err != DB_OK)
		return err;
	if (!v->sum.part)
		v->sum.checked_ms = page_now_ms();
	return pages_check_end(p->db, p->who.account, &v->sum);
}

static void
check(struct page *p, const uint8_t *secret)
{
	struct verify *v = calloc(1, sizeof *v);
	enum db_err err = DB_FAILED;

	if (v != NULL) {
		v->db = p->db;
		v->account = p->who.account;
		v->secret = secret;
		err = pages_check_begin(p->db, p->who.account, &v->sum);
	}
	if (err == DB_NONE) {
		p->status = 409;
		show_last(p, T_CHECK_BUSY);
	} else if (err == DB_OK && page_ok(p, run(p, v))) {
		show(p, v);
	} else if (err != DB_OK) {
		page_error(p, 503, T_E_DATABASE);
	}
	if (v != NULL)
		verify_clear(v);
	free(v);
}

void
page_check(struct page *p)
{
	uint8_t secret[SEAL_KEY_LEN];

	if (!p->req.post) {
		show_last(p, T_NONE);
	} else if (session_secret(p, secret) == SEAL_OK) {
		check(p, secret);
	} else {
		session_end(p);
		page_redirect(p, "/sign-in");
	}
	seal_wipe(secret, sizeof secret);
}
