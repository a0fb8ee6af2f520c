/* SPDX-License-Identifier: Apache-2.0 */
/* A table of indices; see slots.h. */
#include "wire/slots.h"

static void unlink_age(struct ed_slots *s, uint16_t i)
{
	struct ed_slot *e = &s->slot[i];

	if (e->older)
		s->slot[e->older].newer = e->newer;
	else
		s->oldest[e->list] = e->newer;
	if (e->newer)
		s->slot[e->newer].older = e->older;
	else
		s->newest[e->list] = e->older;
}

static void link_newest(struct ed_slots *s, uint16_t i, unsigned list)
{
	struct ed_slot *e = &s->slot[i];

	e->list = (uint8_t)list;
	e->newer = 0;
	e->older = s->newest[list];
	if (e->older)
		s->slot[e->older].newer = i;
	else
		s->oldest[list] = i;
	s->newest[list] = i;
}

uint16_t ed_slots_new(struct ed_slots *s, uint64_t hash, unsigned list)
{
	uint16_t i = s->free;

	if (i)
		s->free = s->slot[i].chain;
	else if (s->n_fresh < s->n_slots)
		i = ++s->n_fresh;
	else
		return 0;
	s->slot[i].bucket = (uint32_t)(hash & (s->n_buckets - 1));
	s->slot[i].chain = s->buckets[s->slot[i].bucket];
	s->buckets[s->slot[i].bucket] = i;
	link_newest(s, i, list);
	return i;
}

void ed_slots_free(struct ed_slots *s, uint16_t i)
{
	uint16_t *at = &s->buckets[s->slot[i].bucket];

	while (*at != i)
		at = &s->slot[*at].chain;
	*at = s->slot[i].chain;
	unlink_age(s, i);
	s->slot[i].chain = s->free;
	s->free = i;
}

void ed_slots_touch(struct ed_slots *s, uint16_t i, unsigned list)
{
	unlink_age(s, i);
	link_newest(s, i, list);
}
