/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file as options: what is handed out, in which order, and what is refused where. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/config.h"

struct some_conf {
	uint64_t memory;
	bool quiet;
	struct ed_option_list set, inventory;
	const char *resolvers, *allow;
};

static const struct ed_option rows[] = {
	{ .name = "memory", .type = ED_OPT_SIZE, .offset = offsetof(struct some_conf, memory) },
	{ .name = "quiet", .type = ED_OPT_FLAG, .offset = offsetof(struct some_conf, quiet) },
	{ .name = "set", .type = ED_OPT_LIST, .offset = offsetof(struct some_conf, set) },
	{ .name = "inventory",
	  .type = ED_OPT_LIST,
	  .offset = offsetof(struct some_conf, inventory) },
	{ .name = "sanctioned-resolvers",
	  .type = ED_OPT_STRING,
	  .offset = offsetof(struct some_conf, resolvers) },
	{ .name = "allow", .type = ED_OPT_STRING, .offset = offsetof(struct some_conf, allow) },
	{ .name = NULL },
};

static const struct ed_option *find(void *arg, const char *name, const char **ret_near)
{
	(void)arg;
	return ed_option_find(rows, name, ret_near);
}

static int take(void *arg, const struct ed_option *row, const char *value,
		char error[static ED_OPTION_ERROR_MAX])
{
	return ed_option_set(row, arg, value, error);
}

/* Writes what a file says into @ret; its values live until the caller frees *ret_config. */
static int give(const char *text, struct some_conf *ret, struct ed_config **ret_config,
		struct ed_yaml_fault *fault)
{
	const struct ed_config_taker taker = { .arg = ret, .find = find, .take = take };
	int r;

	memset(fault, 0, sizeof(*fault));
	ed_options_default(rows, ret);
	r = ed_config_parse(ed_span_str(text), "site.yaml", ret_config, fault);
	return r < 0 ? r : ed_config_give(*ret_config, &taker, fault);
}

static void everything(void **state)
{
	static const char text[] = "schema: 1\n"
				   "memory: 64MiB\n"
				   "quiet: true\n"
				   "inventory: [a.csv, b.csv]\n"
				   "sanctioned_resolvers: [10.0.0.53, '2001:db8::53']\n"
				   "analytics:\n"
				   "  AN1124: { QueryRatePerClient: 20/s,\n"
				   "            DomainReputationFeed: [a.txt, b.txt] }\n"
				   "  AN1121: { TimeWindow: 60s }\n"
				   "overrides:\n"
				   "  - match: { role: mail }\n"
				   "    AN1124: { QueryRatePerClient: 200/s }\n"
				   "  - match: { network: 10.9.0.0/16 }\n"
				   "    AN1122: { SubdomainEntropyScore: 0.97 }\n"
				   "  - match: { network: dmz }\n"
				   "    AN1122: { SubdomainEntropyScore: 0.99 }\n"
				   "allow:\n"
				   "  - { suffix: a.example }\n";
	static const char *const wanted[] = {
		"AN1124.QueryRatePerClient=20/s",
		"AN1124.DomainReputationFeed=a.txt,b.txt",
		"AN1121.TimeWindow=60s",
		"AN1124.QueryRatePerClient@role:mail=200/s",
		"AN1122.SubdomainEntropyScore@10.9.0.0/16=0.97",
		"AN1122.SubdomainEntropyScore@network:dmz=0.99",
	};
	struct ed_yaml_fault fault;
	struct ed_config *config;
	struct some_conf conf;

	(void)state;
	assert_int_equal(give(text, &conf, &config, &fault), 0);
	assert_true(conf.memory == 64 << 20);
	assert_true(conf.quiet);
	assert_int_equal(conf.inventory.n, 2);
	assert_string_equal(conf.inventory.v[1], "b.csv");
	assert_string_equal(conf.resolvers, "10.0.0.53,2001:db8::53");
	assert_string_equal(conf.allow, "site.yaml");
	assert_int_equal(conf.set.n, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < conf.set.n; i++)
		assert_string_equal(conf.set.v[i], wanted[i]);
	ed_config_free(config);
}

static void nothing_in_it(void **state)
{
	static const char *const texts[] = { "", "# remarks\n", "schema: 1\n" };
	struct ed_yaml_fault fault;
	struct ed_config *config;
	struct some_conf conf;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(give(texts[i], &conf, &config, &fault), 0);
		assert_int_equal(conf.set.n, 0);
		ed_config_free(config);
	}
}

static void a_file_of_rules(void **state)
{
	struct ed_yaml_fault fault;
	struct ed_config *config;
	struct some_conf conf;

	(void)state;
	assert_int_equal(give("allow: rules.yaml\n", &conf, &config, &fault), 0);
	assert_string_equal(conf.allow, "rules.yaml");
	ed_config_free(config);
}

static void refused(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *says;
	} cases[] = {
		{ "schema: 2\n", 1, 9, "schema must be 1" },
		{ "- memory\n", 1, 1, "must be keys with values: memory: 256MiB" },
		{ "quiet: true\nmemry: 64MiB\n", 2, 1,
		  "there is no key \"memry\"; did you mean \"memory\"?" },
		{ "sanctioned_resolver: 10.0.0.1\n", 1, 1,
		  "there is no key \"sanctioned_resolver\"; did you mean "
		  "\"sanctioned_resolvers\"?" },
		{ "analytic: {}\n", 1, 1,
		  "there is no key \"analytic\"; did you mean \"analytics\"?" },
		{ "memory: lots\n", 1, 9, "must be a size such as 512KiB, 256MiB or 2GiB" },
		{ "memory: [1GiB, 2GiB]\n", 1, 9, "memory needs one value" },
		{ "memory: { a: b }\n", 1, 9, "memory needs a value, not keys" },
		{ "memory:\n", 1, 8, "a value is missing" },
		{ "inventory: [a, []]\n", 1, 16, "a value is missing" },
		{ "analytics: 3\n", 1, 12, "analytics needs keys: { AN1124: { Name: value } }" },
		{ "analytics:\n  AN1124: 20/s\n", 2, 11, "AN1124 needs settings: { Name: value }" },
		{ "overrides: { role: mail }\n", 1, 12, "overrides must be a list" },
		{ "overrides: [ mail ]\n", 1, 14, "an override is a mapping: { match: ... }" },
		{ "overrides:\n  - AN1124: { A: b }\n", 2, 5,
		  "an override needs one match: role, network, host or client" },
		{ "overrides:\n  - match: { rôle: mail }\n", 2, 14,
		  "there is no key \"r??le\" to match: role, network, host or client" },
		{ "overrides:\n  - match: { role: [a, b] }\n", 2, 20,
		  "role must be one short text" },
	};
	struct ed_yaml_fault fault;
	struct ed_config *config;
	struct some_conf conf;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(give(cases[i].text, &conf, &config, &fault), -EINVAL);
		assert_string_equal(fault.text, cases[i].says);
		assert_int_equal(fault.line, cases[i].line);
		assert_int_equal(fault.column, cases[i].column);
		ed_config_free(config);
	}
}

static void no_yaml(void **state)
{
	struct ed_yaml_fault fault;
	struct ed_config *config;
	struct some_conf conf;

	(void)state;
	assert_int_equal(give("memory: [\n", &conf, &config, &fault), -EINVAL);
	assert_null(config);
	assert_true(fault.line > 0);
	ed_config_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),      cmocka_unit_test(nothing_in_it),
		cmocka_unit_test(a_file_of_rules), cmocka_unit_test(refused),
		cmocka_unit_test(no_yaml),
	};

	return cmocka_run_group_tests_name("conf/config", tests, NULL, NULL);
}
