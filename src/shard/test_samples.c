/* SPDX-License-Identifier: Apache-2.0 */
/* The sample names of a suspect: two of the first stay, the others come from the whole run, and of
 * each stretch the name that carries most. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "shard/weigh.h"

struct seen {
	struct ed_event ev;
	uint8_t name[ED_NAME_MAX + 1];
};

/* The name number @i as its one label "NNNNN", which costs @code_mbits. */
static void show(struct ed_suspect *s, unsigned i, uint32_t code_mbits)
{
	struct seen o;

	memset(&o, 0, sizeof(o));
	o.ev.name_n = 7;
	o.ev.payload_code = code_mbits;
	o.ev.payload_llr = (int32_t)i * 1024;
	o.ev.zone_code = 1;
	o.ev.zone_llr = -(int32_t)i * 1024;
	o.name[0] = 5;
	for (unsigned at = 5, v = i; at > 0; at--, v /= 10)
		o.name[at] = (uint8_t)('0' + v % 10);
	ed_suspect_sample(s, &o.ev);
}

static unsigned number_of(const struct ed_suspect *s, unsigned at)
{
	unsigned v = 0;

	assert_int_equal(s->samples[at].n, 7);
	for (unsigned i = 1; i <= 5; i++)
		v = v * 10 + (unsigned)(s->samples[at].wire[i] - '0');
	return v;
}

static void assert_samples(const struct ed_suspect *s, uint32_t n,
			   const unsigned want[static ED_ALERT_SAMPLES_MAX])
{
	assert_int_equal(s->n_samples, n);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(number_of(s, i), want[i]);
		assert_true(s->sample_llr_bits[i] ==
			    (s->domain.n > 0 ? (float)want[i] : -(float)want[i]));
	}
}

static void test_all_alike(void **state)
{
	static const struct {
		unsigned n, n_samples, samples[ED_ALERT_SAMPLES_MAX];
	} rows[] = {
		{ 1, 1, { 1 } },
		{ 2, 2, { 1, 2 } },
		{ 3, 3, { 1, 2, 3 } },
		{ 7, 4, { 1, 2, 3, 4 } },
		{ 8, 5, { 1, 2, 3, 4, 8 } },
		{ 31, 5, { 1, 2, 16, 4, 8 } },
		{ 100, 5, { 1, 2, 16, 32, 64 } },
		{ 300, 5, { 1, 2, 128, 256, 64 } },
	};

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		struct ed_suspect s = { .domain.n = 3 };

		for (unsigned i = 1; i <= rows[r].n; i++)
			show(&s, i, 5000);
		assert_samples(&s, rows[r].n_samples, rows[r].samples);
	}
}

/* A poll, a poll, a chunk of data: the data is among the samples. */
static void test_data_among_polls(void **state)
{
	struct ed_suspect s = { .domain.n = 3 };

	(void)state;
	for (unsigned i = 1; i <= 100; i++)
		show(&s, i, i % 10 == 9 ? 900000 + i : 8000);
	assert_samples(&s, 5, (const unsigned[ED_ALERT_SAMPLES_MAX]){ 1, 2, 29, 59, 99 });
}

static void test_without_a_parent(void **state)
{
	struct ed_suspect s = { .domain.n = 0 };

	(void)state;
	for (unsigned i = 1; i <= 20; i++)
		show(&s, i, i * 1000); /* what stands before the domain does not count */
	assert_samples(&s, 5, (const unsigned[ED_ALERT_SAMPLES_MAX]){ 1, 2, 16, 4, 8 });
}

static void test_count_does_not_wrap(void **state)
{
	struct ed_suspect s = { .domain.n = 3, .n_new = UINT32_MAX - 1 };

	(void)state;
	s.n_samples = ED_ALERT_SAMPLES_MAX;
	show(&s, 1, 1);
	show(&s, 2, 2);
	assert_true(s.n_new == UINT32_MAX);
	assert_int_equal(s.n_samples, ED_ALERT_SAMPLES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_alike),
		cmocka_unit_test(test_data_among_polls),
		cmocka_unit_test(test_without_a_parent),
		cmocka_unit_test(test_count_does_not_wrap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
