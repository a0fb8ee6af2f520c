/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directives to columns; see header.h. Directives are read one by one into a header that is
 * always usable, so that a damaged one costs no more than what it would have said.
 */
#include "format/zeek/header.h"

#include "format/text/lines.h"
#include "base/hex.h"

static void mark_set(struct ed_zeek_mark *m, struct ed_span text)
{
	/* A longer mark would be cut and then match what it should not: better none at all. */
	m->n = text.n <= sizeof(m->p) ? (uint8_t)text.n : 0;
	if (m->n > 0)
		memcpy(m->p, text.p, m->n);
}

void ed_zeek_header_init(struct ed_zeek_header *h)
{
	memset(h, 0, sizeof(*h));
	h->separator = '\t';
	h->set_separator = ',';
	mark_set(&h->empty, ed_span_str("(empty)"));
	mark_set(&h->unset, ed_span_str("-"));
}

bool ed_zeek_header_is_bare(struct ed_span line)
{
	return ed_span_starts(line, "ts\t");
}

bool ed_zeek_header_is_directive(struct ed_span line)
{
	static const char *const keys[] = { "#separator",   "#set_separator", "#empty_field",
					    "#unset_field", "#path",          "#fields" };

	line = ed_lines_skip_bom(line);
	if (line.n == 0 || line.p[0] != '#')
		return ed_zeek_header_is_bare(line);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (ed_span_starts(line, keys[i]))
			return true;
	}
	return false;
}

/* Cuts the text up to the next @separator off the front of @rest. False: nothing left. */
static bool next_part(struct ed_span *rest, uint8_t separator, struct ed_span *ret)
{
	const uint8_t *end;

	if (!rest->p)
		return false;
	end = rest->n > 0 ? memchr(rest->p, separator, rest->n) : NULL;
	*ret = ed_span_of(rest->p, end ? (size_t)(end - rest->p) : rest->n);
	*rest = end ? ed_span_from(*rest, ret->n + 1) : ed_span_of(NULL, 0);
	return true;
}

static bool is_usual(const struct ed_zeek_header *h)
{
	static const uint8_t usual[ED_ZEEK_USUAL_END] = {
		ED_ZEEK_TS,     ED_ZEEK_ROLE_N,     ED_ZEEK_ORIG_H, ED_ZEEK_ORIG_P,
		ED_ZEEK_RESP_H, ED_ZEEK_RESP_P,     ED_ZEEK_PROTO,  ED_ZEEK_TRANS_ID,
		ED_ZEEK_RTT,    ED_ZEEK_QUERY,      ED_ZEEK_QCLASS, ED_ZEEK_ROLE_N,
		ED_ZEEK_QTYPE,  ED_ZEEK_QTYPE_NAME, ED_ZEEK_RCODE,  ED_ZEEK_RCODE_NAME,
		ED_ZEEK_AA,     ED_ZEEK_TC,         ED_ZEEK_RD,     ED_ZEEK_RA,
		ED_ZEEK_Z,      ED_ZEEK_ANSWERS,    ED_ZEEK_TTLS,
	};

	return h->n_columns > ED_ZEEK_USUAL_END && memcmp(h->column, usual, sizeof(usual)) == 0 &&
	       h->separator == '\t' && h->set_separator == ',' && !h->bad_separator &&
	       ed_zeek_mark_is(&h->unset, ed_span_str("-")) &&
	       ed_zeek_mark_is(&h->empty, ed_span_str("(empty)"));
}

static void header_columns(struct ed_zeek_header *h, struct ed_span names)
{
	struct ed_span name;
	uint16_t n = 0;

	h->roles = 0;
	for (; n <= ED_ZEEK_COLUMNS_MAX && next_part(&names, h->separator, &name); n++) {
		enum ed_zeek_role role = ED_ZEEK_ROLE_N;

		if (n == ED_ZEEK_COLUMNS_MAX)
			continue;
		if (ed_zeek_role_from_name(name, &role))
			h->roles |= ed_zeek_bit(role);
		h->column[n] = (uint8_t)role;
	}
	h->n_columns = n <= ED_ZEEK_COLUMNS_MAX ? n : 0;
}

/* "\x09" or the byte itself. False: anything longer. */
static bool separator_byte(struct ed_span text, uint8_t *ret)
{
	unsigned v = 0;

	if (text.n == 1) {
		*ret = text.p[0];
		return true;
	}
	if (text.n != 4 || !ed_span_starts(text, "\\x"))
		return false;
	for (size_t i = 2; i < 4; i++) {
		int d = ed_hex_value(text.p[i]);

		if (d < 0)
			return false;
		v = v << 4 | (unsigned)d;
	}
	*ret = (uint8_t)v;
	return true;
}

/* "#separator" begins a new header: what an earlier file said is void. */
static void header_restart(struct ed_zeek_header *h, struct ed_span value)
{
	ed_zeek_header_init(h);
	h->bad_separator = !separator_byte(value, &h->separator);
}

static void take(struct ed_zeek_header *h, struct ed_span line)
{
	struct ed_span value;
	struct ed_span key;

	line = ed_lines_skip_bom(line);
	if (ed_zeek_header_is_bare(line)) {
		ed_zeek_header_init(h);
		header_columns(h, line);
		return;
	}
	if (ed_span_starts(line, "#separator ")) {
		header_restart(h, ed_span_from(line, strlen("#separator ")));
		return;
	}
	value = line;
	if (!next_part(&value, h->separator, &key) || !value.p)
		return;
	if (ed_span_is(key, "#set_separator"))
		h->bad_separator |= !separator_byte(value, &h->set_separator);
	else if (ed_span_is(key, "#empty_field"))
		mark_set(&h->empty, value);
	else if (ed_span_is(key, "#unset_field"))
		mark_set(&h->unset, value);
	else if (ed_span_is(key, "#path"))
		h->other_path = !ed_span_is(value, "dns");
	else if (ed_span_is(key, "#fields"))
		header_columns(h, value);
}

void ed_zeek_header_take(struct ed_zeek_header *h, struct ed_span line)
{
	take(h, line);
	h->usual = is_usual(h);
}

enum ed_drop ed_zeek_header_verdict(const struct ed_zeek_header *h)
{
	const uint32_t needed = ed_zeek_bit(ED_ZEEK_TS) | ed_zeek_bit(ED_ZEEK_ORIG_H) |
				ed_zeek_bit(ED_ZEEK_QUERY);

	if (h->other_path)
		return ED_DROP_OTHER_LOG;
	if (h->bad_separator)
		return ED_DROP_BAD_LINE;
	if ((h->roles & needed) != needed)
		return ED_DROP_NO_FIELDS;
	return h->n_columns > 0 ? ED_DROP_N : ED_DROP_BAD_LINE;
}
