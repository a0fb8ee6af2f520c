/* SPDX-License-Identifier: Apache-2.0 */
/*
 * earthdog-evtx: decodes the chunks of a Windows event log that come in on standard input, confined
 * (confine.h), and says what is in them on standard output (source/evtx_frame.h). Started by
 * earthdog, of no use by hand. It keeps nothing but which records it gave already.
 */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "record/batch.h"
#include "source/evtx_frame.h"
#include "wire/evtx.h"
#include "worker/confine.h"

static_assert((int)ED_EVTX_FRAME_CHUNK_MAX_BYTES == (int)ED_EVTX_CHUNK_BYTES, "whole chunks come");
static_assert((int)ED_EVTX_FRAME_LINE_MAX_BYTES >= (int)ED_EVTX_LINE_MAX_BYTES, "all lines go");

enum { OUT_BYTES = 128 << 10 };

struct out {
	uint8_t bytes[OUT_BYTES];
	size_t n;
	bool failed; /* nobody listens any more */
};

/* All memory there is; it is taken before the confinement begins. */
static struct ed_evtx reader;
static struct out out;
static uint8_t chunk[ED_EVTX_CHUNK_BYTES];

/* False at the end of the input, or when it fails. */
static bool read_all(void *ret, size_t n)
{
	uint8_t *at = ret;

	while (n > 0) {
		ssize_t r = read(STDIN_FILENO, at, n);

		if (r == 0 || (r < 0 && errno != EINTR))
			return false;
		at += r > 0 ? r : 0;
		n -= r > 0 ? (size_t)r : 0;
	}
	return true;
}

static void write_all(struct out *o, const uint8_t *at, size_t n)
{
	while (n > 0 && !o->failed) {
		ssize_t r = write(STDOUT_FILENO, at, n);

		o->failed = r < 0 && errno != EINTR;
		at += r > 0 ? r : 0;
		n -= r > 0 ? (size_t)r : 0;
	}
}

static void flush(struct out *o)
{
	write_all(o, o->bytes, o->n);
	o->n = 0;
}

static void say(struct out *o, const struct ed_evtx_frame *f, const uint8_t *bytes)
{
	if (sizeof(*f) + f->n_bytes > OUT_BYTES - o->n)
		flush(o);
	memcpy(o->bytes + o->n, f, sizeof(*f));
	o->n += sizeof(*f);
	if (f->n_bytes > OUT_BYTES - o->n) {
		flush(o);
		write_all(o, bytes, f->n_bytes);
		return;
	}
	if (f->n_bytes > 0)
		memcpy(o->bytes + o->n, bytes, f->n_bytes);
	o->n += f->n_bytes;
}

static enum ed_drop drop_of(enum ed_evtx_kind kind)
{
	switch (kind) {
	case ED_EVTX_BAD_LENGTH:
		return ED_DROP_BAD_LENGTH;
	case ED_EVTX_TOO_MUCH:
		return ED_DROP_OVERSIZE;
	case ED_EVTX_CUT:
		return ED_DROP_CUT;
	default:
		return ED_DROP_BAD_RECORD;
	}
}

static void say_item(struct out *o, const struct ed_evtx_item *item)
{
	struct ed_evtx_frame f = { .n = item->n, .at = item->at, .id = item->id };

	if (item->kind == ED_EVTX_RECORD) {
		f.kind = ED_EVTX_FRAME_RECORD;
		f.n_bytes = (uint32_t)item->line.n;
	} else {
		f.kind = ED_EVTX_FRAME_LOST;
		f.drop = (uint8_t)drop_of(item->kind);
	}
	say(o, &f, item->line.p);
}

static void decode_chunk(struct out *o, size_t n)
{
	struct ed_evtx_item item;

	ed_evtx_chunk(&reader, ed_span_of(chunk, n));
	for (ed_evtx_next(&reader, &item); item.kind != ED_EVTX_END; ed_evtx_next(&reader, &item))
		say_item(o, &item);
	say(o, &(struct ed_evtx_frame){ .kind = ED_EVTX_FRAME_END }, NULL);
	flush(o);
}

int main(void)
{
	uint32_t n;

	if (ed_confine() < 0)
		return 1;
	say(&out, &(struct ed_evtx_frame){ .kind = ED_EVTX_FRAME_READY }, NULL);
	flush(&out);
	while (!out.failed && read_all(&n, sizeof(n))) {
		if (n > sizeof(chunk) || !read_all(chunk, n))
			break;
		decode_chunk(&out, n);
	}
	ed_confined_exit(0);
	return 0;
}
