/* SPDX-License-Identifier: Apache-2.0 */
/* What each writer writes is taken for its format, and all names come out of it again, in order and
 * at their time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/time.h"
#include "drill/drill.h"
#include "format/drive.h"

enum { STREAM_MAX_BYTES = 1 << 20, NAMES = 25 };

static const int64_t t0_ns = INT64_C(1795305600) * ED_NS_PER_S; /* 2026-11-22 */
static const int64_t undated_ns = INT64_C(10) * 365 * 86400 * ED_NS_PER_S;

static void make_plan(const char *client, const char *resolver, struct ed_drill_plan *ret)
{
	*ret = (struct ed_drill_plan){ .id = UINT64_C(0x3f9a01c27b5e),
				       .seed = 7,
				       .n_names = NAMES,
				       .start_ns = t0_ns,
				       .step_ns = 3 * ED_NS_PER_S };
	assert_true(ed_addr_from_text(ed_span_str(client), &ret->client));
	assert_true(ed_addr_from_text(ed_span_str(resolver), &ret->resolver));
	assert_true(ed_drill_host_name("Example.NET.", ret->domain, sizeof(ret->domain)));
	assert_true(ed_drill_host_name("drill-host", ret->host, sizeof(ret->host)));
}

/* What came out. */
struct seen {
	const struct ed_drill_plan *plan;
	uint32_t n_lookups[NAMES]; /* of the i-th name */
	uint32_t n_other;
};

static void take_event(struct seen *s, const struct ed_event *ev)
{
	struct ed_drill_lookup l;
	uint64_t id;

	if (!ed_event_is_lookup(ev) || !ed_drill_mark_find(ed_event_qname(ev), &id)) {
		s->n_other++;
		return;
	}
	assert_true(id == s->plan->id);
	for (uint32_t i = 0; i < NAMES; i++) {
		ed_drill_lookup_make(s->plan, i, &l);
		if (ev->name_n != l.name.n || memcmp(ed_event_name(ev), l.name.wire, l.name.n) != 0)
			continue;
		s->n_lookups[i]++;
		if (ev->time_ns > undated_ns)
			assert_in_range(ev->time_ns, l.time_ns - ED_NS_PER_S, l.answer_ns);
		if (ev->has & ED_FIELD_CLIENT)
			assert_true(ed_addr_eq(&ev->client, &s->plan->client));
		if (ev->has & ED_FIELD_QTYPE)
			assert_int_equal(ev->qtype, ED_RR_TXT);
		return;
	}
	fail_msg("a marked name that the drill does not ask");
}

static void take_batch(void *arg, const struct ed_batch *b)
{
	const struct ed_event *ev;

	for (size_t at = 0; (ev = ed_batch_at(b, at)) != NULL; at += ev->size_bytes)
		take_event(arg, ev);
}

static void check_writer(const struct ed_drill_writer *w, const struct ed_drill_plan *plan)
{
	const struct ed_format *f = ed_format_find(w->name);
	struct seen seen = { .plan = plan };
	struct ed_tally tally;
	struct ed_span text;
	struct ed_buf out;

	assert_non_null(f);
	ed_buf_init(&out, STREAM_MAX_BYTES);
	assert_true(ed_drill_write(w, plan, &out));
	text = ed_span_of(out.p, out.n);
	assert_ptr_equal(ed_format_sniff(ed_span_of(
				 text.p, text.n < ED_PROBE_BYTES ? text.n : ED_PROBE_BYTES)),
			 f);
	assert_int_equal(ed_format_drive(f, text, take_batch, &seen, &tally), 0);
	for (unsigned i = 0; i < ED_DROP_N; i++) {
		/* what is expected of a log: parts that say nothing of their own */
		if (i != ED_DROP_OTHER_LOG)
			assert_int_equal(tally.n_dropped[i], 0);
	}
	for (uint32_t i = 0; i < NAMES; i++)
		assert_in_range(seen.n_lookups[i], 1, 2);
	ed_buf_done(&out);
}

static void test_writers(void **state)
{
	struct ed_drill_plan plan;

	(void)state;
	make_plan("192.0.2.66", "192.0.2.53", &plan);
	for (size_t i = 0; ed_drill_writers[i]; i++)
		check_writer(ed_drill_writers[i], &plan);
	make_plan("2001:db8::66", "2001:db8::53", &plan);
	for (size_t i = 0; ed_drill_writers[i]; i++)
		check_writer(ed_drill_writers[i], &plan);
}

static void test_longest_domain(void **state)
{
	char domain[ED_DRILL_DOMAIN_MAX + 1], longer[ED_DRILL_DOMAIN_MAX + 2];
	struct ed_drill_lookup l;
	struct ed_drill_plan plan;

	(void)state;
	make_plan("192.0.2.66", "192.0.2.53", &plan);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	longer[60] = '.';
	assert_false(ed_drill_host_name(longer, domain, sizeof(domain)));
	longer[sizeof(longer) - 2] = '\0';
	assert_true(ed_drill_host_name(longer, plan.domain, sizeof(plan.domain)));
	ed_drill_lookup_make(&plan, ED_DRILL_NAMES_MAX - 1, &l);
	assert_true(ed_name_valid(ed_span_of(l.name.wire, l.name.n)));
	for (size_t i = 0; ed_drill_writers[i]; i++) {
		struct ed_buf out;

		ed_buf_init(&out, STREAM_MAX_BYTES);
		assert_true(ed_drill_write(ed_drill_writers[i], &plan, &out));
		ed_buf_done(&out);
	}
}

static void test_host_names(void **state)
{
	static const char *const bad[] = { "",    ".",    "a..b", ".a",         "a b",
					   "a/b", "a\"b", "a\nb", "\xc3\xa4.de" };
	char text[ED_DRILL_DOMAIN_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ed_drill_host_name(bad[i], text, sizeof(text)));
	assert_true(ed_drill_host_name("_A-1.Example.NET.", text, sizeof(text)));
	assert_string_equal(text, "_a-1.example.net");
}

static void test_names_differ(void **state)
{
	struct ed_drill_lookup a, b, again;
	struct ed_drill_plan plan;

	(void)state;
	make_plan("192.0.2.66", "192.0.2.53", &plan);
	ed_drill_lookup_make(&plan, 0, &a);
	ed_drill_lookup_make(&plan, 1, &b);
	ed_drill_lookup_make(&plan, 0, &again);
	assert_string_not_equal(a.text, b.text);
	assert_string_equal(a.text, again.text);
	assert_string_equal(a.answer, again.answer);
	assert_true(a.time_ns < b.time_ns);
	plan.seed++;
	ed_drill_lookup_make(&plan, 0, &again);
	assert_string_not_equal(a.text, again.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writers),
		cmocka_unit_test(test_longest_domain),
		cmocka_unit_test(test_host_names),
		cmocka_unit_test(test_names_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
