/* SPDX-License-Identifier: Apache-2.0 */
/* How many different things there were, by 64-bit hashes: exact but for collisions (with 10 million
 * of them, one in 400,000 counts is short by one), up to a limit. */
#ifndef ED_BASE_HASH_SET_H
#define ED_BASE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ed_hash_set {
	uint64_t *v; /* open addressing, 0 is free; owned */
	size_t n, cap;
	size_t max; /* entries, a power of two */
	bool full;  /* there were more */
	int error;  /* -ENOMEM, sticky */
};

void ed_hash_set_init(struct ed_hash_set *ret, size_t max);
void ed_hash_set_done(struct ed_hash_set *s);

/* True when @hash was not there before. False also when it cannot be kept: then .full or .error. */
bool ed_hash_set_add(struct ed_hash_set *s, uint64_t hash);

#endif
