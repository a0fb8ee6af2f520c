/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Have I seen this before?" for a key with many payloads: two Bloom filters of 2,048 bits, the
 * older one dropped when the newer holds 256 elements. Remembers at least the last 256 distinct
 * elements, never more than 512; wrongly says "seen" for at most about 2.5 % of new ones (4 bits an
 * element, both filters). 520 bytes. Source: Bloom 1970; the ageing pair as in Chang et al. 2004.
 */
#ifndef ED_SKETCH_SEEN_H
#define ED_SKETCH_SEEN_H

#include <stdbool.h>
#include <stdint.h>

enum { ED_SEEN_WORDS = 32, ED_SEEN_PER_FILTER = 256 };

struct ed_seen {
	uint64_t young[ED_SEEN_WORDS];
	uint64_t old[ED_SEEN_WORDS];
	uint32_t n_young;
	uint32_t pad;
};

/* True when @hash is there, or seems to be. */
bool ed_seen_has(const struct ed_seen *s, uint64_t hash);

/* True when @hash was there (or seems to have been); remembers it. */
bool ed_seen_test_and_set(struct ed_seen *s, uint64_t hash);

/* Fetches what the next call for @hash looks at first. */
void ed_seen_prefetch(const struct ed_seen *s, uint64_t hash);

#endif
