/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a file in the format bind; see fuzz_log.h for what must hold. Besides, the same comes
 * out without what is remembered from line to line, and then no line is read the quick way.
 */
#include "format/fuzz_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_into(struct fuzz *z, struct ed_span file)
{
	static const _Alignas(16) uint8_t context[ED_UNIT_CONTEXT_BYTES];
	struct ed_unit unit = { .bytes = file, .context = context };
	struct fuzz_sum sum = { .hash = 0 };

	z->f = &ed_format_bind;
	z->batch.cap = FUZZ_BATCH_BYTES;
	if (!z->batch.data)
		z->batch.data = aligned_alloc(64, z->batch.cap);
	assert(z->batch.data);
	ed_tally_init(&sum.tally);
	fuzz_unit(z, unit, &sum);
}

static void check_same_tally(const struct ed_tally *a, const struct ed_tally *b)
{
	assert(a->n_read == b->n_read && a->n_analysed == b->n_analysed);
	assert(memcmp(a->n_dropped, b->n_dropped, sizeof(a->n_dropped)) == 0);
	assert(a->first_damage == b->first_damage);
	assert(a->first_damage_offset == b->first_damage_offset);
}

static void check_same(struct ed_span file)
{
	static struct fuzz with, without;
	const struct ed_event *a, *b;

	if (!with.scratch && ed_format_bind.scratch_new(&with.scratch) != 0)
		abort();
	decode_into(&with, file);
	decode_into(&without, file);
	assert(with.batch.used == without.batch.used);
	check_same_tally(&with.batch.tally, &without.batch.tally);
	for (size_t pos = 0; (a = ed_batch_at(&with.batch, pos)); pos += a->size_bytes) {
		b = ed_batch_at(&without.batch, pos);
		assert(memcmp(a, b, sizeof(*a) + b->name_n) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_same(ed_span_of(data, size));
	return fuzz_log(&ed_format_bind, data, size);
}
