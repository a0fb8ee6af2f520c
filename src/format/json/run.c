/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learning the runs of a JSON log; see run.h. A value joins a run when it is the one that its
 * key had before and the key has never had two; a key that is seen for the first time ends what is
 * being learned, because nothing is known of it yet.
 */
#include "format/json/run.h"

void ed_json_runs_start(struct ed_json_runs *runs, const struct ed_json_text *t, uint16_t where)
{
	struct ed_json_run *r = &runs->draft;

	if (runs->left == 0)
		return;
	runs->start = t->p;
	runs->from = (uint8_t)t->last;
	r->where = where;
	r->last = (uint8_t)t->last;
	r->n_values = 0;
	r->n_keys = 0;
}

/* True when a value in @r is of a key whose values change. */
static bool is_stale(const struct ed_json_runs *runs, const struct ed_json_run *r)
{
	for (unsigned i = 0; i < r->n_keys; i++) {
		if (runs->memo[r->key[i] - 1].changes)
			return true;
	}
	return r->where == 0;
}

/* Keeps the draft, which ends before @end. */
static void finish(struct ed_json_runs *runs, const uint8_t *end, bool closes)
{
	size_t n = (size_t)(end - runs->start);
	struct ed_json_run *to = runs->run[runs->from];
	unsigned way = 0;

	if (n > 0 && n <= ED_JSON_RUN_BYTES_MAX) {
		while (way < ED_JSON_RUN_WAYS && !is_stale(runs, &to[way]))
			way++;
		if (way == ED_JSON_RUN_WAYS)
			way = runs->turn[runs->from]++ % ED_JSON_RUN_WAYS;
		runs->draft.n = (uint16_t)n;
		runs->draft.closes = closes;
		memcpy(runs->draft.text, runs->start, n);
		to[way] = runs->draft;
		runs->left--;
	}
	runs->start = NULL;
}

/* Notes the value of @item. True: it is what the key always had. */
static bool is_constant(struct ed_json_runs *runs, const struct ed_json_run_item *item)
{
	struct ed_json_run_memo *m = &runs->memo[item->key - 1];
	unsigned place = ed_json_run_place(runs->draft.where);
	size_t n = (size_t)(item->end - item->colon);

	if (m->changes)
		return false;
	if (n == 0) {
		m->changes = true;
		return false;
	}
	if (!m->is_seen && n <= sizeof(m->text)) {
		m->is_seen = true;
		m->place = (uint8_t)place;
		m->n = (uint8_t)n;
		memcpy(m->text, item->colon, n);
		return true;
	}
	m->changes = m->n != n || m->place != place || memcmp(m->text, item->colon, n) != 0 ||
		     memchr(item->colon, '\\', n) != NULL;
	return !m->changes;
}

/* The value becomes part of the run. False: there is no room. */
static bool join(struct ed_json_runs *runs, const struct ed_json_run_item *item)
{
	struct ed_json_run *r = &runs->draft;

	if ((size_t)(item->end - runs->start) > ED_JSON_RUN_BYTES_MAX - ED_JSON_KEY_BYTES_MAX ||
	    r->n_keys == ED_JSON_RUN_KEYS_MAX ||
	    (item->slot > 0 && r->n_values == ED_JSON_RUN_VALUES_MAX))
		return false;
	r->key[r->n_keys++] = (uint8_t)item->key;
	r->last = (uint8_t)item->key;
	if (item->slot > 0)
		r->value[r->n_values++] = (struct ed_json_run_value){
			.at = (uint16_t)(item->value.p - runs->start),
			.n = (uint8_t)item->value.n,
			.slot = item->slot,
		};
	return true;
}

void ed_json_runs_item(struct ed_json_runs *runs, const struct ed_json_run_item *item)
{
	bool is_new;

	if (!runs->start)
		return;
	if (item->key == 0) {
		runs->start = NULL;
		return;
	}
	is_new = !runs->memo[item->key - 1].is_seen && !runs->memo[item->key - 1].changes;
	if (is_constant(runs, item)) {
		if (is_new)
			runs->start = NULL;
		if (is_new || join(runs, item))
			return;
	}
	runs->draft.last = (uint8_t)item->key;
	runs->draft.code = item->code;
	finish(runs, item->colon, false);
}

void ed_json_runs_close(struct ed_json_runs *runs, const uint8_t *p)
{
	if (runs->start)
		finish(runs, p, true);
	runs->start = NULL;
}
