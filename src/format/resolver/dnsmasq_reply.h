/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which query an answer of dnsmasq's log belongs to, and what it adds to its event. With a serial
 * number that is certain. Without one it is the last query for the name, of the type that the
 * answer looks like; a line for another name right behind a "<CNAME>" continues that answer.
 */
#ifndef ED_FORMAT_RESOLVER_DNSMASQ_REPLY_H
#define ED_FORMAT_RESOLVER_DNSMASQ_REPLY_H

#include "format/text/join.h"

enum { ED_DNSMASQ_ASKERS = 64, ED_DNSMASQ_DOMAIN_MAX = 3 * (ED_LABEL_MAX + 1) + 1 };

/* The end of the name that a client asked for last with a record type. */
struct ed_dnsmasq_asker {
	uint64_t who; /* hash of client and type */
	uint64_t generation;
	int64_t time_ns;
	uint8_t domain_n;
	uint8_t domain[ED_DNSMASQ_DOMAIN_MAX];
};

/* Memory of one reading thread; zeroed is a good start. */
struct ed_dnsmasq {
	struct ed_join join;
	struct ed_dnsmasq_asker askers[ED_DNSMASQ_ASKERS];
	/* The answer that was last added to: its further lines follow it. */
	struct ed_event *open; /* in the batch; NULL: none */
	uint64_t open_mark;
	bool open_alias; /* its last line was a "<CNAME>" */
};

struct ed_dnsmasq_answer {
	struct ed_span name;  /* as printed; in old versions with any byte in it */
	struct ed_span value; /* address, "<CNAME>", "NXDOMAIN", or the text of a TXT record */
	bool has_serial;
	uint32_t serial;
};

/* Begins a unit. */
void ed_dnsmasq_reset(struct ed_dnsmasq *d);

/*
 * Notes the query @ev, which is about to be committed to @out, under its @serial (NULL: it has
 * none) or its printed @name. A query whose name could not be printed is taken to be for the domain
 * that its client asked last with the same type, if that is not long ago and the type not one that
 * everybody asks for: it gets the domain as its name and stays marked with ED_LOST_NAME.
 */
void ed_dnsmasq_asked(struct ed_dnsmasq *d, const struct ed_batch *out, const uint32_t *serial,
		      struct ed_span name, struct ed_event *ev);

/*
 * Adds an answer to the event of its query; false: the query is not in this unit. A query whose
 * name could not be printed may get it from the answer: its event has room for one.
 */
bool ed_dnsmasq_answered(struct ed_dnsmasq *d, const struct ed_batch *b,
			 const struct ed_dnsmasq_answer *a);

#endif
