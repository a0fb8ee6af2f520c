/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Option rows: text to value and back; see option.h. Each type is one row of a table with a reader
 * and a writer, and every unit is one row of a table, so what is accepted, what is printed and what
 * an error message offers cannot drift apart. Ranges are in the unit that the value is stored in:
 * bytes, nanoseconds, events a second.
 */
#include "conf/option.h"

#include "base/ascii.h"
#include "base/time.h"
#include "conf/nearest.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct unit {
	const char *name;
	double factor;
};

/* Largest first; a value is printed in the first unit that divides it. */
static const struct unit size_units[] = {
	{ "TiB", 0x1p40 }, { "GiB", 0x1p30 }, { "MiB", 0x1p20 }, { "KiB", 0x1p10 },
	{ "B", 1 },        { "", 1 },         { NULL, 0 },
};
static const struct unit duration_units[] = {
	{ "d", 86400e9 }, { "h", 3600e9 }, { "m", 60e9 }, { "s", 1e9 }, { "ms", 1e6 }, { NULL, 0 },
};
/* Here the order is that of trying: 90/h is not 1.5/min. */
static const struct unit rate_units[] = {
	{ "/s", 1 }, { "/min", 1.0 / 60 }, { "/h", 1.0 / 3600 }, { "/day", 1.0 / 86400 },
	{ "", 1 },   { NULL, 0 },
};

static int fail(char error[static ED_OPTION_ERROR_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int fail(char error[static ED_OPTION_ERROR_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(error, ED_OPTION_ERROR_MAX, fmt, args);
	va_end(args);
	return -EINVAL;
}

static const struct unit *unit_find(const struct unit *units, const char *name)
{
	for (; units->name; units++) {
		if (strcmp(units->name, name) == 0)
			return units;
	}
	return NULL;
}

/* Decimal digits from the front of @s; what lies behind them, NULL when there are none or too many.
 */
static const char *read_digits(const char *s, uint64_t *ret)
{
	uint64_t v = 0;

	if (!ed_is_digit((uint8_t)*s))
		return NULL;
	for (; ed_is_digit((uint8_t)*s); s++) {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return NULL;
	}
	*ret = v;
	return s;
}

/*
 * A decimal number with sign, fraction and exponent; never the "inf", "nan" and hexadecimal that
 * strtod would also take. The program never calls setlocale, so the decimal sign is a point.
 */
static const char *read_number(const char *s, double *ret)
{
	const char *p = *s == '-' ? s + 1 : s;
	char *end;
	double v;

	if (!ed_is_digit((uint8_t)p[0]) || (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')))
		return NULL;
	v = strtod(s, &end);
	if (!isfinite(v))
		return NULL;
	*ret = v;
	return end;
}

/* The shortest text that reads back as @v. */
static size_t print_number(double v, const char *unit, char *ret, size_t n)
{
	char text[32];

	for (int digits = 6; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	return (size_t)snprintf(ret, n, "%s%s", text, unit);
}

/* @v in the largest of @units that divides it. */
static size_t print_whole(double v, const struct unit *units, char *ret, size_t n)
{
	const struct unit *u = units;

	while (u[1].name && *u[1].name && (v < u->factor || fmod(v, u->factor) != 0))
		u++;
	return (size_t)snprintf(ret, n, "%.0f%s", v / u->factor, u->name);
}

static size_t print_rate(double v, char *ret, size_t n)
{
	for (const struct unit *u = rate_units; *u->name; u++) {
		double x = v / u->factor;

		if (x >= 0.5 && fabs(x - round(x)) < 1e-9 * x)
			return (size_t)snprintf(ret, n, "%.0f%s", round(x), u->name);
	}
	return print_number(v, "/s", ret, n);
}

/* @v, a number of the row's type, as the user would write it. */
static size_t print_value(const struct ed_option *row, double v, char *ret, size_t n)
{
	switch (row->type) {
	case ED_OPT_SIZE:
		return print_whole(v, size_units, ret, n);
	case ED_OPT_DURATION:
		return print_whole(v, duration_units, ret, n);
	case ED_OPT_RATE:
		return print_rate(v, ret, n);
	default:
		return print_number(v, "", ret, n);
	}
}

size_t ed_option_print_range(const struct ed_option *row, char *ret, size_t n)
{
	char min[64], max[64];
	size_t used;

	assert(n > 0);
	ret[0] = '\0';
	if (row->min == 0 && row->max == 0)
		return 0;
	print_value(row, row->min, min, sizeof(min));
	print_value(row, row->max, max, sizeof(max));
	used = (size_t)snprintf(ret, n, "from %s to %s", min, max);
	return used < n ? used : n - 1;
}

static int check_range(const struct ed_option *row, double v,
		       char error[static ED_OPTION_ERROR_MAX])
{
	char range[160];

	if ((row->min == 0 && row->max == 0) || (v >= row->min && v <= row->max))
		return 0;
	ed_option_print_range(row, range, sizeof(range));
	return fail(error, "must be %s", range);
}

static int set_flag(const struct ed_option *row, void *at, const char *value,
		    char error[static ED_OPTION_ERROR_MAX])
{
	(void)row;
	if (!value || strcmp(value, "true") == 0)
		*(bool *)at = true;
	else if (strcmp(value, "false") == 0)
		*(bool *)at = false;
	else
		return fail(error, "must be true or false");
	return 0;
}

static int set_integer(const struct ed_option *row, void *at, const char *value,
		       char error[static ED_OPTION_ERROR_MAX])
{
	uint64_t v;
	const char *end = read_digits(value, &v);
	int r;

	if (!end || *end)
		return fail(error, "must be a whole number");
	r = check_range(row, (double)v, error);
	if (r < 0)
		return r;
	if (row->type == ED_OPT_U64) {
		*(uint64_t *)at = v;
		return 0;
	}
	if (v > UINT32_MAX)
		return fail(error, "must be from 0 to %" PRIu32, UINT32_MAX);
	*(uint32_t *)at = (uint32_t)v;
	return 0;
}

static int set_f64(const struct ed_option *row, void *at, const char *value,
		   char error[static ED_OPTION_ERROR_MAX])
{
	double v;
	const char *end = read_number(value, &v);
	int r;

	if (!end || *end)
		return fail(error, "must be a number");
	r = check_range(row, v, error);
	if (r < 0)
		return r;
	*(double *)at = v;
	return 0;
}

static int set_size(const struct ed_option *row, void *at, const char *value,
		    char error[static ED_OPTION_ERROR_MAX])
{
	uint64_t v;
	const char *end = read_digits(value, &v);
	const struct unit *u = end ? unit_find(size_units, end) : NULL;
	int r;

	if (!u)
		return fail(error, "must be a size such as 512KiB, 256MiB or 2GiB");
	if (__builtin_mul_overflow(v, (uint64_t)u->factor, &v))
		return fail(error, "is too large");
	r = check_range(row, (double)v, error);
	if (r < 0)
		return r;
	*(uint64_t *)at = v;
	return 0;
}

static int set_rate(const struct ed_option *row, void *at, const char *value,
		    char error[static ED_OPTION_ERROR_MAX])
{
	double v;
	const char *end = read_number(value, &v);
	const struct unit *u = end ? unit_find(rate_units, end) : NULL;
	int r;

	if (!u || v < 0)
		return fail(error, "must be a rate such as 20/s, 5/min, 100/h or 1/day");
	r = check_range(row, v * u->factor, error);
	if (r < 0)
		return r;
	*(double *)at = v * u->factor;
	return 0;
}

static int set_duration(const struct ed_option *row, void *at, const char *value,
			char error[static ED_OPTION_ERROR_MAX])
{
	uint64_t v;
	const char *end = read_digits(value, &v);
	const struct unit *u = end ? unit_find(duration_units, end) : NULL;
	int r;

	if (!u)
		return fail(error, "must be a duration such as 500ms, 10s, 15m, 24h or 30d");
	if (__builtin_mul_overflow(v, (uint64_t)u->factor, &v) || v > INT64_MAX)
		return fail(error, "is too long");
	r = check_range(row, (double)v, error);
	if (r < 0)
		return r;
	*(int64_t *)at = (int64_t)v;
	return 0;
}

static int set_time(const struct ed_option *row, void *at, const char *value,
		    char error[static ED_OPTION_ERROR_MAX])
{
	char text[ED_TIME_TEXT_MAX];

	(void)row;
	if (strlen(value) == strlen("2026-11-03")) {
		(void)snprintf(text, sizeof(text), "%sT00:00:00Z", value);
		value = text;
	}
	if (!ed_time_from_text(ed_span_str(value), at))
		return fail(error, "must be a time such as 2026-11-03T14:02:11Z, or a date");
	return 0;
}

static int set_string(const struct ed_option *row, void *at, const char *value,
		      char error[static ED_OPTION_ERROR_MAX])
{
	(void)row;
	(void)error;
	*(const char **)at = value;
	return 0;
}

static int set_list(const struct ed_option *row, void *at, const char *value,
		    char error[static ED_OPTION_ERROR_MAX])
{
	struct ed_option_list *list = at;

	(void)row;
	if (list->n == ED_OPTION_LIST_MAX)
		return fail(error, "is given more than %d times", ED_OPTION_LIST_MAX);
	list->v[list->n++] = value;
	return 0;
}

/* "a, b or c" */
static void join_choices(const char *const *choices, char *ret, size_t n)
{
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; choices[i] && used < n; i++) {
		const char *between = i == 0 ? "" : choices[i + 1] ? ", " : " or ";

		used += (size_t)snprintf(ret + used, n - used, "%s%s", between, choices[i]);
	}
}

static int set_choice(const struct ed_option *row, void *at, const char *value,
		      char error[static ED_OPTION_ERROR_MAX])
{
	char all[ED_OPTION_ERROR_MAX - 32];

	for (uint32_t i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], value) == 0) {
			*(uint32_t *)at = i;
			return 0;
		}
	}
	join_choices(row->choices, all, sizeof(all));
	return fail(error, "must be %s", all);
}

typedef int set_fn(const struct ed_option *row, void *at, const char *value,
		   char error[static ED_OPTION_ERROR_MAX]);

static set_fn *const setters[] = {
	[ED_OPT_FLAG] = set_flag,         [ED_OPT_U32] = set_integer,
	[ED_OPT_U64] = set_integer,       [ED_OPT_F64] = set_f64,
	[ED_OPT_SIZE] = set_size,         [ED_OPT_RATE] = set_rate,
	[ED_OPT_DURATION] = set_duration, [ED_OPT_TIME] = set_time,
	[ED_OPT_STRING] = set_string,     [ED_OPT_LIST] = set_list,
	[ED_OPT_CHOICE] = set_choice,
};

static const size_t value_bytes[] = {
	[ED_OPT_FLAG] = sizeof(bool),           [ED_OPT_U32] = sizeof(uint32_t),
	[ED_OPT_U64] = sizeof(uint64_t),        [ED_OPT_F64] = sizeof(double),
	[ED_OPT_SIZE] = sizeof(uint64_t),       [ED_OPT_RATE] = sizeof(double),
	[ED_OPT_DURATION] = sizeof(int64_t),    [ED_OPT_TIME] = sizeof(int64_t),
	[ED_OPT_STRING] = sizeof(const char *), [ED_OPT_LIST] = sizeof(struct ed_option_list),
	[ED_OPT_CHOICE] = sizeof(uint32_t),
};

static void *value_at(const struct ed_option *row, void *conf)
{
	return (uint8_t *)conf + row->offset;
}

bool ed_option_at(const struct ed_option *rows, size_t i, struct ed_option *ret)
{
	const struct ed_option *row = &rows[i], *like = row->like;

	if (!row->name)
		return false;
	*ret = *row;
	if (!like)
		return true;
	while (strcmp(like->name, row->name) != 0)
		like++;
	*ret = *like;
	ret->offset += row->offset;
	if (row->help)
		ret->help = row->help;
	return true;
}

bool ed_option_named(const struct ed_option *rows, const char *name, struct ed_option *ret)
{
	for (size_t i = 0; ed_option_at(rows, i, ret); i++) {
		if (strcmp(ret->name, name) == 0)
			return true;
	}
	return false;
}

/* Those of @rows that stand for themselves. */
static void default_own(const struct ed_option *rows, void *conf)
{
	char error[ED_OPTION_ERROR_MAX];

	for (const struct ed_option *row = rows; row->name; row++) {
		int r = 0;

		if (row->like)
			continue;
		memset(value_at(row, conf), 0, value_bytes[row->type]);
		if (row->def)
			r = ed_option_set(row, conf, row->def, error);
		assert(r == 0);
		(void)r;
	}
}

void ed_options_default(const struct ed_option *rows, void *conf)
{
	for (const struct ed_option *row = rows; row->name; row++) {
		if (row->like)
			default_own(row->like, value_at(row, conf));
	}
	default_own(rows, conf);
}

int ed_option_set(const struct ed_option *row, void *conf, const char *value,
		  char error[static ED_OPTION_ERROR_MAX])
{
	if (!value && row->type != ED_OPT_FLAG)
		return fail(error, "needs a value");
	return setters[row->type](row, value_at(row, conf), value, error);
}

const struct ed_option *ed_option_find(const struct ed_option *rows, const char *name,
				       const char **ret_near)
{
	struct ed_nearest near;

	ed_nearest_init(&near, name);
	for (const struct ed_option *row = rows; row->name; row++) {
		if (strcmp(row->name, name) == 0)
			return row;
		ed_nearest_offer(&near, row->name);
	}
	*ret_near = near.best;
	return NULL;
}

static size_t print_list(const struct ed_option_list *list, char *ret, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < list->n && used < n; i++)
		used += (size_t)snprintf(ret + used, n - used, "%s%s", i ? "," : "", list->v[i]);
	return used;
}

static size_t print_time(int64_t time_ns, char *ret, size_t n)
{
	char text[ED_TIME_TEXT_MAX] = "";

	if (time_ns != ED_TIME_UNKNOWN_NS)
		ed_time_to_text(time_ns, text);
	return (size_t)snprintf(ret, n, "%s", text);
}

size_t ed_option_print(const struct ed_option *row, const void *conf, char *ret, size_t n)
{
	const void *at = (const uint8_t *)conf + row->offset;
	const char *text;
	size_t used = 0;

	assert(n > 0);
	ret[0] = '\0';
	switch (row->type) {
	case ED_OPT_FLAG:
		used = (size_t)snprintf(ret, n, "%s", *(const bool *)at ? "true" : "false");
		break;
	case ED_OPT_U32:
		used = (size_t)snprintf(ret, n, "%" PRIu32, *(const uint32_t *)at);
		break;
	case ED_OPT_U64:
		used = (size_t)snprintf(ret, n, "%" PRIu64, *(const uint64_t *)at);
		break;
	case ED_OPT_F64:
	case ED_OPT_RATE:
		used = print_value(row, *(const double *)at, ret, n);
		break;
	case ED_OPT_SIZE:
		used = print_value(row, (double)*(const uint64_t *)at, ret, n);
		break;
	case ED_OPT_DURATION:
		used = print_value(row, (double)*(const int64_t *)at, ret, n);
		break;
	case ED_OPT_TIME:
		used = print_time(*(const int64_t *)at, ret, n);
		break;
	case ED_OPT_STRING:
		text = *(const char *const *)at;
		used = (size_t)snprintf(ret, n, "%s", text ? text : "");
		break;
	case ED_OPT_LIST:
		used = print_list(at, ret, n);
		break;
	case ED_OPT_CHOICE:
		used = (size_t)snprintf(ret, n, "%s", row->choices[*(const uint32_t *)at]);
		break;
	}
	return used < n ? used : n - 1;
}
