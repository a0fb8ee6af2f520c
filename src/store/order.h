/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of history as single lookups in order of time. A store gives the rows of a day in no order;
 * they are sorted outside memory, in runs of a fixed size that are then merged. A row that counts
 * several lookups becomes as many, evenly from its first to its last, each in its place between
 * those of other rows.
 */
#ifndef ED_STORE_ORDER_H
#define ED_STORE_ORDER_H

#include "store/query.h"

enum { ED_STORE_ORDER_LOOKUPS_MAX = 1 << 20 /* of one row; more are not made */ };

struct ed_store_order;

/* 0 or -errno. The runs lie in an unlinked file in TMPDIR. */
int ed_store_order_new(struct ed_store_order **ret);
void ed_store_order_free(struct ed_store_order *o);

/* Notes a row, which is copied. 0 or -errno. */
int ed_store_order_add(struct ed_store_order *o, const struct ed_query_row *row);

/*
 * Hands out what was added since the last call: @lookup gets each, a row with n 1 and first_ns its
 * time, borrowed for the call; false: enough. 0 or -errno. *@ret_n_left_out: lookups above
 * ED_STORE_ORDER_LOOKUPS_MAX of a row, added.
 */
int ed_store_order_drain(struct ed_store_order *o,
			 bool (*lookup)(void *arg, const struct ed_query_row *row), void *arg,
			 uint64_t *ret_n_left_out);

#endif
