/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of mDNSResponder: their generations, masks, hashes, hostile names and programs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/host/mdns_responder.h"

static struct ed_mdns_question q;

static enum ed_mdns_kind read_text(const char *text)
{
	return ed_mdns_read(ed_span_str(text), &q);
}

static void assert_span(struct ed_span s, const char *text)
{
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(s.p, text, s.n);
}

static void test_old(void **state)
{
	(void)state;
	assert_int_equal(
		read_text(" 12: DNSServiceQueryRecord(15000, 0, www.example.net., AAAA) START "
			  "PID[123](curl)"),
		ED_MDNS_QUESTION);
	assert_span(q.name, "www.example.net.");
	assert_int_equal(q.qtype, ED_RR_AAAA);
	assert_int_equal(q.pid, 123);
	assert_span(q.comm, "curl");
	assert_int_equal(read_text("[R7] DNSServiceGetAddrInfo(C000D000, 0, 1, a.example) START "
				   "PID[9](my app)"),
			 ED_MDNS_QUESTION);
	assert_span(q.name, "a.example");
	assert_int_equal(q.qtype, ED_RR_A);
	assert_span(q.comm, "my app");
	assert_int_equal(
		read_text("[R7] DNSServiceQueryRecord(15000, 0, <private>, TXT) START PID[9](x)"),
		ED_MDNS_QUESTION);
	assert_int_equal(q.name.n, 0);
	assert_int_equal(q.qtype, ED_RR_TXT);
	assert_int_equal(
		read_text("[R7] DNSServiceQueryRecord(15000, 0, a.example, AAAA) STOP PID[9](x)"),
		ED_MDNS_OTHER);
	assert_int_equal(
		read_text("[R7] DNSServiceQueryRecord(15000, 0, a.example) START PID[9](x)"),
		ED_MDNS_BROKEN);
}

/* The program's name tries to be another message. */
static void test_old_hostile(void **state)
{
	(void)state;
	assert_int_equal(read_text("[R7] DNSServiceQueryRecord(15000, 0, a.example, AAAA) START "
				   "PID[9]() START PID[1](b)"),
			 ED_MDNS_QUESTION);
	assert_int_equal(q.pid, 9);
	assert_span(q.comm, ") START PID[1](b");
	assert_int_equal(read_text("[R7] DNSServiceQueryRecord(15000, 0, a)\\032START.b, A) START "
				   "PID[9](x)"),
			 ED_MDNS_QUESTION);
	assert_span(q.name, "a)\\032START.b");
}

static void test_new(void **state)
{
	(void)state;
	assert_int_equal(
		read_text("[R5] DNSServiceQueryRecord START -- qname: www.example.net, qtype: "
			  "HTTPS, flags: 0x1D000, interface index: 0, client pid: 42161 (Nexy), "
			  "name hash: 0badcafe"),
		ED_MDNS_QUESTION);
	assert_span(q.name, "www.example.net");
	assert_int_equal(q.qtype, ED_RR_HTTPS);
	assert_int_equal(q.hash, 0x0badcafe);
	assert_int_equal(q.pid, 42161);
	assert_span(q.comm, "Nexy");
	assert_int_equal(read_text(
				 "[R5] DNSServiceGetAddrInfo START -- hostname: a.example, "
				 "protocols: 2, flags: 0x0, interface index: 0, client pid: 7 (x)"),
			 ED_MDNS_QUESTION);
	assert_span(q.name, "a.example");
	assert_int_equal(q.qtype, ED_RR_AAAA);
	assert_int_equal(
		read_text("[R5] getaddrinfo start -- flags: 0xC000D000, ifindex: 0, protocols: 1, "
			  "hostname: a.example, options: 0x8 {use-failover, x}, client pid: 7 (x), "
			  "delegator pid: 812 (Mail)"),
		ED_MDNS_QUESTION);
	assert_span(q.name, "a.example");
	assert_int_equal(q.qtype, ED_RR_A);
	assert_int_equal(q.asked_for_pid, 812);
	assert_span(q.asked_for_comm, "Mail");
	assert_int_equal(read_text("[R5] DNSServiceQueryRecord STOP -- name hash: 0badcafe"),
			 ED_MDNS_OTHER);
	assert_int_equal(read_text("[R1->Q20] Question assigned DNS service 20"), ED_MDNS_OTHER);
	assert_int_equal(read_text("[R5] getaddrinfo start -- hostname: a.example"),
			 ED_MDNS_BROKEN);
	assert_int_equal(read_text(""), ED_MDNS_OTHER);
}

/* A name that goes on like the message: who asked stays who asked. */
static void test_new_hostile(void **state)
{
	(void)state;
	assert_int_equal(
		read_text("[R5] getaddrinfo start -- flags: 0x0, ifindex: 0, protocols: 0, "
			  "hostname: a.example, options: 0x0, client pid: 1 (launchd), options: "
			  "0x8, client pid: 77 (evil)"),
		ED_MDNS_QUESTION);
	assert_int_equal(q.pid, 77);
	assert_span(q.comm, "evil");
	assert_span(q.name, "a.example, options: 0x0, client pid: 1 (launchd)");
	assert_int_equal(
		read_text("[R5] DNSServiceQueryRecord START -- qname: a.example, qtype: A, flags: "
			  "0x0, interface index: 0, client pid: 77 (x), name hash: )"),
		ED_MDNS_QUESTION);
	assert_int_equal(q.pid, 77);
	assert_span(q.comm, "x), name hash: ");
	assert_int_equal(q.hash, 0);
}

/* What stands for masked names. */
static void test_masks(void **state)
{
	uint32_t first;

	(void)state;
	assert_int_equal(
		read_text("[R2] DNSServiceQueryRecord START -- qname: <mask.hash: 'aaaa=='>, "
			  "qtype: A, flags: 0x1D000, interface index: 0, client pid: 4 (x), name "
			  "hash: f92d5498"),
		ED_MDNS_QUESTION);
	assert_int_equal(q.name.n, 0);
	assert_int_equal(q.hash, 0xf92d5498);
	assert_int_equal(
		read_text("[R2] getaddrinfo start -- flags: 0x0, ifindex: 0, protocols: 0, "
			  "hostname: <mask.hash: 'aaaa=='>, options: 0x8, client pid: 4 (x)"),
		ED_MDNS_QUESTION);
	first = q.hash;
	assert_int_not_equal(first, 0);
	read_text("[R2] getaddrinfo start -- flags: 0x0, ifindex: 0, protocols: 0, hostname: "
		  "<mask.hash: 'aaab=='>, options: 0x8, client pid: 4 (x)");
	assert_int_not_equal(q.hash, first);
	assert_int_equal(
		read_text("[R6] DNSServiceQueryRecord START -- qname: <private> <dn:AAECAw>, "
			  "qtype: A, flags: 0x1D000, interface index: 0, client pid: 4 (codex), "
			  "name hash: <dn:AAECAw>"),
		ED_MDNS_QUESTION);
	assert_int_equal(q.name.n, 0);
	assert_int_equal(q.hash, 0x00010203);
}

static void test_request(void **state)
{
	static const char json[] = "dns_request {\"query\": \"a b.example\", \"qtype\":\"TXT\", "
				   "\"pid\":77,\"process\":\"osascript\"}";

	(void)state;
	assert_true(ed_mdns_request_read(
		ed_span_str("dns_request name=a.example type=TXT, server=192.0.2.53; name=b"), &q));
	assert_span(q.name, "a.example");
	assert_int_equal(q.qtype, ED_RR_TXT);
	assert_span(q.server, "192.0.2.53");
	assert_false(q.is_claim);
	assert_true(ed_mdns_request_read(ed_span_str(json), &q));
	assert_span(q.name, "a b.example");
	assert_int_equal(q.pid, 77);
	assert_span(q.comm, "osascript");
	assert_true(q.is_claim);
	assert_true(ed_mdns_request_read(ed_span_str("dns_request qname: <mask.hash: 'x=='>"), &q));
	assert_int_equal(q.name.n, 0);
	assert_int_not_equal(q.hash, 0);
	assert_false(ed_mdns_request_read(ed_span_str("dns_request failed, code=7 \""), &q));
	assert_false(ed_mdns_request_read(ed_span_str("dns_request name=<no end"), &q));
}

/* What becomes of a question: who is named, and what stays on the link is told apart. */
static void test_give(void **state)
{
	static struct ed_host_event h;

	(void)state;
	read_text("[R5] getaddrinfo start -- flags: 0x0, ifindex: 0, protocols: 0, hostname: "
		  "a.example, options: 0x8, client pid: 7 (agent), delegator pid: 812 (Mail)");
	ed_host_event_init(&h, ED_PLATFORM_MACOS);
	assert_true(ed_mdns_give(&q, &h));
	assert_int_equal(h.process.pid, 812);
	assert_int_equal(h.process.attribution, ED_ATTRIBUTION_STUB);
	assert_span(h.text[ED_TEXT_IMAGE], "Mail");
	read_text("[R5] DNSServiceQueryRecord(15000, 0, Printer.LOCAL, A) START PID[9](x)");
	ed_host_event_init(&h, ED_PLATFORM_MACOS);
	assert_false(ed_mdns_give(&q, &h));
	read_text("[R5] DNSServiceQueryRecord(15000, 0, notlocal, A) START PID[9](x)");
	ed_host_event_init(&h, ED_PLATFORM_MACOS);
	assert_true(ed_mdns_give(&q, &h));
	assert_int_equal(h.process.attribution, ED_ATTRIBUTION_DIRECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_old),   cmocka_unit_test(test_old_hostile),
		cmocka_unit_test(test_new),   cmocka_unit_test(test_new_hostile),
		cmocka_unit_test(test_masks), cmocka_unit_test(test_request),
		cmocka_unit_test(test_give),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
