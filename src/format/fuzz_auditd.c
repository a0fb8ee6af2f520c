/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: an audit log, as one unit and in units of a few lines, so that events lie over their
 * borders. The account must close both times over the same records, and every event must be
 * well-formed.
 */
#include <assert.h>
#include <stdlib.h>

#include "format/drive.h"
#include "format/text/lines.h"

enum { FUZZ_BATCH_BYTES = 16 << 20, FUZZ_LINES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_batch(void *arg, const struct ed_batch *b)
{
	const struct ed_event *ev;

	(void)arg;
	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && pos + ev->size_bytes <= b->used);
		assert(ev->kind < ED_EVENT_N && ev->process_off > 0);
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		assert(ev->process_off + sizeof(struct ed_process) <= ev->size_bytes);
	}
}

static void check_account(const struct ed_tally *t)
{
	uint64_t n_dropped = 0;

	for (unsigned i = 0; i < ED_DROP_N; i++)
		n_dropped += t->n_dropped[i];
	assert(t->n_read == t->n_analysed + n_dropped);
}

/* A unit of its own memory, which ends with its padding. */
static void run_unit(struct ed_batch *b, void *scratch, void *state, struct ed_unit unit,
		     struct ed_tally *sum)
{
	const struct ed_format *f = &ed_format_auditd;
	uint8_t *copy = calloc(1, unit.bytes.n + ED_UNIT_PADDING_BYTES);

	assert(copy);
	if (unit.bytes.n > 0)
		memcpy(copy, unit.bytes.p, unit.bytes.n);
	unit.bytes.p = copy;
	ed_batch_reset(b);
	f->decode(scratch, &unit, b);
	f->resolve(state, &unit, b);
	check_batch(NULL, b);
	ed_tally_add(sum, &b->tally);
	free(copy);
}

static size_t some_lines(struct ed_span s)
{
	struct ed_span rest = s, line;

	for (unsigned i = 0; i < FUZZ_LINES && ed_lines_next(&rest, &line); i++)
		;
	return s.n - rest.n;
}

static void run_pieces(struct ed_span file, struct ed_tally *sum)
{
	static struct ed_batch b;
	static void *scratch;
	void *state = calloc(1, ed_format_auditd.state_bytes);
	struct ed_unit unit = { .bytes = file };

	if (!scratch) {
		b.cap = FUZZ_BATCH_BYTES;
		b.data = aligned_alloc(64, b.cap);
		if (!b.data || ed_format_auditd.scratch_new(&scratch) != 0)
			abort();
	}
	assert(state);
	ed_tally_init(sum);
	while (unit.offset < file.n) {
		unit.bytes = ed_span_from(file, unit.offset);
		unit.bytes.n = some_lines(unit.bytes);
		run_unit(&b, scratch, state, unit, sum);
		unit.offset += unit.bytes.n;
	}
	unit.bytes = ed_span_of(file.p, 0);
	unit.last = true;
	run_unit(&b, scratch, state, unit, sum);
	free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_span file = ed_span_of(data, size);
	struct ed_tally whole, pieces;

	assert(ed_format_auditd.probe(file) <= 100);
	if (ed_format_drive(&ed_format_auditd, file, check_batch, NULL, &whole) != 0)
		abort();
	check_account(&whole);
	file = ed_lines_skip_bom(file);
	run_pieces(file, &pieces);
	check_account(&pieces);
	if (size < ED_UNIT_MAX_BYTES)
		assert(whole.n_read == pieces.n_read);
	return 0;
}
