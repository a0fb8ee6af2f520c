/* SPDX-License-Identifier: Apache-2.0 */
/* What a run tells: the incidents of all books as one list, each tunnel once. */
#ifndef ED_ENGINE_ALERTS_H
#define ED_ENGINE_ALERTS_H

#include "alert/book.h"

/*
 * Copies the alerts of @n_books books, level falling, then start, then id, into @ret (owned,
 * release with ed_mem_free). The alert about a domain over all its clients is left out where one of
 * a single client of at least medium level says it already; both are in the same book, because a
 * domain belongs to one partition. O(n log n). 0 or -ENOMEM; then @ret is NULL.
 */
int ed_alerts_collect(const struct ed_book *books, unsigned n_books, struct ed_alert **ret,
		      size_t *ret_n);

#endif
