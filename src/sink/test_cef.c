/* SPDX-License-Identifier: Apache-2.0 */
/* CEF: seven fields in the header, no = in a value that is not escaped, IPv6 in its own fields. */
#include "sink/test_forms.h"

/* Header fields are parted by seven | that are not escaped; behind them every = that is not escaped
 * has a key before it. */
static void check_event(const struct ed_buf *out)
{
	unsigned n_bars = 0;

	test_assert_lines(out, "\n", 1);
	assert_int_equal(strncmp(out->p, "CEF:0|earthdog|earthdog|", 24), 0);
	for (const char *p = out->p; *p; p++) {
		if (*p == '\\') {
			p++;
			assert_non_null(strchr("\\=|", *p));
		} else if (*p == '|' && n_bars < 7) {
			n_bars++;
		} else if (*p == '=') {
			const char *key = p;

			while (key[-1] != ' ' && key[-1] != '|')
				key--;
			assert_true(key < p);
			for (; key < p; key++)
				assert_true((*key >= 'a' && *key <= 'z') ||
					    (*key >= 'A' && *key <= 'Z') ||
					    (*key >= '0' && *key <= '9'));
		}
	}
	assert_int_equal(n_bars, 7);
}

static void test_fields(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	test_actor(&a, "/usr/bin/dnscat", "dnscat --secret=x");
	test_render(&ed_sink_cef, &a, &out);
	check_event(&out);
	test_assert_has(&out, "|AN1124|DNS tunnel: more information than the ceiling allows|10|rt="
			      "1793714970000 start=1793714531250 end=1793714970000 ");
	test_assert_has(&out, " externalId=5f3c1a2b-77d0-5c1e-9a44-0c2f6f1f4e10 cat=bound "
			      "src=10.77.1.2 dhost=northfield-cdn.net app=DNS ");
	test_assert_has(&out, " cs4=dnscat --secret\\=x cs4Label=commandLine ");
	test_assert_has(&out, " cnt=372 out=58312 in=6100 cn1=360 cn1Label=distinctNames ");
	test_assert_has(&out, " cfp1=21.5 cfp1Label=scoreBits ");
	test_assert_lacks(&out, "dpt=");
	ed_buf_done(&out);
}

static void test_addresses(void **state)
{
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 };
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	ed_addr_from_v6(v6, &a.client);
	ed_addr_from_v4((const uint8_t[4]){ 198, 51, 100, 7 }, &a.server);
	test_name("a\\\\b\\=c.example", &a.domain);
	test_render(&ed_sink_cef, &a, &out);
	check_event(&out);
	test_assert_has(&out,
			" c6a2=2001:db8::7 c6a2Label=Source IPv6 Address dst=198.51.100.7 dpt=53 "
			"dhost=a\\\\\\\\b\\=c.example ");
	test_assert_lacks(&out, " src=");
	ed_buf_done(&out);
}

static void test_unknown_is_absent(void **state)
{
	const struct ed_alert a = { .id = "x", .raised_ns = 1, .score_bits = NAN };
	struct ed_buf out;

	(void)state;
	test_render(&ed_sink_cef, &a, &out);
	check_event(&out);
	test_assert_lacks(&out, "src=");
	test_assert_lacks(&out, "start=");
	test_assert_lacks(&out, "= ");
	test_assert_lacks(&out, "nan");
	ed_buf_done(&out);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	test_hostile(&ed_sink_cef, check_event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_unknown_is_absent),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
