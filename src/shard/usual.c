/* SPDX-License-Identifier: Apache-2.0 */
/* What is usual here; see usual.h. */
#include "shard/usual.h"

#include <string.h>

enum { STANDS_FOR_MAX = 1000 };

void ed_usual_note(struct ed_usual *u, enum ed_client_role role, double bytes, double stands_for)
{
	unsigned n = stands_for < 1              ? 1 :
		     stands_for > STANDS_FOR_MAX ? STANDS_FOR_MAX :
						   (unsigned)stands_for;

	ed_ddsketch_add(&u->role[role].today, bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX, n);
}

void ed_usual_next_day(struct ed_usual *u)
{
	for (unsigned i = 0; i < ED_CLIENT_ROLES; i++) {
		ed_ddsketch_merge(&u->role[i].settled, &u->role[i].yesterday);
		u->role[i].yesterday = u->role[i].today;
		memset(&u->role[i].today, 0, sizeof(u->role[i].today));
	}
}

double ed_usual_p(const struct ed_usual *u, enum ed_client_role role, double bytes)
{
	const struct ed_ddsketch *d = &u->role[role].settled;

	if (d->n < ED_USUAL_MIN)
		return 1;
	return ed_ddsketch_tail(d, bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX);
}
