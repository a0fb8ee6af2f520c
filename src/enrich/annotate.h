/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is added to an event before it is routed: the keyed hashes of name, zone and client, the
 * zone cut, and what the name model says of the labels before the zone and of the registrable
 * label. A pure function of the event; the cache in front of it only saves time (a response follows
 * its query, popular names come back).
 */
#ifndef ED_ENRICH_ANNOTATE_H
#define ED_ENRICH_ANNOTATE_H

#include "enrich/own_zones.h"
#include "enrich/zone.h"
#include "record/event.h"

struct ed_annotator;
struct ed_reputation;

/* One a thread. @psl is borrowed and must outlive it. @cache_bytes: for names and zones that come
 * back; held between 3 and 48 MiB. 0 or -ENOMEM. */
int ed_annotator_new(const struct ed_psl *psl, uint64_t hash_key, size_t cache_bytes,
		     struct ed_annotator **ret);
void ed_annotator_free(struct ed_annotator *a);

/* Lists to ask about every name, built under the same hash key; borrowed, NULL: none. To be set
 * before the first event. */
void ed_annotator_set_reputation(struct ed_annotator *a, const struct ed_reputation *r);

/* The site's own zones; borrowed, NULL: not said. To be set before the first event. */
void ed_annotator_set_own_zones(struct ed_annotator *a, const struct ed_own_zones *own);

enum { ED_ANNOTATE_TOGETHER = 16 };

/*
 * The same in three steps, for who has several events at hand: the first hashes and fetches what
 * the second looks at, which takes up to ED_ANNOTATE_TOGETHER events and makes the cache know their
 * names, and the third fills. Between them the fields that the last one fills are the annotator's
 * own; the second may be left out.
 */
void ed_annotate_prepare(struct ed_annotator *a, struct ed_event *ev);
void ed_annotate_learn(struct ed_annotator *a, struct ed_event *const *events, unsigned n);
void ed_annotate_finish(struct ed_annotator *a, struct ed_event *ev);

/* Fills the fields that record/event.h lists under enrich/. */
static inline void ed_annotate(struct ed_annotator *a, struct ed_event *ev)
{
	ed_annotate_prepare(a, ev);
	ed_annotate_finish(a, ev);
}

#endif
