/* SPDX-License-Identifier: Apache-2.0 */
/* The site of a coverage report: the inventory that the configuration names, behind the seam that
 * report/ asks through. */
#ifndef ED_ENGINE_SITE_H
#define ED_ENGINE_SITE_H

#include "engine/scan.h"
#include "report/coverage.h"

struct ed_inventory;

struct ed_site {
	struct ed_inventory *inventory;    /* NULL: none was named */
	struct ed_coverage_inventory seam; /* holds as long as the site */
};

/* 0 or -errno with the reason in @error; ed_site_done is needed either way. */
int ed_site_load(const struct ed_scan_config *conf, struct ed_site *ret, char error[static 256]);
void ed_site_done(struct ed_site *s);

#endif
