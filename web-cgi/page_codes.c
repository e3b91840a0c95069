/*
 * One-time codes, printed and kept: a text from any phone to the service
 * number with one of them orders lost mode, finds a number, rings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "pages_lost.h"
#include "rest.h"

#define CODES 10
#define BURNT 5 /* wrong secrets that burn a code */

static void
put_heads(struct page *p)
{
	static const struct {
		const char *word;
		enum text_id rest, what;
	} texts[] = {
		{ "LOST", T_CODES_PHONE, T_CODES_LOST },
		{ "FIND", T_CODES_NAME, T_CODES_FIND },
		{ "RING", T_NONE, T_CODES_RING },
		{ "WHERE", T_NONE, T_CODES_WHERE },
	};

	html_put(&p->body,
	    "<p>%s</p><p class=\"code\" id=\"service\">%s</p><dl "
	    "class=\"words\">",
	    TXT(p, CODES_HOW), p->conf->service_number);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		html_put(&p->body, "<dt><b>%s</b> %s %s</dt><dd>%s</dd>",
		    texts[i].word, TXT(p, CODES_CODE),
		    text_get(p->language, texts[i].rest),
		    text_get(p->language, texts[i].what));
	html_put(&p->body, "</dl><p>%s</p>", TXT(p, CODES_ONCE));
}

/* ---- the list that is there ---- */

/* What a printed code begins with: its id. */
static void
put_id(struct page *p, uint32_t id)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char text[5];

	for (int i = 0; i < 4; i++)
		text[i] = letters[(id >> (15 - 5 * i)) & 31];
	text[4] = '\0';
	html_put(&p->body, "<b class=\"mono\">%s-…</b>", text);
}

static void
put_code(struct page *p, const struct pages_find_code *c)
{
	bool used = c->used_ms != 0, burnt = c->failures >= BURNT;

	buf_str(&p->body, "<li><span class=\"row\"><span class=\"main\">");
	put_id(p, c->id);
	html_put(&p->body, "<small>%s ", TXT(p, CODES_MADE));
	page_moment(p, c->made_ms);
	if (used) {
		html_put(&p->body, " · %s ", TXT(p, CODES_USED_AT));
		page_moment(p, c->used_ms);
		html_put(&p->body, " %s", c->used_from);
	}
	html_put(&p->body,
	    "</small></span><span class=\"side\"><span class=\"state %s\">%s"
	    "</span></span></span></li>\n",
	    used    ? ""
	    : burnt ? "bad"
		    : "good",
	    used    ? TXT(p, CODES_USED)
	    : burnt ? TXT(p, CODES_BURNT)
		    : TXT(p, CODES_GOOD));
}

static void
put_revoke(struct page *p)
{
	html_put(&p->body, "<form method=\"post\" action=\"/codes/revoke\" "
			   "class=\"actions ask\">");
	page_csrf(p);
	html_put(&p->body,
	    "<button class=\"quiet\" id=\"revoke\">%s</button></form>\n",
	    TXT(p, CODES_REVOKE));
}

static void
show(struct page *p, enum text_id wrong)
{
	struct pages_find_code *list = NULL;
	size_t n = 0, good = 0;

	if (!page_ok(p, pages_find_codes(p->db, p->who.account, &list, &n)))
		return;
	page_begin(p, TXT(p, CODES));
	html_put(&p->body,
	    "<p class=\"lead\">%s</p>\n<div class=\"two-cards\">"
	    "<section class=\"card\">",
	    TXT(p, CODES_TEXT));
	put_heads(p);
	buf_str(&p->body, "</section>\n<form method=\"post\" "
			  "action=\"/codes\" class=\"card\">");
	page_csrf(p);
	html_put(&p->body,
	    "<h2>%s</h2><p>%s</p><input type=\"text\" name=\"username\" "
	    "hidden readonly autocomplete=\"username\" value=\"%s\">\n",
	    TXT(p, CODES_NEW), TXT(p, CODES_NEW_TEXT), p->who.login);
	form_field(
	    p, &(struct form_field){ "old", "password", "current-password",
		   NULL, T_OLD_PASSWORD, T_NONE, wrong, false, NULL });
	html_put(
	    &p->body, "<button>%s</button></form></div>\n", TXT(p, CODES_MAKE));
	if (n > 0)
		buf_str(&p->body, "<ul class=\"list\" id=\"codes\">");
	for (size_t i = 0; i < n; i++) {
		put_code(p, &list[i]);
		good += list[i].used_ms == 0;
	}
	if (n > 0)
		buf_str(&p->body, "</ul>\n");
	if (good > 0)
		put_revoke(p);
	page_end(p);
	free(list);
}

/* ---- a new one ---- */

static void
shown_as(const char code[static SEAL_CODE_CHARS], char out[static 20])
{
	snprintf(out, 20, "%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8,
	    code + 12);
}

static enum db_err
make_one(struct page *p, const uint8_t secret[static SEAL_KEY_LEN],
    char code[static SEAL_CODE_CHARS + 1])
{
	uint8_t key[SEAL_KEY_LEN], sealed[PAGES_SEALED_PRIVATE];
	uint8_t ad[REST_FIND_AD_LEN];
	enum db_err err = DB_NONE;
	uint32_t id;

	/* A 20-bit id may be in use: try others. */
	for (int tries = 0; err == DB_NONE && tries < 20; tries++) {
		seal_code_new(&id, code);
		rest_find_ad(p->who.account, id, ad);
		if (seal_code_key(code, key) != SEAL_OK ||
		    seal_wrap(key, REST_FIND_PURPOSE, ad, sizeof ad, secret,
			SEAL_KEY_LEN, sealed) != SEAL_OK)
			err = DB_FAILED;
		else
			err = pages_find_put(p->db, p->who.account, id, sealed);
	}
	seal_wipe(key, sizeof key);
	return err;
}

static enum db_err
make(struct page *p, const uint8_t secret[static SEAL_KEY_LEN],
    char code[static CODES][SEAL_CODE_CHARS + 1])
{
	enum db_err err = pages_find_open(p->db, p->who.account);

	if (err != DB_OK)
		return err;
	for (size_t i = 0; err == DB_OK && i < CODES; i++)
		err = make_one(p, secret, code[i]);
	return pages_find_close(p->db, err);
}

static void
show_list(struct page *p, char code[static CODES][SEAL_CODE_CHARS + 1])
{
	char shown[20];

	page_begin(p, TXT(p, CODES));
	html_put(&p->body,
	    "<p class=\"note wait screen\">%s</p>\n<section class=\"card "
	    "sheet\"><h2>smsvault · %s</h2>",
	    TXT(p, CODES_KEEP), p->who.login);
	put_heads(p);
	buf_str(&p->body, "<ol class=\"codes\" id=\"new-codes\">");
	for (size_t i = 0; i < CODES; i++) {
		shown_as(code[i], shown);
		html_put(&p->body, "<li><code>%s</code></li>", shown);
	}
	html_put(&p->body,
	    "</ol></section>\n<p class=\"buttons screen\"><button "
	    "type=\"button\" class=\"print\" hidden>%s</button> <a "
	    "class=\"button quiet\" href=\"/codes\">%s</a></p>\n",
	    TXT(p, PRINT), TXT(p, CODES_KEPT));
	page_end(p);
	seal_wipe(shown, sizeof shown);
}

/* GET /codes, and POST: a new list */
void
page_codes(struct page *p)
{
	char code[CODES][SEAL_CODE_CHARS + 1];
	uint8_t secret[SEAL_KEY_LEN];
	enum text_id wrong;

	if (!p->req.post) {
		show(p, T_NONE);
		return;
	}
	if ((wrong = page_password(p, NULL, secret)) != T_NONE) {
		p->status = wrong == T_E_LIMIT ? 429 : 400;
		show(p, wrong);
		return;
	}
	if (page_ok(p, make(p, secret, code))) {
		pages_event_put(p->db, p->who.account, 0, "codes-made", "");
		show_list(p, code);
	}
	seal_wipe(secret, sizeof secret);
	seal_wipe(code, sizeof code);
}

void
page_codes_revoke(struct page *p)
{
	if (!page_ok(p, pages_find_revoke(p->db, p->who.account)))
		return;
	pages_event_put(p->db, p->who.account, 0, "codes-revoked", "");
	page_redirect(p, "/codes");
}
