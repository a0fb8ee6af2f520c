/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of drills' writers. */
#include "drill/drill.h"

const struct ed_drill_writer *const ed_drill_writers[] = {
#define DRILL(id) &ed_drill_##id,
#include "drill/drill.def"
#undef DRILL
	NULL,
};

const struct ed_drill_writer *ed_drill_find(const char *name)
{
	for (size_t i = 0; ed_drill_writers[i]; i++) {
		if (strcmp(ed_drill_writers[i]->name, name) == 0)
			return ed_drill_writers[i];
	}
	return NULL;
}

bool ed_drill_write(const struct ed_drill_writer *w, const struct ed_drill_plan *plan,
		    struct ed_buf *out)
{
	struct ed_drill_lookup l;

	if (w->begin)
		w->begin(plan, out);
	for (uint32_t i = 0; i < plan->n_names && !out->full; i++) {
		ed_drill_lookup_make(plan, i, &l);
		w->lookup(plan, &l, out);
	}
	if (w->end)
		w->end(plan, out);
	return !out->full;
}
