/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of inventories have in common: sets made of texts, and short questions to them. */
#ifndef ED_ENRICH_TEST_INVENTORY_H
#define ED_ENRICH_TEST_INVENTORY_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"
#include "enrich/inventory.h"

enum { HASH_KEY = 42 };

static inline struct ed_inventory *set_new(void)
{
	struct ed_inventory *inv;

	assert_int_equal(ed_inventory_new(HASH_KEY, &inv), 0);
	return inv;
}

static inline void add(struct ed_inventory *inv, const char *path, struct ed_span text)
{
	struct ed_inventory_fault fault = { .text = "" };

	if (ed_inventory_add(inv, path, text, &fault) != 0)
		fail_msg("%s: line %llu: %s", path, (unsigned long long)fault.line, fault.text);
}

/* Texts end with a NULL; each is a file. */
static inline struct ed_inventory *built(const char *const *texts)
{
	struct ed_inventory *inv = set_new();

	for (; *texts; texts++)
		add(inv, "inv/file", ed_span_str(*texts));
	assert_int_equal(ed_inventory_build(inv), 0);
	return inv;
}

static inline struct ed_inventory *built_of(const char *text)
{
	return built((const char *const[]){ text, NULL });
}

static inline struct ed_addr addr_of(const char *text)
{
	struct ed_addr a;

	assert_true(ed_addr_from_text(ed_span_str(text), &a));
	return a;
}

static inline int64_t ns_of(const char *text)
{
	int64_t ns;

	assert_true(ed_time_from_text(ed_span_str(text), &ns));
	return ns;
}

static inline const struct ed_asset *at_ns(const struct ed_inventory *inv, const char *addr,
					   int64_t ns)
{
	struct ed_addr a = addr_of(addr);

	return ed_inventory_find(inv, &a, 0, ns);
}

/* In the year that the samples are about, for what holds always. */
static inline const struct ed_asset *at(const struct ed_inventory *inv, const char *addr)
{
	return at_ns(inv, addr, ns_of("2026-11-03T14:00:00Z"));
}

/* The first name of who had @addr at @s seconds; "-": nobody, "": nameless. */
static inline const char *name_at_s(const struct ed_inventory *inv, const char *addr, int64_t s)
{
	const struct ed_asset *a = at_ns(inv, addr, s * ED_NS_PER_S);

	return a ? a->name[0] : "-";
}

#endif
