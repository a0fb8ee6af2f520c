/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in order of time; see order.h. */
#include "store/order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	RUN_BYTES = 32 << 20,
	RUN_ROWS = 1 << 18,
	RUNS_MAX = 4096,
	READ_BYTES = 64 << 10,
};

/* A row as it lies in a run; the name and the texts follow. */
struct packed {
	int64_t first_ns, last_ns;
	uint64_t n;
	uint64_t seq; /* among rows of one time: as they came */
	struct ed_addr client, resolver;
	uint32_t net_tag, answer_v4;
	uint16_t qtype, rcode, who_n[ED_WHO_TEXTS];
	uint16_t bytes; /* of all of it; a multiple of 8 */
	uint8_t name_n, zone_off;
	uint8_t pad[6];
};
static_assert(sizeof(struct packed) % 8 == 0, "packed rows lie aligned");

enum { PACKED_MAX = sizeof(struct packed) + ED_NAME_MAX + ED_WHO_TEXTS * ED_TEXT_MAX + 8 };
static_assert((int)PACKED_MAX < UINT16_MAX && (int)PACKED_MAX < (int)READ_BYTES, "fits its length");

/* A run that is read back. */
struct cursor {
	uint64_t at, end; /* in the file, of what was not read yet */
	uint8_t *buffer;  /* READ_BYTES; owned */
	size_t from, n;   /* unread bytes of the buffer */
};

/* The row that a cursor stands on. */
struct head {
	int64_t first_ns;
	uint64_t seq;
	size_t cursor;
};

/* A row that is not exhausted: its next lookup. */
struct pending {
	int64_t time_ns;
	uint64_t seq;
	uint64_t i;         /* which of its lookups */
	struct packed *row; /* owned */
};

struct ed_store_order {
	FILE *file;
	uint8_t *rows; /* RUN_BYTES: the run that is gathered */
	size_t used;
	uint32_t *index; /* RUN_ROWS: where each row begins, in units of 8 bytes */
	uint32_t n;
	uint64_t written, seq;
	uint64_t run_end[RUNS_MAX];
	size_t n_runs;
	/* while it is drained */
	struct cursor *cursors; /* n_runs */
	struct head *heap;      /* of cursors, by their first row */
	size_t n_heap;
	struct pending *pending; /* a heap, by time */
	size_t n_pending, pending_cap;
	uint8_t texts[ED_WHO_TEXTS * ED_TEXT_MAX]; /* of the row that is handed out */
	int error;
};

int ed_store_order_new(struct ed_store_order **ret)
{
	struct ed_store_order *o = calloc(1, sizeof(*o));

	*ret = NULL;
	if (!o)
		return -ENOMEM;
	o->file = tmpfile();
	o->rows = malloc(RUN_BYTES);
	o->index = malloc(RUN_ROWS * sizeof(*o->index));
	if (!o->file || !o->rows || !o->index) {
		int r = o->file ? -ENOMEM : -errno;

		ed_store_order_free(o);
		return r;
	}
	*ret = o;
	return 0;
}

static void end_drain(struct ed_store_order *o)
{
	for (size_t i = 0; o->cursors && i < o->n_runs; i++)
		free(o->cursors[i].buffer);
	for (size_t i = 0; i < o->n_pending; i++)
		free(o->pending[i].row);
	free(o->cursors);
	free(o->heap);
	o->cursors = NULL;
	o->heap = NULL;
	o->n_heap = o->n_pending = o->n_runs = 0;
	o->written = o->seq = 0;
}

void ed_store_order_free(struct ed_store_order *o)
{
	if (!o)
		return;
	end_drain(o);
	free(o->pending);
	if (o->file)
		(void)fclose(o->file);
	free(o->rows);
	free(o->index);
	free(o);
}

/* ------------------------------------------------------------------ gathering */

static int by_time(const void *a, const void *b, void *rows)
{
	const struct packed *x = (const void *)((uint8_t *)rows +
						(size_t) * (const uint32_t *)a * 8);
	const struct packed *y = (const void *)((uint8_t *)rows +
						(size_t) * (const uint32_t *)b * 8);

	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int write_run(struct ed_store_order *o)
{
	if (o->n == 0)
		return 0;
	if (o->n_runs == RUNS_MAX)
		return -EFBIG;
	qsort_r(o->index, o->n, sizeof(*o->index), by_time, o->rows);
	if (o->n_runs == 0 && fseeko(o->file, 0, SEEK_SET) != 0)
		return -errno;
	for (uint32_t i = 0; i < o->n; i++) {
		const struct packed *p = (const void *)(o->rows + (size_t)o->index[i] * 8);

		if (fwrite(p, p->bytes, 1, o->file) != 1)
			return errno ? -errno : -EIO;
		o->written += p->bytes;
	}
	if (fflush(o->file) != 0)
		return -errno;
	o->run_end[o->n_runs++] = o->written;
	o->n = 0;
	o->used = 0;
	return 0;
}

int ed_store_order_add(struct ed_store_order *o, const struct ed_query_row *row)
{
	struct packed *p;
	uint8_t *at;
	int r;

	if (row->n == 0)
		return 0;
	if (o->n == RUN_ROWS || RUN_BYTES - o->used < PACKED_MAX) {
		r = write_run(o);
		if (r < 0)
			return r;
	}
	p = (void *)(o->rows + o->used);
	*p = (struct packed){ .first_ns = row->first_ns,
			      .last_ns = row->last_ns,
			      .n = row->n,
			      .seq = o->seq++,
			      .client = row->client,
			      .resolver = row->resolver,
			      .net_tag = row->net_tag,
			      .answer_v4 = row->answer_v4,
			      .qtype = row->qtype,
			      .rcode = row->rcode,
			      .name_n = row->name.n,
			      .zone_off = row->zone_off };
	at = (uint8_t *)(p + 1);
	memcpy(at, row->name.wire, row->name.n);
	at += row->name.n;
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++) {
		p->who_n[i] = (uint16_t)(row->who[i].n < ED_TEXT_MAX ? row->who[i].n : ED_TEXT_MAX);
		if (p->who_n[i] > 0)
			memcpy(at, row->who[i].p, p->who_n[i]);
		at += p->who_n[i];
	}
	while ((size_t)(at - (uint8_t *)p) % 8 != 0)
		*at++ = 0;
	p->bytes = (uint16_t)(at - (uint8_t *)p);
	o->index[o->n++] = (uint32_t)(o->used / 8);
	o->used += p->bytes;
	return 0;
}

/* ------------------------------------------------------------------- merging */

/* The row that @c stands on; NULL: the run is at its end, or o->error. */
static const struct packed *cursor_row(struct ed_store_order *o, struct cursor *c)
{
	const struct packed *p = (const void *)(c->buffer + c->from);
	size_t want;

	if (c->n >= sizeof(*p) && c->n >= p->bytes)
		return p;
	memmove(c->buffer, c->buffer + c->from, c->n);
	c->from = 0;
	want = READ_BYTES - c->n;
	if (want > c->end - c->at)
		want = (size_t)(c->end - c->at);
	if (want > 0) {
		size_t got = fseeko(o->file, (off_t)c->at, SEEK_SET) == 0 ?
				     fread(c->buffer + c->n, 1, want, o->file) :
				     0;

		c->at += got;
		c->n += got;
		if (got < want)
			o->error = -EIO;
	}
	p = (const void *)c->buffer;
	return c->n >= sizeof(*p) && c->n >= p->bytes ? p : NULL;
}

static bool is_before(int64_t a_ns, uint64_t a_seq, int64_t b_ns, uint64_t b_seq)
{
	return a_ns != b_ns ? a_ns < b_ns : a_seq < b_seq;
}

static bool head_before(const struct head *a, const struct head *b)
{
	return is_before(a->first_ns, a->seq, b->first_ns, b->seq);
}

/* Lets the first of the cursors sink to its place. */
static void heap_sink(struct ed_store_order *o, size_t at)
{
	for (;;) {
		size_t child = 2 * at + 1;
		struct head moved = o->heap[at];

		if (child >= o->n_heap)
			return;
		if (child + 1 < o->n_heap && head_before(&o->heap[child + 1], &o->heap[child]))
			child++;
		if (!head_before(&o->heap[child], &moved))
			return;
		o->heap[at] = o->heap[child];
		o->heap[child] = moved;
		at = child;
	}
}

static int open_cursors(struct ed_store_order *o)
{
	const struct packed *p;

	o->cursors = calloc(o->n_runs, sizeof(*o->cursors));
	o->heap = calloc(o->n_runs, sizeof(*o->heap));
	if (!o->cursors || !o->heap)
		return -ENOMEM;
	for (size_t i = 0; i < o->n_runs; i++) {
		struct cursor *c = &o->cursors[i];

		c->at = i ? o->run_end[i - 1] : 0;
		c->end = o->run_end[i];
		c->buffer = calloc(1, READ_BYTES);
		if (!c->buffer)
			return -ENOMEM;
		p = cursor_row(o, c);
		if (p)
			o->heap[o->n_heap++] = (struct head){ p->first_ns, p->seq, i };
	}
	for (size_t i = o->n_heap / 2; i-- > 0;)
		heap_sink(o, i);
	return o->error;
}

/* ------------------------------------------------------------------ counting out */

static void pending_swap(struct pending *a, struct pending *b)
{
	struct pending c = *a;

	*a = *b;
	*b = c;
}

static bool pending_before(const struct pending *a, const struct pending *b)
{
	return is_before(a->time_ns, a->seq, b->time_ns, b->seq);
}

static void pending_sink(struct ed_store_order *o)
{
	struct pending *v = o->pending;
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= o->n_pending)
			return;
		if (child + 1 < o->n_pending && pending_before(&v[child + 1], &v[child]))
			child++;
		if (!pending_before(&v[child], &v[at]))
			return;
		pending_swap(&v[child], &v[at]);
		at = child;
	}
}

static uint64_t lookups_of(const struct packed *p)
{
	return p->n < ED_STORE_ORDER_LOOKUPS_MAX ? p->n : ED_STORE_ORDER_LOOKUPS_MAX;
}

static int64_t time_of(const struct packed *p, uint64_t i)
{
	uint64_t span = p->last_ns > p->first_ns ? (uint64_t)(p->last_ns - p->first_ns) : 0;
	uint64_t steps = lookups_of(p) - 1;

	/* so the product fits, whatever a damaged store says */
	span = span < (uint64_t)ED_STORE_BUCKET_NS ? span : (uint64_t)ED_STORE_BUCKET_NS;
	return p->first_ns + (steps ? (int64_t)(span * i / steps) : 0);
}

/* The second and further lookups of @p wait for their time. */
static int pending_add(struct ed_store_order *o, const struct packed *p)
{
	struct packed *copy = malloc(p->bytes);
	size_t at = o->n_pending;

	if (o->n_pending == o->pending_cap) {
		size_t cap = o->pending_cap ? 2 * o->pending_cap : 256;
		struct pending *v = reallocarray(o->pending, cap, sizeof(*v));

		if (v) {
			o->pending = v;
			o->pending_cap = cap;
		}
	}
	if (!copy || o->n_pending == o->pending_cap) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, p, p->bytes);
	o->pending[o->n_pending++] = (struct pending){ time_of(p, 1), p->seq, 1, copy };
	for (; at > 0 && pending_before(&o->pending[at], &o->pending[(at - 1) / 2]);
	     at = (at - 1) / 2)
		pending_swap(&o->pending[at], &o->pending[(at - 1) / 2]);
	return 0;
}

/* The texts are copied, since what @p lies in is about to move. */
static void unpack(struct ed_store_order *o, const struct packed *p, int64_t time_ns,
		   struct ed_query_row *ret)
{
	const uint8_t *at = (const uint8_t *)(p + 1);
	uint8_t *text = o->texts;

	*ret = (struct ed_query_row){ .first_ns = time_ns,
				      .last_ns = time_ns,
				      .n = 1,
				      .client = p->client,
				      .resolver = p->resolver,
				      .net_tag = p->net_tag,
				      .answer_v4 = p->answer_v4,
				      .qtype = p->qtype,
				      .rcode = p->rcode,
				      .zone_off = p->zone_off };
	ret->name.n = p->name_n;
	memcpy(ret->name.wire, at, p->name_n);
	at += p->name_n;
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++) {
		memcpy(text, at, p->who_n[i]);
		ret->who[i] = ed_span_of(text, p->who_n[i]);
		text += p->who_n[i];
		at += p->who_n[i];
	}
}

/* The earliest of the rows that wait; it waits on when it has more. */
static void take_pending(struct ed_store_order *o, struct ed_query_row *ret)
{
	struct pending *first = &o->pending[0];

	unpack(o, first->row, first->time_ns, ret);
	if (++first->i < lookups_of(first->row)) {
		first->time_ns = time_of(first->row, first->i);
	} else {
		free(first->row);
		*first = o->pending[--o->n_pending];
	}
	pending_sink(o);
}

/* The next row of the runs, its first lookup in @ret. */
static void take_row(struct ed_store_order *o, struct ed_query_row *ret, uint64_t *n_left_out)
{
	size_t which = o->heap[0].cursor;
	struct cursor *c = &o->cursors[which];
	const struct packed *p = (const void *)(c->buffer + c->from);

	unpack(o, p, p->first_ns, ret);
	*n_left_out += p->n - lookups_of(p);
	if (lookups_of(p) > 1 && o->error == 0)
		o->error = pending_add(o, p);
	c->from += p->bytes;
	c->n -= p->bytes;
	p = cursor_row(o, c);
	if (p)
		o->heap[0] = (struct head){ p->first_ns, p->seq, which };
	else
		o->heap[0] = o->heap[--o->n_heap];
	heap_sink(o, 0);
}

/* True when a row that waits comes before those of the runs. */
static bool pending_first(const struct ed_store_order *o)
{
	if (o->n_pending == 0 || o->n_heap == 0)
		return o->n_pending > 0;
	return is_before(o->pending[0].time_ns, o->pending[0].seq, o->heap[0].first_ns,
			 o->heap[0].seq);
}

int ed_store_order_drain(struct ed_store_order *o,
			 bool (*lookup)(void *arg, const struct ed_query_row *row), void *arg,
			 uint64_t *ret_n_left_out)
{
	struct ed_query_row row;
	int r = write_run(o);

	o->error = 0;
	if (r == 0 && o->n_runs > 0)
		r = open_cursors(o);
	while (r == 0 && o->n_heap + o->n_pending > 0) {
		if (pending_first(o))
			take_pending(o, &row);
		else
			take_row(o, &row, ret_n_left_out);
		r = o->error;
		if (r == 0 && !lookup(arg, &row))
			break;
	}
	end_drain(o);
	return r;
}
