/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a captured frame to the payload of UDP or TCP, through VLAN tags and tunnels.
 *
 * A layer is a number and a function that takes its header off and names the next layer. Link
 * types, ethertypes, IP protocols and UDP ports are tables that lead to layers; a new encapsulation
 * is one function and one row (packet_int.h). At most ED_PACKET_DEPTH_MAX layers are taken off.
 *
 * Lengths are kept twice: what was captured, and what the headers say was sent. The second is
 * larger when the capture was cut (snapped) and is what sizes are measured by.
 */
#ifndef ED_WIRE_PACKET_H
#define ED_WIRE_PACKET_H

#include "base/addr.h"

enum {
	ED_PACKET_DEPTH_MAX = 16,    /* layers, VLAN tags and tunnels included */
	ED_PACKET_TAG_VNI = 1 << 30, /* net_tag holds a VXLAN or GENEVE network, not VLANs */
};

/* Where peeling begins, and what a frame can be made of. */
enum ed_layer {
	ED_LAYER_NONE, /* not known: another protocol */
	ED_LAYER_ETHERNET,
	ED_LAYER_FDDI,
	ED_LAYER_NULL,
	ED_LAYER_SLL,
	ED_LAYER_SLL2,
	ED_LAYER_PPP,
	ED_LAYER_PPPOE,
	ED_LAYER_NFLOG_BE, /* attribute lengths in the byte order of the host that captured */
	ED_LAYER_NFLOG_LE,
	ED_LAYER_PKTAP,
	ED_LAYER_MPLS,
	ED_LAYER_VLAN,
	ED_LAYER_IP, /* version 4 or 6, by the first nibble */
	ED_LAYER_IPV4,
	ED_LAYER_IPV6,
	ED_LAYER_IP_EXTENSION, /* IPv6 extension header, or AH, of the number in `protocol` */
	ED_LAYER_GRE,
	ED_LAYER_ERSPAN2,
	ED_LAYER_ERSPAN3,
	ED_LAYER_VXLAN,
	ED_LAYER_GENEVE,
	ED_LAYER_GTPU,
	ED_LAYER_TEREDO,
	ED_LAYER_PSEUDOWIRE,
	ED_LAYER_UDP,
	ED_LAYER_TCP,
	ED_LAYER_N
};

/* What came out. */
enum ed_packet_kind {
	ED_PACKET_UDP,
	ED_PACKET_TCP,
	ED_PACKET_FRAGMENT,
	ED_PACKET_OTHER,    /* not IP, or IP with another protocol: nothing wrong with it */
	ED_PACKET_BAD_LINK, /* these three: broken, or cut short by the sender */
	ED_PACKET_BAD_IP,
	ED_PACKET_BAD_TRANSPORT,
	ED_PACKET_SNAPPED, /* the capture kept too little to tell */
};

enum { ED_TCP_SYN = 0x02 };

/* Which way the packet went at the host that captured it. */
enum ed_packet_way { ED_PACKET_WAY_UNKNOWN, ED_PACKET_WAY_IN, ED_PACKET_WAY_OUT };

/* The program at this end of the packet: captures of macOS know it. */
struct ed_packet_program {
	uint32_t pid;        /* 0: not known */
	uint8_t way;         /* ed_packet_way */
	struct ed_span name; /* into the frame, or where the caller had it; empty: not known */
};

struct ed_packet {
	struct ed_span data; /* captured bytes of the layer reached: the payload in the end */
	size_t wire_n;       /* the same on the wire; >= data.n */
	const uint8_t *src;  /* into the frame: 4 or 16 bytes (v6) of the innermost IP header */
	const uint8_t *dst;
	uint32_t
		net_tag; /* outer VLAN | inner VLAN << 12, or ED_PACKET_TAG_VNI | network; 0 none */
	uint8_t layer;   /* ed_layer that data begins with */
	bool v6;
	uint8_t protocol; /* of IP */
	uint8_t tcp_flags;
	uint16_t src_port;
	uint16_t dst_port;
	uint32_t tcp_seq; /* of the first byte of data; of the SYN itself on a SYN */
	uint32_t frag_id; /* FRAGMENT: data is the piece, frag_offset its place in the datagram */
	uint32_t frag_offset;
	bool frag_more;
	struct ed_packet_program program;
};

/* The layer that frames of a pcap link type begin with; ED_LAYER_NONE when it is not supported. */
enum ed_layer ed_packet_layer_of_link(unsigned link_type, bool big_endian);

/* The layer of an IP protocol number; ED_LAYER_NONE when it is not looked into. */
enum ed_layer ed_packet_layer_of_protocol(unsigned protocol);

/* Is a UDP datagram between these ports looked into as a tunnel? */
bool ed_packet_is_tunnel(unsigned src_port, unsigned dst_port);

/*
 * Peels @pkt, whose data, wire_n and layer the caller has set (and net_tag, src, dst, v6 when it
 * goes on inside a reassembled datagram; program when the caller knows it), down to a payload.
 */
enum ed_packet_kind ed_packet_peel(struct ed_packet *pkt);

#endif
