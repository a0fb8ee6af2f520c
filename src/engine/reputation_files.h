/* SPDX-License-Identifier: Apache-2.0 */
/* The reputation lists of a run: the files that the analytics' settings name, in one set, and in
 * words what is wrong with one. */
#ifndef ED_ENGINE_REPUTATION_FILES_H
#define ED_ENGINE_REPUTATION_FILES_H

#include "engine/scan_config.h"
#include "enrich/reputation.h"

/* What alerts call the feeds; it outlives the set. */
struct ed_feed_names {
	const char *name[ED_REPUTATION_FEEDS_MAX]; /* by the index of the feed */
	char text[ED_REPUTATION_FEEDS_MAX][ED_REPUTATION_NAME_MAX];
};

/*
 * Loads what the settings DomainReputationFeed of all analytics name: files, separated by commas.
 * 0, and both results are NULL when no setting names any; -errno, -EINVAL for a file that is
 * refused, and then the file, the line and the reason are in @error. @ret is freed with
 * ed_reputation_free, @ret_names with ed_mem_free.
 */
int ed_reputation_files_load(const struct ed_scan_config *conf, struct ed_reputation **ret,
			     struct ed_feed_names **ret_names, char error[static 256]);

#endif
