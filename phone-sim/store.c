#include "store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct store {
	size_t n, used;
	size_t low; /* no word of the map below this one has a free slot */
	size_t words;
	uint64_t *free_map; /* bit set: free */
	struct store_slot *slot;
};

struct store *
store_new(size_t slots)
{
	struct store *s = calloc(1, sizeof *s);

	assert(slots >= 1 && slots <= STORE_SLOTS_MAX);
	if (s == NULL)
		return NULL;
	s->n = slots;
	s->words = (slots + 63) / 64;
	s->free_map = calloc(s->words, sizeof *s->free_map);
	s->slot = calloc(slots, sizeof *s->slot);
	if (s->free_map == NULL || s->slot == NULL) {
		store_free(s);
		return NULL;
	}
	for (size_t i = 0; i < slots; i++) {
		s->slot[i].state = STORE_FREE;
		s->free_map[i / 64] |= UINT64_C(1) << i % 64;
	}
	return s;
}

void
store_free(struct store *s)
{
	if (s == NULL)
		return;
	free(s->free_map);
	free(s->slot);
	free(s);
}

size_t
store_slots(const struct store *s)
{
	return s->n;
}

size_t
store_used(const struct store *s)
{
	return s->used;
}

int
store_put_at(struct store *s, size_t slot, enum store_state state,
    const uint8_t *pdu, size_t len)
{
	struct store_slot *at = store_slot(s, slot);

	if (at == NULL || len > sizeof at->pdu)
		return -1;
	if (at->state == STORE_FREE)
		s->used++;
	s->free_map[(slot - 1) / 64] &= ~(UINT64_C(1) << (slot - 1) % 64);
	at->state = (uint8_t)state;
	at->len = (uint8_t)len;
	memcpy(at->pdu, pdu, len);
	return 0;
}

size_t
store_put(
    struct store *s, enum store_state state, const uint8_t *pdu, size_t len)
{
	size_t slot;

	if (s->used == s->n || len > PDU_MAX)
		return 0;
	while (s->free_map[s->low] == 0)
		s->low++;
	slot = s->low * 64 + (size_t)__builtin_ctzll(s->free_map[s->low]) + 1;
	return store_put_at(s, slot, state, pdu, len) == 0 ? slot : 0;
}

struct store_slot *
store_slot(struct store *s, size_t slot)
{
	return slot >= 1 && slot <= s->n ? &s->slot[slot - 1] : NULL;
}

void
store_delete(struct store *s, size_t slot)
{
	struct store_slot *at = store_slot(s, slot);
	size_t word = (slot - 1) / 64;

	if (at == NULL || at->state == STORE_FREE)
		return;
	at->state = STORE_FREE;
	at->len = 0;
	s->used--;
	s->free_map[word] |= UINT64_C(1) << (slot - 1) % 64;
	if (word < s->low)
		s->low = word;
}
