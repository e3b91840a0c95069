/*
 * An owner's order by text: his code is checked, the order carried out, the
 * code used up and the answer queued, in one transaction.
 *
 *     open --right secret--> used
 *       |
 *       +--five wrong ones--> burnt
 *
 * What always holds:
 *  (1) A text whose code is unknown, used, burnt or wrong gets no answer and
 *      changes nothing but the count of wrong ones.
 *  (2) The same text again finds its code used, and does nothing.
 *  (3) The owner's private key is in memory only while the order is carried
 *      out, and the wrapped one goes with the code.
 */
#include <stdio.h>
#include <string.h>

#include "gate_code.h"
#include "gateway_internal.h"
#include "gsm7.h"
#include "log.h"
#include "order.h"
#include "recall.h"
#include "rest.h"

#define LOCATE_MIN 15
#define RING_TENS 6 /* of seconds */
#define COMMAND_LIFE_MS (24 * 3600000LL)
#define REPLY_LIFE_MS (6 * 3600000LL)
#define HINT_MS 600000 /* what costs no code is said so seldom */
#define LATER_MS 600000
/* Trying a code costs us scrypt. */
#define TRIES 10
#define TRY_MS 6000 /* one more each */

enum say {
	SAY_LOST,
	SAY_RING,
	SAY_ASKED,
	SAY_WHICH,
	SAY_NO_PHONE,
	SAY_NOBODY,
	SAY_NAME,
};
/* %s: the phone's name */
static const char *const texts[][2] = {
	[SAY_LOST] = { "%s is marked as lost.", "“%s”已标记为丢失。" },
	[SAY_RING] = { "%s is told to ring.", "已通知“%s”响铃。" },
	[SAY_ASKED] = { "Where %s is, it has not said yet. It is asked now; "
			"the answer will be on your pages.",
	    "“%s”尚未报告位置。已发出询问，结果将显示在您的页面上。" },
	[SAY_WHICH] = { "Which phone? Write its name behind the code.",
	    "哪一部手机？请在代码后写上手机名称。" },
	[SAY_NO_PHONE] = { "You have no phone of that name.",
	    "没有这个名称的手机。" },
	[SAY_NOBODY] = { "No contact of yours has that name.",
	    "没有找到这个联系人。" },
	[SAY_NAME] = { "Write a name behind the code.",
	    "请在代码后写上姓名。" },
};

struct taking {
	struct gateway *g;
	const struct order *order;
	const char *from;
	struct gate_code code;
	uint8_t secret[SEAL_KEY_LEN];
	int64_t phone;
	char phone_name[GATE_NAME_MAX];
	char reply[RECALL_MAX + GATE_NAME_MAX];
	bool spend; /* the code */
	int64_t now_ms;
};

static void
say(struct taking *t, enum say what)
{
	bool chinese = strcmp(t->code.language, "zh") == 0;
	const char *text = texts[what][chinese ? 1 : 0];
	const char *at = strstr(text, "%s");

	if (at == NULL)
		snprintf(t->reply, sizeof t->reply, "%s", text);
	else
		snprintf(t->reply, sizeof t->reply, "%.*s%s%s",
		    (int)(at - text), text, t->phone_name, at + 2);
}

/* Which of the owner's phones.  0 in t->phone: the answer says why not. */
static enum db_err
choose_phone(struct taking *t)
{
	int count;
	enum db_err err = gate_named_phone(t->g->db, t->code.account,
	    t->order->name, &t->phone, t->phone_name, &count);

	if (err == DB_OK && count != 1) {
		t->phone = 0;
		t->spend = false;
		say(t, count == 0 ? SAY_NO_PHONE : SAY_WHICH);
	}
	return err;
}

static enum db_err
command(struct taking *t, enum wire_command which, uint8_t arg, size_t len)
{
	const struct gate_command c = {
		.account = t->code.account,
		.phone = t->phone,
		.command = (uint8_t)which,
		.args = { arg },
		.len = len,
		.not_after_ms = t->now_ms + COMMAND_LIFE_MS,
	};

	return gate_command_put(t->g->db, &c, t->now_ms);
}

static enum db_err
do_lost(struct taking *t)
{
	enum db_err err = gate_lost_by_text(
	    t->g->db, t->code.account, t->phone, LOCATE_MIN, t->now_ms);

	say(t, SAY_LOST);
	return err == DB_NONE ? DB_OK : err; /* it was lost before */
}

static enum db_err
do_where(struct taking *t)
{
	enum db_err err = recall_place(
	    t->g->db, t->code.account, t->phone, t->secret, t->reply);

	if (err == DB_NONE) {
		say(t, SAY_ASKED);
		err = DB_OK;
	}
	return err == DB_OK ? command(t, WIRE_CMD_LOCATE, 0, 0) : err;
}

static enum db_err
do_find(struct taking *t)
{
	enum db_err err;

	if (t->order->name[0] == '\0') {
		t->spend = false;
		say(t, SAY_NAME);
		return DB_OK;
	}
	err = recall_number(
	    t->g->db, t->code.account, t->secret, t->order->name, t->reply);
	if (err == DB_NONE) {
		say(t, SAY_NOBODY);
		err = DB_OK;
	}
	return err;
}

static enum db_err
carry_out(struct taking *t)
{
	enum db_err err;

	if (t->order->word == ORDER_FIND)
		return do_find(t);
	if ((err = choose_phone(t)) != DB_OK || t->phone == 0)
		return err;
	switch (t->order->word) {
	case ORDER_LOST:
		return do_lost(t);
	case ORDER_RING:
		say(t, SAY_RING);
		return command(t, WIRE_CMD_RING, RING_TENS, 1);
	case ORDER_WHERE:
		return do_where(t);
	case ORDER_FIND:
		break;
	}
	return DB_OK;
}

/* A plain text to whoever has the code, within the account's budget. */
static enum db_err
queue_reply(struct taking *t)
{
	const struct gate_out o = {
		.account = t->code.account,
		.purpose = "reply",
		.number = t->from,
		.plain = true,
		.frame = (const uint8_t *)t->reply,
		.len = gsm7_cut(t->reply),
		.not_after_ms = t->now_ms + REPLY_LIFE_MS,
	};
	bool was = false;
	enum db_err err = DB_OK;

	/* What used no code up must not be said at each copy. */
	if (!t->spend)
		err = gate_reply_since(t->g->db, t->code.account, t->from,
		    t->now_ms - HINT_MS, &was);
	if (err != DB_OK || was)
		return err;
	return gate_out_put(t->g->db, &o, t->now_ms);
}

static enum db_err
obey(struct taking *t)
{
	static const char *const words[] = { "lost", "find", "ring", "where" };
	enum db_err err = carry_out(t);

	if (err == DB_OK && t->from[0] != '\0')
		err = queue_reply(t);
	if (err != DB_OK || !t->spend)
		return err;
	if ((err = gate_event_put(t->g->db, t->code.account, t->phone,
		 t->now_ms, "code-used", words[t->order->word])) != DB_OK)
		return err;
	return gate_code_used(t->g->db, &t->code, t->from, t->now_ms);
}

static bool
open_secret(struct taking *t)
{
	uint8_t key[SEAL_KEY_LEN], ad[REST_FIND_AD_LEN];
	bool ok;

	rest_find_ad(t->code.account, t->code.id, ad);
	ok = seal_code_key(t->order->code, key) == SEAL_OK &&
	     seal_unwrap(key, REST_FIND_PURPOSE, ad, sizeof ad,
		 t->code.private_by_code, sizeof t->code.private_by_code,
		 t->secret) == SEAL_OK;
	seal_wipe(key, sizeof key);
	return ok;
}

static enum db_err
wrong_secret(struct taking *t)
{
	bool burnt;
	enum db_err err = gate_code_wrong(t->g->db, &t->code, &burnt);

	if (err != DB_OK || !burnt)
		return err;
	log_warn("account %lld: a one-time code was tried %d times: burnt",
	    (long long)t->code.account, GATE_CODE_TRIES);
	return gate_event_put(
	    t->g->db, t->code.account, 0, t->now_ms, "code-burnt", "");
}

static bool
may_try(struct gateway *g, int64_t now_ms)
{
	int64_t more = (now_ms - g->tries_ms) / TRY_MS;

	if (g->tries_ms == 0 || more >= TRIES || more < 0) {
		g->tries = TRIES;
		g->tries_ms = now_ms;
	} else if (more > 0) {
		g->tries =
		    g->tries + more < TRIES ? g->tries + (int)more : TRIES;
		g->tries_ms += more * TRY_MS;
	}
	if (g->tries == 0)
		return false;
	g->tries--;
	return true;
}

static enum db_err
take(struct taking *t, const struct spool_row *row,
    struct gateway_answer *answer)
{
	enum db_err err = gate_code_take(t->g->db, t->order->code_id, &t->code);

	*answer = (struct gateway_answer){ GATEWAY_JUNK, "no such code" };
	if (err != DB_OK)
		return err;
	if (!may_try(t->g, t->now_ms)) {
		answer->reason = "too many codes at a time";
		if (t->now_ms - row->received_ms < LATER_MS)
			answer->verdict = GATEWAY_LATER;
		return DB_NONE;
	}
	if (!open_secret(t)) {
		answer->reason = "not the code";
		return wrong_secret(t);
	}
	*answer = (struct gateway_answer){ GATEWAY_TAKEN, NULL };
	return obey(t);
}

enum db_err
order_take(struct gateway *g, const struct spool_row *row,
    const struct order *order, int64_t now_ms, struct gateway_answer *answer)
{
	struct taking t = {
		.g = g,
		.order = order,
		.from = row->sms.number,
		.spend = true,
		.now_ms = now_ms,
	};
	enum db_err err = db_begin(g->db);

	if (err == DB_OK && (err = take(&t, row, answer)) == DB_OK)
		err = db_commit(g->db);
	db_rollback(g->db);
	seal_wipe(&t, sizeof t);
	return err == DB_NONE ? DB_OK : err;
}
