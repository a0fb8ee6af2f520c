/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which syntax a reputation list is in. The first bytes tell JSON and compressed files; for the
 * rest the first lines vote, and what only one syntax has ($ORIGIN, a CSV header) decides at once.
 */
#include "base/ascii.h"
#include "enrich/list.h"

enum { LINES_MAX = 100, LOOK_MAX_BYTES = 1 << 16 };

static const char *const names[ED_LIST_SYNTAXES] = {
	[ED_LIST_PLAIN] = "plain list",
	[ED_LIST_HOSTS] = "hosts file",
	[ED_LIST_ADBLOCK] = "adblock filters",
	[ED_LIST_RANKED] = "popularity list",
	[ED_LIST_ZONE] = "response policy zone",
	[ED_LIST_CSV] = "CSV",
	[ED_LIST_JSON] = "JSON",
	[ED_LIST_PACKED] = "compressed file",
};

const char *ed_list_syntax_name(enum ed_list_syntax syntax)
{
	return names[syntax];
}

static bool is_packed(struct ed_span t)
{
	return ed_span_starts(t, "\x1f\x8b") || ed_span_starts(t, "PK\x03\x04") ||
	       ed_span_starts(t, "\x28\xb5\x2f\xfd") || ed_span_starts(t, "BZh") ||
	       ed_span_starts(t, "\xfd"
				 "7zXZ") ||
	       ed_span_starts(t, "7z\xbc\xaf");
}

static bool is_json(struct ed_span t)
{
	while (t.n > 0 && (t.p[0] == ' ' || (t.p[0] >= '\t' && t.p[0] <= '\r')))
		t = ed_span_from(t, 1);
	if (t.n < 2 || t.p[0] != '[')
		return t.n > 0 && t.p[0] == '{';
	do { /* not "[Adblock Plus 2.0]" */
		t = ed_span_from(t, 1);
	} while (t.n > 0 && (t.p[0] == ' ' || (t.p[0] >= '\t' && t.p[0] <= '\r')));
	return t.n == 0 || t.p[0] == '{' || t.p[0] == ']' || t.p[0] == '[';
}

static bool holds(struct ed_span s, const char *what)
{
	return memmem(s.p, s.n, what, strlen(what)) != NULL;
}

/* The header of an export, commented or not. */
static bool is_csv_header(struct ed_span line)
{
	static const char *const marks[][2] = {
		{ "ioc_value", "ioc_type" },
		{ "dateadded", "url" },
		{ "type", "value" },
		{ "domain", "," },
	};

	if (!holds(line, ","))
		return false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const uint8_t *at = memmem(line.p, line.n, marks[i][0], strlen(marks[i][0]));

		/* a whole field */
		if (at && holds(line, marks[i][1]) &&
		    (at == line.p || strchr(",\"# ", at[-1]) != NULL) && line.n < 1024)
			return true;
	}
	return false;
}

static bool is_ranked(struct ed_span line)
{
	size_t n = 0;

	while (n < line.n && ed_is_digit(line.p[n]))
		n++;
	return n > 0 && n < line.n && line.p[n] == ',';
}

static bool is_adblock(struct ed_span line)
{
	return ed_span_starts(line, "||") || ed_span_starts(line, "@@") ||
	       ed_span_starts(line, "[Adblock") || holds(line, "##") || holds(line, "#@#");
}

static bool is_zone_record(struct ed_span line)
{
	if (ed_span_starts(line, "$ORIGIN") || ed_span_starts(line, "$TTL"))
		return true;
	for (unsigned i = 0; i < 5; i++) {
		struct ed_span word = ed_list_word(&line);

		if (ed_span_is(word, "CNAME") || ed_span_is(word, "SOA"))
			return true;
	}
	return false;
}

static bool is_hosts_line(struct ed_span line)
{
	struct ed_span word = ed_list_word(&line);
	struct ed_name unused;

	return ed_list_to_wire(word, &unused) == ED_HOST_ADDRESS && ed_list_trim(line).n > 0 &&
	       ed_list_trim(line).p[0] != ';' && ed_list_trim(line).p[0] != '#';
}

static enum ed_list_syntax syntax_of(struct ed_span line)
{
	if (is_ranked(line))
		return ED_LIST_RANKED;
	if (is_adblock(line))
		return ED_LIST_ADBLOCK;
	if (is_zone_record(line))
		return ED_LIST_ZONE;
	return is_hosts_line(line) ? ED_LIST_HOSTS : ED_LIST_PLAIN;
}

static bool is_comment(struct ed_span line)
{
	return line.n == 0 || ((line.p[0] == '#' || line.p[0] == ';' || line.p[0] == '!') &&
			       !ed_span_starts(line, "##"));
}

static enum ed_list_syntax winner(const unsigned votes[static ED_LIST_SYNTAXES], unsigned n_lines)
{
	enum ed_list_syntax best = ED_LIST_PLAIN;

	for (unsigned i = 0; i < ED_LIST_SYNTAXES; i++) {
		if (votes[i] > votes[best])
			best = i;
	}
	/* names alone vote for a plain list, but comments and data may hold some */
	return votes[ED_LIST_ZONE] > 0 && votes[ED_LIST_ZONE] * 4 >= n_lines ? ED_LIST_ZONE : best;
}

enum ed_list_syntax ed_list_sniff(struct ed_span text)
{
	unsigned votes[ED_LIST_SYNTAXES] = { 0 }, n_lines = 0;
	struct ed_span line;

	if (is_packed(text))
		return ED_LIST_PACKED;
	if (is_json(text))
		return ED_LIST_JSON;
	if (text.n > LOOK_MAX_BYTES)
		text.n = LOOK_MAX_BYTES;
	while (n_lines < LINES_MAX && ed_list_line(&text, &line)) {
		if (line.n > 0 && (n_lines == 0 || line.p[0] == '#') && is_csv_header(line))
			return ED_LIST_CSV;
		if (is_comment(line) || line.n > ED_LIST_LINE_MAX_BYTES)
			continue;
		n_lines++;
		votes[syntax_of(line)]++;
	}
	return winner(votes, n_lines);
}

void ed_list_read(struct ed_list *l, enum ed_list_syntax syntax)
{
	static void (*const readers[ED_LIST_SYNTAXES])(struct ed_list *) = {
		[ED_LIST_PLAIN] = ed_list_read_plain,     [ED_LIST_HOSTS] = ed_list_read_hosts,
		[ED_LIST_ADBLOCK] = ed_list_read_adblock, [ED_LIST_RANKED] = ed_list_read_ranked,
		[ED_LIST_ZONE] = ed_list_read_zone,       [ED_LIST_CSV] = ed_list_read_csv,
		[ED_LIST_JSON] = ed_list_read_json,
	};

	if (readers[syntax])
		readers[syntax](l);
}
