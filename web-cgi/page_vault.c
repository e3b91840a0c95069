/*
 * What is in the vault: contacts, messages, calls; and what has happened.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "page.h"

#define LIST_MAX 20000
#define SHOWN_MAX 500

/* All current records of a kind, opened; false after answering an error. */
static bool
records(struct page *p, int kind, struct opened **list, size_t *n)
{
	uint8_t secret[SEAL_KEY_LEN];
	size_t damaged;
	bool ok;

	if (session_secret(p, secret) != SEAL_OK) {
		session_end(p);
		page_redirect(p, "/sign-in");
		return false;
	}
	ok = page_ok(p, open_records(p->opener, p->db, p->who.account, secret,
			    kind, 0, LIST_MAX, list, n, &damaged));
	seal_wipe(secret, sizeof secret);
	return ok;
}

static const char * or (const char *text, const char *fallback)
{
	return text != NULL ? text : fallback;
}

static void
put_empty(struct page *p, const char *title)
{
	html_put(&p->body,
	    "<div class=\"card empty\"><h2>%s</h2><p>%s</p></div>\n", title,
	    TXT(p, EMPTY_TEXT));
}

/* ---- who is this number? ---- */

/* The digits that tell numbers apart: the last nine, whatever stands before. */
static void
number_key(const char *number, char out[static 16])
{
	char digits[64];
	size_t n = 0;

	for (; *number != '\0' && n < sizeof digits - 1; number++)
		if (isdigit((unsigned char)*number))
			digits[n++] = *number;
	digits[n] = '\0';
	snprintf(out, 16, "%s", n > 9 ? digits + n - 9 : digits);
}

struct name {
	char key[16];
	const char *name; /* not owned */
};

struct names {
	struct name *list;
	size_t n;
	struct opened *contacts;
	size_t ncontacts;
};

static int
compare_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct name *)a)->key, ((const struct name *)b)->key);
}

static bool
load_names(struct page *p, struct names *out)
{
	size_t room = 0;

	*out = (struct names){ 0 };
	if (!records(p, RECORD_CONTACT, &out->contacts, &out->ncontacts))
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
			number_key(record_text(r, RECORD_NUMBER, k), name->key);
			if (name->name != NULL && name->key[0] != '\0')
				out->n++;
		}
	}
	qsort(out->list, out->n, sizeof *out->list, compare_name);
	return true;
}

static void
free_names(struct names *names)
{
	free(names->list);
	opened_free(names->contacts, names->ncontacts);
}

/* A contact's name, or the number itself. */
static const char *
name_of(const struct names *names, const char *number)
{
	struct name key = { .name = NULL };
	const struct name *found = NULL;

	number_key(number, key.key);
	if (names->list != NULL && key.key[0] != '\0')
		found = bsearch(&key, names->list, names->n,
		    sizeof *names->list, compare_name);
	return found != NULL ? found->name : number;
}

/* ---- contacts ---- */

static int
by_name(const void *a, const void *b)
{
	return strcasecmp(
	    or (record_text(((const struct opened *)a)->record, RECORD_NAME, 0),
		   ""),
	    or (record_text(((const struct opened *)b)->record, RECORD_NAME, 0),
		   ""));
}

static bool
matches(const struct record *r, const char *q)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	for (size_t i = 0; i < n; i++)
		if (f[i].type == RECORD_TEXT && strcasestr(f[i].text, q))
			return true;
	return false;
}

/* The first letter of a name, on a colour that the name keeps. */
static void
put_avatar(struct page *p, const char *name, const char *class)
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

static void
put_contact(struct page *p, const struct opened *o)
{
	const struct record *r = o->record;
	const char *name = or (record_text(r, RECORD_NAME, 0), "?");

	html_put(&p->body, "<li><a href=\"/contact?phone=%lld&amp;id=%u\">",
	    (long long)o->phone, record_id(r));
	put_avatar(p, name, "");
	html_put(&p->body,
	    "<span class=\"main\"><b>%s</b><small>%s</small>"
	    "</span></a></li>\n",
	    name, or (record_text(r, RECORD_NUMBER, 0), ""));
}

void
page_contacts(struct page *p)
{
	const char *q = request_query(&p->req, "q");
	struct opened *list;
	size_t n, shown = 0;

	if (!records(p, RECORD_CONTACT, &list, &n))
		return;
	qsort(list, n, sizeof *list, by_name);
	page_begin(p, TXT(p, CONTACTS));
	if (n == 0) {
		put_empty(p, TXT(p, NO_CONTACTS));
	} else {
		html_put(&p->body,
		    "<form class=\"search\" role=\"search\"><label "
		    "class=\"hidden\" for=\"q\">%s</label><input id=\"q\" "
		    "type=\"search\" name=\"q\" value=\"%s\" "
		    "placeholder=\"%s\"><button>%s</button></form>\n"
		    "<ul class=\"list\" id=\"contacts\">",
		    TXT(p, SEARCH_CONTACTS), q, TXT(p, SEARCH_CONTACTS),
		    TXT(p, SEARCH));
		for (size_t i = 0; i < n && shown < SHOWN_MAX; i++)
			if (*q == '\0' || matches(list[i].record, q)) {
				put_contact(p, &list[i]);
				shown++;
			}
		buf_str(&p->body, "</ul>\n");
		if (shown == 0)
			html_put(
			    &p->body, "<p>%s</p>\n", TXT(p, NOTHING_FOUND));
	}
	page_end(p);
	opened_free(list, n);
}

static enum text_id
label_text(int64_t label)
{
	switch (label) {
	case RECORD_LABEL_MOBILE:
		return T_MOBILE;
	case RECORD_LABEL_HOME:
		return T_HOME_NUMBER;
	case RECORD_LABEL_WORK:
		return T_WORK;
	default:
		return T_OTHER;
	}
}

static void
put_texts(
    struct page *p, const struct record *r, uint16_t tag, const char *label)
{
	for (size_t i = 0; i < record_count(r, tag); i++)
		html_put(&p->body, "<dt>%s</dt><dd>%s</dd>", label,
		    record_text(r, tag, i));
}

static void
put_number(struct page *p, const struct record *r, size_t i)
{
	const char *number = record_text(r, RECORD_NUMBER, i);
	int64_t type = record_int(r, RECORD_NUMBER_TYPE, i, 1);

	html_put(&p->body,
	    "<dt>%s</dt><dd>%s <a class=\"small\" href=\"/conversation?peer=",
	    text_get(p->language, label_text(type)), number);
	html_query(&p->body, number);
	html_put(&p->body, "\">%s</a></dd>", TXT(p, MESSAGES));
}

static void
show_contact(struct page *p, const struct record *r)
{
	const char *name = or (record_text(r, RECORD_NAME, 0), "?");

	page_begin(p, name);
	buf_str(&p->body, "<div class=\"card narrow person\">");
	put_avatar(p, name, "big");
	buf_str(&p->body, "<dl>");
	for (size_t i = 0; i < record_count(r, RECORD_NUMBER); i++)
		put_number(p, r, i);
	put_texts(p, r, RECORD_EMAIL, TXT(p, EMAIL));
	put_texts(p, r, RECORD_ORG, TXT(p, ORG));
	put_texts(p, r, RECORD_ADDRESS, TXT(p, ADDRESS));
	put_texts(p, r, RECORD_BIRTHDAY, TXT(p, BIRTHDAY));
	put_texts(p, r, RECORD_NOTE_TEXT, TXT(p, NOTE));
	html_put(&p->body,
	    "</dl></div>\n<p><a href=\"/contacts\">← %s</a></p>\n",
	    TXT(p, CONTACTS));
	page_end(p);
}

void
page_contact(struct page *p)
{
	int64_t phone = request_number(&p->req, "phone");
	int64_t id = request_number(&p->req, "id");
	const struct record *found = NULL;
	struct opened *list;
	size_t n;

	if (!records(p, RECORD_CONTACT, &list, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (list[i].phone == phone &&
		    (int64_t)record_id(list[i].record) == id)
			found = list[i].record;
	if (found != NULL)
		show_contact(p, found);
	else
		page_error(p, 404, T_E_NOT_FOUND);
	opened_free(list, n);
}

/* ---- messages ---- */

struct thread {
	char key[16];
	const char *peer, *last; /* of its newest message */
	int64_t time_ms;
	size_t count;
	bool sent;
};

/* The newest message of each peer; list is newest first. */
static size_t
threads_of(const struct opened *list, size_t n, struct thread *out)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct record *r = list[i].record;
		const char *peer = or (record_text(r, RECORD_PEER, 0), "");
		char key[16];
		size_t k;

		number_key(peer, key);
		if (key[0] == '\0')
			snprintf(key, sizeof key, "%s", peer);
		for (k = 0; k < count; k++)
			if (strcmp(out[k].key, key) == 0)
				break;
		if (k == count) {
			memcpy(out[k].key, key, sizeof key);
			out[k].peer = peer;
			out[k].last = or (record_text(r, RECORD_BODY, 0), "");
			out[k].time_ms = record_time_ms(r);
			out[k].sent = record_int(r, RECORD_DIRECTION, 0, 1) ==
				      RECORD_MSG_SENT;
			out[k].count = 0;
			count++;
		}
		out[k].count++;
	}
	return count;
}

static void
put_thread(struct page *p, const struct thread *t, const struct names *names)
{
	const char *name = t->peer[0] != '\0' ? name_of(names, t->peer)
					      : TXT(p, UNKNOWN_NUMBER);

	buf_str(&p->body, "<li><a href=\"/conversation?peer=");
	html_query(&p->body, t->peer);
	buf_str(&p->body, "\">");
	put_avatar(p, name, "");
	html_put(&p->body, "<span class=\"main\"><b>%s</b><small>", name);
	if (t->sent)
		html_put(&p->body, "%s: ", TXT(p, YOU));
	html_put(
	    &p->body, "%s</small></span><span class=\"side\"><small>", t->last);
	page_ago(p, t->time_ms);
	html_put(&p->body,
	    "</small><span class=\"badge\">%zu</span></span></a></li>\n",
	    t->count);
}

void
page_messages(struct page *p)
{
	struct names names;
	struct thread *threads;
	struct opened *list;
	size_t n, count;

	if (!records(p, RECORD_MESSAGE, &list, &n))
		return;
	if (!load_names(p, &names)) {
		opened_free(list, n);
		return;
	}
	if ((threads = calloc(n + 1, sizeof *threads)) == NULL) {
		page_error(p, 500, T_E_DATABASE);
		goto out;
	}
	page_begin(p, TXT(p, MESSAGES));
	count = threads_of(list, n, threads);
	if (count == 0)
		put_empty(p, TXT(p, NO_MESSAGES));
	else
		buf_str(&p->body, "<ul class=\"list\" id=\"threads\">");
	for (size_t i = 0; i < count && i < SHOWN_MAX; i++)
		put_thread(p, &threads[i], &names);
	if (count > 0)
		buf_str(&p->body, "</ul>\n");
	page_end(p);
out:
	free(threads);
	free_names(&names);
	opened_free(list, n);
}

static void
put_bubble(struct page *p, const struct record *r, int64_t *day)
{
	bool sent = record_int(r, RECORD_DIRECTION, 0, 1) == RECORD_MSG_SENT;
	int64_t ms = record_time_ms(r);
	time_t t = (time_t)(ms / 1000);
	struct tm tm = { 0 };
	char date[16];

	gmtime_r(&t, &tm);
	strftime(date, sizeof date, "%Y-%m-%d", &tm);
	if (ms / 86400000 != *day)
		html_put(&p->body, "<p class=\"day\">%s</p>", date);
	*day = ms / 86400000;
	html_put(&p->body, "<div class=\"bubble %s\"><p>%s</p><small>",
	    sent ? "sent" : "got", or (record_text(r, RECORD_BODY, 0), ""));
	page_clock(p, ms);
	buf_str(&p->body, "</small></div>\n");
}

static bool
same_peer(const char *a, const char *b)
{
	char key[16], other[16];

	number_key(a, key);
	number_key(b, other);
	return key[0] != '\0' ? strcmp(key, other) == 0 : strcmp(a, b) == 0;
}

static void
show_conversation(struct page *p, const char *peer, const char *name,
    const struct opened *list, size_t n)
{
	size_t shown = 0;
	int64_t day = -1;

	page_begin(p, name);
	html_put(&p->body, "<p class=\"back\"><a href=\"/messages\">← %s</a>",
	    TXT(p, MESSAGES));
	if (strcmp(name, peer) != 0)
		html_put(&p->body, " <span class=\"hint\">%s</span>", peer);
	buf_str(&p->body, "</p>\n<div class=\"chat\">");
	/* Oldest first, as people read. */
	for (size_t i = n; i-- > 0 && shown < 2000;) {
		const struct record *r = list[i].record;

		if (same_peer(peer, or (record_text(r, RECORD_PEER, 0), ""))) {
			put_bubble(p, r, &day);
			shown++;
		}
	}
	if (shown == 0)
		html_put(&p->body, "<p>%s</p>", TXT(p, NOTHING_FOUND));
	buf_str(&p->body, "</div>\n");
	page_end(p);
}

void
page_conversation(struct page *p)
{
	const char *peer = request_query(&p->req, "peer");
	struct names names;
	struct opened *list;
	size_t n;

	if (!records(p, RECORD_MESSAGE, &list, &n))
		return;
	if (load_names(p, &names)) {
		show_conversation(p, peer, name_of(&names, peer), list, n);
		free_names(&names);
	}
	opened_free(list, n);
}

/* ---- calls ---- */

#define PLOT_DAYS 30
#define PLOT_HEIGHT 120 /* of the highest bar */
#define PLOT_TOP 12
#define PLOT_FOOT (PLOT_TOP + PLOT_HEIGHT)
#define PLOT_LEFT 34
#define PLOT_STEP 19

static void
put_bar(struct page *p, int i, int64_t day, int64_t count, int64_t most)
{
	int x = PLOT_LEFT + 4 + i * PLOT_STEP;
	int h = (int)(count * PLOT_HEIGHT / most);
	time_t t = (time_t)(day * 86400);
	struct tm tm = { 0 };
	char date[16];

	gmtime_r(&t, &tm);
	strftime(date, sizeof date, "%m-%d", &tm);
	if (count > 0)
		html_put(&p->body,
		    "<rect class=\"column\" x=\"%d\" y=\"%d\" width=\"13\" "
		    "height=\"%d\" rx=\"2\"><title>%s: %lld</title></rect>",
		    x, PLOT_FOOT - h, h, date, (long long)count);
	if (i % 7 == 1)
		html_put(&p->body,
		    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
		    x + 6, PLOT_FOOT + 22, date);
}

/* A line across at value, and its number. */
static void
put_level(struct page *p, int64_t value, int64_t most)
{
	int y = PLOT_FOOT - (int)(value * PLOT_HEIGHT / most);

	html_put(&p->body,
	    "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"610\" y2=\"%d\"/>"
	    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%lld</text>",
	    PLOT_LEFT, y, y, PLOT_LEFT - 6, y + 5, (long long)value);
}

/* Columns of the last days, drawn here: no script, no library. */
static void
put_plot(struct page *p)
{
	struct pages_day *days = NULL;
	int64_t count[PLOT_DAYS] = { 0 }, most = 2, total = 0;
	int64_t first = page_now_ms() / 86400000 - PLOT_DAYS + 1;
	size_t n = 0;

	if (pages_days(p->db, p->who.account, RECORD_CALL, PLOT_DAYS, &days,
		&n) != DB_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		int64_t at = days[i].day - first;

		if (at < 0 || at >= PLOT_DAYS)
			continue;
		count[at] = days[i].count;
		total += count[at];
		most = count[at] > most ? count[at] : most;
	}
	free(days);
	most += most % 2; /* so that the half has a whole number */
	html_put(&p->body,
	    "<figure class=\"card plot\"><figcaption>%s <b>%lld</b>"
	    "</figcaption><svg viewBox=\"0 0 620 160\" role=\"img\" "
	    "aria-label=\"%s: %lld\">",
	    TXT(p, CALLS_A_DAY), (long long)total, TXT(p, CALLS_A_DAY),
	    (long long)total);
	for (int64_t i = 0; i <= 2; i++)
		put_level(p, most * i / 2, most);
	for (int i = 0; i < PLOT_DAYS; i++)
		put_bar(p, i, first + i, count[i], most);
	buf_str(&p->body, "</svg></figure>\n");
}

static void
put_duration(struct page *p, int64_t s)
{
	if (s < 60)
		html_put(&p->body, "%lld %s", (long long)s, TXT(p, SECONDS));
	else if (s < 3600)
		html_put(
		    &p->body, "%lld %s", (long long)(s / 60), TXT(p, MINUTES));
	else
		html_put(&p->body, "%lld %s %lld %s", (long long)(s / 3600),
		    TXT(p, HOURS), (long long)(s % 3600 / 60), TXT(p, MINUTES));
}

/* How each kind of call looks; the last is for those that no one took. */
static const struct {
	int64_t how;
	const char *class, *arrow;
	enum text_id text;
} call_looks[] = {
	{ RECORD_CALL_IN, "in", "↙", T_CALL_IN },
	{ RECORD_CALL_OUT, "out", "↗", T_CALL_OUT },
	{ RECORD_CALL_MISSED, "missed", "✕", T_CALL_MISSED },
	{ -1, "missed", "✕", T_CALL_OTHER },
};

static void
put_call(struct page *p, const struct record *r, const struct names *names)
{
	int64_t how = record_int(r, RECORD_DIRECTION, 0, 0);
	int64_t seconds = record_int(r, RECORD_DURATION_S, 0, 0);
	const char *peer = or (record_text(r, RECORD_PEER, 0), "");
	size_t i = 0;

	while (call_looks[i].how != how && call_looks[i].how != -1)
		i++;
	html_put(&p->body,
	    "<li><span class=\"row\"><span class=\"arrow %s\" "
	    "aria-hidden=\"true\">%s</span><span class=\"main\"><b>%s</b>"
	    "<small>%s",
	    call_looks[i].class, call_looks[i].arrow,
	    peer[0] != '\0' ? name_of(names, peer) : TXT(p, UNKNOWN_NUMBER),
	    text_get(p->language, call_looks[i].text));
	if (seconds > 0) {
		buf_str(&p->body, " · ");
		put_duration(p, seconds);
	}
	buf_str(&p->body, "</small></span><span class=\"side\"><small>");
	page_ago(p, record_time_ms(r));
	buf_str(&p->body, "</small></span></span></li>\n");
}

void
page_calls(struct page *p)
{
	struct names names;
	struct opened *list;
	size_t n;

	if (!records(p, RECORD_CALL, &list, &n))
		return;
	if (!load_names(p, &names)) {
		opened_free(list, n);
		return;
	}
	page_begin(p, TXT(p, CALLS));
	if (n == 0) {
		put_empty(p, TXT(p, NO_CALLS));
	} else {
		put_plot(p);
		buf_str(&p->body, "<ul class=\"list\" id=\"calls\">");
		for (size_t i = 0; i < n && i < SHOWN_MAX; i++)
			put_call(p, list[i].record, &names);
		buf_str(&p->body, "</ul>\n");
	}
	page_end(p);
	free_names(&names);
	opened_free(list, n);
}

/* ---- events ---- */

static const struct {
	const char *kind;
	enum text_id text;
	bool bad;
} event_texts[] = {
	{ "phone-bound", T_EV_PHONE_BOUND, false },
	{ "phone-moved", T_EV_PHONE_MOVED, true },
	{ "phone-bound-again", T_EV_BOUND_AGAIN, true },
	{ "phone-unbound", T_EV_UNBOUND, false },
	{ "binding-answer-wrong", T_EV_ANSWER_WRONG, true },
	{ "policy-in-force", T_EV_POLICY, false },
	{ "lock-refused", T_EV_LOCK, false },
	{ "upload-unreadable", T_EV_UNREADABLE, true },
	{ "key-suspect", T_EV_SUSPECT, true },
	{ "budget-reached", T_EV_BUDGET, true },
	{ "signed-in", T_EV_SIGN_IN, false },
	{ "password-changed", T_EV_PASSWORD, false },
};

static void
put_event(struct page *p, const struct pages_event *e)
{
	const char *text = e->kind;
	bool bad = false;

	for (size_t i = 0; i < sizeof event_texts / sizeof event_texts[0]; i++)
		if (strcmp(event_texts[i].kind, e->kind) == 0) {
			text = text_get(p->language, event_texts[i].text);
			bad = event_texts[i].bad;
		}
	html_put(&p->body,
	    "<li><span class=\"row\"><span class=\"dot %s\" "
	    "aria-hidden=\"true\"></span><span class=\"main\"><b>%s</b>"
	    "<small>%s</small></span><span class=\"side\"><small>",
	    bad ? "bad" : "good", text, e->phone_name);
	page_ago(p, e->at_ms);
	buf_str(&p->body, "</small></span></span></li>\n");
}

void
page_events(struct page *p)
{
	struct pages_event *list = NULL;
	size_t n = 0;

	if (!page_ok(p, pages_events(p->db, p->who.account, 200, &list, &n)))
		return;
	page_begin(p, TXT(p, EVENTS));
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2></div>\n",
		    TXT(p, NO_EVENTS));
	else
		buf_str(&p->body, "<ul class=\"list\" id=\"events\">");
	for (size_t i = 0; i < n; i++)
		put_event(p, &list[i]);
	if (n > 0)
		buf_str(&p->body, "</ul>\n");
	page_end(p);
	free(list);
}
