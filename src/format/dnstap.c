/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dnstap: DNS messages as a name server saw them, Protocol Buffers in Frame Streams.
 *	00 00 00 00  00 00 00 22  00 00 00 02 ...          a control frame: START
 *	00 00 00 6f  0a 07 d n s d i s t  72 5c 08 05 ...  a data frame of 111 bytes: one Dnstap
 * START names what follows, "protobuf:dnstap.Dnstap". Sources: dnstap.proto of dnstap.info, the
 * Frame Streams of farsightsec/fstrm.
 *
 * The idea: a resolver logs a lookup twice, once with the client that asked it and, when its cache
 * has no answer, once with the server that it asks itself. Both would be counted. frame sees all
 * messages in order, so it looks at their types until the first one of the near side; from the unit
 * that holds it on, decode leaves the far side out. A stream of the far side alone is used.
 *
 * The dozen fields are read by hand, in place: docs/adr/0010-dnstap.md.
 */
#include "base/cursor.h"
#include "base/time.h"
#include "format/packet/dns_event.h"
#include "format/format.h"

enum {
	FRAME_HEAD_BYTES = 4,
	CONTROL_HEAD_BYTES = 8,
	CONTROL_MAX_BYTES = 512,
	CONTROL_START = 2,
	CONTROL_KIND_MAX = 5,
	CONTROL_CONTENT_TYPE = 1,
	FRAME_MAX_BYTES = ED_UNIT_MAX_BYTES - FRAME_HEAD_BYTES,
	PROBE_FRAMES = 20,
	VARINT_MAX_BYTES = 10,
};

static const char content_type[] = "protobuf:dnstap.Dnstap";

/* Fields of Dnstap and of Message, by their numbers. */
enum {
	DNSTAP_MESSAGE = 14,
	DNSTAP_TYPE = 15,
	DNSTAP_TYPE_MESSAGE = 1,
	MESSAGE_TYPE = 1,
	MESSAGE_PROTOCOL = 3,
	MESSAGE_QUERY_ADDRESS = 4,
	MESSAGE_RESPONSE_ADDRESS = 5,
	MESSAGE_QUERY_PORT = 6,
	MESSAGE_RESPONSE_PORT = 7,
	MESSAGE_QUERY_SEC = 8,
	MESSAGE_QUERY_NSEC = 9,
	MESSAGE_QUERY = 10,
	MESSAGE_RESPONSE_SEC = 12,
	MESSAGE_RESPONSE_NSEC = 13,
	MESSAGE_RESPONSE = 14,
	MESSAGE_FIELDS = 17,
};

/* Message types come in pairs: odd is a query, the even one behind it its response. */
enum {
	PAIR_AUTH = 0,
	PAIR_RESOLVER,
	PAIR_CLIENT,
	PAIR_FORWARDER,
	PAIR_STUB,
	PAIR_TOOL,
	PAIR_UPDATE,
	PAIR_N
};

/* What is known of each pair: where it was seen, and whether it is a server's own lookup. */
static const struct {
	uint8_t vantage;
	bool far;
} pairs[PAIR_N] = {
	[PAIR_AUTH] = { ED_VANTAGE_RESOLVER, false },
	[PAIR_RESOLVER] = { ED_VANTAGE_UPSTREAM, true },
	[PAIR_CLIENT] = { ED_VANTAGE_RESOLVER, false },
	[PAIR_FORWARDER] = { ED_VANTAGE_UPSTREAM, true },
	[PAIR_STUB] = { ED_VANTAGE_ENDPOINT, false },
	[PAIR_TOOL] = { ED_VANTAGE_ENDPOINT, false },
	[PAIR_UPDATE] = { ED_VANTAGE_RESOLVER, false },
};

/* By dnstap's number of a socket protocol. */
static const uint8_t transports[] = {
	ED_TRANSPORT_UNKNOWN, ED_TRANSPORT_UDP,      ED_TRANSPORT_TCP,      ED_TRANSPORT_DOT,
	ED_TRANSPORT_DOH,     ED_TRANSPORT_DNSCRYPT, ED_TRANSPORT_DNSCRYPT, ED_TRANSPORT_DOQ,
};

struct tap_state {
	bool started;
	bool foreign; /* the stream says that it carries something else */
	bool near;    /* a message of the near side was there */
};

struct tap_context {
	bool raw; /* the unit is one message without a frame around it */
	bool no_far;
};

/* One field of a message in Protocol Buffers. */
struct field {
	uint32_t number;
	uint64_t value;       /* of numbers, fixed ones included; else 0 */
	struct ed_span bytes; /* of the others; else empty */
};

/* What a Message holds. A field that is not seen is zero; so is one of the wrong kind. */
struct tap {
	uint32_t type; /* 0: none that is known */
	uint32_t seen; /* bit of each field */
	uint64_t number[MESSAGE_FIELDS];
	struct ed_span bytes[MESSAGE_FIELDS];
};

/* Readers return where they stop; NULL: @end came too early, or a number is too long. */
static const uint8_t *varint_long(const uint8_t *p, const uint8_t *end, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < VARINT_MAX_BYTES && p < end; i++) {
		uint8_t b = *p++;

		v |= (uint64_t)(b & 0x7f) << (7 * i & 63);
		if (b < 0x80) {
			*ret = v;
			return p;
		}
	}
	return NULL;
}

static inline const uint8_t *varint(const uint8_t *p, const uint8_t *end, uint64_t *ret)
{
	const uint8_t *behind;
	uint64_t v = 0;

	if (p < end && *p < 0x80) {
		*ret = *p;
		return p + 1;
	}
	behind = varint_long(p, end, &v);
	*ret = v;
	return behind;
}

static inline const uint8_t *length_and_bytes(const uint8_t *p, const uint8_t *end,
					      struct ed_span *ret)
{
	uint64_t n;

	p = varint(p, end, &n);
	if (!p || (uint64_t)(end - p) < n)
		return NULL;
	*ret = ed_span_of(p, (size_t)n);
	return p + n;
}

/* The field at @p, which is before @end. */
static inline const uint8_t *next_field(const uint8_t *p, const uint8_t *end, struct field *ret)
{
	uint64_t tag;

	*ret = (struct field){ .value = 0 };
	p = varint(p, end, &tag);
	if (!p || tag < 8)
		return NULL;
	ret->number = tag >> 3 < UINT32_MAX ? (uint32_t)(tag >> 3) : UINT32_MAX;
	switch (tag & 7) {
	case 0:
		return varint(p, end, &ret->value);
	case 1: /* eight bytes; no field of ours has them */
		return end - p >= 8 ? p + 8 : NULL;
	case 2:
		return length_and_bytes(p, end, &ret->bytes);
	case 5:
		if (end - p < 4)
			return NULL;
		ret->value = ed_get_le32(p);
		return p + 4;
	default: /* groups, which are no more */
		return NULL;
	}
}

/* Fields that are bytes, as dnstap.proto has it. */
static inline bool is_bytes(uint32_t number)
{
	const uint32_t mask = UINT32_C(1) << MESSAGE_QUERY_ADDRESS |
			      UINT32_C(1) << MESSAGE_RESPONSE_ADDRESS |
			      UINT32_C(1) << MESSAGE_QUERY | UINT32_C(1) << MESSAGE_RESPONSE;

	return mask >> number & 1;
}

/* The Message; the last of a field counts. False: malformed. */
static bool read_message(struct ed_span bytes, struct tap *ret)
{
	const uint8_t *p = bytes.p, *end = bytes.p + bytes.n;
	struct field f;

	while (p < end) {
		p = next_field(p, end, &f);
		if (!p)
			return false;
		if (f.number >= MESSAGE_FIELDS)
			continue;
		ret->seen |= UINT32_C(1) << f.number;
		if (is_bytes(f.number))
			ret->bytes[f.number] = f.bytes;
		else
			ret->number[f.number] = f.value;
	}
	if (ret->number[MESSAGE_TYPE] <= 2 * PAIR_N)
		ret->type = (uint32_t)ret->number[MESSAGE_TYPE];
	return true;
}

/* The Message in @frame and whether it says that it holds one. False: malformed. */
static bool find_message(struct ed_span frame, struct ed_span *ret, bool *ret_is_message)
{
	const uint8_t *p = frame.p, *end = frame.p + frame.n;
	uint64_t type = 0;
	struct field f;

	*ret = ed_span_of(NULL, 0);
	while (p < end) {
		p = next_field(p, end, &f);
		if (!p)
			return false;
		if (f.number == DNSTAP_MESSAGE)
			*ret = f.bytes;
		else if (f.number == DNSTAP_TYPE)
			type = f.value;
	}
	*ret_is_message = type == DNSTAP_TYPE_MESSAGE && ret->p;
	return true;
}

/* Is @bytes a Dnstap that holds a Message? */
static bool peek_message(struct ed_span bytes)
{
	struct ed_span message;
	bool is_message;

	return find_message(bytes, &message, &is_message) && is_message;
}

/* The type of the Message in @frame, as read_message has it; 0: none. */
static uint32_t peek_type(struct ed_span frame)
{
	const uint8_t *p, *end;
	struct ed_span message;
	bool is_message;
	struct field f;
	uint64_t type = 0;

	if (!find_message(frame, &message, &is_message) || !is_message)
		return 0;
	p = message.p;
	end = p + message.n;
	while (p < end) {
		p = next_field(p, end, &f);
		if (!p)
			return 0;
		if (f.number == MESSAGE_TYPE)
			type = f.value;
	}
	return type <= 2 * PAIR_N ? (uint32_t)type : 0;
}

static inline bool is_near(uint32_t type)
{
	return type > 0 && !pairs[(type - 1) / 2].far;
}

static inline bool has(const struct tap *t, unsigned field)
{
	return t->seen >> field & 1;
}

/*
 * 4 or 16 bytes. False: neither. A server that does not name itself as the one who asks (BIND) has
 * all zeros there; that must not be "unknown", so it becomes 0.0.0.0.
 */
static bool take_address(struct ed_span bytes, struct ed_addr *ret)
{
	if (bytes.n == 4)
		ed_addr_from_v4(bytes.p, ret);
	else if (bytes.n == 16)
		ed_addr_from_v6(bytes.p, ret);
	else
		return false;
	if (!ed_addr_known(ret))
		ed_addr_from_v4((const uint8_t[4]){ 0 }, ret);
	return true;
}

static void take_addresses(const struct tap *t, struct ed_event *ev)
{
	uint64_t port;

	if (take_address(t->bytes[MESSAGE_QUERY_ADDRESS], &ev->client))
		ev->has |= ED_FIELD_CLIENT;
	if (take_address(t->bytes[MESSAGE_RESPONSE_ADDRESS], &ev->resolver))
		ev->has |= ED_FIELD_RESOLVER;
	port = t->number[MESSAGE_QUERY_PORT];
	if (port > 0 && port <= UINT16_MAX) {
		ev->client_port = (uint16_t)port;
		ev->has |= ED_FIELD_CLIENT_PORT;
	}
	port = t->number[MESSAGE_RESPONSE_PORT];
	if (port <= UINT16_MAX)
		ev->resolver_port = (uint16_t)port;
}

/* Seconds and nanoseconds of the fields @sec and @sec + 1. */
static bool take_time(const struct tap *t, unsigned sec, int64_t *ret_ns)
{
	uint64_t s = t->number[sec], ns = t->number[sec + 1];

	if (!has(t, sec) || s >= INT64_MAX / ED_NS_PER_S || ns >= (uint64_t)ED_NS_PER_S)
		return false;
	*ret_ns = (int64_t)s * ED_NS_PER_S + (int64_t)ns;
	return true;
}

static void take_times(const struct tap *t, bool response, struct ed_event *ev)
{
	int64_t query_ns, response_ns, rtt_us;
	bool asked = take_time(t, MESSAGE_QUERY_SEC, &query_ns);
	bool answered = response && take_time(t, MESSAGE_RESPONSE_SEC, &response_ns);

	if (!asked && !answered)
		return;
	ev->time_ns = answered ? response_ns : query_ns;
	ev->has |= ED_FIELD_TIME;
	if (!asked || !answered)
		return;
	rtt_us = (response_ns - query_ns) / 1000;
	if (rtt_us >= 0 && rtt_us <= INT32_MAX) {
		ev->rtt_us = (int32_t)rtt_us;
		ev->has |= ED_FIELD_RTT;
	}
}

/* One Dnstap to @ev. ED_DROP_N: it can be committed; otherwise why it is dropped. */
static enum ed_drop tap_event(struct ed_span frame, const struct tap_context *context,
			      struct ed_event *ev)
{
	struct tap t = { .seen = 0 };
	struct ed_span bytes;
	bool is_message, response;
	unsigned pair;

	if (!find_message(frame, &bytes, &is_message))
		return ED_DROP_BAD_LENGTH;
	if (!is_message)
		return ED_DROP_OTHER_LOG;
	if (!read_message(bytes, &t))
		return ED_DROP_BAD_LENGTH;
	if (t.type == 0)
		return ED_DROP_OTHER_LOG;
	pair = (t.type - 1) / 2;
	if (pairs[pair].far && context->no_far)
		return ED_DROP_UPSTREAM;
	response = t.type % 2 == 0;
	take_addresses(&t, ev);
	take_times(&t, response, ev);
	bytes = t.bytes[response ? MESSAGE_RESPONSE : MESSAGE_QUERY];
	if (!(ev->has & ED_FIELD_TIME) || !(ev->has & ED_FIELD_CLIENT) || bytes.n == 0)
		return ED_DROP_NO_FIELDS;
	if (ed_dns_event_read(bytes, bytes.n, ev) != 0)
		return ED_DROP_MALFORMED;
	if (t.number[MESSAGE_PROTOCOL] < sizeof(transports))
		ev->transport = transports[t.number[MESSAGE_PROTOCOL]];
	if (ev->transport != ED_TRANSPORT_UNKNOWN)
		ev->has |= ED_FIELD_TRANSPORT;
	ev->time_quality = ED_TIME_EXACT_UTC;
	ev->vantage = pairs[pair].vantage;
	return ED_DROP_N;
}

static void tap_record(const struct ed_unit *unit, struct ed_span frame, struct ed_batch *out)
{
	uint64_t offset = unit->offset + (uint64_t)(frame.p - unit->bytes.p);
	struct ed_event *ev = ed_batch_peek(out);
	enum ed_drop drop = ED_DROP_BATCH_FULL;

	out->tally.n_read++;
	if (ev)
		drop = tap_event(frame, unit->context, ev);
	if (drop < ED_DROP_N) {
		ed_tally_drop(&out->tally, drop, offset);
		return;
	}
	ev->offset = offset;
	ev->source = unit->source;
	ed_batch_commit(out, ev);
	out->tally.n_analysed++;
}

static void tap_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	const struct tap_context *context = unit->context;
	struct ed_cursor c = ed_cursor_from(unit->bytes);

	(void)scratch;
	if (unit->bytes.n > 0 && context->raw) {
		tap_record(unit, unit->bytes, out);
		return;
	}
	while (ed_cursor_left(&c) > 0) {
		struct ed_span frame = ed_cursor_bytes(&c, ed_cursor_be32(&c));

		if (c.failed)
			return;
		tap_record(unit, frame, out);
	}
}

/* START tells what the stream carries; one that does not say carries what we hope for. */
static bool is_foreign(struct ed_span control)
{
	struct ed_cursor c = ed_cursor_from(ed_span_from(control, 4));

	while (!c.failed && ed_cursor_left(&c) > 0) {
		uint32_t id = ed_cursor_be32(&c);
		struct ed_span value = ed_cursor_bytes(&c, ed_cursor_be32(&c));

		if (!c.failed && id == CONTROL_CONTENT_TYPE)
			return !ed_span_is(value, content_type);
	}
	return false;
}

/* What cannot be read on from here: a record that @drop says it all about. */
static enum ed_frame_verdict give_up(enum ed_drop drop, struct ed_frame *ret)
{
	ret->drop = drop;
	ret->n_dropped = 1;
	return ED_FRAME_STOP;
}

/* A control frame is at the front. */
static enum ed_frame_verdict frame_control(struct tap_state *s, struct ed_span in, bool eof,
					   struct ed_frame *ret)
{
	struct ed_cursor c = ed_cursor_from(ed_span_from(in, FRAME_HEAD_BYTES));
	uint32_t n = ed_cursor_be32(&c);
	struct ed_span control;

	if (!c.failed && (n < 4 || n > CONTROL_MAX_BYTES))
		return give_up(ED_DROP_BAD_LENGTH, ret);
	control = ed_cursor_bytes(&c, n);
	if (c.failed && !eof)
		return ED_FRAME_MORE;
	/* The end of a control frame may be missing at the end of a file: no record is lost. */
	ret->n_bytes = c.failed ? in.n : CONTROL_HEAD_BYTES + n;
	if (!c.failed && ed_get_be32(control.p) == CONTROL_START)
		s->foreign = is_foreign(control);
	return ED_FRAME_SKIP;
}

/* A message without a frame, as tools write single ones: it fills the file. */
static enum ed_frame_verdict frame_raw(struct ed_span in, bool eof, struct tap_context *context,
				       struct ed_frame *ret)
{
	if (!eof)
		return in.n < ED_UNIT_MAX_BYTES ? ED_FRAME_MORE : give_up(ED_DROP_BAD_LENGTH, ret);
	context->raw = true;
	ret->n_bytes = in.n;
	return ED_FRAME_UNIT;
}

/* Whole data frames at the front of @in, up to the target: their bytes, and how many they are. */
static size_t cut(struct tap_state *s, struct ed_span in, uint64_t *ret_frames)
{
	size_t at = 0;

	*ret_frames = 0;
	while (at < ED_UNIT_TARGET_BYTES && in.n - at > FRAME_HEAD_BYTES) {
		uint32_t n = ed_get_be32(in.p + at);

		if (n == 0 || n > FRAME_MAX_BYTES || in.n - at - FRAME_HEAD_BYTES < n)
			break;
		at += FRAME_HEAD_BYTES;
		if (!s->near && !s->foreign)
			s->near = is_near(peek_type(ed_span_of(in.p + at, n)));
		at += n;
		++*ret_frames;
	}
	return at;
}

static enum ed_frame_verdict tap_frame(void *state, struct ed_span in, bool eof, void *context,
				       struct ed_frame *ret)
{
	struct tap_state *s = state;
	struct tap_context *to = context;
	uint64_t n_frames;
	uint32_t n;

	if (in.n == 0)
		return ED_FRAME_SKIP;
	if (!s->started && in.p[0] != 0)
		return frame_raw(in, eof, to, ret);
	s->started = true;
	if (in.n < FRAME_HEAD_BYTES)
		return eof ? give_up(ED_DROP_CUT, ret) : ED_FRAME_MORE;
	n = ed_get_be32(in.p);
	if (n == 0)
		return frame_control(s, in, eof, ret);
	if (n > FRAME_MAX_BYTES)
		return give_up(ED_DROP_BAD_LENGTH, ret);
	ret->n_bytes = cut(s, in, &n_frames);
	if (ret->n_bytes == 0)
		return eof ? give_up(ED_DROP_CUT, ret) : ED_FRAME_MORE;
	to->no_far = s->near;
	if (!s->foreign)
		return ED_FRAME_UNIT;
	ret->drop = ED_DROP_OTHER_LOG;
	ret->n_dropped = n_frames;
	return ED_FRAME_SKIP;
}

/* A control frame of one of the five kinds, which no other format begins with. */
static bool is_control(struct ed_span head)
{
	struct ed_cursor c = ed_cursor_from(head);
	uint32_t escape = ed_cursor_be32(&c);
	uint32_t n = ed_cursor_be32(&c);
	uint32_t kind = ed_cursor_be32(&c);

	return !c.failed && escape == 0 && n >= 4 && n <= CONTROL_MAX_BYTES && kind >= 1 &&
	       kind <= CONTROL_KIND_MAX;
}

static unsigned tap_probe(struct ed_span head)
{
	struct ed_cursor c = ed_cursor_from(head);
	struct ed_span frame;
	unsigned n = 0;

	if (is_control(head)) {
		struct ed_span control = ed_span_from(head, CONTROL_HEAD_BYTES);
		size_t control_n = ed_get_be32(head.p + 4);

		control.n = control_n < control.n ? control_n : control.n;
		return ed_get_be32(control.p) == CONTROL_START && is_foreign(control) ? 0 : 99;
	}
	/* A stream whose beginning is lost, and a message alone, must hold what they promise. */
	if (head.n > 0 && head.p[0] != 0)
		return peek_message(head) ? 60 : 0;
	while (n < PROBE_FRAMES && ed_cursor_left(&c) > 0) {
		frame = ed_cursor_bytes(&c, ed_cursor_be32(&c));
		if (c.failed)
			break;
		if (!peek_message(frame))
			return 0;
		n++;
	}
	return n > 0 ? 60 : 0;
}

const struct ed_format ed_format_dnstap = {
	.name = "dnstap",
	.help = "dnstap in Frame Streams, from BIND, Unbound, Knot, PowerDNS, dnsdist, CoreDNS",
	.fields = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
		  ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS |
		  ED_FIELD_EDNS | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
		  ED_FIELD_TTL | ED_FIELD_SIZE_QUERY | ED_FIELD_SIZE_RESPONSE | ED_FIELD_RTT,
	.state_bytes = sizeof(struct tap_state),
	.context_bytes = sizeof(struct tap_context),
	.probe = tap_probe,
	.frame = tap_frame,
	.decode = tap_decode,
};
