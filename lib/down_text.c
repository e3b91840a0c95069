#include "down_text.h"

#include <string.h>

#include "seal.h"

size_t
down_text_room(bool text_only)
{
	return seal_transfer_room(
	    WIRE_SEGMENTS_MAX, text_only ? WIRE_TEXT_MAX : WIRE_DATA_MAX);
}

size_t
down_text_records(const struct down_head *head, uint32_t transfer,
    struct pack_state *base, const struct record *const *list, size_t *n,
    size_t room, uint8_t text[static DOWN_TEXT_MAX])
{
	const bool based = base != NULL && pack_state_upto(base) > 0;
	struct down_head h = *head;
	size_t at, len = 0;

	if (based)
		h.codec = PACK_BASED;
	at = down_put(&h, text);
	if (!based) {
		*n = pack_fill((enum pack_codec)h.codec, list, *n, text + at,
		    room - at, &len);
	} else {
		at += upload_base_put(
		    &(struct upload_base){ transfer - pack_state_upto(base),
			pack_state_check(base) },
		    text + at);
		*n =
		    pack_state_fill(base, list, *n, text + at, room - at, &len);
	}
	return *n > 0 ? at + len : 0;
}

size_t
down_text_piece(const struct down_head *head, const struct upload_piece *piece,
    size_t *done, size_t room, uint8_t text[static DOWN_TEXT_MAX])
{
	struct upload_piece part = *piece;
	size_t at = down_put(head, text);

	part.offset += (uint32_t)*done;
	at += upload_piece_put(&part, text + at);
	part.data += *done;
	part.len -= *done;
	if (part.len > room - at)
		part.len = room - at;
	memcpy(text + at, part.data, part.len);
	*done += part.len;
	return at + part.len;
}
