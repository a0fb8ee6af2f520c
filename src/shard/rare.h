/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one client says to rare domains in all: a channel that is spread over several domains stays
 * below the ceiling of each, but not below that of the sum. Rare: asked by at most two clients. A
 * pair counts from 32 bytes on; what is spread thinner is a channel without a common parent, which
 * the client's own key sees.
 *
 * A client's domains lie in all partitions, so each keeps the greatest sum of a day for its own,
 * and the sums are added at the end of the input. A full table gives up the least.
 */
#ifndef ED_SHARD_RARE_H
#define ED_SHARD_RARE_H

#include "base/addr.h"

enum {
	ED_RARE_CLIENTS_MAX = 2,
	ED_RARE_PAIR_BYTES = 32,
	ED_RARE_MAIL_PAIR_BYTES = 512, /* where the client is a mail server */
	ED_RARE_ENTRIES = 1024
};

struct ed_rare_sum {
	uint64_t client_hash;              /* 0: free */
	int64_t day;                       /* since 1970, of the sweep */
	uint32_t sweep;                    /* number of the sweep that added last */
	uint32_t bytes, n_domains;         /* of that sweep */
	uint32_t most_bytes, most_domains; /* of the day's greatest sweep */
	int64_t first_ns, last_ns;         /* of the pairs that were added */
	struct ed_addr client;
};

struct ed_rare {
	struct ed_rare_sum sums[ED_RARE_ENTRIES];
	uint32_t sweep;
	uint64_t n_displaced;
};

/* What a pair said in the last day; @from: client, day, first_ns and last_ns are taken. */
void ed_rare_add(struct ed_rare *r, const struct ed_rare_sum *from, uint32_t bytes);

/*
 * Adds up the @n tables. Calls @found for each client and its greatest day above @ceiling_bytes, in
 * the order of client hashes. 0 or -ENOMEM.
 */
int ed_rare_collect(const struct ed_rare *const *tables, unsigned n, uint32_t ceiling_bytes,
		    void (*found)(void *arg, const struct ed_rare_sum *sum), void *arg);

#endif
