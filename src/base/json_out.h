/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON writing: an appender that keeps track of commas. Strings are escaped here and only here
 * (RFC 8259; control bytes and bytes >= 0x7f as \u00XX, so the output is printable ASCII whatever
 * was put in). Nesting is at most ED_JSON_DEPTH_MAX deep; a programmer who passes it trips an
 * assertion.
 */
#ifndef ED_BASE_JSON_OUT_H
#define ED_BASE_JSON_OUT_H

#include "base/buf.h"

enum { ED_JSON_DEPTH_MAX = 15 };

struct ed_json {
	struct ed_buf *out;
	unsigned depth;
	uint16_t has_item; /* bit d: level d already holds an item */
};

void ed_json_init(struct ed_json *j, struct ed_buf *out);

/* @key is NULL inside an array and at the top. */
void ed_json_object(struct ed_json *j, const char *key);
void ed_json_object_end(struct ed_json *j);
void ed_json_array(struct ed_json *j, const char *key);
void ed_json_array_end(struct ed_json *j);
void ed_json_str(struct ed_json *j, const char *key, const char *value);
void ed_json_span(struct ed_json *j, const char *key, struct ed_span value);
/* Text that a person wrote, in UTF-8: its characters come out as \uXXXX, each byte that is no UTF-8
 * as \ufffd. What comes from the wire has no encoding and goes through the two above. */
void ed_json_utf8(struct ed_json *j, const char *key, const char *value);
void ed_json_u64(struct ed_json *j, const char *key, uint64_t value);
void ed_json_i64(struct ed_json *j, const char *key, int64_t value);
/* Shortest of up to six significant digits; a number that is not finite becomes null. */
void ed_json_f64(struct ed_json *j, const char *key, double value);
void ed_json_bool(struct ed_json *j, const char *key, bool value);
/* An RFC 3339 string; null when the time is unknown. */
void ed_json_time(struct ed_json *j, const char *key, int64_t time_ns);

#endif
