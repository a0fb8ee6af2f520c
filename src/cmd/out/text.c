/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people; see text.h. */
#include "cmd/out/text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ESCAPE_MAX = 4 };

/* One byte as it can be shown. Returns how many characters that takes. */
static size_t escape_byte(unsigned char c, char ret[static ESCAPE_MAX + 1])
{
	if (c == '\\')
		return (size_t)snprintf(ret, ESCAPE_MAX + 1, "\\\\");
	if (c >= 0x20 && c < 0x7f)
		return (size_t)snprintf(ret, ESCAPE_MAX + 1, "%c", c);
	return (size_t)snprintf(ret, ESCAPE_MAX + 1, "\\x%02x", (unsigned)c);
}

const char *ed_text_escape(const char *text, char *ret, size_t n)
{
	static const char cut[] = "...";
	size_t used = 0;
	size_t safe = 0; /* the last place where the mark of a cut still fits */

	assert(n >= 16);
	for (; *text; text++) {
		char one[ESCAPE_MAX + 1];
		size_t n_one = escape_byte((unsigned char)*text, one);

		if (used + sizeof(cut) <= n)
			safe = used;
		if (used + n_one >= n) {
			memcpy(ret + safe, cut, sizeof(cut));
			return ret;
		}
		memcpy(ret + used, one, n_one);
		used += n_one;
	}
	ret[used] = '\0';
	return ret;
}

const char *ed_text_count(uint64_t v, char ret[static ED_COUNT_TEXT_MAX])
{
	char digits[24];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, v);
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			ret[used++] = ',';
		ret[used++] = digits[i];
	}
	ret[used] = '\0';
	return ret;
}

void ed_text_wrap(FILE *f, const char *text, unsigned indent, unsigned col, unsigned width)
{
	bool first = true; /* of its line */

	while (*text) {
		size_t n = strcspn(text, " \n");

		if (!first && col + 1 + n > width) {
			(void)fputc('\n', f);
			col = 0;
			first = true;
		}
		if (n > 0) {
			unsigned pad = first ? (col < indent ? indent - col : 0) : 1;

			(void)fprintf(f, "%*s%.*s", (int)pad, "", (int)n, text);
			col += pad + (unsigned)n;
			first = false;
		}
		text += n;
		if (*text == '\n') {
			(void)fputc('\n', f);
			col = 0;
			first = true;
		}
		text += *text != '\0';
	}
	if (col > 0)
		(void)fputc('\n', f);
}

void ed_grid_init(struct ed_grid *g, size_t n_columns)
{
	assert(n_columns > 0);
	*g = (struct ed_grid){ .n_columns = n_columns };
}

void ed_grid_done(struct ed_grid *g)
{
	for (size_t i = 0; i < g->n_cells; i++)
		free(g->cells[i]);
	free(g->cells);
	*g = (struct ed_grid){ .n_columns = g->n_columns };
}

void ed_grid_cell(struct ed_grid *g, const char *text)
{
	if (g->error < 0)
		return;
	if (g->n_cells == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 64;
		char **cells = reallocarray(g->cells, cap, sizeof(*cells));

		if (!cells) {
			g->error = -ENOMEM;
			return;
		}
		g->cells = cells;
		g->cap = cap;
	}
	g->cells[g->n_cells] = strdup(text);
	if (g->cells[g->n_cells])
		g->n_cells++;
	else
		g->error = -ENOMEM;
}

static size_t grid_width(const struct ed_grid *g, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < g->n_cells; i += g->n_columns) {
		size_t n = strlen(g->cells[i]);

		if (n > width)
			width = n;
	}
	return width;
}

int ed_grid_print(const struct ed_grid *g, FILE *f)
{
	size_t pad = 0; /* owed before the next cell that is not empty */

	for (size_t i = 0; i < g->n_cells; i++) {
		size_t column = i % g->n_columns;
		const char *text = g->cells[i];

		if (*text) {
			(void)fprintf(f, "%*s%s", (int)pad, "", text);
			pad = 0;
		}
		pad += grid_width(g, column) - strlen(text) + 2;
		if (column == g->n_columns - 1) {
			(void)fputc('\n', f);
			pad = 0;
		}
	}
	return g->error;
}
