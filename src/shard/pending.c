/* SPDX-License-Identifier: Apache-2.0 */
/* Pairing; see pending.h. */
#include "shard/pending.h"

#include <errno.h>

#include "base/hash.h"
#include "base/mem.h"

enum { WAYS = 4 };

static const uint64_t WAITS = 1;

int ed_pending_init(struct ed_pending *p, uint32_t capacity, struct ed_mem_pool *pool)
{
	uint32_t n_sets = 2;

	while (n_sets * 2 * WAYS <= capacity)
		n_sets *= 2;
	memset(p, 0, sizeof(*p));
	p->set_mask = n_sets - 1;
	p->entries = ed_mem_take(pool, (size_t)n_sets * WAYS, sizeof(*p->entries));
	return p->entries ? 0 : -ENOMEM;
}

void ed_pending_done(struct ed_pending *p)
{
	ed_mem_free(p->entries);
	memset(p, 0, sizeof(*p));
}

uint64_t ed_pending_question(const struct ed_event *ev)
{
	uint64_t id = (uint64_t)ev->client_port << 32 | (uint32_t)ev->txid << 16 | ev->qtype;

	return ed_hash_sum(ev->name_hash, ev->client_hash, id);
}

static struct ed_pending_entry *set_of(const struct ed_pending *p, uint64_t question)
{
	return &p->entries[(question >> 32 & p->set_mask) * WAYS];
}

void ed_pending_prefetch(const struct ed_pending *p, uint64_t question)
{
	__builtin_prefetch(set_of(p, question));
}

/* Zero is a free place, so that a table which is not used yet is not touched either. */
static uint64_t stamp_of(int64_t time_ns)
{
	return (uint64_t)time_ns ^ UINT64_C(1) << 63;
}

static int64_t time_of(const struct ed_pending_entry *e)
{
	return (int64_t)(e->stamp ^ UINT64_C(1) << 63);
}

static struct ed_pending_entry entry_of(uint64_t hash, const struct ed_event *ev)
{
	return (struct ed_pending_entry){ .hash = hash, .stamp = stamp_of(ev->time_ns) };
}

static bool is_copy(const struct ed_pending_entry *e, const struct ed_event *ev)
{
	int64_t age_ns = ev->time_ns - time_of(e);

	return age_ns >= 0 && age_ns < ED_PENDING_DUPLICATE_NS &&
	       ev->time_quality == ED_TIME_EXACT_UTC;
}

static enum ed_pending_verdict note_again(struct ed_pending_entry *e, const struct ed_event *ev,
					  uint64_t question)
{
	bool waits = e->hash & WAITS;
	bool copy = is_copy(e, ev);

	if (ev->kind == ED_EVENT_DNS_PAIR) {
		e->stamp = stamp_of(ev->time_ns);
		return copy ? ED_PENDING_DUPLICATE : ED_PENDING_NEW;
	}
	if (ev->kind == ED_EVENT_DNS_QUERY) {
		if (copy)
			return ED_PENDING_DUPLICATE;
		/* its answer came first, out of order, and stood for both */
		if (!waits && ev->time_ns < time_of(e) &&
		    time_of(e) - ev->time_ns < ED_PENDING_LIFE_NS)
			return ED_PENDING_SETTLED;
		*e = entry_of(question | WAITS, ev);
		return ED_PENDING_NEW;
	}
	if (!waits)
		return copy ? ED_PENDING_DUPLICATE : ED_PENDING_NEW;
	*e = entry_of(question & ~WAITS, ev);
	return ED_PENDING_SETTLED;
}

/* The oldest of the set, but for WAYS ns: the least number of which the lower bits are the place.
 * There is no branch, since which of them it is cannot be foreseen. */
static struct ed_pending_entry *oldest_of(struct ed_pending_entry *set)
{
	const uint64_t places = WAYS - 1;
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t at = (set[i].stamp & ~places) | i;

		least = at < least ? at : least;
	}
	return &set[least & places];
}

enum ed_pending_verdict ed_pending_note(struct ed_pending *p, const struct ed_event *ev,
					uint64_t question)
{
	struct ed_pending_entry *set = set_of(p, question);
	struct ed_pending_entry *oldest;

	for (unsigned i = 0; i < WAYS; i++) {
		if ((set[i].hash | WAITS) == (question | WAITS) && set[i].stamp != 0)
			return note_again(&set[i], ev, question);
	}
	oldest = oldest_of(set);
	if (oldest->stamp != 0 && (oldest->hash & WAITS) &&
	    ev->time_ns - time_of(oldest) < ED_PENDING_LIFE_NS)
		p->n_evicted++;
	*oldest = entry_of(question | WAITS, ev);
	if (ev->kind != ED_EVENT_DNS_QUERY)
		oldest->hash &= ~WAITS; /* only its copies, or its question out of order, may come
					 */
	return ED_PENDING_NEW;
}
