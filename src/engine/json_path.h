/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a JSON object by their way from its root. */
#ifndef ED_ENGINE_JSON_PATH_H
#define ED_ENGINE_JSON_PATH_H

#include "wire/json.h"

/* The value at @path, keys with dots between, below @root. False: there is none. */
bool ed_json_find(const struct ed_json_value *root, const char *path, struct ed_json_value *ret);

/* The text there; empty when it is none. */
struct ed_span ed_json_text_at(const struct ed_json_value *root, const char *path);

#endif
