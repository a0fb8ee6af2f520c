/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record of conn.log; see conn_record.h.
 *	{"_path":"conn","ts":1790000000.25,"id.orig_h":"192.0.2.10","id.orig_p":40000,...}
 */
#include "format/zeek/conn_record.h"

#include "base/time.h"
#include "format/flow/event.h"
#include "format/text/addr.h"

static const struct ed_json_key conn_keys[] = {
	{ "ts", ED_CONN_TS },
	{ "id.orig_h", ED_CONN_ORIG_H },
	{ "id.orig_p", ED_CONN_ORIG_P },
	{ "id.resp_h", ED_CONN_RESP_H },
	{ "id.resp_p", ED_CONN_RESP_P },
	{ "id_orig_h", ED_CONN_ORIG_H },
	{ "id_orig_p", ED_CONN_ORIG_P },
	{ "id_resp_h", ED_CONN_RESP_H },
	{ "id_resp_p", ED_CONN_RESP_P },
	{ "proto", ED_CONN_PROTO },
	{ "service", ED_CONN_SERVICE },
	{ "duration", ED_CONN_DURATION },
	{ "orig_bytes", ED_CONN_ORIG_BYTES },
	{ "resp_bytes", ED_CONN_RESP_BYTES },
	{ "orig_pkts", ED_CONN_ORIG_PKTS },
	{ "resp_pkts", ED_CONN_RESP_PKTS },
	{ "orig_ip_bytes", ED_CONN_ORIG_IP_BYTES },
	{ "resp_ip_bytes", ED_CONN_RESP_IP_BYTES },
	{ "conn_state", ED_CONN_STATE },
	{ "_path", ED_CONN_PATH },
	{ "@stream", ED_CONN_PATH },
	{ NULL, 0 },
};

uint8_t ed_conn_key_of(struct ed_span name)
{
	for (unsigned i = 0; conn_keys[i].text; i++) {
		if (ed_span_is(name, conn_keys[i].text))
			return conn_keys[i].id;
	}
	return ED_CONN_NONE;
}

/* ------------------------------------------------------------- one record */

/* Decimal digits. False: anything else, or more than fits. */
static bool number_of(struct ed_span text, uint64_t *ret)
{
	uint64_t v = 0;

	if (text.n < 1 || text.n > 19)
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

static bool time_of(struct ed_span text, int64_t *ret_ns)
{
	return ed_time_from_epoch_text(text, ret_ns) || ed_time_from_text(text, ret_ns);
}

/* The bytes on the wire where they were counted, else those of the payload. */
static void take_sizes(const struct ed_span value[static ED_CONN_N], struct ed_flow_record *f)
{
	int64_t duration_ns;

	f->has_up = number_of(value[ED_CONN_ORIG_IP_BYTES], &f->bytes_up);
	f->has_down = number_of(value[ED_CONN_RESP_IP_BYTES], &f->bytes_down);
	f->counted = ED_COUNTED_IP;
	if (!f->has_up && !f->has_down) {
		f->has_up = number_of(value[ED_CONN_ORIG_BYTES], &f->bytes_up);
		f->has_down = number_of(value[ED_CONN_RESP_BYTES], &f->bytes_down);
		f->counted = ED_COUNTED_PAYLOAD;
	}
	if (!f->has_up && !f->has_down)
		f->counted = ED_COUNTED_UNKNOWN;
	(void)number_of(value[ED_CONN_ORIG_PKTS], &f->packets_up);
	(void)number_of(value[ED_CONN_RESP_PKTS], &f->packets_down);
	if (ed_time_from_epoch_text(value[ED_CONN_DURATION], &duration_ns) && duration_ns > 0)
		f->duration_ms = (uint64_t)duration_ns / 1000000;
}

/* "dns" in a list with commas: the source recognised it, on whatever port. */
static bool is_dns(struct ed_span service)
{
	while (service.n > 0) {
		const uint8_t *comma = memchr(service.p, ',', service.n);
		size_t n = comma ? (size_t)(comma - service.p) : service.n;

		if (ed_span_is(ed_span_of(service.p, n), "dns"))
			return true;
		service = ed_span_from(service, n + 1);
	}
	return false;
}

enum ed_drop ed_conn_event(const struct ed_span value[static ED_CONN_N], struct ed_event *ev)
{
	struct ed_flow_record f = { .is_oriented = true };

	if (value[ED_CONN_TS].n == 0 || value[ED_CONN_ORIG_H].n == 0 ||
	    value[ED_CONN_RESP_H].n == 0)
		return ED_DROP_NO_FIELDS;
	if (!time_of(value[ED_CONN_TS], &ev->time_ns) ||
	    !ed_text_addr_read(value[ED_CONN_ORIG_H], &f.src) ||
	    !ed_text_addr_read(value[ED_CONN_RESP_H], &f.dst))
		return ED_DROP_BAD_LINE;
	if (ed_span_is(value[ED_CONN_PROTO], "udp"))
		f.transport = ED_TRANSPORT_UDP;
	else if (ed_span_is(value[ED_CONN_PROTO], "tcp"))
		f.transport = ED_TRANSPORT_TCP;
	else
		return ED_DROP_NOT_DNS;
	if (ed_flow_is_group(&f.dst))
		return ED_DROP_MULTICAST;
	if (!ed_addr_known(&f.src))
		return ED_DROP_NO_FIELDS;
	f.src_port = port_of(value[ED_CONN_ORIG_P]);
	f.dst_port = port_of(value[ED_CONN_RESP_P]);
	take_sizes(value, &f);
	ed_flow_event(&f, ev);
	if (is_dns(value[ED_CONN_SERVICE]) && ev->flow.service == ED_FLOW_OTHER)
		ev->flow.service = ED_FLOW_DNS;
	ev->has |= ED_FIELD_TIME;
	ev->time_quality = ED_TIME_EXACT_UTC;
	return ED_DROP_N;
}

/* ------------------------------------------------------------------- JSON */

void ed_conn_keys_init(struct ed_json_keys *keys)
{
	ed_json_keys_init(keys, conn_keys);
}

/* The values of a line. False: it is no JSON object. */
bool ed_conn_read_json(const struct ed_json_keys *keys, struct ed_span line, uint8_t *room,
		       struct ed_span ret[static ED_CONN_N])
{
	enum ed_json_walk_step step;
	struct ed_json_item item;
	struct ed_json_walk w;
	unsigned id;

	ed_json_walk_init(&w, keys, line, room);
	while ((step = ed_json_walk_next(&w, &id, &item)) <= ED_JSON_WALK_ELEMENT) {
		if (step == ED_JSON_WALK_VALUE && id != ED_CONN_NONE && !ret[id].p)
			ret[id] = item.text;
	}
	ed_json_text_space(&w.t);
	return step == ED_JSON_WALK_END && w.t.p == line.p + line.n;
}

/* It says so, or has what only this log has. */
bool ed_conn_is(const struct ed_span value[static ED_CONN_N])
{
	if (value[ED_CONN_PATH].p)
		return ed_span_is(value[ED_CONN_PATH], "conn");
	return value[ED_CONN_ORIG_H].p && value[ED_CONN_STATE].p;
}

enum ed_drop ed_conn_json(const struct ed_json_keys *keys, struct ed_span line, uint8_t *room,
			  struct ed_event *ev)
{
	struct ed_span value[ED_CONN_N] = { { NULL, 0 } };

	if (!ed_conn_read_json(keys, line, room, value))
		return ED_DROP_BAD_LINE;
	return ed_conn_is(value) ? ed_conn_event(value, ev) : ED_DROP_OTHER_LOG;
}
