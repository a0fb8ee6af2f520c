/* SPDX-License-Identifier: Apache-2.0 */
/* Known look-up services; see services.h. The rows are in services.def. */
#include "enrich/services.h"

#include <string.h>

#include "base/hash.h"
#include "base/name.h"
#include "record/event.h"

struct service {
	const char *zone;
	uint8_t kind;
	int32_t until_day;
};

/* Days from 1970 to the first of January of @year, 1970..2099. */
#define DAY_OF_YEAR(year) (((year)-1970) * 365 + ((year)-1969) / 4)

static const struct service services[] = {
#define SERVICE(zone, kind, year) { zone, ED_SERVICE_##kind, DAY_OF_YEAR(year) },
#include "enrich/services.def"
#undef SERVICE
};

enum { N_SERVICES = sizeof(services) / sizeof(services[0]) };
static_assert(N_SERVICES * 2 <= ED_SERVICES_SLOTS, "room in the table");

void ed_services_init(struct ed_services *s, uint64_t hash_key)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < N_SERVICES; i++) {
		struct ed_name name;
		uint64_t hash;
		unsigned at;

		if (ed_name_from_text(ed_span_of(services[i].zone, strlen(services[i].zone)),
				      ED_NAME_PLAIN, &name) != 0)
			continue;
		hash = ed_hash_bytes(name.wire, name.n, hash_key);
		at = (unsigned)hash % ED_SERVICES_SLOTS;
		while (s->slots[at].zone_hash)
			at = (at + 1) % ED_SERVICES_SLOTS;
		s->slots[at].zone_hash = hash;
		s->slots[at].row = (uint16_t)i;
	}
}

uint8_t ed_services_find(const struct ed_services *s, uint64_t zone_hash, int32_t *ret_until_day)
{
	unsigned at = (unsigned)zone_hash % ED_SERVICES_SLOTS;

	for (; s->slots[at].zone_hash; at = (at + 1) % ED_SERVICES_SLOTS) {
		if (s->slots[at].zone_hash == zone_hash) {
			*ret_until_day = services[s->slots[at].row].until_day;
			return services[s->slots[at].row].kind;
		}
	}
	*ret_until_day = 0;
	return ED_SERVICE_NONE;
}

bool ed_services_is_local(struct ed_span zone)
{
	static const char *const tops[] = { "local",   "localhost", "internal", "localdomain",
					    "lan",     "home",      "corp",     "intranet",
					    "private", "invalid" };
	size_t last = 0;

	for (size_t i = 0; i < zone.n && zone.p[i] != 0; i += 1U + zone.p[i])
		last = i;
	for (unsigned i = 0; i < sizeof(tops) / sizeof(tops[0]) && last < zone.n; i++) {
		size_t n = strlen(tops[i]);

		if (zone.p[last] == n && zone.n >= last + 1 + n &&
		    memcmp(zone.p + last + 1, tops[i], n) == 0)
			return true;
	}
	return false;
}
