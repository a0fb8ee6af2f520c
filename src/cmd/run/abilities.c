/* SPDX-License-Identifier: Apache-2.0 */
/* What the analytics lacked; see abilities.h. */
#include "cmd/run/abilities.h"

#include "cmd/out/field_json.h"
#include "cmd/out/text.h"
#include "format/format.h"

#include <string.h>

enum { SETTING_SHOWN_MAX = 96, WHY_MAX = 256 };

static bool was_read(const struct ed_scan_result *r, size_t format)
{
	return format < ED_SCAN_FORMATS_MAX && r->format_records[format] > 0;
}

/* Whose log a format is in the main: the network's where it does not name machines. */
static unsigned main_platform(const struct ed_format *f)
{
	bool networks = f->platforms == 0 ||
			((f->platforms >> ED_PLATFORM_NETWORK & 1) && !(f->fields & ED_FIELD_HOST));

	return networks ? ED_PLATFORM_NETWORK : (unsigned)__builtin_ctz(f->platforms);
}

/* The first format that is the log of the platform of @a, and all that was read of it damaged; NULL:
 * none. */
static const struct ed_format *all_damaged(const struct ed_scan_result *r,
					   const struct ed_analytic *a)
{
	for (size_t i = 0; ed_formats[i]; i++) {
		if (was_read(r, i) && r->format_damaged[i] > 0 && r->format_told[i] == 0 &&
		    main_platform(ed_formats[i]) == a->platform_id)
			return ed_formats[i];
	}
	return NULL;
}

/*
 * What @a can do on the input of @r. False: nothing is in its scope. A log that it reads and whose
 * records all turned out damaged is something: nothing at all was told.
 */
static bool ability_of(const struct ed_scan_result *r, const struct ed_analytic *a,
		       struct ed_analytic_ability *ret)
{
	uint32_t told = ed_analytic_told(a, &r->told);

	ed_analytic_ability(a, told, ret);
	return told != 0 || all_damaged(r, a) != NULL;
}

static uint32_t told_by(const struct ed_analytic *a, const struct ed_format *f)
{
	return ed_analytic_can_be_told(a, f->platforms, f->fields);
}

/* What the formats that were read could tell @a. */
static uint32_t could_tell(const struct ed_scan_result *r, const struct ed_analytic *a)
{
	uint32_t fields = 0;

	for (size_t i = 0; ed_formats[i]; i++) {
		if (was_read(r, i))
			fields |= told_by(a, ed_formats[i]);
	}
	return fields;
}

/* "; windows-json can tell lineage": what of @missing was not told though its format has it. */
static void print_could_tell(const struct ed_scan_result *r, const struct ed_analytic *a,
			     uint32_t missing, FILE *f)
{
	const char *before = "; ";

	missing &= could_tell(r, a);
	if (missing == 0)
		return;
	for (size_t i = 0; ed_formats[i]; i++) {
		if (!was_read(r, i) || !(told_by(a, ed_formats[i]) & missing))
			continue;
		(void)fprintf(f, "%s%s", before, ed_formats[i]->name);
		before = ", ";
	}
	before = " can tell ";
	for (unsigned bit = 0; bit < ED_FIELD_N; bit++) {
		if (!(missing >> bit & 1))
			continue;
		(void)fprintf(f, "%s%s", before, ed_field_name(bit));
		before = ", ";
	}
}

void ed_abilities_print(const struct ed_scan_result *r, FILE *f)
{
	struct ed_analytic_ability able;
	char text[ED_ABILITY_TEXT_MAX];

	for (size_t i = 0; ed_analytics[i]; i++) {
		const struct ed_analytic *a = ed_analytics[i];

		if (!ability_of(r, a, &able) || able.state == ED_ABILITY_WORKS)
			continue;
		(void)fprintf(f, " %s ", a->id);
		if (ed_analytic_told(a, &r->told) == 0) {
			(void)fprintf(f, "off: all that was read of %s is damaged\n",
				      all_damaged(r, a)->name);
			continue;
		}
		(void)fputs(ed_analytic_ability_text(a, &able, text, sizeof(text)), f);
		print_could_tell(r, a, able.missing_needs ? able.missing_needs : able.missing_wants,
				 f);
		(void)fputc('\n', f);
	}
}

/* ---------------------------------------------------------------- --stats */

void ed_abilities_json(const struct ed_scan_result *r, struct ed_json *j)
{
	struct ed_analytic_ability able;

	ed_json_object(j, "fields");
	for (size_t i = 0; ed_formats[i]; i++) {
		if (!was_read(r, i))
			continue;
		ed_json_object(j, ed_formats[i]->name);
		ed_cmd_fields_json(j, "told", r->format_told[i]);
		ed_cmd_fields_json(j, "silent", ed_formats[i]->fields & ~r->format_told[i]);
		ed_json_object_end(j);
	}
	ed_json_object_end(j);
	ed_json_object(j, "analytics");
	for (size_t i = 0; ed_analytics[i]; i++) {
		ed_json_object(j, ed_analytics[i]->id);
		if (ability_of(r, ed_analytics[i], &able))
			ed_cmd_ability_json(j, ed_analytics[i], &able);
		else
			ed_json_str(j, "state", "no input");
		ed_json_object_end(j);
	}
	ed_json_object_end(j);
}

/* ------------------------------------------------------ settings in vain */

/* Why the tunable in row @tunable of the analytic @a can change nothing; false: it can. */
static bool is_idle(const struct ed_scan_result *r, const struct ed_analytic *a, unsigned tunable,
		    char why[static WHY_MAX])
{
	struct ed_analytic_ability able;
	uint32_t missing;

	if (!ability_of(r, a, &able) || ed_analytic_told(a, &r->told) == 0) {
		(void)snprintf(why, WHY_MAX, "nothing on the input is in the scope of %s", a->id);
		return true;
	}
	missing = able.missing_needs |
		  (able.idle_tunables >> tunable & 1 ?
			   a->tunable_needs[tunable] & ~ed_analytic_told(a, &r->told) :
			   0);
	if (missing) {
		unsigned bit = (unsigned)__builtin_ctz(missing);

		(void)snprintf(why, WHY_MAX, "the input does not tell %s (%s)", ed_field_name(bit),
			       ed_field_help(bit));
	}
	return missing != 0;
}

static void print_idle(const struct ed_analytic *a, const char *tunable, const char *group,
		       const char *why, FILE *f)
{
	char shown[SETTING_SHOWN_MAX];

	(void)fprintf(f, "earthdog: %s.%s%s%s has no effect: %s\n", a->id, tunable,
		      group ? "@" : "", group ? ed_text_escape(group, shown, sizeof(shown)) : "",
		      why);
}

/* True when the setting in @row is not what it is by default. */
static bool was_made(const struct ed_option *row, const void *conf, const void *defaults)
{
	char text[2][64];

	if (row->type == ED_OPT_STRING) {
		const char *value, *def;

		memcpy(&value, (const char *)conf + row->offset, sizeof(value));
		memcpy(&def, (const char *)defaults + row->offset, sizeof(def));
		return strcmp(value ? value : "", def ? def : "") != 0;
	}
	(void)ed_option_print(row, conf, text[0], sizeof(text[0]));
	(void)ed_option_print(row, defaults, text[1], sizeof(text[1]));
	return strcmp(text[0], text[1]) != 0;
}

static unsigned idle_settings_of(const struct ed_scan_config *conf, const struct ed_scan_result *r,
				 size_t analytic, FILE *f)
{
	_Alignas(16) uint8_t defaults[ED_ANALYTIC_CONF_MAX] = { 0 };
	const struct ed_analytic *a = ed_analytics[analytic];
	char why[WHY_MAX];
	unsigned n = 0;

	ed_options_default(a->tunables, defaults);
	for (unsigned i = 0; a->tunables[i].name; i++) {
		if (!was_made(&a->tunables[i], conf->analytic_conf[analytic], defaults) ||
		    !is_idle(r, a, i, why))
			continue;
		print_idle(a, a->tunables[i].name, NULL, why, f);
		n++;
	}
	return n;
}

unsigned ed_abilities_idle_settings(const struct ed_scan_config *conf,
				    const struct ed_scan_result *r, FILE *f)
{
	char why[WHY_MAX];
	unsigned n = 0;

	for (size_t i = 0; ed_analytics[i]; i++)
		n += idle_settings_of(conf, r, i, f);
	for (unsigned i = 0; i < conf->groups.n_settings; i++) {
		const struct ed_group_setting *s = &conf->groups.setting[i];
		const struct ed_analytic *a = ed_analytics[s->analytic];
		const char *group = conf->groups.group[s->group].text;
		bool idle = is_idle(r, a, (unsigned)(s->option - a->tunables), why);

		if (!idle && !(r->groups >> s->group & 1)) {
			(void)snprintf(why, sizeof(why), "no client on the input is in it");
			idle = true;
		}
		if (idle)
			print_idle(a, s->option->name, group, why, f);
		n += idle;
	}
	return n;
}
