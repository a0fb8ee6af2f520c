/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths: directories are walked by name, without what is hidden and without following links; what
 * is missing or cannot be read stays in the list, so that it is told of.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/paths.h"

enum { NOBODY = 65534, TEXT_MAX = 512 };

static char root[256];

/* @name below the root; valid until the next call but one. */
static const char *below(const char *name)
{
	static char text[2][TEXT_MAX];
	static unsigned which;

	which ^= 1;
	(void)snprintf(text[which], TEXT_MAX, "%s/%s", root, name);
	return text[which];
}

static void make_file(const char *name)
{
	int fd = open(below(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static void make_dir(const char *name)
{
	assert_int_equal(mkdir(below(name), 0755), 0);
}

/* The paths that @name gives, without the root, joined by spaces. */
static const char *paths_of(const char *name)
{
	static char text[8192];
	struct ed_paths p = { 0 };
	size_t n = 0, skip = strlen(root) + 1;

	assert_int_equal(ed_paths_add(&p, *name ? below(name) : root), 0);
	text[0] = '\0';
	for (size_t i = 0; i < p.n; i++) {
		assert_int_equal(strncmp(p.v[i], root, skip - 1), 0);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? " " : "",
				      strlen(p.v[i]) > skip ? p.v[i] + skip : "");
		assert_true(n < sizeof(text));
	}
	ed_paths_done(&p);
	return text;
}

static void test_by_name(void **state)
{
	(void)state;
	make_file("b.pcap");
	make_file("a.log");
	make_file("c");
	make_dir("aa");
	make_file("aa/2");
	make_file("aa/10");
	make_dir("aa/deeper");
	make_file("aa/deeper/x");
	assert_string_equal(paths_of(""), "a.log aa/10 aa/2 aa/deeper/x b.pcap c");
	assert_string_equal(paths_of("aa"), "aa/10 aa/2 aa/deeper/x");
	assert_string_equal(paths_of("aa/2"), "aa/2");
}

static void test_hidden_files_are_left_out(void **state)
{
	(void)state;
	make_file(".a");
	make_file("b");
	make_file("b~");
	make_dir(".git");
	make_file(".git/c");
	assert_string_equal(paths_of(""), "b b~");
	/* unless they are asked for */
	assert_string_equal(paths_of(".a"), ".a");
	assert_string_equal(paths_of(".git"), ".git/c");
}

static void test_links_in_directories_are_not_followed(void **state)
{
	(void)state;
	make_dir("in");
	make_file("in/file");
	make_dir("out");
	make_file("out/other");
	assert_int_equal(symlink("../out/other", below("in/link")), 0);
	assert_int_equal(symlink("../out", below("in/linked")), 0);
	assert_int_equal(symlink(".", below("in/round")), 0);
	assert_int_equal(symlink("nowhere", below("in/dangling")), 0);
	assert_string_equal(paths_of("in"), "in/file");
	/* a link that is given is meant */
	assert_string_equal(paths_of("in/link"), "in/link");
	assert_string_equal(paths_of("in/linked"), "in/linked/other");
	assert_string_equal(paths_of("in/dangling"), "in/dangling");
}

static void test_what_is_no_file(void **state)
{
	(void)state;
	make_dir("in");
	make_file("in/file");
	assert_int_equal(mkfifo(below("in/fifo"), 0600), 0);
	assert_string_equal(paths_of("in"), "in/file");
	assert_string_equal(paths_of("in/fifo"), "in/fifo");
	assert_string_equal(paths_of("missing"), "missing");
	assert_string_equal(paths_of("in/file/below"), "in/file/below");
}

/* Nothing to read in it: that is worth a word, so the directory stays. */
static void test_empty_directory_stays(void **state)
{
	(void)state;
	make_dir("empty");
	make_file("empty/.hidden");
	make_dir("empty/more");
	assert_string_equal(paths_of("empty"), "empty");
}

static void test_unreadable_stays(void **state)
{
	const char *got;

	(void)state;
	make_file("closed");
	make_dir("locked");
	make_file("locked/a");
	make_dir("listed");
	make_file("listed/b");
	assert_int_equal(chmod(below("closed"), 0), 0);
	assert_int_equal(chmod(below("locked"), 0), 0);
	assert_int_equal(chmod(below("listed"), 0444), 0);
	if (geteuid() == 0 && seteuid(NOBODY) != 0)
		skip();
	if (eaccess(root, R_OK | X_OK) != 0) { /* a private folder for temporary files */
		assert_int_equal(seteuid(getuid()), 0);
		skip();
	}
	got = paths_of("");
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(chmod(below("locked"), 0755), 0);
	assert_int_equal(chmod(below("listed"), 0755), 0);
	assert_string_equal(got, "closed listed/b locked");
}

/* A directory that is nested beyond the limit stays as one path; what is above it is all there. */
static void test_depth_is_limited(void **state)
{
	char name[TEXT_MAX / 2] = "d";
	const char *got;
	unsigned n_files = 0;

	(void)state;
	for (unsigned i = 0; i < ED_PATHS_DEPTH_MAX + 5; i++) {
		size_t n = strlen(name);

		make_dir(name);
		(void)snprintf(name + n, sizeof(name) - n, "/f");
		make_file(name);
		(void)snprintf(name + n, sizeof(name) - n, "/d");
	}
	got = paths_of("d");
	for (const char *p = strchr(got, 'f'); p; p = strchr(p + 1, 'f'))
		n_files++;
	assert_int_equal(n_files, ED_PATHS_DEPTH_MAX);
	assert_int_equal(got[strlen(got) - 1], 'f');
	assert_non_null(strstr(got, "/d "));
}

static void test_lists_add_up(void **state)
{
	struct ed_paths p = { 0 };

	(void)state;
	make_dir("in");
	for (unsigned i = 0; i < 200; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "in/%03u", i);
		make_file(name);
	}
	assert_int_equal(ed_paths_add(&p, "-"), 0);
	assert_int_equal(ed_paths_add(&p, below("in")), 0);
	assert_int_equal(ed_paths_add(&p, below("in/007")), 0);
	assert_int_equal(p.n, 202);
	assert_string_equal(p.v[0], "-");
	for (size_t i = 2; i < 201; i++)
		assert_true(strcmp(p.v[i - 1], p.v[i]) < 0);
	assert_string_equal(p.v[201], p.v[8]);
	ed_paths_done(&p);
	assert_int_equal(p.n, 0);
}

static int set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(root, sizeof(root), "%s/earthdog-paths-XXXXXX", tmp ? tmp : P_tmpdir);
	return mkdtemp(root) ? chmod(root, 0755) : -1;
}

static int unlink_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(root, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_by_name),
		TEST(test_hidden_files_are_left_out),
		TEST(test_links_in_directories_are_not_followed),
		TEST(test_what_is_no_file),
		TEST(test_empty_directory_stays),
		TEST(test_unreadable_stays),
		TEST(test_depth_is_limited),
		TEST(test_lists_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
