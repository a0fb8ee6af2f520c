/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeek's DNS record to an event; see record.h. The one idea is the table of roles: most columns are a
 * number with a bound, an address or a flag, and a row says where in the event it goes and which
 * field becomes known.
 *
 * Answers are text without a type of their own:
 *	www.example.net   192.0.2.7   2001:db8::7   TXT 11 hello world TXT 2 ok
 *	RRSIG 48 example.net   <unknown type=10>
 *
 * Zeek lower-cases every name it logs, so a capital at the front means a summary and not a name.
 */
#include "format/zeek/record.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "base/time.h"
#include "format/text/addr.h"
#include "format/zeek/text.h"
#include "record/rrtype.h"

enum zeek_kind {
	ZEEK_TIME,
	ZEEK_ADDR,
	ZEEK_U16,
	ZEEK_OPCODE,
	ZEEK_FLAG,
	ZEEK_Z,
	ZEEK_PROTO,
	ZEEK_RTT,
	ZEEK_NAME,
	ZEEK_ORIGINAL_NAME,
	ZEEK_QTYPE_NAME,
	ZEEK_RCODE_NAME,
	ZEEK_VECTOR, /* read by the format, element by element */
};

struct zeek_row {
	const char *name;
	enum zeek_kind kind;
	uint32_t has;    /* field that becomes known with a value */
	uint16_t offset; /* in struct ed_event */
	uint16_t arg;    /* greatest number, or the flag */
};

#define AT(member) ((uint16_t)offsetof(struct ed_event, member))

/* clang-format off */
static const struct zeek_row zeek_rows[ED_ZEEK_ROLE_N] = {
	[ED_ZEEK_TS] = { "ts", ZEEK_TIME, ED_FIELD_TIME, 0, 0 },
	[ED_ZEEK_ORIG_H] = { "id.orig_h", ZEEK_ADDR, ED_FIELD_CLIENT, AT(client), 0 },
	[ED_ZEEK_ORIG_P] = { "id.orig_p", ZEEK_U16, ED_FIELD_CLIENT_PORT, AT(client_port),
			     UINT16_MAX },
	[ED_ZEEK_RESP_H] = { "id.resp_h", ZEEK_ADDR, ED_FIELD_RESOLVER, AT(resolver), 0 },
	[ED_ZEEK_RESP_P] = { "id.resp_p", ZEEK_U16, 0, AT(resolver_port), UINT16_MAX },
	[ED_ZEEK_PROTO] = { "proto", ZEEK_PROTO, ED_FIELD_TRANSPORT, 0, 0 },
	[ED_ZEEK_TRANS_ID] = { "trans_id", ZEEK_U16, ED_FIELD_TXID, AT(txid), UINT16_MAX },
	[ED_ZEEK_RTT] = { "rtt", ZEEK_RTT, ED_FIELD_RTT, 0, 0 },
	[ED_ZEEK_QUERY] = { "query", ZEEK_NAME, 0, 0, 0 },
	[ED_ZEEK_ORIGINAL_QUERY] = { "original_query", ZEEK_ORIGINAL_NAME, 0, 0, 0 },
	[ED_ZEEK_QCLASS] = { "qclass", ZEEK_U16, 0, AT(qclass), UINT16_MAX },
	[ED_ZEEK_QTYPE] = { "qtype", ZEEK_U16, ED_FIELD_QTYPE, AT(qtype), UINT16_MAX },
	[ED_ZEEK_QTYPE_NAME] = { "qtype_name", ZEEK_QTYPE_NAME, 0, 0, 0 },
	[ED_ZEEK_RCODE] = { "rcode", ZEEK_U16, ED_FIELD_RCODE, AT(rcode), 4095 },
	[ED_ZEEK_RCODE_NAME] = { "rcode_name", ZEEK_RCODE_NAME, 0, 0, 0 },
	[ED_ZEEK_AA] = { "AA", ZEEK_FLAG, ED_FIELD_FLAGS, 0, ED_DNS_AA },
	[ED_ZEEK_TC] = { "TC", ZEEK_FLAG, ED_FIELD_FLAGS, 0, ED_DNS_TC },
	[ED_ZEEK_RD] = { "RD", ZEEK_FLAG, ED_FIELD_FLAGS, 0, ED_DNS_RD },
	[ED_ZEEK_RA] = { "RA", ZEEK_FLAG, ED_FIELD_FLAGS, 0, ED_DNS_RA },
	[ED_ZEEK_Z] = { "Z", ZEEK_Z, 0, 0, 7 },
	[ED_ZEEK_OPCODE] = { "opcode", ZEEK_OPCODE, ED_FIELD_OPCODE, 0, 15 },
	[ED_ZEEK_ANSWERS] = { "answers", ZEEK_VECTOR, 0, 0, 0 },
	[ED_ZEEK_TTLS] = { "TTLs", ZEEK_VECTOR, 0, 0, 0 },
};
/* clang-format on */

/* Mnemonics by number, as Zeek writes them; those above 10 have no use in a tunnel. */
static const char *const rcode_names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
					   "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
					   "NXRRSet", "NOTAUTH", "NOTZONE" };

enum {
	PORT_DNS = 53,
	PORT_NETBIOS = 137,
	PORT_MDNS = 5353,
	PORT_LLMNR = 5355,
	OPCODE_UPDATE = 5,
};

bool ed_zeek_role_from_name(struct ed_span name, enum ed_zeek_role *ret)
{
	for (unsigned i = 0; i < ED_ZEEK_ROLE_N; i++) {
		if (ed_span_is(name, zeek_rows[i].name)) {
			*ret = (enum ed_zeek_role)i;
			return true;
		}
	}
	return false;
}

void ed_zeek_begin(struct ed_zeek_record *r, struct ed_event *ev)
{
	*r = (struct ed_zeek_record){ .ev = ev };
}

static bool put_u16(const struct zeek_row *row, struct ed_event *ev, uint32_t v)
{
	uint16_t v16 = (uint16_t)v;

	memcpy((uint8_t *)ev + row->offset, &v16, sizeof(v16));
	return true;
}

static bool put_count(const struct zeek_row *row, struct ed_event *ev, uint32_t v)
{
	switch (row->kind) {
	case ZEEK_U16:
		return put_u16(row, ev, v);
	case ZEEK_OPCODE:
		ev->opcode = (uint8_t)v;
		return true;
	case ZEEK_Z:
		/* The three bits between RA and the response code; the upper one is reserved. */
		ev->flags |= (uint16_t)((v << 4) & (ED_DNS_AD | ED_DNS_CD));
		return true;
	default:
		return false;
	}
}

static bool put_proto(struct ed_event *ev, struct ed_span text)
{
	if (ed_span_is(text, "udp"))
		ev->transport = ED_TRANSPORT_UDP;
	else if (ed_span_is(text, "tcp"))
		ev->transport = ED_TRANSPORT_TCP;
	return ev->transport != ED_TRANSPORT_UNKNOWN;
}

static bool put_rtt_ns(struct ed_event *ev, int64_t rtt_ns)
{
	if (rtt_ns < 0 || rtt_ns / 1000 > INT32_MAX)
		return false;
	ev->rtt_us = (int32_t)(rtt_ns / 1000);
	return true;
}

static bool parse_rcode_name(struct ed_span text, uint16_t *ret)
{
	for (size_t i = 0; i < sizeof(rcode_names) / sizeof(rcode_names[0]); i++) {
		if (ed_span_is(text, rcode_names[i])) {
			*ret = (uint16_t)i;
			return true;
		}
	}
	return false;
}

static bool put_flag(struct ed_event *ev, uint16_t flag, bool on)
{
	if (on)
		ev->flags |= flag;
	return true;
}

/* "T" and "F" in TSV, "true" and "false" where JSON was turned into strings. */
static bool put_flag_text(struct ed_event *ev, uint16_t flag, struct ed_span text)
{
	uint8_t first = text.n > 0 ? text.p[0] | 0x20 : 0;

	return (first == 't' || first == 'f') && put_flag(ev, flag, first == 't');
}

static bool read_text(struct ed_zeek_record *r, const struct zeek_row *row, struct ed_span text)
{
	struct ed_event *ev = r->ev;
	uint32_t count;
	int64_t ns;

	switch (row->kind) {
	case ZEEK_TIME:
		return ed_time_from_epoch_text(text, &ev->time_ns) ||
		       ed_time_from_text(text, &ev->time_ns);
	case ZEEK_ADDR:
		return ed_text_addr_read(text,
					 (struct ed_addr *)(void *)((uint8_t *)ev + row->offset));
	case ZEEK_FLAG:
		return put_flag_text(ev, row->arg, text);
	case ZEEK_PROTO:
		return put_proto(ev, text);
	case ZEEK_RTT:
		return ed_time_from_epoch_text(text, &ns) && put_rtt_ns(ev, ns);
	case ZEEK_NAME:
		r->query = text;
		return true;
	case ZEEK_ORIGINAL_NAME:
		r->original_query = text;
		return true;
	case ZEEK_QTYPE_NAME:
		return ed_rrtype_from_name(text, &r->qtype_by_name);
	case ZEEK_RCODE_NAME:
		return parse_rcode_name(text, &r->rcode_by_name);
	case ZEEK_VECTOR:
		return false;
	default:
		return ed_zeek_text_count(text, row->arg, &count) && put_count(row, ev, count);
	}
}

static void settle(struct ed_zeek_record *r, enum ed_zeek_role role, bool ok)
{
	if (ok) {
		r->seen |= ed_zeek_bit(role);
		r->ev->has |= zeek_rows[role].has;
	} else {
		r->bad |= ed_zeek_bit(role);
	}
}

void ed_zeek_put_text(struct ed_zeek_record *r, enum ed_zeek_role role, struct ed_span text)
{
	settle(r, role, read_text(r, &zeek_rows[role], text));
}

/*
 * Seconds or milliseconds since 1970: Zeek's JSON writer has an option for either. 1e11 s is the
 * year 5138 and 1e11 ms is March 1973, so their sizes tell them apart. A double holds today's
 * seconds to a quarter of a microsecond: rounding to whole ones gives back exactly what Zeek had.
 */
static bool time_from_number(double v, int64_t *ret_ns)
{
	double us = v > -1e11 && v < 1e11 ? v * 1e6 : v * 1e3;

	if (!(us > -9.2e15 && us < 9.2e15))
		return false;
	*ret_ns = (int64_t)(us < 0 ? us - 0.5 : us + 0.5) * 1000;
	return true;
}

void ed_zeek_put_number(struct ed_zeek_record *r, enum ed_zeek_role role, double number)
{
	const struct zeek_row *row = &zeek_rows[role];
	bool ok = false;

	if (row->kind == ZEEK_U16)
		ok = number >= 0 && number <= row->arg && put_u16(row, r->ev, (uint32_t)number);
	else if (row->kind == ZEEK_TIME)
		ok = time_from_number(number, &r->ev->time_ns);
	else if (row->kind == ZEEK_RTT)
		ok = number >= 0 && number < 2147 &&
		     put_rtt_ns(r->ev, (int64_t)(number * 1e6 + 0.5) * 1000);
	else if (number >= 0 && number <= row->arg)
		ok = put_count(row, r->ev, (uint32_t)number);
	settle(r, role, ok);
}

void ed_zeek_put_bool(struct ed_zeek_record *r, enum ed_zeek_role role, bool on)
{
	const struct zeek_row *row = &zeek_rows[role];

	settle(r, role, row->kind == ZEEK_FLAG && put_flag(r->ev, row->arg, on));
}

/* An address in an unusual form, or none. */
static __attribute__((noinline)) bool take_unsure(struct ed_dns_answers *a, struct ed_span text)
{
	struct ed_addr addr;

	if (!ed_addr_from_text(text, &addr))
		return false;
	ed_answers_add_address(a, &addr);
	return true;
}

/* True when @text is an address, though not in the form of IPv4 that is checked before. */
static inline bool take_address(struct ed_dns_answers *a, struct ed_span text)
{
	enum ed_text_shape shape = ed_text_other_shape(text);

	if (shape == ED_TEXT_SHAPE_NONE)
		return false;
	if (shape != ED_TEXT_SHAPE_V6)
		return take_unsure(a, text);
	/* where machines are, which is all that there is to know */
	ed_answers_count_addresses(a, 1);
	return true;
}

/* The size of an answer that is no address; false: it is not told. */
static bool take_data(struct ed_dns_answers *a, struct ed_span text)
{
	if (ed_span_starts(text, "TXT ") || ed_span_starts(text, "SPF "))
		a->bytes_opaque += ed_zeek_text_txt_bytes(text);
	else if (text.p[0] == '<' || ed_is_upper(text.p[0]))
		return false;
	else
		a->bytes_names += (uint32_t)ed_zeek_text_bytes(text);
	return true;
}

/* An answer other than an address of IPv4. */
static __attribute__((noinline)) void put_other(struct ed_zeek_record *r, struct ed_span text)
{
	struct ed_dns_answers *a = &r->ev->answers;

	if (take_address(a, text)) {
		r->rdata_known = true;
		return;
	}
	/* A sum, so that the same records in another order are the same answer. It is no table's
	 * key, which is why the key of the run is not needed. */
	a->hash += (uint32_t)ed_hash_bytes(text.p, text.n, 0);
	if (take_data(a, text))
		r->rdata_known = true;
}

void ed_zeek_put_v4(struct ed_zeek_record *r, unsigned n, uint32_t first)
{
	struct ed_dns_answers *a = &r->ev->answers;
	unsigned room = UINT16_MAX - a->n;

	r->seen |= ed_zeek_bit(ED_ZEEK_ANSWERS);
	a->n = (uint16_t)(a->n + (n < room ? n : room));
	/* Of all addresses only the first of IPv4 is of interest itself. */
	if (a->first_v4 == 0)
		a->first_v4 = first;
	ed_answers_count_addresses(a, n);
	r->rdata_known = true;
}

void ed_zeek_put_answer(struct ed_zeek_record *r, struct ed_span text)
{
	struct ed_dns_answers *a = &r->ev->answers;

	if (text.n > 0 && ed_text_is_v4(text)) {
		ed_zeek_put_v4(r, 1, a->first_v4 == 0 ? ed_text_v4_of(text) : 0);
		return;
	}
	r->seen |= ed_zeek_bit(ED_ZEEK_ANSWERS);
	if (text.n == 0)
		return;
	if (a->n < UINT16_MAX)
		a->n++;
	put_other(r, text);
}

void ed_zeek_put_ttl(struct ed_zeek_record *r, uint32_t ttl_s)
{
	struct ed_dns_answers *a = &r->ev->answers;
	/* which of them is the least is as good as random */
	uint32_t least = r->ttl_known ? a->ttl_min_s : UINT32_MAX;
	uint32_t most = a->ttl_max_s;

	settle(r, ED_ZEEK_TTLS, true);
	a->ttl_min_s = ttl_s < least ? ttl_s : least;
	a->ttl_max_s = ttl_s > most ? ttl_s : most;
	r->ttl_known = true;
}

static __attribute__((noinline)) unsigned put_other_name(struct ed_zeek_record *r,
							 struct ed_span text)
{
	struct ed_event *ev = r->ev;
	struct ed_name name;
	unsigned lost = ed_zeek_text_name(text, r->from_json, &name);

	ev->name_n = name.n;
	memcpy(ed_event_name_room(ev), name.wire, name.n);
	return lost;
}

/* The name of @text behind the event; returns what was lost. */
static inline unsigned put_name(struct ed_zeek_record *r, struct ed_span text)
{
	struct ed_event *ev = r->ev;

	ev->name_n = ed_zeek_text_plain_name(text, ed_event_name_room(ev));
	return ev->name_n > 0 ? 0 : put_other_name(r, text);
}

static inline void take_name(struct ed_zeek_record *r)
{
	bool original = r->seen & ed_zeek_bit(ED_ZEEK_ORIGINAL_QUERY);
	struct ed_event *ev = r->ev;

	if (!original && !(r->seen & ed_zeek_bit(ED_ZEEK_QUERY))) {
		ev->lost |= ED_LOST_NAME;
		return;
	}
	ev->lost |= (uint8_t)put_name(r, original ? r->original_query : r->query);
	ev->has |= ED_FIELD_QNAME;
	if (original)
		ev->has |= ED_FIELD_QNAME_CASE;
	else
		ev->lost |= ED_LOST_CASE;
}

/*
 * "orig" is who sent the first packet of the flow that Zeek saw. When that packet is a reply
 * without its query, it is the server.
 */
static void turn_round(struct ed_event *ev)
{
	struct ed_addr addr = ev->client;
	uint16_t port = ev->client_port;

	if (ev->client_port != PORT_DNS || ev->resolver_port == PORT_DNS ||
	    !ed_addr_known(&ev->resolver) || (ev->has & ED_FIELD_RTT) ||
	    !(ev->has & ED_FIELD_RCODE))
		return;
	ev->client = ev->resolver;
	ev->client_port = ev->resolver_port;
	ev->resolver = addr;
	ev->resolver_port = port;
}

static bool is_multicast(const struct ed_addr *a)
{
	static const uint8_t broadcast[] = { 255, 255, 255, 255 };

	if (ed_addr_is_v4(a))
		return a->b[12] >> 4 == 14 || memcmp(a->b + 12, broadcast, sizeof(broadcast)) == 0;
	return a->b[0] == 0xff;
}

/* Private, link-local or IPv4 loopback: where mDNS and LLMNR also go directly to one host. */
static bool is_local(const struct ed_addr *a)
{
	const uint8_t *v4 = a->b + 12;

	if (ed_addr_is_v4(a))
		return v4[0] == 10 || v4[0] == 127 || (v4[0] == 172 && v4[1] >> 4 == 1) ||
		       (v4[0] == 192 && v4[1] == 168) || (v4[0] == 169 && v4[1] == 254);
	return (a->b[0] & 0xfe) == 0xfc || (a->b[0] == 0xfe && a->b[1] >> 6 == 2);
}

static bool has_port(const struct ed_event *ev, uint16_t port)
{
	return ev->resolver_port == port ||
	       (ev->client_port == port && ev->resolver_port != PORT_DNS);
}

/*
 * Name services of the local network. A lookup that goes from or to the Internet is none of them
 * whatever its port: a tunnel must not vanish by listening on 5353.
 */
static bool is_local_naming(const struct ed_event *ev)
{
	if (is_multicast(&ev->resolver))
		return true;
	if (ev->resolver_port == PORT_DNS) /* nearly every one */
		return false;
	if (has_port(ev, PORT_NETBIOS))
		return !(ev->has & ED_FIELD_QTYPE) || ev->qtype == ED_RR_NB ||
		       ev->qtype == ED_RR_SRV;
	return (has_port(ev, PORT_MDNS) || has_port(ev, PORT_LLMNR)) && is_local(&ev->client) &&
	       is_local(&ev->resolver);
}

static void take_names_of_numbers(struct ed_zeek_record *r)
{
	struct ed_event *ev = r->ev;

	if (!(ev->has & ED_FIELD_QTYPE) && (r->seen & ed_zeek_bit(ED_ZEEK_QTYPE_NAME))) {
		ev->qtype = r->qtype_by_name;
		ev->has |= ED_FIELD_QTYPE;
	}
	if (!(ev->has & ED_FIELD_RCODE) && (r->seen & ed_zeek_bit(ED_ZEEK_RCODE_NAME))) {
		ev->rcode = r->rcode_by_name;
		ev->has |= ED_FIELD_RCODE;
	}
}

/* What a reply that was seen makes known; without an answer it is known that there is none. */
static void take_reply(struct ed_zeek_record *r)
{
	struct ed_event *ev = r->ev;

	if (!(ev->has & (ED_FIELD_RCODE | ED_FIELD_RTT)) && ev->answers.n == 0) {
		ev->kind = ED_EVENT_DNS_QUERY;
		return;
	}
	ev->kind = ED_EVENT_DNS_PAIR;
	ev->flags |= ED_DNS_QR;
	if (ev->opcode == OPCODE_UPDATE) {
		/* The "answers" are what the update asked for ("add: A host 192.0.2.7"). */
		memset(&ev->answers, 0, sizeof(ev->answers));
		return;
	}
	/* Whether there were answers is as good as random. */
	if (!r->no_answers)
		ev->has |= ED_FIELD_ANSWERS |
			   ED_FIELD_RDATA_BYTES * ((ev->answers.n == 0) | r->rdata_known);
	ev->has |= ED_FIELD_TTL * r->ttl_known;
}

enum ed_drop ed_zeek_finish(struct ed_zeek_record *r)
{
	const uint32_t needed = ed_zeek_bit(ED_ZEEK_TS) | ed_zeek_bit(ED_ZEEK_ORIG_H);
	struct ed_event *ev = r->ev;

	if ((r->seen & needed) != needed)
		return r->bad & needed ? ED_DROP_BAD_LINE : ED_DROP_NO_FIELDS;
	take_names_of_numbers(r);
	if (is_local_naming(ev))
		return ED_DROP_MULTICAST;
	turn_round(ev);
	take_name(r);
	take_reply(r);
	ev->time_quality = ED_TIME_EXACT_UTC;
	ev->vantage = ED_VANTAGE_UNKNOWN;
	return ED_DROP_N;
}
