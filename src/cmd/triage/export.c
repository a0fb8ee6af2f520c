/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions as examples for the calibration; see export.h. */
#include "cmd/triage/export.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/json_out.h"
#include "cmd/out/text.h"
#include "cmd/run/ledger.h"
#include "store/query.h"

enum { TEXT_MAX_BYTES = 64 << 20, SET_MAX = 1 << 25, HASH_KEY = 1 };

/* Which (client, domain, day) were seen. */
struct pairs {
	struct ed_hash_set set;
	int unreadable;
};

static bool count_pair(void *arg, const struct ed_query_row *row)
{
	struct pairs *p = arg;
	uint64_t day = (uint64_t)(row->first_ns / ED_STORE_DAY_NS);
	uint64_t hash = ed_hash_bytes(row->name.wire + row->zone_off,
				      row->name.n - (size_t)row->zone_off, HASH_KEY);

	hash = ed_hash_pair(hash, ed_hash_bytes(&row->client, sizeof(row->client), HASH_KEY));
	hash = ed_hash_pair(hash, day + ((uint64_t)row->net_tag << 32));
	(void)ed_hash_set_add(&p->set, hash);
	return !p->set.full && p->set.error == 0;
}

static void note_trouble(void *arg, const char *file, int error)
{
	struct pairs *p = arg;

	(void)file;
	p->unreadable = error;
}

/* One list of scores after the other. */
struct scores {
	struct ed_json *j;
	uint64_t n, n_left_out;
};

static bool put_score(void *arg, const struct ed_ledger_alert *a)
{
	struct scores *s = arg;

	if (*a->drill || isnan(a->score_bits) || strcmp(a->verdict, "policy") == 0) {
		s->n_left_out++;
		return true;
	}
	ed_json_f64(s->j, NULL, a->score_bits);
	s->n++;
	return true;
}

static int put_scores(struct ed_ledger *l, enum ed_triage_state state, struct scores *s)
{
	const struct ed_ledger_filter f = { .states = 1U << state };
	int r;

	s->n = 0;
	ed_json_array(s->j, state == ED_TRIAGE_CONFIRMED ? "site" : NULL);
	r = ed_ledger_alerts(l, &f, put_score, s);
	ed_json_array_end(s->j);
	return r;
}

static int put_all(struct ed_ledger *l, const struct pairs *pairs, struct scores *s,
		   uint64_t ret_n[static 2])
{
	struct ed_json *j = s->j;
	int r;

	ed_json_array(j, NULL);
	ed_json_object(j, NULL);
	ed_json_array(j, "site");
	ed_json_u64(j, NULL, pairs->set.n);
	r = put_scores(l, ED_TRIAGE_FALSE_POSITIVE, s);
	ret_n[0] = s->n;
	ed_json_array_end(j);
	ed_json_object_end(j);
	ed_json_object(j, NULL);
	if (r == 0)
		r = put_scores(l, ED_TRIAGE_CONFIRMED, s);
	ret_n[1] = s->n;
	ed_json_object_end(j);
	ed_json_object(j, NULL);
	ed_json_object_end(j);
	ed_json_array_end(j);
	return r;
}

static int count_pairs(const char *store, struct pairs *ret)
{
	const struct ed_query_hooks hooks = { .arg = ret,
					      .row = count_pair,
					      .trouble = note_trouble };
	struct ed_query_account account;
	struct ed_query q;
	int r;

	ed_query_init(&q);
	r = ed_query_run(store, &q, &hooks, &account);
	return r ? r : ret->set.error;
}

static enum ed_exit say(const struct pairs *p, const struct scores *s, const uint64_t n[static 2])
{
	ed_cmd_say("%" PRIu64 " false positives among %zu client-domain-days, %" PRIu64
		   " confirmed; %" PRIu64 " left out (drills, and what was not weighed)",
		   n[0], p->set.n, n[1], s->n_left_out);
	if (p->set.full)
		ed_cmd_say("there are more client-domain-days than are counted");
	if (p->unreadable)
		ed_cmd_say("a day of the history could not be read: %s",
			   ed_store_error(p->unreadable));
	return p->set.full || p->unreadable ? ED_EXIT_DAMAGED : ED_EXIT_OK;
}

enum ed_exit ed_triage_export(struct ed_ledger *l, const char *store, FILE *f)
{
	enum ed_exit status = ED_EXIT_FAILURE;
	struct pairs pairs = { .unreadable = 0 };
	struct ed_buf text;
	struct ed_json j;
	struct scores s = { .j = &j };
	uint64_t n[2];
	int r;

	ed_hash_set_init(&pairs.set, SET_MAX);
	r = count_pairs(store, &pairs);
	ed_buf_init(&text, TEXT_MAX_BYTES);
	ed_json_init(&j, &text);
	if (r == 0)
		r = put_all(l, &pairs, &s, n);
	if (r == 0 && text.full)
		r = -ENOMEM;
	if (r == 0) {
		(void)fprintf(f, "%s\n", text.p);
		status = say(&pairs, &s, n);
	} else {
		ed_cmd_say_store(store, r);
	}
	ed_buf_done(&text);
	ed_hash_set_done(&pairs.set);
	return status;
}
