/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairing: queries that wait for their response. A set-associative table of fixed size; a query
 * that is pushed out or never answered simply stays an unanswered query. Key: (client, port, txid,
 * name, type).
 */
#ifndef ED_SHARD_PENDING_H
#define ED_SHARD_PENDING_H

#include "base/mem.h"
#include "record/event.h"

#define ED_PENDING_LIFE_NS (10 * INT64_C(1000000000))
/* A mirror port shows a packet twice within this time; a resolver that asks again waits longer. */
#define ED_PENDING_DUPLICATE_NS (5 * INT64_C(1000000))

/* The lowest bit of the hash says whether the question still waits. */
struct ed_pending_entry {
	uint64_t hash;
	uint64_t stamp; /* time of the query, then of its response, counted from INT64_MIN; 0: free
			 */
};

struct ed_pending {
	struct ed_pending_entry *entries;
	uint32_t set_mask;
	uint64_t n_evicted; /* pushed out before their time */
};

enum ed_pending_verdict {
	ED_PENDING_NEW,       /* a question, or an answer whose question nobody saw */
	ED_PENDING_SETTLED,   /* the answer to a question that waited */
	ED_PENDING_DUPLICATE, /* the same packet again */
};

/* @capacity is rounded down to a power of two, at least 8. 0 or -ENOMEM. @pool: as
 * for ed_mem_take. */
int ed_pending_init(struct ed_pending *p, uint32_t capacity, struct ed_mem_pool *pool);
void ed_pending_done(struct ed_pending *p);

/* What query and response have in common. */
uint64_t ed_pending_question(const struct ed_event *ev);

/* @question: ed_pending_question of @ev, a query or a response. */
enum ed_pending_verdict ed_pending_note(struct ed_pending *p, const struct ed_event *ev,
					uint64_t question);

/* Fetches what the next call for this question will touch. */
void ed_pending_prefetch(const struct ed_pending *p, uint64_t question);

#endif
