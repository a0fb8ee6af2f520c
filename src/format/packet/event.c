/* SPDX-License-Identifier: Apache-2.0 */
/* A packet's part of an event; see event.h. */
#include "format/packet/event.h"

#include "base/hash.h"
#include "format/packet/dns_event.h"
#include "format/packet/foreign.h"

enum {
	PORT_DNS = 53,
	PORT_NBNS = 137,
	PORT_DOT = 853, /* DNS over TLS, RFC 7858; over QUIC, RFC 9250 */
	PORT_MDNS = 5353,
	PORT_LLMNR = 5355,
	PROTO_TCP = 6,
};

void ed_packet_addr(const struct ed_packet *pkt, const uint8_t *p, struct ed_addr *ret)
{
	if (pkt->v6)
		ed_addr_from_v6(p, ret);
	else
		ed_addr_from_v4(p, ret);
}

bool ed_packet_is_group(const struct ed_packet *pkt)
{
	/* 224.0.0.0/4 up to broadcast; ff00::/8 */
	return pkt->v6 ? pkt->dst[0] == 0xff : pkt->dst[0] >= 224;
}

enum ed_drop ed_packet_judge_other(const struct ed_packet *pkt)
{
	bool encrypted = pkt->src_port == PORT_DOT || pkt->dst_port == PORT_DOT;

	return encrypted ? ED_DROP_ENCRYPTED : ED_DROP_NOT_DNS;
}

unsigned ed_packet_judge_udp(const struct ed_packet *pkt)
{
	uint16_t a = pkt->src_port, b = pkt->dst_port;

	if (a == PORT_DNS || b == PORT_DNS)
		return ED_PACKET_TAKEN;
	if (a == PORT_MDNS || b == PORT_MDNS)
		return ed_packet_is_group(pkt) ? ED_DROP_MULTICAST : ED_PACKET_TAKEN;
	if (a == PORT_LLMNR || b == PORT_LLMNR || a == PORT_NBNS || b == PORT_NBNS)
		return ED_DROP_MULTICAST;
	return ed_packet_judge_other(pkt);
}

enum ed_drop ed_packet_drop_of(enum ed_packet_kind kind)
{
	switch (kind) {
	case ED_PACKET_BAD_LINK:
		return ED_DROP_LINK;
	case ED_PACKET_BAD_IP:
		return ED_DROP_IP;
	case ED_PACKET_BAD_TRANSPORT:
		return ED_DROP_TRANSPORT;
	case ED_PACKET_SNAPPED:
		return ED_DROP_SNAPPED;
	default:
		return ED_DROP_NOT_DNS;
	}
}

void ed_packet_event_ends(const struct ed_packet *pkt, bool from_client, struct ed_event *ev)
{
	ed_packet_addr(pkt, from_client ? pkt->src : pkt->dst, &ev->client);
	ed_packet_addr(pkt, from_client ? pkt->dst : pkt->src, &ev->resolver);
	ev->client_port = from_client ? pkt->src_port : pkt->dst_port;
	ev->resolver_port = from_client ? pkt->dst_port : pkt->src_port;
	ev->net_tag = pkt->net_tag;
	ev->transport = pkt->protocol == PROTO_TCP ? ED_TRANSPORT_TCP : ED_TRANSPORT_UDP;
	ev->has |= ED_FIELD_CLIENT_PORT | ED_FIELD_TRANSPORT;
	if (ed_addr_known(&ev->client))
		ev->has |= ED_FIELD_CLIENT;
	if (ed_addr_known(&ev->resolver))
		ev->has |= ED_FIELD_RESOLVER;
}

bool ed_packet_is_foreign(const struct ed_packet *pkt)
{
	return ed_foreign_datagram(pkt->data, pkt->wire_n) && ed_packet_on_dns_port(pkt) &&
	       !ed_packet_is_group(pkt);
}

/* The port tells the server; where both have it, the lower address is taken for the client, so that
 * both directions agree. */
static bool is_to_server(const struct ed_packet *pkt)
{
	if (pkt->src_port != pkt->dst_port)
		return pkt->dst_port == PORT_DNS;
	return memcmp(pkt->src, pkt->dst, pkt->v6 ? 16 : 4) < 0;
}

void ed_packet_event_foreign(const struct ed_packet *pkt, struct ed_event *ev)
{
	struct ed_foreign_payload *f = &ev->foreign;
	bool from_client = is_to_server(pkt);

	ev->kind = ED_EVENT_NOT_DNS;
	/* No table's key: the key of the run is not needed. */
	f->hash = (uint32_t)ed_hash_bytes(pkt->data.p, pkt->data.n, 0);
	f->n_first = (uint8_t)(pkt->data.n < sizeof(f->first) ? pkt->data.n : sizeof(f->first));
	memcpy(f->first, pkt->data.p, f->n_first);
	if (from_client)
		ev->size_query = (uint32_t)pkt->wire_n;
	else
		ev->size_response = (uint32_t)pkt->wire_n;
	ev->has |= from_client ? ED_FIELD_SIZE_QUERY : ED_FIELD_SIZE_RESPONSE;
	ed_packet_event_ends(pkt, from_client, ev);
}

unsigned ed_packet_event_dns(const struct ed_packet *pkt, struct ed_span msg, size_t wire_n,
			     struct ed_event *ev)
{
	if (ed_dns_event_read(msg, wire_n, ev) != 0)
		return wire_n > msg.n ? ED_DROP_SNAPPED : ED_DROP_MALFORMED;
	ed_packet_event_ends(pkt, ev->kind == ED_EVENT_DNS_QUERY, ev);
	return ED_PACKET_TAKEN;
}
