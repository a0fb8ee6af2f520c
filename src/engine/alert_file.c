/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts read back, an object a line; see alert_file.h.
 *	{...,"event":{...,"id":"2fa8..."},"source":{"ip":"192.0.2.5"},
 *	 "dns":{"question":{"registered_domain":"evil.example"}},"earthdog":{"summary":"..."}}
 */
#include "engine/alert_file.h"

#include "engine/json_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct reading {
	struct ed_json_reader *json;
	char *line; /* ED_ALERT_LINE_MAX_BYTES and padding; owned */
	void (*take)(void *arg, const struct ed_told_alert *a);
	void *arg;
	uint64_t n_bad;
};

static bool take_id(struct ed_span s, char ret[static ED_ALERT_ID_TEXT])
{
	if (s.n == 0 || s.n >= ED_ALERT_ID_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!s.p[i] || !strchr("0123456789abcdef-", s.p[i]))
			return false;
	}
	memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
	return true;
}

static bool take_addr(struct ed_span s, struct ed_addr *ret)
{
	return s.n == 0 || ed_addr_from_text(s, ret);
}

static bool take_domain(struct ed_span s, struct ed_name *ret)
{
	if (s.n == 0)
		return true;
	if (ed_name_from_text(s, ED_NAME_MASTER, ret) != 0)
		return false;
	ed_name_lower(ret->wire, ret->n, ret->wire);
	return true;
}

static bool parse(struct ed_json_reader *json, struct ed_span line, struct ed_told_alert *ret)
{
	struct ed_json_value root;
	struct ed_span summary;

	memset(ret, 0, sizeof(*ret));
	if (ed_json_read(json, line, &root) != 0 || root.type != ED_JSON_OBJECT ||
	    !ed_span_is(ed_json_text_at(&root, "event.kind"), "alert") ||
	    !take_id(ed_json_text_at(&root, "event.id"), ret->id) ||
	    !take_addr(ed_json_text_at(&root, "source.ip"), &ret->client) ||
	    !take_addr(ed_json_text_at(&root, "destination.ip"), &ret->server) ||
	    !take_domain(ed_json_text_at(&root, "dns.question.registered_domain"), &ret->domain))
		return false;
	summary = ed_json_text_at(&root, "earthdog.summary");
	for (size_t i = 0; i < summary.n && i + 1 < sizeof(ret->summary); i++)
		ret->summary[i] = (char)(summary.p[i] ? summary.p[i] : ' ');
	return true;
}

static void take_line(struct reading *r, size_t n)
{
	struct ed_told_alert a;

	if (n == 0)
		return;
	if (parse(r->json, ed_span_of(r->line, n), &a))
		r->take(r->arg, &a);
	else
		r->n_bad++;
}

/* A line that is too long is read to its end and is bad. */
static void read_lines(struct reading *r, FILE *f)
{
	size_t n = 0;
	int c;

	while ((c = getc_unlocked(f)) != EOF) {
		if (c == '\n') {
			take_line(r, n);
			n = 0;
		} else if (n < ED_ALERT_LINE_MAX_BYTES) {
			r->line[n++] = (char)c;
		} else {
			r->line[0] = '\0'; /* no JSON begins so */
		}
	}
	take_line(r, n);
}

int ed_alert_file_read(const char *path, void (*take)(void *arg, const struct ed_told_alert *a),
		       void *arg, uint64_t *ret_n_bad)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct reading r = { .take = take, .arg = arg };
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	int why;

	*ret_n_bad = 0;
	if (!f)
		return -errno;
	r.line = calloc(1, ED_ALERT_LINE_MAX_BYTES + ED_JSON_PADDING_BYTES);
	why = r.line ? ed_json_reader_new(ED_ALERT_LINE_MAX_BYTES, &r.json) : -ENOMEM;
	if (why == 0) {
		errno = 0;
		read_lines(&r, f);
		if (ferror(f))
			why = errno ? -errno : -EIO;
		ed_json_reader_free(r.json);
	}
	free(r.line);
	if (!is_stdin)
		(void)fclose(f);
	*ret_n_bad = r.n_bad;
	return why;
}

int ed_alert_text_read(const char *text, struct ed_told_alert *ret)
{
	size_t n = strlen(text);
	struct ed_json_reader *json;
	char *copy;
	int why;

	if (n > ED_ALERT_LINE_MAX_BYTES)
		return -EINVAL;
	copy = calloc(1, n + ED_JSON_PADDING_BYTES);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, n);
	why = ed_json_reader_new(n, &json);
	if (why == 0) {
		why = parse(json, ed_span_of(copy, n), ret) ? 0 : -EINVAL;
		ed_json_reader_free(json);
	}
	free(copy);
	return why;
}
