/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of Zeek's TSV; see row.h.
 *	1790000000.250000 CW1 192.0.2.10 40000 192.0.2.53 53 udp 4711 0.001358 www.example.net ...
 *
 * The quick reader goes from cell to cell; each of its steps takes the separator behind the cell as
 * well, and gives NULL for whatever it does not know. All it accepts is above CONTROL, which line
 * ends and the padding are not, so it never leaves the line.
 */
#include "format/zeek/row.h"

#include "base/ascii.h"
#include "base/time.h"
#include "format/text/lines.h"
#include "format/text/addr.h"
#include "format/text/v4_list.h"
#include "format/zeek/quick.h"

enum {
	DECIMALS = 6,   /* digits behind the point of every time and interval */
	CONTROL = '\r', /* the line ends, the separator and what no cell is known to hold */
};

/* Seconds with DECIMALS digits behind the point, as nanoseconds; readable as for
 * ed_digits_read. */
static inline bool fixed_point(struct ed_span s, int64_t *ret_ns)
{
	uint32_t high = 0, low, fraction;
	size_t whole = s.n - DECIMALS - 1;

	if (whole - 1 > 9 || s.p[whole] != '.' ||
	    !ed_digits_read(s.p + whole + 1, DECIMALS, &fraction))
		return false;
	if (whole == 1) {
		low = s.p[0] - (uint32_t)'0';
		if (low > 9)
			return false;
	} else if (whole > 8) {
		if (!ed_digits_read(s.p, whole - 8, &high) ||
		    !ed_digits_read(s.p + whole - 8, 8, &low))
			return false;
	} else if (!ed_digits_read(s.p, whole, &low)) {
		return false;
	}
	return !__builtin_mul_overflow(((int64_t)high * 100000000 + low) * 1000000 + fraction, 1000,
				       ret_ns);
}

/* "2230.000000" as whole seconds. */
static inline bool parse_ttl(struct ed_span text, uint32_t *ret_s)
{
	int64_t ns;

	/* The fraction is nearly always none, and then only its text matters. */
	if (text.n > DECIMALS + 1 && text.n <= DECIMALS + 1 + 8 &&
	    memcmp(text.p + text.n - DECIMALS - 1, ".000000", DECIMALS + 1) == 0 &&
	    ed_digits_read(text.p, text.n - DECIMALS - 1, ret_s))
		return true;
	if (!fixed_point(text, &ns) && !ed_time_from_epoch_text(text, &ns))
		return false;
	if (ns < 0 || ns / ED_NS_PER_S > UINT32_MAX)
		return false;
	*ret_s = (uint32_t)(ns / ED_NS_PER_S);
	return true;
}

/*
 * Any row
 */

/* The end of the cell at @p: the next separator, or @end. */
static inline const uint8_t *cell_end(const uint8_t *p, const uint8_t *end, uint8_t separator)
{
	unsigned hits;

	while (!(hits = ed_lines_match(p, separator))) {
		if (end - p <= ED_LINES_STEP)
			return end;
		p += ED_LINES_STEP;
	}
	p += (unsigned)__builtin_ctz(hits);
	return p < end ? p : end;
}

static void any_item(struct ed_zeek_record *r, enum ed_zeek_role role, struct ed_span item)
{
	uint32_t ttl_s;

	if (role == ED_ZEEK_ANSWERS)
		ed_zeek_put_answer(r, item);
	else if (parse_ttl(item, &ttl_s))
		ed_zeek_put_ttl(r, ttl_s);
}

static void any_vector(struct ed_zeek_record *r, const struct ed_zeek_header *h,
		       enum ed_zeek_role role, struct ed_span cell)
{
	const uint8_t *end = cell.p + cell.n;

	if (ed_zeek_mark_is(&h->empty, cell))
		return;
	for (const uint8_t *p = cell.p;; p++) {
		struct ed_span item = ed_span_of(p, 0);

		p = cell_end(p, end, h->set_separator);
		item.n = (size_t)(p - item.p);
		if (!ed_zeek_mark_is(&h->unset, item))
			any_item(r, role, item);
		if (p == end)
			return;
	}
}

static inline bool any_u16(struct ed_span cell, uint16_t *ret)
{
	uint32_t v;

	if (!ed_digits_read(cell.p, cell.n, &v) || v > UINT16_MAX)
		return false;
	*ret = (uint16_t)v;
	return true;
}

/* The numbers of every row, in the form Zeek gives them. False: ed_zeek_put_text may know more. */
static inline bool any_number(struct ed_zeek_record *r, enum ed_zeek_role role, struct ed_span cell)
{
	struct ed_event *ev = r->ev;
	int64_t ns;

	switch (role) {
	case ED_ZEEK_TS:
		return fixed_point(cell, &ev->time_ns) && ed_zeek_known(r, role, ED_FIELD_TIME);
	case ED_ZEEK_ORIG_P:
		return any_u16(cell, &ev->client_port) &&
		       ed_zeek_known(r, role, ED_FIELD_CLIENT_PORT);
	case ED_ZEEK_RESP_P:
		return any_u16(cell, &ev->resolver_port);
	case ED_ZEEK_TRANS_ID:
		return any_u16(cell, &ev->txid) && ed_zeek_known(r, role, ED_FIELD_TXID);
	case ED_ZEEK_RTT:
		if (!fixed_point(cell, &ns) || ns / 1000 > INT32_MAX)
			return false;
		ev->rtt_us = (int32_t)(ns / 1000);
		return ed_zeek_known(r, role, ED_FIELD_RTT);
	case ED_ZEEK_QCLASS:
		return any_u16(cell, &ev->qclass);
	case ED_ZEEK_QTYPE:
		return any_u16(cell, &ev->qtype) && ed_zeek_known(r, role, ED_FIELD_QTYPE);
	default:
		return false;
	}
}

static void any_cell(struct ed_zeek_record *r, const struct ed_zeek_header *h,
		     enum ed_zeek_role role, struct ed_span cell)
{
	if (role == ED_ZEEK_ROLE_N || ed_zeek_mark_is(&h->unset, cell))
		return;
	/* a name whose number is known need not be looked up */
	if ((role == ED_ZEEK_QTYPE_NAME && (r->seen & ed_zeek_bit(ED_ZEEK_QTYPE))) ||
	    (role == ED_ZEEK_RCODE_NAME && (r->seen & ed_zeek_bit(ED_ZEEK_RCODE))))
		return;
	if (role == ED_ZEEK_ANSWERS || role == ED_ZEEK_TTLS)
		any_vector(r, h, role, cell);
	else if (!any_number(r, role, cell))
		ed_zeek_put_text(r, role, cell);
}

bool ed_zeek_rows_any(const struct ed_zeek_header *h, struct ed_span line, struct ed_zeek_record *r)
{
	const uint8_t *end = line.p + line.n;
	const uint8_t *p = line.p;

	for (unsigned c = 0;; c++, p++) {
		const uint8_t *cell = p;

		p = cell_end(p, end, h->separator);
		any_cell(r, h, (enum ed_zeek_role)h->column[c],
			 ed_span_of(cell, (size_t)(p - cell)));
		if (p == end)
			return c + 1 == h->n_columns;
		if (c + 1 == h->n_columns)
			return false;
	}
}

/*
 * Rows in the usual form
 */

/* Bit i is set where byte i of the ED_LINES_STEP at @p is at most CONTROL. */
static inline unsigned control(const uint8_t *p)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i most = _mm_min_epu8(x, _mm_set1_epi8(CONTROL));

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(most, x));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] <= CONTROL) << i;
	return bits;
#endif
}

/* The first such byte from @p on; the padding has one. Two steps at once: nearly every cell ends in
 * them, but in which of them is as good as random. */
static inline const uint8_t *quick_end(const uint8_t *p)
{
	unsigned hits;

	while (!(hits = control(p) | control(p + ED_LINES_STEP) << ED_LINES_STEP))
		p += 2 * ED_LINES_STEP;
	return p + (unsigned)__builtin_ctz(hits);
}

/*
 * Where cells end that lie side by side, sought in SPAN bytes at once: where the end of a cell is
 * sought behind the end of the one before, reading a row is one long wait for the next end.
 */
struct quick_ends {
	const uint8_t *p;
	uint64_t ends; /* bit i: byte i from @p on ends a cell that was not asked for yet */
};

enum { SPAN = 4 * ED_LINES_STEP };

static inline uint64_t control_span(const uint8_t *p)
{
	return control(p) | (uint64_t)control(p + ED_LINES_STEP) << ED_LINES_STEP |
	       (uint64_t)control(p + 2 * ED_LINES_STEP) << 2 * ED_LINES_STEP |
	       (uint64_t)control(p + 3 * ED_LINES_STEP) << 3 * ED_LINES_STEP;
}

/* The separator behind the next cell, which begins at @p. */
static inline const uint8_t *quick_next(struct quick_ends *e, const uint8_t *p)
{
	const uint8_t *end;

	while (!e->ends) {
		e->p = p;
		e->ends = control_span(p);
		p += SPAN;
	}
	end = e->p + (unsigned)__builtin_ctzll(e->ends);
	e->ends &= e->ends - 1;
	return *end == '\t' ? end : NULL;
}

/* Where the cell begins that lies @n cells behind the one at @p. */
static inline const uint8_t *quick_behind(struct quick_ends *e, const uint8_t *p, unsigned n)
{
	for (; n > 0; n--) {
		if (!(p = quick_next(e, p)))
			return NULL;
		p++;
	}
	return p;
}

/* "1790000000.250000" */
static inline const uint8_t *quick_time(struct ed_zeek_rows *rows, const uint8_t *p,
					struct ed_zeek_record *r)
{
	uint32_t fraction;

	if (p[ED_ZEEK_CLOCK_DIGITS] != '.' || p[ED_ZEEK_CLOCK_DIGITS + 1 + DECIMALS] != '\t' ||
	    !ed_digits_six(p + ED_ZEEK_CLOCK_DIGITS + 1, &fraction))
		return NULL;
	if (!ed_zeek_clock_read(&rows->clock, p))
		return NULL;
	r->ev->time_ns = rows->clock.time_ns + (int64_t)fraction * 1000;
	ed_zeek_known(r, ED_ZEEK_TS, ED_FIELD_TIME);
	return p + ED_ZEEK_CLOCK_DIGITS + 1 + DECIMALS + 1;
}

static inline bool quick_addr(const uint8_t *p, const uint8_t *end, struct ed_addr *ret)
{
	uint32_t v4;
	size_t n = ed_text_v4_scan(p, &v4);

	if (n == 0)
		return ed_addr_from_text(ed_span_of(p, (size_t)(end - p)), ret);
	ed_text_v4_put(v4, ret);
	return p + n == end;
}

static inline bool quick_u16(const uint8_t *p, const uint8_t *end, uint16_t *ret)
{
	uint32_t v;
	unsigned n = ed_digits_short(p, &v);

	if (n == 0 || p + n != end || v > UINT16_MAX)
		return false;
	*ret = (uint16_t)v;
	return true;
}

/* "0.001358" and the mark; no reply takes ten seconds. */
static inline const uint8_t *quick_rtt(const uint8_t *p, struct ed_zeek_record *r)
{
	uint32_t whole = p[0] - (uint32_t)'0', fraction;

	if (p[0] == '-' && p[1] == '\t')
		return p + 2;
	if (whole > 9 || p[1] != '.' || p[2 + DECIMALS] != '\t' || !ed_digits_six(p + 2, &fraction))
		return NULL;
	r->ev->rtt_us = (int32_t)(whole * 1000000 + fraction);
	ed_zeek_known(r, ED_ZEEK_RTT, ED_FIELD_RTT);
	return p + 2 + DECIMALS + 1;
}

static inline const uint8_t *quick_query(const uint8_t *p, struct ed_zeek_record *r)
{
	const uint8_t *end = quick_end(p);

	/* What may be a mark is for the other reader. */
	if (*end != '\t' || *p == '-' || *p == '(')
		return NULL;
	r->query = ed_span_of(p, (size_t)(end - p));
	r->seen |= ed_zeek_bit(ED_ZEEK_QUERY);
	return end + 1;
}

/* The cells of a stretch whose text is not known; it is kept. */
static __attribute__((noinline)) const uint8_t *quick_new(struct ed_zeek_memo *memo,
							  const struct ed_zeek_header *h,
							  struct ed_text_stretch s,
							  struct ed_zeek_record *r)
{
	unsigned last = s.group == ED_ZEEK_GROUP_SERVER ? ED_ZEEK_USUAL_TRANS_ID :
							  ED_ZEEK_USUAL_ANSWERS;
	const uint8_t *p = s.p;

	for (unsigned c = s.from; c < last; c++) {
		const uint8_t *end = quick_end(p);

		if (*end != '\t')
			return NULL;
		any_cell(r, h, (enum ed_zeek_role)h->column[c], ed_span_of(p, (size_t)(end - p)));
		p = end + 1;
	}
	ed_zeek_memo_keep(memo, &s, p, r, 0);
	return p;
}

/* The first comma or control byte from @p on. */
static inline const uint8_t *item_end(const uint8_t *p)
{
	unsigned hits;

	while (!(hits = control(p) | ed_lines_match(p, ',') |
			(control(p + ED_LINES_STEP) | ed_lines_match(p + ED_LINES_STEP, ','))
				<< ED_LINES_STEP))
		p += 2 * ED_LINES_STEP;
	return p + (unsigned)__builtin_ctz(hits);
}

/* The rest of the answers, if they all are addresses of IPv4. */
static inline const uint8_t *quick_v4_list(const uint8_t *p, struct ed_zeek_record *r)
{
	struct ed_v4_list list;

	if (!ed_v4_list_read(p, &list) || p[list.n_bytes] != '\t')
		return NULL;
	ed_zeek_put_v4(r, list.n, list.first);
	return p + list.n_bytes + 1;
}

/* The answers and the mark; an item that could be one is declined. */
static inline const uint8_t *quick_answers(const uint8_t *p, struct ed_zeek_record *r)
{
	const uint8_t *end;

	if (p[0] == '-' && p[1] == '\t')
		return p + 2;
	for (;; p = end + 1) {
		if (ed_is_digit(*p) && r->ev->qtype != ED_RR_AAAA && (end = quick_v4_list(p, r)))
			return end;
		if (*p == '-' || *p == '(')
			return NULL;
		end = item_end(p);
		ed_zeek_put_answer(r, ed_span_of(p, (size_t)(end - p)));
		if (*end == '\t')
			return end + 1;
		if (*end != ',')
			return NULL;
	}
}

/*
 * Where the run ends of items like the one of @n bytes at @p, its separator among them. They all
 * are the text @n bytes before them, up to the byte behind the last one: it is returned, or, of
 * more than 64 bytes, one of the run.
 */
static inline const uint8_t *run_end(const uint8_t *p, unsigned n)
{
	uint64_t same = 0;

	/* From the separators before the items on; what the first one has behind it must be seen. */
	for (unsigned i = 0; i < 64; i += ED_LINES_STEP)
		same |= (uint64_t)ed_lines_equal(p - 1 + i, p - 1 + n + i) << i;
	same = (same & ~UINT64_C(1)) | (p[n - 1] == ',');
	return p - 1 + n + (unsigned)__builtin_ctzll(~same | UINT64_C(1) << 63);
}

/* The digits of a number of seconds. */
static inline unsigned quick_seconds(const uint8_t *p, uint32_t *ret_s)
{
	unsigned n = ed_digits_short(p, ret_s);

	if (n > 0)
		return n;
	n = ed_digits_count(p);
	return ed_digits_read(p, n, ret_s) ? n : 0;
}

/* "60.000000,60.000000" and the mark. */
static inline const uint8_t *quick_ttls(const uint8_t *p, struct ed_zeek_record *r)
{
	const uint64_t none = 0x3030303030302e; /* ".000000" */

	if (p[0] == '-' && p[1] == '\t')
		return p + 2;
	for (;;) {
		uint32_t ttl_s;
		unsigned n = quick_seconds(p, &ttl_s);
		const uint8_t *end;

		if (n == 0 || ed_load_8(p + n) << 8 != none << 8)
			return NULL;
		ed_zeek_put_ttl(r, ttl_s);
		n += 1 + DECIMALS + 1;
		/* The records of one answer mostly have one TTL, and twice the same is once. */
		end = run_end(p, n);
		if (ed_load_8(end - DECIMALS - 1) == (none | (uint64_t)'\t' << 56))
			return end + 1;
		if (p[n - 1] != ',')
			return NULL;
		p += n;
	}
}

/* The columns behind those that are usual, to the end of the line. */
static inline const uint8_t *quick_rest(const struct ed_zeek_header *h, struct ed_span text,
					const uint8_t *p, struct ed_zeek_record *r)
{
	unsigned c = ED_ZEEK_USUAL_END;

	for (;; c++, p++) {
		const uint8_t *cell = p;

		/* mostly a flag: then the next row need not wait until its end is found */
		p = p[0] > CONTROL && p[1] <= CONTROL ? p + 1 : quick_end(p);
		if (h->column[c] != ED_ZEEK_ROLE_N)
			any_cell(r, h, (enum ed_zeek_role)h->column[c],
				 ed_span_of(cell, (size_t)(p - cell)));
		if (c + 1 == h->n_columns)
			break;
		if (*p != '\t')
			return NULL;
	}
	if (p == text.p + text.n || *p == '\n' || (*p == '\r' && p[1] == '\n'))
		return p;
	return NULL;
}

/* The cells of a stretch, from the table or one by one. */
static inline const uint8_t *quick_stretch(struct ed_zeek_rows *rows,
					   const struct ed_zeek_header *h,
					   const struct ed_text_stretch *s, const uint8_t *end,
					   struct ed_zeek_record *r)
{
	const struct ed_text_memo_head *known = ed_zeek_memo_take(&rows->memo, s, end, r);

	return known ? s->p + known->n : quick_new(&rows->memo, h, *s, r);
}

/* A word of the text tells the server, with protocol and port behind it. */
static inline struct ed_text_stretch server_at(const uint8_t *p)
{
	return (struct ed_text_stretch){ .p = p,
					 .group = ED_ZEEK_GROUP_SERVER,
					 .from = ED_ZEEK_USUAL_RESP_H,
					 .word = { 0, 7 } };
}

/* Behind the class stand the type and the code. */
static inline struct ed_text_stretch kind_at(const uint8_t *p)
{
	return (struct ed_text_stretch){
		.p = p, .group = ED_ZEEK_GROUP_KIND, .from = ED_ZEEK_USUAL_QCLASS, .word = { 8, 16 }
	};
}

/* From the time to the port of the client. */
static inline const uint8_t *quick_client(struct ed_zeek_rows *rows, const uint8_t *p,
					  struct quick_ends *e, struct ed_zeek_record *r)
{
	const uint8_t *uid_end, *addr_end, *port_end;

	if (!(p = quick_time(rows, p, r)))
		return NULL;
	*e = (struct quick_ends){ .ends = 0 };
	if (!(uid_end = quick_next(e, p)) || !(addr_end = quick_next(e, uid_end + 1)) ||
	    !(port_end = quick_next(e, addr_end + 1)) ||
	    !quick_addr(uid_end + 1, addr_end, &r->ev->client) ||
	    !quick_u16(addr_end + 1, port_end, &r->ev->client_port))
		return NULL;
	return port_end + 1;
}

size_t ed_zeek_rows_quick(struct ed_zeek_rows *rows, const struct ed_zeek_header *h,
			  struct ed_span text, struct ed_zeek_record *r)
{
	const uint8_t *end = text.p + text.n;
	struct ed_event *ev = r->ev;
	const uint8_t *p = text.p, *txid_end;
	struct ed_text_stretch s;
	struct quick_ends e;

	if (!(p = quick_client(rows, p, &e, r)))
		return 0;
	s = server_at(p);
	if (!quick_stretch(rows, h, &s, end, r) ||
	    !(p = quick_behind(&e, p, ED_ZEEK_USUAL_TRANS_ID - ED_ZEEK_USUAL_RESP_H)) ||
	    !(txid_end = quick_next(&e, p)) || !quick_u16(p, txid_end, &ev->txid) ||
	    !(p = quick_rtt(txid_end + 1, r)) || !(p = quick_query(p, r)))
		return 0;
	s = kind_at(p);
	if (!(p = quick_stretch(rows, h, &s, end, r)) || !(p = quick_answers(p, r)) ||
	    !(p = quick_ttls(p, r)) || !(p = quick_rest(h, text, p, r)))
		return 0;
	r->seen |= ed_zeek_bit(ED_ZEEK_ORIG_H) | ed_zeek_bit(ED_ZEEK_ORIG_P) |
		   ed_zeek_bit(ED_ZEEK_TRANS_ID);
	ev->has |= ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID;
	return (size_t)(p - text.p);
}

void ed_zeek_rows_init(struct ed_zeek_rows *rows)
{
	ed_zeek_memo_clear(&rows->memo);
	rows->clock = (struct ed_zeek_clock){ .time_ns = 0 };
}
