#include "menu.h"

#include <string.h>

#include "browse.h"

/*
 * The entries in order.  One without a text is not shown, but its path belongs
 * to the entry before it.  "group" begins a group, whose first page it opens;
 * dated: the pages can be looked at as of a day, which the links keep.
 */
static const struct entry {
	const char *path;
	enum text_id text;
	bool group, dated;
} entries[] = {
	{ "/phones", T_PHONES, true, false },
	{ "/phone", T_NONE, false, false },
	{ "/binding", T_NONE, false, false },
	{ "/codes", T_NONE, false, false },
	{ "/contacts", T_DATA, true, true },
	{ "/contacts", T_CONTACTS, false, true },
	{ "/contact", T_NONE, false, true },
	{ "/messages", T_MESSAGES, false, true },
	{ "/conversation", T_NONE, false, true },
	{ "/calls", T_CALLS, false, true },
	{ "/calendar", T_CALENDAR, false, true },
	{ "/notes", T_NOTES, false, true },
	{ "/note", T_NONE, false, true },
	{ "/files", T_FILES, false, true },
	{ "/file", T_NONE, false, true },
	{ "/search", T_SEARCH, true, false },
	{ "/history", T_HISTORY, true, false },
	{ "/history", T_HISTORY_DAY, false, false },
	{ "/changes", T_CHANGES, false, false },
	{ "/deleted", T_DELETED, false, false },
	{ "/record", T_NONE, false, false },
	{ "/restore", T_RESTORE, true, false },
	{ "/events", T_EVENTS, true, false },
	{ "/notices", T_NONE, false, false },
	{ "/account", T_ACCOUNT, true, false },
	{ "/budget", T_NONE, false, false },
	{ "/check", T_NONE, false, false },
	{ "/export", T_NONE, false, false },
	{ "/import", T_NONE, false, false },
	{ "/demo", T_SIMULATOR, true, false },
};
#define ENTRIES (sizeof entries / sizeof entries[0])

/* Does this path belong to an entry: is it, or is it below it? */
static bool
under(const char *path, const char *entry)
{
	size_t n = strlen(entry);

	return strncmp(path, entry, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}

/* The entry that is shown for a path; ENTRIES: none. */
static size_t
current(const char *path)
{
	size_t shown = 0;

	for (size_t i = 0; i < ENTRIES; i++) {
		/* A group and its first page have the same path. */
		if (entries[i].text != T_NONE)
			shown = i;
		if (under(path, entries[i].path) &&
		    !(i + 1 < ENTRIES && !entries[i + 1].group &&
			strcmp(entries[i].path, entries[i + 1].path) == 0))
			return shown;
	}
	return ENTRIES;
}

static size_t
group_of(size_t entry)
{
	while (entry > 0 && entry < ENTRIES && !entries[entry].group)
		entry--;
	return entry;
}

/* Only a demonstration has a simulator. */
static bool
is_here(const struct page *p, size_t i)
{
	return entries[i].text != T_SIMULATOR || p->conf->simulator[0] != '\0';
}

static void
put_entry(struct page *p, size_t i, const char *mark)
{
	html_put(&p->body, "<a href=\"%s", entries[i].path);
	if (entries[i].dated)
		browse_keep(p, '?');
	html_put(&p->body, "\"");
	buf_str(&p->body, mark);
	html_put(&p->body, ">%s", text_get(p->language, entries[i].text));
	if (entries[i].text == T_EVENTS && p->who.unread > 0)
		html_put(&p->body,
		    " <span class=\"badge\">%lld<span class=\"only-heard\"> "
		    "%s</span></span>",
		    (long long)p->who.unread, TXT(p, UNREAD));
	buf_str(&p->body, "</a>");
}

/* What operators have, in order. */
static const struct {
	const char *path;
	enum text_id text;
} operator_entries[] = {
	{ "/operator", T_OP_OVERVIEW },
	{ "/operator/modems", T_OP_MODEMS },
	{ "/operator/traffic", T_OP_TRAFFIC },
	{ "/operator/accounts", T_OP_ACCOUNTS },
	{ "/operator/queue", T_OP_QUEUE },
	{ "/operator/quarantine", T_OP_QUARANTINE },
	{ "/operator/log", T_OP_LOG },
};

static void
put_operator_menu(struct page *p)
{
	html_put(&p->body, "<nav aria-label=\"%s\">", TXT(p, NAV));
	for (size_t i = 0;
	     i < sizeof operator_entries / sizeof operator_entries[0]; i++) {
		const char *path = operator_entries[i].path;

		html_put(&p->body, "<a href=\"%s\"", path);
		if (strcmp(p->req.path, path) == 0)
			buf_str(&p->body, " aria-current=\"page\"");
		else if (i > 0 && under(p->req.path, path))
			buf_str(&p->body, " aria-current=\"true\"");
		html_put(&p->body, ">%s</a>",
		    text_get(p->language, operator_entries[i].text));
	}
	buf_str(&p->body, "</nav>");
}

static const char *
mark_of(const struct page *p, size_t i)
{
	return strcmp(p->req.path, entries[i].path) == 0
		   ? " aria-current=\"page\""
		   : " aria-current=\"true\"";
}

void
menu_put(struct page *p)
{
	size_t here = current(p->req.path), group = group_of(here);
	size_t end = group + 1;

	if (p->operator[0] != '\0')
		put_operator_menu(p);
	if (p->who.account == 0)
		return;
	html_put(&p->body, "<nav aria-label=\"%s\">", TXT(p, NAV));
	for (size_t i = 0; i < ENTRIES; i++)
		if (entries[i].group && is_here(p, i))
			put_entry(p, i, i == group ? mark_of(p, i) : "");
	buf_str(&p->body, "</nav>");
	while (end < ENTRIES && !entries[end].group)
		end++;
	/* A group of one page needs no second row. */
	if (group >= ENTRIES || end == group + 1 ||
	    strcmp(entries[group].path, entries[group + 1].path) != 0)
		return;
	html_put(&p->body, "<nav class=\"second\" aria-label=\"%s\">",
	    text_get(p->language, entries[group].text));
	for (size_t i = group + 1; i < end; i++)
		if (entries[i].text != T_NONE)
			put_entry(p, i, i == here ? mark_of(p, i) : "");
	buf_str(&p->body, "</nav>");
}
