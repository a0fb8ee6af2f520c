/* SPDX-License-Identifier: Apache-2.0 */
/* VIBs: ids, acceptance levels, lists in all their forms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "record/vib.h"

static struct ed_vib vibs[8];
static unsigned n_bad, n_notes;

static void assert_span(struct ed_span s, const char *text)
{
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(s.p, text, s.n);
}

/* All rows of @text in vibs; returns how many. */
static unsigned read_list(const char *text, enum ed_vib_form form)
{
	enum ed_vib_step step;
	struct ed_vib_list l;
	struct ed_vib vib;
	unsigned n = 0;

	n_bad = n_notes = 0;
	ed_vib_list_init(&l, ed_span_str(text));
	assert_int_equal(l.form, form);
	while ((step = ed_vib_list_next(&l, &vib)) != ED_VIB_END) {
		n_bad += step == ED_VIB_BAD;
		n_notes += step == ED_VIB_NOTE;
		if (step == ED_VIB_ROW && n < 8)
			vibs[n++] = vib;
	}
	return n;
}

static void check(unsigned i, const char *name, const char *version, const char *vendor,
		  enum ed_acceptance level)
{
	assert_span(vibs[i].name, name);
	assert_span(vibs[i].version, version);
	assert_span(vibs[i].vendor, vendor);
	assert_int_equal(vibs[i].acceptance, level);
}

static void test_ids(void **state)
{
	static const struct {
		const char *id, *vendor, *name, *version;
	} cases[] = {
		{ "VMware_bootbank_esx-base_7.0.3-0.1", "VMware", "esx-base", "7.0.3-0.1" },
		{ "VMware_locker_tools-light_10.3-1", "VMware", "tools-light", "10.3-1" },
		{ "/tmp/a/INT_bootbank_net_x_1.0.vib", "INT", "net_x", "1.0" },
		{ "https://u.example/x.vib", "", "x", "" },
		{ "net-x", "", "net-x", "" },
		{ "net-x:1.0", "", "net-x", "1.0" },
		{ "INT:net-x", "INT", "net-x", "" },
		{ "INT:net-x:1.0", "INT", "net-x", "1.0" },
		{ "a_bootbank_", "", "a_bootbank_", "" },
		{ "", "", "", "" },
	};
	struct ed_vib vib;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ed_vib_from_id(ed_span_str(cases[i].id), &vib);
		assert_span(vib.vendor, cases[i].vendor);
		assert_span(vib.name, cases[i].name);
		assert_span(vib.version, cases[i].version);
	}
}

static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(ed_vib_acceptance(ed_span_str("VMwareCertified")),
			 ED_ACCEPTANCE_CERTIFIED);
	assert_int_equal(ed_vib_acceptance(ed_span_str("VMware Accepted.")),
			 ED_ACCEPTANCE_ACCEPTED);
	assert_int_equal(ed_vib_acceptance(ed_span_str("partner")), ED_ACCEPTANCE_PARTNER);
	assert_int_equal(ed_vib_acceptance(ed_span_str("CommunitySupported")),
			 ED_ACCEPTANCE_COMMUNITY);
	assert_int_equal(ed_vib_acceptance(ed_span_str("")), ED_ACCEPTANCE_UNKNOWN);
	for (unsigned i = 1; i <= ED_ACCEPTANCE_COMMUNITY; i++)
		assert_int_equal(ed_vib_acceptance(ed_span_str(ed_vib_acceptance_name(i))), i);
}

static void test_tables(void **state)
{
	(void)state;
	assert_int_equal(
		read_list("[root@esx1:~] esxcli software vib list\n"
			  "Name      Version   Vendor  Acceptance Level    Install Date\r\n"
			  "--------  --------  ------  ------------------  ------------\r\n"
			  "net-x     1.0 beta  ACME    CommunitySupported  2019-12-27\r\n"
			  "y\n"
			  "\n"
			  "remark\n"
			  "Name  Version  Vendor  Acceptance Level  Install Date  Platforms\n"
			  "----  -------  ------  ----------------  ------------  ---------\n"
			  "abc   2        VMW     VMwareCertified   2025-12-06    host\n",
			  ED_VIB_TABLE),
		3);
	check(0, "net-x", "1.0 beta", "ACME", ED_ACCEPTANCE_COMMUNITY);
	check(1, "y", "", "", ED_ACCEPTANCE_UNKNOWN);
	check(2, "abc", "2", "VMW", ED_ACCEPTANCE_CERTIFIED);
	assert_int_equal(n_notes, 2);
}

static void test_csv(void **state)
{
	(void)state;
	assert_int_equal(
		read_list("AcceptanceLevel,CreationDate,ID,InstallDate,Name,Status,Vendor,Version,"
			  "\nVMwareCertified,2018-01-01,VMW_bootbank_a_1,2019-01-01,a,,VMW,1,\n"
			  "CommunitySupported,2018-01-01,,2019-01-01,\"b,c\",,X,2,\n,,,,,,,,\n",
			  ED_VIB_CSV),
		2);
	check(0, "a", "1", "VMW", ED_ACCEPTANCE_CERTIFIED);
	check(1, "b,c", "2", "X", ED_ACCEPTANCE_COMMUNITY);
	assert_int_equal(n_bad, 1);
	assert_int_equal(read_list("# ours\nesx-base,VMware,*,VMwareCertified\n", ED_VIB_CSV), 1);
	check(0, "esx-base", "*", "VMware", ED_ACCEPTANCE_CERTIFIED);
}

static void test_json(void **state)
{
	(void)state;
	assert_int_equal(
		read_list("[{\"AcceptanceLevel\": \"VMwareCertified\", \"Name\": \"a\", "
			  "\"Platforms\": [\"host\", \"Name\"], \"Vendor\": \"VMW\", "
			  "\"Version\": \"1\"},\n{\"Name\":\"b\\\"}\",\"Version\":\"2\"}, {}]\n",
			  ED_VIB_JSON),
		2);
	check(0, "a", "1", "VMW", ED_ACCEPTANCE_CERTIFIED);
	check(1, "b\\\"}", "2", "", ED_ACCEPTANCE_UNKNOWN);
	assert_int_equal(n_bad, 1);
	assert_int_equal(read_list("[\n {\"Name\":\"a", ED_VIB_JSON), 0);
}

static void test_pairs(void **state)
{
	(void)state;
	assert_int_equal(read_list("VIBSummaryExt[0].AcceptanceLevel.string=PartnerSupported\n"
				   "VIBSummaryExt[0].Name.string=a\n"
				   "VIBSummaryExt[0].Version.string=1\n"
				   "VIBSummaryExt[1].AcceptanceLevel.string=VMwareAccepted\n"
				   "VIBSummaryExt[1].Name.string=b\n",
				   ED_VIB_PAIRS),
			 2);
	check(0, "a", "1", "", ED_ACCEPTANCE_PARTNER);
	check(1, "b", "", "", ED_ACCEPTANCE_ACCEPTED);
	assert_int_equal(read_list("   Name: a\n   Version: 1\n   Acceptance Level: community\n",
				   ED_VIB_PAIRS),
			 1);
	check(0, "a", "1", "", ED_ACCEPTANCE_COMMUNITY);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(read_list("", ED_VIB_TABLE), 0);
	assert_int_equal(read_list("\n\n", ED_VIB_TABLE), 0);
	assert_int_equal(read_list("----\n----\n----\n", ED_VIB_TABLE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),     cmocka_unit_test(test_levels),
		cmocka_unit_test(test_tables),  cmocka_unit_test(test_csv),
		cmocka_unit_test(test_json),    cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
