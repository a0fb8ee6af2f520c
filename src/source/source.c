/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of sources, and reading with decompression; see source.h. */
#include "source/source.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/codec.h"
#include "source/evtx.h"

enum { STOP_CHECK_MS = 100 };

const struct ed_source_row *const ed_sources[] = {
#define SOURCE(id) &ed_source_##id,
#include "source/source.def"
#undef SOURCE
	NULL,
};

static const struct ed_source_row *row_for(const char *path)
{
	size_t i = 0;

	while (ed_sources[i + 1] && !ed_sources[i]->claims(path))
		i++;
	return ed_sources[i];
}

/* Waits until there is something to read; false when the run is to stop. */
static bool await_input(const struct ed_source *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	while (poll(&p, 1, STOP_CHECK_MS) == 0) {
		if (s->stop && atomic_load(s->stop))
			return false;
	}
	return true;
}

static ssize_t read_fd(struct ed_source *s, void *ret, size_t n)
{
	ssize_t r = 0;

	if (!s->may_wait || await_input(s)) {
		do
			r = read(s->fd, ret, n);
		while (r < 0 && errno == EINTR);
	}
	if (r < 0)
		return -errno;
	if (r == 0)
		s->eof = true;
	s->n_in += (uint64_t)r;
	return r;
}

/* Reads until @n bytes wait or the input ends. 0 or -errno. */
static int fill(struct ed_source *s, size_t n)
{
	if (s->in_off > 0) {
		memmove(s->in, s->in + s->in_off, s->in_n - s->in_off);
		s->in_n -= s->in_off;
		s->in_off = 0;
	}
	while (s->in_n < n && !s->eof) {
		ssize_t r = read_fd(s, s->in + s->in_n, ED_SOURCE_IN_BYTES - s->in_n);

		if (r < 0)
			return (int)r;
		s->in_n += (size_t)r;
	}
	return 0;
}

static ssize_t read_plain(struct ed_source *s, void *ret, size_t n)
{
	size_t left = s->in_n - s->in_off;
	ssize_t r;

	if (left == 0) {
		r = s->eof ? 0 : read_fd(s, ret, n);
		if (r > 0)
			s->n_out += (uint64_t)r;
		return r;
	}
	if (left > n)
		left = n;
	memcpy(ret, s->in + s->in_off, left);
	s->in_off += left;
	s->n_out += left;
	return (ssize_t)left;
}

static bool is_bomb(const struct ed_source *s)
{
	return s->n_out > ED_SOURCE_FREE_BYTES && s->n_out / ED_SOURCE_RATIO_MAX > s->n_in;
}

/* After a frame: what follows is another frame of the same kind, or the end; anything else is
 * damage. */
static int next_frame(struct ed_source *s)
{
	int r = fill(s, ED_CODEC_MAGIC_BYTES);

	if (r < 0)
		return r;
	s->between = false;
	if (s->in_n == 0)
		s->ended = true;
	else if (ed_codec_sniff((struct ed_span){ .p = s->in, .n = s->in_n }) != s->codec)
		s->fault = ED_SOURCE_DAMAGED;
	return 0;
}

/* What is wrong after a step that said @v; @stuck: it neither took nor gave anything. */
static uint8_t fault_after(const struct ed_source *s, enum ed_codec_verdict v, bool stuck)
{
	if (is_bomb(s))
		return ED_SOURCE_BOMB;
	if (v == ED_CODEC_BROKEN)
		return ED_SOURCE_DAMAGED;
	return v == ED_CODEC_MORE && stuck && s->eof ? ED_SOURCE_CUT : ED_SOURCE_OK;
}

/* Makes sure that there is input for a step. False at the end or at a fault; a failed read is in
 * *ret. */
static bool input_ready(struct ed_source *s, ssize_t *ret)
{
	int r = s->between ? next_frame(s) : 0;

	if (r == 0 && s->in_n == s->in_off)
		r = fill(s, 1);
	*ret = r;
	return r == 0 && !s->fault && !s->ended;
}

static ssize_t read_packed(struct ed_source *s, uint8_t *ret, size_t n)
{
	ssize_t r = 0;

	while (!s->fault && !s->ended && input_ready(s, &r)) {
		struct ed_span in = { .p = s->in + s->in_off, .n = s->in_n - s->in_off };
		size_t n_out;
		enum ed_codec_verdict v = s->codec->step(s->codec_state, &in, ret, n, &n_out);

		s->in_off = s->in_n - in.n;
		s->n_out += n_out;
		s->between = v == ED_CODEC_END;
		s->fault = fault_after(s, v, n_out == 0 && in.n == 0);
		if (n_out > 0)
			return (ssize_t)n_out;
	}
	return r;
}

/* Unpacked bytes, as @read of an event log's reader too. */
static ssize_t read_unpacked(void *source, void *ret, size_t n)
{
	struct ed_source *s = source;

	return s->codec ? read_packed(s, ret, n) : read_plain(s, ret, n);
}

/*
 * Looks at the first unpacked bytes, and starts the reader of event logs when they are one. What
 * fails in them is found again by the next read: a fault stays, and so does the end.
 */
static int evtx_start(struct ed_source *s)
{
	const struct ed_evtx_input input = { .read = read_unpacked, .context = s, .stop = s->stop };
	char program[ED_EVTX_PATH_MAX];
	ssize_t got = 1;
	int r;

	while (s->head_n < ED_SOURCE_HEAD_BYTES && got > 0) {
		got = read_unpacked(s, s->head + s->head_n, ED_SOURCE_HEAD_BYTES - s->head_n);
		s->head_n += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		return (int)got;
	if (!ed_evtx_is(ed_span_of(s->head, s->head_n)))
		return 0;
	r = ed_evtx_find(program);
	if (r == 0)
		r = ed_evtx_new(program, ed_span_of(s->head, s->head_n), &input, &s->evtx);
	s->head_n = 0;
	s->format = "windows-xml";
	if (r < 0)
		s->fault = ED_SOURCE_NO_READER;
	return r == -ENOMEM ? r : 0;
}

static int codec_start(struct ed_source *s)
{
	s->codec = ed_codec_sniff(ed_span_of(s->in, s->in_n));
	if (!s->codec)
		return 0;
	s->codec_state = s->codec->start();
	return s->codec_state ? 0 : -ENOMEM;
}

int ed_source_open(const char *path, const atomic_bool *stop, struct ed_source *ret)
{
	struct stat st;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->fd = -1;
	ret->stop = stop;
	ed_tally_init(&ret->lost);
	ret->in = ed_mem_zalloc(ED_SOURCE_IN_BYTES, 1);
	if (!ret->in)
		return -ENOMEM;
	r = row_for(path)->open(path, ret);
	ret->may_wait = r == 0 && fstat(ret->fd, &st) == 0 && !S_ISREG(st.st_mode);
	if (r == 0)
		r = fill(ret, ED_CODEC_MAGIC_BYTES);
	if (r == 0)
		r = codec_start(ret);
	if (r == 0)
		r = evtx_start(ret);
	if (r < 0)
		ed_source_close(ret);
	return r;
}

void ed_source_close(struct ed_source *s)
{
	ed_evtx_free(s->evtx);
	if (s->codec_state)
		s->codec->stop(s->codec_state);
	if (s->owns_fd && s->fd >= 0)
		(void)close(s->fd);
	ed_mem_free(s->in);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

static ssize_t read_evtx(struct ed_source *s, void *ret, size_t n)
{
	ssize_t r = ed_evtx_read(s->evtx, &s->lost, ret, n);

	if (r != -ENOEXEC)
		return r;
	s->fault = ED_SOURCE_NO_READER;
	return 0;
}

ssize_t ed_source_read(struct ed_source *s, void *ret, size_t n)
{
	size_t left = s->head_n - s->head_off;

	assert(n > 0);
	if (s->fault == ED_SOURCE_NO_READER)
		return 0;
	if (s->evtx)
		return read_evtx(s, ret, n);
	if (left == 0)
		return read_unpacked(s, ret, n);
	if (n > left)
		n = left;
	memcpy(ret, s->head + s->head_off, n);
	s->head_off += n;
	return (ssize_t)n;
}

const char *ed_source_fault_text(unsigned fault)
{
	switch (fault) {
	case ED_SOURCE_DAMAGED:
		return "compressed data damaged";
	case ED_SOURCE_CUT:
		return "compressed data cut short";
	case ED_SOURCE_BOMB:
		return "unpacks to more than 200 times its size, refused";
	case ED_SOURCE_NO_READER:
		return "a Windows event log, but earthdog-evtx is missing or cannot be confined here";
	default:
		return "";
	}
}
