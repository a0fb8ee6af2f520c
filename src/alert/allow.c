/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that hide alerts: what they say of an alert. How they are read is in allow_read.c. */
#include "alert/allow_int.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"

/* Of the lookups of an alert, to be of one kind: what is left may be stray. */
static const double TYPE_SHARE = 0.9;

/* A month may hold this many days' worth, as the ceilings have it. */
static const double DAYS_A_MONTH = 3.5;

const char *const ed_allow_keys[ED_ALLOW_KEYS + 1] = {
	[ED_ALLOW_SUFFIX] = "suffix",   [ED_ALLOW_CLIENT] = "client",
	[ED_ALLOW_HOST] = "host",       [ED_ALLOW_ROLE] = "role",
	[ED_ALLOW_PROCESS] = "process", [ED_ALLOW_ANALYTIC] = "analytic",
	[ED_ALLOW_TYPE] = "type",       NULL,
};

const char *ed_allow_hash(const struct ed_allow *a)
{
	return a->hash;
}

size_t ed_allow_n_rows(const struct ed_allow *a)
{
	return a->n_rows;
}

const struct ed_allow_row *ed_allow_row(const struct ed_allow *a, size_t i)
{
	return &a->rows[i];
}

void ed_allow_free(struct ed_allow *a)
{
	if (!a)
		return;
	ed_yaml_free(a->yaml);
	free(a->rows);
	free(a->values);
	free(a);
}

/* Bytes that are not told change nothing. */
static double fact(const struct ed_evidence *e, const char *name)
{
	double value = ed_evidence_get(e, name, 0);

	return isfinite(value) && value > 0 ? value : 0;
}

void ed_allow_subject_of(const struct ed_alert *alert, struct ed_allow_subject *ret)
{
	*ret = (struct ed_allow_subject){
		.analytic = ed_span_str(alert->analytic ? alert->analytic : ""),
		.client = alert->client,
		.domain = alert->domain,
		.host = ed_actor_text(&alert->actor, ED_TEXT_HOST),
		.process = ed_actor_text(&alert->actor, ED_TEXT_IMAGE),
		.role = alert->asset_role,
		.verdict = alert->verdict,
		.txt_share = (double)NAN,
		.names_share = (double)NAN,
		.rare_share = (double)NAN,
		.said_bytes = (double)alert->bytes_up,
	};
	for (uint32_t i = 0; i < alert->n_evidence; i++) {
		const struct ed_evidence *e = &alert->evidence[i];

		if (!e->family)
			continue;
		if (strcmp(e->family, "structure") == 0) {
			ret->txt_share = ed_evidence_get(e, "txt_share", (double)NAN);
			ret->names_share = ed_evidence_get(e, "cname_mx_srv_share", (double)NAN);
			ret->rare_share = ed_evidence_get(e, "rare_types_share", (double)NAN);
		} else if (strcmp(e->family, "volume") == 0) {
			ret->said_bytes = fmax(ret->said_bytes + fact(e, "repeat_bytes"),
					       fact(e, "answer_information_bytes"));
			ret->month_bytes = fact(e, "information_30d_bytes");
		}
	}
}

/* ----------------------------------------------------------------- matching */

static bool same_text(struct ed_span a, const char *b)
{
	size_t n = strlen(b);

	if (a.n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (ed_to_lower(a.p[i]) != ed_to_lower((uint8_t)b[i]))
			return false;
	}
	return true;
}

/* The whole path, or where the rule names no folder the last part of it. */
static bool is_process(struct ed_span image, const char *rule)
{
	if (image.n == 0)
		return false;
	return same_text(strpbrk(rule, "/\\") ? image : ed_image_base(image), rule);
}

/* As it is, or the first label where one of the two has no more. */
static bool is_host(struct ed_span host, const char *rule)
{
	const uint8_t *dot = host.n > 0 ? memchr(host.p, '.', host.n) : NULL;

	if (host.n == 0)
		return false;
	if (same_text(host, rule))
		return true;
	return dot && !strchr(rule, '.') && same_text(ed_span_of(host.p, dot - host.p), rule);
}

static bool is_in_network(const struct ed_addr *a, const struct ed_addr_prefix *p)
{
	uint64_t w[2];

	memcpy(w, a->b, sizeof(w));
	return ed_addr_known(a) && (w[0] & p->mask[0]) == p->value[0] &&
	       (w[1] & p->mask[1]) == p->value[1];
}

static bool is_type(const struct ed_allow_subject *s, unsigned type)
{
	switch (type) {
	case ED_ALLOW_TYPE_TXT:
		return s->txt_share >= TYPE_SHARE;
	case ED_ALLOW_TYPE_NAMES:
		return s->names_share >= TYPE_SHARE;
	case ED_ALLOW_TYPE_RARE:
		return s->rare_share >= TYPE_SHARE;
	default:
		return s->txt_share + s->names_share + s->rare_share <= 1 - TYPE_SHARE;
	}
}

static bool fits(const struct ed_allow_value *v, const struct ed_allow_subject *s)
{
	switch (v->key) {
	case ED_ALLOW_SUFFIX:
		return s->domain.n > 0 &&
		       ed_name_within(ed_name_span(&s->domain), ed_name_span(&v->name));
	case ED_ALLOW_CLIENT:
		return is_in_network(&s->client, &v->client);
	case ED_ALLOW_HOST:
		return is_host(s->host, v->text);
	case ED_ALLOW_ROLE:
		return s->role == v->number;
	case ED_ALLOW_PROCESS:
		return is_process(s->process, v->text);
	case ED_ALLOW_ANALYTIC:
		return ed_span_is(s->analytic, v->text);
	default:
		return is_type(s, v->number);
	}
}

static bool is_within_bound(const struct ed_allow_row *row, const struct ed_allow_subject *s)
{
	if (s->verdict != ED_VERDICT_BOUND)
		return true;
	return s->said_bytes <= row->bound_bytes &&
	       s->month_bytes <= DAYS_A_MONTH * row->bound_bytes;
}

bool ed_allow_row_hides(const struct ed_allow *a, size_t i, const struct ed_allow_subject *s)
{
	const struct ed_allow_row *row = &a->rows[i];
	unsigned asked = 0, met = 0; /* bit ED_ALLOW_* */

	for (size_t k = row->values; k < row->values + row->n_values; k++) {
		asked |= 1U << a->values[k].key;
		if (fits(&a->values[k], s))
			met |= 1U << a->values[k].key;
	}
	return asked == met && is_within_bound(row, s);
}

const struct ed_allow_row *ed_allow_match(const struct ed_allow *a,
					  const struct ed_allow_subject *s)
{
	for (size_t i = 0; i < a->n_rows; i++) {
		if (!a->rows[i].is_expired && ed_allow_row_hides(a, i, s))
			return &a->rows[i];
	}
	return NULL;
}

void ed_allow_each_suffix(const struct ed_allow *a, size_t row,
			  void (*each)(void *arg, const struct ed_name *suffix), void *arg)
{
	const struct ed_allow_row *r = &a->rows[row];

	for (size_t i = r->values; i < r->values + r->n_values; i++) {
		if (a->values[i].key == ED_ALLOW_SUFFIX)
			each(arg, &a->values[i].name);
	}
}

void ed_allow_describe(const struct ed_allow *a, size_t row, char *ret, size_t n)
{
	const struct ed_allow_row *r = &a->rows[row];
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = r->values; i < r->values + r->n_values && used < n; i++) {
		const struct ed_allow_value *v = &a->values[i];
		bool more = i > r->values && v[-1].key == v->key;

		used += (size_t)snprintf(ret + used, n - used, "%s%s%s%s",
					 i == r->values ? "" :
					 more           ? "|" :
							  ", ",
					 more ? "" : ed_allow_keys[v->key], more ? "" : " ",
					 v->text);
	}
	for (; *ret; ret++) {
		if (*ret < 0x20 || *ret > 0x7e)
			*ret = '?';
	}
}
