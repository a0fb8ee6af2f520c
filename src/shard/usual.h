/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is usual here: how many bytes of information a client says to one domain in a day, for each
 * role of client. A day's figures count only after a whole further day (quarantine), and pairs
 * under watch never do, so that an attack cannot teach the site that it is usual. Source: detection
 * design §3f.
 */
#ifndef ED_SHARD_USUAL_H
#define ED_SHARD_USUAL_H

#include "evidence/evidence.h"
#include "sketch/ddsketch.h"

struct ed_usual {
	struct {
		struct ed_ddsketch settled, yesterday, today;
	} role[ED_CLIENT_ROLES];
};

enum { ED_USUAL_MIN = 1000 }; /* (client, domain) days before the site's own figures count */

/* A pair's day. @stands_for: pairs that it represents, since most have no key. */
void ed_usual_note(struct ed_usual *u, enum ed_client_role role, double bytes, double stands_for);

/* A day has ended. */
void ed_usual_next_day(struct ed_usual *u);

/* Share of the pair-days of the role with at least @bytes; 1 while too few are known. */
double ed_usual_p(const struct ed_usual *u, enum ed_client_role role, double bytes);

#endif
