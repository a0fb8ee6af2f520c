/* SPDX-License-Identifier: Apache-2.0 */
/* gzip, zstd, lz4 and xz behind one shape; see codec.h. */
#include "source/codec.h"

#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* What xz may take for its dictionary: enough for xz -9. */
static const uint64_t XZ_MEMORY_MAX = 80 << 20;
/* What zstd may take for its window, as a power of two: enough for zstd --ultra -22 without --long.
 */
enum { ZSTD_WINDOW_LOG_MAX_OURS = 27 };

/* ------------------------------------------------------------------- gzip */

static void *gzip_start(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z && inflateInit2(z, 15 + 16) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static void gzip_stop(void *state)
{
	(void)inflateEnd(state);
	free(state);
}

static enum ed_codec_verdict gzip_step(void *state, struct ed_span *in, uint8_t *out, size_t n_out,
				       size_t *ret_n)
{
	z_stream *z = state;
	int r;

	z->next_in = (Bytef *)(uintptr_t)in->p;
	z->avail_in = (uInt)in->n;
	z->next_out = out;
	z->avail_out = (uInt)n_out;
	r = inflate(z, Z_NO_FLUSH);
	*ret_n = n_out - z->avail_out;
	*in = ed_span_from(*in, in->n - z->avail_in);
	if (r == Z_STREAM_END)
		return inflateReset(z) == Z_OK ? ED_CODEC_END : ED_CODEC_BROKEN;
	return r == Z_OK || r == Z_BUF_ERROR ? ED_CODEC_MORE : ED_CODEC_BROKEN;
}

/* ------------------------------------------------------------------- zstd */

static void *zstd_start(void)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();

	if (d)
		(void)ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX_OURS);
	return d;
}

static void zstd_stop(void *state)
{
	(void)ZSTD_freeDCtx(state);
}

static enum ed_codec_verdict zstd_step(void *state, struct ed_span *in, uint8_t *out, size_t n_out,
				       size_t *ret_n)
{
	ZSTD_inBuffer zin = { .src = in->p, .size = in->n };
	ZSTD_outBuffer zout = { .dst = out, .size = n_out };
	size_t r = ZSTD_decompressStream(state, &zout, &zin);

	*ret_n = zout.pos;
	*in = ed_span_from(*in, zin.pos);
	if (ZSTD_isError(r))
		return ED_CODEC_BROKEN;
	return r == 0 ? ED_CODEC_END : ED_CODEC_MORE;
}

/* -------------------------------------------------------------------- lz4 */

static void *lz4_start(void)
{
	LZ4F_dctx *d;

	return LZ4F_isError(LZ4F_createDecompressionContext(&d, LZ4F_VERSION)) ? NULL : d;
}

static void lz4_stop(void *state)
{
	(void)LZ4F_freeDecompressionContext(state);
}

static enum ed_codec_verdict lz4_step(void *state, struct ed_span *in, uint8_t *out, size_t n_out,
				      size_t *ret_n)
{
	size_t taken = in->n;
	size_t r;

	*ret_n = n_out;
	r = LZ4F_decompress(state, out, ret_n, in->p, &taken, NULL);
	*in = ed_span_from(*in, taken);
	if (LZ4F_isError(r)) {
		*ret_n = 0;
		return ED_CODEC_BROKEN;
	}
	return r == 0 ? ED_CODEC_END : ED_CODEC_MORE;
}

/* --------------------------------------------------------------------- xz */

static void *xz_start(void)
{
	lzma_stream *x = calloc(1, sizeof(*x));

	if (x && lzma_stream_decoder(x, XZ_MEMORY_MAX, 0) != LZMA_OK) {
		free(x);
		return NULL;
	}
	return x;
}

static void xz_stop(void *state)
{
	lzma_end(state);
	free(state);
}

static enum ed_codec_verdict xz_step(void *state, struct ed_span *in, uint8_t *out, size_t n_out,
				     size_t *ret_n)
{
	lzma_stream *x = state;
	lzma_ret r;

	x->next_in = in->p;
	x->avail_in = in->n;
	x->next_out = out;
	x->avail_out = n_out;
	r = lzma_code(x, LZMA_RUN);
	*ret_n = n_out - x->avail_out;
	*in = ed_span_from(*in, in->n - x->avail_in);
	if (r ==
	    LZMA_STREAM_END) /* a new decoder in the same memory for the stream that may follow */
		return lzma_stream_decoder(x, XZ_MEMORY_MAX, 0) == LZMA_OK ? ED_CODEC_END :
									     ED_CODEC_BROKEN;
	return r == LZMA_OK || r == LZMA_BUF_ERROR ? ED_CODEC_MORE : ED_CODEC_BROKEN;
}

static const struct ed_codec codecs[] = {
	{ "gzip", { 0x1f, 0x8b, 0x08 }, 3, gzip_start, gzip_stop, gzip_step },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_start, zstd_stop, zstd_step },
	{ "lz4", { 0x04, 0x22, 0x4d, 0x18 }, 4, lz4_start, lz4_stop, lz4_step },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0x00 }, 6, xz_start, xz_stop, xz_step },
};

const struct ed_codec *ed_codec_sniff(struct ed_span head)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (head.n >= codecs[i].n_magic &&
		    memcmp(head.p, codecs[i].magic, codecs[i].n_magic) == 0)
			return &codecs[i];
	}
	return NULL;
}
