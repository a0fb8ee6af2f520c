/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The positional predictor: what stays the same is nearly free, what is random costs what it says,
 * and no payload, however odd, upsets it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "sketch/template_code.h"

/* Bits of one label of @text. */
static double label_bits(struct ed_template_code *c, const char *text)
{
	uint8_t wire[256] = { (uint8_t)strlen(text) };

	memcpy(wire + 1, text, wire[0]);
	return ed_template_code(c, wire, wire[0] + 1U) / 1024.0;
}

static void test_a_counter_is_cheap(void **state)
{
	struct ed_template_code c = { .n_last = 0 };
	char text[64];
	double first = 0, bits = 0;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		(void)snprintf(text, sizeof(text), "sensor-basement-reading-%06u", 1000 + i);
		bits = label_bits(&c, text);
		first = i == 0 ? bits : first;
	}
	assert_true(first > 30 * 5); /* thirty characters that nobody could know */
	assert_true(bits < 15);
	for (unsigned i = 0; i < 300; i++)
		bits = label_bits(&c, "always-the-same-label-of-thirty");
	assert_true(bits < 4);
}

/* Mean bits of payloads of @n characters out of @size; over @n_names after as many to learn. */
static double random_bits(unsigned n, unsigned size, unsigned n_names)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	struct ed_template_code c = { .n_last = 0 };
	char text[64] = "";
	double sum = 0;

	for (uint64_t i = 0; i < 2 * n_names; i++) {
		double bits;

		for (unsigned j = 0; j < n; j++)
			text[j] = letters[ed_hash_mix(i * 64 + j) % size];
		bits = label_bits(&c, text);
		sum += i >= n_names ? bits : 0;
	}
	return sum / n_names;
}

static void test_random_payloads_cost_what_they_say(void **state)
{
	static const unsigned sizes[] = { 2, 4, 10, 16, 32, 36, 38 };
	static const unsigned lengths[] = { 1, 8, 30, 63 };

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (unsigned j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++)
			assert_true(random_bits(lengths[j], sizes[i], 400) >=
				    lengths[j] * log2(sizes[i]));
	}
}

/* A message in the length alone, or in where the labels end. */
static void test_lengths_and_borders_cost(void **state)
{
	struct ed_template_code c = { .n_last = 0 };
	uint8_t payload[20];
	double sum = 0;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		char text[64] = "";

		memset(text, 'a', 1 + ed_hash_mix(i) % 32);
		sum += label_bits(&c, text);
	}
	assert_true(sum / 1000 >= 5);
	sum = 0;
	memset(&c, 0, sizeof(c));
	for (uint64_t i = 0; i < 1000; i++) {
		uint8_t cut = (uint8_t)(1 + ed_hash_mix(i) % 16);

		memset(payload, 'a', sizeof(payload));
		payload[0] = cut;
		payload[1 + cut] = (uint8_t)(18 - cut);
		sum += ed_template_code(&c, payload, sizeof(payload)) / 1024.0;
	}
	assert_true(sum / 1000 >= 4);
}

static void test_case_is_folded(void **state)
{
	struct ed_template_code a = { .n_last = 0 }, b = a;

	(void)state;
	assert_true(label_bits(&a, "Host-Name") == label_bits(&b, "host-nAME"));
	assert_memory_equal(&a, &b, sizeof(a));
}

/*
 * The code of one character behind any history is a prefix code: over all bytes that a position can
 * hold (case folded) the sum of 2^-cost is at most 1.
 */
static void test_one_character_is_a_prefix_code(void **state)
{
	struct ed_template_code c = { .n_last = 0 };

	(void)state;
	for (uint64_t round = 0; round < 200; round++) {
		uint8_t payload[2] = { 1, 'a' };
		double sum = 0;

		for (unsigned byte = 0; byte < 256; byte++) {
			struct ed_template_code copy = c;

			if (byte >= 'A' && byte <= 'Z')
				continue;
			payload[1] = (uint8_t)byte;
			sum += exp2(-(double)ed_template_code(&copy, payload, 2) / 1024);
		}
		assert_true(sum <= 1.01);
		payload[1] = (uint8_t)(round % 3 ? 'a' : ed_hash_mix(round) & 0xff);
		(void)ed_template_code(&c, payload, 2);
	}
}

/* Any bytes of any length: the code stays within its bounds and goes on working. */
static void test_any_payload(void **state)
{
	struct ed_template_code c = { .n_last = 0 };
	uint8_t payload[255] = { 0 };

	(void)state;
	assert_true(ed_template_code(&c, payload, 0) > 0);
	for (uint64_t i = 0; i < 3000; i++) {
		size_t n = i % 5 == 0 ? 255 : i % 5 == 1 ? 0 : ed_hash_mix(i) % 256;
		uint32_t cost;

		for (size_t j = 0; j < n; j++)
			payload[j] = (uint8_t)ed_hash_mix(i << 8 | j);
		cost = ed_template_code(&c, payload, n);
		assert_in_range(cost, 1, (n + 2) * 24 * 1024);
	}
	/* random bytes cost seven bits and more each, those behind the memory too */
	for (size_t j = 0; j < 255; j++)
		payload[j] = (uint8_t)ed_hash_mix(j + 99);
	assert_true(ed_template_code(&c, payload, 255) >= 255 * 7 * 1024);
	for (unsigned i = 0; i < 200; i++)
		(void)label_bits(&c, "always-the-same-label-of-thirty");
	assert_true(label_bits(&c, "always-the-same-label-of-thirty") < 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_counter_is_cheap),
		cmocka_unit_test(test_random_payloads_cost_what_they_say),
		cmocka_unit_test(test_lengths_and_borders_cost),
		cmocka_unit_test(test_case_is_folded),
		cmocka_unit_test(test_one_character_is_a_prefix_code),
		cmocka_unit_test(test_any_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
