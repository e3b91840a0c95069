/*
 * Who is asking: tokens, their cookies, the word in each form that a stranger's
 * page cannot know.  The database is put in its place by the linker.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "page.h"

/* ---- the database ---- */

static struct {
	enum db_err find, put;
	uint8_t asked[32], stored[32], sealed[PAGES_SEALED_PRIVATE];
	int finds, puts, drops;
	struct pages_session row;
} db;

enum db_err __wrap_pages_session_find(struct db *d,
    const uint8_t token_hash[static 32], struct pages_session *out);
enum db_err __wrap_pages_session_put(struct db *d, int64_t account,
    const uint8_t token_hash[static 32],
    const uint8_t private_sealed[static PAGES_SEALED_PRIVATE]);
enum db_err __wrap_pages_session_drop(
    struct db *d, int64_t account, const uint8_t *token_hash);

enum db_err
__wrap_pages_session_find(struct db *d, const uint8_t token_hash[static 32],
    struct pages_session *out)
{
	(void)d;
	db.finds++;
	memcpy(db.asked, token_hash, 32);
	if (db.find == DB_OK)
		*out = db.row;
	return db.find;
}

enum db_err
__wrap_pages_session_put(struct db *d, int64_t account,
    const uint8_t token_hash[static 32],
    const uint8_t private_sealed[static PAGES_SEALED_PRIVATE])
{
	(void)d;
	(void)account;
	db.puts++;
	memcpy(db.stored, token_hash, 32);
	memcpy(db.sealed, private_sealed, sizeof db.sealed);
	return db.put;
}

enum db_err
__wrap_pages_session_drop(
    struct db *d, int64_t account, const uint8_t *token_hash)
{
	(void)d;
	(void)account;
	db.drops++;
	memcpy(db.stored, token_hash, 32);
	return DB_OK;
}

/* ---- operators ---- */

static struct {
	enum db_err salt, sign_in;
	int whos, outs;
	uint8_t asked[32], proof[32], stored[32];
} op;

enum db_err
__wrap_operator_salt(struct db *d, const char *login, uint8_t salt[static 16]);
enum db_err __wrap_operator_sign_in(struct db *d, const char *login,
    const uint8_t proof[static 32], const uint8_t token_hash[static 32]);
enum db_err __wrap_operator_who(struct db *d,
    const uint8_t token_hash[static 32], char login[static OPERATOR_LOGIN_MAX]);
enum db_err
__wrap_operator_sign_out(struct db *d, const uint8_t token_hash[static 32]);

enum db_err
__wrap_operator_salt(struct db *d, const char *login, uint8_t salt[static 16])
{
	(void)d;
	(void)login;
	if (op.salt == DB_OK)
		memset(salt, 7, 16);
	return op.salt;
}

enum db_err
__wrap_operator_sign_in(struct db *d, const char *login,
    const uint8_t proof[static 32], const uint8_t token_hash[static 32])
{
	(void)d;
	(void)login;
	memcpy(op.proof, proof, 32);
	memcpy(op.stored, token_hash, 32);
	return op.sign_in;
}

enum db_err
__wrap_operator_who(struct db *d, const uint8_t token_hash[static 32],
    char login[static OPERATOR_LOGIN_MAX])
{
	(void)d;
	op.whos++;
	memcpy(op.asked, token_hash, 32);
	if (op.sign_in != DB_OK)
		return DB_NONE;
	strcpy(login, "anna");
	return DB_OK;
}

enum db_err
__wrap_operator_sign_out(struct db *d, const uint8_t token_hash[static 32])
{
	(void)d;
	op.outs++;
	memcpy(op.stored, token_hash, 32);
	return DB_OK;
}

/* ---- requests ---- */

static struct pages_conf conf;
static struct page p;

static void
ask(const char *cookies)
{
	memset(&p, 0, sizeof p);
	p.conf = &conf;
	snprintf(p.req.cookies, sizeof p.req.cookies, "%s", cookies);
}

static void
setup(void)
{
	memset(&db, 0, sizeof db);
	memset(&op, 0, sizeof op);
	db.find = DB_NONE;
	conf.secure_cookie = false;
	ask("");
}

static void
teardown(void)
{
	buf_clear(&p.headers);
	buf_clear(&p.body);
}

/* The cookie that was set. */
static void
cookie(char text[static 65])
{
	const char *at = strstr(p.headers.p, "smsvault=");

	ck_assert_ptr_nonnull(at);
	at += strlen("smsvault=");
	ck_assert_uint_eq(strspn(at, "0123456789abcdef"), 64);
	memcpy(text, at, 64);
	text[64] = '\0';
}

#define TOKEN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* What is no token gets a new one, and nobody asks the database. */
static const struct {
	const char *why, *cookies;
} no_tokens[] = {
	{ "no cookie", "" },
	{ "another cookie", "other=" TOKEN },
	{ "an empty one", "smsvault=" },
	{ "one digit less", "smsvault=0112233445566778899aabbccddeeff0011223344"
			    "5566778899aabbccddeeff" },
	{ "one digit more", "smsvault=" TOKEN "0" },
	{ "capitals", "smsvault=00112233445566778899AABBCCDDEEFF00112233445566"
		      "778899AABBCCDDEEFF" },
	{ "no digit", "smsvault=g0112233445566778899aabbccddeeff00112233445566"
		      "778899aabbccddeeff" },
	{ "a blank before", "smsvault= " TOKEN },
	{ "quoted", "smsvault=\"" TOKEN "\"" },
	{ "a quote for the database", "smsvault=' OR '1'='1" },
};

START_TEST(a_stranger_gets_a_token_of_nobodys)
{
	char first[65], second[65];

	ask(no_tokens[_i].cookies);
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert_msg(db.finds == 0 && p.who.account == 0, "%s: was looked up",
	    no_tokens[_i].why);
	ck_assert_uint_eq(strlen(p.csrf), 32);
	cookie(first);
	teardown();
	ask(no_tokens[_i].cookies);
	ck_assert_int_eq(session_load(&p), DB_OK);
	cookie(second);
	ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(a_token_is_looked_up_by_its_digest)
{
	uint8_t token[32], want[32];

	for (int i = 0; i < 32; i++)
		token[i] = (uint8_t)(i % 16 * 0x11);
	seal_digest(token, sizeof token, want);
	db.find = DB_OK;
	db.row.account = 5;
	strcpy(db.row.language, "zh");
	ask("a=b; smsvault=" TOKEN);
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert_mem_eq(db.asked, want, 32);
	ck_assert_int_eq(p.who.account, 5);
	ck_assert_int_eq(p.language, TEXT_ZH);
	ck_assert_ptr_null(p.headers.p); /* it keeps its cookie */
}
END_TEST

START_TEST(an_unknown_token_is_nobody)
{
	db.row.account = 5;
	ask("smsvault=" TOKEN);
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert_int_eq(p.who.account, 0);
	db.find = DB_LOST;
	ask("smsvault=" TOKEN);
	ck_assert_int_eq(session_load(&p), DB_LOST);
	ck_assert_int_eq(p.who.account, 0);
}
END_TEST

START_TEST(cookies_are_kept_from_others)
{
	conf.secure_cookie = _i == 1;
	ask("");
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert_ptr_nonnull(strstr(p.headers.p, "; HttpOnly"));
	ck_assert_ptr_nonnull(strstr(p.headers.p, "; SameSite=Lax"));
	ck_assert_ptr_nonnull(strstr(p.headers.p, "; Path=/;"));
	ck_assert_ptr_null(strstr(p.headers.p, "Domain"));
	ck_assert_int_eq(strstr(p.headers.p, "__Host-smsvault=") != NULL, _i);
	ck_assert_int_eq(strstr(p.headers.p, "; Secure") != NULL, _i);
	teardown();
	/* Where cookies are secure, one that is not does not count. */
	ask("smsvault=" TOKEN);
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert_int_eq(db.finds, _i == 1 ? 0 : 1);
}
END_TEST

START_TEST(an_operator_has_a_cookie_of_his_own)
{
	conf.secure_cookie = _i == 1;
	ask("smsvault=" TOKEN "; __Host-smsvault=" TOKEN);
	p.operators = true;
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert_int_eq(db.finds + op.whos, 0);
	ck_assert_str_eq(p.operator, "");
	ck_assert_int_eq(
	    strstr(p.headers.p, "__Host-smsvault-operator=") != NULL, _i);
	ck_assert_int_eq(strstr(p.headers.p, "; Secure") != NULL, _i);
	teardown();
	ask(_i == 1 ? "__Host-smsvault-operator=" TOKEN
		    : "smsvault-operator=" TOKEN);
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert_int_eq(db.finds + op.whos, 0);
	ck_assert_int_eq(p.who.account, 0);
	teardown();
	ask(_i == 1 ? "__Host-smsvault-operator=" TOKEN
		    : "smsvault-operator=" TOKEN);
	p.operators = true;
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert_int_eq(db.finds, 0);
	ck_assert_int_eq(op.whos, 1);
	ck_assert_str_eq(p.operator, "anna");
	session_end(&p);
	ck_assert_int_eq(op.outs, 1);
	ck_assert_mem_eq(op.asked, op.stored, 32);
	ck_assert_str_eq(p.operator, "");
}
END_TEST

/* Whether there is such an operator or not: as much work, and no cookie. */
START_TEST(an_operator_signs_in_by_proof)
{
	static const uint8_t nothing[32];
	uint8_t first[32];

	p.operators = true;
	op.salt = op.sign_in = DB_NONE;
	ck_assert_int_eq(session_start_operator(&p, "bob", "word"), DB_NONE);
	ck_assert_mem_ne(op.proof, nothing, 32);
	ck_assert_ptr_null(p.headers.p);
	memcpy(first, op.proof, 32);
	op.salt = DB_OK;
	ck_assert_int_eq(session_start_operator(&p, "anna", "word"), DB_NONE);
	ck_assert_mem_ne(op.proof, first, 32);
	ck_assert_ptr_null(p.headers.p);
	op.sign_in = DB_OK;
	ck_assert_int_eq(session_start_operator(&p, "anna", "word"), DB_OK);
	ck_assert_ptr_nonnull(strstr(p.headers.p, "smsvault-operator="));
	seal_digest(p.token, sizeof p.token, first);
	ck_assert_mem_eq(op.stored, first, 32);
	teardown();
	op.salt = DB_LOST;
	ck_assert_int_eq(session_start_operator(&p, "anna", "word"), DB_LOST);
}
END_TEST

/* ---- forms ---- */

static bool
good(const char *csrf)
{
	static char name[] = "csrf";
	char value[80];
	bool is;

	snprintf(value, sizeof value, "%s", csrf);
	p.req.form[0] = (struct request_field){ name, value };
	p.req.nform = 1;
	is = session_csrf_good(&p);
	p.req.nform = 0;
	return is;
}

START_TEST(a_form_knows_its_word)
{
	char mine[33], other[40];

	ask("smsvault=" TOKEN);
	ck_assert_int_eq(session_load(&p), DB_OK);
	strcpy(mine, p.csrf);
	ck_assert(good(mine));
	ck_assert(!session_csrf_good(&p)); /* no field at all */
	ck_assert(!good(""));
	for (int i = 0; i < 32; i++) {
		strcpy(other, mine);
		other[i] = other[i] == '0' ? '1' : '0';
		ck_assert(!good(other));
	}
	strcpy(other, mine);
	other[31] = '\0';
	ck_assert(!good(other));
	snprintf(other, sizeof other, "%s0", mine);
	ck_assert(!good(other));
	ck_assert(!good(TOKEN));
	/* The same token, the same word; another token, another. */
	ask("smsvault=" TOKEN);
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert(good(mine));
	ask("");
	ck_assert_int_eq(session_load(&p), DB_OK);
	ck_assert(!good(mine));
}
END_TEST

START_TEST(no_word_is_no_good_word)
{
	/* As if it could not be derived. */
	ck_assert_str_eq(p.csrf, "");
	ck_assert(!good(""));
	ck_assert(!session_csrf_good(&p));
}
END_TEST

/* ---- signing in ---- */

static void
account(struct pages_account *a, uint8_t secret[static SEAL_KEY_LEN])
{
	memset(a, 0, sizeof *a);
	a->account = 7;
	strcpy(a->language, "en");
	ck_assert_int_eq(seal_keypair(secret, a->public_key), SEAL_OK);
}

START_TEST(signing_in_gives_a_new_token)
{
	struct pages_account a;
	uint8_t secret[SEAL_KEY_LEN], got[SEAL_KEY_LEN], hash[32];
	char text[65], before[33];

	account(&a, secret);
	ask("smsvault=" TOKEN); /* one that somebody else may have planted */
	ck_assert_int_eq(session_load(&p), DB_OK);
	strcpy(before, p.csrf);
	ck_assert_int_eq(session_start(&p, &a, secret), DB_OK);
	cookie(text);
	ck_assert_str_ne(text, TOKEN);
	ck_assert_str_ne(p.csrf, before);
	ck_assert_int_eq(p.who.account, 7);
	/* The database has its digest, and the key sealed under it. */
	seal_digest(p.token, sizeof p.token, hash);
	ck_assert_mem_eq(db.stored, hash, 32);
	ck_assert_mem_ne(db.sealed, secret, SEAL_KEY_LEN);
	ck_assert_int_eq(session_secret(&p, got), SEAL_OK);
	ck_assert_mem_eq(got, secret, SEAL_KEY_LEN);
	/* Another token opens nothing. */
	p.token[0] ^= 1;
	ck_assert_int_ne(session_secret(&p, got), SEAL_OK);
	p.token[0] ^= 1;
	p.who.public_key[0] ^= 1; /* nor does it for another account */
	ck_assert_int_ne(session_secret(&p, got), SEAL_OK);
}
END_TEST

START_TEST(what_is_not_stored_is_no_session)
{
	struct pages_account a;
	uint8_t secret[SEAL_KEY_LEN];

	account(&a, secret);
	db.put = DB_LOST;
	ck_assert_int_eq(session_start(&p, &a, secret), DB_LOST);
	ck_assert_int_eq(p.who.account, 0);
	ck_assert_ptr_null(p.headers.p);
}
END_TEST

START_TEST(signing_out_ends_it)
{
	struct pages_account a;
	uint8_t secret[SEAL_KEY_LEN], hash[32];

	account(&a, secret);
	ck_assert_int_eq(session_start(&p, &a, secret), DB_OK);
	seal_digest(p.token, sizeof p.token, hash);
	buf_clear(&p.headers);
	session_end(&p);
	ck_assert_int_eq(db.drops, 1);
	ck_assert_mem_eq(db.stored, hash, 32);
	ck_assert_int_eq(p.who.account, 0);
	ck_assert_ptr_nonnull(strstr(p.headers.p, "smsvault=;"));
	ck_assert_ptr_nonnull(strstr(p.headers.p, "Max-Age=0"));
	session_end(&p); /* nobody's */
	ck_assert_int_eq(db.drops, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("session");
	TCase *tc = tcase_create("tokens");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_stranger_gets_a_token_of_nobodys, 0,
	    sizeof no_tokens / sizeof no_tokens[0]);
	tcase_add_test(tc, a_token_is_looked_up_by_its_digest);
	tcase_add_test(tc, an_unknown_token_is_nobody);
	tcase_add_loop_test(tc, cookies_are_kept_from_others, 0, 2);
	tcase_add_loop_test(tc, an_operator_has_a_cookie_of_his_own, 0, 2);
	tcase_add_test(tc, an_operator_signs_in_by_proof);
	tcase_add_test(tc, a_form_knows_its_word);
	tcase_add_test(tc, no_word_is_no_good_word);
	tcase_add_test(tc, signing_in_gives_a_new_token);
	tcase_add_test(tc, what_is_not_stored_is_no_session);
	tcase_add_test(tc, signing_out_ends_it);
	suite_add_tcase(s, tc);
	return check_main(s);
}
