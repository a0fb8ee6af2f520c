/* SPDX-License-Identifier: Apache-2.0 */
/* The feed; see feed.h. */
#include "engine/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "engine/paths.h"

/*
 * Bytes shown to frame at a time. It cuts behind the last whole record of them, so this is the size
 * of a unit, and only a piece of a record has to be carried over. Half of ED_UNIT_TARGET_BYTES: a
 * unit with its events then stays in a second-level cache of 512 KiB from reading to the shards.
 */
enum { READ_AHEAD_BYTES = 64 << 10, READ_MORE_BYTES = 64 << 10 };
static_assert((int)READ_AHEAD_BYTES <= (int)ED_UNIT_TARGET_BYTES, "frame would leave more behind");

/* ---------------------------------------------------------------- trouble */

static void trouble(struct ed_feed *f, const struct ed_scan_trouble *t)
{
	pthread_mutex_lock(&f->told_lock);
	/* sized for all: one at the opening of a file, two after */
	if (f->n_troubles < f->troubles_cap) {
		char *text = f->trouble_texts[f->n_troubles];

		(void)snprintf(text, sizeof(f->trouble_texts[0]), "%s", t->what);
		f->troubles[f->n_troubles] = *t;
		f->troubles[f->n_troubles++].what = text;
		f->n_damaged_files++;
	}
	pthread_mutex_unlock(&f->told_lock);
}

bool ed_feed_tell(struct ed_feed *f, struct ed_scan_trouble *ret)
{
	bool more;

	pthread_mutex_lock(&f->told_lock);
	more = f->n_told < f->n_troubles;
	if (more)
		*ret = f->troubles[f->n_told++];
	pthread_mutex_unlock(&f->told_lock);
	return more;
}

static void note_progress(struct ed_feed *f, uint64_t n_bytes)
{
	pthread_mutex_lock(&f->told_lock);
	f->bytes_in += n_bytes;
	f->i_told = f->i_file;
	pthread_mutex_unlock(&f->told_lock);
}

void ed_feed_progress(struct ed_feed *f, struct ed_scan_progress *ret)
{
	pthread_mutex_lock(&f->told_lock);
	ret->bytes_read = f->bytes_in;
	ret->bytes_total = f->bytes_total;
	ret->n_files = f->n_files;
	ret->i_file = f->i_told;
	pthread_mutex_unlock(&f->told_lock);
}

static void trouble_whole(struct ed_feed *f, const struct ed_feed_file *file, const char *what)
{
	trouble(f, &(struct ed_scan_trouble){ .path = file->path, .what = what });
}

/* -------------------------------------------------------------- set-up */

static uint64_t size_on_disk(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode) ?
		       (uint64_t)st.st_size :
		       0;
}

int ed_feed_init(struct ed_feed *f, const struct ed_scan_config *conf, const atomic_bool *stop)
{
	struct ed_paths paths = { 0 };
	int r = 0;

	memset(f, 0, sizeof(*f));
	pthread_mutex_init(&f->told_lock, NULL);
	f->stop = stop;
	for (size_t i = 0; i < conf->n_paths && r == 0; i++)
		r = ed_paths_add(&paths, conf->paths[i]);
	if (r < 0)
		goto out;
	f->forced = conf->input_format ? ed_format_find(conf->input_format) : NULL;
	f->carry = ed_mem_zalloc(ED_UNIT_MAX_BYTES, 1);
	f->files = ed_mem_zalloc(paths.n + 1, sizeof(*f->files));
	f->troubles_cap = 3 * paths.n + 1;
	f->troubles = ed_mem_zalloc(f->troubles_cap, sizeof(*f->troubles));
	f->trouble_texts = ed_mem_zalloc(f->troubles_cap, sizeof(*f->trouble_texts));
	if (!f->carry || !f->files || !f->troubles || !f->trouble_texts) {
		r = -ENOMEM;
		goto out;
	}
	for (size_t i = 0; i < paths.n; i++) {
		f->files[i].path = paths.v[i];
		paths.v[i] = NULL;
		ed_tally_init(&f->files[i].tally);
		f->bytes_total += size_on_disk(f->files[i].path);
	}
	f->n_files = paths.n;
out:
	ed_paths_done(&paths);
	if (r < 0)
		ed_feed_done(f);
	return r;
}

static void file_release(struct ed_feed_file *file)
{
	if (file->state && file->format->done)
		file->format->done(file->state);
	ed_mem_free(file->state);
	file->state = NULL;
}

void ed_feed_done(struct ed_feed *f)
{
	if (f->is_open)
		ed_source_close(&f->source);
	for (size_t i = 0; f->files && i < f->n_files; i++) {
		file_release(&f->files[i]);
		free(f->files[i].path);
	}
	ed_mem_free(f->files);
	ed_mem_free(f->carry);
	ed_mem_free(f->troubles);
	ed_mem_free(f->trouble_texts);
	pthread_mutex_destroy(&f->told_lock);
	memset(f, 0, sizeof(*f));
}

/* -------------------------------------------------------------- reading */

/* What the source could not make bytes of is of the file's account too. */
static void take_lost(struct ed_feed *f)
{
	struct ed_tally *lost = &f->source.lost;

	if (lost->n_read == 0)
		return;
	pthread_mutex_lock(&f->told_lock);
	ed_tally_add(&f->files[f->i_file].tally, lost);
	pthread_mutex_unlock(&f->told_lock);
	ed_tally_init(lost);
}

/* Reads into @buffer until it holds @n bytes or the source ends; a read that fails ends the source.
 */
static void fill(struct ed_feed *f, uint8_t *buffer, size_t *n_held, size_t n)
{
	uint64_t before = f->source.n_in;

	if (n > ED_UNIT_MAX_BYTES)
		n = ED_UNIT_MAX_BYTES;
	while (*n_held < n && !f->eof) {
		ssize_t r = ed_source_read(&f->source, buffer + *n_held, n - *n_held);

		if (r > 0) {
			*n_held += (size_t)r;
			continue;
		}
		f->eof = true;
		if (r < 0 || f->source.fault)
			trouble(f, &(struct ed_scan_trouble){
					   .path = f->files[f->i_file].path,
					   .offset = f->offset + *n_held,
					   .has_offset = true,
					   .what = r < 0 ? strerror((int)-r) :
							   ed_source_fault_text(f->source.fault),
				   });
	}
	take_lost(f);
	note_progress(f, f->source.n_in - before);
}

static unsigned row_of(const struct ed_format *format)
{
	unsigned i = 0;

	while (ed_formats[i] != format)
		i++;
	return i;
}

static int format_start(struct ed_feed_file *file, const struct ed_format *format)
{
	file->format = format;
	file->format_row = row_of(format);
	file->state = ed_mem_zalloc(1, format->state_bytes ? format->state_bytes : 1);
	if (!file->state)
		return -ENOMEM;
	return format->init ? format->init(file->state) : 0;
}

/* What of the account of @file is damage, when anything is. */
static void trouble_damage(struct ed_feed *f, const struct ed_feed_file *file)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ED_DROP_N; i++)
		n += ed_drop_is_damage(i) ? file->tally.n_dropped[i] : 0;
	if (n > 0)
		trouble(f, &(struct ed_scan_trouble){
				   .path = file->path,
				   .offset = file->tally.first_damage_offset,
				   .has_offset = true,
				   .n = n,
				   .what = ed_drop_help(file->tally.first_damage),
			   });
}

/* The format of the open source by what lies in the carry; NULL, with trouble, when there is none.
 */
static const struct ed_format *format_of(struct ed_feed *f, const struct ed_feed_file *file)
{
	const struct ed_format *format = f->forced;
	size_t n = f->n_carry < ED_PROBE_BYTES ? f->n_carry : ED_PROBE_BYTES;

	if (n == 0) {
		trouble_damage(f, file); /* an event log of which no record could be read */
		if (!f->source.fault && !atomic_load(f->stop) && file->tally.n_read == 0)
			trouble_whole(f, file, "empty");
		return NULL;
	}
	if (!format && f->source.format)
		format = ed_format_find(f->source.format);
	if (!format)
		format = ed_format_sniff(ed_span_of(f->carry, n));
	if (!format)
		trouble_whole(f, file, "not in a known format (earthdog list formats)");
	return format;
}

/* Opens the current file and finds its format. 1: ready; 0: it was skipped, with trouble; -ENOMEM.
 */
static int open_current(struct ed_feed *f)
{
	struct ed_feed_file *file = &f->files[f->i_file];
	int r = ed_source_open(file->path, f->stop, &f->source);
	const struct ed_format *format;

	if (r < 0) {
		trouble_whole(f, file, r == -EISDIR ? "no files in it, or too deep" : strerror(-r));
		return r == -ENOMEM ? r : 0;
	}
	f->is_open = true;
	note_progress(f, f->source.n_in);
	f->n_carry = 0;
	f->offset = 0;
	f->eof = f->stopped = false;
	fill(f, f->carry, &f->n_carry, ED_PROBE_BYTES);
	format = format_of(f, file);
	r = format ? format_start(file, format) : 0;
	if (format && r == 0)
		return 1;
	ed_source_close(&f->source);
	f->is_open = false;
	return r;
}

/* ---------------------------------------------------------------- framing */

/* The first @n of the @n_held bytes in the slot's buffer are its unit; the rest is carried to the
 * next. */
static void unit_cut(struct ed_feed *f, struct ed_feed_slot *slot, size_t n_held, size_t n)
{
	f->n_carry = n_held - n;
	memcpy(f->carry, slot->buffer + n, f->n_carry);
	memset(slot->buffer + n, 0, ED_UNIT_PADDING_BYTES);
	slot->file = &f->files[f->i_file];
	slot->unit = (struct ed_unit){
		.bytes = ed_span_of(slot->buffer, n),
		.offset = f->offset,
		.source = (uint32_t)f->i_file,
		.last = false,
		.context = slot->context,
	};
	f->offset += n;
}

/* The empty unit that tells resolve that the source is over; the next file comes after it. */
static void finish_file(struct ed_feed *f, struct ed_feed_slot *slot)
{
	unit_cut(f, slot, 0, 0);
	slot->unit.last = true;
	ed_source_close(&f->source);
	f->is_open = false;
	f->i_file++;
}

static void account_frame(struct ed_feed *f, const struct ed_frame *fr)
{
	struct ed_tally *t = &f->files[f->i_file].tally;

	if (fr->n_dropped == 0)
		return;
	pthread_mutex_lock(&f->told_lock);
	t->n_read += fr->n_dropped;
	ed_tally_drop_n(t, fr->drop, f->offset, fr->n_dropped);
	pthread_mutex_unlock(&f->told_lock);
}

/* One unit of the open file into @slot; false when the file has no more. */
static bool frame_next(struct ed_feed *f, struct ed_feed_slot *slot)
{
	struct ed_feed_file *file = &f->files[f->i_file];
	size_t n = f->n_carry, want = READ_AHEAD_BYTES;

	memcpy(slot->buffer, f->carry, n);
	while (!f->stopped) {
		struct ed_frame fr = { .n_bytes = 0 };
		enum ed_frame_verdict v;

		fill(f, slot->buffer, &n, want);
		if (f->eof && n == 0)
			return false;
		memset(slot->context, 0, file->format->context_bytes);
		v = file->format->frame(file->state, ed_span_of(slot->buffer, n), f->eof,
					slot->context, &fr);
		account_frame(f, &fr);
		switch (v) {
		case ED_FRAME_UNIT:
			unit_cut(f, slot, n, fr.n_bytes);
			return true;
		case ED_FRAME_SKIP:
			n -= fr.n_bytes;
			memmove(slot->buffer, slot->buffer + fr.n_bytes, n);
			f->offset += fr.n_bytes;
			want = READ_AHEAD_BYTES;
			break;
		case ED_FRAME_MORE:
			assert(!f->eof && n < ED_UNIT_MAX_BYTES); /* format.h forbids it */
			want = n + READ_MORE_BYTES;
			break;
		case ED_FRAME_STOP:
			f->stopped = true;
			break;
		}
	}
	return false;
}

int ed_feed_next(struct ed_feed *f, struct ed_feed_slot *slot)
{
	while (f->i_file < f->n_files) {
		if (!f->is_open) {
			int r = open_current(f);

			if (r < 0)
				return r;
			if (r == 0) {
				f->i_file++;
				continue;
			}
		}
		if (!frame_next(f, slot))
			finish_file(f, slot);
		return 1;
	}
	return 0;
}

void ed_feed_settle(struct ed_feed *f, struct ed_feed_slot *slot, const struct ed_tally *t)
{
	struct ed_feed_file *file = slot->file;

	pthread_mutex_lock(&f->told_lock);
	ed_tally_add(&file->tally, t);
	pthread_mutex_unlock(&f->told_lock);
	if (!slot->unit.last)
		return;
	file_release(file);
	trouble_damage(f, file);
}

int ed_feed_abandon(struct ed_feed *f)
{
	static const uint8_t nothing[ED_UNIT_PADDING_BYTES];
	struct ed_feed_slot *slot = ed_mem_zalloc(1, sizeof(*slot));
	struct ed_batch *b = ed_mem_zalloc(1, sizeof(*b));
	int r = slot && b ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < f->n_files; i++) {
		struct ed_feed_file *file = &f->files[i];

		if (!file->state)
			continue;
		/* without room: an event that came out now would have nowhere to go */
		ed_batch_reset(b);
		slot->file = file;
		slot->unit = (struct ed_unit){ .bytes = ed_span_of(nothing, 0),
					       .source = (uint32_t)i,
					       .last = true,
					       .context = slot->context };
		if (file->format->resolve)
			file->format->resolve(file->state, &slot->unit, b);
		ed_feed_settle(f, slot, &b->tally);
	}
	ed_mem_free(slot);
	ed_mem_free(b);
	return r;
}
