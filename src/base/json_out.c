/* SPDX-License-Identifier: Apache-2.0 */
/* JSON writing; see json_out.h. */
#include "base/json_out.h"

#include "base/time.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

void ed_json_init(struct ed_json *j, struct ed_buf *out)
{
	*j = (struct ed_json){ .out = out };
}

/* Runs of plain bytes go out in one piece; a run is cut where a byte must be escaped. */
static void json_text(struct ed_json *j, struct ed_span s)
{
	size_t from = 0;

	ed_buf_put(j->out, "\"", 1);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
			continue;
		ed_buf_put(j->out, s.p + from, i - from);
		if (c == '"' || c == '\\')
			ed_buf_printf(j->out, "\\%c", c);
		else
			ed_buf_printf(j->out, "\\u%04x", c);
		from = i + 1;
	}
	if (s.n > from)
		ed_buf_put(j->out, s.p + from, s.n - from);
	ed_buf_put(j->out, "\"", 1);
}

/* What stands before a value: the comma after the one before it, and its key. */
static void json_lead(struct ed_json *j, const char *key)
{
	uint16_t bit = (uint16_t)(1u << j->depth);

	if (j->has_item & bit)
		ed_buf_put(j->out, ",", 1);
	j->has_item |= bit;
	if (!key)
		return;
	json_text(j, ed_span_str(key));
	ed_buf_put(j->out, ":", 1);
}

static void json_open(struct ed_json *j, const char *key, const char *bracket)
{
	assert(j->depth < ED_JSON_DEPTH_MAX);
	json_lead(j, key);
	ed_buf_put(j->out, bracket, 1);
	j->depth++;
	j->has_item &= (uint16_t) ~(1u << j->depth);
}

static void json_close(struct ed_json *j, const char *bracket)
{
	assert(j->depth > 0);
	j->depth--;
	ed_buf_put(j->out, bracket, 1);
}

void ed_json_object(struct ed_json *j, const char *key)
{
	json_open(j, key, "{");
}

void ed_json_object_end(struct ed_json *j)
{
	json_close(j, "}");
}

void ed_json_array(struct ed_json *j, const char *key)
{
	json_open(j, key, "[");
}

void ed_json_array_end(struct ed_json *j)
{
	json_close(j, "]");
}

void ed_json_str(struct ed_json *j, const char *key, const char *value)
{
	ed_json_span(j, key, ed_span_str(value));
}

void ed_json_span(struct ed_json *j, const char *key, struct ed_span value)
{
	json_lead(j, key);
	json_text(j, value);
}

/* The character that @s begins with; returns its bytes, 0 when it is no UTF-8 (RFC 3629). */
static size_t utf8_char(struct ed_span s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s.p[0] < 0x80 ? 1 : s.p[0] >> 5 == 6 ? 2 : s.p[0] >> 4 == 14 ? 3 : 4;

	if (s.n < n || (n == 4 && s.p[0] >> 3 != 30))
		return 0;
	*ret = n == 1 ? s.p[0] : s.p[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if (s.p[i] >> 6 != 2)
			return 0;
		*ret = *ret << 6 | (s.p[i] & 0x3fU);
	}
	return *ret < least[n] || *ret > 0x10ffff || *ret >> 11 == 0x1b ? 0 : n;
}

void ed_json_utf8(struct ed_json *j, const char *key, const char *value)
{
	struct ed_span s = ed_span_str(value);

	json_lead(j, key);
	ed_buf_put(j->out, "\"", 1);
	while (s.n > 0) {
		uint32_t c;
		size_t n = utf8_char(s, &c);

		if (n == 0)
			c = 0xfffd;
		if (c >= 0x10000)
			ed_buf_printf(j->out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
				      0xdc00 + (c & 0x3ff));
		else if (c < 0x20 || c >= 0x7f)
			ed_buf_printf(j->out, "\\u%04x", c);
		else
			ed_buf_printf(j->out, c == '"' || c == '\\' ? "\\%c" : "%c", (int)c);
		s = ed_span_from(s, n > 0 ? n : 1);
	}
	ed_buf_put(j->out, "\"", 1);
}

void ed_json_u64(struct ed_json *j, const char *key, uint64_t value)
{
	json_lead(j, key);
	ed_buf_printf(j->out, "%" PRIu64, value);
}

void ed_json_i64(struct ed_json *j, const char *key, int64_t value)
{
	json_lead(j, key);
	ed_buf_printf(j->out, "%" PRId64, value);
}

void ed_json_f64(struct ed_json *j, const char *key, double value)
{
	json_lead(j, key);
	if (isfinite(value))
		ed_buf_printf(j->out, "%.6g", value);
	else
		ed_buf_puts(j->out, "null");
}

void ed_json_bool(struct ed_json *j, const char *key, bool value)
{
	json_lead(j, key);
	ed_buf_puts(j->out, value ? "true" : "false");
}

void ed_json_time(struct ed_json *j, const char *key, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX];

	json_lead(j, key);
	if (time_ns == ED_TIME_UNKNOWN_NS) {
		ed_buf_puts(j->out, "null");
		return;
	}
	ed_time_to_text(time_ns, text);
	json_text(j, ed_span_str(text));
}
