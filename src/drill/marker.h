/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mark of a drill: one label that stands in each of its names, "edd-3f9a01c27b5e2ba91870": twelve
 * hexadecimal digits of the drill's id and eight of a checksum over them.
 *
 * The checksum is against chance, not against intent: anybody can make such a label. So a mark only
 * makes names recognisable; whether an alert is a drill's is known from the list of the site's own
 * drills (drill/known.h).
 */
#ifndef ED_DRILL_MARKER_H
#define ED_DRILL_MARKER_H

#include "base/span.h"

enum {
	ED_DRILL_ID_BITS = 48,
	ED_DRILL_MARK_BYTES = 24,
	ED_DRILL_MARK_TEXT = ED_DRILL_MARK_BYTES + 1, /* with NUL */
};

/* The label of @id, of which ED_DRILL_ID_BITS count. */
void ed_drill_mark_print(uint64_t id, char ret[static ED_DRILL_MARK_TEXT]);

/* True when @label, in either case, is a mark whose checksum fits. */
bool ed_drill_mark_read(struct ed_span label, uint64_t *ret_id);

/* The first label of the wire name @name (need not end in the root) that is a mark. */
bool ed_drill_mark_find(struct ed_span name, uint64_t *ret_id);

#endif
