/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline of packages; see vib_file.h. */
#include "engine/vib_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *reason(int why)
{
	switch (why) {
	case ED_VIBS_EMPTY:
		return "no package in it";
	case ED_VIBS_UNREADABLE:
		return "no list of packages";
	case ED_VIBS_TOO_MANY:
		return "too many packages";
	default:
		return strerror(-why);
	}
}

int ed_vib_file_load(const struct ed_scan_config *conf, struct ed_vibs **ret,
		     char error[static 256])
{
	const char *path = NULL;
	int why;

	*ret = NULL;
	for (size_t row = 0; ed_analytics[row] && !path; row++)
		path = ed_scan_setting(conf, row, "KnownGoodVIBs");
	if (!path)
		return 0;
	why = ed_vibs_new(ret);
	if (why == 0)
		why = ed_vibs_add_file(*ret, path);
	if (why == 0)
		return 0;
	(void)snprintf(error, 256, "KnownGoodVIBs: %s: %s", path, reason(why));
	ed_vibs_free(*ret);
	*ret = NULL;
	return why < 0 ? why : -EINVAL;
}
