/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that hide alerts, out of a file; and what they would do to alerts that are kept as text. */
#ifndef ED_ENGINE_ALLOW_FILE_H
#define ED_ENGINE_ALLOW_FILE_H

#include "alert/allow.h"

enum { ED_ALLOW_FILE_ERROR_MAX = 512 };

/*
 * Reads the rules of @path; what holds is judged at @now_ns. 0, or -errno with one line in @error:
 * the file, the line and column, what is wrong.
 */
int ed_allow_file_load(const char *path, int64_t now_ns, struct ed_allow **ret,
		       char error[static ED_ALLOW_FILE_ERROR_MAX]);

/* Sets .suppressed of the alerts that a rule hides; they borrow from @a. NULL: of none. */
void ed_allow_apply(const struct ed_allow *a, struct ed_alert *alerts, size_t n);

/* Which suffixes are too wide: those under which anybody can get a name. */
struct ed_allow_breadth;

/* @psl_path: NULL: the system's list. 0, or -errno with one line in @error. */
int ed_allow_breadth_new(const char *psl_path, struct ed_allow_breadth **ret,
			 char error[static 256]);
void ed_allow_breadth_free(struct ed_allow_breadth *b);

/* Why the row is too wide, static; NULL: it is not. */
const char *ed_allow_breadth_of(const struct ed_allow_breadth *b, const struct ed_allow *a,
				size_t row);

/* Reads subjects out of alerts as --format ndjson prints them. */
struct ed_allow_reader;

/* 0 or -ENOMEM. */
int ed_allow_reader_new(struct ed_allow_reader **ret);
void ed_allow_reader_free(struct ed_allow_reader *r);

/* The subject of the alert @body; borrowed from @r until the next call. False: it is no alert. */
bool ed_allow_read_body(struct ed_allow_reader *r, const char *body, struct ed_allow_subject *ret);

#endif
