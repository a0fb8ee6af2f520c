/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reputation lists of an entry a line. Samples:
 *	bad.example          *.bad.example         hxxp://bad[.]example/x    plain
 *	0.0.0.0 bad.example www.bad.example # why                            hosts
 *	||bad.example^       @@||good.example^     ||bad.example^$important  adblock
 *	1,popular.example                                                    ranked
 */
#include "enrich/list.h"

#include "enrich/reputation.h"

static bool is_comment(struct ed_span line)
{
	return line.n == 0 || line.p[0] == '#' || line.p[0] == '!' || line.p[0] == ';' ||
	       ed_span_starts(line, "//");
}

/* Whether a line is worth reading; counts it when it is too long. */
static bool readable(struct ed_list *l, struct ed_span line)
{
	if (line.n <= ED_LIST_LINE_MAX_BYTES)
		return !is_comment(line);
	ed_list_bad(l, line.p);
	return false;
}

/* An entry of a plain list covers what is below it, however the wish is written. */
static void read_plain_entry(struct ed_list *l, struct ed_span word)
{
	const uint8_t *at = word.p;

	if (ed_span_starts(word, "*."))
		word = ed_span_from(word, 2);
	else if (word.n > 1 && word.p[0] == '.')
		word = ed_span_from(word, 1);
	for (size_t i = 0; i < word.n; i++) {
		if (strchr(":/[({", word.p[i]) && word.p[i]) {
			ed_list_url(l, word, ED_LIST_TREE, at);
			return;
		}
	}
	ed_list_name(l, word, ED_LIST_TREE, at);
}

void ed_list_read_plain(struct ed_list *l)
{
	struct ed_span text = l->text, line;

	while (ed_list_line(&text, &line)) {
		struct ed_span word;

		if (!readable(l, line))
			continue;
		word = ed_list_word(&line);
		if (is_comment(ed_list_trim(line)))
			read_plain_entry(l, word);
		else
			ed_list_bad(l, word.p); /* prose */
	}
}

/* What a hosts file says of the machine itself. */
static bool is_own_name(struct ed_span name)
{
	return ed_span_is(name, "localhost.localdomain") ||
	       ed_span_is(name, "localhost6.localdomain6");
}

void ed_list_read_hosts(struct ed_list *l)
{
	struct ed_span text = l->text, line;

	while (ed_list_line(&text, &line)) {
		struct ed_span word;
		struct ed_name unused;

		if (!readable(l, line))
			continue;
		word = ed_list_word(&line);
		if (ed_list_to_wire(word, &unused) != ED_HOST_ADDRESS) {
			ed_list_bad(l, word.p);
			continue;
		}
		while ((word = ed_list_word(&line)).n > 0 && !is_comment(word)) {
			if (is_own_name(word))
				l->n_other++;
			else
				ed_list_name(l, word, ED_LIST_SELF, word.p);
		}
	}
}

static bool holds(struct ed_span s, const char *what)
{
	return memmem(s.p, s.n, what, strlen(what)) != NULL;
}

/* "||domain^" and no more, or "$important": what else a rule may say holds for some requests of a
 * browser only. */
static void read_adblock_rule(struct ed_list *l, struct ed_span rule)
{
	unsigned cover = ED_LIST_TREE;
	const uint8_t *at = rule.p, *end;
	struct ed_span after;

	if (ed_span_starts(rule, "@@")) {
		cover |= ED_LIST_EXCEPT;
		rule = ed_span_from(rule, 2);
	}
	end = memchr(rule.p, '^', rule.n);
	if (!ed_span_starts(rule, "||") || !end) {
		l->n_other++;
		return;
	}
	after = ed_span_from(rule, (size_t)(end - rule.p) + 1);
	rule = ed_span_of(rule.p + 2, (size_t)(end - rule.p) - 2);
	if (ed_span_starts(rule, "*.")) {
		rule = ed_span_from(rule, 2);
		cover &= ~(unsigned)ED_LIST_SELF;
	}
	if ((after.n > 0 && !ed_span_is(after, "$important")) || holds(rule, "*") ||
	    holds(rule, "/") || holds(rule, ":"))
		l->n_other++;
	else
		ed_list_name(l, rule, cover, at);
}

void ed_list_read_adblock(struct ed_list *l)
{
	struct ed_span text = l->text, line;

	while (ed_list_line(&text, &line)) {
		/* "[Adblock Plus 2.0]" opens a list, and lists are joined */
		if (!readable(l, line) || line.p[0] == '[')
			continue;
		read_adblock_rule(l, line);
	}
}

/* Digits to a rank; false when there are none or too many. */
static bool rank_of(struct ed_span s, uint64_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*ret = *ret * 10 + (s.p[i] - '0');
	}
	return s.n > 0 && s.n <= 18;
}

void ed_list_read_ranked(struct ed_list *l)
{
	struct ed_span text = l->text, line;

	while (ed_list_line(&text, &line)) {
		const uint8_t *comma;
		struct ed_span name;
		uint64_t rank;

		if (!readable(l, line))
			continue;
		comma = memchr(line.p, ',', line.n);
		if (!comma || !rank_of(ed_span_of(line.p, (size_t)(comma - line.p)), &rank)) {
			ed_list_bad(l, line.p);
			continue;
		}
		name = ed_span_from(line, (size_t)(comma - line.p) + 1);
		if (rank == 0 || rank > ED_REPUTATION_POPULAR_RANKS)
			l->n_other++;
		else
			ed_list_name(l, name, ED_LIST_POPULAR, line.p);
	}
}
