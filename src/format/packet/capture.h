/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One captured packet to events: what pcap and pcapng have in common. Whole UDP datagrams are
 * events at once; TCP segments on port 53 and IP fragments are put off to the ordered pass, where
 * the tables are.
 *
 * Which packets are DNS: either port is 53; or UDP with either port 5353 between single hosts
 * (multicast DNS goes to groups, and a unicast query to its port is a resolver at an odd place).
 * TCP: port 53. Port 853 is told apart from other protocols. What cannot be DNS on port 53
 * (format/packet/foreign.h) is an event of its own kind.
 */
#ifndef ED_FORMAT_PACKET_CAPTURE_H
#define ED_FORMAT_PACKET_CAPTURE_H

#include "record/batch.h"
#include "wire/packet.h"

struct ed_capture; /* the tables of one source, about 7 MiB; pages that are not used cost nothing */

struct ed_capture_record {
	struct ed_span data;  /* bytes captured */
	size_t wire_n;        /* bytes the packet had; >= data.n */
	int64_t time_ns;      /* >= 0; ED_TIME_UNKNOWN_NS when unknown */
	uint64_t offset;      /* of the record in the source */
	uint32_t unit_offset; /* the same in its unit */
	uint32_t source;
	enum ed_layer layer;              /* by its link type */
	struct ed_packet_program program; /* where the file's format knows it */
};

/* 0 or -errno. */
int ed_capture_new(struct ed_capture **ret);
void ed_capture_free(struct ed_capture *c);

/* Counts the record as read and settles it, or defers it. */
void ed_capture_decode(const struct ed_capture_record *r, struct ed_batch *out);

/* A record that ed_capture_decode deferred. */
void ed_capture_resolve(struct ed_capture *c, const struct ed_capture_record *r,
			struct ed_batch *out);

/* The source ends: what still waits for its rest is dropped, by name. */
void ed_capture_close(struct ed_capture *c, struct ed_batch *out);

#endif
