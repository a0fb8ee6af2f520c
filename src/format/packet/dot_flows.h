/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections on port 853, DNS over TLS (RFC 7858) or over QUIC (RFC 9250), each told once: by its
 * first packet with a payload, whether that is the client's hello or the capture began later.
 * Fixed memory; a full set gives up the connection that was idle longest.
 */
#ifndef ED_FORMAT_PACKET_DOT_FLOWS_H
#define ED_FORMAT_PACKET_DOT_FLOWS_H

#include "wire/packet.h"

enum { ED_DOT_SETS = 256, ED_DOT_WAYS = 4 };

struct ed_dot_flow {
	uint64_t hash; /* of both ends; 0: free */
	int64_t last_ns;
};

struct ed_dot_flows {
	struct ed_dot_flow flows[ED_DOT_SETS][ED_DOT_WAYS];
};

/* A packet with a payload from or to the port, and neither end is port 53. */
bool ed_dot_is_payload(const struct ed_packet *pkt);

/* Of such a packet: was it sent by who asks? */
bool ed_dot_from_client(const struct ed_packet *pkt);

/* True for the first such packet of its connection. */
bool ed_dot_flows_note(struct ed_dot_flows *t, const struct ed_packet *pkt, int64_t time_ns);

#endif
