/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of lists and inventories, token by token, as RFC 8259 has it and people write it: one
 * document, or one a line. A document is not checked beyond what is needed to walk through it, and
 * a string ends with its line at the latest.
 */
#ifndef ED_ENRICH_JSON_TOKEN_H
#define ED_ENRICH_JSON_TOKEN_H

#include "base/span.h"

enum { ED_JSON_TOKEN_DEPTH_MAX = 32 };

enum ed_json_token {
	ED_TOKEN_END,
	ED_TOKEN_BAD,  /* also deeper than ED_JSON_TOKEN_DEPTH_MAX */
	ED_TOKEN_OPEN, /* of an object or array, see is_object */
	ED_TOKEN_CLOSE,
	ED_TOKEN_KEY,
	ED_TOKEN_STRING, /* without quotes, escapes as written */
	ED_TOKEN_SCALAR,
};

/* All zero but for .rest, the text, which is borrowed. */
struct ed_json_tokens {
	struct ed_span rest;
	unsigned depth; /* open now */
	bool is_object[ED_JSON_TOKEN_DEPTH_MAX];
	bool wants_value[ED_JSON_TOKEN_DEPTH_MAX]; /* a key was read */
};

/* The next token, its text in *@ret. */
enum ed_json_token ed_json_token_next(struct ed_json_tokens *t, struct ed_span *ret);
/* After BAD: at the next line, outside of everything. False: there is no next line. */
bool ed_json_token_resume(struct ed_json_tokens *t);

/* The text of a string or key: into @ret, of at least @s.n bytes. Returns how many. What is no
 * character comes out as U+FFFD, a control character as a blank. */
size_t ed_json_token_unescape(struct ed_span s, char *ret);

#endif
