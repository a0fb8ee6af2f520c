/* SPDX-License-Identifier: Apache-2.0 */
/* --set KEY=VALUE: the mutable elements of the analytics, as ID.Name. */
#ifndef ED_CMD_RUN_SETTINGS_H
#define ED_CMD_RUN_SETTINGS_H

#include "engine/scan.h"

enum { ED_SETTING_KEY_MAX = 96, ED_SETTING_ERROR_MAX = 512 };

/* Calls @each with every key; it borrows the text for the call. */
void ed_settings_each(void (*each)(void *arg, const char *key), void *arg);

/* "AN1124.QueryRatePerClient=20/s", or "AN1124.QueryRatePerClient@role:server=5/s" for a part of
 * the machines (analytic/group.h), into @conf, which borrows the text. 0, or -EINVAL with one line
 * in @error. */
int ed_settings_apply(struct ed_scan_config *conf, const char *assignment,
		      char error[static ED_SETTING_ERROR_MAX]);

#endif
