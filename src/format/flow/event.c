/* SPDX-License-Identifier: Apache-2.0 */
/* A flow to an event; see event.h. */
#include "format/flow/event.h"

enum {
	PORT_DNS = 53,
	PORT_HTTPS = 443,
	PORT_DOQ_DRAFT = 784, /* DNS over QUIC before RFC 9250, and behind it */
	PORT_DOT = 853,
	PORT_DOQ_DRAFT_8853 = 8853,
};

enum ed_flow_service ed_flow_service_of(unsigned server_port)
{
	switch (server_port) {
	case PORT_DNS:
		return ED_FLOW_DNS;
	case PORT_DOT:
	case PORT_DOQ_DRAFT:
	case PORT_DOQ_DRAFT_8853:
		return ED_FLOW_DOT;
	case PORT_HTTPS:
		return ED_FLOW_HTTPS;
	default:
		return ED_FLOW_OTHER;
	}
}

static bool is_from_server(const struct ed_flow_record *f)
{
	bool src = ed_flow_service_of(f->src_port) != ED_FLOW_OTHER;
	bool dst = ed_flow_service_of(f->dst_port) != ED_FLOW_OTHER;

	if (f->is_oriented)
		return false;
	return src != dst ? src : f->src_port < f->dst_port;
}

static uint32_t at_most_u32(uint64_t v)
{
	return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

static void put_up(uint64_t bytes, uint64_t packets, bool has, struct ed_event *ev)
{
	ev->size_query = at_most_u32(bytes);
	ev->flow.packets_up = at_most_u32(packets);
	ev->has |= has ? ED_FIELD_SIZE_QUERY : 0;
}

static void put_down(uint64_t bytes, uint64_t packets, bool has, struct ed_event *ev)
{
	ev->size_response = at_most_u32(bytes);
	ev->flow.packets_down = at_most_u32(packets);
	ev->has |= has ? ED_FIELD_SIZE_RESPONSE : 0;
}

static void put_ends(const struct ed_flow_record *f, bool turned, struct ed_event *ev)
{
	ev->client = turned ? f->dst : f->src;
	ev->resolver = turned ? f->src : f->dst;
	ev->client_port = turned ? f->dst_port : f->src_port;
	ev->resolver_port = turned ? f->src_port : f->dst_port;
	ev->transport = f->transport;
	if (ed_addr_known(&ev->client))
		ev->has |= ED_FIELD_CLIENT;
	if (ed_addr_known(&ev->resolver))
		ev->has |= ED_FIELD_RESOLVER;
	if (ev->client_port > 0)
		ev->has |= ED_FIELD_CLIENT_PORT;
	if (ev->transport != ED_TRANSPORT_UNKNOWN)
		ev->has |= ED_FIELD_TRANSPORT;
}

void ed_flow_event(const struct ed_flow_record *f, struct ed_event *ev)
{
	bool turned = is_from_server(f);

	ev->kind = ED_EVENT_FLOW;
	put_ends(f, turned, ev);
	if (turned) {
		put_up(f->bytes_down, f->packets_down, f->has_down, ev);
		put_down(f->bytes_up, f->packets_up, f->has_up, ev);
	} else {
		put_up(f->bytes_up, f->packets_up, f->has_up, ev);
		put_down(f->bytes_down, f->packets_down, f->has_down, ev);
	}
	ev->flow.duration_ms = at_most_u32(f->duration_ms);
	ev->flow.sample_rate = f->sample_rate;
	ev->flow.counted = f->counted;
	ev->flow.service = (uint8_t)ed_flow_service_of(ev->resolver_port);
}

void ed_flow_event_name(struct ed_span text, struct ed_event *ev)
{
	struct ed_name name;

	if (text.n == 0 || ed_name_from_text(text, ED_NAME_PLAIN, &name) != 0)
		return;
	ev->name_n = name.n;
	memcpy(ed_event_name_room(ev), name.wire, name.n);
	ev->has |= ED_FIELD_QNAME | ED_FIELD_QNAME_CASE;
}

bool ed_flow_is_group(const struct ed_addr *a)
{
	return ed_addr_is_v4(a) ? a->b[12] >= 224 : a->b[0] == 0xff;
}
