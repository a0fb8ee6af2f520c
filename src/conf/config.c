/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file as options; see config.h. Settings of analytics become --set:
 *
 *	overrides:
 *	  - match: { role: mail }                  --set AN1124.QueryRatePerClient@role:mail=200/s
 *	    AN1124: { QueryRatePerClient: 200/s }
 */
#include "conf/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/nearest.h"

enum { NAME_MAX_N = 64, VALUE_MAX = 1 << 16, TEXTS_MAX = 1 << 14, SELECTOR_MAX = 64 };

struct ed_config {
	struct ed_yaml *yaml;
	const char *path; /* borrowed */
	char **texts;     /* values that stand so nowhere in the file; owned */
	size_t n_texts, cap_texts;
};

/* What a walk over the file needs at every step. */
struct walk {
	struct ed_config *config;
	const struct ed_config_taker *taker;
	struct ed_yaml_fault *fault;
};

/* What a match can ask for, and what stands behind the @ of --set. */
static const struct {
	const char *key, *selector;
} matches[] = {
	{ "role", "role:" }, { "network", "network:" }, { "host", "host:" }, { "client", "" }
};

static const char *const own_keys[] = { "schema", "analytics", "overrides", NULL };

/* ------------------------------------------------------------------- values */

/* Takes what @b holds; NULL: too much, or no memory. */
static const char *keep(struct ed_config *c, struct ed_buf *b)
{
	char *text = b->full ? NULL : strdup(b->p ? b->p : "");

	ed_buf_done(b);
	if (text && c->n_texts == c->cap_texts) {
		size_t cap = c->cap_texts ? 2 * c->cap_texts : 16;
		char **texts = cap <= TEXTS_MAX ? reallocarray(c->texts, cap, sizeof(*texts)) :
						  NULL;

		if (!texts) {
			free(text);
			return NULL;
		}
		c->texts = texts;
		c->cap_texts = cap;
	}
	if (text)
		c->texts[c->n_texts++] = text;
	return text;
}

/* A scalar, or a list of them with commas between. */
static int join(const struct walk *w, const struct ed_yaml_node *node, struct ed_buf *b)
{
	const struct ed_yaml_node *item = node->kind == ED_YAML_SEQUENCE ? node->first : node;

	if (node->kind == ED_YAML_MAPPING)
		return ed_yaml_fail(node, false, w->fault, "%.48s needs a value, not keys",
				    node->key);
	for (bool first = true; item; item = item->next, first = false) {
		if (item->kind != ED_YAML_SCALAR || !*item->text)
			return ed_yaml_fail(item, false, w->fault, "a value is missing");
		ed_buf_puts(b, first ? "" : ",");
		ed_buf_puts(b, item->text);
		if (node->kind != ED_YAML_SEQUENCE)
			break;
	}
	return 0;
}

static int take(const struct walk *w, const struct ed_option *row, const char *value,
		const struct ed_yaml_node *node)
{
	char error[ED_OPTION_ERROR_MAX];

	if (!value)
		return ed_yaml_fail(node, false, w->fault, "too much for one value");
	if (w->taker->take(w->taker->arg, row, value, error) < 0)
		return ed_yaml_fail(node, false, w->fault, "%s", error);
	return 0;
}

static const struct ed_option *find(const struct walk *w, const char *name)
{
	const char *near;

	return w->taker->find(w->taker->arg, name, &near);
}

/* --------------------------------------------------- settings of analytics */

static int give_setting(const struct walk *w, const char *analytic, const char *selector,
			const struct ed_yaml_node *node)
{
	const struct ed_option *row = find(w, "set");
	struct ed_buf b;
	int r;

	if (!row)
		return ed_yaml_fail(node, true, w->fault, "nothing can be set here");
	ed_buf_init(&b, VALUE_MAX);
	ed_buf_printf(&b, "%s.%s%s%s=", analytic, node->key, *selector ? "@" : "", selector);
	r = join(w, node, &b);
	if (r < 0) {
		ed_buf_done(&b);
		return r;
	}
	return take(w, row, keep(w->config, &b), node);
}

/* "AN1124: { QueryRatePerClient: 20/s }" */
static int give_analytic(const struct walk *w, const char *selector,
			 const struct ed_yaml_node *node)
{
	int r = 0;

	if (node->kind != ED_YAML_MAPPING)
		return ed_yaml_fail(node, false, w->fault, "%.48s needs settings: { Name: value }",
				    node->key);
	for (const struct ed_yaml_node *f = node->first; f && r == 0; f = f->next)
		r = give_setting(w, node->key, selector, f);
	return r;
}

static int give_analytics(const struct walk *w, const struct ed_yaml_node *node)
{
	int r = 0;

	if (node->kind != ED_YAML_MAPPING)
		return ed_yaml_fail(node, false, w->fault,
				    "analytics needs keys: { AN1124: { Name: value } }");
	for (const struct ed_yaml_node *f = node->first; f && r == 0; f = f->next)
		r = give_analytic(w, "", f);
	return r;
}

/* "match: { role: mail }": whom an override is for. */
static int read_match(const struct walk *w, const struct ed_yaml_node *override,
		      char ret[static SELECTOR_MAX])
{
	const struct ed_yaml_node *match = ed_yaml_field(override, "match"), *f;

	if (!match || match->kind != ED_YAML_MAPPING || match->n != 1)
		return ed_yaml_fail(match ? match : override, false, w->fault,
				    "an override needs one match: role, network, host or client");
	f = match->first;
	if (f->kind != ED_YAML_SCALAR || !*f->text || strlen(f->text) > SELECTOR_MAX / 2)
		return ed_yaml_fail(f, false, w->fault, "%.48s must be one short text", f->key);
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		/* A network by its addresses is not one by its name. */
		bool addresses = strcmp(f->key, "network") == 0 && strchr(f->text, '/');

		if (strcmp(f->key, matches[i].key) != 0)
			continue;
		(void)snprintf(ret, SELECTOR_MAX, "%s%s", addresses ? "" : matches[i].selector,
			       f->text);
		return 0;
	}
	return ed_yaml_fail(f, true, w->fault,
			    "there is no key \"%.48s\" to match: role, network, host or client",
			    f->key);
}

static int give_overrides(const struct walk *w, const struct ed_yaml_node *node)
{
	char selector[SELECTOR_MAX] = "";
	int r = 0;

	if (node->kind != ED_YAML_SEQUENCE)
		return ed_yaml_fail(node, false, w->fault, "overrides must be a list");
	for (const struct ed_yaml_node *o = node->first; o && r == 0; o = o->next) {
		if (o->kind != ED_YAML_MAPPING)
			return ed_yaml_fail(o, false, w->fault,
					    "an override is a mapping: { match: ... }");
		r = read_match(w, o, selector);
		for (const struct ed_yaml_node *f = o->first; f && r == 0; f = f->next) {
			if (strcmp(f->key, "match") != 0)
				r = give_analytic(w, selector, f);
		}
	}
	return r;
}

/* ------------------------------------------------------------------ options */

static int fail_unknown(const struct walk *w, const struct ed_yaml_node *node, const char *name,
			const char *near_option)
{
	struct ed_nearest near;
	char shown[NAME_MAX_N + 1];

	ed_nearest_init(&near, name);
	for (const char *const *key = own_keys; *key; key++)
		ed_nearest_offer(&near, *key);
	if (near_option)
		ed_nearest_offer(&near, near_option);
	if (!near.best)
		return ed_yaml_fail(node, true, w->fault, "there is no key \"%.48s\"", node->key);
	(void)snprintf(shown, sizeof(shown), "%s", near.best);
	for (char *p = shown; *p; p++)
		*p = (char)(*p == '-' ? '_' : *p);
	return ed_yaml_fail(node, true, w->fault, "there is no key \"%.48s\"; did you mean \"%s\"?",
			    node->key, shown);
}

static int give_items(const struct walk *w, const struct ed_option *row,
		      const struct ed_yaml_node *node)
{
	int r = 0;

	for (const struct ed_yaml_node *item = node->first; item && r == 0; item = item->next) {
		if (item->kind != ED_YAML_SCALAR || !*item->text)
			return ed_yaml_fail(item, false, w->fault, "a value is missing");
		r = take(w, row, item->text, item);
	}
	return r;
}

static int give_value(const struct walk *w, const struct ed_option *row,
		      const struct ed_yaml_node *node)
{
	struct ed_buf b;
	int r;

	if (node->kind == ED_YAML_SEQUENCE && row->type == ED_OPT_LIST)
		return give_items(w, row, node);
	if (node->kind == ED_YAML_SEQUENCE && row->type != ED_OPT_STRING)
		return ed_yaml_fail(node, false, w->fault, "%.48s needs one value", node->key);
	ed_buf_init(&b, VALUE_MAX);
	r = join(w, node, &b);
	if (r < 0) {
		ed_buf_done(&b);
		return r;
	}
	return take(w, row, keep(w->config, &b), node);
}

static int give_option(const struct walk *w, const struct ed_yaml_node *node)
{
	const struct ed_option *row;
	const char *near = NULL;
	char name[NAME_MAX_N + 1];

	(void)snprintf(name, sizeof(name), "%s", node->key);
	for (char *p = name; *p; p++)
		*p = (char)(*p == '_' ? '-' : *p);
	row = w->taker->find(w->taker->arg, name, &near);
	if (!row)
		return fail_unknown(w, node, name, near);
	if (strcmp(name, "allow") == 0 && node->kind == ED_YAML_SEQUENCE)
		return take(w, row, w->config->path, node);
	return give_value(w, row, node);
}

static int give_schema(const struct walk *w, const struct ed_yaml_node *node)
{
	if (node->kind == ED_YAML_SCALAR && strcmp(node->text, "1") == 0)
		return 0;
	return ed_yaml_fail(node, false, w->fault, "schema must be 1");
}

int ed_config_give(struct ed_config *c, const struct ed_config_taker *taker,
		   struct ed_yaml_fault *ret_fault)
{
	const struct walk w = { .config = c, .taker = taker, .fault = ret_fault };
	const struct ed_yaml_node *root = ed_yaml_root(c->yaml);
	int r = 0;

	if (!root || (root->kind == ED_YAML_SCALAR && !*root->text))
		return 0; /* an empty file */
	if (root->kind != ED_YAML_MAPPING)
		return ed_yaml_fail(root, false, ret_fault,
				    "must be keys with values: memory: 256MiB");
	for (const struct ed_yaml_node *f = root->first; f && r == 0; f = f->next) {
		if (strcmp(f->key, "schema") == 0)
			r = give_schema(&w, f);
		else if (strcmp(f->key, "analytics") == 0)
			r = give_analytics(&w, f);
		else if (strcmp(f->key, "overrides") == 0)
			r = give_overrides(&w, f);
		else
			r = give_option(&w, f);
	}
	return r;
}

int ed_config_parse(struct ed_span text, const char *path, struct ed_config **ret,
		    struct ed_yaml_fault *ret_fault)
{
	struct ed_config *c = calloc(1, sizeof(*c));
	int r;

	*ret = NULL;
	if (!c)
		return -ENOMEM;
	c->path = path;
	r = ed_yaml_parse(text, &c->yaml, ret_fault);
	if (r < 0)
		ed_config_free(c);
	else
		*ret = c;
	return r;
}

void ed_config_free(struct ed_config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_texts; i++)
		free(c->texts[i]);
	free(c->texts);
	ed_yaml_free(c->yaml);
	free(c);
}
