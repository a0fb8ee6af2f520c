/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front of a line of ESXi's logs, in the shapes of its versions and of what relays it:
 * 6 and 7, 8; hostd.log of 6 and 7; as ESXi sends them; RFC 5424, RFC 3164; the audit log:
 *	2023-02-21T10:04:53Z shell[2239481]: [root]: esxcli system version get
 *	2023-12-05T17:36:17.835Z In(14) shell[1053659]: [root]: ls
 *	2022-11-04T15:01:58.230Z info hostd[1053970] [Originator@6876 sub=...] text
 *	<166>2022-11-04T15:01:58.230Z esx1 Hostd: info hostd[1053970] [Originator@6876 sub=...] text
 *	<14>1 2023-12-05T17:36:17.835Z esx1 shell 1053659 - - [root]: ls
 *	<14>Nov  3 14:02:11 esx1 shell[1053659]: [root]: ls
 *	<110>2022-11-04T15:25:46.186Z esx1 shell[1231448]: [shell.cmd@6876 subject="root" ...]
 *
 * Words are taken from the front, one after the other; what stands behind the program is its own.
 */
#ifndef ED_FORMAT_HOST_ESXI_LINE_H
#define ED_FORMAT_HOST_ESXI_LINE_H

#include "format/text/logline.h"

struct ed_esxi_line {
	struct ed_logtime_read time;
	struct ed_span host;    /* empty: not told */
	struct ed_span program; /* "shell", "Hostd", "/etc/init.d/x"; empty: not told */
	struct ed_span pid;
	struct ed_span user;    /* of the session that a management agent works for */
	struct ed_span message; /* behind "[Originator@6876 ...] " and the like */
	struct ed_span audit;   /* inside "[shell.cmd@6876 ...]", from the name on; empty: none */
	bool is_own;            /* in a shape that only ESXi has */
	bool goes_on;           /* with the line before */
};

void ed_esxi_line_read(struct ed_logtime *t, struct ed_span line, struct ed_esxi_line *ret);

/* The value of @key in an audit record, with its escapes; false: it has none. */
bool ed_esxi_audit_value(struct ed_span audit, const char *key, struct ed_span *ret);

#endif
