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
};

enum ed_packet_kind ed_packet_peel(struct ed_packet *pkt)
{
	for (unsigned depth = 0; depth < ED_PACKET_DEPTH_MAX; depth++) {
		int (*peel)(struct ed_packet *) = peelers[pkt->layer];
		int r = peel ? peel(pkt) : ED_PACKET_OTHER;

		if (r != PEEL_ON)
			return (enum ed_packet_kind)r;
	}
	return ED_PACKET_BAD_LINK;
}
