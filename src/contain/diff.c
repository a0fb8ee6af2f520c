/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unified difference. Lines that both texts begin and end with are set aside; in what is left, a
 * table of the longest common subsequences from each pair of lines on tells the way through.
 *	@@ -3,2 +3,5 @@
 *	 a line of both
 *	+a new one
 */
#include "contain/diff.h"

#include <errno.h>
#include <stdlib.h>

enum { CONTEXT = 3, CELLS_MAX = 1 << 22 };

struct lines {
	struct ed_span *v; /* owned; each with its line feed where it has one */
	size_t n;
};

/* One line of the difference: ' ', '-' or '+'. */
struct step {
	char kind;
	struct ed_span line;
};

struct script {
	struct step *v; /* owned; room for all lines of both */
	size_t n;
};

static int split(struct ed_span text, struct lines *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	ret->v = calloc(n + 1, sizeof(*ret->v));
	ret->n = 0;
	if (!ret->v)
		return -ENOMEM;
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t k = end ? (size_t)(end - text.p) + 1 : text.n;

		ret->v[ret->n++] = ed_span_of(text.p, k);
		text = ed_span_from(text, k);
	}
	return 0;
}

static void push(struct script *s, char kind, struct ed_span line)
{
	s->v[s->n++] = (struct step){ .kind = kind, .line = line };
}

/* @len[i * (b.n + 1) + j]: the longest common subsequence of a from i and b from j. */
static void fill(struct lines a, struct lines b, uint32_t *len)
{
	size_t w = b.n + 1;

	for (size_t i = a.n; i-- > 0;) {
		for (size_t j = b.n; j-- > 0;) {
			uint32_t down = len[(i + 1) * w + j], right = len[i * w + j + 1];

			if (ed_span_eq(a.v[i], b.v[j]))
				len[i * w + j] = len[(i + 1) * w + j + 1] + 1;
			else
				len[i * w + j] = down > right ? down : right;
		}
	}
}

/* What lies between the common beginning and the common end. */
static int middle(struct lines a, struct lines b, struct script *s)
{
	size_t w = b.n + 1, i = 0, j = 0;
	uint32_t *len = NULL;

	if (a.n < CELLS_MAX / w) {
		len = calloc((a.n + 1) * w, sizeof(*len));
		if (!len)
			return -ENOMEM;
		fill(a, b, len);
	}
	while (i < a.n || j < b.n) {
		if (len && i < a.n && j < b.n && ed_span_eq(a.v[i], b.v[j])) {
			push(s, ' ', a.v[i++]);
			j++;
		} else if (i < a.n &&
			   (j == b.n || !len || len[(i + 1) * w + j] >= len[i * w + j + 1])) {
			push(s, '-', a.v[i++]);
		} else {
			push(s, '+', b.v[j++]);
		}
	}
	free(len);
	return 0;
}

static int compare(struct lines a, struct lines b, struct script *s)
{
	size_t head = 0, tail = 0;
	struct lines a_mid, b_mid;
	int r;

	while (head < a.n && head < b.n && ed_span_eq(a.v[head], b.v[head]))
		push(s, ' ', a.v[head++]);
	while (tail < a.n - head && tail < b.n - head &&
	       ed_span_eq(a.v[a.n - tail - 1], b.v[b.n - tail - 1]))
		tail++;
	a_mid = (struct lines){ .v = a.v + head, .n = a.n - head - tail };
	b_mid = (struct lines){ .v = b.v + head, .n = b.n - head - tail };
	r = middle(a_mid, b_mid, s);
	for (size_t i = a.n - tail; i < a.n && r == 0; i++)
		push(s, ' ', a.v[i]);
	return r;
}

/* The next step from @at on that changes something. */
static size_t next_change(const struct script *s, size_t at)
{
	while (at < s->n && s->v[at].kind == ' ')
		at++;
	return at;
}

/* Behind the last line of the hunk whose first change is @change. */
static size_t hunk_end(const struct script *s, size_t change)
{
	size_t end = change;

	for (;;) {
		size_t next;

		while (end < s->n && s->v[end].kind != ' ')
			end++;
		next = next_change(s, end);
		if (next == s->n || next - end > 2 * (size_t)CONTEXT)
			break;
		end = next;
	}
	return s->n - end < CONTEXT ? s->n : end + CONTEXT;
}

static void put_range(char sign, size_t first, size_t n, struct ed_buf *out)
{
	/* An empty range names the line before it. */
	ed_buf_printf(out, "%c%zu,%zu ", sign, n ? first + 1 : first, n);
}

static void put_hunk(const struct step *v, size_t n, const size_t at[static 2], struct ed_buf *out)
{
	size_t n_old = 0, n_new = 0;

	for (size_t i = 0; i < n; i++) {
		n_old += v[i].kind != '+';
		n_new += v[i].kind != '-';
	}
	ed_buf_puts(out, "@@ ");
	put_range('-', at[0], n_old, out);
	put_range('+', at[1], n_new, out);
	ed_buf_puts(out, "@@\n");
	for (size_t i = 0; i < n; i++) {
		ed_buf_put(out, &v[i].kind, 1);
		ed_buf_put(out, v[i].line.p, v[i].line.n);
		if (v[i].line.p[v[i].line.n - 1] != '\n')
			ed_buf_puts(out, "\n\\ No newline at end of file\n");
	}
}

static void put_hunks(const struct script *s, struct ed_buf *out)
{
	size_t at[2] = { 0, 0 }; /* lines of the old and the new text before step i */
	size_t i = 0;

	for (;;) {
		size_t change = next_change(s, i), first, end;

		if (change == s->n)
			return;
		first = change - i > CONTEXT ? change - CONTEXT : i;
		at[0] += first - i;
		at[1] += first - i;
		end = hunk_end(s, change);
		put_hunk(s->v + first, end - first, at, out);
		for (i = first; i < end; i++) {
			at[0] += s->v[i].kind != '+';
			at[1] += s->v[i].kind != '-';
		}
	}
}

int ed_diff_unified(const char *name, bool is_new, struct ed_span old_text, struct ed_span new_text,
		    struct ed_buf *out)
{
	struct lines a = { .v = NULL }, b = { .v = NULL };
	struct script s = { .v = NULL };
	int r;

	if (ed_span_eq(old_text, new_text))
		return 0;
	r = split(old_text, &a);
	if (r == 0)
		r = split(new_text, &b);
	if (r == 0) {
		s.v = calloc(a.n + b.n + 1, sizeof(*s.v));
		r = s.v ? compare(a, b, &s) : -ENOMEM;
	}
	if (r == 0) {
		ed_buf_printf(out, "--- %s\n+++ %s\n", is_new ? "/dev/null" : name, name);
		put_hunks(&s, out);
	}
	free(s.v);
	free(a.v);
	free(b.v);
	return r;
}
