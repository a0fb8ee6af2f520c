/* SPDX-License-Identifier: Apache-2.0 */
/* The exact form of each writer, and what each refuses. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"
#include "contain/contain.h"

static struct ed_contain_entry entry_of(const char *domain, const char *client, const char *server)
{
	struct ed_contain_entry e = { .number = 1000007, .expires_ns = 60 * ED_NS_PER_S };

	if (domain)
		assert_int_equal(ed_name_from_text(ed_span_str(domain), ED_NAME_MASTER, &e.domain),
				 0);
	if (client)
		assert_true(ed_addr_from_text(ed_span_str(client), &e.client));
	if (server)
		assert_true(ed_addr_from_text(ed_span_str(server), &e.server));
	return e;
}

static void writes(const struct ed_contain_writer *w, struct ed_contain_entry e,
		   const char *expected)
{
	struct ed_buf out;

	ed_buf_init(&out, 1 << 16);
	w->entry(&e, NULL, &out);
	assert_string_equal(out.p, expected);
	ed_buf_done(&out);
}

/* A quote, a dot in a label, a backslash and a byte above ASCII. */
static const char hostile[] = "a\"b\\.c\\\\\\200.example";

static void names_are_escaped_for_each(void **state)
{
	(void)state;
	writes(&ed_contain_rpz, entry_of(hostile, NULL, NULL),
	       "a\\034b\\046c\\092\\200.example CNAME .\n"
	       "*.a\\034b\\046c\\092\\200.example CNAME .\n");
	writes(&ed_contain_unbound, entry_of(hostile, NULL, NULL),
	       "server:\n\tlocal-zone: \"a\\034b\\046c\\092\\200.example.\" always_nxdomain\n");
	writes(&ed_contain_bind, entry_of(hostile, NULL, NULL),
	       "zone \"a\\034b\\046c\\092\\200.example\" { type primary; database \"_builtin empty "
	       "localhost. root.localhost.\"; notify no; allow-transfer { none; }; };\n");
	writes(&ed_contain_knot, entry_of(hostile, "192.0.2.5", NULL),
	       "modules.load('view')\nview:addr('192.0.2.5/32', policy.suffix(policy.DENY, "
	       "{'\\007a\\034b\\046c\\092\\200\\007example\\000'}))\n");
	writes(&ed_contain_dnsdist, entry_of(hostile, "2001:db8::5", NULL),
	       "do\n\tlocal names = newSuffixMatchNode()\n"
	       "\tnames:add(newDNSName(\"a\\\\034b\\\\046c\\\\092\\\\200.example.\"))\n"
	       "\tlocal clients = newNMG()\n\tclients:addMask(\"2001:db8::5/128\")\n"
	       "\taddAction(AndRule({NetmaskGroupRule(clients), SuffixMatchNodeRule(names)}), "
	       "RCodeAction(DNSRCode.NXDOMAIN))\nend\n");
	writes(&ed_contain_suricata, entry_of("a\\;_b.example", "192.0.2.5", NULL),
	       "drop dns 192.0.2.5 any -> any any (msg:\"earthdog: contained DNS tunnel\"; "
	       "dns.query; dotprefix; content:\".a|3b||5f|b.example\"; nocase; endswith; "
	       "sid:1000007; rev:1; metadata:mitre_technique_id T1071.004;)\n");
}

static void plain_forms(void **state)
{
	(void)state;
	writes(&ed_contain_dnsmasq, entry_of("e-v_1.example", NULL, NULL),
	       "local=/e-v_1.example/\n");
	writes(&ed_contain_pihole, entry_of("evil.example", NULL, NULL), "||evil.example^\n");
	writes(&ed_contain_adguard, entry_of("evil.example", "2001:db8::5", NULL),
	       "||evil.example^$client='2001:db8::5'\n");
	writes(&ed_contain_nftables, entry_of(NULL, "192.0.2.5", NULL),
	       "add element inet earthdog clients4 { 192.0.2.5 timeout 60s comment \"earthdog\" "
	       "}\n");
	writes(&ed_contain_nftables, entry_of(NULL, NULL, "2001:db8::9"),
	       "add element inet earthdog servers6 { 2001:db8::9 timeout 60s comment \"earthdog\" "
	       "}\n");
}

static void a_client_has_one_view(void **state)
{
	struct ed_contain_entry a = entry_of("a.example", "192.0.2.5", NULL);
	struct ed_contain_entry b = entry_of("b.example", "192.0.2.5", NULL);
	struct ed_buf out;

	(void)state;
	ed_buf_init(&out, 1 << 16);
	ed_contain_unbound.entry(&a, NULL, &out);
	ed_contain_unbound.entry(&b, &a, &out);
	assert_string_equal(out.p,
			    "server:\n\taccess-control-view: 192.0.2.5/32 \"earthdog-192.0.2.5\"\n"
			    "view:\n\tname: \"earthdog-192.0.2.5\"\n\tview-first: yes\n"
			    "\tlocal-zone: \"a.example.\" always_nxdomain\n"
			    "\tlocal-zone: \"b.example.\" always_nxdomain\n");
	ed_buf_done(&out);
}

static int check(const char *writer, struct ed_contain_entry e)
{
	const struct ed_contain_frame none = { .n_resolvers = 0 };

	return ed_contain_check(ed_contain_find(writer), &e, &none);
}

static void what_cannot_be_written_is_refused(void **state)
{
	(void)state;
	assert_int_equal(check("rpz", entry_of("a.example", NULL, NULL)), 0);
	assert_int_equal(check("rpz", entry_of(NULL, NULL, "192.0.2.9")), ED_CONTAIN_NEEDS_NAME);
	assert_int_equal(check("rpz", entry_of(".", NULL, NULL)), ED_CONTAIN_NEEDS_NAME);
	assert_int_equal(check("rpz", entry_of("a.example", "192.0.2.5", NULL)),
			 ED_CONTAIN_FOR_ALL_ONLY);
	assert_int_equal(check("unbound", entry_of("a.example", "192.0.2.5", NULL)), 0);
	assert_int_equal(check("unbound", entry_of(NULL, "192.0.2.5", NULL)),
			 ED_CONTAIN_NEEDS_NAME);
	assert_int_equal(check("dnsmasq", entry_of("a\\047b.example", NULL, NULL)),
			 ED_CONTAIN_BAD_NAME);
	assert_int_equal(check("suricata", entry_of("a\\.b.example", NULL, NULL)),
			 ED_CONTAIN_BAD_NAME);
	assert_int_equal(check("adguard", entry_of("a\\^b.example", NULL, NULL)),
			 ED_CONTAIN_BAD_NAME);
	assert_int_equal(check("nftables", entry_of(NULL, NULL, NULL)), ED_CONTAIN_NEEDS_ADDRESS);
	assert_int_equal(check("nftables", entry_of(NULL, "192.0.2.5", NULL)),
			 ED_CONTAIN_NEEDS_RESOLVER);
	assert_int_equal(check("nftables", entry_of(NULL, NULL, "192.0.2.9")), 0);
	assert_null(ed_contain_find("none"));
	for (int fault = 1; fault < ED_CONTAIN_FAULTS; fault++)
		assert_string_not_equal(ed_contain_fault_text(fault), "unknown");
}

static void a_reason_is_one_short_line(void **state)
{
	char text[ED_CONTAIN_REASON_MAX], longest[1024];

	(void)state;
	ed_contain_reason("a\n\x1b\xff", text);
	assert_string_equal(text, "a\\x0a\\x1b\\xff");
	memset(longest, '\n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ed_contain_reason(longest, text);
	assert_true(strlen(text) < ED_CONTAIN_REASON_MAX);
	assert_string_equal(text + strlen(text) - 3, "...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_escaped_for_each),
		cmocka_unit_test(plain_forms),
		cmocka_unit_test(a_client_has_one_view),
		cmocka_unit_test(what_cannot_be_written_is_refused),
		cmocka_unit_test(a_reason_is_one_short_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
