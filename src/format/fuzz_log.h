/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets of logs share. An input is read twice, as a whole and in small pieces as a
 * growing file would give it; the account must close and every event must be well-formed. Both
 * readings see the same records. Where each record is read by itself they must come to the same
 * (fuzz_same); elsewhere what they make of them may differ, for years are guessed and replies joined
 * from line to line (fuzz_log). Each unit ends right before its padding and the padding with its
 * block, so that the sanitizer sees a read too far.
 */
#ifndef ED_FORMAT_FUZZ_LOG_H
#define ED_FORMAT_FUZZ_LOG_H

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "format/format.h"

enum { FUZZ_BATCH_BYTES = 16 << 20 };

/* What lasts from input to input. */
struct fuzz {
	const struct ed_format *f;
	struct ed_batch batch;
	void *scratch;
};

/* What one reading came to. */
struct fuzz_sum {
	struct ed_tally tally;
	uint64_t hash;  /* of all events, in order */
	uint32_t lacks; /* fields that not all events have */
};

static inline void fuzz_check_event(const struct ed_format *f, const struct ed_event *ev)
{
	assert(ev->size_bytes % 8 == 0 && ev->size_bytes >= sizeof(*ev) + ev->name_n);
	assert(ev->kind < ED_EVENT_N);
	assert((ev->has & ED_FIELD_CLIENT) || ev->process_off > 0 ||
	       !(f->fields & ED_FIELD_CLIENT));
	assert(!!(ev->has & ED_FIELD_TIME) == (ev->time_quality != ED_TIME_NONE));
	assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
	assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
	assert(!(ev->has & ED_FIELD_TTL) || ev->answers.ttl_min_s <= ev->answers.ttl_max_s);
	assert(!(ev->has & ED_FIELD_RTT) || ev->rtt_us >= 0);
}

static inline void fuzz_unit(struct fuzz *z, struct ed_unit unit, struct fuzz_sum *sum)
{
	uint8_t *copy = calloc(1, unit.bytes.n + ED_UNIT_PADDING_BYTES);
	struct ed_event *ev;

	assert(copy);
	memcpy(copy, unit.bytes.p, unit.bytes.n);
	unit.bytes.p = copy;
	ed_batch_reset(&z->batch);
	z->f->decode(z->scratch, &unit, &z->batch);
	for (size_t pos = 0; (ev = ed_batch_at(&z->batch, pos)); pos += ev->size_bytes) {
		assert(pos + ev->size_bytes <= z->batch.used);
		fuzz_check_event(z->f, ev);
		sum->lacks |= ~ev->has;
		sum->hash = ed_hash_pair(sum->hash, ed_hash_bytes(ev, sizeof(*ev) + ev->name_n, 0));
	}
	ed_tally_add(&sum->tally, &z->batch.tally);
	free(copy);
}

/* Reads @file in windows of @step bytes, which grow while no unit fits in. */
static inline void fuzz_read(struct fuzz *z, struct ed_span file, size_t step, struct fuzz_sum *sum)
{
	_Alignas(16) static uint8_t context[ED_UNIT_CONTEXT_BYTES];
	void *state = calloc(1, z->f->state_bytes);
	size_t at = 0, window = step;

	assert(state);
	if (z->f->init)
		z->f->init(state);
	*sum = (struct fuzz_sum){ .hash = 0 };
	ed_tally_init(&sum->tally);
	while (at < file.n) {
		struct ed_span in = ed_span_from(file, at);
		bool eof = in.n <= window;
		struct ed_frame got = { 0 };
		enum ed_frame_verdict verdict;

		in.n = eof ? in.n : window;
		memset(context, 0, sizeof(context));
		verdict = z->f->frame(state, in, eof, context, &got);
		if (verdict == ED_FRAME_MORE) {
			assert(!eof && got.n_dropped == 0);
			window += step;
			continue;
		}
		assert(verdict != ED_FRAME_STOP && got.n_bytes > 0 && got.n_bytes <= in.n);
		sum->tally.n_read += got.n_dropped;
		ed_tally_drop_n(&sum->tally, got.drop, at, got.n_dropped);
		in.n = got.n_bytes;
		if (verdict == ED_FRAME_UNIT)
			fuzz_unit(z,
				  (struct ed_unit){ .bytes = in, .offset = at, .context = context },
				  sum);
		at += got.n_bytes;
		window = step;
	}
	if (z->f->done)
		z->f->done(state);
	free(state);
}

static inline void fuzz_check_account(const struct ed_tally *t)
{
	uint64_t n_dropped = 0;

	for (unsigned i = 0; i < ED_DROP_N; i++)
		n_dropped += t->n_dropped[i];
	assert(t->n_read == t->n_analysed + n_dropped);
}

/* Of the format @f, made at its first input. */
static inline struct fuzz *fuzz_of(const struct ed_format *f)
{
	static struct fuzz z;

	if (z.f)
		return &z;
	z.f = f;
	z.batch.cap = FUZZ_BATCH_BYTES;
	z.batch.data = aligned_alloc(64, z.batch.cap);
	assert(z.batch.data);
	if (f->scratch_new && f->scratch_new(&z.scratch) != 0)
		abort();
	return &z;
}

static inline void fuzz_twice(struct fuzz *z, struct ed_span file, struct fuzz_sum *whole,
			      struct fuzz_sum *pieces)
{
	assert(z->f->probe(file) <= 100);
	fuzz_read(z, file, ED_UNIT_MAX_BYTES, whole);
	fuzz_read(z, file, 1 + file.n / 7, pieces);
	fuzz_check_account(&whole->tally);
	fuzz_check_account(&pieces->tally);
	assert(whole->tally.n_read == pieces->tally.n_read);
}

/* The body of a target: one input in the format @f. */
static inline int fuzz_log(const struct ed_format *f, const uint8_t *data, size_t size)
{
	struct fuzz_sum whole, pieces;

	fuzz_twice(fuzz_of(f), ed_span_of(data, size), &whole, &pieces);
	return 0;
}

/* The same of a format whose records are read each by itself, and have a time and a client. */
static inline int fuzz_same(const struct ed_format *f, const uint8_t *data, size_t size)
{
	struct fuzz_sum whole, pieces;

	fuzz_twice(fuzz_of(f), ed_span_of(data, size), &whole, &pieces);
	assert(memcmp(&whole.tally.n_dropped, &pieces.tally.n_dropped,
		      sizeof(whole.tally.n_dropped)) == 0);
	assert(whole.tally.n_analysed == pieces.tally.n_analysed);
	assert(whole.hash == pieces.hash);
	assert(!(whole.lacks & (ED_FIELD_TIME | ED_FIELD_CLIENT)));
	return 0;
}

#endif
