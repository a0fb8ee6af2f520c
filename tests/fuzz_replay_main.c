/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one fuzz target over files instead of a fuzzer's mutations: an ordinary test over its
 *corpus.
 *
 *	replay_dns FILE|FOLDER...
 *
 * The one idea: the input lies in a heap block of exactly its own size, so that a sanitizer or
 *valgrind sees a read that goes one byte too far.
 */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLAY_FILE_MAX_BYTES = 16 << 20, REPLAY_PATH_MAX = 4096 };

/* 0 or -errno. */
static int replay_file(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	int r = 0;

	if (!f)
		return -errno;
	if (fstat(fileno(f), &st) < 0) {
		r = -errno;
		goto out;
	}
	if (st.st_size > REPLAY_FILE_MAX_BYTES) {
		r = -EFBIG;
		goto out;
	}
	data = malloc(st.st_size > 0 ? (size_t)st.st_size : 1);
	if (!data) {
		r = -ENOMEM;
		goto out;
	}
	if (fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		r = -EIO;
		goto out;
	}
	LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
out:
	free(data);
	fclose(f);
	return r;
}

static int replay_folder(const char *folder, unsigned *n_files)
{
	struct dirent **list;
	int n = scandir(folder, &list, NULL, alphasort);
	int r = 0;

	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		char path[REPLAY_PATH_MAX];

		if (r == 0 && list[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
			r = replay_file(path);
			(*n_files)++;
		}
		free(list[i]);
	}
	free(list);
	return r;
}

int main(int argc, char **argv)
{
	unsigned n_files = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;
		int r;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode)) {
			r = replay_folder(argv[i], &n_files);
		} else {
			r = replay_file(argv[i]);
			n_files++;
		}
		if (r < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(-r));
			return 1;
		}
	}
	printf("%u inputs replayed\n", n_files);
	return n_files > 0 ? 0 : 1; /* an empty corpus proves nothing */
}
