/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets that tell of flows: those that begin one in which DNS may be carried out of sight. A
 * client's first message to TLS names the server; its first to QUIC has a form of its own, and its
 * name is out of reach.
 */
#ifndef ED_FORMAT_FLOW_PACKET_H
#define ED_FORMAT_FLOW_PACKET_H

#include "format/flow/event.h"
#include "wire/packet.h"

/*
 * True for a client's first message to TLS on the ports of HTTPS and DNS over TLS, and to QUIC on
 * those of DNS over QUIC. @ret_name: the server's name as text, borrowed; empty where it is not in
 * the packet.
 */
bool ed_flow_packet_begins(const struct ed_packet *pkt, struct ed_span *ret_name);

/* True for the UDP ports that collectors of flows and samples listen on. */
bool ed_flow_packet_is_collector(unsigned dst_port);

/* True for a datagram in which flows are exported, by its port and its first bytes. */
bool ed_flow_packet_is_export(const struct ed_packet *pkt);

/* The same of a datagram in which sampled packets are (format/flow/sflow_datagram.h). */
bool ed_flow_packet_is_sample(const struct ed_packet *pkt);

#endif
