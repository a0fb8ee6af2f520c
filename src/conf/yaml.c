/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML to a tree; see yaml.h. libyaml hands out events in order of the text; a stack of open
 * mappings and sequences hangs each node below its parent:
 *
 *	allow:
 *	  - { suffix: telemetry.vendor.example, reason: "ticket 4711" }
 */
#include "conf/yaml.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

struct level {
	struct ed_yaml_node *node, *last; /* of its children */
	char *key; /* read, its value has not come; owned; NULL: a key comes next */
	unsigned key_line, key_column;
};

struct ed_yaml {
	struct ed_yaml_node *nodes; /* all, in order of the text; owned */
	size_t n, cap;
	char **texts; /* all that nodes point to; owned */
	size_t n_texts, cap_texts;
	struct level level[ED_YAML_DEPTH_MAX];
	unsigned depth;
	unsigned n_documents;
};

/* Printable ASCII, whatever was put in. */
static void clean(char *text)
{
	for (; *text; text++) {
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
	}
}

static int fail_at(const yaml_mark_t *at, struct ed_yaml_fault *ret, const char *text)
{
	ret->line = (unsigned)at->line + 1;
	ret->column = (unsigned)at->column + 1;
	(void)snprintf(ret->text, sizeof(ret->text), "%s", text);
	clean(ret->text);
	return -EINVAL;
}

int ed_yaml_fail(const struct ed_yaml_node *node, bool at_key, struct ed_yaml_fault *ret_fault,
		 const char *fmt, ...)
{
	va_list args;

	ret_fault->line = at_key ? node->key_line : node->line;
	ret_fault->column = at_key ? node->key_column : node->column;
	va_start(args, fmt);
	(void)vsnprintf(ret_fault->text, sizeof(ret_fault->text), fmt, args);
	va_end(args);
	clean(ret_fault->text);
	return -EINVAL;
}

void ed_yaml_fault_print(const char *path, const struct ed_yaml_fault *fault, char *ret, size_t n)
{
	if (fault->line > 0)
		(void)snprintf(ret, n, "%.256s, line %u, column %u: %s", path, fault->line,
			       fault->column, fault->text);
	else
		(void)snprintf(ret, n, "%.256s: %s", path, fault->text);
}

/* ------------------------------------------------------------------ the tree */

/* A copy that lives as long as @y; NULL: no memory. */
static char *keep_text(struct ed_yaml *y, const char *text, size_t n)
{
	char *copy;

	if (y->n_texts == y->cap_texts) {
		size_t cap = y->cap_texts ? 2 * y->cap_texts : 64;
		char **texts = reallocarray(y->texts, cap, sizeof(*texts));

		if (!texts)
			return NULL;
		y->texts = texts;
		y->cap_texts = cap;
	}
	copy = malloc(n + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, n);
	copy[n] = '\0';
	y->texts[y->n_texts++] = copy;
	return copy;
}

static bool has_key(const struct ed_yaml_node *mapping, const char *key)
{
	return ed_yaml_field(mapping, key) != NULL;
}

/* The mapping or sequence that is open; NULL: none is. */
static struct level *innermost(struct ed_yaml *y)
{
	struct level *l = y->depth > 0 ? &y->level[y->depth - 1] : NULL;

	assert(!l || l->node);
	return l;
}

/* Hangs a node below the one that is open. The nodes do not move: room for all is taken first. */
static int add(struct ed_yaml *y, enum ed_yaml_kind kind, const yaml_mark_t *at,
	       struct ed_yaml_fault *fault)
{
	struct level *parent = innermost(y);
	struct ed_yaml_node *node = &y->nodes[y->n];

	if (y->n == y->cap)
		return fail_at(at, fault, "too much for one file");
	*node = (struct ed_yaml_node){ .kind = kind,
				       .line = (unsigned)at->line + 1,
				       .column = (unsigned)at->column + 1,
				       .key = "",
				       .text = "" };
	y->n++;
	if (!parent)
		return 0;
	if (parent->node->kind == ED_YAML_MAPPING) {
		if (!parent->key)
			return fail_at(at, fault, "a key must be a plain text");
		node->key = parent->key;
		node->key_line = parent->key_line;
		node->key_column = parent->key_column;
		parent->key = NULL;
	}
	if (parent->last)
		parent->last->next = node;
	else
		parent->node->first = node;
	parent->last = node;
	parent->node->n++;
	return 0;
}

static int open_level(struct ed_yaml *y, enum ed_yaml_kind kind, const yaml_mark_t *at,
		      struct ed_yaml_fault *fault)
{
	int r = add(y, kind, at, fault);

	if (r < 0)
		return r;
	if (y->depth == ED_YAML_DEPTH_MAX)
		return fail_at(at, fault, "nested too deep");
	y->level[y->depth++] = (struct level){ .node = &y->nodes[y->n - 1] };
	return 0;
}

static int take_key(struct ed_yaml *y, struct level *l, const yaml_event_t *e,
		    struct ed_yaml_fault *fault)
{
	const char *text = (const char *)e->data.scalar.value;

	if (has_key(l->node, text))
		return fail_at(&e->start_mark, fault, "this key was given before");
	if (l->node->n == ED_YAML_KEYS_MAX)
		return fail_at(&e->start_mark, fault, "too many keys");
	l->key = keep_text(y, text, strlen(text));
	l->key_line = (unsigned)e->start_mark.line + 1;
	l->key_column = (unsigned)e->start_mark.column + 1;
	return l->key ? 0 : -ENOMEM;
}

static int take_scalar(struct ed_yaml *y, const yaml_event_t *e, struct ed_yaml_fault *fault)
{
	const char *text = (const char *)e->data.scalar.value;
	size_t n = e->data.scalar.length;
	struct level *l = innermost(y);
	int r;

	if (e->data.scalar.anchor || e->data.scalar.tag)
		return fail_at(&e->start_mark, fault, "anchors and tags are not taken");
	if (memchr(text, '\0', n))
		return fail_at(&e->start_mark, fault, "a text with a zero byte");
	if (l && l->node->kind == ED_YAML_MAPPING && !l->key)
		return take_key(y, l, e, fault);
	r = add(y, ED_YAML_SCALAR, &e->start_mark, fault);
	if (r < 0)
		return r;
	y->nodes[y->n - 1].text = keep_text(y, text, n);
	return y->nodes[y->n - 1].text ? 0 : -ENOMEM;
}

static int take_event(struct ed_yaml *y, const yaml_event_t *e, struct ed_yaml_fault *fault)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return y->n_documents++ > 0 ? fail_at(&e->start_mark, fault, "a second document") :
					      0;
	case YAML_ALIAS_EVENT:
		return fail_at(&e->start_mark, fault, "aliases are not taken");
	case YAML_SCALAR_EVENT:
		return take_scalar(y, e, fault);
	case YAML_MAPPING_START_EVENT:
		if (e->data.mapping_start.anchor || e->data.mapping_start.tag)
			return fail_at(&e->start_mark, fault, "anchors and tags are not taken");
		return open_level(y, ED_YAML_MAPPING, &e->start_mark, fault);
	case YAML_SEQUENCE_START_EVENT:
		if (e->data.sequence_start.anchor || e->data.sequence_start.tag)
			return fail_at(&e->start_mark, fault, "anchors and tags are not taken");
		return open_level(y, ED_YAML_SEQUENCE, &e->start_mark, fault);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		assert(y->depth > 0);
		y->depth--;
		return 0;
	default:
		return 0;
	}
}

/* ------------------------------------------------------------------ reading */

static int fail_syntax(const yaml_parser_t *p, struct ed_yaml_fault *fault)
{
	yaml_mark_t at = p->problem_mark;
	int r;

	if (p->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (p->error == YAML_READER_ERROR)
		at = p->mark;
	r = fail_at(&at, fault, p->problem ? p->problem : "no YAML");
	return r;
}

static int read_events(struct ed_yaml *y, yaml_parser_t *p, struct ed_yaml_fault *fault)
{
	bool done = false;
	int r = 0;

	while (r == 0 && !done) {
		yaml_event_t e;

		if (!yaml_parser_parse(p, &e))
			return fail_syntax(p, fault);
		r = take_event(y, &e, fault);
		done = e.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&e);
	}
	return r;
}

static int parse(struct ed_yaml *y, struct ed_span text, struct ed_yaml_fault *fault)
{
	yaml_parser_t p;
	int r;

	/* Every node takes a byte at least. */
	y->cap = text.n + 2 < ED_YAML_NODES_MAX ? text.n + 2 : ED_YAML_NODES_MAX;
	y->nodes = calloc(y->cap, sizeof(*y->nodes));
	if (!y->nodes || !yaml_parser_initialize(&p))
		return -ENOMEM;
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, text.p, text.n);
	r = read_events(y, &p, fault);
	yaml_parser_delete(&p);
	return r;
}

int ed_yaml_parse(struct ed_span text, struct ed_yaml **ret, struct ed_yaml_fault *ret_fault)
{
	struct ed_yaml *y = calloc(1, sizeof(*y));
	int r;

	*ret = NULL;
	*ret_fault = (struct ed_yaml_fault){ .text = "" };
	if (!y)
		return -ENOMEM;
	if (text.n > ED_YAML_MAX_BYTES) {
		(void)snprintf(ret_fault->text, sizeof(ret_fault->text), "too large");
		r = -EINVAL;
	} else {
		r = parse(y, text, ret_fault);
	}
	if (r == 0)
		*ret = y;
	else
		ed_yaml_free(y);
	return r;
}

void ed_yaml_free(struct ed_yaml *y)
{
	if (!y)
		return;
	for (size_t i = 0; i < y->n_texts; i++)
		free(y->texts[i]);
	free(y->texts);
	free(y->nodes);
	free(y);
}

const struct ed_yaml_node *ed_yaml_root(const struct ed_yaml *y)
{
	return y->n > 0 ? &y->nodes[0] : NULL;
}

const struct ed_yaml_node *ed_yaml_field(const struct ed_yaml_node *mapping, const char *key)
{
	const struct ed_yaml_node *node = mapping->first;

	while (node && strcmp(node->key, key) != 0)
		node = node->next;
	return node;
}

/* ------------------------------------------------------------------ writing */

/* What means nothing in YAML wherever it stands, also between brackets. */
static bool is_plain(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_./+";

	return *text && strspn(text, plain) == strlen(text);
}

void ed_yaml_put(struct ed_buf *b, const char *text)
{
	if (is_plain(text)) {
		ed_buf_puts(b, text);
		return;
	}
	ed_buf_puts(b, "\"");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			ed_buf_printf(b, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			ed_buf_printf(b, "\\x%02x", c);
		else
			ed_buf_put(b, text, 1);
	}
	ed_buf_puts(b, "\"");
}
