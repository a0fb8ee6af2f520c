/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an analytic can do with the fields that it is told: work, work partly, or not at all, and
 * which of ATT&CK's mutable elements have nothing to work on. From the two columns that the
 * registries declare (ed_analytic.needs and .wants, .tunable_needs), so that no list of cases has
 * to be kept.
 */
#ifndef ED_ANALYTIC_ABILITY_H
#define ED_ANALYTIC_ABILITY_H

#include "analytic/analytic.h"
#include "record/told.h"

enum ed_ability {
	ED_ABILITY_WORKS,
	ED_ABILITY_PARTLY, /* a field that it works better with is not there, or a tunable is idle */
	ED_ABILITY_OFF,    /* a field that it cannot work without is not there */
	ED_ABILITY_N
};

struct ed_analytic_ability {
	enum ed_ability state;
	uint32_t missing_needs, missing_wants; /* ED_FIELD_* */
	uint32_t idle_tunables; /* bit i: row i of .tunables has no field to work on */
};

enum { ED_ABILITY_TEXT_MAX = 256 };

/* What @a can do when the input tells @fields (ED_FIELD_*). Of formats not yet read that is the
 * union of their .fields; of input that was read, ed_analytic_told. */
void ed_analytic_ability(const struct ed_analytic *a, uint32_t fields,
			 struct ed_analytic_ability *ret);

/*
 * The fields that the input told @a. 0: nothing on the input is in its scope. Where the machines'
 * own log is there, what the network told of lookups counts too, since the join brings it
 * (shard/join.h); that it does for each lookup is not said.
 */
uint32_t ed_analytic_told(const struct ed_analytic *a, const struct ed_told *told);

/* What a log of @platforms that can tell @fields (ed_format) can tell @a; 0: nothing in it can come
 * into its scope. Of hypervisors the network tells too, but not what goes on in them. */
uint32_t ed_analytic_can_be_told(const struct ed_analytic *a, uint32_t platforms, uint32_t fields);

/* Static text: "works", "works partly", "off". */
const char *ed_ability_name(enum ed_ability state);

/*
 * One line: "works partly: no image (path or name of its program); ProcessImageFilter has no effect".
 * Of several fields only the names are given. Cut at @n bytes, at least 1; ED_ABILITY_TEXT_MAX is
 * enough for all that the analytics want. Returns @ret.
 */
const char *ed_analytic_ability_text(const struct ed_analytic *a,
				     const struct ed_analytic_ability *ability, char *ret,
				     size_t n);

#endif
