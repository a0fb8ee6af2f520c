/* SPDX-License-Identifier: Apache-2.0 */
/* Running the detector; see hunt.h. */
#include "cmd/run/hunt.h"

#include "cmd/out/progress.h"
#include "cmd/out/text.h"

#include <errno.h>

enum { ERROR_MAX = 512 };

enum ed_exit ed_hunt_failed(int r, const char *error)
{
	char shown[ED_PATH_TEXT_MAX];

	ed_cmd_say("%s", ed_text_escape(error, shown, sizeof(shown)));
	return r == -ENOMEM || r == -EIO || r == -EAGAIN ? ED_EXIT_FAILURE : ED_EXIT_USAGE;
}

enum ed_exit ed_hunt_run(const struct ed_scan_config *conf, bool quiet, struct ed_scan_result *ret)
{
	struct ed_progress progress;
	const struct ed_scan_hooks hooks = {
		.arg = &progress,
		.trouble = ed_progress_trouble,
		.progress = ed_progress_hook,
	};
	char error[ERROR_MAX];
	int r;

	ed_progress_catch_signals();
	ed_progress_init(&progress, quiet);
	r = ed_scan_run(conf, &hooks, ret, error);
	ed_progress_clear(&progress);
	return r < 0 ? ed_hunt_failed(r, error) : ED_EXIT_OK;
}
