/* SPDX-License-Identifier: Apache-2.0 */
/* Walking nested keys; see walk.h. The stack is an array: no input makes it deeper. */
#include "format/json/walk.h"

void ed_json_walk_init(struct ed_json_walk *w, const struct ed_json_keys *keys, struct ed_span line,
		       uint8_t *room)
{
	*w = (struct ed_json_walk){ .t = { .p = line.p, .room = room }, .keys = keys };
	w->level[0].close = '}';
	ed_json_text_space(&w->t);
}

/* @name behind the prefix of its level, in w->key. False: too long to be of use. */
static bool dotted(struct ed_json_walk *w, struct ed_span name, struct ed_span *ret)
{
	size_t n = w->level[w->depth].prefix_n;

	if (name.n > ED_JSON_WALK_KEY_MAX - n)
		return false;
	if (name.n > 0)
		memcpy(w->key + n, name.p, name.n);
	*ret = ed_span_of(w->key, n + name.n);
	return true;
}

/* The key at the front and its number. @ret_n: its dotted length, 0 when it is too long. */
static bool take_key(struct ed_json_walk *w, unsigned *ret_id, size_t *ret_n)
{
	struct ed_span name, key;
	unsigned at;

	*ret_id = 0;
	*ret_n = 0;
	if (!ed_json_text_key(&w->t, &name))
		return false;
	if (!dotted(w, name, &key))
		return true;
	*ret_n = key.n;
	at = ed_json_keys_find(w->keys, key);
	*ret_id = at > 0 ? w->keys->id[at - 1] : 0;
	return true;
}

/* Goes into the object or array at the front, whose key has @key_n bytes, or steps over it. */
static bool enter(struct ed_json_walk *w, unsigned id, size_t key_n)
{
	bool array = *w->t.p == '[';
	struct ed_json_level *to;

	if (w->depth + 1 >= ED_JSON_WALK_DEPTH_MAX || key_n == 0 || key_n >= ED_JSON_WALK_KEY_MAX)
		return ed_json_text_skip(&w->t);
	to = &w->level[++w->depth];
	*to = (struct ed_json_level){ .id = id, .close = array ? ']' : '}' };
	w->key[key_n] = '.';
	to->prefix_n = (uint8_t)(key_n + 1);
	w->t.p++;
	return true;
}

/* Behind a closing bracket. True: it was that of an object in the array of the key @ret_id. */
static bool leave(struct ed_json_walk *w, unsigned *ret_id)
{
	bool object = w->level[w->depth].close == '}';

	w->depth--;
	*ret_id = w->level[w->depth].id;
	return object && w->level[w->depth].close == ']';
}

enum ed_json_walk_step ed_json_walk_next(struct ed_json_walk *w, unsigned *ret_id,
					 struct ed_json_item *ret)
{
	if (w->depth == 0 && w->level[0].n == 0 && *w->t.p++ != '{')
		return ED_JSON_WALK_BAD;
	for (;;) {
		struct ed_json_level *l = &w->level[w->depth];
		size_t key_n = l->prefix_n > 0 ? l->prefix_n - 1U : 0;
		enum ed_json_step step = ed_json_text_next(&w->t, l->close, &l->n);

		if (step == ED_JSON_STEP_BAD)
			return ED_JSON_WALK_BAD;
		if (step == ED_JSON_STEP_END) {
			if (w->depth == 0)
				return ED_JSON_WALK_END;
			if (leave(w, ret_id))
				return ED_JSON_WALK_ELEMENT;
			continue;
		}
		*ret_id = l->id;
		if (l->close == '}' && !take_key(w, ret_id, &key_n))
			return ED_JSON_WALK_BAD;
		if (!ed_json_text_value(&w->t, ret))
			return ED_JSON_WALK_BAD;
		if (ret->kind != ED_JSON_KIND_NEST)
			return ED_JSON_WALK_VALUE;
		if (!enter(w, *ret_id, key_n))
			return ED_JSON_WALK_BAD;
	}
}
