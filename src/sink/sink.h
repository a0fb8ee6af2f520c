/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink: alerts to bytes of one output form. It only formats; who calls it owns the descriptor.
 * Everything it prints of a name, a command line or a path is canonical printable text, escaped for
 * its own syntax. One file and one row in sink.def make a sink.
 */
#ifndef ED_SINK_SINK_H
#define ED_SINK_SINK_H

#include "base/buf.h"
#include "record/alert.h"

struct ed_sink_options {
	bool colour;    /* a terminal that wants it */
	unsigned width; /* columns; 0: unknown, do not wrap */
	bool explain;   /* the evidence too, where the form leaves it out otherwise */
	bool no_alerts; /* known before begin: none will come */
	const char *id; /* UUID of all that is written, for forms that want one; NULL: none */
	const char *const
		*format_names; /* names of the bits in ed_alert.formats, NULL-terminated */
};

struct ed_sink {
	const char *name; /* as for --format */
	const char *help;
	/* Each appends to @out; begin and end may be NULL. @n_alerts is how many alert() was called
	 * for. */
	void (*begin)(const struct ed_sink_options *o, struct ed_buf *out);
	void (*alert)(const struct ed_sink_options *o, const struct ed_alert *a,
		      struct ed_buf *out);
	void (*end)(const struct ed_sink_options *o, size_t n_alerts, struct ed_buf *out);
};

#define SINK(id) extern const struct ed_sink ed_sink_##id;
#include "sink/sink.def"
#undef SINK

/* The registry, in the order of sink.def; NULL-terminated. */
extern const struct ed_sink *const ed_sinks[];

/* By name; NULL when there is none. */
const struct ed_sink *ed_sink_find(const char *name);

#endif
