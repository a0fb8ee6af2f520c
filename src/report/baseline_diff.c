/* SPDX-License-Identifier: Apache-2.0 */
/* Two runs beside each other; see baseline_diff.h. */
#include "report/baseline_diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *ed_baseline_change_name(unsigned change)
{
	static const char *const names[ED_BASELINE_CHANGES] = {
		[ED_BASELINE_APPEARS] = "appears",
		[ED_BASELINE_DISAPPEARS] = "disappears",
		[ED_BASELINE_MOVES] = "moves",
	};

	return change < ED_BASELINE_CHANGES ? names[change] : "";
}

static int by_id(const void *a, const void *b)
{
	const struct ed_alert *x = *(const struct ed_alert *const *)a;
	const struct ed_alert *y = *(const struct ed_alert *const *)b;

	return strcmp(x->id, y->id);
}

/* Those of @min and above, by id. Returns how many. @ret: room for all. */
static size_t sort(const struct ed_baseline_alerts *a, enum ed_level min,
		   const struct ed_alert **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].level >= (uint8_t)min)
			ret[n++] = &a->v[i];
	}
	qsort(ret, n, sizeof(void *), by_id);
	return n;
}

static const struct ed_alert *either(const struct ed_baseline_diff_row *r)
{
	return r->after ? r->after : r->before;
}

static int by_gravity(const void *a, const void *b)
{
	const struct ed_baseline_diff_row *x = a, *y = b;

	if (x->change != y->change)
		return (int)x->change - (int)y->change;
	if (either(x)->level != either(y)->level)
		return (int)either(y)->level - (int)either(x)->level;
	return strcmp(either(x)->id, either(y)->id);
}

static void add(struct ed_baseline_diff *d, const struct ed_alert *before,
		const struct ed_alert *after)
{
	enum ed_baseline_change change = !before ? ED_BASELINE_APPEARS :
					 !after  ? ED_BASELINE_DISAPPEARS :
						   ED_BASELINE_MOVES;

	if (before && after && before->level == after->level && before->verdict == after->verdict) {
		d->n_same++;
		return;
	}
	d->rows[d->n++] = (struct ed_baseline_diff_row){ (uint8_t)change, before, after };
	d->n_of[change]++;
}

int ed_baseline_diff(const struct ed_baseline_alerts *before,
		     const struct ed_baseline_alerts *after, enum ed_level min,
		     struct ed_baseline_diff *ret)
{
	const struct ed_alert **a = calloc(before->n + 1, sizeof(void *));
	const struct ed_alert **b = calloc(after->n + 1, sizeof(void *));
	size_t n_a, n_b, i = 0, k = 0;

	*ret = (struct ed_baseline_diff){ .rows = calloc(before->n + after->n + 1,
							 sizeof(*ret->rows)) };
	if (!a || !b || !ret->rows) {
		free(a);
		free(b);
		ed_baseline_diff_done(ret);
		return -ENOMEM;
	}
	n_a = sort(before, min, a);
	n_b = sort(after, min, b);
	while (i < n_a || k < n_b) {
		int c = i == n_a ? 1 : k == n_b ? -1 : strcmp(a[i]->id, b[k]->id);

		add(ret, c <= 0 ? a[i] : NULL, c >= 0 ? b[k] : NULL);
		i += c <= 0;
		k += c >= 0;
	}
	qsort(ret->rows, ret->n, sizeof(*ret->rows), by_gravity);
	free(a);
	free(b);
	return 0;
}

void ed_baseline_diff_done(struct ed_baseline_diff *d)
{
	free(d->rows);
	*d = (struct ed_baseline_diff){ .rows = NULL };
}
