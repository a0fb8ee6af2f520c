/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of sinks. */
#include "sink/sink.h"

const struct ed_sink *const ed_sinks[] = {
#define SINK(id) &ed_sink_##id,
#include "sink/sink.def"
#undef SINK
	NULL,
};

const struct ed_sink *ed_sink_find(const char *name)
{
	for (size_t i = 0; ed_sinks[i]; i++) {
		if (strcmp(ed_sinks[i]->name, name) == 0)
			return ed_sinks[i];
	}
	return NULL;
}
