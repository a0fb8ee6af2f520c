/* SPDX-License-Identifier: Apache-2.0 */
/* Known good VIBs: verdicts, several rows of a name, refused files. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "enrich/vibs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char good[] = "name,vendor,version,acceptance\n"
			   "esx-base,VMware,7.0.3-1,VMwareCertified\n"
			   "esx-base,VMware,8.0.1-1,VMwareCertified\n"
			   "net-x,ACME,*,PartnerSupported\n"
			   "vmware-fdm,,,\n";

static struct ed_vibs *vibs;

static int set_up(void **state)
{
	(void)state;
	return ed_vibs_new(&vibs);
}

static int tear_down(void **state)
{
	(void)state;
	ed_vibs_free(vibs);
	vibs = NULL;
	return 0;
}

static enum ed_vibs_verdict judge(const char *name, const char *version, const char *vendor,
				  enum ed_acceptance level)
{
	return ed_vibs_judge(vibs, ed_span_str(name), ed_span_str(version), ed_span_str(vendor),
			     level);
}

static void test_verdicts(void **state)
{
	(void)state;
	assert_int_equal(judge("esx-base", "7.0.3-1", "VMW", 0), ED_VIBS_UNNAMED);
	assert_int_equal(ed_vibs_add(vibs, ed_span_str(good)), 0);
	assert_int_equal(ed_vibs_count(vibs), 4);
	assert_int_equal(judge("esx-base", "8.0.1-1", "VMW", ED_ACCEPTANCE_CERTIFIED),
			 ED_VIBS_GOOD);
	assert_int_equal(judge("esx-base", "", "", ED_ACCEPTANCE_UNKNOWN), ED_VIBS_GOOD);
	assert_int_equal(judge("esx-base", "9", "vmware", ED_ACCEPTANCE_CERTIFIED),
			 ED_VIBS_OTHER_VERSION);
	assert_int_equal(judge("esx-base", "7.0.3-1", "VMware", ED_ACCEPTANCE_ACCEPTED),
			 ED_VIBS_LOWER_LEVEL);
	assert_int_equal(judge("esx-base", "7.0.3-1", "ACME", ED_ACCEPTANCE_CERTIFIED),
			 ED_VIBS_OTHER_VENDOR);
	assert_int_equal(judge("esx-bas", "7.0.3-1", "VMware", 0), ED_VIBS_UNKNOWN_NAME);
	assert_int_equal(judge("zzz", "", "", 0), ED_VIBS_UNKNOWN_NAME);
	assert_int_equal(judge("net-x", "12", "acme", ED_ACCEPTANCE_CERTIFIED), ED_VIBS_GOOD);
	assert_int_equal(judge("net-x", "12", "acme", ED_ACCEPTANCE_COMMUNITY),
			 ED_VIBS_LOWER_LEVEL);
	assert_int_equal(judge("vmware-fdm", "1", "x", ED_ACCEPTANCE_COMMUNITY), ED_VIBS_GOOD);
	assert_int_equal(judge("", "1", "x", 0), ED_VIBS_UNNAMED);
	assert_string_equal(ed_vibs_verdict_name(ED_VIBS_OTHER_VENDOR), "other-vendor");
}

/* A golden host's own table and a list of one's own, in one set. */
static void test_two_lists(void **state)
{
	(void)state;
	assert_int_equal(ed_vibs_add(vibs, ed_span_str(good)), 0);
	assert_int_equal(ed_vibs_add(vibs, ed_span_str("Name  Version  Vendor  Acceptance Level\n"
						       "----  -------  ------  ----------------\n"
						       "abc   2        VMW     VMwareCertified\n")),
			 0);
	assert_int_equal(ed_vibs_count(vibs), 5);
	assert_int_equal(judge("abc", "2", "VMware", ED_ACCEPTANCE_CERTIFIED), ED_VIBS_GOOD);
	assert_int_equal(judge("net-x", "2", "ACME", 0), ED_VIBS_GOOD);
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(ed_vibs_add(vibs, ed_span_str("")), ED_VIBS_EMPTY);
	assert_int_equal(ed_vibs_add(vibs, ed_span_str("some\ntext\n")), ED_VIBS_EMPTY);
	assert_int_equal(ed_vibs_add(vibs, ed_span_str("Name,Version\nx,1\n,1\n,1\n")),
			 ED_VIBS_UNREADABLE);
	assert_int_equal(ed_vibs_count(vibs), 0);
	assert_int_equal(ed_vibs_add_file(vibs, "/nowhere/at/all"), -ENOENT);
	assert_int_equal(ed_vibs_add_file(vibs, "/"), -EISDIR);
}

static void test_file(void **state)
{
	char path[] = "/tmp/earthdog-vibs-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, good, sizeof(good) - 1), sizeof(good) - 1);
	close(fd);
	assert_int_equal(ed_vibs_add_file(vibs, path), 0);
	assert_int_equal(ed_vibs_count(vibs), 4);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_verdicts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_two_lists, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
