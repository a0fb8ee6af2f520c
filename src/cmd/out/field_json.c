/* SPDX-License-Identifier: Apache-2.0 */
/* Fields as JSON; see field_json.h. */
#include "cmd/out/field_json.h"

void ed_cmd_fields_json(struct ed_json *j, const char *key, uint32_t fields)
{
	ed_json_array(j, key);
	for (unsigned bit = 0; bit < ED_FIELD_N; bit++) {
		if (fields >> bit & 1)
			ed_json_str(j, NULL, ed_field_name(bit));
	}
	ed_json_array_end(j);
}

void ed_cmd_ability_json(struct ed_json *j, const struct ed_analytic *a,
			 const struct ed_analytic_ability *able)
{
	ed_json_str(j, "state", ed_ability_name(able->state));
	ed_cmd_fields_json(j, "missing_needs", able->missing_needs);
	ed_cmd_fields_json(j, "missing_wants", able->missing_wants);
	ed_json_array(j, "idle_tunables");
	for (unsigned i = 0; a->tunables[i].name; i++) {
		if (able->idle_tunables >> i & 1)
			ed_json_str(j, NULL, a->tunables[i].name);
	}
	ed_json_array_end(j);
}
