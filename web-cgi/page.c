#include "page.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "browse.h"
#include "config.h"
#include "menu.h"

int64_t
page_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *
home_of(const struct page *p)
{
	return p->operators ? "/operator" : "/";
}

/* To the other language, and back to this page. */
static void
put_language(struct page *p)
{
	bool zh = p->language == TEXT_ZH;

	html_put(&p->body,
	    "<a class=\"lang\" lang=\"%s\" href=\"/language?to=%s&amp;back=",
	    zh ? "en" : "zh-Hans", zh ? "en" : "zh");
	html_query(&p->body, p->req.post ? home_of(p) : p->req.path);
	html_put(&p->body, "\">%s</a>", zh ? "English" : "中文");
}

void
page_begin(struct page *p, const char *title)
{
	html_put(&p->body,
	    "<!doctype html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<title>%s · smsvault</title>\n"
	    "<link rel=\"icon\" href=\"/static/icon.svg\" "
	    "type=\"image/svg+xml\">\n"
	    "<link rel=\"stylesheet\" href=\"/static/style.css?%s\">\n"
	    "<script src=\"/static/app.js?%s\" defer></script>\n"
	    "</head>\n<body>\n"
	    "<a class=\"skip\" href=\"#main\">%s</a>\n"
	    "<header><div class=\"bar\"><a class=\"brand\" href=\"%s\">"
	    "<img src=\"/static/icon.svg\" alt=\"\" width=\"28\" "
	    "height=\"28\"> smsvault</a>",
	    p->language == TEXT_ZH ? "zh-Hans" : "en", title, PACKAGE_VERSION,
	    PACKAGE_VERSION, TXT(p, SKIP), home_of(p));
	put_language(p);
	buf_str(&p->body, "</div>");
	menu_put(p);
	html_put(
	    &p->body, "</header>\n<main id=\"main\">\n<h1>%s</h1>\n", title);
}

void
page_end(struct page *p)
{
	html_put(&p->body, "</main>\n<footer>%s</footer>\n</body>\n</html>\n",
	    p->operators ? TXT(p, OP_FOOTER) : TXT(p, FOOTER));
}

void
page_redirect(struct page *p, const char *path)
{
	p->status = 303;
	buf_printf(&p->headers, "Location: %s\r\n", path);
}

void
page_error(struct page *p, int status, enum text_id what)
{
	buf_clear(&p->body);
	p->status = status;
	page_begin(p, text_get(p->language, what));
	if (what == T_E_NOT_FOUND)
		html_put(&p->body, "<p>%s</p>\n", TXT(p, E_NOT_FOUND_HINT));
	html_put(&p->body, "<p><a class=\"button\" href=\"%s\">%s</a></p>\n",
	    home_of(p), TXT(p, HOME));
	page_end(p);
}

void
page_csrf(struct page *p)
{
	html_put(&p->body, "<input type=\"hidden\" name=\"csrf\" value=\"%s\">",
	    p->csrf);
}

void
page_note(struct page *p, const char *kind, const char *text)
{
	html_put(&p->body, "<p class=\"note %s\" role=\"%s\">%s</p>\n", kind,
	    strcmp(kind, "bad") == 0 ? "alert" : "status", text);
}

/*
 * A time for the script to say in the reader's own zone and manner; without
 * it, as UTC: the hour of a clock, or the day.
 */
static void
put_time(struct page *p, int64_t ms, bool clock)
{
	time_t t = (time_t)(ms / 1000);
	char iso[32], text[32];
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (clock)
		strftime(text, sizeof text, "%H:%M", &tm);
	else
		strftime(text, sizeof text, "%Y-%m-%d", &tm);
	html_put(&p->body, "<time class=\"%s\" datetime=\"%s\">%s</time>",
	    clock ? "clock" : "date", iso, text);
}

void
page_clock(struct page *p, int64_t ms)
{
	put_time(p, ms, true);
}

void
page_moment(struct page *p, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	char iso[32], text[32];
	struct tm tm = { 0 };

	if (ms == 0) {
		html_put(&p->body, "%s", TXT(p, NEVER));
		return;
	}
	gmtime_r(&t, &tm);
	strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%SZ", &tm);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm);
	html_put(&p->body, "<time class=\"moment\" datetime=\"%s\">%s</time>",
	    iso, text);
}

void
page_ago(struct page *p, int64_t ms)
{
	int64_t min = (page_now_ms() - ms) / 60000;

	if (ms == 0)
		html_put(&p->body, "%s", TXT(p, NEVER));
	else if (min >= 24 * 60 || min < -1)
		put_time(p, ms, false);
	else if (min < 1)
		html_put(&p->body, "%s", TXT(p, AGO_NOW));
	else if (min < 60)
		html_put(&p->body, "%lld %s", (long long)min, TXT(p, AGO_MIN));
	else
		html_put(&p->body, "%lld %s", (long long)(min / 60),
		    TXT(p, AGO_HOUR));
}

bool
page_ok(struct page *p, enum db_err err)
{
	if (err == DB_OK)
		return true;
	if (err == DB_NONE || err == DB_REFUSED)
		page_error(p, 404, T_E_NOT_FOUND);
	else
		page_error(p, 503, T_E_DATABASE);
	return false;
}

void
page_language(struct page *p)
{
	const char *to =
	    text_code(text_language_of(request_query(&p->req, "to")));
	const char *back = request_query(&p->req, "back");

	if (p->who.account != 0)
		pages_language_set(p->db, p->who.account, to);
	buf_printf(&p->headers,
	    "Set-Cookie: smsvault-language=%s; Path=/; SameSite=Lax; "
	    "Max-Age=31536000\r\n",
	    to);
	/* Only to a path of ours: no host, no header of its own. */
	if (back[0] != '/' || strlen(back) > 200 ||
	    back[strspn(back, "abcdefghijklmnopqrstuvwxyz-/")] != '\0' ||
	    back[1] == '/')
		back = "/";
	page_redirect(p, back);
}

/* ---- routes ---- */

struct route {
	const char *path;
	void (*serve)(struct page *p);
	bool known; /* only for who is signed in */
	bool get, post;
};

static const struct route routes[] = {
	{ "/", page_home, false, true, false },
	{ "/sign-in", page_sign_in, false, true, true },
	{ "/sign-out", page_sign_out, true, false, true },
	{ "/register", page_register, false, true, true },
	{ "/recover", page_recover, false, true, true },
	{ "/language", page_language, false, true, false },
	{ "/phones", page_phones, true, true, false },
	{ "/phones/add", page_phone_add, true, true, true },
	{ "/binding", page_binding, true, true, false },
	{ "/binding/state", page_binding_state, true, true, false },
	{ "/binding/cancel", page_binding_cancel, true, false, true },
	{ "/phone", page_phone, true, true, false },
	{ "/phone/rename", page_phone_rename, true, false, true },
	{ "/phone/unbind", page_phone_unbind, true, true, true },
	{ "/phone/upload", page_phone_upload, true, false, true },
	{ "/phone/silent", page_phone_silent, true, false, true },
	{ "/phone/sims", page_sims, true, true, true },
	{ "/phones/veto", page_phones_veto, true, false, true },
	{ "/phone/policy", page_policy, true, true, true },
	{ "/phone/lost", page_lost, true, true, true },
	{ "/phone/wipe", page_wipe, true, true, true },
	{ "/phone/evidence", page_evidence, true, true, false },
	{ "/phone/evidence/file", page_evidence_file, true, true, false },
	{ "/phone/evidence/print", page_evidence_print, true, true, false },
	{ "/codes", page_codes, true, true, true },
	{ "/codes/revoke", page_codes_revoke, true, false, true },
	{ "/contacts", page_contacts, true, true, false },
	{ "/contact", page_contact, true, true, false },
	{ "/contact/edit", page_contact_edit, true, true, true },
	{ "/messages", page_messages, true, true, false },
	{ "/conversation", page_conversation, true, true, false },
	{ "/calls", page_calls, true, true, false },
	{ "/calendar", page_calendar, true, true, false },
	{ "/notes", page_notes, true, true, false },
	{ "/note", page_note_one, true, true, false },
	{ "/files", page_files, true, true, false },
	{ "/file", page_file, true, true, false },
	{ "/file/get", page_file_get, true, true, false },
	{ "/search", page_search, true, true, false },
	{ "/history", page_history, true, true, false },
	{ "/changes", page_changes, true, true, false },
	{ "/deleted", page_deleted, true, true, false },
	{ "/record", page_record, true, true, false },
	{ "/events", page_events, true, true, false },
	{ "/account", page_account, true, true, true },
	{ "/account/settings", page_account_settings, true, true, true },
	{ "/account/recovery", page_account_recovery, true, true, true },
	{ "/account/sessions", page_account_sessions, true, true, false },
	{ "/account/delete", page_account_delete, true, true, true },
	{ "/budget", page_budget, true, true, true },
	{ "/notices", page_notices, true, true, true },
	{ "/import", page_import, true, true, true },
	{ "/check", page_check, true, true, true },
	{ "/export", page_export, true, true, false },
	{ "/export/file", page_export_file, true, true, false },
	{ "/export/all.zip", page_export_zip, true, true, false },
	{ "/restore", page_restore, true, true, true },
	{ "/restore/start", page_restore_start, true, false, true },
	{ "/restore/show", page_restore_show, true, true, false },
	{ "/restore/state", page_restore_act, true, false, true },
	{ "/restore/pick", page_restore_pick, true, true, false },
	{ "/restore/replace", page_restore_replace, true, true, false },
	/* Where there is no simulator these are not there, whoever asks. */
	{ "/demo", page_demo, false, true, true },
	{ "/demo/scene", page_demo_scene, false, false, true },
	/* The same of these, where operators have no pages. */
	{ "/operator", page_operator, true, true, false },
	{ "/operator/sign-in", page_sign_in, false, true, true },
	{ "/operator/sign-out", page_sign_out, true, false, true },
	{ "/operator/modems", page_operator_modems, true, true, false },
	{ "/operator/traffic", page_operator_traffic, true, true, false },
	{ "/operator/accounts", page_operator_accounts, true, true, false },
	{ "/operator/account", page_operator_account, true, true, true },
	{ "/operator/queue", page_operator_queue, true, true, true },
	{ "/operator/quarantine", page_operator_quarantine, true, true, true },
	{ "/operator/log", page_operator_log, true, true, false },
};

static bool
below_operator(const char *path)
{
	return strncmp(path, "/operator", 9) == 0 &&
	       (path[9] == '\0' || path[9] == '/');
}

bool
page_of_operators(const struct pages_conf *conf, const char *path)
{
	return conf->operator_database[0] != '\0' && below_operator(path);
}

static const struct route *
find_route(const struct page *p)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (strcmp(routes[i].path, p->req.path) == 0)
			return below_operator(routes[i].path) == p->operators
				   ? &routes[i]
				   : NULL;
	return NULL;
}

static void
choose_language(struct page *p)
{
	char code[8];

	if (request_cookie(&p->req, "smsvault-language", code, sizeof code))
		p->language = text_language_of(code);
	else
		p->language = text_language_of(p->req.accept_language);
}

/* Who is not signed in learns of the operators' pages not even which there
 * are. */
static bool
must_sign_in(const struct page *p, const struct route *r)
{
	if (p->operators)
		return p->operator[0] == '\0' &&(r == NULL || r->known);
	return r != NULL && r->known && p->who.account == 0;
}

static bool
takes(const struct route *r, const struct page *p)
{
	return r != NULL && (p->req.post ? r->post : r->get);
}

void
page_serve(struct page *p)
{
	const struct route *r;

	p->status = 200;
	p->operators = page_of_operators(p->conf, p->req.path);
	r = find_route(p);
	choose_language(p);
	if (!page_ok(
		p, p->db != NULL && (!p->operators || p->operator_db != NULL)
		       ? session_load(p)
		       : DB_LOST))
		return;
	if (!takes(r, p) && !(p->operators && must_sign_in(p, r))) {
		page_error(p, 404, T_E_NOT_FOUND);
		return;
	}
	if (must_sign_in(p, r)) {
		page_redirect(
		    p, p->operators ? "/operator/sign-in" : "/sign-in");
		return;
	}
	if (p->req.post && !session_csrf_good(p)) {
		page_error(p, 403, T_E_CSRF);
		return;
	}
	r->serve(p);
	if (p->body.failed || p->headers.failed)
		page_error(p, 500, T_E_DATABASE);
}
