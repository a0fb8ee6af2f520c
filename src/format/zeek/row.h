/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a Zeek log in TSV. There are two readers. The one for any row cuts a line at its
 * separators and reads each cell by the role of its column. The quick one knows the columns that
 * Zeek writes by default and takes them in one pass over the text, without looking for the end of
 * the line first. It declines whatever is not in the usual form, and then the other one reads the
 * line from its start, so that the result never depends on which of the two has read it.
 *
 * ED_UNIT_PADDING_BYTES of zeros are readable behind the text, as behind each unit.
 */
#ifndef ED_FORMAT_ZEEK_ROW_H
#define ED_FORMAT_ZEEK_ROW_H

#include "format/zeek/header.h"
#include "format/zeek/memo.h"
#include "format/zeek/quick.h"

/* What the quick reader remembers from row to row, whatever usual header they stand under; never seen
 * in a result. */
struct ed_zeek_rows {
	struct ed_zeek_memo memo;
	struct ed_zeek_clock clock;
};

/* Knows nothing yet. */
void ed_zeek_rows_init(struct ed_zeek_rows *rows);

/*
 * The row at the front of @text, which is the rest of a unit, under a header that is usual. Returns
 * the bytes of its line, without the line end; 0: declined, with @r and its event half read.
 */
size_t ed_zeek_rows_quick(struct ed_zeek_rows *rows, const struct ed_zeek_header *h,
			  struct ed_span text, struct ed_zeek_record *r);

/* Any row under any header with columns. False: there are not as many cells as columns. */
bool ed_zeek_rows_any(const struct ed_zeek_header *h, struct ed_span line,
		      struct ed_zeek_record *r);

#endif
