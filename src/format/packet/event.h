/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payload of one packet to the part of an event that is the packet's own: message or payload,
 * ends and sizes. Captures and sampled headers share it; time, offset and source are the caller's.
 */
#ifndef ED_FORMAT_PACKET_EVENT_H
#define ED_FORMAT_PACKET_EVENT_H

#include "record/batch.h"
#include "wire/packet.h"

/* What is not an enum ed_drop: the packet is to be read, or gave an event. */
enum { ED_PACKET_TAKEN = ED_DROP_N };

/* The address at @p, which points to src or dst of @pkt. */
void ed_packet_addr(const struct ed_packet *pkt, const uint8_t *p, struct ed_addr *ret);

/* Sent to a group or to all. */
bool ed_packet_is_group(const struct ed_packet *pkt);

static inline bool ed_packet_on_dns_port(const struct ed_packet *pkt)
{
	return pkt->src_port == 53 || pkt->dst_port == 53;
}

/* Why a packet that is not DNS by its ports is dropped. */
enum ed_drop ed_packet_judge_other(const struct ed_packet *pkt);

/* A UDP packet by its ports: ED_PACKET_TAKEN means "to be read as DNS", all else why not. Port 53
 * outweighs what the other port is. */
unsigned ed_packet_judge_udp(const struct ed_packet *pkt);

/* Why a packet that did not even get to UDP or TCP is dropped. */
enum ed_drop ed_packet_drop_of(enum ed_packet_kind kind);

/* Client, resolver, ports, network and transport. */
void ed_packet_event_ends(const struct ed_packet *pkt, bool from_client, struct ed_event *ev);

/* Of a UDP packet to be read as DNS: does it hold something else? */
bool ed_packet_is_foreign(const struct ed_packet *pkt);

/* The packet's payload, which is not DNS. */
void ed_packet_event_foreign(const struct ed_packet *pkt, struct ed_event *ev);

/*
 * A DNS message of the packet, @msg of its @wire_n bytes captured. Who asked whom: the asker is the
 * sender of a query and the receiver of a response. ED_PACKET_TAKEN, or the reason there is none.
 */
unsigned ed_packet_event_dns(const struct ed_packet *pkt, struct ed_span msg, size_t wire_n,
			     struct ed_event *ev);

#endif
