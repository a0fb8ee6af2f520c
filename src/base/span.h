/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A borrowed view of bytes. It owns nothing and dies with the buffer it points into;
 * whoever wants to keep the bytes copies them. Never NUL-terminated.
 */
#ifndef ED_BASE_SPAN_H
#define ED_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ed_span {
	const uint8_t *p;
	size_t n;
};

static inline struct ed_span ed_span_of(const void *p, size_t n)
{
	return (struct ed_span){ .p = p, .n = n };
}

static inline struct ed_span ed_span_str(const char *s)
{
	return ed_span_of(s, strlen(s));
}

static inline bool ed_span_eq(struct ed_span a, struct ed_span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool ed_span_is(struct ed_span a, const char *s)
{
	return ed_span_eq(a, ed_span_str(s));
}

static inline bool ed_span_starts(struct ed_span a, const char *s)
{
	size_t n = strlen(s);

	return a.n >= n && memcmp(a.p, s, n) == 0;
}

/* The bytes from @off on; empty when @off lies past the end. */
static inline struct ed_span ed_span_from(struct ed_span a, size_t off)
{
	if (off > a.n)
		off = a.n;
	return ed_span_of(a.p + off, a.n - off);
}

/* Takes the first item off @list, whose items @sep parts; behind the last one its .p is NULL. False:
 * there was none. */
static inline bool ed_span_item(struct ed_span *list, char sep, struct ed_span *ret)
{
	const uint8_t *end;

	if (!list->p)
		return false;
	end = list->n > 0 ? memchr(list->p, sep, list->n) : NULL;
	*ret = ed_span_of(list->p, end ? (size_t)(end - list->p) : list->n);
	*list = end ? ed_span_from(*list, ret->n + 1) : ed_span_of(NULL, 0);
	return true;
}

/* Without the spaces around it. */
static inline struct ed_span ed_span_trim(struct ed_span a)
{
	while (a.n > 0 && a.p[0] == ' ')
		a = ed_span_from(a, 1);
	while (a.n > 0 && a.p[a.n - 1] == ' ')
		a.n--;
	return a;
}

#endif
