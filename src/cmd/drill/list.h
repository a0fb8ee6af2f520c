/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the site's drills, in a file and in the audit trail of a store. */
#ifndef ED_CMD_DRILL_LIST_H
#define ED_CMD_DRILL_LIST_H

#include "cmd/drill/job.h"

/* Adds the legs of @j to the list. False, after a message. */
bool ed_drill_list_add(const struct ed_drill_job *j);

#endif
