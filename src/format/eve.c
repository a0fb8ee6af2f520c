/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suricata's eve.json: one object a line, DNS in three versions, other events in between.
 *	{"timestamp":"2026-11-03T14:02:11.250000+0000","flow_id":7,"event_type":"dns",
 *	 "src_ip":"192.0.2.10","src_port":40000,"dest_ip":"192.0.2.53","dest_port":53,"proto":"UDP",
 *	 "dns":{"type":"query","id":4711,"rrname":"www.example.net","rrtype":"A","tx_id":0}}
 *
 * The idea: the walk through a line only notes where values lie; what they mean together (who asked
 * whom, of which version the record is) is settled when the line ends. A line whose event_type is
 * another is left at that word.
 *
 * Version 1 writes a line for each answer of a response. Those lines come one behind the other and
 * are alike up to the answer itself; they become one event, and frame does not cut between them.
 */
#include "base/mem.h"
#include "base/time.h"
#include "format/eve/flow.h"
#include "format/eve/line.h"
#include "format/flow/event.h"
#include "format/format.h"
#include "format/text/addr.h"
#include "format/zeek/text.h"
#include "base/hex.h"
#include "format/probe.h"

#include <errno.h>

enum {
	PROBE_LINES = 20,
	PORT_DNS = 53,
	FLAGS_MASK = 0x87f0,  /* the second word of the header without opcode and rcode */
	TIME_TEXT_BYTES = 31, /* as Suricata writes it, with six digits of fraction */
	VLAN_ID_MAX = 4095,
	RCODE_MAX = 4095,
};

/* Mnemonics by number, as Suricata writes them. */
static const char *const rcode_names[] = {
	"NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED",
	"YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE",
};

/* The minute of the last time that was read, with its zone: nearly always that of the next. */
struct minute {
	uint8_t text[TIME_TEXT_BYTES]; /* as it stood, seconds and fraction included */
	int64_t start_ns;
};

/* Memory of one reading thread. */
struct eve_scratch {
	struct ed_json_keys keys;
	struct ed_json_keys flow_keys;
	struct minute minute;
	uint8_t *room; /* for strings with escapes */
};

/* The time says its zone: Z, +hhmm or +hh:mm at its end. */
static bool has_zone(struct ed_span text)
{
	struct ed_span end = ed_span_from(text, text.n > 6 ? text.n - 6 : 0);

	return end.n > 0 && ((end.p[end.n - 1] | 0x20) == 'z' || memchr(end.p, '+', end.n) ||
			     memchr(end.p, '-', end.n));
}

/* 17 to 25 of "2026-11-03T14:02:11.250000+0000" as nanoseconds; false: other than two digits, a
 * point and six. */
static inline bool seconds_of(const uint8_t *p, int64_t *ret_ns)
{
	int64_t v = 0;

	for (unsigned i = 0; i < 9; i++) {
		unsigned d = p[i] - (unsigned)'0';

		if (i == 2)
			continue;
		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	*ret_ns = v * 1000;
	return p[2] == '.' && p[0] < '6';
}

static bool read_time(struct minute *m, struct ed_span text, int64_t *ret_ns)
{
	int64_t in_minute_ns;
	bool usual = text.n == TIME_TEXT_BYTES && seconds_of(text.p + 17, &in_minute_ns);

	if (usual && memcmp(text.p, m->text, 17) == 0 &&
	    memcmp(text.p + 26, m->text + 26, 5) == 0) {
		*ret_ns = m->start_ns + in_minute_ns;
		return true;
	}
	if (!ed_time_from_text(text, ret_ns))
		return false;
	if (usual) {
		memcpy(m->text, text.p, sizeof(m->text));
		m->start_ns = *ret_ns - in_minute_ns;
	}
	return true;
}

static void take_ports(const struct ed_eve_line *l, uint16_t *ret_src, uint16_t *ret_dest)
{
	uint32_t v;

	*ret_src = *ret_dest = 0;
	if (ed_json_text_number(l->value[ED_EVE_SRC_PORT], UINT16_MAX, &v))
		*ret_src = (uint16_t)v;
	if (ed_json_text_number(l->value[ED_EVE_DEST_PORT], UINT16_MAX, &v))
		*ret_dest = (uint16_t)v;
}

/*
 * Is the source of this record the one who asked? Of a query it is. Version 3 gives a response the
 * direction of its packet. The versions before have written either, depending on the release: the
 * server is who has port 53, else who has the lower port.
 */
static bool client_is_source(const struct ed_eve_line *l, bool query, uint16_t src, uint16_t dest)
{
	if (query)
		return true;
	if (ed_span_is(l->value[ED_EVE_VERSION], "3"))
		return false;
	if ((src == PORT_DNS) != (dest == PORT_DNS))
		return dest == PORT_DNS;
	return src >= dest;
}

/* Client and resolver. False: an address cannot be read. */
static bool take_addresses(const struct ed_eve_line *l, struct ed_event *ev)
{
	struct ed_addr src = { 0 }, dest = { 0 };
	uint16_t src_port, dest_port;
	bool forward;

	take_ports(l, &src_port, &dest_port);
	forward = client_is_source(l, ev->kind == ED_EVENT_DNS_QUERY, src_port, dest_port);
	if (!ed_text_addr_read(l->value[ED_EVE_SRC_IP], &src) ||
	    !ed_text_addr_read(l->value[ED_EVE_DEST_IP], &dest))
		return false;
	ev->client = forward ? src : dest;
	ev->client_port = forward ? src_port : dest_port;
	ev->resolver = forward ? dest : src;
	ev->resolver_port = forward ? dest_port : src_port;
	ev->has |= ED_FIELD_CLIENT | ED_FIELD_RESOLVER;
	if (ev->client_port > 0)
		ev->has |= ED_FIELD_CLIENT_PORT;
	return true;
}

static void take_transport(const struct ed_eve_line *l, struct ed_event *ev)
{
	struct ed_span proto = l->value[ED_EVE_PROTO];

	if (ed_span_is(l->value[ED_EVE_APP_PROTO], "doh2"))
		ev->transport = ED_TRANSPORT_DOH;
	else if (ed_span_is(proto, "UDP"))
		ev->transport = ED_TRANSPORT_UDP;
	else if (ed_span_is(proto, "TCP"))
		ev->transport = ED_TRANSPORT_TCP;
	if (ev->transport != ED_TRANSPORT_UNKNOWN)
		ev->has |= ED_FIELD_TRANSPORT;
}

/* The second word of the header: four hexadecimal digits, fewer when it begins with zeros. */
static bool header_word(struct ed_span text, uint16_t *ret)
{
	uint16_t v = 0;

	if (text.n - 1 > 3)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int d = ed_hex_value(text.p[i]);

		if (d < 0)
			return false;
		v = (uint16_t)(v << 4 | d);
	}
	*ret = v;
	return true;
}

static bool rcode_from_name(struct ed_span text, uint16_t *ret)
{
	uint32_t v;

	for (size_t i = 0; i < sizeof(rcode_names) / sizeof(rcode_names[0]); i++) {
		if (ed_span_is(text, rcode_names[i])) {
			*ret = (uint16_t)i;
			return true;
		}
	}
	if (!ed_json_text_number(text, RCODE_MAX, &v))
		return false;
	*ret = (uint16_t)v;
	return true;
}

static void take_header(const struct ed_eve_line *l, struct ed_event *ev)
{
	uint16_t word = 0;
	uint32_t id;

	if (ed_json_text_number(l->value[ED_EVE_ID], UINT16_MAX, &id)) {
		ev->txid = (uint16_t)id;
		ev->has |= ED_FIELD_TXID;
	}
	if (header_word(l->value[ED_EVE_FLAGS], &word)) {
		ev->flags = word & FLAGS_MASK;
		ev->opcode = word >> 11 & 15;
		ev->has |= ED_FIELD_FLAGS | ED_FIELD_OPCODE;
	}
	/* A request has no response code; version 3 writes one all the same. */
	if (ev->kind == ED_EVENT_DNS_QUERY)
		return;
	ev->flags |= ED_DNS_QR;
	if (rcode_from_name(l->value[ED_EVE_RCODE], &ev->rcode)) {
		ev->has |= ED_FIELD_RCODE;
	} else if (ev->has & ED_FIELD_FLAGS) {
		ev->rcode = word & 15;
		ev->has |= ED_FIELD_RCODE;
	}
}

static void take_question(const struct ed_eve_line *l, struct ed_event *ev)
{
	const struct ed_eve_rr *q = l->question.has_name ? &l->question : &l->own;
	struct ed_name name;

	if (!q->has_name) {
		ev->lost |= ED_LOST_NAME;
		return;
	}
	/* A backslash may be one, or begin what stands for a byte that is no text. */
	if (memchr(q->name.p, '\\', q->name.n))
		ev->lost |= ED_LOST_ESCAPES;
	if (q->cut)
		ev->lost |= ED_LOST_TAIL;
	ev->lost |= (uint8_t)ed_zeek_text_name(q->name, false, &name);
	ev->name_n = name.n;
	memcpy(ed_event_name_room(ev), name.wire, name.n);
	ev->has |= ED_FIELD_QNAME | ED_FIELD_QNAME_CASE;
	if (q->type.n > 0 && ed_answer_type(q->type, &ev->qtype))
		ev->has |= ED_FIELD_QTYPE;
}

/* An answer of version 1: the dns object is the record. */
static bool is_flat(const struct ed_eve_line *l)
{
	return l->own.answer.has_ttl &&
	       !(l->seen & (ed_eve_bit(ED_EVE_ANSWERS) | ed_eve_bit(ED_EVE_GROUPED)));
}

static void take_answers(struct ed_eve_line *l, struct ed_event *ev)
{
	if (is_flat(l)) {
		l->own.answer.type = ev->qtype;
		ed_answer_add(&l->detailed, &l->own.answer, ev->qtype);
	}
	if (!(l->seen & ed_eve_bit(ED_EVE_ANSWERS)) && (l->seen & ed_eve_bit(ED_EVE_GROUPED))) {
		/* The short form leaves types out: empty, it says nothing. */
		if (l->grouped.sum.n > 0)
			ed_answer_give(&l->grouped, ev);
		return;
	}
	ed_answer_give(&l->detailed, ev);
}

static bool is_multicast(const struct ed_addr *a)
{
	return ed_addr_is_v4(a) ? a->b[12] >> 4 == 14 : a->b[0] == 0xff;
}

/* What the line is about. False: no DNS query or response. */
static bool take_kind(const struct ed_eve_line *l, struct ed_event *ev)
{
	struct ed_span type = l->value[ED_EVE_TYPE];

	if (ed_span_is(type, "query") || ed_span_is(type, "request"))
		ev->kind = ED_EVENT_DNS_QUERY;
	else if (ed_span_is(type, "answer") || ed_span_is(type, "response"))
		ev->kind = ED_EVENT_DNS_RESPONSE;
	else
		return false;
	return true;
}

static enum ed_drop take_line(struct eve_scratch *s, struct ed_eve_line *l, struct ed_event *ev)
{
	struct ed_span time = l->value[l->seen & ed_eve_bit(ED_EVE_TIMESTAMP) ? ED_EVE_TIMESTAMP :
										ED_EVE_SHIPPED];
	uint32_t vlan;

	if (!(l->seen & ed_eve_bit(ED_EVE_EVENT_TYPE)) || ed_eve_line_is_other(l))
		return ed_span_is(l->value[ED_EVE_EVENT_TYPE], "mdns") ? ED_DROP_MULTICAST :
									 ED_DROP_OTHER_LOG;
	if (time.n == 0 || l->value[ED_EVE_SRC_IP].n == 0 || l->value[ED_EVE_DEST_IP].n == 0 ||
	    !take_kind(l, ev))
		return ED_DROP_NO_FIELDS;
	if (!read_time(&s->minute, time, &ev->time_ns) || !take_addresses(l, ev))
		return ED_DROP_BAD_LINE;
	if (is_multicast(&ev->resolver))
		return ED_DROP_MULTICAST;
	if (ed_json_text_number(l->value[ED_EVE_VLAN], VLAN_ID_MAX, &vlan))
		l->net_tag = vlan;
	ev->net_tag = l->net_tag;
	ev->has |= ED_FIELD_TIME;
	/* With its offset beside it the time is as exact as one in UTC. */
	ev->time_quality = has_zone(time) ? ED_TIME_EXACT_UTC : ED_TIME_ZONE_ASSUMED;
	ev->vantage = ED_VANTAGE_UNKNOWN;
	take_transport(l, ev);
	take_header(l, ev);
	take_question(l, ev);
	if (ev->kind == ED_EVENT_DNS_RESPONSE)
		take_answers(l, ev);
	return ED_DROP_N;
}

/* May @line be an answer of version 1? No line that is one is missed. */
static bool looks_flat(struct ed_span line)
{
	static const char type[] = "\"type\":\"answer\"", ttl[] = "\"ttl\":";

	return memmem(line.p, line.n, type, sizeof(type) - 1) &&
	       memmem(line.p, line.n, ttl, sizeof(ttl) - 1);
}

/* Are @a and @b alike up to the record in them? */
static bool same_response(struct ed_span a, struct ed_span b)
{
	static const char name[] = "\"rrname\":";
	const uint8_t *end = memmem(a.p, a.n, name, sizeof(name) - 1);
	size_t n = end ? (size_t)(end - a.p) : 0;

	return n > 0 && b.n >= n && memcmp(a.p, b.p, n) == 0;
}

/* What decode remembers of the line before. */
struct eve_before {
	struct ed_span line;
	struct ed_event *ev; /* NULL: it was no answer of version 1 */
};

/*
 * Adds an answer to the response that the line before began. The type asked for is that of the
 * first record that is no CNAME. False: @ev is another response.
 */
static bool join(struct eve_before *before, struct ed_span line, const struct ed_eve_line *l,
		 const struct ed_event *ev)
{
	struct ed_event *first = before->ev;

	if (!first || !same_response(before->line, line) || first->time_ns != ev->time_ns ||
	    first->txid != ev->txid || first->client_port != ev->client_port ||
	    !ed_addr_eq(&first->client, &ev->client))
		return false;
	ed_answer_give(&l->detailed, first);
	if (first->qtype == ED_RR_CNAME && (ev->has & ED_FIELD_QTYPE))
		first->qtype = ev->qtype;
	return true;
}

static enum ed_frame_verdict eve_frame(void *state, struct ed_span in, bool eof, void *context,
				       struct ed_frame *ret)
{
	enum ed_frame_verdict verdict = ed_lines_frame(state, in, eof, NULL, ret);
	struct ed_span last, next;
	const uint8_t *end;

	(void)context;
	if (verdict != ED_FRAME_UNIT)
		return verdict;
	end = memrchr(in.p, '\n', ret->n_bytes - 1);
	last = end ? ed_span_of(end + 1, (size_t)(in.p + ret->n_bytes - end) - 1) :
		     ed_span_of(in.p, ret->n_bytes);
	while (looks_flat(last)) {
		next = ed_span_from(in, ret->n_bytes);
		end = next.n > 0 ? memchr(next.p, '\n', next.n) : NULL;
		if (!end && !eof)
			return in.n < ED_UNIT_MAX_BYTES ? ED_FRAME_MORE : ED_FRAME_UNIT;
		next.n = end ? (size_t)(end - next.p) + 1 : next.n;
		if (next.n == 0 || !same_response(last, next))
			return ED_FRAME_UNIT;
		ret->n_bytes += next.n;
		last = next;
	}
	return ED_FRAME_UNIT;
}

static void scratch_free(void *scratch)
{
	struct eve_scratch *s = scratch;

	if (!s)
		return;
	ed_mem_free(s->room);
	ed_mem_free(s);
}

static int scratch_new(size_t max_bytes, struct eve_scratch **ret)
{
	struct eve_scratch *s = ed_mem_zalloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->room = ed_mem_zalloc(1, max_bytes + ED_UNIT_PADDING_BYTES);
	if (!s->room) {
		scratch_free(s);
		return -ENOMEM;
	}
	ed_eve_keys_init(&s->keys);
	ed_eve_flow_keys_init(&s->flow_keys);
	*ret = s;
	return 0;
}

static int eve_scratch_new(void **ret)
{
	struct eve_scratch *s;
	int r = scratch_new(ED_UNIT_MAX_BYTES, &s);

	if (r == 0)
		*ret = s;
	return r;
}

/* Records of connections, which DNS may be carried in out of sight. */
static bool is_flow(const struct ed_eve_line *l)
{
	return ed_span_is(l->value[ED_EVE_EVENT_TYPE], "flow") ||
	       ed_span_is(l->value[ED_EVE_EVENT_TYPE], "tls");
}

/* One line that is not empty: to @ev, or into the event of the line before. */
static enum ed_drop eve_record(struct eve_scratch *s, struct ed_span line,
			       struct eve_before *before, struct ed_event *ev)
{
	struct ed_eve_line l = { .keys = &s->keys };
	struct ed_event *first;
	enum ed_drop drop;

	drop = ed_eve_line_read(line, s->room, &l) ? take_line(s, &l, ev) : ED_DROP_BAD_LINE;
	if (drop == ED_DROP_OTHER_LOG && is_flow(&l))
		drop = ed_eve_flow_read(&s->flow_keys, line, s->room, ev);
	first = drop == ED_DROP_N && ev->kind == ED_EVENT_DNS_RESPONSE && is_flat(&l) &&
				looks_flat(line) ?
			ev :
			NULL;
	if (first && join(before, line, &l, ev))
		first = before->ev;
	*before = (struct eve_before){ .line = line, .ev = first };
	return drop;
}

static void eve_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct eve_before before = { .ev = NULL };
	struct ed_span rest = unit->bytes;
	struct ed_span line;

	while (ed_lines_next(&rest, &line)) {
		uint64_t offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		enum ed_drop drop = ED_DROP_BATCH_FULL;
		struct ed_event *ev;

		if (line.n == 0) {
			before.ev = NULL;
			continue;
		}
		out->tally.n_read++;
		ev = ed_batch_peek(out);
		if (ev)
			drop = eve_record(scratch, line, &before, ev);
		if (drop < ED_DROP_N) {
			ed_tally_drop(&out->tally, drop, offset);
			continue;
		}
		out->tally.n_analysed++;
		if (before.ev && before.ev != ev)
			continue; /* joined */
		ev->offset = offset;
		ev->source = unit->source;
		ed_batch_commit(out, ev);
	}
}

/* A line of Suricata's: it has one of its own marks beside the kind of event. */
static bool is_eve(const struct ed_eve_line *l)
{
	if (!(l->seen & ed_eve_bit(ED_EVE_EVENT_TYPE)))
		return false;
	return (l->seen & (ed_eve_bit(ED_EVE_FLOW_ID) | ed_eve_bit(ED_EVE_DNS))) ||
	       ed_span_is(l->value[ED_EVE_EVENT_TYPE], "stats");
}

static unsigned eve_probe(struct ed_span head)
{
	unsigned n_eve = 0, n_other = 0;
	struct eve_scratch *s;
	struct ed_span line;
	uint8_t *copy;

	head = ed_lines_skip_bom(head);
	if (head.n == 0 || head.p[0] != '{')
		return 0;
	copy = ed_probe_copy(&head);
	if (copy && scratch_new(head.n, &s) == 0) {
		for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++) {
			struct ed_eve_line l = { .keys = &s->keys, .whole = true };

			/* The last line may be cut: what is no JSON tells nothing. */
			if (!ed_eve_line_read(line, s->room, &l))
				continue;
			n_eve += is_eve(&l);
			n_other += !is_eve(&l);
		}
		scratch_free(s);
	}
	ed_mem_free(copy);
	if (n_eve == 0)
		return 0;
	return n_other == 0 ? 95 : 40;
}

const struct ed_format ed_format_eve = {
	.name = "eve",
	.help = "Suricata eve.json: DNS of version 1, 2 and 3, flow and TLS among other events",
	.fields = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
		  ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS | ED_FIELD_RCODE |
		  ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL | ED_FLOW_FIELDS,
	.state_bytes = sizeof(struct ed_lines),
	.probe = eve_probe,
	.frame = eve_frame,
	.scratch_new = eve_scratch_new,
	.scratch_free = scratch_free,
	.decode = eve_decode,
};
