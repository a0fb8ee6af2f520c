/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins lines of one unit: a query goes in under whatever identifies it in its log, and a later
 * line of the same unit that carries the same mark finds its event in the batch. Each mark has one
 * place, and a later query takes the place of an earlier one: what is lost is what the later line
 * would have told, never an event.
 */
#ifndef ED_FORMAT_TEXT_JOIN_H
#define ED_FORMAT_TEXT_JOIN_H

#include "base/hash.h"
#include "record/batch.h"

enum { ED_JOIN_PLACES = 4096 }; /* more than queries fit a unit of ordinary lines */

struct ed_join {
	uint64_t generation; /* of the unit at hand */
	struct {
		uint64_t mark;
		uint64_t generation;
		size_t pos;
	} places[ED_JOIN_PLACES];
};

/* Forgets all. */
static inline void ed_join_reset(struct ed_join *j)
{
	j->generation++;
}

/* @pos: where in its batch the event lies, the bytes used before it was committed. */
static inline void ed_join_put(struct ed_join *j, uint64_t mark, size_t pos)
{
	unsigned i = (unsigned)(ed_hash_mix(mark) % ED_JOIN_PLACES);

	j->places[i].mark = mark;
	j->places[i].generation = j->generation;
	j->places[i].pos = pos;
}

/* NULL: no query of this unit has the mark. */
static inline struct ed_event *ed_join_get(const struct ed_join *j, const struct ed_batch *b,
					   uint64_t mark)
{
	unsigned i = (unsigned)(ed_hash_mix(mark) % ED_JOIN_PLACES);

	if (j->places[i].generation != j->generation || j->places[i].mark != mark)
		return NULL;
	return ed_batch_at(b, j->places[i].pos);
}

#endif
