/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix is what the registries say, in the columns of a terminal. */
#include "cmd/list/fields.h"

#include "analytic/ability.h"
#include "format/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { WIDTH = 100 };

/* The caller frees *@ret. */
static void print_to(char **ret)
{
	size_t n = 0;
	FILE *f = open_memstream(ret, &n);

	assert_non_null(f);
	assert_int_equal(ed_list_fields_print(f), 0);
	assert_int_equal(fclose(f), 0);
}

static void test_table_fits(void **state)
{
	char *out = NULL;
	unsigned n_lines = 0;

	(void)state;
	print_to(&out);
	for (const char *line = out; *line; line += strcspn(line, "\n") + 1, n_lines++)
		assert_in_range(strcspn(line, "\n"), 0, WIDTH);
	assert_true(n_lines > ED_FIELD_N);
	free(out);
}

static void assert_letters(const char *row, size_t name_n, uint32_t fields)
{
	assert_non_null(row);
	row += name_n;
	row += strspn(row, " ");
	for (unsigned bit = 0; bit < ED_FIELD_N; bit++)
		assert_int_equal(row[bit] == 'a' + (int)bit, fields >> bit & 1);
}

/* The row of a format holds the letter of every field that it has, and of no other. */
static void test_table_is_the_registry(void **state)
{
	char *out = NULL;

	(void)state;
	print_to(&out);
	for (size_t i = 0; ed_formats[i]; i++) {
		char start[64];

		(void)snprintf(start, sizeof(start), "\n%s ", ed_formats[i]->name);
		assert_letters(strstr(out, start), strlen(start), ed_formats[i]->fields);
	}
	for (size_t i = 0; ed_analytics[i]; i++) {
		for (unsigned t = 0; ed_analytics[i]->tunables[t].name; t++) {
			char name[64];

			(void)snprintf(name, sizeof(name), "\n%s.%s ", ed_analytics[i]->id,
				       ed_analytics[i]->tunables[t].name);
			assert_non_null(strstr(out, name));
		}
	}
	free(out);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("not there: %s", part);
}

static void test_json(void **state)
{
	const struct ed_analytic *macos = ed_analytic_find("AN1123");
	struct ed_json j;
	struct ed_buf out;

	(void)state;
	ed_buf_init(&out, 1 << 20);
	ed_json_init(&j, &out);
	ed_json_array(&j, NULL);
	ed_list_fields_json(&j);
	ed_json_object(&j, NULL);
	ed_list_format_json(&j, ed_format_find("netflow"));
	ed_json_object_end(&j);
	ed_json_object(&j, NULL);
	ed_list_element_json(&j, macos, 1);
	ed_json_object_end(&j);
	ed_json_array_end(&j);
	assert_false(out.full);
	assert_has(out.p, "\"analytics\":{\"AN1121\":\"wants\",\"AN1122\":\"wants\",\"AN1123\":"
			  "\"wants\"},\"mutable_elements\":[\"AN1121.ProcessImageFilter\","
			  "\"AN1122.DaemonAllowList\",\"AN1123.UncommonProcessContext\"],");
	/* flows have no names */
	assert_has(out.p, "{\"platforms\":[\"network\"],\"analytics\":{\"AN1124\":{\"state\":"
			  "\"off\",\"missing_needs\":[\"qname\"],");
	assert_has(out.p,
		   "{\"formats\":[\"pcap\",\"pcapng\",\"macos\",\"macos-text\",\"eslogger\"");
	ed_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_fits),
		cmocka_unit_test(test_table_is_the_registry),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
