/* SPDX-License-Identifier: Apache-2.0 */
/* The reputation lists of a run; see reputation_files.h. */
#include "engine/reputation_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/mem.h"

enum { PATH_SHOWN_MAX = 128 }; /* its end: the reason must fit too */

static int add_file(struct ed_reputation *r, const char *path, char error[static 256])
{
	struct ed_reputation_fault fault = { .text = "" };
	int why = ed_reputation_add_file(r, path, &fault);
	size_t n = strlen(path);

	if (n > PATH_SHOWN_MAX)
		path += n - PATH_SHOWN_MAX;

	if (why < 0)
		(void)snprintf(error, 256, "reputation feed %.128s: %s", path, strerror(-why));
	else if (why > 0 && fault.line > 0)
		(void)snprintf(error, 256, "reputation feed %.128s, line %llu: %s", path,
			       (unsigned long long)fault.line, fault.text);
	else if (why > 0)
		(void)snprintf(error, 256, "reputation feed %.128s: %s", path, fault.text);
	return why > 0 ? -EINVAL : why;
}

static int add_files(struct ed_reputation *r, const char *list, char error[static 256])
{
	char path[PATH_MAX];
	int why = 0;

	while (*list && why == 0) {
		size_t n = strcspn(list, ",");

		if (n >= sizeof(path)) {
			(void)snprintf(error, 256, "reputation feed: the path is too long");
			return -ENAMETOOLONG;
		}
		memcpy(path, list, n);
		path[n] = '\0';
		list += n + (list[n] == ',');
		if (n > 0)
			why = add_file(r, path, error);
	}
	return why;
}

static struct ed_feed_names *names_of(const struct ed_reputation *r)
{
	struct ed_feed_names *names = ed_mem_zalloc(1, sizeof(*names));

	for (unsigned i = 0; names && i < ed_reputation_n_feeds(r); i++) {
		memcpy(names->text[i], ed_reputation_feed(r, i)->name, sizeof(names->text[i]));
		names->name[i] = names->text[i];
	}
	return names;
}

int ed_reputation_files_load(const struct ed_scan_config *conf, struct ed_reputation **ret,
			     struct ed_feed_names **ret_names, char error[static 256])
{
	struct ed_reputation *r = NULL;
	int why = 0;

	*ret = NULL;
	*ret_names = NULL;
	for (size_t row = 0; ed_analytics[row] && why == 0; row++) {
		const char *list = ed_scan_setting(conf, row, "DomainReputationFeed");

		if (list && !r)
			why = ed_reputation_new(conf->seed, &r);
		if (list && why == 0)
			why = add_files(r, list, error);
	}
	if (why == 0 && r)
		why = ed_reputation_build(r);
	if (why == 0 && r) {
		*ret_names = names_of(r);
		if (!*ret_names)
			why = -ENOMEM;
	}
	if (why == 0)
		*ret = r;
	else
		ed_reputation_free(r);
	return why;
}
