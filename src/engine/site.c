/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory behind the seam of the coverage report; see site.h. */
#include "engine/site.h"

#include "engine/inventory_files.h"

static const struct ed_asset *site_asset(void *arg, uint32_t id)
{
	return ed_inventory_asset(arg, id);
}

static const struct ed_asset *site_find(void *arg, const struct ed_addr *addr, uint32_t net_tag,
					int64_t time_ns)
{
	return ed_inventory_find(arg, addr, net_tag, time_ns);
}

static const struct ed_asset *site_by_name(void *arg, struct ed_span name)
{
	return ed_inventory_by_name(arg, name);
}

static size_t site_addresses(void *arg, uint32_t id, int64_t time_ns, size_t max,
			     struct ed_addr *ret)
{
	return ed_inventory_addresses(arg, id, time_ns, max, ret);
}

int ed_site_load(const struct ed_scan_config *conf, struct ed_site *ret, char error[static 256])
{
	int r;

	*ret = (struct ed_site){ .inventory = NULL };
	r = ed_inventory_files_load(conf, &ret->inventory, error);
	if (r == 0 && ret->inventory)
		ret->seam = (struct ed_coverage_inventory){
			.arg = ret->inventory,
			.n_assets = ed_inventory_n_assets(ret->inventory),
			.asset = site_asset,
			.find = site_find,
			.by_name = site_by_name,
			.addresses = site_addresses,
		};
	return r;
}

void ed_site_done(struct ed_site *s)
{
	ed_inventory_free(s->inventory);
	*s = (struct ed_site){ .inventory = NULL };
}
