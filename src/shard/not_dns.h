/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw data on port 53: for each client and server what passed between them that is no DNS. Nothing
 * has to be weighed, since no program has a reason to do that where names are looked up; what takes
 * care of honest oddities is that some kilobyte in several different payloads must have passed, so
 * that port scans, traceroute and a lost packet stay silent.
 *
 * A fixed table, sets of ways; a full set gives up the pair with the fewest bytes. A flood of
 * spoofed clients displaces itself.
 */
#ifndef ED_SHARD_NOT_DNS_H
#define ED_SHARD_NOT_DNS_H

#include "record/event.h"
#include "record/finding.h"

enum { ED_NOT_DNS_PAIRS = 256 };

/* From here on a finding of medium, and of high. */
enum {
	ED_NOT_DNS_PAYLOADS = 10,
	ED_NOT_DNS_DIFFERENT = 5, /* payloads that differ, among them; an estimate from below */
	ED_NOT_DNS_BYTES = 1000,
	ED_NOT_DNS_HIGH_BYTES = 16000,
};

struct ed_not_dns_way {
	uint64_t n_payloads;
	uint64_t n_bytes;
	int64_t last_ns; /* and the hash of the last payload: a mirror port shows it twice */
	uint32_t last_hash;
};

struct ed_not_dns_pair {
	uint64_t hash; /* of client and server; 0: free */
	struct ed_addr client, server;
	int64_t first_ns, last_ns;
	struct ed_not_dns_way way[2]; /* to the server, from it */
	uint64_t n_tcp;               /* payloads in TCP, both ways */
	uint64_t formats;
	uint64_t contents; /* linear counting of payloads: one bit each */
	uint8_t told;      /* ed_level of the last finding; 0: none yet */
	uint8_t n_first;
	uint8_t first[ED_FOREIGN_FIRST_BYTES]; /* of the earliest payload seen */
};

struct ed_not_dns {
	struct ed_not_dns_pair pairs[ED_NOT_DNS_PAIRS];
	uint64_t n_displaced;
};

/*
 * Counts an event of the kind ED_EVENT_NOT_DNS. Returns its pair when there is something to tell:
 * its level rose, or its payloads have doubled since; else NULL.
 */
struct ed_not_dns_pair *ed_not_dns_note(struct ed_not_dns *t, const struct ed_event *ev,
					uint64_t hash_key);

/* The pair's level by now; ED_LEVEL_INFORMATIONAL: nothing to tell. */
enum ed_level ed_not_dns_level(const struct ed_not_dns_pair *pair);

/* What it says, but for who says it (the analytic's id, name, version), which is left empty. */
void ed_not_dns_finding(const struct ed_not_dns_pair *pair, struct ed_finding *ret);

#endif
