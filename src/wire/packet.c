/* SPDX-License-Identifier: Apache-2.0 */
/* The loop that takes a frame apart, and the table of layers; see packet.h. */
#include "wire/packet_int.h"

static int (*const peelers[ED_LAYER_N])(struct ed_packet *pkt) = {
	[ED_LAYER_ETHERNET] = ed_peel_ethernet,
	[ED_LAYER_FDDI] = ed_peel_fddi,
	[ED_LAYER_NULL] = ed_peel_null,
	[ED_LAYER_SLL] = ed_peel_sll,
	[ED_LAYER_SLL2] = ed_peel_sll2,
	[ED_LAYER_PPP] = ed_peel_ppp,
	[ED_LAYER_PPPOE] = ed_peel_pppoe,
	[ED_LAYER_NFLOG_BE] = ed_peel_nflog_be,
	[ED_LAYER_NFLOG_LE] = ed_peel_nflog_le,
	[ED_LAYER_PKTAP] = ed_peel_pktap,
	[ED_LAYER_MPLS] = ed_peel_mpls,
	[ED_LAYER_VLAN] = ed_peel_vlan,
	[ED_LAYER_IP] = ed_peel_ip,
	[ED_LAYER_IPV4] = ed_peel_ipv4,
	[ED_LAYER_IPV6] = ed_peel_ipv6,
	[ED_LAYER_IP_EXTENSION] = ed_peel_ip_extension,
	[ED_LAYER_UDP] = ed_peel_udp,
	[ED_LAYER_TCP] = ed_peel_tcp,
	[ED_LAYER_GRE] = ed_peel_gre,
	[ED_LAYER_ERSPAN2] = ed_peel_erspan2,
	[ED_LAYER_ERSPAN3] = ed_peel_erspan3,
	[ED_LAYER_VXLAN] = ed_peel_vxlan,
	[ED_LAYER_GENEVE] = ed_peel_geneve,
	[ED_LAYER_GTPU] = ed_peel_gtpu,
	[ED_LAYER_TEREDO] = ed_peel_teredo,
	[ED_LAYER_PSEUDOWIRE] = ed_peel_pseudowire,
};

/*
 * Nearly every packet: Ethernet, IPv4 without options or fragments, UDP between ports that are no
 * tunnel's, and all lengths as they should be. The same result as by the table, in a third of the
 * time. False: nothing was touched, and the table must say what it is.
 */
static bool peel_plain(struct ed_packet *pkt)
{
	enum { IP = 14, UDP = IP + 20, PAYLOAD = UDP + 8 };
	const uint8_t *p = pkt->data.p;
	unsigned src_port, dst_port;
	size_t ip_n, udp_n;

	if (pkt->layer != ED_LAYER_ETHERNET || pkt->data.n < PAYLOAD)
		return false;
	if (ed_get_be16(p + IP - 2) != 0x0800 || p[IP] != 0x45 || p[IP + 9] != 17 ||
	    (ed_get_be16(p + IP + 6) & 0x3fff) != 0)
		return false;
	ip_n = ed_get_be16(p + IP + 2);
	udp_n = ed_get_be16(p + UDP + 4);
	if (udp_n < PAYLOAD - UDP || ip_n != UDP - IP + udp_n || pkt->data.n < IP + ip_n)
		return false;
	src_port = ed_get_be16(p + UDP);
	dst_port = ed_get_be16(p + UDP + 2);
	if (ed_packet_is_tunnel(src_port, dst_port))
		return false;
	pkt->src_port = (uint16_t)src_port;
	pkt->dst_port = (uint16_t)dst_port;
	pkt->v6 = false;
	pkt->protocol = 17;
	pkt->src = p + IP + 12;
	pkt->dst = p + IP + 16;
	pkt->layer = ED_LAYER_UDP;
	pkt->data = ed_span_of(p + PAYLOAD, udp_n - (PAYLOAD - UDP));
	pkt->wire_n = pkt->data.n;
	return true;
}

enum ed_packet_kind ed_packet_peel(struct ed_packet *pkt)
{
	if (peel_plain(pkt))
		return ED_PACKET_UDP;
	for (unsigned depth = 0; depth < ED_PACKET_DEPTH_MAX; depth++) {
		int (*peel)(struct ed_packet *) = peelers[pkt->layer];
		int r = peel ? peel(pkt) : ED_PACKET_OTHER;

		if (r != PEEL_ON)
			return (enum ed_packet_kind)r;
	}
	return ED_PACKET_BAD_LINK;
}
