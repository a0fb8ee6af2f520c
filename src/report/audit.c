/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting audit evidence from a ledger, and what there is to say about it; see audit.h. */
#include "report/audit.h"

#include "base/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- collecting */

static char *keep(struct ed_audit *a, const char *text)
{
	char *copy = strndup(text ? text : "", ED_AUDIT_TEXT_MAX);

	a->no_memory |= !copy;
	return copy;
}

static bool take_setting(void *arg, const struct ed_ledger_setting *s, int64_t since_ns,
			 const char *who)
{
	struct ed_audit *a = arg;

	if (a->n_settings == ED_AUDIT_SETTINGS_MAX)
		return false;
	a->settings[a->n_settings++] = (struct ed_audit_setting){
		.name = keep(a, s->name),
		.value = keep(a, s->value),
		.def = keep(a, s->def),
		.who = keep(a, who),
		.since_ns = since_ns,
	};
	return !a->no_memory;
}

static void count_alert(struct ed_audit *a, const struct ed_ledger_alert *told)
{
	a->n_alerts_all++;
	if (told->drill[0]) {
		a->n_drilled++;
		return;
	}
	if (told->suppressed[0]) {
		a->n_suppressed++;
		return;
	}
	a->n_by[told->level][told->state]++;
	a->n_grown += told->has_grown;
	if (told->level >= ED_LEVEL_HIGH && told->state == ED_TRIAGE_OPEN &&
	    (a->oldest_open_ns == 0 || told->start_ns < a->oldest_open_ns))
		a->oldest_open_ns = told->start_ns;
}

static bool take_alert(void *arg, const struct ed_ledger_alert *told)
{
	struct ed_audit *a = arg;

	if (told->level >= ED_LEVEL_N || told->state >= ED_TRIAGE_N)
		return true;
	count_alert(a, told);
	if (a->n_alerts == ED_AUDIT_ALERTS_MAX)
		return true;
	a->alerts[a->n_alerts++] = (struct ed_audit_alert){
		.id = keep(a, told->id),
		.analytic = keep(a, told->analytic),
		.client = keep(a, told->client),
		.domain = keep(a, told->domain),
		.who = keep(a, told->who),
		.reason = keep(a, told->reason),
		.suppressed = keep(a, told->suppressed),
		.drill = keep(a, told->drill),
		.level = told->level,
		.state = told->state,
		.has_grown = told->has_grown,
		.start_ns = told->start_ns,
		.end_ns = told->end_ns,
		.decided_ns = told->decided_ns,
		.n_queries = told->n_queries,
		.n_names = told->n_names,
		.bytes_up = told->bytes_up,
	};
	return !a->no_memory;
}

static void free_entry(struct ed_audit_entry *e)
{
	free(e->who);
	free(e->action);
	free(e->subject);
	free(e->detail);
}

static bool take_row(void *arg, const struct ed_audit_row *row)
{
	struct ed_audit *a = arg;
	struct ed_audit_list *list = &a->trail;
	struct ed_audit_entry *at;

	if (strcmp(row->action, "setting") == 0)
		list = &a->changes;
	else if (strcmp(row->action, "drill-result") == 0)
		list = &a->drills;
	at = &list->v[list->n_all++ % ED_AUDIT_ENTRIES_MAX];
	if (list->n_all > ED_AUDIT_ENTRIES_MAX)
		free_entry(at);
	else
		list->n++;
	*at = (struct ed_audit_entry){
		.id = row->id,
		.time_ns = row->time_ns,
		.who = keep(a, row->who),
		.action = keep(a, row->action),
		.subject = keep(a, row->subject),
		.detail = keep(a, row->detail),
	};
	return !a->no_memory;
}

static int by_id(const void *x, const void *y)
{
	const struct ed_audit_entry *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

static bool make_lists(struct ed_audit *a)
{
	struct ed_audit_list *const lists[] = { &a->changes, &a->drills, &a->trail };
	bool good = true;

	a->settings = calloc(ED_AUDIT_SETTINGS_MAX, sizeof(*a->settings));
	a->alerts = calloc(ED_AUDIT_ALERTS_MAX, sizeof(*a->alerts));
	for (size_t i = 0; i < 3; i++) {
		lists[i]->v = calloc(ED_AUDIT_ENTRIES_MAX, sizeof(*lists[i]->v));
		good = good && lists[i]->v;
	}
	return good && a->settings && a->alerts;
}

int ed_audit_make(const struct ed_audit_conf *conf, struct ed_ledger *l, struct ed_audit *ret)
{
	const struct ed_ledger_filter every = { .id = NULL };
	int r;

	*ret = (struct ed_audit){ .conf = *conf };
	if (!make_lists(ret))
		return -ENOMEM;
	r = ed_ledger_settings_each(l, take_setting, ret);
	if (r == 0)
		r = ed_ledger_alerts(l, &every, take_alert, ret);
	if (r == 0)
		r = ed_ledger_audit_each(l, NULL, take_row, ret);
	if (r == 0)
		r = ed_ledger_verify(l, &ret->proof);
	if (r == 0 && ret->no_memory)
		r = -ENOMEM;
	qsort(ret->changes.v, ret->changes.n, sizeof(*ret->changes.v), by_id);
	qsort(ret->drills.v, ret->drills.n, sizeof(*ret->drills.v), by_id);
	qsort(ret->trail.v, ret->trail.n, sizeof(*ret->trail.v), by_id);
	return r;
}

static void free_list(struct ed_audit_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free_entry(&list->v[i]);
	free(list->v);
}

static void free_alert(struct ed_audit_alert *a)
{
	free(a->id);
	free(a->analytic);
	free(a->client);
	free(a->domain);
	free(a->who);
	free(a->reason);
	free(a->suppressed);
	free(a->drill);
}

void ed_audit_done(struct ed_audit *a)
{
	for (size_t i = 0; i < a->n_settings; i++) {
		free(a->settings[i].name);
		free(a->settings[i].value);
		free(a->settings[i].def);
		free(a->settings[i].who);
	}
	for (size_t i = 0; i < a->n_alerts; i++)
		free_alert(&a->alerts[i]);
	free(a->settings);
	free(a->alerts);
	free_list(&a->changes);
	free_list(&a->drills);
	free_list(&a->trail);
	*a = (struct ed_audit){ .n_settings = 0 };
}

bool ed_audit_field(const char *json, const char *key, char *ret, size_t n)
{
	char wanted[64];
	const char *p;
	size_t used = 0;

	/* A quote within a text of ours is \", so this is found nowhere but at a key. */
	(void)snprintf(wanted, sizeof(wanted), "\"%s\":\"", key);
	p = strstr(json, wanted);
	if (!p)
		return false;
	for (p += strlen(wanted); *p && *p != '"' && used < n - 1; p++) {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		ret[used++] = *p;
	}
	ret[used] = '\0';
	return true;
}
