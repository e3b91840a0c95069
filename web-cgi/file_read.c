#include "file_read.h"

#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "coding.h"

#define PIECES 128 /* at a time */

static void
manifest_hash(
    const struct record *manifest, uint8_t hash[static SEAL_DIGEST_LEN])
{
	for (size_t i = 0; i < 4; i++)
		be_put64(hash + 8 * i,
		    (uint64_t)record_int(manifest, RECORD_FILE_SHA256, i, 0));
}

uint32_t
file_content(const struct record *manifest)
{
	uint8_t hash[SEAL_DIGEST_LEN];

	manifest_hash(manifest, hash);
	return be_get32(hash);
}

/* The octets that travelled, exactly size of them. */
static enum file_read
gather(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], int64_t phone,
    const struct record *manifest, uint8_t *coded, size_t size)
{
	uint32_t id = record_id(manifest), content = file_content(manifest);
	struct pages_records rows;
	size_t at = 0;

	while (at < size) {
		bool good = true;

		if (pages_pieces(db, account, phone, id, content, (int64_t)at,
			PIECES, &rows) != DB_OK)
			return FILE_READ_FAILED;
		good = rows.n > 0;
		for (size_t i = 0; good && i < rows.n; i++) {
			size_t len = (size_t)rows.row[i].time_ms;

			/* A hole: what is missing has not come. */
			good = rows.row[i].ordinal == at && len <= size - at &&
			       open_piece(o, db, account, secret, &rows, i,
				   coded + at) == DB_OK;
			at += len;
		}
		pages_records_clear(&rows);
		if (!good)
			return FILE_READ_PARTS;
	}
	return FILE_READ_OK;
}

enum file_read
file_read(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], int64_t phone,
    const struct record *manifest, uint8_t **out, size_t *len)
{
	int64_t size = record_int(manifest, RECORD_FILE_SIZE, 0, -1);
	int64_t travels = record_int(manifest, RECORD_FILE_CODED_SIZE, 0, size);
	enum record_coding coding = (enum record_coding)record_int(
	    manifest, RECORD_FILE_CODING, 0, RECORD_CODING_NONE);
	uint8_t want[SEAL_DIGEST_LEN], got[SEAL_DIGEST_LEN], *coded;
	enum file_read err;

	if (size < 0 || size > CODING_SIZE_MAX || travels < 0 ||
	    travels > CODING_SIZE_MAX)
		return FILE_READ_UNEQUAL;
	if ((coded = malloc((size_t)travels + 1)) == NULL)
		return FILE_READ_FAILED;
	err = gather(
	    o, db, account, secret, phone, manifest, coded, (size_t)travels);
	if (err == FILE_READ_OK && coding_decode(coding, coded, (size_t)travels,
				       (size_t)size, out) == -1)
		err = FILE_READ_UNEQUAL;
	free(coded);
	if (err != FILE_READ_OK)
		return err;
	manifest_hash(manifest, want);
	seal_digest(*out, (size_t)size, got);
	if (memcmp(want, got, sizeof want) != 0) {
		free(*out);
		return FILE_READ_UNEQUAL;
	}
	*len = (size_t)size;
	return FILE_READ_OK;
}
