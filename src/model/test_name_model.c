/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name model: that its codes are codes (Kraft), that the C code scores as train.py does, that
 * words and encodings fall on their sides, and that no bytes break it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "model/name_model.h"
#include "model/name_model_idn.h"
#include "model/name_model_table.h"
#include "model/name_model_vectors.h"

enum {
	BIT = ED_NAME_MODEL_BIT_MBITS,
	WIDTH = ED_NAME_MODEL_WIDTH,
};

static struct ed_label_score score_of(const void *p, size_t n)
{
	struct ed_label_score score;

	ed_name_model_label(ed_span_of(p, n), &score);
	return score;
}

static int32_t llr_of(const char *label)
{
	return score_of(label, strlen(label)).llr_mbits;
}

/* 2^-(mbits / 1024), without the mathematics library. */
static double weight_of(uint32_t mbits)
{
	double weight = 1;

	for (uint32_t i = 0; i < mbits % BIT; i++)
		weight *= 0.99932332750265081; /* 2^(-1/1024), rounded up */
	for (uint32_t i = 0; i < mbits / BIT; i++)
		weight /= 2;
	return weight;
}

/* A fixed generator: the test must not depend on the C library's. */
static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*state >> 33);
}

/* ---- the table ---- */

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

/* The first 32 bits of the fractional part of the square or cube root of a prime, by bisection. */
static uint32_t root_bits(uint64_t prime, unsigned degree)
{
	unsigned __int128 low = 0, high = (unsigned __int128)32 << 32, target = prime;

	/* largest x with x^degree <= prime * 2^(32 * degree); 20 and 8 bound the roots */
	target <<= 32 * (degree == 2 ? 2 : 3);
	while (high - low > 1) {
		unsigned __int128 middle = (low + high) / 2;
		unsigned __int128 power = middle * middle * (degree == 2 ? 1 : middle);

		if (power <= target)
			low = middle;
		else
			high = middle;
	}
	return (uint32_t)low;
}

static void sha256_block(const uint8_t *p, const uint32_t k[64], uint32_t h[8])
{
	uint32_t w[64], v[8], t1, t2;

	for (int i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	for (int i = 16; i < 64; i++) {
		t1 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
		t2 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
		w[i] = w[i - 16] + t1 + w[i - 7] + t2;
	}
	memcpy(v, h, sizeof(v));
	for (int i = 0; i < 64; i++) {
		t1 = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
		     ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
		t2 = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
		     ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += v[i];
}

/* FIPS 180-4. @p has room for 72 bytes of padding behind its @n. */
static void sha256_hex(uint8_t *p, size_t n, char ret[65])
{
	uint32_t k[64], h[8];
	size_t size = n;
	int found = 0;

	for (uint32_t candidate = 2; found < 64; candidate++) {
		uint32_t divisor = 2;

		while (candidate % divisor != 0)
			divisor++;
		if (divisor != candidate)
			continue;
		if (found < 8)
			h[found] = root_bits(candidate, 2);
		k[found++] = root_bits(candidate, 3);
	}
	p[size++] = 0x80;
	while (size % 64 != 56)
		p[size++] = 0;
	for (int i = 56; i >= 0; i -= 8)
		p[size++] = (uint8_t)((uint64_t)n * 8 >> i);
	for (size_t off = 0; off < size; off += 64)
		sha256_block(p + off, k, h);
	for (size_t i = 0; i < 8; i++)
		snprintf(ret + 8 * i, 9, "%08x", h[i]);
}

static void table_has_its_hash(void **state)
{
	size_t n_costs = (size_t)WIDTH * WIDTH * WIDTH, n = 0;
	uint8_t *bytes = malloc(2 * n_costs + 8 * 256 + 72);
	char hex[65], version[32];

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, "abc", 3);
	sha256_hex(bytes, 3, hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	for (size_t i = 0; i < n_costs; i++) {
		bytes[n++] = (uint8_t)ed_name_model_costs[i];
		bytes[n++] = (uint8_t)(ed_name_model_costs[i] >> 8);
	}
	for (size_t i = 0; i < 256; i++) {
		const struct ed_name_model_byte *b = &ed_name_model_bytes[i];

		bytes[n++] = (uint8_t)b->mask;
		bytes[n++] = (uint8_t)(b->mask >> 8);
		bytes[n++] = b->symbol;
		bytes[n++] = b->kind;
		for (int shift = 0; shift < 32; shift += 8)
			bytes[n++] = (uint8_t)(b->tally >> shift);
	}
	sha256_hex(bytes, n, hex);
	assert_string_equal(hex, ed_name_model_table_sha256);
	snprintf(version, sizeof(version), "name-model-1-%.12s", hex);
	assert_string_equal(ed_name_model_version(), version);
	free(bytes);
}

static void every_part_is_a_code(void **state)
{
	const uint32_t split = ed_name_model_bytes[0].tally;
	double sum = 0, n_other = 0;

	(void)state;
	for (size_t context = 0; context < WIDTH * WIDTH; context++) {
		sum = 0;
		for (size_t s = 0; s < WIDTH; s++)
			sum += weight_of(ed_name_model_costs[context * WIDTH + s]);
		assert_true(sum <= 1.0);
		assert_true(sum > 0.98); /* rounding costs little */
	}
	for (size_t i = 0; i < 256; i++)
		n_other += ed_name_model_bytes[i].symbol == ed_name_model_bytes[0].symbol;
	assert_true(n_other * weight_of(split) <= 1.0);
	for (unsigned a = 0; a < ED_ALPHABET_N; a++) {
		double size = 0;

		for (size_t i = 0; i < 256; i++)
			size += (ed_name_model_bytes[i].mask >> a & 1) &&
				(a >= ED_ALPHABET_BASE58 || ed_name_model_bytes[i].kind != 2);
		assert_true(size * weight_of(ed_name_model_alphabet_mbits[a]) <= 1.0);
		assert_true(size * weight_of(ed_name_model_alphabet_mbits[a]) > 0.999);
	}
	assert_true(ED_ALPHABET_N * weight_of(ED_NAME_MODEL_PICK_MBITS) <= 1.0);
	assert_true(ED_NAME_MODEL_SHORT_MAX * weight_of(ED_NAME_MODEL_SHORT_MBITS) +
			    (63 - ED_NAME_MODEL_SHORT_MAX) * weight_of(ED_NAME_MODEL_LONG_MBITS) <=
		    1.0);
	assert_true(weight_of(ED_NAME_MODEL_CASE_LOWER_MBITS) +
			    2 * weight_of(ED_NAME_MODEL_CASE_OTHER_MBITS) <=
		    1.0);
}

static void short_labels_obey_kraft(void **state)
{
	double sum = 0;

	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		uint8_t label[2] = { (uint8_t)first, 0 };

		sum += weight_of(score_of(label, 1).code_mbits);
		for (unsigned second = 0; second < 256; second++) {
			label[1] = (uint8_t)second;
			sum += weight_of(score_of(label, 2).code_mbits);
		}
	}
	assert_true(sum <= 1.0);
	assert_true(sum > 0.001); /* and is not vacuous */
}

/* ---- scores ---- */

static void scores_match_the_training_script(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct ed_label_score score = score_of(vectors[i].bytes, vectors[i].n);

		assert_int_equal(score.code_mbits, vectors[i].code_mbits);
		assert_int_equal(score.llr_mbits, vectors[i].llr_mbits);
		assert_int_equal(score.alphabet, vectors[i].alphabet);
	}
}

static void words_look_like_words(void **state)
{
	static const char *const words[] = {
		"www",
		"mail",
		"server",
		"update",
		"images",
		"static",
		"download",
		"example",
		"intranet",
		"kubernetes",
		"default",
		"cluster",
		"nameserver",
		"wikipedia",
		"cdn-17",
		"ip-10-0-0-1",
		"a-0003",
		"autodiscover",
		"openstreetmap",
		"us-east-1",
		"ec2-12-34-56-78",
		"12-34-56-78",
		"s3-eu-west-1",
		"host-192-0-2-17",
		"default-first-site-name",
		"00000000-0000-0000-0000-000000000000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (llr_of(words[i]) >= 0)
			fail_msg("%s: %d", words[i], llr_of(words[i]));
	}
}

static void short_labels_say_little(void **state)
{
	static const char *const labels[] = { "a",   "f",  "z",  "0",    "9",    "_",    "10",
					      "255", "e5", "dc", "_tcp", "_udp", "_sip", "ns0" };

	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (llr_of(labels[i]) > 6 * BIT)
			fail_msg("%s: %d", labels[i], llr_of(labels[i]));
	}
}

static void random_label(const char *chars, uint64_t *seed, size_t n, char *ret)
{
	size_t size = strlen(chars);

	for (size_t c = 0; c < n; c++)
		ret[c] = chars[next_random(seed) % size];
}

static void encodings_look_encoded(void **state)
{
	static const struct {
		const char *chars;
		unsigned alphabet;
	} sets[] = {
		{ "0123456789abcdef", ED_ALPHABET_HEX },
		{ "abcdefghijklmnopqrstuvwxyz234567", ED_ALPHABET_BASE32 },
		{ "abcdefghijklmnopqrstuvwxyz012345", ED_ALPHABET_BASE32_IODINE },
		{ "0123456789abcdefghijklmnopqrstuv", ED_ALPHABET_BASE32HEX },
		{ "0123456789abcdefghijklmnopqrstuvwxyz", ED_ALPHABET_BASE36 },
		{ "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
		  ED_ALPHABET_BASE58 },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
		  ED_ALPHABET_BASE64 },
	};
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		for (size_t n = 8; n <= 63; n = n * 2 - 1) {
			struct ed_label_score score = { 0 };
			int64_t sum = 0;
			char label[63];

			for (int m = 0; m < 20; m++) {
				random_label(sets[i].chars, &seed, n, label);
				score = score_of(label, n);
				sum += score.llr_mbits;
			}
			/* at least half a bit a character on average */
			assert_true(sum > 20 * (int64_t)n * BIT / 2);
			if (n > 50)
				assert_int_equal(score.alphabet, sets[i].alphabet);
		}
	}
}

static void case_counts_only_when_mixed(void **state)
{
	struct ed_label_score lower = score_of("wikipedia", 9), upper = score_of("WIKIPEDIA", 9);
	struct ed_label_score mixed = score_of("wIkipEdiA", 9);

	(void)state;
	assert_int_equal(lower.llr_mbits, upper.llr_mbits);
	assert_true(upper.code_mbits > lower.code_mbits);
	assert_true(upper.code_mbits < lower.code_mbits + 6 * BIT);
	assert_true(mixed.code_mbits > lower.code_mbits + 9 * BIT);
	assert_true(mixed.llr_mbits < 0);
}

static void valid_idn_is_no_encoding(void **state)
{
	/* "xn--" alone, random digits, a bare hyphen, two scripts, a surrogate: none is valid */
	static const char *const valid[] = { "xn--mller-kva", "xn--80akhbyknj4f", "XN--MLLER-KVA",
					     "xn--0zwm56d",   "xn--wgv71a119e",   "xn--fiqs8s" };
	static const char *const wrong[] = { "xn--",         "xn---",       "xn--a-",
					     "xn--99999999", "xn--abc-ef0", "xn--q7m3k9x2v5w8t4r1",
					     "wikipedia",    "xn--kva_",    "xn" };
	char longest[63];

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		if (!ed_name_model_is_idn(ed_span_str(valid[i])))
			fail_msg("%s is not valid", valid[i]);
		assert_true(llr_of(valid[i]) <= 0);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (ed_name_model_is_idn(ed_span_str(wrong[i])))
			fail_msg("%s is valid", wrong[i]);
	}
	for (int c = 0; c < 256; c++) {
		memset(longest, c, sizeof(longest));
		memcpy(longest, "xn--", 4);
		score_of(longest, sizeof(longest));
	}
	assert_true(llr_of("xn--q7m3k9x2v5w8t4r1") > 0);
}

/* ---- hostile bytes ---- */

static void any_bytes_are_scored(void **state)
{
	struct ed_label_score score, again;
	uint8_t *label = malloc(63);
	uint64_t seed = 2;

	(void)state;
	assert_non_null(label);
	score = score_of(NULL, 0);
	assert_int_equal(score.code_mbits, 0);
	assert_int_equal(score.llr_mbits, 0);
	for (int round = 0; round < 20000; round++) {
		size_t n = 1 + next_random(&seed) % 63;

		for (size_t i = 0; i < n; i++)
			label[63 - n + i] = (uint8_t)next_random(&seed);
		/* at the end of the block, so that a read behind it is seen */
		score = score_of(label + 63 - n, n);
		again = score_of(label + 63 - n, n);
		assert_true(score.code_mbits >= BIT);
		assert_true(score.code_mbits <= 8 * n * BIT + 12 * BIT);
		assert_true(score.alphabet < ED_ALPHABET_N);
		assert_int_equal(score.code_mbits, again.code_mbits);
		assert_int_equal(score.llr_mbits, again.llr_mbits);
		assert_int_equal(score.alphabet, again.alphabet);
	}
	for (int c = 0; c < 256; c++) {
		memset(label, c, 63);
		score = score_of(label, 63);
		assert_true(score.code_mbits >= BIT);
		assert_true(score.code_mbits <= 63 * 8 * BIT + 12 * BIT);
	}
	free(label);
}

static void longer_labels_are_cut(void **state)
{
	uint8_t label[80];

	(void)state;
	memset(label, 'q', sizeof(label));
	assert_int_equal(score_of(label, 80).code_mbits, score_of(label, 63).code_mbits);
	assert_true(ed_name_model_shannon_bits(ed_span_of(label, 80)) == 0);
}

/* ---- names ---- */

static void names_sum_their_labels(void **state)
{
	static const char wire[] = "\003www\010deadbeef\012mfrggzdfmz";
	struct ed_name_score name;
	uint32_t code = 3 * BIT;
	int32_t llr = 0;

	(void)state;
	ed_name_model_labels(ed_span_of(wire, sizeof(wire) - 1), &name);
	code += score_of("www", 3).code_mbits + score_of("deadbeef", 8).code_mbits +
		score_of("mfrggzdfmz", 10).code_mbits;
	llr += llr_of("www") + llr_of("deadbeef") + llr_of("mfrggzdfmz");
	assert_int_equal(name.code_mbits, code);
	assert_int_equal(name.llr_mbits, llr);
	assert_int_equal(name.tail_llr_mbits, llr_of("mfrggzdfmz"));
	assert_int_equal(name.tail_off, 13);
	assert_int_equal(name.n_labels, 3);
	assert_int_equal(name.label_max, 10);
	assert_int_equal(name.alphabet, ED_ALPHABET_BASE32);

	/* a tie goes to the wider alphabet */
	ed_name_model_labels(ed_span_of("\00412ab\004wxyz", 10), &name);
	assert_int_equal(name.alphabet, ED_ALPHABET_BASE32);
}

static void broken_names_end_early(void **state)
{
	static const struct {
		const char *wire;
		size_t n;
		unsigned n_labels;
	} cases[] = {
		{ "", 0, 0 },          { "\000", 1, 0 },         { "\003ab", 3, 0 },
		{ "\001a\000", 3, 1 }, { "\001a\100xyz", 6, 1 }, { "\001a\300\014", 4, 1 },
	};
	struct ed_name_score name;
	uint8_t wire[400];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ed_name_model_labels(ed_span_of(cases[i].wire, cases[i].n), &name);
		assert_int_equal(name.n_labels, cases[i].n_labels);
		assert_int_equal(name.code_mbits > 0, cases[i].n_labels > 0);
	}
	for (size_t i = 0; i < sizeof(wire); i++)
		wire[i] = i % 2 ? 'x' : 1;
	ed_name_model_labels(ed_span_of(wire, sizeof(wire)), &name);
	assert_int_equal(name.n_labels, 127);
	assert_int_equal(name.label_max, 1);
}

static void shannon_is_the_entropy(void **state)
{
	double h;

	(void)state;
	assert_true(ed_name_model_shannon_bits(ed_span_of(NULL, 0)) == 0);
	assert_true(ed_name_model_shannon_bits(ed_span_str("aaaa")) == 0);
	assert_true(ed_name_model_shannon_bits(ed_span_str("aabb")) == 1);
	assert_true(ed_name_model_shannon_bits(ed_span_str("abcdefgh")) == 3);
	h = ed_name_model_shannon_bits(ed_span_str("aab")); /* log2 3 - 2/3 */
	assert_true(h > 0.918295 && h < 0.918297);
}

static void alphabets_have_names(void **state)
{
	(void)state;
	for (unsigned a = 0; a < ED_ALPHABET_N; a++)
		assert_string_not_equal(ed_name_model_alphabet_name(a), "unknown");
	assert_string_equal(ed_name_model_alphabet_name(ED_ALPHABET_HEX), "hex");
	assert_string_equal(ed_name_model_alphabet_name(ED_ALPHABET_N), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_its_hash),
		cmocka_unit_test(every_part_is_a_code),
		cmocka_unit_test(short_labels_obey_kraft),
		cmocka_unit_test(scores_match_the_training_script),
		cmocka_unit_test(words_look_like_words),
		cmocka_unit_test(short_labels_say_little),
		cmocka_unit_test(encodings_look_encoded),
		cmocka_unit_test(case_counts_only_when_mixed),
		cmocka_unit_test(valid_idn_is_no_encoding),
		cmocka_unit_test(any_bytes_are_scored),
		cmocka_unit_test(longer_labels_are_cut),
		cmocka_unit_test(names_sum_their_labels),
		cmocka_unit_test(broken_names_end_early),
		cmocka_unit_test(shannon_is_the_entropy),
		cmocka_unit_test(alphabets_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
