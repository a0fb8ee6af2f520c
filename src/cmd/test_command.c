/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole program in a child process: exit statuses and what goes to which stream. Input is made
 * here: one Zeek log with a tunnel in it.
 */
#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { TEXT_MAX = 1 << 16, WORDS_MAX = 16, TUNNEL_LOOKUPS = 400 };

static char folder[] = "earthdog-test-XXXXXX";

/* What one run of the program came to. */
struct ran {
	int status; /* exit status, or 1000 + signal */
	char out[TEXT_MAX];
	char err[TEXT_MAX];
};

static void slurp(const char *path, char ret[static TEXT_MAX])
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(ret, 1, TEXT_MAX - 1, f);
	ret[n] = '\0';
	assert_int_equal(fclose(f), 0);
}

static _Noreturn void child(char *const *words, int argc)
{
	/* As main() has it. */
	(void)signal(SIGPIPE, SIG_DFL);
	if (!freopen("stdout", "w", stdout) || !freopen("stderr", "w", stderr))
		_exit(99);
	(void)fflush(NULL);
	exit((int)ed_command_main(argc, words));
}

/* Runs "earthdog" with @words. */
static void run(struct ran *ret, const char *const *words)
{
	char *argv[WORDS_MAX + 1] = { (char *)"earthdog" };
	int argc = 1, status;
	pid_t pid;

	for (; words[argc - 1]; argc++) {
		assert_true(argc < WORDS_MAX);
		argv[argc] = (char *)words[argc - 1];
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(argv, argc);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
	slurp("stdout", ret->out);
	slurp("stderr", ret->err);
}

#define RUN(r, ...) run(r, (const char *const[]){ __VA_ARGS__, NULL })

static void put_header(FILE *f)
{
	(void)fputs(
		"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\tquery\tqtype_name"
		"\trcode_name\tanswers\tTTLs\n"
		"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tstring\tstring\tstring\tvector[string]"
		"\tvector[interval]\n",
		f);
}

/* A client that moves some kilobytes through names of 40 base32 letters. */
static void put_tunnel(FILE *f)
{
	uint64_t x = 88172645463325252U;

	for (int i = 0; i < TUNNEL_LOOKUPS; i++) {
		char label[41] = "";

		for (int k = 0; k < 40; k++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			label[k] = "abcdefghijklmnopqrstuvwxyz234567"[x % 32];
		}
		(void)fprintf(
			f,
			"%d.%06d\tC%d\t10.0.0.5\t5353\t10.0.0.53\t53\tudp\t%d\t%s.t.orchard-relay.example\tTXT"
			"\tNOERROR\tTXT 24 %.24s\t0.000000\n",
			1700000000 + i / 10, i % 10 * 100000, i, i, label, label);
	}
}

static void put_log(const char *path, bool tunnel, const char *tail)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	put_header(f);
	for (int i = 0; i < 50; i++)
		(void)fprintf(
			f,
			"%d.000000\tD%d\t10.0.0.7\t5353\t10.0.0.53\t53\tudp\t%d\twww.example.com\tA\tNOERROR"
			"\t192.0.2.1\t300.000000\n",
			1700000000 + i, i, i);
	if (tunnel)
		put_tunnel(f);
	(void)fputs(tail, f);
	assert_int_equal(fclose(f), 0);
}

static int enter_folder(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct ran *r = calloc(1, sizeof(*r));

	*state = r;
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return r && chdir(tmp ? tmp : P_tmpdir) == 0 && mkdtemp(folder) && chdir(folder) == 0 ? 0 :
												-1;
}

static int leave_folder(void **state)
{
	static const char *const left[] = { "stdout",     "stderr", "clean.log", "tunnel.log",
					    "broken.log", "alerts", "stats.json" };

	free(*state);
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		(void)unlink(left[i]);
	/* Fails, and so does the test, when a temporary file was left. */
	return chdir("..") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void assert_in(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

static void test_version_and_help(void **state)
{
	struct ran *r = *state;

	RUN(r, "--version");
	assert_int_equal(r->status, 0);
	assert_string_equal(r->out, "earthdog " ED_VERSION "\n");
	RUN(r, "--help");
	assert_int_equal(r->status, 0);
	assert_in(r->out, "\n  scan ");
	assert_null(strstr(r->out, "generate"));
	RUN(r, "help", "scan");
	assert_int_equal(r->status, 0);
	assert_in(r->out, "--min-level");
	RUN(r, "scan", "--help");
	assert_int_equal(r->status, 0);
	assert_in(r->out, "Usage: earthdog scan [OPTIONS] PATH...\n");
	assert_string_equal(r->err, "");
}

static void test_usage_errors(void **state)
{
	static const char *const lines[][5] = {
		{ "scna", "x" },
		{ "scan" },
		{ "scan", "--nope", "x" },
		{ "scan", "--format", "nope", "x" },
		{ "list" },
		{ "list", "field" },
		{ "list", "fields", "sinks" },
		{ "events" },
		{ "explain" },
		{ "explain", "a..b" },
		{ "help", "scam" },
		{ "generate", "nope" },
		{ "scan", "--set", "x=1", "y" },
	};
	struct ran *r = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		run(r, lines[i]);
		assert_int_equal(r->status, 2);
		assert_string_equal(r->out, "");
		assert_int_equal(strncmp(r->err, "earthdog: ", 10), 0);
	}
	run(r, (const char *const[]){ NULL });
	assert_int_equal(r->status, 2);
}

static void test_lists(void **state)
{
	static const char *const what[] = { "formats", "analytics", "evidence",
					    "sinks",   "sources",   "fields" };
	struct ran *r = *state;

	for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		RUN(r, "list", what[i]);
		assert_int_equal(r->status, 0);
		assert_non_null(strchr(r->out, '\n'));
		RUN(r, "list", what[i], "--format=json");
		assert_int_equal(r->status, 0);
		assert_int_equal(strncmp(r->out, "[{\"name\":", 9), 0);
		assert_string_equal(r->out + strlen(r->out) - 3, "}]\n");
	}
	RUN(r, "list", "fields");
	assert_in(r->out, "zeek-tsv");
	assert_in(r->out, "AN1124");
	assert_in(r->out, "needs");
	assert_in(r->out, "AN1121.QueryLengthThreshold  ");
	RUN(r, "list", "fields", "--format=json");
	assert_in(r->out, "\"evidence\":[\"timing\"]"); /* of the field time */
	RUN(r, "list", "evidence");
	assert_in(r->out, "timing     6 bits");
}

static void test_explain(void **state)
{
	struct ran *r = *state;

	RUN(r, "explain", "mnqw4zdpebuxiidj.northfield-cdn.net");
	assert_int_equal(r->status, 0);
	assert_in(r->out, "zone                   northfield-cdn.net\n");
	assert_in(r->out, "SubdomainEntropyScore  1.00");
	assert_in(r->out, "mnqw4zdpebuxiidj  16");
	RUN(r, "explain", "orugkidrovuwg2zamjzg653oebtg66banj2w24dtebxxmzls.example.com");
	assert_in(r->out,
		  "base32, 30 bytes, 100 % printable, text: the quick brown fox jumps over");
	RUN(r, "explain", "--format", "json", "example.com");
	assert_int_equal(r->status, 0);
	assert_in(r->out, "\"zone\":\"example.com\"");
	assert_in(r->out, "\"labels\":[]");
	RUN(r, "explain", "--psl", "missing", "example.com");
	assert_int_equal(r->status, 2);
}

static void test_clean_input(void **state)
{
	struct ran *r = *state;

	put_log("clean.log", false, "");
	RUN(r, "scan", "clean.log");
	assert_int_equal(r->status, 0);
	assert_string_equal(r->out, "");
	assert_in(r->err, " 50 records in 1 file");
	assert_in(r->err, " 0 alerts\n");
	RUN(r, "scan", "--quiet", "--format", "table", "--fail-on", "low", "clean.log");
	assert_int_equal(r->status, 0);
	assert_string_equal(r->out, "no alerts\n");
	assert_string_equal(r->err, "");
}

static void test_tunnel(void **state)
{
	struct ran *r = *state;

	put_log("tunnel.log", true, "");
	RUN(r, "scan", "tunnel.log");
	assert_int_equal(r->status, 0);
	assert_in(r->out, "\"registered_domain\":\"orchard-relay.example\"");
	assert_in(r->out, "\"source\":{\"ip\":\"10.0.0.5\"}");
	assert_in(r->out, "\"sources\":[\"zeek-tsv\"]");
	RUN(r, "scan", "--fail-on=medium", "-q", "--format=csv", "--color=always", "tunnel.log");
	assert_int_equal(r->status, 10);
	assert_in(r->out, ",10.0.0.5,orchard-relay.example,");
	assert_null(strchr(r->out, '\033'));
	RUN(r, "scan", "-q", "--format=table", "--color=always", "tunnel.log");
	assert_in(r->out, "\033[");
	/* Not shown, and still it decides the exit status. */
	RUN(r, "scan", "-q", "--format=table", "--explain", "tunnel.log");
	assert_in(r->out, "content 9.0 bits: ");
	assert_in(r->out, "mutable elements: QueryRatePerClient 20/s\n");
	assert_in(r->out, "= SubdomainEntropyScore ");
	RUN(r, "scan", "-q", "--fail-on=low", "--from", "2023-11-14", "--to", "2023-11-15",
	    "tunnel.log");
	assert_int_equal(r->status, 10);
	RUN(r, "scan", "-q", "--fail-on=low", "--to", "2023-11-13", "tunnel.log");
	assert_int_equal(r->status, 0);
	assert_string_equal(r->out, "");
}

static void test_events(void **state)
{
	struct ran *r = *state;

	put_log("broken.log", false, "not a line of this log\n");
	RUN(r, "events", "--stats", "stats.json", "broken.log");
	assert_int_equal(r->status, 3);
	assert_ptr_equal(strstr(r->out, "{\"kind\":\"pair\",\"file\":\"broken.log\","), r->out);
	assert_in(r->out, "\"format\":\"zeek-tsv\"");
	assert_in(r->err, " 51 records in 1 file, 50 events\n");
	assert_in(r->err, " not analysed: 1 (");
	slurp("stats.json", r->out);
	assert_in(r->out, "\"records\":{\"read\":51,\"analysed\":50,");
	RUN(r, "events", "--quiet", "--to", "2001-01-01", "broken.log");
	assert_string_equal(r->out, "");
	RUN(r, "events", "--from", "2023-01-01", "--to", "2001-01-01", "broken.log");
	assert_int_equal(r->status, 2);
	RUN(r, "events", "--stats", "broken.log", "broken.log");
	assert_int_equal(r->status, 2);
	RUN(r, "events", "--quiet", "missing.log");
	assert_int_equal(r->status, 3);
}

static void test_damage(void **state)
{
	struct ran *r = *state;

	put_log("broken.log", false, "not a line of this log\n");
	RUN(r, "scan", "broken.log");
	assert_int_equal(r->status, 3);
	assert_in(r->err, "earthdog: broken.log: offset ");
	assert_in(r->err, " (1 record)\n");
	put_log("tunnel.log", true, "");
	RUN(r, "scan", "-q", "--fail-on=low", "broken.log", "tunnel.log");
	assert_int_equal(r->status, 10); /* wins over 3 */
	RUN(r, "scan", "clean\033.log", "tunnel.log");
	assert_int_equal(r->status, 3);
	assert_in(r->err, "earthdog: clean\\x1b.log: No such file or directory\n");
	assert_in(r->out, "orchard-relay.example");
}

static void test_files(void **state)
{
	struct ran *r = *state;
	char text[TEXT_MAX];

	put_log("tunnel.log", true, "");
	RUN(r, "scan", "-q", "-o", "alerts", "--stats", "stats.json", "tunnel.log");
	assert_int_equal(r->status, 0);
	assert_string_equal(r->out, "");
	slurp("alerts", text);
	assert_in(text, "\"kind\":\"alert\"");
	slurp("stats.json", text);
	assert_in(text, "{\"records\":{\"read\":450,\"analysed\":450,\"dropped\":{");
	assert_in(text, "\"formats\":{\"zeek-tsv\":450},\"fields\":{\"zeek-tsv\":{");
	RUN(r, "scan", "-q", "-o", "tunnel.log", "tunnel.log");
	assert_int_equal(r->status, 2);
	assert_in(r->err, "tunnel.log: is an input and would be overwritten\n");
	RUN(r, "scan", "-q", "--stats", "tunnel.log", "tunnel.log");
	assert_int_equal(r->status, 2);
	RUN(r, "scan", "-q", "-o", "alerts", "--stats", "./alerts", "tunnel.log");
	assert_int_equal(r->status, 2);
	RUN(r, "scan", "-q", "-o", "missing/alerts", "tunnel.log");
	assert_int_equal(r->status, 2);
	RUN(r, "scan", "-q", "-o", "/dev/full", "tunnel.log");
	assert_int_equal(r->status, 1);
	RUN(r, "scan", "-q", "--psl", "missing", "tunnel.log");
	assert_int_equal(r->status, 2);
	slurp("tunnel.log", text);
	assert_int_equal(strncmp(text, "#separator", 10), 0);
}

/* The reader of a pipe goes away: no message, death by SIGPIPE as of any filter. */
static void test_closed_pipe(void **state)
{
	int ends[2], status;
	pid_t pid;

	put_log("tunnel.log", true, "");
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char *const words[] = { (char *)"earthdog", (char *)"scan", (char *)"tunnel.log",
					NULL };

		(void)signal(SIGPIPE, SIG_DFL);
		(void)close(ends[0]);
		if (dup2(ends[1], STDOUT_FILENO) < 0 || !freopen("stderr", "w", stderr))
			_exit(99);
		exit((int)ed_command_main(3, words));
	}
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPIPE);
	slurp("stderr", ((struct ran *)*state)->err);
	assert_string_equal(((struct ran *)*state)->err, "");
}

static void test_standard_output_full(void **state)
{
	struct ran *r = *state;
	int status;
	pid_t pid;

	put_log("tunnel.log", true, "");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char *const words[] = { (char *)"earthdog", (char *)"scan", (char *)"tunnel.log",
					NULL };

		if (!freopen("/dev/full", "w", stdout) || !freopen("stderr", "w", stderr))
			_exit(99);
		exit((int)ed_command_main(3, words));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	slurp("stderr", r->err);
	assert_in(r->err, "earthdog: cannot write to standard output: No space left on device\n");
	assert_null(strstr(strstr(r->err, "cannot") + 1, "cannot")); /* said once */
}

/* More lines into @fd; false once nobody reads any more. */
static bool feed(int fd, int from)
{
	char line[160];
	int n = snprintf(
		line, sizeof(line),
		"%d.000000\tD%d\t10.0.0.7\t5353\t10.0.0.53\t53\tudp\t%d\twww.example.com\tA\tNOERROR"
		"\t192.0.2.1\t300.000000\n",
		1700000000 + from / 1000, from, from % 65536);

	return write(fd, line, (size_t)n) == n;
}

/* An input without end, and a signal once the program reads it: what was found is printed, status
 * 130. */
static void test_interrupted(void **state)
{
	struct ran *r = *state;
	char header[4096];
	int ends[2], status, i = 0;
	pid_t pid;

	put_log("clean.log", false, "");
	slurp("clean.log", r->out);
	(void)snprintf(header, sizeof(header), "%.*s", (int)(strstr(r->out, "#types") - r->out),
		       r->out);
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char *const words[] = { (char *)"earthdog", (char *)"scan", (char *)"-", NULL };

		(void)close(ends[1]);
		if (dup2(ends[0], STDIN_FILENO) < 0)
			_exit(99);
		child(words, 3);
	}
	assert_int_equal(close(ends[0]), 0);
	assert_true(write(ends[1], header, strlen(header)) > 0);
	/* Far more than a pipe holds: the program has begun to read. */
	while (i < 20000)
		assert_true(feed(ends[1], i++));
	assert_int_equal(kill(pid, SIGINT), 0);
	while (feed(ends[1], i++))
		;
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 130);
	slurp("stderr", r->err);
	assert_in(r->err, " interrupted: the rest of the input was not read\n");
	(void)signal(SIGPIPE, SIG_DFL);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_version_and_help),
		IN_FOLDER(test_usage_errors),
		IN_FOLDER(test_lists),
		IN_FOLDER(test_explain),
		IN_FOLDER(test_clean_input),
		IN_FOLDER(test_tunnel),
		IN_FOLDER(test_events),
		IN_FOLDER(test_damage),
		IN_FOLDER(test_files),
		IN_FOLDER(test_interrupted),
		IN_FOLDER(test_closed_pipe),
		IN_FOLDER(test_standard_output_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
