/* SPDX-License-Identifier: Apache-2.0 */
/* A file that appears whole; see output.h. */
#include "cmd/out/output.h"

#include "cmd/out/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMPORARY_TRIES = 64, FILE_MODE = 0666, SHOWN_MAX = 256 };

static int fail(int r, const char *path, const char *what, char error[static ED_OUTPUT_ERROR_MAX])
{
	char shown[SHOWN_MAX];

	(void)snprintf(error, ED_OUTPUT_ERROR_MAX, "%s: %s",
		       ed_text_escape(path, shown, sizeof(shown)), what);
	return r;
}

static bool is_stdout(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

/* @path with all links resolved; its last part need not exist. NULL with errno. Free it. */
static char *resolve(const char *path)
{
	char *whole = realpath(path, NULL);
	char *copy, *copy2, *dir;
	size_t n = strlen(path);

	if (whole || errno != ENOENT || n == 0 || path[n - 1] == '/')
		return whole;
	copy = strdup(path);
	copy2 = strdup(path);
	dir = copy && copy2 ? realpath(dirname(copy), NULL) : NULL;
	if (dir && asprintf(&whole, "%s/%s", dir, basename(copy2)) < 0)
		whole = NULL;
	free(dir);
	free(copy);
	free(copy2);
	return whole;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is @output the file @input, or does it lie below the directory @input? */
static bool is_of_input(const char *output, const struct stat *output_st, const char *input)
{
	struct stat st;
	char *dir;
	bool below = false;

	if (strcmp(input, "-") == 0)
		return fstat(STDIN_FILENO, &st) == 0 && same_file(&st, output_st);
	if (stat(input, &st) < 0)
		return false;
	if (!S_ISDIR(st.st_mode))
		return same_file(&st, output_st);
	dir = realpath(input, NULL);
	if (dir) {
		size_t n = strlen(dir);

		below = strncmp(dir, output, n) == 0 && (output[n] == '/' || n == 1);
	}
	free(dir);
	return below;
}

int ed_output_check(const char *path, const char *const *inputs, size_t n_inputs,
		    char error[static ED_OUTPUT_ERROR_MAX])
{
	struct stat st;
	char *place, *dir;
	int r = 0;

	if (is_stdout(path))
		return 0;
	place = resolve(path);
	if (!place)
		return fail(-EINVAL, path, strerror(errno), error);
	if (stat(place, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			r = fail(-EINVAL, path, strerror(EISDIR), error);
		for (size_t i = 0; i < n_inputs && r == 0 && S_ISREG(st.st_mode); i++) {
			if (is_of_input(place, &st, inputs[i]))
				r = fail(-EINVAL, path, "is an input and would be overwritten",
					 error);
		}
		if (r == 0 && !S_ISREG(st.st_mode)) {
			free(place);
			return 0;
		}
	}
	dir = dirname(place);
	if (r == 0 && access(dir, W_OK | X_OK) < 0)
		r = fail(-EINVAL, path, strerror(errno), error);
	free(place);
	return r;
}

bool ed_output_same(const char *a, const char *b)
{
	char *a_place, *b_place;
	bool same;

	if (is_stdout(a) || is_stdout(b))
		return is_stdout(a) && is_stdout(b);
	a_place = resolve(a);
	b_place = resolve(b);
	same = a_place && b_place && strcmp(a_place, b_place) == 0;
	free(a_place);
	free(b_place);
	return same;
}

/* A new file beside @place: ".earthdog.<pid>.<n>". Returns its descriptor or -errno. */
static int create_temporary(const char *place, char **ret)
{
	int fd = -EEXIST;

	for (int i = 0; i < TEMPORARY_TRIES && fd == -EEXIST; i++) {
		char *copy = strdup(place);
		char *name = NULL;

		if (!copy ||
		    asprintf(&name, "%s/.earthdog.%ld.%d", dirname(copy), (long)getpid(), i) < 0) {
			free(copy);
			return -ENOMEM;
		}
		free(copy);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
		if (fd >= 0) {
			*ret = name;
			return fd;
		}
		fd = -errno;
		free(name);
	}
	return fd;
}

static void release(struct ed_output *o)
{
	free(o->path);
	free(o->temporary);
	*o = (struct ed_output){ .f = NULL };
}

int ed_output_open(const char *path, struct ed_output *ret, char error[static ED_OUTPUT_ERROR_MAX])
{
	struct ed_output o = { .f = NULL };
	struct stat st;
	int fd;

	if (is_stdout(path)) {
		*ret = (struct ed_output){ .f = stdout };
		return 0;
	}
	o.path = resolve(path);
	if (!o.path)
		return fail(-errno, path, strerror(errno), error);
	if (stat(o.path, &st) == 0 && !S_ISREG(st.st_mode)) {
		fd = open(o.path, O_WRONLY | O_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	} else {
		fd = create_temporary(o.path, &o.temporary);
	}
	if (fd < 0) {
		release(&o);
		return fail(fd, path, strerror(-fd), error);
	}
	o.f = fdopen(fd, "w");
	if (!o.f) {
		(void)close(fd);
		if (o.temporary)
			(void)unlink(o.temporary);
		release(&o);
		return fail(-ENOMEM, path, strerror(ENOMEM), error);
	}
	*ret = o;
	return 0;
}

/* Everything on disk before the name changes, or a crash could leave an empty file under it. */
static int finish_file(struct ed_output *o)
{
	int r = fflush(o->f) == 0 && !ferror(o->f) ? 0 : -(errno ? errno : EIO);

	if (r == 0 && o->temporary && fsync(fileno(o->f)) < 0)
		r = -errno;
	if (fclose(o->f) != 0 && r == 0)
		r = -errno;
	if (r == 0 && o->temporary && rename(o->temporary, o->path) < 0)
		r = -errno;
	return r;
}

int ed_output_close(struct ed_output *o, bool keep, char error[static ED_OUTPUT_ERROR_MAX])
{
	int r = 0;

	if (!o->path) /* standard output is flushed by whoever ends the process */
		return 0;
	if (keep) {
		errno = 0;
		r = finish_file(o);
	} else {
		(void)fclose(o->f);
	}
	if (o->temporary && (r < 0 || !keep))
		(void)unlink(o->temporary);
	if (r < 0)
		fail(r, o->path, strerror(-r), error);
	release(o);
	return r;
}

enum ed_exit ed_output_print(const char *path, bool (*print)(const void *arg, FILE *f),
			     const void *arg)
{
	char error[ED_OUTPUT_ERROR_MAX];
	struct ed_output out;

	if (ed_output_open(path, &out, error) == 0) {
		bool whole = print(arg, out.f);

		if (!whole)
			(void)snprintf(error, sizeof(error), "cannot write: %s", strerror(errno));
		if (ed_output_close(&out, whole, error) == 0 && whole)
			return ED_EXIT_OK;
	}
	ed_cmd_say("%s", error);
	return ED_EXIT_FAILURE;
}

static bool print_text(const void *arg, FILE *f)
{
	const struct ed_buf *text = arg;

	errno = text->full ? ENOMEM : 0;
	return !text->full && (text->n == 0 || fwrite(text->p, 1, text->n, f) == text->n);
}

enum ed_exit ed_output_put(const char *path, const struct ed_buf *text)
{
	return ed_output_print(path, print_text, text);
}
