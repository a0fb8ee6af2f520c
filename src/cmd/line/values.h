/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that an option or operand takes, out of the registries: for checking, for "did you
 * mean" and for completions alike.
 */
#ifndef ED_CMD_LINE_VALUES_H
#define ED_CMD_LINE_VALUES_H

#include "cmd/cmd.h"

enum ed_value_kind {
	ED_VALUE_FREE,  /* nothing is known: a number, a time, a domain name */
	ED_VALUE_FILE,  /* a path */
	ED_VALUE_NAMES, /* exactly one of the names */
	ED_VALUE_KEYS,  /* one of the names, then "=" and a value */
};

enum { ED_VALUE_TEXT_MAX = 96 };

/* What the value of an option is; what the operands of a command are. */
enum ed_value_kind ed_values_of_option(const struct ed_option *row);
enum ed_value_kind ed_values_of_operand(const struct ed_command *c);

/* Calls @each with every name; it borrows the text for the call. */
void ed_values_each_option(const struct ed_option *row, void (*each)(void *arg, const char *name),
			   void *arg);
void ed_values_each_operand(const struct ed_command *c, void (*each)(void *arg, const char *name),
			    void *arg);

/*
 * True when @value is fine. Else @ret_near is the nearest name, "" when none is near. Values that
 * are not ED_VALUE_NAMES are always fine here.
 */
bool ed_values_check_option(const struct ed_option *row, const char *value,
			    char ret_near[static ED_VALUE_TEXT_MAX]);
bool ed_values_check_operand(const struct ed_command *c, const char *value,
			     char ret_near[static ED_VALUE_TEXT_MAX]);

#endif
