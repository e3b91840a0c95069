#include "browse.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 20000

/* All current records of a kind, opened; false after answering an error. */
bool
browse_records(struct page *p, int kind, struct opened **list, size_t *n)
{
	uint8_t secret[SEAL_KEY_LEN];
	size_t damaged;
	bool ok;

	if (session_secret(p, secret) != SEAL_OK) {
		session_end(p);
		page_redirect(p, "/sign-in");
		return false;
	}
	ok = page_ok(p, open_records(p->opener, p->db, p->who.account, secret,
			    kind, 0, LIST_MAX, list, n, &damaged));
	seal_wipe(secret, sizeof secret);
	return ok;
}

const char *
browse_or(const char *text, const char *fallback)
{
	return text != NULL ? text : fallback;
}

void
browse_empty(struct page *p, const char *title)
{
	html_put(&p->body,
	    "<div class=\"card empty\"><h2>%s</h2><p>%s</p></div>\n", title,
	    TXT(p, EMPTY_TEXT));
}

/* ---- who is this number? ---- */

/* The digits that tell numbers apart: the last nine, whatever stands before. */
void
browse_number_key(const char *number, char out[static 16])
{
	char digits[64];
	size_t n = 0;

	for (; *number != '\0' && n < sizeof digits - 1; number++)
		if (isdigit((unsigned char)*number))
			digits[n++] = *number;
	digits[n] = '\0';
	snprintf(out, 16, "%s", n > 9 ? digits + n - 9 : digits);
}

static int
compare_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct name *)a)->key, ((const struct name *)b)->key);
}

bool
names_load(struct page *p, struct names *out)
{
	size_t room = 0;

	*out = (struct names){ 0 };
	if (!browse_records(p, RECORD_CONTACT, &out->contacts, &out->ncontacts))
		return false;
	for (size_t i = 0; i < out->ncontacts; i++)
		room += record_count(out->contacts[i].record, RECORD_NUMBER);
	if ((out->list = calloc(room + 1, sizeof *out->list)) == NULL)
		return true;
	for (size_t i = 0; i < out->ncontacts; i++) {
		const struct record *r = out->contacts[i].record;

		for (size_t k = 0; k < record_count(r, RECORD_NUMBER); k++) {
			struct name *name = &out->list[out->n];

			name->name = record_text(r, RECORD_NAME, 0);
			browse_number_key(
			    record_text(r, RECORD_NUMBER, k), name->key);
			if (name->name != NULL && name->key[0] != '\0')
				out->n++;
		}
	}
	qsort(out->list, out->n, sizeof *out->list, compare_name);
	return true;
}

void
names_free(struct names *names)
{
	free(names->list);
	opened_free(names->contacts, names->ncontacts);
}

/* A contact's name, or the number itself. */
const char *
names_find(const struct names *names, const char *number)
{
	struct name key = { .name = NULL };
	const struct name *found = NULL;

	browse_number_key(number, key.key);
	if (names->list != NULL && key.key[0] != '\0')
		found = bsearch(&key, names->list, names->n,
		    sizeof *names->list, compare_name);
	return found != NULL ? found->name : number;
}

/* The first letter of a name, on a colour that the name keeps. */
void
browse_avatar(struct page *p, const char *name, const char *class)
{
	unsigned colour = 0;
	char first[5] = "?";
	size_t n = 1;

	for (const char *c = name; *c != '\0'; c++)
		colour = colour * 31 + (unsigned char)*c;
	while (
	    name[0] != '\0' && n < 4 && ((unsigned char)name[n] & 0xc0) == 0x80)
		n++;
	/* A number has no initial. */
	if (name[0] != '\0' && name[0] != '+' &&
	    !isdigit((unsigned char)name[0]))
		snprintf(first, n + 1, "%s", name);
	else
		snprintf(first, sizeof first, "#");
	html_put(&p->body,
	    "<span class=\"avatar %s c%u\" aria-hidden=\"true\">%s</span>",
	    class, colour % 6, first);
}
