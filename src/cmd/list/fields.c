/* SPDX-License-Identifier: Apache-2.0 */
/* Formats, fields, analytics and mutable elements; see fields.h. */
#include "cmd/list/fields.h"

#include "cmd/out/field_json.h"
#include "cmd/out/text.h"
#include "evidence/evidence.h"

#include <assert.h>
#include <string.h>

enum { WIDTH = 100, INDENT = 32, ELEMENT_MAX = 64, FORMATS_TEXT_MAX = 2048 };

/* A field has a letter, so that a row of a format holds all of them. */
static_assert(ED_FIELD_N <= 26, "a letter for each field");

/* What @a can do on @f; false: nothing in it can come into its scope. */
static bool ability_on(const struct ed_analytic *a, const struct ed_format *f,
		       struct ed_analytic_ability *ret)
{
	uint32_t fields = ed_analytic_can_be_told(a, f->platforms, f->fields);

	ed_analytic_ability(a, fields, ret);
	return fields != 0;
}

/* True when the tunable in row @i of @a has something to work on in @f. */
static bool feeds(const struct ed_format *f, const struct ed_analytic *a, unsigned i)
{
	struct ed_analytic_ability able;

	return ability_on(a, f, &able) && able.state != ED_ABILITY_OFF &&
	       !(able.idle_tunables >> i & 1);
}

static const char *demand(const struct ed_analytic *a, unsigned bit)
{
	if (a->needs >> bit & 1)
		return "needs";
	return a->wants >> bit & 1 ? "wants" : NULL;
}

/* ------------------------------------------------------------------- tables */

static size_t n_analytics(void)
{
	size_t n = 0;

	while (ed_analytics[n])
		n++;
	return n;
}

static void letter_cell(struct ed_grid *g, unsigned bit)
{
	ed_grid_cell(g, (const char[]){ (char)('a' + bit), '\0' });
}

/* Ends with the grid released. */
static int put_grid(struct ed_grid *g, FILE *f)
{
	int r = ed_grid_print(g, f);

	ed_grid_done(g);
	return r;
}

static int print_fields(FILE *f)
{
	struct ed_grid g;

	ed_grid_init(&g, 3 + n_analytics());
	ed_grid_cell(&g, "");
	ed_grid_cell(&g, "FIELD");
	for (size_t i = 0; ed_analytics[i]; i++)
		ed_grid_cell(&g, ed_analytics[i]->id + strlen("AN"));
	ed_grid_cell(&g, "WHAT IT IS");
	for (unsigned bit = 0; bit < ED_FIELD_N; bit++) {
		letter_cell(&g, bit);
		ed_grid_cell(&g, ed_field_name(bit));
		for (size_t i = 0; ed_analytics[i]; i++) {
			const char *word = demand(ed_analytics[i], bit);

			ed_grid_cell(&g, word ? word : "-");
		}
		ed_grid_cell(&g, ed_field_help(bit));
	}
	return put_grid(&g, f);
}

static void letters_cell(struct ed_grid *g, uint32_t fields)
{
	char text[ED_FIELD_N + 1];

	for (unsigned bit = 0; bit < ED_FIELD_N; bit++)
		text[bit] = fields >> bit & 1 ? (char)('a' + bit) : '.';
	text[ED_FIELD_N] = '\0';
	ed_grid_cell(g, text);
}

static const char *short_state(enum ed_ability state)
{
	return state == ED_ABILITY_PARTLY ? "partly" : ed_ability_name(state);
}

static int print_formats(FILE *f)
{
	struct ed_analytic_ability able;
	struct ed_grid g;

	ed_grid_init(&g, 2 + n_analytics());
	ed_grid_cell(&g, "FORMAT");
	ed_grid_cell(&g, "FIELDS");
	for (size_t i = 0; ed_analytics[i]; i++)
		ed_grid_cell(&g, ed_analytics[i]->id);
	for (size_t k = 0; ed_formats[k]; k++) {
		ed_grid_cell(&g, ed_formats[k]->name);
		letters_cell(&g, ed_formats[k]->fields);
		for (size_t i = 0; ed_analytics[i]; i++)
			ed_grid_cell(&g, ability_on(ed_analytics[i], ed_formats[k], &able) ?
						 short_state(able.state) :
						 "-");
	}
	return put_grid(&g, f);
}

/* "AN1121.TimeWindow" and the formats that feed it. */
static void print_element(const struct ed_analytic *a, unsigned i, FILE *f)
{
	char text[FORMATS_TEXT_MAX] = "-";
	size_t used = 0;
	int col = fprintf(f, "%s.%s", a->id, a->tunables[i].name);

	for (size_t k = 0; ed_formats[k] && used < sizeof(text); k++) {
		if (feeds(ed_formats[k], a, i))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? " " : "", ed_formats[k]->name);
	}
	ed_text_wrap(f, text, INDENT, col > 0 ? (unsigned)col : 0, WIDTH);
}

int ed_list_fields_print(FILE *f)
{
	int r = print_fields(f);

	if (r == 0) {
		(void)fputc('\n', f);
		r = print_formats(f);
	}
	if (r < 0)
		return r;
	(void)fprintf(f, "\n%-*s%s\n", INDENT, "MUTABLE ELEMENT", "FORMATS THAT FEED IT");
	for (size_t i = 0; ed_analytics[i]; i++) {
		for (unsigned t = 0; ed_analytics[i]->tunables[t].name; t++)
			print_element(ed_analytics[i], t, f);
	}
	(void)fputs(
		"\nA hypervisor's lookups are seen by the network, and told apart by --inventory. "
		"What was really\ntold, each scan says at its end and in --stats.\n",
		f);
	return 0;
}

/* --------------------------------------------------------------------- JSON */

/* The mutable elements that have nothing to work on without the field. */
static void put_elements(struct ed_json *j, unsigned bit)
{
	char name[ELEMENT_MAX];

	ed_json_array(j, "mutable_elements");
	for (size_t i = 0; ed_analytics[i]; i++) {
		const struct ed_analytic *a = ed_analytics[i];

		for (unsigned t = 0; a->tunables[t].name; t++) {
			if (!(a->tunable_needs[t] >> bit & 1))
				continue;
			(void)snprintf(name, sizeof(name), "%s.%s", a->id, a->tunables[t].name);
			ed_json_str(j, NULL, name);
		}
	}
	ed_json_array_end(j);
}

static void put_field(struct ed_json *j, unsigned bit)
{
	ed_json_object(j, NULL);
	ed_json_str(j, "name", ed_field_name(bit));
	ed_json_str(j, "help", ed_field_help(bit));
	ed_json_array(j, "formats");
	for (size_t i = 0; ed_formats[i]; i++) {
		if (ed_formats[i]->fields >> bit & 1)
			ed_json_str(j, NULL, ed_formats[i]->name);
	}
	ed_json_array_end(j);
	ed_json_object(j, "analytics");
	for (size_t i = 0; ed_analytics[i]; i++) {
		const char *word = demand(ed_analytics[i], bit);

		if (word)
			ed_json_str(j, ed_analytics[i]->id, word);
	}
	ed_json_object_end(j);
	put_elements(j, bit);
	ed_json_array(j, "evidence");
	for (size_t i = 0; ed_evidence_families[i]; i++) {
		if (ed_evidence_families[i]->uses >> bit & 1)
			ed_json_str(j, NULL, ed_evidence_families[i]->name);
	}
	ed_json_array_end(j);
	ed_json_object_end(j);
}

void ed_list_fields_json(struct ed_json *j)
{
	for (unsigned bit = 0; bit < ED_FIELD_N; bit++)
		put_field(j, bit);
}

void ed_list_format_json(struct ed_json *j, const struct ed_format *f)
{
	uint32_t platforms = f->platforms ? f->platforms : 1u << ED_PLATFORM_NETWORK;
	struct ed_analytic_ability able;

	ed_json_array(j, "platforms");
	for (unsigned p = 0; p < ED_PLATFORM_N; p++) {
		if (platforms >> p & 1)
			ed_json_str(j, NULL, ed_platform_name(p));
	}
	ed_json_array_end(j);
	ed_json_object(j, "analytics");
	for (size_t i = 0; ed_analytics[i]; i++) {
		if (!ability_on(ed_analytics[i], f, &able))
			continue;
		ed_json_object(j, ed_analytics[i]->id);
		ed_cmd_ability_json(j, ed_analytics[i], &able);
		ed_json_object_end(j);
	}
	ed_json_object_end(j);
}

void ed_list_element_json(struct ed_json *j, const struct ed_analytic *a, unsigned i)
{
	ed_json_array(j, "formats");
	for (size_t k = 0; ed_formats[k]; k++) {
		if (feeds(ed_formats[k], a, i))
			ed_json_str(j, NULL, ed_formats[k]->name);
	}
	ed_json_array_end(j);
}
