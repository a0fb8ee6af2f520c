/* SPDX-License-Identifier: Apache-2.0 */
/* VIBs and lists of them; see vib.h. */
#include "record/vib.h"

#include "base/ascii.h"

enum { KEY_MAX = 24 };

static const char *const level_names[] = { "unknown", "VMwareCertified", "VMwareAccepted",
					   "PartnerSupported", "CommunitySupported" };

/* ---------------------------------------------------------------- words */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct ed_span trim(struct ed_span s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = ed_span_from(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static struct ed_span unquote(struct ed_span s)
{
	s = trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = ed_span_of(s.p + 1, s.n - 2);
	return s;
}

static bool cut_line(struct ed_span *rest, struct ed_span *ret)
{
	const uint8_t *end;
	size_t n;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	n = end ? (size_t)(end - rest->p) : rest->n;
	*ret = ed_span_of(rest->p, n);
	*rest = ed_span_from(*rest, end ? n + 1 : n);
	return true;
}

/* The letters of @text in lower case; false: too many to be a word that matters. */
static bool letters(struct ed_span text, char ret[static KEY_MAX])
{
	size_t n = 0;

	memset(ret, 0, KEY_MAX);
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i] | 0x20;

		if (!ed_is_lower(c))
			continue;
		if (n == KEY_MAX - 1)
			return false;
		ret[n++] = (char)c;
	}
	return true;
}

enum ed_acceptance ed_vib_acceptance(struct ed_span text)
{
	static const struct {
		const char *name;
		enum ed_acceptance level;
	} names[] = {
		{ "vmwarecertified", ED_ACCEPTANCE_CERTIFIED },
		{ "certified", ED_ACCEPTANCE_CERTIFIED },
		{ "vmwareaccepted", ED_ACCEPTANCE_ACCEPTED },
		{ "accepted", ED_ACCEPTANCE_ACCEPTED },
		{ "partnersupported", ED_ACCEPTANCE_PARTNER },
		{ "partner", ED_ACCEPTANCE_PARTNER },
		{ "communitysupported", ED_ACCEPTANCE_COMMUNITY },
		{ "community", ED_ACCEPTANCE_COMMUNITY },
	};
	char word[KEY_MAX];

	if (!letters(text, word))
		return ED_ACCEPTANCE_UNKNOWN;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(word, names[i].name) == 0)
			return names[i].level;
	}
	return ED_ACCEPTANCE_UNKNOWN;
}

const char *ed_vib_acceptance_name(unsigned acceptance)
{
	return level_names[acceptance <= ED_ACCEPTANCE_COMMUNITY ? acceptance : 0];
}

/* ------------------------------------------------------------------ ids */

/* Where the first @c stands; s.n: nowhere. */
static size_t find(struct ed_span s, uint8_t c)
{
	const uint8_t *p = s.n > 0 ? memchr(s.p, c, s.n) : NULL;

	return p ? (size_t)(p - s.p) : s.n;
}

/* "VMware_bootbank_esx-base_7.0.3-0.0.1": the second word is where it is installed. */
static bool split_id(struct ed_span id, struct ed_vib *ret)
{
	size_t vendor = find(id, '_');
	struct ed_span rest = ed_span_from(id, vendor + 1);
	const uint8_t *last;

	if (!ed_span_starts(rest, "bootbank_") && !ed_span_starts(rest, "locker_"))
		return false;
	rest = ed_span_from(rest, find(rest, '_') + 1);
	last = rest.n > 0 ? memrchr(rest.p, '_', rest.n) : NULL;
	if (!last)
		return false;
	ret->vendor = ed_span_of(id.p, vendor);
	ret->name = ed_span_of(rest.p, (size_t)(last - rest.p));
	ret->version = ed_span_from(rest, ret->name.n + 1);
	return true;
}

static void split_colons(struct ed_span id, struct ed_vib *ret)
{
	struct ed_span first = ed_span_of(id.p, find(id, ':'));
	struct ed_span rest = ed_span_from(id, first.n + 1);
	size_t second = find(rest, ':');

	ret->name = first;
	if (rest.n == 0)
		return;
	if (second < rest.n) {
		ret->vendor = first;
		ret->name = ed_span_of(rest.p, second);
		ret->version = ed_span_from(rest, second + 1);
	} else if (ed_is_digit(rest.p[0])) {
		ret->version = rest;
	} else {
		ret->vendor = first;
		ret->name = rest;
	}
}

void ed_vib_from_id(struct ed_span id, struct ed_vib *ret)
{
	const uint8_t *slash = id.n > 0 ? memrchr(id.p, '/', id.n) : NULL;

	*ret = (struct ed_vib){ .acceptance = ED_ACCEPTANCE_UNKNOWN };
	if (slash)
		id = ed_span_from(id, (size_t)(slash - id.p) + 1);
	if (id.n > 4 && memcmp(id.p + id.n - 4, ".vib", 4) == 0)
		id.n -= 4;
	else if (slash == NULL && find(id, ':') < id.n) {
		split_colons(id, ret);
		return;
	}
	if (!split_id(id, ret))
		ret->name = id;
}

/* --------------------------------------------------------------- columns */

static enum ed_vib_field field_of(struct ed_span name)
{
	static const struct {
		const char *name;
		enum ed_vib_field field;
	} names[] = {
		{ "name", ED_VIB_NAME },        { "vibname", ED_VIB_NAME },
		{ "version", ED_VIB_VERSION },  { "vendor", ED_VIB_VENDOR },
		{ "acceptance", ED_VIB_LEVEL }, { "acceptancelevel", ED_VIB_LEVEL },
		{ "level", ED_VIB_LEVEL },      { "id", ED_VIB_ID },
	};
	char word[KEY_MAX];

	if (!letters(name, word))
		return ED_VIB_OTHER;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(word, names[i].name) == 0)
			return names[i].field;
	}
	return ED_VIB_OTHER;
}

static void put(struct ed_vib_list *l, enum ed_vib_field field, struct ed_span value)
{
	if (field != ED_VIB_OTHER && l->value[field].n == 0)
		l->value[field] = value;
}

/* The row that has been read. */
static enum ed_vib_step give(struct ed_vib_list *l, struct ed_vib *ret)
{
	struct ed_vib from_id = { .acceptance = ED_ACCEPTANCE_UNKNOWN };

	if (l->value[ED_VIB_ID].n > 0)
		ed_vib_from_id(l->value[ED_VIB_ID], &from_id);
	ret->name = l->value[ED_VIB_NAME].n > 0 ? l->value[ED_VIB_NAME] : from_id.name;
	ret->version = l->value[ED_VIB_VERSION].n > 0 ? l->value[ED_VIB_VERSION] : from_id.version;
	ret->vendor = l->value[ED_VIB_VENDOR].n > 0 ? l->value[ED_VIB_VENDOR] : from_id.vendor;
	ret->acceptance = (uint8_t)ed_vib_acceptance(l->value[ED_VIB_LEVEL]);
	memset(l->value, 0, sizeof(l->value));
	return ret->name.n > 0 ? ED_VIB_ROW : ED_VIB_BAD;
}

/* ----------------------------------------------------------------- table */

static bool is_ruler(struct ed_span line)
{
	size_t n_dashes = 0;

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != '-' && !is_blank(line.p[i]))
			return false;
		n_dashes += line.p[i] == '-';
	}
	return n_dashes > 3;
}

/* The part of @line below the ruler's column @i. */
static struct ed_span cell(const struct ed_vib_list *l, struct ed_span line, unsigned i)
{
	size_t start = l->column[i].start;
	size_t end = i + 1 < l->n_columns ? l->column[i + 1].start : line.n;

	if (end > line.n)
		end = line.n;
	return start < end ? trim(ed_span_of(line.p + start, end - start)) : ed_span_of(line.p, 0);
}

static void read_ruler(struct ed_vib_list *l, struct ed_span header, struct ed_span ruler)
{
	l->n_columns = 0;
	for (size_t i = 0; i < ruler.n && l->n_columns < ED_VIB_COLUMNS_MAX; i++) {
		if (ruler.p[i] == '-' && (i == 0 || ruler.p[i - 1] != '-'))
			l->column[l->n_columns++].start = i;
	}
	for (unsigned i = 0; i < l->n_columns; i++)
		l->column[i].field = (uint8_t)field_of(cell(l, header, i));
}

static enum ed_vib_step next_table(struct ed_vib_list *l, struct ed_vib *ret)
{
	struct ed_span line, behind, ruler;

	while (cut_line(&l->rest, &line)) {
		behind = l->rest;
		l->at = line.p;
		if (trim(line).n == 0) {
			l->n_columns = 0;
			continue;
		}
		if (cut_line(&behind, &ruler) && is_ruler(ruler)) {
			read_ruler(l, line, ruler);
			l->rest = behind;
			continue;
		}
		if (l->n_columns == 0)
			return ED_VIB_NOTE;
		for (unsigned i = 0; i < l->n_columns; i++)
			put(l, l->column[i].field, cell(l, line, i));
		return give(l, ret);
	}
	return ED_VIB_END;
}

/* ------------------------------------------------------------------- csv */

/* The text up to the next comma that is not between quotes, cut off. */
static bool cut_cell(struct ed_span *rest, struct ed_span *ret)
{
	bool quoted = false;
	size_t n = 0;

	if (!rest->p)
		return false;
	for (; n < rest->n && (quoted || rest->p[n] != ','); n++)
		quoted ^= rest->p[n] == '"';
	*ret = unquote(ed_span_of(rest->p, n));
	*rest = n < rest->n ? ed_span_from(*rest, n + 1) : ed_span_of(NULL, 0);
	return true;
}

/* The names of the columns. False: the line holds none. */
static bool read_csv_header(struct ed_vib_list *l, struct ed_span line)
{
	struct ed_span name;
	bool named = false;

	for (unsigned i = 0; i < ED_VIB_COLUMNS_MAX && cut_cell(&line, &name); i++) {
		enum ed_vib_field field = field_of(name);

		l->column[i].field = (uint8_t)field;
		l->n_columns = i + 1;
		named |= field == ED_VIB_NAME || field == ED_VIB_ID;
	}
	return named;
}

static enum ed_vib_step next_csv(struct ed_vib_list *l, struct ed_vib *ret)
{
	static const uint8_t usual[] = { ED_VIB_NAME, ED_VIB_VENDOR, ED_VIB_VERSION, ED_VIB_LEVEL };
	struct ed_span line, value;

	while (cut_line(&l->rest, &line)) {
		l->at = line.p;
		if (trim(line).n == 0 || line.p[0] == '#')
			continue;
		if (l->n_columns == 0) {
			if (read_csv_header(l, line))
				continue;
			/* without names: as docs/guide has it */
			l->n_columns = sizeof(usual);
			for (unsigned i = 0; i < sizeof(usual); i++)
				l->column[i].field = usual[i];
		}
		for (unsigned i = 0; i < l->n_columns && cut_cell(&line, &value); i++)
			put(l, l->column[i].field, value);
		return give(l, ret);
	}
	return ED_VIB_END;
}

/* ------------------------------------------------------------------ json */

/* A string behind its first quote, cut off with its last one; escapes stay. */
static struct ed_span cut_string(struct ed_span *rest)
{
	size_t n = 0;
	struct ed_span s;

	while (n < rest->n && rest->p[n] != '"')
		n += rest->p[n] == '\\' && n + 1 < rest->n ? 2 : 1;
	s = ed_span_of(rest->p, n);
	*rest = ed_span_from(*rest, n + 1);
	return s;
}

/* What is no string in a flat list of objects needs no looking at. */
static enum ed_vib_step next_json(struct ed_vib_list *l, struct ed_vib *ret)
{
	struct ed_span key = ed_span_of(NULL, 0), string;
	bool is_value = false;

	while (l->rest.n > 0) {
		uint8_t c = l->rest.p[0];
		const uint8_t *at = l->rest.p;

		l->rest = ed_span_from(l->rest, 1);
		switch (c) {
		case '{':
			memset(l->value, 0, sizeof(l->value));
			l->at = at;
			break;
		case '}':
			return give(l, ret);
		case ',':
			is_value = false;
			break;
		case ':':
			is_value = true;
			break;
		case '"':
			string = cut_string(&l->rest);
			if (is_value)
				put(l, field_of(key), string);
			else
				key = string;
			break;
		}
	}
	return ED_VIB_END;
}

/* ----------------------------------------------------------------- pairs */

/* "VIBSummaryExt[0].Name.string=atlantic", "   Acceptance Level: VMwareCertified" */
static enum ed_vib_field read_pair(struct ed_span line, struct ed_span *ret)
{
	size_t n = find(line, '=');
	struct ed_span key;
	const uint8_t *dot;

	if (n == line.n)
		n = find(line, ':');
	if (n == line.n)
		return ED_VIB_OTHER;
	key = trim(ed_span_of(line.p, n));
	*ret = unquote(ed_span_from(line, n + 1));
	if (key.n > 7 && memcmp(key.p + key.n - 7, ".string", 7) == 0)
		key.n -= 7;
	dot = key.n > 0 ? memrchr(key.p, '.', key.n) : NULL;
	if (dot)
		key = ed_span_from(key, (size_t)(dot - key.p) + 1);
	return field_of(key);
}

/* A row ends where one of its values comes again. */
static enum ed_vib_step next_pairs(struct ed_vib_list *l, struct ed_vib *ret)
{
	struct ed_span before = l->rest, line, value;
	bool has_any = false;

	while (cut_line(&l->rest, &line)) {
		enum ed_vib_field field = read_pair(line, &value);

		if (field != ED_VIB_OTHER && l->value[field].n > 0) {
			l->rest = before;
			return give(l, ret);
		}
		if (field != ED_VIB_OTHER && value.n > 0) {
			l->at = has_any ? l->at : line.p;
			has_any = true;
			l->value[field] = value;
		}
		before = l->rest;
	}
	return has_any ? give(l, ret) : ED_VIB_END;
}

/* ------------------------------------------------------------------ lists */

static enum ed_vib_form form_of(struct ed_span text)
{
	struct ed_vib_list l = { .n_columns = 0 };
	struct ed_span line = ed_span_of(text.p, 0), first, value;

	while (cut_line(&text, &line)) {
		line = trim(line);
		if (line.n > 0 && line.p[0] != '#')
			break;
	}
	first = line;
	if (first.n > 0 && first.p[0] == '[')
		first = trim(ed_span_from(first, 1));
	/* "[" alone may have its objects on the next lines; a prompt does not look like that */
	if (line.n > 0 && (first.n == 0 || first.p[0] == '{' || first.p[0] == ']'))
		return ED_VIB_JSON;
	if (read_pair(line, &value) != ED_VIB_OTHER)
		return ED_VIB_PAIRS;
	if (find(line, ',') < line.n && (read_csv_header(&l, line) || l.n_columns == 4))
		return ED_VIB_CSV;
	return ED_VIB_TABLE;
}

void ed_vib_list_init(struct ed_vib_list *l, struct ed_span text)
{
	static const uint8_t bom[] = { 0xef, 0xbb, 0xbf };

	if (text.n >= sizeof(bom) && memcmp(text.p, bom, sizeof(bom)) == 0)
		text = ed_span_from(text, sizeof(bom));
	memset(l, 0, sizeof(*l));
	l->rest = text;
	l->at = text.p;
	l->form = form_of(text);
}

enum ed_vib_step ed_vib_list_next(struct ed_vib_list *l, struct ed_vib *ret)
{
	switch (l->form) {
	case ED_VIB_CSV:
		return next_csv(l, ret);
	case ED_VIB_JSON:
		return next_json(l, ret);
	case ED_VIB_PAIRS:
		return next_pairs(l, ret);
	case ED_VIB_TABLE:
		break;
	}
	return next_table(l, ret);
}
