/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The comment lines around an entry, out and in:
 *	# earthdog frame serial=4 resolvers=192.0.2.53,2001:db8::53
 *	# earthdog begin domain=evil.example client=any server=none alert=none number=1482113
 *	# earthdog added=2026-11-21T22:40:00.000Z expires=2026-11-22T22:40:00.000Z
 *	# earthdog reason=anything printable
 *	# earthdog end
 * The one idea: a line that begins like ours is ours, and then it is read to its last byte or it is
 * damaged. No value but the last of a line holds a blank.
 */
#include "contain/marker.h"

#include "base/time.h"

enum { SERIAL_DIGITS_MAX = 9 };

/* Takes "@key" and the value behind it up to a blank off @line. */
static bool take(struct ed_span *line, const char *key, struct ed_span *ret)
{
	size_t n = 0;

	if (!ed_span_starts(*line, key))
		return false;
	*ret = ed_span_from(*line, strlen(key));
	while (n < ret->n && ret->p[n] != ' ')
		n++;
	*line = ed_span_from(*ret, n + 1);
	ret->n = n;
	return n > 0;
}

static bool number_of(struct ed_span s, uint32_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*ret = *ret * 10 + (s.p[i] - '0');
	}
	return s.n > 0 && s.n <= SERIAL_DIGITS_MAX;
}

/* The word @none is an unknown address. */
static bool addr_of(struct ed_span s, const char *none, struct ed_addr *ret)
{
	*ret = (struct ed_addr){ .b = { 0 } };
	return ed_span_is(s, none) || ed_addr_from_text(s, ret);
}

static bool domain_of(struct ed_span s, struct ed_name *ret)
{
	ret->n = 0;
	if (ed_span_is(s, "."))
		return true;
	if (ed_name_from_text(s, ED_NAME_MASTER, ret) != 0)
		return false;
	ed_name_lower(ret->wire, ret->n, ret->wire);
	return true;
}

static bool alert_of(struct ed_span s, char ret[static ED_ALERT_ID_TEXT])
{
	*ret = '\0';
	if (ed_span_is(s, "none"))
		return true;
	if (s.n >= ED_ALERT_ID_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!strchr("0123456789abcdef-", s.p[i]) || !s.p[i])
			return false;
	}
	memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
	return true;
}

static bool parse_frame(struct ed_span line, struct ed_contain_frame *ret)
{
	struct ed_span v;

	ret->n_resolvers = 0;
	if (!take(&line, "serial=", &v) || !number_of(v, &ret->serial) ||
	    !take(&line, "resolvers=", &v) || line.n > 0)
		return false;
	if (ed_span_is(v, "none"))
		return true;
	while (v.n > 0) {
		const uint8_t *comma = memchr(v.p, ',', v.n);
		size_t n = comma ? (size_t)(comma - v.p) : v.n;

		if (ret->n_resolvers == ED_CONTAIN_RESOLVERS_MAX ||
		    !ed_addr_from_text(ed_span_of(v.p, n), &ret->resolvers[ret->n_resolvers++]))
			return false;
		v = ed_span_from(v, n + 1);
	}
	return true;
}

static bool parse_begin(struct ed_span line, struct ed_contain_entry *e)
{
	struct ed_span domain, client, server, alert, number;

	return take(&line, "domain=", &domain) && take(&line, "client=", &client) &&
	       take(&line, "server=", &server) && take(&line, "alert=", &alert) &&
	       take(&line, "number=", &number) && line.n == 0 && domain_of(domain, &e->domain) &&
	       addr_of(client, "any", &e->client) && addr_of(server, "none", &e->server) &&
	       alert_of(alert, e->alert) && number_of(number, &e->number);
}

static bool parse_times(struct ed_span line, struct ed_contain_entry *e)
{
	struct ed_span added, expires;

	return take(&line, "added=", &added) && take(&line, "expires=", &expires) && line.n == 0 &&
	       ed_time_from_text(added, &e->added_ns) && ed_time_from_text(expires, &e->expires_ns);
}

static bool parse_reason(struct ed_span line, struct ed_contain_entry *e)
{
	char text[ED_CONTAIN_REASON_MAX];

	line = ed_span_from(line, strlen("reason="));
	if (line.n >= sizeof(text) || memchr(line.p, '\0', line.n))
		return false;
	memcpy(text, line.p, line.n);
	text[line.n] = '\0';
	ed_contain_reason(text, e->reason);
	return strcmp(text, e->reason) == 0;
}

enum ed_marker ed_marker_parse(const char *comment, struct ed_span line,
			       struct ed_contain_frame *frame, struct ed_contain_entry *e)
{
	if (!ed_span_starts(line, comment))
		return ED_MARKER_NONE;
	line = ed_span_from(line, strlen(comment));
	if (!ed_span_starts(line, " earthdog "))
		return ED_MARKER_NONE;
	line = ed_span_from(line, strlen(" earthdog "));
	if (ed_span_is(line, "end"))
		return ED_MARKER_END;
	if (ed_span_starts(line, "frame "))
		return parse_frame(ed_span_from(line, strlen("frame ")), frame) ? ED_MARKER_FRAME :
										  ED_MARKER_BAD;
	if (ed_span_starts(line, "begin "))
		return parse_begin(ed_span_from(line, strlen("begin ")), e) ? ED_MARKER_BEGIN :
									      ED_MARKER_BAD;
	if (ed_span_starts(line, "added="))
		return parse_times(line, e) ? ED_MARKER_TIMES : ED_MARKER_BAD;
	if (ed_span_starts(line, "reason="))
		return parse_reason(line, e) ? ED_MARKER_REASON : ED_MARKER_BAD;
	return ED_MARKER_BAD;
}

static void put_addr(const struct ed_addr *a, const char *none, struct ed_buf *out)
{
	char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(a, text);
	ed_buf_puts(out, ed_addr_known(a) ? text : none);
}

void ed_marker_put_frame(const char *comment, const struct ed_contain_frame *frame,
			 struct ed_buf *out)
{
	ed_buf_printf(out, "%s earthdog frame serial=%u resolvers=%s", comment,
		      (unsigned)frame->serial, frame->n_resolvers ? "" : "none");
	for (size_t i = 0; i < frame->n_resolvers; i++) {
		ed_buf_puts(out, i ? "," : "");
		put_addr(&frame->resolvers[i], "", out);
	}
	ed_buf_puts(out, "\n");
}

void ed_marker_put_entry(const char *comment, const struct ed_contain_entry *e, struct ed_buf *out)
{
	char domain[ED_NAME_TEXT_MAX + 1] = ".";
	char added[ED_TIME_TEXT_MAX], expires[ED_TIME_TEXT_MAX];

	if (e->domain.n > 0)
		(void)ed_name_to_text(ed_span_of(e->domain.wire, e->domain.n), domain);
	ed_time_to_text(e->added_ns, added);
	ed_time_to_text(e->expires_ns, expires);
	ed_buf_printf(out, "%s earthdog begin domain=%s client=", comment, domain);
	put_addr(&e->client, "any", out);
	ed_buf_puts(out, " server=");
	put_addr(&e->server, "none", out);
	ed_buf_printf(out, " alert=%s number=%u\n", *e->alert ? e->alert : "none",
		      (unsigned)e->number);
	ed_buf_printf(out, "%s earthdog added=%s expires=%s\n", comment, added, expires);
	ed_buf_printf(out, "%s earthdog reason=%s\n", comment, e->reason);
}

void ed_marker_put_end(const char *comment, struct ed_buf *out)
{
	ed_buf_printf(out, "%s earthdog end\n", comment);
}
