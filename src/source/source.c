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

int ed_source_open(const char *path, const atomic_bool *stop, struct ed_source *ret)
{
	struct stat st;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->fd = -1;
	ret->stop = stop;
	ret->in = ed_mem_zalloc(ED_SOURCE_IN_BYTES, 1);
	if (!ret->in)
		return -ENOMEM;
	r = row_for(path)->open(path, ret);
	ret->may_wait = r == 0 && fstat(ret->fd, &st) == 0 && !S_ISREG(st.st_mode);
	if (r == 0)
		r = fill(ret, ED_CODEC_MAGIC_BYTES);
	if (r == 0) {
		ret->codec = ed_codec_sniff((struct ed_span){ .p = ret->in, .n = ret->in_n });
		if (ret->codec) {
			ret->codec_state = ret->codec->start();
			r = ret->codec_state ? 0 : -ENOMEM;
		}
	}
	if (r < 0)
		ed_source_close(ret);
	return r;
}

void ed_source_close(struct ed_source *s)
{
	if (s->codec_state)
		s->codec->stop(s->codec_state);
	if (s->owns_fd && s->fd >= 0)
		(void)close(s->fd);
	ed_mem_free(s->in);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
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

ssize_t ed_source_read(struct ed_source *s, void *ret, size_t n)
{
	assert(n > 0);
	return s->codec ? read_packed(s, ret, n) : read_plain(s, ret, n);
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
	default:
		return "";
	}
}
