/* SPDX-License-Identifier: Apache-2.0 */
/* A store as the input of a run; see history.h. */
#include "cmd/baseline/history.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/out/output.h"
#include "cmd/out/text.h"
#include "record/rrtype.h"
#include "store/files.h"
#include "store/order.h"
#include "store/query.h"

enum {
	PIPE_BYTES = 1 << 20,
	WRITE_BYTES = 64 << 10,
	LINES_MAX_BYTES = 1 << 20,
	WHO_SHOWN_MAX = 4 * ED_TEXT_MAX + 1,
	/* every text twice as long when all of it is escaped */
	LINE_MAX_BYTES = 2 * (ED_WHO_TEXTS * WHO_SHOWN_MAX + ED_NAME_TEXT_MAX + 512),
};

struct ed_baseline_history {
	const char *dir;
	struct ed_query query;
	struct ed_store_order *order;
	int64_t day;       /* that is gathered */
	struct ed_buf out; /* lines that were not written yet */
	int to;            /* the end of the pipe, or a file, that they go to */
	bool is_gone;      /* nobody reads on */
	int error;         /* of gathering or writing; the first */
	uint64_t n_left_out;
	char trouble[ED_PATH_TEXT_MAX]; /* the first day that could not be read; "": none */
	/* of a run */
	int from; /* the other end of the pipe, -1: closed */
	char path[64];
	const char *paths[1];
	pthread_t thread;
};

/* ------------------------------------------------------------------- lookups */

static void fail(struct ed_baseline_history *h, int error)
{
	if (h->error == 0)
		h->error = error;
	h->is_gone = true;
}

static void flush(struct ed_baseline_history *h)
{
	size_t at = 0;

	while (at < h->out.n && !h->is_gone) {
		ssize_t n = write(h->to, h->out.p + at, h->out.n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE)
			h->is_gone = true;
		else if (n < 0)
			fail(h, -errno);
		at += n > 0 ? (size_t)n : 0;
	}
	ed_buf_clear(&h->out);
}

/*
 * One line, written here and not by base/json_out.h, which took two thirds of the time. All texts
 * are printable ASCII already, so two characters are left that JSON needs escaped.
 */
struct line {
	char text[LINE_MAX_BYTES];
	size_t n;
};

static void put_plain(struct line *l, const char *text, size_t n)
{
	memcpy(l->text + l->n, text, n);
	l->n += n;
}

static void put_text(struct line *l, const char *key, const char *text)
{
	put_plain(l, ",\"", 2);
	put_plain(l, key, strlen(key));
	put_plain(l, "\":\"", 3);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			l->text[l->n++] = '\\';
		l->text[l->n++] = *text;
	}
	l->text[l->n++] = '"';
}

static void put_number(struct line *l, const char *key, uint32_t v)
{
	char digits[16];
	size_t at = sizeof(digits);

	put_plain(l, ",\"", 2);
	put_plain(l, key, strlen(key));
	put_plain(l, "\":", 2);
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	put_plain(l, digits + at, sizeof(digits) - at);
}

static void put_addr(struct line *l, const char *key, const struct ed_addr *a)
{
	char text[ED_ADDR_TEXT_MAX];

	if (ed_addr_to_text(a, text) > 0)
		put_text(l, key, text);
}

/* As history prints a row, but for the response code as a number. */
static void put_lookup(const struct ed_query_row *row, struct ed_buf *out)
{
	static const char *const who_keys[ED_WHO_TEXTS] = { "host", "process", "user" };
	char text[(int)WHO_SHOWN_MAX + (int)ED_NAME_TEXT_MAX]; /* whichever is longer */
	struct line l;

	l.n = 0;
	ed_time_to_text(row->first_ns, text);
	put_text(&l, "first", text);
	l.text[0] = '{';
	put_text(&l, "last", text);
	put_number(&l, "count", 1);
	put_addr(&l, "client", &row->client);
	if (row->net_tag)
		put_number(&l, "net", row->net_tag);
	ed_name_to_text(ed_span_of(row->name.wire, row->name.n), text);
	put_text(&l, "name", text);
	ed_rrtype_name(row->qtype, text);
	put_text(&l, "type", text);
	if (row->rcode != ED_ROW_NO_RCODE)
		put_number(&l, "rcode", row->rcode);
	put_addr(&l, "resolver", &row->resolver);
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++) {
		if (row->who[i].n > 0) {
			(void)ed_process_print(row->who[i], text, sizeof(text));
			put_text(&l, who_keys[i], text);
		}
	}
	put_plain(&l, "}\n", 2);
	ed_buf_put(out, l.text, l.n);
}

static bool lookup(void *arg, const struct ed_query_row *row)
{
	struct ed_baseline_history *h = arg;

	put_lookup(row, &h->out);
	if (h->out.full)
		fail(h, -ENOMEM);
	if (h->out.n >= WRITE_BYTES)
		flush(h);
	return !h->is_gone;
}

static void drain(struct ed_baseline_history *h)
{
	int r = ed_store_order_drain(h->order, lookup, h, &h->n_left_out);

	if (r < 0)
		fail(h, r);
}

/* Days come one after the other, so one is whole when the next begins. */
static bool gather(void *arg, const struct ed_query_row *row)
{
	struct ed_baseline_history *h = arg;
	int64_t day = ed_store_floor(row->first_ns, ED_STORE_DAY_NS);
	int r;

	if (day != h->day) {
		drain(h);
		h->day = day;
	}
	r = ed_store_order_add(h->order, row);
	if (r < 0)
		fail(h, r);
	return !h->is_gone;
}

static void note_trouble(void *arg, const char *file, int error)
{
	struct ed_baseline_history *h = arg;
	char shown[ED_PATH_TEXT_MAX / 2];

	if (!h->trouble[0])
		(void)snprintf(h->trouble, sizeof(h->trouble), "%s: %s",
			       ed_text_escape(file, shown, sizeof(shown)), ed_store_error(error));
}

static void pour(struct ed_baseline_history *h)
{
	const struct ed_query_hooks hooks = { .arg = h, .row = gather, .trouble = note_trouble };
	struct ed_query_account account;
	int r = ed_query_run(h->dir, &h->query, &hooks, &account);

	if (r != 0)
		note_trouble(h, h->dir, r);
	if (!h->is_gone)
		drain(h);
	flush(h);
}

/* ----------------------------------------------------------------- open, close */

static bool finish(struct ed_baseline_history *h)
{
	bool whole = h->error == 0 && !h->trouble[0];

	if (h->trouble[0])
		ed_cmd_say("%s", h->trouble);
	if (h->error < 0)
		ed_cmd_say("reading the store: %s", strerror(-h->error));
	if (h->n_left_out > 0)
		ed_cmd_say("%llu lookups of rows with more than %d were left out",
			   (unsigned long long)h->n_left_out, ED_STORE_ORDER_LOOKUPS_MAX);
	ed_store_order_free(h->order);
	ed_buf_done(&h->out);
	free(h);
	return whole;
}

static int memory_for(struct ed_baseline_history **ret)
{
	struct ed_baseline_history *h = calloc(1, sizeof(*h));
	int r = h ? ed_store_order_new(&h->order) : -ENOMEM;

	*ret = h;
	if (r == 0)
		return 0;
	free(h);
	*ret = NULL;
	return r;
}

/* A store that is there, and what is wanted of it; NULL, after a message. */
static struct ed_baseline_history *begin(const struct ed_baseline_options *o, int64_t from_ns)
{
	const struct ed_query_hooks none = { .arg = NULL };
	struct ed_baseline_history *h = NULL;
	struct ed_query_account account;
	struct ed_query nothing;
	char shown[ED_PATH_TEXT_MAX];
	int r = memory_for(&h);

	if (!h) {
		ed_cmd_say("%s", strerror(-r));
		return NULL;
	}
	ed_buf_init(&h->out, LINES_MAX_BYTES);
	h->dir = o->reading.store;
	h->from = -1;
	ed_query_init(&h->query);
	h->query.from_ns = from_ns ? from_ns : o->reading.from_ns;
	h->query.to_ns = o->reading.to_ns;
	ed_query_init(&nothing);
	nothing.to_ns = 1;
	r = ed_query_run(h->dir, &nothing, &none, &account);
	if (r == 0)
		return h;
	(void)finish(h);
	ed_cmd_say("%s: %s", ed_text_escape(o->reading.store, shown, sizeof(shown)),
		   r == ED_STORE_FOREIGN ? "there is no store" : ed_store_error(r));
	return NULL;
}

/* A reader that ends early is no reason to die: the write fails instead. */
static void *run(void *arg)
{
	struct ed_baseline_history *h = arg;
	sigset_t pipe_only;

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &pipe_only, NULL);
	pour(h);
	(void)close(h->to);
	return NULL;
}

enum ed_exit ed_baseline_history_open(const struct ed_baseline_options *o, int64_t from_ns,
				      struct ed_scan_config *conf, struct ed_baseline_history **ret)
{
	struct ed_baseline_history *h = begin(o, from_ns);
	enum ed_exit status;
	int ends[2], r = 0;

	*ret = h;
	if (!h)
		return ED_EXIT_USAGE;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		status = ed_baseline_refuse("%s", strerror(errno));
		(void)finish(h);
		return status;
	}
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	h->from = ends[0];
	h->to = ends[1];
	(void)snprintf(h->path, sizeof(h->path), "/dev/fd/%d", h->from);
	h->paths[0] = h->path;
	conf->paths = h->paths;
	conf->n_paths = 1;
	conf->input_format = "history";
	r = pthread_create(&h->thread, NULL, run, h);
	if (r == 0)
		return ED_EXIT_OK;
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)finish(h);
	return ed_baseline_refuse("%s", strerror(r));
}

bool ed_baseline_history_close(struct ed_baseline_history *h)
{
	(void)close(h->from);
	(void)pthread_join(h->thread, NULL);
	return finish(h);
}

enum ed_exit ed_baseline_do_export(const struct ed_baseline_job *job)
{
	char error[ED_OUTPUT_ERROR_MAX];
	struct ed_baseline_history *h;
	struct ed_output out;
	enum ed_exit status = ED_EXIT_OK;
	bool written;

	if (!job->o->reading.store)
		return ed_baseline_refuse("baseline export needs --store DIR");
	h = begin(job->o, 0);
	if (!h)
		return ED_EXIT_USAGE;
	if (ed_output_open(job->o->reading.output, &out, error) < 0) {
		(void)finish(h);
		return ed_baseline_refuse("%s", error);
	}
	h->to = fileno(out.f);
	pour(h);
	written = h->error == 0;
	if (!finish(h))
		status = written ? ED_EXIT_DAMAGED : ED_EXIT_FAILURE;
	if (ed_output_close(&out, written, error) < 0) {
		ed_cmd_say("%s", error);
		status = ED_EXIT_FAILURE;
	}
	return status;
}

int64_t ed_baseline_history_last_day(const struct ed_baseline_options *o)
{
	struct ed_files *files = calloc(1, sizeof(*files));
	int64_t day_ns = 0;

	if (files && o->reading.store && ed_files_list(o->reading.store, files) == 0 &&
	    files->n > 0)
		day_ns = files->day[files->n - 1].day * ED_STORE_DAY_NS;
	free(files);
	return day_ns;
}
