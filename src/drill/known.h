/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The site's own drills, and which alerts are theirs. A line for each:
 *
 *	edd-3f9a01c27b5e2ba91870 example.net 2026-11-22T05:40:00.000Z 2026-11-22T05:50:01.000Z 200
 *
 * mark, domain, first and last moment, names. A mark can be copied from the wire by anybody, so it
 * alone makes no alert a drill's: the names must also lie below the drill's domain, where an
 * attacker is not the one who answers; the incident must lie within a day of the drill,
 * where the source has dates; and it must
 * not have more names than the drill asked.
 */
#ifndef ED_DRILL_KNOWN_H
#define ED_DRILL_KNOWN_H

#include "base/buf.h"
#include "drill/stream.h"
#include "record/alert.h"

enum { ED_DRILLS_MAX = 1024, ED_DRILLS_ERROR_MAX = 160 };

struct ed_drill_known {
	uint64_t id;
	char domain[ED_DRILL_DOMAIN_MAX + 1];
	int64_t from_ns, to_ns;
	uint32_t n_names;
};

struct ed_drills {
	size_t n;
	struct ed_drill_known v[ED_DRILLS_MAX]; /* the newest; older ones give way */
};

/* What the list says of a drill that goes by @plan. */
void ed_drill_known_of(const struct ed_drill_plan *plan, struct ed_drill_known *ret);

/* The line of a drill, with its line feed. */
void ed_drill_known_print(const struct ed_drill_known *known, struct ed_buf *out);

/* One line without its line feed. False: it is none. */
bool ed_drill_known_read(struct ed_span line, struct ed_drill_known *ret);

/* Adds the lines of @text; empty ones and those that begin with # are skipped. 0, or -EINVAL with
 * the first bad line in @error. */
int ed_drills_read(struct ed_span text, struct ed_drills *drills,
		   char error[static ED_DRILLS_ERROR_MAX]);

void ed_drills_add(struct ed_drills *drills, const struct ed_drill_known *known);

/* The id of the drill whose doing @a is; 0: of none. */
uint64_t ed_drills_claim(const struct ed_drills *drills, const struct ed_alert *a);

/* Marks those of @n alerts that are the doing of @drills. */
void ed_drills_mark(const struct ed_drills *drills, struct ed_alert *alerts, size_t n);

/* Why @a, whose samples bear the mark of @known, is not its doing; NULL: it is. Static. */
const char *ed_drill_known_fault(const struct ed_drill_known *known, const struct ed_alert *a);

#endif
