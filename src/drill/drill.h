/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer of drills: the lookups of a drill as a log of one format would have them, had somebody
 * made them. It is written from the format's documentation, not from its decoder, and goes through
 * the decoder like any other input. One file and one row in drill.def make a writer.
 */
#ifndef ED_DRILL_DRILL_H
#define ED_DRILL_DRILL_H

#include "base/buf.h"
#include "drill/stream.h"
#include "record/process.h"

struct ed_drill_writer {
	const char *name;   /* of the format (format/format.def) */
	const char *suffix; /* of the file: "log" */
	uint8_t platform;   /* ed_platform whose analytic reads such a log */
	bool is_usual;      /* one of those that are written when none is asked for */
	/* Each appends to @out; begin and end may be NULL. */
	void (*begin)(const struct ed_drill_plan *plan, struct ed_buf *out);
	void (*lookup)(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		       struct ed_buf *out);
	void (*end)(const struct ed_drill_plan *plan, struct ed_buf *out);
};

#define DRILL(id) extern const struct ed_drill_writer ed_drill_##id;
#include "drill/drill.def"
#undef DRILL

/* The registry, in the order of drill.def; NULL-terminated. */
extern const struct ed_drill_writer *const ed_drill_writers[];

/* By the name of the format; NULL when there is none. */
const struct ed_drill_writer *ed_drill_find(const char *name);

/* The whole stream of @plan. False: @out is full. */
bool ed_drill_write(const struct ed_drill_writer *w, const struct ed_drill_plan *plan,
		    struct ed_buf *out);

#endif
