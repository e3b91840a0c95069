#include "phone_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct peer *p;

static void
open_at(const char *journal)
{
	ck_assert_ptr_nonnull(p = calloc(1, sizeof *p));
	peer_open(p, journal);
	phone_set_pace(p->phone, 1000, MINUTE);
}

void
open_peer(void)
{
	open_at(":memory:");
}

void
open_bound_at(const char *journal)
{
	open_at(journal);
	peer_bind(p);
	acknowledge(1);
	p->nsent = 0;
	memset(p->told, 0, sizeof p->told);
}

void
open_bound(void)
{
	open_bound_at(":memory:");
}

void
close_peer(void)
{
	peer_close(p);
	free(p);
}

TCase *
bound_case(const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, open_bound, close_peer);
	tcase_set_timeout(tc, 300);
	return tc;
}

struct phone_status
status(void)
{
	struct phone_status st;

	phone_get_status(p->phone, &st);
	return st;
}

void
set_own(const struct policy *own)
{
	ck_assert_int_eq(phone_set_policy(p->phone, own), PHONE_OK);
}

void
own_policy(enum record_kind kind, enum policy_mode mode, uint32_t minutes)
{
	struct policy own = { .lock = false };

	own.kind[kind].mode = mode;
	own.kind[kind].interval_min = minutes;
	set_own(&own);
}

void
at_once(enum record_kind kind)
{
	own_policy(kind, POLICY_AT_ONCE, 0);
}

void
put_message(uint32_t id, const char *peer, const char *body)
{
	struct record *r = record_new(RECORD_MESSAGE, id);

	record_set_time_ms(r, p->now_ms - 1000);
	record_add_text(r, RECORD_PEER, peer);
	record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	record_add_text(r, RECORD_BODY, body);
	peer_put(p, r);
}

void
put_messages(uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++)
		peer_put(p, peer_message(i, p->now_ms - i));
}

void
put_delete(enum record_kind kind, uint32_t id)
{
	struct record *r = record_new(kind, id);

	record_set_op(r, RECORD_DELETE);
	record_set_time_ms(r, p->now_ms);
	peer_put(p, r);
}

void
acknowledge(uint32_t cumulative)
{
	const struct wire_ack a = { .cumulative = cumulative };

	peer_ack(p, &a);
}

size_t
look(uint32_t transfer, struct upload_preamble *pre, enum record_kind *kind,
    uint32_t *id)
{
	struct record **list;
	size_t n;

	ck_assert_msg(peer_read(p, 0, transfer, pre, &list, &n),
	    "transfer %u was not sent whole", transfer);
	if (n > 0) {
		*kind = record_kind(list[0]);
		*id = record_id(list[0]);
	}
	for (size_t i = 0; i < n; i++)
		record_free(list[i]);
	free(list);
	return n;
}

size_t
records_in(size_t from, uint32_t first, uint32_t last)
{
	struct upload_preamble pre;
	struct record **list;
	size_t n, sum = 0;

	for (uint32_t t = first; t <= last; t++) {
		ck_assert_msg(peer_read(p, from, t, &pre, &list, &n),
		    "transfer %u was not sent whole", t);
		for (size_t i = 0; i < n; i++)
			record_free(list[i]);
		free(list);
		sum += n;
	}
	return sum;
}

void
remove_journal(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[96];

	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
}
