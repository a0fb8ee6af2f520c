/* SPDX-License-Identifier: Apache-2.0 */
/* The public suffix list of a run; see psl_file.h. */
#include "engine/psl_file.h"

#include <errno.h>
#include <stdio.h>

int ed_psl_file_load(const char *path, uint64_t hash_key, struct ed_psl **ret,
		     char error[static 256])
{
	struct ed_psl_fault fault;
	int r;

	if (!path)
		path = ed_psl_default_path();
	r = ed_psl_load(path, hash_key, &fault, ret);
	if (r < 0)
		(void)snprintf(error, 256, "public suffix list %s: %s", path, strerror(-r));
	else if (r > 0)
		(void)snprintf(error, 256, "public suffix list %s, line %u: %s", path, fault.line,
			       fault.text);
	return r > 0 ? -EINVAL : r;
}
