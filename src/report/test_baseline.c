/* SPDX-License-Identifier: Apache-2.0 */
/* Baselines: learning, the file, normal against now, candidates, what a change of settings changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "report/baseline_diff.h"
#include "report/baseline_learn.h"
#include "report/baseline_propose.h"
#include "report/baseline_show.h"

#define DAY_NS (86400 * ED_NS_PER_S)

static const int64_t MIDNIGHT_NS = INT64_C(20576) * 86400 * 1000000000; /* 2026-05-03 */
static const uint64_t KEY = 7;

enum { CLIENTS = 200, NAMES = 5, FILE_MAX = 1 << 22, ROWS_MAX = 64 };

static _Alignas(16) ed_analytic_confs confs;

/* An event with its name behind it. */
struct lookup {
	struct ed_event ev;
	uint8_t name[256];
};

static struct ed_name name_of(const char *text)
{
	struct ed_name n;

	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &n), 0);
	return n;
}

/* What a sensor tells, as annotated: @payload labels before @zone, with @llr bits for encoded. */
static struct lookup lookup(unsigned client, const char *payload, const char *zone, int64_t time_ns)
{
	struct ed_name z = name_of(zone), n;
	char text[256];
	struct lookup l;

	(void)snprintf(text, sizeof(text), "%s.%s", payload, zone);
	n = name_of(text);
	memset(&l, 0, sizeof(l));
	l.ev.has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME;
	l.ev.time_ns = time_ns;
	l.ev.client.b[10] = l.ev.client.b[11] = 0xff;
	l.ev.client.b[12] = 10;
	l.ev.client.b[14] = (uint8_t)(client >> 8);
	l.ev.client.b[15] = (uint8_t)client;
	l.ev.name_n = n.n;
	memcpy(l.name, n.wire, n.n);
	l.ev.zone_off = (uint8_t)(n.n - z.n);
	l.ev.zone_hash = ed_hash_bytes(z.wire, z.n, KEY);
	l.ev.name_hash = ed_hash_bytes(n.wire, n.n, KEY);
	l.ev.payload_code = l.ev.zone_off * 2 * 1024;
	l.ev.payload_llr = -2 * 1024;
	l.ev.asset_role = ED_ASSET_WORKSTATION;
	return l;
}

static struct ed_baseline_learner *learner(int64_t quarantine_ns)
{
	const struct ed_baseline_learn_conf conf = {
		.hash_key = KEY,
		.now_ns = MIDNIGHT_NS + 10 * DAY_NS,
		.quarantine_ns = quarantine_ns,
		.analytic_conf = (const ed_analytic_confs *)&confs
	};
	struct ed_baseline_learner *l;

	for (size_t i = 0; ed_analytics[i]; i++)
		ed_options_default(ed_analytics[i]->tunables, confs[i]);
	assert_int_equal(ed_baseline_learner_new(&conf, &l), 0);
	return l;
}

/* CLIENTS clients, each five names of one site, a name a second. */
static void note_ordinary(struct ed_baseline_learner *l, int64_t begin_ns)
{
	for (unsigned i = 0; i < CLIENTS * NAMES; i++) {
		char payload[32];
		struct lookup k;

		(void)snprintf(payload, sizeof(payload), "host%u", i % NAMES);
		k = lookup(i / NAMES, payload, "ordinary.com", begin_ns + i * ED_NS_PER_S);
		ed_baseline_note(l, &k.ev);
	}
}

static struct ed_baseline *learn(struct ed_baseline_learner *l)
{
	struct ed_baseline *b;

	assert_int_equal(ed_baseline_learn(l, &b), 0);
	ed_baseline_learner_free(l);
	return b;
}

static size_t network_row(void)
{
	size_t row = 0;

	while (strcmp(ed_analytics[row]->id, "AN1124") != 0)
		row++;
	return row;
}

/* ----------------------------------------------------------------- learning */

static void test_learn(void **state)
{
	struct ed_baseline_learner *l = learner(0);
	struct ed_ddsketch d;
	struct ed_baseline *b;

	(void)state;
	note_ordinary(l, MIDNIGHT_NS);
	b = learn(l);
	assert_int_equal(b->n_lookups, CLIENTS * NAMES);
	assert_int_equal(b->n_key_days, CLIENTS);
	assert_int_equal(b->n_client_days, CLIENTS);
	assert_int_equal(b->n_groups, 1);
	assert_string_equal(b->groups[0].network, "10.0.0.0/24");
	assert_int_equal(b->groups[0].role, ED_ASSET_WORKSTATION);
	assert_int_equal(ed_baseline_sum(b, network_row(), ED_BASELINE_QUERY_LENGTH, &d), CLIENTS);
	/* "host0" with its length octet */
	assert_float_equal(ed_ddsketch_quantile(&d, 0.5), 6, 0.3);
	(void)ed_baseline_sum(b, network_row(), ED_BASELINE_BURST, &d);
	assert_float_equal(ed_ddsketch_quantile(&d, 1), NAMES, 0.3);
	(void)ed_baseline_sum(b, network_row(), ED_BASELINE_VOLUME, &d);
	/* five names of 6 bytes at two bits a byte: 7.5 bytes */
	assert_float_equal(ed_ddsketch_quantile(&d, 0.5), 8, 1);
	(void)ed_baseline_sum(b, network_row(), ED_BASELINE_CLIENT_DOMAINS, &d);
	assert_float_equal(ed_ddsketch_quantile(&d, 1), 1, 0.1);
	(void)ed_baseline_sum(b, network_row(), ED_BASELINE_WINDOW, &d);
	assert_int_equal(d.n, 0);
	ed_baseline_free(b);
}

static void test_responses_are_no_lookups(void **state)
{
	struct ed_baseline_learner *l = learner(0);
	struct lookup k = lookup(1, "www", "ordinary.com", MIDNIGHT_NS);
	struct ed_baseline *b;

	(void)state;
	ed_baseline_note(l, &k.ev);
	k.ev.kind = ED_EVENT_DNS_RESPONSE;
	ed_baseline_note(l, &k.ev);
	k.ev.source = 1; /* which tells responses only */
	ed_baseline_note(l, &k.ev);
	k.ev.kind = ED_EVENT_FLOW;
	ed_baseline_note(l, &k.ev);
	b = learn(l);
	assert_int_equal(b->n_lookups, 2);
	ed_baseline_free(b);
}

static void test_quarantine(void **state)
{
	struct ed_baseline_learner *l = learner(9 * DAY_NS);
	struct ed_baseline *b;

	(void)state;
	note_ordinary(l, MIDNIGHT_NS);
	note_ordinary(l, MIDNIGHT_NS + 2 * DAY_NS);
	b = learn(l);
	assert_int_equal(b->n_key_days, CLIENTS);
	assert_int_equal(b->n_young, CLIENTS);
	ed_baseline_free(b);
}

static struct ed_alert alert_about(unsigned client, const char *zone, enum ed_level level)
{
	struct lookup k = lookup(client, "x", "y.com", MIDNIGHT_NS);
	static struct ed_alert a;

	memset(&a, 0, sizeof(a));
	a.client = k.ev.client;
	a.domain = name_of(zone);
	a.level = (uint8_t)level;
	a.start_ns = MIDNIGHT_NS;
	a.end_ns = MIDNIGHT_NS + DAY_NS - 1;
	(void)snprintf(a.id, sizeof(a.id), "%08x-%s", client, "0000");
	return a;
}

static void test_alerted_does_not_teach(void **state)
{
	struct ed_alert a = alert_about(3, "ordinary.com", ED_LEVEL_LOW);
	struct ed_baseline_learner *l = learner(0);
	struct ed_baseline *b;

	(void)state;
	note_ordinary(l, MIDNIGHT_NS);
	ed_baseline_except(l, &a);
	b = learn(l);
	assert_int_equal(b->n_key_days, CLIENTS - 1);
	assert_int_equal(b->n_client_days, CLIENTS - 1);
	assert_int_equal(b->n_alerted, 1);
	ed_baseline_free(b);

	l = learner(0);
	note_ordinary(l, MIDNIGHT_NS);
	a.all_clients = true;
	memset(&a.client, 0, sizeof(a.client));
	ed_baseline_except(l, &a);
	b = learn(l);
	assert_int_equal(b->n_key_days, 0);
	assert_int_equal(b->n_alerted, CLIENTS);
	ed_baseline_free(b);

	/* a rule about a server says nothing of the client's lookups */
	l = learner(0);
	note_ordinary(l, MIDNIGHT_NS);
	a = alert_about(3, "ordinary.com", ED_LEVEL_MEDIUM);
	a.server = a.client;
	a.domain.n = 0;
	ed_baseline_except(l, &a);
	b = learn(l);
	assert_int_equal(b->n_key_days, CLIENTS);
	ed_baseline_free(b);
}

/* More key-days than there are places: a sample stays, and the baseline says how large. */
static void test_sample(void **state)
{
	enum { MANY = 120000 };
	struct ed_baseline_learner *l = learner(0);
	struct ed_baseline *b;
	double share;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		char zone[32];
		struct lookup k;

		(void)snprintf(zone, sizeof(zone), "d%u.com", i);
		k = lookup(i % 50, "www", zone, MIDNIGHT_NS + i);
		ed_baseline_note(l, &k.ev);
	}
	b = learn(l);
	share = b->share[network_row()];
	assert_true(share < 1 && share > 0);
	assert_float_equal((double)b->n_key_days, share * MANY, 0.02 * MANY);
	ed_baseline_free(b);
}

/* --------------------------------------------------------------------- file */

static struct ed_baseline *some_baseline(void)
{
	struct ed_baseline_learner *l = learner(0);
	struct ed_baseline *b;

	note_ordinary(l, MIDNIGHT_NS);
	b = learn(l);
	b->programs[0] = (struct ed_baseline_program){ .row = 1,
						       .image = "named",
						       .n_lookups = 4,
						       .machines = 3,
						       .domains = UINT64_MAX,
						       .launch = ED_LAUNCH_SERVICE };
	b->n_programs = 1;
	b->packages[0] = (struct ed_baseline_package){ .name = "esx-base",
						       .version = "8.0",
						       .vendor = "VMware",
						       .acceptance = ED_ACCEPTANCE_CERTIFIED };
	b->n_packages = 1;
	return b;
}

static void test_file(void **state)
{
	char error[ED_BASELINE_ERROR_MAX];
	struct ed_baseline *b = some_baseline(), *again;
	struct ed_buf one, two;

	(void)state;
	ed_buf_init(&one, FILE_MAX);
	ed_buf_init(&two, FILE_MAX);
	ed_baseline_write(b, &one);
	assert_int_equal(ed_baseline_read(ed_span_of(one.p, one.n), &again, error), 0);
	ed_baseline_write(again, &two);
	assert_string_equal(one.p, two.p);
	assert_string_equal(again->programs[0].image, "named");
	assert_int_equal(again->packages[0].acceptance, ED_ACCEPTANCE_CERTIFIED);
	ed_baseline_free(b);
	ed_baseline_free(again);
	ed_buf_done(&one);
	ed_buf_done(&two);
}

/* Every cut and every changed byte is refused. */
static void test_damage(void **state)
{
	char error[ED_BASELINE_ERROR_MAX];
	struct ed_baseline *b = some_baseline(), *bad;
	struct ed_buf text;

	(void)state;
	ed_buf_init(&text, FILE_MAX);
	ed_baseline_write(b, &text);
	for (size_t n = 0; n < text.n; n++) {
		assert_true(ed_baseline_read(ed_span_of(text.p, n), &bad, error) > 0);
		assert_null(bad);
	}
	for (size_t i = 0; i < text.n; i++) {
		text.p[i] ^= 1;
		assert_true(ed_baseline_read(ed_span_of(text.p, text.n), &bad, error) > 0);
		text.p[i] ^= 1;
	}
	text.p[strlen("earthdog-baseline\t")] = '9';
	assert_int_equal(ed_baseline_read(ed_span_of(text.p, text.n), &bad, error),
			 ED_BASELINE_NEWER);
	ed_baseline_free(b);
	ed_buf_done(&text);
}

/* --------------------------------------------------------------------- show */

static void test_compare(void **state)
{
	struct ed_baseline_learner *l = learner(0);
	struct ed_baseline *normal = some_baseline(), *now;
	struct ed_baseline_row rows[ROWS_MAX];
	char plot[ED_BASELINE_PLOT_MAX];
	size_t n;

	(void)state;
	note_ordinary(l, MIDNIGHT_NS + DAY_NS);
	for (unsigned i = 0; i < 5; i++) {
		struct lookup k = lookup(i, "a-label-that-is-long-and-was-never-seen-here-before",
					 "odd.com", MIDNIGHT_NS + DAY_NS);

		ed_baseline_note(l, &k.ev);
	}
	now = learn(l);
	n = ed_baseline_compare(normal, now, false, rows, ROWS_MAX);
	assert_true(n > 0);
	assert_int_equal(rows[0].feature, ED_BASELINE_QUERY_LENGTH);
	assert_int_equal(rows[0].normal.n, CLIENTS);
	assert_int_equal(rows[0].now.n, CLIENTS + 5);
	assert_int_equal(rows[0].n_beyond, 5);
	assert_true(rows[0].stands_out);
	assert_int_equal(rows[0].now.plot[ED_BASELINE_COLUMNS - 1] > 0, true);
	assert_int_equal(rows[0].normal.plot[ED_BASELINE_COLUMNS - 1], 0);
	assert_int_equal(strlen(ed_baseline_plot_text(rows[0].now.plot, false, plot)),
			 ED_BASELINE_COLUMNS);
	assert_int_equal(ed_baseline_compare(normal, now, true, rows, ROWS_MAX), n);
	assert_int_equal(rows[0].group, 0);
	ed_baseline_free(normal);
	ed_baseline_free(now);
}

/* --------------------------------------------------------- candidates, choice */

static const struct ed_baseline_element *element(const struct ed_baseline_element *v, size_t n,
						 const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].option->name, name) == 0)
			return &v[i];
	}
	return NULL;
}

static void test_candidates(void **state)
{
	static struct ed_baseline_element v[ED_BASELINE_ELEMENTS_MAX];
	struct ed_baseline *b = some_baseline();
	const struct ed_baseline_element *e;
	char error[ED_OPTION_ERROR_MAX];
	size_t n = ed_baseline_elements(b, confs, NULL, v);

	(void)state;
	assert_int_equal(n, 11);
	for (size_t i = 0; i < n; i++) {
		assert_true(strlen(v[i].reason) > 0);
		for (unsigned k = 0; k < v[i].n; k++)
			assert_int_equal(ed_option_set(v[i].option, confs[v[i].row],
						       v[i].v[k].value, error),
					 0);
	}
	/* five lookups in ten seconds are the most that is seen: above that, with the error */
	e = element(v, n, "QueryRatePerClient");
	assert_non_null(e);
	assert_int_equal(e->n, e->n_sensitive);
	assert_true(e->n >= 1);
	assert_string_equal(e->v[0].value, "0.67/s");
	/* one daemon of the list is here */
	e = element(v, n, "DaemonAllowList");
	assert_int_equal(e->n, 1);
	assert_string_equal(e->v[0].value, "named");
	e = element(v, n, "QueryLengthThreshold");
	assert_int_equal(e->n, 0);
	ed_baseline_free(b);
}

static void test_choose(void **state)
{
	const struct ed_baseline_effect now = { .n_alerts = 5, .n_tunnels = 4, .n_others = 1 };
	struct ed_baseline_element e = { .n = 3, .n_sensitive = 2 };

	(void)state;
	e.v[0].effect = (struct ed_baseline_effect){ 9, 4, 5 };
	e.v[1].effect = (struct ed_baseline_effect){ 5, 4, 1 };
	e.v[2].effect = (struct ed_baseline_effect){ 4, 4, 0 };
	assert_int_equal(ed_baseline_choose(&e, &now, 1), 1);
	assert_int_equal(ed_baseline_choose(&e, &now, 5), 0);
	assert_int_equal(ed_baseline_choose(&e, &now, 0), 2);
	e.v[1].effect.n_tunnels = 3; /* loses one: what is in force stays */
	assert_int_equal(ed_baseline_choose(&e, &now, 1), 3);
	e.v[2].effect.n_tunnels = 3;
	assert_int_equal(ed_baseline_choose(&e, &now, 0), 3);
}

static void test_tunnels(void **state)
{
	static const char text[] = "# known\nexample.com\r\n\n10.0.0.5 t.other.net # one client\n"
				   "10.0.0.6 -\n";
	struct ed_alert a = alert_about(5, "example.com", ED_LEVEL_MEDIUM);
	struct ed_baseline_tunnels t = { .v = NULL };
	struct ed_baseline_effect f;

	(void)state;
	assert_int_equal(ed_baseline_tunnels_read(ed_span_str(text), &t), 0);
	assert_int_equal(t.n, 3);
	ed_baseline_measure(&t, &a, 1, &f);
	assert_int_equal(f.n_tunnels, 1);
	assert_int_equal(f.n_others, 0);
	a.domain = name_of("other.net");
	ed_baseline_measure(&t, &a, 1, &f);
	assert_int_equal(f.n_tunnels, 1);
	a.client.b[15] = 9;
	ed_baseline_measure(&t, &a, 1, &f);
	assert_int_equal(f.n_tunnels, 0);
	assert_int_equal(f.n_others, 1);
	a.level = ED_LEVEL_LOW;
	ed_baseline_measure(&t, &a, 1, &f);
	assert_int_equal(f.n_alerts, 0);
	assert_int_equal(ed_baseline_tunnels_read(ed_span_str("a.com\n1.2.3.4 b.com c\n"), &t), 2);
	assert_int_equal(ed_baseline_tunnels_read(ed_span_str("x.com y.com"), &t), 1);
	ed_baseline_tunnels_done(&t);
}

/* --------------------------------------------------------------------- diff */

static void test_diff(void **state)
{
	static struct ed_alert before[3], after[3];
	struct ed_baseline_diff d;

	(void)state;
	before[0] = alert_about(1, "a.com", ED_LEVEL_HIGH);
	before[1] = alert_about(2, "b.com", ED_LEVEL_MEDIUM);
	before[2] = alert_about(3, "c.com", ED_LEVEL_INFORMATIONAL);
	after[0] = alert_about(4, "d.com", ED_LEVEL_HIGH);
	after[1] = alert_about(3, "c.com", ED_LEVEL_LOW);
	after[2] = alert_about(1, "a.com", ED_LEVEL_CRITICAL);
	assert_int_equal(ed_baseline_diff(&(struct ed_baseline_alerts){ before, 3 },
					  &(struct ed_baseline_alerts){ after, 3 }, ED_LEVEL_LOW,
					  &d),
			 0);
	assert_int_equal(d.n_of[ED_BASELINE_APPEARS], 2);
	assert_int_equal(d.n_of[ED_BASELINE_DISAPPEARS], 1);
	assert_int_equal(d.n_of[ED_BASELINE_MOVES], 1);
	assert_ptr_equal(d.rows[0].after, &after[0]);
	assert_ptr_equal(d.rows[1].after, &after[1]);
	assert_ptr_equal(d.rows[2].before, &before[1]);
	assert_ptr_equal(d.rows[3].before, &before[0]);
	ed_baseline_diff_done(&d);
	assert_int_equal(ed_baseline_diff(&(struct ed_baseline_alerts){ before, 3 },
					  &(struct ed_baseline_alerts){ before, 3 }, ED_LEVEL_LOW,
					  &d),
			 0);
	assert_int_equal(d.n, 0);
	assert_int_equal(d.n_same, 2);
	ed_baseline_diff_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learn),      cmocka_unit_test(test_responses_are_no_lookups),
		cmocka_unit_test(test_quarantine), cmocka_unit_test(test_alerted_does_not_teach),
		cmocka_unit_test(test_sample),     cmocka_unit_test(test_file),
		cmocka_unit_test(test_damage),     cmocka_unit_test(test_compare),
		cmocka_unit_test(test_candidates), cmocka_unit_test(test_choose),
		cmocka_unit_test(test_tunnels),    cmocka_unit_test(test_diff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
