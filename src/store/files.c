/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a store; see files.h. */
#include "store/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "store/day.h"

static const char *const beside[] = { "-wal", "-journal", "-shm", "" };

/* "dns-2026-11-03.db" */
static bool day_of(const char *name, int64_t *ret)
{
	char noon[] = "0000-00-00T12:00:00Z";
	int64_t ns;

	if (strlen(name) != 17 || memcmp(name, "dns-", 4) != 0 || strcmp(name + 14, ".db") != 0)
		return false;
	memcpy(noon, name + 4, 10);
	if (!ed_time_from_text(ed_span_str(noon), &ns))
		return false;
	*ret = ed_store_floor(ns, ED_STORE_DAY_NS);
	return true;
}

static bool is_ours(const char *name)
{
	return name[0] == '.' || strncmp(name, "dns-", 4) == 0 ||
	       strncmp(name, "alerts.db", 9) == 0 || strcmp(name, "lock") == 0;
}

static int by_day(const void *a, const void *b)
{
	const struct ed_files_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static uint64_t bytes_of(const char *dir, int64_t day)
{
	char path[ED_STORE_PATH_MAX];
	uint64_t n = 0;
	struct stat st;

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		ed_day_path(dir, day, beside[i], path);
		if (stat(path, &st) == 0)
			n += (uint64_t)st.st_size;
	}
	return n;
}

int ed_files_list(const char *dir, struct ed_files *ret)
{
	const struct dirent *e;
	DIR *d = opendir(dir);
	int64_t day;
	int r = 0;

	ret->n = ret->n_strangers = 0;
	if (!d)
		return -errno;
	while ((e = readdir(d)) != NULL && r == 0) {
		ret->n_strangers += !is_ours(e->d_name);
		if (!day_of(e->d_name, &day))
			continue;
		if (ret->n == ED_STORE_DAYS_MAX)
			r = -E2BIG;
		else
			ret->day[ret->n++] = (struct ed_files_day){ .day = day,
								    .bytes = bytes_of(dir, day) };
	}
	(void)closedir(d);
	qsort(ret->day, ret->n, sizeof(ret->day[0]), by_day);
	return r;
}

int ed_files_delete(const char *dir, int64_t day)
{
	char path[ED_STORE_PATH_MAX];
	int r = 0;

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		ed_day_path(dir, day, beside[i], path);
		if (unlink(path) < 0 && errno != ENOENT)
			r = -errno;
	}
	return r;
}

int ed_files_set_aside(const char *dir, int64_t day)
{
	char from[ED_STORE_PATH_MAX], to[ED_STORE_PATH_MAX], suffix[32];
	unsigned i = 0;

	do {
		(void)snprintf(suffix, sizeof(suffix), i ? ".damaged%u" : ".damaged", i);
		ed_day_path(dir, day, suffix, to);
	} while (access(to, F_OK) == 0 && ++i < 1000);
	ed_day_path(dir, day, "", from);
	if (rename(from, to) < 0)
		return -errno;
	for (size_t k = 0; beside[k][0]; k++) {
		char rest[48];

		(void)snprintf(rest, sizeof(rest), "%s%s", suffix, beside[k]);
		ed_day_path(dir, day, beside[k], from);
		ed_day_path(dir, day, rest, to);
		if (rename(from, to) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}
