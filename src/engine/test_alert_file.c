/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts read back: what is one, what is none, and lines of any length and bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/alert_file.h"

struct seen {
	unsigned n;
	struct ed_told_alert last;
};

static void note(void *arg, const struct ed_told_alert *a)
{
	struct seen *s = arg;

	s->n++;
	s->last = *a;
}

/* Reads @n bytes of @text as a file; what was seen, and how many lines were bad. */
static uint64_t read_text(const char *text, size_t n, struct seen *ret)
{
	char path[] = "/tmp/earthdog-alerts-XXXXXX";
	int fd = mkstemp(path);
	uint64_t n_bad;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	assert_int_equal(close(fd), 0);
	memset(ret, 0, sizeof(*ret));
	assert_int_equal(ed_alert_file_read(path, note, ret, &n_bad), 0);
	assert_int_equal(unlink(path), 0);
	return n_bad;
}

#define ALERT(id, rest) "{\"event\":{\"kind\":\"alert\",\"id\":\"" id "\"}" rest "}\n"

static void an_alert_is_read(void **state)
{
	static const char text[] = ALERT(
		"2fa80b97-f2f7",
		",\"source\":{\"ip\":\"192.0.2.5\"},\"destination\":{\"ip\":\"192.0.2.9\"},"
		"\"dns\":{\"question\":{\"registered_domain\":\"Ev\\\\.il.example\"}},"
		"\"earthdog\":{\"summary\":\"a\\u0000b\\n\"}") "\n";
	struct seen s;
	char name[ED_NAME_TEXT_MAX + 1], addr[ED_ADDR_TEXT_MAX];

	(void)state;
	assert_int_equal(read_text(text, sizeof(text) - 1, &s), 0);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.last.id, "2fa80b97-f2f7");
	(void)ed_name_to_text(ed_span_of(s.last.domain.wire, s.last.domain.n), name);
	assert_string_equal(name, "ev\\.il.example");
	ed_addr_to_text(&s.last.client, addr);
	assert_string_equal(addr, "192.0.2.5");
	ed_addr_to_text(&s.last.server, addr);
	assert_string_equal(addr, "192.0.2.9");
	assert_string_equal(s.last.summary, "a b\n");
}

static void what_is_none_is_counted(void **state)
{
	static const char text[] = ALERT(
		"2fa8",
		"") "{\"event\":{\"kind\":\"event\"}}\n"
		    "[]\nnull\n{\n\xff\n" ALERT("2FA8", "") ALERT("2fa8\\\"", "") ALERT(
			    "", "") ALERT("2fa8", ",\"source\":{\"ip\":\"me\"}")
			    ALERT("2fa8", ",\"dns\":{\"question\":{\"registered_domain\":\"a..b\"}}") ALERT(
				    "2fa80b97-f2f7-87ed-894d-55b785e88d99-longer",
				    "") "{\"event\":{\"kind\":\"alert\",\"id\":\"2fb0\"},\"source\":7}"; /* the last line */
	struct seen s;

	(void)state;
	assert_int_equal(read_text(text, sizeof(text) - 1, &s), 11);
	assert_int_equal(s.n, 2);
	assert_string_equal(s.last.id, "2fb0");
}

static void a_line_may_be_too_long(void **state)
{
	static const char end[] = "\n" ALERT("2fa8", "");
	size_t n = ED_ALERT_LINE_MAX_BYTES + 100;
	char *text = malloc(n + sizeof(end));
	struct seen s;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', n);
	memcpy(text, "{\"event\":{}}", 12);
	memcpy(text + n, end, sizeof(end) - 1);
	assert_int_equal(read_text(text, n + sizeof(end) - 1, &s), 1);
	assert_int_equal(s.n, 1);
	free(text);
}

static void a_missing_file_is_an_error(void **state)
{
	uint64_t n_bad;

	(void)state;
	assert_int_equal(ed_alert_file_read("/nonexistent/alerts", note, NULL, &n_bad), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alert_is_read),
		cmocka_unit_test(what_is_none_is_counted),
		cmocka_unit_test(a_line_may_be_too_long),
		cmocka_unit_test(a_missing_file_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
