/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of an alert as text; see alert_text.h. */
#include "sink/alert_text.h"

#include "base/hex.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

void ed_alert_text_bytes(uint64_t bytes, char ret[static ED_BYTES_TEXT_MAX])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	double v = (double)bytes / 1000;
	size_t i = 0;

	if (bytes < 1000) {
		(void)snprintf(ret, ED_BYTES_TEXT_MAX, "%" PRIu64 " B", bytes);
		return;
	}
	/* 999.95 would be printed as 1000.0. */
	for (; v >= 999.95; i++)
		v /= 1000;
	(void)snprintf(ret, ED_BYTES_TEXT_MAX, "%.1f %s", v, units[i]);
}

static size_t put_escape(uint8_t c, char *ret)
{
	ret[0] = '\\';
	ret[1] = 'x';
	ret[2] = ed_hex_digit(c >> 4);
	ret[3] = ed_hex_digit(c);
	return ED_CLEAN_GROWTH;
}

size_t ed_alert_text_clean(const char *text, char *ret, size_t n)
{
	size_t used = 0;

	assert(n > 0);
	for (; *text; text++) {
		uint8_t c = (uint8_t)*text;

		if (c >= 0x20 && c < 0x7f) {
			if (n - used < 2)
				break;
			ret[used++] = (char)c;
			continue;
		}
		if (n - used < ED_CLEAN_GROWTH + 1)
			break;
		used += put_escape(c, ret + used);
	}
	ret[used] = '\0';
	return used;
}

size_t ed_alert_text_decoded(const struct ed_decoded *d, char ret[static ED_DECODED_TEXT_MAX])
{
	size_t used = 0;

	assert(d->n_shown <= ED_DECODED_SHOWN_MAX_BYTES);
	for (size_t i = 0; i < d->n_shown; i++) {
		uint8_t c = d->shown[i];

		if (c < 0x20 || c >= 0x7f) {
			used += put_escape(c, ret + used);
			continue;
		}
		if (c == '\\')
			ret[used++] = '\\';
		ret[used++] = (char)c;
	}
	ret[used] = '\0';
	return used;
}

size_t ed_alert_text_name(const struct ed_name *name, char ret[static ED_NAME_TEXT_MAX + 1])
{
	return ed_name_to_text(ed_span_of(name->wire, name->n), ret);
}

static unsigned decoding_rank(const struct ed_decoded *d)
{
	if (!d->encoding || d->n_shown == 0)
		return 0;
	return d->kind ? 2 : 1;
}

static bool tells_more(const struct ed_alert *a, uint32_t i, uint32_t j)
{
	unsigned x = decoding_rank(&a->decoded[i]), y = decoding_rank(&a->decoded[j]);

	return x != y ? x > y : a->sample_llr_bits[i] > a->sample_llr_bits[j];
}

uint32_t ed_alert_text_telling(const struct ed_alert *a, uint32_t ret[static ED_ALERT_SAMPLES_MAX])
{
	uint32_t n = a->n_samples < ED_ALERT_SAMPLES_MAX ? a->n_samples : ED_ALERT_SAMPLES_MAX;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = i;

		for (; at > 0 && tells_more(a, i, ret[at - 1]); at--)
			ret[at] = ret[at - 1];
		ret[at] = i;
	}
	return n;
}

enum { ESCAPE_N = 4 }; /* "\DDD" */

/* Where the escape begins that @at would cut, else @at. */
static size_t escape_start(const char *text, size_t at)
{
	for (size_t back = 1; back < ESCAPE_N && back <= at; back++) {
		if (text[at - back] == '\\')
			return at - back;
	}
	return at;
}

size_t ed_alert_text_fit(const char *text, unsigned columns, char *ret, size_t n)
{
	size_t length = strlen(text);
	size_t head, tail;

	assert(columns >= 8);
	if (length <= columns)
		return (size_t)snprintf(ret, n, "%s", text);
	head = (columns - 3) / 2;
	tail = length - (columns - 3 - head);
	if (escape_start(text, tail) != tail)
		tail = escape_start(text, tail) + ESCAPE_N;
	if (tail > length)
		tail = length;
	return (size_t)snprintf(ret, n, "%.*s...%s", (int)escape_start(text, head), text,
				text + tail);
}
