/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a file in the format zeek-json; see fuzz_log.h for what must hold. The
 * scanner of flat lines declines white space, so with a space in front of each line simdjson reads
 * them all: that must come to the same events and drops.
 */
#include "format/fuzz_log.h"
#include "format/text/test_lines_spaced.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decodes @lines as one unit. The places of the lines are no part of the result. */
static struct fuzz_sum read_lines(struct fuzz *z, struct ed_span lines)
{
	struct fuzz_sum sum = { .hash = 0 };
	struct ed_event *ev;

	ed_tally_init(&sum.tally);
	fuzz_unit(z, (struct ed_unit){ .bytes = lines }, &sum);
	sum.hash = 0;
	for (size_t pos = 0; (ev = ed_batch_at(&z->batch, pos)); pos += ev->size_bytes) {
		ev->offset = 0;
		sum.hash = ed_hash_pair(sum.hash, ed_hash_bytes(ev, sizeof(*ev) + ev->name_n, 0));
	}
	return sum;
}

static void check_readers(struct fuzz *z, struct ed_span file)
{
	struct ed_span spaced = test_lines_spaced(file);
	struct fuzz_sum flat, dom;

	flat = read_lines(z, file);
	dom = read_lines(z, spaced);
	assert(flat.tally.n_read == dom.tally.n_read);
	assert(memcmp(flat.tally.n_dropped, dom.tally.n_dropped, sizeof(dom.tally.n_dropped)) == 0);
	assert(flat.hash == dom.hash);
	free((void *)spaced.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_readers(fuzz_of(&ed_format_zeek_json), ed_span_of(data, size));
	return fuzz_same(&ed_format_zeek_json, data, size);
}
