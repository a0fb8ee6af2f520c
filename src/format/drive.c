/* SPDX-License-Identifier: Apache-2.0 */
/* A whole file through one format; see drive.h. */
#include "format/drive.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Room for all events of a small file, where a DNS message over TCP takes 14 bytes at least; for
 * those of any unit in a large one. A fuzzer runs thousands of small files a second.
 */
enum {
	BATCH_BYTES_MIN = 64 << 10,
	BATCH_BYTES_MAX = 8 << 20,
	BATCH_BYTES_PER_BYTE = ED_EVENT_MAX_BYTES / 14
};

struct drive {
	const struct ed_format *f;
	struct ed_span file;
	size_t at; /* next byte for frame */
	void *state;
	void *scratch;
	void *context;
	uint8_t *window; /* window_n bytes and the padding, not a byte more: from calloc itself */
	size_t window_n;
	struct ed_batch *batch;
	void (*on_batch)(void *arg, const struct ed_batch *b);
	void *arg;
	struct ed_tally *tally;
	bool started; /* init succeeded */
	bool ended;   /* a unit was marked last */
};

static void drive_done(struct drive *d)
{
	if (d->scratch && d->f->scratch_free)
		d->f->scratch_free(d->scratch);
	if (d->started && d->f->done)
		d->f->done(d->state);
	if (d->batch)
		ed_mem_free(d->batch->data);
	ed_mem_free(d->batch);
	free(d->window);
	ed_mem_free(d->context);
	ed_mem_free(d->state);
}

static int drive_init(struct drive *d)
{
	size_t batch_n = BATCH_BYTES_MAX;
	int r;

	if (d->file.n < (BATCH_BYTES_MAX - BATCH_BYTES_MIN) / BATCH_BYTES_PER_BYTE)
		batch_n = BATCH_BYTES_MIN + d->file.n * BATCH_BYTES_PER_BYTE;
	d->window_n = d->file.n < ED_UNIT_MAX_BYTES ? d->file.n : ED_UNIT_MAX_BYTES;
	d->state = ed_mem_zalloc(1, d->f->state_bytes);
	d->context = ed_mem_zalloc(1, ED_UNIT_CONTEXT_BYTES);
	d->window = calloc(1, d->window_n + ED_UNIT_PADDING_BYTES);
	d->batch = ed_mem_zalloc(1, sizeof(*d->batch));
	if (!d->state || !d->context || !d->window || !d->batch)
		return -ENOMEM;
	d->batch->cap = batch_n;
	d->batch->data = ed_mem_zalloc(1, d->batch->cap);
	if (!d->batch->data)
		return -ENOMEM;
	r = d->f->init ? d->f->init(d->state) : 0;
	if (r < 0)
		return r;
	d->started = true;
	return d->f->scratch_new ? d->f->scratch_new(&d->scratch) : 0;
}

static void drive_unit(struct drive *d, struct ed_span bytes, bool last)
{
	struct ed_unit unit = { .offset = d->at, .last = last, .context = d->context };
	uint8_t *p = d->window + d->window_n - bytes.n;

	assert(bytes.n <= d->window_n);
	if (bytes.n > 0)
		memcpy(p, bytes.p, bytes.n);
	unit.bytes = ed_span_of(p, bytes.n);
	ed_batch_reset(d->batch);
	d->f->decode(d->scratch, &unit, d->batch);
	if (d->f->resolve)
		d->f->resolve(d->state, &unit, d->batch);
	ed_tally_add(d->tally, &d->batch->tally);
	if (d->on_batch)
		d->on_batch(d->arg, d->batch);
	d->ended = last;
}

/* One call of frame and what it asks for. False: the source is read to its end, or no further. */
static bool drive_step(struct drive *d)
{
	struct ed_span in = ed_span_from(d->file, d->at);
	bool eof = in.n <= ED_UNIT_MAX_BYTES;
	enum ed_frame_verdict verdict;
	struct ed_frame got = { 0 };

	if (!eof)
		in.n = ED_UNIT_MAX_BYTES;
	memset(d->context, 0, ED_UNIT_CONTEXT_BYTES);
	verdict = d->f->frame(d->state, in, eof, d->context, &got);
	assert(verdict != ED_FRAME_MORE);
	assert(got.n_bytes <= in.n);
	d->tally->n_read += got.n_dropped;
	ed_tally_drop_n(d->tally, got.drop, d->at + (verdict == ED_FRAME_UNIT ? got.n_bytes : 0),
			got.n_dropped);
	if (verdict == ED_FRAME_STOP)
		return false;
	assert(got.n_bytes > 0 || in.n == 0);
	if (verdict == ED_FRAME_UNIT && got.n_bytes > 0)
		drive_unit(d, ed_span_of(in.p, got.n_bytes), d->at + got.n_bytes == d->file.n);
	d->at += got.n_bytes;
	return in.n > 0;
}

int ed_format_drive(const struct ed_format *f, struct ed_span file,
		    void (*on_batch)(void *arg, const struct ed_batch *b), void *arg,
		    struct ed_tally *ret)
{
	struct drive d = { .f = f, .file = file, .on_batch = on_batch, .arg = arg, .tally = ret };
	int r;

	ed_tally_init(ret);
	r = drive_init(&d);
	if (r == 0) {
		while (drive_step(&d))
			;
		if (!d.ended) {
			memset(d.context, 0, ED_UNIT_CONTEXT_BYTES);
			drive_unit(&d, ed_span_of(NULL, 0), true);
		}
	}
	drive_done(&d);
	return r;
}
