/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways round the resolvers of the site: for each client and server what was asked and what flowed.
 * As in not_dns.h nothing is weighed; what is told is what was seen, as a matter of policy:
 *
 *   unsanctioned  lookups through a server that is not on the list of the site's resolvers; without
 *                 a list nothing is unsanctioned
 *   direct        a client that asks several such servers itself, without recursion or very many,
 *                 as a resolver does; told once for the client, and its pairs are not
 *   DoT, DoH      encrypted lookups: by the list, by the role of the client (a server, a hypervisor
 *                 or a device has no browser), or when the connections come at even intervals
 *   heavy         a flow to port 53 that carries more than its packets of lookups need
 *
 * The first sight is low, what goes on is medium, and high what also beats like a beacon or comes
 * from a machine whose role forbids it.
 *
 * A fixed table, sets of ways; a full set gives up the pair that was seen least often.
 */
#ifndef ED_SHARD_EGRESS_H
#define ED_SHARD_EGRESS_H

#include "base/addr_set.h"
#include "record/event.h"
#include "record/finding.h"
#include "sketch/beat.h"

enum {
	ED_EGRESS_PAIRS = 256,
	ED_EGRESS_NAME_MAX = 64, /* bytes of a server's name in wire form; longer is left out */
};

enum {
	/* It goes on: so many lookups or flows, over a minute. */
	ED_EGRESS_LOOKUPS = 20,
	ED_EGRESS_FLOWS = 10,
	/* A client asks by itself: so many servers without recursion, or so many in any way. */
	ED_EGRESS_SERVERS_ITERATIVE = 3,
	ED_EGRESS_SERVERS = 8,
	/* Bytes up, above what lookups need, of a pair: told from here, goes on from here. */
	ED_EGRESS_EXCESS_BYTES = 16000,
	ED_EGRESS_EXCESS_MANY_BYTES = 64000,
	/* Of flows that were sampled so many packets must have been seen before their bytes count. */
	ED_EGRESS_SAMPLED_PACKETS = 30,
};

enum ed_egress_kind { ED_EGRESS_DNS, ED_EGRESS_DIRECT, ED_EGRESS_DOT, ED_EGRESS_DOH };

/* What the pairs are held against; NULL list: none was given. */
struct ed_egress_policy {
	const struct ed_addr_set *sanctioned;
};

struct ed_egress_pair {
	uint64_t hash; /* of kind, client and server; 0: free */
	uint64_t client_hash;
	struct ed_addr client, server;
	uint8_t kind; /* ed_egress_kind */
	uint8_t role; /* ed_asset_role of the client */
	uint8_t told; /* ed_level of the last finding; 0: none yet */
	bool is_unsanctioned;
	uint8_t time_quality; /* the worst seen */
	uint8_t name_n;       /* of the server, where a handshake told it */
	uint8_t name[ED_EGRESS_NAME_MAX];
	int64_t first_ns, last_ns;
	uint64_t n_questions, n_answers, n_flows;
	uint64_t n_iterative; /* questions without recursion desired */
	uint64_t n_with_flags;
	uint64_t bytes_up, bytes_down; /* of flows, times what sampling left out */
	uint64_t excess_bytes;         /* up, above what as many packets of lookups need */
	uint64_t n_sampled_packets;    /* packets up in flows of which only a part was seen */
	uint64_t n_sampled;            /* flows that are one such packet */
	uint64_t longest_ms;
	uint64_t servers; /* DIRECT: linear counting, one bit each */
	uint64_t last_question;
	int64_t last_question_ns;
	uint64_t formats;
	struct ed_beat beat; /* of flows */
};

struct ed_egress {
	struct ed_egress_pair pairs[ED_EGRESS_PAIRS];
	uint64_t n_displaced;
};

/* Whether a lookup has to visit its client's partition for this table. */
static inline bool ed_egress_cares(const struct ed_egress_policy *policy, const struct ed_event *ev)
{
	const uint32_t both = ED_FIELD_CLIENT | ED_FIELD_RESOLVER;

	return policy->sanctioned && (ev->has & both) == both &&
	       !ed_addr_set_has(policy->sanctioned, &ev->resolver) &&
	       !ed_addr_set_has(policy->sanctioned, &ev->client);
}

/*
 * Counts a lookup or a flow. Returns its pair, or its client's DIRECT, when there is something to
 * tell: its level rose; else NULL. The event's client_hash says where its client belongs.
 */
struct ed_egress_pair *ed_egress_note(struct ed_egress *t, const struct ed_egress_policy *policy,
				      const struct ed_event *ev, uint64_t hash_key);

/* The pair's level by now; ED_LEVEL_INFORMATIONAL: nothing to tell. */
enum ed_level ed_egress_level(const struct ed_egress_pair *pair);

/* True when the client's DIRECT tells what this pair would. */
bool ed_egress_is_covered(const struct ed_egress *t, const struct ed_egress_pair *pair);

/* What it says, but for who says it (the analytic's id, name, version), which is left empty. */
void ed_egress_finding(const struct ed_egress_pair *pair, struct ed_finding *ret);

#endif
