/* SPDX-License-Identifier: Apache-2.0 */
/* A file with our entries in it; see artefact.h. */
#include "contain/artefact.h"

#include "base/hash.h"
#include "contain/marker.h"

#include <errno.h>
#include <stdlib.h>

enum { CAP_FIRST = 16 };

/* Where in one of our stretches the reader is. */
enum place { OUTSIDE, IN_FRAME, WANT_TIMES, WANT_REASON, IN_ENTRY, BROKEN };

struct reader {
	struct ed_artefact *a;
	enum place place;
	bool has_frame;
	bool seen; /* something of ours was read: foreign lines go behind it */
	struct ed_contain_entry e;
};

/* The next line with its line feed, where it has one. */
static struct ed_span next_line(struct ed_span text)
{
	const uint8_t *end = memchr(text.p, '\n', text.n);

	return ed_span_of(text.p, end ? (size_t)(end - text.p) + 1 : text.n);
}

static int append(struct ed_artefact *a, const struct ed_contain_entry *e)
{
	if (a->n == ED_ARTEFACT_ENTRIES_MAX)
		return ED_ARTEFACT_FULL;
	if (a->n == a->cap) {
		size_t cap = a->cap ? 2 * a->cap : CAP_FIRST;
		void *p = reallocarray(a->entries, cap, sizeof(*a->entries));

		if (!p)
			return -ENOMEM;
		a->entries = p;
		a->cap = cap;
	}
	a->entries[a->n++] = *e;
	return 0;
}

/* A line between two of ours belongs to what is made anew. */
static int take_outside(struct reader *r, enum ed_marker marker, struct ed_span line)
{
	r->seen = r->seen || marker != ED_MARKER_NONE;
	switch (marker) {
	case ED_MARKER_NONE:
		ed_buf_put(r->seen ? &r->a->after : &r->a->before, line.p, line.n);
		return 0;
	case ED_MARKER_FRAME:
		if (r->has_frame || !r->a->writer->frame)
			return ED_ARTEFACT_DAMAGED;
		r->has_frame = true;
		r->place = IN_FRAME;
		return 0;
	case ED_MARKER_BEGIN:
		r->place = WANT_TIMES;
		return 0;
	default:
		return ED_ARTEFACT_DAMAGED;
	}
}

/* From @place within one of our stretches. */
static enum place place_after(enum place place, enum ed_marker marker)
{
	switch (place) {
	case WANT_TIMES:
		return marker == ED_MARKER_TIMES ? WANT_REASON : BROKEN;
	case WANT_REASON:
		return marker == ED_MARKER_REASON ? IN_ENTRY : BROKEN;
	default:
		if (marker == ED_MARKER_END)
			return OUTSIDE;
		return marker == ED_MARKER_NONE ? place : BROKEN;
	}
}

static int take_line(struct reader *r, struct ed_span line)
{
	struct ed_span bare = line;
	enum place before = r->place;
	enum ed_marker marker;

	if (bare.n > 0 && bare.p[bare.n - 1] == '\n')
		bare.n--;
	marker = ed_marker_parse(r->a->writer->comment, bare, &r->a->frame, &r->e);
	if (before == OUTSIDE)
		return take_outside(r, marker, line);
	r->place = place_after(before, marker);
	if (r->place == BROKEN)
		return ED_ARTEFACT_DAMAGED;
	if (before != IN_ENTRY || r->place != OUTSIDE)
		return 0;
	/* Edited by hand into what could not be written back. */
	if (ed_contain_check(r->a->writer, &r->e, &r->a->frame) != 0)
		return ED_ARTEFACT_DAMAGED;
	return append(r->a, &r->e);
}

int ed_artefact_parse(const struct ed_contain_writer *w, struct ed_span text,
		      struct ed_artefact *ret, size_t *ret_line)
{
	struct reader r = { .a = ret };
	int why = 0;

	*ret = (struct ed_artefact){ .writer = w };
	ed_buf_init(&ret->before, ED_ARTEFACT_MAX_BYTES + 2);
	ed_buf_init(&ret->after, ED_ARTEFACT_MAX_BYTES + 2);
	*ret_line = 0;
	while (text.n > 0 && why == 0) {
		struct ed_span line = next_line(text);

		++*ret_line;
		why = take_line(&r, line);
		text = ed_span_from(text, line.n);
	}
	if (why == 0 && r.place != OUTSIDE)
		why = ED_ARTEFACT_DAMAGED;
	if (why == 0 && w->frame && !r.has_frame && *ret_line > 0)
		why = ED_ARTEFACT_FOREIGN;
	if (why == 0 && (ret->before.full || ret->after.full))
		why = -ENOMEM;
	return why;
}

void ed_artefact_done(struct ed_artefact *a)
{
	free(a->entries);
	ed_buf_done(&a->before);
	ed_buf_done(&a->after);
	*a = (struct ed_artefact){ .writer = NULL };
}

static bool number_is_taken(const struct ed_artefact *a, uint32_t number)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->entries[i].number == number)
			return true;
	}
	return false;
}

/* By what it blocks, so that the same entry has the same number in every file where it is free. */
static uint32_t pick_number(const struct ed_artefact *a, const struct ed_contain_entry *e)
{
	uint64_t h = ed_hash_bytes(e->domain.wire, e->domain.n, 0);
	uint32_t n;

	h = ed_hash_bytes(e->client.b, sizeof(e->client.b), h);
	h = ed_hash_bytes(e->server.b, sizeof(e->server.b), h);
	n = (uint32_t)(h % ED_CONTAIN_NUMBERS);
	while (number_is_taken(a, ED_CONTAIN_NUMBER_MIN + n))
		n = (n + 1) % ED_CONTAIN_NUMBERS;
	return ED_CONTAIN_NUMBER_MIN + n;
}

int ed_artefact_add(struct ed_artefact *a, const struct ed_contain_entry *e, bool *ret_known)
{
	struct ed_contain_entry fresh = *e;

	*ret_known = true;
	for (size_t i = 0; i < a->n; i++) {
		struct ed_contain_entry *old = &a->entries[i];

		if (!ed_contain_same(old, e))
			continue;
		memcpy(old->alert, e->alert, sizeof(old->alert));
		memcpy(old->reason, e->reason, sizeof(old->reason));
		if (e->expires_ns > old->expires_ns)
			old->expires_ns = e->expires_ns;
		return 0;
	}
	*ret_known = false;
	fresh.number = pick_number(a, e);
	return append(a, &fresh);
}

size_t ed_artefact_remove(struct ed_artefact *a,
			  bool (*match)(const struct ed_contain_entry *e, const void *arg),
			  const void *arg)
{
	size_t n_old = a->n;

	a->n = 0;
	for (size_t i = 0; i < n_old; i++) {
		if (!match(&a->entries[i], arg))
			a->entries[a->n++] = a->entries[i];
	}
	return n_old - a->n;
}

size_t ed_artefact_added_since(const struct ed_artefact *a, int64_t since_ns)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		n += a->entries[i].added_ns > since_ns;
	return n;
}

/* Entries of one client together, those for all first; then the oldest first. */
static int compare(const void *va, const void *vb)
{
	const struct ed_contain_entry *a = va, *b = vb;
	int by_client = memcmp(a->client.b, b->client.b, sizeof(a->client.b));

	if (by_client != 0)
		return by_client;
	if (a->added_ns != b->added_ns)
		return a->added_ns < b->added_ns ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

void ed_artefact_print(struct ed_artefact *a, struct ed_buf *out)
{
	const struct ed_contain_writer *w = a->writer;

	if (a->n > 0)
		qsort(a->entries, a->n, sizeof(*a->entries), compare);
	ed_buf_put(out, a->before.n ? a->before.p : "", a->before.n);
	if (a->n > 0 && a->before.n > 0 && a->before.p[a->before.n - 1] != '\n')
		ed_buf_puts(out, "\n");
	if (w->frame) {
		ed_marker_put_frame(w->comment, &a->frame, out);
		w->frame(&a->frame, out);
		ed_marker_put_end(w->comment, out);
	}
	for (size_t i = 0; i < a->n; i++) {
		ed_marker_put_entry(w->comment, &a->entries[i], out);
		w->entry(&a->entries[i], i > 0 ? &a->entries[i - 1] : NULL, out);
		ed_marker_put_end(w->comment, out);
	}
	ed_buf_put(out, a->after.n ? a->after.p : "", a->after.n);
}
