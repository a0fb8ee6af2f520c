/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table of fixed capacity that knows the age of its entries: chains for look-up, and two
 * lists in order of use. It keeps indices only; entries lie in an array of the caller beside it,
 * whose element 0 is unused because index 0 means "none". Zeroed memory is an empty table.
 */
#ifndef ED_WIRE_SLOTS_H
#define ED_WIRE_SLOTS_H

#include <stdint.h>

struct ed_slot {
	uint16_t chain; /* next with the same bucket, or next free */
	uint16_t older;
	uint16_t newer;
	uint8_t list;
	uint32_t bucket;
};

struct ed_slots {
	struct ed_slot *slot; /* n_slots + 1; borrowed, zeroed */
	uint16_t *buckets;    /* n_buckets; borrowed, zeroed */
	uint32_t n_buckets;   /* a power of two */
	uint16_t n_slots;
	uint16_t n_fresh; /* slots used at least once */
	uint16_t free;
	uint16_t oldest[2];
	uint16_t newest[2];
};

/* The first entry that may have @hash; go on along slot[i].chain. */
static inline uint16_t ed_slots_first(const struct ed_slots *s, uint64_t hash)
{
	return s->buckets[hash & (s->n_buckets - 1)];
}

/* A new entry, the newest of @list; 0 when the table is full. */
uint16_t ed_slots_new(struct ed_slots *s, uint64_t hash, unsigned list);

void ed_slots_free(struct ed_slots *s, uint16_t i);

/* Makes entry @i the newest of @list. */
void ed_slots_touch(struct ed_slots *s, uint16_t i, unsigned list);

#endif
