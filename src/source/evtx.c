/* SPDX-License-Identifier: Apache-2.0 */
/* The program's side of reading a Windows event log; see evtx.h and evtx_frame.h. */
#include "source/evtx.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/evtx_frame.h"

/* Where the reader is installed: absolute, or relative to the folder of the program. */
#ifndef ED_LIBEXEC
#define ED_LIBEXEC "../libexec"
#endif

enum {
	HEAD_BYTES = 4096, /* of a log, before its chunks */
	CHUNK_BYTES = ED_EVTX_FRAME_CHUNK_MAX_BYTES,
	MAGIC_BYTES = 8, /* with their NUL */
	IN_BYTES = ED_EVTX_FRAME_LINE_MAX_BYTES + (64 << 10),
	STOP_CHECK_MS = 100,
};

static const char log_magic[MAGIC_BYTES] = "ElfFile";
static const char chunk_magic[MAGIC_BYTES] = "ElfChnk";
static const char record_magic[4] = "**\0";

struct ed_evtx_reader {
	char program[ED_EVTX_PATH_MAX];
	struct ed_evtx_input input;
	pid_t pid; /* 0: none runs */
	int fd;
	clockid_t clock; /* of the reader's CPU time */
	bool ready;      /* the one that runs said that it is confined */
	bool answering;  /* a chunk was sent, its end was not told */
	bool eof;        /* of the input */
	int error;       /* why it ended early: -errno */
	unsigned n_deaths;
	int64_t cpu_begin_ns; /* of the reader, when the chunk was sent */
	uint64_t offset;      /* of the chunk, in the log */
	uint32_t n_told;      /* records of the chunk that were told of */
	size_t n_chunk;       /* bytes of the chunk; behind it n_held are read already */
	size_t n_held;
	uint32_t line_left; /* of a line that was told, to be handed out */
	size_t in_off, in_n;
	uint8_t held[CHUNK_BYTES];
	uint8_t in[IN_BYTES];
};

bool ed_evtx_is(struct ed_span head)
{
	return head.n >= MAGIC_BYTES && memcmp(head.p, log_magic, MAGIC_BYTES) == 0;
}

int ed_evtx_find(char ret[static ED_EVTX_PATH_MAX])
{
	static const char *const places[] = { ".", ED_LIBEXEC };
	ssize_t n = readlink("/proc/self/exe", ret, ED_EVTX_PATH_MAX - 1);
	char folder[ED_EVTX_PATH_MAX];

	if (n <= 0)
		return -ENOENT;
	while (n > 0 && ret[n - 1] != '/')
		n--;
	memcpy(folder, ret, (size_t)n);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int used = snprintf(ret, ED_EVTX_PATH_MAX, "%.*s%s/earthdog-evtx",
				    places[i][0] == '/' ? 0 : (int)n, folder, places[i]);

		if (used > 0 && used < ED_EVTX_PATH_MAX && access(ret, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

/* --------------------------------------------------------- starting and ending */

static int spawn(struct ed_evtx_reader *r, int fd)
{
	char *argv[] = { (char *)(uintptr_t) "earthdog-evtx", NULL }, *no_environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int e;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	e = posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
	if (e == 0)
		e = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
						     0);
	if (e == 0)
		e = posix_spawnattr_setsigmask(&attributes, &none);
	if (e == 0)
		e = posix_spawnattr_setsigdefault(&attributes, &all);
	if (e == 0)
		e = posix_spawnattr_setflags(&attributes,
					     POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (e == 0)
		e = posix_spawn(&r->pid, r->program, &actions, &attributes, argv, no_environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -e;
}

static int reader_start(struct ed_evtx_reader *r)
{
	int pair[2], e;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	e = spawn(r, pair[1]);
	(void)close(pair[1]);
	if (e < 0 || clock_getcpuclockid(r->pid, &r->clock) != 0) {
		(void)close(pair[0]);
		return e < 0 ? e : -ESRCH;
	}
	r->fd = pair[0];
	r->ready = r->answering = false;
	r->in_off = r->in_n = 0;
	r->cpu_begin_ns = 0;
	return 0;
}

static void reader_end(struct ed_evtx_reader *r)
{
	if (r->pid == 0)
		return;
	(void)close(r->fd);
	(void)kill(r->pid, SIGKILL);
	while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
		;
	r->pid = 0;
}

int ed_evtx_new(const char *program, struct ed_span head, const struct ed_evtx_input *in,
		struct ed_evtx_reader **ret)
{
	struct ed_evtx_reader *r = ed_mem_zalloc(1, sizeof(*r));
	int e;

	if (!r)
		return -ENOMEM;
	if (strlen(program) >= sizeof(r->program) || head.n > HEAD_BYTES) {
		ed_mem_free(r);
		return -EINVAL;
	}
	memcpy(r->program, program, strlen(program) + 1);
	r->input = *in;
	memcpy(r->held, head.p, head.n);
	r->n_held = head.n;
	e = reader_start(r);
	if (e < 0) {
		ed_evtx_free(r);
		return e;
	}
	*ret = r;
	return 0;
}

void ed_evtx_free(struct ed_evtx_reader *r)
{
	if (r)
		reader_end(r);
	ed_mem_free(r);
}

/* ------------------------------------------------------------------- the log */

/* Reads until @n bytes of the log are held or it ends; a read that fails ends it. */
static void hold(struct ed_evtx_reader *r, size_t n)
{
	while (r->n_held < n && !r->eof) {
		ssize_t got = r->input.read(r->input.context, r->held + r->n_held, n - r->n_held);

		r->eof = got <= 0;
		r->error = got < 0 ? (int)got : 0;
		r->n_held += got > 0 ? (size_t)got : 0;
	}
}

static void held_drop(struct ed_evtx_reader *r, size_t n)
{
	r->n_held -= n;
	memmove(r->held, r->held + n, r->n_held);
	r->offset += n;
}

/*
 * The next chunk to the front of what is held; none is left when it has no bytes. Where no chunk
 * begins, one that begins later within its room is believed: bytes are missing, or too many.
 */
static void chunk_next(struct ed_evtx_reader *r)
{
	size_t n = r->n_chunk;
	const uint8_t *magic;

	if (r->offset == 0) {
		hold(r, HEAD_BYTES);
		n = r->n_held < HEAD_BYTES ? r->n_held : HEAD_BYTES;
	}
	held_drop(r, n);
	hold(r, CHUNK_BYTES);
	r->n_told = 0;
	r->n_chunk = r->n_held;
	if (r->n_held < MAGIC_BYTES || memcmp(r->held, chunk_magic, MAGIC_BYTES) == 0)
		return;
	magic = memmem(r->held, r->n_held, chunk_magic, MAGIC_BYTES);
	if (magic)
		r->n_chunk = (size_t)(magic - r->held);
}

/* Beginnings of records in the chunk. */
static uint32_t chunk_n_records(const struct ed_evtx_reader *r)
{
	struct ed_span rest = ed_span_of(r->held, r->n_chunk);
	const uint8_t *p;
	uint32_t n = 0;

	while ((p = memmem(rest.p, rest.n, record_magic, sizeof(record_magic)))) {
		n++;
		rest = ed_span_from(rest, (size_t)(p - rest.p) + sizeof(record_magic));
	}
	return n;
}

static void lose(struct ed_tally *lost, enum ed_drop drop, uint64_t offset, uint32_t n)
{
	lost->n_read += n;
	ed_tally_drop_n(lost, drop, offset, n);
}

/* ---------------------------------------------------------------- the reader */

static int64_t cpu_ns(const struct ed_evtx_reader *r)
{
	struct timespec t;

	if (clock_gettime(r->clock, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* How a wait for the reader ends. */
enum wait { WAIT_READY, WAIT_STOPPED, WAIT_DEAD };

static enum wait await(const struct ed_evtx_reader *r, short events)
{
	struct pollfd p = { .fd = r->fd, .events = events };

	for (int waited_ms = 0; waited_ms < ED_EVTX_WAIT_MAX_MS; waited_ms += STOP_CHECK_MS) {
		int n = poll(&p, 1, STOP_CHECK_MS);

		if (n > 0)
			return WAIT_READY;
		if (n < 0 && errno != EINTR)
			return WAIT_DEAD;
		if (r->input.stop && atomic_load(r->input.stop))
			return WAIT_STOPPED;
		if (cpu_ns(r) - r->cpu_begin_ns > ED_EVTX_CPU_MAX_NS)
			return WAIT_DEAD;
	}
	return WAIT_DEAD;
}

static enum wait send_all(struct ed_evtx_reader *r, const void *p, size_t n)
{
	const uint8_t *at = p;

	while (n > 0) {
		enum wait w = await(r, POLLOUT);
		ssize_t sent;

		if (w != WAIT_READY)
			return w;
		sent = send(r->fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return WAIT_DEAD;
		if (sent > 0) {
			at += sent;
			n -= (size_t)sent;
		}
	}
	return WAIT_READY;
}

static enum wait chunk_send(struct ed_evtx_reader *r)
{
	uint32_t n = (uint32_t)r->n_chunk;
	enum wait w = send_all(r, &n, sizeof(n));

	r->cpu_begin_ns = cpu_ns(r);
	r->answering = true;
	return w == WAIT_READY ? send_all(r, r->held, n) : w;
}

/* Until @n bytes of what the reader said wait in @r->in. */
static enum wait receive(struct ed_evtx_reader *r, size_t n)
{
	while (r->in_n - r->in_off < n) {
		enum wait w;
		ssize_t got;

		if (IN_BYTES - r->in_off < n || r->in_off == r->in_n) {
			memmove(r->in, r->in + r->in_off, r->in_n - r->in_off);
			r->in_n -= r->in_off;
			r->in_off = 0;
		}
		w = await(r, POLLIN);
		if (w != WAIT_READY)
			return w;
		got = recv(r->fd, r->in + r->in_n, IN_BYTES - r->in_n, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return WAIT_DEAD;
		r->in_n += got > 0 ? (size_t)got : 0;
	}
	return WAIT_READY;
}

/* Whether the reader may say this now; one that says anything else was taken over. */
static bool frame_valid(const struct ed_evtx_reader *r, const struct ed_evtx_frame *f)
{
	if (r->ready == (f->kind == ED_EVTX_FRAME_READY))
		return false;
	switch (f->kind) {
	case ED_EVTX_FRAME_READY:
		return f->n_bytes == 0 && f->n == 0;
	case ED_EVTX_FRAME_RECORD:
		return r->answering && f->n == 1 && f->n_bytes > 0 &&
		       f->n_bytes <= ED_EVTX_FRAME_LINE_MAX_BYTES && f->at < r->n_chunk;
	case ED_EVTX_FRAME_LOST:
		return r->answering && f->n_bytes == 0 && f->n > 0 && f->n <= CHUNK_BYTES &&
		       f->drop < ED_DROP_N && ed_drop_is_damage(f->drop);
	case ED_EVTX_FRAME_END:
		return r->answering && f->n_bytes == 0 && f->n == 0;
	default:
		return false;
	}
}

/* The next frame, its bytes in @r->in. */
static enum wait frame_next(struct ed_evtx_reader *r, struct ed_evtx_frame *ret)
{
	enum wait w = receive(r, sizeof(*ret));

	if (w != WAIT_READY)
		return w;
	memcpy(ret, r->in + r->in_off, sizeof(*ret));
	if (!frame_valid(r, ret))
		return WAIT_DEAD;
	w = receive(r, sizeof(*ret) + ret->n_bytes);
	if (w == WAIT_READY)
		r->in_off += sizeof(*ret);
	return w;
}

/* One frame's worth of progress. */
static enum wait answer_next(struct ed_evtx_reader *r, struct ed_tally *lost)
{
	struct ed_evtx_frame f;
	enum wait w = frame_next(r, &f);

	if (w != WAIT_READY)
		return w;
	if (f.kind == ED_EVTX_FRAME_READY)
		r->ready = true;
	else if (f.kind == ED_EVTX_FRAME_END)
		r->answering = false;
	else if (f.kind == ED_EVTX_FRAME_LOST)
		lose(lost, f.drop, r->offset + f.at, f.n);
	else
		r->line_left = f.n_bytes;
	if (r->answering)
		r->n_told += f.n;
	return WAIT_READY;
}

/* The reader is gone: what it did not tell of its chunk is lost. 0; -ENOEXEC: it never ran. */
static int bury(struct ed_evtx_reader *r, struct ed_tally *lost)
{
	bool was_ready = r->ready;
	uint32_t n = r->answering ? chunk_n_records(r) : 0;

	reader_end(r);
	if (r->answering)
		lose(lost, ED_DROP_READER, r->offset, n > r->n_told ? n - r->n_told : 1);
	r->answering = false;
	r->n_deaths++;
	return was_ready ? 0 : -ENOEXEC;
}

/* The next chunk goes to the reader, to a new one if need be, or is only counted. 1; 0: no more;
 * -errno. */
static int advance(struct ed_evtx_reader *r, struct ed_tally *lost, enum wait *ret_wait)
{
	int e;

	chunk_next(r);
	if (r->n_chunk == 0)
		return r->error;
	if (r->pid == 0 && r->n_deaths < ED_EVTX_DEATHS_MAX) {
		e = reader_start(r);
		if (e < 0)
			return -ENOEXEC;
	}
	if (r->pid == 0)
		lose(lost, ED_DROP_READER, r->offset, chunk_n_records(r));
	else
		*ret_wait = chunk_send(r);
	return 1;
}

ssize_t ed_evtx_read(struct ed_evtx_reader *r, struct ed_tally *lost, void *ret, size_t n)
{
	while (r->line_left == 0) {
		bool waiting = r->pid != 0 && (!r->ready || r->answering);
		enum wait w = WAIT_READY;
		int e = 1;

		if (waiting)
			w = answer_next(r, lost);
		else
			e = advance(r, lost, &w);
		if (w == WAIT_DEAD)
			e = bury(r, lost);
		if (e < 0 || w == WAIT_STOPPED || (e == 0 && w == WAIT_READY))
			return e < 0 ? e : 0;
	}
	if (n > r->line_left)
		n = r->line_left;
	memcpy(ret, r->in + r->in_off, n);
	r->in_off += n;
	r->line_left -= (uint32_t)n;
	return (ssize_t)n;
}
