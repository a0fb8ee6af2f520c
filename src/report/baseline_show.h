/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Normal against now: the spreads of two baselines beside each other, with what of now lies beyond
 * all but a thousandth of normal.
 */
#ifndef ED_REPORT_BASELINE_SHOW_H
#define ED_REPORT_BASELINE_SHOW_H

#include "base/json_out.h"
#include "report/baseline.h"

enum {
	ED_BASELINE_COLUMNS = 24,  /* of a plot */
	ED_BASELINE_HEIGHT = 8,    /* levels of a plot; 0: nothing there */
	ED_BASELINE_QUANTILES = 4, /* a half, 90, 99 and 99.9 in a hundred are no odder */
	ED_BASELINE_ALL_GROUPS = ED_BASELINE_GROUPS_MAX,
	ED_BASELINE_CELL_MAX = 24,
	ED_BASELINE_PLOT_MAX = 3 * ED_BASELINE_COLUMNS + 1,
};

extern const double ed_baseline_quantiles[ED_BASELINE_QUANTILES];

/* One spread, or what of it lies where. */
struct ed_baseline_side {
	uint32_t n;                             /* days with a value; 0: the rest is nothing */
	double quantile[ED_BASELINE_QUANTILES]; /* as shown, not as stored */
	uint8_t plot[ED_BASELINE_COLUMNS];      /* heights, by the logarithm of the count */
};

struct ed_baseline_row {
	uint8_t row;     /* of the analytic */
	uint8_t feature; /* ed_baseline_feature */
	uint8_t group;   /* of normal; ED_BASELINE_ALL_GROUPS: all together */
	struct ed_baseline_side normal, now;
	double low, high;  /* the ends of the plots, as shown; columns step by a constant factor */
	uint32_t n_beyond; /* of now, odder than 99.9 % of normal */
	bool stands_out;   /* ten times as many as normal would have, and three at least */
};

/*
 * The rows, by analytic, then group, then feature; only where normal or now has something.
 * @by_group: one for each group of normal instead of one for all. Returns how many, at most
 * @max; ED_BASELINE_PARTS_MAX * ED_BASELINE_FEATURES are always enough.
 */
size_t ed_baseline_compare(const struct ed_baseline *normal, const struct ed_baseline *now,
			   bool by_group, struct ed_baseline_row *ret, size_t max);

/* "workstation 10.1.20.0/24", or "all". Returns @ret. */
const char *ed_baseline_group_text(const struct ed_baseline *b, unsigned group, char *ret,
				   size_t n);

/* A value with its unit. Returns @ret. */
const char *ed_baseline_value_text(enum ed_baseline_feature feature, double shown,
				   char ret[static ED_BASELINE_CELL_MAX]);

/* A plot as a line of block characters in UTF-8, or of ASCII. Returns @ret. */
const char *ed_baseline_plot_text(const uint8_t plot[static ED_BASELINE_COLUMNS], bool utf8,
				  char ret[static ED_BASELINE_PLOT_MAX]);

void ed_baseline_rows_json(const struct ed_baseline *normal, const struct ed_baseline_row *rows,
			   size_t n, struct ed_json *j);

/* A picture of its own: normal as a grey area, now as a line, each row under the other. */
void ed_baseline_rows_svg(const struct ed_baseline *normal, const struct ed_baseline_row *rows,
			  size_t n, struct ed_buf *out);

#endif
