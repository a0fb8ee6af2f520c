/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sample names read as data, whatever their bytes: the result stays within its bounds, is the same
 * again, and a text is only claimed where there is one.
 * Input: the length of the domain in bytes, the domain, then a length and so many bytes a sample.
 */
#include <assert.h>

#include "alert/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The next length and its bytes. */
static bool take(struct ed_span *in, struct ed_name *ret)
{
	size_t n;

	if (in->n == 0)
		return false;
	n = in->p[0] < in->n ? in->p[0] : in->n - 1;
	memset(ret, 0, sizeof(*ret));
	ret->n = (uint8_t)n;
	memcpy(ret->wire, in->p + 1, n);
	*in = ed_span_from(*in, n + 1);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ed_decoded d[ED_ALERT_SAMPLES_MAX], again[ED_ALERT_SAMPLES_MAX];
	struct ed_name domain, samples[ED_ALERT_SAMPLES_MAX];
	struct ed_span in = ed_span_of(data, n);
	uint32_t n_samples = 0;

	if (!take(&in, &domain))
		return 0;
	while (n_samples < ED_ALERT_SAMPLES_MAX && take(&in, &samples[n_samples]))
		n_samples++;
	ed_decode_names(samples, n_samples, &domain, d);
	ed_decode_names(samples, n_samples, &domain, again);
	for (uint32_t i = 0; i < n_samples; i++) {
		assert(d[i].n_shown <= ED_DECODED_SHOWN_MAX_BYTES && d[i].n_shown <= d[i].n_bytes);
		assert(d[i].n_bytes <= samples[i].n);
		assert(d[i].printable_share >= 0 && d[i].printable_share <= 1);
		assert(d[i].entropy_bits >= 0 && d[i].entropy_bits <= 8);
		assert(d[i].encoding || (d[i].n_bytes == 0 && !d[i].kind));
		assert(d[i].encoding == again[i].encoding && d[i].kind == again[i].kind);
		assert(memcmp(d[i].shown, again[i].shown, sizeof(d[i].shown)) == 0);
		assert(!d[i].kind || strcmp(d[i].kind, "text") != 0 || d[i].printable_share > 0);
	}
	return 0;
}
