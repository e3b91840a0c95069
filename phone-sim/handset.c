#include "handset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdu.h"
#include "phones.h"
#include "sim.h"
#include "text.h"

#define HANDSETS_MAX 64
#define TEXTS_HELD 16

struct handset {
	struct handsets *all;
	char number[PDU_NUMBER_MAX];
	struct smsc_end end;
	struct smsc_line *line;
	char text[TEXTS_HELD][600];
	size_t texts;
};

struct handsets {
	struct sim *sim;
	struct handset *handset[HANDSETS_MAX];
	size_t n;
	unsigned char reference;
};

struct handsets *
handsets_new(struct sim *s)
{
	struct handsets *h = calloc(1, sizeof *h);

	if (h != NULL)
		h->sim = s;
	return h;
}

void
handsets_free(struct handsets *h)
{
	for (size_t i = 0; h != NULL && i < h->n; i++) {
		smsc_detach(h->sim->smsc, h->handset[i]->line);
		free(h->handset[i]);
	}
	free(h);
}

static struct handset *
find(const struct handsets *h, const char *number)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->handset[i]->number, number) == 0)
			return h->handset[i];
	return NULL;
}

/* Parts of a long text are shown as they come. */
static enum smsc_taken
on_deliver(void *ctx, const struct pdu *m)
{
	struct handset *s = ctx;
	char *text = s->text[s->texts % TEXTS_HELD];
	char line[700];

	if (m->type != PDU_DELIVER || pdu_alphabet(m->dcs) == PDU_8BIT)
		return SMSC_TAKEN;
	text[text_of_part(m, text, sizeof s->text[0] - 1)] = '\0';
	s->texts++;
	snprintf(line, sizeof line, "handset %s: SMS from %s: %s", s->number,
	    m->number, text);
	if (s->all->sim->notice != NULL)
		s->all->sim->notice(s->all->sim->ctx, line);
	return SMSC_TAKEN;
}

static bool
is_a_phones(const struct handsets *h, const char *number)
{
	for (size_t i = 1; i <= phones_count(h->sim->phones); i++) {
		struct phone_facts f;

		sim_phone_facts(phones_get(h->sim->phones, i), &f);
		if (strcmp(f.number, number) == 0)
			return true;
	}
	return strcmp(smsc_service_number(h->sim->smsc), number) == 0;
}

static const char *
switch_on(struct handsets *h, const char *number)
{
	struct handset *s;

	if (find(h, number) != NULL)
		return NULL;
	if (h->n == HANDSETS_MAX || (s = calloc(1, sizeof *s)) == NULL)
		return "there are too many handsets";
	s->all = h;
	snprintf(s->number, sizeof s->number, "%s", number);
	s->end = (struct smsc_end){
		.ctx = s, .radio = false, .deliver = on_deliver
	};
	s->line = smsc_attach(h->sim->smsc, number, &s->end);
	if (s->line == NULL) {
		free(s);
		return "that is no telephone number";
	}
	h->handset[h->n++] = s;
	return NULL;
}

const char *
handsets_send(
    struct handsets *h, const char *from, const char *to, const char *text)
{
	struct pdu part[TEXT_PARTS_MAX];
	int n = text_to_parts(text, h->reference++, part, TEXT_PARTS_MAX);
	const char *wrong;

	if (n < 0)
		return "the text is empty, not UTF-8 or longer than 20 SMS";
	/* Letters, as a bank's, are no handset: nobody can answer them. */
	if (pdu_is_number(from) && !is_a_phones(h, from) &&
	    (wrong = switch_on(h, from)) != NULL)
		return wrong;
	for (int i = 0; i < n; i++)
		smsc_inject(h->sim->smsc, from, to, &part[i]);
	return NULL;
}

const char *
handsets_text(const struct handsets *h, const char *number, size_t nth)
{
	const struct handset *s = find(h, number);

	if (s == NULL || nth >= s->texts || nth >= TEXTS_HELD)
		return NULL;
	return s->text[(s->texts - 1 - nth) % TEXTS_HELD];
}
