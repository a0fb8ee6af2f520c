/* SPDX-License-Identifier: Apache-2.0 */
/* DNS messages: what is read, what is refused, and the limits of RFC 9267 clause by clause. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/dns.h"
#include "wire/test_packets.h"

/* A message under construction. */
struct msg {
	uint8_t b[ED_DNS_MESSAGE_MAX];
	size_t n;
	uint8_t qname[ED_NAME_MAX];
	struct ed_dns_message m;
};

static void begin(struct msg *g, unsigned flags, unsigned n_answers, unsigned n_additional)
{
	memset(g->b, 0, ED_DNS_HEADER_BYTES);
	test_put16(g->b, 0x1234);
	test_put16(g->b + 2, flags);
	test_put16(g->b + 4, 1);
	test_put16(g->b + 6, n_answers);
	test_put16(g->b + 10, n_additional);
	g->n = ED_DNS_HEADER_BYTES;
}

static void put(struct msg *g, const void *p, size_t n)
{
	assert_true(g->n + n <= sizeof(g->b));
	memcpy(g->b + g->n, p, n);
	g->n += n;
}

static void put_name(struct msg *g, const char *text)
{
	struct ed_name name;

	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, &name), 0);
	put(g, name.wire, name.n);
}

static void put_pointer(struct msg *g, unsigned to)
{
	uint8_t p[2];

	test_put16(p, 0xc000 | to);
	put(g, p, 2);
}

static void put_question(struct msg *g, const char *name, unsigned type)
{
	uint8_t q[4] = { 0, 0, 0, 1 };

	put_name(g, name);
	test_put16(q, type);
	put(g, q, 4);
}

/* Type, class, TTL, length and data of a record whose owner is there. */
static void put_record(struct msg *g, unsigned type, uint32_t ttl_s, const void *data, size_t n)
{
	uint8_t h[10] = { [3] = 1 };

	test_put16(h, type);
	test_put32(h + 4, ttl_s);
	test_put16(h + 8, (unsigned)n);
	put(g, h, sizeof(h));
	put(g, data, n);
}

static void put_answer(struct msg *g, unsigned type, uint32_t ttl_s, const void *data, size_t n)
{
	put_pointer(g, ED_DNS_HEADER_BYTES);
	put_record(g, type, ttl_s, data, n);
}

/* From a block of the exact size, so that a sanitizer sees the byte behind it read. */
static int parse(struct msg *g)
{
	uint8_t *exact = test_malloc(g->n > 0 ? g->n : 1);
	int r;

	memcpy(exact, g->b, g->n);
	memset(g->qname, 0xee, sizeof(g->qname));
	r = ed_dns_parse(ed_span_of(exact, g->n), g->qname, &g->m);
	test_free(exact);
	if (r == 0 && g->m.qname_n > 0)
		assert_true(ed_name_valid(ed_span_of(g->qname, g->m.qname_n)));
	return r;
}

static void assert_name(const struct msg *g, const char *wire, size_t n)
{
	assert_int_equal(g->m.qname_n, n);
	assert_memory_equal(g->qname, wire, n);
}

static void test_query_message(void **state)
{
	static struct msg g;
	uint8_t cookie[12] = { 0, 10, 0, 8 };

	(void)state;
	begin(&g, 0x0110, 0, 1);
	put_question(&g, "aB.eXample", 16);
	put_name(&g, ".");
	put_record(&g, 41, 0x01008000, cookie, sizeof(cookie));
	g.b[g.n - 12 - 8] = 0x10; /* class: 4097 */
	assert_int_equal(parse(&g), 0);
	assert_name(&g, "\2aB\7eXample", 12);
	assert_int_equal(g.m.id, 0x1234);
	assert_int_equal(g.m.flags, 0x0110);
	assert_int_equal(g.m.qtype, 16);
	assert_int_equal(g.m.qclass, 1);
	assert_true(g.m.has_opt);
	assert_int_equal(g.m.edns_size, 0x1001);
	assert_int_equal(g.m.edns_options_bytes, 12);
	assert_int_equal(g.m.rcode_high, 1);
	assert_int_equal(g.m.trailing_bytes, 0);
	assert_int_equal(g.m.bytes_opaque, 0);
	assert_false(g.m.broken);
}

static void test_trailing(void **state)
{
	static struct msg g;

	(void)state;
	begin(&g, 0x0100, 0, 0);
	put_question(&g, "x.example", 1);
	put(&g, "hidden", 6);
	assert_int_equal(parse(&g), 0);
	assert_int_equal(g.m.trailing_bytes, 6);
	assert_false(g.m.broken);
	/* Behind a record that does not hold together, all the rest trails. */
	begin(&g, 0x0100, 1, 0);
	put_question(&g, "x.example", 1);
	put_answer(&g, 16, 1, "abcd", 4);
	g.b[g.n - 5]++;
	assert_int_equal(parse(&g), 0);
	assert_true(g.m.broken);
	assert_int_equal(g.m.trailing_bytes, 2 + 10 + 4);
}

static void test_answers(void **state)
{
	static struct msg g;
	static const uint8_t a1[4] = { 192, 0, 2, 1 }, a2[4] = { 192, 0, 2, 2 },
			     aaaa[16] = { 0x20, 1 };

	(void)state;
	begin(&g, 0x8180, 6, 0);
	put_question(&g, "www.example.net", 1);
	put_answer(&g, 5, 300, "\3cdn\300\020", 6); /* cdn.example.net: the pointer leads to 16 */
	put_answer(&g, 1, 60, a1, 4);
	put_answer(&g, 1, 0x80000001, a2, 4); /* a TTL with the top bit set counts as 0 */
	put_answer(&g, 28, 900, aaaa, 16);
	put_answer(&g, 16, 30, "\4text", 5);
	put_answer(&g, 10, 30, "raw", 3);
	assert_int_equal(parse(&g), 0);
	assert_false(g.m.broken);
	assert_int_equal(g.m.n_answers, 6);
	assert_int_equal(g.m.n_addresses, 3);
	assert_int_equal(g.m.first_v4, 0xc0000201);
	assert_int_equal(g.m.ttl_min_s, 0);
	assert_int_equal(g.m.ttl_max_s, 900);
	assert_int_equal(g.m.bytes_names, sizeof("\3cdn\7example\3net"));
	assert_int_equal(g.m.bytes_opaque, 8);
}

/* A response with one record of each section: which of their bytes are free? */
static uint32_t opaque_bytes(unsigned qtype, unsigned type, unsigned section)
{
	static struct msg g;

	begin(&g, 0x8180, 0, 0);
	test_put16(g.b + 4 + 2 * section, 1);
	put_question(&g, "x.example", qtype);
	put_answer(&g, type, 1, "0123456789", 10);
	assert_int_equal(parse(&g), 0);
	return g.m.bytes_opaque;
}

static void test_opaque(void **state)
{
	(void)state;
	for (unsigned section = 1; section <= 3; section++) {
		assert_int_equal(opaque_bytes(16, 16, section), 10);
		assert_int_equal(opaque_bytes(10, 10, section), 10);
		assert_int_equal(opaque_bytes(1, 65399, section), 10);
		assert_int_equal(opaque_bytes(25, 25, section), 10);
		assert_int_equal(opaque_bytes(65, 65, section), 10);
		/* Not the length of an address, so not an address. */
		assert_int_equal(opaque_bytes(1, 1, section), 10);
		assert_int_equal(opaque_bytes(28, 28, section), 10);
		assert_int_equal(opaque_bytes(1, 41, section), 0);
		assert_int_equal(opaque_bytes(1, 250, section), 0);
		assert_int_equal(opaque_bytes(1, 46, section), 0);
		assert_int_equal(opaque_bytes(46, 46, section), 10);
		assert_int_equal(opaque_bytes(1, 48, section), 0);
		assert_int_equal(opaque_bytes(48, 48, section), 10);
	}
	/* A name that is none, in a record that should hold one. */
	assert_int_equal(opaque_bytes(5, 5, 1), 10);
}

/* Bytes behind the name of a CNAME are nobody's business but a tunnel's. */
static void test_behind_name(void **state)
{
	static struct msg g;

	(void)state;
	begin(&g, 0x8180, 1, 0);
	put_question(&g, "x.example", 5);
	put_answer(&g, 5, 1, "\1y\0hidden", 9);
	assert_int_equal(parse(&g), 0);
	assert_int_equal(g.m.bytes_opaque, 6);
	assert_int_equal(g.m.bytes_names, 3);
}

static uint64_t hash_of(struct msg *g)
{
	assert_int_equal(parse(g), 0);
	assert_false(g->m.broken);
	return g->m.hash;
}

static void test_hash(void **state)
{
	static struct msg g;
	uint64_t plain;

	(void)state;
	begin(&g, 0x8180, 2, 0);
	put_question(&g, "www.example", 1);
	put_answer(&g, 5, 300, "\3Cdn\300\020", 6);
	put_answer(&g, 1, 60, "\1\2\3\4", 4);
	plain = hash_of(&g);
	/* The same answers in another order, uncompressed, in another case, with other TTLs. */
	begin(&g, 0x8180, 2, 0);
	put_question(&g, "wWw.EXAMPLE", 1);
	put_answer(&g, 1, 30, "\1\2\3\4", 4);
	put_answer(&g, 5, 7, "\3cdn\7eXample", 13);
	assert_int_equal(hash_of(&g), plain);
	/* Another address, which may be anyone of a pool; another name. */
	g.b[12 + 13 + 4 + 12]++;
	assert_int_equal(hash_of(&g), plain);
	g.b[g.n - 12]++;
	assert_int_not_equal(hash_of(&g), plain);
	/* The same data under another type. */
	begin(&g, 0x8180, 1, 0);
	put_question(&g, "x", 255);
	put_answer(&g, 16, 1, "\3abc", 4);
	plain = hash_of(&g);
	begin(&g, 0x8180, 1, 0);
	put_question(&g, "x", 255);
	put_answer(&g, 10, 1, "\3abc", 4);
	assert_int_not_equal(hash_of(&g), plain);
	/* MX: the preference counts. */
	begin(&g, 0x8180, 1, 0);
	put_question(&g, "x", 15);
	put_answer(&g, 15, 1, "\0\1\1m", 5);
	plain = hash_of(&g);
	g.b[g.n - 4]++;
	assert_int_not_equal(hash_of(&g), plain);
}

static void test_questions(void **state)
{
	static struct msg g;

	(void)state;
	begin(&g, 0x0100, 0, 0);
	put_question(&g, ".", 2);
	assert_int_equal(parse(&g), 0);
	assert_name(&g, "", 1);
	assert_int_equal(g.m.qtype, 2);
	/* No question at all. */
	begin(&g, 0x8400, 1, 0);
	test_put16(g.b + 4, 0);
	put_name(&g, "host.example");
	put_record(&g, 16, 10, "\1x", 2);
	assert_int_equal(parse(&g), 0);
	assert_int_equal(g.m.qname_n, 0);
	assert_int_equal(g.m.n_answers, 1);
	assert_int_equal(g.m.bytes_opaque, 2);
	/* Two: the first counts. */
	begin(&g, 0x0100, 0, 0);
	test_put16(g.b + 4, 2);
	put_question(&g, "a.example", 1);
	put_question(&g, "b.example", 28);
	assert_int_equal(parse(&g), 0);
	assert_name(&g, "\1a\7example", 11);
	assert_false(g.m.broken);
	assert_int_equal(g.m.trailing_bytes, 0);
	/* The second is promised only. */
	g.n -= 3;
	assert_int_equal(parse(&g), 0);
	assert_true(g.m.broken);
}

static void test_name_limits(void **state)
{
	static struct msg g;
	uint8_t name[ED_NAME_MAX + 2];

	(void)state;
	for (unsigned n_labels = 126; n_labels <= 128; n_labels++) {
		for (unsigned i = 0; i < n_labels; i++) {
			name[2 * i] = 1;
			name[2 * i + 1] = 0xf0; /* high bytes are no pointers */
		}
		begin(&g, 0x0100, 0, 0);
		put(&g, name, 2 * n_labels < sizeof(name) ? 2 * n_labels : sizeof(name) - 1);
		put(&g, "\0\0\1\0\1", 5);
		assert_int_equal(parse(&g), n_labels <= ED_NAME_LABELS_MAX ? 0 : ED_DNS_MALFORMED);
	}
	memset(name, 'x', sizeof(name));
	for (unsigned n = 60; n < 256; n++) {
		name[0] = (uint8_t)n;
		begin(&g, 0x0100, 0, 0);
		put(&g, name, n < 64 ? n + 1 : 200);
		put(&g, "\0\0\1\0\1", 5);
		assert_int_equal(parse(&g), n <= ED_LABEL_MAX ? 0 : ED_DNS_MALFORMED);
	}
}

/* Every message cut at every byte: the question survives, or the message is refused. */
static void test_cut(void **state)
{
	static struct msg g, whole;
	size_t question_end;

	(void)state;
	begin(&whole, 0x8180, 2, 1);
	put_question(&whole, "www.example.net", 16);
	question_end = whole.n;
	put_answer(&whole, 5, 300, "\3cdn\300\020", 6);
	put_answer(&whole, 16, 60, "\4text", 5);
	put_name(&whole, ".");
	put_record(&whole, 41, 0, "", 0);
	for (size_t n = 0; n <= whole.n; n++) {
		memcpy(g.b, whole.b, n);
		g.n = n;
		if (n < question_end) {
			assert_int_equal(parse(&g), ED_DNS_MALFORMED);
			continue;
		}
		assert_int_equal(parse(&g), 0);
		assert_int_equal(g.m.broken, n < whole.n);
		assert_name(&g, "\3www\7example\3net", 17);
	}
}

static void test_pointers(void **state)
{
	static struct msg g;
	static const struct {
		unsigned to; /* where the pointer at 12 + 2 leads */
		bool ok;
	} rows[] = {
		{ 0, false },  /* into the header */
		{ 11, false }, /* its last byte */
		{ 12, false }, /* the name's own beginning: a loop */
		{ 14, false }, /* itself */
		{ 15, false }, /* into itself */
		{ 16, false }, /* forward */
		{ 0x3fff, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&g, 0x0100, 0, 0);
		put(&g, "\1a", 2);
		put_pointer(&g, rows[i].to);
		put(&g, "\0\1\0\1\0", 5);
		assert_int_equal(parse(&g), rows[i].ok ? 0 : ED_DNS_MALFORMED);
	}
	/* Half a pointer, and the two label types that nobody uses. */
	begin(&g, 0x0100, 0, 0);
	put(&g, "\1a\300", 3);
	assert_int_equal(parse(&g), ED_DNS_MALFORMED);
	for (unsigned type = 0x40; type <= 0xbf; type++) {
		begin(&g, 0x0100, 0, 0);
		g.b[g.n++] = (uint8_t)type;
		put(&g, "\0\0\0\0\0\0\0\0", 8);
		assert_int_equal(parse(&g), ED_DNS_MALFORMED);
	}
}

/* Pointers that chain backwards: 64 are followed, one more is not. */
static void test_pointer_chain(void **state)
{
	static struct msg g;

	(void)state;
	for (unsigned n = 60; n <= 70; n++) {
		begin(&g, 0x8180, 2, 0);
		put_question(&g, "x", 1);
		put_name(&g, ".");
		put_record(&g, 65399, 1, "\1y\0", 3);
		/* A chain inside the data of the first record. */
		for (unsigned i = 1; i < n; i++)
			put_pointer(&g, (unsigned)g.n - (i == 1 ? 3 : 2));
		test_put16(g.b + 12 + 3 + 4 + 1 + 8, 3 + 2 * (n - 1));
		put_name(&g, ".");
		put_record(&g, 5, 1, "zz", 2);
		test_put16(g.b + g.n - 2, 0xc000 | (unsigned)(g.n - 2 - 11 - 2));
		assert_int_equal(parse(&g), 0);
		assert_int_equal(g.m.broken, n > ED_DNS_JUMPS_MAX);
		assert_int_equal(g.m.bytes_names, n > ED_DNS_JUMPS_MAX ? 0 : 3);
	}
}

/* The largest message of records that all unfold the longest name: work stays within the budget. */
static void test_work(void **state)
{
	static struct msg g;
	static const char label[] = "\1a";
	unsigned n = 0;

	(void)state;
	begin(&g, 0x8180, 0xffff, 0);
	for (unsigned i = 0; i < ED_NAME_LABELS_MAX; i++)
		put(&g, label, 2);
	put(&g, "\0\0\1\0\1", 5);
	while (g.n + 2 + 10 + 2 <= sizeof(g.b)) {
		put_answer(&g, 5, 1, "\300\014", 2);
		n++;
	}
	assert_int_equal(parse(&g), 0);
	assert_int_equal(g.m.n_answers, n);
	assert_true(g.m.broken);
	/* 128 steps a name: 32 names are within the budget */
	assert_int_equal(g.m.bytes_names, ED_DNS_STEPS_MAX / 129 * 255);
}

/* Past 64 records nothing is looked into, but the walk goes on: to OPT, and to what trails. */
static void test_many_records(void **state)
{
	static struct msg g;

	(void)state;
	begin(&g, 0x8180, 1000, 2);
	put_question(&g, "x.example", 16);
	for (unsigned i = 0; i < 1000; i++)
		put_answer(&g, 16, 1000 - i, "\3abc", 4);
	put_name(&g, ".");
	put_record(&g, 41, 0, "12345", 5);
	put_name(&g, ".");
	put_record(&g, 41, 0, "123", 3);
	put(&g, "!", 1);
	assert_int_equal(parse(&g), 0);
	assert_false(g.m.broken);
	assert_int_equal(g.m.n_answers, 1000);
	assert_int_equal(g.m.bytes_opaque, 4000);
	assert_int_equal(g.m.ttl_min_s, 1000 - (ED_DNS_RECORDS_MAX - 1));
	assert_true(g.m.has_opt);
	assert_int_equal(g.m.edns_options_bytes, 8);
	assert_int_equal(g.m.trailing_bytes, 1);
}

/* Counts that promise more than there is, in each section. */
static void test_counts(void **state)
{
	static struct msg g;

	(void)state;
	for (unsigned section = 0; section < 4; section++) {
		begin(&g, 0x8180, 0, 0);
		put_question(&g, "x.example", 1);
		test_put16(g.b + 4 + 2 * section, 0xffff);
		put_answer(&g, 1, 1, "\1\2\3\4", 4);
		assert_int_equal(parse(&g), 0);
		assert_true(g.m.broken);
		assert_name(&g, "\1x\7example", 11);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_message), cmocka_unit_test(test_trailing),
		cmocka_unit_test(test_answers),       cmocka_unit_test(test_opaque),
		cmocka_unit_test(test_behind_name),   cmocka_unit_test(test_hash),
		cmocka_unit_test(test_questions),     cmocka_unit_test(test_name_limits),
		cmocka_unit_test(test_cut),           cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_pointer_chain), cmocka_unit_test(test_work),
		cmocka_unit_test(test_many_records),  cmocka_unit_test(test_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
