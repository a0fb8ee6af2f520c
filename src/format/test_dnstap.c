/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of dnstap: frames, fields, which side of a resolver is used, what is left out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

enum {
	CLIENT_QUERY = 5,
	CLIENT_RESPONSE = 6,
	RESOLVER_QUERY = 3,
	RESOLVER_RESPONSE = 4,
	FILE_BYTES = 1 << 20,
};

static struct test_events run;

/* A file under construction. */
static uint8_t file[FILE_BYTES];
static size_t file_n;

static const uint8_t dns_query[] = { 0, 7, 1,   0, 0,   1,   0, 0, 0,  0, 0,
				     0, 1, 'A', 2, 'n', 't', 0, 0, 16, 0, 1 };
static const uint8_t dns_response[] = { 0, 7, 0x81, 0x83, 0,   1,   0, 0, 0,  0, 0,
					0, 1, 'A',  2,    'n', 't', 0, 0, 16, 0, 1 };

static size_t put(uint8_t *to, size_t at, const void *p, size_t n)
{
	memcpy(to + at, p, n);
	return at + n;
}

static size_t put_be32(uint8_t *to, size_t at, uint32_t v)
{
	const uint8_t b[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			      (uint8_t)v };

	return put(to, at, b, sizeof(b));
}

static size_t put_varint(uint8_t *to, size_t at, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		to[at++] = (uint8_t)(v | 0x80);
	to[at++] = (uint8_t)v;
	return at;
}

static size_t put_number(uint8_t *to, size_t at, unsigned field, uint64_t v)
{
	return put_varint(to, put_varint(to, at, field << 3), v);
}

static size_t put_fixed32(uint8_t *to, size_t at, unsigned field, uint32_t v)
{
	const uint8_t b[] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
			      (uint8_t)(v >> 24) };

	return put(to, put_varint(to, at, field << 3 | 5), b, sizeof(b));
}

static size_t put_bytes(uint8_t *to, size_t at, unsigned field, const void *p, size_t n)
{
	return put(to, put_varint(to, put_varint(to, at, field << 3 | 2), n), p, n);
}

static void control(uint32_t kind, const char *content_type)
{
	size_t n = strlen(content_type);

	file_n = put_be32(file, file_n, 0);
	file_n = put_be32(file, file_n, (uint32_t)(4 + 8 + n));
	file_n = put_be32(file, file_n, kind);
	file_n = put_be32(file, file_n, 1);
	file_n = put_be32(file, file_n, (uint32_t)n);
	file_n = put(file, file_n, content_type, n);
}

static void begin(void)
{
	file_n = 0;
	control(2, "protobuf:dnstap.Dnstap");
}

static void frame(const uint8_t *p, size_t n)
{
	file_n = put_be32(file, file_n, (uint32_t)n);
	file_n = put(file, file_n, p, n);
}

/* A Dnstap of type 1 around @message. */
static void dnstap(const uint8_t *message, size_t n)
{
	uint8_t b[1024];
	size_t at = put_bytes(b, 0, 1, "ns1", 3);

	at = put_bytes(b, at, 14, message, n);
	at = put_number(b, at, 15, 1);
	frame(b, at);
}

/* The common part of a Message: type, protocol, addresses, ports. */
static size_t message_head(uint8_t *m, uint32_t type, uint32_t protocol)
{
	static const uint8_t client[] = { 192, 0, 2, 10 }, server[] = { 192, 0, 2, 53 };
	size_t at = put_number(m, 0, 1, type);

	at = put_number(m, at, 2, 1);
	at = put_number(m, at, 3, protocol);
	at = put_bytes(m, at, 4, client, sizeof(client));
	at = put_bytes(m, at, 5, server, sizeof(server));
	at = put_number(m, at, 6, 40000);
	return put_number(m, at, 7, 53);
}

static size_t message_of(uint8_t *m, uint32_t type)
{
	size_t at = message_head(m, type, 1);

	at = put_fixed32(m, put_number(m, at, 8, 1790000000), 9, 250);
	if (type % 2)
		return put_bytes(m, at, 10, dns_query, sizeof(dns_query));
	at = put_fixed32(m, put_number(m, at, 12, 1790000000), 13, 8000250);
	return put_bytes(m, at, 14, dns_response, sizeof(dns_response));
}

static void message(uint32_t type)
{
	uint8_t m[256];

	dnstap(m, message_of(m, type));
}

static void read_file(void)
{
	test_events_run(&ed_format_dnstap, ed_span_of(file, file_n), &run);
}

static const struct ed_event *event(size_t i)
{
	assert_true(i < run.n);
	return &run.event[i].ev;
}

static void test_lookup(void **state)
{
	(void)state;
	begin();
	message(CLIENT_QUERY);
	message(CLIENT_RESPONSE);
	control(3, "");
	assert_ptr_equal(test_events_sniff(ed_span_of(file, file_n)), &ed_format_dnstap);
	read_file();
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_QUERY);
	assert_true(event(0)->time_ns == INT64_C(1790000000000000250));
	assert_string_equal(test_events_addr(&event(0)->client), "192.0.2.10");
	assert_int_equal(event(0)->client_port, 40000);
	assert_string_equal(test_events_addr(&event(0)->resolver), "192.0.2.53");
	assert_int_equal(event(0)->resolver_port, 53);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_UDP);
	assert_int_equal(event(0)->vantage, ED_VANTAGE_RESOLVER);
	assert_int_equal(event(0)->size_query, sizeof(dns_query));
	assert_string_equal(test_events_name(&run, 0), "a.nt");
	assert_int_equal(event(0)->qtype, ED_RR_TXT);
	assert_false(event(0)->has & ED_FIELD_RTT);
	assert_int_equal(event(1)->kind, ED_EVENT_DNS_RESPONSE);
	assert_true(event(1)->time_ns == INT64_C(1790000000008000250));
	assert_int_equal(event(1)->rtt_us, 8000);
	assert_int_equal(event(1)->rcode, ED_RCODE_NXDOMAIN);
	assert_true(event(1)->has & ED_FIELD_RTT);
	assert_int_equal(event(0)->offset, 42 + 4);
}

static void test_transports(void **state)
{
	static const uint8_t expected[] = { ED_TRANSPORT_UNKNOWN,  ED_TRANSPORT_UDP,
					    ED_TRANSPORT_TCP,      ED_TRANSPORT_DOT,
					    ED_TRANSPORT_DOH,      ED_TRANSPORT_DNSCRYPT,
					    ED_TRANSPORT_DNSCRYPT, ED_TRANSPORT_DOQ,
					    ED_TRANSPORT_UNKNOWN };

	(void)state;
	begin();
	for (uint32_t i = 0; i < sizeof(expected); i++) {
		uint8_t m[256];
		size_t at = put_number(m, message_head(m, CLIENT_QUERY, i), 8, 1);

		dnstap(m, put_bytes(m, at, 10, dns_query, sizeof(dns_query)));
	}
	read_file();
	assert_int_equal(run.n, sizeof(expected));
	for (size_t i = 0; i < sizeof(expected); i++) {
		assert_int_equal(event(i)->transport, expected[i]);
		assert_int_equal(!!(event(i)->has & ED_FIELD_TRANSPORT),
				 expected[i] != ED_TRANSPORT_UNKNOWN);
	}
}

/* The resolver's own lookups count only where no client's are. */
static void test_sides(void **state)
{
	(void)state;
	begin();
	message(RESOLVER_QUERY);
	message(CLIENT_QUERY);
	message(RESOLVER_RESPONSE);
	message(CLIENT_RESPONSE);
	read_file();
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_UPSTREAM], 2);
	begin();
	message(RESOLVER_QUERY);
	message(RESOLVER_RESPONSE);
	read_file();
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->vantage, ED_VANTAGE_UPSTREAM);
}

/* From the unit that holds the first client on, and in all units behind it. */
static void test_sides_across_units(void **state)
{
	size_t n = 0;

	(void)state;
	begin();
	for (; file_n < 2 * ED_UNIT_TARGET_BYTES + 1000; n++)
		message(RESOLVER_QUERY);
	message(CLIENT_QUERY);
	for (; file_n < 5 * ED_UNIT_TARGET_BYTES; n++)
		message(RESOLVER_QUERY);
	read_file();
	assert_int_equal(run.tally.n_read, n + 1);
	assert_int_equal(run.n + run.tally.n_dropped[ED_DROP_UPSTREAM], n + 1);
	assert_in_range(run.tally.n_dropped[ED_DROP_UPSTREAM], n / 2, n * 2 / 3);
}

static void test_zero_client(void **state)
{
	static const uint8_t zero[16] = { 0 };
	uint8_t m[256];
	size_t at;

	(void)state;
	begin();
	at = message_of(m, RESOLVER_QUERY);
	dnstap(m, put_bytes(m, at, 4, zero, 4));
	at = message_of(m, RESOLVER_QUERY);
	dnstap(m, put_bytes(m, at, 4, zero, 16));
	read_file();
	assert_int_equal(run.n, 2);
	assert_string_equal(test_events_addr(&event(0)->client), "0.0.0.0");
	assert_true(ed_addr_eq(&event(0)->client, &event(1)->client));
}

/* Runs one message between two that are good. */
static void assert_dropped(const uint8_t *m, size_t n, enum ed_drop drop)
{
	begin();
	message(CLIENT_QUERY);
	dnstap(m, n);
	message(CLIENT_QUERY);
	read_file();
	assert_int_equal(run.tally.n_read, 3);
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_dropped[drop], 1);
}

static void test_left_out(void **state)
{
	uint8_t m[256];
	size_t n = message_of(m, CLIENT_QUERY);
	size_t head = message_head(m, CLIENT_QUERY, 1);

	(void)state;
	message_of(m, CLIENT_QUERY);
	assert_dropped(m, put_number(m, n, 1, 255), ED_DROP_OTHER_LOG);
	assert_dropped(m, put_number(m, n, 1, 15), ED_DROP_OTHER_LOG);
	assert_dropped(m, put_bytes(m, n, 4, "abc", 3), ED_DROP_NO_FIELDS);
	assert_dropped(m, put_number(m, n, 8, UINT64_MAX), ED_DROP_NO_FIELDS);
	assert_dropped(m, put_fixed32(m, n, 9, 1000000000), ED_DROP_NO_FIELDS);
	assert_dropped(m, put_bytes(m, n, 10, "", 0), ED_DROP_NO_FIELDS);
	assert_dropped(m, put_bytes(m, n, 10, "short", 5), ED_DROP_MALFORMED);
	assert_dropped(m, put_varint(m, n, 3 << 3 | 3), ED_DROP_BAD_LENGTH);
	assert_dropped(m, put_varint(m, n, 5), ED_DROP_BAD_LENGTH);
	assert_dropped(m, put_varint(m, put_varint(m, n, 10 << 3 | 2), 200), ED_DROP_BAD_LENGTH);
	assert_dropped(m, n - 1, ED_DROP_BAD_LENGTH);
	assert_dropped(m, head, ED_DROP_NO_FIELDS);
	memset(m + n, 0xff, 12);
	assert_dropped(m, n + 12, ED_DROP_BAD_LENGTH);
}

static void test_unknown_fields(void **state)
{
	uint8_t m[256];
	size_t n = message_of(m, CLIENT_QUERY);

	(void)state;
	n = put_number(m, n, 999, 7);
	n = put_bytes(m, n, 300, "x", 1);
	n = put(m, put_varint(m, n, 30 << 3 | 1), "12345678", 8);
	n = put_fixed32(m, n, 31, 1);
	begin();
	dnstap(m, n);
	read_file();
	assert_int_equal(run.n, 1);
}

static void test_control_frames(void **state)
{
	(void)state;
	file_n = 0;
	control(4, "protobuf:dnstap.Dnstap");
	control(1, "protobuf:dnstap.Dnstap");
	control(2, "protobuf:dnstap.Dnstap");
	message(CLIENT_QUERY);
	control(3, "");
	control(2, "something else");
	message(CLIENT_QUERY);
	message(CLIENT_QUERY);
	control(2, "protobuf:dnstap.Dnstap");
	message(CLIENT_QUERY);
	read_file();
	assert_int_equal(run.tally.n_read, 4);
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
	/* A field that says it is longer than its control frame. */
	file_n = 0;
	control(2, "x");
	file[file_n - 2] = 200;
	message(CLIENT_QUERY);
	assert_ptr_equal(test_events_sniff(ed_span_of(file, file_n)), &ed_format_dnstap);
	read_file();
	assert_int_equal(run.n, 1);
	file_n = 0;
	control(2, "something else");
	assert_null(test_events_sniff(ed_span_of(file, file_n)));
}

static void test_damaged_frames(void **state)
{
	(void)state;
	begin();
	message(CLIENT_QUERY);
	message(CLIENT_QUERY);
	file_n -= 3;
	read_file();
	assert_int_equal(run.tally.n_dropped[ED_DROP_CUT], 1);
	assert_int_equal(run.n, 1);
	begin();
	message(CLIENT_QUERY);
	file_n = put_be32(file, file_n, ED_UNIT_MAX_BYTES);
	message(CLIENT_QUERY);
	read_file();
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	assert_int_equal(run.n, 1);
	begin();
	file_n = put_be32(file, put_be32(file, file_n, 0), 513);
	message(CLIENT_QUERY);
	read_file();
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	/* A stream without its beginning. */
	file_n = 0;
	message(CLIENT_QUERY);
	assert_ptr_equal(test_events_sniff(ed_span_of(file, file_n)), &ed_format_dnstap);
	read_file();
	assert_int_equal(run.n, 1);
}

/* Samples of the data set, and the messages that each of them holds. */
static void test_samples(void **state)
{
	static const struct {
		const char *name;
		uint64_t n_read;
		size_t n_events;
		enum ed_drop drop;
	} samples[] = {
		{ "bind9-dnstap.saved", 96, 64, ED_DROP_UPSTREAM },
		{ "bind9-large-answer.fstrm", 1, 1, ED_DROP_CUT },
		{ "bind9.18-client-forwarder.dnstap", 87, 43, ED_DROP_UPSTREAM },
		{ "dnsdist-query-response.fstrm", 2, 2, ED_DROP_CUT },
		{ "unbound1.17-client.dnstap", 44, 44, ED_DROP_CUT },
		{ "bind9-correct_query_nanosec.dnstap", 1, 1, ED_DROP_CUT },
		{ "bind9-correct_response_nanosec.dnstap", 1, 1, ED_DROP_CUT },
		{ "bind9-invalid_message_type.dnstap", 1, 0, ED_DROP_OTHER_LOG },
	};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct ed_span sample;

		snprintf(path, sizeof(path), "formats/dnstap/%s", samples[i].name);
		sample = test_events_read(path);
		if (!sample.p) {
			print_message("no data set with %s: skipped\n", path);
			skip();
		}
		assert_ptr_equal(test_events_sniff(sample), &ed_format_dnstap);
		test_events_run(&ed_format_dnstap, sample, &run);
		assert_int_equal(run.tally.n_read, samples[i].n_read);
		assert_int_equal(run.n, samples[i].n_events);
		assert_int_equal(run.tally.n_dropped[samples[i].drop],
				 samples[i].n_read - samples[i].n_events);
		free((void *)(uintptr_t)sample.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),         cmocka_unit_test(test_transports),
		cmocka_unit_test(test_sides),          cmocka_unit_test(test_sides_across_units),
		cmocka_unit_test(test_zero_client),    cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_unknown_fields), cmocka_unit_test(test_control_frames),
		cmocka_unit_test(test_damaged_frames), cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
