/*
 * Files go up in pieces: over restarts, changed meanwhile, or too large.
 */
#include <string.h>
#include <unistd.h>

#include "be.h"
#include "check_main.h"
#include "phone_test.h"

static uint8_t *
random_octets(size_t len, uint64_t seed)
{
	uint8_t *data = malloc(len);

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)check_random(&seed);
	return data;
}

static void
put_file(uint32_t id, const uint8_t *data, size_t len)
{
	struct record *r = record_new(RECORD_FILE, id);

	record_set_time_ms(r, 1759000000000);
	record_add_text(r, RECORD_FILE_NAME, "IMG_1.jpg");
	record_add_text(r, RECORD_FILE_TYPE, "image/jpeg");
	ck_assert_int_eq(phone_put_file(p->phone, r, data, len), PHONE_OK);
	record_free(r);
}

/* What the service makes of pieces in transfers first to last. */
static size_t
gather(size_t from, uint32_t first, uint32_t last, uint8_t *out, size_t cap)
{
	uint8_t body[2048];
	struct upload_preamble pre;
	struct upload_piece piece;
	size_t n, sum = 0;

	for (uint32_t t = first; t <= last; t++) {
		if ((n = peer_body(p, from, t, &pre, body)) == 0 ||
		    pre.codec != UPLOAD_FILE)
			continue;
		ck_assert_int_eq(upload_piece_get(body, n, &piece), 0);
		ck_assert_uint_le(piece.offset + piece.len, cap);
		memcpy(out + piece.offset, piece.data, piece.len);
		sum += piece.len;
	}
	return sum;
}

START_TEST(a_file_goes_in_pieces)
{
	static uint8_t got[20000];
	uint8_t *data = random_octets(12000, 3);
	struct phone_file f;
	unsigned cost;
	size_t last;

	put_file(9, data, 12000);
	peer_run(p, 30 * DAY); /* by hand unless somebody says otherwise */
	ck_assert_uint_eq(p->nsent, 0);
	cost = phone_upload_cost(p->phone);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, cost);
	last = status().in_flight + 1;
	/* The manifest first, then 16 SMS each, the last one shorter. */
	ck_assert_uint_eq(peer_sms_of(p, 0, 2), 1);
	for (uint32_t t = 3; t < last; t++) {
		ck_assert_uint_eq(peer_sms_of(p, 0, t), 16);
		ck_assert_uint_eq(
		    gather(0, t, t, got, sizeof got), UPLOAD_PIECE_MAX);
	}
	/* Each goes down again in as many. */
	ck_assert_uint_eq(
	    DOWN_HEAD_MAX + UPLOAD_PIECE_HEAD_MAX + UPLOAD_PIECE_MAX,
	    seal_transfer_room(16, WIRE_DATA_MAX));
	ck_assert_uint_lt(peer_sms_of(p, 0, (uint32_t)last), 16);
	ck_assert_uint_eq(gather(0, 3, (uint32_t)last, got, sizeof got), 12000);
	ck_assert_mem_eq(got, data, 12000);
	ck_assert_uint_eq(phone_files(p->phone, &f, 1), 1);
	ck_assert_uint_eq(f.size, 12000);
	ck_assert_uint_eq(f.arrived, 0);
	peer_ack(p, &(struct wire_ack){ .cumulative = 4 });
	ck_assert_uint_eq(phone_files(p->phone, &f, 1), 1);
	ck_assert_uint_gt(f.arrived, 3000);
	peer_ack(p, &(struct wire_ack){ .cumulative = (uint32_t)last });
	ck_assert_uint_eq(phone_files(p->phone, &f, 1), 0);
	ck_assert_uint_eq(status().in_flight, 0);
	/* The same again costs nothing. */
	p->nsent = 0;
	put_file(9, data, 12000);
	phone_upload_now(p->phone);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 0);
	free(data);
}
END_TEST

/* Over restarts, records in between, and 150 transfers behind one another. */
START_TEST(a_file_survives_everything)
{
	static uint8_t got[300000];
	char path[] = "/tmp/smsvault-phone.XXXXXX";
	uint8_t *data = random_octets(60000, 5);
	size_t from = 0, sum = 0, done = 0;
	uint32_t cumulative = 1;
	int fd = mkstemp(path);

	close(fd);
	close_peer();
	ck_assert_ptr_nonnull(p = calloc(1, sizeof *p));
	peer_open(p, path);
	phone_set_pace(p->phone, 50, MINUTE);
	peer_bind(p);
	peer_ack(p, &(struct wire_ack){ .cumulative = 1 });
	put_file(9, data, 60000);
	phone_upload_now(p->phone);
	for (int i = 0; i < 200 && done < 60000; i++) {
		from = p->nsent;
		if (i == 5)
			at_once(RECORD_MESSAGE);
		if (i == 6)
			put_message(1, "+358401234567", "In between");
		peer_run(p, MINUTE);
		if (i % 7 == 3) {
			peer_restart(p, path);
			phone_set_pace(p->phone, 50, MINUTE);
		}
		if (i % 3 == 0 && p->nsent == from)
			continue;
		sum = gather(0, 2, 100, got, sizeof got);
		while (peer_sms_of(p, 0, cumulative + 2) > 0)
			cumulative++;
		peer_ack(p, &(struct wire_ack){ .cumulative = cumulative });
		done = sum;
	}
	ck_assert_uint_eq(sum, 60000);
	ck_assert_mem_eq(got, data, 60000);
	ck_assert_uint_eq(status().pending, 0);
	remove_journal(path);
	free(data);
}
END_TEST

START_TEST(a_changed_file_stops)
{
	static uint8_t got[20000];
	uint8_t *old = random_octets(20000, 1), *new = random_octets(5000, 2);
	struct upload_preamble pre;
	uint8_t body[2048];
	struct upload_piece piece;
	uint8_t digest[SEAL_DIGEST_LEN];
	uint32_t content;
	size_t n, pieces = 0;

	seal_digest(new, 5000, digest);
	content = be_get32(digest);
	phone_set_pace(p->phone, 20, HOUR);
	put_file(9, old, 20000);
	phone_upload_now(p->phone);
	peer_run(p, MINUTE);
	put_file(9, new, 5000);
	phone_set_pace(p->phone, 1000, MINUTE);
	phone_upload_now(p->phone);
	peer_run(p, MINUTE);
	for (uint32_t t = 2; t <= 1 + status().in_flight; t++) {
		if ((n = peer_body(p, 0, t, &pre, body)) == 0 ||
		    pre.codec != UPLOAD_FILE)
			continue;
		ck_assert_int_eq(upload_piece_get(body, n, &piece), 0);
		if (piece.content != content) {
			ck_assert_uint_eq(pieces, 0);
			continue;
		}
		pieces++;
		memcpy(got + piece.offset, piece.data, piece.len);
	}
	ck_assert_uint_eq(pieces, 3);
	ck_assert_mem_eq(got, new, 5000);
	/* Deleted: no more of it, and it is not waited for. */
	put_file(10, old, 20000);
	put_delete(RECORD_FILE, 10);
	p->nsent = 0;
	phone_upload_now(p->phone);
	peer_run(p, MINUTE);
	ck_assert_uint_eq(p->nsent, 0);
	free(old);
	free(new);
}
END_TEST

START_TEST(a_file_above_the_limit_stays)
{
	struct policy own = { .file_max_kb = 4 };
	uint8_t *data = random_octets(6000, 1);
	uint8_t *text = malloc(20000);

	own.kind[RECORD_FILE].mode = POLICY_AT_ONCE;
	set_own(&own);
	peer_run(p, 2 * HOUR); /* it has said how long it may wait */
	p->nsent = 0;
	put_file(1, data, 6000);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 0);
	own.file_max_kb = 20;
	set_own(&own);
	peer_run(p, MINUTE);
	ck_assert_uint_gt(p->nsent, 50);
	/* Text shrinks on its way. */
	p->nsent = 0;
	for (size_t i = 0; i < 20000; i++)
		text[i] =
		    (uint8_t) "All work and no play makes a dull boy. "[i % 39];
	put_file(2, text, 20000);
	peer_run(p, MINUTE);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_lt(p->nsent, 6);
	free(data);
	free(text);
}
END_TEST

TCase *
phone_file_case(void)
{
	TCase *tc = bound_case("life");

	tcase_add_test(tc, a_file_goes_in_pieces);
	tcase_add_test(tc, a_file_survives_everything);
	tcase_add_test(tc, a_changed_file_stops);
	tcase_add_test(tc, a_file_above_the_limit_stays);
	return tc;
}
