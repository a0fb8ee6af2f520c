/* SPDX-License-Identifier: Apache-2.0 */
/* What the peelers of link.c, ip.c and tunnel.c share. */
#ifndef ED_WIRE_PACKET_INT_H
#define ED_WIRE_PACKET_INT_H

#include "base/cursor.h"
#include "wire/packet.h"

/*
 * A peeler takes one header off pkt->data and sets pkt->layer to what follows, returning PEEL_ON;
 * or says how the packet ends (ed_packet_kind).
 */
enum { PEEL_ON = -1 };

int ed_peel_ethernet(struct ed_packet *pkt);
int ed_peel_fddi(struct ed_packet *pkt);
int ed_peel_null(struct ed_packet *pkt);
int ed_peel_sll(struct ed_packet *pkt);
int ed_peel_sll2(struct ed_packet *pkt);
int ed_peel_ppp(struct ed_packet *pkt);
int ed_peel_pppoe(struct ed_packet *pkt);
int ed_peel_nflog_be(struct ed_packet *pkt);
int ed_peel_nflog_le(struct ed_packet *pkt);
int ed_peel_pktap(struct ed_packet *pkt);
int ed_peel_mpls(struct ed_packet *pkt);
int ed_peel_vlan(struct ed_packet *pkt);
int ed_peel_ip(struct ed_packet *pkt);
int ed_peel_ipv4(struct ed_packet *pkt);
int ed_peel_ipv6(struct ed_packet *pkt);
int ed_peel_ip_extension(struct ed_packet *pkt);
int ed_peel_udp(struct ed_packet *pkt);
int ed_peel_tcp(struct ed_packet *pkt);
int ed_peel_gre(struct ed_packet *pkt);
int ed_peel_erspan2(struct ed_packet *pkt);
int ed_peel_erspan3(struct ed_packet *pkt);
int ed_peel_vxlan(struct ed_packet *pkt);
int ed_peel_geneve(struct ed_packet *pkt);
int ed_peel_gtpu(struct ed_packet *pkt);
int ed_peel_teredo(struct ed_packet *pkt);
int ed_peel_pseudowire(struct ed_packet *pkt);

/* By ethertype, PPP protocol, UDP ports; ED_LAYER_NONE: not looked into. */
enum ed_layer ed_layer_of_ethertype(unsigned type);
enum ed_layer ed_layer_of_ppp(unsigned protocol);
enum ed_layer ed_layer_of_udp(unsigned src_port, unsigned dst_port);

static inline int ed_peel_to(struct ed_packet *pkt, enum ed_layer next)
{
	pkt->layer = (uint8_t)next;
	return PEEL_ON;
}

/* Behind a header that does not say what it carries: IP when the first nibble has a version of IP.
 */
static inline int ed_peel_to_ip_or_other(struct ed_packet *pkt)
{
	unsigned version = pkt->data.n > 0 ? pkt->data.p[0] >> 4 : 4;

	if (version != 4 && version != 6)
		return ED_PACKET_OTHER;
	return ed_peel_to(pkt, ED_LAYER_IP);
}

/* Passes over @n bytes of header; the caller knows that they were captured. */
static inline void ed_peel_skip(struct ed_packet *pkt, size_t n)
{
	pkt->data.p += n;
	pkt->data.n -= n;
	pkt->wire_n -= n;
}

/* The header needs more bytes than were captured: whose fault is it? */
static inline int ed_peel_short(const struct ed_packet *pkt, size_t needed,
				enum ed_packet_kind fault)
{
	return pkt->wire_n >= needed ? ED_PACKET_SNAPPED : fault;
}

/* What follows on the wire is @n bytes, says a header; it cannot be more than there was. */
static inline void ed_peel_trim(struct ed_packet *pkt, size_t n)
{
	pkt->wire_n = n;
	if (pkt->data.n > n)
		pkt->data.n = n;
}

#endif
