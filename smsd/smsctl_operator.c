/*
 * Who may see the operators' pages.  Passwords are made here: nobody chooses
 * a weak one, and none is typed where others may look on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operator_access.h"
#include "password.h"
#include "smsctl.h"

static int
show_list(struct db *db)
{
	struct operator_known *list = NULL;
	size_t n = 0;

	if (operator_list(db, &list, &n) != DB_OK)
		return EXIT_REACH;
	if (n == 0)
		puts("there is no operator yet: smsctl operator add NAME");
	for (size_t i = 0; i < n; i++) {
		printf("%s:", list[i].login);
		smsctl_time(" made", list[i].created_ms);
		smsctl_time(", last signed in", list[i].signed_in_ms);
		putchar('\n');
	}
	free(list);
	return EXIT_FINE;
}

static int
said(enum db_err err, const char *what, const char *name)
{
	switch (err) {
	case DB_OK:
		return EXIT_FINE;
	case DB_NONE:
		fprintf(stderr, "smsctl: operator %s: %s \"%s\"\n", what,
		    strcmp(what, "add") == 0 ? "there already is"
					     : "there is no",
		    name);
		return EXIT_USAGE;
	case DB_REFUSED:
		fprintf(stderr,
		    "smsctl: operator %s: a name has 3 to 64 of a-z 0-9 . _ @ "
		    "+ -\n",
		    what);
		return EXIT_USAGE;
	case DB_FAILED:
	case DB_LOST:
		break;
	}
	return EXIT_REACH;
}

/* A new password, printed once. */
static int
give_password(struct db *db, const char *what, const char *name)
{
	char shown[PASSWORD_SHOWN_MAX], plain[PASSWORD_CODE_MAX];
	uint8_t salt[PASSWORD_SALT_LEN];
	struct password_stretched s;
	int status = EXIT_REACH;

	password_code_make(shown, plain);
	seal_random(salt, sizeof salt);
	if (password_stretch(shown, salt, &s) == SEAL_OK) {
		status = said(strcmp(what, "add") == 0
				  ? operator_add(db, name, salt, s.proof)
				  : operator_password(db, name, salt, s.proof),
		    what, name);
		if (status == EXIT_FINE)
			printf("the password of %s is %s\n"
			       "it is shown once, now\n",
			    name, shown);
	}
	seal_wipe(shown, sizeof shown);
	seal_wipe(plain, sizeof plain);
	seal_wipe(&s, sizeof s);
	return status;
}

int
smsctl_operator(struct ctl *c)
{
	const char *what = c->argc > 1 ? c->argv[1] : "list";
	const char *name = c->argc > 2 ? c->argv[2] : NULL;
	bool list = strcmp(what, "list") == 0;
	bool remove = strcmp(what, "remove") == 0;
	struct db *db;
	int status = EXIT_REACH;

	if (list != (name == NULL) ||
	    (!list && !remove && strcmp(what, "add") != 0 &&
		strcmp(what, "password") != 0)) {
		fputs("smsctl: say operator list, operator add NAME, operator "
		      "password NAME or operator remove NAME\n",
		    stderr);
		return EXIT_USAGE;
	}
	if ((db = smsctl_database(c)) != NULL)
		status = list     ? show_list(db)
			 : remove ? said(operator_remove(db, name), what, name)
				  : give_password(db, what, name);
	db_close(db);
	return status;
}
