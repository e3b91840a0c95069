/*
 * The pages before one is signed in: start, sign in, register, recover.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "page.h"
#include "private.h"

#define PASSWORD_MIN 10
#define ATTEMPTS_MAX 10 /* in a quarter of an hour, for a login or address */
#define RECOVERY_CHARS 25

void
page_home(struct page *p)
{
	if (p->who.account != 0) {
		page_redirect(p, "/phones");
		return;
	}
	page_begin(p, TXT(p, TAGLINE));
	html_put(&p->body,
	    "<p class=\"lead\">%s</p>\n<p class=\"actions\">"
	    "<a class=\"button\" href=\"/register\">%s</a> "
	    "<a class=\"button quiet\" href=\"/sign-in\">%s</a></p>\n",
	    TXT(p, LEAD), TXT(p, REGISTER), TXT(p, SIGN_IN));
	page_end(p);
}

/* A labelled input. */
static void
put_input(struct page *p, const char *name, const char *type, const char *label,
    const char *hint, const char *complete, const char *value)
{
	html_put(&p->body, "<label for=\"%s\">%s</label>\n", name, label);
	if (hint != NULL)
		html_put(&p->body, "<p class=\"hint\" id=\"%s-hint\">%s</p>\n",
		    name, hint);
	html_put(&p->body,
	    "<input id=\"%s\" name=\"%s\" type=\"%s\" autocomplete=\"%s\" "
	    "value=\"%s\" required",
	    name, name, type, complete, value);
	if (hint != NULL)
		html_put(&p->body, " aria-describedby=\"%s-hint\"", name);
	buf_str(&p->body, ">\n");
}

static void
subject(const char *what, const char *text, uint8_t out[static 32])
{
	char both[512];

	snprintf(both, sizeof both, "%s:%s", what, text);
	seal_digest(both, strlen(both), out);
}

/* Count this attempt against the login and the address. */
static bool
too_many(struct page *p, const char *login)
{
	uint8_t by_login[32], by_address[32];
	int64_t a = 0, b = 0;

	subject("login", login, by_login);
	subject("address", p->req.remote, by_address);
	return pages_attempt(p->db, by_login, &a) != DB_OK ||
	       pages_attempt(p->db, by_address, &b) != DB_OK ||
	       a >= ATTEMPTS_MAX || b >= 10 * ATTEMPTS_MAX;
}

/* ---- sign in ---- */

static void
show_sign_in(struct page *p, enum text_id why)
{
	page_begin(p, TXT(p, SIGN_IN));
	if (why != T_SIGN_IN)
		page_note(p, "bad", text_get(p->language, why));
	buf_str(&p->body,
	    "<form method=\"post\" action=\"/sign-in\" class=\"card\">");
	page_csrf(p);
	put_input(p, "login", "text", TXT(p, LOGIN), NULL, "username",
	    request_form(&p->req, "login"));
	put_input(p, "password", "password", TXT(p, PASSWORD), NULL,
	    "current-password", "");
	html_put(&p->body,
	    "<button>%s</button></form>\n<p>%s <a href=\"/register\">%s</a>"
	    "<br><a href=\"/recover\">%s</a></p>\n",
	    TXT(p, SIGN_IN), TXT(p, NO_ACCOUNT), TXT(p, REGISTER),
	    TXT(p, FORGOT));
	page_end(p);
}

void
page_sign_in(struct page *p)
{
	const char *login = request_form(&p->req, "login");
	struct pages_account a = { 0 };
	uint8_t secret[SEAL_KEY_LEN], by_login[32];
	enum db_err err;

	if (!p->req.post) {
		show_sign_in(p, T_SIGN_IN);
		return;
	}
	if (too_many(p, login)) {
		p->status = 429;
		show_sign_in(p, T_E_LIMIT);
		return;
	}
	err = pages_login_find(p->db, login, &a);
	if (err != DB_OK && err != DB_NONE) {
		page_ok(p, err);
		return;
	}
	if (!private_open(
		&a, request_form(&p->req, "password"), false, secret)) {
		p->status = 403;
		show_sign_in(p, T_E_SIGN_IN);
		return;
	}
	subject("login", login, by_login);
	pages_forgive(p->db, by_login);
	if (page_ok(p, session_start(p, &a, secret))) {
		pages_event_put(p->db, a.account, 0, "signed-in", "");
		page_redirect(p, "/phones");
	}
	seal_wipe(secret, sizeof secret);
}

void
page_sign_out(struct page *p)
{
	session_end(p);
	page_redirect(p, "/");
}

/* ---- register ---- */

static void
show_register(struct page *p, enum text_id why)
{
	page_begin(p, TXT(p, REGISTER));
	if (why != T_REGISTER)
		page_note(p, "bad", text_get(p->language, why));
	buf_str(&p->body,
	    "<form method=\"post\" action=\"/register\" class=\"card\">");
	page_csrf(p);
	put_input(p, "login", "text", TXT(p, LOGIN), TXT(p, LOGIN_HINT),
	    "username", request_form(&p->req, "login"));
	put_input(p, "password", "password", TXT(p, PASSWORD),
	    TXT(p, PASSWORD_HINT), "new-password", "");
	put_input(p, "password2", "password", TXT(p, PASSWORD2), NULL,
	    "new-password", "");
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"language\" value=\"%s\">"
	    "<button>%s</button></form>\n"
	    "<p>%s <a href=\"/sign-in\">%s</a></p>\n",
	    text_code(p->language), TXT(p, REGISTER), TXT(p, HAVE_ACCOUNT),
	    TXT(p, SIGN_IN));
	page_end(p);
}

static bool
login_is_fine(const char *login)
{
	size_t len = strlen(login);

	return len >= 3 && len <= 64 &&
	       strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._@+-") ==
		   len;
}

/* What is wrong with the new password, or T_REGISTER. */
static enum text_id
check_password(const struct page *p)
{
	const char *password = request_form(&p->req, "password");

	if (strlen(password) < PASSWORD_MIN)
		return T_E_SHORT;
	if (strcmp(password, request_form(&p->req, "password2")) != 0)
		return T_E_DIFFER;
	return T_REGISTER;
}

/* 125 bits in Crockford's letters, in groups of five. */
static void
make_recovery(char shown[static 32], char plain[static RECOVERY_CHARS + 1])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t octets[RECOVERY_CHARS];
	size_t n = 0;

	seal_random(octets, sizeof octets);
	for (int i = 0; i < RECOVERY_CHARS; i++) {
		plain[i] = letters[octets[i] & 31];
		if (i > 0 && i % 5 == 0)
			shown[n++] = '-';
		shown[n++] = plain[i];
	}
	plain[RECOVERY_CHARS] = shown[n] = '\0';
	seal_wipe(octets, sizeof octets);
}

/* As typed: any case, dashes, blanks, O for 0, I and L for 1. */
static void
read_recovery(const char *typed, char plain[static RECOVERY_CHARS + 1])
{
	size_t n = 0;

	for (; *typed != '\0' && n < RECOVERY_CHARS; typed++) {
		char c = (char)toupper((unsigned char)*typed);

		if (c == '-' || c == ' ')
			continue;
		plain[n++] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
	}
	plain[n] = '\0';
}

static void
show_recovery(struct page *p, const char *code)
{
	page_begin(p, TXT(p, RECOVERY_TITLE));
	html_put(&p->body,
	    "<div class=\"card\"><p>%s</p>\n"
	    "<output id=\"recovery\" class=\"code\">%s</output>\n"
	    "<p><a class=\"button\" href=\"/phones\">%s</a></p></div>\n",
	    TXT(p, RECOVERY_TEXT), code, TXT(p, RECOVERY_DONE));
	page_end(p);
}

void
page_register(struct page *p)
{
	const char *login = request_form(&p->req, "login");
	struct pages_account a = { 0 };
	char shown[32], plain[RECOVERY_CHARS + 1];
	uint8_t secret[SEAL_KEY_LEN];
	enum text_id why = T_REGISTER;
	enum db_err err;

	if (!p->req.post) {
		show_register(p, T_REGISTER);
		return;
	}
	if (!login_is_fine(login))
		why = T_E_LOGIN;
	else if ((why = check_password(p)) == T_REGISTER && too_many(p, ""))
		why = T_E_LIMIT;
	if (why != T_REGISTER) {
		p->status = why == T_E_LIMIT ? 429 : 400;
		show_register(p, why);
		return;
	}
	snprintf(a.language, sizeof a.language, "%s",
	    text_code(text_language_of(request_form(&p->req, "language"))));
	make_recovery(shown, plain);
	if (private_make(&a, request_form(&p->req, "password"), plain,
		secret) != SEAL_OK) {
		page_error(p, 500, T_E_DATABASE);
		return;
	}
	err = pages_account_create(p->db, login, &a);
	if (err == DB_NONE) {
		p->status = 400;
		show_register(p, T_E_TAKEN);
	} else if (page_ok(p, err) &&
		   page_ok(p, session_start(p, &a, secret))) {
		show_recovery(p, shown);
	}
	seal_wipe(secret, sizeof secret);
	seal_wipe(shown, sizeof shown);
	seal_wipe(plain, sizeof plain);
}

/* ---- recover ---- */

static void
show_recover(struct page *p, enum text_id why)
{
	page_begin(p, TXT(p, RECOVER_TITLE));
	if (why != T_RECOVER_TITLE)
		page_note(p, "bad", text_get(p->language, why));
	html_put(&p->body,
	    "<form method=\"post\" action=\"/recover\" class=\"card\">"
	    "<p>%s</p>",
	    TXT(p, RECOVER_TEXT));
	page_csrf(p);
	put_input(p, "login", "text", TXT(p, LOGIN), NULL, "username",
	    request_form(&p->req, "login"));
	put_input(p, "code", "text", TXT(p, RECOVERY_CODE), NULL, "off", "");
	put_input(p, "password", "password", TXT(p, NEW_PASSWORD),
	    TXT(p, PASSWORD_HINT), "new-password", "");
	put_input(p, "password2", "password", TXT(p, PASSWORD2), NULL,
	    "new-password", "");
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, SAVE));
	page_end(p);
}

static bool
set_password(struct page *p, struct pages_account *a,
    const uint8_t secret[static SEAL_KEY_LEN])
{
	if (private_wrap(a, request_form(&p->req, "password"), secret) !=
	    SEAL_OK) {
		page_error(p, 500, T_E_DATABASE);
		return false;
	}
	/* Whoever had the old one is out. */
	if (!page_ok(p, pages_password_set(p->db, a)))
		return false;
	pages_session_drop(p->db, a->account, NULL);
	pages_event_put(p->db, a->account, 0, "password-changed", "");
	return page_ok(p, session_start(p, a, secret));
}

void
page_recover(struct page *p)
{
	const char *login = request_form(&p->req, "login");
	struct pages_account a = { 0 };
	char plain[RECOVERY_CHARS + 1];
	uint8_t secret[SEAL_KEY_LEN];
	enum text_id why;
	enum db_err err;

	if (!p->req.post) {
		show_recover(p, T_RECOVER_TITLE);
		return;
	}
	if ((why = check_password(p)) == T_REGISTER && too_many(p, login))
		why = T_E_LIMIT;
	if (why != T_REGISTER) {
		p->status = why == T_E_LIMIT ? 429 : 400;
		show_recover(p, why);
		return;
	}
	err = pages_login_find(p->db, login, &a);
	if (err != DB_OK && err != DB_NONE) {
		page_ok(p, err);
		return;
	}
	read_recovery(request_form(&p->req, "code"), plain);
	if (!private_open(&a, plain, true, secret)) {
		p->status = 403;
		show_recover(p, T_E_RECOVER);
	} else if (set_password(p, &a, secret)) {
		page_redirect(p, "/phones");
	}
	seal_wipe(secret, sizeof secret);
	seal_wipe(plain, sizeof plain);
}

/* ---- the account's own page ---- */

static void
show_account(struct page *p, const char *kind, enum text_id note)
{
	page_begin(p, TXT(p, ACCOUNT));
	if (kind != NULL)
		page_note(p, kind, text_get(p->language, note));
	html_put(&p->body, "<p>%s <strong>%s</strong></p>\n",
	    TXT(p, SIGNED_IN_AS), p->who.login);
	html_put(&p->body,
	    "<form method=\"post\" action=\"/account\" class=\"card\">"
	    "<h2>%s</h2>",
	    TXT(p, CHANGE_PASSWORD));
	page_csrf(p);
	put_input(p, "old", "password", TXT(p, OLD_PASSWORD), NULL,
	    "current-password", "");
	put_input(p, "password", "password", TXT(p, NEW_PASSWORD),
	    TXT(p, PASSWORD_HINT), "new-password", "");
	put_input(p, "password2", "password", TXT(p, PASSWORD2), NULL,
	    "new-password", "");
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, SAVE));
	buf_str(&p->body, "<div class=\"actions\">");
	buf_str(&p->body, "<form method=\"post\" action=\"/sign-out\">");
	page_csrf(p);
	html_put(&p->body, "<button class=\"quiet\">%s</button></form>",
	    TXT(p, SIGN_OUT));
	buf_str(&p->body, "<form method=\"post\" action=\"/account\">"
			  "<input type=\"hidden\" name=\"all\" value=\"1\">");
	page_csrf(p);
	html_put(&p->body, "<button class=\"quiet\">%s</button></form></div>\n",
	    TXT(p, SIGN_OUT_ALL));
	page_end(p);
}

static void
change_password(struct page *p)
{
	struct pages_account a = { 0 };
	uint8_t secret[SEAL_KEY_LEN];
	enum text_id why = check_password(p);

	if (why == T_REGISTER && too_many(p, p->who.login))
		why = T_E_LIMIT;
	if (why == T_REGISTER &&
	    (pages_login_find(p->db, p->who.login, &a) != DB_OK ||
		!private_open(&a, request_form(&p->req, "old"), false, secret)))
		why = T_E_OLD_PASSWORD;
	if (why != T_REGISTER) {
		p->status = 400;
		show_account(p, "bad", why);
	} else if (set_password(p, &a, secret)) {
		show_account(p, "good", T_PASSWORD_CHANGED);
	}
	seal_wipe(secret, sizeof secret);
}

void
page_account(struct page *p)
{
	if (!p->req.post) {
		show_account(p, NULL, T_ACCOUNT);
	} else if (request_form(&p->req, "all")[0] != '\0') {
		pages_session_drop(p->db, p->who.account, NULL);
		session_end(p);
		page_redirect(p, "/");
	} else {
		change_password(p);
	}
}
