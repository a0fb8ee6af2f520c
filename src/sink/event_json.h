/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical event as one JSON object: what the source told, and nothing that was computed. */
#ifndef ED_SINK_EVENT_JSON_H
#define ED_SINK_EVENT_JSON_H

#include "base/json_out.h"
#include "record/event.h"

/*
 * Appends @ev, which came out of @path in the format of that name. A field that is not known is not
 * there; names are in canonical form, and so lower-cased.
 */
void ed_event_json(const struct ed_event *ev, const char *path, const char *format,
		   struct ed_buf *out);

#endif
