/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of command lines; see argv_words.h. Each byte is looked at once, but for the search for a
 * closing quote, which is given up for good when it fails:
 *	sh -c 'dig "a b.example.com" 2>/dev/null | head -1'
 */
#include "format/linux/argv_words.h"

static bool is_blank(uint8_t c)
{
	return c <= ' ';
}

static bool parts_commands(uint8_t c)
{
	return c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')' || c == '{' ||
	       c == '}' || c == '<' || c == '>' || c == '`';
}

/* What a backslash makes a letter of. */
static bool is_escapable(uint8_t c)
{
	return c == '"' || c == '\'' || c == '$' || is_blank(c) || parts_commands(c);
}

/* The closing quote of the one at the front; NULL: it is a letter like others. */
static const uint8_t *closing(struct ed_argv_text *t, struct ed_span s)
{
	uint8_t bit = s.p[0] == '"' ? 2 : 1;
	const uint8_t *end = NULL;

	if (!(t->open & bit))
		end = memchr(s.p + 1, s.p[0], s.n - 1);
	/* "say \"x\"": the escaped one does not close */
	while (end && s.p[0] == '"' && end[-1] == '\\' && end + 1 < s.p + s.n) {
		const uint8_t *next = memchr(end + 1, '"', s.n - (size_t)(end + 1 - s.p));

		if (!next)
			break;
		end = next;
	}
	if (!end)
		t->open |= bit;
	return end;
}

/* False: there is no room, which ends the word. */
static bool put(struct ed_argv_room *room, uint8_t c)
{
	if (room->used == sizeof(room->bytes))
		return false;
	room->bytes[room->used++] = c;
	return true;
}

/* What stands between double quotes, or the same without escapes between single ones. */
static void put_quoted(struct ed_argv_room *room, struct ed_span s, bool escapes)
{
	for (size_t i = 0; i < s.n; i++) {
		if (escapes && s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '"')
			i++;
		if (!put(room, s.p[i]))
			return;
	}
}

static bool ends_word(const struct ed_argv_text *t, uint8_t c)
{
	return is_blank(c) || (t->is_script && parts_commands(c));
}

/* A word with quotes or escapes in it, from its first byte on, into the room. */
static struct ed_span copied_word(struct ed_argv_text *t)
{
	struct ed_argv_room *room = t->room;
	size_t start = room->used;
	struct ed_span s = t->rest;

	t->quoted = true;
	while (s.n > 0 && !ends_word(t, s.p[0])) {
		const uint8_t *end = NULL;
		size_t n = 1;

		if (s.p[0] == '"' || s.p[0] == '\'')
			end = closing(t, s);
		if (end) {
			n = (size_t)(end - s.p) + 1;
			put_quoted(room, ed_span_of(s.p + 1, n - 2), s.p[0] == '"');
		} else if (s.p[0] == '\\' && s.n > 1 && is_escapable(s.p[1])) {
			n = 2;
			put(room, s.p[1]);
		} else {
			put(room, s.p[0]);
		}
		s = ed_span_from(s, n);
	}
	t->rest = s;
	return ed_span_of(room->bytes + start, room->used - start);
}

static struct ed_span next_word(struct ed_argv_text *t)
{
	struct ed_span s = t->rest;
	size_t n = 0;

	while (n < s.n && !ends_word(t, s.p[n])) {
		if (s.p[n] == '"' || s.p[n] == '\'' || s.p[n] == '\\')
			return copied_word(t);
		n++;
	}
	t->rest = ed_span_from(s, n);
	return ed_span_of(s.p, n);
}

bool ed_argv_words_next(struct ed_argv_text *t, struct ed_span *ret, unsigned max, unsigned *ret_n)
{
	*ret_n = 0;
	t->quoted = false;
	if (t->rest.n == 0)
		return false;
	while (t->rest.n > 0) {
		uint8_t c = t->rest.p[0];
		struct ed_span word;

		if (t->is_script && parts_commands(c)) {
			t->rest = ed_span_from(t->rest, 1);
			return true;
		}
		if (is_blank(c)) {
			t->rest = ed_span_from(t->rest, 1);
			continue;
		}
		word = next_word(t);
		/* the stream of a redirection, "2>" */
		if (t->is_script && word.n == 1 && word.p[0] <= '9' && t->rest.n > 0 &&
		    (t->rest.p[0] == '>' || t->rest.p[0] == '<'))
			continue;
		if (*ret_n < max)
			ret[(*ret_n)++] = word;
	}
	return true;
}
