/*
 * Who is asking.  The browser holds a token; the database holds its digest,
 * and the account's private key sealed under a key that the token gives.
 */
#include <stdio.h>
#include <string.h>

#include "page.h"
#include "password.h"

static const char *
cookie_name(const struct page *p)
{
	if (p->operators)
		return p->conf->secure_cookie ? "__Host-smsvault-operator"
					      : "smsvault-operator";
	return p->conf->secure_cookie ? "__Host-smsvault" : "smsvault";
}

static void
to_hex(const uint8_t *p, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		sprintf(out + 2 * i, "%02x", p[i]);
}

static bool
from_hex(const char *text, uint8_t *out, size_t len)
{
	if (strlen(text) != 2 * len ||
	    strspn(text, "0123456789abcdef") != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned v;

		sscanf(text + 2 * i, "%2x", &v);
		out[i] = (uint8_t)v;
	}
	return true;
}

static void
set_cookie(struct page *p, const char *value, const char *age)
{
	buf_printf(&p->headers,
	    "Set-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Lax%s%s\r\n",
	    cookie_name(p), value, p->conf->secure_cookie ? "; Secure" : "",
	    age);
}

static void
derive_csrf(struct page *p)
{
	uint8_t octets[16];

	if (seal_derive(p->token, sizeof p->token, NULL, 0, "smsvault csrf",
		octets, sizeof octets) == SEAL_OK)
		to_hex(octets, sizeof octets, p->csrf);
}

/* A token of nobody's: it ties a form to the browser that asked for it. */
static void
give_token(struct page *p)
{
	char text[2 * SEAL_KEY_LEN + 1];

	seal_random(p->token, sizeof p->token);
	to_hex(p->token, sizeof p->token, text);
	set_cookie(p, text, "");
	derive_csrf(p);
}

static enum db_err
find_owner(struct page *p, const uint8_t hash[static SEAL_DIGEST_LEN])
{
	enum db_err err = pages_session_find(p->db, hash, &p->who);

	if (err == DB_OK)
		p->language = text_language_of(p->who.language);
	else
		p->who.account = 0;
	return err;
}

enum db_err
session_load(struct page *p)
{
	char text[2 * SEAL_KEY_LEN + 2];
	uint8_t hash[SEAL_DIGEST_LEN];
	enum db_err err;

	if (!request_cookie(&p->req, cookie_name(p), text, sizeof text) ||
	    !from_hex(text, p->token, sizeof p->token)) {
		give_token(p);
		return DB_OK;
	}
	derive_csrf(p);
	seal_digest(p->token, sizeof p->token, hash);
	err = p->operators ? operator_who(p->operator_db, hash, p->operator)
			   : find_owner(p, hash);
	return err == DB_NONE ? DB_OK : err;
}

bool
session_csrf_good(const struct page *p)
{
	const char *got = request_form(&p->req, "csrf");

	return p->csrf[0] != '\0' && strlen(got) == strlen(p->csrf) &&
	       seal_equal(got, p->csrf, strlen(p->csrf));
}

/* Always a new one: what was known before signing in is worthless. */
static void
new_token(struct page *p, uint8_t hash[static SEAL_DIGEST_LEN])
{
	seal_random(p->token, sizeof p->token);
	seal_digest(p->token, sizeof p->token, hash);
}

/* It is in the database: the browser gets it. */
static void
keep_token(struct page *p)
{
	char text[2 * SEAL_KEY_LEN + 1];

	to_hex(p->token, sizeof p->token, text);
	set_cookie(p, text, "");
	derive_csrf(p);
}

enum db_err
session_start(struct page *p, const struct pages_account *a,
    const uint8_t secret[static SEAL_KEY_LEN])
{
	uint8_t hash[SEAL_DIGEST_LEN], sealed[PAGES_SEALED_PRIVATE];
	enum db_err err;

	new_token(p, hash);
	if (seal_wrap(p->token, "session", a->public_key, SEAL_PUBLIC_LEN,
		secret, SEAL_KEY_LEN, sealed) != SEAL_OK)
		return DB_FAILED;
	if ((err = pages_session_put(p->db, a->account, hash, sealed)) != DB_OK)
		return err;
	keep_token(p);
	p->who.account = a->account;
	memcpy(p->who.private_sealed, sealed, sizeof sealed);
	memcpy(p->who.public_key, a->public_key, SEAL_PUBLIC_LEN);
	snprintf(p->who.language, sizeof p->who.language, "%s", a->language);
	return DB_OK;
}

/* As long for unknown names, whose salt is zeros. */
enum db_err
session_start_operator(struct page *p, const char *login, const char *password)
{
	uint8_t salt[PASSWORD_SALT_LEN] = { 0 }, hash[SEAL_DIGEST_LEN];
	struct password_stretched s;
	enum db_err err = operator_salt(p->operator_db, login, salt);

	if (err != DB_OK && err != DB_NONE)
		return err;
	if (password_stretch(password, salt, &s) != SEAL_OK)
		return DB_FAILED;
	new_token(p, hash);
	err = operator_sign_in(p->operator_db, login, s.proof, hash);
	seal_wipe(&s, sizeof s);
	if (err == DB_OK)
		keep_token(p);
	return err;
}

void
session_end(struct page *p)
{
	uint8_t hash[SEAL_DIGEST_LEN];

	seal_digest(p->token, sizeof p->token, hash);
	if (p->operators)
		operator_sign_out(p->operator_db, hash);
	else if (p->who.account != 0)
		pages_session_drop(p->db, p->who.account, hash);
	set_cookie(p, "", "; Max-Age=0");
	p->who.account = 0;
	p->operator[0] = '\0';
}

enum seal_err
session_secret(const struct page *p, uint8_t secret[static SEAL_KEY_LEN])
{
	return seal_unwrap(p->token, "session", p->who.public_key,
	    SEAL_PUBLIC_LEN, p->who.private_sealed, PAGES_SEALED_PRIVATE,
	    secret);
}
