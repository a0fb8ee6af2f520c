/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Link layers and the tags between them and IP. An Ethernet frame with one VLAN tag:
 *	02 00 00 00 00 02  02 00 00 00 00 01  81 00  00 64  08 00  45 ...
 *	to                 from               802.1Q VID    IPv4
 */
#include "wire/packet_int.h"

enum {
	ETHERNET_BYTES = 14,
	LENGTH_MAX = 1500, /* a type field up to this is the length of an 802.3 frame */
	SNAP_BYTES = 8,
	FDDI_BYTES = 13,
	SLL_BYTES = 16,
	SLL2_BYTES = 20,
	PPPOE_BYTES = 6,
	VLAN_ID_MASK = 0xfff,
	NFLOG_PAYLOAD = 9,
	PKTAP_MIN_BYTES = 12,
	PKTAP_BYTES = 108, /* what is known of its header; a longer one may come */
	PKTAP_PACKET = 1,
	PKTAP_NAME_BYTES = 20,
	PKTAP_IN = 1, /* flags */
	PKTAP_OUT = 2,
};

struct row {
	uint32_t key;
	uint8_t layer;
};

static const struct row links[] = {
	{ 0, ED_LAYER_NULL },   { 1, ED_LAYER_ETHERNET }, { 9, ED_LAYER_PPP },
	{ 10, ED_LAYER_FDDI },  { 12, ED_LAYER_IP },      { 14, ED_LAYER_IP },
	{ 50, ED_LAYER_PPP },   { 51, ED_LAYER_PPPOE },   { 101, ED_LAYER_IP },
	{ 108, ED_LAYER_NULL }, { 113, ED_LAYER_SLL },    { 228, ED_LAYER_IPV4 },
	{ 229, ED_LAYER_IPV6 }, { 258, ED_LAYER_PKTAP },  { 276, ED_LAYER_SLL2 },
};

enum { LINK_NFLOG = 239 };

enum ed_layer ed_packet_layer_of_link(unsigned link_type, bool big_endian)
{
	if (link_type == LINK_NFLOG)
		return big_endian ? ED_LAYER_NFLOG_BE : ED_LAYER_NFLOG_LE;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i].key == link_type)
			return (enum ed_layer)links[i].layer;
	}
	return ED_LAYER_NONE;
}

enum ed_layer ed_layer_of_ethertype(unsigned type)
{
	switch (type) {
	case 0x0800:
		return ED_LAYER_IPV4;
	case 0x86dd:
		return ED_LAYER_IPV6;
	case 0x8100:
	case 0x88a8:
	case 0x9100:
	case 0x9200:
		return ED_LAYER_VLAN;
	case 0x8847:
	case 0x8848:
		return ED_LAYER_MPLS;
	case 0x8864:
		return ED_LAYER_PPPOE;
	case 0x880b:
		return ED_LAYER_PPP;
	case 0x6558:
		return ED_LAYER_ETHERNET;
	default:
		return ED_LAYER_NONE;
	}
}

enum ed_layer ed_layer_of_ppp(unsigned protocol)
{
	switch (protocol) {
	case 0x0021:
		return ED_LAYER_IPV4;
	case 0x0057:
		return ED_LAYER_IPV6;
	case 0x0281:
	case 0x0283:
		return ED_LAYER_MPLS;
	default:
		return ED_LAYER_NONE;
	}
}

/* 802.3: a length, then LLC; only SNAP with an ethertype (aa aa 03 00 00 00) leads to IP. */
static int peel_llc(struct ed_packet *pkt)
{
	static const uint8_t snap[6] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };
	size_t have = pkt->data.n < sizeof(snap) ? pkt->data.n : sizeof(snap);
	unsigned type;

	if (memcmp(pkt->data.p, snap, have) != 0)
		return ED_PACKET_OTHER;
	if (pkt->data.n < SNAP_BYTES)
		return ed_peel_short(pkt, SNAP_BYTES, ED_PACKET_BAD_LINK);
	type = ed_get_be16(pkt->data.p + 6);
	ed_peel_skip(pkt, SNAP_BYTES);
	return ed_peel_to(pkt, ed_layer_of_ethertype(type));
}

int ed_peel_ethernet(struct ed_packet *pkt)
{
	unsigned type;

	if (pkt->data.n < ETHERNET_BYTES)
		return ed_peel_short(pkt, ETHERNET_BYTES, ED_PACKET_BAD_LINK);
	type = ed_get_be16(pkt->data.p + 12);
	ed_peel_skip(pkt, ETHERNET_BYTES);
	if (type <= LENGTH_MAX)
		return peel_llc(pkt);
	return ed_peel_to(pkt, ed_layer_of_ethertype(type));
}

/* Frame control and two addresses, then always LLC. */
int ed_peel_fddi(struct ed_packet *pkt)
{
	if (pkt->data.n < FDDI_BYTES)
		return ed_peel_short(pkt, FDDI_BYTES, ED_PACKET_BAD_LINK);
	ed_peel_skip(pkt, FDDI_BYTES);
	return peel_llc(pkt);
}

/* BSD loopback: an address family in the byte order of the host that captured, or big endian
 * (LOOP). */
int ed_peel_null(struct ed_packet *pkt)
{
	uint32_t family;

	if (pkt->data.n < 4)
		return ed_peel_short(pkt, 4, ED_PACKET_BAD_LINK);
	family = ed_get_le32(pkt->data.p);
	if (family > 0xffff)
		family = ed_get_be32(pkt->data.p);
	ed_peel_skip(pkt, 4);
	switch (family) {
	case 2:
		return ed_peel_to(pkt, ED_LAYER_IPV4);
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */
		return ed_peel_to(pkt, ED_LAYER_IPV6);
	default:
		return ED_PACKET_OTHER;
	}
}

/* "Linux cooked": what `tcpdump -i any` writes. */
int ed_peel_sll(struct ed_packet *pkt)
{
	unsigned type;

	if (pkt->data.n < SLL_BYTES)
		return ed_peel_short(pkt, SLL_BYTES, ED_PACKET_BAD_LINK);
	type = ed_get_be16(pkt->data.p + 14);
	ed_peel_skip(pkt, SLL_BYTES);
	return ed_peel_to(pkt, ed_layer_of_ethertype(type));
}

int ed_peel_sll2(struct ed_packet *pkt)
{
	unsigned type;

	if (pkt->data.n < SLL2_BYTES)
		return ed_peel_short(pkt, SLL2_BYTES, ED_PACKET_BAD_LINK);
	type = ed_get_be16(pkt->data.p);
	ed_peel_skip(pkt, SLL2_BYTES);
	return ed_peel_to(pkt, ed_layer_of_ethertype(type));
}

/* PPP: address and control (ff 03) may be left out; a protocol with an odd first byte has one byte
 * only. */
int ed_peel_ppp(struct ed_packet *pkt)
{
	unsigned protocol;

	if (pkt->data.n >= 2 && pkt->data.p[0] == 0xff && pkt->data.p[1] == 0x03)
		ed_peel_skip(pkt, 2);
	if (pkt->data.n < 2)
		return ed_peel_short(pkt, 2, ED_PACKET_BAD_LINK);
	if (pkt->data.p[0] & 1) {
		protocol = pkt->data.p[0];
		ed_peel_skip(pkt, 1);
	} else {
		protocol = ed_get_be16(pkt->data.p);
		ed_peel_skip(pkt, 2);
	}
	return ed_peel_to(pkt, ed_layer_of_ppp(protocol));
}

/* PPPoE session: version and type, code (0: data), session, length; then PPP. */
int ed_peel_pppoe(struct ed_packet *pkt)
{
	if (pkt->data.n < PPPOE_BYTES)
		return ed_peel_short(pkt, PPPOE_BYTES, ED_PACKET_BAD_LINK);
	if (pkt->data.p[1] != 0)
		return ED_PACKET_OTHER;
	ed_peel_skip(pkt, PPPOE_BYTES);
	return ed_peel_to(pkt, ED_LAYER_PPP);
}

/* Netfilter log: family, version, queue; then attributes of length, type and value, padded to four.
 */
static int peel_nflog(struct ed_packet *pkt, bool big_endian)
{
	if (pkt->data.n < 4)
		return ed_peel_short(pkt, 4, ED_PACKET_BAD_LINK);
	ed_peel_skip(pkt, 4);
	while (pkt->data.n >= 4) {
		const uint8_t *p = pkt->data.p;
		size_t n = big_endian ? ed_get_be16(p) : ed_get_le16(p);
		unsigned type = big_endian ? ed_get_be16(p + 2) : ed_get_le16(p + 2);
		size_t padded = (n + 3) & ~(size_t)3;

		if (n < 4 || n > pkt->wire_n)
			return ED_PACKET_BAD_LINK;
		if (type == NFLOG_PAYLOAD) {
			ed_peel_trim(pkt, n);
			ed_peel_skip(pkt, 4);
			return ed_peel_to(pkt, ED_LAYER_IP);
		}
		if (padded > pkt->data.n)
			break;
		ed_peel_skip(pkt, padded);
	}
	return pkt->wire_n > pkt->data.n ? ED_PACKET_SNAPPED : ED_PACKET_OTHER;
}

int ed_peel_nflog_be(struct ed_packet *pkt)
{
	return peel_nflog(pkt, true);
}

int ed_peel_nflog_le(struct ed_packet *pkt)
{
	return peel_nflog(pkt, false);
}

static struct ed_span text_of(const uint8_t *p)
{
	return ed_span_of(p, strnlen((const char *)p, PKTAP_NAME_BYTES));
}

/*
 * macOS, `tcpdump -i pktap`: little endian whatever the host; length, 1 for a packet, link type,
 * interface; at 36 flags, at 52 process and its name, at 84 the one on whose behalf it acts, which
 * is the one that asked.
 */
int ed_peel_pktap(struct ed_packet *pkt)
{
	const uint8_t *p = pkt->data.p;
	uint32_t n, flags, asker;

	if (pkt->data.n < PKTAP_MIN_BYTES)
		return ed_peel_short(pkt, PKTAP_MIN_BYTES, ED_PACKET_BAD_LINK);
	n = ed_get_le32(p);
	if (n < PKTAP_MIN_BYTES)
		return ED_PACKET_BAD_LINK;
	if (pkt->data.n < n)
		return ed_peel_short(pkt, n, ED_PACKET_BAD_LINK);
	if (ed_get_le32(p + 4) != PKTAP_PACKET)
		return ED_PACKET_OTHER;
	if (n >= PKTAP_BYTES) {
		flags = ed_get_le32(p + 36);
		asker = p[88] ? 84 : 52;
		pkt->program.pid = ed_get_le32(p + asker);
		if (pkt->program.pid > INT32_MAX) /* -1: the kernel */
			pkt->program.pid = 0;
		pkt->program.name = text_of(p + asker + 4);
		pkt->program.way = flags & PKTAP_OUT ? ED_PACKET_WAY_OUT :
				   flags & PKTAP_IN  ? ED_PACKET_WAY_IN :
						       ED_PACKET_WAY_UNKNOWN;
	}
	ed_peel_skip(pkt, n);
	return ed_peel_to(pkt, ed_packet_layer_of_link(ed_get_le32(p + 8), false));
}

/* MPLS has no field for what it carries: the first nibble tells IP; what is not may be Ethernet. */
int ed_peel_mpls(struct ed_packet *pkt)
{
	bool bottom;

	if (pkt->data.n < 4)
		return ed_peel_short(pkt, 4, ED_PACKET_BAD_LINK);
	bottom = pkt->data.p[2] & 1;
	ed_peel_skip(pkt, 4);
	if (!bottom)
		return ed_peel_to(pkt, ED_LAYER_MPLS);
	if (pkt->data.n == 0)
		return ed_peel_short(pkt, 1, ED_PACKET_BAD_LINK);
	if (pkt->data.p[0] >> 4 == 4 || pkt->data.p[0] >> 4 == 6)
		return ed_peel_to(pkt, ED_LAYER_IP);
	return ed_peel_to(pkt, ED_LAYER_PSEUDOWIRE);
}

/* The two outermost VLANs make the net tag; number 0 means priority only. */
int ed_peel_vlan(struct ed_packet *pkt)
{
	unsigned id, type;

	if (pkt->data.n < 4)
		return ed_peel_short(pkt, 4, ED_PACKET_BAD_LINK);
	id = ed_get_be16(pkt->data.p) & VLAN_ID_MASK;
	type = ed_get_be16(pkt->data.p + 2);
	ed_peel_skip(pkt, 4);
	if (pkt->net_tag == 0)
		pkt->net_tag = id;
	else if (pkt->net_tag <= VLAN_ID_MASK)
		pkt->net_tag |= (uint32_t)id << 12;
	if (type <= LENGTH_MAX)
		return peel_llc(pkt);
	return ed_peel_to(pkt, ed_layer_of_ethertype(type));
}
