/* SPDX-License-Identifier: Apache-2.0 */
/* What was written is read back, what others wrote stays, and damage is never written over. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/time.h"
#include "contain/artefact.h"

static const int64_t t0_ns = INT64_C(1795305600) * ED_NS_PER_S; /* 2026-11-22 */

static void make(const char *domain, const char *client, struct ed_contain_entry *ret)
{
	*ret = (struct ed_contain_entry){ .added_ns = t0_ns,
					  .expires_ns = t0_ns + 3600 * ED_NS_PER_S };
	assert_int_equal(ed_name_from_text(ed_span_str(domain), ED_NAME_MASTER, &ret->domain), 0);
	if (client)
		assert_true(ed_addr_from_text(ed_span_str(client), &ret->client));
	(void)snprintf(ret->alert, sizeof(ret->alert), "2fa80b97-f2f7");
	ed_contain_reason("it said \"so\"\nand more", ret->reason);
}

static void open_text(const struct ed_contain_writer *w, const char *text, struct ed_artefact *ret)
{
	size_t line;

	assert_int_equal(ed_artefact_parse(w, ed_span_str(text), ret, &line), 0);
}

static void add(struct ed_artefact *a, const char *domain, const char *client, bool known)
{
	struct ed_contain_entry e;
	bool was;

	make(domain, client, &e);
	assert_int_equal(ed_artefact_add(a, &e, &was), 0);
	assert_int_equal(was, known);
}

static bool all(const struct ed_contain_entry *e, const void *arg)
{
	(void)e;
	(void)arg;
	return true;
}

static void every_writer_reads_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; ed_contain_writers[i]; i++) {
		const struct ed_contain_writer *w = ed_contain_writers[i];
		struct ed_artefact a, b;
		struct ed_buf one, two;
		const char *client = w->takes & ED_CONTAIN_CLIENT ? "2001:db8::5" : NULL;

		ed_buf_init(&one, 1 << 16);
		ed_buf_init(&two, 1 << 16);
		open_text(w, "", &a);
		a.frame.serial = 41;
		a.frame.n_resolvers = 1;
		assert_true(ed_addr_from_text(ed_span_str("192.0.2.53"), &a.frame.resolvers[0]));
		add(&a, "evil.example", client, false);
		add(&a, "evil.example", client, true);
		add(&a, "worse.example", client, false);
		ed_artefact_print(&a, &one);
		open_text(w, one.p, &b);
		assert_int_equal(b.n, 2);
		assert_true(ed_contain_same(&a.entries[0], &b.entries[0]));
		assert_string_equal(b.entries[0].reason, "it said \"so\"\\x0aand more");
		assert_string_equal(b.entries[0].alert, "2fa80b97-f2f7");
		assert_true(b.entries[0].expires_ns == t0_ns + 3600 * ED_NS_PER_S);
		ed_artefact_print(&b, &two);
		assert_string_equal(one.p, two.p);
		ed_artefact_done(&a);
		ed_artefact_done(&b);
		ed_buf_done(&one);
		ed_buf_done(&two);
	}
}

static void what_others_wrote_stays(void **state)
{
	static const char text[] = "# mine\nlocal=/mine.example/\n\n";
	struct ed_artefact a;
	struct ed_buf out;

	(void)state;
	ed_buf_init(&out, 1 << 16);
	open_text(&ed_contain_dnsmasq, text, &a);
	add(&a, "evil.example", NULL, false);
	ed_artefact_print(&a, &out);
	assert_memory_equal(out.p, text, sizeof(text) - 1);
	ed_buf_puts(&out, "server=/below.example/192.0.2.1"); /* and no line feed */
	ed_artefact_done(&a);

	open_text(&ed_contain_dnsmasq, out.p, &a);
	assert_int_equal(ed_artefact_remove(&a, all, NULL), 1);
	ed_buf_clear(&out);
	ed_artefact_print(&a, &out);
	assert_string_equal(out.p, "# mine\nlocal=/mine.example/\n\n"
				   "server=/below.example/192.0.2.1");
	ed_artefact_done(&a);
	ed_buf_done(&out);
}

static void expect(const struct ed_contain_writer *w, const char *text, int why, size_t line)
{
	struct ed_artefact a;
	size_t at;

	assert_int_equal(ed_artefact_parse(w, ed_span_str(text), &a, &at), why);
	if (why == ED_ARTEFACT_DAMAGED)
		assert_int_equal(at, line);
	ed_artefact_done(&a);
}

#define BEGIN "# earthdog begin domain=a.example client=any server=none alert=none number=1000001\n"
#define TIMES "# earthdog added=2026-11-22T00:00:00.000Z expires=2026-11-23T00:00:00.000Z\n"

static void damage_is_found(void **state)
{
	static const char *const damaged[] = {
		"# earthdog hello\n",
		"# earthdog end\n",
		BEGIN,
		BEGIN TIMES "# earthdog reason=x\nlocal=/a.example/\n",
		BEGIN BEGIN,
		BEGIN "local=/a.example/\n",
		BEGIN TIMES TIMES,
		BEGIN "# earthdog added=yesterday expires=never\n",
		BEGIN TIMES "# earthdog reason=\x01\n",
		"# earthdog begin domain=a..example client=any server=none alert=none number=1\n",
		"# earthdog begin domain=a.example client=me server=none alert=none number=1\n",
		"# earthdog begin domain=a.example client=any server=none alert=NO number=1\n",
		"# earthdog begin domain=a.example client=any server=none alert=none number=1 x\n",
		"# earthdog frame serial=1 resolvers=none\n# earthdog end\n", /* has no frame */
		/* what the writer would not have written */
		"# earthdog begin domain=a\\047b.example client=any server=none alert=none number=1\n" TIMES
		"# earthdog reason=x\nlocal=/x/\n# earthdog end\n",
	};
	static const size_t line[] = { 1, 1, 1, 4, 2, 2, 3, 2, 3, 1, 1, 1, 1, 1, 5 };

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
		expect(&ed_contain_dnsmasq, damaged[i], ED_ARTEFACT_DAMAGED, line[i]);
	expect(&ed_contain_rpz, "; earthdog frame serial=x resolvers=none\n", ED_ARTEFACT_DAMAGED,
	       1);
	expect(&ed_contain_rpz, "$TTL 60\n@ SOA a. b. 1 1 1 1 1\n", ED_ARTEFACT_FOREIGN, 0);
	expect(&ed_contain_nftables, "flush ruleset\n", ED_ARTEFACT_FOREIGN, 0);
	expect(&ed_contain_dnsmasq, BEGIN TIMES "# earthdog reason=\n# earthdog end\n", 0, 0);
}

static void later_expiry_wins_and_recent_ones_count(void **state)
{
	struct ed_contain_entry e;
	struct ed_artefact a;
	bool known;

	(void)state;
	open_text(&ed_contain_suricata, "", &a);
	add(&a, "evil.example", NULL, false);
	make("evil.example", NULL, &e);
	e.added_ns += 60 * ED_NS_PER_S;
	e.expires_ns -= 60 * ED_NS_PER_S;
	assert_int_equal(ed_artefact_add(&a, &e, &known), 0);
	assert_true(a.entries[0].expires_ns == t0_ns + 3600 * ED_NS_PER_S);
	assert_true(a.entries[0].added_ns == t0_ns);
	assert_int_equal(ed_artefact_added_since(&a, t0_ns - 1), 1);
	assert_int_equal(ed_artefact_added_since(&a, t0_ns), 0);
	ed_artefact_done(&a);
}

static void numbers_differ_and_the_file_has_an_end(void **state)
{
	static uint8_t seen[ED_CONTAIN_NUMBERS];
	struct ed_artefact a;
	struct ed_contain_entry e;
	bool known;

	(void)state;
	open_text(&ed_contain_suricata, "", &a);
	for (unsigned i = 0; i < ED_ARTEFACT_ENTRIES_MAX; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "n%u.example", i);
		add(&a, name, NULL, false);
		assert_true(a.entries[i].number >= ED_CONTAIN_NUMBER_MIN);
		assert_int_equal(seen[a.entries[i].number - ED_CONTAIN_NUMBER_MIN]++, 0);
	}
	make("one.more.example", NULL, &e);
	assert_int_equal(ed_artefact_add(&a, &e, &known), ED_ARTEFACT_FULL);
	ed_artefact_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_writer_reads_its_own),
		cmocka_unit_test(what_others_wrote_stays),
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(later_expiry_wins_and_recent_ones_count),
		cmocka_unit_test(numbers_differ_and_the_file_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
