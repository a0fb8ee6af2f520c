/* SPDX-License-Identifier: Apache-2.0 */
/* Reading without hunting; see events.h. */
#include "engine/events.h"

#include <errno.h>

#include "base/mem.h"
#include "base/time.h"
#include "engine/feed.h"

enum { BATCH_BYTES = 2 << 20 };

struct run {
	const struct ed_scan_config *conf;
	const struct ed_events_hooks *hooks;
	struct ed_scan_result *result;
	struct ed_feed feed;
	struct ed_feed_slot slot;
	struct ed_batch batch;
	void *scratch[ED_SCAN_FORMATS_MAX]; /* by row of the formats, made at first use */
	atomic_bool stop;
};

static int run_init(struct run *r)
{
	r->slot.buffer = ed_mem_zalloc(ED_UNIT_MAX_BYTES + ED_UNIT_PADDING_BYTES, 1);
	r->batch.data = ed_mem_zalloc(BATCH_BYTES, 1);
	r->batch.cap = BATCH_BYTES;
	if (!r->slot.buffer || !r->batch.data)
		return -ENOMEM;
	return ed_feed_init(&r->feed, r->conf, &r->stop);
}

static void run_free(struct run *r)
{
	for (size_t i = 0; ed_formats[i]; i++) {
		if (r->scratch[i])
			ed_formats[i]->scratch_free(r->scratch[i]);
	}
	ed_feed_done(&r->feed);
	ed_mem_free(r->slot.buffer);
	ed_mem_free(r->batch.data);
	ed_mem_free(r);
}

static void tell_troubles(struct run *r)
{
	struct ed_scan_trouble t;

	while (ed_feed_tell(&r->feed, &t)) {
		if (r->hooks->trouble)
			r->hooks->trouble(r->hooks->arg, &t);
	}
}

static bool outside(const struct ed_scan_config *c, int64_t time_ns)
{
	return (c->from_ns && time_ns < c->from_ns) || (c->to_ns && time_ns >= c->to_ns);
}

/* Hands on the events of the batch. An event outside the asked time is dropped; its record with it,
 * unless several events came from one and all were dropped already. */
static void hand_on(struct run *r)
{
	struct ed_batch *b = &r->batch;
	struct ed_event *ev;

	for (size_t at = 0; (ev = ed_batch_at(b, at)) != NULL; at += ev->size_bytes) {
		const struct ed_feed_file *file = r->slot.file;

		if (outside(r->conf, ev->time_ns)) {
			if (b->tally.n_analysed > 0) {
				b->tally.n_analysed--;
				ed_tally_drop(&b->tally, ED_DROP_OUTSIDE, ev->offset);
			}
			continue;
		}
		if (r->result->interrupted)
			return;
		ev->format = (uint8_t)file->format_row;
		r->result->n_events[ev->kind]++;
		ed_told_add(&r->result->told, ev);
		r->result->format_told[file->format_row] |= ev->has;
		r->result->interrupted = !r->hooks->event(r->hooks->arg, ev, file->path,
							  file->format);
	}
}

static int run_unit(struct run *r)
{
	const struct ed_feed_file *file = r->slot.file;
	void **scratch = &r->scratch[file->format_row];
	int error = 0;

	ed_batch_reset(&r->batch);
	if (!*scratch && file->format->scratch_new)
		error = file->format->scratch_new(scratch);
	if (error < 0)
		return error;
	file->format->decode(*scratch, &r->slot.unit, &r->batch);
	if (file->format->resolve)
		file->format->resolve(file->state, &r->slot.unit, &r->batch);
	hand_on(r);
	ed_feed_settle(&r->feed, &r->slot, &r->batch.tally);
	return 0;
}

static void collect(const struct run *r, struct ed_scan_result *ret)
{
	for (size_t i = 0; i < r->feed.n_files; i++) {
		const struct ed_feed_file *f = &r->feed.files[i];

		ed_tally_add(&ret->records, &f->tally);
		ret->n_files += f->tally.n_read > 0;
		if (f->format)
			ret->format_records[f->format_row] += f->tally.n_read;
	}
	ret->bytes = r->feed.bytes_in;
	ret->damaged = r->feed.n_damaged_files > 0;
}

int ed_events_run(const struct ed_scan_config *conf, const struct ed_events_hooks *hooks,
		  struct ed_scan_result *ret)
{
	struct run *r = ed_mem_zalloc(1, sizeof(*r));
	int error;

	if (!r)
		return -ENOMEM;
	memset(ret, 0, sizeof(*ret));
	ed_tally_init(&ret->records);
	*r = (struct run){ .conf = conf, .hooks = hooks, .result = ret };
	error = run_init(r);
	while (error >= 0 && !ret->interrupted) {
		error = ed_feed_next(&r->feed, &r->slot);
		if (error <= 0)
			break;
		error = run_unit(r);
		tell_troubles(r);
	}
	if (error >= 0 && ret->interrupted)
		error = ed_feed_abandon(&r->feed);
	tell_troubles(r);
	if (error >= 0)
		collect(r, ret);
	run_free(r);
	return error < 0 ? error : 0;
}
