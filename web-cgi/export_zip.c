/*
 * Many files in one zip, through libarchive, written as it goes: sizes stand
 * behind each file's octets, so that none need be known before.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"
#include "log.h"
#include "utf8.h"

struct export_zip {
	struct archive *archive;
	struct export_out *out; /* of the zip itself */
	struct export_out file; /* of the file that is being written */
};

static la_ssize_t
write_zip(struct archive *a, void *ctx, const void *p, size_t len)
{
	struct export_out *out = ctx;

	(void)a;
	export_put(out, p, len);
	return out->failed ? -1 : (la_ssize_t)len;
}

static int
write_file(void *ctx, const void *p, size_t len)
{
	struct export_zip *z = ctx;

	return archive_write_data(z->archive, p, len) == (la_ssize_t)len ? 0
									 : -1;
}

struct export_zip *
export_zip_open(struct export_out *out)
{
	struct export_zip *z = calloc(1, sizeof *z);

	if (z == NULL || (z->archive = archive_write_new()) == NULL) {
		free(z);
		return NULL;
	}
	z->out = out;
	z->file = (struct export_out){ .put = write_file, .ctx = z };
	if (archive_write_set_format_zip(z->archive) != ARCHIVE_OK ||
	    archive_write_set_options(z->archive, "zip:hdrcharset=UTF-8") !=
		ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(z->archive, 1) !=
		ARCHIVE_OK ||
	    archive_write_open(z->archive, out, NULL, write_zip, NULL) !=
		ARCHIVE_OK) {
		log_error(
		    "cannot begin a zip: %s", archive_error_string(z->archive));
		z->file.failed = true;
	}
	return z;
}

struct export_out *
export_zip_file(struct export_zip *z, const char *name, time_t changed)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname_utf8(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, changed, 0);
	if (!z->file.failed &&
	    archive_write_header(z->archive, entry) < ARCHIVE_WARN) {
		log_error("cannot put a file into a zip: %s",
		    archive_error_string(z->archive));
		z->file.failed = true;
	}
	archive_entry_free(entry);
	return &z->file;
}

int
export_zip_close(struct export_zip *z)
{
	int ret;

	if (z == NULL)
		return -1;
	/* One that broke off has no directory: nobody takes it for whole. */
	if (z->file.failed || z->out->failed)
		archive_write_fail(z->archive);
	else if (archive_write_close(z->archive) != ARCHIVE_OK)
		z->out->failed = true;
	ret = z->file.failed || z->out->failed ? -1 : 0;
	z->out->failed = ret == -1;
	archive_write_free(z->archive);
	free(z);
	return ret;
}

/* Signs that Windows forbids, and those that part directories. */
static void
add_part(struct buf *path, const char *part, size_t len)
{
	size_t start = path->n;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)part[i];
		bool bad =
		    c < 0x20 || c == 0x7f || strchr("/\\:*?\"<>|", c) != NULL;

		buf_put(path, bad ? "_" : part + i, 1);
	}
	/* No name of dots alone, none that ends in a dot or blank. */
	for (size_t i = path->n;
	     !path->failed && i > start &&
	     (path->p[i - 1] == '.' || path->p[i - 1] == ' ');
	     i--)
		path->p[i - 1] = '_';
}

char *
export_safe_path(const char *folder, const char *name)
{
	struct buf path = { 0 };

	while (*folder != '\0') {
		size_t n = strcspn(folder, "/");

		if (n > 0 && !(n == 1 && folder[0] == '.')) {
			add_part(&path, folder, n);
			buf_str(&path, "/");
		}
		folder += n + (folder[n] == '/');
	}
	add_part(&path, *name != '\0' ? name : "_",
	    *name != '\0' ? strlen(name) : 1);
	if (path.failed) {
		buf_clear(&path);
		return NULL;
	}
	return path.p;
}
