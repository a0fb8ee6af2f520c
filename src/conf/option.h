/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Option rows. One row says the name, where the value lives, its type, range, default, unit and
 * text of a setting; flags, `--set`, the man page, the completions and the reference are all made
 * from the rows. A table of rows ends with a row whose name is NULL. A row may stand for one of
 * another table whose struct lies in this one's; ed_option_at reads both kinds.
 */
#ifndef ED_CONF_OPTION_H
#define ED_CONF_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum ed_option_type {
	ED_OPT_FLAG, /* bool: no argument */
	ED_OPT_U32,  /* uint32_t */
	ED_OPT_U64,  /* uint64_t */
	ED_OPT_F64,  /* double */
	ED_OPT_SIZE, /* uint64_t bytes: 512KiB, 256MiB, 2GiB, or plain bytes */
	ED_OPT_RATE, /* double per second: "20/s", "5/min", "100/h", "1/day" or a plain number */
	ED_OPT_DURATION, /* int64_t ns: 10s, 15m, 24h, 30d */
	ED_OPT_TIME,     /* int64_t ns since 1970: RFC 3339, or a date */
	ED_OPT_STRING,   /* const char *; borrowed from the argument */
	ED_OPT_LIST,     /* struct ed_option_list: the option may be given again */
	ED_OPT_CHOICE,   /* uint32_t: index into .choices */
};

enum { ED_OPTION_LIST_MAX = 256 };

struct ed_option_list {
	size_t n;
	const char *v[ED_OPTION_LIST_MAX]; /* borrowed */
};

struct ed_option {
	const char *name; /* "memory"; on the command line --memory */
	char letter;      /* short form, 0 none */
	enum ed_option_type type;
	size_t offset;              /* of the value in the struct that the table describes */
	double min, max;            /* numbers only, in the unit that is stored; both 0: no range */
	const char *def;            /* default as the user would write it; NULL: zeroed */
	const char *arg;            /* what the argument is called: "SIZE" */
	const char *const *choices; /* ED_OPT_CHOICE: NULL-terminated */
	const char *help;           /* one sentence without full stop */
	bool in_config;             /* about the site, not one run: a configuration may set it */
	/* Not NULL: the row of this name in that table, which has no such row itself. .offset is where
	 * its struct lies, .help replaces its help; nothing else is said here. */
	const struct ed_option *like;
};

enum { ED_OPTION_ERROR_MAX = 256 };

/* The row @i, or the one that it stands for as it applies to the struct of @rows; false: there are
 * no more. */
bool ed_option_at(const struct ed_option *rows, size_t i, struct ed_option *ret);

/* The same for the row called @name; false: there is none. */
bool ed_option_named(const struct ed_option *rows, const char *name, struct ed_option *ret);

/* Writes every default into @conf, those of all rows of a table that a row is like included. The
 * rows are ours: a default that does not parse is an assertion. */
void ed_options_default(const struct ed_option *rows, void *conf);

/* One value by its row, as ed_option_at gives it; 0, or -EINVAL with the reason (range, unit,
 * choices) in @error. */
int ed_option_set(const struct ed_option *row, void *conf, const char *value,
		  char error[static ED_OPTION_ERROR_MAX]);

/* "from 1 to 16"; "" when the row has no range. Returns the length; cut at @n - 1 bytes. */
size_t ed_option_print_range(const struct ed_option *row, char *ret, size_t n);

/* The row called @name, or NULL; then @ret_near is the closest name there is (may be NULL). */
const struct ed_option *ed_option_find(const struct ed_option *rows, const char *name,
				       const char **ret_near);

/* The value in force as the user would write it; @row as ed_option_at gives it. Returns the length;
 * cut at @n - 1 bytes. */
size_t ed_option_print(const struct ed_option *row, const void *conf, char *ret, size_t n);

#endif
