/*
 * dump CONNINFO LOGIN PASSWORD PHONE: what an account has of a phone, counted
 * from 1 in the order of binding, opened with its owner's password.  One
 * line a record, "KIND ID HEX", as the simulator's "phone N dump" says it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "open.h"
#include "private.h"

static int64_t
phone_of(struct db *db, int64_t account, long nth)
{
	struct pages_phone *list;
	int64_t found = 0;
	size_t n;

	if (pages_phones(db, account, 0, &list, &n) != DB_OK)
		return 0;
	/* Ids go up with each binding. */
	for (; nth > 0; nth--) {
		int64_t next = INT64_MAX;

		for (size_t i = 0; i < n; i++)
			if (list[i].phone > found && list[i].phone < next)
				next = list[i].phone;
		found = next;
	}
	free(list);
	return found;
}

static int
print_kind(struct db *db, int64_t account, const uint8_t *secret, int kind,
    int64_t phone)
{
	const struct pages_wish wish = { .kind = kind, .phone = phone };
	struct opener *o = opener_new();
	struct pages_records rows;
	struct opened *list;
	uint8_t octets[RECORD_STORED_MAX];
	size_t n, damaged;

	if (o == NULL || pages_list(db, account, &wish, &rows, NULL) != DB_OK ||
	    open_rows(o, db, account, secret, &rows, &list, &n, &damaged) !=
		DB_OK)
		return -1;
	pages_records_clear(&rows);
	for (size_t i = 0; i < n; i++) {
		const struct record *r = list[i].record;
		size_t len = record_encode(r, octets, sizeof octets);

		printf("%s %u ", record_kind_name(record_kind(r)),
		    (unsigned)record_id(r));
		for (size_t k = 0; k < len; k++)
			printf("%02x", octets[k]);
		putchar('\n');
	}
	opened_free(list, n);
	opener_free(o);
	return damaged == 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct pages_account a = { 0 };
	uint8_t secret[SEAL_KEY_LEN];
	struct db *db;
	int64_t phone;
	int err = 0;

	if (argc != 5) {
		fprintf(stderr, "usage: dump CONNINFO LOGIN PASSWORD PHONE\n");
		return 2;
	}
	log_open("dump", false, 0);
	if ((db = db_open(argv[1], NULL)) == NULL ||
	    pages_login_find(db, argv[2], &a) != DB_OK ||
	    !private_open(&a, argv[3], false, secret) ||
	    (phone = phone_of(db, a.account, strtol(argv[4], NULL, 10))) == 0) {
		fprintf(stderr, "dump: no such account, password or phone\n");
		return 1;
	}
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		err |= print_kind(db, a.account, secret, k, phone);
	db_close(db);
	return err == 0 ? 0 : 1;
}
