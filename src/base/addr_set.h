/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A short list of addresses and networks, as a person writes it:
 * "10.0.0.53,192.0.2.0/24,2001:db8::". Plain memory, searched from front to back: two comparisons
 * an entry.
 */
#ifndef ED_BASE_ADDR_SET_H
#define ED_BASE_ADDR_SET_H

#include "base/addr.h"

enum { ED_ADDR_SET_MAX = 128 };

struct ed_addr_prefix {
	uint64_t value[2], mask[2]; /* of the 16 bytes, as they lie in memory */
};

/* All zero: empty. */
struct ed_addr_set {
	unsigned n;
	struct ed_addr_prefix prefix[ED_ADDR_SET_MAX];
};

/* Adds an address or a network (address/bits). 0, -EINVAL: it is neither, -ENOSPC: no room. */
int ed_addr_set_add(struct ed_addr_set *s, struct ed_span text);

/* Adds each of a list with commas; what -EINVAL is about is in @ret_bad. */
int ed_addr_set_add_list(struct ed_addr_set *s, struct ed_span list, struct ed_span *ret_bad);

bool ed_addr_set_has(const struct ed_addr_set *s, const struct ed_addr *a);

#endif
