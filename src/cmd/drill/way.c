/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a drill through a scan; see way.h. */
#include "cmd/drill/way.h"

#include <errno.h>
#include <stdlib.h>

#include "base/time.h"
#include "cmd/out/text.h"
#include "cmd/run/keeping.h"
#include "store/ledger.h"

/* One run over the drill's file and what was named beside it. */
struct run {
	const struct ed_drill_way *way;
	const struct ed_drill_task *task;
	size_t row; /* of the analytic */
	const char **paths;
	size_t n_paths;
	struct ed_drills *drills; /* of this one drill */
	struct ed_drill_watch *watch;
	char trouble[ED_DRILL_WHY_MAX]; /* the first with a source; "": none */
	struct ed_scan_config conf;     /* of the run that counts; its alerts borrow from it */
};

static void run_done(struct run *r)
{
	ed_reading_done(&r->conf);
	ed_drill_watch_free(r->watch);
	free(r->drills);
	free(r->paths);
}

static int run_init(struct run *r, const struct ed_drill_way *way, const struct ed_drill_task *task)
{
	memset(r, 0, sizeof(*r));
	r->way = way;
	r->task = task;
	r->paths = calloc(way->n_paths + 1, sizeof(*r->paths));
	r->drills = calloc(1, sizeof(*r->drills));
	if (!r->paths || !r->drills)
		return -ENOMEM;
	for (size_t i = 0; i < way->n_paths; i++)
		r->paths[r->n_paths++] = way->paths[i];
	if (task->path)
		r->paths[r->n_paths++] = task->path;
	ed_drills_add(r->drills, task->drill);
	return ed_drill_watch_new(r->drills, &r->watch);
}

static void note_trouble(void *arg, const struct ed_scan_trouble *t)
{
	struct run *r = arg;
	char shown[ED_PATH_TEXT_MAX / 4];

	if (!r->trouble[0])
		(void)snprintf(r->trouble, sizeof(r->trouble), "%s: %.256s",
			       ed_text_escape(t->path, shown, sizeof(shown)), t->what);
}

/* Scans as @o says. The result is to be released on 0; what hides its alerts is not to be asked. */
static int scan(const struct run *r, const struct ed_reading *o, struct ed_scan_result *ret,
		char error[static ED_READING_ERROR_MAX])
{
	struct ed_scan_config conf;
	int n = ed_reading_config(o, r->paths, r->n_paths, &conf, error);

	if (n < 0)
		return n;
	ed_drill_watch_add(r->watch, &conf);
	n = ed_scan_run(&conf, NULL, ret, error);
	ed_reading_done(&conf);
	return n;
}

/* The same, and what it finds is kept where the options say. */
static int scan_and_keep(struct run *r, struct ed_scan_result *ret, bool *ret_kept,
			 char error[static ED_READING_ERROR_MAX])
{
	const struct ed_reading *o = r->way->reading;
	const struct ed_scan_hooks hooks = { .arg = r, .trouble = note_trouble };
	struct ed_keeping keeping;
	int n;

	*ret_kept = false;
	if (!ed_keeping_begin(o, &r->conf, &keeping)) {
		(void)snprintf(error, ED_READING_ERROR_MAX, "the store cannot be used");
		return -EINVAL;
	}
	ed_drill_watch_add(r->watch, &r->conf);
	n = ed_scan_run(&r->conf, &hooks, ret, error);
	if (n == 0)
		ed_drills_mark(r->drills, ret->alerts, ret->n_alerts);
	*ret_kept = ed_keeping_end(&keeping, n == 0 ? ret : NULL);
	return n;
}

/* ------------------------------------------------------------------ alerts */

static bool is_alert(const struct ed_alert *a)
{
	return a && a->level >= ED_LEVEL_MEDIUM;
}

static const struct ed_alert *alert_of(const struct run *r, const struct ed_scan_result *result)
{
	return ed_drill_alert(result, r->task->drill, ed_analytics[r->row]->id);
}

static void note_alert(const struct ed_alert *a, struct ed_drill_outcome *ret)
{
	const struct ed_first_alert *first = &a->first_raised;

	ret->is_alerted = true;
	memcpy(ret->alert_id, a->id, sizeof(ret->alert_id));
	ret->level = a->level;
	ret->verdict = a->verdict;
	if (first->time_ns == ED_TIME_UNKNOWN_NS)
		return;
	ret->n_names_first = first->n_names;
	ret->first_s = (double)(first->time_ns - a->start_ns) / (double)ED_NS_PER_S;
}

/* True when @a is graver than what the outcome has, or was there much sooner. */
static bool is_better(const struct ed_alert *a, const struct ed_drill_outcome *o)
{
	if (!is_alert(a))
		return false;
	if (!o->is_alerted || o->level < ED_LEVEL_MEDIUM || a->level > o->level)
		return true;
	return a->first_raised.n_names * 2 < o->n_names_first;
}

/* ------------------------------------------------------------------ trying */

/* Changes the options that may keep an alert away; false: it is not given. */
struct suspect {
	const char *option; /* as for people; NULL: the @n-th --set */
	void (*drop)(struct ed_reading *o);
	bool (*is_given)(const struct ed_reading *o);
};

static void drop_inventory(struct ed_reading *o)
{
	o->inventory.n = 0;
}

static bool has_inventory(const struct ed_reading *o)
{
	return o->inventory.n > 0;
}

static void drop_resolvers(struct ed_reading *o)
{
	o->sanctioned_resolvers = NULL;
}

static bool has_resolvers(const struct ed_reading *o)
{
	return o->sanctioned_resolvers != NULL;
}

static void drop_psl(struct ed_reading *o)
{
	o->psl = NULL;
}

static bool has_psl(const struct ed_reading *o)
{
	return o->psl != NULL;
}

static const struct suspect suspects[] = {
	{ "--inventory", drop_inventory, has_inventory },
	{ "--sanctioned-resolvers", drop_resolvers, has_resolvers },
	{ "--psl", drop_psl, has_psl },
};

enum { N_SUSPECTS = sizeof(suspects) / sizeof(suspects[0]) };

/* What the same input gives with the options @o; false: no better. A run that fails is no better.
 */
static bool helps(const struct run *r, const struct ed_reading *o,
		  const struct ed_drill_outcome *outcome, uint64_t *ret_n_names)
{
	char error[ED_READING_ERROR_MAX];
	struct ed_scan_result result;
	const struct ed_alert *a;
	bool better;

	if (scan(r, o, &result, error) < 0)
		return false;
	a = alert_of(r, &result);
	better = is_better(a, outcome);
	if (better)
		*ret_n_names = a->first_raised.n_names;
	ed_scan_done(&result);
	return better;
}

static void without_set(const struct ed_reading *o, size_t i, struct ed_reading *ret)
{
	*ret = *o;
	memmove(&ret->set.v[i], &ret->set.v[i + 1], (ret->set.n - i - 1) * sizeof(ret->set.v[0]));
	ret->set.n--;
}

/* The first option without which there is an alert, or a graver or a much earlier one. */
static bool find_option(const struct run *r, const struct ed_drill_outcome *outcome,
			char ret[static ED_DRILL_WHY_MAX], uint64_t *ret_n_names)
{
	const struct ed_reading *o = r->way->reading;
	struct ed_reading *own = malloc(sizeof(*own));
	char shown[ED_PATH_TEXT_MAX / 2];
	bool found = false;

	if (!own)
		return false;
	for (size_t i = 0; i < o->set.n && !found; i++) {
		without_set(o, i, own);
		found = helps(r, own, outcome, ret_n_names);
		if (found)
			(void)snprintf(ret, ED_DRILL_WHY_MAX, "--set %s",
				       ed_text_escape(o->set.v[i], shown, sizeof(shown)));
	}
	for (size_t i = 0; i < N_SUSPECTS && !found; i++) {
		if (!suspects[i].is_given(o))
			continue;
		*own = *o;
		suspects[i].drop(own);
		found = helps(r, own, outcome, ret_n_names);
		if (found)
			(void)snprintf(ret, ED_DRILL_WHY_MAX, "%s", suspects[i].option);
	}
	free(own);
	return found;
}

/* The drill's file alone, when there was more to read. */
static bool helps_alone(struct run *r, const struct ed_drill_outcome *outcome)
{
	const char **all = r->paths;
	size_t n = r->n_paths;
	uint64_t n_names;
	bool better;

	if (!r->task->path || n < 2)
		return false;
	r->paths += n - 1;
	r->n_paths = 1;
	better = helps(r, r->way->reading, outcome, &n_names);
	r->paths = all;
	r->n_paths = n;
	return better;
}

/* ----------------------------------------------------------------- judging */

/* There is no alert, or a low one: why? */
static enum ed_drill_step judge_missing(struct run *r, const struct ed_scan_result *result,
					struct ed_drill_outcome *ret)
{
	const struct ed_alert *other = ed_drill_alert(result, r->task->drill, NULL);
	char option[ED_DRILL_WHY_MAX];
	const char *id = ed_analytics[r->row]->id;
	uint64_t n_names;

	if (find_option(r, ret, option, &n_names)) {
		(void)snprintf(
			ret->why, sizeof(ret->why),
			"%.640s keeps the alert away: without it there is one after %llu names",
			option, (unsigned long long)n_names);
		return ED_DRILL_SETTING;
	}
	if (helps_alone(r, ret))
		(void)snprintf(ret->why, sizeof(ret->why),
			       "read alone it is alerted, beside the other input it is not");
	else if (is_alert(other))
		(void)snprintf(ret->why, sizeof(ret->why), "%s says nothing, %s does", id,
			       other->analytic);
	else if (ret->is_alerted)
		(void)snprintf(ret->why, sizeof(ret->why), "%s finds it, but only as %s", id,
			       ed_level_name(ret->level));
	else
		(void)snprintf(ret->why, sizeof(ret->why),
			       "%s sees all its lookups and raises no alert", id);
	return ED_DRILL_ALERT;
}

/* Is it shown to somebody? */
static enum ed_drill_step judge_shown(const struct run *r, const struct ed_alert *a,
				      struct ed_drill_outcome *ret)
{
	const char *min_level = r->way->reading->min_level;
	enum ed_level min = ED_LEVEL_LOW;
	char path[ED_PATH_TEXT_MAX / 4], reason[ED_PATH_TEXT_MAX / 4];

	if (min_level && ed_level_from_name(min_level, &min) && ret->level < (uint8_t)min) {
		(void)snprintf(ret->why, sizeof(ret->why),
			       "the alert is %s, and --min-level %s leaves it out",
			       ed_level_name(ret->level), ed_level_name(min));
		return ED_DRILL_SHOWN;
	}
	if (a->suppressed && !r->way->reading->show_suppressed) {
		(void)snprintf(ret->why, sizeof(ret->why),
			       "the rule in line %u of %.300s hides it: %s", a->suppressed->line,
			       ed_text_escape(r->way->reading->allow, path, sizeof(path)),
			       ed_text_escape(a->suppressed->reason, reason, sizeof(reason)));
		return ED_DRILL_SHOWN;
	}
	return ED_DRILL_STEPS_END;
}

static bool note_found(void *arg, const struct ed_ledger_alert *a)
{
	(void)a;
	*(bool *)arg = true;
	return false;
}

/* Can it be read from the store again? */
static enum ed_drill_step judge_store(const struct run *r, bool kept, struct ed_drill_outcome *ret)
{
	const struct ed_ledger_conf conf = { .dir = r->way->reading->store,
					     .mode = ED_LEDGER_READ };
	const struct ed_ledger_filter filter = { .id = ret->alert_id };
	char error[ED_STORE_ERROR_MAX], shown[ED_STORE_ERROR_MAX];
	struct ed_ledger *ledger;
	bool found = false;
	int n;

	if (!conf.dir)
		return ED_DRILL_STEPS_END;
	if (!kept) {
		(void)snprintf(ret->why, sizeof(ret->why), "not everything could be kept");
		return ED_DRILL_STORE;
	}
	n = ed_ledger_open(&conf, &ledger, error);
	if (n == 0) {
		n = ed_ledger_alerts(ledger, &filter, note_found, &found);
		ed_ledger_close(ledger);
		(void)snprintf(error, sizeof(error), "%s",
			       n ? ed_store_error(n) : "the alert is not there");
	}
	if (n == 0 && found)
		return ED_DRILL_STEPS_END;
	(void)snprintf(ret->why, sizeof(ret->why), "%s",
		       ed_text_escape(error, shown, sizeof(shown)));
	return ED_DRILL_STORE;
}

static enum ed_drill_step judge_alert(struct run *r, const struct ed_scan_result *result, bool kept,
				      struct ed_drill_outcome *ret)
{
	const struct ed_alert *a = alert_of(r, result);
	const char *fault = a ? ed_drill_known_fault(r->task->drill, a) : NULL;
	char option[ED_DRILL_WHY_MAX];
	enum ed_drill_step step;
	uint64_t n_names;

	if (a)
		note_alert(a, ret);
	if (!is_alert(a))
		return judge_missing(r, result, ret);
	if (fault)
		(void)snprintf(ret->weaker, sizeof(ret->weaker),
			       "its alert counts like any other: %s", fault);
	else if (find_option(r, ret, option, &n_names))
		(void)snprintf(ret->weaker, sizeof(ret->weaker), "without %.640s after %llu names",
			       option, (unsigned long long)n_names);
	step = judge_shown(r, a, ret);
	return step == ED_DRILL_STEPS_END ? judge_store(r, kept, ret) : step;
}

static int judge_file(const struct run *r, struct ed_drill_outcome *ret)
{
	struct ed_drill_account account;
	int n;

	if (!r->task->path)
		return 0;
	n = ed_drill_account_file(&r->conf, r->task->path, &account);
	if (n < 0)
		return n;
	ret->format = account.format;
	ret->n_records = account.records.n_read;
	ret->n_analysed = account.records.n_analysed;
	static_assert((int)ED_DRILL_WHY_MAX >= 256, "a reason fits");
	ret->step = ed_drill_judge_account(&account, r->task->format, ret->why);
	return 0;
}

/* The names that come out without --from and --to. */
static uint32_t names_at_any_time(const struct run *r)
{
	struct ed_reading *own = malloc(sizeof(*own));
	char error[ED_READING_ERROR_MAX];
	struct ed_scan_result result;
	uint32_t n = 0;

	if (!own)
		return 0;
	*own = *r->way->reading;
	own->from_ns = own->to_ns = 0;
	if (scan(r, own, &result, error) == 0) {
		n = ed_drill_watch_seen(r->watch, 0)->n_names;
		ed_scan_done(&result);
	}
	free(own);
	return n;
}

/* Not all names are there, and it is not known in which file they should be. */
static enum ed_drill_step judge_absent(const struct run *r, const struct ed_scan_result *result,
				       struct ed_drill_outcome *ret)
{
	const struct ed_reading *o = r->way->reading;
	uint32_t n_asked = r->task->drill->n_names, n_all = 0;
	char records[ED_COUNT_TEXT_MAX];

	ed_text_count(result->records.n_read, records);
	if (result->records.n_read == 0) {
		(void)snprintf(ret->why, sizeof(ret->why), "not a record was read: %.700s",
			       r->trouble[0] ? r->trouble : "the input is empty");
		return ED_DRILL_READ;
	}
	if (o->from_ns != 0 || o->to_ns != 0)
		n_all = names_at_any_time(r);
	if (n_all > ret->seen.n_names) {
		(void)snprintf(ret->why, sizeof(ret->why),
			       "%u of its %u names are there, %u of them between --from and --to",
			       n_all, n_asked, ret->seen.n_names);
		return ED_DRILL_TIME;
	}
	(void)snprintf(ret->why, sizeof(ret->why),
		       "of its %u names %u are in the %s records that were read%s%.500s", n_asked,
		       ret->seen.n_names, records, r->trouble[0] ? "; " : "", r->trouble);
	return ED_DRILL_NAMES;
}

/* The analytic that was asked for, or the one that speaks about most of the lookups. */
static size_t choose_row(const struct ed_drill_task *task, const struct ed_drill_seen *seen)
{
	size_t best = ed_analytic_row_of(ED_PLATFORM_NETWORK);

	if (task->row != ED_DRILL_ANY_ROW)
		return task->row;
	for (size_t i = 0; ed_analytics[i]; i++) {
		if (seen->n_in_scope[i] > seen->n_in_scope[best])
			best = i;
	}
	return best;
}

static void judge_run(struct run *r, const struct ed_scan_result *result, bool kept,
		      struct ed_drill_outcome *ret)
{
	/* before other runs are watched */
	ret->seen = *ed_drill_watch_seen(r->watch, 0);
	r->row = choose_row(r->task, &ret->seen);
	ret->row = r->row;
	ret->step = ed_drill_judge_seen(&ret->seen, r->task->drill, r->row, ret->why);
	if (ret->step == ED_DRILL_NAMES && !r->task->path)
		ret->step = judge_absent(r, result, ret);
	if (ret->step == ED_DRILL_STEPS_END)
		ret->step = judge_alert(r, result, kept, ret);
	else if (alert_of(r, result))
		note_alert(alert_of(r, result), ret);
}

/* The options or what they name cannot be used. */
static void note_setup(const char *error, struct ed_drill_outcome *ret)
{
	(void)ed_text_escape(error, ret->why, sizeof(ret->why));
	ret->step = ED_DRILL_SETUP;
}

static int take(struct run *r, struct ed_drill_outcome *ret,
		char error[static ED_READING_ERROR_MAX])
{
	struct ed_scan_result result;
	bool kept;
	int n;

	error[0] = '\0';
	if (ed_reading_config(r->way->reading, r->paths, r->n_paths, &r->conf, error) < 0) {
		note_setup(error, ret);
		return 0;
	}
	n = judge_file(r, ret);
	if (n < 0 || ret->step != ED_DRILL_STEPS_END)
		return n;
	n = scan_and_keep(r, &result, &kept, error);
	if (n < 0 && n != -ENOMEM) {
		note_setup(error, ret);
		return 0;
	}
	if (n == 0) {
		judge_run(r, &result, kept, ret);
		ed_scan_done(&result);
	}
	return n;
}

int ed_drill_way_take(const struct ed_drill_way *way, const struct ed_drill_task *task,
		      struct ed_drill_outcome *ret, char error[static ED_READING_ERROR_MAX])
{
	struct run r;
	int n = run_init(&r, way, task);

	memset(ret, 0, sizeof(*ret));
	ret->step = ED_DRILL_STEPS_END;
	ret->row = choose_row(task, &ret->seen);
	(void)snprintf(error, ED_READING_ERROR_MAX, "no memory");
	if (n == 0)
		n = take(&r, ret, error);
	run_done(&r);
	return n;
}
