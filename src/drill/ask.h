/* SPDX-License-Identifier: Apache-2.0 */
/* A drill for real: its names asked of a resolver over UDP, one after the other at the pace of the
 * plan. Nothing is asked again, and what comes back is only counted. */
#ifndef ED_DRILL_ASK_H
#define ED_DRILL_ASK_H

#include "drill/stream.h"

enum { ED_DRILL_ASK_ERROR_MAX = 160 };

struct ed_drill_asked {
	uint32_t n_sent, n_answered;
};

/*
 * Asks @server, "192.0.2.53", "2001:db8::53" or either with "#port", and waits up to a second for
 * the last answers. Takes as long as the plan says. 0, or -errno with one line in @error: the
 * server's name is none, or nothing can be sent to it.
 */
int ed_drill_ask(const struct ed_drill_plan *plan, const char *server, struct ed_drill_asked *ret,
		 char error[static ED_DRILL_ASK_ERROR_MAX]);

#endif
