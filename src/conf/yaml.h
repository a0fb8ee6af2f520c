/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML as settings are written in it: one document of mappings, sequences and scalars, each with
 * its line and column. libyaml reads, this keeps a tree of limited size. Anchors, aliases, tags and
 * a second document are refused: nothing here needs them, and an alias can make a small file huge.
 */
#ifndef ED_CONF_YAML_H
#define ED_CONF_YAML_H

#include "base/buf.h"
#include "base/span.h"

enum {
	ED_YAML_MAX_BYTES = 4 << 20,
	ED_YAML_NODES_MAX = 1 << 17,
	ED_YAML_DEPTH_MAX = 8,
	ED_YAML_KEYS_MAX = 64, /* of one mapping */
	ED_YAML_TEXT_MAX = 160,
};

/* From 1; 0: the file as a whole. */
struct ed_yaml_fault {
	unsigned line, column;
	char text[ED_YAML_TEXT_MAX]; /* what is wrong there; printable ASCII */
};

/* "site.yaml, line 2, column 1: what is wrong", cut at @n - 1 bytes. */
void ed_yaml_fault_print(const char *path, const struct ed_yaml_fault *fault, char *ret, size_t n);

enum ed_yaml_kind { ED_YAML_SCALAR, ED_YAML_MAPPING, ED_YAML_SEQUENCE };

struct ed_yaml_node {
	enum ed_yaml_kind kind;
	unsigned line, column;
	/* Of a field of a mapping; "" otherwise. */
	const char *key;
	unsigned key_line, key_column;
	const char *text; /* of a scalar, unquoted, ends in NUL and holds none; "" otherwise */
	size_t n;         /* fields or items */
	const struct ed_yaml_node *first, *next; /* of them; NULL: no more */
};

struct ed_yaml;

/* 0, -ENOMEM, or -EINVAL with @ret_fault. @ret is freed with ed_yaml_free; nothing of @text is
 * kept. */
int ed_yaml_parse(struct ed_span text, struct ed_yaml **ret, struct ed_yaml_fault *ret_fault);
void ed_yaml_free(struct ed_yaml *y);

/* NULL: the document is empty. */
const struct ed_yaml_node *ed_yaml_root(const struct ed_yaml *y);

/* The field @key of a mapping; NULL when there is none. */
const struct ed_yaml_node *ed_yaml_field(const struct ed_yaml_node *mapping, const char *key);

/* @text as a scalar that reads back as the same text; quoted where it must be. */
void ed_yaml_put(struct ed_buf *b, const char *text);

/* Fills @ret_fault for @node, or with @at_key for its key. Returns -EINVAL. */
int ed_yaml_fail(const struct ed_yaml_node *node, bool at_key, struct ed_yaml_fault *ret_fault,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
