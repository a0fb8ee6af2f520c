/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all records of Linux machines become, whichever program wrote them: a start of a program,
 * with a lookup for each name in its command line, or a connection that it opened.
 *	execve /usr/bin/dig ["dig", "TXT", "mfrggzdf.t.example.com"]  -> PROCESS, DNS_QUERY
 *	connect /usr/bin/dig -> 192.0.2.53:53                          -> FLOW
 */
#ifndef ED_FORMAT_LINUX_EVENT_H
#define ED_FORMAT_LINUX_EVENT_H

#include "format/linux/argv_name.h"
#include "record/batch.h"

/* The fields that all of these formats can fill. */
enum {
	ED_LINUX_FIELDS = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE |
			  ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_PROCESS |
			  ED_FIELD_IMAGE | ED_FIELD_LINEAGE | ED_FIELD_USER | ED_FIELD_HOST,
};

/* What is known of a record; all spans are borrowed until the events are made. */
struct ed_linux_record {
	int64_t time_ns;
	uint64_t offset;
	uint32_t source;
	uint8_t time_quality; /* ed_time_quality */
	/* pid, ppid, start and launch; the ids are made from them */
	struct ed_process process;
	struct ed_span text[ED_TEXT_N];
};

struct ed_linux_flow {
	struct ed_addr peer; /* not known: a socket of this machine */
	struct ed_addr own;  /* the machine's own address, where it is told */
	uint16_t peer_port;
	uint16_t own_port;
	uint8_t transport; /* ed_transport */
	bool is_resolver;  /* a socket of a resolver on this machine */
	bool has_size;
	uint32_t size_bytes;
	uint32_t n_packets;
	uint8_t counted; /* ed_counted; 0: the payload */
};

/* True for "(none)", "?", "(null)" and the like: what the kernel writes for nothing. */
bool ed_linux_is_none(struct ed_span text);

/* Launch bits that a terminal's name and the parent tell. */
uint16_t ed_linux_launch(struct ed_span tty, uint32_t ppid, bool has_login);

/*
 * The start of a program, and its lookups by @argv; with none (@n_argv is 0) by the text of its
 * command. Names that a program which it starts asks for are left to that one's own record. False:
 * @out is full, and holds nothing of it.
 */
bool ed_linux_start(const struct ed_linux_record *r, const struct ed_span *argv, unsigned n_argv,
		    struct ed_batch *out);

/* A process, without lookups; ED_ATTRIBUTION_WEAK: it was there, but what is told is not its start.
 * False: @out is full. */
bool ed_linux_process(const struct ed_linux_record *r, enum ed_attribution attribution,
		      struct ed_batch *out);

/* A connection or a message. False: @out is full. */
bool ed_linux_flow(const struct ed_linux_record *r, const struct ed_linux_flow *f,
		   struct ed_batch *out);

/* Fills what an event has of its record: time, platform, vantage, `has`. For formats that make
 * other kinds of events; committed with ed_linux_commit. NULL: @out is full. */
struct ed_event *ed_linux_peek(const struct ed_linux_record *r, struct ed_batch *out);
void ed_linux_commit(const struct ed_linux_record *r, enum ed_attribution attribution,
		     struct ed_event *ev, struct ed_batch *out);

/* The resolver on the same machine: 127.0.0.0/8, ::1. */
bool ed_linux_is_loopback(const struct ed_addr *a);

#endif
