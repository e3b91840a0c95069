/*
 * The owner's phones: what they are, adding one, its policy.
 */
#include <ctype.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "page.h"
#include "policy.h"
#include "utf8.h"
#include "wire.h"

/* ---- the list ---- */

static void
put_fact(struct page *p, const char *what)
{
	html_put(&p->body, "<dt>%s</dt><dd>", what);
}

static void
put_policy_state(struct page *p, const struct pages_phone *ph)
{
	if (ph->policy_newest == 0)
		html_put(&p->body,
		    "<span class=\"state\" data-policy=\"none\">%s</span>",
		    TXT(p, POLICY_NONE));
	else if (ph->policy_applied >= ph->policy_newest)
		html_put(&p->body,
		    "<span class=\"state good\" data-policy=\"in-force\">%s"
		    "</span>",
		    TXT(p, POLICY_IN_FORCE));
	else
		html_put(&p->body,
		    "<span class=\"state wait\" data-policy=\"pending\">%s"
		    "</span>",
		    TXT(p, POLICY_PENDING));
}

static void
put_counts(struct page *p, const struct pages_phone *ph)
{
	html_put(&p->body,
	    "<p class=\"counts\"><span><b>%lld</b> %s</span>"
	    "<span><b>%lld</b> %s</span><span><b>%lld</b> %s</span></p>",
	    (long long)ph->records[RECORD_CONTACT], TXT(p, CONTACTS),
	    (long long)ph->records[RECORD_MESSAGE], TXT(p, MESSAGES),
	    (long long)ph->records[RECORD_CALL], TXT(p, CALLS));
}

static void
put_facts(struct page *p, const struct pages_phone *ph)
{
	buf_str(&p->body, "<dl>");
	put_fact(p, TXT(p, LAST_HEARD));
	page_ago(p, ph->heard_ms);
	buf_str(&p->body, "</dd>");
	put_fact(p, TXT(p, NUMBER));
	html_put(&p->body, "%s</dd>", ph->number);
	put_fact(p, TXT(p, SMS_RECEIVED));
	html_put(&p->body, "%lld</dd>", (long long)ph->sms_up);
	put_fact(p, TXT(p, SMS_USED));
	html_put(&p->body, "%lld / %lld</dd>", (long long)ph->month_sms,
	    (long long)ph->month_max);
	put_fact(p, TXT(p, COMPLETE));
	if (ph->cumulative >= ph->highest)
		html_put(
		    &p->body, "%u · %s</dd>", ph->cumulative, TXT(p, ALL_HERE));
	else
		html_put(&p->body, "%u / %u · %s</dd>", ph->cumulative,
		    ph->highest, TXT(p, MISSING));
	put_fact(p, TXT(p, POLICY));
	put_policy_state(p, ph);
	buf_str(&p->body, "</dd></dl>");
}

static void
put_card(struct page *p, const struct pages_phone *ph)
{
	html_put(&p->body,
	    "<article class=\"card phone\" data-phone=\"%lld\"><h2>"
	    "<a href=\"/phone?id=%lld\">%s</a>",
	    (long long)ph->phone, (long long)ph->phone, ph->name);
	if (ph->unbound_ms != 0)
		html_put(&p->body, " <span class=\"state\">%s</span>",
		    TXT(p, UNBOUND));
	buf_str(&p->body, "</h2>");
	put_counts(p, ph);
	put_facts(p, ph);
	buf_str(&p->body, "</article>\n");
}

void
page_phones(struct page *p)
{
	struct pages_phone *list = NULL;
	size_t n = 0;

	if (!page_ok(p, pages_phones(p->db, p->who.account, 0, &list, &n)))
		return;
	page_begin(p, TXT(p, PHONES));
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2><p>%s</p>"
		    "<a class=\"button\" href=\"/phones/add\">%s</a></div>\n",
		    TXT(p, NO_PHONES), TXT(p, NO_PHONES_TEXT),
		    TXT(p, ADD_PHONE));
	else
		html_put(&p->body,
		    "<p class=\"actions\"><a class=\"button\" "
		    "href=\"/phones/add\">%s</a></p>\n<div class=\"grid\">",
		    TXT(p, ADD_PHONE));
	for (size_t i = 0; i < n; i++)
		put_card(p, &list[i]);
	if (n > 0)
		buf_str(&p->body, "</div>\n");
	page_end(p);
	free(list);
}

/* ---- adding one ---- */

static void
show_add(struct page *p, bool with_question, bool wrong)
{
	page_begin(p, TXT(p, ADD_PHONE));
	if (wrong)
		page_note(p, "bad", TXT(p, E_QUESTION));
	buf_str(&p->body,
	    "<form method=\"post\" action=\"/phones/add\" class=\"card\">");
	page_csrf(p);
	html_put(&p->body,
	    "<label for=\"name\">%s</label>\n<p class=\"hint\" "
	    "id=\"name-hint\">%s</p>\n<input id=\"name\" name=\"name\" "
	    "maxlength=\"60\" value=\"%s\" aria-describedby=\"name-hint\">\n",
	    TXT(p, PHONE_NAME), TXT(p, PHONE_NAME_HINT),
	    request_form(&p->req, "name"));
	if (with_question)
		html_put(&p->body,
		    "<fieldset><legend>%s</legend><p class=\"hint\">%s</p>"
		    "<label for=\"question\">%s</label><input id=\"question\" "
		    "name=\"question\" maxlength=\"48\" required value=\"%s\" "
		    "placeholder=\"%s\"><label for=\"answer\">%s</label>"
		    "<input id=\"answer\" name=\"answer\" maxlength=\"64\" "
		    "autocomplete=\"off\" required></fieldset>\n",
		    TXT(p, VERIFICATION), TXT(p, VERIFICATION_TEXT),
		    TXT(p, QUESTION), request_form(&p->req, "question"),
		    TXT(p, QUESTION_HINT), TXT(p, ANSWER));
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, GET_CODE));
	page_end(p);
}

/* As smsd compares it: trimmed, blanks as one, ASCII letters small. */
static void
normalise(const char *in, char out[static WIRE_ANSWER_MAX + 1])
{
	size_t n = 0;

	for (; *in != '\0' && n < WIRE_ANSWER_MAX; in++) {
		if (*in == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		out[n++] = (char)((unsigned char)*in < 0x80
				      ? tolower((unsigned char)*in)
				      : *in);
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

/* DB_NONE: the question or the answer is not fit. */
static enum db_err
set_question(struct page *p)
{
	const char *question = request_form(&p->req, "question");
	size_t len = strlen(question);
	uint8_t ad[8], sealed[WIRE_QUESTION_MAX + SEAL_TAG_LEN], salt[16];
	uint8_t stretched[SEAL_KEY_LEN], proof[SEAL_DIGEST_LEN];
	char answer[WIRE_ANSWER_MAX + 1];
	enum db_err err = DB_FAILED;

	normalise(request_form(&p->req, "answer"), answer);
	if (len < 1 || len > WIRE_QUESTION_MAX || !utf8_line(question, len) ||
	    answer[0] == '\0')
		return DB_NONE;
	be_put64(ad, (uint64_t)p->who.account);
	seal_random(salt, sizeof salt);
	if (seal_wrap(p->service_key, "question", ad, sizeof ad, question, len,
		sealed) == SEAL_OK &&
	    seal_stretch(answer, salt, sizeof salt, seal_cost_people, stretched,
		sizeof stretched) == SEAL_OK) {
		seal_digest(stretched, sizeof stretched, proof);
		err = pages_question_set(p->db, p->who.account, sealed,
		    len + SEAL_TAG_LEN, salt, proof);
	}
	seal_wipe(answer, sizeof answer);
	seal_wipe(stretched, sizeof stretched);
	return err;
}

struct new_code {
	uint32_t id;
	char code[SEAL_CODE_CHARS + 1];
	uint8_t qr[SEAL_QR_SECRET_LEN];
};

static enum seal_err
wrap_code(const struct page *p, const struct new_code *c, bool qr,
    uint8_t out[static 48])
{
	uint8_t ad[17], key[SEAL_KEY_LEN];
	enum seal_err err =
	    qr ? seal_qr_key(c->id, c->qr, key) : seal_code_key(c->code, key);

	be_put64(ad, (uint64_t)p->who.account);
	be_put64(ad + 8, c->id);
	ad[16] = qr ? 1 : 0;
	if (err == SEAL_OK)
		err = seal_wrap(p->service_key, "code", ad, sizeof ad, key,
		    sizeof key, out);
	seal_wipe(key, sizeof key);
	return err;
}

static enum db_err
put_code(struct page *p, struct new_code *c)
{
	uint8_t typed[48], scanned[48];
	enum db_err err = DB_NONE;

	/* A 20-bit id may be in use: try others. */
	for (int tries = 0; err == DB_NONE && tries < 20; tries++) {
		seal_code_new(&c->id, c->code);
		seal_random(c->qr, sizeof c->qr);
		if (wrap_code(p, c, false, typed) != SEAL_OK ||
		    wrap_code(p, c, true, scanned) != SEAL_OK)
			return DB_FAILED;
		err = pages_binding_put(p->db, p->who.account, c->id, typed,
		    scanned, request_form(&p->req, "name"));
	}
	return err;
}

static void
put_qr(struct page *p, const char *text)
{
	QRcode *qr = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	int w;

	if (qr == NULL)
		return;
	w = qr->width;
	html_put(&p->body,
	    "<svg class=\"qr\" viewBox=\"-4 -4 %d %d\" role=\"img\" "
	    "aria-label=\"%s\" data-text=\"%s\" "
	    "shape-rendering=\"crispEdges\"><rect x=\"-4\" y=\"-4\" "
	    "width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" "
	    "d=\"",
	    w + 8, w + 8, TXT(p, QR_ALT), text, w + 8, w + 8);
	for (int y = 0; y < w; y++)
		for (int x = 0; x < w; x++)
			if ((qr->data[y * w + x] & 1) != 0)
				html_put(&p->body, "M%d %dh1v1h-1z", x, y);
	buf_str(&p->body, "\"/></svg>\n");
	QRcode_free(qr);
}

/* ---- the state of a binding ---- */

static enum text_id
state_text(const struct pages_binding *b)
{
	if (strcmp(b->state, "challenged") == 0)
		return b->asked ? T_STATE_ASKED : T_STATE_CHALLENGED;
	if (strcmp(b->state, "bound") == 0)
		return T_STATE_BOUND;
	if (strcmp(b->state, "burnt") == 0)
		return T_STATE_BURNT;
	if (strcmp(b->state, "expired") == 0)
		return T_STATE_EXPIRED;
	if (strcmp(b->state, "cancelled") == 0)
		return T_STATE_CANCELLED;
	return T_STATE_WAITING;
}

static void
put_state(struct page *p, uint32_t code, const struct pages_binding *b)
{
	bool over = strcmp(b->state, "waiting") != 0 &&
		    strcmp(b->state, "challenged") != 0;

	html_put(&p->body,
	    "<section id=\"binding\" class=\"card live\" data-state=\"%s\" "
	    "data-code=\"%u\" aria-live=\"polite\"><p class=\"now\">",
	    b->state, code);
	if (!over)
		buf_str(&p->body, "<span class=\"pulse\"></span> ");
	html_put(&p->body, "<span id=\"state-text\">%s</span></p>",
	    text_get(p->language, state_text(b)));
	html_put(&p->body,
	    "<div id=\"digits-box\"%s><p class=\"hint\">%s</p>"
	    "<output id=\"digits\" class=\"digits\">%s</output>"
	    "<p class=\"hint\">%s</p></div>",
	    b->digits[0] == '\0' ? " hidden" : "", TXT(p, DIGITS), b->digits,
	    TXT(p, DIGITS_TEXT));
	html_put(&p->body,
	    "<p class=\"actions\"><a id=\"to-phone\" class=\"button\" "
	    "href=\"/phone?id=%lld\"%s>%s</a> <a id=\"refresh\" class=\"button "
	    "quiet\" href=\"/binding?code=%u\"%s>%s</a></p>",
	    (long long)b->phone, b->phone == 0 ? " hidden" : "",
	    TXT(p, TO_PHONE), code, over ? " hidden" : "", TXT(p, REFRESH));
	if (!over) {
		buf_str(&p->body, "<form id=\"cancel\" method=\"post\" "
				  "action=\"/binding/cancel\">");
		page_csrf(p);
		html_put(&p->body,
		    "<input type=\"hidden\" name=\"code\" value=\"%u\">"
		    "<button class=\"quiet\">%s</button></form>",
		    code, TXT(p, CANCEL));
	}
	buf_str(&p->body, "</section>\n");
}

static void
show_code(struct page *p, const struct new_code *c)
{
	struct pages_binding b = { .state = "waiting" };
	char qr[SEAL_QR_TEXT_MAX], shown[20];

	snprintf(shown, sizeof shown, "%.4s-%.4s-%.4s-%.4s", c->code,
	    c->code + 4, c->code + 8, c->code + 12);
	seal_qr_text(p->conf->service_number, c->id, c->qr, qr);
	page_begin(p, TXT(p, BIND_TITLE));
	html_put(&p->body,
	    "<div class=\"bind\"><section class=\"card\"><ol><li>%s</li>"
	    "<li>%s</li><li>%s</li></ol>\n<p class=\"hint\">%s</p>"
	    "<output id=\"code\" class=\"code\">%s</output>",
	    TXT(p, BIND_STEP1), TXT(p, BIND_STEP2), TXT(p, BIND_STEP3),
	    TXT(p, CODE), shown);
	html_put(&p->body,
	    "<p class=\"hint\">%s</p><output id=\"number\" class=\"code\">%s"
	    "</output><p class=\"hint\">%s</p></section>\n"
	    "<section class=\"card\">",
	    TXT(p, SERVICE_NUMBER), p->conf->service_number, TXT(p, CODE_LIFE));
	put_qr(p, qr);
	buf_str(&p->body, "</section>\n");
	put_state(p, c->id, &b);
	buf_str(&p->body, "</div>\n");
	page_end(p);
	seal_wipe(qr, sizeof qr);
}

void
page_phone_add(struct page *p)
{
	struct new_code c;
	bool set = false;
	enum db_err err = pages_question_is_set(p->db, p->who.account, &set);

	if (!page_ok(p, err))
		return;
	if (!p->req.post) {
		show_add(p, !set, false);
		return;
	}
	if (!set && (err = set_question(p)) == DB_NONE) {
		p->status = 400;
		show_add(p, true, true);
		return;
	}
	if (!page_ok(p, err) || !page_ok(p, put_code(p, &c)))
		return;
	show_code(p, &c);
	seal_wipe(&c, sizeof c);
}

static bool
find_binding(struct page *p, uint32_t *code, struct pages_binding *b)
{
	*code = (uint32_t)request_number(&p->req, "code");
	return page_ok(p, pages_binding_get(p->db, p->who.account, *code, b));
}

void
page_binding(struct page *p)
{
	struct pages_binding b;
	uint32_t code;

	if (!find_binding(p, &code, &b))
		return;
	page_begin(p, TXT(p, BIND_TITLE));
	put_state(p, code, &b);
	page_end(p);
}

/* For the script: the same, as JSON.  Every value is from a fixed set. */
void
page_binding_state(struct page *p)
{
	struct pages_binding b;
	uint32_t code;

	if (!find_binding(p, &code, &b))
		return;
	buf_str(&p->headers, "Content-Type: application/json\r\n");
	html_put(&p->body,
	    "{\"state\":\"%s\",\"digits\":\"%s\",\"phone\":%lld,"
	    "\"text\":\"%s\"}\n",
	    b.state, b.digits, (long long)b.phone,
	    text_get(p->language, state_text(&b)));
}

void
page_binding_cancel(struct page *p)
{
	char path[64];
	uint32_t code = (uint32_t)request_number(&p->req, "code");

	pages_binding_cancel(p->db, p->who.account, code);
	snprintf(path, sizeof path, "/binding?code=%u", code);
	page_redirect(p, path);
}

/* ---- one phone ---- */

static bool
find_phone(struct page *p, struct pages_phone *out)
{
	int64_t id = request_number(&p->req, "id");
	struct pages_phone *list = NULL;
	size_t n = 0;
	enum db_err err =
	    id == 0 ? DB_NONE
		    : pages_phones(p->db, p->who.account, id, &list, &n);

	if (err == DB_OK && n != 1)
		err = DB_NONE;
	if (err == DB_OK)
		*out = list[0];
	free(list);
	return page_ok(p, err);
}

static void
put_form(struct page *p, const char *path, int64_t id)
{
	html_put(&p->body, "<form method=\"post\" action=\"%s\">", path);
	page_csrf(p);
	html_put(&p->body, "<input type=\"hidden\" name=\"id\" value=\"%lld\">",
	    (long long)id);
}

void
page_phone(struct page *p)
{
	struct pages_phone ph;

	if (!find_phone(p, &ph))
		return;
	page_begin(p, ph.name);
	if (request_query(&p->req, "asked")[0] != '\0')
		page_note(p, "good", TXT(p, UPLOAD_ASKED));
	if (request_query(&p->req, "saved")[0] != '\0')
		page_note(p, "good", TXT(p, SAVED));
	html_put(&p->body, "<div class=\"card phone\" data-phone=\"%lld\">",
	    (long long)ph.phone);
	put_counts(p, &ph);
	put_facts(p, &ph);
	buf_str(&p->body, "</div>\n");
	if (ph.unbound_ms == 0) {
		html_put(&p->body,
		    "<div class=\"actions\"><a class=\"button\" "
		    "href=\"/phone/policy?id=%lld\">%s</a>",
		    (long long)ph.phone, TXT(p, POLICY));
		put_form(p, "/phone/upload", ph.phone);
		html_put(&p->body,
		    "<button class=\"quiet\" id=\"upload\">%s</button> "
		    "<span class=\"hint\">%s</span></form></div>\n",
		    TXT(p, UPLOAD_NOW), TXT(p, COSTS_ONE));
	}
	buf_str(&p->body, "<div class=\"card\">");
	put_form(p, "/phone/rename", ph.phone);
	html_put(&p->body,
	    "<label for=\"name\">%s</label><input id=\"name\" name=\"name\" "
	    "maxlength=\"60\" required value=\"%s\"><button "
	    "class=\"quiet\">%s</button></form>",
	    TXT(p, PHONE_NAME), ph.name, TXT(p, RENAME));
	if (ph.unbound_ms == 0)
		html_put(&p->body,
		    "<p><a class=\"danger\" href=\"/phone/unbind?id=%lld\">%s"
		    "</a></p>",
		    (long long)ph.phone, TXT(p, UNBIND));
	buf_str(&p->body, "</div>\n");
	page_end(p);
}

static void
back_to_phone(struct page *p, int64_t id, const char *more)
{
	char path[80];

	snprintf(path, sizeof path, "/phone?id=%lld%s", (long long)id, more);
	page_redirect(p, path);
}

void
page_phone_rename(struct page *p)
{
	int64_t id = request_number(&p->req, "id");
	const char *name = request_form(&p->req, "name");
	size_t len = strlen(name);

	if (len >= 1 && len <= 120 && utf8_line(name, len) &&
	    !page_ok(p, pages_phone_rename(p->db, p->who.account, id, name)))
		return;
	back_to_phone(p, id, "");
}

void
page_phone_unbind(struct page *p)
{
	struct pages_phone ph;

	if (!find_phone(p, &ph))
		return;
	if (p->req.post) {
		/* Tell the phone first: afterwards its keys are of no use. */
		pages_command_put(
		    p->db, p->who.account, ph.phone, WIRE_CMD_UNBIND);
		if (page_ok(p,
			pages_phone_unbind(p->db, p->who.account, ph.phone))) {
			pages_event_put(p->db, p->who.account, ph.phone,
			    "phone-unbound", ph.name);
			back_to_phone(p, ph.phone, "");
		}
		return;
	}
	page_begin(p, TXT(p, UNBIND));
	html_put(&p->body, "<div class=\"card\"><p><b>%s</b></p><p>%s</p>",
	    ph.name, TXT(p, UNBIND_TEXT));
	put_form(p, "/phone/unbind", ph.phone);
	html_put(&p->body,
	    "<button class=\"danger\">%s</button> <a class=\"button quiet\" "
	    "href=\"/phone?id=%lld\">%s</a></form></div>\n",
	    TXT(p, UNBIND_SURE), (long long)ph.phone, TXT(p, CANCEL));
	page_end(p);
}

void
page_phone_upload(struct page *p)
{
	struct pages_phone ph;

	if (!find_phone(p, &ph) ||
	    !page_ok(p, pages_command_put(
			    p->db, p->who.account, ph.phone, WIRE_CMD_UPLOAD)))
		return;
	back_to_phone(p, ph.phone, "&asked=1");
}

/* ---- the policy ---- */

static const struct {
	enum record_kind kind;
	enum text_id text;
} kinds[] = {
	{ RECORD_CONTACT, T_CONTACTS },
	{ RECORD_MESSAGE, T_MESSAGES },
	{ RECORD_CALL, T_CALLS },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const enum text_id mode_text[] = {
	[POLICY_INHERIT] = T_MODE_INHERIT,
	[POLICY_OFF] = T_MODE_OFF,
	[POLICY_MANUAL] = T_MODE_MANUAL,
	[POLICY_INTERVAL] = T_MODE_INTERVAL,
	[POLICY_AT_ONCE] = T_MODE_AT_ONCE,
	[POLICY_FILL] = T_MODE_FILL,
};

static void
put_kind(struct page *p, size_t i, const struct policy *policy)
{
	const struct policy_kind *k = &policy->kind[kinds[i].kind];
	const char *name = record_kind_name(kinds[i].kind);
	uint32_t hours = k->interval_min >= 60 ? k->interval_min / 60 : 24;

	html_put(&p->body,
	    "<fieldset class=\"kind\"><legend>%s</legend>"
	    "<label for=\"%s\">%s</label><select id=\"%s\" name=\"%s\">",
	    text_get(p->language, kinds[i].text), name, TXT(p, WHEN), name,
	    name);
	for (int m = POLICY_INHERIT; m <= POLICY_FILL; m++)
		html_put(&p->body, "<option value=\"%d\"%s>%s</option>", m,
		    (int)k->mode == m ? " selected" : "",
		    text_get(p->language, mode_text[m]));
	html_put(&p->body,
	    "</select><label for=\"%s-hours\">%s</label>"
	    "<input id=\"%s-hours\" name=\"%s-hours\" type=\"number\" "
	    "min=\"1\" max=\"720\" value=\"%u\"></fieldset>\n",
	    name, TXT(p, EVERY), name, name, hours);
}

static void
show_policy(struct page *p, const struct pages_phone *ph)
{
	struct policy policy = { 0 };

	if (ph->policy_len > 0)
		policy_decode(
		    ph->policy, ph->policy_len, ph->policy_newest, &policy);
	page_begin(p, TXT(p, POLICY));
	html_put(&p->body, "<p class=\"lead\">%s · %s</p><p>", ph->name,
	    TXT(p, POLICY_TEXT));
	put_policy_state(p, ph);
	buf_str(&p->body, "</p>\n");
	html_put(&p->body, "<div class=\"card\">");
	put_form(p, "/phone/policy", ph->phone);
	for (size_t i = 0; i < KINDS; i++)
		put_kind(p, i, &policy);
	html_put(&p->body,
	    "<label class=\"check\"><input type=\"checkbox\" name=\"lock\" "
	    "value=\"1\"%s> %s</label>\n<button>%s</button> "
	    "<span class=\"hint\">%s</span></form></div>\n",
	    policy.lock ? " checked" : "", TXT(p, LOCK), TXT(p, SAVE),
	    TXT(p, COSTS_ONE));
	page_end(p);
}

static void
read_policy(const struct page *p, struct policy *out)
{
	for (size_t i = 0; i < KINDS; i++) {
		const char *name = record_kind_name(kinds[i].kind);
		struct policy_kind *k = &out->kind[kinds[i].kind];
		char hours[40];
		int mode = atoi(request_form(&p->req, name));
		int64_t h;

		snprintf(hours, sizeof hours, "%s-hours", name);
		h = request_number(&p->req, hours);
		k->mode = mode >= POLICY_INHERIT && mode <= POLICY_FILL
			      ? (enum policy_mode)mode
			      : POLICY_INHERIT;
		k->interval_min = (uint32_t)(h < 1     ? 24
					     : h > 720 ? 720
						       : h) *
				  60;
	}
	out->lock = request_form(&p->req, "lock")[0] != '\0';
}

void
page_policy(struct page *p)
{
	struct pages_phone ph;
	struct policy policy = { 0 };
	uint8_t octets[WIRE_POLICY_MAX];
	size_t n;

	if (!find_phone(p, &ph))
		return;
	if (!p->req.post) {
		show_policy(p, &ph);
		return;
	}
	read_policy(p, &policy);
	n = policy_encode(&policy, octets, sizeof octets);
	/* The same again would cost an SMS for nothing. */
	if ((n != ph.policy_len || memcmp(octets, ph.policy, n) != 0) &&
	    !page_ok(p,
		pages_policy_put(p->db, p->who.account, ph.phone, octets, n)))
		return;
	back_to_phone(p, ph.phone, "&saved=1");
}
