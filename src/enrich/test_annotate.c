/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotation: the same event always gets the same words, whatever the cache holds; hashes do not
 * see case, scores do; addresses in reverse names are weighed as numbers, and nothing else is.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "enrich/annotate.h"
#include "enrich/psl.h"
#include "model/name_model.h"

enum { N_NAMES = 6000, KEY = 42, BIT = ED_NAME_MODEL_BIT_MBITS };

static const char list[] = "com\nnet\nexample\nuk\nco.uk\narpa\n";

struct observed {
	struct ed_event ev;
	uint8_t name[ED_NAME_MAX + 1];
};

static struct ed_psl *psl;
static struct ed_annotator *shared; /* its cache is warm from one test to the next */

static struct observed unannotated(const char *text)
{
	struct observed o;
	struct ed_name name;

	memset(&o, 0, sizeof(o));
	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, &name), 0);
	o.ev.name_n = name.n;
	memcpy(o.name, name.wire, name.n);
	ed_addr_from_v4((const uint8_t[]){ 192, 0, 2, 7 }, &o.ev.client);
	return o;
}

static struct observed annotated(const char *text)
{
	struct observed o = unannotated(text);

	ed_annotate(shared, &o.ev);
	return o;
}

static const char *zone_of(const struct observed *o)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	(void)ed_name_to_text(ed_event_zone(&o->ev), text);
	return text;
}

/* Names of all kinds, many of them equal but for their case, many equal. */
static void invent_name(uint64_t i, char *ret, size_t n)
{
	static const char *const shapes[] = {
		"www.example%u.com",
		"WwW.eXample%u.coM",
		"%u.3.2.192.in-addr.arpa",
		"a%x.example.co.uk",
		"mfrggzdfmzTWQ2LK%x.net",
		"host%u.printer.local",
		"wpad%u",
		"%x.b.c.d.E164.example",
	};

	uint64_t h = ed_hash_mix(i);

	(void)snprintf(ret, n, shapes[h % 8], (unsigned)(h >> 32 & 255));
}

static void test_pure_function(void **state)
{
	static struct observed want[N_NAMES];
	struct ed_annotator *a;
	char text[256];

	(void)state;
	for (unsigned i = 0; i < N_NAMES; i++) { /* cold: an annotator of its own for each */
		invent_name(i % (N_NAMES / 2), text, sizeof(text));
		want[i] = unannotated(text);
		if (i % 8 == 0) {
			assert_int_equal(ed_annotator_new(psl, KEY, 0, &a), 0);
			ed_annotate(a, &want[i].ev);
			ed_annotator_free(a);
		} else {
			ed_annotate(shared, &want[i].ev);
		}
	}
	assert_int_equal(ed_annotator_new(psl, KEY, 0, &a), 0);
	for (unsigned i = N_NAMES; i-- > 0;) {
		struct observed o;

		invent_name(i % (N_NAMES / 2), text, sizeof(text));
		o = unannotated(text);
		ed_annotate(a, &o.ev);
		assert_memory_equal(&o, &want[i], sizeof(o));
		ed_annotate(shared, &o.ev); /* annotated once more, nothing moves */
		assert_memory_equal(&o, &want[i], sizeof(o));
	}
	ed_annotator_free(a);
}

/* Several at hand, some of them without a name, some known, some twice: each as if it were alone. */
static void test_together(void **state)
{
	struct observed o[ED_ANNOTATE_TOGETHER], want;
	struct ed_event *ev[ED_ANNOTATE_TOGETHER];
	struct ed_annotator *a;
	char text[256];

	(void)state;
	assert_int_equal(ed_annotator_new(psl, KEY, 0, &a), 0);
	for (unsigned at = 0, n; at < N_NAMES; at++) {
		n = 1 + at % ED_ANNOTATE_TOGETHER;
		for (unsigned i = 0; i < n; i++) {
			invent_name((at + i) / 2, text, sizeof(text));
			o[i] = unannotated(text);
			o[i].ev.name_n = (at ^ i) % 7 == 0 ? 0 : o[i].ev.name_n;
			ev[i] = &o[i].ev;
			ed_annotate_prepare(a, ev[i]);
		}
		ed_annotate_learn(a, ev, n);
		for (unsigned i = 0; i < n; i++) {
			ed_annotate_finish(a, ev[i]);
			want = o[i];
			ed_annotate(shared, &want.ev);
			assert_memory_equal(&o[i], &want, sizeof(want));
		}
	}
	ed_annotator_free(a);
}

static void test_case_is_scored_and_not_hashed(void **state)
{
	struct observed low = annotated("mfrggzdfmztwq2lknnwg23tpoa.t.example.com");
	struct observed mixed = annotated("MfRggZdfmZtwQ2lkNnwg23tpOa.T.Example.coM");

	(void)state;
	assert_true(low.ev.name_hash != 0);
	assert_true(low.ev.name_hash == mixed.ev.name_hash);
	assert_true(low.ev.zone_hash == mixed.ev.zone_hash);
	assert_true(low.ev.tail_hash == mixed.ev.tail_hash);
	assert_int_equal(low.ev.zone_off, mixed.ev.zone_off);
	assert_true(mixed.ev.payload_code > low.ev.payload_code);
	/* nobody can hide a message in the case of what was registered */
	assert_true(mixed.ev.zone_code == low.ev.zone_code);
}

static void test_key_changes_hashes_alone(void **state)
{
	struct observed a = annotated("abc.example.com"), b = unannotated("abc.example.com");
	struct ed_annotator *other;

	(void)state;
	assert_int_equal(ed_annotator_new(psl, KEY + 1, 0, &other), 0);
	ed_annotate(other, &b.ev);
	ed_annotator_free(other);
	assert_true(a.ev.name_hash != b.ev.name_hash);
	assert_true(a.ev.zone_hash != b.ev.zone_hash);
	assert_true(a.ev.client_hash != b.ev.client_hash);
	b.ev.name_hash = a.ev.name_hash;
	b.ev.zone_hash = a.ev.zone_hash;
	b.ev.client_hash = a.ev.client_hash;
	assert_memory_equal(&a, &b, sizeof(a));
}

/* What the model says of the labels of @text. */
static struct ed_name_score score(const char *text)
{
	struct ed_name name;
	struct ed_name_score s;

	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, &name), 0);
	ed_name_model_labels(ed_span_of(name.wire, name.n - 1U), &s);
	return s;
}

static void test_zones(void **state)
{
	static const struct {
		const char *name, *zone, *payload,
			*chosen; /* chosen: the labels that are scored as zone */
		enum ed_zone_kind kind;
	} cases[] = {
		{ "www.mail.Example.co.uk", "example.co.uk", "www.mail", "example",
		  ED_ZONE_REGISTRABLE },
		{ "example.com", "example.com", "", "example", ED_ZONE_REGISTRABLE },
		{ "com", "com", "", "", ED_ZONE_SUFFIX },
		{ "co.uk", "co.uk", "", "", ED_ZONE_SUFFIX },
		{ "wpad", "wpad", "", "wpad", ED_ZONE_SINGLE },
		{ "x.printer.local", "printer.local", "x", "printer.local", ED_ZONE_UNLISTED },
		{ "printer.local", "printer.local", "", "printer.local", ED_ZONE_UNLISTED },
		{ "a.b.4.e164.arpa", "4.e164.arpa", "a.b", "", ED_ZONE_ARPA },
		{ ".", ".", "", "", ED_ZONE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct observed o = annotated(cases[i].name);
		struct ed_name_score payload = score(cases[i].payload),
				     zone = score(cases[i].chosen);

		assert_string_equal(zone_of(&o), cases[i].zone);
		assert_int_equal(o.ev.zone_kind, cases[i].kind);
		assert_int_equal(o.ev.payload_code, payload.code_mbits);
		assert_int_equal(o.ev.payload_llr, payload.llr_mbits);
		assert_int_equal(o.ev.payload_alphabet, payload.alphabet);
		assert_int_equal(o.ev.payload_longest, payload.label_max);
		assert_int_equal(o.ev.zone_code, zone.code_mbits);
		assert_int_equal(o.ev.zone_llr, zone.llr_mbits);
		assert_true(o.ev.zone_hash == annotated(cases[i].zone).ev.name_hash);
	}
}

static void test_unknown_name(void **state)
{
	struct observed o = unannotated("."), before;

	(void)state;
	o.ev.name_n = 0;
	before = o;
	ed_annotate(shared, &o.ev);
	assert_true(o.ev.client_hash != 0);
	o.ev.client_hash = 0;
	assert_memory_equal(&o, &before, sizeof(o));
}

static void test_reverse_names(void **state)
{
	static const struct {
		const char *name;
		unsigned bits;
	} cases[] = {
		{ "7.2.0.192.in-addr.arpa", 8 },
		{ "255.2.0.192.in-addr.arpa", 8 },
		{ "2.0.192.in-addr.arpa", 0 },
		{ "192.in-addr.arpa", 0 },
		{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.f.F.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", 80 },
		{ "a.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", 4 },
		{ "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct observed o = annotated(cases[i].name);

		assert_int_equal(o.ev.zone_kind, ED_ZONE_REVERSE);
		assert_int_equal(o.ev.payload_code, cases[i].bits * BIT);
		assert_int_equal(o.ev.payload_llr, 0);
		assert_int_equal(o.ev.zone_code, 0);
	}
}

/* A tunnel below a reverse zone says as much as it would below any other. */
static void test_reverse_names_that_are_no_address(void **state)
{
	static const struct {
		const char *payload, *zone;
	} cases[] = {
		{ "mailserver", "2.0.192.in-addr.arpa" },
		{ "256", "2.0.192.in-addr.arpa" },
		{ "a", "2.0.192.in-addr.arpa" },
		{ "12.34", "2.0.192.in-addr.arpa" },
		{ "0-31", "2.0.192.in-addr.arpa" },
		{ "m.f.r.g.g.z.d.f.m.z.t.w.q", "2.0.192.in-addr.arpa" },
		{ "g", "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
		{ "10", "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
		{ "\\200.\\201.\\202", "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
		{ "a.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3.4", "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ed_name_score s = score(cases[i].payload);
		struct observed o;
		char name[256];

		(void)snprintf(name, sizeof(name), "%s.%s", cases[i].payload, cases[i].zone);
		o = annotated(name);
		assert_int_equal(o.ev.zone_kind, ED_ZONE_REVERSE);
		assert_string_equal(zone_of(&o), cases[i].zone);
		assert_int_equal(o.ev.payload_code, s.code_mbits);
		assert_int_equal(o.ev.payload_llr, s.llr_mbits);
	}
}

/* What annotation says of the zone of @name on the day @day. */
static uint8_t service(const char *name, int64_t day)
{
	struct observed o = unannotated(name);

	o.ev.has = ED_FIELD_TIME;
	o.ev.time_ns = day * 86400 * INT64_C(1000000000);
	ed_annotate(shared, &o.ev);
	return o.ev.zone_service;
}

static void test_services_until_their_day(void **state)
{
	enum { DAY_2026_11_22 = 20779, DAY_2028_01_01 = 21184 };

	(void)state;
	assert_int_equal(service("a.b.cloudfront.net", DAY_2026_11_22), ED_SERVICE_CLOUD);
	assert_int_equal(service("A.b.CloudFront.net", DAY_2026_11_22), ED_SERVICE_CLOUD);
	assert_int_equal(service("x.spamcop.net", DAY_2028_01_01 - 1), ED_SERVICE_BLOCK_LIST);
	assert_int_equal(service("x.spamcop.net", DAY_2028_01_01), ED_SERVICE_NONE);
	assert_int_equal(service("x.example.net", DAY_2026_11_22), ED_SERVICE_NONE);
	assert_int_equal(service("x.printer.local", DAY_2028_01_01), ED_SERVICE_LOCAL);
	assert_int_equal(service("printer.corp", DAY_2028_01_01 * 4), ED_SERVICE_LOCAL);
	/* a day that nobody knows believes no row */
	assert_int_equal(annotated("x.spamcop.net").ev.zone_service, ED_SERVICE_NONE);
}

/* Browsers ask for names that cannot exist; clouds make up the labels below their suffix. */
static void test_own_zones(void **state)
{
	struct observed o = unannotated("Host7.Lab.Own.Example.net");
	struct ed_own_zones own = { .n = 0 };
	struct ed_annotator *a;
	struct ed_span bad;

	(void)state;
	assert_int_equal(ed_own_zones_add(&own, ed_span_str("lab.example.net"), &bad), 0);
	assert_int_equal(ed_annotator_new(psl, KEY, 0, &a), 0);
	ed_annotator_set_own_zones(a, &own);
	o.ev.has = ED_FIELD_TIME; /* no service is believed at a time that nobody knows */
	ed_annotate(a, &o.ev);
	assert_int_equal(o.ev.zone_service, ED_SERVICE_OWN);
	o = unannotated("host7.other.net");
	ed_annotate(a, &o.ev);
	assert_int_equal(o.ev.zone_service, ED_SERVICE_NONE);
	ed_annotator_free(a);
}

static void test_zones_that_nobody_chose(void **state)
{
	(void)state;
	assert_true(score("qxzjvkwpf").llr_mbits > 0);
	assert_int_equal(annotated("qxzjvkwpf").ev.zone_llr, 0);
	assert_int_equal(annotated("qxzjv4wpf").ev.zone_llr, score("qxzjv4wpf").llr_mbits);
	assert_true(annotated("qxzjvkwpfqxzjvkwpf").ev.zone_llr > 0);
	assert_true(annotated("qxzjvkwpf.example").ev.zone_llr > 0);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Every address in every network is a client of its own: neighbours above all. */
static void test_clients_differ(void **state)
{
	enum { N = 3 << 12 };
	static uint64_t hash[N];
	struct observed o = unannotated(".");

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		unsigned j = i & 0xfff;

		o.ev.client = (struct ed_addr){ .b = { [10] = 0xff, 0xff, 10, 0, 0, 1 } };
		o.ev.net_tag = 0;
		if (i >> 12 == 0)
			o.ev.net_tag = j;
		else if (i >> 12 == 1)
			memcpy(&o.ev.client.b[14], &(uint16_t){ (uint16_t)(j + 4096) }, 2);
		else
			memcpy(&o.ev.client.b[8], &(uint16_t){ (uint16_t)(j + 1) }, 2);
		ed_annotate(shared, &o.ev);
		hash[i] = o.ev.client_hash;
	}
	qsort(hash, N, sizeof(hash[0]), by_value);
	for (unsigned i = 1; i < N; i++)
		assert_true(hash[i] != hash[i - 1]);
}

static int set_up(void **state)
{
	(void)state;
	if (ed_psl_parse(ed_span_str(list), KEY, NULL, &psl) != 0)
		return -1;
	return ed_annotator_new(psl, KEY, 0, &shared);
}

static int tear_down(void **state)
{
	(void)state;
	ed_annotator_free(shared);
	ed_psl_free(psl);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pure_function),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_case_is_scored_and_not_hashed),
		cmocka_unit_test(test_key_changes_hashes_alone),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_unknown_name),
		cmocka_unit_test(test_reverse_names),
		cmocka_unit_test(test_reverse_names_that_are_no_address),
		cmocka_unit_test(test_services_until_their_day),
		cmocka_unit_test(test_own_zones),
		cmocka_unit_test(test_zones_that_nobody_chose),
		cmocka_unit_test(test_clients_differ),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
