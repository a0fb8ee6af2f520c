/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a printed message; see knot_block.h.
 *	www.example.net.    	300	TXT	"v=spf1 -all" "more"
 *	a.example.net.	5	NULL	\# 4 DEADBEEF
 */
#include "format/resolver/knot_block.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "format/text/addr.h"
#include "record/rrtype.h"

void ed_knot_begin(struct ed_knot_block *b, enum ed_knot_part part, uint32_t number)
{
	if (b->number != number) {
		b->number = number;
		b->has_client = false;
		b->is_internal = false;
	}
	b->part = (uint8_t)part;
	b->section = ED_KNOT_HEADER;
	b->has_status = false;
	b->has_flags = false;
	b->has_edns = false;
	b->edns_size = 0;
	b->opcode = 0;
	b->open = NULL;
}

/* -------------------------------------------------------------- headings */

/* "QUERY; status: NOERROR; id: 51189", "NOTIFY; ..." */
static void take_header(struct ed_knot_block *b, struct ed_span text)
{
	static const char *const opcodes[] = { "QUERY;", "IQUERY;", "STATUS;",
					       NULL,     "NOTIFY;", "UPDATE;" };
	struct ed_event ev = { .has = 0 };
	struct ed_span word;

	if (!ed_logline_word(&text, &word))
		return;
	for (unsigned i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
		if (opcodes[i] && ed_span_is(word, opcodes[i]))
			b->opcode = (uint8_t)i;
	}
	if (!ed_logline_take(&text, "status: ") || !ed_logline_word(&text, &word))
		return;
	word.n -= word.p[word.n - 1] == ';';
	b->has_status = ed_logline_rcode(word, &ev);
	b->rcode = ev.rcode;
}

/* "qr rd ra  QUERY: 1; ..." */
static void take_flags(struct ed_knot_block *b, struct ed_span text)
{
	static const struct {
		char name[3];
		uint16_t flag;
	} flags[] = { { "qr", ED_DNS_QR }, { "aa", ED_DNS_AA }, { "tc", ED_DNS_TC },
		      { "rd", ED_DNS_RD }, { "ra", ED_DNS_RA }, { "ad", ED_DNS_AD },
		      { "cd", ED_DNS_CD } };
	struct ed_span word;

	b->flags = 0;
	b->has_flags = true;
	while (ed_logline_word(&text, &word) && word.n == 2) {
		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
			if (ed_span_is(word, flags[i].name))
				b->flags |= flags[i].flag;
		}
	}
}

/* "0; flags: do; UDP size: 1232 B; ext-rcode: Unused" */
static void take_edns(struct ed_knot_block *b, struct ed_span text)
{
	static const char size[] = "UDP size: ";
	const uint8_t *p = text.n > 0 ? memmem(text.p, text.n, size, sizeof(size) - 1) : NULL;
	struct ed_span rest, word;
	uint32_t n_bytes;

	if (!p)
		return;
	rest = ed_span_from(text, (size_t)(p - text.p) + sizeof(size) - 1);
	if (ed_logline_word(&rest, &word) && ed_logline_number(word, UINT16_MAX, &n_bytes))
		b->edns_size = (uint16_t)n_bytes;
}

bool ed_knot_heading(struct ed_knot_block *b, struct ed_span line)
{
	if (!ed_logline_take(&line, ";; "))
		return line.n > 0 && line.p[0] == ';';
	if (ed_logline_take(&line, "->>HEADER<<- opcode: ")) {
		take_header(b, line);
	} else if (ed_logline_take(&line, "Flags: ")) {
		take_flags(b, line);
	} else if (ed_logline_take(&line, "Version: ")) {
		take_edns(b, line);
	} else if (ed_span_starts(line, "QUESTION SECTION")) {
		/* EDNS is told before the question, or there is none */
		b->has_edns = true;
		b->section = ED_KNOT_QUESTION;
	} else if (ed_span_starts(line, "ANSWER SECTION")) {
		b->section = ED_KNOT_ANSWERS;
	} else if (ed_span_starts(line, "AUTHORITY SECTION") ||
		   ed_span_starts(line, "ADDITIONAL SECTION")) {
		b->section = ED_KNOT_OTHER;
	}
	return true;
}

/* -------------------------------------------------------------- records */

/* The next field of a line whose fields are parted by blanks and tabs. */
static bool next_field(struct ed_span *rest, struct ed_span *ret)
{
	size_t at = 0, end;

	while (at < rest->n && (rest->p[at] == ' ' || rest->p[at] == '\t'))
		at++;
	for (end = at; end < rest->n && rest->p[end] != ' ' && rest->p[end] != '\t'; end++)
		;
	*ret = ed_span_of(rest->p + at, end - at);
	*rest = ed_span_from(*rest, end);
	return ret->n > 0;
}

/* "www.example.net.		A", "version.bind.	CH	TXT" */
static bool take_question(struct ed_span line, struct ed_event *ev)
{
	struct ed_span name, type, more;

	if (!next_field(&line, &name) || !next_field(&line, &type))
		return false;
	ev->qclass = 1;
	if (next_field(&line, &more)) {
		if (!ed_logline_class(type, ev))
			return false;
		type = more;
	}
	return ed_logline_name(name, ED_NAME_MASTER, ev) && ed_logline_type(type, ev);
}

unsigned ed_knot_question(const struct ed_knot_block *b, struct ed_span line, struct ed_event *ev)
{
	if (!take_question(line, ev))
		return ED_DROP_BAD_LINE;
	ev->kind = ED_EVENT_DNS_QUERY;
	ev->vantage = ED_VANTAGE_RESOLVER;
	ed_logline_time(&b->time, ev);
	ev->client = b->client;
	ev->client_port = b->client_port;
	ev->transport = b->transport;
	ev->txid = (uint16_t)b->number;
	ev->opcode = b->opcode;
	ev->flags = b->flags;
	ev->edns_size = b->edns_size;
	ev->lost |= ED_LOST_CASE; /* the resolver folds it before it prints */
	ev->has |= ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID | ED_FIELD_QNAME_BYTES;
	if (b->has_server) {
		ev->resolver = b->server;
		ev->resolver_port = b->server_port;
		ev->has |= ED_FIELD_RESOLVER;
	}
	if (b->transport != ED_TRANSPORT_UNKNOWN)
		ev->has |= ED_FIELD_TRANSPORT;
	if (b->has_status)
		ev->has |= ED_FIELD_OPCODE;
	if (b->has_flags)
		ev->has |= ED_FIELD_FLAGS;
	if (b->has_edns)
		ev->has |= ED_FIELD_EDNS;
	return ED_LOGLINE_EVENT;
}

void ed_knot_answered(const struct ed_knot_block *b, struct ed_event *ev)
{
	if (!b->has_status)
		return;
	ev->kind = ED_EVENT_DNS_PAIR;
	ev->rcode = b->rcode;
	ev->answers = (struct ed_dns_answers){ .n = 0 };
	ev->has |= ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES;
}

/* Bytes of the strings in quotes; an escape stands for one byte. */
static uint32_t quoted_bytes(struct ed_span text)
{
	bool inside = false;
	uint32_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '"') {
			inside = !inside;
			continue;
		}
		if (c == '\\' && i + 1 < text.n)
			i += ed_is_digit(text.p[i + 1]) ? 3 : 1;
		n += inside;
	}
	return n;
}

/* "\# 4 DEADBEEF": the length that it tells, held to what is there. */
static bool generic_bytes(struct ed_span data, uint32_t *ret)
{
	struct ed_span word;

	if (!ed_logline_take(&data, "\\# ") || !ed_logline_word(&data, &word) ||
	    !ed_logline_number(word, UINT16_MAX, ret))
		return false;
	if (*ret > (data.n + 1) / 2)
		*ret = (uint32_t)((data.n + 1) / 2);
	return true;
}

static uint32_t sum_u32(uint32_t a, uint64_t b)
{
	return a + b > UINT32_MAX ? UINT32_MAX : (uint32_t)(a + b);
}

static void add_data(uint16_t type, struct ed_span data, struct ed_dns_answers *sum)
{
	struct ed_addr addr;
	uint32_t n_bytes;

	switch (type) {
	case ED_RR_A:
	case ED_RR_AAAA:
		if (ed_text_addr_read(data, &addr))
			ed_answers_add_address(sum, &addr);
		break;
	case ED_RR_CNAME:
	case ED_RR_NS:
	case ED_RR_PTR:
	case ED_RR_MX:
	case ED_RR_SRV:
		sum->bytes_names = sum_u32(sum->bytes_names, data.n);
		break;
	case ED_RR_TXT:
	case ED_RR_SPF:
		sum->bytes_opaque = sum_u32(sum->bytes_opaque, quoted_bytes(data));
		break;
	case ED_RR_KEY: /* flags, protocol, algorithm, base64 */
		sum->bytes_opaque = sum_u32(sum->bytes_opaque, data.n * 3 / 4);
		break;
	default:
		if (generic_bytes(data, &n_bytes))
			sum->bytes_opaque = sum_u32(sum->bytes_opaque, n_bytes);
		break;
	}
}

void ed_knot_record(struct ed_span line, struct ed_event *ev)
{
	struct ed_dns_answers *sum = &ev->answers;
	struct ed_span owner, ttl, word;
	uint32_t ttl_s;
	uint16_t type;

	if (!next_field(&line, &owner) || !next_field(&line, &ttl) ||
	    !ed_logline_number(ttl, INT32_MAX, &ttl_s) || !next_field(&line, &word) ||
	    !ed_rrtype_from_name(word, &type))
		return;
	while (line.n > 0 && (line.p[0] == '\t' || line.p[0] == ' '))
		line = ed_span_from(line, 1);
	if (sum->n == 0 || ttl_s < sum->ttl_min_s)
		sum->ttl_min_s = ttl_s;
	if (ttl_s > sum->ttl_max_s)
		sum->ttl_max_s = ttl_s;
	if (sum->n < UINT16_MAX)
		sum->n++;
	/* a sum: the same records in another order are the same answer */
	if (type != ED_RR_A && type != ED_RR_AAAA)
		sum->hash += (uint32_t)ed_hash_bytes(line.p, line.n, 0);
	ev->has |= ED_FIELD_TTL;
	add_data(type, line, sum);
}

size_t ed_knot_unfold(struct ed_span text, uint8_t *ret, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < max; i++) {
		uint8_t c = text.p[i];

		if (c == '#' && text.n - i >= 4 && memcmp(text.p + i, "#01", 3) == 0 &&
		    (text.p[i + 3] == '1' || text.p[i + 3] == '2') &&
		    (n == 0 || ret[n - 1] != '\\')) {
			c = text.p[i + 3] == '1' ? '\t' : '\n';
			i += 3;
		}
		ret[n++] = c;
	}
	return n;
}
