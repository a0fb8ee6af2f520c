/* SPDX-License-Identifier: Apache-2.0 */
/* Normal against now as a picture; see baseline_show.h. */
#include "report/baseline_show.h"

#include "report/html.h"

enum {
	WIDTH = 880,
	TOP = 40,
	ROW_HEIGHT = 58,
	PLOT_LEFT = 330,
	PLOT_WIDTH = 360,
	PLOT_HEIGHT = 36,
	STEP = PLOT_WIDTH / ED_BASELINE_COLUMNS,
};

static void text_at(struct ed_buf *out, unsigned x, unsigned y, const char *class, const char *text)
{
	ed_buf_printf(out, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, class);
	ed_html_text(out, text);
	ed_buf_puts(out, "</text>\n");
}

/* Steps from column to column; an area is closed along the bottom. */
static void plot_at(struct ed_buf *out, unsigned y, const char *class, bool is_area,
		    const uint8_t plot[static ED_BASELINE_COLUMNS])
{
	const unsigned bottom = y + PLOT_HEIGHT;

	ed_buf_printf(out, "<path class=\"%s\" d=\"M%d %u", class, PLOT_LEFT, bottom);
	for (unsigned c = 0; c < ED_BASELINE_COLUMNS; c++)
		ed_buf_printf(out, "V%uH%u",
			      bottom - plot[c] * (unsigned)PLOT_HEIGHT / ED_BASELINE_HEIGHT,
			      PLOT_LEFT + (c + 1) * STEP);
	ed_buf_printf(out, "V%u%s\"/>\n", bottom, is_area ? "Z" : "");
}

static void row_at(const struct ed_baseline *normal, const struct ed_baseline_row *r, unsigned y,
		   struct ed_buf *out)
{
	const struct ed_baseline_feature_row *f = &ed_baseline_features[r->feature];
	char group[ED_BASELINE_TEXT_MAX + 32], line[2 * ED_BASELINE_TEXT_MAX];
	char low[ED_BASELINE_CELL_MAX], high[ED_BASELINE_CELL_MAX];

	(void)snprintf(line, sizeof(line), "%s %s", ed_analytics[r->row]->id, f->name);
	text_at(out, 10, y + 12, "name", line);
	text_at(out, 10, y + 27, "note", f->help);
	(void)snprintf(line, sizeof(line), "%s; %u normal, %u now",
		       ed_baseline_group_text(normal, r->group, group, sizeof(group)),
		       (unsigned)r->normal.n, (unsigned)r->now.n);
	text_at(out, 10, y + 41, "note", line);
	plot_at(out, y, "normal", true, r->normal.plot);
	plot_at(out, y, "now", false, r->now.plot);
	ed_baseline_value_text(r->feature, r->low, low);
	ed_baseline_value_text(r->feature, r->high, high);
	text_at(out, PLOT_LEFT, y + PLOT_HEIGHT + 12, "note", low);
	ed_buf_puts(out, "<g text-anchor=\"end\">\n");
	text_at(out, PLOT_LEFT + PLOT_WIDTH, y + PLOT_HEIGHT + 12, "note", high);
	ed_buf_puts(out, "</g>\n");
	if (r->normal.n == 0)
		(void)snprintf(line, sizeof(line), "nothing learnt");
	else
		(void)snprintf(line, sizeof(line), "%u beyond 99.9 %% of normal",
			       (unsigned)r->n_beyond);
	text_at(out, PLOT_LEFT + PLOT_WIDTH + 14, y + 20, r->stands_out ? "odd" : "note", line);
}

void ed_baseline_rows_svg(const struct ed_baseline *normal, const struct ed_baseline_row *rows,
			  size_t n, struct ed_buf *out)
{
	ed_buf_printf(out,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\" "
		      "font-family=\"sans-serif\" font-size=\"11\">\n",
		      WIDTH, TOP + n * ROW_HEIGHT + 10);
	ed_buf_puts(out, "<title>Normal against now</title>\n"
			 "<style>.name{font-weight:bold}.note{fill:#555}.odd{fill:#b00020;"
			 "font-weight:bold}.normal{fill:#ccc}.now{fill:none;stroke:#1a5fb4;"
			 "stroke-width:1.5}</style>\n"
			 "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
	text_at(out, PLOT_LEFT, 18, "note",
		"grey: normal; line: now; height by the logarithm of the count, odd values at the right");
	for (size_t i = 0; i < n; i++)
		row_at(normal, &rows[i], TOP + (unsigned)i * ROW_HEIGHT, out);
	ed_buf_puts(out, "</svg>\n");
}
