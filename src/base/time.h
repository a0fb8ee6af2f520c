/* SPDX-License-Identifier: Apache-2.0 */
/* Event time: nanoseconds since 1970 in UTC, signed 64 bit (until 2262). Nothing here reads a
 * clock. */
#ifndef ED_BASE_TIME_H
#define ED_BASE_TIME_H

#include "base/span.h"

#define ED_NS_PER_S INT64_C(1000000000)

enum { ED_TIME_UNKNOWN_NS = 0, ED_TIME_TEXT_MAX = 40 };

/* RFC 3339 in UTC with milliseconds, "2026-11-03T14:02:11.250Z". Returns the length without the
 * NUL. */
size_t ed_time_to_text(int64_t time_ns, char ret[static ED_TIME_TEXT_MAX]);

/*
 * RFC 3339 / ISO 8601: date, 'T' or space, time, up to nine digits of fraction, then 'Z', +hh:mm,
 * +hhmm or nothing (taken as UTC; the caller knows the quality of its source). False: not a time.
 */
bool ed_time_from_text(struct ed_span text, int64_t *ret_ns);

/* Decimal seconds since 1970 with up to nine digits of fraction and an optional sign. */
bool ed_time_from_epoch_text(struct ed_span text, int64_t *ret_ns);

#endif
