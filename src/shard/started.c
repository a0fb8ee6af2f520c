/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of program starts; see started.h. */
#include "shard/started.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

enum {
	WAYS = 2,
	RING_SHARE = 15, /* sixteenths; the rest is the index */
	ENTRY_MAX_BYTES = sizeof(uint64_t) + ED_PROCESS_MAX_BYTES + 8,
};

int ed_started_init(struct ed_started *t, size_t bytes)
{
	uint32_t n_sets = 1;

	memset(t, 0, sizeof(*t));
	while (2 * (size_t)n_sets * WAYS * sizeof(*t->slots) <= bytes / 16)
		n_sets *= 2;
	t->set_mask = n_sets - 1;
	t->ring_bytes = (uint32_t)(bytes / 16 * RING_SHARE) & ~7U;
	if (t->ring_bytes < 2 * ENTRY_MAX_BYTES)
		t->ring_bytes = (2 * ENTRY_MAX_BYTES) & ~7U;
	t->ring = ed_mem_zalloc(t->ring_bytes, 1);
	t->slots = ed_mem_zalloc((size_t)n_sets * WAYS, sizeof(*t->slots));
	if (t->ring && t->slots)
		return 0;
	ed_started_done(t);
	return -ENOMEM;
}

void ed_started_done(struct ed_started *t)
{
	ed_mem_free(t->ring);
	ed_mem_free(t->slots);
	memset(t, 0, sizeof(*t));
}

static struct ed_started_slot *set_of(const struct ed_started *t, uint64_t key)
{
	return t->slots + (size_t)(key >> 32 & t->set_mask) * WAYS;
}

/* The entry that the slot points to; NULL when the ring has written over it. */
static const struct ed_process *entry(const struct ed_started *t, const struct ed_started_slot *s)
{
	const uint8_t *at = t->ring + s->at % t->ring_bytes;
	uint64_t key;

	if (s->key == 0 || t->head - s->at > t->ring_bytes)
		return NULL;
	memcpy(&key, at, sizeof(key));
	return key == s->key ? (const void *)(at + sizeof(key)) : NULL;
}

/* Room for @n bytes in one piece; what is left before the ring's end is passed over. */
static uint64_t place(struct ed_started *t, size_t n)
{
	uint64_t left = t->ring_bytes - t->head % t->ring_bytes;

	if (left < n)
		t->head += left;
	t->head += n;
	return t->head - n;
}

void ed_started_note(struct ed_started *t, uint64_t host_hash, const struct ed_process *p)
{
	uint64_t key = ed_started_key(host_hash, p->id);
	struct ed_started_slot *set = set_of(t, key);
	struct ed_span text[ED_TEXT_N];
	size_t n = sizeof(*p) + ed_actor_texts(p, text);
	struct ed_process *room;
	uint64_t at;

	if (p->id == 0)
		return;
	at = place(t, (sizeof(key) + n + 7) & ~(size_t)7);
	memcpy(t->ring + at % t->ring_bytes, &key, sizeof(key));
	room = (struct ed_process *)(void *)(t->ring + at % t->ring_bytes + sizeof(key));
	(void)ed_process_write(p, text, room, n);
	if (set[0].key != key)
		set[1] = set[0];
	set[0] = (struct ed_started_slot){ .key = key, .at = at };
}

const struct ed_process *ed_started_find(const struct ed_started *t, uint64_t host_hash,
					 uint64_t id)
{
	uint64_t key = ed_started_key(host_hash, id);
	const struct ed_started_slot *set = set_of(t, key);

	for (unsigned i = 0; id != 0 && i < WAYS; i++) {
		if (set[i].key == key)
			return entry(t, &set[i]);
	}
	return NULL;
}
