/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole engine over files that the test writes: threads change nothing, the data path allocates
 * nothing, trouble with one input is told and costs the others nothing, and the account always
 * closes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "engine/scan.h"
#include "engine/test_input.h"

enum { TROUBLES_MAX = 16 };

/* --------------------------------------------------------------------- runs */

struct told {
	char path[PATH_TEXT_MAX];
	char what[160];
	uint64_t offset, n;
	bool has_offset;
};

struct run {
	struct ed_scan_config conf;
	const char *paths[8];
	struct ed_scan_result result;
	char error[256];
	struct told told[TROUBLES_MAX];
	size_t n_told;
};

static void hear(void *arg, const struct ed_scan_trouble *t)
{
	struct run *r = arg;
	struct told *told = &r->told[r->n_told++];

	assert_in_range(r->n_told, 1, TROUBLES_MAX);
	(void)snprintf(told->path, sizeof(told->path), "%s", t->path);
	(void)snprintf(told->what, sizeof(told->what), "%s", t->what);
	for (const char *p = told->what; *p; p++)
		assert_in_range(*p, ' ', '~');
	assert_in_range(strlen(told->what), 1, sizeof(told->what) - 1);
	told->offset = t->offset;
	told->has_offset = t->has_offset;
	told->n = t->n;
}

static void prepare(struct run *r, const char *path)
{
	memset(r, 0, sizeof(*r));
	ed_scan_config_init(&r->conf);
	r->paths[0] = path;
	r->conf.paths = r->paths;
	r->conf.n_paths = 1;
	r->conf.psl_path = psl_path;
	r->conf.n_readers = r->conf.n_shards = 2;
}

static void assert_account(const struct ed_tally *t)
{
	uint64_t n = t->n_analysed;

	for (unsigned i = 0; i < ED_DROP_N; i++)
		n += t->n_dropped[i];
	assert_int_equal(t->n_read, n);
}

static void scan_with(struct run *r, bool (*progress)(void *arg, const struct ed_scan_progress *p))
{
	const struct ed_scan_hooks hooks = { .arg = r, .trouble = hear, .progress = progress };

	assert_int_equal(ed_scan_run(&r->conf, &hooks, &r->result, r->error), 0);
	assert_string_equal(r->error, "");
	assert_account(&r->result.records);
	assert_int_equal(r->result.damaged, r->n_told > 0);
}

static void scan(struct run *r)
{
	scan_with(r, NULL);
}

static void done(struct run *r)
{
	ed_scan_done(&r->result);
}

/* Equal in every byte that means something: what follows the NUL of a text does not. */
static void assert_same_alerts(const struct ed_scan_result *a, const struct ed_scan_result *b)
{
	assert_int_equal(a->n_alerts, b->n_alerts);
	for (size_t i = 0; i < a->n_alerts; i++) {
		struct ed_alert x = a->alerts[i], y = b->alerts[i];

		for (uint32_t j = 0; j < x.n_tunables; j++) {
			assert_string_equal(x.tunables[j].value, y.tunables[j].value);
			memset(x.tunables[j].value, 0, sizeof(x.tunables[j].value));
			memset(y.tunables[j].value, 0, sizeof(y.tunables[j].value));
		}
		assert_string_equal(x.id, y.id);
		assert_string_equal(x.summary, y.summary);
		assert_memory_equal(&x, &y, sizeof(x));
	}
}

static const struct ed_alert *alert_for(const struct ed_scan_result *r, const char *domain)
{
	char text[ED_NAME_TEXT_MAX + 1];

	for (size_t i = 0; i < r->n_alerts; i++) {
		const struct ed_name *d = &r->alerts[i].domain;

		(void)ed_name_to_text(ed_span_of(d->wire, d->n), text);
		if (strcmp(text, domain) == 0)
			return &r->alerts[i];
	}
	return NULL;
}

static void assert_both_tunnels(const struct ed_scan_result *r)
{
	const struct ed_alert *loud = alert_for(r, "loud.com"), *slow = alert_for(r, "slow.net");

	assert_non_null(loud);
	assert_non_null(slow);
	assert_in_range(loud->level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
	assert_in_range(slow->level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
	assert_int_equal(loud->client.b[15], 7);
	assert_int_equal(slow->client.b[15], 9);
	for (size_t i = 0; i < r->n_alerts; i++)
		assert_true(&r->alerts[i] == loud || &r->alerts[i] == slow ||
			    r->alerts[i].level < ED_LEVEL_MEDIUM);
}

/* -------------------------------------------------------------------- tests */

static void test_threads_change_nothing(void **state)
{
	static const uint32_t shards[] = { 1, 2, 8, 16 }, readers[] = { 1, 2, 4 };
	struct run first, r;

	(void)state;
	write_tsv("a.log", 12000);
	(void)write_pcap("b.pcap", 8000, true);
	prepare(&first, root);
	first.conf.n_readers = first.conf.n_shards = 1;
	scan(&first);
	assert_int_equal(first.n_told, 0);
	assert_int_equal(first.result.records.n_read, 12000 + 8000 + 800);
	assert_int_equal(first.result.records.n_analysed, first.result.records.n_read);
	assert_both_tunnels(&first.result);
	for (size_t i = 0; i < 12; i++) {
		prepare(&r, root);
		r.conf.n_shards = shards[i / 3];
		r.conf.n_readers = readers[i % 3];
		scan(&r);
		assert_same_alerts(&r.result, &first.result);
		assert_memory_equal(&r.result.records, &first.result.records,
				    sizeof(r.result.records));
		assert_memory_equal(r.result.n_events, first.result.n_events,
				    sizeof(r.result.n_events));
		assert_int_equal(r.result.n_clients, first.result.n_clients);
		assert_int_equal(r.result.n_domains, first.result.n_domains);
		assert_int_equal(r.result.n_files, 2);
		done(&r);
	}
	done(&first);
}

/* With one shard, so that there are @n_readers threads. */
static uint64_t allocations(const char *path, uint32_t n_readers)
{
	uint64_t before = ed_mem_n_allocs();
	struct run r;

	prepare(&r, path);
	r.conf.n_readers = n_readers;
	r.conf.n_shards = 1;
	scan(&r);
	done(&r);
	return ed_mem_n_allocs() - before;
}

/* Whatever the length of the input: only what a format keeps for a thread is made when the thread
 * first decodes, and how many do is chance. */
static void test_data_path_allocates_nothing(void **state)
{
	(void)state;
	write_tsv("short.log", 2000);
	write_tsv("long.log", 20000);
	(void)write_pcap("short.pcap", 2000, true);
	(void)write_pcap("long.pcap", 20000, true);
	assert_true(allocations(at("short.log"), 1) > 0);
	for (uint32_t n = 1; n <= 4; n *= 2) {
		uint64_t log = allocations(at("short.log"), n);

		assert_in_range(allocations(at("long.log"), n), log + 1 - n, log + n - 1);
		assert_int_equal(allocations(at("short.pcap"), n), allocations(at("long.pcap"), n));
	}
}

static void assert_told(const struct told *t, const char *name, const char *what)
{
	assert_string_equal(t->path, at(name));
	assert_string_equal(t->what, what);
	assert_false(t->has_offset);
}

/* gzip that stores, cut in the middle of the last quarter. */
static void write_gzip_cut(const char *name, const char *of)
{
	static const uint8_t head[10] = { 0x1f, 0x8b, 8, [9] = 255 };
	FILE *in = fopen(at(of), "rbe"), *out = create(name);
	uint8_t block[5 + 4096] = { 0 };
	size_t n;

	assert_non_null(in);
	assert_int_equal(fwrite(head, sizeof(head), 1, out), 1);
	while ((n = fread(block + 5, 1, 4096, in)) > 0) {
		block[1] = (uint8_t)n;
		block[2] = (uint8_t)(n >> 8);
		block[3] = (uint8_t)~block[1];
		block[4] = (uint8_t)~block[2];
		assert_int_equal(fwrite(block, 5 + n, 1, out), 1);
	}
	finish(in);
	finish(out);
	assert_int_equal(truncate(at(name), size_of(name) * 7 / 8), 0);
}

static void test_trouble_is_told_and_the_rest_analysed(void **state)
{
	struct run alone, r;
	FILE *f;

	(void)state;
	write_tsv("good.log", 4000);
	finish(create("empty"));
	assert_int_equal(mkdir(at("letters"), 0755), 0);
	f = create("letters/one");
	(void)fputs("Dear reader,\nthis is not a log.\n", f);
	finish(f);
	assert_int_equal(mkdir(at("nothing"), 0755), 0);
	write_gzip_cut("cut.gz", "good.log");
	prepare(&alone, at("good.log"));
	scan(&alone);
	assert_int_equal(alone.n_told, 0);
	prepare(&r, at("missing"));
	r.paths[1] = at("empty");
	r.paths[2] = at("letters");
	r.paths[3] = at("good.log");
	r.paths[4] = at("nothing");
	r.conf.n_paths = 5;
	scan(&r);
	assert_int_equal(r.n_told, 4);
	assert_told(&r.told[0], "missing", strerror(ENOENT));
	assert_told(&r.told[1], "empty", "empty");
	assert_told(&r.told[2], "letters/one", r.told[2].what);
	assert_non_null(strstr(r.told[2].what, "format"));
	assert_told(&r.told[3], "nothing", r.told[3].what);
	assert_int_equal(r.result.n_files, 1);
	assert_int_equal(r.result.records.n_read, 4000);
	assert_same_alerts(&r.result, &alone.result);
	assert_both_tunnels(&r.result);
	done(&r);
	prepare(&r, at("cut.gz"));
	scan(&r);
	assert_in_range(r.n_told, 1, 2); /* the cut, and the line that it went through */
	assert_string_equal(r.told[0].path, at("cut.gz"));
	assert_true(r.told[0].has_offset);
	assert_in_range(r.told[0].offset, 1000, size_of("good.log") - 1);
	assert_in_range(r.result.records.n_analysed, 1000, 3999);
	assert_both_tunnels(&r.result);
	done(&r);
	done(&alone);
}

/* Cut inside the last record: everything before it counts, and the offset says where it began. */
static void test_cut_files(void **state)
{
	struct run r;
	long last;

	(void)state;
	last = write_pcap("cut.pcap", 1000, false);
	for (off_t size = size_of("cut.pcap"); --size > last; size -= 13) {
		assert_int_equal(truncate(at("cut.pcap"), size), 0);
		prepare(&r, at("cut.pcap"));
		scan(&r);
		assert_int_equal(r.n_told, 1);
		assert_string_equal(r.told[0].path, at("cut.pcap"));
		assert_true(r.told[0].has_offset);
		assert_int_equal(r.told[0].offset, last);
		assert_int_equal(r.told[0].n, 1);
		assert_int_equal(r.result.records.n_dropped[ED_DROP_CUT], 1);
		assert_int_equal(r.result.records.n_analysed, 999);
		done(&r);
	}
	write_tsv("cut.log", 1000);
	last = size_of("cut.log");
	write_tsv("cut.log", 1001);
	assert_int_equal(truncate(at("cut.log"), last + 20), 0);
	prepare(&r, at("cut.log"));
	scan(&r);
	assert_int_equal(r.n_told, 1);
	assert_string_equal(r.told[0].path, at("cut.log"));
	assert_int_equal(r.told[0].offset, last);
	assert_int_equal(r.told[0].n, 1);
	assert_int_equal(r.result.records.n_analysed, 1000);
	assert_int_equal(r.result.records.n_dropped[ED_DROP_BAD_LINE], 1);
	done(&r);
}

static void test_from_and_to(void **state)
{
	struct run r;

	(void)state;
	write_tsv("time.log", 1000);
	prepare(&r, at("time.log"));
	/* the i-th lookup is half a second after the i-th second: the first limit is in, the last
	 * out */
	r.conf.from_ns = (T0_S + 100) * ED_NS_PER_S + ED_NS_PER_S / 2;
	r.conf.to_ns = (T0_S + 300) * ED_NS_PER_S + ED_NS_PER_S / 2;
	scan(&r);
	assert_int_equal(r.result.records.n_read, 1000);
	assert_int_equal(r.result.records.n_analysed, 200);
	assert_int_equal(r.result.records.n_dropped[ED_DROP_OUTSIDE], 800);
	assert_int_equal(r.n_told, 0);
	for (size_t i = 0; i < r.result.n_alerts; i++) {
		assert_true(r.result.alerts[i].start_ns >= r.conf.from_ns);
		assert_true(r.result.alerts[i].end_ns < r.conf.to_ns);
	}
	done(&r);
	prepare(&r, at("time.log"));
	r.conf.from_ns = (T0_S + 900) * ED_NS_PER_S;
	scan(&r);
	assert_int_equal(r.result.records.n_analysed, 100);
	done(&r);
}

/* ------------------------------------------------------------- interruption */

static atomic_bool asked_to_stop;

/* A pipe, and what goes through it: a beginning, and then the rest over and over. */
struct endless {
	char path[PATH_TEXT_MAX];
	char *text;
	size_t n, n_head;
};

static void *write_without_end(void *arg)
{
	const struct endless *e = arg;
	FILE *f = fopen(e->path, "we");
	size_t from = 0;

	if (!f)
		return NULL;
	while (!atomic_load(&asked_to_stop) && fwrite(e->text + from, e->n - from, 1, f) == 1)
		from = e->n_head;
	(void)fclose(f);
	return NULL;
}

static bool stop_when_something_was_read(void *arg, const struct ed_scan_progress *p)
{
	(void)arg;
	assert_int_equal(p->n_files, 1);
	assert_int_equal(p->bytes_total, 0);
	if (p->n_records < 10000)
		return true;
	assert_false(atomic_load(&asked_to_stop)); /* once is enough */
	atomic_store(&asked_to_stop, true);
	return false;
}

/* Scans the endless input until it has read something. */
static void scan_endless(struct endless *e, struct run *r)
{
	pthread_t writer;

	(void)signal(SIGPIPE, SIG_IGN); /* the writer outlives the reader */
	(void)snprintf(e->path, sizeof(e->path), "%s", at("fifo"));
	assert_int_equal(mkfifo(e->path, 0600), 0);
	atomic_store(&asked_to_stop, false);
	assert_int_equal(pthread_create(&writer, NULL, write_without_end, e), 0);
	prepare(r, e->path);
	scan_with(r, stop_when_something_was_read);
	assert_int_equal(pthread_join(writer, NULL), 0);
	free(e->text);
	assert_true(r->result.interrupted);
	assert_true(r->result.records.n_read >= 10000);
}

static void test_interruption_leaves_what_there_is(void **state)
{
	struct endless e;
	struct run r;
	FILE *f = open_memstream(&e.text, &e.n);

	(void)state;
	assert_non_null(f);
	(void)fputs(tsv_head, f);
	e.n_head = strlen(tsv_head);
	for (unsigned i = 0; i < 20000; i++)
		put_tsv(f, ask(i));
	finish(f);
	scan_endless(&e, &r);
	assert_both_tunnels(&r.result);
	done(&r);
}

/* Packets that wait for others when the run ends are accounted for like all. */
static void test_interruption_settles_what_waits(void **state)
{
	uint8_t data[1024];
	struct endless e;
	struct run r;
	FILE *f = open_memstream(&e.text, &e.n);

	(void)state;
	assert_non_null(f);
	assert_int_equal(fwrite(pcap_head, sizeof(pcap_head), 1, f), 1);
	e.n_head = sizeof(pcap_head);
	for (unsigned i = 0; i < 20000; i++) {
		struct ed_span all = ed_span_of(data, datagram(ask(i), data));

		/* of every tenth only the first half ever comes */
		put_packet(f, ask(i), i / 100, i % 10 ? 0 : 0x2000,
			   i % 10 ? all : ed_span_of(data, 16));
	}
	finish(f);
	scan_endless(&e, &r);
	assert_true(r.result.records.n_dropped[ED_DROP_FRAGMENT] > 0);
	assert_both_tunnels(&r.result);
	done(&r);
}

static bool stop_at_once(void *arg, const struct ed_scan_progress *p)
{
	(void)arg;
	(void)p;
	return false;
}

/* Nobody need wait for a pipe through which nothing comes. */
static void test_interruption_of_a_silent_pipe(void **state)
{
	struct run r;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	fd = open(at("fifo"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	prepare(&r, at("fifo"));
	scan_with(&r, stop_at_once);
	assert_true(r.result.interrupted);
	assert_int_equal(r.result.records.n_read, 0);
	done(&r);
	assert_int_equal(close(fd), 0);
}

static void test_not_interrupted(void **state)
{
	struct run r;

	(void)state;
	write_tsv("whole.log", 500);
	prepare(&r, at("whole.log"));
	scan(&r);
	assert_false(r.result.interrupted);
	assert_false(r.result.damaged);
	assert_int_equal(r.result.bytes, size_of("whole.log"));
	assert_true(r.result.n_tables > 0);
	for (size_t i = 0; i < r.result.n_tables; i++)
		assert_in_range(r.result.tables[i].n_entries, 0, r.result.tables[i].capacity);
	done(&r);
}

/* ------------------------------------------------------------ what is refused */

static void assert_refused(struct run *r, int error, const char *why)
{
	assert_int_equal(ed_scan_run(&r->conf, NULL, &r->result, r->error), error);
	assert_non_null(strstr(r->error, why));
}

static void test_too_little_memory(void **state)
{
	unsigned long long least_mib;
	struct run r;

	(void)state;
	write_tsv("a.log", 4000);
	for (uint32_t n = 1; n <= 4; n += 3) {
		prepare(&r, at("a.log"));
		r.conf.n_readers = r.conf.n_shards = n;
		r.conf.memory_bytes = 1 << 20;
		assert_refused(&r, -ENOSPC, "--memory");
		assert_int_equal(
			sscanf(strstr(r.error, "at least"), "at least %llu MiB", &least_mib), 1);
		r.conf.memory_bytes = (least_mib - 2) << 20;
		assert_refused(&r, -ENOSPC, "--memory");
		r.conf.memory_bytes = least_mib << 20;
		scan(&r); /* what it names is enough, and enough to find a tunnel */
		assert_both_tunnels(&r.result);
		done(&r);
	}
}

static void test_no_list_of_suffixes(void **state)
{
	struct run r;

	(void)state;
	write_tsv("a.log", 10);
	prepare(&r, at("a.log"));
	r.conf.psl_path = at("missing.dat");
	assert_refused(&r, -ENOENT, "missing.dat");
	r.conf.psl_path = at("a.log"); /* no list at all */
	assert_refused(&r, -EINVAL, "a.log, line ");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_threads_change_nothing),
		TEST(test_data_path_allocates_nothing),
		TEST(test_trouble_is_told_and_the_rest_analysed),
		TEST(test_cut_files),
		TEST(test_from_and_to),
		TEST(test_interruption_leaves_what_there_is),
		TEST(test_interruption_settles_what_waits),
		TEST(test_interruption_of_a_silent_pipe),
		TEST(test_not_interrupted),
		TEST(test_too_little_memory),
		TEST(test_no_list_of_suffixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
