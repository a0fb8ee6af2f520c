/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the fields; see field.h. */
#include "record/field.h"

#include <assert.h>

static const char *const names[ED_FIELD_N] = {
#define NAME_ROW(id, name, help) name,
	ED_FIELDS(NAME_ROW)
#undef NAME_ROW
};

static const char *const helps[ED_FIELD_N] = {
#define HELP_ROW(id, name, help) help,
	ED_FIELDS(HELP_ROW)
#undef HELP_ROW
};

const char *ed_field_name(unsigned bit)
{
	assert(bit < ED_FIELD_N);
	return names[bit];
}

const char *ed_field_help(unsigned bit)
{
	assert(bit < ED_FIELD_N);
	return helps[bit];
}
