/* SPDX-License-Identifier: Apache-2.0 */
/* Packets to events; see capture.h. */
#include "format/packet/capture.h"

#include "base/cursor.h"
#include "base/mem.h"
#include "base/time.h"
#include "format/packet/dot_flows.h"
#include "format/flow/export.h"
#include "format/flow/packet.h"
#include "format/packet/foreign.h"
#include "format/packet/event.h"
#include "format/flow/sflow_datagram.h"
#include "wire/tcp.h"

#include <errno.h>
#include <sys/random.h>

enum {
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	NESTED_FRAGMENTS_MAX = 4, /* fragments in a tunnel whose packets are fragments, and so on */
};

enum { ANALYSED = ED_PACKET_TAKEN };

struct ed_capture {
	struct ed_frag frag;
	struct ed_tcp tcp;
	struct ed_foreign_flows foreign;
	struct ed_dot_flows dot;
	struct ed_export_templates exports;
};

int ed_capture_new(struct ed_capture **ret)
{
	struct ed_capture *c;
	uint64_t key;

	/* Only places in the tables depend on the key, never what comes out: a replay stays a
	 * replay. */
	if (getrandom(&key, sizeof(key), 0) != sizeof(key))
		return -EIO;
	c = ed_mem_zalloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	ed_frag_init(&c->frag, key);
	ed_tcp_init(&c->tcp, ~key);
	*ret = c;
	return 0;
}

void ed_capture_free(struct ed_capture *c)
{
	ed_mem_free(c);
}

static bool has_program(const struct ed_packet *pkt)
{
	return pkt->program.pid != 0 || pkt->program.name.n > 0;
}

/* The program at the end that captured: is it the one that asks, and not the server's? */
static bool is_askers(const struct ed_packet *pkt, const struct ed_event *ev)
{
	bool from_client = ev->kind == ED_EVENT_FLOW ? pkt->src_port == ev->client_port :
						       (ev->has & ED_FIELD_SIZE_QUERY) != 0;

	return pkt->program.way == ED_PACKET_WAY_UNKNOWN ||
	       from_client == (pkt->program.way == ED_PACKET_WAY_OUT);
}

static struct ed_event *peek(const struct ed_packet *pkt, struct ed_batch *out)
{
	return has_program(pkt) ? ed_batch_peek_process(out) : ed_batch_peek(out);
}

/* Apart from commit, which every event passes. */
static __attribute__((noinline)) void commit_program(const struct ed_packet_program *program,
						     struct ed_batch *out, struct ed_event *ev)
{
	struct ed_span text[ED_TEXT_N] = { [ED_TEXT_IMAGE] = program->name };
	struct ed_process process = { .id = program->pid,
				      .pid = program->pid,
				      .attribution = ED_ATTRIBUTION_DIRECT };

	/* Only captures of macOS name programs. */
	ev->platform = ED_PLATFORM_MACOS;
	ev->has |= ED_FIELD_PROCESS;
	ed_batch_commit_process(out, ev, &process, text);
}

/* What is not of the message. */
static void commit(const struct ed_capture_record *r, const struct ed_packet *pkt,
		   struct ed_batch *out, struct ed_event *ev)
{
	ev->time_ns = r->time_ns;
	ev->time_quality = ED_TIME_NONE;
	if (r->time_ns != ED_TIME_UNKNOWN_NS) {
		ev->time_quality = ED_TIME_EXACT_UTC;
		ev->has |= ED_FIELD_TIME;
	}
	ev->offset = r->offset;
	ev->source = r->source;
	if (has_program(pkt) && is_askers(pkt, ev))
		commit_program(&pkt->program, out, ev);
	else
		ed_batch_commit(out, ev);
}

/* The packet's payload, which is not DNS. Returns ANALYSED or the reason there is no event. */
static unsigned emit_foreign(const struct ed_capture_record *r, const struct ed_packet *pkt,
			     struct ed_batch *out)
{
	struct ed_event *ev = peek(pkt, out);

	if (!ev)
		return ED_DROP_BATCH_FULL;
	ed_packet_event_foreign(pkt, ev);
	commit(r, pkt, out, ev);
	return ANALYSED;
}

/* A connection that may carry DNS, at its first packet. */
static unsigned emit_flow(const struct ed_capture_record *r, const struct ed_packet *pkt,
			  bool from_client, struct ed_span server_name, struct ed_batch *out)
{
	struct ed_event *ev = peek(pkt, out);

	if (!ev)
		return ED_DROP_BATCH_FULL;
	ev->kind = ED_EVENT_FLOW;
	ed_flow_event_name(server_name, ev);
	ed_packet_event_ends(pkt, from_client, ev);
	ev->flow.service = (uint8_t)ed_flow_service_of(ev->resolver_port);
	commit(r, pkt, out, ev);
	return ANALYSED;
}

/* Of a packet that is not DNS by its ports: does it begin a connection that may carry DNS? */
static unsigned emit_other(const struct ed_capture_record *r, const struct ed_packet *pkt,
			   struct ed_batch *out)
{
	struct ed_span server_name;

	if (!ed_flow_packet_begins(pkt, &server_name))
		return ed_packet_judge_other(pkt);
	return emit_flow(r, pkt, true, server_name, out);
}

/* A message in @msg, @wire_n bytes when it was sent. Returns ANALYSED or the reason there is no
 * event. */
static unsigned emit(const struct ed_capture_record *r, const struct ed_packet *pkt,
		     struct ed_span msg, size_t wire_n, struct ed_batch *out)
{
	struct ed_event *ev = peek(pkt, out);
	unsigned fate = ev ? ed_packet_event_dns(pkt, msg, wire_n, ev) : ED_DROP_BATCH_FULL;

	if (fate == ANALYSED)
		commit(r, pkt, out, ev);
	return fate;
}

/* A UDP packet that ed_packet_judge_udp wants read. */
static unsigned emit_udp(const struct ed_capture_record *r, const struct ed_packet *pkt,
			 struct ed_batch *out)
{
	if (ed_packet_is_foreign(pkt))
		return emit_foreign(r, pkt, out);
	return emit(r, pkt, pkt->data, pkt->wire_n, out);
}

/* A datagram of sampled packets. */
static unsigned read_samples(const struct ed_capture_record *r, const struct ed_packet *pkt,
			     struct ed_batch *out)
{
	const struct ed_sflow_datagram d = {
		.data = pkt->data, .time_ns = r->time_ns, .offset = r->offset, .source = r->source
	};

	return ed_sflow_read(&d, out);
}

/* @n packets share a fate. */
static void settle(struct ed_batch *out, unsigned fate, uint64_t offset, uint64_t n)
{
	if (fate == ANALYSED)
		out->tally.n_analysed += n;
	else
		ed_tally_drop_n(&out->tally, (enum ed_drop)fate, offset, n);
}

static struct ed_packet begin_packet(const struct ed_capture_record *r)
{
	return (struct ed_packet){ .data = r->data,
				   .wire_n = r->wire_n,
				   .layer = (uint8_t)r->layer,
				   .program = r->program };
}

/* False when the ordered pass cannot take more records of this unit. */
static bool defer(const struct ed_capture_record *r, struct ed_batch *out)
{
	if (out->n_deferred == ED_BATCH_DEFERRED_MAX)
		return false;
	out->deferred[out->n_deferred++] = r->unit_offset;
	return true;
}

/* A SYN tells where its stream begins, so it is deferred too, though it is settled here. */
static void decode_tcp(const struct ed_capture_record *r, const struct ed_packet *pkt,
		       struct ed_batch *out)
{
	if (ed_dot_is_payload(pkt) && defer(r, out))
		return;
	if (!ed_packet_on_dns_port(pkt)) {
		settle(out, emit_other(r, pkt, out), r->offset, 1);
	} else if (pkt->wire_n == 0) {
		settle(out, ED_DROP_NO_PAYLOAD, r->offset, 1);
		if (pkt->tcp_flags & ED_TCP_SYN)
			(void)defer(r, out);
	} else if (!defer(r, out)) {
		settle(out, ED_DROP_BATCH_FULL, r->offset, 1);
	}
}

static void decode_udp(const struct ed_capture_record *r, const struct ed_packet *pkt,
		       struct ed_batch *out)
{
	unsigned fate = ed_packet_judge_udp(pkt);

	if (fate == ANALYSED)
		fate = emit_udp(r, pkt, out);
	else if (ed_dot_is_payload(pkt) && defer(r, out))
		return;
	else if (fate != ED_DROP_MULTICAST)
		fate = emit_other(r, pkt, out);
	if (fate == ED_DROP_NOT_DNS && ed_flow_packet_is_sample(pkt))
		fate = read_samples(r, pkt, out);
	else if (fate == ED_DROP_NOT_DNS && ed_flow_packet_is_export(pkt) && defer(r, out))
		return;
	settle(out, fate, r->offset, 1);
}

void ed_capture_decode(const struct ed_capture_record *r, struct ed_batch *out)
{
	struct ed_packet pkt = begin_packet(r);
	enum ed_packet_kind kind;

	out->tally.n_read++;
	if (r->layer == ED_LAYER_NONE) {
		settle(out, ED_DROP_LINK, r->offset, 1);
		return;
	}
	kind = ed_packet_peel(&pkt);
	switch (kind) {
	case ED_PACKET_UDP:
		decode_udp(r, &pkt, out);
		break;
	case ED_PACKET_TCP:
		decode_tcp(r, &pkt, out);
		break;
	case ED_PACKET_FRAGMENT:
		if (!defer(r, out))
			settle(out, ED_DROP_BATCH_FULL, r->offset, 1);
		break;
	default:
		settle(out, ed_packet_drop_of(kind), r->offset, 1);
	}
}

/* Books what reassembly lost while it worked on something else. */
static void book_loss(const struct ed_reassembly_loss *loss, enum ed_drop given_up,
		      struct ed_batch *out)
{
	ed_tally_drop_n(&out->tally, given_up, loss->offset, loss->n_given_up);
	ed_tally_drop_n(&out->tally, ED_DROP_TABLE_FULL, loss->offset, loss->n_evicted);
}

/* A packet put together, or a plain one, on its way through the ordered pass. */
struct ordered {
	struct ed_capture *c;
	const struct ed_capture_record *r;
	struct ed_batch *out;
	struct ed_packet pkt;
	struct ed_addr src; /* of a datagram put together; o->pkt points here */
	struct ed_addr dst;
	uint32_t n_packets; /* records it is made of, yet to be settled */
};

static void settle_ordered(struct ordered *o, unsigned fate)
{
	settle(o->out, fate, o->r->offset, o->n_packets);
	o->n_packets = 0;
}

/* Of two fates of messages that share packets, which one do the packets get? */
static bool outweighs(unsigned fate, unsigned other)
{
	if (other == ED_DROP_BATCH_FULL)
		return false;
	return other != ANALYSED || fate == ED_DROP_BATCH_FULL;
}

/*
 * Reads out all messages the segment completed. The packets behind them share one fate: analysed
 * when one of the messages was DNS, unless another one found no room.
 */
static void drain_tcp(struct ordered *o, struct ed_reassembly_loss *loss)
{
	struct ed_tcp_message msg;
	unsigned fate = ED_DROP_MALFORMED;
	uint32_t n_settled = 0;

	while (ed_tcp_next(&o->c->tcp, &msg, loss)) {
		unsigned f = emit(o->r, &o->pkt, msg.data, msg.wire_n, o->out);

		if (msg.cut && f == ED_DROP_MALFORMED)
			f = ED_DROP_SNAPPED;
		fate = outweighs(f, fate) ? f : fate;
		n_settled += msg.n_packets;
	}
	settle(o->out, fate, o->r->offset, n_settled);
	o->n_packets = 0;
}

static void resolve_tcp(struct ordered *o)
{
	struct ed_packet *pkt = &o->pkt;
	struct ed_reassembly_loss loss = { 0 };
	struct ed_tcp_segment seg = {
		.key = { .net_tag = pkt->net_tag,
			 .src_port = pkt->src_port,
			 .dst_port = pkt->dst_port },
		.data = pkt->data,
		.wire_n = pkt->wire_n,
		.seq = pkt->tcp_seq,
		.syn = pkt->tcp_flags & ED_TCP_SYN,
		.time_ns = o->r->time_ns,
		.record_offset = o->r->offset,
		.n_packets = o->n_packets,
	};

	ed_packet_addr(pkt, pkt->src, &seg.key.src);
	ed_packet_addr(pkt, pkt->dst, &seg.key.dst);
	if (ed_foreign_segment(&o->c->foreign, &seg)) {
		settle_ordered(o, emit_foreign(o->r, pkt, o->out));
		return;
	}
	switch (ed_tcp_feed(&o->c->tcp, &seg, &loss)) {
	case ED_TCP_TAKEN:
		drain_tcp(o, &loss);
		break;
	case ED_TCP_DUPLICATE:
		settle_ordered(o, ED_DROP_RETRANSMIT);
		break;
	case ED_TCP_LOST:
		settle_ordered(o, ED_DROP_TCP_GAP);
		break;
	}
	book_loss(&loss, ED_DROP_TCP_GAP, o->out);
}

/* Ports are in the first fragment: is the datagram worth its place in the table? */
static unsigned judge_fragment(const struct ed_packet *pkt)
{
	struct ed_packet first = *pkt;

	if (pkt->frag_offset > 0 || pkt->data.n < 4)
		return ANALYSED;
	first.src_port = ed_get_be16(pkt->data.p);
	first.dst_port = ed_get_be16(pkt->data.p + 2);
	if (pkt->protocol == PROTO_UDP && ed_flow_packet_is_collector(first.dst_port))
		return ANALYSED;
	if (pkt->protocol == PROTO_UDP && !ed_packet_is_tunnel(first.src_port, first.dst_port))
		return ed_packet_judge_udp(&first);
	if (pkt->protocol == PROTO_TCP && !ed_packet_on_dns_port(&first))
		return ed_packet_judge_other(&first);
	return ANALYSED;
}

/* The key's addresses, because those in the packet may lie in the buffer that the next datagram
 * overwrites. */
static void go_on_inside(struct ordered *o, const struct ed_frag_key *key,
			 const struct ed_datagram *whole)
{
	struct ed_packet *pkt = &o->pkt;

	o->src = key->src;
	o->dst = key->dst;
	pkt->src = o->src.b + (pkt->v6 ? 0 : 12);
	pkt->dst = o->dst.b + (pkt->v6 ? 0 : 12);
	o->n_packets = whole->n_packets;
	pkt->data = whole->data;
	pkt->wire_n = whole->data.n;
	pkt->layer = (uint8_t)ed_packet_layer_of_protocol(pkt->protocol);
}

/* @fate is not ANALYSED: the fragments that wait share it, and so will those to come. */
static void ignore_fragment(struct ordered *o, const struct ed_frag_piece *piece, unsigned fate)
{
	struct ed_reassembly_loss loss = { 0 };

	o->n_packets += ed_frag_ignore(&o->c->frag, piece, &loss);
	settle_ordered(o, fate);
	book_loss(&loss, ED_DROP_FRAGMENT, o->out);
}

/* True when the fragment completed a datagram, and o->pkt goes on inside it. */
static bool add_fragment(struct ordered *o, const struct ed_frag_piece *piece)
{
	struct ed_reassembly_loss loss = { 0 };
	struct ed_datagram whole;
	enum ed_frag_result result = ed_frag_add(&o->c->frag, piece, &whole, &loss);

	book_loss(&loss, ED_DROP_FRAGMENT, o->out);
	switch (result) {
	case ED_FRAG_DONE:
		go_on_inside(o, &piece->key, &whole);
		return true;
	case ED_FRAG_WAITS:
		break;
	case ED_FRAG_DUPLICATE:
		settle_ordered(o, ED_DROP_RETRANSMIT);
		break;
	case ED_FRAG_UNWANTED:
		settle_ordered(o, ED_DROP_NOT_DNS);
		break;
	case ED_FRAG_REFUSED:
		settle_ordered(o, ED_DROP_FRAGMENT);
		break;
	}
	return false;
}

static bool resolve_fragment(struct ordered *o)
{
	struct ed_packet *pkt = &o->pkt;
	struct ed_frag_piece piece = {
		.key = { .id = pkt->frag_id, .net_tag = pkt->net_tag, .protocol = pkt->protocol },
		.data = pkt->data,
		.offset = pkt->frag_offset,
		.more = pkt->frag_more,
		.time_ns = o->r->time_ns,
		.record_offset = o->r->offset,
		.n_packets = o->n_packets,
	};
	unsigned fate = judge_fragment(pkt);

	ed_packet_addr(pkt, pkt->src, &piece.key.src);
	ed_packet_addr(pkt, pkt->dst, &piece.key.dst);
	if (fate != ANALYSED) {
		ignore_fragment(o, &piece, fate);
		return false;
	}
	if (pkt->wire_n > pkt->data.n) {
		settle_ordered(o, ED_DROP_SNAPPED);
		return false;
	}
	return add_fragment(o, &piece);
}

/* A datagram in which flows are exported. */
static unsigned read_export(struct ordered *o)
{
	struct ed_export_message m = { .data = o->pkt.data,
				       .offset = o->r->offset,
				       .source = o->r->source,
				       .net_tag = o->pkt.net_tag };

	ed_packet_addr(&o->pkt, o->pkt.src, &m.exporter);
	return ed_export_read(&o->c->exports, &m, o->out);
}

/* A packet of a connection on the port of DNS over TLS, which is told once. */
static unsigned read_dot(struct ordered *o)
{
	bool from_client = ed_dot_from_client(&o->pkt);
	struct ed_span server_name;

	if (!ed_dot_flows_note(&o->c->dot, &o->pkt, o->r->time_ns))
		return ED_DROP_ENCRYPTED;
	(void)ed_flow_packet_begins(&o->pkt, &server_name);
	return emit_flow(o->r, &o->pkt, from_client, server_name, o->out);
}

static unsigned read_udp(struct ordered *o)
{
	unsigned fate = ed_packet_judge_udp(&o->pkt);

	if (fate == ANALYSED)
		return emit_udp(o->r, &o->pkt, o->out);
	if (ed_dot_is_payload(&o->pkt))
		return read_dot(o);
	if (ed_flow_packet_is_sample(&o->pkt))
		return read_samples(o->r, &o->pkt, o->out);
	return ed_flow_packet_is_export(&o->pkt) ? read_export(o) : fate;
}

static void resolve_payload(struct ordered *o, enum ed_packet_kind kind)
{
	if (kind == ED_PACKET_TCP && ed_packet_on_dns_port(&o->pkt)) {
		if (o->pkt.wire_n == 0)
			settle_ordered(o, ED_DROP_NO_PAYLOAD);
		resolve_tcp(o);
	} else if (kind == ED_PACKET_UDP) {
		settle_ordered(o, read_udp(o));
	} else if (kind == ED_PACKET_TCP && ed_dot_is_payload(&o->pkt)) {
		settle_ordered(o, read_dot(o));
	} else {
		settle_ordered(o, ed_packet_drop_of(kind));
	}
}

void ed_capture_resolve(struct ed_capture *c, const struct ed_capture_record *r,
			struct ed_batch *out)
{
	struct ordered o = { .c = c, .r = r, .out = out, .pkt = begin_packet(r), .n_packets = 1 };
	enum ed_packet_kind kind = ed_packet_peel(&o.pkt);

	/* A bare SYN was settled by decode; it is here for its sequence number. */
	if (kind == ED_PACKET_TCP && o.pkt.wire_n == 0)
		o.n_packets = 0;
	for (unsigned i = 0; kind == ED_PACKET_FRAGMENT && i < NESTED_FRAGMENTS_MAX; i++) {
		if (!resolve_fragment(&o))
			return;
		kind = ed_packet_peel(&o.pkt);
	}
	if (kind == ED_PACKET_FRAGMENT)
		settle_ordered(&o, ED_DROP_FRAGMENT);
	else
		resolve_payload(&o, kind);
}

void ed_capture_close(struct ed_capture *c, struct ed_batch *out)
{
	struct ed_reassembly_loss frag = { 0 }, tcp = { 0 };

	ed_frag_close(&c->frag, &frag);
	ed_tcp_close(&c->tcp, &tcp);
	book_loss(&frag, ED_DROP_FRAGMENT, out);
	book_loss(&tcp, ED_DROP_TCP_GAP, out);
}
