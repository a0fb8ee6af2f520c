/* SPDX-License-Identifier: Apache-2.0 */
/* Compression formats that are read through; each wraps its library's streaming decoder. */
#ifndef ED_SOURCE_CODEC_H
#define ED_SOURCE_CODEC_H

#include "base/span.h"

enum ed_codec_verdict {
	ED_CODEC_MORE, /* took what it could; wants more input or more room */
	ED_CODEC_END,  /* a frame ended; another may follow */
	ED_CODEC_BROKEN,
};

struct ed_codec {
	const char *name;
	uint8_t magic[6];
	uint8_t n_magic;
	/* NULL on lack of memory. */
	void *(*start)(void);
	void (*stop)(void *state);
	/* Consumes from @in (moves it on) and writes to @out up to @n_out; *ret_n is what it wrote.
	 */
	enum ed_codec_verdict (*step)(void *state, struct ed_span *in, uint8_t *out, size_t n_out,
				      size_t *ret_n);
};

enum { ED_CODEC_MAGIC_BYTES = 6 };

/* The codec whose magic @head begins with; NULL: plain. */
const struct ed_codec *ed_codec_sniff(struct ed_span head);

#endif
