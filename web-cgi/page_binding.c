/*
 * Adding a phone: the verification question, the code, the state of the
 * binding while its SMS come and go.
 */
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "be.h"
#include "page.h"
#include "utf8.h"

/* What is wrong with a text input, if anything; beside it. */
static void
put_wrong(struct page *p, const char *field, bool wrong, enum text_id why)
{
	if (wrong)
		html_put(&p->body,
		    " aria-invalid=\"true\" aria-describedby=\"%s-wrong\" "
		    "autofocus>\n<p class=\"wrong\" id=\"%s-wrong\">%s</p>\n",
		    field, field, text_get(p->language, why));
	else
		buf_str(&p->body, ">\n");
}

static void
put_question(struct page *p, enum text_id why)
{
	html_put(&p->body,
	    "<fieldset><legend>%s</legend><p class=\"hint\">%s</p>\n"
	    "<label for=\"question\">%s</label><input id=\"question\" "
	    "name=\"question\" maxlength=\"48\" required value=\"%s\" "
	    "placeholder=\"%s\"",
	    TXT(p, VERIFICATION), TXT(p, VERIFICATION_TEXT), TXT(p, QUESTION),
	    request_form(&p->req, "question"), TXT(p, QUESTION_HINT));
	put_wrong(p, "question", why == T_E_QUESTION, why);
	html_put(&p->body,
	    "<label for=\"answer\">%s</label><input id=\"answer\" "
	    "name=\"answer\" maxlength=\"64\" autocomplete=\"off\" required",
	    TXT(p, ANSWER));
	put_wrong(p, "answer", why == T_E_ANSWER, why);
	buf_str(&p->body, "</fieldset>\n");
}

static void
show_add(struct page *p, bool with_question, enum text_id why)
{
	page_begin(p, TXT(p, ADD_PHONE));
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
		put_question(p, why);
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, GET_CODE));
	page_end(p);
}

/* What is wrong with the question or its answer, or T_NONE. */
static enum text_id
check_question(const struct page *p)
{
	const char *question = request_form(&p->req, "question");
	size_t len = strlen(question);

	if (len < 1 || len > WIRE_QUESTION_MAX || !utf8_line(question, len))
		return T_E_QUESTION;
	return answer_is_fit(request_form(&p->req, "answer")) ? T_NONE
							      : T_E_ANSWER;
}

static enum db_err
set_question(struct page *p)
{
	const char *question = request_form(&p->req, "question");
	size_t len = strlen(question);
	uint8_t ad[8], sealed[WIRE_QUESTION_MAX + SEAL_TAG_LEN];
	uint8_t salt[ANSWER_SALT_LEN], proof[SEAL_DIGEST_LEN];

	be_put64(ad, (uint64_t)p->who.account);
	seal_random(salt, sizeof salt);
	if (seal_wrap(p->service_key, "question", ad, sizeof ad, question, len,
		sealed) != SEAL_OK ||
	    answer_prove(request_form(&p->req, "answer"), salt, proof) !=
		SEAL_OK)
		return DB_FAILED;
	return pages_question_set(
	    p->db, p->who.account, sealed, len + SEAL_TAG_LEN, salt, proof);
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
	enum text_id why = T_NONE;
	struct new_code c;
	bool set = false;

	if (!page_ok(p, pages_question_is_set(p->db, p->who.account, &set)))
		return;
	if (!p->req.post) {
		show_add(p, !set, T_NONE);
		return;
	}
	if (!set && (why = check_question(p)) != T_NONE) {
		p->status = 400;
		show_add(p, true, why);
		return;
	}
	if ((!set && !page_ok(p, set_question(p))) ||
	    !page_ok(p, put_code(p, &c)))
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
