/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline of packages of a run: the file that the setting KnownGoodVIBs names. */
#ifndef ED_ENGINE_VIB_FILE_H
#define ED_ENGINE_VIB_FILE_H

#include "engine/scan_config.h"
#include "enrich/vibs.h"

/* 0, and *@ret is NULL when no setting names a file; -errno with a line in @error. Freed with
 * ed_vibs_free. */
int ed_vib_file_load(const struct ed_scan_config *conf, struct ed_vibs **ret,
		     char error[static 256]);

#endif
