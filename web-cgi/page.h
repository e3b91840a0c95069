/*
 * page.h - what every page has at hand, and what it answers.
 */
#ifndef PAGE_H
#define PAGE_H

#include "buf.h"
#include "db.h"
#include "export.h"
#include "html.h"
#include "open.h"
#include "operator_access.h"
#include "pages.h"
#include "request.h"
#include "seal.h"
#include "text.h"

struct pages_conf {
	char *database, *keys, *service_number;
	char *operator_database; /* for the operators' pages; "": none */
	char *simulator; /* the socket of a demonstration's; "": none */
	bool secure_cookie;
};

struct page {
	const struct pages_conf *conf;
	const uint8_t *service_key; /* 32 octets */
	struct db *db; /* NULL: it cannot be reached */
	struct db *operator_db; /* the same, with the operator's rights */
	struct opener *opener;
	struct request req;
	enum text_language language;

	/* who: account 0 is nobody; of the operators' pages an operator alone,
	 * and "" is nobody */
	struct pages_session who;
	bool operators;
	char operator[OPERATOR_LOGIN_MAX];
	uint8_t token[SEAL_KEY_LEN];
	char csrf[33];

	/* browse_as_of(): the day that is looked at */
	bool as_of_known;
	int64_t as_of_ms;

	/* what is answered */
	int status;
	struct buf headers, body;
	/* In place of the body: puts it while the reader reads.  -1: it broke
	 * off, and the connection is cut, so that nobody takes it for whole. */
	int (*stream)(struct page *p, struct export_out *out);
	void *stream_arg; /* what it needs; freed with free() afterwards */
};

#define TXT(p, id) text_get((p)->language, T_##id)

/* Start and end of a page; title is text. */
void page_begin(struct page *p, const char *title);
void page_end(struct page *p);
/* "303 See Other" to a path of ours. */
void page_redirect(struct page *p, const char *path);
/* A page that says what went wrong and what to do. */
void page_error(struct page *p, int status, enum text_id what);
/* The hidden field of every form. */
void page_csrf(struct page *p);
/* A message above the content: kind is "good" or "bad". */
void page_note(struct page *p, const char *kind, const char *text);
/* Times, as people say them. */
void page_clock(struct page *p, int64_t ms);
void page_ago(struct page *p, int64_t ms);
/* Day and hour. */
void page_moment(struct page *p, int64_t ms);
int64_t page_now_ms(void);
/* Answer DB_OK/DB_NONE/others: true if it was DB_OK. */
bool page_ok(struct page *p, enum db_err err);

/* page_phones.c, page_policy.c: what the pages of a phone share. */
/* The phone of the request's id; false after answering that there is none. */
bool page_phone_find(struct page *p, struct pages_phone *out);
/* A form to path about a phone; the caller ends it. */
void page_phone_form(struct page *p, const char *path, int64_t phone);
/* "303 See Other" to its page; more is put behind the address. */
void page_to_phone(struct page *p, int64_t phone, const char *more);
void page_policy_state(struct page *p, const struct pages_phone *ph);

/* Is this a path of the operators' pages, and are there any here? */
bool page_of_operators(const struct pages_conf *conf, const char *path);

/* session.c */
/* DB_OK also if it is nobody's. */
enum db_err session_load(struct page *p);
bool session_csrf_good(const struct page *p);
/* Sign in: a new token, its cookie, its row.  secret is the private key. */
enum db_err session_start(struct page *p, const struct pages_account *a,
    const uint8_t secret[static SEAL_KEY_LEN]);
/* The same of an operator, if this proves his password; else DB_NONE. */
enum db_err
session_start_operator(struct page *p, const char *login, const char *password);
void session_end(struct page *p);
enum seal_err
session_secret(const struct page *p, uint8_t secret[static SEAL_KEY_LEN]);

/* page_entry.c */
/* Count this attempt against the login and the address. */
bool page_too_many(struct page *p, const char *login);
/* A recovery code, once; next is where to go from there. */
void page_recovery_shown(struct page *p, const char *code, const char *next);
/* page_account.c: to what else can be set. */
void page_account_links(struct page *p);
/* page_check.c: how the last check of the backup went, in a line; nothing, if
 * there was none. */
void page_check_note(struct page *p);
/* Is the form's field "old" the password of who is signed in?  T_NONE, and
 * account and secret are set (each may be NULL), or what is wrong. */
enum text_id
page_password(struct page *p, struct pages_account *account, uint8_t *secret);

/* page_restore.c: a choice of phones under a label; bound: only such. */
void page_restore_phones(struct page *p, const char *name, enum text_id label,
    const struct pages_phone *list, size_t n, bool bound, int64_t chosen);

/* page_*.c: each handles GET and POST of its path. */
void page_home(struct page *p);
void page_sign_in(struct page *p);
void page_sign_out(struct page *p);
void page_register(struct page *p);
void page_recover(struct page *p);
void page_language(struct page *p);
void page_phones(struct page *p);
void page_phone_add(struct page *p);
void page_binding(struct page *p);
void page_binding_state(struct page *p);
void page_binding_cancel(struct page *p);
void page_phone(struct page *p);
void page_phone_rename(struct page *p);
void page_phone_unbind(struct page *p);
void page_phone_upload(struct page *p);
void page_phone_silent(struct page *p);
void page_phones_veto(struct page *p);
void page_sims(struct page *p);
void page_policy(struct page *p);
void page_lost(struct page *p);
void page_wipe(struct page *p);
void page_evidence(struct page *p);
void page_evidence_file(struct page *p);
void page_evidence_print(struct page *p);
void page_codes(struct page *p);
void page_codes_revoke(struct page *p);
void page_contacts(struct page *p);
void page_contact(struct page *p);
void page_contact_edit(struct page *p);
void page_messages(struct page *p);
void page_conversation(struct page *p);
void page_calls(struct page *p);
void page_calendar(struct page *p);
void page_notes(struct page *p);
void page_note_one(struct page *p);
void page_files(struct page *p);
void page_file(struct page *p);
void page_file_get(struct page *p);
void page_search(struct page *p);
void page_history(struct page *p);
void page_changes(struct page *p);
void page_deleted(struct page *p);
void page_record(struct page *p);
void page_events(struct page *p);
void page_account(struct page *p);
void page_account_settings(struct page *p);
void page_account_recovery(struct page *p);
void page_account_sessions(struct page *p);
void page_account_delete(struct page *p);
void page_budget(struct page *p);
void page_notices(struct page *p);
void page_import(struct page *p);
void page_check(struct page *p);
void page_export(struct page *p);
void page_export_file(struct page *p);
void page_export_zip(struct page *p);
void page_demo(struct page *p);
void page_demo_scene(struct page *p);
/* POST: what to restore (from, to, k1..k6, day, or item=PHONE.KIND.ID or
 * item=PHONE.KIND.ID.TRANSFER.ORDINAL, purpose=undelete), answered with the
 * price; the same fields to /restore/start begin it. */
void page_restore(struct page *p);
void page_restore_start(struct page *p);
void page_restore_show(struct page *p);
void page_restore_act(struct page *p);
void page_restore_pick(struct page *p);
void page_restore_replace(struct page *p);

/* page_operator*.c: for operators. */
void page_operator(struct page *p);
void page_operator_modems(struct page *p);
void page_operator_traffic(struct page *p);
void page_operator_accounts(struct page *p);
void page_operator_account(struct page *p);
void page_operator_queue(struct page *p);
void page_operator_quarantine(struct page *p);
void page_operator_log(struct page *p);

/* The whole of a request: route, answer. */
void page_serve(struct page *p);

#endif
