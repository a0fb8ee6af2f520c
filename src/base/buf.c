/* SPDX-License-Identifier: Apache-2.0 */
/* The bounded text builder; see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUF_FIRST_BYTES = 256 };

void ed_buf_init(struct ed_buf *b, size_t max)
{
	*b = (struct ed_buf){ .max = max };
}

void ed_buf_done(struct ed_buf *b)
{
	free(b->p);
	*b = (struct ed_buf){ .max = b->max };
}

void ed_buf_clear(struct ed_buf *b)
{
	b->n = 0;
	b->full = false;
	if (b->p)
		b->p[0] = '\0';
}

/* Room for @n more bytes and the NUL; false, and full for good, when there is none. */
static bool buf_reserve(struct ed_buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST_BYTES;
	char *p;

	if (b->full || b->max <= b->n || n >= b->max - b->n) {
		b->full = true;
		return false;
	}
	if (b->cap > b->n + n)
		return true;
	while (cap <= b->n + n)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if (cap > b->max)
		cap = b->max;
	p = realloc(b->p, cap);
	if (!p) {
		b->full = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void ed_buf_put(struct ed_buf *b, const void *p, size_t n)
{
	if (!buf_reserve(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void ed_buf_puts(struct ed_buf *b, const char *s)
{
	ed_buf_put(b, s, strlen(s));
}

void ed_buf_printf(struct ed_buf *b, const char *fmt, ...)
{
	va_list args, again;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0) {
		b->full = true;
	} else if (buf_reserve(b, (size_t)n)) {
		(void)vsnprintf(b->p + b->n, b->cap - b->n, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}
