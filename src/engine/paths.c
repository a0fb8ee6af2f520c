/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through directories; see paths.h. fts keeps its own stack, so depth costs no recursion.
 */
#include "engine/paths.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int push(struct ed_paths *p, const char *path)
{
	if (p->n == ED_PATHS_MAX)
		return -E2BIG;
	if (p->n == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 64;
		char **v = reallocarray(p->v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		p->v = v;
		p->cap = cap;
	}
	p->v[p->n] = strdup(path);
	return p->v[p->n++] ? 0 : -ENOMEM;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int walk(struct ed_paths *p, const char *path)
{
	char *copy = strdup(path);
	char *roots[] = { copy, NULL };
	FTS *fts = copy ? fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name) :
			  NULL;
	size_t n_before = p->n;
	FTSENT *e;
	int r = fts ? 0 : -ENOMEM;

	while (r == 0 && (e = fts_read(fts)) != NULL) {
		if (e->fts_level > 0 && e->fts_name[0] == '.') {
			(void)fts_set(fts, e, FTS_SKIP);
			continue;
		}
		switch (e->fts_info) {
		case FTS_F:
		case FTS_DNR: /* what cannot be read is passed on, to fail with its own message */
		case FTS_NS:
		case FTS_ERR:
			r = push(p, e->fts_path);
			break;
		case FTS_D:
			if (e->fts_level < ED_PATHS_DEPTH_MAX)
				break;
			(void)fts_set(fts, e, FTS_SKIP);
			r = push(p, e->fts_path);
			break;
		}
	}
	/* nothing to read is worth a word too: it may be a typing error */
	if (r == 0 && p->n == n_before)
		r = push(p, path);
	if (fts)
		(void)fts_close(fts);
	free(copy);
	return r;
}

int ed_paths_add(struct ed_paths *p, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return walk(p, path);
	return push(p, path);
}

void ed_paths_done(struct ed_paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i]);
	free(p->v);
	memset(p, 0, sizeof(*p));
}
