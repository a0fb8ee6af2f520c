/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of resolver logs; see logline.h.
 *	<30>Nov  3 14:02:11 ns1 named[464]: client 192.0.2.10#40000 (www.example.net): query: ...
 */
#include "format/text/logline.h"

#include "base/ascii.h"
#include "format/text/journal_line.h"
#include "format/text/plain_name.h"
#include "format/text/addr.h"
#include "format/zeek/text.h"
#include "record/rrtype.h"

enum {
	PROBE_LINE_MAX = 4096,
	PROBE_HITS_MAX = 40,
	PROBE_LINES_MAX = 4000,
	PROBE_SURE = 55,
	HOST_WORDS_MAX = 2, /* some relays name themselves too */
	RCODE_MAX = 4095,
};

/* Numbers by place: RFC 1035, 2136, 2671, 2845. */
static const char *const rcode_names[] = {
	"NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED",
	"YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE",
};

/* -------------------------------------------------------------- whole lines */

enum ed_frame_verdict ed_logline_frame(void *state, struct ed_span in, bool eof, void *context,
				       struct ed_frame *ret)
{
	struct ed_logline_state *s = state;
	enum ed_frame_verdict verdict = ed_lines_frame(&s->lines, in, eof, NULL, ret);
	struct ed_logline_context *c = context;
	uint8_t head[64 + ED_LOGLINE_SLACK_BYTES] = { 0 };
	struct ed_logline line;

	if (verdict != ED_FRAME_UNIT)
		return verdict;
	c->year = s->years.last;
	/* the front of the line is enough for its time */
	memcpy(head, in.p, in.n < 64 ? in.n : 64);
	ed_logline_cut(&s->years, ed_span_of(head, in.n < 64 ? in.n : 64), &line);
	return verdict;
}

/* @with_room: for a name, should one come in the place of what is there. */
static void commit(struct ed_batch *out, struct ed_event *ev, bool with_room)
{
	uint8_t n = ev->name_n;

	if (with_room) {
		ev->name_n = ED_NAME_MAX;
		memset(ed_event_name_room(ev) + n, 0, (size_t)ED_NAME_MAX - n);
	}
	ed_batch_commit(out, ev);
	ev->name_n = n;
}

/* The line, or what it carries where it is the journal's; @room: for it, with slack behind. Of the
 * journal's what cannot be read stays as it is: another program's. */
static struct ed_span
unwrap(struct ed_span line,
       uint8_t room[static ED_JOURNAL_LINE_MAX_BYTES + ED_LOGLINE_LINE_SLACK_BYTES])
{
	size_t n = ed_journal_line_read(line, room);

	if (n == 0)
		return line;
	memset(room + n, 0, ED_LOGLINE_LINE_SLACK_BYTES);
	return ed_span_of(room, n);
}

/* A line through @read, and what becomes of it. */
static void decode_line(ed_logline_fn *read, struct ed_logline_reader *r, uint32_t source,
			struct ed_span line)
{
	uint8_t room[ED_JOURNAL_LINE_MAX_BYTES + ED_LOGLINE_LINE_SLACK_BYTES];
	struct ed_tally *tally = &r->out->tally;
	struct ed_event *ev;
	unsigned result;

	tally->n_read++;
	if (ed_journal_line_may_be(line))
		line = unwrap(line, room);
	ev = ed_batch_peek(r->out);
	result = ev ? read(r, line, ev) : ED_DROP_BATCH_FULL;
	if (result < ED_DROP_N) {
		ed_tally_drop(tally, (enum ed_drop)result, r->offset);
		return;
	}
	tally->n_analysed++;
	if (result == ED_LOGLINE_JOINED)
		return;
	ev->offset = r->offset;
	ev->source = source;
	commit(r->out, ev, result == ED_LOGLINE_UNNAMED);
}

/* Takes lines off the front of @rest while @quick knows them. */
static void decode_quick(ed_logline_quick_fn *quick, struct ed_logline_reader *r,
			 const struct ed_unit *unit, struct ed_span *rest)
{
	const uint8_t *end = rest->p + rest->n;

	while (rest->n > 0) {
		struct ed_event *ev = ed_batch_peek(r->out);
		size_t n = ev ? quick(r, *rest, ev) : 0;

		if (n == 0)
			return;
		r->out->tally.n_read++;
		r->out->tally.n_analysed++;
		ev->offset = unit->offset + (uint64_t)(rest->p - unit->bytes.p);
		ev->source = unit->source;
		ed_batch_commit(r->out, ev);
		*rest = ed_span_of(rest->p + n, (size_t)(end - rest->p) - n);
	}
}

void ed_logline_decode_usual(ed_logline_quick_fn *quick, ed_logline_fn *read, void *scratch,
			     const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_logline_reader r = { .out = out, .scratch = scratch, .context = unit->context };
	struct ed_span rest = unit->bytes;
	struct ed_span line;

	if (rest.n == 0)
		return;
	memcpy(&r.time.last, unit->context, sizeof(r.time.last));
	for (;;) {
		if (quick)
			decode_quick(quick, &r, unit, &rest);
		if (!ed_lines_next(&rest, &line))
			break;
		if (line.n == 0)
			continue;
		r.offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		decode_line(read, &r, unit->source, line);
	}
}

void ed_logline_decode(ed_logline_fn *read, void *scratch, const struct ed_unit *unit,
		       struct ed_batch *out)
{
	ed_logline_decode_usual(NULL, read, scratch, unit, out);
}

unsigned ed_logline_probe(ed_logline_fn *read, struct ed_span head)
{
	_Alignas(16) uint8_t event[ED_EVENT_MAX_BYTES];
	uint8_t copy[PROBE_LINE_MAX + ED_LOGLINE_LINE_SLACK_BYTES];
	uint8_t room[ED_JOURNAL_LINE_MAX_BYTES + ED_LOGLINE_LINE_SLACK_BYTES];
	struct ed_logline_reader r = { .out = NULL };
	unsigned n_hits = 0;
	struct ed_span line;

	head = ed_lines_skip_bom(head);
	for (unsigned i = 0; i < PROBE_LINES_MAX && n_hits < PROBE_HITS_MAX; i++) {
		struct ed_event *ev = (struct ed_event *)(void *)event;
		unsigned result;

		if (!ed_lines_next(&head, &line))
			break;
		if (line.n == 0 || line.n > PROBE_LINE_MAX)
			continue;
		memcpy(copy, line.p, line.n);
		memset(copy + line.n, 0, ED_LOGLINE_LINE_SLACK_BYTES);
		line.p = copy;
		if (ed_journal_line_may_be(line))
			line = unwrap(line, room);
		memset(ev, 0, sizeof(*ev));
		result = read(&r, line, ev);
		n_hits += result >= ED_LOGLINE_EVENT || result == ED_DROP_NO_QUERY;
	}
	return n_hits > 0 ? PROBE_SURE + n_hits : 0;
}

/* -------------------------------------------------------------- syslog */

/* "<30>"; true: behind it came the version of RFC 5424. */
static bool cut_priority(struct ed_span *line)
{
	size_t n = 1;

	if (line->n < 5 || line->p[0] != '<')
		return false;
	while (n < 5 && ed_is_digit(line->p[n]))
		n++;
	if (n == 1 || n >= line->n || line->p[n] != '>')
		return false;
	*line = ed_span_from(*line, n + 1);
	return ed_logline_take(line, "1 ");
}

/* A word of RFC 5424 that stands for the program; behind it come pid, message id and data. */
static bool cut_structured(struct ed_span *line, struct ed_span *ret_tag)
{
	struct ed_span rest = *line, host, tag, pid, id, data;
	bool in_data;

	if (!ed_logline_word(&rest, &host) || !ed_logline_word(&rest, &tag) ||
	    !ed_logline_word(&rest, &pid) || !ed_logline_word(&rest, &id))
		return false;
	/* structured data is skipped to its bracket: it is the sender's */
	if (!ed_logline_word(&rest, &data))
		return false;
	in_data = data.p[0] == '[';
	while (in_data && data.p[data.n - 1] != ']') {
		if (!ed_logline_word(&rest, &data))
			return false;
	}
	*ret_tag = tag;
	*line = rest;
	return true;
}

/*
 * "host named[464]: "; without a word that ends in a colon nothing is cut. Where no host is in
 * front, a word without a pid is the program's own ("info:").
 */
static void cut_tag(struct ed_span *line, struct ed_span *ret_tag)
{
	struct ed_span rest = *line, word;

	for (unsigned i = 0; i <= HOST_WORDS_MAX; i++) {
		if (!ed_logline_word(&rest, &word))
			return;
		if (word.p[word.n - 1] != ':')
			continue;
		if (i == 0 && !memchr(word.p, '[', word.n))
			return;
		*ret_tag = ed_span_of(word.p, word.n - 1);
		*line = rest;
		return;
	}
}

/* Where the program wrote the time itself, its own words begin at once. */
static bool is_message(struct ed_span text)
{
	return text.n == 0 || text.p[0] == '[' || ed_span_starts(text, "client ") ||
	       ed_span_starts(text, "msg=") || ed_span_starts(text, "unbound[");
}

void ed_logline_cut(struct ed_logtime *t, struct ed_span line, struct ed_logline *ret)
{
	bool versioned = cut_priority(&line);
	size_t n;

	*ret = (struct ed_logline){ .tag = ed_span_of(line.p, 0) };
	n = ed_logtime_read(t, line, &ret->time);
	if (n < line.n && n > 0)
		n += line.p[n] == ' ';
	line = ed_span_from(line, n);
	/* BIND's own time means that no host and no program is in front of the message */
	if (n > 0 && t->date_n != 11 && !is_message(line) &&
	    !(versioned && cut_structured(&line, &ret->tag)))
		cut_tag(&line, &ret->tag);
	ret->text = line;
}

bool ed_logline_is_from(const struct ed_logline *l, const char *name)
{
	size_t n = strlen(name);

	if (l->tag.n == 0)
		return true;
	return ed_span_starts(l->tag, name) && (l->tag.n == n || l->tag.p[n] == '[');
}

/* A byte below blank among eight, or one that only a carry makes look so. */
static inline bool may_hold_control(uint64_t x)
{
	return (x - ED_BYTES_8(' ')) & ~x & ED_BYTES_8(0x80);
}

enum ed_drop ed_logline_other(struct ed_span line)
{
	size_t at = 0;

	while (at + 8 <= line.n && !may_hold_control(ed_load_8(line.p + at)))
		at += 8;
	for (; at < line.n; at++) {
		if (line.p[at] < ' ' && line.p[at] != '\t')
			return ED_DROP_BAD_LINE;
	}
	return ED_DROP_OTHER_LOG;
}

/* -------------------------------------------------------------- words */

bool ed_logline_number(struct ed_span word, uint32_t max, uint32_t *ret)
{
	uint32_t v = 0;

	if (word.n == 0 || word.n > 9)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		unsigned d = word.p[i] - (unsigned)'0';

		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	*ret = v;
	return v <= max;
}

/* The digits at the front of @text; returns how many, and not more than @max. */
static inline size_t digits(struct ed_span text, size_t max, int64_t *ret)
{
	size_t n = 0;
	int64_t v = 0;

	for (; n < text.n && n < max && ed_is_digit(text.p[n]); n++)
		v = v * 10 + (text.p[n] - '0');
	*ret = v;
	return n;
}

bool ed_logline_seconds(struct ed_span word, int64_t *ret_ns)
{
	static const int64_t scale[] = { 1000000000, 100000000, 10000000, 1000000, 100000,
					 10000,      1000,      100,      10,      1 };
	int64_t whole, fraction = 0;
	size_t n = digits(word, 10, &whole), n_fraction = 0;

	if (n == 0 || whole >= INT64_MAX / scale[0])
		return false;
	if (n < word.n) {
		n_fraction = digits(ed_span_from(word, n + 1), 9, &fraction);
		if (word.p[n] != '.' || n_fraction == 0 || n + 1 + n_fraction != word.n)
			return false;
	}
	*ret_ns = whole * scale[0] + fraction * scale[n_fraction];
	return true;
}

static bool read_addr(struct ed_span text, struct ed_addr *ret)
{
	const uint8_t *zone = text.n > 0 ? memchr(text.p, '%', text.n) : NULL;

	if (zone)
		text.n = (size_t)(zone - text.p);
	return text.n > 0 && ed_text_addr_read(text, ret);
}

bool ed_logline_endpoint(struct ed_span word, char separator, struct ed_addr *ret_addr,
			 uint16_t *ret_port)
{
	const uint8_t *at = word.n > 0 ? memrchr(word.p, separator, word.n) : NULL;
	struct ed_span addr = word;
	uint32_t port;

	if (at) {
		struct ed_span digits = ed_span_from(word, (size_t)(at - word.p) + 1);

		if (!ed_logline_number(digits, UINT16_MAX, &port))
			return false;
		*ret_port = (uint16_t)port;
		addr.n = (size_t)(at - word.p);
	}
	if (addr.n > 2 && addr.p[0] == '[' && addr.p[addr.n - 1] == ']')
		addr = ed_span_of(addr.p + 1, addr.n - 2);
	return read_addr(addr, ret_addr);
}

void ed_logline_server(struct ed_logline_reader *r, struct ed_span word, struct ed_event *ev)
{
	struct ed_logline_addr *last = &r->server;
	unsigned whole = (1U << last->n) - 1;

	if (last->n == 0 || word.n != last->n ||
	    (ed_lines_equal(word.p, last->text) & whole) != whole) {
		last->n = 0;
		if (!read_addr(word, &last->addr))
			return;
		if (word.n <= sizeof(last->text)) {
			last->n = (uint8_t)word.n;
			memcpy(last->text, word.p, word.n);
		}
	}
	ev->resolver = last->addr;
	ev->has |= ED_FIELD_RESOLVER;
}

bool ed_logline_client(struct ed_span word, struct ed_event *ev)
{
	if (!read_addr(word, &ev->client))
		return false;
	ev->has |= ED_FIELD_CLIENT;
	return true;
}

bool ed_logline_name(struct ed_span text, enum ed_name_style style, struct ed_event *ev)
{
	const struct ed_plain_name_form form = { .escape = style == ED_NAME_PLAIN ? '\n' : '\\',
						 .end = ED_PLAIN_NAME_NO_END };
	struct ed_span plain = text;
	struct ed_name name;

	if (text.n == 0)
		return false;
	plain.n -= text.p[text.n - 1] == '.';
	name.n = ed_plain_name_read(plain, form, ed_event_name_room(ev));
	if (name.n == 0) {
		if (ed_name_from_text(text, style, &name) != 0)
			return false;
		memcpy(ed_event_name_room(ev), name.wire, name.n);
	}
	ev->name_n = name.n;
	ev->has |= ED_FIELD_QNAME;
	return true;
}

void ed_logline_name_kept(struct ed_span text, enum ed_name_style style, struct ed_event *ev)
{
	struct ed_name name;

	if (text.n > 0 && memchr(text.p, '\\', text.n))
		ev->lost |= ED_LOST_ESCAPES;
	if (ed_logline_name(text, style, ev))
		return;
	ev->lost |= (uint8_t)ed_zeek_text_name(text, false, &name);
	ev->name_n = name.n;
	memcpy(ed_event_name_room(ev), name.wire, name.n);
	ev->has |= ED_FIELD_QNAME;
}

bool ed_logline_class(struct ed_span word, struct ed_event *ev)
{
	static const struct {
		const char *name;
		uint16_t class;
	} classes[] = { { "IN", 1 }, { "CH", 3 }, { "HS", 4 }, { "NONE", 254 }, { "ANY", 255 } };
	uint32_t v;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (ed_span_is(word, classes[i].name)) {
			ev->qclass = classes[i].class;
			return true;
		}
	}
	if (!ed_span_starts(word, "CLASS") ||
	    !ed_logline_number(ed_span_from(word, 5), UINT16_MAX, &v))
		return false;
	ev->qclass = (uint16_t)v;
	return true;
}

bool ed_logline_type(struct ed_span word, struct ed_event *ev)
{
	if (word.n == 1 && word.p[0] == 'A')
		ev->qtype = ED_RR_A;
	else if (word.n == 4 && memcmp(word.p, "AAAA", 4) == 0)
		ev->qtype = ED_RR_AAAA;
	else if (word.n == 3 && memcmp(word.p, "TXT", 3) == 0)
		ev->qtype = ED_RR_TXT;
	else if (word.n == 5 && memcmp(word.p, "HTTPS", 5) == 0)
		ev->qtype = ED_RR_HTTPS;
	else if (!ed_rrtype_from_name(word, &ev->qtype))
		return false;
	ev->has |= ED_FIELD_QTYPE;
	return true;
}

bool ed_logline_rcode(struct ed_span word, struct ed_event *ev)
{
	struct ed_span digits = ed_span_from(word, ed_span_starts(word, "RCODE") ? 5 : 0);
	uint32_t v = 0;

	if (word.n == 0)
		return false;
	while (v < sizeof(rcode_names) / sizeof(rcode_names[0]) &&
	       !ed_span_is(word, rcode_names[v]))
		v++;
	if (v == sizeof(rcode_names) / sizeof(rcode_names[0]) &&
	    !ed_logline_number(digits, RCODE_MAX, &v))
		return false;
	ev->rcode = (uint16_t)v;
	ev->has |= ED_FIELD_RCODE;
	return true;
}
