/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the text logs of resolvers have in common: a line may have been through syslog, is made of
 * words, and holds addresses with ports, names in presentation form, and mnemonics.
 *	<30>Nov  3 14:02:11 ns1 named[464]: 03-Nov-2026 14:02:11.250 queries: info: client ...
 *
 * Everything behind a name is the writer's, the name itself is the attacker's: readers take words
 * from the front, one after the other, and never search for a keyword.
 *
 * ED_LOGLINE_SLACK_BYTES behind each word are readable, ED_LOGLINE_LINE_SLACK_BYTES behind each line,
 * whatever they hold.
 */
#ifndef ED_FORMAT_TEXT_LOGLINE_H
#define ED_FORMAT_TEXT_LOGLINE_H

#include "format/text/lines.h"
#include "format/text/logtime.h"

enum { ED_LOGLINE_SLACK_BYTES = 32, ED_LOGLINE_LINE_SLACK_BYTES = 64 };

/* The state and the context of a format that is nothing but lines. */
struct ed_logline_state {
	struct ed_lines lines;
	struct ed_logtime years;
};

struct ed_logline_context {
	struct ed_logtime_year year; /* of the last line before the unit */
};

/* The fields that every one of these logs can fill. */
enum {
	ED_LOGLINE_FIELDS = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME | ED_FIELD_QTYPE,
};

/* The frame() of these formats. */
enum ed_frame_verdict ed_logline_frame(void *state, struct ed_span in, bool eof, void *context,
				       struct ed_frame *ret);

/* A line behind what syslog put in front of it. */
struct ed_logline {
	struct ed_span text; /* the program's own words */
	struct ed_span tag;  /* program and pid, "named[464]"; empty: none was there */
	struct ed_logtime_read time;
};

/* An address that many lines share, by its text. */
struct ed_logline_addr {
	uint8_t n; /* 0: none yet */
	uint8_t text[ED_LINES_STEP];
	struct ed_addr addr;
};

/* What a line reader is given. */
struct ed_logline_reader {
	struct ed_logtime time;
	struct ed_batch *out;          /* events so far; NULL while a format is being sniffed */
	void *scratch;                 /* of the format; NULL while a format is being sniffed */
	const void *context;           /* of the unit; NULL while a format is being sniffed */
	uint64_t offset;               /* of the line in its source */
	struct ed_logline_addr server; /* that was read last */
};

enum {
	ED_LOGLINE_EVENT = ED_DROP_N, /* the event is filled */
	ED_LOGLINE_UNNAMED,           /* it is, but its name may come with a later line */
	ED_LOGLINE_JOINED,            /* what the line tells went into an earlier event */
};

/* Reads one line into @ev, which comes from ed_batch_peek. Returns an ed_drop or ED_LOGLINE_*. */
typedef unsigned ed_logline_fn(struct ed_logline_reader *r, struct ed_span line,
			       struct ed_event *ev);

/*
 * The same for lines in the usual form: the one at the front of @text, the rest of a unit. Returns
 * its bytes with the line end, and always fills the event. 0: the line is for the other reader, and
 * nothing is left behind in @r or in @ev before its name.
 */
typedef size_t ed_logline_quick_fn(struct ed_logline_reader *r, struct ed_span text,
				   struct ed_event *ev);

/*
 * The decode() of these formats: each line of the unit through @read. The context begins with a
 * struct ed_logline_context.
 */
void ed_logline_decode(ed_logline_fn *read, void *scratch, const struct ed_unit *unit,
		       struct ed_batch *out);

/* The same, but each line goes through @quick first. */
void ed_logline_decode_usual(ed_logline_quick_fn *quick, ed_logline_fn *read, void *scratch,
			     const struct ed_unit *unit, struct ed_batch *out);

/*
 * The probe() of these formats: 0 when @read makes no event of any line of @head, up to 95 when it
 * does of many.
 */
unsigned ed_logline_probe(ed_logline_fn *read, struct ed_span head);

/* Cuts a priority, a time, a host and a program off the front of @line, as far as they are there.
 */
void ed_logline_cut(struct ed_logtime *t, struct ed_span line, struct ed_logline *ret);

/* True when the program of @l is @name, with or without a pid, or is not told. */
bool ed_logline_is_from(const struct ed_logline *l, const char *name);

/* Why a line that tells of no lookup is dropped: it is another message of the program, or no text.
 */
enum ed_drop ed_logline_other(struct ed_span line);

/* Cuts the next word off the front of @rest, and one blank behind it; blanks before it are skipped.
 */
static inline bool ed_logline_word(struct ed_span *rest, struct ed_span *ret)
{
	const uint8_t *p = rest->p, *end;

	if (rest->n == 0) /* perhaps a span of nothing */
		return false;
	end = rest->p + rest->n;
	while (p < end && *p == ' ')
		p++;
	if (p == end)
		return false;
	ret->p = p;
	for (;;) {
		uint32_t hits = ed_lines_match_two(p, ' ');

		if (hits) {
			p += __builtin_ctz(hits);
			break;
		}
		p += 2 * ED_LINES_STEP;
		if (p >= end)
			break;
	}
	if (p > end)
		p = end;
	ret->n = (size_t)(p - ret->p);
	*rest = p < end ? ed_span_of(p + 1, (size_t)(end - p - 1)) : ed_span_of(end, 0);
	return true;
}

/* The first @c in @s; NULL: none. For texts of a few bytes, where a call costs more than the
 * search.
 */
static inline const uint8_t *ed_logline_find(struct ed_span s, uint8_t c)
{
	for (size_t at = 0; at < s.n; at += ED_LINES_STEP) {
		unsigned hits = ed_lines_match(s.p + at, c);

		if (hits) {
			at += (unsigned)__builtin_ctz(hits);
			return at < s.n ? s.p + at : NULL;
		}
	}
	return NULL;
}

/* Takes @word off the front of @rest; false: something else is there. Inlined for its length. */
static inline __attribute__((always_inline)) bool ed_logline_take(struct ed_span *rest,
								  const char *word)
{
	if (!ed_span_starts(*rest, word))
		return false;
	*rest = ed_span_from(*rest, strlen(word));
	return true;
}

/* Decimal digits and nothing else. */
bool ed_logline_number(struct ed_span word, uint32_t max, uint32_t *ret);

/*
 * Seconds with or without a fraction of up to nine digits, as nanoseconds. False: something else,
 * or more than an int64_t holds; @ret_ns is untouched.
 */
bool ed_logline_seconds(struct ed_span word, int64_t *ret_ns);

/*
 * An address and, behind @separator, a port: "192.0.2.1#53". IPv6 may stand in brackets and may
 * carry a zone ("fe80::1%2"). A port that is not there leaves @ret_port alone.
 */
bool ed_logline_endpoint(struct ed_span word, char separator, struct ed_addr *ret_addr,
			 uint16_t *ret_port);

/* The address that was asked, as the resolver of @ev; what is none stays unknown. */
void ed_logline_server(struct ed_logline_reader *r, struct ed_span word, struct ed_event *ev);

/* An address alone, as the client of @ev; false: it is none. */
bool ed_logline_client(struct ed_span word, struct ed_event *ev);

/* The name behind the event; false: it is no name. */
bool ed_logline_name(struct ed_span text, enum ed_name_style style, struct ed_event *ev);

/* The same where there always is a name: what is no proper one is kept as far as it goes, and marked
 * by what it lost. */
void ed_logline_name_kept(struct ed_span text, enum ed_name_style style, struct ed_event *ev);

/* Class, type and response code by their mnemonics or numbers; what is none of them stays unknown.
 */
bool ed_logline_class(struct ed_span word, struct ed_event *ev);
bool ed_logline_type(struct ed_span word, struct ed_event *ev);
bool ed_logline_rcode(struct ed_span word, struct ed_event *ev);

/* Sets time, quality and their field. */
static inline void ed_logline_time(const struct ed_logtime_read *t, struct ed_event *ev)
{
	ev->time_ns = t->time_ns;
	ev->time_quality = t->quality;
	if (t->quality != ED_TIME_NONE)
		ev->has |= ED_FIELD_TIME;
}

#endif
