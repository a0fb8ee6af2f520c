/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of tshark's summary; see tshark_line.h.
 *	192.0.2.53 → 192.0.2.10   DNS 104 Standard query response 0x01d0 No such name A a.net SOA ...
 */
#include "format/packet/tshark_line.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "base/hex.h"
#include "format/text/logline.h"
#include "format/zeek/text.h"

enum {
	NAME_TEXT_MAX = 1000, /* of which each byte may be one, or U+FFFD in its place */
	ID_DIGITS_MAX = 4,
};

static const char arrow[] = "\xe2\x86\x92";

/* -------------------------------------------------------------- the columns */

/* "192.0.2.10 → 192.0.2.53 DNS"; host names leave the address unknown. */
static bool cut_columns(struct ed_span *line, struct ed_text_message *ret,
			struct ed_span *ret_proto)
{
	struct ed_span from, sign, to;

	if (!ed_logline_word(line, &from) || !ed_logline_word(line, &sign))
		return false;
	if (!ed_span_is(sign, arrow) && !ed_span_is(sign, "->"))
		return false;
	if (!ed_logline_word(line, &to) || !ed_logline_word(line, ret_proto))
		return false;
	(void)ed_addr_from_text(from, &ret->src);
	(void)ed_addr_from_text(to, &ret->dst);
	return true;
}

static unsigned judge_protocol(struct ed_span name)
{
	if (ed_span_is(name, "DNS"))
		return ED_TEXT_MESSAGE;
	if (ed_span_is(name, "MDNS") || ed_span_is(name, "LLMNR") || ed_span_is(name, "NBNS"))
		return ED_DROP_MULTICAST;
	return ED_DROP_NOT_DNS;
}

/* -------------------------------------------------------------- the summary */

/* "0x01d0 "; nothing is taken when it is not there. */
static bool take_id(struct ed_span *text, uint16_t *ret)
{
	unsigned v = 0;
	size_t n = 2;

	if (!ed_span_starts(*text, "0x"))
		return false;
	for (; n < text->n && n < 2 + ID_DIGITS_MAX && text->p[n] != ' '; n++) {
		int d = ed_hex_value(text->p[n]);

		if (d < 0)
			return false;
		v = v << 4 | (unsigned)d;
	}
	if (n == 2)
		return false;
	*text = ed_span_from(*text, n);
	(void)ed_logline_take(text, " ");
	*ret = (uint16_t)v;
	return true;
}

/* "Standard query response " and the like. False: no DNS message is told. */
static bool take_operation(struct ed_span *text, struct ed_text_message *ret)
{
	static const struct {
		const char *words;
		uint8_t opcode;
	} operations[] = {
		{ "Standard query", 0 },        { "Inverse query", 1 },
		{ "Server status request", 2 }, { "Zone change notification", 4 },
		{ "Dynamic update", 5 },
	};

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (!ed_logline_take(text, operations[i].words))
			continue;
		ret->opcode = operations[i].opcode;
		ret->is_response = ed_logline_take(text, " response");
		(void)ed_logline_take(text, " ");
		ret->has_id = take_id(text, &ret->id);
		return true;
	}
	return false;
}

static uint16_t take_rcode(struct ed_span *text)
{
	static const char *const words[] = {
		NULL,
		"Format error ",
		"Server failure ",
		"No such name ",
		"Not implemented ",
		"Refused ",
		"Name exists ",
		"RRset exists ",
		"RRset does not exist ",
		"Not authoritative ",
		"Name out of zone ",
	};

	for (size_t i = 1; i < sizeof(words) / sizeof(words[0]); i++) {
		if (ed_logline_take(text, words[i]))
			return (uint16_t)i;
	}
	return 0;
}

/* "TXT ", "Unknown (65399) " */
static bool take_type(struct ed_span *text, uint16_t *ret)
{
	struct ed_event ev = { 0 };
	struct ed_span word;
	uint32_t v;

	if (!ed_logline_word(text, &word))
		return false;
	if (ed_span_is(word, "Unknown")) {
		if (!ed_logline_word(text, &word) || word.n < 3 || word.p[0] != '(' ||
		    !ed_logline_number(ed_span_of(word.p + 1, word.n - 2), UINT16_MAX, &v))
			return false;
		*ret = (uint16_t)v;
		return true;
	}
	if (!ed_logline_type(word, &ev))
		return false;
	*ret = ev.qtype;
	return true;
}

/* -------------------------------------------------------------- the name */

/* U+FFFD stands for a byte that was no text; backslashes come out doubled. */
static struct ed_span unmask(struct ed_span text, uint8_t *ret, uint8_t *ret_lost)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == 0xef && i + 2 < text.n && text.p[i + 1] == 0xbf && text.p[i + 2] == 0xbd) {
			*ret_lost |= ED_LOST_BYTES;
			c = 0xff;
			i += 2;
		}
		if (c == '\\')
			ret[n++] = '\\';
		ret[n++] = c;
	}
	return ed_span_of(ret, n);
}

static bool read_name(struct ed_span text, struct ed_text_message *ret)
{
	uint8_t bytes[2 * NAME_TEXT_MAX + ED_ZEEK_TEXT_SLACK_BYTES] = { 0 };

	if (text.n == 0)
		return false;
	if (ed_span_is(text, "<Root>")) {
		ret->name = (struct ed_name){ .n = 1 };
		return true;
	}
	if (text.n > NAME_TEXT_MAX) {
		text = ed_span_from(text, text.n - NAME_TEXT_MAX);
		ret->lost |= ED_LOST_TAIL;
	}
	ret->lost |= (uint8_t)ed_zeek_text_name(unmask(text, bytes, &ret->lost), false, &ret->name);
	return ret->name.n > 0;
}

static bool take_end(struct ed_span *text, const char *end)
{
	size_t n = strlen(end);

	if (text->n < n || memcmp(text->p + text->n - n, end, n) != 0)
		return false;
	text->n -= n;
	return true;
}

/* -------------------------------------------------------------- the answers */

/* "A 192.0.2.7 A 192.0.2.8", up to the first that is something else: of texts only the type is
 * shown, and which records are answers is not. */
static void read_addresses(struct ed_span text, struct ed_text_message *ret)
{
	struct ed_dns_answers *sum = &ret->answers;
	struct ed_span word;
	struct ed_addr addr;
	uint16_t type;

	while (text.n > 0 && take_type(&text, &type)) {
		if (type != ED_RR_A && type != ED_RR_AAAA && type != ED_RR_CNAME)
			return;
		if (!ed_logline_word(&text, &word) ||
		    (type != ED_RR_CNAME && !ed_addr_from_text(word, &addr)))
			return;
		if (sum->n < UINT16_MAX)
			sum->n++;
		if (type == ED_RR_CNAME) {
			sum->hash += (uint32_t)ed_hash_bytes(word.p, word.n, type);
			sum->bytes_names += (uint32_t)word.n + 2;
			continue;
		}
		ed_answers_add_address(sum, &addr);
	}
}

/* -------------------------------------------------------------- the line */

/* A name in a response ends at a blank, though it might hold one: its query says what it is. */
static unsigned read_response(struct ed_span text, struct ed_text_message *ret)
{
	struct ed_span name;

	ret->rcode = take_rcode(&text);
	if (!take_type(&text, &ret->qtype)) {
		ret->qtype = 0; /* without a question */
		return ret->has_id ? ED_TEXT_MESSAGE : ED_DROP_MALFORMED;
	}
	if (!ed_logline_word(&text, &name) || !read_name(name, ret))
		return ED_DROP_MALFORMED;
	read_addresses(text, ret);
	return ED_TEXT_MESSAGE;
}

static unsigned read_query(struct ed_span text, struct ed_text_message *ret)
{
	if (!take_type(&text, &ret->qtype))
		return ED_DROP_MALFORMED;
	(void)take_end(&text, " OPT");
	return read_name(text, ret) ? ED_TEXT_MESSAGE : ED_DROP_MALFORMED;
}

unsigned ed_tshark_line(struct ed_span line, struct ed_text_message *ret)
{
	struct ed_span text = line, protocol, length;
	unsigned result;
	uint32_t n;

	if (!cut_columns(&text, ret, &protocol))
		return ed_logline_other(line);
	result = judge_protocol(protocol);
	if (result != ED_TEXT_MESSAGE)
		return result;
	while (text.n > 0 && text.p[0] == ' ')
		text = ed_span_from(text, 1);
	if (text.n > 0 && ed_is_digit(text.p[0]) &&
	    (!ed_logline_word(&text, &length) || !ed_logline_number(length, UINT16_MAX << 4, &n)))
		return ED_DROP_MALFORMED;
	if (take_end(&text, "[Malformed Packet]"))
		return ED_DROP_MALFORMED;
	if (take_end(&text, "[Packet size limited during capture]"))
		return ED_DROP_SNAPPED;
	if (!take_operation(&text, ret))
		return ED_DROP_MALFORMED;
	return ret->is_response ? read_response(text, ret) : read_query(text, ret);
}
