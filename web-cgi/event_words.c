#include "event_words.h"

#include <string.h>

const struct event_words event_words[] = {
	/* phones come and go */
	{ "phone-bound", T_EV_PHONE_BOUND, EVENT_GOOD, false },
	{ "phone-bound-again", T_EV_BOUND_AGAIN, EVENT_HEED, false },
	{ "phone-moved", T_EV_PHONE_MOVED, EVENT_BAD, false },
	{ "phone-replaced", T_EV_REPLACED, EVENT_GOOD, false },
	{ "phone-unbound", T_EV_UNBOUND, EVENT_GOOD, false },
	{ "phone-vetoed", T_EV_VETOED, EVENT_BAD, false },
	{ "veto-done", T_EV_VETO_DONE, EVENT_GOOD, false },
	{ "binding-answer-wrong", T_EV_ANSWER_WRONG, EVENT_BAD, false },
	{ "binding-refused-lost", T_EV_REFUSED_LOST, EVENT_BAD, false },
	{ "binding-refused-held", T_EV_REFUSED_HELD, EVENT_BAD, false },
	/* what a phone does */
	{ "sim-changed", T_EV_SIM_CHANGED, EVENT_BAD, false },
	{ "sim-back", T_EV_SIM_BACK, EVENT_GOOD, false },
	{ "number-changed", T_EV_NUMBER, EVENT_HEED, true },
	{ "phone-silent", T_EV_SILENT, EVENT_BAD, false },
	{ "policy-in-force", T_EV_POLICY, EVENT_GOOD, false },
	{ "lock-refused", T_EV_LOCK, EVENT_HEED, false },
	{ "file-arrived", T_EV_FILE, EVENT_GOOD, false },
	{ "incomplete", T_EV_INCOMPLETE, EVENT_BAD, false },
	{ "backup-damaged", T_EV_DAMAGED, EVENT_BAD, false },
	{ "upload-unreadable", T_EV_UNREADABLE, EVENT_BAD, false },
	{ "key-suspect", T_EV_SUSPECT, EVENT_BAD, false },
	/* lost */
	{ "lost-on", T_EV_LOST_ON, EVENT_HEED, false },
	{ "lost-off", T_EV_LOST_OFF, EVENT_GOOD, false },
	{ "wipe-ordered", T_EVI_WIPE_ORDERED, EVENT_BAD, false },
	{ "wipe-prepared", T_EV_WIPE_PREPARED, EVENT_BAD, false },
	{ "wipe-begun", T_EV_WIPE_BEGUN, EVENT_BAD, false },
	{ "wipe-late", T_EV_WIPE_LATE, EVENT_HEED, false },
	{ "imported", T_IMPORT_EVENT, EVENT_GOOD, false },
	{ "codes-made", T_EVI_CODES_MADE, EVENT_GOOD, false },
	{ "code-used", T_EV_CODE_USED, EVENT_HEED, false },
	{ "code-burnt", T_EV_CODE_BURNT, EVENT_BAD, false },
	{ "codes-revoked", T_EVI_CODES_REVOKED, EVENT_GOOD, false },
	/* restores and the bill */
	{ "restore-done", T_EV_RESTORED, EVENT_GOOD, false },
	{ "restore-failed", T_EV_RESTORE_FAILED, EVENT_BAD, false },
	{ "restore-differs", T_EV_RESTORE_DIFFERS, EVENT_BAD, false },
	{ "budget-reached", T_EV_BUDGET, EVENT_BAD, false },
	{ "limit-changed", T_EV_LIMIT, EVENT_HEED, true },
	/* the account */
	{ "signed-in", T_EV_SIGN_IN, EVENT_GOOD, false },
	{ "sign-in-new", T_EV_SIGN_IN_NEW, EVENT_HEED, false },
	{ "password-changed", T_EV_PASSWORD, EVENT_HEED, false },
	{ "recovery-changed", T_EV_RECOVERY, EVENT_HEED, false },
	{ "exported", T_EV_EXPORTED, EVENT_HEED, false },
	{ "mail-confirmed", T_EV_MAIL, EVENT_GOOD, false },
	{ "trusted-changed", T_EV_TRUSTED, EVENT_HEED, false },
	{ "trusted-unconfirmed", T_EV_TRUSTED_OLD, EVENT_BAD, false },
	{ "account-leaving", T_EV_DELETE, EVENT_BAD, false },
	{ "account-kept", T_EV_KEEP, EVENT_GOOD, false },
};
const size_t event_words_count = sizeof event_words / sizeof event_words[0];

const struct event_words *
event_words_find(const char *kind)
{
	for (size_t i = 0; i < event_words_count; i++)
		if (strcmp(event_words[i].kind, kind) == 0)
			return &event_words[i];
	return NULL;
}
