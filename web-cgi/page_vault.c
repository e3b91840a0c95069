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

static void
put_avatar(struct page *p, const char *name)
{
	char first[5] = "?";
	size_t n = 1;

	while (((unsigned char)name[n] & 0xc0) == 0x80 && n < 4)
		n++;
	if (name[0] != '\0')
		snprintf(first, n + 1, "%s", name);
	html_put(&p->body,
	    "<span class=\"avatar c%d\" aria-hidden=\"true\">%s</span>",
	    (int)((unsigned char)name[0] + (unsigned char)name[n - 1]) % 6,
	    first);
}

static void
put_contact(struct page *p, const struct opened *o)
{
	const struct record *r = o->record;
	const char *name = or (record_text(r, RECORD_NAME, 0), "?");

	html_put(&p->body, "<li><a href=\"/contact?phone=%lld&amp;id=%u\">",
	    (long long)o->phone, record_id(r));
	put_avatar(p, name);
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
show_contact(struct page *p, const struct record *r)
{
	page_begin(p, or (record_text(r, RECORD_NAME, 0), "?"));
	buf_str(&p->body, "<div class=\"card\"><dl>");
	for (size_t i = 0; i < record_count(r, RECORD_NUMBER); i++) {
		const char *number = record_text(r, RECORD_NUMBER, i);

		html_put(&p->body,
		    "<dt>%s</dt><dd>%s <a class=\"small\" "
		    "href=\"/conversation?peer=",
		    text_get(p->language,
			label_text(record_int(r, RECORD_NUMBER_TYPE, i, 1))),
		    number);
		html_query(&p->body, number);
		html_put(&p->body, "\">%s</a></dd>", TXT(p, TO_MESSAGES));
	}
	put_texts(p, r, RECORD_EMAIL, TXT(p, EMAIL));
	put_texts(p, r, RECORD_ORG, TXT(p, ORG));
	put_texts(p, r, RECORD_ADDRESS, TXT(p, ADDRESS));
	put_texts(p, r, RECORD_BIRTHDAY, TXT(p, BIRTHDAY));
	put_texts(p, r, RECORD_NOTE_TEXT, TXT(p, NOTE));
	html_put(&p->body,
	    "</dl></div>\n<p><a href=\"/contacts\">← %s</a></p>\n",
	    TXT(p, BACK));
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
	put_avatar(p, name);
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
	int64_t ms = record_time_ms(r), today = ms / 86400000;
	time_t t = (time_t)(ms / 1000);
	struct tm tm = { 0 };
	char clock[8], date[16];

	gmtime_r(&t, &tm);
	strftime(clock, sizeof clock, "%H:%M", &tm);
	strftime(date, sizeof date, "%Y-%m-%d", &tm);
	if (today != *day)
		html_put(&p->body, "<p class=\"day\">%s</p>", date);
	*day = today;
	html_put(&p->body,
	    "<div class=\"bubble %s\"><p>%s</p><small>%s</small></div>\n",
	    sent ? "sent" : "got", or (record_text(r, RECORD_BODY, 0), ""),
	    clock);
}

void
page_conversation(struct page *p)
{
	const char *peer = request_query(&p->req, "peer");
	char key[16], other[16];
	struct names names;
	struct opened *list;
	size_t n, shown = 0;
	int64_t day = -1;

	if (!records(p, RECORD_MESSAGE, &list, &n))
		return;
	if (!load_names(p, &names)) {
		opened_free(list, n);
		return;
	}
	number_key(peer, key);
	page_begin(p, name_of(&names, peer));
	html_put(&p->body,
	    "<p><a href=\"/messages\">← %s</a> · <span class=\"hint\">%s"
	    "</span></p>\n<div class=\"chat\">",
	    TXT(p, MESSAGES), peer);
	/* Oldest first, as people read. */
	for (size_t i = n; i-- > 0 && shown < 2000;) {
		const char *of =
		    or (record_text(list[i].record, RECORD_PEER, 0), "");

		number_key(of, other);
		if (key[0] != '\0' ? strcmp(other, key) != 0
				   : strcmp(of, peer) != 0)
			continue;
		put_bubble(p, list[i].record, &day);
		shown++;
	}
	if (shown == 0)
		html_put(&p->body, "<p>%s</p>", TXT(p, NOTHING_FOUND));
	buf_str(&p->body, "</div>\n");
	page_end(p);
	free_names(&names);
	opened_free(list, n);
}

/* ---- calls ---- */

/* Bars of the last 30 days, drawn here: no script, no library. */
static void
put_plot(struct page *p)
{
	struct pages_day *days = NULL;
	size_t n = 0;
	int64_t today = page_now_ms() / 86400000, most = 1;
	int64_t count[30] = { 0 };

	if (pages_days(p->db, p->who.account, RECORD_CALL, 30, &days, &n) !=
	    DB_OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (days[i].day > today - 30 && days[i].day <= today)
			count[29 - (today - days[i].day)] = days[i].count;
	free(days);
	for (int i = 0; i < 30; i++)
		most = count[i] > most ? count[i] : most;
	html_put(&p->body,
	    "<figure class=\"card plot\"><figcaption>%s</figcaption>"
	    "<svg viewBox=\"0 0 620 150\" role=\"img\" aria-label=\"%s\">"
	    "<line class=\"axis\" x1=\"24\" y1=\"130\" x2=\"620\" y2=\"130\"/>"
	    "<text x=\"20\" y=\"20\" text-anchor=\"end\">%lld</text>"
	    "<text x=\"20\" y=\"134\" text-anchor=\"end\">0</text>",
	    TXT(p, CALLS_A_DAY), TXT(p, CALLS_A_DAY), (long long)most);
	for (int i = 0; i < 30; i++) {
		int h = (int)(count[i] * 116 / most);
		time_t t = (time_t)((today - 29 + i) * 86400);
		struct tm tm = { 0 };
		char date[16];

		gmtime_r(&t, &tm);
		strftime(date, sizeof date, "%m-%d", &tm);
		html_put(&p->body,
		    "<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"14\" "
		    "height=\"%d\" rx=\"2\"><title>%s: %lld</title></rect>",
		    28 + i * 20, 130 - h, h, date, (long long)count[i]);
		if (i % 7 == 1)
			html_put(&p->body,
			    "<text x=\"%d\" y=\"147\" "
			    "text-anchor=\"middle\">%s</text>",
			    35 + i * 20, date);
	}
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

static void
put_call(struct page *p, const struct record *r, const struct names *names)
{
	int64_t how = record_int(r, RECORD_DIRECTION, 0, 0);
	const char *peer = or (record_text(r, RECORD_PEER, 0), "");
	const char *class = how == RECORD_CALL_IN       ? "in"
			    : how == RECORD_CALL_OUT    ? "out"
			    : how == RECORD_CALL_MISSED ? "missed"
							: "missed";
	const char *arrow = how == RECORD_CALL_IN    ? "↙"
			    : how == RECORD_CALL_OUT ? "↗"
						     : "✕";
	enum text_id text = how == RECORD_CALL_IN       ? T_CALL_IN
			    : how == RECORD_CALL_OUT    ? T_CALL_OUT
			    : how == RECORD_CALL_MISSED ? T_CALL_MISSED
							: T_CALL_OTHER;

	html_put(&p->body,
	    "<li><span class=\"row\"><span class=\"arrow %s\" "
	    "aria-hidden=\"true\">%s</span><span class=\"main\"><b>%s</b>"
	    "<small>%s · ",
	    class, arrow,
	    peer[0] != '\0' ? name_of(names, peer) : TXT(p, UNKNOWN_NUMBER),
	    text_get(p->language, text));
	put_duration(p, record_int(r, RECORD_DURATION_S, 0, 0));
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
