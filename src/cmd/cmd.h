/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subcommand: one file, cmd/<name>.c, with one row here; its parts, if any, are in cmd/<name>/. The
 * row gives, for free, the parsing of its options, its help, its part of the man page and its
 * completions. Only this folder prints, and only it chooses exit codes.
 */
#ifndef ED_CMD_CMD_H
#define ED_CMD_CMD_H

#include "conf/option.h"

/* What the process ends with; when several apply, the first one of this list wins. */
enum ed_exit {
	ED_EXIT_USAGE = 2, /* nothing was done */
	ED_EXIT_FAILURE = 1,
	ED_EXIT_INTERRUPTED = 130,
	ED_EXIT_ALERT = 10,
	ED_EXIT_DAMAGED = 3,
	ED_EXIT_OK = 0,
};

struct ed_exit_row {
	enum ed_exit status;
	const char *help;
};

/* In the order of the values; the last row's help is NULL. */
extern const struct ed_exit_row ed_exit_rows[];

/* A command line with what it does, or a value that an operand can have. */
struct ed_command_row {
	const char *text; /* NULL ends a table */
	const char *help;
};

struct ed_call {
	const void *conf;            /* as the command's options describe it */
	const char *const *operands; /* what is no option, in order */
	size_t n_operands;
};

struct ed_command {
	const char *name;
	const char *operands;    /* as in the synopsis: "PATH..."; NULL: none */
	const char *help;        /* one line without full stop */
	const char *description; /* paragraphs, each ended by a line feed */
	const struct ed_option *options;
	size_t conf_bytes;
	size_t operands_min, operands_max;
	const struct ed_command_row *operand_rows; /* the values there are; NULL: any */
	const struct ed_command_row *examples;     /* NULL: none */
	bool hidden;                               /* for the build, not for people */
	enum ed_exit (*run)(const struct ed_call *call);
};

extern const struct ed_command ed_command_scan;
extern const struct ed_command ed_command_baseline;
extern const struct ed_command ed_command_events;
extern const struct ed_command ed_command_contain;
extern const struct ed_command ed_command_coverage;
extern const struct ed_command ed_command_drill;
extern const struct ed_command ed_command_list;
extern const struct ed_command ed_command_explain;
extern const struct ed_command ed_command_history;
extern const struct ed_command ed_command_allow;
extern const struct ed_command ed_command_report;
extern const struct ed_command ed_command_export;
extern const struct ed_command ed_command_triage;
extern const struct ed_command ed_command_check;
extern const struct ed_command ed_command_help;
extern const struct ed_command ed_command_generate;

/* The registry, in the order of the help; NULL-terminated. */
extern const struct ed_command *const ed_commands[];

/* Options that every command knows besides its own: --help. */
extern const struct ed_option ed_common_options[];

/* The option @i of @c, the common ones behind its own; false: there are no more. */
bool ed_command_option(const struct ed_command *c, size_t i, struct ed_option *ret);

/* By name; NULL when there is none, and then @ret_near is the nearest name (may be NULL). */
const struct ed_command *ed_command_find(const char *name, const char **ret_near);

/* Says on stderr that there is no such command, with the nearest one. Returns ED_EXIT_USAGE. */
enum ed_exit ed_command_unknown(const char *name);

/* The whole program but main(). */
enum ed_exit ed_command_main(int argc, char *const *argv);

/* One line on stderr, "earthdog: ...", what is untrusted in it escaped by the caller. */
void ed_cmd_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Flushes stdout. False, after a message, when not everything could be written. */
bool ed_cmd_flush_stdout(void);

#endif
