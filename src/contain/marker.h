/* SPDX-License-Identifier: Apache-2.0 */
/* The comment lines around an entry; private to artefact.c. */
#ifndef ED_CONTAIN_MARKER_H
#define ED_CONTAIN_MARKER_H

#include "contain/contain.h"

enum ed_marker {
	ED_MARKER_NONE, /* a line that is not ours */
	ED_MARKER_FRAME,
	ED_MARKER_BEGIN,
	ED_MARKER_TIMES,
	ED_MARKER_REASON,
	ED_MARKER_END,
	ED_MARKER_BAD, /* ours, and damaged */
};

/* What a line is; fills what it says into @frame or @e. @line: without its line feed. */
enum ed_marker ed_marker_parse(const char *comment, struct ed_span line,
			       struct ed_contain_frame *frame, struct ed_contain_entry *e);

void ed_marker_put_frame(const char *comment, const struct ed_contain_frame *frame,
			 struct ed_buf *out);
void ed_marker_put_entry(const char *comment, const struct ed_contain_entry *e, struct ed_buf *out);
void ed_marker_put_end(const char *comment, struct ed_buf *out);

#endif
