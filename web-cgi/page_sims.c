/*
 * The SIMs that a phone was heard with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browse.h"
#include "pages_life.h"
#include "utf8.h"

#define NAME_MAX_LEN 60

static void
hex(const uint8_t sim[static 8], char out[static 17])
{
	for (size_t i = 0; i < 8; i++)
		snprintf(out + 2 * i, 3, "%02x", sim[i]);
}

/* What the phone said of it; NULL: nothing. */
static const struct record *
report_of(const struct pages_sim *s, const struct opened *list, size_t n)
{
	uint8_t digest[SEAL_DIGEST_LEN];

	for (size_t i = 0; i < n; i++) {
		const char *id = record_text(list[i].record, RECORD_SIM_ID, 0);

		if (id == NULL)
			continue;
		seal_digest(id, strlen(id), digest);
		if (memcmp(digest, s->sim, sizeof s->sim) == 0)
			return list[i].record;
	}
	return NULL;
}

static void
put_fact(struct page *p, enum text_id what, const char *value)
{
	if (value != NULL && value[0] != '\0')
		html_put(&p->body, "<dt>%s</dt><dd>%s</dd>",
		    text_get(p->language, what), value);
}

static void
put_number(struct page *p, const struct pages_sim *s, const struct record *r)
{
	const char *said = r != NULL ? record_text(r, RECORD_NUMBER, 0) : NULL;

	html_put(&p->body, "<dt>%s</dt><dd>", TXT(p, NUMBER));
	if (s->number[0] != '\0')
		html_put(&p->body,
		    "%s <span class=\"state good\">%s</span></dd>", s->number,
		    TXT(p, SIM_CONFIRMED));
	else if (said != NULL)
		html_put(&p->body,
		    "%s <span class=\"state wait\">%s</span></dd>", said,
		    TXT(p, SIM_UNCONFIRMED));
	else
		html_put(&p->body, "%s</dd>", TXT(p, SIM_NO_NUMBER));
}

static void
put_form(
    struct page *p, int64_t phone, const struct pages_sim *s, const char *id)
{
	bool wrong = strcmp(request_query(&p->req, "wrong"), id) == 0;

	page_phone_form(p, "/phone/sims", phone);
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"sim\" value=\"%s\"><label "
	    "for=\"name-%s\">%s</label><input id=\"name-%s\" name=\"name\" "
	    "maxlength=\"%d\" autocomplete=\"off\" value=\"%s\"%s>",
	    id, id, TXT(p, SIM_NAME), id, NAME_MAX_LEN, s->name,
	    wrong ? " aria-invalid=true" : "");
	if (wrong)
		html_put(&p->body, "<p class=\"wrong\">%s</p>",
		    TXT(p, E_PHONE_NAME));
	html_put(&p->body,
	    "<label class=\"check\"><input type=\"checkbox\" name=\"own\" "
	    "value=\"1\"%s> %s</label><button class=\"quiet\">%s</button>"
	    "</form>",
	    s->own ? " checked" : "", TXT(p, SIM_OWN), TXT(p, SAVE));
}

static void
put_sim(struct page *p, int64_t phone, const struct pages_sim *s,
    const struct record *r)
{
	char id[17];

	hex(s->sim, id);
	html_put(&p->body, "<li class=\"card\" data-sim=\"%s\"><h2>%s", id,
	    s->name[0] != '\0'     ? s->name
	    : s->number[0] != '\0' ? s->number
				   : TXT(p, SIM_NAMELESS));
	if (s->inside)
		html_put(&p->body, " <span class=\"state good\">%s</span>",
		    TXT(p, SIM_INSIDE));
	html_put(&p->body, " <span class=\"state %s\">%s</span></h2><dl>",
	    s->own ? "" : "wait",
	    s->own ? TXT(p, SIM_YOURS) : TXT(p, SIM_FOREIGN));
	put_number(p, s, r);
	if (r != NULL)
		put_fact(p, T_SIM_OPERATOR, record_text(r, RECORD_OPERATOR, 0));
	else
		put_fact(p, T_SIM_OPERATOR, TXT(p, SIM_UNTOLD));
	html_put(&p->body, "<dt>%s</dt><dd>", TXT(p, SIM_FIRST));
	page_moment(p, s->first_ms);
	html_put(&p->body, "</dd><dt>%s</dt><dd>", TXT(p, SIM_LAST));
	page_moment(p, s->last_ms);
	buf_str(&p->body, "</dd>");
	if (r != NULL)
		put_fact(p, T_SIM_CARD, record_text(r, RECORD_SIM_ID, 0));
	buf_str(&p->body, "</dl>");
	html_put(
	    &p->body, "<details><summary>%s</summary>", TXT(p, SIM_CHANGE));
	put_form(p, phone, s, id);
	buf_str(&p->body, "</details></li>\n");
}

static void
show(struct page *p, const struct pages_phone *ph)
{
	const struct pages_wish wish = {
		.kind = RECORD_SIM, .phone = ph->phone, .max = 200
	};
	struct pages_records rows;
	struct pages_sim *list = NULL;
	struct opened *said = NULL;
	size_t n = 0, nsaid = 0;

	if (!page_ok(
		p, pages_list(p->db, p->who.account, &wish, &rows, NULL)) ||
	    !browse_open(p, &rows, &said, &nsaid))
		return;
	if (page_ok(
		p, pages_sims(p->db, p->who.account, ph->phone, &list, &n))) {
		page_begin(p, TXT(p, SIMS));
		html_put(&p->body,
		    "<p class=\"back\"><a href=\"/phone?id=%lld\">← %s</a></p>"
		    "<p class=\"lead\">%s</p>\n",
		    (long long)ph->phone, ph->name, TXT(p, SIMS_TEXT));
		if (request_query(&p->req, "saved")[0] != '\0')
			page_note(p, "good", TXT(p, SAVED_PLAIN));
		buf_str(&p->body, "<ol class=\"grid sims\" id=\"sims\">");
		for (size_t i = 0; i < n; i++)
			put_sim(p, ph->phone, &list[i],
			    report_of(&list[i], said, nsaid));
		buf_str(&p->body, "</ol>\n");
		page_end(p);
	}
	free(list);
	opened_free(said, nsaid);
}

/* The SIM of the request among those of the phone; false: none. */
static bool
find(struct page *p, int64_t phone, struct pages_sim *out)
{
	const char *wanted = request_form(&p->req, "sim");
	struct pages_sim *list = NULL;
	size_t n = 0;
	bool found = false;
	char id[17];

	if (!page_ok(p, pages_sims(p->db, p->who.account, phone, &list, &n)))
		return false;
	for (size_t i = 0; i < n && !found; i++) {
		hex(list[i].sim, id);
		found = strcmp(id, wanted) == 0;
		*out = list[i];
	}
	free(list);
	return found || page_ok(p, DB_NONE);
}

static void
save(struct page *p, const struct pages_phone *ph)
{
	const char *name = request_form(&p->req, "name");
	size_t len = strlen(name);
	struct pages_sim sim;
	char path[80], id[17];

	if (!find(p, ph->phone, &sim))
		return;
	hex(sim.sim, id);
	if (len >= sizeof sim.name || (len > 0 && !utf8_line(name, len))) {
		snprintf(path, sizeof path, "/phone/sims?id=%lld&wrong=%s",
		    (long long)ph->phone, id);
		page_redirect(p, path);
		return;
	}
	snprintf(sim.name, sizeof sim.name, "%s", name);
	sim.own = request_form(&p->req, "own")[0] != '\0';
	snprintf(path, sizeof path, "/phone/sims?id=%lld&saved=1",
	    (long long)ph->phone);
	if (page_ok(p, pages_sim_set(p->db, p->who.account, ph->phone, &sim)))
		page_redirect(p, path);
}

void
page_sims(struct page *p)
{
	struct pages_phone ph;

	if (!page_phone_find(p, &ph))
		return;
	if (p->req.post)
		save(p, &ph);
	else
		show(p, &ph);
}
