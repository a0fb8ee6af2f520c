/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood: one hour in which spoofed clients ask for names that never come twice, and a tunnel.
 *
 *	flood [--names N] [--parents N] [--clients N] [--seed N] > FILE
 *
 * Zeek's dns.log, tab-separated, in the order of time. The one idea: nothing is stored; line i is a
 * hash of (seed, i), so that ten million names cost no memory here and all of it in the reader. The
 * tunnel is one question in 30 s, 45 characters of base32, from a client of its own (an even seed)
 * or from one of the spoofed addresses (an odd one). Its client and domain are the last line of
 * standard error.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define START_US 1714564800000000LL /* 2024-05-01 12:00:00 UTC */
#define SPAN_US 3600000000ULL       /* one hour */
#define PERIOD_US 30000000ULL       /* of the tunnel */
#define TUNNEL_CHARS 45
#define LABEL_CHARS 12
#define TEXT_MAX 256

struct flood {
	uint64_t n_names, n_parents, n_clients, seed;
	char tunnel_domain[TEXT_MAX];
	uint32_t tunnel_client;
};

struct question {
	uint64_t time_us, draw;
	uint32_t client;
	int fails; /* NXDOMAIN */
	char name[TEXT_MAX];
};

static const char head[] =
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
	"#open\t2024-05-01-12-00-00\n"
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\t"
	"query\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\t"
	"answers\tTTLs\trejected\n"
	"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\t"
	"string\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount\t"
	"vector[string]\tvector[interval]\tbool\n";

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static uint64_t key(uint64_t seed, uint64_t a, uint64_t b)
{
	return mix(mix(seed + a * 0x9e3779b97f4a7c15ULL) + b * 0xd1342543de82ef95ULL);
}

/* @n characters of @v in base 2^bits; returns the end. */
static char *draw_text(char *out, uint64_t v, unsigned bits, unsigned n)
{
	for (; n > 0; n--, v >>= bits)
		*out++ = "abcdefghijklmnopqrstuvwxyz234567"[v & ((1U << bits) - 1)];
	*out = '\0';
	return out;
}

/* Copies @text; returns the end. */
static char *put(char *out, const char *text)
{
	while (*text)
		*out++ = *text++;
	*out = '\0';
	return out;
}

/* Parents can be pronounced: names like other names. */
static void put_parent(char *out, uint64_t parent, uint64_t seed)
{
	static const char *const tails[] = { ".com", ".net", ".org", ".info" };
	uint64_t v = parent ^ (seed << 32);
	uint64_t tail = mix(v) & 3;

	for (unsigned i = 0; i < 4; i++, parent >>= 6) {
		*out++ = "bcdfghklmnprstvz"[parent & 15];
		*out++ = "aeio"[parent >> 4 & 3];
	}
	put(out, tails[tail]);
}

static uint32_t client_addr(uint64_t i)
{
	return (uint32_t)(10 << 24 | (64 + i / 65536) << 16 | i % 65536);
}

static void write_question(const struct question *q)
{
	uint32_t c = q->client;

	printf("%" PRIu64 ".%06u\tC%08x\t%u.%u.%u.%u\t%u\t10.0.0.53\t53\tudp\t%u\t%s\t%s\t1\t"
	       "C_INTERNET\t1\tA\t%s\tF\tF\tT\tT\t0\t%s\tF\n",
	       q->time_us / 1000000, (unsigned)(q->time_us % 1000000), (unsigned)q->draw, c >> 24,
	       c >> 16 & 255, c >> 8 & 255, c & 255, 1024 + (unsigned)(q->draw >> 32) % 60000,
	       (unsigned)(q->draw >> 48), q->fails ? "-" : "0.012000", q->name,
	       q->fails ? "3\tNXDOMAIN" : "0\tNOERROR",
	       q->fails ? "-\t-" : "203.0.113.9\t60.000000");
}

static void write_spoofed(const struct flood *f, uint64_t i)
{
	struct question q = { .draw = key(f->seed, i, 1) };
	uint64_t v = key(f->seed, i, 2);
	char *out;

	q.time_us = (uint64_t)START_US + i * SPAN_US / f->n_names;
	q.client = client_addr(v % f->n_clients);
	q.fails = v >> 40 & 1;
	/* 60 bits of a permutation of i: no name comes twice. */
	out = draw_text(q.name, mix(i + (f->seed << 40)), 5, LABEL_CHARS);
	*out++ = '.';
	put_parent(out, key(f->seed, i, 3) % f->n_parents, f->seed);
	write_question(&q);
}

static void write_tunnel(const struct flood *f, uint64_t i, uint64_t time_us)
{
	struct question q = { .draw = key(f->seed, i, 4), .client = f->tunnel_client };
	char *out = q.name;

	q.time_us = time_us;
	for (unsigned n = 0; n < TUNNEL_CHARS; n += 9)
		out = draw_text(out, key(f->seed, i, 5 + n), 5, 9);
	*out++ = '.';
	put(out, f->tunnel_domain);
	write_question(&q);
}

static void plant(struct flood *f)
{
	uint32_t c;

	snprintf(f->tunnel_domain, sizeof(f->tunnel_domain), "quiet-harbour%u.net",
		 (unsigned)(f->seed % 1000));
	f->tunnel_client = client_addr(f->seed % 2 ? key(f->seed, 0, 6) % f->n_clients :
						     f->n_clients + 1);
	c = f->tunnel_client;
	fprintf(stderr, "%u.%u.%u.%u\t%s\n", c >> 24, c >> 16 & 255, c >> 8 & 255, c & 255,
		f->tunnel_domain);
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (end == text || *end != '\0' || n == 0) {
		fprintf(stderr, "flood: '%s' is not a number above 0\n", text);
		exit(2);
	}
	return n;
}

static void options(int argc, char **argv, struct flood *f)
{
	static const struct option known[] = {
		{ "names", required_argument, NULL, 'n' },
		{ "parents", required_argument, NULL, 'p' },
		{ "clients", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'n')
			f->n_names = number(optarg);
		else if (c == 'p')
			f->n_parents = number(optarg);
		else if (c == 'c')
			f->n_clients = number(optarg);
		else if (c == 's')
			f->seed = number(optarg);
		else
			exit(2);
	}
}

int main(int argc, char **argv)
{
	struct flood f = {
		.n_names = 10000000, .n_parents = 1000000, .n_clients = 10000, .seed = 1
	};
	uint64_t next_us, n_tunnel = 0;

	options(argc, argv, &f);
	plant(&f);
	fputs(head, stdout);
	next_us = (uint64_t)START_US + key(f.seed, 0, 7) % PERIOD_US;
	for (uint64_t i = 0; i < f.n_names; i++) {
		uint64_t now_us = (uint64_t)START_US + i * SPAN_US / f.n_names;

		for (; next_us <= now_us; next_us += PERIOD_US)
			write_tunnel(&f, n_tunnel++, next_us);
		write_spoofed(&f, i);
	}
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
