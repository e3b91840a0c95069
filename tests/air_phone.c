/*
 * The phones on the air, and what they run on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "air_internal.h"
#include "check_main.h"

/* What is on the phone, as its user sees it. */
void
air_remember(struct station *s, const struct record *r)
{
	for (size_t i = 0; i < s->nput; i++)
		if (record_kind(s->put[i]) == record_kind(r) &&
		    record_id(s->put[i]) == record_id(r)) {
			record_free(s->put[i]);
			s->put[i] = record_copy(r);
			return;
		}
	s->put = realloc(s->put, (s->nput + 1) * sizeof *s->put);
	s->put[s->nput++] = record_copy(r);
}

static int64_t
host_mono(void *ctx)
{
	return ((struct station *)ctx)->air->now_ms;
}

static int64_t
host_now(void *ctx)
{
	return host_mono(ctx) + ((struct station *)ctx)->clock_off_ms;
}

static int
host_send(
    void *ctx, const char *number, const uint8_t *frame, size_t len, bool text)
{
	struct station *s = ctx;
	struct air *a = s->air;
	char letters[WIRE_TEXT_CHARS + 1];

	ck_assert_str_eq(number, SERVICE);
	a->counts.up++;
	memcpy(a->sent[a->nsent % 256].sms, frame, len);
	a->sent[a->nsent++ % 256].len = len;
	if (text) {
		len = wire_text_encode(frame, len, letters);
		air_carry(
		    a, -1, s->number, (const uint8_t *)letters, len, true);
	} else {
		air_carry(a, -1, s->number, frame, len, false);
	}
	return 0;
}

static void
host_tell(void *ctx, enum phone_notice what, const char *detail)
{
	struct station *s = ctx;

	if (what == PHONE_N_QUESTION)
		snprintf(s->question, sizeof s->question, "%s", detail);
}

/* What a restore puts on the phone is there from now on, under a new id. */
static enum phone_applied
host_apply(void *ctx, const struct record *r, bool mine, uint32_t *id)
{
	struct station *s = ctx;
	struct record *copy;
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	if (mine) {
		*id = record_id(r);
	} else {
		*id = 0;
		for (size_t i = 0; i < s->nput; i++)
			if (record_kind(s->put[i]) == record_kind(r) &&
			    record_id(s->put[i]) > *id)
				*id = record_id(s->put[i]);
		++*id;
	}
	copy = record_new(record_kind(r), *id);
	record_set_time_ms(copy, record_time_ms(r));
	for (size_t i = 0; i < n; i++)
		if (f[i].type == RECORD_TEXT)
			record_add_text(copy, f[i].tag, f[i].text);
		else
			record_add_int(copy, f[i].tag, f[i].num);
	air_remember(s, copy);
	record_free(copy);
	return PHONE_APPLIED;
}

static void
host_ring(void *ctx, unsigned seconds)
{
	((struct station *)ctx)->rung += seconds;
}

static int
host_locate(void *ctx, struct record *r)
{
	(void)ctx;
	return record_add_int(r, RECORD_LATITUDE_E7, 601695200) |
	       record_add_int(r, RECORD_LONGITUDE_E7, 249354500) |
	       record_add_int(r, RECORD_ACCURACY_M, 20);
}

static void
open_phone(struct station *s)
{
	const struct phone_host host = {
		.ctx = s,
		.now_ms = host_now,
		.mono_ms = host_mono,
		.send = host_send,
		.tell = host_tell,
		.apply = host_apply,
		.ring = host_ring,
		.locate = host_locate,
	};
	const struct phone_identity who = { s->device, "8935840", s->device,
		strncmp(s->device, "text", 4) == 0 };

	s->phone = phone_open(
	    s->journal != NULL ? s->journal : ":memory:", &host, &who);
	ck_assert_ptr_nonnull(s->phone);
	phone_set_pace(s->phone, 1000, 60000);
	s->tick_ms = 0;
}

void
air_clock(struct air *a, int n, int64_t off_ms)
{
	a->station[n].clock_off_ms = off_ms;
}

int
air_add_phone(
    struct air *a, const char *number, const char *device, const char *journal)
{
	struct station *s = &a->station[a->phones];

	s->air = a;
	snprintf(s->number, sizeof s->number, "%s", number);
	snprintf(s->device, sizeof s->device, "%s", device);
	s->journal = journal != NULL ? strdup(journal) : NULL;
	open_phone(s);
	return a->phones++;
}

void
air_restart_phone(struct air *a, int n)
{
	phone_close(a->station[n].phone);
	open_phone(&a->station[n]);
}

static void
copy_file(const char *from, const char *to, const char *end)
{
	char src[300], dst[300], octets[65536];
	FILE *in, *out;
	size_t n;

	snprintf(src, sizeof src, "%s%s", from, end);
	snprintf(dst, sizeof dst, "%s%s", to, end);
	unlink(dst);
	if ((in = fopen(src, "rb")) == NULL)
		return;
	ck_assert_ptr_nonnull(out = fopen(dst, "wb"));
	while ((n = fread(octets, 1, sizeof octets, in)) > 0)
		ck_assert_uint_eq(fwrite(octets, 1, n, out), n);
	fclose(in);
	ck_assert_int_eq(fclose(out), 0);
}

void
air_copy_journal(struct air *a, int n, const char *to)
{
	copy_file(a->station[n].journal, to, "");
	copy_file(a->station[n].journal, to, "-wal");
}

void
air_roll_back_phone(struct air *a, int n, const char *journal)
{
	phone_close(a->station[n].phone);
	copy_file(journal, a->station[n].journal, "");
	copy_file(journal, a->station[n].journal, "-wal");
	open_phone(&a->station[n]);
	/* Its user's data is what it is. */
	for (size_t i = 0; i < a->station[n].nput; i++)
		ck_assert_int_eq(
		    phone_put(a->station[n].phone, a->station[n].put[i]),
		    PHONE_OK);
}

struct phone *
air_phone(struct air *a, int n)
{
	return a->station[n].phone;
}

const char *
air_question(const struct air *a, int n)
{
	return a->station[n].question;
}
