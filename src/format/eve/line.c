/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of eve.json; see line.h. Each kind of object has a function that walks it; unknown
 * values are stepped over, and of a key that is there twice the first counts.
 *	"dns":{"version":3,"type":"response","queries":[{"rrname":...}],"answers":[{...}],"grouped":{...}}
 */
#include "format/eve/line.h"

#include "format/zeek/text.h"

enum { VLAN_ID_MAX = 4095, NAME_WIRE_EXTRA = 2 };

static const struct ed_json_key eve_keys[] = {
	{ "timestamp", ED_EVE_TIMESTAMP },
	{ "@timestamp", ED_EVE_SHIPPED },
	{ "event_type", ED_EVE_EVENT_TYPE },
	{ "flow_id", ED_EVE_FLOW_ID },
	{ "src_ip", ED_EVE_SRC_IP },
	{ "src_port", ED_EVE_SRC_PORT },
	{ "dest_ip", ED_EVE_DEST_IP },
	{ "dest_port", ED_EVE_DEST_PORT },
	{ "proto", ED_EVE_PROTO },
	{ "app_proto", ED_EVE_APP_PROTO },
	{ "vlan", ED_EVE_VLAN },
	{ "dns", ED_EVE_DNS },
	{ "type", ED_EVE_TYPE },
	{ "id", ED_EVE_ID },
	{ "version", ED_EVE_VERSION },
	{ "flags", ED_EVE_FLAGS },
	{ "rcode", ED_EVE_RCODE },
	{ "rrname", ED_EVE_RRNAME },
	{ "rrtype", ED_EVE_RRTYPE },
	{ "rrname_truncated", ED_EVE_CUT },
	{ "ttl", ED_EVE_TTL },
	{ "rdata", ED_EVE_RDATA },
	{ "mname", ED_EVE_PART },
	{ "rname", ED_EVE_PART },
	{ "name", ED_EVE_PART },
	{ "soa", ED_EVE_RECORD },
	{ "srv", ED_EVE_RECORD },
	{ "queries", ED_EVE_QUERIES },
	{ "answers", ED_EVE_ANSWERS },
	{ "authorities", ED_EVE_OTHERS },
	{ "additionals", ED_EVE_OTHERS },
	{ "grouped", ED_EVE_GROUPED },
	/* Often there and of no use: named so that the next key can be foretold. */
	{ "in_iface", 0 },
	{ "pcap_cnt", 0 },
	{ "pkt_src", 0 },
	{ "ip_v", 0 },
	{ "tx_id", 0 },
	{ "opcode", 0 },
	{ "qr", 0 },
	{ "aa", 0 },
	{ "tc", 0 },
	{ "rd", 0 },
	{ "ra", 0 },
	{ "z", 0 },
	{ "community_id", 0 },
	{ "host", 0 },
	{ NULL, 0 },
};

void ed_eve_keys_init(struct ed_json_keys *keys)
{
	ed_json_keys_init(keys, eve_keys);
}

/* The first word counts. */
static inline void note(struct ed_eve_line *l, unsigned key, struct ed_span text)
{
	if (key == 0 || (l->seen & ed_eve_bit(key)))
		return;
	l->seen |= ed_eve_bit(key);
	l->value[key] = text;
}

/* "soa":{"mname":...,"rname":...}, "srv":{"name":...}: the names in it. */
static bool read_record(struct ed_eve_line *l, struct ed_eve_rr *rr)
{
	struct ed_json_item item;
	enum ed_json_step step;
	unsigned n = 0, id;

	l->t.p++;
	while ((step = ed_json_text_next(&l->t, '}', &n)) == ED_JSON_STEP_ITEM) {
		if (!ed_json_text_key_id(&l->t, l->keys, &id) || !ed_json_text_value(&l->t, &item))
			return false;
		if (item.kind == ED_JSON_KIND_NEST && !ed_json_text_skip(&l->t))
			return false;
		if (item.kind != ED_JSON_KIND_STRING || id != ED_EVE_PART)
			continue;
		rr->answer.has_rdata = true;
		rr->answer.names_bytes += (uint32_t)ed_zeek_text_bytes(item.text) + NAME_WIRE_EXTRA;
	}
	return step == ED_JSON_STEP_END;
}

/* One value of a record. */
static inline void put_rr(struct ed_eve_rr *rr, unsigned key, const struct ed_json_item *item)
{
	switch (key) {
	case ED_EVE_RRNAME:
		rr->name = item->text;
		rr->has_name = item->kind == ED_JSON_KIND_STRING;
		break;
	case ED_EVE_RRTYPE:
		rr->type = item->text;
		break;
	case ED_EVE_TTL:
		rr->answer.has_ttl = ed_json_text_number(item->text, UINT32_MAX, &rr->answer.ttl_s);
		break;
	case ED_EVE_RDATA:
		rr->answer.rdata = item->text;
		rr->answer.has_rdata = item->kind == ED_JSON_KIND_STRING;
		break;
	case ED_EVE_CUT:
		rr->cut = ed_span_is(item->text, "true");
		break;
	default:
		break;
	}
}

/* An object or array in a record. False: malformed. */
static bool read_rr_nest(struct ed_eve_line *l, struct ed_eve_rr *rr, unsigned key)
{
	if (key == ED_EVE_RECORD && *l->t.p == '{')
		return read_record(l, rr);
	return ed_json_text_skip(&l->t);
}

static bool read_rr(struct ed_eve_line *l, struct ed_eve_rr *rr)
{
	struct ed_json_text t = l->t;
	struct ed_json_item item;
	enum ed_json_step step;
	unsigned n = 0, id;

	t.p++;
	while ((step = ed_json_text_next(&t, '}', &n)) == ED_JSON_STEP_ITEM) {
		if (!ed_json_text_key_id(&t, l->keys, &id) || !ed_json_text_value(&t, &item))
			return false;
		if (item.kind != ED_JSON_KIND_NEST) {
			put_rr(rr, id, &item);
			continue;
		}
		l->t = t;
		if (!read_rr_nest(l, rr, id))
			return false;
		t = l->t;
	}
	l->t = t;
	return step == ED_JSON_STEP_END;
}

static void question_type(struct ed_eve_line *l, struct ed_span type)
{
	if (l->qtype == 0 && type.n > 0)
		ed_answer_type(type, &l->qtype);
}

static void take_rr(struct ed_eve_line *l, unsigned section, struct ed_eve_rr *rr)
{
	if (section == ED_EVE_QUERIES) {
		if (!l->question.has_name) {
			l->question = *rr;
			question_type(l, rr->type);
		}
		return;
	}
	question_type(l, l->own.type);
	if (rr->type.n > 0)
		ed_answer_type(rr->type, &rr->answer.type);
	if (section == ED_EVE_ANSWERS)
		ed_answer_add(&l->detailed, &rr->answer, l->qtype);
	else
		ed_answer_add_other(&l->detailed, &rr->answer, l->qtype);
}

/* An array of records. Other values in it are stepped over. */
static bool read_section(struct ed_eve_line *l, unsigned section)
{
	struct ed_json_item item;
	enum ed_json_step step;
	unsigned n = 0;

	l->t.p++;
	while ((step = ed_json_text_next(&l->t, ']', &n)) == ED_JSON_STEP_ITEM) {
		struct ed_eve_rr rr = { .has_name = false };

		ed_json_text_space(&l->t);
		if (*l->t.p == '{') {
			if (!read_rr(l, &rr))
				return false;
			take_rr(l, section, &rr);
		} else if (!ed_json_text_value(&l->t, &item) ||
			   (item.kind == ED_JSON_KIND_NEST && !ed_json_text_skip(&l->t))) {
			return false;
		}
	}
	return step == ED_JSON_STEP_END;
}

/* "A":["192.0.2.7","192.0.2.8"] of the short form, behind its key. */
static bool read_group(struct ed_eve_line *l, struct ed_span type)
{
	struct ed_json_item item;
	enum ed_json_step step;
	struct ed_eve_rr rr;
	unsigned n = 0;

	l->t.p++;
	while ((step = ed_json_text_next(&l->t, ']', &n)) == ED_JSON_STEP_ITEM) {
		rr = (struct ed_eve_rr){ .has_name = false };
		if (!ed_json_text_value(&l->t, &item))
			return false;
		if (item.kind == ED_JSON_KIND_STRING) {
			rr.answer.rdata = item.text;
			rr.answer.has_rdata = true;
		} else if (item.kind == ED_JSON_KIND_NEST && *l->t.p == '{') {
			if (!read_record(l, &rr))
				return false;
		} else if (item.kind == ED_JSON_KIND_NEST && !ed_json_text_skip(&l->t)) {
			return false;
		}
		ed_answer_type(type, &rr.answer.type);
		ed_answer_add(&l->grouped, &rr.answer, l->qtype);
	}
	return step == ED_JSON_STEP_END;
}

static bool read_grouped(struct ed_eve_line *l)
{
	struct ed_json_item item;
	enum ed_json_step step;
	struct ed_span key;
	unsigned n = 0;

	question_type(l, l->own.type);
	l->t.p++;
	while ((step = ed_json_text_next(&l->t, '}', &n)) == ED_JSON_STEP_ITEM) {
		if (!ed_json_text_key(&l->t, &key) || !ed_json_text_value(&l->t, &item))
			return false;
		if (item.kind != ED_JSON_KIND_NEST)
			continue;
		if (*l->t.p == '[' ? !read_group(l, key) : !ed_json_text_skip(&l->t))
			return false;
	}
	return step == ED_JSON_STEP_END;
}

/* An object or array in the dns object. False: malformed. */
static bool read_dns_nest(struct ed_eve_line *l, unsigned key)
{
	bool again = key == 0 || (l->seen & ed_eve_bit(key));
	bool array = *l->t.p == '[';

	if (key == ED_EVE_RECORD && !array)
		return read_record(l, &l->own);
	if (!again)
		l->seen |= ed_eve_bit(key);
	if (key == ED_EVE_OTHERS && array)
		return read_section(l, key);
	if (!again && (key == ED_EVE_QUERIES || key == ED_EVE_ANSWERS) && array)
		return read_section(l, key);
	/* Both forms say the same; the long one says more, and mostly comes first. */
	if (!again && key == ED_EVE_GROUPED && !array && !(l->seen & ed_eve_bit(ED_EVE_ANSWERS)))
		return read_grouped(l);
	return ed_json_text_skip(&l->t);
}

static bool read_dns(struct ed_eve_line *l)
{
	struct ed_json_text t = l->t;
	struct ed_json_item item;
	enum ed_json_step step;
	unsigned n = 0, id;

	t.p++;
	while ((step = ed_json_text_next(&t, '}', &n)) == ED_JSON_STEP_ITEM) {
		if (!ed_json_text_key_id(&t, l->keys, &id) || !ed_json_text_value(&t, &item))
			return false;
		if (item.kind == ED_JSON_KIND_NEST) {
			l->t = t;
			if (!read_dns_nest(l, id))
				return false;
			t = l->t;
		} else if (id >= ED_EVE_RRNAME && id <= ED_EVE_RDATA) {
			put_rr(&l->own, id, &item);
		} else if (id >= ED_EVE_TYPE && id <= ED_EVE_RCODE) {
			note(l, id, item.text);
		}
	}
	l->t = t;
	return step == ED_JSON_STEP_END;
}

/* 100 or [100,200], the outer one first: as wire/packet.h has it. */
static bool read_vlan(struct ed_eve_line *l)
{
	struct ed_json_item item;
	enum ed_json_step step;
	unsigned n = 0;
	uint32_t id;

	l->t.p++;
	while ((step = ed_json_text_next(&l->t, ']', &n)) == ED_JSON_STEP_ITEM) {
		if (!ed_json_text_value(&l->t, &item) ||
		    (item.kind == ED_JSON_KIND_NEST && !ed_json_text_skip(&l->t)))
			return false;
		if (n <= 2 && ed_json_text_number(item.text, VLAN_ID_MAX, &id))
			l->net_tag |= n == 1 ? id : id << 12;
	}
	return step == ED_JSON_STEP_END;
}

static bool read_top_nest(struct ed_eve_line *l, unsigned key)
{
	bool again = key == 0 || (l->seen & ed_eve_bit(key));

	if (!again && key == ED_EVE_DNS && *l->t.p == '{') {
		l->seen |= ed_eve_bit(key);
		return read_dns(l);
	}
	if (!again && key == ED_EVE_VLAN && *l->t.p == '[') {
		l->seen |= ed_eve_bit(key);
		return read_vlan(l);
	}
	return ed_json_text_skip(&l->t);
}

bool ed_eve_line_read(struct ed_span line, uint8_t *room, struct ed_eve_line *l)
{
	struct ed_json_text t = { .p = line.p, .room = room };
	struct ed_json_item item;
	enum ed_json_step step;
	unsigned n = 0, id;

	ed_json_text_space(&t);
	if (*t.p++ != '{')
		return false;
	while ((step = ed_json_text_next(&t, '}', &n)) == ED_JSON_STEP_ITEM) {
		if (!ed_json_text_key_id(&t, l->keys, &id) || !ed_json_text_value(&t, &item))
			return false;
		if (item.kind == ED_JSON_KIND_NEST) {
			l->t = t;
			if (!read_top_nest(l, id))
				return false;
			t = l->t;
			continue;
		}
		if (id < ED_EVE_DNS)
			note(l, id, item.text);
		if (id == ED_EVE_EVENT_TYPE && !l->whole && ed_eve_line_is_other(l))
			return true;
	}
	ed_json_text_space(&t);
	return step == ED_JSON_STEP_END && t.p == line.p + line.n;
}
