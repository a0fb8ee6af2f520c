/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sFlow; see sflow_datagram.h. All numbers are 32 bits, big endian; what has a length is filled up
 * to four bytes:
 *	00000005 00000001 c0000201 00000000 <sequence> <uptime ms> 00000001    agent, one sample
 *	00000001 <bytes> <sequence> <source> <rate> <pool> <drops> <in> <out> 00000001
 *	00000001 <bytes> 00000001 <frame bytes> <stripped> <header bytes> <header ...>
 */
#include "format/flow/sflow_datagram.h"

#include "base/cursor.h"
#include "base/time.h"
#include "format/flow/packet.h"
#include "format/packet/event.h"

enum {
	VERSION = 5,
	ADDRESS_V4 = 1,
	ADDRESS_V6 = 2,
	HEAD_BYTES = 28, /* with an agent's address of version 4 */
	DATAGRAM_MAX_BYTES = UINT16_MAX,
	SAMPLE_FLOW = 1, /* formats of enterprise 0 */
	SAMPLE_FLOW_EXPANDED = 3,
	RECORD_RAW = 1,
	RECORD_IPV4 = 3,
	RECORD_IPV6 = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	TCP_ACK = 0x10,
	LENGTH_BYTES = 2, /* in front of a message over TCP */
};

/* A datagram while it is read. */
struct reading {
	const struct ed_sflow_datagram *d;
	struct ed_batch *out;
	unsigned n_events, n_packets; /* of samples of packets */
	bool full;
};

/* A sample of a packet: its records, empty where they are missing. */
struct sample {
	uint32_t rate;
	size_t at; /* in the datagram */
	struct ed_span raw, ipv4, ipv6;
};

static void commit(struct reading *g, const struct sample *s, struct ed_event *ev)
{
	ev->time_ns = g->d->time_ns;
	ev->time_quality = ED_TIME_NONE;
	if (ev->time_ns != ED_TIME_UNKNOWN_NS) {
		ev->time_quality = ED_TIME_RECEIVED;
		ev->has |= ED_FIELD_TIME;
	}
	ev->offset = g->d->offset + s->at;
	ev->source = g->d->source;
	ed_batch_commit(g->out, ev);
	g->n_events++;
}

static struct ed_event *peek(struct reading *g)
{
	struct ed_event *ev = ed_batch_peek(g->out);

	g->full |= !ev;
	return ev;
}

/* ------------------------------------------------------------------- flows */

static void put_flow(struct reading *g, const struct sample *s, struct ed_flow_record *f,
		     struct ed_span server_name)
{
	struct ed_event *ev;

	if (f->transport == ED_TRANSPORT_UNKNOWN || !ed_addr_known(&f->src) ||
	    !ed_addr_known(&f->dst) || ed_flow_is_group(&f->dst))
		return;
	ev = peek(g);
	if (!ev)
		return;
	f->has_up = true;
	f->packets_up = 1;
	f->sample_rate = s->rate;
	ed_flow_event(f, ev);
	ed_flow_event_name(server_name, ev);
	commit(g, s, ev);
}

static uint8_t transport_of(unsigned protocol)
{
	return protocol == PROTO_UDP ? ED_TRANSPORT_UDP :
	       protocol == PROTO_TCP ? ED_TRANSPORT_TCP :
				       ED_TRANSPORT_UNKNOWN;
}

/* The ends of an IP packet, its length in front of them. */
static void put_ends(struct reading *g, const struct sample *s, bool v6)
{
	struct ed_cursor c = ed_cursor_from(v6 ? s->ipv6 : s->ipv4);
	struct ed_flow_record f = { .counted = ED_COUNTED_IP, .bytes_up = ed_cursor_be32(&c) };
	uint32_t protocol = ed_cursor_be32(&c);
	size_t addr_n = v6 ? 16 : 4;
	struct ed_span src = ed_cursor_bytes(&c, addr_n), dst = ed_cursor_bytes(&c, addr_n);

	f.transport = transport_of(protocol);
	f.src_port = (uint16_t)ed_cursor_be32(&c);
	f.dst_port = (uint16_t)ed_cursor_be32(&c);
	if (c.failed)
		return;
	if (v6) {
		ed_addr_from_v6(src.p, &f.src);
		ed_addr_from_v6(dst.p, &f.dst);
	} else {
		ed_addr_from_v4(src.p, &f.src);
		ed_addr_from_v4(dst.p, &f.dst);
	}
	put_flow(g, s, &f, ed_span_of(NULL, 0));
}

/* ---------------------------------------------------------------- packets */

/* The message in the packet; over TCP only one that fills its segment. False: there is none. */
static bool message_of(const struct ed_packet *pkt, struct ed_span *ret, size_t *ret_wire_n)
{
	*ret = pkt->data;
	*ret_wire_n = pkt->wire_n;
	if (pkt->protocol != PROTO_TCP)
		return ed_packet_judge_udp(pkt) == ED_PACKET_TAKEN;
	if (!ed_packet_on_dns_port(pkt) || pkt->data.n < LENGTH_BYTES ||
	    ed_get_be16(pkt->data.p) + (size_t)LENGTH_BYTES != pkt->wire_n)
		return false;
	*ret = ed_span_from(*ret, LENGTH_BYTES);
	*ret_wire_n -= LENGTH_BYTES;
	return true;
}

/* True when the packet's payload is an event, or there was no room for it. */
static bool put_payload(struct reading *g, const struct sample *s, const struct ed_packet *pkt)
{
	struct ed_span msg;
	struct ed_event *ev;
	size_t wire_n;

	if (pkt->wire_n == 0 || !message_of(pkt, &msg, &wire_n))
		return false;
	ev = peek(g);
	if (!ev)
		return true;
	if (pkt->protocol == PROTO_UDP && ed_packet_is_foreign(pkt))
		ed_packet_event_foreign(pkt, ev);
	else if (ed_packet_event_dns(pkt, msg, wire_n, ev) != ED_PACKET_TAKEN)
		return false;
	commit(g, s, ev);
	return true;
}

static void put_packet(struct reading *g, const struct sample *s, const struct ed_packet *pkt,
		       size_t frame_bytes)
{
	struct ed_span server_name = ed_span_of(NULL, 0);
	struct ed_flow_record f = { .counted = ED_COUNTED_FRAME,
				    .bytes_up = frame_bytes,
				    .src_port = pkt->src_port,
				    .dst_port = pkt->dst_port };

	if (pkt->protocol == PROTO_UDP && ed_packet_judge_udp(pkt) == ED_DROP_MULTICAST)
		return;
	if (put_payload(g, s, pkt))
		return;
	f.transport = transport_of(pkt->protocol);
	f.is_oriented = (pkt->tcp_flags & ED_TCP_SYN) && !(pkt->tcp_flags & TCP_ACK);
	ed_packet_addr(pkt, pkt->src, &f.src);
	ed_packet_addr(pkt, pkt->dst, &f.dst);
	(void)ed_flow_packet_begins(pkt, &server_name);
	put_flow(g, s, &f, server_name);
}

/* sFlow's numbers of what a header begins with. */
static enum ed_layer layer_of(uint32_t header_protocol)
{
	static const uint8_t layers[] = {
		[1] = ED_LAYER_ETHERNET, [4] = ED_LAYER_FDDI,  [7] = ED_LAYER_PPP,
		[11] = ED_LAYER_IPV4,    [12] = ED_LAYER_IPV6, [13] = ED_LAYER_MPLS,
	};

	return header_protocol < sizeof(layers) ? (enum ed_layer)layers[header_protocol] :
						  ED_LAYER_NONE;
}

/* False: there are no bytes that lead to a packet of UDP or TCP. */
static bool put_raw(struct reading *g, const struct sample *s)
{
	struct ed_cursor c = ed_cursor_from(s->raw);
	struct ed_packet pkt = { .layer = (uint8_t)layer_of(ed_cursor_be32(&c)) };
	uint32_t frame_bytes = ed_cursor_be32(&c), stripped = ed_cursor_be32(&c);
	enum ed_packet_kind kind;

	pkt.data = ed_cursor_bytes(&c, ed_cursor_be32(&c));
	if (c.failed || pkt.data.n == 0 || pkt.layer == ED_LAYER_NONE)
		return false;
	pkt.wire_n = frame_bytes > stripped ? frame_bytes - stripped : 0;
	if (pkt.wire_n < pkt.data.n)
		pkt.wire_n = pkt.data.n;
	kind = ed_packet_peel(&pkt);
	if (kind != ED_PACKET_UDP && kind != ED_PACKET_TCP)
		return false;
	put_packet(g, s, &pkt, frame_bytes);
	return true;
}

/* ----------------------------------------------------------------- samples */

static void read_records(struct ed_cursor *c, uint32_t n, struct sample *s)
{
	for (uint32_t i = 0; i < n && !c->failed; i++) {
		uint32_t format = ed_cursor_be32(c), n_bytes = ed_cursor_be32(c);
		struct ed_span record = ed_cursor_bytes(c, n_bytes);

		if (format == RECORD_RAW)
			s->raw = record;
		else if (format == RECORD_IPV4)
			s->ipv4 = record;
		else if (format == RECORD_IPV6)
			s->ipv6 = record;
	}
}

/* A sample of a packet: in the expanded form sources and interfaces take two numbers each. */
static void read_sample(struct reading *g, struct ed_span sample, size_t at, bool is_expanded)
{
	struct ed_cursor c = ed_cursor_from(sample);
	struct sample s = { .at = at };

	g->n_packets++;
	ed_cursor_skip(&c, is_expanded ? 12 : 8); /* sequence and source */
	s.rate = ed_cursor_be32(&c);
	ed_cursor_skip(&c, 8);                    /* pool and drops */
	ed_cursor_skip(&c, is_expanded ? 16 : 8); /* interfaces */
	read_records(&c, ed_cursor_be32(&c), &s);
	if (s.raw.n > 0 && put_raw(g, &s))
		return;
	if (s.ipv4.n > 0)
		put_ends(g, &s, false);
	else if (s.ipv6.n > 0)
		put_ends(g, &s, true);
}

/* Up to the samples. Returns how many there are; the cursor fails where there is no datagram. */
static uint32_t read_head(struct ed_cursor *c)
{
	uint32_t version = ed_cursor_be32(c), kind = ed_cursor_be32(c);

	if (version != VERSION || (kind != ADDRESS_V4 && kind != ADDRESS_V6))
		c->failed = true;
	ed_cursor_skip(c, kind == ADDRESS_V6 ? 16 : 4);
	ed_cursor_skip(c, 12); /* the agent's part, sequence, uptime */
	return ed_cursor_be32(c);
}

/* ---------------------------------------------------------------- datagram */

bool ed_sflow_looks(struct ed_span data)
{
	struct ed_cursor c = ed_cursor_from(data);
	uint32_t n = read_head(&c);

	return !c.failed && n > 0 && n < DATAGRAM_MAX_BYTES / 8;
}

size_t ed_sflow_bytes(struct ed_span data)
{
	struct ed_cursor c = ed_cursor_from(data);
	uint32_t n = read_head(&c);
	size_t at = c.off;

	if (!ed_sflow_looks(data))
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t n_bytes;

		ed_cursor_skip(&c, 4); /* what kind of sample */
		n_bytes = ed_cursor_be32(&c);
		at += 8;
		if (c.failed)
			return at;
		if (n_bytes > DATAGRAM_MAX_BYTES || at + n_bytes > DATAGRAM_MAX_BYTES)
			return 0;
		at += n_bytes;
		ed_cursor_skip(&c, n_bytes);
	}
	return at;
}

static enum ed_drop verdict(const struct reading *g, bool is_whole)
{
	if (g->n_events > 0)
		return ED_DROP_N;
	if (!is_whole)
		return ED_DROP_BAD_LENGTH;
	return g->n_packets > 0 ? ED_DROP_NOT_DNS : ED_DROP_OTHER_LOG;
}

enum ed_drop ed_sflow_read(const struct ed_sflow_datagram *d, struct ed_batch *out)
{
	struct reading g = { .d = d, .out = out };
	struct ed_cursor c = ed_cursor_from(d->data);
	uint32_t n = read_head(&c), n_events = out->n_events;
	size_t used = out->used;

	for (uint32_t i = 0; i < n && !c.failed && !g.full; i++) {
		size_t at = c.off;
		uint32_t format = ed_cursor_be32(&c), n_bytes = ed_cursor_be32(&c);
		struct ed_span sample = ed_cursor_bytes(&c, n_bytes);

		if (!c.failed && (format == SAMPLE_FLOW || format == SAMPLE_FLOW_EXPANDED))
			read_sample(&g, sample, at, format == SAMPLE_FLOW_EXPANDED);
	}
	if (!g.full)
		return verdict(&g, !c.failed);
	out->n_events = n_events;
	out->used = used;
	return ED_DROP_BATCH_FULL;
}
