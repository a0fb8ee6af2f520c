/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the site's own drills: a file, and what the audit trail of a store says. */
#ifndef ED_ENGINE_DRILL_FILES_H
#define ED_ENGINE_DRILL_FILES_H

#include "drill/known.h"

/* Actions in the audit trail of a store: the line of a drill that was made, and what became of it as
 * JSON. */
#define ED_DRILL_ACTION_MADE "drill"
#define ED_DRILL_ACTION_RESULT "drill-result"

/*
 * Adds the drills of the file @path and of the store in @dir to @drills; each may be NULL, and a
 * store that is not there yet has none. 0, or -errno with one line in @error.
 */
int ed_drill_files_read(const char *path, const char *dir, struct ed_drills *drills,
			char error[static 256]);

#endif
