/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory of a run: the files that the configuration names, in one set, and in words what is
 * wrong with them. */
#ifndef ED_ENGINE_INVENTORY_FILES_H
#define ED_ENGINE_INVENTORY_FILES_H

#include "engine/scan.h"
#include "enrich/inventory.h"

/*
 * Loads what conf->inventory names. 0, and @ret is NULL when that is nothing; -errno, -EINVAL for a
 * file that is refused, and then the file, the line and the reason are in @error. @ret is freed
 * with ed_inventory_free.
 */
int ed_inventory_files_load(const struct ed_scan_config *conf, struct ed_inventory **ret,
			    char error[static 256]);

/* Tells what was left out of a set and what contradicts itself in it, a line for each kind and
 * file. @inv may be NULL. */
void ed_inventory_files_tell(const struct ed_inventory *inv, const struct ed_scan_hooks *hooks);

#endif
