/*
 * Who is asking.  The browser holds a token; the database holds its digest,
 * and the account's private key sealed under a key that the token gives.
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "page.h"

static const char *
cookie_name(const struct page *p)
{
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
	err = pages_session_find(p->db, hash, &p->who);
	if (err == DB_OK)
		p->language = text_language_of(p->who.language);
	else
		p->who.account = 0;
	return err == DB_NONE ? DB_OK : err;
}

bool
session_csrf_good(const struct page *p)
{
	const char *got = request_form(&p->req, "csrf");

	return p->csrf[0] != '\0' && strlen(got) == strlen(p->csrf) &&
	       seal_equal(got, p->csrf, strlen(p->csrf));
}

enum db_err
session_start(struct page *p, const struct pages_account *a,
    const uint8_t secret[static SEAL_KEY_LEN])
{
	char text[2 * SEAL_KEY_LEN + 1];
	uint8_t hash[SEAL_DIGEST_LEN], sealed[PAGES_SEALED_PRIVATE];
	enum db_err err;

	/* Always a new one: what was known before signing in is worthless. */
	seal_random(p->token, sizeof p->token);
	seal_digest(p->token, sizeof p->token, hash);
	if (seal_wrap(p->token, "session", a->public_key, SEAL_PUBLIC_LEN,
		secret, SEAL_KEY_LEN, sealed) != SEAL_OK)
		return DB_FAILED;
	if ((err = pages_session_put(p->db, a->account, hash, sealed)) != DB_OK)
		return err;
	to_hex(p->token, sizeof p->token, text);
	set_cookie(p, text, "");
	derive_csrf(p);
	p->who.account = a->account;
	memcpy(p->who.private_sealed, sealed, sizeof sealed);
	memcpy(p->who.public_key, a->public_key, SEAL_PUBLIC_LEN);
	snprintf(p->who.language, sizeof p->who.language, "%s", a->language);
	return DB_OK;
}

void
session_end(struct page *p)
{
	uint8_t hash[SEAL_DIGEST_LEN];

	seal_digest(p->token, sizeof p->token, hash);
	if (p->who.account != 0)
		pages_session_drop(p->db, p->who.account, hash);
	set_cookie(p, "", "; Max-Age=0");
	p->who.account = 0;
}

enum seal_err
session_secret(const struct page *p, uint8_t secret[static SEAL_KEY_LEN])
{
	return seal_unwrap(p->token, "session", p->who.public_key,
	    SEAL_PUBLIC_LEN, p->who.private_sealed, PAGES_SEALED_PRIVATE,
	    secret);
}
