/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeek conn.log, tab-separated or as JSON lines: who talked to whom, how long and how much.
 *	#path	conn
 *	#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p ...
 *	1790000000.250000	CW1	192.0.2.10	40000	192.0.2.53	53 ...
 *	{"_path":"conn","ts":1790000000.25,"id.orig_h":"192.0.2.10","id.orig_p":40000,...}
 *
 * The idea: both forms fill one table of values by key, and what they mean is settled once. As in
 * zeek_tsv.c a directive may change the columns anywhere, so frame hands them to each unit.
 */
#include "base/mem.h"
#include "format/zeek/conn_record.h"
#include "format/flow/event.h"
#include "format/text/lines.h"
#include "format/probe.h"
#include "format/zeek/header.h"

#include <errno.h>

enum {
	PROBE_LINES = 20,
	COLUMNS_MAX = 128, /* conn.log has 24 with every script loaded */
};

/* ---------------------------------------------------------------- columns */

/* What the directives say of the rows below them. */
struct conn_header {
	uint8_t column[COLUMNS_MAX]; /* conn_key */
	uint16_t n_columns;          /* 0: none known */
	uint8_t separator;
	bool is_other; /* #path is there and not conn */
	struct ed_zeek_mark empty, unset;
};

static_assert(sizeof(struct conn_header) <= ED_UNIT_CONTEXT_BYTES, "a context has a limit");

struct conn_state {
	struct ed_lines lines;
	struct conn_header header;
};

static void set_mark(struct ed_zeek_mark *m, struct ed_span text)
{
	m->n = text.n <= sizeof(m->p) ? (uint8_t)text.n : 0;
	if (m->n > 0)
		memcpy(m->p, text.p, m->n);
}

static void header_init(struct conn_header *h)
{
	memset(h, 0, sizeof(*h));
	h->separator = '\t';
	set_mark(&h->empty, ed_span_str("(empty)"));
	set_mark(&h->unset, ed_span_str("-"));
}

/* Cuts a cell off the front of @rest. False: nothing left. */
static bool next_cell(struct ed_span *rest, uint8_t separator, struct ed_span *ret)
{
	const uint8_t *end;

	if (!rest->p)
		return false;
	end = rest->n > 0 ? memchr(rest->p, separator, rest->n) : NULL;
	*ret = ed_span_of(rest->p, end ? (size_t)(end - rest->p) : rest->n);
	*rest = end ? ed_span_from(*rest, ret->n + 1) : ed_span_of(NULL, 0);
	return true;
}

static void take_columns(struct conn_header *h, struct ed_span names)
{
	struct ed_span name;
	uint16_t n = 0;

	for (; next_cell(&names, h->separator, &name); n++) {
		if (n == COLUMNS_MAX) {
			h->n_columns = 0;
			return;
		}
		h->column[n] = ed_conn_key_of(name);
	}
	h->n_columns = n;
}

static void take_directive(struct conn_header *h, struct ed_span line)
{
	struct ed_span value, key;

	line = ed_lines_skip_bom(line);
	if (ed_zeek_header_is_bare(line)) {
		header_init(h);
		take_columns(h, line);
		return;
	}
	if (ed_span_starts(line, "#separator ")) {
		header_init(h);
		if (line.n == strlen("#separator ") + 1)
			h->separator = line.p[line.n - 1];
		return;
	}
	value = line;
	if (!next_cell(&value, h->separator, &key) || !value.p)
		return;
	if (ed_span_is(key, "#empty_field"))
		set_mark(&h->empty, value);
	else if (ed_span_is(key, "#unset_field"))
		set_mark(&h->unset, value);
	else if (ed_span_is(key, "#path"))
		h->is_other = !ed_span_is(value, "conn");
	else if (ed_span_is(key, "#fields"))
		take_columns(h, value);
}

static enum ed_drop take_row(const struct conn_header *h, struct ed_span line, struct ed_event *ev)
{
	struct ed_span value[ED_CONN_N] = { { NULL, 0 } }, cell;
	uint16_t n = 0;

	if (h->is_other)
		return ED_DROP_OTHER_LOG;
	for (; n < h->n_columns && next_cell(&line, h->separator, &cell); n++) {
		if (h->column[n] != ED_CONN_NONE && !ed_zeek_mark_is(&h->unset, cell) &&
		    !ed_zeek_mark_is(&h->empty, cell))
			value[h->column[n]] = cell;
	}
	return n == h->n_columns && n > 0 && !line.p ? ed_conn_event(value, ev) : ED_DROP_BAD_LINE;
}

/* ----------------------------------------------------------------- passes */

/* Memory of one reading thread. */
struct conn_scratch {
	struct ed_json_keys keys;
	uint8_t *room; /* for strings with escapes */
};

static int conn_init(void *state)
{
	struct conn_state *s = state;

	header_init(&s->header);
	return 0;
}

static enum ed_frame_verdict conn_frame(void *state, struct ed_span in, bool eof, void *context,
					struct ed_frame *ret)
{
	struct conn_state *s = state;
	enum ed_frame_verdict verdict = ed_lines_frame(&s->lines, in, eof,
						       ed_zeek_header_is_directive, ret);
	struct ed_span line;

	if (verdict != ED_FRAME_UNIT)
		return verdict;
	if (!ed_zeek_header_is_directive(in)) {
		memcpy(context, &s->header, sizeof(s->header));
		return ED_FRAME_UNIT;
	}
	in.n = ret->n_bytes;
	while (ed_lines_next(&in, &line))
		take_directive(&s->header, line);
	return ED_FRAME_SKIP;
}

static void scratch_free(void *scratch)
{
	struct conn_scratch *s = scratch;

	if (!s)
		return;
	ed_mem_free(s->room);
	ed_mem_free(s);
}

static int scratch_new(size_t max_bytes, struct conn_scratch **ret)
{
	struct conn_scratch *s = ed_mem_zalloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->room = ed_mem_zalloc(1, max_bytes + ED_UNIT_PADDING_BYTES);
	if (!s->room) {
		scratch_free(s);
		return -ENOMEM;
	}
	ed_conn_keys_init(&s->keys);
	*ret = s;
	return 0;
}

static int conn_scratch_new(void **ret)
{
	struct conn_scratch *s;
	int r = scratch_new(ED_UNIT_MAX_BYTES, &s);

	if (r == 0)
		*ret = s;
	return r;
}

static void conn_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	const struct conn_header *h = unit->context;
	struct ed_span rest = unit->bytes, line;
	struct conn_scratch *s = scratch;

	while (ed_lines_next(&rest, &line)) {
		uint64_t offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		enum ed_drop drop = ED_DROP_BATCH_FULL;
		struct ed_event *ev;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		out->tally.n_read++;
		ev = ed_batch_peek(out);
		if (ev && line.p[0] == '{')
			drop = ed_conn_json(&s->keys, line, s->room, ev);
		else if (ev)
			drop = take_row(h, line, ev);
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

/* How many of the first lines are of conn.log; the last one may be cut and tells nothing. */
static unsigned probe_json(struct conn_scratch *s, struct ed_span head)
{
	unsigned n_conn = 0, n_other = 0;
	struct ed_span line;

	for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++) {
		struct ed_span value[ED_CONN_N] = { { NULL, 0 } };

		if (!ed_conn_read_json(&s->keys, line, s->room, value))
			continue;
		n_conn += ed_conn_is(value);
		n_other += !ed_conn_is(value);
	}
	return n_conn > 0 && n_other == 0 ? 96 : 0;
}

/* Certain with Zeek's directives and this log's path, nearly with a bare line of its columns. */
static unsigned probe_tsv(struct ed_span head)
{
	struct conn_header h;
	struct ed_span line;
	bool is_path = false;

	header_init(&h);
	for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++) {
		if (!ed_zeek_header_is_directive(line))
			return 0;
		is_path |= ed_span_starts(line, "#path");
		take_directive(&h, line);
		if (h.n_columns == 0)
			continue;
		if (is_path)
			return h.is_other ? 0 : 100;
		return memchr(h.column, ED_CONN_STATE, h.n_columns) ? 96 : 0;
	}
	return 0;
}

static unsigned conn_probe(struct ed_span head)
{
	struct conn_scratch *s;
	unsigned sure = 0;
	uint8_t *copy;

	head = ed_lines_skip_bom(head);
	if (head.n == 0 || head.p[0] != '{')
		return probe_tsv(head);
	copy = ed_probe_copy(&head);
	if (copy && scratch_new(head.n, &s) == 0) {
		sure = probe_json(s, head);
		scratch_free(s);
	}
	ed_mem_free(copy);
	return sure;
}

const struct ed_format ed_format_zeek_conn = {
	.name = "zeek-conn",
	.help = "Zeek conn.log: flows, tab-separated or as JSON lines",
	.fields = ED_FLOW_FIELDS,
	.state_bytes = sizeof(struct conn_state),
	.context_bytes = sizeof(struct conn_header),
	.probe = conn_probe,
	.init = conn_init,
	.frame = conn_frame,
	.scratch_new = conn_scratch_new,
	.scratch_free = scratch_free,
	.decode = conn_decode,
};
