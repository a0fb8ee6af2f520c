/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeek dns.log as tab-separated values, Zeek's default:
 *	#separator \x09
 *	#set_separator	,
 *	#empty_field	(empty)
 *	#unset_field	-
 *	#path	dns
 *	#fields ts uid id.orig_h ... query ... rejected
 *	1790000000.250000 CW1 192.0.2.10 ... www.example.net ... F
 *
 * The idea: columns are found by name, and a directive may change them anywhere in a file (rotated
 * logs are concatenated), so frame cuts units at directives and hands each unit the columns in
 * force. With the writer option tsv=T the only directive is a bare line of column names. Values are
 * split first and unescaped afterwards, because a separator inside a value is written as \x09.
 */
#include "base/time.h"
#include "format/format.h"
#include "format/lines.h"
#include "format/zeek.h"
#include "format/zeek_addr.h"

enum {
	TSV_COLUMNS_MAX = 200, /* dns.log has about 30 with every script loaded */
	TSV_DECIMALS = 6,      /* digits behind the point of every time and interval */
	TSV_MARK_MAX = 31,     /* bytes of the texts that mean empty or unset */
	TSV_STARTS_MAX = TSV_COLUMNS_MAX + ED_LINES_STEP + 2,
	PROBE_LINES = 20,
};

struct tsv_mark {
	uint8_t n;
	uint8_t p[TSV_MARK_MAX];
};

/* A column of interest. */
struct tsv_column {
	uint8_t at;   /* columns to the left of it */
	uint8_t role; /* ed_zeek_role */
};

/* What the directives so far come to; also the context of a unit. */
struct tsv_header {
	struct tsv_column wanted[TSV_COLUMNS_MAX]; /* n_wanted, from left to right */
	uint16_t n_wanted;
	uint32_t roles; /* ed_zeek_bit of those that have a column */
	uint8_t separator;
	uint8_t set_separator;
	bool bad_separator; /* more than one byte: nothing can be split */
	bool other_path;    /* #path is there and not dns */
	uint16_t n_columns; /* 0: none known, or too many */
	struct tsv_mark empty;
	struct tsv_mark unset;
	bool unset_apart; /* it begins as no number, address or flag does */
};

static_assert(sizeof(struct tsv_header) <= ED_UNIT_CONTEXT_BYTES, "a context has a limit");

struct tsv_state {
	struct ed_lines lines;
	struct tsv_header header;
};

static inline bool mark_is(const struct tsv_mark *m, struct ed_span text)
{
	/* The first byte tells nearly always; a mark of one byte needs no more. */
	return text.n == m->n && m->n > 0 && text.p[0] == m->p[0] &&
	       (m->n == 1 || memcmp(text.p, m->p, m->n) == 0);
}

static void mark_set(struct tsv_mark *m, struct ed_span text)
{
	/* A longer mark would be cut and then match what it should not: better none at all. */
	m->n = text.n <= sizeof(m->p) ? (uint8_t)text.n : 0;
	if (m->n > 0)
		memcpy(m->p, text.p, m->n);
}

static void unset_set(struct tsv_header *h, struct ed_span text)
{
	uint8_t first = text.n > 0 ? text.p[0] | 0x20 : 0;

	mark_set(&h->unset, text);
	h->unset_apart = !(first >= '0' && first <= ':') && !(first >= 'a' && first <= 'z');
}

static void header_init(struct tsv_header *h)
{
	*h = (struct tsv_header){ .separator = '\t', .set_separator = ',' };
	mark_set(&h->empty, ed_span_str("(empty)"));
	unset_set(h, ed_span_str("-"));
}

static int tsv_init(void *state)
{
	struct tsv_state *s = state;

	header_init(&s->header);
	return 0;
}

static bool is_bare_header(struct ed_span line)
{
	return ed_span_starts(line, "ts\t");
}

static bool tsv_is_directive(struct ed_span line)
{
	line = ed_lines_skip_bom(line);
	return (line.n > 0 && line.p[0] == '#') || is_bare_header(line);
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

static void header_columns(struct tsv_header *h, struct ed_span names)
{
	struct ed_span name;
	uint16_t n = 0;

	h->roles = 0;
	h->n_wanted = 0;
	for (; n <= TSV_COLUMNS_MAX && next_part(&names, h->separator, &name); n++) {
		enum ed_zeek_role role;

		if (n == TSV_COLUMNS_MAX || !ed_zeek_role_from_name(name, &role))
			continue;
		h->roles |= ed_zeek_bit(role);
		h->wanted[h->n_wanted++] = (struct tsv_column){ .at = (uint8_t)n,
								.role = (uint8_t)role };
	}
	h->n_columns = n <= TSV_COLUMNS_MAX ? n : 0;
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
		uint8_t c = text.p[i] | 0x20;

		if (c >= '0' && c <= '9')
			v = v << 4 | (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (unsigned)(c - 'a' + 10);
		else
			return false;
	}
	*ret = (uint8_t)v;
	return true;
}

/* "#separator" begins a new header: what an earlier file said is void. */
static void header_restart(struct tsv_header *h, struct ed_span value)
{
	header_init(h);
	h->bad_separator = !separator_byte(value, &h->separator);
}

static void header_directive(struct tsv_header *h, struct ed_span line)
{
	struct ed_span value;
	struct ed_span key;

	line = ed_lines_skip_bom(line);
	if (is_bare_header(line)) {
		header_init(h);
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
		unset_set(h, value);
	else if (ed_span_is(key, "#path"))
		h->other_path = !ed_span_is(value, "dns");
	else if (ed_span_is(key, "#fields"))
		header_columns(h, value);
}

static enum ed_frame_verdict tsv_frame(void *state, struct ed_span in, bool eof, void *context,
				       struct ed_frame *ret)
{
	struct tsv_state *s = state;
	enum ed_frame_verdict verdict = ed_lines_frame(&s->lines, in, eof, tsv_is_directive, ret);
	struct ed_span line;

	if (verdict != ED_FRAME_UNIT)
		return verdict;
	if (!tsv_is_directive(in)) {
		memcpy(context, &s->header, sizeof(s->header));
		return ED_FRAME_UNIT;
	}
	in.n = ret->n_bytes;
	while (ed_lines_next(&in, &line))
		header_directive(&s->header, line);
	return ED_FRAME_SKIP;
}

/*
 * One to eight decimal digits; eight bytes at @p are readable. They are moved up against the end of
 * a word and summed in pairs, then in fours, then all: Johnny Lee, "Fast numeric string to int"
 * (2014).
 */
static inline bool digits(const uint8_t *p, size_t n, uint32_t *ret)
{
	const uint64_t zeros = ED_BYTES_8('0');
	const uint64_t pairs = 0x000000ff000000ffU;
	uint64_t v;

	if (n - 1 > 7)
		return false;
	v = ed_load_8(p) << (64 - 8 * n) | (zeros >> 8 * (n - 1)) >> 8;
	if (((v & ED_BYTES_8(0xf0)) | ((v + ED_BYTES_8(6)) & ED_BYTES_8(0xf0)) >> 4) !=
	    ED_BYTES_8(0x33))
		return false;
	v = (v - zeros) * 10 + ((v - zeros) >> 8);
	*ret = (uint32_t)(((v & pairs) * 0x000f424000000064U +
			   (v >> 16 & pairs) * 0x0000271000000001U) >>
			  32);
	return true;
}

/* Seconds with TSV_DECIMALS digits behind the point, as nanoseconds; readable as for digits. */
static inline bool fixed_point(struct ed_span s, int64_t *ret_ns)
{
	uint32_t high = 0, low, fraction;
	size_t whole = s.n - TSV_DECIMALS - 1;

	if (whole - 1 > 9 || s.p[whole] != '.' || !digits(s.p + whole + 1, TSV_DECIMALS, &fraction))
		return false;
	if (whole == 1) {
		low = s.p[0] - (uint32_t)'0';
		if (low > 9)
			return false;
	} else if (whole > 8) {
		if (!digits(s.p, whole - 8, &high) || !digits(s.p + whole - 8, 8, &low))
			return false;
	} else if (!digits(s.p, whole, &low)) {
		return false;
	}
	return !__builtin_mul_overflow(((int64_t)high * 100000000 + low) * 1000000 + fraction, 1000,
				       ret_ns);
}

/* Notes a value that was read, and the field that it makes known. */
static inline bool known(struct ed_zeek_record *r, enum ed_zeek_role role, enum ed_field field)
{
	r->seen |= ed_zeek_bit(role);
	r->ev->has |= field;
	return true;
}

/* One or two digits are most of them. @ret is only written when it is a number. */
static inline bool read_u16(struct ed_span cell, uint16_t *ret)
{
	uint32_t v;

	if (cell.n == 1) {
		v = cell.p[0] - (uint32_t)'0';
		if (v > 9)
			return false;
	} else if (cell.n == 2) {
		uint32_t tens = cell.p[0] - (uint32_t)'0', ones = cell.p[1] - (uint32_t)'0';

		if (tens > 9 || ones > 9)
			return false;
		v = tens * 10 + ones;
	} else if (!digits(cell.p, cell.n, &v) || v > UINT16_MAX) {
		return false;
	}
	*ret = (uint16_t)v;
	return true;
}

static inline bool read_rtt(struct ed_event *ev, struct ed_span cell)
{
	int64_t ns;

	if (!fixed_point(cell, &ns) || ns / 1000 > INT32_MAX)
		return false;
	ev->rtt_us = (int32_t)(ns / 1000);
	return true;
}

static inline bool read_flag(struct ed_zeek_record *r, struct ed_span cell, enum ed_dns_flag flag)
{
	if (cell.n != 1 || (cell.p[0] != 'T' && cell.p[0] != 'F'))
		return false;
	if (cell.p[0] == 'T')
		r->ev->flags |= (uint16_t)flag;
	r->ev->has |= ED_FIELD_FLAGS;
	return true;
}

static inline bool read_proto(struct ed_event *ev, struct ed_span cell)
{
	if (cell.n != 3 || memcmp(cell.p, "udp", 3) != 0)
		return false;
	ev->transport = ED_TRANSPORT_UDP;
	return true;
}

/* The columns that every record has, in the form Zeek gives them; false: ed_zeek_put_text may know
 * more. */
static inline bool read_fast(struct ed_zeek_record *r, enum ed_zeek_role role, struct ed_span cell)
{
	struct ed_event *ev = r->ev;

	switch (role) {
	case ED_ZEEK_TS:
		return fixed_point(cell, &ev->time_ns) && known(r, role, ED_FIELD_TIME);
	case ED_ZEEK_ORIG_H:
		return ed_zeek_addr_read(cell, &ev->client) && known(r, role, ED_FIELD_CLIENT);
	case ED_ZEEK_RESP_H:
		return ed_zeek_addr_read(cell, &ev->resolver) && known(r, role, ED_FIELD_RESOLVER);
	case ED_ZEEK_PROTO:
		return read_proto(ev, cell) && known(r, role, ED_FIELD_TRANSPORT);
	case ED_ZEEK_ORIG_P:
		return read_u16(cell, &ev->client_port) && known(r, role, ED_FIELD_CLIENT_PORT);
	case ED_ZEEK_RESP_P:
		return read_u16(cell, &ev->resolver_port);
	case ED_ZEEK_TRANS_ID:
		return read_u16(cell, &ev->txid) && known(r, role, ED_FIELD_TXID);
	case ED_ZEEK_RTT:
		return read_rtt(ev, cell) && known(r, role, ED_FIELD_RTT);
	case ED_ZEEK_QUERY:
		r->query = cell;
		r->seen |= ed_zeek_bit(role);
		return true;
	case ED_ZEEK_QCLASS:
		return read_u16(cell, &ev->qclass);
	case ED_ZEEK_QTYPE:
		return read_u16(cell, &ev->qtype) && known(r, role, ED_FIELD_QTYPE);
	case ED_ZEEK_QTYPE_NAME:
		return r->seen & ed_zeek_bit(ED_ZEEK_QTYPE);
	case ED_ZEEK_RCODE:
		return cell.n == 1 && read_u16(cell, &ev->rcode) && known(r, role, ED_FIELD_RCODE);
	case ED_ZEEK_RCODE_NAME:
		return r->seen & ed_zeek_bit(ED_ZEEK_RCODE);
	case ED_ZEEK_Z:
		return cell.n == 1 && cell.p[0] == '0';
	case ED_ZEEK_AA:
		return read_flag(r, cell, ED_DNS_AA);
	case ED_ZEEK_TC:
		return read_flag(r, cell, ED_DNS_TC);
	case ED_ZEEK_RD:
		return read_flag(r, cell, ED_DNS_RD);
	case ED_ZEEK_RA:
		return read_flag(r, cell, ED_DNS_RA);
	default:
		return false;
	}
}

/* "2230.000000" as whole seconds. */
static inline bool parse_ttl(struct ed_span text, uint32_t *ret_s)
{
	int64_t ns;

	/* The fraction is nearly always none, and then only its text matters. */
	if (text.n > TSV_DECIMALS + 1 && text.n <= TSV_DECIMALS + 1 + 8 &&
	    memcmp(text.p + text.n - TSV_DECIMALS - 1, ".000000", TSV_DECIMALS + 1) == 0 &&
	    digits(text.p, text.n - TSV_DECIMALS - 1, ret_s))
		return true;
	if (!fixed_point(text, &ns) && !ed_time_from_epoch_text(text, &ns))
		return false;
	if (ns < 0 || ns / ED_NS_PER_S > UINT32_MAX)
		return false;
	*ret_s = (uint32_t)(ns / ED_NS_PER_S);
	return true;
}

static inline void read_item(struct ed_zeek_record *r, const struct tsv_header *h,
			     enum ed_zeek_role role, struct ed_span item)
{
	uint32_t ttl_s;

	if (mark_is(&h->unset, item))
		return;
	if (role == ED_ZEEK_ANSWERS)
		ed_zeek_put_answer(r, item);
	else if (parse_ttl(item, &ttl_s))
		ed_zeek_put_ttl(r, ttl_s);
}

static void read_vector(struct ed_zeek_record *r, const struct tsv_header *h,
			enum ed_zeek_role role, struct ed_span cell)
{
	size_t start = 0;

	if (mark_is(&h->empty, cell))
		return;
	for (size_t at = 0; at <= cell.n; at += ED_LINES_STEP) {
		unsigned hits = ed_lines_ends(cell, at, h->set_separator);

		for (; hits; hits &= hits - 1) {
			size_t end = at + (unsigned)__builtin_ctz(hits);

			read_item(r, h, role, ed_span_of(cell.p + start, end - start));
			start = end + 1;
		}
	}
}

static inline void read_cell(struct ed_zeek_record *r, const struct tsv_header *h,
			     enum ed_zeek_role role, struct ed_span cell)
{
	/* A mark that no value looks like is told from one by reading; only a name can be any text.
	 */
	if ((!h->unset_apart || role == ED_ZEEK_QUERY) && mark_is(&h->unset, cell))
		return;
	if (read_fast(r, role, cell) || mark_is(&h->unset, cell))
		return;
	if (role == ED_ZEEK_ANSWERS || role == ED_ZEEK_TTLS)
		read_vector(r, h, role, cell);
	else
		ed_zeek_put_text(r, role, cell);
}

/*
 * Where the cells of @line start; cell i ends one byte before @ret_start[i + 1]. False: there are
 * not as many as columns. One step finds STEP + 1 ends at most, which is what the room is for.
 */
static inline bool cut_row(struct ed_span line, const struct tsv_header *h,
			   uint32_t ret_start[static TSV_STARTS_MAX])
{
	unsigned c = 0;

	ret_start[0] = 0;
	for (size_t at = 0; at <= line.n; at += ED_LINES_STEP) {
		unsigned hits = ed_lines_ends(line, at, h->separator);

		for (; hits; hits &= hits - 1)
			ret_start[++c] = (uint32_t)(at + 1 + (unsigned)__builtin_ctz(hits));
		if (c > h->n_columns)
			return false;
	}
	return c == h->n_columns;
}

/* Reads the cells of interest; all are cut first, for that loop then needs few registers. */
static bool read_row(struct ed_zeek_record *r, const struct tsv_header *h, struct ed_span line)
{
	const struct tsv_column *end = h->wanted + h->n_wanted;
	uint32_t start[TSV_STARTS_MAX];

	if (!cut_row(line, h, start))
		return false;
	for (const struct tsv_column *c = h->wanted; c < end; c++) {
		const uint32_t *s = start + c->at;

		read_cell(r, h, (enum ed_zeek_role)c->role,
			  ed_span_of(line.p + s[0], s[1] - s[0] - 1));
	}
	return true;
}

static enum ed_drop tsv_record(const struct tsv_header *h, struct ed_span line, struct ed_event *ev)
{
	struct ed_zeek_record r;

	ed_zeek_begin(&r, ev);
	if (!read_row(&r, h, line))
		return ED_DROP_BAD_LINE;
	if (mark_is(&h->empty, r.query))
		r.query.n = 0;
	if (mark_is(&h->empty, r.original_query))
		r.original_query.n = 0;
	return ed_zeek_finish(&r);
}

/* Why no record under this header can be read; ED_DROP_N: they can. */
static enum ed_drop header_verdict(const struct tsv_header *h)
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

static void tsv_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	const struct tsv_header *h = unit->context;
	struct ed_span rest = unit->bytes;
	enum ed_drop verdict;
	struct ed_span line;

	(void)scratch;
	if (rest.n == 0)
		return;
	verdict = header_verdict(h);
	while (ed_lines_next(&rest, &line)) {
		uint64_t offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		enum ed_drop drop = verdict;
		struct ed_event *ev;

		if (line.n == 0)
			continue;
		out->tally.n_read++;
		ev = ed_batch_peek(out);
		if (drop == ED_DROP_N)
			drop = ev ? tsv_record(h, line, ev) : ED_DROP_BATCH_FULL;
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

/* Certain with a directive of Zeek's; near it with a bare line of its column names. */
static unsigned tsv_probe(struct ed_span head)
{
	struct tsv_header h;
	struct ed_span line;

	head = ed_lines_skip_bom(head);
	for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++) {
		if (ed_span_starts(line, "#separator \\x") || ed_span_starts(line, "#fields\t"))
			return 100;
		if (is_bare_header(line)) {
			header_init(&h);
			header_columns(&h, line);
			return h.roles & ed_zeek_bit(ED_ZEEK_ORIG_H) ? 95 : 0;
		}
		if (line.n > 0 && line.p[0] != '#')
			return 0;
	}
	return 0;
}

const struct ed_format ed_format_zeek_tsv = {
	.name = "zeek-tsv",
	.help = "Zeek dns.log, tab-separated (Zeek's default)",
	.fields = ED_ZEEK_FIELDS,
	.state_bytes = sizeof(struct tsv_state),
	.context_bytes = sizeof(struct tsv_header),
	.probe = tsv_probe,
	.init = tsv_init,
	.frame = tsv_frame,
	.decode = tsv_decode,
};
