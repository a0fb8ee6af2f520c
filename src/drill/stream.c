/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill asks; see stream.h. */
#include "drill/stream.h"

#include <assert.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/time.h"

enum {
	FIRST_PORT = 32768,
	PORTS = 28000,
	JITTER_PARTS = 1000,
};

/* Words of noise of one lookup. */
enum { WORD_OF_TIME, WORD_OF_ANSWER_TIME, WORD_OF_HEADER, WORD_OF_PAYLOAD, WORD_OF_ANSWER = 64 };

static const int64_t ANSWER_MIN_NS = 8000000, ANSWER_SPREAD_NS = 30000000;

bool ed_drill_host_name(const char *text, char *ret, size_t n)
{
	size_t n_text = strlen(text), n_label = 0;

	if (n_text > 1 && text[n_text - 1] == '.')
		n_text--;
	if (n_text == 0 || n_text >= n)
		return false;
	for (size_t i = 0; i < n_text; i++) {
		char c = (char)ed_to_lower((uint8_t)text[i]);

		if (c == '.' ? n_label == 0 : !ed_is_host((uint8_t)c) || n_label == ED_LABEL_MAX)
			return false;
		n_label = c == '.' ? 0 : n_label + 1;
		ret[i] = c;
	}
	ret[n_text] = '\0';
	return n_label > 0;
}

/* An alphabet of 2^bits characters, and how many of them a word of noise gives. */
struct alphabet {
	const char *digits;
	unsigned bits, of_word;
};

static const struct alphabet base32 = { "abcdefghijklmnopqrstuvwxyz234567", 5, 12 };
static const struct alphabet base64 = {
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 10
};

/* A word of the noise of the lookup that begins at @noise. */
static uint64_t word_of(uint64_t noise, unsigned word)
{
	return ed_hash_pair(noise, word);
}

/* @n characters, from word @word of the noise on, and a NUL. */
static void encode(uint64_t noise, unsigned word, const struct alphabet *a, char *ret, size_t n)
{
	uint64_t left = 0;

	for (size_t i = 0; i < n; i++) {
		if (i % a->of_word == 0)
			left = word_of(noise, word++);
		ret[i] = a->digits[left & ((1U << a->bits) - 1)];
		left >>= a->bits;
	}
	ret[n] = '\0';
}

void ed_drill_lookup_make(const struct ed_drill_plan *plan, uint32_t index,
			  struct ed_drill_lookup *ret)
{
	uint64_t noise = ed_hash_pair(plan->seed, index);
	uint64_t header = word_of(noise, WORD_OF_HEADER);
	uint64_t late = word_of(noise, WORD_OF_TIME) % JITTER_PARTS;
	uint64_t answer = word_of(noise, WORD_OF_ANSWER_TIME);
	char payload[ED_DRILL_PAYLOAD_TEXT], mark[ED_DRILL_MARK_TEXT];
	int fault;

	ret->index = index;
	/* less than a step late, so that the lookups stay in order */
	ret->time_ns = plan->start_ns + plan->step_ns * index +
		       plan->step_ns / (2 * JITTER_PARTS) * (int64_t)late;
	ret->answer_ns = ret->time_ns + ANSWER_MIN_NS +
			 (int64_t)(answer % (uint64_t)ANSWER_SPREAD_NS);
	ret->txid = (uint16_t)header;
	ret->client_port = (uint16_t)(FIRST_PORT + (header >> 16) % PORTS);
	encode(noise, WORD_OF_PAYLOAD, &base32, payload, sizeof(payload) - 1);
	encode(noise, WORD_OF_ANSWER, &base64, ret->answer, sizeof(ret->answer) - 1);
	ed_drill_mark_print(plan->id, mark);
	(void)snprintf(ret->text, sizeof(ret->text), "%s.%s.%s", payload, mark, plan->domain);
	fault = ed_name_from_text(ed_span_str(ret->text), ED_NAME_PLAIN, &ret->name);
	assert(fault == 0); /* the plan's domain was checked */
	(void)fault;
}

int64_t ed_drill_end_ns(const struct ed_drill_plan *plan)
{
	return plan->start_ns + plan->step_ns * plan->n_names + ED_NS_PER_S;
}
