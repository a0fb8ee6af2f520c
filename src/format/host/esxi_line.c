/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front of ESXi's lines; see esxi_line.h.
 *	2023-12-05T17:36:17.835Z In(14) shell[1053659]: [root]: ls
 */
#include "format/host/esxi_line.h"

#include "base/ascii.h"

enum { WORDS_MAX = 3 };

/* Programs that nothing else but ESXi has. */
static const char *const own_programs[] = { "Hostd",      "hostd",      "Vpxa",       "vpxa",
					    "vobd",       "vmkernel",   "Fdm",        "fdm",
					    "vmkwarning", "DCUI",       "healthd",    "esxupdate",
					    "ESXShell",   "Rhttpproxy", "rhttpproxy", "hostd-probe",
					    "vsanmgmtd",  "localcli",   "vmksummary" };

static const char *const levels[] = { "info",  "verbose", "warning", "error",
				      "panic", "trivia",  "debug",   "critical" };

static bool is_one_of(struct ed_span word, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ed_span_is(word, names[i]))
			return true;
	}
	return false;
}

/* The place of @c in @s; s.n: it is not there. */
static size_t find(struct ed_span s, uint8_t c)
{
	const uint8_t *p = s.n > 0 ? memchr(s.p, c, s.n) : NULL;

	return p ? (size_t)(p - s.p) : s.n;
}

/* "<166>"; true: behind it came the version of RFC 5424. */
static bool cut_priority(struct ed_span *s)
{
	size_t n = 1;

	if (s->n < 5 || s->p[0] != '<')
		return false;
	while (n < 4 && ed_is_digit(s->p[n]))
		n++;
	if (n == 1 || s->p[n] != '>')
		return false;
	*s = ed_span_from(*s, n + 1);
	return ed_logline_take(s, "1 ");
}

/* "In(14) ", "In(14)+ " */
static bool cut_severity(struct ed_span *s, struct ed_esxi_line *ret)
{
	size_t n = 3;

	if (s->n < 6 || s->p[2] != '(' || s->p[0] - (unsigned)'A' > 25 ||
	    s->p[1] - (unsigned)'a' > 25)
		return false;
	while (n < 6 && n < s->n && ed_is_digit(s->p[n]))
		n++;
	if (n == 3 || n + 1 >= s->n || s->p[n] != ')')
		return false;
	ret->goes_on = s->p[n + 1] == '+';
	n += 1U + ret->goes_on;
	if (n >= s->n || s->p[n] != ' ')
		return false;
	*s = ed_span_from(*s, n + 1);
	ret->is_own = true;
	return true;
}

/* "shell[1053659]" */
static void take_tag(struct ed_span word, struct ed_esxi_line *ret)
{
	size_t n = find(word, '[');

	ret->program = ed_span_of(word.p, n);
	if (n < word.n && word.p[word.n - 1] == ']')
		ret->pid = ed_span_of(word.p + n + 1, word.n - n - 2);
	ret->is_own |= is_one_of(ret->program, own_programs,
				 sizeof(own_programs) / sizeof(own_programs[0]));
}

/* "vobd: ", where neither time nor host is in front of it. */
static bool starts_own(struct ed_span s)
{
	return is_one_of(ed_span_of(s.p, find(s, ':')), own_programs,
			 sizeof(own_programs) / sizeof(own_programs[0]));
}

/* "info hostd[1053970] " before "[": what management agents write themselves. */
static void cut_agent(struct ed_span *s, struct ed_esxi_line *ret)
{
	struct ed_span rest = *s, level, tag;

	if (!ed_logline_word(&rest, &level) ||
	    !is_one_of(level, levels, sizeof(levels) / sizeof(levels[0])) ||
	    !ed_logline_word(&rest, &tag) || tag.p[tag.n - 1] != ']' || rest.n == 0 ||
	    rest.p[0] != '[')
		return;
	take_tag(tag, ret);
	*s = rest;
}

/* "esx1 shell[1053659]: ", "shell[1053659]: ", "esx1 Hostd: "; nothing is cut when no word ends in
 * a colon. A host is only where the line came from another machine. */
static void cut_tag(struct ed_span *s, struct ed_esxi_line *ret)
{
	struct ed_span rest = *s, word, before = ed_span_of(NULL, 0);

	for (unsigned i = 0; i < WORDS_MAX; i++) {
		if (!ed_logline_word(&rest, &word))
			return;
		if (word.n > 1 && word.p[word.n - 1] == ':') {
			take_tag(ed_span_of(word.p, word.n - 1), ret);
			if (before.n > 0 && ret->host.n == 0)
				ret->host = before;
			*s = rest;
			return;
		}
		if (i > 0 || word.p[0] == '[' || word.p[word.n - 1] == ')')
			return;
		before = word;
	}
}

/* "esx1 shell 1053659 - - text", "esx1 shell 1053659 - [shell.cmd@6876 ...] text" */
static bool cut_structured(struct ed_span *s, struct ed_esxi_line *ret)
{
	struct ed_span rest = *s, host, tag, pid, id;

	if (!ed_logline_word(&rest, &host) || !ed_logline_word(&rest, &tag) ||
	    !ed_logline_word(&rest, &pid) || !ed_logline_word(&rest, &id))
		return false;
	take_tag(tag, ret);
	if (!ed_span_is(host, "-"))
		ret->host = host;
	if (!ed_span_is(pid, "-"))
		ret->pid = pid;
	(void)ed_logline_take(&rest, "- ");
	*s = rest;
	return true;
}

/* The end of "[...]" at the front, where quotes hide brackets and backslashes quotes; 0: none. */
static size_t bracket_end(struct ed_span s)
{
	bool quoted = false;

	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\' && quoted)
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == ']' && !quoted)
			return i;
	}
	return 0;
}

/* "user=root]", "user=vpxuser:LAB\x]": of the words in the brackets of an agent the last. */
static void take_user(struct ed_span words, struct ed_esxi_line *ret)
{
	struct ed_span word;

	while (ed_logline_word(&words, &word)) {
		if (ed_span_starts(word, "user="))
			ret->user = ed_span_from(word, 5);
	}
}

/* "[Originator@6876 sub=Vimsvc user=root] ", "[shell.cmd@6876 subject=\"root\" ...]" */
static void cut_data(struct ed_span *s, struct ed_esxi_line *ret)
{
	struct ed_span words, id;
	size_t end;

	if (s->n < 2 || s->p[0] != '[')
		return;
	words = ed_span_from(*s, 1);
	id = ed_span_of(words.p, find(words, ' '));
	if (id.n < 5 || memcmp(id.p + id.n - 5, "@6876", 5) != 0)
		return;
	/* an agent's own words have no quotes, and may hold one without another */
	if (ed_span_is(id, "Originator@6876"))
		end = find(*s, ']');
	else
		end = bracket_end(*s);
	if (end == 0 || end == s->n)
		return;
	words.n = end - 1;
	if (ed_span_is(id, "Originator@6876"))
		take_user(words, ret);
	else
		ret->audit = words;
	ret->is_own = true;
	*s = ed_span_from(*s, end + 1);
	(void)ed_logline_take(s, " ");
}

void ed_esxi_line_read(struct ed_logtime *t, struct ed_span line, struct ed_esxi_line *ret)
{
	bool versioned;
	size_t n;

	*ret = (struct ed_esxi_line){ .time = { .quality = ED_TIME_NONE } };
	if (ed_span_starts(line, "-->")) {
		ret->goes_on = true;
		ret->message = ed_span_from(line, 3);
		return;
	}
	versioned = cut_priority(&line);
	n = ed_logtime_read(t, line, &ret->time);
	if (n > 0 && n < line.n && line.p[n] == ' ')
		n++;
	line = ed_span_from(line, n);
	if (!(n > 0 && versioned && cut_structured(&line, ret)) && !cut_severity(&line, ret))
		cut_agent(&line, ret);
	if (ret->program.n == 0 && (n > 0 || starts_own(line)))
		cut_tag(&line, ret);
	/* the relay's words, and behind them the agent's */
	cut_agent(&line, ret);
	cut_data(&line, ret);
	ret->message = line;
}

bool ed_esxi_audit_value(struct ed_span audit, const char *key, struct ed_span *ret)
{
	size_t at = find(audit, ' ');

	while (at + 1 < audit.n) {
		struct ed_span rest = ed_span_from(audit, at + 1), name;
		size_t n;

		name = ed_span_of(rest.p, find(rest, '='));
		rest = ed_span_from(rest, name.n + 1);
		if (rest.n == 0 || rest.p[0] != '"')
			return false;
		for (n = 1; n < rest.n && rest.p[n] != '"'; n++)
			n += rest.p[n] == '\\';
		if (n >= rest.n)
			return false;
		if (ed_span_is(name, key)) {
			*ret = ed_span_of(rest.p + 1, n - 1);
			return true;
		}
		at = (size_t)(rest.p - audit.p) + n + 1;
	}
	return false;
}
