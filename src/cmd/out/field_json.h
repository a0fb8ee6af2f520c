/* SPDX-License-Identifier: Apache-2.0 */
/* Fields, and what an analytic can do with them, as members of a JSON object. */
#ifndef ED_CMD_OUT_FIELD_JSON_H
#define ED_CMD_OUT_FIELD_JSON_H

#include "analytic/ability.h"
#include "base/json_out.h"

/* The array @key of the names of @fields (ED_FIELD_*). */
void ed_cmd_fields_json(struct ed_json *j, const char *key, uint32_t fields);

/* The members state, missing_needs [], missing_wants [], idle_tunables [] of the object that is
 * open. */
void ed_cmd_ability_json(struct ed_json *j, const struct ed_analytic *a,
			 const struct ed_analytic_ability *able);

#endif
