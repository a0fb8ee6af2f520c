/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading without hunting: every event of the input, in the order of the input, as its format gave
 * it. One thread, no tables; nothing of enrich/ is filled in.
 */
#ifndef ED_ENGINE_EVENTS_H
#define ED_ENGINE_EVENTS_H

#include "engine/scan.h"
#include "format/format.h"

struct ed_events_hooks {
	void *arg;
	/* @path and @format belong to its source. False: that is enough, the run ends here. */
	bool (*event)(void *arg, const struct ed_event *ev, const char *path,
		      const struct ed_format *format);
	void (*trouble)(void *arg, const struct ed_scan_trouble *t); /* NULL: nobody listens */
};

/*
 * Of @conf the paths, input_format and the two times are used. The account in @ret is that of
 * ed_scan_run without what the hunt adds (no alerts, no tables, no estimates); a run that was ended
 * early has `interrupted`. 0, or -ENOMEM, or the error of a format that could not start.
 */
int ed_events_run(const struct ed_scan_config *conf, const struct ed_events_hooks *hooks,
		  struct ed_scan_result *ret);

#endif
