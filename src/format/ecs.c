/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS in the Elastic Common Schema, as Packetbeat and Elastic Agent's network_traffic write it, one
 * object a line, nested or dotted:
 *	{"@timestamp":"2026-11-03T14:02:11.250Z","type":"dns","client":{"ip":"192.0.2.10","bytes":33},
 *	 "server":{"ip":"192.0.2.53"},"dns":{"type":"answer","id":7,"response_code":"NOERROR",
 *	 "question":{"name":"www.example.net","type":"A"},"answers":[{"type":"A","data":"192.0.2.7"}]}}
 *
 * The idea: keys are walked as if they were written with dots, and the values noted; what they mean
 * is settled at the end of the line. Packetbeat pairs query and response itself; a record of
 * another producer is what its dns.type says.
 */
#include "base/mem.h"
#include "base/time.h"
#include "format/text/answer_text.h"
#include "format/format.h"
#include "format/json/walk.h"
#include "format/probe.h"
#include "format/text/addr.h"
#include "format/zeek/text.h"
#include "record/lag.h"

#include <errno.h>

enum {
	PROBE_LINES = 20,
	PORT_DNS = 53,
	RCODE_MAX = 4095,
};

enum ecs_key {
	KEY_TIMESTAMP = 1,
	KEY_START,
	KEY_CREATED, /* taken in by an agent, by the collector */
	KEY_INGESTED,
	KEY_DURATION,
	KEY_DATASET,
	KEY_MODULE,
	KEY_RECORD, /* Packetbeat's own word for what a record is */
	KEY_WINLOG,
	KEY_CLIENT_IP,
	KEY_CLIENT_PORT,
	KEY_CLIENT_BYTES,
	KEY_SERVER_IP,
	KEY_SERVER_PORT,
	KEY_SERVER_BYTES,
	KEY_SOURCE_IP,
	KEY_SOURCE_PORT,
	KEY_SOURCE_BYTES,
	KEY_DEST_IP,
	KEY_DEST_PORT,
	KEY_DEST_BYTES,
	KEY_TRANSPORT,
	KEY_TYPE,
	KEY_ID,
	KEY_OPCODE,
	KEY_RCODE,
	KEY_FLAGS,
	KEY_NAME,
	KEY_QTYPE,
	KEY_COUNT,
	KEY_ANSWERS,
	KEY_ANSWER_TYPE,
	KEY_ANSWER_TTL,
	KEY_ANSWER_DATA,
	KEY_N
};

static const struct ed_json_key ecs_keys[] = {
	{ "@timestamp", KEY_TIMESTAMP },
	{ "event.start", KEY_START },
	{ "event.created", KEY_CREATED },
	{ "event.ingested", KEY_INGESTED },
	{ "event.duration", KEY_DURATION },
	{ "event.dataset", KEY_DATASET },
	{ "data_stream.dataset", KEY_DATASET },
	{ "event.module", KEY_MODULE },
	{ "type", KEY_RECORD },
	{ "winlog.event_id", KEY_WINLOG },
	{ "client.ip", KEY_CLIENT_IP },
	{ "client.port", KEY_CLIENT_PORT },
	{ "client.bytes", KEY_CLIENT_BYTES },
	{ "server.ip", KEY_SERVER_IP },
	{ "server.port", KEY_SERVER_PORT },
	{ "server.bytes", KEY_SERVER_BYTES },
	{ "source.ip", KEY_SOURCE_IP },
	{ "source.port", KEY_SOURCE_PORT },
	{ "source.bytes", KEY_SOURCE_BYTES },
	{ "destination.ip", KEY_DEST_IP },
	{ "destination.port", KEY_DEST_PORT },
	{ "destination.bytes", KEY_DEST_BYTES },
	{ "network.transport", KEY_TRANSPORT },
	{ "dns.type", KEY_TYPE },
	{ "dns.id", KEY_ID },
	{ "dns.op_code", KEY_OPCODE },
	{ "dns.response_code", KEY_RCODE },
	{ "dns.header_flags", KEY_FLAGS },
	{ "dns.question.name", KEY_NAME },
	{ "dns.question.type", KEY_QTYPE },
	{ "dns.answers_count", KEY_COUNT },
	{ "dns.answers", KEY_ANSWERS },
	{ "dns.answers.type", KEY_ANSWER_TYPE },
	{ "dns.answers.ttl", KEY_ANSWER_TTL },
	{ "dns.answers.data", KEY_ANSWER_DATA },
	{ NULL, 0 },
};

/* Mnemonics by number. */
static const char *const rcode_names[] = {
	"NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED",
	"YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE",
};
static const char *const opcode_names[] = { "QUERY", "IQUERY", "STATUS", "", "NOTIFY", "UPDATE" };

static const struct {
	const char *name;
	uint16_t flag;
} flag_names[] = {
	{ "AA", ED_DNS_AA }, { "TC", ED_DNS_TC }, { "RD", ED_DNS_RD },
	{ "RA", ED_DNS_RA }, { "AD", ED_DNS_AD }, { "CD", ED_DNS_CD },
};

/* Memory of one reading thread. */
struct ecs_scratch {
	struct ed_json_keys keys;
	uint8_t *room; /* for strings with escapes */
};

/* A line while it is walked. */
struct ecs_line {
	struct ed_span value[KEY_N]; /* the first of each key; p is NULL when there is none */
	struct ed_answer answer;     /* the one that is being read */
	struct ed_answer_text answers;
	uint16_t qtype;
	uint16_t flags;
	bool has_flags;
};

static bool has(const struct ecs_line *l, unsigned key)
{
	return l->value[key].p != NULL;
}

static void put_flag(struct ecs_line *l, struct ed_span text)
{
	l->has_flags = true;
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (ed_span_is(text, flag_names[i].name))
			l->flags |= flag_names[i].flag;
	}
}

static void put(struct ecs_line *l, unsigned key, const struct ed_json_item *item)
{
	if (item->kind == ED_JSON_KIND_SCALAR && ed_span_is(item->text, "null"))
		return;
	switch (key) {
	case 0:
		return;
	case KEY_FLAGS:
		put_flag(l, item->text);
		return;
	case KEY_ANSWER_TYPE:
		ed_answer_type(item->text, &l->answer.type);
		return;
	case KEY_ANSWER_TTL:
		l->answer.has_ttl = ed_json_text_number(item->text, UINT32_MAX, &l->answer.ttl_s);
		return;
	case KEY_ANSWER_DATA:
		l->answer.rdata = item->text;
		l->answer.has_rdata = true;
		return;
	default:
		if (!has(l, key))
			l->value[key] = item->text;
	}
}

static void take_answer(struct ecs_line *l)
{
	if (l->qtype == 0 && has(l, KEY_QTYPE))
		ed_answer_type(l->value[KEY_QTYPE], &l->qtype);
	ed_answer_add(&l->answers, &l->answer, l->qtype);
	l->answer = (struct ed_answer){ .type = 0 };
}

/* Walks @line, noting into @l, which is zeroed. False: it is no JSON object. */
static bool read_line(struct ecs_scratch *s, struct ed_span line, struct ecs_line *l)
{
	enum ed_json_walk_step step;
	struct ed_json_item item;
	struct ed_json_walk w;
	unsigned id;

	ed_json_walk_init(&w, &s->keys, line, s->room);
	while ((step = ed_json_walk_next(&w, &id, &item)) <= ED_JSON_WALK_ELEMENT) {
		if (step == ED_JSON_WALK_VALUE)
			put(l, id, &item);
		else if (id == KEY_ANSWERS)
			take_answer(l);
	}
	ed_json_text_space(&w.t);
	return step == ED_JSON_WALK_END && w.t.p == line.p + line.n;
}

/* Packetbeat's, old or new: one record is a lookup with what came of it. */
static bool is_transaction(const struct ecs_line *l)
{
	return ed_span_is(l->value[KEY_DATASET], "network_traffic.dns") ||
	       ed_span_is(l->value[KEY_RECORD], "dns");
}

/*
 * DNS of another producer: it has a question and an address. What names a module has a format of
 * its own (Zeek, Suricata) or is not about the network (Windows).
 */
static bool is_lookup(const struct ecs_line *l)
{
	if (!has(l, KEY_NAME) || has(l, KEY_WINLOG))
		return false;
	return is_transaction(l) ||
	       (!has(l, KEY_MODULE) && (has(l, KEY_CLIENT_IP) || has(l, KEY_SOURCE_IP)));
}

static uint16_t port_of(struct ed_span text)
{
	uint32_t v;

	return ed_json_text_number(text, UINT16_MAX, &v) ? (uint16_t)v : 0;
}

/* Who asked whom: "client" and "server" say it, "source" may be the one who answers. */
static bool take_addresses(const struct ecs_line *l, struct ed_event *ev)
{
	bool named = has(l, KEY_CLIENT_IP);
	unsigned client = named ? KEY_CLIENT_IP : KEY_SOURCE_IP;
	unsigned server = named ? KEY_SERVER_IP : KEY_DEST_IP;

	if (!named && ev->kind == ED_EVENT_DNS_RESPONSE &&
	    port_of(l->value[KEY_SOURCE_PORT]) == PORT_DNS &&
	    port_of(l->value[KEY_DEST_PORT]) != PORT_DNS) {
		client = KEY_DEST_IP;
		server = KEY_SOURCE_IP;
	}
	if (!ed_text_addr_read(l->value[client], &ev->client))
		return false;
	ev->has |= ED_FIELD_CLIENT;
	ev->client_port = port_of(l->value[client + 1]);
	if (ev->client_port > 0)
		ev->has |= ED_FIELD_CLIENT_PORT;
	if (has(l, server) && ed_text_addr_read(l->value[server], &ev->resolver))
		ev->has |= ED_FIELD_RESOLVER;
	ev->resolver_port = port_of(l->value[server + 1]);
	return true;
}

static bool by_name(const char *const *names, size_t n, struct ed_span text, uint16_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (text.n > 0 && ed_span_is(text, names[i])) {
			*ret = (uint16_t)i;
			return true;
		}
	}
	return false;
}

static void take_header(const struct ecs_line *l, struct ed_event *ev)
{
	uint16_t opcode;
	uint32_t v;

	if (ed_json_text_number(l->value[KEY_ID], UINT16_MAX, &v)) {
		ev->txid = (uint16_t)v;
		ev->has |= ED_FIELD_TXID;
	}
	if (l->has_flags) {
		ev->flags = l->flags;
		ev->has |= ED_FIELD_FLAGS;
	}
	if (by_name(opcode_names, sizeof(opcode_names) / sizeof(opcode_names[0]),
		    l->value[KEY_OPCODE], &opcode)) {
		ev->opcode = (uint8_t)opcode;
		ev->has |= ED_FIELD_OPCODE;
	}
	if (ed_span_is(l->value[KEY_TRANSPORT], "udp"))
		ev->transport = ED_TRANSPORT_UDP;
	else if (ed_span_is(l->value[KEY_TRANSPORT], "tcp"))
		ev->transport = ED_TRANSPORT_TCP;
	if (ev->transport != ED_TRANSPORT_UNKNOWN)
		ev->has |= ED_FIELD_TRANSPORT;
}

/* Names are in the form of master files, as the schema wants it; other texts get a name, too. */
static void take_question(const struct ecs_line *l, struct ed_event *ev)
{
	struct ed_span text = l->value[KEY_NAME];
	struct ed_name name;

	if (text.n > 0 && memchr(text.p, '\\', text.n))
		ev->lost |= ED_LOST_ESCAPES;
	if (ed_name_from_text(text, ED_NAME_MASTER, &name) != 0)
		ev->lost |= (uint8_t)ed_zeek_text_name(text, false, &name);
	ev->name_n = name.n;
	memcpy(ed_event_name_room(ev), name.wire, name.n);
	ev->has |= ED_FIELD_QNAME | ED_FIELD_QNAME_CASE;
	if (has(l, KEY_QTYPE) && ed_answer_type(l->value[KEY_QTYPE], &ev->qtype))
		ev->has |= ED_FIELD_QTYPE;
}

static void take_response(const struct ecs_line *l, struct ed_event *ev)
{
	uint32_t v;

	ev->flags |= ED_DNS_QR;
	if (by_name(rcode_names, sizeof(rcode_names) / sizeof(rcode_names[0]), l->value[KEY_RCODE],
		    &ev->rcode)) {
		ev->has |= ED_FIELD_RCODE;
	} else if (ed_json_text_number(l->value[KEY_RCODE], RCODE_MAX, &v)) {
		ev->rcode = (uint16_t)v;
		ev->has |= ED_FIELD_RCODE;
	}
	/* Without a list there are no answers only where that is said. */
	if (l->answers.sum.n > 0 || ed_span_is(l->value[KEY_COUNT], "0"))
		ed_answer_give(&l->answers, ev);
}

/* Sizes and round trip, which Packetbeat takes from the messages themselves. */
static void take_sizes(const struct ecs_line *l, struct ed_event *ev)
{
	bool named = has(l, KEY_CLIENT_BYTES);
	struct ed_span duration = l->value[KEY_DURATION];
	uint32_t us;

	if (ed_json_text_number(l->value[named ? KEY_CLIENT_BYTES : KEY_SOURCE_BYTES], UINT16_MAX,
				&ev->size_query))
		ev->has |= ED_FIELD_SIZE_QUERY;
	if (ev->kind == ED_EVENT_DNS_QUERY)
		return;
	if (ed_json_text_number(l->value[named ? KEY_SERVER_BYTES : KEY_DEST_BYTES], UINT16_MAX,
				&ev->size_response))
		ev->has |= ED_FIELD_SIZE_RESPONSE;
	/* Nanoseconds: the last three digits are left out. */
	duration.n -= duration.n > 3 ? 3 : duration.n;
	if (ed_json_text_number(duration, INT32_MAX, &us)) {
		ev->rtt_us = (int32_t)us;
		ev->has |= ED_FIELD_RTT;
	}
}

static void take_kind(const struct ecs_line *l, struct ed_event *ev)
{
	bool answered = has(l, KEY_RCODE) || ed_span_is(l->value[KEY_TYPE], "answer");

	ev->kind = ED_EVENT_DNS_QUERY;
	if (answered && (is_transaction(l) || !has(l, KEY_TYPE)))
		ev->kind = ED_EVENT_DNS_PAIR;
	else if (ed_span_is(l->value[KEY_TYPE], "answer"))
		ev->kind = ED_EVENT_DNS_RESPONSE;
}

static bool is_multicast(const struct ed_addr *a)
{
	return ed_addr_is_v4(a) ? a->b[12] >> 4 == 14 : a->b[0] == 0xff;
}

/* The last hand it went through counts. */
static void take_lag(const struct ecs_line *l, struct ed_event *ev)
{
	unsigned key = has(l, KEY_INGESTED) ? KEY_INGESTED : KEY_CREATED;
	int64_t received_ns;

	if (has(l, key) && ed_time_from_text(l->value[key], &received_ns))
		ev->lag = ed_lag_code(ev->time_ns, received_ns);
}

static enum ed_drop take_line(const struct ecs_line *l, struct ed_event *ev)
{
	unsigned time = has(l, KEY_START) ? KEY_START : KEY_TIMESTAMP;

	if (!is_lookup(l))
		return is_transaction(l) ? ED_DROP_NO_FIELDS : ED_DROP_OTHER_LOG;
	if (!has(l, time) || !(has(l, KEY_CLIENT_IP) || has(l, KEY_SOURCE_IP)))
		return ED_DROP_NO_FIELDS;
	take_kind(l, ev);
	if (!ed_time_from_text(l->value[time], &ev->time_ns) || !take_addresses(l, ev))
		return ED_DROP_BAD_LINE;
	if (is_multicast(&ev->resolver))
		return ED_DROP_MULTICAST;
	take_lag(l, ev);
	ev->has |= ED_FIELD_TIME;
	ev->time_quality = ED_TIME_EXACT_UTC;
	ev->vantage = ED_VANTAGE_UNKNOWN;
	take_header(l, ev);
	take_question(l, ev);
	if (ev->kind != ED_EVENT_DNS_QUERY)
		take_response(l, ev);
	if (is_transaction(l))
		take_sizes(l, ev);
	return ED_DROP_N;
}

static enum ed_frame_verdict ecs_frame(void *state, struct ed_span in, bool eof, void *context,
				       struct ed_frame *ret)
{
	(void)context;
	return ed_lines_frame(state, in, eof, NULL, ret);
}

static void scratch_free(void *scratch)
{
	struct ecs_scratch *s = scratch;

	if (!s)
		return;
	ed_mem_free(s->room);
	ed_mem_free(s);
}

static int scratch_new(size_t max_bytes, struct ecs_scratch **ret)
{
	struct ecs_scratch *s = ed_mem_zalloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->room = ed_mem_zalloc(1, max_bytes + ED_UNIT_PADDING_BYTES);
	if (!s->room) {
		scratch_free(s);
		return -ENOMEM;
	}
	ed_json_keys_init(&s->keys, ecs_keys);
	*ret = s;
	return 0;
}

static int ecs_scratch_new(void **ret)
{
	struct ecs_scratch *s;
	int r = scratch_new(ED_UNIT_MAX_BYTES, &s);

	if (r == 0)
		*ret = s;
	return r;
}

static void ecs_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_span rest = unit->bytes;
	struct ed_span line;

	while (ed_lines_next(&rest, &line)) {
		uint64_t offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		struct ecs_line l = { .qtype = 0 };
		enum ed_drop drop = ED_DROP_BATCH_FULL;
		struct ed_event *ev;

		if (line.n == 0)
			continue;
		out->tally.n_read++;
		ev = ed_batch_peek(out);
		if (ev)
			drop = read_line(scratch, line, &l) ? take_line(&l, ev) : ED_DROP_BAD_LINE;
		if (drop < ED_DROP_N) {
			ed_tally_drop(&out->tally, drop, offset);
			continue;
		}
		ev->offset = offset;
		ev->source = unit->source;
		ed_batch_commit(out, ev);
		out->tally.n_analysed++;
	}
}

static unsigned probe_lines(struct ecs_scratch *s, struct ed_span head)
{
	unsigned n_own = 0, n_alike = 0;
	struct ed_span line;

	for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++) {
		struct ecs_line l = { .qtype = 0 };

		/* The last line may be cut: what is no JSON tells nothing. */
		if (!read_line(s, line, &l))
			continue;
		n_own += is_lookup(&l) && is_transaction(&l);
		n_alike += is_lookup(&l);
	}
	if (n_own > 0)
		return 90;
	return n_alike > 0 ? 30 : 0;
}

static unsigned ecs_probe(struct ed_span head)
{
	struct ecs_scratch *s;
	unsigned sure = 0;
	uint8_t *copy;

	head = ed_lines_skip_bom(head);
	if (head.n == 0 || head.p[0] != '{')
		return 0;
	copy = ed_probe_copy(&head);
	if (copy && scratch_new(head.n, &s) == 0) {
		sure = probe_lines(s, head);
		scratch_free(s);
	}
	ed_mem_free(copy);
	return sure;
}

const struct ed_format ed_format_ecs = {
	.name = "ecs",
	.help = "Elastic Common Schema: Packetbeat, Elastic Agent network_traffic, as JSON lines",
	.fields = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
		  ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS | ED_FIELD_RCODE |
		  ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL | ED_FIELD_SIZE_QUERY |
		  ED_FIELD_SIZE_RESPONSE | ED_FIELD_RTT,
	.state_bytes = sizeof(struct ed_lines),
	.probe = ecs_probe,
	.frame = ecs_frame,
	.scratch_new = ecs_scratch_new,
	.scratch_free = scratch_free,
	.decode = ecs_decode,
};
