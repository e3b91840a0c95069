/*
 * Is all that was backed up still there?  What can be seen without any owner's
 * key: the tables against each other, and what is sealed under our keys.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "keys.h"
#include "operator_verify.h"
#include "record.h"
#include "rest.h"
#include "seal.h"
#include "smsctl.h"

#define SHOWN 20 /* lines of one sort */

static const struct {
	const char *what, *todo;
} checks[OPERATOR_CHECKS] = {
	[OPERATOR_NO_PHONE] = { "rows of an account or a phone that is not "
				"there",
	    "restore account, phone and what belongs to them from one dump" },
	[OPERATOR_NO_KEY] = { "versions of records, or pieces of files, "
			      "without their data key",
	    "restore data_key from the dump that they came from: without it "
	    "nobody can read them" },
	[OPERATOR_KEY_LENGTH] = { "data keys that are damaged",
	    "restore data_key from a dump: without it nobody can read what is "
	    "under them" },
	[OPERATOR_BODY_LENGTH] = { "versions of records, or pieces of files, "
				   "that are empty or cut short",
	    "restore record_version and file_piece from a dump" },
	[OPERATOR_GONE] = { "records whose newest version is not there",
	    "restore record_version from a dump" },
	[OPERATOR_UNLISTED] = { "versions that record should name, and does "
				"not",
	    "restore record from the dump that record_version came from: "
	    "nothing is lost, but the pages show what was before" },
	[OPERATOR_LESS] = { "transfers with fewer records than were stored",
	    "restore record_version from a dump" },
	[OPERATOR_PHONE_OLD] = { "versions that are newer than all that their "
				 "phone has sent",
	    "restore phone and transfer from the dump that record_version "
	    "came from: acknowledgements go by them" },
	[OPERATOR_PIECES] = { "files whose pieces are not all there, or not "
			      "as many as was counted",
	    "restore file and file_piece from one dump" },
	[OPERATOR_NO_MANIFEST] = { "files that no record describes",
	    "restore record_version from a dump: nobody can find them" },
	[OPERATOR_SEGMENTS] = { "transfers under way without all segments "
				"that came",
	    "restore segment and transfer from one dump, while smsd is "
	    "stopped: what was acknowledged is not sent again" },
	[OPERATOR_LOOSE] = { "segments of transfers that are not there",
	    "restore segment and transfer from one dump" },
	[OPERATOR_NOWHERE] = { "orders for what is not there",
	    "restore phone, restore, down_frame, outbox and binding from one "
	    "dump" },
	[OPERATOR_OWNER] = { "accounts whose owner has found something "
			     "damaged or missing",
	    "look for the same in a dump; then let the owner check again" },
};

static const struct {
	const char *what, *a, *b, *key, *todo;
} secrets[OPERATOR_SEALED] = {
	[OPERATOR_ROOT] = { "keys of phones that do not open", "key", NULL,
	    "gateway",
	    "put the gateway.key back under which these phones were bound: "
	    "what they send waits until then" },
	[OPERATOR_QUESTION] = { "verification questions that do not open", NULL,
	    NULL, "service",
	    "put the service.key back that was there when they were set" },
	[OPERATOR_CODE] = { "binding codes that do not open", "code", NULL,
	    "service",
	    "put the service.key back, or let their owners add the phone "
	    "again" },
	[OPERATOR_ITEM] = { "items of restores that do not open", "restore",
	    "item", "service",
	    "put the service.key back, or let their owners cancel these "
	    "restores and begin them again" },
	[OPERATOR_TEXT] = { "texts for lost phones that do not open", "phone",
	    "order", "service",
	    "put the service.key back, or let their owners set the text "
	    "again" },
};

struct looking {
	struct db *db;
	int64_t account; /* 0: all */
	int64_t found;
	uint8_t gateway[SEAL_KEY_LEN], service[SEAL_KEY_LEN];
	bool has_gateway, has_service;
	struct keys *keys;
	/* of one sort of secrets */
	enum operator_sealed what;
	int64_t n, shut;
};

static void
print_todo(const char *todo)
{
	printf("  what to do: %s\n", todo);
}

static enum db_err
look_at_tables(struct looking *l, enum operator_check check)
{
	struct operator_flaw list[SHOWN];
	size_t n;
	int64_t total, shown = 0;
	enum db_err err =
	    operator_verify(l->db, check, l->account, list, SHOWN, &n, &total);

	if (err != DB_OK || n == 0)
		return err;
	printf("%s: %lld\n", checks[check].what, (long long)total);
	for (size_t i = 0; i < n; i++) {
		printf("  account %lld", (long long)list[i].account);
		if (list[i].phone != 0)
			printf(", phone %lld", (long long)list[i].phone);
		printf(": %lld, such as %s\n", (long long)list[i].n,
		    list[i].first);
		shown += list[i].n;
	}
	if (shown < total)
		printf("  and %lld more\n", (long long)(total - shown));
	print_todo(checks[check].todo);
	l->found += total;
	return DB_OK;
}

/* ---- what is sealed ---- */

static bool
opens(const struct looking *l, const struct operator_secret *s)
{
	uint8_t ad[REST_RESTORE_AD_LEN], out[RECORD_STORED_MAX];
	size_t n = 8;
	const char *purpose = "question";
	bool good;

	if (s->len <= SEAL_TAG_LEN || s->len > sizeof out)
		return false;
	be_put64(ad, (uint64_t)s->account);
	switch (l->what) {
	case OPERATOR_ROOT:
		good = keys_unwrap(l->keys, s->account, (uint32_t)s->a,
			   s->sealed, s->len, out) == SEAL_OK;
		seal_wipe(out, SEAL_KEY_LEN);
		return good;
	case OPERATOR_QUESTION:
	case OPERATOR_SEALED:
		break;
	case OPERATOR_CODE:
		purpose = "code";
		be_put64(ad + 8, (uint64_t)s->a);
		ad[16] = (uint8_t)s->b;
		n = 17;
		break;
	case OPERATOR_ITEM:
		purpose = REST_RESTORE_PURPOSE;
		rest_restore_ad(s->account, (uint32_t)s->a, (uint32_t)s->b, ad);
		n = REST_RESTORE_AD_LEN;
		break;
	case OPERATOR_TEXT:
		purpose = REST_LOST_PURPOSE;
		rest_lost_ad(s->account, s->a, (uint32_t)s->b, ad);
		n = REST_LOST_AD_LEN;
		break;
	}
	good = seal_unwrap(l->service, purpose, ad, n, s->sealed, s->len,
		   out) == SEAL_OK;
	seal_wipe(out, s->len - SEAL_TAG_LEN);
	return good;
}

static void
take_secret(void *ctx, const struct operator_secret *s)
{
	struct looking *l = ctx;
	const char *a = secrets[l->what].a, *b = secrets[l->what].b;

	l->n++;
	if (opens(l, s))
		return;
	if (l->shut++ == 0)
		printf("%s:\n", secrets[l->what].what);
	if (l->shut > SHOWN)
		return;
	printf("  account %lld", (long long)s->account);
	if (a != NULL)
		printf(", %s %lld", a, (long long)s->a);
	if (b != NULL)
		printf(", %s %lld", b, (long long)s->b);
	putchar('\n');
}

static enum db_err
look_at_secrets(struct looking *l, enum operator_sealed what)
{
	enum db_err err;

	l->what = what;
	l->n = l->shut = 0;
	if (what == OPERATOR_ROOT ? !l->has_gateway : !l->has_service)
		return DB_OK;
	err = operator_secrets(l->db, what, l->account, take_secret, l);
	if (l->shut == 0)
		return err;
	printf("  %lld of %lld do not open with %s.key\n", (long long)l->shut,
	    (long long)l->n, secrets[what].key);
	print_todo(secrets[what].todo);
	l->found += l->shut;
	return err;
}

/* It was logged why it cannot be read. */
static bool
load(struct looking *l, const struct smsd_conf *conf, const char *name,
    uint8_t key[static SEAL_KEY_LEN])
{
	char *path = smsd_conf_key_path(conf, name);
	bool good = path != NULL && seal_keyfile_load(path, key) == 0;

	free(path);
	if (good)
		return true;
	printf("%s.key cannot be read: nothing under it was looked at\n", name);
	print_todo("put it back, or run smsctl as the user of smsd");
	l->found++;
	return false;
}

/* ---- all ---- */

static enum db_err
look_at_all(struct looking *l)
{
	struct operator_verified v;
	enum db_err err = operator_verified(l->db, l->account, &v);

	if (err == DB_OK && l->account != 0 && v.accounts == 0)
		return DB_NONE;
	for (int i = 0; i < OPERATOR_CHECKS && err == DB_OK; i++)
		err = look_at_tables(l, (enum operator_check)i);
	for (int i = 0; i < OPERATOR_SEALED && err == DB_OK; i++)
		err = look_at_secrets(l, (enum operator_sealed)i);
	if (err == DB_OK)
		printf("looked at %lld accounts, %lld phones, %lld versions of "
		       "records, %lld whole files: %s\n",
		    (long long)v.accounts, (long long)v.phones,
		    (long long)v.versions, (long long)v.files,
		    l->found == 0 ? "nothing is wrong"
				  : "see above what is wrong");
	return err;
}

static int
look(struct looking *l)
{
	enum db_err err = operator_verify_begin(l->db);

	if (err == DB_OK)
		err = look_at_all(l);
	db_rollback(l->db);
	if (err == DB_NONE) {
		fprintf(stderr, "smsctl: verify: there is no account %lld\n",
		    (long long)l->account);
		return EXIT_USAGE;
	}
	if (err != DB_OK)
		return EXIT_REACH;
	return l->found == 0 ? EXIT_FINE : EXIT_ATTENTION;
}

/* 0: all of them; -1 after saying what is wrong. */
static int64_t
read_account(const struct ctl *c)
{
	char *end;
	long long n;

	if (c->argc == 1)
		return 0;
	if (c->argc == 3 && strcmp(c->argv[1], "--account") == 0) {
		n = strtoll(c->argv[2], &end, 10);
		if (n > 0 && *end == '\0')
			return n;
	}
	fputs("smsctl: say verify, or verify --account N with a number of "
	      "smsctl accounts\n",
	    stderr);
	return -1;
}

int
smsctl_verify(struct ctl *c)
{
	struct looking l = { .account = read_account(c) };
	int status = EXIT_REACH;

	if (l.account == -1)
		return EXIT_USAGE;
	if ((l.db = smsctl_database(c)) == NULL)
		return EXIT_REACH;
	l.has_gateway = load(&l, &c->conf, "gateway", l.gateway);
	l.has_service = load(&l, &c->conf, "service", l.service);
	if (!l.has_gateway || (l.keys = keys_new(l.gateway)) != NULL)
		status = look(&l);
	keys_free(l.keys);
	seal_wipe(l.gateway, sizeof l.gateway);
	seal_wipe(l.service, sizeof l.service);
	db_close(l.db);
	return status;
}
