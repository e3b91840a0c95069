/*
 * A simulated phone's radio: frames and texts that go out, what comes in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phones_internal.h"

bool
sim_phone_on_air(const struct sim_phone *p)
{
	return p->power && p->coverage && p->line != NULL;
}

void
sim_phone_submit(struct sim_phone *p, const char *to, struct pdu *m)
{
	m->type = PDU_SUBMIT;
	snprintf(m->number, sizeof m->number, "%s", to);
	smsc_submit(p->all->sim->smsc, p->line, m);
}

/* In words, for who wants to know what went first. */
static void
note_sent(struct sim_phone *p, const uint8_t *frame, size_t len)
{
	char *out = p->sent[p->data_out++ % PHONES_SENT_MAX];
	unsigned n = (unsigned)p->data_out;
	size_t cap = sizeof p->sent[0];
	struct wire_frame f;

	if (wire_decode(frame, len, &f) != WIRE_OK)
		snprintf(out, cap, "%u no frame", n);
	else if (f.type == WIRE_SEGMENT)
		snprintf(out, cap, "%u transfer %u, segment %u", n, f.transfer,
		    f.index);
	else if (f.type == WIRE_SINGLE)
		snprintf(out, cap, "%u transfer %u, whole", n, f.transfer);
	else
		snprintf(out, cap, "%u %s", n,
		    f.type == WIRE_HELLO ? "hello" : "proof");
}

const char *
sim_phone_sent(const struct sim_phone *p, size_t back)
{
	return back < p->data_out && back < PHONES_SENT_MAX
		   ? p->sent[(p->data_out - 1 - back) % PHONES_SENT_MAX]
		   : NULL;
}

int
sim_phone_send(
    void *ctx, const char *number, const uint8_t *frame, size_t len, bool text)
{
	static const uint8_t ports[7] = { 6, 5, 4, WIRE_PORT >> 8,
		WIRE_PORT & 255, WIRE_PORT >> 8, WIRE_PORT & 255 };
	struct sim_phone *p = ctx;
	char letters[WIRE_TEXT_CHARS + 1];
	struct pdu m = { .dcs = 0x04, .header = true };

	if (!sim_phone_on_air(p))
		return -1;
	if (text) {
		if (len > WIRE_TEXT_MAX)
			return -1;
		wire_text_encode(frame, len, letters);
		text_to_parts(letters, 0, &m, 1);
	} else {
		if (len > sizeof m.ud - sizeof ports)
			return -1;
		memcpy(m.ud, ports, sizeof ports);
		memcpy(m.ud + sizeof ports, frame, len);
		m.ud_len = m.ud_octets = (uint8_t)(sizeof ports + len);
	}
	sim_phone_submit(p, number, &m);
	note_sent(p, frame, len);
	return 0;
}

/* ---- what comes in ---- */

int
sim_phone_add_message(struct sim_phone *p, const char *peer, int direction,
    const char *text, int64_t sent_ms)
{
	struct record *r =
	    record_new(RECORD_MESSAGE, book_next_id(p->book, RECORD_MESSAGE));

	if (r == NULL)
		return -1;
	record_set_time_ms(r, sim_phone_now_ms(p));
	if (record_add_text(r, RECORD_PEER, peer) != 0 ||
	    record_add_int(r, RECORD_DIRECTION, direction) != 0 ||
	    record_add_text(r, RECORD_BODY, text) != 0 ||
	    record_add_int(r, RECORD_READ, direction == RECORD_MSG_SENT) != 0) {
		record_free(r);
		return -1;
	}
	if (direction == RECORD_MSG_RECEIVED)
		record_add_int(r, RECORD_SENT_MS, sent_ms);
	if (p->lib != NULL)
		phone_put(p->lib, r);
	return book_put(p->book, r);
}

static struct puzzle *
find_puzzle(
    struct sim_phone *p, const struct pdu *m, const struct text_header *h)
{
	struct puzzle **oldest = &p->puzzle[0];

	for (int i = 0; i < PHONES_PARTS_HELD; i++) {
		struct puzzle *z = p->puzzle[i];

		if (z != NULL && z->reference == h->reference &&
		    z->total == h->total && strcmp(z->from, m->number) == 0)
			return z;
		if (z == NULL ||
		    (*oldest != NULL && z->order < (*oldest)->order))
			oldest = &p->puzzle[i];
	}
	free(*oldest);
	if ((*oldest = calloc(1, sizeof **oldest)) == NULL)
		return NULL;
	(*oldest)->order = p->puzzles++;
	(*oldest)->reference = h->reference;
	(*oldest)->total = h->total;
	snprintf((*oldest)->from, sizeof(*oldest)->from, "%s", m->number);
	return *oldest;
}

/* One part more; the whole text is a message. */
static void
take_part(struct sim_phone *p, const struct pdu *m, const struct text_header *h)
{
	char text[TEXT_PARTS_MAX * 480 + 1];
	struct puzzle *z;
	size_t n = 0;

	if (h->total == 0 || h->total > TEXT_PARTS_MAX || h->index == 0 ||
	    h->index > h->total || (z = find_puzzle(p, m, h)) == NULL ||
	    z->there[h->index - 1])
		return;
	z->there[h->index - 1] = true;
	z->part[h->index - 1] = *m;
	if (++z->have < z->total)
		return;
	for (int i = 0; i < z->total; i++)
		n += text_of_part(&z->part[i], text + n, sizeof text - n);
	p->text_in++;
	sim_phone_add_message(
	    p, m->number, RECORD_MSG_RECEIVED, text, m->time_ms);
	sim_phone_notice(p, "SMS from %s: %.300s", m->number, text);
	for (int i = 0; i < PHONES_PARTS_HELD; i++)
		if (p->puzzle[i] == z)
			p->puzzle[i] = NULL;
	free(z);
}

static void
take_text(struct sim_phone *p, const struct pdu *m)
{
	char text[PDU_UD_MAX * 4 + 8];
	size_t n = text_of_part(m, text, sizeof text);

	if (phone_receive(p->lib, m->number, (const uint8_t *)text, n, true)) {
		p->data_in++;
		return;
	}
	p->text_in++;
	if (n > 0)
		sim_phone_add_message(
		    p, m->number, RECORD_MSG_RECEIVED, text, m->time_ms);
	sim_phone_notice(p, "SMS from %s: %.300s", m->number, text);
}

enum smsc_taken
sim_phone_deliver(void *ctx, const struct pdu *m)
{
	struct sim_phone *p = ctx;
	struct text_header h = { 0 };
	bool head = m->header && text_header_read(m->ud, m->ud_octets, &h);

	if (!sim_phone_on_air(p) || p->lib == NULL)
		return SMSC_AWAY;
	if (m->type != PDU_DELIVER)
		return SMSC_TAKEN;
	if (pdu_alphabet(m->dcs) == PDU_8BIT) {
		/* What is for no port that we know is for nobody. */
		if (head && h.port && h.port_to == WIRE_PORT &&
		    phone_receive(p->lib, m->number, m->ud + h.len,
			m->ud_octets - h.len, false))
			p->data_in++;
	} else if (head && h.concat) {
		take_part(p, m, &h);
	} else {
		take_text(p, m);
	}
	sim_phone_settle(p);
	return SMSC_TAKEN;
}
