/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as text logs write them, at the front of a line:
 *	Nov  3 14:02:11                  syslog; no year, no zone
 *	03-Nov-2026 14:02:11.250         BIND; no zone
 *	2026-11-03T14:02:11.250+01:00    RFC 3339, the zone may be missing
 *	2026/11/03 14:02:11
 *
 * Nothing here knows what time it is, so what a line leaves out is decided by rule: a time without
 * a zone is UTC; a time without a year is in the year that brings it closest to the line before,
 * and the first line of a file is in ED_LOGTIME_YEAR. So December is followed by January of the
 * next year, and a line that is late by some months is late.
 */
#ifndef ED_FORMAT_TEXT_LOGTIME_H
#define ED_FORMAT_TEXT_LOGTIME_H

#include "record/event.h"

/* Where files without years begin: a leap year, so that every date is in it, and long ago, so that
 * nobody takes it for the real one. */
enum { ED_LOGTIME_YEAR = 1972, ED_LOGTIME_DATE_BYTES = 16 };

/* The year of the last line without one; zeroed: no such line yet. */
struct ed_logtime_year {
	int16_t year;
	uint8_t month; /* 1..12 */
};

/* What reading a line leaves for the next one. */
struct ed_logtime {
	struct ed_logtime_year last;
	/* The date that was read last, with the byte behind it: most lines have the date of the
	 * line before. */
	uint8_t date_n;
	uint8_t date[ED_LOGTIME_DATE_BYTES];
	bool date_guessed; /* its year */
	int64_t date_s;
};

struct ed_logtime_read {
	int64_t time_ns;
	uint8_t quality; /* ed_time_quality; ED_TIME_NONE: there was no time */
};

/*
 * Reads the time at the front of @text, behind which 32 bytes are readable. Returns how many bytes
 * it takes, 0 when there is none; @ret is set in either case. Exact are only times with a fraction
 * of a second: what is told to the second cannot tell a copy from a repetition.
 */
size_t ed_logtime_read(struct ed_logtime *t, struct ed_span text, struct ed_logtime_read *ret);

/*
 * The same for a time on the date that was read last, of the forms that most logs have: without a
 * year and a fraction, or with a year, milliseconds and no zone. 0: ed_logtime_read must say, which
 * asks this first, and @ret may be half written.
 */
size_t ed_logtime_again(const struct ed_logtime *t, struct ed_span text,
			struct ed_logtime_read *ret);

/* Seconds from 1970 to the day; false: there is no such day, or it is out of range. */
bool ed_logtime_day(int year, unsigned month, unsigned day, int64_t *ret_s);

/*
 * hh:mm:ss with one or two digits for the hour, at the front of @text, as seconds; readable as
 * above. Returns the bytes it takes, 0: none.
 */
size_t ed_logtime_clock(struct ed_span text, int64_t *ret_s);

#endif
