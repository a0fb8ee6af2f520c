/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog list fields`: format x field x analytic x mutable element, from the columns of the
 * registries alone: which of the analytics can work on a format, and what it is for want of a field
 * that one does not, or that one of its settings does nothing.
 */
#ifndef ED_CMD_LIST_FIELDS_H
#define ED_CMD_LIST_FIELDS_H

#include "analytic/analytic.h"
#include "base/json_out.h"
#include "format/format.h"

#include <stdio.h>

/* Three tables in 100 columns: fields x analytics, formats x fields and analytics, mutable elements x
 * formats. 0 or -ENOMEM. */
int ed_list_fields_print(FILE *f);

/* The same as JSON, in the three listings that it is the product of. Of `list fields` the items:
 * {name, help, formats [], analytics {id: "needs" or "wants"}, mutable_elements [], evidence []}. */
void ed_list_fields_json(struct ed_json *j);

/* Of `list formats` two members of an item: platforms [] and analytics {id: {state, missing_needs [],
 * missing_wants [], idle_tunables []}}, without those that nothing in the format concerns. */
void ed_list_format_json(struct ed_json *j, const struct ed_format *f);

/* Of `list analytics` a member of a mutable element, the row @i of @a: formats [] that feed it. */
void ed_list_element_json(struct ed_json *j, const struct ed_analytic *a, unsigned i);

#endif
