/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of eve.json; see flow.h.
 *	{"timestamp":"...","event_type":"flow","src_ip":"192.0.2.10","src_port":40000,
 *	 "dest_ip":"192.0.2.53","dest_port":53,"proto":"UDP","app_proto":"dns",
 *	 "flow":{"pkts_toserver":1,"bytes_toserver":81,"start":"...","age":0}}
 *
 * A flow begins at its start, which the record's own time is behind.
 */
#include "format/eve/flow.h"

#include "base/time.h"
#include "format/flow/event.h"
#include "format/text/addr.h"

enum { NUMBER_DIGITS_MAX = 19 };

enum flow_key {
	KEY_NONE,
	KEY_TIMESTAMP,
	KEY_EVENT_TYPE,
	KEY_SRC_IP,
	KEY_SRC_PORT,
	KEY_DEST_IP,
	KEY_DEST_PORT,
	KEY_PROTO,
	KEY_APP_PROTO,
	KEY_PACKETS_UP,
	KEY_PACKETS_DOWN,
	KEY_BYTES_UP,
	KEY_BYTES_DOWN,
	KEY_START,
	KEY_AGE,
	KEY_SNI,
	KEY_N
};

static const struct ed_json_key flow_keys[] = {
	{ "timestamp", KEY_TIMESTAMP },
	{ "@timestamp", KEY_TIMESTAMP },
	{ "event_type", KEY_EVENT_TYPE },
	{ "src_ip", KEY_SRC_IP },
	{ "src_port", KEY_SRC_PORT },
	{ "dest_ip", KEY_DEST_IP },
	{ "dest_port", KEY_DEST_PORT },
	{ "proto", KEY_PROTO },
	{ "app_proto", KEY_APP_PROTO },
	{ "flow.pkts_toserver", KEY_PACKETS_UP },
	{ "flow.pkts_toclient", KEY_PACKETS_DOWN },
	{ "flow.bytes_toserver", KEY_BYTES_UP },
	{ "flow.bytes_toclient", KEY_BYTES_DOWN },
	{ "flow.start", KEY_START },
	{ "flow.age", KEY_AGE },
	{ "tls.sni", KEY_SNI },
	{ NULL, 0 },
};

void ed_eve_flow_keys_init(struct ed_json_keys *keys)
{
	ed_json_keys_init(keys, flow_keys);
}

static bool number_of(struct ed_span text, uint64_t *ret)
{
	uint64_t v = 0;

	if (text.n < 1 || text.n > NUMBER_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(text.p[i] - '0');
	}
	*ret = v;
	return true;
}

static uint16_t port_of(struct ed_span text)
{
	uint64_t v;

	return number_of(text, &v) && v <= UINT16_MAX ? (uint16_t)v : 0;
}

static bool read_line(const struct ed_json_keys *keys, struct ed_span line, uint8_t *room,
		      struct ed_span ret[static KEY_N])
{
	enum ed_json_walk_step step;
	struct ed_json_item item;
	struct ed_json_walk w;
	unsigned id;

	ed_json_walk_init(&w, keys, line, room);
	while ((step = ed_json_walk_next(&w, &id, &item)) <= ED_JSON_WALK_ELEMENT) {
		if (step == ED_JSON_WALK_VALUE && id != KEY_NONE && !ret[id].p)
			ret[id] = item.text;
	}
	ed_json_text_space(&w.t);
	return step == ED_JSON_WALK_END && w.t.p == line.p + line.n;
}

static bool take_transport(struct ed_span proto, struct ed_flow_record *f)
{
	if (ed_span_is(proto, "UDP"))
		f->transport = ED_TRANSPORT_UDP;
	else if (ed_span_is(proto, "TCP"))
		f->transport = ED_TRANSPORT_TCP;
	return f->transport != ED_TRANSPORT_UNKNOWN;
}

static void take_sizes(const struct ed_span value[static KEY_N], struct ed_flow_record *f)
{
	f->has_up = number_of(value[KEY_BYTES_UP], &f->bytes_up);
	f->has_down = number_of(value[KEY_BYTES_DOWN], &f->bytes_down);
	if (f->has_up || f->has_down)
		f->counted = ED_COUNTED_FRAME;
	(void)number_of(value[KEY_PACKETS_UP], &f->packets_up);
	(void)number_of(value[KEY_PACKETS_DOWN], &f->packets_down);
	if (number_of(value[KEY_AGE], &f->duration_ms))
		f->duration_ms *= 1000;
}

/* Suricata writes the offset of its zone without exception; other writers may not. */
static bool has_zone(struct ed_span text)
{
	struct ed_span end = ed_span_from(text, text.n > 6 ? text.n - 6 : 0);

	return end.n > 0 &&
	       (end.p[end.n - 1] == 'Z' || memchr(end.p, '+', end.n) || memchr(end.p, '-', end.n));
}

static enum ed_drop take_flow(const struct ed_span value[static KEY_N], struct ed_event *ev)
{
	struct ed_span time = value[value[KEY_START].p ? KEY_START : KEY_TIMESTAMP];
	struct ed_flow_record f = { .is_oriented = true };

	/* of a flow without addresses, on a link that is not IP */
	if (time.n == 0 || value[KEY_SRC_IP].n == 0 || value[KEY_DEST_IP].n == 0)
		return ED_DROP_OTHER_LOG;
	if (!ed_time_from_text(time, &ev->time_ns) ||
	    !ed_text_addr_read(value[KEY_SRC_IP], &f.src) ||
	    !ed_text_addr_read(value[KEY_DEST_IP], &f.dst))
		return ED_DROP_BAD_LINE;
	if (!take_transport(value[KEY_PROTO], &f))
		return ED_DROP_NOT_DNS;
	if (ed_flow_is_group(&f.dst))
		return ED_DROP_MULTICAST;
	if (!ed_addr_known(&f.src))
		return ED_DROP_NO_FIELDS;
	f.src_port = port_of(value[KEY_SRC_PORT]);
	f.dst_port = port_of(value[KEY_DEST_PORT]);
	take_sizes(value, &f);
	ed_flow_event(&f, ev);
	if (ed_span_is(value[KEY_APP_PROTO], "dns") && ev->flow.service == ED_FLOW_OTHER)
		ev->flow.service = ED_FLOW_DNS;
	ed_flow_event_name(value[KEY_SNI], ev);
	ev->has |= ED_FIELD_TIME;
	ev->time_quality = has_zone(time) ? ED_TIME_EXACT_UTC : ED_TIME_ZONE_ASSUMED;
	return ED_DROP_N;
}

enum ed_drop ed_eve_flow_read(const struct ed_json_keys *keys, struct ed_span line, uint8_t *room,
			      struct ed_event *ev)
{
	struct ed_span value[KEY_N] = { { NULL, 0 } };

	return read_line(keys, line, room, value) ? take_flow(value, ev) : ED_DROP_BAD_LINE;
}
