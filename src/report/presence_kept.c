/* SPDX-License-Identifier: Apache-2.0 */
/* Presence that a store kept, taken into a collection; see presence.h. */
#include "report/presence.h"

#include "store/presence.h"

struct taking {
	struct ed_presence *presence;
	bool overfull;
};

static bool take_day(void *arg, const struct ed_presence_source *source,
		     const struct ed_presence_subject *subject, const struct ed_presence_day *row)
{
	struct taking *t = arg;

	t->overfull |= !ed_presence_add_day(t->presence, source, subject, row);
	return true;
}

static bool take_hour(void *arg, const struct ed_presence_source *source,
		      const struct ed_presence_hour *row)
{
	struct taking *t = arg;

	t->overfull |= !ed_presence_add_hour(t->presence, source, row);
	return true;
}

static bool take_path(void *arg, const struct ed_presence_subject *subject,
		      const struct ed_presence_path *row)
{
	struct taking *t = arg;

	t->overfull |= !ed_presence_add_path(t->presence, subject, row);
	return true;
}

int ed_presence_take_kept(struct ed_presence *p, struct ed_ledger *l, int64_t from_ns,
			  int64_t to_ns, bool *ret_overfull)
{
	struct taking t = { .presence = p };
	const struct ed_store_presence_hooks hooks = { &t, take_day, take_hour, take_path };
	int r = ed_store_presence_each(l, from_ns, to_ns, &hooks);

	*ret_overfull = t.overfull;
	return r;
}
