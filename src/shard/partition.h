/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition: all the state of a sixteenth of the keys. An event goes to the partition of its zone
 * (for the keys (client, domain) and domain) and to that of its client (for the key client).
 * Partitions share nothing; a shard is some of them, and
 * no two threads work on one shard at a time, so the number of shards
 * changes nothing in the result.
 */
#ifndef ED_SHARD_PARTITION_H
#define ED_SHARD_PARTITION_H

#include "analytic/group.h"
#include "record/finding.h"
#include "shard/clients.h"
#include "shard/egress.h"
#include "shard/keys.h"
#include "shard/machines.h"
#include "shard/not_dns.h"
#include "shard/pending.h"
#include "shard/rare.h"
#include "shard/resolvers.h"
#include "shard/shared_names.h"
#include "shard/unasked.h"
#include "shard/usual.h"
#include "sketch/hll.h"

enum { ED_PARTITIONS = 16 };

/* The roles in which an event visits a partition; both may fall to one. */
enum ed_role {
	ED_ROLE_ZONE = 1,
	ED_ROLE_CLIENT = 2,
	ED_ROLE_HOST = 4,   /* the machine that a source on it names, or the address of a flow */
	ED_ROLE_EGRESS = 8, /* a lookup round the resolvers, in its client's partition */
};

enum { ED_ROLES = 3 }; /* visits of an event at most: EGRESS goes with CLIENT, or in its place */

static inline unsigned ed_partition_of(uint64_t hash)
{
	return (unsigned)(hash >> 60);
}
static_assert(ED_PARTITIONS == 16, "the upper four bits of a hash choose the partition");

/*
 * The client key counts the domains of a client that look chosen by people against those that look
 * made up. The former are nearly all there are, so one domain in ED_PLAIN_SAMPLE stands for all of
 * them.
 */
enum { ED_PLAIN_SAMPLE = 8 };

static inline bool ed_zone_is_plain(const struct ed_event *ev)
{
	return ev->zone_llr <= 0;
}

/* Whether the event visits its client's partition: questions, and answers from domains that look
 * made up. */
static inline bool ed_client_cares(const struct ed_event *ev)
{
	if (!ed_zone_is_plain(ev))
		return true;
	return ev->kind != ED_EVENT_DNS_RESPONSE && ev->zone_hash % ED_PLAIN_SAMPLE == 0;
}

enum { ED_SUSPECT_LEAST = 16 };

/* A key that is being watched: what an alert will need and the key has no room for. */
struct ed_suspect {
	uint32_t key;           /* index of its key; ED_KEY_NONE: free */
	uint8_t analytic;       /* row of the one that speaks about it */
	uint8_t groups;         /* that its client is in */
	uint8_t machine_traits; /* ed_machine_trait, of the client; known after the join */
	uint8_t level;          /* at the last weighing */
	bool is_moved;          /* client is not the key's: see views.h */
	uint8_t n_least;
	uint8_t n_seen_from;
	float score_bits; /* at the last weighing */
	struct ed_addr client;
	struct ed_addr seen_from[ED_SEEN_FROM_MAX]; /* the same lookups, further on */
	uint32_t least[ED_SUSPECT_LEAST]; /* of the hashes of its names, rising: see views.h */
	uint32_t next;                    /* of its bucket, in views.c */
	struct ed_name domain;
	uint32_t n_new;     /* names that were new since it is watched */
	uint32_t most_code; /* the longest code of those that the newest sample was chosen from */
	uint32_t n_samples;
	struct ed_name samples[ED_ALERT_SAMPLES_MAX];
	float sample_llr_bits[ED_ALERT_SAMPLES_MAX];
};

/* What an analytic's settings are, shared read-only by all partitions. */
struct ed_partition_conf {
	const ed_analytic_confs *analytic_confs; /* by the groups of a client (analytic/group.h) */
	const char *const *feed_names; /* by the index of the feed; NULL when there is none */
	struct ed_egress_policy egress;
	const char *sanctioned; /* the list as it was given; NULL: none */
	uint64_t hash_key;
	uint32_t n_keys, n_sketches, n_suspects, n_pending, n_shared_names,
		n_clients;        /* a partition */
	size_t machines_bytes;    /* a partition */
	struct ed_mem_pool *pool; /* that ed_partition_init takes its tables from; NULL: none */
	void *arg;
	/* A finding of medium or above, or lower ones of keys under watch; called by the owner's
	 * thread. */
	void (*finding)(void *arg, unsigned partition, const struct ed_finding *f);
	/* Addresses that the inventory knows of a host at that time, at most @n_max; NULL: there is
	 * no inventory. Returns how many. */
	unsigned (*host_addrs)(void *arg, struct ed_span host, int64_t time_ns, struct ed_addr *ret,
			       unsigned n_max);
	/* The incident of the key is told by another one. */
	void (*withdraw)(void *arg, unsigned partition, uint64_t key_hash);
};

/* A family that looks at a kind of key, and where in the key it keeps its state. */
struct ed_observer {
	void (*observe)(void *state, const struct ed_sighting *s); /* NULL: behind the last */
	size_t at;
};

struct ed_partition {
	const struct ed_partition_conf *conf;
	unsigned index;
	struct ed_observer observers[ED_KEY_N][ED_EVIDENCE_N + 1]; /* by ed_key_kind */
	size_t key_bytes[ED_KEY_N]; /* how far into a key their states reach */
	struct ed_key_table keys;
	struct ed_pending pending;
	struct ed_shared_names shared;
	struct ed_clients client_table;
	struct ed_resolvers resolvers;
	struct ed_not_dns not_dns;
	struct ed_egress egress;
	struct ed_unasked unasked;
	struct ed_machines machines;
	struct ed_crowd all_clients; /* of events in the role zone */
	uint64_t all_zones;          /* the same, linear counting as in clients.h */
	int64_t first_ns;            /* of the first event with a time; 0: none yet */
	int64_t last_ns;             /* of the newest event */
	int64_t day;                 /* the last that began, since 1970 */
	int64_t sweep_ns;            /* when the keys were swept last; 0: not yet */
	uint64_t n_questions, n_since_sweep;
	struct ed_usual usual;
	struct ed_rare rare;
	struct ed_suspect *suspects;
	struct ed_actor *actors; /* of each suspect; known where a source names the program */
	uint32_t n_suspects_used;
	uint64_t n_suspects_displaced;
	struct ed_hll clients,
		zones; /* of the events in the role zone; clients overlap between partitions */
	uint64_t n_duplicates; /* packets that a mirror port showed twice */
};

int ed_partition_init(struct ed_partition *p, unsigned index, const struct ed_partition_conf *conf);
void ed_partition_done(struct ed_partition *p);

/*
 * One event on its way through a partition. The keys it will touch are computed when it is
 * prepared, so that their memory can be fetched while earlier events are worked on: prepare, then
 * touch, then reach, then visit.
 */
struct ed_visit {
	struct ed_partition *p;
	const struct ed_event *ev;
	unsigned roles;        /* ed_role */
	uint64_t pair, domain; /* keys of the role zone */
	uint64_t client;       /* key of the role client */
	uint64_t question;     /* ed_pending_question, of the role zone */
	uint32_t resolver;     /* ed_resolver_hash, of the role zone */
	struct ed_key_hint pair_hint, domain_hint, client_hint; /* filled by ed_visit_touch */
};

void ed_visit_prepare(struct ed_partition *p, const struct ed_event *ev, unsigned roles,
		      struct ed_visit *ret);
void ed_visit_touch(struct ed_visit *v);
void ed_visit_reach(const struct ed_visit *v);
void ed_visit(const struct ed_visit *v);

/* Tells a matter of policy, seen on the network: fills who says it and the list that it is held
 * against. */
void ed_partition_tell_policy(struct ed_partition *p, struct ed_finding *f);

/* The input ended: every suspect is weighed once more, so that the findings carry the last figures.
 */
void ed_partition_finish(struct ed_partition *p);

#endif
