/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of one event of the audit system, which share time and serial number, and what they
 * come to:
 *	SYSCALL execve + EXECVE + PROCTITLE      a start of a program, and its lookups
 *	SYSCALL connect + SOCKADDR + PROCTITLE   a connection
 */
#ifndef ED_FORMAT_LINUX_AUDITD_EVENT_H
#define ED_FORMAT_LINUX_AUDITD_EVENT_H

#include "format/linux/auditd_line.h"
#include "format/linux/event.h"

enum {
	ED_AUDITD_EXECVE_MAX = 6, /* records of one command line that are read */
	ED_AUDITD_ROOM_BYTES = 48 << 10,
};

/* The bodies of the records, empty where there is none. */
struct ed_auditd_group {
	struct ed_span host;
	struct ed_span id;
	struct ed_span syscall;
	struct ed_span sockaddr;
	struct ed_span proctitle;
	struct ed_span execve[ED_AUDITD_EXECVE_MAX];
	unsigned n_execve;
	bool is_closed;  /* its last record has been seen */
	uint64_t offset; /* of its SYSCALL record, or of the first one */
	uint32_t source;
};

/* For texts that are decoded. */
struct ed_auditd_room {
	size_t used;
	uint8_t bytes[ED_AUDITD_ROOM_BYTES];
	struct ed_span argv[ED_ARGV_WORDS_MAX];
	unsigned n_argv;
	bool is_last_cut; /* the last argument may go on */
};

/* Adds a record to its event. */
void ed_auditd_group_add(struct ed_auditd_group *g, const struct ed_auditd_head *head);

enum {
	ED_AUDITD_DONE = ED_DROP_N, /* events were made */
	ED_AUDITD_NEEDS_PEER,       /* sent over a connection that was opened earlier */
	ED_AUDITD_DUPLICATED,       /* a descriptor was made another; no event */
};

/* What the ordered pass learns from an event. */
struct ed_auditd_seen {
	struct ed_auditd_syscall call;
	struct ed_auditd_peer peer;
	int64_t time_ns;
};

/*
 * The events of @g into @out. @peer (may be NULL): who is at the other end, where no record says
 * so. Returns an ed_drop or ED_AUDITD_*.
 */
unsigned ed_auditd_group_emit(const struct ed_auditd_group *g, const struct ed_auditd_peer *peer,
			      struct ed_auditd_room *room, struct ed_batch *out,
			      struct ed_auditd_seen *ret);

/* The process of a call that is no event itself, without lookups. Returns ED_AUDITD_DONE or an
 * ed_drop. */
unsigned ed_auditd_group_emit_process(const struct ed_auditd_group *g,
				      const struct ed_auditd_seen *seen,
				      struct ed_auditd_room *room, struct ed_batch *out);

/* A session that began: which process is cron's or sshd's; and a unit: that the first process is
 * systemd. Returns an ed_drop or ED_DROP_N. */
enum ed_drop ed_auditd_session_emit(const struct ed_auditd_head *head, uint64_t offset,
				    uint32_t source, struct ed_auditd_room *room,
				    struct ed_batch *out);

#endif
