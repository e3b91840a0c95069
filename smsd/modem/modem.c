#include "modem.h"

#include <gammu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "gsm7.h"
#include "log.h"
#include "utf8.h"

#define REPORTS_MAX 64
#define PORT 16726
#define SEND_S 30 /* the longest that a network takes */
#define ME_OFFSET 100000 /* libGammu's locations beyond: phone's memory */
#define MODEM_LINE_MAX 200 /* octets of a command that any modem takes */

struct modem {
	GSM_StateMachine *gsm;
	char name[LINK_NAME_MAX];
	int fd;
	GSM_SMSC smsc; /* asked for once, not at every send */
	GSM_MultiSMSMessage *multi; /* 266 kB: kept */
	bool news; /* +CMTI has come */
	bool lines; /* several deletions may go on one line */
	volatile int sent_status; /* of the send that is under way */
	volatile int sent_reference;
	size_t reports;
	struct link_sms report[REPORTS_MAX];
};

static int
complain(const struct modem *m, const char *what, GSM_Error err)
{
	log_warn("modem %s: %s: %s", m->name, what, GSM_ErrorString(err));
	return -1;
}

static int64_t
unix_time(const GSM_DateTime *d)
{
	struct tm tm = {
		.tm_year = d->Year - 1900,
		.tm_mon = d->Month - 1,
		.tm_mday = d->Day,
		.tm_hour = d->Hour,
		.tm_min = d->Minute,
		.tm_sec = d->Second,
	};

	if (d->Year < 2000)
		return 0;
	return (int64_t)timegm(&tm) - d->Timezone;
}

static void
copy_text(char *out, size_t cap, const char *text)
{
	snprintf(out, cap, "%s", text);
}

/* libGammu's text (UTF-16) as UTF-8, cut to fit. */
static void
decode(char *out, size_t cap, const unsigned char *text)
{
	char utf8[4 * GSM_MAX_SMS_LENGTH + 4];
	size_t n;

	EncodeUTF8(utf8, text);
	n = strnlen(utf8, cap - 1);
	memcpy(out, utf8, n);
	out[n] = '\0';
}

static void
translate_data(const GSM_SMSMessage *sms, struct link_sms *out)
{
	size_t len = sms->Length > 0 ? (size_t)sms->Length : 0;

	if (sms->UDH.Length > 0 && sms->UDH.Type != UDH_NoUDH) {
		out->udh_len = (uint32_t)sms->UDH.Length;
		if (out->udh_len > sizeof out->udh)
			out->udh_len = sizeof out->udh;
		memcpy(out->udh, sms->UDH.Text, out->udh_len);
	}
	if (sms->Coding == SMS_Coding_8bit) {
		out->class = LINK_CLASS_DATA;
		out->data_len = (uint32_t)(len < 140 ? len : 140);
		memcpy(out->data, sms->Text, out->data_len);
	} else {
		out->class = LINK_CLASS_TEXT;
		decode((char *)out->data, sizeof out->data, sms->Text);
		out->data_len = (uint32_t)strlen((char *)out->data);
	}
}

static void
translate(const GSM_SMSMessage *sms, struct link_sms *out)
{
	memset(out, 0, sizeof *out);
	out->reference = -1;
	decode(out->number, sizeof out->number, sms->Number);
	if (sms->PDU == SMS_Status_Report) {
		out->class = LINK_CLASS_REPORT;
		out->reference = sms->MessageReference;
		out->status = sms->DeliveryStatus;
		out->smsc_time_s = unix_time(&sms->SMSCTime);
		return;
	}
	out->smsc_time_s = unix_time(&sms->DateTime);
	translate_data(sms, out);
}

/* Callbacks: note it down and no more; libGammu is inside a call. */
static void
on_incoming(GSM_StateMachine *gsm, GSM_SMSMessage *sms, void *ctx)
{
	struct modem *m = ctx;

	(void)gsm;
	if (sms->PDU == SMS_Status_Report && sms->State == SMS_UnRead &&
	    sms->Location == 0 && m->reports < REPORTS_MAX)
		translate(sms, &m->report[m->reports++]);
	else
		m->news = true;
}

static void
on_sent(GSM_StateMachine *gsm, int status, int reference, void *ctx)
{
	struct modem *m = ctx;

	(void)gsm;
	m->sent_status = status;
	m->sent_reference = reference;
}

/* libGammu hides its descriptor; it is the one that is the device. */
static int
find_fd(const char *device)
{
	struct stat want, st;

	if (stat(device, &want) == -1)
		return -1;
	for (int fd = 3; fd < 64; fd++)
		if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
		    st.st_rdev == want.st_rdev)
			return fd;
	return -1;
}

static int
configure(struct modem *m, const struct modem_conf *conf)
{
	GSM_Config *c = GSM_GetConfig(m->gsm, 0);

	if (c == NULL)
		return -1;
	free(c->Device);
	free(c->Connection);
	c->Device = strdup(conf->device);
	c->Connection = strdup(conf->connection);
	/* No autodetection: that does the whole handshake twice. */
	snprintf(c->Model, sizeof c->Model, "at");
	c->UseGlobalDebugFile = FALSE;
	for (int i = 0; i < 5; i++)
		c->CNMIParams[i] = -1;
	GSM_SetConfigNum(m->gsm, 1);
	return c->Device != NULL && c->Connection != NULL ? 0 : -1;
}

static int
enter_pin(struct modem *m, const char *pin)
{
	GSM_SecurityCode code = { .Type = SEC_Pin };
	GSM_SecurityCodeType status;
	GSM_Error err;

	if (GSM_GetSecurityStatus(m->gsm, &status) != ERR_NONE ||
	    status != SEC_Pin)
		return 0;
	if (pin[0] == '\0') {
		log_error("modem %s: the SIM asks for its PIN: set pin in "
			  "smsd.conf",
		    m->name);
		return -1;
	}
	snprintf(code.Code, sizeof code.Code, "%s", pin);
	if ((err = GSM_EnterSecurityCode(m->gsm, &code)) != ERR_NONE) {
		/* Never try a wrong PIN twice: three lock the SIM. */
		log_error("modem %s: the SIM refused the PIN: %s", m->name,
		    GSM_ErrorString(err));
		return -1;
	}
	return 0;
}

/*
 * Several deletions on one command line.  libGammu exports GSM_WaitFor() and
 * declares it in no header that is installed, and the number of the request
 * for deletions differs from version to version: only where we know it.
 */
GSM_Error GSM_WaitFor(GSM_StateMachine *s, const unsigned char *buffer,
    size_t len, int type, int timeout, int request);
#define DELETE_REQUEST 49 /* of 1.42.0: ID_DeleteSMSMessage */
#define DELETE_TIMEOUT 10

static bool
knows_lines(void)
{
	return strcmp(GetGammuVersion(), "1.42.0") == 0;
}

struct modem *
modem_open(const struct modem_conf *conf)
{
	struct modem *m = calloc(1, sizeof *m);
	GSM_Error err;

	if (m == NULL || (m->multi = calloc(1, sizeof *m->multi)) == NULL) {
		log_error("cannot allocate a modem: %m");
		goto fail;
	}
	m->fd = -1;
	m->lines = knows_lines();
	copy_text(m->name, sizeof m->name, conf->name);
	GSM_InitLocales(NULL);
	if ((m->gsm = GSM_AllocStateMachine()) == NULL ||
	    configure(m, conf) == -1) {
		log_error("cannot allocate libGammu's state: %m");
		goto fail;
	}
	if ((err = GSM_InitConnection(m->gsm, 1)) != ERR_NONE) {
		complain(m, "cannot be initialised", err);
		goto fail;
	}
	if (enter_pin(m, conf->pin) == -1)
		goto fail;
	/* After every initialisation: it clears them. */
	GSM_SetIncomingSMSCallback(m->gsm, on_incoming, m);
	GSM_SetSendSMSStatusCallback(m->gsm, on_sent, m);
	if ((err = GSM_SetIncomingSMS(m->gsm, TRUE)) != ERR_NONE)
		complain(m, "does not tell of new messages, polling", err);
	m->smsc.Location = 1;
	if ((err = GSM_GetSMSC(m->gsm, &m->smsc)) != ERR_NONE)
		complain(m, "does not tell its service centre", err);
	m->smsc.Location = 0;
	m->fd = find_fd(conf->device);
	return m;
fail:
	modem_close(m);
	return NULL;
}

void
modem_close(struct modem *m)
{
	if (m == NULL)
		return;
	if (m->gsm != NULL) {
		if (GSM_IsConnected(m->gsm))
			GSM_TerminateConnection(m->gsm);
		GSM_FreeStateMachine(m->gsm);
	}
	free(m->multi);
	free(m);
}

int
modem_fd(const struct modem *m)
{
	return m->fd;
}

void
modem_pump(struct modem *m)
{
	while (GSM_ReadDevice(m->gsm, FALSE) > 0)
		;
}

bool
modem_has_news(const struct modem *m)
{
	return m->news || m->reports > 0;
}

/* Does this error mean that the modem itself is in trouble? */
static bool
is_gone(GSM_Error err)
{
	switch ((int)err) {
	case ERR_DEVICEOPENERROR:
	case ERR_DEVICEREADERROR:
	case ERR_DEVICEWRITEERROR:
	case ERR_DEVICENOTEXIST:
	case ERR_DEVICENOTWORK:
	case ERR_TIMEOUT:
	case ERR_NOTCONNECTED:
	case ERR_ABORTED:
		return true;
	default:
		return false;
	}
}

enum modem_err
modem_next(struct modem *m, bool start, struct link_sms *out,
    struct modem_place *place)
{
	GSM_SMSMessage *sms = &m->multi->SMS[0];
	GSM_Error err;

	if (start) {
		m->news = false; /* what comes from now on is new again */
		memset(sms, 0, sizeof *sms);
		sms->Folder = 0;
	}
	err = GSM_GetNextSMS(m->gsm, m->multi, start ? TRUE : FALSE);
	if (err == ERR_EMPTY)
		return MODEM_EMPTY;
	if (err != ERR_NONE) {
		complain(m, "cannot read a message", err);
		return is_gone(err) ? MODEM_GONE : MODEM_UNREADABLE;
	}
	translate(sms, out);
	place->location = sms->Location;
	place->memory = (int)sms->Memory;
	return MODEM_OK;
}

static enum modem_err
delete_one(struct modem *m, const struct modem_place *place)
{
	GSM_SMSMessage sms = { 0 };
	GSM_Error err;

	/* Folder 0: the location tells the memory, and nothing is asked. */
	sms.Location = place->location;
	sms.Folder = 0;
	sms.Memory = (GSM_MemoryType)0;
	err = GSM_DeleteSMS(m->gsm, &sms);
	if (err == ERR_NONE || err == ERR_EMPTY)
		return MODEM_OK;
	complain(m, "cannot delete a message", err);
	return is_gone(err) ? MODEM_GONE : MODEM_UNREADABLE;
}

/* As many of these as are in one memory, which is selected: how many. */
static size_t
delete_line(struct modem *m, const struct modem_place *place, size_t n,
    enum modem_err *result)
{
	char line[MODEM_LINE_MAX + 16] = "AT";
	size_t len = 2, i;
	GSM_Error err;

	for (i = 0;
	     i < n && len < MODEM_LINE_MAX &&
	     place[i].location / ME_OFFSET == place[0].location / ME_OFFSET;
	     i++)
		len += (size_t)snprintf(line + len, sizeof line - len,
		    "%s+CMGD=%d", i > 0 ? ";" : "",
		    place[i].location % ME_OFFSET);
	line[len++] = '\r';
	err = GSM_WaitFor(m->gsm, (const unsigned char *)line, len, 0,
	    DELETE_TIMEOUT, DELETE_REQUEST);
	*result = MODEM_OK;
	if (err != ERR_NONE)
		*result = is_gone(err) ? MODEM_GONE : MODEM_UNREADABLE;
	return i;
}

/* The first one selects its memory; then the others of the same. */
static size_t
delete_some(struct modem *m, const struct modem_place *place, size_t n,
    enum modem_err *result)
{
	size_t same = 1, done = 1;

	*result = delete_one(m, place);
	while (same < n && place[same].location / ME_OFFSET ==
			       place[0].location / ME_OFFSET)
		same++;
	while (*result == MODEM_OK && done < same && m->lines)
		done += delete_line(m, place + done, same - done, result);
	if (*result != MODEM_UNREADABLE || done == 1)
		return done;
	/* Which one it was nobody says; what is gone already does no harm. */
	*result = MODEM_OK;
	for (size_t i = 1; i < done && *result != MODEM_GONE; i++) {
		enum modem_err err = delete_one(m, place + i);

		if (err != MODEM_OK)
			*result = err;
	}
	return done;
}

enum modem_err
modem_delete(struct modem *m, const struct modem_place *place, size_t n)
{
	enum modem_err result = MODEM_OK;

	for (size_t i = 0; i < n && result != MODEM_GONE;) {
		enum modem_err err;

		i += delete_some(m, place + i, n - i, &err);
		if (err != MODEM_OK)
			result = err;
	}
	return result;
}

enum modem_err
modem_report(struct modem *m, struct link_sms *out)
{
	if (m->reports == 0)
		return MODEM_EMPTY;
	*out = m->report[--m->reports];
	return MODEM_OK;
}

/* The shortest period of TS 23.040 9.2.3.12.1 that is not less. */
static GSM_ValidityPeriod
validity(uint32_t seconds)
{
	if (seconds <= 12 * 3600)
		return (GSM_ValidityPeriod)(seconds <= 300
						? 0
						: (seconds + 299) / 300 - 1);
	if (seconds <= 24 * 3600)
		return (GSM_ValidityPeriod)(143 + (seconds - 12 * 3600 + 1799) /
						      1800);
	if (seconds <= 30 * 86400)
		return (GSM_ValidityPeriod)(166 + (seconds + 86399) / 86400);
	return SMS_VALID_Max_Time;
}

static void
text_of(const struct link_send *what, char out[static LINK_SEND_MAX + 1])
{
	memcpy(out, what->data, what->data_len);
	out[what->data_len] = '\0';
}

/* libGammu wants UTF-16, big-endian, whatever travels. */
static void
compose_text(const struct link_send *what, GSM_SMSMessage *sms)
{
	char text[LINK_SEND_MAX + 1];
	const char *p = text;
	size_t n = 0;

	text_of(what, text);
	sms->Coding = gsm7_only(text) ? SMS_Coding_Default_No_Compression
				      : SMS_Coding_Unicode_No_Compression;
	while (*p != '\0' && n < GSM_MAX_SMS_LENGTH - 1) {
		uint32_t c = utf8_next(&p);

		if (c > 0xffff) {
			uint32_t high = 0xd800 + ((c - 0x10000) >> 10);

			sms->Text[2 * n] = (unsigned char)(high >> 8);
			sms->Text[2 * n++ + 1] = (unsigned char)high;
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		sms->Text[2 * n] = (unsigned char)(c >> 8);
		sms->Text[2 * n++ + 1] = (unsigned char)c;
	}
	sms->Length = (int)n;
	sms->UDH.Type = UDH_NoUDH;
}

/* libGammu checks no length: is it one SMS? */
static bool
fits(const struct link_send *what)
{
	char text[LINK_SEND_MAX + 1];

	if (what->text == 0)
		return what->data_len <= 133;
	text_of(what, text);
	return utf8_valid(text, what->data_len) &&
	       gsm7_cut(text) == what->data_len;
}

static void
compose(struct modem *m, const struct link_send *what, GSM_SMSMessage *sms)
{
	static const unsigned char udh[] = { 6, 5, 4, PORT >> 8, PORT & 0xff,
		PORT >> 8, PORT & 0xff };

	memset(sms, 0, sizeof *sms);
	sms->PDU = what->report != 0 ? SMS_Status_Report : SMS_Submit;
	sms->Class = -1;
	sms->SMSC = m->smsc;
	sms->SMSC.Validity.Format = SMS_Validity_RelativeFormat;
	sms->SMSC.Validity.Relative = validity(what->validity_s);
	EncodeUnicode(sms->Number, what->number, strlen(what->number));
	if (what->text != 0) {
		compose_text(what, sms);
		return;
	}
	sms->Coding = SMS_Coding_8bit;
	sms->UDH.Type = UDH_UserUDH;
	sms->UDH.Length = sizeof udh;
	memcpy(sms->UDH.Text, udh, sizeof udh);
	memcpy(sms->Text, what->data, what->data_len);
	sms->Length = (int)what->data_len;
}

enum modem_err
modem_send(
    struct modem *m, const struct link_send *what, struct link_result *out)
{
	GSM_SMSMessage sms;
	GSM_Error err;
	time_t end = time(NULL) + SEND_S;

	out->outcome = LINK_UNKNOWN;
	out->reference = -1;
	out->error = -1;
	if (!fits(what)) {
		out->outcome = LINK_FAILED;
		return MODEM_OK;
	}
	compose(m, what, &sms);
	m->sent_status = -1;
	m->sent_reference = -1;
	if ((err = GSM_SendSMS(m->gsm, &sms)) != ERR_NONE) {
		complain(m, "cannot send", err);
		if (is_gone(err))
			return MODEM_GONE;
		out->outcome = LINK_FAILED;
		return MODEM_OK;
	}
	while (m->sent_status == -1 && time(NULL) < end)
		GSM_ReadDevice(m->gsm, TRUE);
	if (m->sent_status == 0 && m->sent_reference >= 0) {
		out->outcome = LINK_SENT;
		out->reference = m->sent_reference & 0xff;
		return MODEM_OK;
	}
	if (m->sent_status > 0) {
		out->outcome = LINK_FAILED;
		out->error = m->sent_reference;
		return MODEM_OK;
	}
	return MODEM_GONE; /* it may have gone out; a late answer misleads */
}

enum modem_err
modem_identify(struct modem *m, struct link_modem *out)
{
	char date[GSM_MAX_VERSION_DATE_LENGTH + 1] = "";
	char text[256] = "";
	double number;

	if (GSM_GetManufacturer(m->gsm, text) == ERR_NONE)
		copy_text(out->manufacturer, sizeof out->manufacturer, text);
	if (GSM_GetModel(m->gsm, text) == ERR_NONE)
		copy_text(out->model, sizeof out->model, text);
	if (GSM_GetFirmware(m->gsm, text, date, &number) == ERR_NONE)
		copy_text(out->firmware, sizeof out->firmware, text);
	if (GSM_GetIMEI(m->gsm, text) == ERR_NONE)
		copy_text(out->imei, sizeof out->imei, text);
	if (GSM_GetSIMIMSI(m->gsm, text) == ERR_NONE)
		copy_text(out->imsi, sizeof out->imsi, text);
	return MODEM_OK;
}

enum modem_err
modem_state(struct modem *m, struct link_modem *out)
{
	GSM_SignalQuality signal;
	GSM_NetworkInfo net;
	GSM_SMSMemoryStatus memory;
	GSM_Error err;

	memset(&net, 0, sizeof net);
	out->signal_percent = -1;
	out->battery_percent = -1;
	if ((err = GSM_GetSignalQuality(m->gsm, &signal)) == ERR_NONE)
		out->signal_percent = signal.SignalPercent;
	else if (is_gone(err))
		return MODEM_GONE;
	if ((err = GSM_GetNetworkInfo(m->gsm, &net)) == ERR_NONE) {
		out->registered = net.State == GSM_HomeNetwork      ? 1
				  : net.State == GSM_RoamingNetwork ? 5
								    : 0;
		copy_text(out->operator_code, sizeof out->operator_code,
		    net.NetworkCode);
		decode(out->operator_name, sizeof out->operator_name,
		    net.NetworkName);
	} else if (is_gone(err)) {
		return MODEM_GONE;
	}
	if (GSM_GetSMSStatus(m->gsm, &memory) == ERR_NONE) {
		out->sim_used = (uint32_t)memory.SIMUsed;
		out->sim_size = (uint32_t)memory.SIMSize;
	}
	return MODEM_OK;
}
