/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that hide alerts; see allow_file.h. Alerts that a store keeps are text:
 *	{...,"rule":{"id":"AN1124"},"source":{"ip":"10.0.0.9"},"host":{"name":"web1"},
 *	 "dns":{"question":{"registered_domain":"evil.example"}},"process":{"executable":"/bin/x"},
 *	 "earthdog":{"verdict":"bound","asset":{"role":"server"},"evidence":[{"family":"volume",...
 */
#include "engine/allow_file.h"

#include "base/file.h"
#include "engine/alert_file.h"
#include "engine/psl_file.h"
#include "enrich/zone.h"
#include "engine/json_path.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HASH_KEY = 1 };

int ed_allow_file_load(const char *path, int64_t now_ns, struct ed_allow **ret,
		       char error[static ED_ALLOW_FILE_ERROR_MAX])
{
	struct ed_yaml_fault fault;
	struct ed_span text;
	uint8_t *bytes;
	int r;

	*ret = NULL;
	r = ed_file_read(path, ED_YAML_MAX_BYTES, &bytes, &text.n);
	if (r < 0) {
		(void)snprintf(error, ED_ALLOW_FILE_ERROR_MAX, "%.256s: %s", path, strerror(-r));
		return r;
	}
	text.p = bytes;
	r = ed_allow_parse(text, now_ns, ret, &fault);
	free(bytes);
	if (r == -ENOMEM)
		(void)snprintf(error, ED_ALLOW_FILE_ERROR_MAX, "no memory");
	if (r == -EINVAL)
		ed_yaml_fault_print(path, &fault, error, ED_ALLOW_FILE_ERROR_MAX);
	return r;
}

void ed_allow_apply(const struct ed_allow *a, struct ed_alert *alerts, size_t n)
{
	for (size_t i = 0; i < n && a; i++) {
		const struct ed_allow_row *row;
		struct ed_allow_subject s;

		ed_allow_subject_of(&alerts[i], &s);
		row = ed_allow_match(a, &s);
		alerts[i].suppressed = row ? &row->says : NULL;
	}
}

/* ------------------------------------------------------------------ breadth */

struct ed_allow_breadth {
	struct ed_psl *psl;
};

struct judging {
	const struct ed_allow_breadth *breadth;
	const char *why;
};

int ed_allow_breadth_new(const char *psl_path, struct ed_allow_breadth **ret,
			 char error[static 256])
{
	struct ed_allow_breadth *b = calloc(1, sizeof(*b));
	int r;

	*ret = NULL;
	(void)snprintf(error, 256, "no memory");
	if (!b)
		return -ENOMEM;
	r = ed_psl_file_load(psl_path, HASH_KEY, &b->psl, error);
	if (r < 0)
		ed_allow_breadth_free(b);
	else
		*ret = b;
	return r;
}

void ed_allow_breadth_free(struct ed_allow_breadth *b)
{
	if (!b)
		return;
	ed_psl_free(b->psl);
	free(b);
}

static void judge_suffix(void *arg, const struct ed_name *suffix)
{
	struct judging *j = arg;
	struct ed_zone_cut cut;

	ed_zone_cut(j->breadth->psl, ed_span_of(suffix->wire, suffix->n), &cut);
	if (cut.kind == ED_ZONE_SUFFIX)
		j->why = "it is a public suffix: anybody can get a name below it";
	else if (cut.kind == ED_ZONE_SINGLE)
		j->why = "it is a single label";
	else if ((cut.kind == ED_ZONE_REVERSE || cut.kind == ED_ZONE_ARPA) &&
		 cut.n_labels_below == 0 && cut.off == 0 && suffix->n <= 14)
		j->why = "it holds all reverse lookups of a family";
}

const char *ed_allow_breadth_of(const struct ed_allow_breadth *b, const struct ed_allow *a,
				size_t row)
{
	struct judging j = { .breadth = b };

	ed_allow_each_suffix(a, row, judge_suffix, &j);
	return j.why;
}

/* -------------------------------------------------------------- kept alerts */

struct ed_allow_reader {
	struct ed_json_reader *json;
	char *text; /* a copy with the padding that the reader wants; owned */
};

int ed_allow_reader_new(struct ed_allow_reader **ret)
{
	struct ed_allow_reader *r = calloc(1, sizeof(*r));

	*ret = r;
	if (!r)
		return -ENOMEM;
	r->text = calloc(1, ED_ALERT_LINE_MAX_BYTES + ED_JSON_PADDING_BYTES);
	if (r->text && ed_json_reader_new(ED_ALERT_LINE_MAX_BYTES, &r->json) == 0)
		return 0;
	ed_allow_reader_free(r);
	*ret = NULL;
	return -ENOMEM;
}

void ed_allow_reader_free(struct ed_allow_reader *r)
{
	if (!r)
		return;
	if (r->json)
		ed_json_reader_free(r->json);
	free(r->text);
	free(r);
}

/* The number @key of the facts in @evidence; NAN when there is none. */
static double fact_of(const struct ed_json_value *evidence, const char *key)
{
	struct ed_json_value v;

	if (!ed_json_find(evidence, "facts", &v) || !ed_json_find(&v, key, &v) ||
	    v.type != ED_JSON_NUMBER)
		return (double)NAN;
	return v.number;
}

static double or_nothing(double v)
{
	return v > 0 ? v : 0;
}

static void read_evidence(const struct ed_json_value *root, struct ed_allow_subject *ret)
{
	struct ed_json_value list, e;
	struct ed_span unused;

	if (!ed_json_find(root, "earthdog.evidence", &list) || list.type != ED_JSON_ARRAY)
		return;
	while (ed_json_next(&list.walk, &unused, &e)) {
		struct ed_span family = ed_json_text_at(&e, "family");

		if (ed_span_is(family, "structure")) {
			ret->txt_share = fact_of(&e, "txt_share");
			ret->names_share = fact_of(&e, "cname_mx_srv_share");
			ret->rare_share = fact_of(&e, "rare_types_share");
		} else if (ed_span_is(family, "volume")) {
			ret->said_bytes = fmax(ret->said_bytes +
						       or_nothing(fact_of(&e, "repeat_bytes")),
					       or_nothing(fact_of(&e, "answer_information_bytes")));
			ret->month_bytes = or_nothing(fact_of(&e, "information_30d_bytes"));
		}
	}
}

static uint8_t role_of(struct ed_span name)
{
	for (unsigned i = 0; i < ED_ASSET_ROLE_N; i++) {
		if (ed_span_is(name, ed_asset_role_name(i)))
			return (uint8_t)i;
	}
	return ED_ASSET_UNKNOWN;
}

static uint8_t verdict_of(struct ed_span name)
{
	for (unsigned i = 0; i < ED_VERDICT_N; i++) {
		if (ed_span_is(name, ed_verdict_name(i)))
			return (uint8_t)i;
	}
	return ED_VERDICT_BOUND; /* the one that is shown when in doubt */
}

bool ed_allow_read_body(struct ed_allow_reader *r, const char *body, struct ed_allow_subject *ret)
{
	size_t n = strlen(body);
	struct ed_json_value root, v;
	struct ed_span domain;

	*ret = (struct ed_allow_subject){ .txt_share = (double)NAN,
					  .names_share = (double)NAN,
					  .rare_share = (double)NAN };
	if (n > ED_ALERT_LINE_MAX_BYTES)
		return false;
	memcpy(r->text, body, n);
	memset(r->text + n, 0, ED_JSON_PADDING_BYTES);
	if (ed_json_read(r->json, ed_span_of(r->text, n), &root) != 0 ||
	    root.type != ED_JSON_OBJECT)
		return false;
	ret->analytic = ed_json_text_at(&root, "rule.id");
	ret->host = ed_json_text_at(&root, "host.name");
	ret->process = ed_json_text_at(&root, "process.executable");
	ret->role = role_of(ed_json_text_at(&root, "earthdog.asset.role"));
	ret->verdict = verdict_of(ed_json_text_at(&root, "earthdog.verdict"));
	(void)ed_addr_from_text(ed_json_text_at(&root, "source.ip"), &ret->client);
	domain = ed_json_text_at(&root, "dns.question.registered_domain");
	if (domain.n > 0 && ed_name_from_text(domain, ED_NAME_MASTER, &ret->domain) == 0)
		ed_name_lower(ret->domain.wire, ret->domain.n, ret->domain.wire);
	if (ed_json_find(&root, "earthdog.information.bytes_up", &v) && v.type == ED_JSON_NUMBER)
		ret->said_bytes = v.number;
	read_evidence(&root, ret);
	return true;
}
