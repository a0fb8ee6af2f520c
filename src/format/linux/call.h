/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls and sessions, as the audit system tells them, whichever program wrote them down:
 *	connect -> 192.0.2.53:53, exit 0     a connection
 *	sendto -> 192.0.2.53:53, exit 61     a message of 61 bytes
 *	session of /usr/sbin/cron, pid 7     what has 7 for a parent was started by cron
 */
#ifndef ED_FORMAT_LINUX_CALL_H
#define ED_FORMAT_LINUX_CALL_H

#include "format/linux/auditd_line.h"
#include "format/linux/event.h"

struct ed_linux_call {
	uint8_t call; /* ed_auditd_call */
	bool is_ok;
	bool is_named; /* @peer is told by this call, not by an earlier one */
	int64_t exit;
	struct ed_auditd_peer peer;
};

/* What a call gave back: a number, or the name of an error. */
int64_t ed_linux_exit(struct ed_span text);

/* False: the call failed, or is none that matters. A connection over TCP that does not wait has
 * begun, though it says that it failed. */
bool ed_linux_call_counts(const struct ed_linux_call *c);

/* The connection or message of a call that counts. An ed_drop, or ED_DROP_N. */
enum ed_drop ed_linux_call_emit(const struct ed_linux_record *r, const struct ed_linux_call *c,
				struct ed_batch *out);

/* A session that began, as PAM tells it, or a unit. */
struct ed_linux_session {
	struct ed_span terminal; /* "cron", "ssh", "/dev/pts/0" */
	struct ed_span addr;     /* of the other machine */
	bool is_ok;
	bool is_unit; /* none: systemd, which has the process, started a unit */
};

/* The process that has it, @r->text[ED_TEXT_IMAGE], with what it is to the programs below it. An
 * ed_drop, or ED_DROP_N. */
enum ed_drop ed_linux_session_emit(struct ed_linux_record *r, const struct ed_linux_session *s,
				   struct ed_batch *out);

#endif
