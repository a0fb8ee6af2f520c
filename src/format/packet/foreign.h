/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a payload on port 53 something other than DNS? A tunnel that may reach its server needs no
 * names: it logs in with a few lookups and then sends what it likes to a port that is open. A
 * message that was damaged or cut is still DNS, so only what no DNS software could have meant
 * counts: counts in the header that the payload has no room for, a query without any question but
 * with bytes behind the header, or the mark of a known tool or protocol.
 * A header with one question is believed, whatever follows,
 * and so is any in front of a question that can be read.
 */
#ifndef ED_FORMAT_PACKET_FOREIGN_H
#define ED_FORMAT_PACKET_FOREIGN_H

#include "wire/tcp.h"

/*
 * Of a UDP datagram on port 53: @seen of its payload was captured, @wire_n >= seen.n was sent. An
 * empty one says nothing, and neither does one of which the capture kept less than a header.
 */
bool ed_foreign_datagram(struct ed_span seen, size_t wire_n);

enum { ED_FOREIGN_SETS = 128, ED_FOREIGN_WAYS = 4 };

struct ed_foreign_flow {
	uint64_t hash; /* of both ends; 0: free */
	int64_t last_ns;
	uint32_t first_seq[2]; /* of the first payload byte, by direction */
	bool is_begun[2];      /* first_seq is known: the SYN was seen */
	bool is_foreign;
};

/*
 * The TCP connections to port 53 whose beginning was seen, in fixed memory. A full set evicts a
 * connection that was idle longest, one that is DNS first; then the connection counts as DNS.
 */
struct ed_foreign_flows {
	struct ed_foreign_flow flows[ED_FOREIGN_SETS][ED_FOREIGN_WAYS];
};

/*
 * Whether the segment belongs to a connection that is not DNS. Only the first bytes behind a SYN
 * are judged, since in the middle of a stream anything may be DNS; the verdict holds for both
 * directions until the next SYN. To be called with every segment, empty ones with a SYN too.
 */
bool ed_foreign_segment(struct ed_foreign_flows *t, const struct ed_tcp_segment *seg);

#endif
