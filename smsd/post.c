#include "post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "utf8.h"

#define TIMEOUT_S 30
#define WORD_OCTETS 12 /* of UTF-8 in an encoded word of at most 75 */

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

static enum post_err
verdict(CURL *c, CURLcode code, const struct post_mail *m, const char *why)
{
	long answer = 0;

	if (code == CURLE_OK)
		return POST_OK;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
	log_warn("mail %s: %s (%ld)", m->id,
	    why[0] != '\0' ? why : curl_easy_strerror(code), answer);
	/* A login that is refused is for the operator to mend, not an answer
	 * to this mail. */
	return answer >= 500 && answer < 600 && code != CURLE_LOGIN_DENIED
		   ? POST_REFUSED
		   : POST_LATER;
}

static enum post_err
perform(CURL *c, const struct post_mail *m, struct curl_slist *to,
    struct curl_slist *headers, curl_mime *mime)
{
	char why[CURL_ERROR_SIZE] = "", from[300];
	curl_mimepart *part = curl_mime_addpart(mime);

	snprintf(from, sizeof from, "<%s>", m->from);
	curl_mime_data(part, m->body, CURL_ZERO_TERMINATED);
	curl_mime_type(part, "text/plain; charset=utf-8");
	curl_mime_encoder(part, "quoted-printable");
	curl_easy_setopt(c, CURLOPT_URL, m->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	/* A password never in clear; without one, TLS where it is offered. */
	curl_easy_setopt(c, CURLOPT_USE_SSL,
	    strchr(m->url, '@') != NULL ? (long)CURLUSESSL_ALL
					: (long)CURLUSESSL_TRY);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_MIMEPOST, mime);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	return verdict(c, curl_easy_perform(c), m, why);
}

enum post_err
post_send(const struct post_mail *m)
{
	CURL *c = NULL;
	curl_mime *mime = NULL;
	struct curl_slist *to = NULL, *headers = NULL;
	enum post_err err = POST_LATER;
	char rcpt[300];

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
	err = perform(c, m, to, headers, mime);
out:
	curl_mime_free(mime);
	curl_slist_free_all(to);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	return err;
}
