/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses as the structure family sees them: those of machines lie in a few places, bytes that
 * were put into answers lie everywhere.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "evidence/test_weigh.h"

static const struct ed_evidence_family *const structure = &ed_evidence_structure;

/* The bits of @n answers to new names, every second name asked again when @again, with the
 * addresses that @draw makes of their numbers. */
static float bits_of(unsigned n, bool again, struct ed_addr (*draw)(unsigned i))
{
	_Alignas(8) uint8_t state[ED_EVIDENCE_STATE_MAX] = { 0 };
	const struct ed_subject subject = { .has = UINT32_MAX };
	struct ed_event ev = { .has = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QTYPE |
				      ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_TTL,
			       .qtype = ED_RR_A };
	struct ed_sighting s = { .ev = &ev, .is_query = true, .is_response = true };

	for (unsigned i = 0; i < n; i++) {
		const struct ed_addr addr = draw(i);

		ev.answers = (struct ed_dns_answers){ .n = 1, .ttl_max_s = 300 };
		ed_answers_add_address(&ev.answers, &addr);
		s.is_new = !again || i % 3 == 0;
		structure->observe(state, &s);
	}
	return weigh_state(structure, state, &subject).bits;
}

static struct ed_addr v4(uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			       (uint8_t)v };
	struct ed_addr a;

	ed_addr_from_v4(b, &a);
	return a;
}

static struct ed_addr of_one_network(unsigned i)
{
	return v4(0xcb007100 + i % 250); /* 203.0.113.x */
}

/* A provider with machines in ten networks all over the world. */
static struct ed_addr of_a_provider(unsigned i)
{
	static const uint8_t first[] = { 3, 13, 18, 34, 44, 52, 54, 63, 76, 99 };

	return v4((uint32_t)first[i % 10] << 24 | i << 8 | 1);
}

static struct ed_addr of_random_bytes(unsigned i)
{
	return v4((uint32_t)(ed_hash_pair(i, 7) >> 32) | 1);
}

/* Now and then one that no machine can have. */
static struct ed_addr of_no_place(unsigned i)
{
	return i % 4 ? of_one_network(i) : v4(0xe0000000 + (i / 4 % 4 << 27));
}

static struct ed_addr of_16_random_bytes(unsigned i)
{
	struct ed_addr a;

	for (unsigned at = 0; at < sizeof(a.b); at++)
		a.b[at] = (uint8_t)(ed_hash_pair(i, at) >> 32);
	return a;
}

static struct ed_addr of_hosts_in_v6(unsigned i)
{
	struct ed_addr a = of_16_random_bytes(i);

	a.b[0] = 0x2a;
	return a;
}

static void test_addresses_that_are_bytes(void **state)
{
	const float plain = bits_of(40, false, of_one_network);

	(void)state;
	assert_true(bits_of(40, false, of_a_provider) == plain);
	assert_true(bits_of(40, false, of_random_bytes) >= plain + 2);
	assert_true(bits_of(40, false, of_no_place) >= plain + 2);
	assert_true(bits_of(40, false, of_16_random_bytes) >=
		    bits_of(40, false, of_hosts_in_v6) + 2);
}

static void test_a_few_are_chance(void **state)
{
	(void)state;
	assert_true(bits_of(6, false, of_random_bytes) == bits_of(6, false, of_one_network));
}

/* Names that are asked again and again, as those of a pool of time servers. */
static void test_names_that_move_about(void **state)
{
	(void)state;
	assert_true(bits_of(60, true, of_random_bytes) == bits_of(60, true, of_one_network));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_that_are_bytes),
		cmocka_unit_test(test_a_few_are_chance),
		cmocka_unit_test(test_names_that_move_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
