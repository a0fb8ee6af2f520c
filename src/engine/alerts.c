/* SPDX-License-Identifier: Apache-2.0 */
/* From books to one list; see alerts.h. */
#include "engine/alerts.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

static int by_gravity(const void *a, const void *b)
{
	const struct ed_alert *x = a, *y = b;

	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int by_domain(const void *a, const void *b)
{
	const struct ed_name *x = &(*(const struct ed_alert *const *)a)->domain;
	const struct ed_name *y = &(*(const struct ed_alert *const *)b)->domain;

	return x->n != y->n ? x->n - y->n : memcmp(x->wire, y->wire, x->n);
}

/* Alerts about single clients, by domain. Returns how many. @ret: room for all of the book. */
static size_t of_clients(const struct ed_book *b, const struct ed_alert **ret)
{
	size_t n = 0;

	for (uint32_t i = 0; i < b->n; i++) {
		const struct ed_alert *a = &b->alerts[i];

		if (ed_addr_known(&a->client) && a->level >= ED_LEVEL_MEDIUM)
			ret[n++] = a;
	}
	qsort(ret, n, sizeof(void *), by_domain);
	return n;
}

/* Appends to @ret[*ret_n]. @told: room for pointers to all of the book. */
static void collect_book(const struct ed_book *b, const struct ed_alert **told,
			 struct ed_alert *ret, size_t *ret_n)
{
	size_t n_told = of_clients(b, told);

	for (uint32_t i = 0; i < b->n; i++) {
		const struct ed_alert *a = &b->alerts[i];
		if (a->is_withdrawn)
			continue;
		if (a->all_clients && bsearch(&a, told, n_told, sizeof(void *), by_domain))
			continue;
		ret[(*ret_n)++] = *a;
	}
}

int ed_alerts_collect(const struct ed_book *books, unsigned n_books, struct ed_alert **ret,
		      size_t *ret_n)
{
	const struct ed_alert **told;
	size_t n = 0;

	for (unsigned i = 0; i < n_books; i++)
		n += books[i].n;
	*ret_n = 0;
	*ret = ed_mem_zalloc(n + 1, sizeof(**ret));
	told = ed_mem_zalloc(n + 1, sizeof(void *));
	if (!*ret || !told) {
		ed_mem_free(*ret);
		ed_mem_free(told);
		*ret = NULL;
		return -ENOMEM;
	}
	for (unsigned i = 0; i < n_books; i++)
		collect_book(&books[i], told, *ret, ret_n);
	ed_mem_free(told);
	qsort(*ret, *ret_n, sizeof(**ret), by_gravity);
	return 0;
}
