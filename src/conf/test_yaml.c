/* SPDX-License-Identifier: Apache-2.0 */
/* YAML to a tree: what is in it, where, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/yaml.h"

static void a_tree(void **state)
{
	static const char text[] = "schema: 1\n"
				   "allow:\n"
				   "  - { suffix: a.example, client: [10.0.0.1, '10.1'] }\n"
				   "  - owner: \"x \\u00e9\" # who\n";
	const struct ed_yaml_node *root, *allow, *row, *v;
	struct ed_yaml_fault fault;
	struct ed_yaml *y;

	(void)state;
	assert_int_equal(ed_yaml_parse(ed_span_str(text), &y, &fault), 0);
	root = ed_yaml_root(y);
	assert_int_equal(root->kind, ED_YAML_MAPPING);
	assert_int_equal(root->n, 2);
	assert_string_equal(ed_yaml_field(root, "schema")->text, "1");
	allow = ed_yaml_field(root, "allow");
	assert_int_equal(allow->kind, ED_YAML_SEQUENCE);
	assert_int_equal(allow->key_line, 2);
	assert_int_equal(allow->key_column, 1);
	assert_int_equal(allow->n, 2);
	row = allow->first;
	assert_int_equal(row->line, 3);
	assert_int_equal(row->column, 5);
	v = ed_yaml_field(row, "client");
	assert_int_equal(v->n, 2);
	assert_string_equal(v->first->text, "10.0.0.1");
	assert_string_equal(v->first->next->text, "10.1");
	assert_null(v->first->next->next);
	assert_string_equal(row->next->first->text, "x \xc3\xa9");
	assert_null(ed_yaml_field(root, "other"));
	ed_yaml_free(y);
}

static void nothing(void **state)
{
	static const char *const texts[] = { "", "# only a remark\n", "---\n" };
	struct ed_yaml_fault fault;
	struct ed_yaml *y;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct ed_yaml_node *root;

		assert_int_equal(ed_yaml_parse(ed_span_str(texts[i]), &y, &fault), 0);
		root = ed_yaml_root(y);
		assert_true(!root || (root->kind == ED_YAML_SCALAR && !*root->text));
		ed_yaml_free(y);
	}
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
	} rows[] = {
		{ "a: &x 1\nb: *x\n", 1, 4 },  { "a: !!binary aGFs\n", 1, 4 },
		{ "a: 1\n---\nb: 2\n", 2, 1 }, { "a: 1\na: 2\n", 2, 1 },
		{ "a: [1, 2\n", 2, 1 },        { "a:\tb: c\n", 1, 5 },
		{ "? [a, b]\n: c\n", 1, 3 },   { "[[[[[[[[[[[[1]]]]]]]]]]]]", 1, 9 },
		{ "a: \"\\0\"\n", 1, 4 },
	};
	struct ed_yaml_fault fault;
	struct ed_yaml *y;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ed_yaml_parse(ed_span_str(rows[i].text), &y, &fault), -EINVAL);
		assert_null(y);
		assert_true(fault.text[0] != '\0');
		assert_int_equal(fault.line, rows[i].line);
		assert_int_equal(fault.column, rows[i].column);
	}
}

/* Entities that multiply are the oldest trick there is. */
static void no_bombs(void **state)
{
	static const char bomb[] = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n";
	struct ed_yaml_fault fault;
	struct ed_yaml *y;
	char *wide;

	(void)state;
	assert_int_equal(ed_yaml_parse(ed_span_str(bomb), &y, &fault), -EINVAL);
	wide = malloc(2 * (size_t)ED_YAML_NODES_MAX + 8);
	assert_non_null(wide);
	wide[0] = '[';
	for (size_t i = 0; i < ED_YAML_NODES_MAX; i++)
		memcpy(wide + 1 + 2 * i, "x,", 2);
	wide[1 + 2 * (size_t)ED_YAML_NODES_MAX] = ']';
	assert_int_equal(ed_yaml_parse(ed_span_of(wide, 2 * (size_t)ED_YAML_NODES_MAX + 2), &y,
				       &fault),
			 -EINVAL);
	free(wide);
}

static void too_many_keys(void **state)
{
	char text[8 * (ED_YAML_KEYS_MAX + 2)];
	struct ed_yaml_fault fault;
	struct ed_yaml *y;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i <= ED_YAML_KEYS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "k%u: 1\n", i);
	assert_int_equal(ed_yaml_parse(ed_span_of(text, n), &y, &fault), -EINVAL);
	assert_int_equal(fault.line, ED_YAML_KEYS_MAX + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree),          cmocka_unit_test(nothing),
		cmocka_unit_test(what_is_refused), cmocka_unit_test(no_bombs),
		cmocka_unit_test(too_many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
