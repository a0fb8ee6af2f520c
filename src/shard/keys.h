/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key table: fixed capacity, keys chosen by information. Every first-seen payload of weight w
 * bytes draws a seed from an exponential distribution of rate w, every lookup one of rate 1 (drawn
 * for many at once when their number reaches a power of two); a key's seed is the least it has
 * drawn. Only seeds below a threshold tau are admitted: a key with I bytes of information is
 * outside with probability e^(-I * tau). tau begins at ED_KEY_FIRST_TAU, where the one or two
 * ordinary names that most pairs of client and domain ever see seldom make a key and a tunnel is in
 * with its first payloads. A full table lowers tau so far that an eighth of its keys fall. The draw
 * is fixed by key and payload, so repeating a name never draws again, and filling the table with
 * junk keys costs an attacker as much information as it displaces. Free bytes in answers draw too,
 * a sixteenth of them each: who is told much under names that say little is a channel as well.
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
#include "base/hash.h"
#include "base/mem.h"
#include "base/span.h"
#include "shard/key_index.h"
#include "sketch/crowd.h"
#include "sketch/question_code.h"
#include "sketch/seen.h"
#include "sketch/template_code.h"
#include "sketch/weighted_hll.h"

enum {
	ED_KEY_SMALL = 8,         /* payloads remembered exactly before a key needs a sketch */
	ED_KEY_GENERATIONS = 3,   /* of half a window each: the union covers 1 to 1.5 windows */
	ED_KEY_SURE_WEIGHTS = 32, /* bytes for which a refusal is foreseen */
	ED_KEY_MONTHS = 2,        /* generations of 30 days: the union covers 30 to 60 days */
	ED_KEY_EVIDENCE_BYTES = 232,
	ED_KEY_PLAIN_BYTES = 2 * 64, /* of a key that every lookup touches */
	ED_KEY_NONE = UINT32_MAX,
};

#define ED_KEY_WINDOW_NS (24 * 3600 * INT64_C(1000000000))
#define ED_KEY_FIRST_TAU (1.0f / 8)
#define ED_KEY_QUIET_TAU (1.0f / 296)

/* The payload memory of a key that outgrew its exact set. */
struct ed_key_sketch {
	struct ed_whll generation[ED_KEY_GENERATIONS];
	struct ed_seen seen;
	struct ed_template_code template;              /* PAIR keys: the payload before */
	uint8_t followers[ED_QUESTION_MANY_FOLLOWERS]; /* PAIR keys: for the question code */
	uint32_t owner;                                /* index of the key, ED_KEY_NONE when free */
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
	uint8_t reputation, reputation_feed; /* PAIR, DOMAIN: the worst of its names */
	/* the second line: with the first, all that a lookup touches which a sketch knows */
	uint64_t formats; /* bit i: format row i */
	union {
		struct ed_crowd crowd;             /* DOMAIN: the clients */
		struct ed_question_code questions; /* PAIR: the sequence of questions */
		struct {
			uint64_t question;
			int64_t time_ns;
		} last; /* CLIENT: to know its copy by */
	};
	union {
		uint32_t resolver;  /* hash of the server asked last; 0: not known */
		uint32_t next_free; /* of a free place: index + 1 of the next one */
	};
	uint16_t half;         /* half windows since the key was made */
	bool is_uncounted : 1; /* no sketch was free: what it says is known only in part */
	bool is_named : 1;     /* asked for names other than reversed addresses */
	uint8_t service;       /* ed_service of the domain */
	uint64_t zone_hash;    /* PAIR: where its domain's key is found */
	/* the third, which the payloads of a key without a sketch are looked up in */
	uint32_t small[ED_KEY_SMALL];       /* payload hashes: the exact set */
	uint8_t small_weight[ED_KEY_SMALL]; /* bytes of information, at least 1 */
	uint64_t client_hash;               /* PAIR, CLIENT */
	/* Information, by generation, the youngest first. Names: bytes of payloads that were new
	 * when they came. Extra: 1/64 bit, what repeats, types and headers said (question_code.h).
	 */
	uint32_t names_bytes[ED_KEY_GENERATIONS];
	uint32_t extra[ED_KEY_GENERATIONS];
	uint32_t month_names_bytes[ED_KEY_MONTHS];
	uint32_t month_extra[ED_KEY_MONTHS];
	_Alignas(8) uint8_t evidence[ED_KEY_EVIDENCE_BYTES];
};

struct ed_key_table {
	struct ed_key *keys;
	float *seeds;              /* by key; 0: pinned; infinite: free place */
	uint32_t capacity, n_used; /* places taken at least once */
	uint32_t n_keys;
	uint32_t first_free; /* index + 1 */
	float tau;           /* only seeds below are admitted */
	float sure_tau;      /* the tau that sure[] was made for */
	/* by weight: a lower hash draws a seed above tau; 0 for all weights above */
	uint64_t sure[ED_KEY_SURE_WEIGHTS + 1];
	struct ed_key_index index;
	struct ed_key_sketch *sketches;
	uint32_t n_sketches, n_sketches_used;
	uint32_t n_made; /* keys, since the start; it may wrap */
	uint64_t n_evicted, n_refused, n_sketches_taken;
};

/* 0 or -ENOMEM. @pool is where its memory comes from (base/mem.h); NULL: none. */
int ed_key_table_init(struct ed_key_table *t, uint32_t capacity, uint32_t n_sketches,
		      struct ed_mem_pool *pool);
void ed_key_table_done(struct ed_key_table *t);

/* The hash of a key: of a zone and a client, 0 for the one that its kind leaves out. Never 0. */
static inline uint64_t ed_key_hash(uint64_t a, uint64_t b, enum ed_key_kind kind)
{
	uint64_t h = ed_hash_sum(a, b, kind);

	return h ? h : 1;
}

struct ed_key *ed_key_find(struct ed_key_table *t, uint64_t hash);

/* Where a key seems to be. That is a hint: until the look-up the key may come or go. */
struct ed_key_hint {
	uint32_t at;     /* ED_KEY_NONE: not in the place where it would be first */
	uint32_t n_made; /* the table's; with NONE: it is nowhere, unless one was made since */
};

/* The lines of a key from byte @from up to @to. */
static inline void ed_key_fetch_lines(const struct ed_key *k, size_t from, size_t to)
{
	for (size_t line = from; line < to; line += 64)
		__builtin_prefetch((const uint8_t *)k + line);
}

/*
 * The memory accesses of a look-up, begun early: first the place in the index, some events later the
 * first @n_bytes of the key, then what is looked at next: what its sketch knows of the payload, or of
 * a key without one, to which payloads are likely to be new, the rest up to @n_bytes.
 */
static inline void ed_key_prefetch(const struct ed_key_table *t, uint64_t hash)
{
	__builtin_prefetch(ed_key_index_bucket(&t->index, hash));
}

static inline struct ed_key_hint ed_key_fetch(const struct ed_key_table *t, uint64_t hash,
					      size_t n_bytes)
{
	const struct ed_key_bucket *b = ed_key_index_bucket(&t->index, hash);
	unsigned match = ed_key_bucket_match(b, ed_key_index_tag(hash));
	uint32_t at;

	/* only in the bucket that was fetched: the search goes on when the key is needed */
	if (!match)
		return (struct ed_key_hint){ ED_KEY_NONE, t->n_made - (b->n_passed > 0) };
	at = b->index[__builtin_ctz(match)];
	ed_key_fetch_lines(&t->keys[at], 0, ED_KEY_PLAIN_BYTES);
	ed_key_fetch_lines(&t->keys[at], ED_KEY_PLAIN_BYTES, n_bytes);
	return (struct ed_key_hint){ at, t->n_made };
}

void ed_key_fetch_next(const struct ed_key_table *t, struct ed_key_hint hint, uint64_t payload_hash,
		       size_t n_bytes);

/* As ed_key_find, with what ed_key_fetch has said of the same hash. */
struct ed_key *ed_key_find_at(struct ed_key_table *t, uint64_t hash, struct ed_key_hint hint);

/* What a lookup brings to the table. */
struct ed_key_bid {
	uint64_t payload_hash;
	struct ed_span
		payload;       /* wire labels for the positional predictor; empty: not to be used */
	unsigned weight_bytes; /* information of the payload; 0: none */
	unsigned other_bytes;  /* what it was told, or what could not be printed, adds so much to
				  that when seeds are drawn */
	bool quiet;            /* tells nothing of its own: admitted only by chance */
	bool sure;             /* on a list: admitted as long as there is any place */
	struct ed_key_hint hint; /* of ed_key_fetch for the same key */
	uint64_t draw;           /* a keyed hash that differs for every lookup */
	int64_t time_ns;         /* moves the windows of the key on, never back */
};

/* What the lookup is to the key. */
struct ed_key_news {
	bool is_new; /* the payload was not known; it and its weight are counted in the window */
	unsigned n_halves; /* of the window that have passed since the lookup before */
};

/* The key of @hash, made when it is new and worth a place; NULL when it is refused. */
struct ed_key *ed_key_admit(struct ed_key_table *t, uint64_t hash, const struct ed_key_bid *bid,
			    struct ed_key_news *ret);

/* True when the key remembers the payload, or seems to (sketch/seen.h). */
bool ed_key_knows(const struct ed_key_table *t, const struct ed_key *k, uint64_t payload_hash);

/* What a key has said, in bytes. */
struct ed_key_info {
	double names;       /* distinct payloads of the window (1 to 1.5 days) */
	double extra;       /* repeats, types and headers of the window */
	double day;         /* both */
	double month_extra; /* repeats, types and headers of 30 to 60 days */
	double month;       /* names and extra of 30 to 60 days */
};

/*
 * The names are the sum over payloads that were new, held within 20 % of what the distinct counter
 * estimates: the sum is exact while the key remembers its payloads, the counter forgets nothing.
 */
void ed_key_info(const struct ed_key_table *t, const struct ed_key *k, struct ed_key_info *ret);

/* The cost of a question beside its name, in 1/1024 bit. */
static inline void ed_key_note_extra(struct ed_key *k, uint32_t mbits)
{
	k->extra[0] += mbits >> 4;
	k->month_extra[0] += mbits >> 4;
}

/* A pinned key is never evicted; unpinned it stays as one of some 300 bytes would. */
void ed_key_pin(struct ed_key_table *t, const struct ed_key *k);
void ed_key_unpin(struct ed_key_table *t, const struct ed_key *k);

#endif
