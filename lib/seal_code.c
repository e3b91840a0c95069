/*
 * Binding codes, what a QR says, and key files.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "be.h"
#include "log.h"
#include "seal_internal.h"

/* Crockford's base32: no I, L, O, U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static int
value_of(char c)
{
	const char *at;

	c = (char)toupper((unsigned char)c);
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = c != '\0' ? strchr(alphabet, c) : NULL;
	return at != NULL ? (int)(at - alphabet) : -1;
}

/*
 * Luhn's check in base 32 over the first 15 characters: finds every single
 * wrong character and nearly every pair of neighbours changed about.
 */
static int
check_value(const char *code)
{
	int sum = 0;

	for (int i = SEAL_CODE_CHARS - 2, factor = 2; i >= 0; i--) {
		int v = value_of(code[i]) * factor;

		sum += v / 32 + v % 32;
		factor = factor == 2 ? 1 : 2;
	}
	return (32 - sum % 32) % 32;
}

static uint32_t
id_of(const char *code)
{
	uint32_t id = 0;

	for (int i = 0; i < 4; i++)
		id = id << 5 | (uint32_t)value_of(code[i]);
	return id;
}

void
seal_code_new(uint32_t *id, char code[static SEAL_CODE_CHARS + 1])
{
	uint8_t octets[SEAL_CODE_CHARS];

	seal_random(octets, sizeof octets);
	for (int i = 0; i < SEAL_CODE_CHARS - 1; i++)
		code[i] = alphabet[octets[i] & 31];
	code[SEAL_CODE_CHARS - 1] = alphabet[check_value(code)];
	code[SEAL_CODE_CHARS] = '\0';
	*id = id_of(code);
	seal_wipe(octets, sizeof octets);
}

int
seal_code_read(
    const char *typed, uint32_t *id, char code[static SEAL_CODE_CHARS + 1])
{
	char clean[SEAL_CODE_CHARS + 1];
	size_t n = 0;
	int v;

	for (; *typed != '\0'; typed++) {
		if (*typed == '-' || isspace((unsigned char)*typed))
			continue;
		if ((v = value_of(*typed)) == -1 || n == SEAL_CODE_CHARS)
			return -1;
		clean[n++] = alphabet[v];
	}
	if (n != SEAL_CODE_CHARS ||
	    value_of(clean[SEAL_CODE_CHARS - 1]) != check_value(clean))
		return -1;
	clean[n] = '\0';
	*id = id_of(clean);
	memcpy(code, clean, sizeof clean);
	return 0;
}

enum seal_err
seal_code_key(
    const char code[static SEAL_CODE_CHARS], uint8_t key[static SEAL_KEY_LEN])
{
	static const struct seal_cost cost = { 14, 8, 1 };
	uint8_t salt[16] = "smsvault code";
	char text[SEAL_CODE_CHARS + 1];
	enum seal_err err;

	be_put24(salt + 13, id_of(code));
	memcpy(text, code, SEAL_CODE_CHARS);
	text[SEAL_CODE_CHARS] = '\0';
	err = seal_stretch(text, salt, sizeof salt, cost, key, SEAL_KEY_LEN);
	seal_wipe(text, sizeof text);
	return err;
}

enum seal_err
seal_qr_key(uint32_t id, const uint8_t secret[static SEAL_QR_SECRET_LEN],
    uint8_t key[static SEAL_KEY_LEN])
{
	uint8_t salt[3];

	be_put24(salt, id);
	return seal_derive(secret, SEAL_QR_SECRET_LEN, salt, sizeof salt,
	    "smsvault qr", key, SEAL_KEY_LEN);
}

/* "SMSVAULT:1:+NUMBER:IIII:" and 26 characters of base32 (128 bits, 2 zero). */
#define QR_SECRET_CHARS 26

void
seal_qr_text(const char *number, uint32_t id,
    const uint8_t secret[static SEAL_QR_SECRET_LEN],
    char out[static SEAL_QR_TEXT_MAX])
{
	char letters[QR_SECRET_CHARS + 1], code[5];
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (int i = 0; i < SEAL_QR_SECRET_LEN; i++) {
		bits = bits << 8 | secret[i];
		for (have += 8; have >= 5; have -= 5)
			letters[n++] = alphabet[bits >> (have - 5) & 31];
	}
	letters[n++] = alphabet[bits << (5 - have) & 31];
	assert(n == QR_SECRET_CHARS);
	letters[n] = '\0';
	for (int i = 0; i < 4; i++)
		code[i] = alphabet[id >> (15 - 5 * i) & 31];
	code[4] = '\0';
	snprintf(out, SEAL_QR_TEXT_MAX, "SMSVAULT:1:%.23s:%s:%s", number, code,
	    letters);
	seal_wipe(letters, sizeof letters);
}

static int
read_secret(const char *p, uint8_t secret[static SEAL_QR_SECRET_LEN])
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;
	int v;

	for (int i = 0; i < QR_SECRET_CHARS; i++) {
		if ((v = value_of(p[i])) == -1)
			return -1;
		bits = bits << 5 | (uint32_t)v;
		have += 5;
		if (have >= 8) {
			have -= 8;
			secret[n++] = (uint8_t)(bits >> have);
		}
	}
	return (bits & 3) == 0 ? 0 : -1;
}

int
seal_qr_read(const char *text, char number[static 24], uint32_t *id,
    uint8_t secret[static SEAL_QR_SECRET_LEN])
{
	static const char prefix[] = "SMSVAULT:1:";
	uint8_t octets[SEAL_QR_SECRET_LEN];
	const char *p = text + sizeof prefix - 1;
	size_t digits;

	if (strncmp(text, prefix, sizeof prefix - 1) != 0)
		return -1;
	digits = p[0] == '+' ? 1 : 0;
	digits += strspn(p + digits, "0123456789");
	if (digits < 3 || digits > 23 || p[digits] != ':')
		return -1;
	p += digits + 1;
	if (strlen(p) != 4 + 1 + QR_SECRET_CHARS || p[4] != ':')
		return -1;
	for (int i = 0; i < 4; i++)
		if (value_of(p[i]) == -1)
			return -1;
	if (read_secret(p + 5, octets) == -1)
		return -1;
	*id = id_of(p);
	memcpy(secret, octets, sizeof octets);
	memcpy(number, p - digits - 1, digits);
	number[digits] = '\0';
	seal_wipe(octets, sizeof octets);
	return 0;
}

/* ---- key files ---- */

static int
read_hex(const char *text, uint8_t key[static SEAL_KEY_LEN])
{
	for (int i = 0; i < SEAL_KEY_LEN; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], '\0' };

		if (!isxdigit((unsigned char)pair[0]) ||
		    !isxdigit((unsigned char)pair[1]))
			return -1;
		key[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return 0;
}

int
seal_keyfile_load(const char *path, uint8_t key[static SEAL_KEY_LEN])
{
	char text[2 * SEAL_KEY_LEN]; /* secret: wiped below */
	struct stat st;
	int fd;
	int ret = -1;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		log_error("cannot open key file %s: %m", path);
		goto out;
	}
	/* Look at the file we opened, not at the name. */
	if (fstat(fd, &st) == -1) {
		log_error("cannot stat key file %s: %m", path);
		goto out;
	}
	if ((st.st_mode & (S_IRWXG | S_IRWXO) & ~(unsigned)S_IRGRP) != 0) {
		log_error("key file %s is open to others: mode %04o, "
			  "want 0600 or 0640",
		    path, (unsigned)st.st_mode & 07777);
		goto out;
	}
	if (read(fd, text, sizeof text) != (ssize_t)sizeof text ||
	    read_hex(text, key) == -1) {
		log_error("key file %s does not begin with %zu hex digits",
		    path, sizeof text);
		goto out;
	}
	ret = 0;
out:
	if (ret == -1)
		seal_wipe(key, SEAL_KEY_LEN);
	seal_wipe(text, sizeof text);
	if (fd != -1)
		close(fd);
	return ret;
}

static int
write_key(int fd, const uint8_t key[static SEAL_KEY_LEN])
{
	char text[2 * SEAL_KEY_LEN + 2];
	int ok;

	for (int i = 0; i < SEAL_KEY_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", key[i]);
	strcpy(text + 2 * SEAL_KEY_LEN, "\n");
	ok = write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1 &&
	     fsync(fd) == 0;
	seal_wipe(text, sizeof text);
	return ok ? 0 : -1;
}

/* The name of a file is on disk when its directory is. */
static int
sync_directory(const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd, ret;

	snprintf(dir, sizeof dir, "%.*s",
	    slash == NULL ? 1 : (int)(slash - path + 1),
	    slash == NULL ? "." : path);
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	ret = fsync(fd);
	close(fd);
	return ret;
}

/*
 * Written under another name and linked to its own, so that nobody ever reads
 * half a key, and two who make it at once end up with the same.
 */
static int
make_key(const char *path, const char *new)
{
	uint8_t key[SEAL_KEY_LEN];
	int fd, ret = -1;

	unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1) {
		log_error("cannot make key file %s: %m", path);
		return -1;
	}
	seal_random(key, sizeof key);
	if (write_key(fd, key) == -1 ||
	    (link(new, path) == -1 && errno != EEXIST) ||
	    sync_directory(path) == -1)
		log_error("cannot write key file %s: %m", path);
	else
		ret = 0;
	unlink(new);
	close(fd);
	seal_wipe(key, sizeof key);
	return ret;
}

int
seal_keyfile_make(const char *path, uint8_t key[static SEAL_KEY_LEN])
{
	char new[PATH_MAX];

	if (access(path, F_OK) == -1 && errno == ENOENT) {
		if (snprintf(new, sizeof new, "%s.new.%ld", path,
			(long)getpid()) >= (int)sizeof new) {
			log_error("key file %s: the name is too long", path);
			return -1;
		}
		if (make_key(path, new) == -1)
			return -1;
	}
	return seal_keyfile_load(path, key);
}
