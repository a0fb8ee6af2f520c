/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over all values of a JSON line as if its nested keys were written with dots:
 *	{"dns":{"question":{"name":"a"}},"dns.id":7}   dns.question.name = a, dns.id = 7
 * For formats whose producers nest as they like. What stands in an array has the key of the array;
 * where objects in an array end, the walk says so.
 */
#ifndef ED_FORMAT_JSON_WALK_H
#define ED_FORMAT_JSON_WALK_H

#include "format/json/text.h"

enum {
	ED_JSON_WALK_DEPTH_MAX = 6, /* what lies deeper is stepped over */
	ED_JSON_WALK_KEY_MAX = 64,  /* bytes of a dotted key; longer ones are nobody's */
};

struct ed_json_level {
	unsigned n;       /* items so far */
	unsigned id;      /* of an array: the number of its key */
	uint8_t prefix_n; /* bytes of the key of all that lies here, with the dot */
	uint8_t close;    /* the closing bracket */
};

struct ed_json_walk {
	struct ed_json_text t;
	const struct ed_json_keys *keys;
	unsigned depth;
	struct ed_json_level level[ED_JSON_WALK_DEPTH_MAX];
	uint8_t key[ED_JSON_WALK_KEY_MAX + 8];
};

enum ed_json_walk_step {
	ED_JSON_WALK_VALUE,   /* @ret_id is the number of its key, 0: none that matters */
	ED_JSON_WALK_ELEMENT, /* an object in the array of the key @ret_id ends */
	ED_JSON_WALK_END,
	ED_JSON_WALK_BAD, /* no JSON object */
};

/* Starts at @line; @room as in text.h. */
void ed_json_walk_init(struct ed_json_walk *w, const struct ed_json_keys *keys, struct ed_span line,
		       uint8_t *room);

/* The next step; after END or BAD no more. The caller looks at what follows the END. */
enum ed_json_walk_step ed_json_walk_next(struct ed_json_walk *w, unsigned *ret_id,
					 struct ed_json_item *ret);

#endif
