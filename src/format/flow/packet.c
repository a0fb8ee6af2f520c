/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that tell of flows; see packet.h. */
#include "format/flow/packet.h"

#include "format/flow/export.h"
#include "format/flow/sflow_datagram.h"
#include "wire/tls_hello.h"

enum {
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	QUIC_FORM_MASK = 0xf0, /* of the first byte, RFC 9000 §17.2.2 */
	QUIC_INITIAL = 0xc0,
	QUIC_INITIAL_MIN_BYTES = 1200,
	PORT_NETFLOW = 2055,
	PORT_IPFIX = 4739,
	PORT_NETFLOW_9995 = 9995,
	PORT_NETFLOW_9996 = 9996,
	PORT_SFLOW = 6343,
};

bool ed_flow_packet_begins(const struct ed_packet *pkt, struct ed_span *ret_name)
{
	enum ed_flow_service service = ed_flow_service_of(pkt->dst_port);

	*ret_name = ed_span_of(NULL, 0);
	if (pkt->protocol == PROTO_TCP && service >= ED_FLOW_DOT)
		return ed_tls_hello_read(pkt->data, ret_name);
	return pkt->protocol == PROTO_UDP && service == ED_FLOW_DOT &&
	       pkt->wire_n >= QUIC_INITIAL_MIN_BYTES && pkt->data.n > 0 &&
	       (pkt->data.p[0] & QUIC_FORM_MASK) == QUIC_INITIAL;
}

bool ed_flow_packet_is_collector(unsigned dst_port)
{
	switch (dst_port) {
	case PORT_NETFLOW:
	case PORT_IPFIX:
	case PORT_NETFLOW_9995:
	case PORT_NETFLOW_9996:
	case PORT_SFLOW:
		return true;
	default:
		return false;
	}
}

bool ed_flow_packet_is_export(const struct ed_packet *pkt)
{
	return pkt->protocol == PROTO_UDP && pkt->dst_port != PORT_SFLOW &&
	       ed_flow_packet_is_collector(pkt->dst_port) && ed_export_looks(pkt->data);
}

bool ed_flow_packet_is_sample(const struct ed_packet *pkt)
{
	return pkt->protocol == PROTO_UDP && pkt->dst_port == PORT_SFLOW &&
	       ed_sflow_looks(pkt->data);
}
