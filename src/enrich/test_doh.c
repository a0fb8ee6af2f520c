/* SPDX-License-Identifier: Apache-2.0 */
/* The list of resolvers over HTTPS: every row marks a flow until it expires; nothing else does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"
#include "enrich/doh.h"

enum { KEY = 7 };

static const struct {
	const char *text;
	bool is_addr;
	int year;
} rows[] = {
#define DOH_NAME(text, year) { text, false, year },
#define DOH_ADDR(text, year) { text, true, year },
#include "enrich/doh.def"
#undef DOH_NAME
#undef DOH_ADDR
};

static struct ed_doh list;
static union {
	struct ed_event ev;
	uint8_t room[ED_EVENT_MAX_BYTES];
} flow;

static int64_t year_begins(int year)
{
	int64_t days = 0;

	for (int y = 1970; y < year; y++)
		days += 365 + (y % 4 == 0);
	return days * 86400 * ED_NS_PER_S;
}

/* The service of a flow to @name (NULL: none) or @addr. */
static unsigned mark(const char *name, const char *addr, int64_t time_ns)
{
	struct ed_name wire;

	memset(&flow, 0, sizeof(flow));
	flow.ev.kind = ED_EVENT_FLOW;
	flow.ev.flow.service = ED_FLOW_HTTPS;
	flow.ev.time_ns = time_ns;
	if (name) {
		assert_int_equal(ed_name_from_text(ed_span_str(name), ED_NAME_PLAIN, &wire), 0);
		flow.ev.name_n = wire.n;
		memcpy(&flow.ev + 1, wire.wire, wire.n);
	}
	if (addr) {
		assert_true(ed_addr_from_text(ed_span_str(addr), &flow.ev.resolver));
		flow.ev.has |= ED_FIELD_RESOLVER;
	}
	ed_doh_mark(&list, &flow.ev);
	return flow.ev.flow.service;
}

static void test_rows(void **state)
{
	(void)state;
	ed_doh_init(&list, KEY);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = rows[i].is_addr ? NULL : rows[i].text;
		const char *addr = rows[i].is_addr ? rows[i].text : NULL;
		int64_t end = year_begins(rows[i].year);

		assert_int_equal(mark(name, addr, end - 1), ED_FLOW_DOH);
		assert_int_equal(mark(name, addr, end), ED_FLOW_HTTPS);
	}
}

static void test_names(void **state)
{
	int64_t now = year_begins(2027) - 1;

	(void)state;
	ed_doh_init(&list, KEY);
	assert_int_equal(mark("DNS.Google", NULL, now), ED_FLOW_DOH);
	assert_int_equal(mark("mozilla.cloudflare-dns.com", NULL, now), ED_FLOW_DOH);
	assert_int_equal(mark("xdns.google", NULL, now), ED_FLOW_HTTPS);
	assert_int_equal(mark("google", NULL, now), ED_FLOW_HTTPS);
	assert_int_equal(mark("www.example.net", "192.0.2.1", now), ED_FLOW_HTTPS);
	assert_int_equal(mark("www.example.net", "9.9.9.9", now), ED_FLOW_DOH);
	assert_int_equal(mark(NULL, NULL, now), ED_FLOW_HTTPS);
}

/* Only connections to the port of HTTPS. */
static void test_others(void **state)
{
	(void)state;
	ed_doh_init(&list, KEY);
	(void)mark("dns.google", NULL, year_begins(2027));
	flow.ev.flow.service = ED_FLOW_OTHER;
	ed_doh_mark(&list, &flow.ev);
	assert_int_equal(flow.ev.flow.service, ED_FLOW_OTHER);
	flow.ev.flow.service = ED_FLOW_HTTPS;
	flow.ev.kind = ED_EVENT_DNS_QUERY;
	ed_doh_mark(&list, &flow.ev);
	assert_int_equal(flow.ev.flow.service, ED_FLOW_HTTPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
