/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names: escapes, several in a line, what is no name, and what a list must look like. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

static void test_lines(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	test_run_text(&ed_format_name_list,
		      "www.Example.net.\r\n"
		      "\n"
		      "a.example.net\tTXT\n"
		      "b.example.net\t65399\n"
		      "-\n"
		      "<Root>\t2\n"
		      "wpad",
		      &run);
	assert_int_equal(run.tally.n_read, 7);
	assert_int_equal(run.n_events, 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(ev->has, ED_FIELD_QNAME | ED_FIELD_QNAME_CASE);
	assert_int_equal(ev->time_quality, ED_TIME_NONE);
	assert_int_equal(ev->time_ns, ED_TIME_UNKNOWN_NS);
	assert_false(ed_addr_known(&ev->client));
	assert_int_equal(ev->lost, 0);
	assert_string_equal(test_name(&run, 0), "www.example.net");
	assert_memory_equal(run.event[0].name, "\3www\7Example\3net", 17);
	assert_int_equal(run.event[1].ev.qtype, ED_RR_TXT);
	assert_int_equal(run.event[1].ev.has, ED_FIELD_QNAME | ED_FIELD_QTYPE);
	assert_int_equal(run.event[1].ev.offset, 19);
	assert_int_equal(run.event[2].ev.qtype, ED_RR_PRIVATE_IODINE);
	assert_string_equal(test_name(&run, 3), ".");
	assert_int_equal(run.event[3].ev.qtype, ED_RR_NS);
	assert_string_equal(test_name(&run, 4), "wpad");
}

/* \101 could be either; the rest of the unit says that it is octal. */
static void test_octal(void **state)
{
	(void)state;
	test_run_text(&ed_format_name_list,
		      "q\\101.example.net\n"
		      "b\\367\\255c.example.net\n"
		      "d\\098.example.net\n"
		      "e\\n\\q.example.net\n"
		      "f\\\\g\\.h\\056i.example.net\n"
		      "j\\xffk.example.net\n"
		      "l\\u07BF\\U0003DFFF\\u0800\\u002e\\u007G.example.net\n",
		      &run);
	assert_int_equal(run.n_events, 7);
	assert_string_equal(test_name(&run, 0), "qa.example.net");
	assert_string_equal(test_name(&run, 1), "b\\247\\173c.example.net");
	assert_string_equal(test_name(&run, 2), "db.example.net");
	assert_string_equal(test_name(&run, 3), "e\\010\\\\q.example.net");
	assert_string_equal(test_name(&run, 4), "f\\\\g\\.h\\.i.example.net");
	assert_string_equal(test_name(&run, 5), "j\\255k.example.net");
	assert_string_equal(
		test_name(&run, 6),
		"l\\222\\191\\240\\189\\191\\191\\224\\160\\128\\.\\\\u007g.example.net");
	assert_int_equal(run.event[1].ev.lost, ED_LOST_ESCAPES);
}

static void test_decimal(void **state)
{
	(void)state;
	test_run_text(&ed_format_name_list,
		      "a\\101.example.net\n"
		      "b\\189\\198c.example.net\n"
		      "d\\367.example.net\n"
		      "e\\n\\$.example.net\n",
		      &run);
	assert_int_equal(run.n_events, 4);
	assert_string_equal(test_name(&run, 0), "ae.example.net");
	assert_string_equal(test_name(&run, 1), "b\\189\\198c.example.net");
	assert_string_equal(test_name(&run, 2), "d\\247.example.net");
	assert_string_equal(test_name(&run, 3), "en\\$.example.net");
}

/* What one unit decides holds for the next one, whatever that looks like. */
static void test_escapes_stay(void **state)
{
	static char text[ED_UNIT_TARGET_BYTES + 64] = "a\\367.example.net\n";
	size_t n = strlen(text);

	(void)state;
	memset(text + n, '\n', sizeof(text) - 32 - n);
	(void)snprintf(text + sizeof(text) - 32, 32, "b\\189\\101.example.net\n");
	test_run_text(&ed_format_name_list, text, &run);
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_name(&run, 1), "b\\189a.example.net");
}

static void test_bytes(void **state)
{
	(void)state;
	test_run_text(&ed_format_name_list,
		      "a\xca\xbe.example.net\n"
		      "b\xef\xbf\xbd"
		      "c.example.net\n"
		      "My Printer #2,x._ipp._tcp.local\n"
		      "\x01.example.net\n",
		      &run);
	assert_int_equal(run.n_events, 4);
	assert_string_equal(test_name(&run, 0), "a\\202\\190.example.net");
	assert_string_equal(test_name(&run, 1), "b\\255c.example.net");
	assert_int_equal(run.event[1].ev.lost, ED_LOST_BYTES);
	assert_string_equal(test_name(&run, 2), "my\\032printer\\032#2,x._ipp._tcp.local");
	assert_string_equal(test_name(&run, 3), "\\001.example.net");
}

static void test_several(void **state)
{
	(void)state;
	test_run_text(&ed_format_name_list,
		      "a.example.net,b.example.net,c.example.net\t16,1\n"
		      "d,e.example.net\n"
		      "f.example.net,\n"
		      "g.x\\,h.y.example.net\n",
		      &run);
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.n_events, 5);
	assert_string_equal(test_name(&run, 1), "b.example.net");
	assert_int_equal(run.event[0].ev.qtype, ED_RR_TXT);
	assert_int_equal(run.event[1].ev.qtype, ED_RR_A);
	assert_int_equal(run.event[2].ev.qtype, ED_RR_A);
	assert_string_equal(test_name(&run, 3), "d,e.example.net");
	assert_int_equal(run.event[3].ev.has, ED_FIELD_QNAME);
	assert_string_equal(test_name(&run, 4), "g.x,h.y.example.net");
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

static void test_no_names(void **state)
{
	(void)state;
	test_run_text(&ed_format_name_list,
		      "# looked up\n"
		      "#fields\tquery\n"
		      "(empty)\n"
		      "||a.example.net^\n"
		      "a.example.net is blocked.\n"
		      "a.example.net\tNOTYPE\n"
		      "a.example.net\tA\tNOERROR\n"
		      "#data.example.net\n",
		      &run);
	assert_int_equal(run.tally.n_read, 8);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 4);
	assert_int_equal(run.n_events, 1);
	assert_string_equal(test_name(&run, 0), "#data.example.net");
}

/* No name is lost for being too long: its end is where the domain is. */
static void test_long_names(void **state)
{
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(text) - 15, ".example.net\n\0", 15);
	test_run_text(&ed_format_name_list, text, &run);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.lost & (ED_LOST_TAIL | ED_LOST_LABELS),
			 ED_LOST_TAIL | ED_LOST_LABELS);
	assert_true(run.event[0].ev.name_n > 190);
	assert_memory_equal(run.event[0].name + run.event[0].ev.name_n - 13, "\7example\3net", 13);
}

static void test_sniffed(void **state)
{
	(void)state;
	/* lookups repeat */
	assert_true(test_probe(&ed_format_name_list, "a.example.net\nb.example.org\nwpad\n\n"
						     "a.example.net\nc.example.com\n"
						     "d.example.edu\n") > 0);
	/* and a tunnel's lie under one parent */
	assert_true(test_probe(&ed_format_name_list, "b.t.example.net\na\\312x.t.example.net\n"
						     "d.t.example.net\tTXT\nc<\xca.t.example.net\n"
						     "x.org,y.org\ne.t.example.net\n") > 0);
}

static void test_not_sniffed(void **state)
{
	static const char *const others[] = {
		/* a list without an order and without repeats */
		"b.example.net\na.example.org\nd.example.com\nc.example.edu\ne.example.info\n",
		/* one that is sorted */
		"a.x.net\nb.x.net\nc.x.net\nd.x.net\ne.x.net\nf.x.net\n",
		/* one of a country */
		"b.co.uk\na.co.uk\nd.co.uk\nc.co.uk\ne.co.uk\nf.co.uk\n",
		"0.0.0.0 a.x.net\n0.0.0.0 a.x.net\n0.0.0.0 a.x.net\n0.0.0.0 a.x.net\n0.0.0.0 b.x.net\n",
		"||a.x.net^\n||a.x.net^\n||b.x.net^\n||a.x.net^\n||a.x.net^\n||a.x.net^\n",
		"# list\na.x.net\na.x.net\na.x.net\nb.x.net\nb.x.net\na.x.net\n",
		"*.a.x.net\n*.a.x.net\n*.a.x.net\n*.b.x.net\n*.b.x.net\n*.a.x.net\n",
		"1,a.x.net\n2,b.x.net\n2,b.x.net\n2,b.x.net\n2,b.x.net\n2,b.x.net\n",
		"http://a.x.net\nhttp://a.x.net\nhttp://a.x.net\nhttp://a.x.net\nhttp://a.x.net\n",
		"alpha\nbeta\nalpha\ngamma\ndelta\na.x.net\na.x.net\n",
		"192.0.2.1\n192.0.2.1\n192.0.2.1\n192.0.2.1\n192.0.2.1\n192.0.2.2\n",
		"a.x.net\na.x.net\na.x.net\na.x.net\n",
		"a.x.net\tbad\na.x.net\tbad\na.x.net\tbad\na.x.net\tbad\na.x.net\tbad\n",
		"\x01.x.net\n\x01.x.net\n\x01.x.net\n\x01.x.net\n\x01.x.net\n\x01.x.net\n",
		"",
		"\n\n\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(test_probe(&ed_format_name_list, others[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),    cmocka_unit_test(test_octal),
		cmocka_unit_test(test_decimal),  cmocka_unit_test(test_escapes_stay),
		cmocka_unit_test(test_bytes),    cmocka_unit_test(test_several),
		cmocka_unit_test(test_no_names), cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_sniffed),  cmocka_unit_test(test_not_sniffed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
