/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the site's own drills; see drill_files.h. */
#include "engine/drill_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "store/ledger.h"

enum { LIST_MAX_BYTES = 1 << 20 };

static int read_file(const char *path, struct ed_drills *drills, char error[static 256])
{
	char why[ED_DRILLS_ERROR_MAX];
	uint8_t *text;
	size_t n;
	int r = ed_file_read(path, LIST_MAX_BYTES, &text, &n);

	if (r < 0) {
		(void)snprintf(error, 256, "list of drills %.128s: %s", path, strerror(-r));
		return r;
	}
	r = ed_drills_read(ed_span_of(text, n), drills, why);
	free(text);
	if (r < 0)
		(void)snprintf(error, 256, "list of drills %.60s: %.150s", path, why);
	return r;
}

/* A row that is no drill's line was written by somebody else: it makes nothing known. */
static bool take_row(void *arg, const struct ed_audit_row *row)
{
	struct ed_drill_known known;

	if (ed_drill_known_read(ed_span_str(row->detail), &known))
		ed_drills_add(arg, &known);
	return true;
}

static int read_store(const char *dir, struct ed_drills *drills, char error[static 256])
{
	const struct ed_ledger_conf conf = { .dir = dir, .mode = ED_LEDGER_READ };
	char why[ED_STORE_ERROR_MAX];
	struct ed_ledger *ledger;
	int r = ed_ledger_open(&conf, &ledger, why);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == 0) {
		r = ed_ledger_audit_each(ledger, ED_DRILL_ACTION_MADE, take_row, drills);
		ed_ledger_close(ledger);
		(void)snprintf(why, sizeof(why), "%.200s: %s", dir, ed_store_error(r));
	}
	if (r == 0)
		return 0;
	(void)snprintf(error, 256, "list of drills: %.230s", why);
	return r < 0 ? r : -EINVAL;
}

int ed_drill_files_read(const char *path, const char *dir, struct ed_drills *drills,
			char error[static 256])
{
	int r = path ? read_file(path, drills, error) : 0;

	return r == 0 && dir ? read_store(dir, drills, error) : r;
}
