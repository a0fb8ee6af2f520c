/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS logs of Cisco Umbrella, one lookup a row, all columns in quotes:
 *	"2026-11-03 14:02:11","alice","alice,Office","10.0.0.10","192.0.2.1","Allowed","1 (A)",
 *	  "NOERROR","www.example.net.","Software","Office policy","AD Users",""
 *
 * The first nine columns are the same in all versions of the log; how many follow depends on the
 * version. Identities are the customer's own words and may hold commas and doubled quotes.
 */
#include "format/text/logline.h"

enum column {
	COLUMN_TIME,
	COLUMN_IDENTITY,
	COLUMN_IDENTITIES,
	COLUMN_INTERNAL,
	COLUMN_EXTERNAL,
	COLUMN_ACTION,
	COLUMN_TYPE,
	COLUMN_RCODE,
	COLUMN_NAME,
	COLUMN_N
};

/* From behind an opening quote to behind the closing one. False: there is none. */
static bool take_quoted(struct ed_span *rest, struct ed_span *ret)
{
	struct ed_span s = *rest;
	size_t n = 0;

	for (;;) {
		const uint8_t *quote = n < s.n ? memchr(s.p + n, '"', s.n - n) : NULL;

		if (!quote)
			return false;
		n = (size_t)(quote - s.p);
		if (n + 1 >= s.n || s.p[n + 1] != '"')
			break;
		n += 2;
	}
	*ret = ed_span_of(s.p, n);
	*rest = ed_span_from(s, n + 1);
	return true;
}

static void skip_blanks(struct ed_span *rest)
{
	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = ed_span_from(*rest, 1);
}

/* A column and the comma behind it, blanks around it skipped. False: the row is malformed. */
static bool take_column(struct ed_span *rest, struct ed_span *ret)
{
	const uint8_t *comma;
	size_t n;

	skip_blanks(rest);
	if (ed_logline_take(rest, "\"")) {
		if (!take_quoted(rest, ret))
			return false;
		skip_blanks(rest);
		return rest->n == 0 || ed_logline_take(rest, ",");
	}
	comma = rest->n > 0 ? memchr(rest->p, ',', rest->n) : NULL;
	n = comma ? (size_t)(comma - rest->p) : rest->n;
	*ret = ed_span_of(rest->p, n);
	*rest = ed_span_from(*rest, comma ? n + 1 : n);
	return true;
}

/* "1 (A)": the number; "Other": one that Umbrella has no word for. False: the column is another
 * log's. */
static bool take_type(struct ed_span text, struct ed_event *ev)
{
	struct ed_span number;
	uint32_t v;

	if (ed_span_is(text, "Other"))
		return true;
	if (!ed_logline_word(&text, &number) || !ed_logline_number(number, UINT16_MAX, &v) ||
	    text.n < 2 || text.p[0] != '(' || text.p[text.n - 1] != ')')
		return false;
	ev->qtype = (uint16_t)v;
	ev->has |= ED_FIELD_QTYPE;
	return true;
}

/* The row of a lookup begins with a quoted time and has a type where one belongs; rows of the other
 * logs in the same bucket, and the titles of the columns, do not. */
static enum ed_drop read_row(struct ed_span line, struct ed_span ret[static COLUMN_N])
{
	if (line.p[0] != '"')
		return ed_logline_other(line);
	for (unsigned i = 0; i < COLUMN_N; i++) {
		if (line.n == 0)
			return ED_DROP_OTHER_LOG;
		if (!take_column(&line, &ret[i]))
			return ED_DROP_BAD_LINE;
	}
	return ED_DROP_N;
}

static unsigned umbrella_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	struct ed_span column[COLUMN_N] = { { .n = 0 } };
	struct ed_logtime_read time;
	enum ed_drop drop = read_row(line, column);
	struct ed_span client;

	if (drop < ED_DROP_N)
		return drop;
	if (!take_type(column[COLUMN_TYPE], ev))
		return ED_DROP_OTHER_LOG;
	/* The internal address is there where something of the customer's own tells it. */
	client = column[COLUMN_INTERNAL].n > 0 ? column[COLUMN_INTERNAL] : column[COLUMN_EXTERNAL];
	if (column[COLUMN_TIME].n == 0 || column[COLUMN_NAME].n == 0 || client.n == 0)
		return ED_DROP_NO_FIELDS;
	if (ed_logtime_read(&r->time, column[COLUMN_TIME], &time) != column[COLUMN_TIME].n ||
	    time.quality > ED_TIME_ZONE_ASSUMED || !ed_logline_client(client, ev))
		return ED_DROP_BAD_LINE;
	/* Umbrella writes times in UTC and leaves it at that. */
	time.quality = ED_TIME_EXACT_UTC;
	ed_logline_time(&time, ev);
	ed_logline_name_kept(column[COLUMN_NAME], ED_NAME_MASTER, ev);
	ev->vantage = ED_VANTAGE_RESOLVER;
	ev->kind = ED_EVENT_DNS_QUERY;
	if (ed_logline_rcode(column[COLUMN_RCODE], ev))
		ev->kind = ED_EVENT_DNS_PAIR;
	return ED_LOGLINE_EVENT;
}

static unsigned umbrella_probe(struct ed_span head)
{
	return ed_logline_probe(umbrella_line, head);
}

static void umbrella_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_logline_decode(umbrella_line, scratch, unit, out);
}

const struct ed_format ed_format_umbrella = {
	.name = "umbrella",
	.help = "Cisco Umbrella DNS logs (CSV)",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_RCODE,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = umbrella_probe,
	.frame = ed_logline_frame,
	.decode = umbrella_decode,
};
