/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ordered pass over an audit log remembers: who is at the other end of a descriptor, and
 * which processes have a connection for a terminal.
 *	connect pid=7 a0=3 -> 192.0.2.1:4444; dup2 pid=7 a0=3 a1=0; execve pid=7 sh
 *
 * Two tables of fixed size; a later entry takes the place of an earlier one. What is lost is a fact
 * about an event, never an event.
 */
#ifndef ED_FORMAT_LINUX_AUDITD_MEMORY_H
#define ED_FORMAT_LINUX_AUDITD_MEMORY_H

#include "format/linux/auditd_line.h"
#include "record/process.h"

enum {
	ED_AUDITD_SOCKETS = 4096, /* powers of two */
	ED_AUDITD_PROCESSES = 4096,
};

struct ed_auditd_socket {
	uint64_t key; /* of host, process and descriptor; 0: free */
	uint16_t port;
	struct ed_addr addr;
};

struct ed_auditd_process {
	uint64_t key; /* of host and process; 0: free */
	uint32_t ppid;
	uint16_t below;    /* ED_LAUNCH_* of what it starts */
	int64_t opened_ns; /* when it last opened a connection to another machine */
};

struct ed_auditd_memory {
	struct ed_auditd_socket sockets[ED_AUDITD_SOCKETS];
	struct ed_auditd_process processes[ED_AUDITD_PROCESSES];
};

/* Zeroed memory is empty. A process of a host, by number. */
struct ed_auditd_who {
	struct ed_span host;
	uint32_t pid, ppid;
	int64_t time_ns;
};

void ed_auditd_memory_connect(struct ed_auditd_memory *m, const struct ed_auditd_who *who,
			      uint64_t fd, const struct ed_auditd_peer *peer);

/* False: nothing is known of the descriptor. */
bool ed_auditd_memory_peer(const struct ed_auditd_memory *m, const struct ed_auditd_who *who,
			   uint64_t fd, struct ed_auditd_peer *ret);

/* True when something was learnt of this very process. */
bool ed_auditd_memory_knows(const struct ed_auditd_memory *m, const struct ed_auditd_who *who);

/* @from becomes @to; what is known of @from holds for both. */
void ed_auditd_memory_dup(struct ed_auditd_memory *m, const struct ed_auditd_who *who,
			  uint64_t from, uint64_t to);

/*
 * A program was started, with what its record shows of it in @launch. Returns more bits of it: what
 * it was started below, and ED_LAUNCH_SOCKET when its standard streams are a connection. They are
 * when they were seen to be made so, or its parent's are, or it is a shell without a script that
 * took the place of, or was started by, a program that had just connected to another machine.
 */
uint16_t ed_auditd_memory_start(struct ed_auditd_memory *m, const struct ed_auditd_who *who,
				struct ed_span image, struct ed_span command, uint16_t launch);

/* The same of a process that does something else, by which it may be known for a web server. */
uint16_t ed_auditd_memory_launch(struct ed_auditd_memory *m, const struct ed_auditd_who *who,
				 struct ed_span image);

#endif
