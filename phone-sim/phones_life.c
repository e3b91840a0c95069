/*
 * The rest of a simulated phone's life: files on it, another SIM in it, what a
 * restore puts there, where it is, and its being erased.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "phones_internal.h"
#include "png.h"
#include "rng.h"

/* ---- files: the manifest is in the book, the octets beside it ---- */

static void
octets_path(const struct sim_phone *p, uint32_t id, char out[4096])
{
	char what[32];

	snprintf(what, sizeof what, "file-%u", id);
	sim_phone_file(p, what, out);
}

uint8_t *
sim_phone_octets(const struct sim_phone *p, uint32_t id, size_t *len)
{
	char path[4096];
	uint8_t *data = NULL;
	long size;
	FILE *f;

	octets_path(p, id, path);
	if ((f = fopen(path, "re")) == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 &&
	    fseek(f, 0, SEEK_SET) == 0 &&
	    (data = malloc((size_t)size + 1)) != NULL) {
		*len = fread(data, 1, (size_t)size, f);
		if (*len != (size_t)size) {
			free(data);
			data = NULL;
		}
	}
	fclose(f);
	return data;
}

static int
write_octets(
    const struct sim_phone *p, uint32_t id, const uint8_t *data, size_t len)
{
	char path[4096];
	FILE *f;
	bool all;

	octets_path(p, id, path);
	if ((f = fopen(path, "we")) == NULL) {
		log_error("cannot write %s: %m", path);
		return -1;
	}
	all = len == 0 || fwrite(data, len, 1, f) == 1;
	if (fclose(f) != 0 || !all) {
		log_error("cannot write %s: %m", path);
		return -1;
	}
	return 0;
}

const char *
sim_phone_keep_file(
    struct sim_phone *p, struct record *r, const uint8_t *data, size_t len)
{
	struct record *m = phone_describe_file(r, data, len);
	enum phone_err err = PHONE_OK;
	uint32_t id = record_id(r);

	record_free(r);
	if (m == NULL || write_octets(p, id, data, len) == -1) {
		record_free(m);
		return "cannot keep the file: at most 16 MiB, see the log";
	}
	if (p->lib != NULL)
		err = phone_put_file(p->lib, m, data, len);
	if (book_put(p->book, m) != 0)
		return "cannot keep it: see the log";
	sim_phone_settle(p);
	return sim_phone_said(err);
}

static void
put_one(struct sim_phone *p, const struct record *r)
{
	uint8_t *data;
	size_t len;

	if (record_kind(r) != RECORD_FILE || record_op(r) == RECORD_DELETE) {
		phone_put(p->lib, r);
		return;
	}
	if ((data = sim_phone_octets(p, record_id(r), &len)) == NULL)
		return;
	phone_put_file(p->lib, r, data, len);
	free(data);
}

/* What the journal has not heard of; the rest costs nothing. */
void
sim_phone_put_all(struct sim_phone *p)
{
	for (int k = 1; k < RECORD_KIND_COUNT; k++) {
		uint32_t end = book_next_id(p->book, (enum record_kind)k);

		for (uint32_t id = 1; id < end; id++) {
			const struct record *r =
			    book_any(p->book, (enum record_kind)k, id);

			if (r != NULL)
				put_one(p, r);
		}
	}
}

static struct record *
new_file(
    struct sim_phone *p, const char *name, const char *folder, const char *type)
{
	struct record *r =
	    record_new(RECORD_FILE, book_next_id(p->book, RECORD_FILE));

	if (r == NULL)
		return NULL;
	record_set_time_ms(r, sim_phone_now_ms(p));
	if (record_add_text(r, RECORD_FILE_NAME, name) == 0 &&
	    record_add_text(r, RECORD_FILE_FOLDER, folder) == 0 &&
	    record_add_text(r, RECORD_FILE_TYPE, type) == 0)
		return r;
	record_free(r);
	return NULL;
}

/* A shopping list and a small picture, then more of them. */
int
sim_phone_first_files(struct sim_phone *p, size_t files)
{
	static const char list_en[] =
	    "Shopping\n\n- milk\n- rye bread\n- potatoes, 2 kg\n- coffee\n"
	    "- something for Anna's birthday\n";
	static const char list_zh[] =
	    "购物清单\n\n- 牛奶\n- 面包\n- 土豆两公斤\n- 咖啡\n- 给妈妈的生日礼物\n";
	const char *text = p->chinese ? list_zh : list_en;
	uint8_t png[PNG_MAX];
	char name[64];

	for (size_t i = 0; i < files; i++) {
		struct record *r;
		const uint8_t *data = (const uint8_t *)text;
		size_t len = strlen(text);

		snprintf(name, sizeof name,
		    i % 2 == 0 ? "list-%zu.txt" : "IMG_%04zu.png", i + 1);
		if (i % 2 == 1) {
			data = png;
			len = png_picture(
			    p->all->sim->setup.seed + p->n + i, png);
		}
		r = new_file(p, name, i % 2 == 0 ? "Documents" : "DCIM/Camera",
		    i % 2 == 0 ? "text/plain" : "image/png");
		if (r == NULL || sim_phone_keep_file(p, r, data, len) != NULL)
			return -1;
	}
	return 0;
}

static const char *
type_of(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = { { ".txt", "text/plain" }, { ".jpg", "image/jpeg" },
		{ ".jpeg", "image/jpeg" }, { ".png", "image/png" },
		{ ".pdf", "application/pdf" }, { ".mp3", "audio/mpeg" },
		{ ".zip", "application/zip" } };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0];
	     i++)
		if (strcasecmp(dot, types[i].end) == 0)
			return types[i].type;
	return "application/octet-stream";
}

const char *
sim_phone_file_add(struct sim_phone *p, const char *path, uint32_t *id)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *wrong;
	struct record *r;
	uint8_t *data;
	size_t len;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return "cannot open that file";
	if ((data = malloc((size_t)PHONE_FILE_MAX + 1)) == NULL) {
		fclose(f);
		return "out of memory";
	}
	len = fread(data, 1, (size_t)PHONE_FILE_MAX + 1, f);
	if (ferror(f) || fclose(f) != 0 || len > PHONE_FILE_MAX)
		wrong = "cannot read that file, or it is above 16 MiB";
	else if ((r = new_file(p, name, "Download", type_of(name))) == NULL)
		wrong = "the name is no UTF-8";
	else {
		*id = record_id(r);
		wrong = sim_phone_keep_file(p, r, data, len);
	}
	free(data);
	return wrong;
}

const char *
sim_phone_file_save(struct sim_phone *p, uint32_t id, const char *path)
{
	const char *wrong = NULL;
	size_t len;
	uint8_t *data = sim_phone_octets(p, id, &len);
	FILE *f;

	if (data == NULL)
		return "there is no such file: say phone N files";
	if ((f = fopen(path, "we")) == NULL ||
	    (len > 0 && fwrite(data, len, 1, f) != 1))
		wrong = "cannot write there";
	if (f != NULL && fclose(f) != 0)
		wrong = "cannot write there";
	free(data);
	return wrong;
}

/* ---- calendar, notes, MMS ---- */

const char *
sim_phone_event(struct sim_phone *p, uint32_t *id, const char *summary,
    int64_t start_ms, int64_t minutes, const char *place)
{
	struct record *r;

	if (*id == 0)
		*id = book_next_id(p->book, RECORD_CALENDAR);
	else if (book_get(p->book, RECORD_CALENDAR, *id) == NULL)
		return "there is no such event: say phone N events";
	if ((r = record_new(RECORD_CALENDAR, *id)) == NULL)
		return "out of memory";
	record_set_time_ms(r, sim_phone_now_ms(p));
	if (record_add_text(r, RECORD_SUMMARY, summary) != 0 ||
	    record_add_int(r, RECORD_START_MS, start_ms) != 0 ||
	    record_add_int(r, RECORD_END_MS, start_ms + minutes * 60000) != 0 ||
	    (place != NULL && record_add_text(r, RECORD_PLACE, place) != 0)) {
		record_free(r);
		return "what it is called is empty, too long or not UTF-8";
	}
	return sim_phone_keep(p, r);
}

const char *
sim_phone_note(
    struct sim_phone *p, uint32_t *id, const char *title, const char *text)
{
	struct record *r;

	if (*id == 0)
		*id = book_next_id(p->book, RECORD_NOTE);
	else if (book_get(p->book, RECORD_NOTE, *id) == NULL)
		return "there is no such note: say phone N notes";
	if ((r = record_new(RECORD_NOTE, *id)) == NULL)
		return "out of memory";
	record_set_time_ms(r, sim_phone_now_ms(p));
	if (record_add_text(r, RECORD_SUMMARY, title) != 0 ||
	    record_add_text(r, RECORD_DESCRIPTION, text) != 0) {
		record_free(r);
		return "title or text is empty, too long or not UTF-8";
	}
	return sim_phone_keep(p, r);
}

/* A text part, and a picture that is a file of the phone's. */
const char *
sim_phone_mms(struct sim_phone *p, const char *from, const char *text)
{
	uint8_t png[PNG_MAX];
	struct record *r, *file;
	const char *wrong;
	uint32_t id;

	if (!pdu_is_sender(from))
		return "the sender wants a number or at most 11 letters";
	if ((file = new_file(p, "mms.png", "MMS", "image/png")) == NULL)
		return "out of memory";
	id = record_id(file);
	wrong = sim_phone_keep_file(
	    p, file, png, png_picture((uint64_t)sim_phone_now_ms(p), png));
	if (wrong != NULL)
		return wrong;
	r = record_new(RECORD_MESSAGE, book_next_id(p->book, RECORD_MESSAGE));
	if (r == NULL)
		return "out of memory";
	record_set_time_ms(r, sim_phone_now_ms(p));
	if (record_add_text(r, RECORD_PEER, from) != 0 ||
	    record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED) != 0 ||
	    record_add_int(r, RECORD_READ, 0) != 0 ||
	    record_add_text(r, RECORD_PART_TYPE, "text/plain") != 0 ||
	    record_add_text(r, RECORD_PART_NAME, "text.txt") != 0 ||
	    record_add_int(r, RECORD_PART_FILE, 0) != 0 ||
	    record_add_text(r, RECORD_PART_TEXT, text) != 0 ||
	    record_add_text(r, RECORD_PART_TYPE, "image/png") != 0 ||
	    record_add_text(r, RECORD_PART_NAME, "mms.png") != 0 ||
	    record_add_int(r, RECORD_PART_FILE, id) != 0) {
		record_free(r);
		return "the text is empty, too long or not UTF-8";
	}
	return sim_phone_keep(p, r);
}

/* ---- where it is, and in whose network ---- */

const char *
sim_phone_roaming(struct sim_phone *p, bool on)
{
	p->roaming = on;
	sim_phone_save(p);
	sim_phone_settle(p);
	return NULL;
}

static void
add_cell(const struct sim_phone *p, struct record *r)
{
	char cell[40];

	snprintf(cell, sizeof cell, "%s-%u-%u",
	    p->chinese ? "460-00" : "244-05", 1000 + p->n,
	    50000 + (unsigned)(sim_phone_now_ms(p) / 3600000 % 40));
	record_add_text(r, RECORD_CELL, cell);
}

void
sim_phone_see_sim(struct sim_phone *p)
{
	struct record *r;
	char imsi[24];

	if (p->sim_id[0] == '\0' || strcmp(p->sim_id, p->sim_seen) == 0)
		return;
	r = record_new(RECORD_SIM, book_next_id(p->book, RECORD_SIM));
	if (r == NULL)
		return;
	record_set_time_ms(r, sim_phone_now_ms(p));
	snprintf(imsi, sizeof imsi, "24405%.10s", p->sim_id + 6);
	record_add_text(r, RECORD_NUMBER, p->number);
	record_add_text(r, RECORD_SIM_ID, p->sim_id);
	record_add_text(r, RECORD_OPERATOR, "Simulated");
	record_add_text(r, RECORD_IMSI, imsi);
	add_cell(p, r);
	/* Seen once the event is kept: a crash before says it again. */
	phone_put(p->lib, r);
	if (book_put(p->book, r) != 0)
		return;
	snprintf(p->sim_seen, sizeof p->sim_seen, "%s", p->sim_id);
	sim_phone_save(p);
}

static int
host_offset(void *ctx)
{
	return ((struct sim_phone *)ctx)->offset_min;
}

static bool
host_roaming(void *ctx)
{
	return ((struct sim_phone *)ctx)->roaming;
}

/* A walk through Helsinki, or Shanghai. */
static int
host_locate(void *ctx, struct record *r)
{
	const struct sim_phone *p = ctx;
	int64_t hour = sim_phone_now_ms(p) / 60000;
	struct rng rng;
	int64_t lat = p->chinese ? 312304000 : 601699000;
	int64_t lon = p->chinese ? 1214737000 : 249384000;

	if (!p->coverage)
		return -1;
	rng_init(&rng, (uint64_t)hour, p->n);
	add_cell(p, r);
	return record_add_int(r, RECORD_LATITUDE_E7,
		   lat + (int64_t)rng_below(&rng, 400000) - 200000) |
	       record_add_int(r, RECORD_LONGITUDE_E7,
		   lon + (int64_t)rng_below(&rng, 800000) - 400000) |
	       record_add_int(r, RECORD_ACCURACY_M, 10 + rng_below(&rng, 90));
}

/* ---- what a restore puts there ---- */

static struct record *
with_id(const struct record *r, uint32_t id)
{
	struct record *c = record_new(record_kind(r), id);
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	if (c == NULL)
		return NULL;
	record_set_time_ms(c, record_time_ms(r));
	record_set_op(c, record_op(r));
	for (size_t i = 0; i < n; i++)
		if ((f[i].type == RECORD_INT
			    ? record_add_int(c, f[i].tag, f[i].num)
			    : record_add_text(c, f[i].tag, f[i].text)) != 0) {
			record_free(c);
			return NULL;
		}
	return c;
}

static enum phone_applied
host_apply(void *ctx, const struct record *r, bool mine, uint32_t *id)
{
	struct sim_phone *p = ctx;
	enum record_kind kind = record_kind(r);

	if (kind == RECORD_DEVICE || kind == RECORD_SIM ||
	    kind == RECORD_LOCATION)
		return PHONE_NEVER;
	if (!mine)
		*id = book_next_id(p->book, kind);
	return book_put(p->book, with_id(r, *id)) == 0 ? PHONE_APPLIED
						       : PHONE_NOT_NOW;
}

static enum phone_applied
host_apply_file(void *ctx, const struct record *manifest, const uint8_t *data,
    size_t len, bool mine, uint32_t *id)
{
	struct sim_phone *p = ctx;

	if (!mine)
		*id = book_next_id(p->book, RECORD_FILE);
	if (write_octets(p, *id, data, len) == -1)
		return PHONE_NOT_NOW;
	return book_put(p->book, with_id(manifest, *id)) == 0 ? PHONE_APPLIED
							      : PHONE_NOT_NOW;
}

/* ---- erased ---- */

static void
erase_contents(struct sim_phone *p)
{
	uint32_t end = book_next_id(p->book, RECORD_FILE);
	char path[4096];

	for (uint32_t id = 1; id < end; id++) {
		octets_path(p, id, path);
		unlink(path);
	}
	book_empty(p->book);
}

static void
host_wipe(void *ctx)
{
	struct sim_phone *p = ctx;

	erase_contents(p);
	sim_phone_notice(p, "has been wiped");
}

const char *
sim_phone_factory_reset(struct sim_phone *p)
{
	static const char *const ends[] = { "journal", "journal-wal",
		"journal-shm" };
	bool power = p->power;
	const char *wrong;
	char path[4096];

	p->power = false;
	sim_phone_reopen(p);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		sim_phone_file(p, ends[i], path);
		if (unlink(path) == -1 && errno != ENOENT)
			log_error("cannot remove %s: %m", path);
	}
	erase_contents(p);
	memset(&p->own, 0, sizeof p->own);
	p->digits[0] = p->question[0] = p->refused[0] = '\0';
	p->restored = 0;
	snprintf(p->sim_seen, sizeof p->sim_seen, "%s", p->sim_id);
	p->power = power;
	wrong = sim_phone_reopen(p);
	sim_phone_save(p);
	return wrong;
}

void
sim_phone_life_host(struct phone_host *host)
{
	host->utc_offset_min = host_offset;
	host->roaming = host_roaming;
	host->apply = host_apply;
	host->apply_file = host_apply_file;
	host->locate = host_locate;
	host->wipe = host_wipe;
}
