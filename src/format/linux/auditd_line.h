/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of the Linux audit system: its head, its fields, and the values that matter.
 *	node=web1 type=SYSCALL msg=audit(1795289292.790:128): arch=c000003e syscall=42 success=yes
 *	<5>Nov  3 14:02:11 web1 kernel: audit: type=1300 audit(1795289292.790:128): arch=...
 *
 * A value is a number, or a text in quotes, or, where quotes, blanks or control bytes are in it,
 * the text in hexadecimal digits. Behind a byte 0x1d stand auditd's own explanations, in capitals.
 */
#ifndef ED_FORMAT_LINUX_AUDITD_LINE_H
#define ED_FORMAT_LINUX_AUDITD_LINE_H

#include "base/addr.h"
#include "format/text/logline.h"

/* Record types that matter; the numbers are the kernel's (linux/audit.h). */
enum ed_auditd_type {
	ED_AUDITD_USER_LOGIN = 1112,
	ED_AUDITD_USER_START = 1105,
	ED_AUDITD_SERVICE_START = 1130,
	ED_AUDITD_CRED_ACQ = 1103,
	ED_AUDITD_SYSCALL = 1300,
	ED_AUDITD_PATH = 1302,
	ED_AUDITD_SOCKADDR = 1306,
	ED_AUDITD_CWD = 1307,
	ED_AUDITD_EXECVE = 1309,
	ED_AUDITD_EOE = 1320,
	ED_AUDITD_PROCTITLE = 1327,
	ED_AUDITD_OTHER = 0,
};

struct ed_auditd_head {
	struct ed_span host; /* node= or syslog's; empty: not told */
	struct ed_span id;   /* "1795289292.790:128" */
	struct ed_span body; /* the fields */
	uint16_t type;       /* ed_auditd_type */
};

/* ED_DROP_N: read; else why not: ED_DROP_OTHER_LOG, ED_DROP_BAD_LINE. 32 bytes behind @line are
 * readable. */
enum ed_drop ed_auditd_head_read(struct ed_span line, struct ed_auditd_head *ret);

/* Of an id; false: it is no number of seconds in range. */
bool ed_auditd_time(struct ed_span id, int64_t *ret_ns);

struct ed_auditd_field {
	struct ed_span key;
	struct ed_span value; /* without its quotes */
	bool is_quoted;
};

/* Cuts the next field off the front of @body; false: there is none. Words without "=" are skipped.
 */
bool ed_auditd_field_next(struct ed_span *body, struct ed_auditd_field *ret);

/* The text of a value: in place when it was quoted, else decoded into @room, of which *@used bytes
 * are taken; what does not fit is cut. */
struct ed_span ed_auditd_text(const struct ed_auditd_field *f, uint8_t *room, size_t room_bytes,
			      size_t *used);

/* What a system call is to us, whatever its number on its machine. */
enum ed_auditd_call {
	ED_AUDITD_CALL_OTHER,
	ED_AUDITD_CALL_EXEC,
	ED_AUDITD_CALL_CONNECT,
	ED_AUDITD_CALL_SENDTO,
	ED_AUDITD_CALL_SENDMSG,
	ED_AUDITD_CALL_SENDMMSG,
	ED_AUDITD_CALL_DUP, /* dup2, dup3 */
};

enum { ED_AUDITD_UNSET = 0xffffffffU };

/* A SYSCALL record. */
struct ed_auditd_syscall {
	/* from its front */
	uint8_t call; /* ed_auditd_call */
	bool is_ok;
	bool is_shared; /* one number for all calls on sockets */
	struct ed_span exit;
	struct ed_span a0, a1; /* hexadecimal; a0 of a call on a socket: its descriptor */
	/* from the rest */
	uint32_t pid, ppid, auid;
	struct ed_span uid, tty;
	struct ed_span user; /* by name, where auditd explains it */
	struct ed_auditd_field exe;
};

/* The front of a record, which is enough for most; takes it off @body. Behind a call of no use
 * nothing is read. */
enum ed_auditd_call ed_auditd_call_read(struct ed_span *body, struct ed_auditd_syscall *ret);

/* The rest of it. False: a field that every such record has is missing. */
bool ed_auditd_syscall_read(struct ed_span body, struct ed_auditd_syscall *ret);

enum ed_auditd_family { ED_AUDITD_NO_FAMILY, ED_AUDITD_INET, ED_AUDITD_UNIX };

struct ed_auditd_peer {
	uint8_t family; /* ed_auditd_family */
	uint16_t port;
	struct ed_addr addr;
	uint8_t path_n; /* of a socket of this machine; cut */
	uint8_t path[64];
};

/* From the bytes of a socket address, and from their hexadecimal digits in a SOCKADDR record. */
void ed_auditd_peer_from_bytes(struct ed_span bytes, struct ed_auditd_peer *ret);
void ed_auditd_peer_read(struct ed_span hex, struct ed_auditd_peer *ret);

/* True for the socket of a resolver on this machine. */
bool ed_auditd_is_resolver(const struct ed_auditd_peer *peer);

/* A call by its name, or its number on the machine @arch ("c000003e", "x86_64"). */
enum ed_auditd_call ed_auditd_call_of(struct ed_span arch, struct ed_span syscall);

/* A number without 0x, up to the first byte that is no digit. */
uint64_t ed_auditd_hex(struct ed_span text);

/* A decimal number; "unset" and -1 are ED_AUDITD_UNSET. */
bool ed_auditd_number(struct ed_span text, uint32_t *ret);

#endif
