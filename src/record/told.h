/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the input told: the fields that at least one event held. A format says what could be there
 * (ed_format.fields), this says what was: a configuration that leaves the parent image out, a log
 * without its answer columns. By the platform of the machine, by whether the machine told it itself
 * or the network did, and by whether the event was a lookup: a program that is named where it starts
 * and not where it asks is no asker.
 */
#ifndef ED_RECORD_TOLD_H
#define ED_RECORD_TOLD_H

#include "record/event.h"

struct ed_told {
	uint32_t lookups[2][ED_PLATFORM_N]; /* ED_FIELD_*; [1]: by the machine itself */
	uint32_t others[2][ED_PLATFORM_N];  /* of connections, starts of programs, packages */
};

/* True for an event that comes from the machine that it is about. */
static inline bool ed_event_is_machines(const struct ed_event *ev)
{
	return ev->process_off != 0 || ev->vantage == ED_VANTAGE_ENDPOINT;
}

static inline void ed_told_add(struct ed_told *t, const struct ed_event *ev)
{
	unsigned machines = ed_event_is_machines(ev);

	if (ed_event_is_lookup(ev))
		t->lookups[machines][ev->platform] |= ev->has;
	else
		t->others[machines][ev->platform] |= ev->has;
}

static inline void ed_told_merge(struct ed_told *t, const struct ed_told *other)
{
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned p = 0; p < ED_PLATFORM_N; p++) {
			t->lookups[i][p] |= other->lookups[i][p];
			t->others[i][p] |= other->others[i][p];
		}
	}
}

/* All of it together. */
static inline uint32_t ed_told_all(const struct ed_told *t)
{
	uint32_t all = 0;

	for (unsigned i = 0; i < 2; i++) {
		for (unsigned p = 0; p < ED_PLATFORM_N; p++)
			all |= t->lookups[i][p] | t->others[i][p];
	}
	return all;
}

#endif
