/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows event logs as XML, of whoever wrote them (format/windows/xml_event.h): one event after
 * the other, on one line or on many, alone or within <Events>, and Sysmon for Linux through syslog:
 *	<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>...</Event>
 *	Nov  3 14:02:11 web1 sysmon: <Event><System>...</Event>
 *
 * The idea: "</Event>" can only stand at the end of an event, because within values "<" is written
 * in another way. So it is a border as a line end is one between events, and units are cut at
 * either. Behind a syslog prefix the line end is one, too, and the program must be Sysmon.
 */
#include "base/mem.h"
#include "format/text/logline.h"
#include "format/probe.h"
#include "format/windows/event.h"
#include "format/windows/xml_event.h"

#include <errno.h>

enum {
	PROBE_EVENTS = 20,
	PROBE_SURE = 92,
	PROBE_LIKELY = 85, /* it begins as one, and its end is out of sight */
};

static const char end_tag[] = "</Event>";
static const char namespace[] = "http://schemas.microsoft.com/win/2004/08/events/event";
enum { END_TAG_BYTES = sizeof(end_tag) - 1 };

/* What frame keeps. */
struct xml_state {
	bool started;   /* behind the place of the byte order mark */
	bool in_long;   /* inside of what is being skipped */
	bool long_line; /* it ends with its line */
};

/* Memory of one reading thread. */
struct xml_scratch {
	struct ed_xml_reader reader;
	struct ed_logtime time;
	struct ed_span blank[ED_WINDOWS_SLOTS]; /* the slots of an event without values */
	uint8_t *space;
};

/* --------------------------------------------------------------- frame */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static struct ed_span trim(struct ed_span s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = ed_span_from(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Behind the first @tag at or behind @from; 0: there is none. */
static size_t behind_first(struct ed_span s, size_t from, const char *tag)
{
	size_t n = strlen(tag);
	const uint8_t *p = from < s.n ? memmem(s.p + from, s.n - from, tag, n) : NULL;

	return p ? (size_t)(p - s.p) + n : 0;
}

/* Behind the last end of an event in @s; 0: there is none. */
static size_t behind_last_end(struct ed_span s)
{
	while (s.n >= END_TAG_BYTES) {
		const uint8_t *p = memrchr(s.p, '>', s.n);

		if (!p)
			return 0;
		s.n = (size_t)(p - s.p) + 1;
		if (s.n >= END_TAG_BYTES &&
		    memcmp(p + 1 - END_TAG_BYTES, end_tag, END_TAG_BYTES) == 0)
			return s.n;
		s.n--;
	}
	return 0;
}

/* Behind the first line end or end of an event at or behind @from; s.n: there is none. */
static size_t behind_border(struct ed_span s, size_t from)
{
	size_t line = behind_first(s, from, "\n");
	size_t event = behind_first(ed_span_of(s.p, line > 0 ? line : s.n), from, end_tag);

	if (event > 0)
		return event;
	return line > 0 ? line : s.n;
}

/* True when the text right before an event is more than blanks and tags. */
static bool is_prefix(struct ed_span text)
{
	text = trim(text);
	return text.n > 0 && text.p[text.n - 1] != '>';
}

/* Where the line begins that byte @at is in. */
static size_t line_start(struct ed_span s, size_t at)
{
	const uint8_t *p = at > 0 ? memrchr(s.p, '\n', at) : NULL;

	return p ? (size_t)(p - s.p) + 1 : 0;
}

/* The bytes of a unit when no event begins in the window; 0: not one line is whole. */
static size_t cut_lines(struct ed_span in, size_t window)
{
	const uint8_t *p = memrchr(in.p, '\n', window);

	return p ? (size_t)(p - in.p) + 1 : behind_first(in, window, "\n");
}

/* The bytes of a unit at the front of @in; 0: nothing is whole. @ret_line: what is not is a line.
 */
static size_t cut(struct ed_span in, bool *ret_line)
{
	size_t window = in.n < ED_UNIT_TARGET_BYTES ? in.n : ED_UNIT_TARGET_BYTES;
	size_t end = behind_last_end(ed_span_of(in.p, window));
	size_t start, line, line_end;

	*ret_line = false;
	if (end > 0)
		return end;
	start = ed_xml_event_start(ed_span_of(in.p, window), 0);
	if (start == window) {
		*ret_line = true;
		return cut_lines(in, window);
	}
	line = line_start(in, start);
	if (line > 0)
		return line;
	*ret_line = is_prefix(ed_span_of(in.p, start));
	end = behind_first(in, start, end_tag);
	line_end = *ret_line ? behind_first(in, start, "\n") : 0;
	return line_end > 0 && (end == 0 || line_end < end) ? line_end : end;
}

static enum ed_frame_verdict skip_long(struct xml_state *state, struct ed_span in, bool eof,
				       struct ed_frame *ret)
{
	size_t event = behind_first(in, 0, end_tag);
	size_t line = state->long_line ? behind_first(in, 0, "\n") : 0;
	size_t n = line > 0 && (event == 0 || line < event) ? line : event;

	state->in_long = n == 0;
	/* The end may itself lie at the end of what there is. */
	if (n == 0)
		n = eof || in.n < END_TAG_BYTES ? in.n : in.n - END_TAG_BYTES + 1;
	ret->n_bytes = n;
	return ED_FRAME_SKIP;
}

static enum ed_frame_verdict windows_xml_frame(void *state, struct ed_span in, bool eof,
					       void *context, struct ed_frame *ret)
{
	struct xml_state *s = state;
	bool is_line;

	(void)context;
	ret->n_bytes = 0;
	if (in.n == 0)
		return ED_FRAME_SKIP;
	if (!s->started) {
		size_t bom = in.n - ed_lines_skip_bom(in).n;

		if (in.n < 3 && !eof)
			return ED_FRAME_MORE;
		s->started = true;
		ret->n_bytes = bom;
		if (bom > 0)
			return ED_FRAME_SKIP;
	}
	if (s->in_long)
		return skip_long(s, in, eof, ret);
	ret->n_bytes = cut(in, &is_line);
	if (eof && (ret->n_bytes == 0 || in.n <= ED_UNIT_TARGET_BYTES))
		ret->n_bytes = in.n;
	if (ret->n_bytes > 0)
		return ED_FRAME_UNIT;
	if (in.n < ED_UNIT_MAX_BYTES)
		return ED_FRAME_MORE;
	s->in_long = true;
	s->long_line = is_line;
	(void)skip_long(s, in, eof, ret);
	ret->drop = ED_DROP_OVERSIZE;
	ret->n_dropped = 1;
	return ED_FRAME_SKIP;
}

/* -------------------------------------------------------------- decode */

struct way {
	struct xml_scratch *s;
	const struct ed_unit *unit;
	struct ed_batch *out;
};

static void drop(const struct way *w, enum ed_drop reason, size_t at)
{
	ed_tally_drop(&w->out->tally, reason, w->unit->offset + at);
}

/* What stands around events and is none of their text. */
static bool is_wrapper(struct ed_span line)
{
	return line.n == 0 || ed_span_starts(line, "<?xml") || ed_span_starts(line, "<Events") ||
	       ed_span_starts(line, "</Events");
}

/* True when what lies before @at has ended. */
static bool is_border(struct ed_span s, size_t at)
{
	return s.p[at - 1] == '\n' || (at >= END_TAG_BYTES && memcmp(s.p + at - END_TAG_BYTES,
								     end_tag, END_TAG_BYTES) == 0);
}

/*
 * Counts the lines between events, from @at to @end. Returns where the last one begins, which has
 * no end if it is followed by an event.
 */
static size_t count_lines(const struct way *w, size_t at, size_t end)
{
	struct ed_span bytes = ed_span_of(w->unit->bytes.p, end);

	while (at < end) {
		size_t next = behind_border(bytes, at);
		struct ed_span line = trim(ed_span_of(bytes.p + at, next - at));

		if (next == end && end < w->unit->bytes.n && !is_border(bytes, end))
			return at;
		if (!is_wrapper(line)) {
			w->out->tally.n_read++;
			drop(w, ed_logline_other(line), at);
		}
		at = next;
	}
	return end;
}

static enum ed_drop emit(const struct way *w, struct ed_span *value, size_t at)
{
	struct ed_windows_record record = {
		.value = value,
		.time = &w->s->time,
		.space = w->s->space,
		.offset = w->unit->offset + at,
		.source = w->unit->source,
	};
	size_t used = w->out->used;
	uint32_t n_events = w->out->n_events;
	enum ed_drop reason;

	if (!ed_windows_is_event(value))
		return ED_DROP_OTHER_LOG;
	reason = ed_windows_emit(&record, w->out);
	if (reason < ED_DROP_N) {
		w->out->used = used;
		w->out->n_events = n_events;
	}
	return reason;
}

/* Behind what is left of an event that could not be read: where the next one begins, or its end. */
static size_t behind_broken(struct ed_span bytes, size_t at)
{
	size_t next = ed_xml_event_start(bytes, at);
	size_t end = behind_first(ed_span_of(bytes.p, next), at, end_tag);

	return end > 0 ? end : next;
}

/* The event at @at, which must end before @limit: of the unit, or of its line. Returns where to go
 * on. */
static size_t take_event(const struct way *w, size_t at, size_t limit, bool is_line)
{
	struct ed_span bytes = w->unit->bytes;
	struct ed_span value[ED_WINDOWS_SLOTS];
	enum ed_drop reason = ED_DROP_BAD_LINE;
	enum ed_xml_verdict verdict;
	size_t n;

	memcpy(value, w->s->blank, sizeof(value));
	w->out->tally.n_read++;
	verdict = ed_xml_event_read(&w->s->reader, ed_span_of(bytes.p + at, limit - at), value, &n);
	if (verdict == ED_XML_EVENT) {
		reason = emit(w, value, at);
		if (reason == ED_DROP_N)
			w->out->tally.n_analysed++;
		else
			drop(w, reason, at);
		return at + n;
	}
	n = is_line ? behind_border(bytes, at) : behind_broken(bytes, at + 1);
	if (verdict == ED_XML_OPEN && !is_line && n == bytes.n && bytes.p[n - 1] != '>')
		reason = ED_DROP_CUT;
	drop(w, reason, at);
	return n;
}

/* True when @line, up to the event in it, is how syslog introduces Sysmon. */
static bool is_from_sysmon(const struct way *w, struct ed_span line)
{
	struct ed_logline l;

	ed_logline_cut(&w->s->time, line, &l);
	return ed_logline_is_from(&l, "sysmon") && ed_span_starts(l.text, "<Event");
}

/* An event at @at behind text on its line that begins at @line. */
static size_t take_line(const struct way *w, size_t line, size_t at)
{
	struct ed_span bytes = w->unit->bytes;
	size_t limit = behind_first(bytes, at, "\n");

	if (limit == 0)
		limit = bytes.n;
	if (is_from_sysmon(w, ed_span_of(bytes.p + line, limit - line)))
		return take_event(w, at, limit, true);
	w->out->tally.n_read++;
	drop(w, ED_DROP_OTHER_LOG, line);
	return behind_border(bytes, at);
}

static void windows_xml_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct way w = { .s = scratch, .unit = unit, .out = out };
	struct ed_span bytes = unit->bytes;
	size_t at = 0;

	memset(&w.s->time, 0, sizeof(w.s->time));
	while (at < bytes.n) {
		size_t start = ed_xml_event_start(bytes, at);
		size_t line = count_lines(&w, at, start);

		if (start == bytes.n)
			return;
		if (is_prefix(ed_span_of(bytes.p + line, start - line)))
			at = take_line(&w, line, start);
		else
			at = take_event(&w, start, bytes.n, false);
	}
}

/* ------------------------------------------------------------- scratch */

static void windows_xml_scratch_free(void *scratch)
{
	struct xml_scratch *s = scratch;

	if (!s)
		return;
	ed_mem_free(s->reader.room);
	ed_mem_free(s->space);
	ed_mem_free(s);
}

static int scratch_new(size_t max_bytes, struct xml_scratch **ret)
{
	static const uint8_t nothing[ED_UNIT_PADDING_BYTES];
	struct xml_scratch *s = ed_mem_zalloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->reader.room = ed_mem_zalloc(1, max_bytes + ED_UNIT_PADDING_BYTES);
	s->space = ed_mem_zalloc(1, max_bytes + ED_UNIT_PADDING_BYTES);
	if (!s->reader.room || !s->space) {
		windows_xml_scratch_free(s);
		return -ENOMEM;
	}
	ed_xml_reader_init(&s->reader);
	for (size_t i = 0; i < ED_WINDOWS_SLOTS; i++)
		s->blank[i] = ed_span_of(nothing, 0);
	*ret = s;
	return 0;
}

static int windows_xml_scratch_new(void **ret)
{
	struct xml_scratch *s;
	int r = scratch_new(ED_UNIT_MAX_BYTES, &s);

	if (r == 0)
		*ret = s;
	return r;
}

/* --------------------------------------------------------------- probe */

static unsigned probe_events(struct xml_scratch *s, struct ed_span head)
{
	struct ed_span value[ED_WINDOWS_SLOTS];
	size_t at = 0, n;

	for (unsigned i = 0; i < PROBE_EVENTS; i++) {
		struct ed_span rest;

		at = ed_xml_event_start(head, at);
		if (at == head.n)
			return 0;
		rest = ed_span_from(head, at);
		memcpy(value, s->blank, sizeof(value));
		switch (ed_xml_event_read(&s->reader, rest, value, &n)) {
		case ED_XML_EVENT:
			if (ed_windows_is_event(value))
				return PROBE_SURE;
			break;
		case ED_XML_OPEN:
			return memmem(rest.p, rest.n, namespace, sizeof(namespace) - 1) ?
				       PROBE_LIKELY :
				       0;
		default:
			break;
		}
		at += n;
	}
	return 0;
}

static unsigned windows_xml_probe(struct ed_span head)
{
	struct xml_scratch *s;
	unsigned sure = 0;
	uint8_t *copy;

	if (head.n > ED_PROBE_BYTES)
		head.n = ED_PROBE_BYTES;
	if (ed_xml_event_start(head, 0) == head.n)
		return 0;
	copy = ed_probe_copy(&head);
	if (copy && scratch_new(head.n, &s) == 0) {
		sure = probe_events(s, head);
		windows_xml_scratch_free(s);
	}
	ed_mem_free(copy);
	return sure;
}

const struct ed_format ed_format_windows_xml = {
	.name = "windows-xml",
	.help = "Windows events as XML: wevtutil, forwarded, Splunk, EVTX, Sysmon for Linux",
	.platforms = 1u << ED_PLATFORM_WINDOWS | 1u << ED_PLATFORM_LINUX |
		     1u << ED_PLATFORM_NETWORK,
	.fields = ED_WINDOWS_FIELDS,
	.state_bytes = sizeof(struct xml_state),
	.probe = windows_xml_probe,
	.frame = windows_xml_frame,
	.scratch_new = windows_xml_scratch_new,
	.scratch_free = windows_xml_scratch_free,
	.decode = windows_xml_decode,
};
