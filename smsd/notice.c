#include "notice.h"

#include <stdio.h>
#include <string.h>

#include "gsm7.h"
#include "log.h"

#define AT_ONCE 200 /* events */
#define SILENT_MAX 64
#define SMS_LIFE_MS (24 * 3600000LL)
#define TRIES 30
#define HOUR_MS 3600000LL

/* As web-cgi/page_notices.c offers them. */
static const struct gate_notice_kind kinds[] = {
	{ "sim-changed", true, true },
	{ "number-changed", true, true },
	{ "phone-moved", true, true },
	{ "binding-answer-wrong", true, false },
	{ "binding-refused-lost", true, false },
	{ "binding-refused-held", true, false },
	{ "phone-bound", true, false },
	{ "lost-on", true, false },
	{ "lost-off", true, false },
	{ "wipe-prepared", true, false },
	{ "wipe-begun", true, false },
	{ "key-suspect", true, false },
	{ "sign-in-new", true, false },
	{ "phone-silent", true, false },
	{ "incomplete", true, false },
	{ "backup-damaged", true, false },
	{ "budget-reached", true, false },
	{ "restore-done", true, false },
	{ "restore-failed", true, false },
	{ "code-used", true, false },
	{ "code-burnt", true, false },
	{ "trusted-unconfirmed", true, false },
};

static const struct {
	const char *kind, *en, *zh;
} words[] = {
	{ "sim-changed", "Another SIM is in your phone",
	    "您的手机换了 SIM 卡" },
	{ "number-changed", "Your phone has another number",
	    "您的手机换了号码" },
	{ "phone-moved", "Your phone was bound to another account",
	    "您的手机被绑定到另一个账户" },
	{ "binding-answer-wrong",
	    "Somebody tried to bind your phone and gave a wrong answer",
	    "有人尝试绑定您的手机，但答案错误" },
	{ "binding-refused-lost", "Somebody tried to bind your lost phone",
	    "有人尝试绑定您丢失的手机" },
	{ "binding-refused-held",
	    "Somebody tried to bind the phone that you took back",
	    "有人尝试绑定您收回的手机" },
	{ "phone-bound", "A phone was bound to your account",
	    "您的账户绑定了一部手机" },
	{ "lost-on", "Lost mode is in force on your phone",
	    "您的手机已进入丢失模式" },
	{ "lost-off", "Lost mode is over on your phone",
	    "您的手机已退出丢失模式" },
	{ "wipe-prepared", "Your phone is ready to be erased",
	    "您的手机已准备好清除数据" },
	{ "wipe-begun", "Your phone is being erased", "您的手机正在清除数据" },
	{ "key-suspect", "Your phone's key may be known to somebody else",
	    "您手机的密钥可能已被他人获知" },
	{ "sign-in-new", "Somebody signed in to your account",
	    "有人登录了您的账户" },
	{ "phone-silent", "Your phone has not been heard for a while",
	    "您的手机已有一段时间没有消息" },
	{ "incomplete", "The backup of your phone is not complete",
	    "您手机的备份不完整" },
	{ "backup-damaged", "The check of your backup found damage",
	    "检查您的备份时发现损坏" },
	{ "budget-reached", "A limit of your SMS is reached: the rest waits",
	    "已达到您的短信上限，其余等待发送" },
	{ "restore-done", "What was to be restored is on your phone",
	    "数据已恢复到您的手机" },
	{ "restore-failed", "Some of what was to be restored cannot be sent",
	    "部分要恢复的数据无法发送" },
	{ "code-used", "One of your one-time codes was used by text",
	    "有人用短信使用了您的一次性代码" },
	{ "code-burnt", "Somebody tried wrong one-time codes of yours",
	    "有人多次尝试您的一次性代码" },
	{ "trusted-unconfirmed",
	    "Your trusted number gets no more SMS until you confirm it",
	    "您的可信号码须先确认，之后才会再收到短信" },
	{ "mail-confirm", "Confirm this address", "请确认此邮箱地址" },
};

static bool
is_chinese(const struct gate_notice *n)
{
	return strcmp(n->language, "zh") == 0;
}

static const char *
what_happened(const struct gate_notice *n)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].kind, n->kind) == 0)
			return is_chinese(n) ? words[i].zh : words[i].en;
	return is_chinese(n) ? "您的账户有新消息"
			     : "Something happened in your account";
}

void
notice_words(const struct gate_notice *n, const char *page,
    char subject[static NOTICE_SUBJECT_MAX], char body[static NOTICE_BODY_MAX])
{
	bool zh = is_chinese(n);
	const char *what = what_happened(n);
	size_t len;

	snprintf(subject, NOTICE_SUBJECT_MAX, "smsvault: %s", what);
	if (strcmp(n->kind, "mail-confirm") == 0) {
		snprintf(body, NOTICE_BODY_MAX,
		    zh ? "您的确认码是 %s，一小时内有效。\n\n如果不是您本人"
			 "填写的此地址，请忽略本邮件。\n"
		       : "Your code is %s. It is good for an hour.\n\nIf you "
			 "did not give this address, do nothing.\n",
		    n->code);
		return;
	}
	len = (size_t)snprintf(
	    body, NOTICE_BODY_MAX, zh ? "%s。\n\n" : "%s.\n\n", what);
	if (n->phone[0] != '\0')
		len += (size_t)snprintf(body + len, NOTICE_BODY_MAX - len,
		    zh ? "手机：%s\n" : "Phone: %s\n", n->phone);
	len += (size_t)snprintf(body + len, NOTICE_BODY_MAX - len,
	    zh ? "时间：%s\n" : "When: %s\n", n->at);
	if (strcmp(n->kind, "phone-silent") == 0)
		len += (size_t)snprintf(body + len, NOTICE_BODY_MAX - len,
		    zh ? "\n手机可能已关机或没有信号。漫游时，除非策略允许，它"
			 "不会上传。\n"
		       : "\nIt may be switched off or without coverage. While "
			 "it is abroad it sends nothing, unless its policy "
			 "lets it.\n");
	if (page[0] != '\0')
		snprintf(body + len, NOTICE_BODY_MAX - len,
		    zh ? "\n详情请登录查看：%s/events\n"
			 "通知方式可在此更改：%s/notices\n"
		       : "\nMore is on your pages: %s/events\n"
			 "What you are told of is chosen there: %s/notices\n",
		    page, page);
}

void
notice_text(const struct gate_notice *n, char out[static GATE_FRAME_MAX])
{
	if (strcmp(n->kind, "trusted-confirm") == 0)
		snprintf(out, GATE_FRAME_MAX,
		    is_chinese(n)
			? "smsvault：您的确认码是 %s，一天内有效。如与您无关，"
			  "请忽略。"
			: "smsvault: your code is %s. It is good for a day. If "
			  "you did not ask for it, do nothing.",
		    n->code);
	else
		snprintf(out, GATE_FRAME_MAX, "smsvault: %s%s%s%s, %s",
		    what_happened(n), n->phone[0] != '\0' ? " (" : "", n->phone,
		    n->phone[0] != '\0' ? ")" : "", n->at);
	out[gsm7_cut(out)] = '\0';
}

/* ---- silent phones ---- */

static enum db_err
tell_silent(struct db *db, const struct gate_silent *s, int64_t now_ms)
{
	enum db_err err = gate_silent_told(db, s, now_ms);

	if (err != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	return gate_event_put(
	    db, s->account, s->phone, now_ms, "phone-silent", "");
}

static enum db_err
silent(struct db *db, int64_t now_ms)
{
	struct gate_silent list[SILENT_MAX];
	size_t n = 0;
	enum db_err err = db_begin(db);

	if (err == DB_OK)
		err = gate_silent_list(db, now_ms, list, SILENT_MAX, &n);
	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = tell_silent(db, &list[i], now_ms);
	if (err == DB_OK)
		err = db_commit(db);
	db_rollback(db);
	return err;
}

/* ---- events to notices, and texts to the outbox ---- */

static enum db_err
make(struct db *db, bool mail, int64_t now_ms)
{
	size_t made = AT_ONCE;
	enum db_err err = DB_OK;

	while (err == DB_OK && made == AT_ONCE) {
		made = 0;
		if ((err = db_begin(db)) != DB_OK)
			break;
		err =
		    gate_notices_make(db, kinds, sizeof kinds / sizeof kinds[0],
			mail, AT_ONCE, now_ms, &made);
		if (err == DB_OK)
			err = db_commit(db);
		db_rollback(db);
	}
	return err;
}

static enum db_err
queue_text(struct db *db, const struct gate_notice *n, int64_t now_ms)
{
	char text[GATE_FRAME_MAX];
	struct gate_out o = {
		.account = n->account,
		.purpose = "notice",
		.number = n->target,
		.plain = true,
		.frame = (const uint8_t *)text,
		.not_after_ms = now_ms + SMS_LIFE_MS,
	};
	enum db_err err;
	int64_t codes = 0;

	/* The number's holder has agreed to nothing yet. */
	if (strcmp(n->kind, "trusted-confirm") == 0 &&
	    (err = gate_codes_sent(db, n->target, now_ms, &codes)) != DB_OK)
		return err;
	if (codes >= GATE_CODES_DAY)
		return gate_notice_end(db, n, "limited", now_ms, now_ms);
	notice_text(n, text);
	o.len = strlen(text);
	if ((err = gate_out_put(db, &o, now_ms)) != DB_OK)
		return err;
	return gate_notice_end(db, n, "sent", now_ms, now_ms);
}

/* One of that channel, in the transaction that claims it. */
static enum db_err
texts(struct db *db, int64_t now_ms)
{
	struct gate_notice n;
	enum db_err err;

	do {
		if ((err = db_begin(db)) != DB_OK)
			break;
		if ((err = gate_notice_claim(db, false, now_ms, &n)) == DB_OK &&
		    (err = queue_text(db, &n, now_ms)) == DB_OK)
			err = db_commit(db);
		db_rollback(db);
	} while (err == DB_OK);
	return err == DB_NONE ? DB_OK : err;
}

int
notice_tick(struct db *db, bool mail, int64_t now_ms)
{
	return silent(db, now_ms) == DB_OK && make(db, mail, now_ms) == DB_OK &&
		       texts(db, now_ms) == DB_OK
		   ? 0
		   : -1;
}

/* ---- mail ---- */

enum db_err
notice_next_mail(struct db *db, int64_t now_ms, struct gate_notice *out)
{
	enum db_err err = db_begin(db);

	if (err == DB_OK)
		err = gate_notices_recover(db, now_ms);
	if (err == DB_OK)
		err = gate_notice_claim(db, true, now_ms, out);
	if (err == DB_OK)
		err = db_commit(db);
	db_rollback(db);
	return err;
}

enum db_err
notice_ended(struct db *db, const struct gate_notice *n, enum notice_fate fate,
    int64_t now_ms)
{
	int64_t wait_ms =
	    n->attempts > 6 ? HOUR_MS : 60000LL << (n->attempts - 1);
	const char *state = "queued";
	enum db_err err = db_begin(db);

	if (fate == NOTICE_SENT)
		state = "sent";
	else if (fate == NOTICE_REFUSED || n->attempts >= TRIES)
		state = "failed";
	if (err == DB_OK)
		err = gate_notice_end(db, n, state, now_ms + wait_ms, now_ms);
	if (err == DB_OK)
		err = db_commit(db);
	db_rollback(db);
	return err;
}
