/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug log of Windows DNS Server, with the packet identifier and without (2003):
 *	11/3/2026 2:02:11 PM 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.10      5b47   Q [0001
 *	  D   NOERROR] A      (3)www(7)example(3)net(0)
 *	20261103 14:02:11 5A0 PACKET  UDP Rcv 192.0.2.10 0002   Q [0001   D   NOERROR] (3)www...
 *
 * Dates are those of the server's locale. A file does not say which of two small numbers is the
 * day: frame looks for a date that tells, and hands on what it found. Lines to and from other
 * servers are the resolver's own lookups and no client's.
 */
#include "format/text/logline.h"

#include "base/ascii.h"
#include "base/time.h"
#include "base/hex.h"

enum order { ORDER_UNKNOWN, ORDER_MONTH_FIRST, ORDER_DAY_FIRST };

enum { MONTHS = 12, IDENTIFIER_MIN = 8 };

struct windows_context {
	struct ed_logline_context years; /* unused: every date has its year */
	uint8_t order;                   /* enum order */
};

struct windows_state {
	struct ed_lines lines;
	uint8_t order;
};

/* -------------------------------------------------------------- dates */

struct date {
	uint32_t part[3];
	uint8_t separator;
	bool year_first;
	size_t n; /* bytes */
};

/* "11/3/2026", "03.11.2026", "2026-11-03", "20261103": numbers and what separates them. */
static bool split_date(struct ed_span text, struct date *ret)
{
	size_t at = 0;

	*ret = (struct date){ .separator = 0 };
	for (unsigned i = 0; i < 3; i++) {
		size_t start = at;

		while (at < text.n && at - start < 8 && ed_is_digit(text.p[at])) {
			ret->part[i] = ret->part[i] * 10 + (text.p[at] - '0');
			at++;
		}
		if (at == start || at >= text.n)
			return false;
		if (i == 0 && at == 8) { /* "20261103" */
			uint32_t all = ret->part[0];

			ret->part[0] = all / 10000;
			ret->part[1] = all / 100 % 100;
			ret->part[2] = all % 100;
			ret->year_first = true;
			ret->n = at;
			return text.p[at] == ' ';
		}
		if (i == 0) {
			ret->year_first = at == 4;
			ret->separator = text.p[at];
		}
		if (i < 2 && text.p[at++] != ret->separator)
			return false;
	}
	ret->n = at;
	return text.p[at] == ' ' &&
	       (ret->separator == '/' || ret->separator == '.' || ret->separator == '-');
}

/* What the date alone says of the order of its parts. */
static enum order order_of(const struct date *d)
{
	if (d->year_first || d->separator != '/')
		return ORDER_DAY_FIRST;
	if (d->part[0] > MONTHS)
		return ORDER_DAY_FIRST;
	return d->part[1] > MONTHS ? ORDER_MONTH_FIRST : ORDER_UNKNOWN;
}

/*
 * The day of a date. Where neither the date nor the file tells the order, clocks of twelve hours go
 * with the month first.
 */
static bool day_of(const struct date *d, enum order file_order, bool twelve_hours, int64_t *ret_s)
{
	enum order order = order_of(d);
	unsigned first = d->part[0], last = d->part[2];

	if (order == ORDER_UNKNOWN)
		order = file_order;
	if (order == ORDER_UNKNOWN)
		order = twelve_hours ? ORDER_MONTH_FIRST : ORDER_DAY_FIRST;
	if (first > INT16_MAX || last > INT16_MAX)
		return false;
	if (d->year_first)
		return ed_logtime_day((int)first, d->part[1], last, ret_s);
	if (order == ORDER_MONTH_FIRST)
		return ed_logtime_day((int)last, first, d->part[1], ret_s);
	return ed_logtime_day((int)last, d->part[1], first, ret_s);
}

/* Date and time, and "AM" or "PM" behind it. */
static bool take_time(struct ed_span *text, enum order file_order, struct ed_event *ev)
{
	int64_t day_s, clock_s;
	struct date d;
	bool am, pm;
	size_t n;

	if (!split_date(*text, &d))
		return false;
	*text = ed_span_from(*text, d.n + 1);
	n = ed_logtime_clock(*text, &clock_s);
	if (n == 0)
		return false;
	*text = ed_span_from(*text, n);
	am = ed_logline_take(text, " AM");
	pm = !am && ed_logline_take(text, " PM");
	(void)ed_logline_take(text, " ");
	if (am || pm)
		clock_s = clock_s % (12 * 3600) + (pm ? 12 * 3600 : 0);
	if (!day_of(&d, file_order, am || pm, &day_s))
		return false;
	ev->time_ns = (day_s + clock_s) * ED_NS_PER_S;
	ev->time_quality = ED_TIME_ZONE_ASSUMED;
	ev->has |= ED_FIELD_TIME;
	return true;
}

/* -------------------------------------------------------------- a packet */

static bool take_hex(struct ed_span word, size_t digits_max, uint32_t *ret)
{
	uint32_t v = 0;

	if (word.n == 0 || word.n > digits_max)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		int d = ed_hex_value(word.p[i]);

		if (d < 0)
			return false;
		v = v << 4 | (unsigned)d;
	}
	*ret = v;
	return true;
}

/* "UDP Rcv 192.0.2.10      5b47 ", in front of which an identifier may stand. */
static bool take_ends(struct ed_span *text, struct ed_event *ev, bool *ret_sent)
{
	struct ed_span word, direction, addr, id;
	uint32_t txid;

	if (!ed_logline_word(text, &word))
		return false;
	if (word.n >= IDENTIFIER_MIN && !ed_logline_word(text, &word))
		return false;
	if (ed_span_is(word, "UDP"))
		ev->transport = ED_TRANSPORT_UDP;
	else if (ed_span_is(word, "TCP"))
		ev->transport = ED_TRANSPORT_TCP;
	else
		return false;
	if (!ed_logline_word(text, &direction) || !ed_logline_word(text, &addr) ||
	    !ed_logline_word(text, &id) || !take_hex(id, 4, &txid) || !ed_logline_client(addr, ev))
		return false;
	*ret_sent = ed_span_is(direction, "Snd");
	ev->txid = (uint16_t)txid;
	ev->has |= ED_FIELD_TRANSPORT | ED_FIELD_TXID;
	return *ret_sent || ed_span_is(direction, "Rcv");
}

/* "R Q [8081   DR  NOERROR] " or "Q [0001   D   NOERROR] ": the flags have their bytes swapped. */
static bool take_header(struct ed_span *text, struct ed_event *ev, bool *ret_response)
{
	static const char opcodes[] = "Q   NU"; /* by number */
	struct ed_span word, flags;
	const uint8_t *end;
	const char *opcode;
	uint32_t v;

	if (!ed_logline_word(text, &word))
		return false;
	*ret_response = ed_span_is(word, "R");
	if (*ret_response && !ed_logline_word(text, &word))
		return false;
	opcode = word.n == 1 ? memchr(opcodes, word.p[0], sizeof(opcodes) - 1) : NULL;
	if (opcode) {
		ev->opcode = (uint8_t)(opcode - opcodes);
		ev->has |= ED_FIELD_OPCODE;
	}
	if (!ed_logline_take(text, "[") || !ed_logline_word(text, &flags) ||
	    !take_hex(flags, 4, &v))
		return false;
	end = text->n > 0 ? memchr(text->p, ']', text->n < 32 ? text->n : 32) : NULL;
	if (!end)
		return false;
	*text = ed_span_from(*text, (size_t)(end - text->p) + 1);
	v = (v >> 8 | v << 8) & 0xffff;
	ev->flags = v & (ED_DNS_QR | ED_DNS_AA | ED_DNS_TC | ED_DNS_RD | ED_DNS_RA | ED_DNS_AD |
			 ED_DNS_CD);
	ev->has |= ED_FIELD_FLAGS;
	if (*ret_response) {
		ev->rcode = v & 15;
		ev->has |= ED_FIELD_RCODE;
	}
	return true;
}

/* "(3)": a length of up to two digits. Returns its bytes, 0: none. */
static size_t take_length(struct ed_span text, size_t *ret)
{
	size_t n = 1;

	if (text.n < 3 || text.p[0] != '(')
		return 0;
	*ret = 0;
	for (; n < 4 && n < text.n && ed_is_digit(text.p[n]); n++)
		*ret = *ret * 10 + (text.p[n] - '0');
	return n > 1 && n < text.n && text.p[n] == ')' ? n + 1 : 0;
}

/* Where the next length begins, should @n bytes not be a label. */
static size_t find_length(struct ed_span text)
{
	size_t at = 0, length;

	while (at < text.n && take_length(ed_span_from(text, at), &length) == 0)
		at++;
	return at;
}

/* "(3)www(7)example(3)net(0)": the lengths tell the labels, whatever bytes are in them. */
static bool take_name(struct ed_span text, struct ed_event *ev)
{
	uint8_t *wire = ed_event_name_room(ev);
	size_t n = 0, length, used;

	for (;;) {
		used = take_length(text, &length);
		if (used == 0)
			return false;
		text = ed_span_from(text, used);
		if (length == 0)
			break;
		if (text.n <= length || text.p[length] != '(') {
			/* bytes were replaced or left out */
			length = find_length(text);
			ev->lost |= ED_LOST_BYTES;
		}
		if (length == 0 || length > ED_LABEL_MAX || n + length + 2 > ED_NAME_MAX)
			return false;
		wire[n] = (uint8_t)length;
		memcpy(wire + n + 1, text.p, length);
		n += length + 1;
		text = ed_span_from(text, length);
	}
	wire[n++] = 0;
	ev->name_n = (uint8_t)n;
	ev->has |= ED_FIELD_QNAME | ED_FIELD_QNAME_CASE;
	return true;
}

static unsigned read_packet(struct ed_span text, struct ed_event *ev)
{
	bool sent, response;
	struct ed_span word;

	if (!take_ends(&text, ev, &sent) || !take_header(&text, ev, &response))
		return ED_DROP_BAD_LINE;
	if (sent != response) /* between this server and another */
		return ED_DROP_UPSTREAM;
	(void)ed_logline_take(&text, " ");
	if (text.n > 0 && text.p[0] != '(') {
		if (!ed_logline_word(&text, &word) || !ed_logline_type(word, ev))
			return ED_DROP_BAD_LINE;
	}
	while (ed_logline_take(&text, " "))
		;
	if (!take_name(text, ev))
		return ED_DROP_BAD_LINE;
	ev->kind = response ? ED_EVENT_DNS_RESPONSE : ED_EVENT_DNS_QUERY;
	ev->vantage = ED_VANTAGE_RESOLVER;
	return ED_LOGLINE_EVENT;
}

/* "0E70 PACKET  ": thread and context; "EVENT", "Note:" and the header have others. */
static unsigned read_line(struct ed_span line, enum order order, struct ed_event *ev)
{
	struct ed_span rest = line, thread, context;

	if (!take_time(&rest, order, ev) || !ed_logline_word(&rest, &thread) ||
	    !ed_logline_word(&rest, &context) || !ed_span_is(context, "PACKET"))
		return ed_logline_other(line);
	return read_packet(rest, ev);
}

static unsigned windows_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	const struct windows_context *c = r->context;

	return read_line(line, c ? (enum order)c->order : ORDER_UNKNOWN, ev);
}

static unsigned windows_probe(struct ed_span head)
{
	return ed_logline_probe(windows_line, head);
}

static enum ed_frame_verdict windows_frame(void *state, struct ed_span in, bool eof, void *context,
					   struct ed_frame *ret)
{
	enum ed_frame_verdict verdict;
	struct windows_state *s = state;
	struct windows_context *c = context;
	struct ed_span line;
	struct date d;

	verdict = ed_lines_frame(&s->lines, in, eof, NULL, ret);
	if (verdict != ED_FRAME_UNIT)
		return verdict;
	in.n = ret->n_bytes;
	while (s->order == ORDER_UNKNOWN && ed_lines_next(&in, &line)) {
		if (split_date(line, &d) && !d.year_first && d.separator == '/')
			s->order = (uint8_t)order_of(&d);
	}
	c->order = s->order;
	return verdict;
}

static void windows_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_logline_decode(windows_line, scratch, unit, out);
}

const struct ed_format ed_format_windows_dns = {
	.name = "windows-dns",
	.help = "Windows DNS Server debug log",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME_CASE |
		  ED_FIELD_OPCODE | ED_FIELD_FLAGS | ED_FIELD_RCODE,
	.state_bytes = sizeof(struct windows_state),
	.context_bytes = sizeof(struct windows_context),
	.probe = windows_probe,
	.frame = windows_frame,
	.decode = windows_decode,
};
