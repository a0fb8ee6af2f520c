/* SPDX-License-Identifier: Apache-2.0 */
/* Pairing; see pending.h. */
#include "shard/pending.h"

#include <errno.h>

#include "base/hash.h"
#include "base/mem.h"

enum { WAYS = 4 };

static const uint64_t WAITS = 1;

int ed_pending_init(struct ed_pending *p, uint32_t capacity)
{
	uint32_t n_sets = 2;

	while (n_sets * 2 * WAYS <= capacity)
		n_sets *= 2;
	memset(p, 0, sizeof(*p));
	p->set_mask = n_sets - 1;
	p->entries = ed_mem_zalloc((size_t)n_sets * WAYS, sizeof(*p->entries));
	if (!p->entries)
		return -ENOMEM;
	for (size_t i = 0; i < (size_t)n_sets * WAYS; i++)
		p->entries[i].time_ns = INT64_MIN;
	return 0;
}

void ed_pending_done(struct ed_pending *p)
{
	ed_mem_free(p->entries);
	memset(p, 0, sizeof(*p));
}

uint64_t ed_pending_question(const struct ed_event *ev)
{
	uint64_t id = (uint64_t)ev->client_port << 32 | (uint32_t)ev->txid << 16 | ev->qtype;

	return ed_hash_pair(ed_hash_pair(ev->client_hash, ev->name_hash), id);
}

static struct ed_pending_entry *set_of(const struct ed_pending *p, uint64_t question)
{
	return &p->entries[(question >> 32 & p->set_mask) * WAYS];
}

void ed_pending_prefetch(const struct ed_pending *p, uint64_t question)
{
	__builtin_prefetch(set_of(p, question));
}

static bool is_copy(const struct ed_pending_entry *e, const struct ed_event *ev)
{
	int64_t age_ns = ev->time_ns - e->time_ns;

	return age_ns >= 0 && age_ns < ED_PENDING_DUPLICATE_NS &&
	       ev->time_quality == ED_TIME_EXACT_UTC;
}

static enum ed_pending_verdict note_again(struct ed_pending_entry *e, const struct ed_event *ev,
					  uint64_t question)
{
	bool waits = e->hash & WAITS;
	bool copy = is_copy(e, ev);

	if (ev->kind == ED_EVENT_DNS_PAIR) {
		e->time_ns = ev->time_ns;
		return copy ? ED_PENDING_DUPLICATE : ED_PENDING_NEW;
	}
	if (ev->kind == ED_EVENT_DNS_QUERY) {
		if (copy)
			return ED_PENDING_DUPLICATE;
		/* its answer came first, out of order, and stood for both */
		if (!waits && ev->time_ns < e->time_ns &&
		    e->time_ns - ev->time_ns < ED_PENDING_LIFE_NS)
			return ED_PENDING_SETTLED;
		*e = (struct ed_pending_entry){ .hash = question | WAITS, .time_ns = ev->time_ns };
		return ED_PENDING_NEW;
	}
	if (!waits)
		return copy ? ED_PENDING_DUPLICATE : ED_PENDING_NEW;
	*e = (struct ed_pending_entry){ .hash = question & ~WAITS, .time_ns = ev->time_ns };
	return ED_PENDING_SETTLED;
}

enum ed_pending_verdict ed_pending_note(struct ed_pending *p, const struct ed_event *ev,
					uint64_t question)
{
	struct ed_pending_entry *set = set_of(p, question);
	struct ed_pending_entry *oldest = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].time_ns != INT64_MIN && (set[i].hash | WAITS) == (question | WAITS))
			return note_again(&set[i], ev, question);
		if (set[i].time_ns < oldest->time_ns)
			oldest = &set[i];
	}
	if (oldest->time_ns != INT64_MIN && (oldest->hash & WAITS) &&
	    ev->time_ns - oldest->time_ns < ED_PENDING_LIFE_NS)
		p->n_evicted++;
	*oldest = (struct ed_pending_entry){ .hash = question | WAITS, .time_ns = ev->time_ns };
	if (ev->kind != ED_EVENT_DNS_QUERY)
		oldest->hash &= ~WAITS; /* only its copies, or its question out of order, may come
					 */
	return ED_PENDING_NEW;
}
