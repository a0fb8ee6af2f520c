/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Response policy zones (draft-vixie-dnsop-dns-rpz-00) as master files (RFC 1035 §5). A sample:
 *	$ORIGIN rpz.local.
 *	@ IN SOA localhost. root.localhost. (1 3600 600 86400 60)
 *	bad.example       CNAME .
 *	*.bad.example     CNAME .
 *	good.bad.example  CNAME rpz-passthru.
 * The one idea: of a record only its first line matters, up to the first word of its data; of the
 * rest only where it ends.
 */
#include "base/ascii.h"
#include "enrich/list.h"

#include <strings.h>

enum {
	RECORD_LINES_MAX = 64, /* in parentheses; more is a parenthesis that was forgotten */
	OWNER_MAX_BYTES = 1024,
};

struct text {
	size_t n;
	char p[OWNER_MAX_BYTES];
};

struct zone {
	struct ed_list *l;
	struct text origin; /* with its trailing dot; empty: not told */
	struct text apex;   /* the zone's own name, likewise */
	struct text owner;  /* of the record before */
	unsigned depth;     /* of parentheses */
	unsigned n_lines;   /* of the record */
};

static bool is_word(struct ed_span w, const char *what)
{
	return w.n == strlen(what) && strncasecmp((const char *)w.p, what, w.n) == 0;
}

static bool text_set(struct text *t, struct ed_span s)
{
	if (s.n > sizeof(t->p))
		return false;
	memcpy(t->p, s.p, s.n);
	t->n = s.n;
	return true;
}

/* @name made absolute under the origin; false when it is too long. */
static bool absolute(const struct zone *z, struct ed_span name, struct text *ret)
{
	if (ed_span_is(name, "@"))
		return text_set(ret, ed_span_of(z->origin.p, z->origin.n));
	if (!text_set(ret, name))
		return false;
	if (name.n == 0 || name.p[name.n - 1] == '.' || z->origin.n == 0)
		return true;
	if (ret->n + 1 + z->origin.n > sizeof(ret->p))
		return false;
	ret->p[ret->n++] = '.';
	memcpy(ret->p + ret->n, z->origin.p, z->origin.n);
	ret->n += z->origin.n;
	return true;
}

static bool ends_in(struct ed_span s, struct ed_span tail)
{
	return s.n >= tail.n &&
	       strncasecmp((const char *)s.p + s.n - tail.n, (const char *)tail.p, tail.n) == 0;
}

/* What lies before the zone's own name: the trigger. False when the owner is the zone itself or
 * lies outside of it. */
static bool trigger_of(const struct zone *z, struct ed_span *ret)
{
	struct ed_span owner = ed_span_of(z->owner.p, z->owner.n);
	struct ed_span apex = ed_span_of(z->apex.p, z->apex.n);

	if (apex.n == 0) {
		*ret = owner;
		return owner.n > 0 && owner.p[owner.n - 1] != '.';
	}
	if (owner.n < apex.n + 2 || !ends_in(owner, apex) || owner.p[owner.n - apex.n - 1] != '.')
		return false;
	*ret = ed_span_of(owner.p, owner.n - apex.n - 1);
	return true;
}

/* Triggers by address, by name server: nothing that the name of a query tells. */
static bool is_other_trigger(struct ed_span t)
{
	static const char *const tails[] = { ".rpz-ip", ".rpz-client-ip", ".rpz-nsdname",
					     ".rpz-nsip" };

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		if (ends_in(t, ed_span_str(tails[i])))
			return true;
	}
	return false;
}

static void take_trigger(struct zone *z, struct ed_span type, struct ed_span data,
			 const uint8_t *at)
{
	unsigned cover = ED_LIST_SELF;
	struct ed_span t;

	if (!trigger_of(z, &t) || is_other_trigger(t) || is_word(data, "rpz-tcp-only.")) {
		z->l->n_other++;
		return;
	}
	if (ed_span_starts(t, "*.")) {
		t = ed_span_from(t, 2);
		cover = ED_LIST_BELOW;
	}
	if (is_word(type, "CNAME") && is_word(data, "rpz-passthru."))
		cover |= ED_LIST_EXCEPT;
	ed_list_name(z->l, t, cover, at);
}

static bool is_class_or_ttl(struct ed_span w)
{
	return is_word(w, "IN") || (w.n > 0 && ed_is_digit(w.p[0]));
}

/* Moves past the line and notes the parentheses outside of quotes and comments. */
static void skip_data(struct zone *z, struct ed_span line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		uint8_t c = line.p[i];

		if (c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == ';')
			break;
		else if (!quoted && c == '(')
			z->depth++;
		else if (!quoted && c == ')' && z->depth > 0)
			z->depth--;
	}
}

static void read_directive(struct zone *z, struct ed_span line)
{
	struct ed_span word = ed_list_word(&line);
	struct ed_span name = ed_list_word(&line);
	struct text origin;

	if (!is_word(word, "$ORIGIN"))
		return;
	if (name.n == 0 || !absolute(z, name, &origin))
		ed_list_bad(z->l, word.p);
	else
		z->origin = origin;
}

static void read_record(struct zone *z, struct ed_span line, bool has_owner)
{
	const uint8_t *at = line.p;
	struct ed_span type, data;

	if (has_owner && !absolute(z, ed_list_word(&line), &z->owner)) {
		z->owner.n = 0;
		ed_list_bad(z->l, at);
		return;
	}
	do {
		type = ed_list_word(&line);
	} while (is_class_or_ttl(type));
	data = ed_list_word(&line);
	if (data.n == 0)
		ed_list_bad(z->l, at);
	else if (is_word(type, "SOA"))
		z->apex = z->owner;
	else if (!is_word(type, "NS"))
		take_trigger(z, type, data, at);
}

static void read_line(struct zone *z, struct ed_span line, bool has_owner)
{
	if (z->depth > 0) {
		skip_data(z, line);
		if (++z->n_lines > RECORD_LINES_MAX) {
			z->depth = 0;
			ed_list_bad(z->l, line.p);
		}
		return;
	}
	if (line.n == 0 || line.p[0] == ';')
		return;
	if (line.n > ED_LIST_LINE_MAX_BYTES) {
		ed_list_bad(z->l, line.p);
		return;
	}
	z->n_lines = 1;
	if (line.p[0] == '$') {
		read_directive(z, line);
		return;
	}
	skip_data(z, line);
	read_record(z, line, has_owner);
}

void ed_list_read_zone(struct ed_list *l)
{
	struct zone z = { .l = l };
	struct ed_span text = l->text, line;

	while (text.n > 0) {
		bool has_owner = text.p[0] != ' ' && text.p[0] != '\t';

		(void)ed_list_line(&text, &line);
		read_line(&z, line, has_owner);
	}
}
