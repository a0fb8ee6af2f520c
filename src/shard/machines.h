/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sources on a machine say of it beside its lookups: its address, the programs of it that
 * themselves talked to name servers, packages and commands of a hypervisor. At the end of the input
 * the join (join.h) uses it to say which program is behind a tunnel that the network saw.
 *
 * Two tables of fixed size, four places a set; of those the one that was heard of least lately
 * gives way. A machine lies in the partition of its host hash (record/process.h). One thread owns
 * them.
 */
#ifndef ED_SHARD_MACHINES_H
#define ED_SHARD_MACHINES_H

#include "record/event.h"
#include "shard/started.h"

enum { ED_MACHINE_ADDRS = 4, ED_MACHINE_NAME_MAX = 64 };

struct ed_machine {
	uint64_t hash; /* of the host; 0: free */
	int64_t last_ns;
	struct ed_addr addrs[ED_MACHINE_ADDRS]; /* that it opened connections from, latest first */
	uint8_t platform;                       /* ed_platform */
	uint8_t traits;                         /* ed_machine_trait */
	uint8_t name_n;
	uint8_t name[ED_MACHINE_NAME_MAX]; /* as its source has it */
	uint64_t formats;
	struct ed_actor actor; /* the worst of its traits: the package, else the command */
};

/* When one process of a program talked. */
struct ed_spell {
	uint64_t process; /* its id; 0: not known */
	int64_t first_ns, last_ns;
	uint32_t n_flows; /* 0: free */
	bool is_told;     /* with a tunnel that the network saw */
};

enum { ED_TALKER_SPELLS = 6 };

/* A program that talked to name servers itself. */
struct ed_talker {
	uint64_t hash; /* of machine and program; 0: free */
	uint64_t host_hash;
	int64_t first_ns, last_ns;
	uint32_t n_flows;      /* to name servers */
	uint64_t bytes_up;     /* as far as the source counts */
	uint64_t servers;      /* linear counting, one bit each */
	struct ed_addr server; /* the last */
	struct ed_addr client; /* address of the machine; not known: zero */
	uint64_t formats;
	struct ed_spell spells[ED_TALKER_SPELLS]; /* of its processes that talked last */
	struct ed_actor actor;
};

struct ed_machines {
	struct ed_machine *machines;
	struct ed_talker *talkers;
	struct ed_started started;
	uint32_t machine_mask, talker_mask; /* of sets */
	uint64_t hash_key;
	uint64_t n_machines; /* ever made */
	uint64_t n_talkers;  /* ever made; 0: the table was never touched */
	uint64_t n_displaced;
};

/* 0 or -ENOMEM. @bytes: for all of it. */
int ed_machines_init(struct ed_machines *t, size_t bytes, uint64_t hash_key);
void ed_machines_done(struct ed_machines *t);

/* An event of the role HOST that has a process. */
void ed_machines_note(struct ed_machines *t, const struct ed_event *ev);

const struct ed_machine *ed_machines_find(const struct ed_machines *t, uint64_t host_hash);

/* Calls @found for each machine, each program, in the order of the tables. */
void ed_machines_each(const struct ed_machines *t,
		      void (*found)(void *arg, const struct ed_machine *m), void *arg);
void ed_machines_each_talker(struct ed_machines *t, void (*found)(void *arg, struct ed_talker *k),
			     void *arg);

#endif
