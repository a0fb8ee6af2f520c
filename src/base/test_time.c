/* SPDX-License-Identifier: Apache-2.0 */
/* Time: the calendar against the C library, the forms that are read, and those that are not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "base/hash.h"
#include "base/time.h"

enum { N_RANDOM = 50000 };

struct row {
	const char *in;
	int64_t ns; /* INT64_MIN: refused */
};

static void test_to_text(void **state)
{
	char text[ED_TIME_TEXT_MAX];

	(void)state;
	assert_int_equal(ed_time_to_text(INT64_C(1793714531250000000), text), 24);
	assert_string_equal(text, "2026-11-03T14:02:11.250Z");
	ed_time_to_text(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	ed_time_to_text(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	ed_time_to_text(INT64_MIN, text);
	assert_string_equal(text, "1677-09-21T00:12:43.145Z");
	ed_time_to_text(INT64_MAX, text);
	assert_string_equal(text, "2262-04-11T23:47:16.854Z");
}

static void test_calendar(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (unsigned i = 0; i < N_RANDOM; i++) {
		int64_t ns = (int64_t)ed_hash_mix(seed++);
		int64_t s = ns / ED_NS_PER_S - (ns % ED_NS_PER_S < 0);
		char ours[ED_TIME_TEXT_MAX], libc[ED_TIME_TEXT_MAX];
		time_t t = s;
		struct tm tm;
		int64_t back;

		assert_non_null(gmtime_r(&t, &tm));
		strftime(libc, sizeof(libc), "%Y-%m-%dT%H:%M:%S", &tm);
		ed_time_to_text(ns, ours);
		assert_memory_equal(ours, libc, 19);
		if (tm.tm_year + 1900 < 1678 || tm.tm_year + 1900 > 2261)
			continue;
		assert_true(ed_time_from_text(ed_span_str(ours), &back));
		assert_int_equal(back / 1000000, ns / 1000000 - (ns % 1000000 < 0));
	}
}

static void test_from_text(void **state)
{
	static const struct row rows[] = {
		{ "2026-11-03T14:02:11.250Z", INT64_C(1793714531250000000) },
		{ "2026-11-03 14:02:11", INT64_C(1793714531000000000) },
		{ "2026-11-03t14:02:11z", INT64_C(1793714531000000000) },
		{ "2026-11-03T14:02:11.123456789Z", INT64_C(1793714531123456789) },
		{ "2026-11-03T15:02:11+01:00", INT64_C(1793714531000000000) },
		{ "2026-11-03T13:32:11.5-0030", INT64_C(1793714531500000000) },
		{ "2016-12-31T23:59:60Z", INT64_C(1483228800000000000) },
		{ "2024-02-29T00:00:00Z", INT64_C(1709164800000000000) },
		{ "1969-12-31T23:59:59.5Z", -500000000 },
		{ "2023-02-29T00:00:00Z", INT64_MIN },
		{ "1900-02-29T00:00:00Z", INT64_MIN },
		{ "2026-13-03T14:02:11Z", INT64_MIN },
		{ "2026-00-03T14:02:11Z", INT64_MIN },
		{ "2026-11-00T14:02:11Z", INT64_MIN },
		{ "2026-11-31T14:02:11Z", INT64_MIN },
		{ "2026-11-03T24:02:11Z", INT64_MIN },
		{ "2026-11-03T14:60:11Z", INT64_MIN },
		{ "2026-11-03T14:02:61Z", INT64_MIN },
		{ "2026-11-03T14:02:11.Z", INT64_MIN },
		{ "2026-11-03T14:02:11.1234567890Z", INT64_MIN },
		{ "2026-11-03T14:02:11+1", INT64_MIN },
		{ "2026-11-03T14:02:11+24:00", INT64_MIN },
		{ "2026-11-03T14:02:11Zx", INT64_MIN },
		{ "2026-11-03T14:02", INT64_MIN },
		{ "2026-11-03", INT64_MIN },
		{ "", INT64_MIN },
		{ "1677-12-31T00:00:00Z", INT64_MIN },
		{ "2262-01-01T00:00:00Z", INT64_MIN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ns = 42;
		bool ok = ed_time_from_text(ed_span_str(rows[i].in), &ns);

		assert_int_equal(ok, rows[i].ns != INT64_MIN);
		assert_int_equal(ns, ok ? rows[i].ns : 42);
	}
}

static void test_from_epoch(void **state)
{
	static const struct row rows[] = {
		{ "1521911720.865716", INT64_C(1521911720865716000) },
		{ "0", 0 },
		{ "1", 1000000000 },
		{ "+1.5", 1500000000 },
		{ "-1.5", -1500000000 },
		{ "-0.000000001", -1 },
		{ "1.123456789", 1123456789 },
		{ "0.0008699893951416016", 869989 },
		{ "9223372036.854775807", INT64_MAX },
		{ "9223372036.854775808", INT64_MIN },
		{ "9223372037", INT64_MIN },
		{ "99999999999999999999", INT64_MIN },
		{ "", INT64_MIN },
		{ "-", INT64_MIN },
		{ ".5", INT64_MIN },
		{ "1.", INT64_MIN },
		{ "1e9", INT64_MIN },
		{ "1.5 ", INT64_MIN },
		{ "--1", INT64_MIN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ns = 42;
		bool ok = ed_time_from_epoch_text(ed_span_str(rows[i].in), &ns);

		assert_int_equal(ok, rows[i].ns != INT64_MIN);
		assert_int_equal(ns, ok ? rows[i].ns : 42);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_to_text),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_from_text),
		cmocka_unit_test(test_from_epoch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
