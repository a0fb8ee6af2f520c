/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that hide alerts, out of YAML; see allow.h. What is not understood is never passed over: a
 * rule that does less than its writer thinks is a nuisance, one that does more hides a tunnel.
 *
 *	schema: 1
 *	allow:
 *	  - { suffix: vendor.example, client: [10.1.0.0/16, 10.2.0.7], role: server,
 *	      reason: "ticket 4711", owner: soc, expires: 2027-03-01, bound: 100KiB }
 */
#include "alert/allow_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "conf/nearest.h"
#include "conf/option.h"
#include "record/rrtype.h"

enum { SCHEMA = 1, DATE_N = 10, DAY_S = 86400, SCOPES_THAT_NARROW = 5 };

static const char *const other_keys[] = { "reason", "owner", "expires", "bound", NULL };
static const char *const top_keys[] = { "schema", "allow", NULL };

/* "did you mean" among up to two lists of names. */
static int fail_unknown(const struct ed_yaml_node *node, const char *const *a, const char *const *b,
			struct ed_yaml_fault *fault)
{
	struct ed_nearest near;

	ed_nearest_init(&near, node->key);
	for (; *a; a++)
		ed_nearest_offer(&near, *a);
	for (; b && *b; b++)
		ed_nearest_offer(&near, *b);
	if (near.best)
		return ed_yaml_fail(node, true, fault,
				    "there is no key \"%.48s\"; did you mean \"%s\"?", node->key,
				    near.best);
	return ed_yaml_fail(node, true, fault, "there is no key \"%.48s\"", node->key);
}

static const char *clean_text(const struct ed_yaml_node *node)
{
	return node->kind == ED_YAML_SCALAR ? node->text : "";
}

/* ------------------------------------------------------------------- scopes */

static int read_suffix(const struct ed_yaml_node *node, struct ed_allow_value *v,
		       struct ed_yaml_fault *fault)
{
	const char *text = node->text;

	/* "*.x" and ".x" are written for x and what lies below it. */
	if (strncmp(text, "*.", 2) == 0)
		text += 2;
	else if (text[0] == '.' && text[1])
		text++;
	if (ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, &v->name) != 0 || v->name.n < 2)
		return ed_yaml_fail(node, false, fault, "\"%.64s\" is no domain name", node->text);
	ed_name_lower(v->name.wire, v->name.n, v->name.wire);
	return 0;
}

static int read_client(const struct ed_yaml_node *node, struct ed_allow_value *v,
		       struct ed_yaml_fault *fault)
{
	struct ed_addr_set one = { .n = 0 };

	if (ed_addr_set_add(&one, ed_span_str(node->text)) < 0)
		return ed_yaml_fail(node, false, fault,
				    "\"%.64s\" is neither an address nor a network", node->text);
	v->client = one.prefix[0];
	return 0;
}

static int read_role(const struct ed_yaml_node *node, struct ed_allow_value *v,
		     struct ed_yaml_fault *fault)
{
	struct ed_nearest near;

	ed_nearest_init(&near, node->text);
	for (unsigned i = ED_ASSET_UNKNOWN + 1; i < ED_ASSET_ROLE_N; i++) {
		v->number = (uint8_t)i;
		if (strcmp(ed_asset_role_name(i), node->text) == 0)
			return 0;
		ed_nearest_offer(&near, ed_asset_role_name(i));
	}
	return ed_yaml_fail(node, false, fault, "there is no role \"%.48s\"%s%s%s", node->text,
			    near.best ? "; did you mean \"" : "", near.best ? near.best : "",
			    near.best ? "\"?" : "");
}

/* The registry of analytics lies elsewhere; all of them are called so. */
static int read_analytic(const struct ed_yaml_node *node, struct ed_yaml_fault *fault)
{
	const char *text = node->text;

	if (strlen(text) == 6 && strncmp(text, "AN", 2) == 0 && strspn(text + 2, "0123456789") == 4)
		return 0;
	return ed_yaml_fail(node, false, fault, "\"%.48s\" is no analytic, like AN1124", text);
}

static int read_type(const struct ed_yaml_node *node, struct ed_allow_value *v,
		     struct ed_yaml_fault *fault)
{
	static const struct {
		const char *name;
		enum ed_allow_type type;
	} kinds[] = {
		{ "TXT", ED_ALLOW_TYPE_TXT },     { "SPF", ED_ALLOW_TYPE_TXT },
		{ "CNAME", ED_ALLOW_TYPE_NAMES }, { "MX", ED_ALLOW_TYPE_NAMES },
		{ "SRV", ED_ALLOW_TYPE_NAMES },   { "NULL", ED_ALLOW_TYPE_RARE },
		{ "KEY", ED_ALLOW_TYPE_RARE },
	};
	uint16_t type;

	if (!ed_rrtype_from_name(ed_span_str(node->text), &type))
		return ed_yaml_fail(node, false, fault, "\"%.48s\" is no record type", node->text);
	v->number = ED_ALLOW_TYPE_OTHER;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint16_t known;

		if (ed_rrtype_from_name(ed_span_str(kinds[i].name), &known) && known == type)
			v->number = (uint8_t)kinds[i].type;
	}
	if (type >= 65280)
		v->number = ED_ALLOW_TYPE_RARE;
	return 0;
}

static int read_value(struct ed_allow *a, unsigned key, const struct ed_yaml_node *node,
		      struct ed_yaml_fault *fault)
{
	struct ed_allow_value *v = &a->values[a->n_values];

	if (a->n_values == a->cap_values)
		return ed_yaml_fail(node, false, fault, "too many rules");
	if (node->kind != ED_YAML_SCALAR || !*node->text)
		return ed_yaml_fail(node, false, fault, "a value is missing");
	*v = (struct ed_allow_value){ .key = (uint8_t)key, .text = node->text };
	a->n_values++;
	switch (key) {
	case ED_ALLOW_SUFFIX:
		return read_suffix(node, v, fault);
	case ED_ALLOW_CLIENT:
		return read_client(node, v, fault);
	case ED_ALLOW_ROLE:
		return read_role(node, v, fault);
	case ED_ALLOW_ANALYTIC:
		return read_analytic(node, fault);
	case ED_ALLOW_TYPE:
		return read_type(node, v, fault);
	default:
		return 0;
	}
}

/* One value, or a list of them. */
static int read_scope(struct ed_allow *a, unsigned key, const struct ed_yaml_node *node,
		      struct ed_yaml_fault *fault)
{
	int r = 0;

	if (node->kind != ED_YAML_SEQUENCE)
		return read_value(a, key, node, fault);
	if (node->n == 0)
		return ed_yaml_fail(node, false, fault, "an empty list hides nothing");
	for (const struct ed_yaml_node *item = node->first; item && r == 0; item = item->next)
		r = read_value(a, key, item, fault);
	return r;
}

/* --------------------------------------------------------------------- rows */

/* A day counts to its end. */
static int read_expires(const struct ed_yaml_node *node, int64_t *ret, struct ed_yaml_fault *fault)
{
	const char *text = clean_text(node);
	size_t n = strlen(text);
	char midnight[DATE_N + sizeof("T00:00:00Z")];

	if (n == DATE_N) {
		(void)snprintf(midnight, sizeof(midnight), "%sT00:00:00Z", text);
		if (ed_time_from_text(ed_span_str(midnight), ret)) {
			*ret += DAY_S * ED_NS_PER_S;
			return 0;
		}
	} else if (ed_time_from_text(ed_span_str(text), ret)) {
		return 0;
	}
	return ed_yaml_fail(node, false, fault, "\"%.48s\" is no date, like 2027-03-01", text);
}

static int read_bound(const struct ed_yaml_node *node, double *ret, struct ed_yaml_fault *fault)
{
	static const struct ed_option row = {
		.name = "bound", .type = ED_OPT_SIZE, .min = 1, .max = 0x1p40
	};
	char reason[ED_OPTION_ERROR_MAX];
	uint64_t bytes = 0;

	if (ed_option_set(&row, &bytes, clean_text(node), reason) < 0)
		return ed_yaml_fail(node, false, fault, "bound: %s", reason);
	*ret = (double)bytes;
	return 0;
}

static int read_words(const struct ed_yaml_node *node, const char **ret,
		      struct ed_yaml_fault *fault)
{
	*ret = clean_text(node);
	if ((*ret)[strspn(*ret, " \t")])
		return 0;
	return ed_yaml_fail(node, false, fault, "%s is empty", node->key);
}

static int read_field(struct ed_allow *a, struct ed_allow_row *row, const struct ed_yaml_node *node,
		      struct ed_yaml_fault *fault)
{
	for (unsigned key = 0; key < ED_ALLOW_KEYS; key++) {
		if (strcmp(node->key, ed_allow_keys[key]) == 0)
			return read_scope(a, key, node, fault);
	}
	if (strcmp(node->key, "reason") == 0)
		return read_words(node, &row->says.reason, fault);
	if (strcmp(node->key, "owner") == 0)
		return read_words(node, &row->says.owner, fault);
	if (strcmp(node->key, "expires") == 0)
		return read_expires(node, &row->says.expires_ns, fault);
	if (strcmp(node->key, "bound") == 0)
		return read_bound(node, &row->bound_bytes, fault);
	return fail_unknown(node, ed_allow_keys, other_keys, fault);
}

/* Every rule is narrow by something, and answers for itself. */
static int check_row(const struct ed_allow *a, const struct ed_allow_row *row,
		     const struct ed_yaml_node *node, struct ed_yaml_fault *fault)
{
	unsigned narrow = 0;

	for (size_t i = row->values; i < row->values + row->n_values; i++)
		narrow += a->values[i].key < SCOPES_THAT_NARROW;
	if (narrow == 0)
		return ed_yaml_fail(node, false, fault,
				    "a rule must say whom or what it is about: suffix, client, "
				    "host, role or process");
	if (!row->says.reason)
		return ed_yaml_fail(node, false, fault, "a rule needs a reason");
	if (!row->says.owner)
		return ed_yaml_fail(node, false, fault, "a rule needs an owner");
	if (row->says.expires_ns == ED_TIME_UNKNOWN_NS)
		return ed_yaml_fail(node, false, fault, "a rule needs a day on which it expires");
	return 0;
}

static int read_row(struct ed_allow *a, const struct ed_yaml_node *node,
		    struct ed_yaml_fault *fault)
{
	struct ed_allow_row *row = &a->rows[a->n_rows];
	int r = 0;

	if (node->kind != ED_YAML_MAPPING)
		return ed_yaml_fail(node, false, fault, "a rule is a mapping: { suffix: ... }");
	*row = (struct ed_allow_row){ .values = a->n_values, .says = { .line = node->line } };
	for (const struct ed_yaml_node *f = node->first; f && r == 0; f = f->next)
		r = read_field(a, row, f, fault);
	row->n_values = a->n_values - row->values;
	if (r == 0)
		r = check_row(a, row, node, fault);
	row->is_expired = row->says.expires_ns <= a->now_ns;
	a->n_rows += r == 0;
	return r;
}

static int read_rows(struct ed_allow *a, const struct ed_yaml_node *list,
		     struct ed_yaml_fault *fault)
{
	int r = 0;

	if (list->kind == ED_YAML_SCALAR && !*list->text)
		return 0; /* "allow:" and nothing below it */
	if (list->kind != ED_YAML_SEQUENCE)
		return ed_yaml_fail(list, false, fault, "allow must be a list of rules");
	if (list->n > ED_ALLOW_ROWS_MAX)
		return ed_yaml_fail(list, false, fault, "more than %d rules", ED_ALLOW_ROWS_MAX);
	a->cap_values = ED_ALLOW_VALUES_MAX < 64 + list->n * 64 ? ED_ALLOW_VALUES_MAX :
								  64 + list->n * 64;
	a->rows = calloc(list->n + 1, sizeof(*a->rows));
	a->values = calloc(a->cap_values, sizeof(*a->values));
	if (!a->rows || !a->values)
		return -ENOMEM;
	for (const struct ed_yaml_node *row = list->first; row && r == 0; row = row->next)
		r = read_row(a, row, fault);
	return r;
}

static int check_schema(const struct ed_yaml_node *node, struct ed_yaml_fault *fault)
{
	if (strcmp(clean_text(node), "1") == 0)
		return 0;
	return ed_yaml_fail(node, false, fault, "schema \"%.48s\": this program reads schema %d",
			    clean_text(node), SCHEMA);
}

static int read_document(struct ed_allow *a, struct ed_yaml_fault *fault)
{
	const struct ed_yaml_node *root = ed_yaml_root(a->yaml);
	int r = 0;

	if (!root || (root->kind == ED_YAML_SCALAR && !*root->text))
		return 0; /* no rules yet */
	if (root->kind != ED_YAML_MAPPING)
		return ed_yaml_fail(root, false, fault, "must begin with \"allow:\"");
	for (const struct ed_yaml_node *f = root->first; f && r == 0; f = f->next) {
		if (strcmp(f->key, "allow") == 0)
			r = read_rows(a, f, fault);
		else if (strcmp(f->key, "schema") == 0)
			r = check_schema(f, fault);
		else if (!ed_yaml_field(root, "allow")) /* else a configuration */
			r = fail_unknown(f, top_keys, NULL, fault);
	}
	return r;
}

static void hash_text(struct ed_span text, char ret[static ED_SHA256_TEXT])
{
	uint8_t hash[ED_SHA256_BYTES];
	struct ed_sha256 h;

	ed_sha256_init(&h);
	ed_sha256_add(&h, text);
	ed_sha256_done(&h, hash);
	ed_sha256_to_text(hash, ret);
}

int ed_allow_parse(struct ed_span text, int64_t now_ns, struct ed_allow **ret,
		   struct ed_yaml_fault *ret_fault)
{
	struct ed_allow *a = calloc(1, sizeof(*a));
	int r;

	*ret = NULL;
	*ret_fault = (struct ed_yaml_fault){ .text = "" };
	if (!a)
		return -ENOMEM;
	a->now_ns = now_ns;
	hash_text(text, a->hash);
	r = ed_yaml_parse(text, &a->yaml, ret_fault);
	if (r == 0)
		r = read_document(a, ret_fault);
	if (r == 0)
		*ret = a;
	else
		ed_allow_free(a);
	return r;
}
