/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: every way to write an option, and every way to get it wrong. */
#include "cmd/line/args.h"
#include "cmd/run/reading.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { WORDS_MAX = 16 };

/* One parse; the operands and the options of the reading commands. */
struct parsed {
	struct ed_reading o;
	const char *operands[WORDS_MAX];
	struct ed_args args;
	char error[ED_ARGS_ERROR_MAX];
	int r;
};

static void parse(struct parsed *p, const char *const *words)
{
	int argc = 0;

	memset(p, 0, sizeof(*p));
	while (words[argc])
		argc++;
	assert_true(argc <= WORDS_MAX);
	ed_options_default(ed_reading_options, &p->o);
	p->args = (struct ed_args){ .rows = ed_reading_options,
				    .conf = &p->o,
				    .operands = p->operands };
	p->r = ed_args_parse(&p->args, argc, (char *const *)words, p->error);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_forms(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, WORDS("--shards", "3", "a.pcap", "--readers=4", "-", "-oout", "-q"));
	assert_int_equal(p.r, 0);
	assert_int_equal(p.o.n_shards, 3);
	assert_int_equal(p.o.n_readers, 4);
	assert_string_equal(p.o.output, "out");
	assert_true(p.o.quiet);
	assert_int_equal(p.args.n_operands, 2);
	assert_string_equal(p.operands[0], "a.pcap");
	assert_string_equal(p.operands[1], "-");
	parse(&p, WORDS("-qo", "out", "--output=", "x"));
	assert_int_equal(p.r, 0);
	assert_true(p.o.quiet);
	assert_string_equal(p.o.output, "");
	parse(&p, WORDS("-o", "--quiet", "x"));
	assert_string_equal(p.o.output, "--quiet");
	assert_false(p.o.quiet);
	parse(&p, WORDS("--psl=a=b", "x"));
	assert_string_equal(p.o.psl, "a=b");
}

static void test_end_of_options(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, WORDS("-q", "--", "-q", "--help", "--"));
	assert_int_equal(p.r, 0);
	assert_int_equal(p.args.n_operands, 3);
	assert_string_equal(p.operands[0], "-q");
	assert_string_equal(p.operands[1], "--help");
	assert_string_equal(p.operands[2], "--");
	assert_false(p.args.help);
}

static void test_repeated(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, WORDS("--shards=2", "--shards=5", "--set", "a=1", "--set=b=2", "-qq"));
	assert_int_equal(p.r, 0);
	assert_int_equal(p.o.n_shards, 5);
	assert_int_equal(p.o.set.n, 2);
	assert_string_equal(p.o.set.v[0], "a=1");
	assert_string_equal(p.o.set.v[1], "b=2");
}

static void test_defaults(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, (const char *const[]){ NULL });
	assert_int_equal(p.r, 0);
	assert_int_equal(p.args.n_operands, 0);
	assert_int_equal(p.o.memory_bytes, 256 << 20);
	assert_int_equal(p.o.n_shards, 0);
	assert_int_equal(p.o.seed, 1);
	assert_string_equal(p.o.min_level, "low");
	assert_null(p.o.format);
	assert_int_equal(p.o.colour, ED_COLOUR_AUTO);
}

static void test_help(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, WORDS("a.pcap", "--help", "--no-such-option"));
	assert_int_equal(p.r, 0);
	assert_true(p.args.help);
	parse(&p, WORDS("-qh"));
	assert_int_equal(p.r, 0);
	assert_true(p.args.help);
}

struct wrong {
	const char *words[3];
	const char *error;
};

static const struct wrong wrongs[] = {
	{ { "--fromat=csv" }, "unknown option \"--fromat\"; did you mean \"--format\"?" },
	{ { "--colour", "never" }, "unknown option \"--colour\"; did you mean \"--color\"?" },
	{ { "--hlep" }, "unknown option \"--hlep\"; did you mean \"--help\"?" },
	{ { "--frobnicate" }, "unknown option \"--frobnicate\"" },
	{ { "--\033[2J" }, "unknown option \"--\\x1b[2J\"" },
	{ { "-z" }, "unknown option \"-z\"" },
	{ { "-q\033" }, "unknown option \"-\\x1b\"" },
	{ { "--shards" }, "--shards needs a value" },
	{ { "-o" }, "-o needs a value" },
	{ { "--quiet=yes" }, "--quiet takes no value" },
	{ { "--shards=17" }, "--shards \"17\": must be from 1 to 16" },
	{ { "--shards", "\n" }, "--shards \"\\x0a\": must be a whole number" },
	{ { "--memory=1MiB" }, "--memory \"1MiB\": must be from 32MiB to 1TiB" },
	{ { "--from", "noon" },
	  "--from \"noon\": must be a time such as 2026-11-03T14:02:11Z, or a date" },
	{ { "--color=blue" }, "--color \"blue\": must be auto, always or never" },
	{ { "--format=cvs" }, "--format \"cvs\": did you mean \"csv\"?" },
	{ { "--format=ZZZZZZ" },
	  "--format \"ZZZZZZ\": must be one of table, ndjson, csv, ocsf, eve, zeek-notice, cef, leef, "
	  "stix, misp" },
	{ { "--min-level=hihg" }, "--min-level \"hihg\": did you mean \"high\"?" },
	{ { "--fail-on=x" },
	  "--fail-on \"x\": must be one of informational, low, medium, high, critical" },
	{ { "--input-format=pcapgn" }, "--input-format \"pcapgn\": did you mean \"pcapng\"?" },
	{ { "--sha" }, "unknown option \"--sha\"; did you mean \"--shards\"?" },
};

static void test_wrong(void **state)
{
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		parse(&p, wrongs[i].words);
		assert_int_equal(p.r, -EINVAL);
		assert_string_equal(p.error, wrongs[i].error);
	}
}

static void test_long_words(void **state)
{
	static char word[70000];
	struct parsed p;

	(void)state;
	memset(word, '\033', sizeof(word) - 1);
	memcpy(word, "--", 2);
	parse(&p, WORDS(word));
	assert_int_equal(p.r, -EINVAL);
	assert_true(strlen(p.error) < sizeof(p.error));
	memcpy(word, "--shards=", 9);
	parse(&p, WORDS(word));
	assert_int_equal(p.r, -EINVAL);
	assert_null(strchr(p.error, '\033'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),      cmocka_unit_test(test_end_of_options),
		cmocka_unit_test(test_repeated),   cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_help),       cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
