/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key table: fixed capacity, keys chosen by information. Every first-seen payload of weight w
 * bytes draws a seed from an exponential distribution of rate w, every lookup one of rate 1 (drawn
 * for many at once when their number reaches a power of two); a key's seed is the least it has
 * drawn. Only seeds below a threshold tau are admitted: a key with I bytes of information is
 * outside with probability e^(-I * tau). tau begins at ED_KEY_FIRST_TAU, where the one or two
 * ordinary names that most pairs of client and domain ever see seldom make a key and a tunnel is in
 * with its first payloads. A full table lowers tau so far that an eighth of its keys fall. The draw
 * is a hash of (key, payload), so repeating a name never draws again, and filling the table with
 * junk keys costs an attacker as much information as it displaces.
 *
 * Lookups without information (the domain itself, a name that many clients ask) make a key only
 * when their draw lies below ED_KEY_QUIET_TAU: after some 300 of them on average.
 *
 * Source: threshold form of bottom-k sampling, Cohen & Kaplan 2007; distinct heavy hitters, Afek et
 * al. 2016 (arXiv 1612.02636); detection design §3b. One thread owns a table. No allocation after
 * init.
 */
#ifndef ED_SHARD_KEYS_H
#define ED_SHARD_KEYS_H

#include "evidence/evidence.h"
#include "sketch/crowd.h"
#include "sketch/seen.h"
#include "sketch/weighted_hll.h"

enum {
	ED_KEY_SMALL = 10,      /* payloads remembered exactly before a key needs a sketch */
	ED_KEY_GENERATIONS = 3, /* of half a window each: the union covers 1 to 1.5 windows */
	ED_KEY_EVIDENCE_BYTES = 160,
	ED_KEY_NONE = UINT32_MAX,
};

#define ED_KEY_WINDOW_NS (24 * 3600 * INT64_C(1000000000))
#define ED_KEY_FIRST_TAU (1.0f / 8)
#define ED_KEY_QUIET_TAU (1.0f / 296)

/* The payload memory of a key that outgrew its exact set. */
struct ed_key_sketch {
	struct ed_whll generation[ED_KEY_GENERATIONS];
	struct ed_seen seen;
	uint32_t owner; /* index of the key, ED_KEY_NONE when free */
	uint32_t pad;
};

struct ed_key {
	/* one cache line that every lookup touches */
	uint64_t hash; /* of kind, client and domain; 0: free */
	int64_t first_ns, last_ns;
	int64_t window_ns; /* start of the current half window */
	uint32_t n_queries;
	uint32_t n_responses;
	uint32_t n_names;    /* payloads that were new when they came */
	uint32_t next_weigh; /* lookups at which the key is weighed again */
	uint32_t sketch;     /* index, ED_KEY_NONE while the exact set serves */
	uint32_t suspect;    /* index, ED_KEY_NONE */
	uint32_t has;        /* fields seen */
	uint8_t kind;        /* ed_key_kind */
	uint8_t n_small;
	uint8_t formats; /* bit i: format row i, the first eight */
	uint8_t pad_head;
	/* the exact set */
	uint64_t zone_hash;  /* PAIR: where its domain's key is found */
	uint32_t info_noted; /* weights of all new payloads: cheap, and hardly below the estimate */
	uint32_t small[ED_KEY_SMALL];       /* payload hashes */
	uint8_t small_weight[ED_KEY_SMALL]; /* bytes of information, at least 1 */
	uint8_t pad[2];
	_Alignas(8) uint8_t evidence[ED_KEY_EVIDENCE_BYTES];
	struct ed_crowd crowd; /* DOMAIN keys: their clients */
	uint32_t next_free;    /* index + 1 in the list of free places */
};

/* The tag saves the look at the key when the slot is another's. */
struct ed_key_slot {
	uint32_t tag;
	uint32_t index; /* of the key + 1; 0: free */
};

struct ed_key_table {
	struct ed_key *keys;
	float *seeds;              /* by key; 0: pinned; infinite: free place */
	uint32_t capacity, n_used; /* places taken at least once */
	uint32_t n_keys;
	uint32_t first_free;       /* index + 1 */
	float tau;                 /* only seeds below are admitted */
	struct ed_key_slot *slots; /* a power of two */
	uint32_t slot_mask;
	struct ed_key_sketch *sketches;
	uint32_t n_sketches, n_sketches_used;
	uint64_t hash_key;
	uint64_t n_evicted, n_refused, n_sketches_taken;
};

int ed_key_table_init(struct ed_key_table *t, uint32_t capacity, uint32_t n_sketches,
		      uint64_t hash_key);
void ed_key_table_done(struct ed_key_table *t);

struct ed_key *ed_key_find(struct ed_key_table *t, uint64_t hash);

/* The two memory accesses of a look-up, begun early: first the slot, some events later the key. */
void ed_key_prefetch_slot(const struct ed_key_table *t, uint64_t hash);
void ed_key_prefetch_key(const struct ed_key_table *t, uint64_t hash);

/* What a lookup brings to the table. */
struct ed_key_bid {
	uint64_t payload_hash;
	unsigned weight_bytes; /* information of the payload; 0: none */
	bool quiet;            /* tells nothing of its own: admitted only by chance */
	uint64_t draw;         /* a hash that differs for every lookup */
	int64_t time_ns;       /* moves the windows of the key on, never back */
};

/* What the lookup is to the key. */
struct ed_key_news {
	bool is_new; /* the payload was not known; it and its weight are counted in the window */
	bool window_passed; /* since the lookup before: evidence should fade */
};

/* The key of @hash, made when it is new and worth a place; NULL when it is refused. */
struct ed_key *ed_key_admit(struct ed_key_table *t, uint64_t hash, const struct ed_key_bid *bid,
			    struct ed_key_news *ret);

/* Bytes of information in the distinct payloads of the window. Exact while the small set serves. */
double ed_key_info_bytes(const struct ed_key_table *t, const struct ed_key *k);

/* A pinned key is never evicted; unpinned it stays as one of some 300 bytes would. */
void ed_key_pin(struct ed_key_table *t, const struct ed_key *k);
void ed_key_unpin(struct ed_key_table *t, const struct ed_key *k);

#endif
