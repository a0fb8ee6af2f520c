/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the forms for other tools: one alert written out, and what must hold of it. */
#ifndef ED_SINK_TEST_FORMS_H
#define ED_SINK_TEST_FORMS_H

#include "sink/sink.h"
#include "sink/test_alert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char test_run_id[] = "14b4a924-eaf0-5744-a8cf-ffeca71133d3";

/* All that @sink makes of @a; NULL: of no alert. */
static inline void test_render(const struct ed_sink *sink, const struct ed_alert *a,
			       struct ed_buf *out)
{
	const struct ed_sink_options o = { .id = test_run_id,
					   .format_names = test_format_names,
					   .no_alerts = a == NULL };

	ed_buf_init(out, 1 << 20);
	if (sink->begin)
		sink->begin(&o, out);
	if (a)
		sink->alert(&o, a, out);
	if (sink->end)
		sink->end(&o, a != NULL, out);
	assert_false(out->full);
	if (!out->p)
		ed_buf_puts(out, "");
}

/* Who is behind it, with texts as a process may choose them. */
static inline void test_actor(struct ed_alert *a, const char *image, const char *command)
{
	struct ed_span text[ED_TEXT_N] = {
		[ED_TEXT_HOST] = ed_span_str("db-7.corp.example"),
		[ED_TEXT_IMAGE] = ed_span_str(image),
		[ED_TEXT_COMMAND] = ed_span_str(command),
		[ED_TEXT_PARENT] = ed_span_str("/usr/sbin/cron"),
		[ED_TEXT_USER] = ed_span_str("backup"),
	};
	const struct ed_process p = { .pid = 4711, .ppid = 311 };

	a->actor.known = true;
	a->actor.platform = ED_PLATFORM_LINUX;
	(void)ed_process_write(&p, text, &a->actor.process,
			       sizeof(a->actor.process) + sizeof(a->actor.text));
}

static inline void test_assert_has(const struct ed_buf *out, const char *part)
{
	if (!strstr(out->p, part))
		fail_msg("not there: %s\nin: %s", part, out->p);
}

static inline void test_assert_lacks(const struct ed_buf *out, const char *part)
{
	if (strstr(out->p, part))
		fail_msg("should not be there: %s\nin: %s", part, out->p);
}

/* Printable ASCII and the bytes of @more, a line feed at the end, @n_lines of them. */
static inline void test_assert_lines(const struct ed_buf *out, const char *more, size_t n_lines)
{
	size_t n = 0;

	for (size_t i = 0; i < out->n; i++) {
		char c = out->p[i];

		assert_true((c >= 0x20 && c < 0x7f) || (c && strchr(more, c)));
		n += c == '\n';
	}
	assert_int_equal(n, n_lines);
	assert_true(out->n == 0 || out->p[out->n - 1] == '\n');
}

/* Strings are closed, brackets outside of them come in pairs. */
static inline void test_assert_json(const struct ed_buf *out)
{
	char open[32];
	size_t depth = 0;
	bool in_string = false;

	for (const char *p = out->p; *p; p++) {
		if (in_string && *p == '\\') {
			p++;
			assert_true(*p == '"' || *p == '\\' || *p == 'u');
		} else if (*p == '"') {
			in_string = !in_string;
		} else if (!in_string && (*p == '{' || *p == '[')) {
			assert_true(depth < sizeof(open));
			open[depth++] = *p;
		} else if (!in_string && (*p == '}' || *p == ']')) {
			assert_true(depth > 0);
			assert_int_equal(open[--depth], *p == '}' ? '{' : '[');
		} else if (!in_string) {
			assert_non_null(strchr("0123456789.-+e,:truefalsn\n", *p));
		}
	}
	assert_false(in_string);
	assert_int_equal(depth, 0);
}

/* Whatever an attacker chooses, @check holds of what comes out. */
static inline void test_hostile(const struct ed_sink *sink, void (*check)(const struct ed_buf *out))
{
	static struct ed_alert a;
	char image[ED_TEXT_MAX];
	struct ed_buf out;

	for (size_t i = 0; i < 2 * HOSTILE_N; i++) {
		const struct hostile *h = &hostile_labels[i / 2];

		test_alert_hostile(h, i % 2, &a);
		(void)snprintf(image, sizeof(image), "/tmp/%.*s|x=\"y\\\n", (int)h->n, h->label);
		test_actor(&a, image, image);
		test_render(sink, &a, &out);
		check(&out);
		ed_buf_done(&out);
	}
}

#endif
