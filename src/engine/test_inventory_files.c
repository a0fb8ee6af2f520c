/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory of a run: which files are taken, what is said of those that are not, and of the
 * shape samples in the data folder what each brings. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/inventory_files.h"
#include "engine/test_folder.h"

enum { LINES_MAX = 8, LINE_MAX_BYTES = 256 };

static int load(const char *list, struct ed_inventory **ret, char error[static 256])
{
	struct ed_scan_config conf;

	ed_scan_config_init(&conf);
	conf.inventory = &list;
	conf.n_inventory = 1;
	return ed_inventory_files_load(&conf, ret, error);
}

struct told {
	unsigned n;
	char line[LINES_MAX][LINE_MAX_BYTES];
};

static void note(void *arg, const struct ed_scan_trouble *t)
{
	struct told *told = arg;

	assert_true(told->n < LINES_MAX);
	(void)snprintf(told->line[told->n++], LINE_MAX_BYTES, "%s: %s (%llu)", t->path, t->what,
		       (unsigned long long)t->n);
}

static void test_none(void **state)
{
	struct ed_scan_config conf;
	struct ed_inventory *inv;
	char error[256] = "";

	(void)state;
	ed_scan_config_init(&conf);
	assert_int_equal(ed_inventory_files_load(&conf, &inv, error), 0);
	assert_null(inv);
	ed_inventory_files_tell(NULL, NULL);
}

static void test_told(void **state)
{
	char path[2][128], list[300], error[256] = "";
	struct ed_inventory *inv;
	struct told told = { .n = 0 };
	const struct ed_scan_hooks hooks = { .arg = &told, .trouble = note };

	(void)state;
	test_folder_put("a.csv",
			"ip,name,role\n10.0.0.1,a,server\n10.0.0.300,b,server\n10.0.0.2,c,flux\n",
			path[0]);
	test_folder_put("b.csv", "ip,name\n10.0.0.1,d\n", path[1]);
	(void)snprintf(list, sizeof(list), "%s,,%s,", path[0], path[1]);
	assert_int_equal(load(list, &inv, error), 0);
	assert_int_equal(ed_inventory_n_files(inv), 2);
	ed_inventory_files_tell(inv, &hooks);
	assert_int_equal(told.n, 3);
	assert_string_equal(told.line[0], "a.csv:3: left out of the inventory: not an address (1)");
	assert_string_equal(told.line[1], "a.csv:4: a role that is not known; taken for none (1)");
	assert_string_equal(told.line[2],
			    "a.csv:2: 10.0.0.1 is another machine's too, by b.csv:2 (1)");
	ed_inventory_free(inv);
	assert_int_equal(unlink(path[0]), 0);
	assert_int_equal(unlink(path[1]), 0);
}

static void test_refused(void **state)
{
	char path[128], wanted[256], error[256] = "";
	struct ed_inventory *inv;

	(void)state;
	test_folder_put("c.csv", "ip,name\nx,a\ny,b\n10.0.0.1,c\n", path);
	assert_int_equal(load(path, &inv, error), -EINVAL);
	assert_null(inv);
	(void)snprintf(wanted, sizeof(wanted), "inventory %s:2: no inventory that is known", path);
	assert_string_equal(error, wanted);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(load(path, &inv, error), -ENOENT);
	assert_non_null(strstr(error, "No such file"));
}

/* Rows that are taken, passed over and bad. */
static void test_samples(void **state)
{
	static const struct {
		const char *name, *syntax;
		uint64_t n_rows, n_other;
	} samples[] = {
		{ "ad-computers-bom.csv", "CSV", 2, 0 },
		{ "ad-computers-utf16le.csv", "CSV", 1, 0 },
		{ "cmdb.csv", "CSV", 3, 0 },
		{ "dhcpd.leases", "dhcpd leases", 1, 1 },
		{ "dnsmasq.leases", "dnsmasq leases", 3, 1 },
		{ "kea-leases4.csv", "Kea leases", 4, 0 },
		{ "nmap-sn.gnmap", "Nmap grepable", 2, 0 },
		{ "nmap-sn.xml", "Nmap XML", 2, 0 },
		{ "osquery-results.ndjson", "osquery results", 4, 0 },
	};
	const char *data = getenv("EARTHDOG_DATA");
	char path[1024], error[256] = "";

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/formats/inventory", data ? data : "");
	if (access(path, R_OK) != 0)
		skip();
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct ed_inventory *inv;

		(void)snprintf(path, sizeof(path), "%s/formats/inventory/%s", data,
			       samples[i].name);
		assert_int_equal(load(path, &inv, error), 0);
		assert_string_equal(ed_inventory_file(inv, 0)->syntax, samples[i].syntax);
		assert_int_equal(ed_inventory_file(inv, 0)->n_rows, samples[i].n_rows);
		assert_int_equal(ed_inventory_file(inv, 0)->n_other, samples[i].n_other);
		assert_int_equal(ed_inventory_file(inv, 0)->n_bad, 0);
		ed_inventory_free(inv);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
