/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text builder with a ceiling. Past the ceiling nothing more is written and `full` stays set; the
 * content is then a prefix that ends at a whole append. Lives on the heap of the control plane
 * only.
 */
#ifndef ED_BASE_BUF_H
#define ED_BASE_BUF_H

#include "base/span.h"

struct ed_buf {
	char *p;    /* NUL-terminated once something was written; owned */
	size_t n;   /* bytes without the NUL */
	size_t cap; /* allocated */
	size_t max; /* ceiling, with the NUL */
	bool full;  /* ceiling met or no memory */
};

void ed_buf_init(struct ed_buf *b, size_t max);
void ed_buf_done(struct ed_buf *b);
void ed_buf_clear(struct ed_buf *b);

void ed_buf_put(struct ed_buf *b, const void *p, size_t n);
void ed_buf_puts(struct ed_buf *b, const char *s);
void ed_buf_printf(struct ed_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
