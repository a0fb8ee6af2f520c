/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of JSON while its fields are read, in whatever order and dialect: what the rows of
 * format/zeek/keys.h make of each value, and what the keys tell about the line itself.
 */
#ifndef ED_FORMAT_ZEEK_LINE_H
#define ED_FORMAT_ZEEK_LINE_H

#include "format/zeek/keys.h"
#include "wire/json.h"

struct ed_zeek_line {
	struct ed_zeek_record record;
	struct ed_json_value timestamp;
	struct ed_span raw;
	uint8_t marks;
	bool has_timestamp;
};

/* @ev is zeroed. */
void ed_zeek_line_begin(struct ed_zeek_line *l, struct ed_event *ev);

/* The row of @key, which is dotted; NULL: none of ours. Notes what the key tells. */
const struct ed_zeek_key *ed_zeek_line_find(const struct ed_zeek_keys *k, struct ed_zeek_line *l,
					    struct ed_span key);

/* The value of a field; @row is NULL for one of no interest. */
void ed_zeek_line_put(struct ed_zeek_line *l, const struct ed_zeek_key *row,
		      const struct ed_json_value *v);

/* One item of an array that is the value of @role. */
void ed_zeek_line_put_item(struct ed_zeek_record *r, enum ed_zeek_role role,
			   const struct ed_json_value *item);

/* When all fields are read: takes what stands in for those that were not there. */
void ed_zeek_line_settle(struct ed_zeek_line *l);

/* True when the line is of one of Zeek's logs. */
bool ed_zeek_line_is_zeek(const struct ed_zeek_line *l);

#endif
