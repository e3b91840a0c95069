/*
 * The pages before one is signed in: start, sign in, register, recover.
 */
#include <stdio.h>
#include <string.h>

#include "form.h"
#include "log.h"
#include "page.h"
#include "pages_settings.h"
#include "private.h"

#define PASSWORD_MIN 10
#define ATTEMPTS_MAX 10 /* in a quarter of an hour, for a login or address */

/* ---- the start ---- */

static void
put_point(
    struct page *p, const char *icon, enum text_id title, enum text_id text)
{
	html_put(&p->body,
	    "<li class=\"card\"><img src=\"/static/%s.svg\" alt=\"\" "
	    "width=\"36\" height=\"36\"><h2>%s</h2><p>%s</p></li>\n",
	    icon, text_get(p->language, title), text_get(p->language, text));
}

void
page_home(struct page *p)
{
	if (p->who.account != 0) {
		page_redirect(p, "/phones");
		return;
	}
	page_begin(p, TXT(p, TAGLINE));
	html_put(&p->body,
	    "<div class=\"hero\"><p class=\"lead\">%s</p>\n"
	    "<p class=\"actions\"><a class=\"button\" href=\"/register\">%s</a> "
	    "<a class=\"button quiet\" href=\"/sign-in\">%s</a></p></div>\n"
	    "<ul class=\"points\">",
	    TXT(p, LEAD), TXT(p, REGISTER), TXT(p, SIGN_IN));
	put_point(p, "point-sms", T_POINT_SMS, T_POINT_SMS_TEXT);
	put_point(p, "point-seal", T_POINT_SEAL, T_POINT_SEAL_TEXT);
	put_point(p, "point-sim", T_POINT_SIM, T_POINT_SIM_TEXT);
	html_put(&p->body,
	    "</ul>\n<section class=\"how\"><h2>%s</h2><ol><li>%s</li>"
	    "<li>%s</li><li>%s</li></ol></section>\n",
	    TXT(p, HOW), TXT(p, HOW1), TXT(p, HOW2), TXT(p, HOW3));
	page_end(p);
}

/* ---- forms ---- */

struct input {
	const char *name, *type, *complete, *value;
	enum text_id label, hint;
};

/* The field that a complaint is about; NULL: the form as a whole. */
static const char *
field_of(enum text_id why)
{
	static const struct {
		enum text_id why;
		const char *field;
	} fields[] = {
		{ T_E_LOGIN, "login" },
		{ T_E_TAKEN, "login" },
		{ T_E_SHORT, "password" },
		{ T_E_DIFFER, "password2" },
		{ T_E_OLD_PASSWORD, "old" },
	};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (fields[i].why == why)
			return fields[i].field;
	return NULL;
}

/* A labelled input, and what is wrong with it, if that is about it. */
static void
put_input(struct page *p, const struct input *in, enum text_id why)
{
	const char *field = field_of(why);
	bool wrong = field != NULL && strcmp(field, in->name) == 0;
	bool plain =
	    strcmp(in->name, "login") == 0 || strcmp(in->name, "code") == 0;

	form_field(
	    p, &(struct form_field){ in->name, in->type, in->complete,
		   in->value, in->label, in->hint, wrong ? why : T_NONE, false,
		   plain ? "autocapitalize=\"none\" spellcheck=\"false\""
			 : NULL });
}

static void
put_login(struct page *p, enum text_id hint, enum text_id why)
{
	put_input(p,
	    &(struct input){ "login", "text", "username",
		request_form(&p->req, "login"), T_LOGIN, hint },
	    why);
}

/* A password to be set, twice. */
static void
put_new_password(struct page *p, enum text_id label, enum text_id why)
{
	put_input(p,
	    &(struct input){ "password", "password", "new-password", NULL,
		label, T_PASSWORD_HINT },
	    why);
	put_input(p,
	    &(struct input){ "password2", "password", "new-password", NULL,
		T_PASSWORD2, T_NONE },
	    why);
}

/* A form's page begins: its title, and what is wrong with it as a whole. */
static void
begin_form(
    struct page *p, enum text_id title, const char *path, enum text_id why)
{
	page_begin(p, text_get(p->language, title));
	if (why != T_NONE && field_of(why) == NULL)
		page_note(p, "bad", text_get(p->language, why));
	html_put(&p->body,
	    "<form method=\"post\" action=\"%s\" class=\"card\">", path);
	page_csrf(p);
}

static void
subject(const char *what, const char *text, uint8_t out[static 32])
{
	char both[512];

	snprintf(both, sizeof both, "%s:%s", what, text);
	seal_digest(both, strlen(both), out);
}

/* An owner and an operator may have the same name. */
static const char *
kind_of(const struct page *p)
{
	return p->operators ? "operator" : "login";
}

static void
forgive(struct page *p, const char *login)
{
	uint8_t by_login[32];

	subject(kind_of(p), login, by_login);
	pages_forgive(p->db, by_login);
}

/* Count this attempt against the login and the address. */
bool
page_too_many(struct page *p, const char *login)
{
	uint8_t by_login[32], by_address[32];
	int64_t a = 0, b = 0;

	subject(kind_of(p), login, by_login);
	subject("address", p->req.remote, by_address);
	return pages_attempt(p->db, by_login, &a) != DB_OK ||
	       pages_attempt(p->db, by_address, &b) != DB_OK ||
	       a >= ATTEMPTS_MAX || b >= 10 * ATTEMPTS_MAX;
}

/* ---- sign in ---- */

static void
show_sign_in(struct page *p, enum text_id why)
{
	begin_form(p, p->operators ? T_OP_SIGN_IN : T_SIGN_IN,
	    p->operators ? "/operator/sign-in" : "/sign-in", why);
	put_login(p, T_NONE, why);
	put_input(p,
	    &(struct input){ "password", "password", "current-password", NULL,
		T_PASSWORD, T_NONE },
	    why);
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, SIGN_IN));
	if (p->operators)
		html_put(&p->body, "<p class=\"hint\">%s</p>\n",
		    TXT(p, OP_SIGN_IN_HINT));
	else
		html_put(&p->body,
		    "<p>%s <a href=\"/register\">%s</a>"
		    "<br><a href=\"/recover\">%s</a></p>\n",
		    TXT(p, NO_ACCOUNT), TXT(p, REGISTER), TXT(p, FORGOT));
	page_end(p);
}

static void
sign_in_owner(struct page *p, const char *login)
{
	struct pages_account a = { 0 };
	uint8_t secret[SEAL_KEY_LEN];
	enum db_err err = pages_login_find(p->db, login, &a);

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
	forgive(p, login);
	if (page_ok(p, session_start(p, &a, secret))) {
		/* Whoever comes, accounts whose time is over go. */
		pages_delete_due(p->db);
		pages_event_put(p->db, a.account, 0, "signed-in", "");
		page_redirect(p, "/phones");
	}
	seal_wipe(secret, sizeof secret);
}

static void
sign_in_operator(struct page *p, const char *login)
{
	enum db_err err =
	    session_start_operator(p, login, request_form(&p->req, "password"));

	if (err == DB_NONE) {
		p->status = 403;
		show_sign_in(p, T_E_SIGN_IN);
	} else if (page_ok(p, err)) {
		forgive(p, login);
		page_redirect(p, "/operator");
	}
}

void
page_sign_in(struct page *p)
{
	const char *login = request_form(&p->req, "login");

	if (!p->req.post) {
		show_sign_in(p, T_NONE);
	} else if (page_too_many(p, login)) {
		p->status = 429;
		show_sign_in(p, T_E_LIMIT);
	} else if (p->operators) {
		sign_in_operator(p, login);
	} else {
		sign_in_owner(p, login);
	}
}

void
page_sign_out(struct page *p)
{
	session_end(p);
	page_redirect(p, p->operators ? "/operator/sign-in" : "/");
}

/* ---- register ---- */

static void
show_register(struct page *p, enum text_id why)
{
	begin_form(p, T_REGISTER, "/register", why);
	put_login(p, T_LOGIN_HINT, why);
	put_new_password(p, T_PASSWORD, why);
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

/* What is wrong with the new password, or T_NONE. */
static enum text_id
check_password(const struct page *p)
{
	const char *password = request_form(&p->req, "password");

	if (strlen(password) < PASSWORD_MIN)
		return T_E_SHORT;
	if (strcmp(password, request_form(&p->req, "password2")) != 0)
		return T_E_DIFFER;
	return T_NONE;
}

void
page_recovery_shown(struct page *p, const char *code, const char *next)
{
	page_begin(p, TXT(p, RECOVERY_TITLE));
	html_put(&p->body,
	    "<div class=\"card\"><p>%s</p>\n"
	    "<output id=\"recovery\" class=\"code\">%s</output>\n"
	    "<p><a class=\"button\" href=\"%s\">%s</a></p></div>\n",
	    TXT(p, RECOVERY_TEXT), code, next, TXT(p, RECOVERY_DONE));
	page_end(p);
}

void
page_register(struct page *p)
{
	const char *login = request_form(&p->req, "login");
	struct pages_account a = { 0 };
	char shown[PASSWORD_SHOWN_MAX], plain[PRIVATE_RECOVERY_MAX];
	uint8_t secret[SEAL_KEY_LEN];
	enum text_id why = T_NONE;
	enum db_err err;

	if (!p->req.post) {
		show_register(p, T_NONE);
		return;
	}
	if (!login_is_fine(login))
		why = T_E_LOGIN;
	else if ((why = check_password(p)) == T_NONE && page_too_many(p, ""))
		why = T_E_LIMIT;
	if (why != T_NONE) {
		p->status = why == T_E_LIMIT ? 429 : 400;
		show_register(p, why);
		return;
	}
	snprintf(a.language, sizeof a.language, "%s",
	    text_code(text_language_of(request_form(&p->req, "language"))));
	password_code_make(shown, plain);
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
		page_recovery_shown(p, shown, "/phones");
	}
	seal_wipe(secret, sizeof secret);
	seal_wipe(shown, sizeof shown);
	seal_wipe(plain, sizeof plain);
}

/* ---- recover ---- */

static void
show_recover(struct page *p, enum text_id why)
{
	begin_form(p, T_RECOVER_TITLE, "/recover", why);
	html_put(&p->body, "<p>%s</p>\n", TXT(p, RECOVER_TEXT));
	put_login(p, T_NONE, why);
	put_input(p,
	    &(struct input){
		"code", "text", "off", NULL, T_RECOVERY_CODE, T_NONE },
	    why);
	put_new_password(p, T_NEW_PASSWORD, why);
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
	char plain[PRIVATE_RECOVERY_MAX];
	uint8_t secret[SEAL_KEY_LEN];
	enum text_id why;
	enum db_err err;

	if (!p->req.post) {
		show_recover(p, T_NONE);
		return;
	}
	if ((why = check_password(p)) == T_NONE && page_too_many(p, login))
		why = T_E_LIMIT;
	if (why != T_NONE) {
		p->status = why == T_E_LIMIT ? 429 : 400;
		show_recover(p, why);
		return;
	}
	err = pages_login_find(p->db, login, &a);
	if (err != DB_OK && err != DB_NONE) {
		page_ok(p, err);
		return;
	}
	private_recovery_read(request_form(&p->req, "code"), plain);
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

/* A form of one button, to a path. */
static void
put_button(struct page *p, const char *path, const char *name, const char *text)
{
	html_put(&p->body, "<form method=\"post\" action=\"%s\">", path);
	page_csrf(p);
	html_put(&p->body,
	    "<button class=\"quiet\" name=\"%s\" value=\"1\">%s</button>"
	    "</form>\n",
	    name, text);
}

static void
show_account(struct page *p, bool changed, enum text_id why)
{
	page_begin(p, TXT(p, ACCOUNT));
	if (changed)
		page_note(p, "good", TXT(p, PASSWORD_CHANGED));
	else if (why != T_NONE && field_of(why) == NULL)
		page_note(p, "bad", text_get(p->language, why));
	html_put(&p->body,
	    "<p class=\"lead\">%s <strong>%s</strong></p>\n"
	    "<div class=\"actions\">",
	    TXT(p, SIGNED_IN_AS), p->who.login);
	put_button(p, "/sign-out", "this", TXT(p, SIGN_OUT));
	put_button(p, "/account", "all", TXT(p, SIGN_OUT_ALL));
	buf_str(&p->body, "</div>\n");
	page_account_links(p);
	html_put(&p->body,
	    "<form method=\"post\" action=\"/account\" "
	    "class=\"card\"><h2>%s</h2>",
	    TXT(p, CHANGE_PASSWORD));
	page_csrf(p);
	/* For the browser's password store: whose password this is. */
	html_put(&p->body,
	    "<input type=\"text\" name=\"username\" hidden readonly "
	    "autocomplete=\"username\" value=\"%s\">\n",
	    p->who.login);
	put_input(p,
	    &(struct input){ "old", "password", "current-password", NULL,
		T_OLD_PASSWORD, T_NONE },
	    why);
	put_new_password(p, T_NEW_PASSWORD, why);
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, SAVE));
	page_end(p);
}

static void
change_password(struct page *p)
{
	struct pages_account a = { 0 };
	uint8_t secret[SEAL_KEY_LEN];
	enum text_id why = check_password(p);

	if (why == T_NONE && page_too_many(p, p->who.login))
		why = T_E_LIMIT;
	if (why == T_NONE &&
	    (pages_login_find(p->db, p->who.login, &a) != DB_OK ||
		!private_open(&a, request_form(&p->req, "old"), false, secret)))
		why = T_E_OLD_PASSWORD;
	if (why != T_NONE) {
		p->status = 400;
		show_account(p, false, why);
	} else if (set_password(p, &a, secret)) {
		show_account(p, true, T_NONE);
	}
	seal_wipe(secret, sizeof secret);
}

void
page_account(struct page *p)
{
	if (!p->req.post) {
		show_account(p, false, T_NONE);
	} else if (request_form(&p->req, "all")[0] != '\0') {
		pages_session_drop(p->db, p->who.account, NULL);
		session_end(p);
		page_redirect(p, "/");
	} else {
		change_password(p);
	}
}
