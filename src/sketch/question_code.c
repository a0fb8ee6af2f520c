/* SPDX-License-Identifier: Apache-2.0 */
/* The code of a sequence of questions; see question_code.h. */
#include "sketch/question_code.h"

#include "base/fixed_log.h"

enum {
	EVEN = 0x8000,
	RATE_SHIFT = 5,
	TYPE_MBITS = 16 * 1024, /* a type is a number of 16 bits */
	TYPE_GROUP_MBITS = 4 * 1024,
	HEADER_MBITS = 16 * 1024,
	TAGS = 255,
	ID_MASK = 0x7fffffff,
	ADDRESS = 1,    /* the group of A: AAAA of the same name comes next */
	RARE_TYPE = 15, /* of the groups: any type without one of its own */
};

/* Codes one yes or no and moves the model towards it. Stored so that zero means even odds. */
static uint32_t code_bit(uint16_t *model, bool yes)
{
	uint32_t p = (uint32_t)(*model ^ EVEN);
	uint32_t cost = 16 * 1024 - ed_log2_mbits(yes ? p : 65536 - p);

	p = yes ? p + ((65536 - p) >> RATE_SHIFT) : p - (p >> RATE_SHIFT);
	if (p < 32)
		p = 32;
	if (p > 65536 - 32)
		p = 65536 - 32;
	*model = (uint16_t)(p ^ EVEN);
	return cost;
}

/* Common types have a number of their own; the rare ones share the rest by hash. */
static uint8_t type_group(uint16_t qtype)
{
	static const uint16_t common[RARE_TYPE - 1] = { 1, 28, 65, 12, 16, 15, 33,
							5, 6,  2,  10, 25, 43, 48 };

	for (unsigned i = 0; i < RARE_TYPE - 1; i++) {
		if (common[i] == qtype)
			return (uint8_t)(i + 1); /* 0 is "none yet" */
	}
	return (uint8_t)(RARE_TYPE + (qtype * 40503U >> 8) % (UINT8_MAX - RARE_TYPE));
}

static uint8_t tag_of(uint32_t id)
{
	uint8_t tag = (uint8_t)(id >> 24);

	return tag ? tag : 1;
}

static uint32_t name_cost(struct ed_question_code *c, uint8_t *many, const struct ed_question *q)
{
	uint8_t *follower = many ? &many[c->last_id % ED_QUESTION_MANY_FOLLOWERS] :
				   &c->followers[c->last_id % ED_QUESTION_FOLLOWERS];
	bool is_same = (q->name_id & ID_MASK) == c->last_id;
	bool follows = *follower == tag_of(q->name_id);
	uint32_t cost = code_bit(&c->is_new, q->is_new);

	if (!q->is_new)
		cost += code_bit(&c->is_same[c->last_is_a], is_same);
	if (is_same)
		return cost;
	*follower = tag_of(q->name_id);
	if (q->is_new)
		return cost;
	cost += code_bit(&c->follows, follows);
	if (!follows)
		cost += ed_log2_mbits(q->n_names);
	else if (q->n_names > TAGS)
		cost += ed_log2_mbits(q->n_names / TAGS); /* which of those with the tag */
	return cost;
}

/* The two types that came last in a context come first; which context, the name and the type before
 * say: A then AAAA of one name, A then A of others. */
static uint32_t type_cost(struct ed_question_code *c, const struct ed_question *q, uint8_t group)
{
	bool same_name = (q->name_id & ID_MASK) == c->last_id;
	unsigned context = (same_name ? 2U : 0U) + c->last_is_a;
	bool is_first = c->first[context] == group;
	uint32_t cost = code_bit(&c->type_first[same_name], is_first);

	if (!is_first) {
		bool is_second = c->second[context] == group;

		cost += code_bit(&c->type_second, is_second);
		if (!is_second)
			cost += TYPE_GROUP_MBITS + (group >= RARE_TYPE ? TYPE_MBITS : 0);
		c->second[context] = c->first[context];
		c->first[context] = group;
	}
	return cost;
}

/* A machine has two or three programs that ask, each with a header of its own. */
static uint32_t header_cost(struct ed_question_code *c, const struct ed_question *q)
{
	bool is_first = c->headers[0] == q->header_tag;
	uint32_t cost;

	if (q->header_tag == 0)
		return 0;
	if (c->headers[0] == 0) {
		c->headers[0] = q->header_tag; /* the first tells nothing */
		return 0;
	}
	cost = code_bit(&c->header_first, is_first);
	if (!is_first) {
		bool is_second = c->headers[1] == q->header_tag;

		cost += code_bit(&c->header_second, is_second) + (is_second ? 0 : HEADER_MBITS);
		c->headers[1] = c->headers[0];
		c->headers[0] = q->header_tag;
	}
	return cost;
}

uint32_t ed_question_code(struct ed_question_code *c, uint8_t *many, const struct ed_question *q)
{
	uint8_t group = type_group(q->qtype);
	uint32_t cost = name_cost(c, many, q) + type_cost(c, q, group) + header_cost(c, q);

	c->last_id = q->name_id & ID_MASK;
	c->last_is_a = group == ADDRESS;
	return cost;
}
