/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a JSON object by their way from its root; see json_path.h. */
#include "engine/json_path.h"

bool ed_json_find(const struct ed_json_value *root, const char *path, struct ed_json_value *ret)
{
	*ret = *root;
	while (*path) {
		size_t n = strcspn(path, ".");
		struct ed_json_iter it = ret->walk;
		struct ed_json_value v = { .type = ED_JSON_NULL };
		struct ed_span key;
		bool found = false;

		if (ret->type != ED_JSON_OBJECT)
			return false;
		while (!found && ed_json_next(&it, &key, &v))
			found = key.n == n && memcmp(key.p, path, n) == 0;
		if (!found)
			return false;
		*ret = v;
		path += n + (path[n] == '.');
	}
	return true;
}

struct ed_span ed_json_text_at(const struct ed_json_value *root, const char *path)
{
	struct ed_json_value v = { .type = ED_JSON_NULL };

	if (!ed_json_find(root, path, &v) || v.type != ED_JSON_STRING)
		return ed_span_of("", 0);
	return v.string;
}
