/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine's tests read: a folder of their own, and in it logs and captures of a small
 * network with two tunnels. A header, so that meson takes it for no test.
 */
#ifndef ED_ENGINE_TEST_INPUT_H
#define ED_ENGINE_TEST_INPUT_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/name.h"

enum { T0_S = 1790000000, PATH_TEXT_MAX = 512, NAME_TEXT_MAX = 128, FRAGMENT_GAP = 500 };

static char root[256];
static char psl_path[PATH_TEXT_MAX];

/* The path of @name in the test's folder; good for eight calls. */
static const char *at(const char *name)
{
	static char text[8][PATH_TEXT_MAX];
	static unsigned which;

	which = (which + 1) % 8;
	(void)snprintf(text[which], PATH_TEXT_MAX, "%s/%s", root, name);
	return text[which];
}

static FILE *create(const char *name)
{
	FILE *f = fopen(at(name), "wbe");

	assert_non_null(f);
	return f;
}

static void finish(FILE *f)
{
	assert_int_equal(fclose(f), 0);
}

static off_t size_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(at(name), &st), 0);
	return st.st_size;
}

/* --------------------------------------------------------------- questions */

struct ask {
	unsigned i;      /* second after T0_S */
	unsigned client; /* 10.0.0.<client> */
	uint16_t qtype;
	char name[NAME_TEXT_MAX];
};

/*
 * The i-th lookup of a small network: three in four are ordinary, the others are two tunnels, one
 * loud and over NULL records, one at a tenth of its pace over TXT.
 */
static struct ask ask(unsigned i)
{
	static const char *const hosts[] = { "www", "mail", "images", "login", "static" };
	static const char *const zones[] = { "brightfern", "oakhollow", "harbourlane", "larkspur" };
	struct ask a = { .i = i, .client = 20 + i % 40, .qtype = i % 3 ? 1 : 28 };
	uint64_t h = ed_hash_mix(i);

	if (i % 4 != 3) {
		(void)snprintf(a.name, sizeof(a.name), "%s.%s.com", hosts[h % 5],
			       zones[h >> 32 & 3]);
		return a;
	}
	a.client = i % 40 == 3 ? 9 : 7;
	a.qtype = i % 40 == 3 ? 16 : 10;
	(void)snprintf(a.name, sizeof(a.name), "%016llx%016llx.%s", (unsigned long long)h,
		       (unsigned long long)ed_hash_mix(~h),
		       i % 40 == 3 ? "slow.net" : "t.loud.com");
	return a;
}

static const char
	tsv_head[] = "#separator \\x09\n#path\tdns\n"
		     "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id"
		     "\tquery\tqtype\n";

static void put_tsv(FILE *f, struct ask a)
{
	(void)fprintf(f, "%u.5\t10.0.0.%u\t%u\t10.0.0.1\t53\tudp\t%u\t%s\t%u\n", T0_S + a.i,
		      a.client, 30000 + a.i % 30000, a.i % 65536, a.name, a.qtype);
}

static void write_tsv(const char *name, unsigned n)
{
	FILE *f = create(name);

	(void)fputs(tsv_head, f);
	for (unsigned i = 0; i < n; i++)
		put_tsv(f, ask(i));
	finish(f);
}

/* ---------------------------------------------------------------- captures */

static const uint32_t pcap_head[6] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 101 };

static size_t put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return 2;
}

/* A UDP datagram that asks; returns its length. */
static size_t datagram(struct ask a, uint8_t *ret)
{
	struct ed_name name;
	size_t n = 8;

	assert_int_equal(ed_name_from_text(ed_span_str(a.name), ED_NAME_PLAIN, &name), 0);
	n += put16(ret + n, a.i);
	memcpy(ret + n, "\1\0\0\1\0\0\0\0\0\0", 10);
	n += 10;
	memcpy(ret + n, name.wire, name.n);
	n += name.n;
	n += put16(ret + n, a.qtype);
	n += put16(ret + n, 1);
	(void)put16(ret, 30000 + a.i % 30000);
	(void)put16(ret + 2, 53);
	(void)put16(ret + 4, (unsigned)n);
	(void)put16(ret + 6, 0);
	return n;
}

/* One record: IPv4 without a link layer; @fragment is the word with offset and flags. */
static void put_packet(FILE *f, struct ask a, unsigned second, unsigned fragment,
		       struct ed_span data)
{
	uint8_t ip[20] = { 0x45, [8] = 64, 17, 0, 0, 10, 0, 0, (uint8_t)a.client, 10, 0, 0, 1 };
	uint32_t head[4] = { T0_S + second, 500000, (uint32_t)(20 + data.n),
			     (uint32_t)(20 + data.n) };

	(void)put16(ip + 2, (unsigned)(20 + data.n));
	(void)put16(ip + 4, a.i);
	(void)put16(ip + 6, fragment);
	assert_int_equal(fwrite(head, sizeof(head), 1, f), 1);
	assert_int_equal(fwrite(ip, sizeof(ip), 1, f), 1);
	assert_int_equal(fwrite(data.p, data.n, 1, f), 1);
}

/*
 * Returns where the last record begins. With @fragments every tenth question comes in two, the
 * second a quarter of a unit later.
 */
static long write_pcap(const char *name, unsigned n, bool fragments)
{
	const unsigned gap = fragments ? FRAGMENT_GAP : 0;
	FILE *f = create(name);
	uint8_t data[1024];
	long last = 0;

	assert_int_equal(fwrite(pcap_head, sizeof(pcap_head), 1, f), 1);
	for (unsigned i = 0; i < n + gap; i++) {
		struct ask a = ask(i), before = ask(i - gap);
		struct ed_span all = ed_span_of(data, datagram(a, data));
		bool in_two = fragments && i % 10 == 3;

		last = ftell(f);
		if (i < n)
			put_packet(f, a, i / 100, in_two ? 0x2000 : 0,
				   in_two ? ed_span_of(data, 16) : all);
		if (!in_two || i < gap)
			continue;
		all = ed_span_of(data, datagram(before, data));
		put_packet(f, before, i / 100, 2, ed_span_from(all, 16));
	}
	finish(f);
	return last;
}

static int set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");
	FILE *f;

	(void)state;
	(void)snprintf(root, sizeof(root), "%s/earthdog-scan-XXXXXX", tmp ? tmp : P_tmpdir);
	if (!mkdtemp(root))
		return -1;
	(void)snprintf(psl_path, sizeof(psl_path), "%s/.suffixes", root);
	f = fopen(psl_path, "we");
	if (!f)
		return -1;
	(void)fputs("com\nnet\norg\n", f);
	return fclose(f);
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

#endif
