/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of named in the usual form: which of them the quick reader takes, and that with it and all
 * that is remembered the same comes out as without; fixed seed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/hash.h"
#include "format/resolver/bind_line.h"

enum { N_TEXTS = 30000, LINES_MAX = 12, TEXT_ROOM = 4096, BATCH_BYTES = 64 << 10 };

#define AT "03-Nov-2026 14:02:11.250 queries: info: client "
#define SYSLOG "Nov  3 14:02:11 ns1 named[464]: queries: info: client "
#define TWO_TIMES "Nov  3 14:02:11 ns1 named[464]: 03-Nov-2026 14:02:11.046 "

static const char *const seeds[] = {
	AT "@0x7f33df100098 192.0.2.10#41096 (a.net): query: a.net IN A +E(0)D (192.0.2.53)\n",
	AT "@0x7f33df100098 192.0.2.11#7 (b.net): query: b.net IN AAAA + (192.0.2.54)\n",
	AT "192.0.2.12#65535 (b.net): view lan: query: www.b.net IN TXT -E(0)TC (192.0.2.54)\r\n",
	AT "192.0.2.12#65536 (b.net): query: b.net IN A + (192.0.2.54)\n",
	AT "@0x7f33df100098 2001:db8::1#41096 (a.net): query: a.net IN A +E(0)D (2001:db8::53)\n",
	AT "192.0.2.10#1 (a.net): response: a.net IN A NOERROR 1 0 1 +E(0) (192.0.2.53)\n",
	AT "192.0.2.10#1 (a.net): query failed (SERVFAIL) for a.net/IN/A at query.c:7916\n",
	AT "192.0.2.10#1: UDP: query: a.net IN A response: NOERROR +A a.net. 60 IN A 192.0.2.7;\n",
	SYSLOG "@0x7f33df100098 192.0.2.10#41096 (a.net): query: a.net IN A +E(0)D (192.0.2.53)\n",
	SYSLOG "192.0.2.10#1 (x): query: a\\.b.net IN HTTPS +E(0)K (192.0.2.53) [ECS 10.0.0.0/8]\n",
	TWO_TIMES "client 192.0.2.10#1 (a.net): query: a.net IN A +E(0)D (192.0.2.53)\n",
	"2026-11-03T14:02:11.250Z queries: info: client 192.0.2.10#1 (a.net): query: a.net IN MX +\n",
	"03-Nov-2026 14:02:12.999 queries: info: client @0x0 1.2.3.4#5 (.): query: . IN NS - ()\n",
	"04-Nov-2026 23:59:60.000 general: info: running\n",
	"Dec  3 \n",
	"{\"MESSAGE\":\"client 192.0.2.10#1 (a.net): query: a.net IN A +\"}\n",
	"\n",
};

struct result {
	struct ed_batch batch;
	_Alignas(64) uint8_t data[BATCH_BYTES];
};

static struct result with, without;
static unsigned n_slow;

static unsigned counted_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	n_slow++;
	return ed_bind_line(r, line, ev);
}

/* @text ends right before the padding of its unit, and the padding with its block. */
static void decode(void *scratch, struct ed_span text, struct result *ret)
{
	_Alignas(16) static const struct ed_logline_context context;
	uint8_t *copy = calloc(1, text.n + ED_UNIT_PADDING_BYTES);
	struct ed_unit unit = { .bytes = ed_span_of(copy, text.n), .context = &context };

	assert_non_null(copy);
	memcpy(copy, text.p, text.n);
	ret->batch = (struct ed_batch){ .data = ret->data, .cap = sizeof(ret->data) };
	ed_batch_reset(&ret->batch);
	ed_logline_decode_usual(ed_bind_quick, counted_line, scratch, &unit, &ret->batch);
	free(copy);
}

static void assert_same(void *scratch, struct ed_span text)
{
	const struct ed_event *a, *b;

	decode(scratch, text, &with);
	decode(NULL, text, &without);
	assert_memory_equal(&with.batch.tally, &without.batch.tally, sizeof(with.batch.tally));
	assert_int_equal(with.batch.used, without.batch.used);
	for (size_t pos = 0; (a = ed_batch_at(&with.batch, pos)); pos += a->size_bytes) {
		b = ed_batch_at(&without.batch, pos);
		assert_memory_equal(a, b, sizeof(*a) + b->name_n);
	}
}

/* A few seeds one behind the other, with some bytes of them changed, taken out or doubled. */
static struct ed_span make_text(uint64_t n, uint8_t text[static TEXT_ROOM])
{
	static const uint8_t bytes[] = " \n\r\0.:#()\\-+0159aI\x80\xff/@x";
	unsigned n_lines = 1 + (unsigned)(ed_hash_pair(n, 1) % LINES_MAX);
	size_t used = 0;

	for (unsigned i = 0; i < n_lines; i++) {
		const char
			*seed = seeds[ed_hash_pair(n, 2 + i) % (sizeof(seeds) / sizeof(seeds[0]))];

		memcpy(text + used, seed, strlen(seed));
		used += strlen(seed);
	}
	for (unsigned i = 0; i < ed_hash_pair(n, 30) % 4; i++) {
		uint64_t h = ed_hash_pair(n, 31 + i);
		size_t at = (h >> 16) % used;

		switch (h % 4) {
		case 0:
			used = at + 1;
			break;
		case 1:
			memmove(text + at, text + at + 1, used - at - 1);
			used -= used > 1;
			break;
		default:
			text[at] = bytes[(h >> 8) % (sizeof(bytes) - 1)];
		}
	}
	return ed_span_of(text, used);
}

static void test_same_without(void **state)
{
	uint8_t text[TEXT_ROOM];
	void *scratch;

	(void)state;
	assert_int_equal(ed_bind_scratch_new(&scratch), 0);
	n_slow = 0;
	for (uint64_t n = 0; n < N_TEXTS; n++)
		assert_same(scratch, make_text(n, text));
	ed_bind_scratch_free(scratch);
}

/* How many of the lines in @text the quick reader leaves to the other one. */
static unsigned slow_lines(void *scratch, const char *text)
{
	n_slow = 0;
	decode(scratch, ed_span_str(text), &with);
	return n_slow;
}

#define CLIENT "@0x7f33df100098 192.0.2.10#41096 (a.net): "
#define SERVER " (192.0.2.53)\n"

static void test_usual(void **state)
{
	void *scratch;

	(void)state;
	assert_int_equal(ed_bind_scratch_new(&scratch), 0);
	/* the first line of a unit has a new date, and what was not met yet must be read */
	assert_int_equal(slow_lines(scratch, AT CLIENT
				    "query: a.net IN A +" SERVER AT CLIENT
				    "query: b.net IN A +" SERVER AT CLIENT
				    "query: b.net IN AAAA +" SERVER AT
				    "192.0.2.1#1 (c.net): query: c.net IN AAAA +" SERVER AT CLIENT
				    "view lan: query: b.net IN A +" SERVER),
			 2);
	assert_int_equal(with.batch.n_events, 5);
	/* another unit: the ends of lines are known still */
	assert_int_equal(slow_lines(scratch, AT CLIENT "query: a.net IN A +" SERVER AT CLIENT
						       "query: d.net IN AAAA +" SERVER),
			 1);
	assert_int_equal(with.batch.n_events, 2);
	/* an end is known to the line end only, and for its kind of line */
	assert_int_equal(slow_lines(scratch, AT CLIENT "query: a.net IN A +" SERVER AT CLIENT
						       "query: a.net IN A +\n" AT CLIENT
						       "response: a.net IN A +" SERVER AT CLIENT
						       "query: a.net IN A + (192.0.2.53) \n"),
			 4);
	assert_int_equal(with.batch.n_events, 3);
	ed_bind_scratch_free(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_without),
		cmocka_unit_test(test_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
