#include "browse.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- as of a day ---- */

int64_t
browse_day_read(const char *text)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%d", &tm);

	/* Neither a day before phones nor one that time_t cannot say. */
	if (end == NULL || *end != '\0' || tm.tm_year < 70 || tm.tm_year > 400)
		return -1;
	return (int64_t)timegm(&tm) * 1000;
}

void
browse_day(int64_t ms, char out[static 16])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	strftime(out, 16, "%Y-%m-%d", &tm);
}

/* "2026-05-03T14:30", or "2026-05-03" and maybe "14:30" in &at=. */
static bool
read_moment(struct page *p, int64_t *ms)
{
	const char *text = request_query(&p->req, "as_of");
	const char *clock = request_query(&p->req, "at");
	char day[11];

	snprintf(day, sizeof day, "%s", text);
	if (browse_day_read(day) < 0 || p->db == NULL)
		return false;
	if (text[10] == 'T')
		clock = text + 11;
	else if (text[10] != '\0')
		return false;
	return pages_moment(p->db, p->who.account, day, clock, ms) == DB_OK;
}

int64_t
browse_as_of(struct page *p)
{
	int64_t ms = 0;

	if (!p->as_of_known && read_moment(p, &ms) && ms < page_now_ms())
		p->as_of_ms = ms;
	p->as_of_known = true;
	return p->as_of_ms;
}

void
browse_keep(struct page *p, char first)
{
	char text[BROWSE_MOMENT_MAX];

	if (browse_as_of(p) != 0)
		html_put(&p->body, "%s%s", first == '?' ? "?as_of=" : "&as_of=",
		    browse_moment(p, 'T', text));
}

const char *
browse_moment(struct page *p, char between, char text[static BROWSE_MOMENT_MAX])
{
	const char *as_of = request_query(&p->req, "as_of");
	const char *at = request_query(&p->req, "at");

	snprintf(text, BROWSE_MOMENT_MAX, "%s%s%s", as_of,
	    at[0] != '\0' && strlen(as_of) == 10 ? "T" : "",
	    strlen(as_of) == 10 ? at : "");
	if (strlen(text) > 10)
		text[10] = between;
	return text;
}

void
browse_begin(struct page *p, const char *title)
{
	char text[BROWSE_MOMENT_MAX];

	page_begin(p, title);
	if (browse_as_of(p) == 0)
		return;
	html_put(&p->body,
	    "<p class=\"note past\" role=\"status\" id=\"as-of\"><span>%s "
	    "<b>%s</b></span> <a href=\"%s",
	    TXT(p, AS_IT_WAS), browse_moment(p, ' ', text), p->req.path);
	/* A page of one thing stays on it. */
	if (request_query(&p->req, "id")[0] != '\0')
		html_put(&p->body, "?phone=%s&id=%s",
		    request_query(&p->req, "phone"),
		    request_query(&p->req, "id"));
	else if (request_query(&p->req, "peer")[0] != '\0') {
		buf_str(&p->body, "?peer=");
		html_query(&p->body, request_query(&p->req, "peer"));
	}
	html_put(&p->body, "\">%s</a></p>\n", TXT(p, BACK_TO_TODAY));
}

/* ---- records ---- */

bool
browse_open(
    struct page *p, struct pages_records *rows, struct opened **list, size_t *n)
{
	uint8_t secret[SEAL_KEY_LEN];
	size_t damaged;
	bool ok;

	if (session_secret(p, secret) != SEAL_OK) {
		pages_records_clear(rows);
		session_end(p);
		page_redirect(p, "/sign-in");
		return false;
	}
	ok = page_ok(p, open_rows(p->opener, p->db, p->who.account, secret,
			    rows, list, n, &damaged));
	pages_records_clear(rows);
	seal_wipe(secret, sizeof secret);
	return ok;
}

static bool
list_of(struct page *p, const struct pages_wish *wish, struct opened **list,
    size_t *n, int64_t *total)
{
	struct pages_records rows;

	return page_ok(
		   p, pages_list(p->db, p->who.account, wish, &rows, total)) &&
	       browse_open(p, &rows, list, n);
}

bool
browse_records(struct page *p, int kind, struct opened **list, size_t *n)
{
	const struct pages_wish wish = {
		.kind = kind,
		.as_of_ms = browse_as_of(p),
	};

	return list_of(p, &wish, list, n, NULL);
}

size_t
browse_page(const struct page *p)
{
	long page = strtol(request_query(&p->req, "page"), NULL, 10);

	return page < 1 || page > 100000 ? 0 : (size_t)page - 1;
}

bool
browse_some(
    struct page *p, int kind, struct opened **list, size_t *n, int64_t *total)
{
	const struct pages_wish wish = {
		.kind = kind,
		.as_of_ms = browse_as_of(p),
		.skip = browse_page(p) * BROWSE_PAGE,
		.max = BROWSE_PAGE,
	};

	return list_of(p, &wish, list, n, total);
}

bool
browse_one(struct page *p, int kind, struct opened **one)
{
	int64_t id = request_number(&p->req, "id");
	struct pages_records rows;
	size_t n;

	if (!page_ok(p, pages_one(p->db, p->who.account,
			    request_number(&p->req, "phone"), kind,
			    (uint32_t)id, browse_as_of(p), &rows)) ||
	    !browse_open(p, &rows, one, &n))
		return false;
	if (n == 1)
		return true;
	opened_free(*one, n);
	page_error(p, 404, T_E_NOT_FOUND);
	return false;
}

static void
put_turn(struct page *p, const char *path, const char *more, size_t page,
    const char *text)
{
	html_put(&p->body, "<a class=\"button quiet\" href=\"%s?page=%zu", path,
	    page + 1);
	if (more[0] != '\0')
		html_put(&p->body, "&%s", more);
	browse_keep(p, '&');
	html_put(&p->body, "\">%s</a>", text);
}

void
browse_pager(struct page *p, const char *path, const char *more, int64_t total)
{
	size_t page = browse_page(p);
	int64_t from = (int64_t)page * BROWSE_PAGE;
	int64_t to = from + BROWSE_PAGE < total ? from + BROWSE_PAGE : total;

	if (total <= BROWSE_PAGE)
		return;
	html_put(&p->body, "<nav class=\"pager\" aria-label=\"%s\">",
	    TXT(p, PAGES_OF_LIST));
	if (page > 0)
		put_turn(p, path, more, page - 1, TXT(p, NEWER));
	html_put(&p->body, "<span>%lld–%lld %s %lld</span>",
	    (long long)(from + 1), (long long)to, TXT(p, OF), (long long)total);
	if (to < total)
		put_turn(p, path, more, page + 1, TXT(p, OLDER));
	buf_str(&p->body, "</nav>\n");
}

void
browse_versions(struct page *p, const struct opened *o)
{
	html_put(&p->body,
	    "<a href=\"/record?phone=%lld&amp;kind=%u&amp;id=%u\">%s</a>",
	    (long long)o->phone, (unsigned)record_kind(o->record),
	    (unsigned)record_id(o->record), TXT(p, VERSIONS));
}

void
browse_size(struct page *p, int64_t octets)
{
	if (octets < 1000)
		html_put(&p->body, "%lld B", (long long)octets);
	else if (octets < 100000)
		html_put(&p->body, "%lld.%lld kB", (long long)(octets / 1000),
		    (long long)(octets % 1000 / 100));
	else if (octets < 1000000)
		html_put(&p->body, "%lld kB", (long long)(octets / 1000));
	else
		html_put(&p->body, "%lld.%lld MB",
		    (long long)(octets / 1000000),
		    (long long)(octets % 1000000 / 100000));
}

const char *
browse_or(const char *text, const char *fallback)
{
	return text != NULL ? text : fallback;
}

void
browse_empty(struct page *p, const char *title)
{
	html_put(&p->body,
	    "<div class=\"card empty\"><h2>%s</h2><p>%s</p></div>\n", title,
	    TXT(p, EMPTY_TEXT));
}

/* ---- who is this number? ---- */

/* The digits that tell numbers apart: the last nine, whatever stands before. */
void
browse_number_key(const char *number, char out[static 16])
{
	char digits[64];
	size_t n = 0;

	for (; *number != '\0' && n < sizeof digits - 1; number++)
		if (isdigit((unsigned char)*number))
			digits[n++] = *number;
	digits[n] = '\0';
	snprintf(out, 16, "%s", n > 9 ? digits + n - 9 : digits);
}

static int
compare_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct name *)a)->key, ((const struct name *)b)->key);
}

bool
names_load(struct page *p, struct names *out)
{
	size_t room = 0;

	*out = (struct names){ 0 };
	if (!browse_records(p, RECORD_CONTACT, &out->contacts, &out->ncontacts))
		return false;
	for (size_t i = 0; i < out->ncontacts; i++)
		room += record_count(out->contacts[i].record, RECORD_NUMBER);
	if ((out->list = calloc(room + 1, sizeof *out->list)) == NULL)
		return true;
	for (size_t i = 0; i < out->ncontacts; i++) {
		const struct record *r = out->contacts[i].record;

		for (size_t k = 0; k < record_count(r, RECORD_NUMBER); k++) {
			struct name *name = &out->list[out->n];

			name->name = record_text(r, RECORD_NAME, 0);
			browse_number_key(
			    record_text(r, RECORD_NUMBER, k), name->key);
			if (name->name != NULL && name->key[0] != '\0')
				out->n++;
		}
	}
	qsort(out->list, out->n, sizeof *out->list, compare_name);
	return true;
}

void
names_free(struct names *names)
{
	free(names->list);
	opened_free(names->contacts, names->ncontacts);
}

/* A contact's name, or the number itself. */
const char *
names_find(const struct names *names, const char *number)
{
	struct name key = { .name = NULL };
	const struct name *found = NULL;

	browse_number_key(number, key.key);
	if (names->list != NULL && key.key[0] != '\0')
		found = bsearch(&key, names->list, names->n,
		    sizeof *names->list, compare_name);
	return found != NULL ? found->name : number;
}

/* The first letter of a name, on a colour that the name keeps. */
void
browse_avatar(struct page *p, const char *name, const char *class)
{
	unsigned colour = 0;
	char first[5] = "?";
	size_t n = 1;

	for (const char *c = name; *c != '\0'; c++)
		colour = colour * 31 + (unsigned char)*c;
	while (
	    name[0] != '\0' && n < 4 && ((unsigned char)name[n] & 0xc0) == 0x80)
		n++;
	/* A number has no initial. */
	if (name[0] != '\0' && name[0] != '+' &&
	    !isdigit((unsigned char)name[0]))
		snprintf(first, n + 1, "%s", name);
	else
		snprintf(first, sizeof first, "#");
	html_put(&p->body,
	    "<span class=\"avatar %s c%u\" aria-hidden=\"true\">%s</span>",
	    class, colour % 6, first);
}
