/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tunnels that mirror ports, clouds and mobile networks put around packets: GRE, ERSPAN, VXLAN,
 * GENEVE, GTP-U, Teredo, Ethernet over MPLS. A UDP packet that only shares the port of one of them
 * is let go as another protocol.
 */
#include "wire/packet_int.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080,
	GRE_VERSION = 0x0007,
	GRE_ERSPAN2 = 0x88be,
	GRE_ERSPAN3 = 0x22eb,
	ERSPAN2_BYTES = 8,
	ERSPAN3_BYTES = 12,
	ERSPAN3_PLATFORM_BYTES = 8,
	VXLAN_BYTES = 8,
	GENEVE_BYTES = 8,
	GTPU_BYTES = 8,
	GTPU_DATA = 255,
	GTPU_EXTENSIONS_MAX = 8,
	TEREDO_PORT = 3544,
	TEREDO_AUTH_BYTES = 13, /* without identifier and authentication value */
	TEREDO_ORIGIN_BYTES = 8,
	PSEUDOWIRE_BYTES = 4, /* its control word */
	ETHERNET_BYTES = 14,
	IPV6_BYTES = 40,
};

/*
 * VXLAN, GENEVE and GTP-U are known by where they go, whatever port they come from; Teredo has its
 * port at the server's end. A resolver may answer to a port that a tunnel also uses: port 53 goes
 * first.
 */
enum ed_layer ed_layer_of_udp(unsigned src_port, unsigned dst_port)
{
	if (src_port == 53 || dst_port == 53)
		return ED_LAYER_NONE;
	if (src_port == TEREDO_PORT || dst_port == TEREDO_PORT)
		return ED_LAYER_TEREDO;
	switch (dst_port) {
	case 4789:
	case 8472:
		return ED_LAYER_VXLAN;
	case 6081:
		return ED_LAYER_GENEVE;
	case 2152:
		return ED_LAYER_GTPU;
	default:
		return ED_LAYER_NONE;
	}
}

bool ed_packet_is_tunnel(unsigned src_port, unsigned dst_port)
{
	return ed_layer_of_udp(src_port, dst_port) != ED_LAYER_NONE;
}

/* RFC 2784 and 2890; version 1 is PPTP (RFC 2637), whose key is always there and which may
 * acknowledge. */
int ed_peel_gre(struct ed_packet *pkt)
{
	unsigned flags, type;
	size_t n = 4;

	if (pkt->data.n < n)
		return ed_peel_short(pkt, n, ED_PACKET_BAD_LINK);
	flags = ed_get_be16(pkt->data.p);
	type = ed_get_be16(pkt->data.p + 2);
	if (flags & GRE_ROUTING || (flags & GRE_VERSION) > 1)
		return ED_PACKET_OTHER;
	n += flags & GRE_CHECKSUM ? 4 : 0;
	n += flags & GRE_KEY ? 4 : 0;
	n += flags & GRE_SEQUENCE ? 4 : 0;
	n += flags & GRE_ACK && (flags & GRE_VERSION) == 1 ? 4 : 0;
	if (pkt->data.n < n)
		return ed_peel_short(pkt, n, ED_PACKET_BAD_LINK);
	ed_peel_skip(pkt, n);
	/* ERSPAN I has no header of its own, and no sequence number by which it is told from II. */
	if (type == GRE_ERSPAN2)
		return ed_peel_to(pkt, flags & GRE_SEQUENCE ? ED_LAYER_ERSPAN2 : ED_LAYER_ETHERNET);
	if (type == GRE_ERSPAN3)
		return ed_peel_to(pkt, ED_LAYER_ERSPAN3);
	return ed_peel_to(pkt, ed_layer_of_ethertype(type));
}

int ed_peel_erspan2(struct ed_packet *pkt)
{
	if (pkt->data.n < ERSPAN2_BYTES)
		return ed_peel_short(pkt, ERSPAN2_BYTES, ED_PACKET_BAD_LINK);
	ed_peel_skip(pkt, ERSPAN2_BYTES);
	return ed_peel_to(pkt, ED_LAYER_ETHERNET);
}

int ed_peel_erspan3(struct ed_packet *pkt)
{
	size_t n = ERSPAN3_BYTES;

	if (pkt->data.n < n)
		return ed_peel_short(pkt, n, ED_PACKET_BAD_LINK);
	if (pkt->data.p[ERSPAN3_BYTES - 1] & 1)
		n += ERSPAN3_PLATFORM_BYTES;
	if (pkt->data.n < n)
		return ed_peel_short(pkt, n, ED_PACKET_BAD_LINK);
	ed_peel_skip(pkt, n);
	return ed_peel_to(pkt, ED_LAYER_ETHERNET);
}

static void set_network(struct ed_packet *pkt, const uint8_t *p)
{
	pkt->net_tag = ED_PACKET_TAG_VNI | (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

int ed_peel_vxlan(struct ed_packet *pkt)
{
	if (pkt->data.n < VXLAN_BYTES)
		return ED_PACKET_OTHER;
	set_network(pkt, pkt->data.p + 4);
	ed_peel_skip(pkt, VXLAN_BYTES);
	return ed_peel_to(pkt, ED_LAYER_ETHERNET);
}

int ed_peel_geneve(struct ed_packet *pkt)
{
	unsigned type;
	size_t n;

	if (pkt->data.n < GENEVE_BYTES || pkt->data.p[0] >> 6 != 0)
		return ED_PACKET_OTHER;
	n = GENEVE_BYTES + (pkt->data.p[0] & 0x3fu) * 4;
	if (pkt->data.n < n)
		return ed_peel_short(pkt, n, ED_PACKET_OTHER);
	type = ed_get_be16(pkt->data.p + 2);
	set_network(pkt, pkt->data.p + 4);
	ed_peel_skip(pkt, n);
	return ed_peel_to(pkt, ed_layer_of_ethertype(type));
}

/* Version 1 (3GPP TS 29.281): sequence number, N-PDU number and extension type come together or not
 * at all. */
int ed_peel_gtpu(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;
	size_t n = GTPU_BYTES;
	unsigned next = 0;

	if (pkt->data.n < n || p[0] >> 4 != 3 || p[1] != GTPU_DATA)
		return ED_PACKET_OTHER;
	if (p[0] & 7) {
		n += 4;
		if (pkt->data.n < n)
			return ed_peel_short(pkt, n, ED_PACKET_OTHER);
		next = p[0] & 4 ? p[n - 1] : 0;
	}
	for (unsigned i = 0; next != 0; i++) {
		size_t part_n = n < pkt->data.n ? p[n] * 4u : 0;

		if (part_n == 0 || pkt->data.n - n < part_n || i == GTPU_EXTENSIONS_MAX)
			return ed_peel_short(pkt, n + part_n, ED_PACKET_OTHER);
		n += part_n;
		next = p[n - 1];
	}
	ed_peel_skip(pkt, n);
	return ed_peel_to_ip_or_other(pkt);
}

/*
 * RFC 4380 §5.1.1: an authentication header (00 01, two lengths, those bytes, nonce, confirmation)
 * and an origin indication (00 00, port, address) may come before the IPv6 packet.
 */
int ed_peel_teredo(struct ed_packet *pkt)
{
	size_t n = 0;

	if (pkt->data.n >= 4 && ed_get_be16(pkt->data.p) == 1)
		n = TEREDO_AUTH_BYTES + (size_t)pkt->data.p[2] + pkt->data.p[3];
	if (pkt->data.n >= n + 2 && ed_get_be16(pkt->data.p + n) == 0)
		n += TEREDO_ORIGIN_BYTES;
	if (pkt->data.n < n + IPV6_BYTES)
		return ed_peel_short(pkt, n + IPV6_BYTES, ED_PACKET_OTHER);
	if (pkt->data.p[n] >> 4 != 6)
		return ED_PACKET_OTHER;
	ed_peel_skip(pkt, n);
	return ed_peel_to(pkt, ED_LAYER_IPV6);
}

/*
 * RFC 4448: Ethernet, behind a control word whose first four bits are 0, or at once. Nothing says
 * which, and a MAC address may begin with 0 too: the place where an ethertype lies that is known.
 */
int ed_peel_pseudowire(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;

	if (pkt->data.n < PSEUDOWIRE_BYTES + ETHERNET_BYTES)
		return ed_peel_short(pkt, PSEUDOWIRE_BYTES + ETHERNET_BYTES, ED_PACKET_OTHER);
	if (p[0] >> 4 == 0 &&
	    ed_layer_of_ethertype(ed_get_be16(p + PSEUDOWIRE_BYTES + ETHERNET_BYTES - 2)))
		ed_peel_skip(pkt, PSEUDOWIRE_BYTES);
	else if (!ed_layer_of_ethertype(ed_get_be16(p + ETHERNET_BYTES - 2)))
		return ED_PACKET_OTHER;
	return ed_peel_to(pkt, ED_LAYER_ETHERNET);
}
