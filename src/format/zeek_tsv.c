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
#include "base/mem.h"
#include "format/format.h"
#include "format/text/lines.h"
#include "format/zeek/record.h"
#include "format/zeek/header.h"
#include "format/zeek/row.h"

#include <errno.h>

enum { PROBE_LINES = 20 };

static_assert(sizeof(struct ed_zeek_header) <= ED_UNIT_CONTEXT_BYTES, "a context has a limit");

struct tsv_state {
	struct ed_lines lines;
	struct ed_zeek_header header;
};

static int tsv_init(void *state)
{
	struct tsv_state *s = state;

	ed_zeek_header_init(&s->header);
	return 0;
}

static enum ed_frame_verdict tsv_frame(void *state, struct ed_span in, bool eof, void *context,
				       struct ed_frame *ret)
{
	struct tsv_state *s = state;
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
		ed_zeek_header_take(&s->header, line);
	return ED_FRAME_SKIP;
}

/* Lines that are no records: empty ones and comments. */
static inline bool tsv_is_void(struct ed_span line)
{
	return line.n == 0 || line.p[0] == '#' ||
	       (line.p[0] == 0xef && ed_span_starts(ed_lines_skip_bom(line), "#"));
}

/* Reads the row at the front of @rest in the usual form and cuts its line off. False: it is not. */
static inline bool tsv_quick(struct ed_zeek_rows *rows, const struct ed_zeek_header *h,
			     struct ed_span *rest, struct ed_zeek_record *r)
{
	size_t n;

	if (!h->usual || !r->ev)
		return false;
	n = ed_zeek_rows_quick(rows, h, *rest, r);
	if (n == 0)
		return false;
	n += rest->p[n] == '\r';
	*rest = ed_span_from(*rest, n + 1);
	return true;
}

static enum ed_drop tsv_any(const struct ed_zeek_header *h, struct ed_span line,
			    struct ed_zeek_record *r)
{
	enum ed_drop verdict = ed_zeek_header_verdict(h);
	struct ed_event *ev = r->ev;

	if (verdict != ED_DROP_N)
		return verdict;
	if (!ev)
		return ED_DROP_BATCH_FULL;
	memset(ev, 0, sizeof(*ev));
	ed_zeek_begin(r, ev);
	r->no_answers = !(h->roles & ed_zeek_bit(ED_ZEEK_ANSWERS));
	if (!ed_zeek_rows_any(h, line, r))
		return ED_DROP_BAD_LINE;
	if (ed_zeek_mark_is(&h->empty, r->query))
		r->query.n = 0;
	if (ed_zeek_mark_is(&h->empty, r->original_query))
		r->original_query.n = 0;
	return ed_zeek_finish(r);
}

static int tsv_scratch_new(void **ret)
{
	struct ed_zeek_rows *rows = ed_mem_zalloc(1, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	ed_zeek_rows_init(rows);
	*ret = rows;
	return 0;
}

static void tsv_scratch_free(void *scratch)
{
	ed_mem_free(scratch);
}

static void tsv_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	const struct ed_zeek_header *h = unit->context;
	struct ed_span rest = unit->bytes;
	struct ed_zeek_rows *rows = scratch;
	struct ed_zeek_record r;
	struct ed_span line;

	while (rest.n > 0) {
		uint64_t offset = unit->offset + (uint64_t)(rest.p - unit->bytes.p);
		struct ed_event *ev = ed_batch_peek(out);
		enum ed_drop drop;

		ed_zeek_begin(&r, ev);
		if (tsv_quick(rows, h, &rest, &r)) {
			drop = ed_zeek_finish(&r);
		} else {
			ed_lines_next(&rest, &line);
			if (tsv_is_void(line))
				continue;
			drop = tsv_any(h, line, &r);
		}
		out->tally.n_read++;
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
	struct ed_zeek_header h;
	struct ed_span line;

	head = ed_lines_skip_bom(head);
	for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++) {
		if (ed_span_starts(line, "#separator \\x") || ed_span_starts(line, "#fields\t"))
			return 100;
		if (ed_zeek_header_is_bare(line)) {
			ed_zeek_header_init(&h);
			ed_zeek_header_take(&h, line);
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
	.context_bytes = sizeof(struct ed_zeek_header),
	.probe = tsv_probe,
	.init = tsv_init,
	.frame = tsv_frame,
	.scratch_new = tsv_scratch_new,
	.scratch_free = tsv_scratch_free,
	.decode = tsv_decode,
};
