#include "pack_prime.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

/* The next part of a line up to a tab; *p goes behind it. */
static size_t
part(const char **p, const char **begin)
{
	size_t n = strcspn(*p, "\t");

	*begin = *p;
	*p += n + ((*p)[n] == '\t');
	return n;
}

/* "TAG:TEXT" or "TAG#INTEGER". */
static void
add_field(struct record *r, const char *p, size_t len)
{
	char text[1024], *end;
	uint16_t tag = (uint16_t)strtoul(p, &end, 10);
	size_t skip = (size_t)(end - p) + 1;

	if (len < skip || len - skip >= sizeof text)
		return;
	if (*end == '#') {
		record_add_int(r, tag, strtoll(end + 1, NULL, 10));
		return;
	}
	memcpy(text, end + 1, len - skip);
	text[len - skip] = '\0';
	record_add_text(r, tag, text);
}

/* "KIND", "ID", "SECONDS" and fields. */
static struct record *
line_record(const char *line)
{
	const char *p = line, *begin;
	enum record_kind kind = (enum record_kind)strtoul(p, NULL, 10);
	struct record *r;
	size_t n;

	part(&p, &begin);
	r = record_new(kind, (uint32_t)strtoul(p, NULL, 10));
	part(&p, &begin);
	if (r == NULL)
		return NULL;
	record_set_time_ms(r, strtoll(p, NULL, 10) * 1000);
	part(&p, &begin);
	while (*p != '\0') {
		n = part(&p, &begin);
		add_field(r, begin, n);
	}
	return r;
}

/* A line "=" begins a batch, "-" one before which nothing is known. */
static int
learn_lines(struct mix *x, const char *const *line)
{
	size_t n = 0;

	for (; *line != NULL; line++) {
		struct record *r;

		if (**line == '=' || **line == '-') {
			if (n > 0)
				pack_mix_more(x, n, false);
			n = 0;
			if (**line == '-')
				pack_fields_clear(x->f);
			continue;
		}
		if ((r = line_record(*line)) == NULL)
			return -1;
		if (n++ > 0)
			pack_mix_more(x, n - 1, true);
		pack_mix_write(x, r);
		x->texts = 0;
		record_free(r);
	}
	if (n > 0)
		pack_mix_more(x, n, false);
	return 0;
}

struct model *
pack_prime_learn(void)
{
	struct mix x = { .texts = 0 };
	int err = -1;

	pack_text_prepare();
	x.m = model_new();
	x.f = malloc(sizeof *x.f);
	x.text = malloc(RECORD_TEXT_MAX + 1);
	if (x.m != NULL && x.f != NULL && x.text != NULL) {
		pack_fields_clear(x.f);
		coder_learn(&x.c);
		err = learn_lines(&x, pack_prime_words);
		if (err == 0)
			err = learn_lines(&x, pack_prime_lines);
	}
	free(x.f);
	free(x.text);
	if (err == -1) {
		log_error("cannot make the model of the codec: %m");
		model_free(x.m);
		return NULL;
	}
	return x.m;
}
