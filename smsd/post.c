#include "post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "log.h"
#include "utf8.h"

#define CONNECT_S 10
#define TIMEOUT_S 30
#define WORD_OCTETS 12 /* of UTF-8 in an encoded word of at most 75 */

int
post_password(const char *path, char out[static POST_PASSWORD_MAX])
{
	struct stat st;
	FILE *f = fopen(path, "re");
	int ret = -1;

	if (f == NULL) {
		log_error("mail_password_file: cannot open %s: %m", path);
		return -1;
	}
	/* Look at the file that is open, not at the name. */
	if (fstat(fileno(f), &st) == -1 ||
	    (st.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0)
		log_error("mail_password_file: %s is open to others: mode "
			  "%04o, want 0600 or 0640",
		    path, (unsigned)st.st_mode & 07777);
	else if (fgets(out, POST_PASSWORD_MAX, f) == NULL ||
		 (out[strcspn(out, "\r\n")] = '\0', out[0] == '\0'))
		log_error("mail_password_file: %s does not begin with a "
			  "password",
		    path);
	else
		ret = 0;
	fclose(f);
	return ret;
}

int
post_address(const char *address)
{
	const char *at = strchr(address, '@');
	size_t n = strlen(address);

	if (at == NULL || at == address || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL || n > 254)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (address[i] <= ' ' || address[i] >= 0x7f ||
		    strchr("<>()[]\\,;:\"", address[i]) != NULL)
			return 0;
	return 1;
}

static int
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return 0;
	return 1;
}

/* A subject as RFC 2047 wants it: words of whole characters, in "Q". */
static void
encode_subject(const char *text, char *out, size_t cap)
{
	size_t n = (size_t)snprintf(out, cap, "Subject: ");

	if (is_ascii(text)) {
		snprintf(out + n, cap - n, "%s", text);
		return;
	}
	while (*text != '\0' && n + 90 < cap) {
		size_t len = utf8_cut(text, strlen(text), WORD_OCTETS);

		n += (size_t)snprintf(out + n, cap - n, "=?UTF-8?Q?");
		for (size_t i = 0; i < len; i++)
			n += (size_t)snprintf(out + n, cap - n, "=%02X",
			    (unsigned)(unsigned char)text[i]);
		text += len;
		n += (size_t)snprintf(
		    out + n, cap - n, "?=%s", *text != '\0' ? " " : "");
	}
}

static struct curl_slist *
add(struct curl_slist *list, const char *line)
{
	struct curl_slist *more = curl_slist_append(list, line);

	if (more == NULL)
		log_error("cannot allocate a mail");
	return more != NULL ? more : list;
}

static struct curl_slist *
make_headers(const struct post_mail *m)
{
	struct curl_slist *list = NULL;
	time_t t = (time_t)(m->now_ms / 1000);
	const char *domain = strchr(m->from, '@') + 1;
	char line[1200], when[64] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		strftime(when, sizeof when, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	snprintf(line, sizeof line, "Date: %s", when);
	list = add(list, line);
	snprintf(line, sizeof line, "From: smsvault <%s>", m->from);
	list = add(list, line);
	snprintf(line, sizeof line, "To: <%s>", m->to);
	list = add(list, line);
	encode_subject(m->subject, line, sizeof line);
	list = add(list, line);
	snprintf(line, sizeof line, "Message-ID: <%s@%s>", m->id, domain);
	list = add(list, line);
	return add(list, "Auto-Submitted: auto-generated");
}

/* ---- what is wrong with a server, in words an operator can act on ---- */

static const struct {
	CURLcode code;
	const char *words;
} troubles[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, "its name is not known" },
	{ CURLE_COULDNT_CONNECT, "nobody answers there" },
	{ CURLE_OPERATION_TIMEDOUT, "it does not answer in time" },
	{ CURLE_LOGIN_DENIED, "it refuses the login: see mail_user and "
			      "mail_password_file" },
	{ CURLE_PEER_FAILED_VERIFICATION,
	    "its certificate is another host's, or of an authority that is "
	    "not known here: see mail_ca_file" },
	{ CURLE_USE_SSL_FAILED,
	    "it offers no encryption, and no password goes there without" },
	{ CURLE_SSL_CONNECT_ERROR, "it cannot be spoken to encrypted" },
	{ CURLE_SSL_CACERT_BADFILE, "mail_ca_file cannot be read" },
};

static const char *
trouble_of(CURLcode code, long answer)
{
	for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
		if (troubles[i].code == code)
			return troubles[i].words;
	/* RFC 4954: authentication is required, too weak, or not encrypted. */
	if (answer == 530 || answer == 534 || answer == 538)
		return "it wants a login: see mail_user";
	return NULL;
}

static enum post_err
verdict(CURL *c, CURLcode code, const struct post_mail *m, const char *said,
    char why[static POST_WHY_MAX])
{
	const char *trouble;
	long answer = 0;

	if (code == CURLE_OK)
		return POST_OK;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
	if ((trouble = trouble_of(code, answer)) != NULL) {
		snprintf(why, POST_WHY_MAX, "%s", trouble);
		return POST_DOWN;
	}
	log_warn("mail %s: %s (%ld)", m->id,
	    said[0] != '\0' ? said : curl_easy_strerror(code), answer);
	return answer >= 500 && answer < 600 ? POST_REFUSED : POST_LATER;
}

static void
set_server(CURL *c, const struct post_server *s)
{
	curl_easy_setopt(c, CURLOPT_URL, s->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	/* A password never in clear; without one, TLS where it is offered. */
	curl_easy_setopt(c, CURLOPT_USE_SSL,
	    s->user[0] != '\0' ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	if (s->user[0] != '\0') {
		curl_easy_setopt(c, CURLOPT_USERNAME, s->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, s->password);
	}
	if (s->ca_file[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, s->ca_file);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
}

static enum post_err
perform(CURL *c, const struct post_mail *m, struct curl_slist *to,
    struct curl_slist *headers, curl_mime *mime, char why[static POST_WHY_MAX])
{
	char said[CURL_ERROR_SIZE] = "", from[300];
	curl_mimepart *part = curl_mime_addpart(mime);

	snprintf(from, sizeof from, "<%s>", m->from);
	curl_mime_data(part, m->body, CURL_ZERO_TERMINATED);
	curl_mime_type(part, "text/plain; charset=utf-8");
	curl_mime_encoder(part, "quoted-printable");
	set_server(c, m->server);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_MIMEPOST, mime);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, said);
	return verdict(c, curl_easy_perform(c), m, said, why);
}

enum post_err
post_send(const struct post_mail *m, char why[static POST_WHY_MAX])
{
	CURL *c = NULL;
	curl_mime *mime = NULL;
	struct curl_slist *to = NULL, *headers = NULL;
	enum post_err err = POST_LATER;
	char rcpt[300];

	why[0] = '\0';
	if (!post_address(m->from) || !post_address(m->to)) {
		log_warn("mail %s: no address", m->id);
		return POST_REFUSED;
	}
	snprintf(rcpt, sizeof rcpt, "<%s>", m->to);
	if ((c = curl_easy_init()) == NULL ||
	    (mime = curl_mime_init(c)) == NULL ||
	    (to = curl_slist_append(NULL, rcpt)) == NULL ||
	    (headers = make_headers(m)) == NULL) {
		log_error("cannot allocate a mail");
		goto out;
	}
	err = perform(c, m, to, headers, mime, why);
out:
	curl_mime_free(mime);
	curl_slist_free_all(to);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	return err;
}
