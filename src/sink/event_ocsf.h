/* SPDX-License-Identifier: Apache-2.0 */
/* A lookup as DNS Activity of the Open Cybersecurity Schema Framework 1.8.0 (class 4003). */
#ifndef ED_SINK_EVENT_OCSF_H
#define ED_SINK_EVENT_OCSF_H

#include "base/buf.h"
#include "record/event.h"

/*
 * Appends @ev, which came in the format of that name, as one JSON object. False: it has no place in
 * the class (no lookup, no time, or neither end known) and nothing was written.
 */
bool ed_event_ocsf(const struct ed_event *ev, const char *format, struct ed_buf *out);

#endif
