/* SPDX-License-Identifier: Apache-2.0 */
/* Presence: names of logs, rows of events, and what finds no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/time.h"
#include "record/batch.h"
#include "record/lag.h"
#include "report/presence.h"

static const int64_t NOON_NS = INT64_C(1762171200) * ED_NS_PER_S; /* 2025-11-03T12:00:00Z */
static const int64_t HOUR_NS = 3600 * ED_NS_PER_S;
static const char *const names[] = { "zeek-tsv", "windows-json", NULL };

enum { BATCH_BYTES = 1 << 16, DAY = 20395 };

static int make(void **state)
{
	static struct ed_presence p;

	*state = &p;
	return ed_presence_init(&p, names, 1);
}

static int drop(void **state)
{
	ed_presence_done(*state);
	return 0;
}

static struct ed_event lookup(uint32_t client, int64_t time_ns)
{
	struct ed_event ev = { .kind = ED_EVENT_DNS_QUERY,
			       .time_ns = time_ns,
			       .has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME };
	const uint8_t b[4] = { 10, (uint8_t)(client >> 16), (uint8_t)(client >> 8),
			       (uint8_t)client };

	ed_addr_from_v4(b, &ev.client);
	return ev;
}

/* The same, told by the machine @host itself; in memory of its own. */
static const struct ed_event *own_lookup(struct ed_batch *b, const char *host)
{
	const struct ed_span text[ED_TEXT_N] = { [ED_TEXT_HOST] = ed_span_str(host) };
	const struct ed_process process = { .pid = 7 };
	struct ed_event *ev;

	ed_batch_reset(b);
	ev = ed_batch_peek_process(b);
	assert_non_null(ev);
	ev->kind = ED_EVENT_DNS_QUERY;
	ev->time_ns = NOON_NS;
	ev->has = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_PROCESS;
	ev->platform = ED_PLATFORM_WINDOWS;
	ev->vantage = ED_VANTAGE_ENDPOINT;
	ev->format = 1;
	ev->name_n = 1;
	ed_event_name_room(ev)[0] = 0;
	ed_batch_commit_process(b, ev, &process, text);
	return ev;
}

static void test_names(void **state)
{
	static const char *const rows[][2] = {
		{ "dns.log", "dns.log" },
		{ "-", "standard input" },
		{ "/logs/hq/2026-11-03/dns.10:00:00-11:00:00.log.gz", "hq/dns.log" },
		{ "/var/log/named/query.log.3", "named/query.log" },
		{ "hq/dns-20261103.log.zst", "hq/dns.log" },
		{ "hq/20261103-dns.log", "hq/dns.log" },
		{ "hq/dns_2026-11-03T10-15-00Z.log", "hq/dnsZ.log" },
		{ "hq/cap-1790000000.pcap", "hq/cap.pcap" },
		{ "hq/cap-20261103101500.pcap", "hq/cap.pcap" },
		{ "/d/2026/11/03/sysmon.json", "d/sysmon.json" },
		/* numbers of machines stay */
		{ "wec/win10-02.json", "wec/win10-02.json" },
		{ "wec/ws-2024.json", "wec/ws-2024.json" },
		{ "10.0.0.1/syslog", "10.0.0.1/syslog" },
		{ "./dns.log", "dns.log" },
		{ "a\x1b[2J/\xff.log", "a?[2J/?.log" },
		{ "/", "log" },
		{ "", "log" },
	};
	char name[ED_PRESENCE_SOURCE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ed_presence_source_name(rows[i][0], name);
		assert_string_equal(name, rows[i][1]);
	}
}

static void test_a_long_path(void **state)
{
	char path[5000], name[ED_PRESENCE_SOURCE_MAX];

	(void)state;
	memset(path, 'x', sizeof(path));
	path[2500] = '/';
	path[sizeof(path) - 1] = '\0';
	ed_presence_source_name(path, name);
	assert_true(strlen(name) < sizeof(name));
	memset(path, '2', sizeof(path) - 1);
	ed_presence_source_name(path, name);
	assert_true(strlen(name) < sizeof(name));
}

static void test_rows(void **state)
{
	static const char path[] = "hq/dns.log", same[] = "hq/dns.log.1";
	struct ed_presence *p = *state;
	struct ed_event ev = lookup(1, NOON_NS);

	ev.lag = ed_lag_code(NOON_NS, NOON_NS + 60 * ED_NS_PER_S);
	ed_presence_note(p, &ev, path);
	ev.time_ns += HOUR_NS;
	ev.has |= ED_FIELD_QTYPE;
	ed_presence_note(p, &ev, same); /* rotated: the same source */
	ev.time_ns = ED_TIME_UNKNOWN_NS;
	ed_presence_note(p, &ev, path);
	assert_int_equal(p->n_sources, 1);
	assert_string_equal(p->sources[0].name, "hq/dns.log");
	assert_string_equal(p->sources[0].format, "zeek-tsv");
	assert_int_equal(p->n_subjects, 1);
	assert_int_equal(p->n_days, 1);
	assert_int_equal(p->days[0].day, DAY);
	assert_int_equal(p->days[0].hours, 3u << 12);
	assert_int_equal(p->days[0].n_lookups, 2);
	assert_int_equal(p->days[0].lookups[0],
			 ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME | ED_FIELD_QTYPE);
	assert_int_equal(p->days[0].first_ns, NOON_NS);
	assert_int_equal(p->days[0].last_ns, NOON_NS + HOUR_NS);
	assert_int_equal(p->n_hours, 2);
	assert_int_equal(p->hours[0].n_lagged, 1);
	assert_true(fabs(ed_lag_s(p->hours[0].lag_max) - 60) < 3);
	assert_int_equal(p->n_untimed, 1);
	assert_int_equal(p->n_paths, 0); /* no server is known */
}

/* A time before 1970 has an hour and a day as well. */
static void test_early_times(void **state)
{
	struct ed_presence *p = *state;
	struct ed_event ev = lookup(1, -HOUR_NS / 2);

	ed_presence_note(p, &ev, "a.log");
	assert_int_equal(p->days[0].day, -1);
	assert_int_equal(p->days[0].hours, 1u << 23);
	assert_int_equal(p->hours[0].hour, -1);
}

static void test_hosts(void **state)
{
	static uint8_t memory[BATCH_BYTES] __attribute__((aligned(8)));
	static struct ed_batch b = { .data = memory, .cap = BATCH_BYTES };
	struct ed_presence *p = *state;

	ed_presence_note(p, own_lookup(&b, "WS7.Corp.example"), "wec/a.json");
	ed_presence_note(p, own_lookup(&b, "ws7.corp.EXAMPLE"), "wec/a.json");
	ed_presence_note(p, own_lookup(&b, "ws7\x1b\xff<b>"), "wec/a.json");
	ed_presence_note(p, own_lookup(&b, ""), "wec/a.json");
	assert_int_equal(p->n_subjects, 2);
	assert_string_equal(p->subjects[0].host, "ws7.corp.example");
	assert_string_equal(p->subjects[1].host, "ws7?"
						 "?<b>");
	assert_int_equal(p->days[0].lookups[0], 0);
	assert_int_equal(p->days[0].lookups[1], ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_PROCESS);
	assert_int_equal(p->days[0].platform, ED_PLATFORM_WINDOWS);
	assert_int_equal(p->n_nobody, 1);
}

static void test_ways(void **state)
{
	struct ed_presence *p = *state;
	struct ed_event ev = lookup(1, NOON_NS);
	uint32_t n_more = 0;

	for (uint32_t i = 1; i <= 100; i++) {
		const uint8_t b[4] = { 192, 0, 2, (uint8_t)i };

		ed_addr_from_v4(b, &ev.resolver);
		ed_presence_note(p, &ev, "a.log");
		ed_presence_note(p, &ev, "a.log");
	}
	assert_int_equal(p->n_paths, ED_PRESENCE_SERVERS_MAX + 1);
	assert_int_equal(p->paths[0].n, 2);
	for (uint32_t i = 0; i < p->n_paths; i++)
		n_more += p->paths[i].more ? p->paths[i].n : 0;
	assert_int_equal(n_more, 2 * (100 - ED_PRESENCE_SERVERS_MAX));
	ev.kind = ED_EVENT_FLOW;
	ev.flow.service = ED_FLOW_DOH;
	ev.time_ns += 24 * HOUR_NS;
	ed_presence_note(p, &ev, "a.log");
	assert_int_equal(p->paths[p->n_paths - 1].way, ED_PRESENCE_DOH);
	ev.flow.service = ED_FLOW_HTTPS;
	ed_presence_note(p, &ev, "a.log");
	assert_int_equal(p->n_paths, ED_PRESENCE_SERVERS_MAX + 2);
}

/* What is remembered of events before changes no row: beside it a collection that forgets. */
static void test_memory(void **state)
{
	static struct ed_presence forgetful;
	struct ed_presence *p = *state;
	uint32_t x = 1;

	assert_int_equal(ed_presence_init(&forgetful, names, 1), 0);
	for (unsigned i = 0; i < 5000; i++) {
		struct ed_event ev;
		uint8_t server[4] = { 192, 0, 2, 0 };

		x = x * 1664525 + 1013904223;
		ev = lookup(x >> 28, NOON_NS + (x >> 16 & 63) * HOUR_NS);
		server[3] = (uint8_t)(x >> 22 & 31);
		ed_addr_from_v4(server, &ev.resolver);
		ev.net_tag = x >> 27 & 1;
		ev.transport = x >> 14 & 1 ? ED_TRANSPORT_DOT : ED_TRANSPORT_UDP;
		ed_presence_note(p, &ev, x >> 15 & 1 ? "a.log" : "b.log");
		memset(forgetful.known, 0, ED_PRESENCE_KNOWN * sizeof(*forgetful.known));
		ed_presence_note(&forgetful, &ev, x >> 15 & 1 ? "a.log" : "b.log");
	}
	assert_true(p->n_days > 100 && p->n_paths > 500);
	assert_int_equal(p->n_days, forgetful.n_days);
	assert_int_equal(p->n_paths, forgetful.n_paths);
	assert_memory_equal(p->days, forgetful.days, p->n_days * sizeof(*p->days));
	assert_memory_equal(p->paths, forgetful.paths, p->n_paths * sizeof(*p->paths));
	ed_presence_done(&forgetful);
}

/* A flood of addresses leaves room for machines that are known, and every event is accounted for. */
static void test_flood(void **state)
{
	struct ed_presence *p = *state;
	uint64_t n_kept = 0;
	struct ed_event ev;

	for (uint32_t i = 0; i < ED_PRESENCE_SUBJECTS_MAX; i++) {
		ev = lookup(i, NOON_NS);
		ed_presence_note(p, &ev, "a.log");
	}
	assert_int_equal(p->n_subjects, ED_PRESENCE_SUBJECTS_MAX / 4 * 3);
	assert_int_equal(p->n_refused, ED_PRESENCE_SUBJECTS_MAX / 4);
	assert_true(ed_presence_is_full(p));
	ev = lookup(ED_PRESENCE_SUBJECTS_MAX + 5, NOON_NS);
	ev.asset_role = 1;
	ed_presence_note(p, &ev, "a.log");
	assert_int_equal(p->n_refused, ED_PRESENCE_SUBJECTS_MAX / 4);
	for (uint32_t i = 0; i < p->n_days; i++)
		n_kept += p->days[i].n_lookups;
	assert_int_equal(n_kept + p->n_refused, ED_PRESENCE_SUBJECTS_MAX + 1);
	ed_presence_clear(p);
	assert_false(ed_presence_is_full(p));
	ed_presence_note(p, &ev, "a.log");
	assert_int_equal(p->n_days, 1);
}

/* Rows that were kept and read back are the rows that were there. */
static void test_adding(void **state)
{
	struct ed_presence *p = *state, other;
	struct ed_event ev = lookup(9, NOON_NS);

	ed_addr_from_v4((uint8_t[]){ 192, 0, 2, 53 }, &ev.resolver);
	ed_presence_note(p, &ev, "hq/dns.log");
	ev.time_ns += HOUR_NS;
	ed_presence_note(p, &ev, "hq/dns.log");
	assert_int_equal(ed_presence_init(&other, names, 2), 0);
	for (unsigned twice = 0; twice < 2; twice++) {
		assert_true(
			ed_presence_add_day(&other, &p->sources[0], &p->subjects[0], &p->days[0]));
		assert_true(ed_presence_add_hour(&other, &p->sources[0], &p->hours[twice]));
		assert_true(ed_presence_add_path(&other, &p->subjects[0], &p->paths[0]));
	}
	assert_int_equal(other.n_days, 1);
	assert_int_equal(other.days[0].n_lookups, 2 * p->days[0].n_lookups);
	assert_int_equal(other.days[0].hours, p->days[0].hours);
	assert_int_equal(other.days[0].first_ns, p->days[0].first_ns);
	assert_int_equal(other.n_hours, 2);
	assert_int_equal(other.n_paths, 1);
	assert_int_equal(other.paths[0].n, 2 * p->paths[0].n);
	ed_presence_done(&other);
}

static void test_lag(void **state)
{
	(void)state;
	assert_int_equal(ed_lag_code(NOON_NS, NOON_NS), 1);
	assert_int_equal(ed_lag_code(NOON_NS, NOON_NS - HOUR_NS), 1);
	assert_int_equal(ed_lag_code(-INT64_MAX / 2, INT64_MAX / 2), 255);
	for (double s = 1; s < 2e6; s *= 1.37) {
		uint8_t code = ed_lag_code(0, (int64_t)(s * 1e9));

		assert_true(fabs(ed_lag_s(code) - s) <= 0.03 * (s + 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_a_long_path),
		cmocka_unit_test_setup_teardown(test_rows, make, drop),
		cmocka_unit_test_setup_teardown(test_early_times, make, drop),
		cmocka_unit_test_setup_teardown(test_hosts, make, drop),
		cmocka_unit_test_setup_teardown(test_ways, make, drop),
		cmocka_unit_test_setup_teardown(test_memory, make, drop),
		cmocka_unit_test_setup_teardown(test_flood, make, drop),
		cmocka_unit_test_setup_teardown(test_adding, make, drop),
		cmocka_unit_test(test_lag),
	};

	return cmocka_run_group_tests_name("presence", tests, NULL, NULL);
}
