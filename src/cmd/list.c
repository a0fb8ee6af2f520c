/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog list WHAT`: the registries, as a table or as JSON. `list fields`, which is made of
 * several of them, is list/fields.c's.
 */
#include "cmd/cmd.h"

#include "analytic/analytic.h"
#include "base/json_out.h"
#include "cmd/line/values.h"
#include "cmd/list/fields.h"
#include "cmd/out/field_json.h"
#include "cmd/out/text.h"
#include "evidence/evidence.h"
#include "format/format.h"
#include "sink/sink.h"
#include "source/source.h"

#include <string.h>

enum { JSON_MAX_BYTES = 4 << 20, FIELDS_TEXT_MAX = 512 };

struct list_conf {
	uint32_t format;
};

enum { LIST_TABLE, LIST_JSON };

static const char *const list_formats[] = { [LIST_TABLE] = "table", [LIST_JSON] = "json", NULL };

static const struct ed_option list_options[] = {
	{
		.name = "format",
		.type = ED_OPT_CHOICE,
		.offset = offsetof(struct list_conf, format),
		.choices = list_formats,
		.def = "table",
		.arg = "FORMAT",
		.help = "form of the output",
	},
	{ .name = NULL },
};

/* One listing: how its table and its JSON are made. */
struct listing {
	const char *name;
	size_t (*n_columns)(void);
	void (*table)(struct ed_grid *g);
	void (*json)(struct ed_json *j);
	int (*print)(FILE *f); /* what is more than one table; then .table is NULL */
};

/* Names of the fields in @mask, by @between; "-" when there are none. */
static const char *fields_text(uint32_t mask, const char *between, char ret[static FIELDS_TEXT_MAX])
{
	size_t used = 0;

	(void)snprintf(ret, FIELDS_TEXT_MAX, "-");
	for (unsigned bit = 0; bit < ED_FIELD_N && used < FIELDS_TEXT_MAX; bit++) {
		if (mask >> bit & 1)
			used += (size_t)snprintf(ret + used, FIELDS_TEXT_MAX - used, "%s%s",
						 used ? between : "", ed_field_name(bit));
	}
	return ret;
}

static void named_json(struct ed_json *j, const char *name, const char *help)
{
	ed_json_object(j, NULL);
	ed_json_str(j, "name", name);
	ed_json_str(j, "help", help);
}

static void named_row(struct ed_grid *g, const char *name, const char *help)
{
	ed_grid_cell(g, name);
	ed_grid_cell(g, help);
}

static size_t two_columns(void)
{
	return 2;
}

static size_t four_columns(void)
{
	return 4;
}

static void formats_table(struct ed_grid *g)
{
	named_row(g, "FORMAT", "WHAT IT IS");
	for (size_t i = 0; ed_formats[i]; i++)
		named_row(g, ed_formats[i]->name, ed_formats[i]->help);
}

static void formats_json(struct ed_json *j)
{
	for (size_t i = 0; ed_formats[i]; i++) {
		named_json(j, ed_formats[i]->name, ed_formats[i]->help);
		ed_cmd_fields_json(j, "fields", ed_formats[i]->fields);
		ed_list_format_json(j, ed_formats[i]);
		ed_json_object_end(j);
	}
}

static void tunables_cell(struct ed_grid *g, const struct ed_analytic *a)
{
	char text[FIELDS_TEXT_MAX] = "-";
	size_t used = 0;

	for (const struct ed_option *row = a->tunables; row->name && used < sizeof(text); row++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used ? ", " : "",
					 row->name);
	ed_grid_cell(g, text);
}

static void analytics_table(struct ed_grid *g)
{
	named_row(g, "ANALYTIC", "PLATFORM");
	named_row(g, "MUTABLE ELEMENTS", "WHAT IT FINDS");
	for (size_t i = 0; ed_analytics[i]; i++) {
		named_row(g, ed_analytics[i]->id, ed_analytics[i]->platform);
		tunables_cell(g, ed_analytics[i]);
		ed_grid_cell(g, ed_analytics[i]->help);
	}
}

static void tunables_json(struct ed_json *j, const struct ed_analytic *a)
{
	char range[128];

	ed_json_array(j, "mutable_elements");
	for (size_t i = 0; a->tunables[i].name; i++) {
		const struct ed_option *row = &a->tunables[i];

		named_json(j, row->name, row->help);
		if (row->def)
			ed_json_str(j, "default", row->def);
		if (ed_option_print_range(row, range, sizeof(range)) > 0)
			ed_json_str(j, "range", range);
		ed_cmd_fields_json(j, "needs", a->tunable_needs[i]);
		ed_list_element_json(j, a, (unsigned)i);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void analytics_json(struct ed_json *j)
{
	for (size_t i = 0; ed_analytics[i]; i++) {
		const struct ed_analytic *a = ed_analytics[i];

		named_json(j, a->id, a->help);
		ed_json_str(j, "platform", a->platform);
		ed_json_u64(j, "version", a->version);
		ed_json_str(j, "log_sources", a->log_sources);
		ed_cmd_fields_json(j, "needs", a->needs);
		ed_cmd_fields_json(j, "wants", a->wants);
		tunables_json(j, a);
		ed_json_object_end(j);
	}
}

static void evidence_table(struct ed_grid *g)
{
	char text[FIELDS_TEXT_MAX];

	named_row(g, "FAMILY", "AT MOST");
	named_row(g, "FIELDS", "WHAT IT WEIGHS");
	for (size_t i = 0; ed_evidence_families[i]; i++) {
		const struct ed_evidence_family *e = ed_evidence_families[i];

		ed_grid_cell(g, e->name);
		(void)snprintf(text, sizeof(text), "%.3g bits", (double)e->cap_bits);
		ed_grid_cell(g, text);
		ed_grid_cell(g, fields_text(e->uses, ", ", text));
		ed_grid_cell(g, e->help);
	}
}

static void evidence_json(struct ed_json *j)
{
	for (size_t i = 0; ed_evidence_families[i]; i++) {
		const struct ed_evidence_family *e = ed_evidence_families[i];

		named_json(j, e->name, e->help);
		ed_json_f64(j, "cap_bits", (double)e->cap_bits);
		ed_cmd_fields_json(j, "uses", e->uses);
		ed_json_object_end(j);
	}
}

static void sinks_table(struct ed_grid *g)
{
	named_row(g, "SINK", "WHAT IT WRITES");
	for (size_t i = 0; ed_sinks[i]; i++)
		named_row(g, ed_sinks[i]->name, ed_sinks[i]->help);
}

static void sinks_json(struct ed_json *j)
{
	for (size_t i = 0; ed_sinks[i]; i++) {
		named_json(j, ed_sinks[i]->name, ed_sinks[i]->help);
		ed_json_object_end(j);
	}
}

static void sources_table(struct ed_grid *g)
{
	named_row(g, "SOURCE", "WHAT IT READS");
	for (size_t i = 0; ed_sources[i]; i++)
		named_row(g, ed_sources[i]->name, ed_sources[i]->help);
}

static void sources_json(struct ed_json *j)
{
	for (size_t i = 0; ed_sources[i]; i++) {
		named_json(j, ed_sources[i]->name, ed_sources[i]->help);
		ed_json_object_end(j);
	}
}

static const struct listing listings[] = {
	{ "formats", two_columns, formats_table, formats_json, NULL },
	{ "analytics", four_columns, analytics_table, analytics_json, NULL },
	{ "evidence", four_columns, evidence_table, evidence_json, NULL },
	{ "sinks", two_columns, sinks_table, sinks_json, NULL },
	{ "sources", two_columns, sources_table, sources_json, NULL },
	{ "fields", NULL, NULL, ed_list_fields_json, ed_list_fields_print },
	{ NULL, NULL, NULL, NULL, NULL },
};

static enum ed_exit no_memory(void)
{
	ed_cmd_say("no memory");
	return ED_EXIT_FAILURE;
}

static enum ed_exit print_table(const struct listing *l)
{
	struct ed_grid g;
	int r;

	if (l->print)
		return l->print(stdout) == 0 ? ED_EXIT_OK : no_memory();
	ed_grid_init(&g, l->n_columns());
	l->table(&g);
	r = ed_grid_print(&g, stdout);
	ed_grid_done(&g);
	return r == 0 ? ED_EXIT_OK : no_memory();
}

static enum ed_exit print_json(const struct listing *l)
{
	enum ed_exit status = ED_EXIT_OK;
	struct ed_json j;
	struct ed_buf out;

	ed_buf_init(&out, JSON_MAX_BYTES);
	ed_json_init(&j, &out);
	ed_json_array(&j, NULL);
	l->json(&j);
	ed_json_array_end(&j);
	if (out.full)
		status = no_memory();
	else
		(void)puts(out.p);
	ed_buf_done(&out);
	return status;
}

static enum ed_exit list_run(const struct ed_call *call)
{
	const struct list_conf *conf = call->conf;
	char near[ED_VALUE_TEXT_MAX] = "";
	char shown[96];

	for (const struct listing *l = listings; l->name; l++) {
		if (strcmp(l->name, call->operands[0]) == 0)
			return conf->format == LIST_JSON ? print_json(l) : print_table(l);
	}
	ed_values_check_operand(&ed_command_list, call->operands[0], near);
	ed_text_escape(call->operands[0], shown, sizeof(shown));
	if (*near)
		ed_cmd_say("cannot list \"%s\"; did you mean \"%s\"?", shown, near);
	else
		ed_cmd_say("cannot list \"%s\"", shown);
	(void)fputs("Try \"earthdog list --help\".\n", stderr);
	return ED_EXIT_USAGE;
}

static const struct ed_command_row list_operands[] = {
	{ "formats", "captures and logs that can be read" },
	{ "analytics", "analytics of DET0400 and their mutable elements" },
	{ "evidence", "families of behaviour that are weighed" },
	{ "sinks", "forms of output" },
	{ "sources", "where input can come from" },
	{ "fields", "which format feeds which analytic and which mutable element" },
	{ NULL, NULL },
};

static const struct ed_command_row list_examples[] = {
	{ "earthdog list fields", "Which of the analytics can work on what a format carries." },
	{ "earthdog list formats --format json", "A registry for a program." },
	{ NULL, NULL },
};

const struct ed_command ed_command_list = {
	.name = "list",
	.operands = "WHAT",
	.help = "print what this program knows: formats, analytics, fields, ...",
	.description = "Prints one of the registries of this program.\n",
	.options = list_options,
	.conf_bytes = sizeof(struct list_conf),
	.operands_min = 1,
	.operands_max = 1,
	.operand_rows = list_operands,
	.examples = list_examples,
	.run = list_run,
};
