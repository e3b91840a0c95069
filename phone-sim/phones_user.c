/*
 * What the user of a simulated phone does with it.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "phones_internal.h"

const char *
sim_phone_said(enum phone_err err)
{
	switch (err) {
	case PHONE_OK:
		return NULL;
	case PHONE_E_CODE:
		return "that is no binding code: type it again as the page "
		       "shows it";
	case PHONE_E_STATE:
		return "not now: see the phone's status";
	case PHONE_E_LOCKED:
		return "the owner has locked the settings of this phone: "
		       "change them on the pages";
	case PHONE_E_INVALID:
		return "out of range: see smsvault-wire(7) for the limits";
	case PHONE_E_FAILED:
		return "the phone's journal failed: see the log";
	}
	return "no such error";
}

const char *
sim_phone_bind(struct sim_phone *p, const char *code, bool qr)
{
	enum phone_err err;

	if (p->lib == NULL)
		return PHONES_OFF;
	err = qr ? phone_bind_qr(p->lib, code)
		 : phone_bind_code(
		       p->lib, smsc_service_number(p->all->sim->smsc), code);
	sim_phone_settle(p);
	return sim_phone_said(err);
}

const char *
sim_phone_answer(struct sim_phone *p, const char *answer)
{
	enum phone_err err;

	if (p->lib == NULL)
		return PHONES_OFF;
	err = phone_bind_answer(p->lib, answer);
	sim_phone_settle(p);
	return sim_phone_said(err);
}

/* Into the book and, if the phone is on, to the library; r is taken over. */
const char *
sim_phone_keep(struct sim_phone *p, struct record *r)
{
	enum phone_err err = PHONE_OK;

	if (p->lib != NULL)
		err = phone_put(p->lib, r);
	if (book_put(p->book, r) != 0)
		return "cannot keep it: see the log";
	sim_phone_settle(p);
	return sim_phone_said(err);
}

const char *
sim_phone_contact(struct sim_phone *p, uint32_t *id, const char *name,
    const char *const *number, size_t numbers)
{
	struct record *r;

	if (*id == 0)
		*id = book_next_id(p->book, RECORD_CONTACT);
	else if (book_get(p->book, RECORD_CONTACT, *id) == NULL)
		return "there is no such contact: say phone N contacts";
	if ((r = record_new(RECORD_CONTACT, *id)) == NULL)
		return "out of memory";
	record_set_time_ms(r, sim_phone_now_ms(p));
	if (record_add_text(r, RECORD_NAME, name) != 0) {
		record_free(r);
		return "the name is empty, too long or not UTF-8";
	}
	for (size_t i = 0; i < numbers; i++) {
		record_add_text(r, RECORD_NUMBER, number[i]);
		record_add_text(r, RECORD_NUMBER_E164, number[i]);
		record_add_int(r, RECORD_NUMBER_TYPE, RECORD_LABEL_MOBILE);
	}
	return sim_phone_keep(p, r);
}

const char *
sim_phone_delete(struct sim_phone *p, enum record_kind kind, uint32_t id)
{
	if (book_delete(p->book, kind, id, sim_phone_now_ms(p)) != 0)
		return "there is none with that id";
	if (p->lib != NULL)
		phone_put(p->lib, book_any(p->book, kind, id));
	sim_phone_settle(p);
	return NULL;
}

const char *
sim_phone_call(
    struct sim_phone *p, int direction, const char *number, int64_t seconds)
{
	struct record *r;

	if (!p->power)
		return PHONES_OFF;
	if (!pdu_is_number(number))
		return "that is no telephone number";
	r = record_new(RECORD_CALL, book_next_id(p->book, RECORD_CALL));
	if (r == NULL)
		return "out of memory";
	record_set_time_ms(r, sim_phone_now_ms(p));
	record_add_text(r, RECORD_PEER, number);
	record_add_int(r, RECORD_DIRECTION, direction);
	record_add_int(r, RECORD_DURATION_S, seconds);
	return sim_phone_keep(p, r);
}

static const char *const no_text =
    "the text is empty, not UTF-8 or longer than 20 SMS";

const char *
sim_phone_text_in(struct sim_phone *p, const char *from, const char *text)
{
	struct pdu part[TEXT_PARTS_MAX];
	int n = text_to_parts(text, p->reference++, part, TEXT_PARTS_MAX);

	if (n < 0)
		return no_text;
	if (!pdu_is_sender(from))
		return "the sender wants a number or at most 11 letters";
	if (p->number[0] == '\0')
		return "the phone has no SIM: say phone N sim change NUMBER";
	for (int i = 0; i < n; i++)
		smsc_inject(p->all->sim->smsc, from, p->number, &part[i]);
	return NULL;
}

const char *
sim_phone_text_out(struct sim_phone *p, const char *to, const char *text)
{
	struct pdu part[TEXT_PARTS_MAX];
	int n = text_to_parts(text, p->reference++, part, TEXT_PARTS_MAX);

	if (n < 0)
		return no_text;
	if (!pdu_is_number(to))
		return "that is no telephone number";
	if (!sim_phone_on_air(p))
		return "the phone has no network: see its status";
	for (int i = 0; i < n; i++)
		sim_phone_submit(p, to, &part[i]);
	p->text_out++;
	if (sim_phone_add_message(p, to, RECORD_MSG_SENT, text, 0) != 0)
		return "cannot keep it: see the log";
	sim_phone_settle(p);
	return NULL;
}

const char *
sim_phone_upload(struct sim_phone *p)
{
	enum phone_err err;

	if (p->lib == NULL)
		return PHONES_OFF;
	err = phone_upload_now(p->lib);
	sim_phone_settle(p);
	if (err == PHONE_E_STATE)
		return "the phone is not bound: say phone N bind CODE";
	return sim_phone_said(err);
}

const char *
sim_phone_policy(struct sim_phone *p, enum record_kind kind,
    enum policy_mode mode, uint32_t interval_min)
{
	struct policy wish = p->own;
	enum phone_err err;

	if (p->lib == NULL)
		return PHONES_OFF;
	wish.kind[kind].mode = mode;
	wish.kind[kind].interval_min = interval_min;
	err = phone_set_policy(p->lib, &wish);
	if (err == PHONE_OK) {
		p->own = wish;
		sim_phone_save(p);
	}
	sim_phone_settle(p);
	return sim_phone_said(err);
}
