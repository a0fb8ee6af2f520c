/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4, IPv6 with its extension headers, UDP and TCP. Checksums are not tested: captures on a
 * sender show packets whose checksum the network card has yet to fill in.
 */
#include "wire/packet_int.h"

enum {
	IPV4_BYTES = 20,
	IPV4_MORE = 0x2000,
	IPV4_OFFSET_MASK = 0x1fff,
	IPV6_BYTES = 40,
	UDP_BYTES = 8,
	TCP_BYTES = 20,
	DATAGRAM_MAX = 65535,
};

enum {
	PROTO_HOP_BY_HOP = 0,
	PROTO_IPIP = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_6IN4 = 41,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_GRE = 47,
	PROTO_AH = 51,
	PROTO_DESTINATION = 60,
	PROTO_MOBILITY = 135,
};

enum ed_layer ed_packet_layer_of_protocol(unsigned protocol)
{
	switch (protocol) {
	case PROTO_UDP:
		return ED_LAYER_UDP;
	case PROTO_TCP:
		return ED_LAYER_TCP;
	case PROTO_IPIP:
		return ED_LAYER_IPV4;
	case PROTO_6IN4:
		return ED_LAYER_IPV6;
	case PROTO_GRE:
		return ED_LAYER_GRE;
	case PROTO_HOP_BY_HOP:
	case PROTO_ROUTING:
	case PROTO_FRAGMENT:
	case PROTO_AH:
	case PROTO_DESTINATION:
	case PROTO_MOBILITY:
		return ED_LAYER_IP_EXTENSION;
	default:
		return ED_LAYER_NONE;
	}
}

/* A piece of a datagram: all but the last carry whole 8-byte units, and none reaches past 64 KiB.
 */
static int peel_fragment(struct ed_packet *pkt)
{
	if (pkt->frag_offset + pkt->wire_n > DATAGRAM_MAX ||
	    (pkt->frag_more && pkt->wire_n % 8 != 0))
		return ED_PACKET_BAD_IP;
	if (ed_packet_layer_of_protocol(pkt->protocol) == ED_LAYER_NONE)
		return ED_PACKET_OTHER;
	return ED_PACKET_FRAGMENT;
}

int ed_peel_ip(struct ed_packet *pkt)
{
	if (pkt->data.n == 0)
		return ed_peel_short(pkt, 1, ED_PACKET_BAD_IP);
	switch (pkt->data.p[0] >> 4) {
	case 4:
		return ed_peel_to(pkt, ED_LAYER_IPV4);
	case 6:
		return ed_peel_to(pkt, ED_LAYER_IPV6);
	default:
		return ED_PACKET_BAD_IP;
	}
}

int ed_peel_ipv4(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;
	size_t header_n, total_n;
	unsigned frag;

	if (pkt->data.n < IPV4_BYTES)
		return ed_peel_short(pkt, IPV4_BYTES, ED_PACKET_BAD_IP);
	header_n = (p[0] & 15u) * 4;
	total_n = ed_get_be16(p + 2);
	/* Segmentation offload leaves the length to the network card: take what is there. */
	if (total_n == 0)
		total_n = pkt->wire_n;
	if (p[0] >> 4 != 4 || header_n < IPV4_BYTES || total_n < header_n)
		return ED_PACKET_BAD_IP;
	if (pkt->data.n < header_n)
		return ed_peel_short(pkt, header_n, ED_PACKET_BAD_IP);
	ed_peel_trim(pkt, total_n);
	ed_peel_skip(pkt, header_n);
	pkt->v6 = false;
	pkt->src = p + 12;
	pkt->dst = p + 16;
	pkt->protocol = p[9];
	frag = ed_get_be16(p + 6);
	if ((frag & (IPV4_MORE | IPV4_OFFSET_MASK)) == 0)
		return ed_peel_to(pkt, ed_packet_layer_of_protocol(pkt->protocol));
	pkt->frag_id = ed_get_be16(p + 4);
	pkt->frag_offset = (frag & IPV4_OFFSET_MASK) * 8;
	pkt->frag_more = frag & IPV4_MORE;
	return peel_fragment(pkt);
}

int ed_peel_ipv6(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;
	size_t payload_n;

	if (pkt->data.n < IPV6_BYTES)
		return ed_peel_short(pkt, IPV6_BYTES, ED_PACKET_BAD_IP);
	if (p[0] >> 4 != 6)
		return ED_PACKET_BAD_IP;
	payload_n = ed_get_be16(p + 4);
	ed_peel_skip(pkt, IPV6_BYTES);
	/* 0: a jumbogram, or segmentation offload. */
	if (payload_n > 0)
		ed_peel_trim(pkt, payload_n);
	pkt->v6 = true;
	pkt->src = p + 8;
	pkt->dst = p + 24;
	pkt->protocol = p[6];
	return ed_peel_to(pkt, ed_packet_layer_of_protocol(pkt->protocol));
}

static int peel_fragment_header(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;
	unsigned frag = ed_get_be16(p + 2);

	pkt->protocol = p[0];
	pkt->frag_id = ed_get_be32(p + 4);
	pkt->frag_offset = frag & 0xfff8;
	pkt->frag_more = frag & 1;
	ed_peel_skip(pkt, 8);
	/* An atomic fragment is a whole datagram (RFC 6946). */
	if (pkt->frag_offset == 0 && !pkt->frag_more)
		return ed_peel_to(pkt, ed_packet_layer_of_protocol(pkt->protocol));
	return peel_fragment(pkt);
}

int ed_peel_ip_extension(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;
	size_t n;

	if (!pkt->v6 && pkt->protocol != PROTO_AH)
		return ED_PACKET_OTHER;
	if (pkt->data.n < 8)
		return ed_peel_short(pkt, 8, ED_PACKET_BAD_IP);
	if (pkt->protocol == PROTO_FRAGMENT)
		return peel_fragment_header(pkt);
	n = pkt->protocol == PROTO_AH ? (p[1] + 2u) * 4 : (p[1] + 1u) * 8;
	if (pkt->data.n < n)
		return ed_peel_short(pkt, n, ED_PACKET_BAD_IP);
	pkt->protocol = p[0];
	ed_peel_skip(pkt, n);
	return ed_peel_to(pkt, ed_packet_layer_of_protocol(pkt->protocol));
}

int ed_peel_udp(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;
	enum ed_layer inner;
	size_t n;

	if (pkt->data.n < UDP_BYTES)
		return ed_peel_short(pkt, UDP_BYTES, ED_PACKET_BAD_TRANSPORT);
	pkt->src_port = ed_get_be16(p);
	pkt->dst_port = ed_get_be16(p + 2);
	n = ed_get_be16(p + 4);
	if (n == 0)
		n = pkt->wire_n;
	if (n < UDP_BYTES || n > pkt->wire_n)
		return ED_PACKET_BAD_TRANSPORT;
	ed_peel_trim(pkt, n);
	ed_peel_skip(pkt, UDP_BYTES);
	inner = ed_layer_of_udp(pkt->src_port, pkt->dst_port);
	return inner == ED_LAYER_NONE ? (int)ED_PACKET_UDP : ed_peel_to(pkt, inner);
}

int ed_peel_tcp(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;
	size_t n;

	if (pkt->data.n < TCP_BYTES)
		return ed_peel_short(pkt, TCP_BYTES, ED_PACKET_BAD_TRANSPORT);
	n = (p[12] >> 4) * 4u;
	if (n < TCP_BYTES || n > pkt->wire_n)
		return ED_PACKET_BAD_TRANSPORT;
	if (n > pkt->data.n)
		return ED_PACKET_SNAPPED;
	pkt->src_port = ed_get_be16(p);
	pkt->dst_port = ed_get_be16(p + 2);
	pkt->tcp_seq = ed_get_be32(p + 4);
	pkt->tcp_flags = p[13];
	ed_peel_skip(pkt, n);
	return ED_PACKET_TCP;
}
