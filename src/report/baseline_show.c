/* SPDX-License-Identifier: Apache-2.0 */
/* Normal against now; see baseline_show.h. */
#include "report/baseline_show.h"

#include <math.h>

#include "record/asset.h"

const double ed_baseline_quantiles[ED_BASELINE_QUANTILES] = { 0.5, 0.9, 0.99, 0.999 };

static const double ODD = 0.001;
enum { BEYOND_MIN = 3, BEYOND_TIMES = 10 };

/* ------------------------------------------------------------------ spreads */

/* The buckets that hold anything, of both. False: none does. */
static bool ends_of(const struct ed_ddsketch *a, const struct ed_ddsketch *b, unsigned *ret_low,
		    unsigned *ret_high)
{
	bool any = false;

	for (unsigned i = 0; i < ED_DD_BUCKETS; i++) {
		if (a->count[i] == 0 && b->count[i] == 0)
			continue;
		*ret_low = any ? *ret_low : i;
		*ret_high = i;
		any = true;
	}
	return any;
}

/* The value in the middle of bucket @i. */
static double bucket_value(unsigned i)
{
	struct ed_ddsketch one = { .n = 1 };

	one.count[i] = 1;
	return ed_ddsketch_quantile(&one, 1);
}

static void plot_of(const struct ed_ddsketch *d, unsigned low, unsigned high,
		    uint8_t ret[static ED_BASELINE_COLUMNS])
{
	double column[ED_BASELINE_COLUMNS] = { 0 }, most = 0;

	for (unsigned i = low; i <= high; i++)
		column[(size_t)(i - low) * ED_BASELINE_COLUMNS / (high - low + 1)] += d->count[i];
	for (unsigned c = 0; c < ED_BASELINE_COLUMNS; c++)
		most = fmax(most, column[c]);
	for (unsigned c = 0; c < ED_BASELINE_COLUMNS; c++)
		ret[c] = (uint8_t)ceil(
			most > 0 ? ED_BASELINE_HEIGHT * log1p(column[c]) / log1p(most) : 0);
}

/* A column keeps its place when the small values are the odd ones: what is odd is at the right. */
static void mirror(uint8_t plot[static ED_BASELINE_COLUMNS])
{
	for (unsigned c = 0; c < ED_BASELINE_COLUMNS / 2; c++) {
		uint8_t swap = plot[c];

		plot[c] = plot[ED_BASELINE_COLUMNS - 1 - c];
		plot[ED_BASELINE_COLUMNS - 1 - c] = swap;
	}
}

static void side_of(enum ed_baseline_feature feature, const struct ed_ddsketch *d,
		    const unsigned ends[static 2], struct ed_baseline_side *ret)
{
	bool low_is_odd = ed_baseline_features[feature].low_is_odd;

	ret->n = d->n;
	for (unsigned i = 0; i < ED_BASELINE_QUANTILES && d->n > 0; i++) {
		double q = ed_baseline_quantiles[i];

		ret->quantile[i] = ed_baseline_shown(
			feature, ed_ddsketch_quantile(d, low_is_odd ? 1 - q : q));
	}
	plot_of(d, ends[0], ends[1], ret->plot);
	if (low_is_odd)
		mirror(ret->plot);
}

/* How many of @now are odder than all but ODD of @normal. */
static uint32_t beyond(const struct ed_ddsketch *normal, const struct ed_ddsketch *now,
		       bool low_is_odd)
{
	double allowed = ODD * normal->n, seen = 0;
	uint32_t n = 0;

	for (unsigned k = 0; k < ED_DD_BUCKETS && normal->n > 0; k++) {
		unsigned i = low_is_odd ? k : ED_DD_BUCKETS - 1 - k;

		seen += normal->count[i];
		if (seen > allowed)
			break;
		n += now->count[i];
	}
	return n;
}

static bool fill_row(const struct ed_ddsketch *normal, const struct ed_ddsketch *now,
		     struct ed_baseline_row *r)
{
	const bool low_is_odd = ed_baseline_features[r->feature].low_is_odd;
	unsigned ends[2];

	if (!ends_of(normal, now, &ends[0], &ends[1]))
		return false;
	side_of(r->feature, normal, ends, &r->normal);
	side_of(r->feature, now, ends, &r->now);
	r->low = ed_baseline_shown(r->feature, bucket_value(ends[low_is_odd]));
	r->high = ed_baseline_shown(r->feature, bucket_value(ends[!low_is_odd]));
	r->n_beyond = beyond(normal, now, low_is_odd);
	r->stands_out = normal->n > 0 && r->n_beyond >= BEYOND_MIN &&
			r->n_beyond > BEYOND_TIMES * ODD * now->n;
	return true;
}

/* What now has of the group of normal, which may have another number there. */
static const struct ed_ddsketch *same_group(const struct ed_baseline *normal, unsigned group,
					    const struct ed_baseline *now,
					    const struct ed_baseline_row *r)
{
	static const struct ed_ddsketch none;
	const struct ed_baseline_group *g = &normal->groups[group];

	for (uint32_t i = 0; i < now->n_parts; i++) {
		const struct ed_baseline_part *p = now->parts[i];
		const struct ed_baseline_group *h = &now->groups[p->group];

		if (p->row == r->row && g->role == h->role && strcmp(g->network, h->network) == 0)
			return &p->feature[r->feature];
	}
	return &none;
}

size_t ed_baseline_compare(const struct ed_baseline *normal, const struct ed_baseline *now,
			   bool by_group, struct ed_baseline_row *ret, size_t max)
{
	struct ed_ddsketch a, b;
	size_t n = 0;

	for (uint8_t row = 0; ed_analytics[row] && !by_group; row++) {
		for (uint8_t f = 0; f < ED_BASELINE_FEATURES && n < max; f++) {
			ret[n] = (struct ed_baseline_row){ .row = row,
							   .feature = f,
							   .group = ED_BASELINE_ALL_GROUPS };
			(void)ed_baseline_sum(normal, row, f, &a);
			(void)ed_baseline_sum(now, row, f, &b);
			n += fill_row(&a, &b, &ret[n]);
		}
	}
	for (uint32_t i = 0; i < normal->n_parts && by_group; i++) {
		const struct ed_baseline_part *p = normal->parts[i];

		for (uint8_t f = 0; f < ED_BASELINE_FEATURES && n < max; f++) {
			ret[n] = (struct ed_baseline_row){ .row = p->row,
							   .feature = f,
							   .group = p->group };
			n += fill_row(&p->feature[f], same_group(normal, p->group, now, &ret[n]),
				      &ret[n]);
		}
	}
	return n;
}

/* ------------------------------------------------------------------ as text */

const char *ed_baseline_group_text(const struct ed_baseline *b, unsigned group, char *ret, size_t n)
{
	if (group >= b->n_groups)
		(void)snprintf(ret, n, "all");
	else if (b->groups[group].role == ED_ASSET_UNKNOWN)
		(void)snprintf(ret, n, "%s", b->groups[group].network);
	else
		(void)snprintf(ret, n, "%s %s", ed_asset_role_name(b->groups[group].role),
			       b->groups[group].network);
	return ret;
}

const char *ed_baseline_value_text(enum ed_baseline_feature feature, double shown,
				   char ret[static ED_BASELINE_CELL_MAX])
{
	static const struct {
		double over;
		const char *unit;
	} times[] = { { 864e5, "d" }, { 36e5, "h" }, { 6e4, "min" }, { 1e3, "s" }, { 0, "ms" } };
	size_t i = 0;

	if (feature == ED_BASELINE_ENCODED) {
		(void)snprintf(ret, ED_BASELINE_CELL_MAX, "%.3f", shown);
	} else if (feature == ED_BASELINE_WINDOW) {
		while (shown < times[i].over)
			i++;
		(void)snprintf(ret, ED_BASELINE_CELL_MAX, "%.3g %s",
			       shown / (times[i].over > 0 ? times[i].over : 1), times[i].unit);
	} else {
		(void)snprintf(ret, ED_BASELINE_CELL_MAX, "%.0f %s", shown,
			       ed_baseline_features[feature].unit);
	}
	return ret;
}

const char *ed_baseline_plot_text(const uint8_t plot[static ED_BASELINE_COLUMNS], bool utf8,
				  char ret[static ED_BASELINE_PLOT_MAX])
{
	static const char ascii[] = " .:-=+*%#";
	size_t n = 0;

	for (unsigned c = 0; c < ED_BASELINE_COLUMNS; c++) {
		if (!utf8 || plot[c] == 0) {
			ret[n++] = utf8 ? ' ' : ascii[plot[c]];
			continue;
		}
		/* U+2581 to U+2588: lower blocks of one to eight eighths */
		ret[n++] = (char)0xe2;
		ret[n++] = (char)0x96;
		ret[n++] = (char)(0x80 + plot[c]);
	}
	ret[n] = '\0';
	return ret;
}

/* ------------------------------------------------------------------ as JSON */

static void side_json(struct ed_json *j, const char *key, const struct ed_baseline_side *s)
{
	static const char *const names[ED_BASELINE_QUANTILES] = { "p50", "p90", "p99", "p99_9" };

	ed_json_object(j, key);
	ed_json_u64(j, "n", s->n);
	for (unsigned i = 0; i < ED_BASELINE_QUANTILES && s->n > 0; i++)
		ed_json_f64(j, names[i], s->quantile[i]);
	ed_json_array(j, "plot");
	for (unsigned c = 0; c < ED_BASELINE_COLUMNS; c++)
		ed_json_u64(j, NULL, s->plot[c]);
	ed_json_array_end(j);
	ed_json_object_end(j);
}

void ed_baseline_rows_json(const struct ed_baseline *normal, const struct ed_baseline_row *rows,
			   size_t n, struct ed_json *j)
{
	char group[ED_BASELINE_TEXT_MAX + 32];

	ed_json_array(j, "features");
	for (size_t i = 0; i < n; i++) {
		const struct ed_baseline_row *r = &rows[i];
		const struct ed_baseline_feature_row *f = &ed_baseline_features[r->feature];

		ed_json_object(j, NULL);
		ed_json_str(j, "analytic", ed_analytics[r->row]->id);
		ed_json_str(j, "group",
			    ed_baseline_group_text(normal, r->group, group, sizeof(group)));
		ed_json_str(j, "feature", f->name);
		if (*f->unit)
			ed_json_str(j, "unit", f->unit);
		ed_json_f64(j, "low", r->low);
		ed_json_f64(j, "high", r->high);
		side_json(j, "normal", &r->normal);
		side_json(j, "now", &r->now);
		ed_json_u64(j, "beyond", r->n_beyond);
		ed_json_bool(j, "stands_out", r->stands_out);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}
