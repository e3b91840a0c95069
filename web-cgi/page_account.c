/*
 * What an owner sets of his account beside its password: language and zone, a
 * new recovery code, the browsers that are signed in, and its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "pages_settings.h"
#include "private.h"

#define GRACE_DAYS 7

/* ---- on the account's page ---- */

static void
put_link(struct page *p, const char *path, enum text_id text)
{
	html_put(&p->body, "<a class=\"button quiet\" href=\"%s\">%s</a> ",
	    path, text_get(p->language, text));
}

void
page_account_links(struct page *p)
{
	struct pages_settings s;

	if (pages_settings(p->db, p->who.account, &s) != DB_OK)
		return;
	if (s.delete_ms != 0) {
		html_put(&p->body, "<div class=\"note bad\" role=\"alert\">%s ",
		    TXT(p, DELETE_PENDING));
		page_ago(p, s.delete_ms);
		buf_str(&p->body,
		    "<form method=\"post\" action=\"/account/delete\">");
		page_csrf(p);
		html_put(&p->body,
		    "<button class=\"quiet\" name=\"keep\" value=\"1\" "
		    "id=\"keep\">%s</button></form></div>\n",
		    TXT(p, DELETE_UNDO));
	}
	page_check_note(p);
	buf_str(&p->body, "<p class=\"buttons\">");
	put_link(p, "/check", T_CHECK);
	put_link(p, "/notices", T_NOTICES);
	put_link(p, "/budget", T_BUDGET);
	put_link(p, "/export", T_EXPORT);
	put_link(p, "/import", T_IMPORT);
	put_link(p, "/codes", T_CODES);
	put_link(p, "/account/settings", T_ACCOUNT_SETTINGS);
	put_link(p, "/account/recovery", T_NEW_RECOVERY);
	put_link(p, "/account/sessions", T_SESSIONS);
	put_link(p, "/account/delete", T_DELETE_ACCOUNT);
	buf_str(&p->body, "</p>\n");
}

/* ---- language and zone ---- */

static void
show_settings(struct page *p, const char *zone, enum text_id wrong)
{
	page_begin(p, TXT(p, ACCOUNT_SETTINGS));
	if (request_query(&p->req, "saved")[0] != '\0')
		page_note(p, "good", TXT(p, SAVED_PLAIN));
	buf_str(&p->body, "<form method=\"post\" action=\"/account/settings\" "
			  "class=\"card\">");
	page_csrf(p);
	html_put(&p->body,
	    "<label for=\"language\">%s</label><select id=\"language\" "
	    "name=\"language\"><option value=\"en\" lang=\"en\"%s>English"
	    "</option><option value=\"zh\" lang=\"zh-Hans\"%s>中文</option>"
	    "</select>",
	    TXT(p, LANGUAGE), p->language == TEXT_EN ? " selected" : "",
	    p->language == TEXT_ZH ? " selected" : "");
	form_field(
	    p, &(struct form_field){ "zone", "text", "off", zone, T_TIME_ZONE,
		   T_TIME_ZONE_HINT, wrong, false, "maxlength=\"60\"" });
	html_put(&p->body,
	    "<button>%s</button></form>\n<p><a href=\"/account\">← %s</a></p>",
	    TXT(p, SAVE), TXT(p, ACCOUNT));
	page_end(p);
}

void
page_account_settings(struct page *p)
{
	const char *zone = request_form(&p->req, "zone");
	struct pages_settings s;
	enum db_err err;

	if (!page_ok(p, pages_settings(p->db, p->who.account, &s)))
		return;
	if (!p->req.post) {
		show_settings(p, s.time_zone, T_NONE);
		return;
	}
	err = pages_zone_set(p->db, p->who.account, zone);
	if (err == DB_NONE) {
		p->status = 400;
		show_settings(p, zone, T_E_TIME_ZONE);
		return;
	}
	if (page_ok(p, err) &&
	    page_ok(p, pages_language_set(p->db, p->who.account,
			   text_code(text_language_of(
			       request_form(&p->req, "language"))))))
		page_redirect(p, "/account/settings?saved=1");
}

/* ---- with the password once more ---- */

enum text_id
page_password(struct page *p, struct pages_account *account, uint8_t *secret)
{
	struct pages_account a = { 0 };
	uint8_t key[SEAL_KEY_LEN];
	enum text_id wrong = T_NONE;

	if (page_too_many(p, p->who.login))
		return T_E_LIMIT;
	if (pages_login_find(p->db, p->who.login, &a) != DB_OK ||
	    !private_open(&a, request_form(&p->req, "old"), false, key))
		wrong = T_E_OLD_PASSWORD;
	if (wrong == T_NONE && account != NULL)
		*account = a;
	if (wrong == T_NONE && secret != NULL)
		memcpy(secret, key, sizeof key);
	seal_wipe(key, sizeof key);
	return wrong;
}

static void
begin_form(
    struct page *p, enum text_id title, enum text_id text, const char *path)
{
	page_begin(p, text_get(p->language, title));
	html_put(&p->body,
	    "<form method=\"post\" action=\"%s\" class=\"card\"><p>%s</p>",
	    path, text_get(p->language, text));
	page_csrf(p);
	html_put(&p->body,
	    "<input type=\"text\" name=\"username\" hidden readonly "
	    "autocomplete=\"username\" value=\"%s\">\n",
	    p->who.login);
}

static void
put_password(struct page *p, enum text_id wrong)
{
	form_field(
	    p, &(struct form_field){ "old", "password", "current-password",
		   NULL, T_OLD_PASSWORD, T_NONE, wrong, false, NULL });
}

static void
end_form(struct page *p, enum text_id text, const char *class)
{
	html_put(&p->body,
	    "<button class=\"%s\">%s</button></form>\n<p><a "
	    "href=\"/account\">← %s</a></p>",
	    class, text_get(p->language, text), TXT(p, ACCOUNT));
	page_end(p);
}

static void
show_recovery_form(struct page *p, enum text_id wrong)
{
	begin_form(p, T_NEW_RECOVERY, T_NEW_RECOVERY_TEXT, "/account/recovery");
	put_password(p, wrong);
	end_form(p, T_MAKE_RECOVERY, "");
}

void
page_account_recovery(struct page *p)
{
	char shown[PASSWORD_SHOWN_MAX], plain[PRIVATE_RECOVERY_MAX];
	struct pages_account a = { 0 };
	uint8_t secret[SEAL_KEY_LEN];
	enum text_id wrong;

	if (!p->req.post) {
		show_recovery_form(p, T_NONE);
		return;
	}
	if ((wrong = page_password(p, &a, secret)) != T_NONE) {
		p->status = wrong == T_E_LIMIT ? 429 : 400;
		show_recovery_form(p, wrong);
		return;
	}
	password_code_make(shown, plain);
	if (private_recovery_wrap(&a, plain, secret) != SEAL_OK) {
		page_error(p, 500, T_E_DATABASE);
	} else if (page_ok(p, pages_recovery_set(p->db, &a))) {
		pages_event_put(
		    p->db, p->who.account, 0, "recovery-changed", "");
		page_recovery_shown(p, shown, "/account");
	}
	seal_wipe(secret, sizeof secret);
	seal_wipe(shown, sizeof shown);
	seal_wipe(plain, sizeof plain);
}

/* ---- the end ---- */

static void
show_delete(struct page *p, enum text_id login_wrong, enum text_id wrong)
{
	begin_form(p, T_DELETE_ACCOUNT, T_DELETE_TEXT, "/account/delete");
	html_put(&p->body, "<p><a href=\"/export\">%s</a></p>", TXT(p, EXPORT));
	form_field(p, &(struct form_field){ "confirm", "text", "off",
			  request_form(&p->req, "confirm"), T_DELETE_TYPE,
			  T_NONE, login_wrong, false,
			  "autocapitalize=\"none\" spellcheck=\"false\"" });
	put_password(p, wrong);
	end_form(p, T_DELETE_SURE, "danger");
}

void
page_account_delete(struct page *p)
{
	enum text_id wrong;
	bool keep = request_form(&p->req, "keep")[0] != '\0';

	if (!p->req.post) {
		show_delete(p, T_NONE, T_NONE);
		return;
	}
	if (!keep && strcmp(request_form(&p->req, "confirm"), p->who.login)) {
		p->status = 400;
		show_delete(p, T_E_DELETE_TYPE, T_NONE);
		return;
	}
	if (!keep && (wrong = page_password(p, NULL, NULL)) != T_NONE) {
		p->status = wrong == T_E_LIMIT ? 429 : 400;
		show_delete(p, T_NONE, wrong);
		return;
	}
	if (page_ok(p, pages_delete_set(
			   p->db, p->who.account, keep ? 0 : GRACE_DAYS))) {
		pages_event_put(p->db, p->who.account, 0,
		    keep ? "account-kept" : "account-leaving", "");
		page_redirect(p, "/account");
	}
}

/* ---- browsers ---- */

void
page_account_sessions(struct page *p)
{
	uint8_t hash[SEAL_DIGEST_LEN];
	struct pages_browser *list = NULL;
	size_t n = 0;

	seal_digest(p->token, sizeof p->token, hash);
	if (!page_ok(p, pages_sessions(p->db, p->who.account, hash, &list, &n)))
		return;
	page_begin(p, TXT(p, SESSIONS));
	buf_str(&p->body, "<ul class=\"list\" id=\"sessions\">");
	for (size_t i = 0; i < n; i++) {
		buf_str(&p->body,
		    "<li><span class=\"row\"><span class=\"main\"><b>");
		html_put(&p->body, "%s ", TXT(p, SINCE));
		page_ago(p, list[i].since_ms);
		html_put(&p->body, "</b><small>%s ", TXT(p, LAST_SEEN));
		page_ago(p, list[i].seen_ms);
		buf_str(&p->body, "</small></span>");
		if (list[i].this)
			html_put(&p->body,
			    "<span class=\"state good\">%s</span>",
			    TXT(p, THIS_BROWSER));
		buf_str(&p->body, "</span></li>\n");
	}
	buf_str(&p->body,
	    "</ul>\n<div class=\"actions ask\"><form method=\"post\" "
	    "action=\"/account\">");
	page_csrf(p);
	html_put(&p->body,
	    "<button class=\"quiet\" name=\"all\" value=\"1\">%s</button>"
	    "</form></div>\n<p><a href=\"/account\">← %s</a></p>",
	    TXT(p, SIGN_OUT_ALL), TXT(p, ACCOUNT));
	page_end(p);
	free(list);
}
