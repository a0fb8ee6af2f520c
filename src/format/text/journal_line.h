/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of systemd's journal as `journalctl -o json` prints them, turned back into what the program
 * would have sent to syslog, so that the readers of its log need not know:
 *	{"__REALTIME_TIMESTAMP":"1795289235456000","SYSLOG_IDENTIFIER":"unbound","_PID":"7",...}
 *	2026-11-21T19:27:15.456000000Z ns1 unbound[7]: info: 192.0.2.10 www.example.net. A IN
 *
 * The message is the only part that a stranger may have a hand in. Control bytes in it become
 * blanks, so that it stays one line; program and host keep letters, digits and "._-".
 */
#ifndef ED_FORMAT_TEXT_JOURNAL_LINE_H
#define ED_FORMAT_TEXT_JOURNAL_LINE_H

#include "base/span.h"

enum { ED_JOURNAL_LINE_MAX_BYTES = 4096 };

/* Whether @line looks like one, by its first bytes; the rest may prove it wrong. */
static inline bool ed_journal_line_may_be(struct ed_span line)
{
	return line.n > 2 && line.p[0] == '{' && line.p[1] == '"';
}

/*
 * Writes @line anew into @ret and returns how long it is; 0: it is no line of the journal, has no
 * message, or one that does not fit in.
 */
size_t ed_journal_line_read(struct ed_span line, uint8_t ret[static ED_JOURNAL_LINE_MAX_BYTES]);

#endif
