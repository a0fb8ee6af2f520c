/* SPDX-License-Identifier: Apache-2.0 */
/* The site's own zones; see own_zones.h. */
#include "enrich/own_zones.h"

#include <errno.h>

static int add(struct ed_own_zones *z, struct ed_span text)
{
	struct ed_name *name = &z->zone[z->n];

	if (z->n == ED_OWN_ZONES_MAX)
		return -ENOSPC;
	if (ed_name_from_text(text, ED_NAME_MASTER, name) != 0 || name->n < 2)
		return -EINVAL;
	ed_name_lower(name->wire, name->n, name->wire);
	z->n++;
	return 0;
}

int ed_own_zones_add(struct ed_own_zones *z, struct ed_span list, struct ed_span *ret_bad)
{
	struct ed_span item;
	int r = 0;

	while (r == 0 && ed_span_item(&list, ',', &item)) {
		*ret_bad = ed_span_trim(item);
		r = add(z, *ret_bad);
	}
	return r;
}

bool ed_own_zones_has(const struct ed_own_zones *z, struct ed_span zone)
{
	for (unsigned i = 0; i < z->n; i++) {
		struct ed_span own = ed_name_span(&z->zone[i]);

		if (ed_name_within(zone, own))
			return true;
		/* "com" is nobody's */
		if (ed_name_within(own, zone) && ed_name_labels(zone) > 1)
			return true;
	}
	return false;
}
