/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of endpoints' logs; see lines.h. */
#include "format/host/lines.h"

enum {
	PROBE_LINE_MAX = 4096,
	PROBE_LINES_MAX = 1000,
	PROBE_OWN_MAX = 40,
	PROBE_SURE = 55,
};

void ed_host_lines_decode(const struct ed_host_lines *kind, struct ed_host_reader *r,
			  const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_span line;

	r->out = out;
	r->rest = unit->bytes;
	while (ed_lines_next(&r->rest, &line)) {
		uint64_t offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		enum ed_drop drop;

		if (line.n == 0)
			continue;
		r->n_joined = 0;
		ed_host_event_init(&r->h, kind->platform);
		r->h.ev.offset = offset;
		r->h.ev.source = unit->source;
		drop = kind->read(r, line);
		out->tally.n_read += 1 + r->n_joined;
		if (drop < ED_DROP_N)
			ed_tally_drop_n(&out->tally, drop, offset, 1 + r->n_joined);
		else
			out->tally.n_analysed += 1 + r->n_joined;
	}
}

unsigned ed_host_lines_probe(const struct ed_host_lines *kind, struct ed_span head)
{
	uint8_t copy[PROBE_LINE_MAX + ED_LOGLINE_SLACK_BYTES];
	struct ed_host_reader r = { .n_own = 0 };
	struct ed_span line;

	head = ed_lines_skip_bom(head);
	for (unsigned i = 0; i < PROBE_LINES_MAX && r.n_own < PROBE_OWN_MAX; i++) {
		if (!ed_lines_next(&head, &line))
			break;
		if (line.n == 0 || line.n > PROBE_LINE_MAX)
			continue;
		memcpy(copy, line.p, line.n);
		memset(copy + line.n, 0, ED_LOGLINE_SLACK_BYTES);
		ed_host_event_init(&r.h, kind->platform);
		(void)kind->read(&r, ed_span_of(copy, line.n));
	}
	return r.n_own > 0 ? PROBE_SURE + r.n_own : 0;
}

enum ed_drop ed_host_lines_commit(struct ed_host_reader *r)
{
	return !r->out || ed_host_event_commit(r->out, &r->h) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

enum ed_drop ed_host_lines_start(struct ed_host_reader *r, const struct ed_argv_name *names,
				 unsigned n)
{
	return !r->out || ed_host_event_start(r->out, &r->h, names, n) ? ED_DROP_N :
									 ED_DROP_BATCH_FULL;
}
