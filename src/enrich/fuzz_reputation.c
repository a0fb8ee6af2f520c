/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reputation list of whatever bytes: it is taken or refused with a reason, what is taken is
 * found again, and the same bytes give the same set.
 */
#include <assert.h>

#include "base/hash.h"
#include "enrich/list.h"
#include "enrich/reputation.h"

enum { HASH_KEY = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct check {
	const struct ed_reputation *r;
	uint64_t n, n_exceptions;
};

/* The set knows every name that the list holds, unless the list itself takes it back. */
static void find_again(void *arg, struct ed_span lower, unsigned cover)
{
	struct check *c = arg;
	uint64_t hash = ed_hash_bytes(lower.p, lower.n, HASH_KEY);
	enum ed_reputation_class class;
	uint8_t feed;

	assert(ed_name_valid(lower));
	class = ed_reputation_find(c->r, lower, 0, (uint64_t[]){ hash, hash }, &feed);
	c->n++;
	c->n_exceptions += (cover & ED_LIST_EXCEPT) != 0;
	assert(feed == 0);
	if (ed_reputation_feed(c->r, 0)->n_exceptions > 0)
		return;
	if (cover & ED_LIST_POPULAR)
		assert(class != ED_REPUTATION_NONE);
	else if (cover & ED_LIST_SELF)
		assert(class == ED_REPUTATION_BAD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ed_span text = ed_span_of(data, n);
	struct ed_reputation_fault fault = { .text = NULL };
	struct ed_reputation *r = NULL;
	struct check check = { .n = 0 };
	int why = ed_reputation_new(HASH_KEY, &r);

	assert(why == 0);
	why = ed_reputation_add(r, "list", text, &fault);
	assert(why >= 0 && (why == 0) == (fault.text == NULL));
	assert(fault.line <= n + 1);
	assert(ed_reputation_build(r) == 0);
	assert((ed_reputation_n_entries(r) > 0) == (why == 0));
	if (why == 0 && !ed_span_starts(text, "\xef\xbb\xbf")) {
		struct ed_list list = { .text = text, .entry = find_again, .arg = &check };

		check.r = r;
		ed_list_read(&list, ed_list_sniff(text));
		assert(check.n == ed_reputation_n_entries(r));
		assert(check.n_exceptions == ed_reputation_feed(r, 0)->n_exceptions);
	}
	ed_reputation_free(r);
	return 0;
}
