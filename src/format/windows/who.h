/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part that all events of an endpoint have in common: the machine, the program, its user, the
 * time. One idea: a carrier may know a value better, worse or not at all, and the rule which of
 * them holds stands here and nowhere else.
 */
#ifndef ED_FORMAT_WINDOWS_WHO_H
#define ED_FORMAT_WINDOWS_WHO_H

#include "format/windows/event.h"

/* Who asked, while it is put together. */
struct ed_windows_who {
	struct ed_process process;
	struct ed_span text[ED_TEXT_N];
	uint32_t has; /* PROCESS, HOST, USER, LINEAGE */
	uint8_t platform;
};

/* Decimal, or hexadecimal with 0x before it; 0: neither. */
uint32_t ed_windows_number(struct ed_span s);

/* @s, or nothing where it is a dash. */
struct ed_span ed_windows_or_none(struct ed_span s);

/* @is_writer: the program is the one that wrote the record, and no other is named. */
void ed_windows_take_who(struct ed_windows_record *r, enum ed_platform platform, bool is_writer,
			 struct ed_windows_who *who);

/* Its command line and parent as well. */
void ed_windows_take_lineage(struct ed_windows_record *r, struct ed_windows_who *who);

/*
 * Time and quality of @ev. @may_lag: by Sysmon's second clock; @start_ns: of the process that the
 * record is about, ED_TIME_UNKNOWN_NS: not known. False: no time at all.
 */
bool ed_windows_take_time(struct ed_windows_record *r, bool may_lag, int64_t start_ns,
			  struct ed_event *ev);

#endif
