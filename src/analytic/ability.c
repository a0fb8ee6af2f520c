/* SPDX-License-Identifier: Apache-2.0 */
/* What an analytic can do with what it is told; see ability.h. */
#include "analytic/ability.h"

#include <stdio.h>

/* Of who asks and when, which one source cannot tell for another. All else is of the lookup itself,
 * and the join brings it from the network. */
static const uint32_t ASKER_FIELDS = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
				     ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_LINEAGE |
				     ED_FIELD_USER | ED_FIELD_HOST;

/* What of them the network tells where it alone sees the lookups. */
static const uint32_t NETWORK_FIELDS = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT;

/* What a machine's other events add to a lookup: what program the number is of and who started it, as
 * whom, and from its connections the machine's address and the servers. */
static const uint32_t CONTEXT_FIELDS = ED_FIELD_CLIENT | ED_FIELD_RESOLVER | ED_FIELD_IMAGE |
				       ED_FIELD_LINEAGE | ED_FIELD_USER;

void ed_analytic_ability(const struct ed_analytic *a, uint32_t fields,
			 struct ed_analytic_ability *ret)
{
	ret->missing_needs = a->needs & ~fields;
	ret->missing_wants = a->wants & ~fields;
	ret->idle_tunables = 0;
	for (unsigned i = 0; a->tunables[i].name; i++) {
		if (a->tunable_needs[i] & ~fields)
			ret->idle_tunables |= 1U << i;
	}
	ret->state = ED_ABILITY_WORKS;
	if (ret->missing_wants || ret->idle_tunables)
		ret->state = ED_ABILITY_PARTLY;
	if (ret->missing_needs)
		ret->state = ED_ABILITY_OFF;
}

/* Lookups that no machine's own log tells, of all machines but hypervisors. */
static uint32_t network_told(const struct ed_told *told)
{
	uint32_t fields = told->lookups[1][ED_PLATFORM_UNKNOWN];

	for (unsigned p = 0; p < ED_PLATFORM_N; p++)
		fields |= p == ED_PLATFORM_ESXI ? 0 : told->lookups[0][p];
	return fields;
}

/* A hypervisor has no log of lookups: whatever is told of them comes from the network, its address
 * included. */
static uint32_t hypervisor_told(const struct ed_told *told)
{
	uint32_t lookups = told->lookups[0][ED_PLATFORM_ESXI] | told->lookups[1][ED_PLATFORM_ESXI];
	uint32_t others = told->others[0][ED_PLATFORM_ESXI] | told->others[1][ED_PLATFORM_ESXI];

	if ((lookups | others) == 0)
		return 0;
	if (lookups & ED_FIELD_CLIENT)
		return lookups | others;
	return lookups | others | network_told(told);
}

uint32_t ed_analytic_told(const struct ed_analytic *a, const struct ed_told *told)
{
	uint32_t lookups = told->lookups[1][a->platform_id];
	uint32_t others = told->others[1][a->platform_id];

	if (a->platform_id == ED_PLATFORM_NETWORK)
		return network_told(told);
	if (a->platform_id == ED_PLATFORM_ESXI)
		return hypervisor_told(told);
	if ((lookups | others) == 0)
		return 0;
	/* A machine that tells of no lookup at all has those that the network saw. */
	others &= lookups ? CONTEXT_FIELDS : ~(uint32_t)ED_FIELD_QNAME;
	return lookups | others | (network_told(told) & ~ASKER_FIELDS);
}

uint32_t ed_analytic_can_be_told(const struct ed_analytic *a, uint32_t platforms, uint32_t fields)
{
	bool networks = platforms == 0 || (platforms >> ED_PLATFORM_NETWORK & 1);

	if (a->platform_id != ED_PLATFORM_NETWORK && (platforms >> a->platform_id & 1))
		return fields;
	if (!networks ||
	    (a->platform_id != ED_PLATFORM_NETWORK && a->platform_id != ED_PLATFORM_ESXI))
		return 0;
	return fields & ~(ASKER_FIELDS & ~NETWORK_FIELDS);
}

const char *ed_ability_name(enum ed_ability state)
{
	static const char *const names[ED_ABILITY_N] = {
		[ED_ABILITY_WORKS] = "works",
		[ED_ABILITY_PARTLY] = "works partly",
		[ED_ABILITY_OFF] = "off",
	};

	return names[state];
}

/* ------------------------------------------------------------------ words */

/* A line of bounded length; what does not fit is cut. */
struct line {
	char *p;
	size_t n, used;
};

static void put(struct line *l, const char *before, const char *text, const char *after)
{
	int n;

	if (l->used >= l->n)
		return;
	n = snprintf(l->p + l->used, l->n - l->used, "%s%s%s", before, text, after);
	l->used += n > 0 ? (size_t)n : 0;
}

/* "no user (user that asked)", "no lineage, user" */
static void put_missing(struct line *l, uint32_t fields)
{
	bool explained = __builtin_popcount(fields) == 1;
	const char *before = "no ";

	for (unsigned bit = 0; bit < ED_FIELD_N; bit++) {
		if (!(fields >> bit & 1))
			continue;
		put(l, before, ed_field_name(bit), "");
		if (explained)
			put(l, " (", ed_field_help(bit), ")");
		before = ", ";
	}
}

/* "ProcessImageFilter, TimeWindow have no effect" */
static void put_idle(struct line *l, const struct ed_analytic *a, uint32_t idle)
{
	const char *before = "";

	for (unsigned i = 0; a->tunables[i].name; i++) {
		if (!(idle >> i & 1))
			continue;
		put(l, before, a->tunables[i].name, "");
		before = ", ";
	}
	put(l, "", __builtin_popcount(idle) == 1 ? " has" : " have", " no effect");
}

const char *ed_analytic_ability_text(const struct ed_analytic *a,
				     const struct ed_analytic_ability *ability, char *ret, size_t n)
{
	/* What switches it off is reason enough; what would help beside it comes later. */
	uint32_t missing = ability->missing_needs ? ability->missing_needs : ability->missing_wants;
	struct line l = { .p = ret, .n = n };
	const char *between = ": ";

	put(&l, "", ed_ability_name(ability->state), "");
	if (missing) {
		put(&l, between, "", "");
		put_missing(&l, missing);
		between = "; ";
	}
	if (ability->idle_tunables) {
		put(&l, between, "", "");
		put_idle(&l, a, ability->idle_tunables);
	}
	return ret;
}
