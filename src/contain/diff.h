/* SPDX-License-Identifier: Apache-2.0 */
/* What changes between two texts, in the unified form that patch(1) reads. */
#ifndef ED_CONTAIN_DIFF_H
#define ED_CONTAIN_DIFF_H

#include "base/buf.h"

/*
 * Appends the difference to @out, nothing when the texts are equal; @name stands in its head,
 * @is_new when there was no file. Lines in common are found by the longest common subsequence;
 * where the changed stretch is too long for that, it is one replacement. 0 or -ENOMEM.
 */
int ed_diff_unified(const char *name, bool is_new, struct ed_span old_text, struct ed_span new_text,
		    struct ed_buf *out);

#endif
