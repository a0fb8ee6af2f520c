/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scan in the audit trail; see keeping_audit.h. The settings are the mutable elements of all
 * analytics, those for a part of the machines, and the options below: what changes the alerts or
 * what is kept of them.
 */
#include "cmd/run/keeping_audit.h"

#include <errno.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "cmd/run/settings.h"
#include "engine/allow_file.h"

enum {
	VALUE_MAX = 4096,
	NAME_MAX_BYTES = ED_SETTING_KEY_MAX + ED_GROUP_TEXT_MAX,
	INPUTS_SHOWN = 64,
	SETTINGS_MAX = 512,
};

static const char *const options[] = { "input-format",
				       "inventory",
				       "sanctioned-resolvers",
				       "organisation-zones",
				       "psl",
				       "allow",
				       "memory",
				       "keep",
				       "keep-size",
				       "history-grain" };

struct line {
	char name[NAME_MAX_BYTES], value[VALUE_MAX], def[VALUE_MAX];
};

/* All settings, as text. */
struct lines {
	size_t n;
	struct line line[SETTINGS_MAX];
	struct ed_ledger_setting setting[SETTINGS_MAX];
};

/* The rules are what the file held, not what it is called. */
static void add_allow(const struct ed_reading *o, const struct ed_scan_config *conf,
		      struct line *line)
{
	size_t n = strlen(line->value);

	if (o->allow && conf->allow)
		(void)snprintf(line->value + n, sizeof(line->value) - n, " (%zu rules, sha256 %s)",
			       ed_allow_n_rows(conf->allow), ed_allow_hash(conf->allow));
}

/* NULL: there is no more room. */
static struct line *next_line(struct lines *l)
{
	struct line *line = &l->line[l->n];

	if (l->n == SETTINGS_MAX)
		return NULL;
	l->setting[l->n++] = (struct ed_ledger_setting){ .name = line->name,
							 .value = line->value,
							 .def = line->def };
	return line;
}

static void add_options(const struct ed_reading *o, const struct ed_scan_config *conf,
			struct lines *l)
{
	static struct ed_reading def; /* the defaults do not change */

	ed_options_default(ed_reading_options, &def);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *near;
		const struct ed_option *row = ed_option_find(ed_reading_options, options[i], &near);
		struct line *line = row ? next_line(l) : NULL;

		if (!line)
			continue;
		(void)snprintf(line->name, sizeof(line->name), "%s", options[i]);
		(void)ed_option_print(row, o, line->value, sizeof(line->value));
		(void)ed_option_print(row, &def, line->def, sizeof(line->def));
		if (strcmp(row->name, "allow") == 0)
			add_allow(o, conf, line);
	}
}

static void add_tunables(const struct ed_scan_config *conf, const struct ed_scan_config *def,
			 struct lines *l)
{
	for (size_t i = 0; ed_analytics[i]; i++) {
		for (const struct ed_option *row = ed_analytics[i]->tunables; row->name; row++) {
			struct line *line = next_line(l);

			if (!line)
				return;
			(void)snprintf(line->name, sizeof(line->name), "%s.%s", ed_analytics[i]->id,
				       row->name);
			(void)ed_option_print(row, conf->analytic_conf[i], line->value,
					      sizeof(line->value));
			(void)ed_option_print(row, def->analytic_conf[i], line->def,
					      sizeof(line->def));
		}
	}
}

static void add_groups(const struct ed_groups *g, struct lines *l)
{
	for (unsigned i = 0; i < g->n_settings; i++) {
		const struct ed_group_setting *s = &g->setting[i];
		struct line *line = next_line(l);

		if (!line)
			return;
		(void)snprintf(line->name, sizeof(line->name), "%s.%s@%s",
			       ed_analytics[s->analytic]->id, s->option->name,
			       g->group[s->group].text);
		(void)snprintf(line->value, sizeof(line->value), "%s", s->value);
	}
}

static void add_version(struct lines *l)
{
	struct line *line = next_line(l);

	(void)snprintf(line->name, sizeof(line->name), "earthdog");
	(void)snprintf(line->value, sizeof(line->value), "%s", ED_VERSION);
	(void)snprintf(line->def, sizeof(line->def), "%s", ED_VERSION);
}

static int note_settings(struct ed_ledger *l, const struct ed_reading *o,
			 const struct ed_scan_config *conf)
{
	struct lines *lines = calloc(1, sizeof(*lines));
	struct ed_scan_config *def = aligned_alloc(_Alignof(struct ed_scan_config), sizeof(*def));
	size_t n_changed;
	int r = -ENOMEM;

	if (lines && def) {
		ed_scan_config_init(def);
		add_version(lines);
		add_options(o, conf, lines);
		add_tunables(conf, def, lines);
		add_groups(&conf->groups, lines);
		r = ed_ledger_settings(l, lines->setting, lines->n, &n_changed);
	}
	free(def);
	free(lines);
	return r;
}

static void put_records(struct ed_json *j, const struct ed_tally *t)
{
	ed_json_object(j, "records");
	ed_json_u64(j, "read", t->n_read);
	ed_json_u64(j, "analysed", t->n_analysed);
	ed_json_object(j, "dropped");
	for (unsigned i = 0; i < ED_DROP_N; i++) {
		if (t->n_dropped[i] > 0)
			ed_json_u64(j, ed_drop_name(i), t->n_dropped[i]);
	}
	ed_json_object_end(j);
	ed_json_object_end(j);
}

static void put_alerts(struct ed_json *j, const struct ed_scan_result *result)
{
	uint64_t n[ED_LEVEL_N] = { 0 }, n_suppressed = 0;

	for (size_t i = 0; i < result->n_alerts; i++) {
		n[result->alerts[i].level]++;
		n_suppressed += result->alerts[i].suppressed != NULL;
	}
	ed_json_object(j, "alerts");
	for (unsigned i = 0; i < ED_LEVEL_N; i++) {
		if (n[i] > 0)
			ed_json_u64(j, ed_level_name(i), n[i]);
	}
	ed_json_object_end(j);
	if (n_suppressed > 0)
		ed_json_u64(j, "suppressed", n_suppressed);
}

static void put_scan(struct ed_json *j, const struct ed_scan_config *conf,
		     const struct ed_scan_result *result)
{
	ed_json_object(j, NULL);
	ed_json_str(j, "version", ED_VERSION);
	ed_json_array(j, "inputs");
	for (size_t i = 0; i < conf->n_paths && i < INPUTS_SHOWN; i++)
		ed_json_utf8(j, NULL, conf->paths[i]);
	ed_json_array_end(j);
	if (conf->n_paths > INPUTS_SHOWN)
		ed_json_u64(j, "inputs_not_named", conf->n_paths - INPUTS_SHOWN);
	if (conf->from_ns != 0)
		ed_json_time(j, "from", conf->from_ns);
	if (conf->to_ns != 0)
		ed_json_time(j, "to", conf->to_ns);
	ed_json_u64(j, "files", result->n_files);
	ed_json_u64(j, "bytes", result->bytes);
	put_records(j, &result->records);
	put_alerts(j, result);
	if (result->interrupted)
		ed_json_bool(j, "interrupted", true);
	if (result->damaged)
		ed_json_bool(j, "damaged_input", true);
	ed_json_object_end(j);
}

int ed_keeping_audit(struct ed_ledger *l, const struct ed_reading *o,
		     const struct ed_scan_config *conf, const struct ed_scan_result *result)
{
	struct ed_buf text;
	struct ed_json j;
	int r = note_settings(l, o, conf);

	if (r != 0)
		return r;
	ed_buf_init(&text, ED_LEDGER_TEXT_MAX_BYTES);
	ed_json_init(&j, &text);
	put_scan(&j, conf, result);
	r = ed_ledger_audit(l, "scan", conf->n_paths > 0 ? conf->paths[0] : "", text.p);
	ed_buf_done(&text);
	return r;
}
