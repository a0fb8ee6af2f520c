/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that were looked up, a line each, and nothing else: what is left of a capture or a log when
 * one column of it was kept.
 *	www.example.net
 *	dn\312\276x.t.example.net	TXT
 *	_ipp._tcp.local,_ipps._tcp.local
 *
 * A list of lookups looks like a list of what to block. So little is taken for one unasked: the
 * names must repeat, as lookups do, or most must lie under one parent and in no order.
 *
 * Programs write a byte that is no text as three digits, some octal (tshark), some decimal (master
 * files). Which it is the first unit decides that holds such escapes, for the rest of its file.
 */
#include "base/ascii.h"
#include "base/hash.h"
#include "format/text/escaped_name.h"
#include "format/text/logline.h"

enum {
	PROBE_NAMES_MAX = 2000,
	SEEN_SLOTS = 4096, /* a power of two, twice as many as names */
	NAMES_MIN = 5,     /* fewer are not taken for a list */
	REPEATS_1_IN = 10,
	SHORT_1_IN = 3,
	SURE = 40, /* less than any format that knows itself by more than the look of names */
};

struct name_list_state {
	struct ed_lines lines;
	uint8_t escapes;
};

struct name_list_context {
	uint8_t escapes;
};

/* -------------------------------------------------------------- names */

static bool is_root(struct ed_span text)
{
	return ed_span_is(text, ".") || ed_span_is(text, "<Root>");
}

/* Whatever was kept as a name is one: the front of a too long one may be lost, the rest is not. */
static void read_name(struct ed_span text, enum ed_name_escapes escapes, struct ed_event *ev)
{
	struct ed_name name = { .n = 1 };

	if (!is_root(text))
		ev->lost = (uint8_t)ed_escaped_name(text, escapes, &name);
	memcpy(ed_event_name_room(ev), name.wire, name.n);
	ev->name_n = name.n;
	ev->has |= ED_FIELD_QNAME;
	for (size_t i = 0; i < name.n; i++) {
		if (ed_is_upper(name.wire[i])) {
			ev->has |= ED_FIELD_QNAME_CASE;
			break;
		}
	}
}

/* The label behind the last dot of @text, which does not end in one. */
static struct ed_span last_label(struct ed_span text)
{
	const uint8_t *dot = text.n > 0 ? memrchr(text.p, '.', text.n) : NULL;

	return dot ? ed_span_from(text, (size_t)(dot - text.p) + 1) : text;
}

static struct ed_span without_root(struct ed_span text)
{
	if (text.n > 1 && text.p[text.n - 1] == '.')
		text.n--;
	return text;
}

/* What a top-level domain looks like: "net", "xn--p1ai". */
static bool is_top(struct ed_span label)
{
	bool is_idn = ed_span_starts(label, "xn--");

	if (label.n < 2)
		return false;
	for (size_t i = 0; i < label.n; i++) {
		if (!ed_is_letter(label.p[i]) &&
		    !(is_idn && (ed_is_digit(label.p[i]) || label.p[i] == '-')))
			return false;
	}
	return true;
}

static bool is_full_name(struct ed_span text)
{
	struct ed_span top = last_label(without_root(text));

	return top.n < without_root(text).n && is_top(top);
}

/* The part of @text before the first @separator that no backslash escapes; @rest is behind it. */
static struct ed_span cut(struct ed_span text, char separator, struct ed_span *rest)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\') {
			i++;
		} else if (text.p[i] == (uint8_t)separator) {
			*rest = ed_span_from(text, i + 1);
			return ed_span_of(text.p, i);
		}
	}
	*rest = ed_span_of(text.p, 0);
	return text;
}

/* A comma may be a byte of a name. It parts names where each part would be a whole one. */
static bool is_several(struct ed_span text)
{
	bool has_comma = text.n > 0 && memchr(text.p, ',', text.n);

	if (!has_comma || text.p[text.n - 1] == ',')
		return false;
	while (text.n > 0) {
		if (!is_full_name(cut(text, ',', &text)))
			return false;
	}
	return true;
}

/* -------------------------------------------------------------- lines */

/* What can be a name when the user says that it is one: any bytes, but at its end what other lists
 * and other text hardly have ("a.net^", "a.net is blocked."). */
static bool may_be_name(struct ed_span text)
{
	struct ed_span top = last_label(without_root(text));

	for (size_t i = 0; i < top.n; i++) {
		uint8_t c = top.p[i];

		if (c < 0x80 && !ed_is_letter(c) && !ed_is_digit(c) && c != '-' && c != '_' &&
		    c != '\\')
			return false;
	}
	return top.n > 0;
}

/* Lines of a packet or a record that asked for nothing, and what heads a column. */
static bool is_unset(struct ed_span name, uint64_t offset)
{
	return name.n == 0 || ed_span_is(name, "-") || ed_span_is(name, "(empty)") ||
	       (name.p[0] == '#' && !is_full_name(name)) ||
	       (offset == 0 && ed_span_is(name, "dns.qry.name"));
}

static enum ed_drop judge(struct ed_span name, uint64_t offset)
{
	if (is_unset(name, offset))
		return ED_DROP_OTHER_LOG;
	return may_be_name(name) || is_root(name) ? ED_DROP_N : ED_DROP_BAD_LINE;
}

static enum ed_drop take_name(struct ed_span name, struct ed_span type, const struct ed_unit *unit,
			      uint64_t offset, struct ed_batch *out)
{
	const struct name_list_context *c = unit->context;
	enum ed_drop fault = judge(name, offset);
	struct ed_event *ev;

	if (fault != ED_DROP_N)
		return fault;
	ev = ed_batch_peek(out);
	if (!ev)
		return ED_DROP_BATCH_FULL;
	if (type.n > 0 && !ed_span_is(type, "-") && !ed_logline_type(type, ev))
		return ED_DROP_BAD_LINE;
	ev->kind = ED_EVENT_DNS_QUERY;
	ev->time_quality = ED_TIME_NONE;
	ev->offset = offset;
	ev->source = unit->source;
	read_name(name, (enum ed_name_escapes)c->escapes, ev);
	ed_batch_commit(out, ev);
	return ED_DROP_N;
}

/* Each name is a record. Types belong to names by place; the last one also to what is behind it. */
static void take_line(struct ed_span line, const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_span types, type = { .n = 0 };
	struct ed_span names = cut(line, '\t', &types);
	bool several = is_several(names);

	do {
		struct ed_span name = several ? cut(names, ',', &names) : names;
		uint64_t offset = unit->offset + (uint64_t)(name.p - unit->bytes.p);
		enum ed_drop fault;

		if (types.n > 0)
			type = cut(types, ',', &types);
		out->tally.n_read++;
		fault = take_name(name, type, unit, offset, out);
		if (fault == ED_DROP_N)
			out->tally.n_analysed++;
		else
			ed_tally_drop(&out->tally, fault, offset);
	} while (several && names.n > 0);
}

/* -------------------------------------------------------------- sniffing */

/* What the head of a file holds. */
struct look {
	unsigned n_names;
	unsigned n_short; /* names of one label, which are not among them */
	unsigned n_repeats;
	unsigned n_falls;     /* lines that an alphabet would put before the one before */
	uint64_t parent;      /* that most may have, by the vote of Boyer and Moore (1981) */
	unsigned n_votes;     /* for it less those against it */
	unsigned n_of_parent; /* that have it, counted when the vote is over */
	uint64_t seen[SEEN_SLOTS];
};

/* True for what stands in names and hardly ever in other lists. */
static bool is_usual(uint8_t c)
{
	return ed_is_letter(c) || ed_is_digit(c) || (c != 0 && memchr("-_.+=/?~&%", c, 10));
}

/* A name of several labels and nothing else, by its look. What has bytes beyond text may have any
 * others too: lists of what to block have none. */
static bool is_strict(struct ed_span name)
{
	struct ed_span text = without_root(name);
	bool after_dot = true, is_text = true, is_plain = true;

	if (!is_full_name(text) || text.n > ED_ESCAPED_NAME_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if ((c == '.' && after_dot) || c <= ' ' || c == 0x7f)
			return false;
		after_dot = c == '.';
		if (c >= 0x80 || c == '\\')
			is_text = false;
		else
			is_plain &= is_usual(c);
		i += c == '\\';
	}
	return is_plain || !is_text;
}

/*
 * The last two labels, or three where the second looks like "co.uk". 0: there is nothing in front of
 * them.
 */
static uint64_t parent_of(struct ed_span name)
{
	struct ed_span text = without_root(name);
	size_t n = last_label(text).n;
	size_t second;
	bool is_public;

	if (n >= text.n) /* of a name with a comma, what is in front of it */
		return 0;
	second = last_label(ed_span_of(text.p, text.n - n - 1)).n;
	is_public = n == 2 && second <= 3;
	n += 1 + second;
	if (is_public && n < text.n)
		n += 1 + last_label(ed_span_of(text.p, text.n - n - 1)).n;
	return n < text.n ? ed_hash_bytes(text.p + text.n - n, n, 0) : 0;
}

/* True when @name was seen before. */
static bool note(struct look *l, struct ed_span name)
{
	uint64_t hash = ed_hash_bytes(name.p, name.n, 0);
	size_t at = hash & (SEEN_SLOTS - 1);

	hash += hash == 0;
	while (l->seen[at] != 0 && l->seen[at] != hash)
		at = (at + 1) & (SEEN_SLOTS - 1);
	if (l->seen[at] == hash)
		return true;
	l->seen[at] = hash;
	return false;
}

static void vote(struct look *l, uint64_t parent)
{
	if (l->n_votes == 0)
		l->parent = parent;
	if (parent == l->parent)
		l->n_votes++;
	else
		l->n_votes--;
}

static bool is_before(struct ed_span a, struct ed_span b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order < 0 || (order == 0 && a.n < b.n);
}

/* "wpad", and the root: what is asked besides, and what lists of words hold. */
static bool is_short(struct ed_span name)
{
	if (is_root(name))
		return true;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (!ed_is_letter(c) && !ed_is_digit(c) && c != '-' && c != '_')
			return false;
	}
	return name.n <= ED_LABEL_MAX;
}

/* Cuts the next whole line that tells something off the front of @head. */
static bool next_line(struct ed_span *head, struct ed_span *ret)
{
	struct ed_span line;

	while (head->n > 0 && memchr(head->p, '\n', head->n) && ed_lines_next(head, &line)) {
		*ret = line;
		if (line.n > 0 && !ed_span_is(line, "-"))
			return true;
	}
	return false;
}

/* The names of a line that holds nothing else; false: it does. */
static bool strict_names(struct ed_span line, struct ed_span *ret)
{
	struct ed_event ev = { 0 };
	struct ed_span types, name;

	line = cut(line, '\t', &types);
	*ret = line;
	while (types.n > 0) {
		uint8_t word[ED_LOGLINE_SLACK_BYTES] = { 0 };
		struct ed_span type = cut(types, ',', &types);

		if (type.n >= sizeof(word))
			return false;
		memcpy(word, type.p, type.n);
		if (!ed_logline_type(ed_span_of(word, type.n), &ev))
			return false;
	}
	if (!is_several(line))
		return is_short(line) || is_strict(line);
	while (line.n > 0) {
		name = cut(line, ',', &line);
		if (!is_strict(name))
			return false;
	}
	return true;
}

/* Several names in a line are looked at as one, the first. False: a line is something else. */
static bool look_at(struct look *l, struct ed_span head)
{
	struct ed_span line, last = { .n = 0 }, rest = head, none;

	while (l->n_names + l->n_short < PROBE_NAMES_MAX && next_line(&rest, &line)) {
		if (!strict_names(line, &line))
			return false;
		if (is_short(line)) {
			l->n_short++;
			continue;
		}
		line = cut(line, ',', &none);
		l->n_names++;
		l->n_repeats += note(l, line);
		l->n_falls += last.n > 0 && is_before(line, last);
		last = line;
		vote(l, parent_of(line));
	}
	rest = head;
	for (unsigned i = 0; i < l->n_names + l->n_short && next_line(&rest, &line); i++) {
		(void)strict_names(line, &line);
		l->n_of_parent += !is_short(line) && parent_of(cut(line, ',', &none)) == l->parent;
	}
	return true;
}

static unsigned name_list_probe(struct ed_span head)
{
	struct look l = { .n_names = 0 };
	unsigned n_distinct;

	if (head.n > ED_PROBE_BYTES)
		head.n = ED_PROBE_BYTES;
	if (!look_at(&l, ed_lines_skip_bom(head)) || l.n_names < NAMES_MIN ||
	    l.n_short * SHORT_1_IN > l.n_names)
		return 0;
	n_distinct = l.n_names - l.n_repeats;
	if (l.n_repeats * REPEATS_1_IN >= l.n_names)
		return SURE;
	/* who keeps a list sorts it */
	if (n_distinct < NAMES_MIN || l.n_falls == 0 || l.parent == 0)
		return 0;
	return l.n_of_parent * 3 >= l.n_names * 2 ? SURE : 0;
}

/* -------------------------------------------------------------- the format */

static enum ed_frame_verdict name_list_frame(void *state, struct ed_span in, bool eof,
					     void *context, struct ed_frame *ret)
{
	struct name_list_state *s = state;
	struct name_list_context *c = context;
	enum ed_frame_verdict verdict = ed_lines_frame(&s->lines, in, eof, NULL, ret);

	if (verdict != ED_FRAME_UNIT)
		return verdict;
	if (s->escapes == ED_NAME_ESCAPES_NOT_SEEN)
		s->escapes = (uint8_t)ed_name_escapes_of(ed_span_of(in.p, ret->n_bytes));
	c->escapes = s->escapes;
	return verdict;
}

static void name_list_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_span rest = unit->bytes, line;

	(void)scratch;
	while (ed_lines_next(&rest, &line))
		take_line(line, unit, out);
}

const struct ed_format ed_format_name_list = {
	.name = "name-list",
	.help = "names that were looked up, a line each",
	.fields = ED_FIELD_QNAME | ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE,
	.state_bytes = sizeof(struct name_list_state),
	.context_bytes = sizeof(struct name_list_context),
	.probe = name_list_probe,
	.frame = name_list_frame,
	.decode = name_list_decode,
};
