/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to addresses that no lookup gave: of a client whose lookups are seen, and that still
 * connects mostly to servers that none of its answers named. It may look names up where nobody
 * sees it, through encrypted DNS or a tunnel, or carry addresses with it, as implants and
 * peer-to-peer programs do. As in egress.h nothing is weighed; it is a matter of policy, of level
 * low, and only kept track of where the site's resolvers are given.
 *
 * Answers are remembered where lookups go, in the partition of their domain: a Bloom filter of
 * (client, network of 256 addresses), since an event holds the first address of an answer and the
 * others often lie beside it. Servers are remembered where flows go, in the partition of the
 * client: those that hash least, a fair sample of all. When all input is read, the two are held
 * against each other. A full filter says "asked" to everything; it never accuses.
 *
 * Only IPv4; servers in private networks are left out.
 */
#ifndef ED_SHARD_UNASKED_H
#define ED_SHARD_UNASKED_H

#include "record/event.h"
#include "record/finding.h"

enum {
	ED_UNASKED_CLIENTS = 128, /* a partition; of two the one with fewer servers gives way */
	ED_UNASKED_SERVERS = 32,  /* of a client, the sample */
	ED_UNASKED_KINDS = 16,
	ED_UNASKED_WORDS = 16384, /* of the filter: 1 Mbit, for some 100,000 answers */
};

enum {
	/* Told from here: so many servers in the sample, so many of a hundred unasked. */
	ED_UNASKED_SERVERS_MIN = 20,
	ED_UNASKED_PERCENT = 80,
	ED_UNASKED_KINDS_MIN = 6, /* its answers are seen */
};

struct ed_unasked_client {
	uint64_t hash; /* 0: free */
	struct ed_addr addr;
	int64_t first_ns, last_ns;
	uint64_t n_flows, bytes_up, bytes_down;
	uint64_t formats;
	uint32_t n_servers;                       /* of the sample */
	uint32_t server_hash[ED_UNASKED_SERVERS]; /* rising */
	uint32_t server[ED_UNASKED_SERVERS];      /* IPv4, host order */
};

struct ed_unasked {
	struct ed_unasked_client clients[ED_UNASKED_CLIENTS];
	uint64_t asked[ED_UNASKED_WORDS];
};

/* An answer with an address. */
void ed_unasked_answer(struct ed_unasked *t, const struct ed_event *ev);

/* A flow; of no interest unless it goes to a server outside, and not for DNS. */
void ed_unasked_flow(struct ed_unasked *t, const struct ed_event *ev, uint64_t hash_key);

/* True when an answer to the client may have named the IPv4 address. */
bool ed_unasked_knows(const struct ed_unasked *t, uint64_t client_hash, uint32_t server);

/* Of how many kinds, a sixteenth of all networks each, the client's answers were, as bits: whether
 * its answers are seen at all. */
uint32_t ed_unasked_kinds(const struct ed_unasked *t, uint64_t client_hash);

/* What is to be told of a client, of whose sample @n_unasked were not asked for, the first of them
 * @server; but for who says it. */
void ed_unasked_finding(const struct ed_unasked_client *c, uint32_t n_unasked, uint32_t server,
			struct ed_finding *ret);

#endif
