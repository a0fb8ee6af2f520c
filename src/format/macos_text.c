/* SPDX-License-Identifier: Apache-2.0 */
/*
 * macOS's unified log as text: `log stream` and `log show` in the styles syslog, default and
 * compact, what Console copies, and the old system.log:
 *	2026-11-03 14:02:11.141999-0400  localhost mDNSResponder[389]: [com.apple...] [R12] ...
 *	2026-11-03 14:02:11.141999-0400 0x1a2b  Info  0x0  389  0  mDNSResponder: [R12] ...
 *	2026-11-03 14:02:11.141 I  mDNSResponder[389:1a2b] [com.apple...] [R12] ...
 *	default	14:02:11.141999-0400	mDNSResponder	[R12] ...
 *	Nov  3 14:02:11 mac mDNSResponder[389]:  12: DNSServiceQueryRecord(...) START PID[123](curl)
 *
 * A message may have lines of its own, which begin as they please: text cannot tell them from
 * records, and a program's name is only its own word. The JSON styles can (macos.c).
 *
 * Console copies no date. The first line is on ED_LOGTIME_YEAR's first day, and a clock that goes
 * back by more than half a day tells the next one.
 */
#include "base/time.h"
#include "format/host/lines.h"
#include "format/host/mdns_responder.h"

enum {
	DAY_S = 86400,
	FIRST_DAY_S = (ED_LOGTIME_YEAR - 1970) * 365 *
		      DAY_S, /* a year without a leap day between */
	HEAD_BYTES = 64,
	TYPE_MAX = 16,
};

/* Where a log without dates has got to; zeroed: at its start. */
struct clock {
	int64_t day_s;   /* since the first */
	int64_t clock_s; /* of the last line */
};

struct macos_text_state {
	struct ed_lines lines;
	struct ed_logtime years;
	struct clock clock;
};

struct macos_text_context {
	struct ed_logtime_year year;
	struct clock clock;
};

/* A line, taken apart. */
struct record {
	struct ed_logtime_read time;
	struct ed_span program; /* name or path */
	struct ed_span pid;
	struct ed_span host;
	struct ed_span message;
	bool is_own; /* in a shape that no other log has */
};

/* --------------------------------------------------------------- heads */

/* The text up to the first @c, cut off with it. False: there is none. */
static bool cut_at(struct ed_span *s, uint8_t c, struct ed_span *ret)
{
	const uint8_t *p = s->n > 0 ? memchr(s->p, c, s->n) : NULL;

	if (!p)
		return false;
	*ret = ed_span_of(s->p, (size_t)(p - s->p));
	*s = ed_span_from(*s, ret->n + 1);
	return true;
}

/* "mDNSResponder[389]" or "mDNSResponder[389:1a2b]" */
static void split_pid(struct ed_span word, struct record *r)
{
	const uint8_t *p = word.n > 0 ? memrchr(word.p, '[', word.n) : NULL;
	struct ed_span pid;

	r->program = word;
	if (!p || word.p[word.n - 1] != ']')
		return;
	r->program.n = (size_t)(p - word.p);
	pid = ed_span_of(p + 1, word.n - r->program.n - 2);
	(void)cut_at(&pid, ':', &r->pid);
	r->pid = r->pid.p ? r->pid : pid;
}

/* "14:02:11.141999-0400": the time of a day that the lines before tell. */
static bool take_clock(struct ed_span text, struct clock *c, struct ed_logtime_read *ret)
{
	struct ed_logtime t = { .date_n = 0 };
	uint8_t dated[HEAD_BYTES + ED_LOGLINE_SLACK_BYTES] = "1972-01-01 ";
	struct ed_span whole = ed_span_of(dated, 11 + text.n);
	int64_t clock_s;

	if (text.n > HEAD_BYTES - 11 || ed_logtime_clock(text, &clock_s) == 0)
		return false;
	memcpy(dated + 11, text.p, text.n);
	if (ed_logtime_read(&t, whole, ret) != whole.n)
		return false;
	if (clock_s + DAY_S / 2 < c->clock_s)
		c->day_s += DAY_S;
	else if (clock_s > c->clock_s + DAY_S / 2 && c->day_s > 0)
		c->day_s -= DAY_S;
	c->clock_s = clock_s;
	ret->time_ns += c->day_s * ED_NS_PER_S;
	ret->quality = ED_TIME_YEAR_ASSUMED;
	return true;
}

/* "default\t14:02:11.141999-0400\tmDNSResponder\tmessage" */
static bool read_console(struct ed_span line, struct clock *c, struct record *ret)
{
	struct ed_span type, clock;

	if (line.n < TYPE_MAX || line.p[0] - (unsigned)'a' > 25 || !memchr(line.p, '\t', TYPE_MAX))
		return false;
	if (!cut_at(&line, '\t', &type) || !cut_at(&line, '\t', &clock) ||
	    !cut_at(&line, '\t', &ret->program) || !take_clock(clock, c, &ret->time))
		return false;
	ret->message = line;
	ret->is_own = true;
	return true;
}

/* "0x1a2b     Info        0x0                  389    0    mDNSResponder: message" */
static bool read_default(struct ed_span text, struct record *ret)
{
	struct ed_span thread, type, activity, ttl;

	if (!ed_logline_word(&text, &thread) || !ed_logline_word(&text, &type) ||
	    !ed_logline_word(&text, &activity) || !ed_logline_word(&text, &ret->pid) ||
	    !ed_logline_word(&text, &ttl) || !ed_span_starts(activity, "0x"))
		return false;
	while (text.n > 0 && text.p[0] == ' ')
		text = ed_span_from(text, 1);
	ret->is_own = cut_at(&text, ':', &ret->program);
	(void)ed_logline_take(&text, " ");
	ret->message = text;
	return ret->is_own;
}

/* "Df mDNSResponder[389:1a2b] message"; programs may have blanks in their names. */
static bool read_compact(struct ed_span text, struct record *ret)
{
	struct ed_span type, word;
	const uint8_t *end;

	if (!ed_logline_word(&text, &type) || type.n > 2)
		return false;
	while (text.n > 0 && text.p[0] == ' ')
		text = ed_span_from(text, 1);
	end = text.n > 0 ? memchr(text.p, ']', text.n) : NULL;
	if (!end)
		return false;
	word = ed_span_of(text.p, (size_t)(end - text.p) + 1);
	split_pid(word, ret);
	ret->message = ed_span_from(text, word.n);
	(void)ed_logline_take(&ret->message, " ");
	ret->is_own = ret->pid.n > 0;
	return ret->is_own;
}

/* " localhost mDNSResponder[389]: message" */
static bool read_syslog(struct ed_span text, struct record *ret)
{
	struct ed_span word;
	const uint8_t *end;

	if (!ed_logline_word(&text, &ret->host) || text.n == 0)
		return false;
	ret->is_own = ed_span_is(ret->host, "localhost"); /* which is always what it says */
	end = memmem(text.p, text.n, "]: ", 3);
	if (!end)
		return false;
	word = ed_span_of(text.p, (size_t)(end - text.p) + 1);
	split_pid(word, ret);
	ret->message = ed_span_from(text, word.n + 2);
	return ret->pid.n > 0;
}

/* A line of the log command, which begins with a date and a blank. */
static bool read_styles(struct ed_logtime *t, struct ed_span line, struct record *ret)
{
	size_t n;

	if (line.n < 30 || line.p[4] != '-' || line.p[10] != ' ')
		return false;
	n = ed_logtime_read(t, line, &ret->time);
	if (n == 0 || n >= line.n || line.p[n] != ' ')
		return false;
	line = ed_span_from(line, n + 1);
	if (ed_span_starts(line, "0x"))
		return read_default(line, ret);
	if (line.p[0] == ' ')
		return read_syslog(line, ret);
	return read_compact(line, ret);
}

/* The word before the program's, which is the host's unless it is part of a time. */
static struct ed_span host_before(struct ed_span line, const uint8_t *tag)
{
	const uint8_t *end = tag, *p;

	while (end > line.p && end[-1] == ' ')
		end--;
	for (p = end; p > line.p && p[-1] != ' ' && p[-1] != '>'; p--)
		;
	if (memchr(p, ':', (size_t)(end - p)))
		end = p;
	return ed_span_of(p, (size_t)(end - p));
}

/* A line in one of the shapes of syslog; or nothing but a message. */
static bool read_other(struct ed_logtime *t, struct ed_span line, struct record *ret)
{
	struct ed_logline l;

	ed_logline_cut(t, line, &l);
	ret->time = l.time;
	ret->message = l.text;
	if (l.time.quality == ED_TIME_NONE) {
		/* only a message whose head is beyond doubt */
		ret->program = ed_span_str("mDNSResponder");
		ret->message = line;
		return ed_span_starts(line, "[R");
	}
	split_pid(l.tag, ret);
	ret->host = host_before(line, l.tag.p);
	return l.tag.n > 0;
}

/* ------------------------------------------------------------- messages */

/* "(libsystem_info.dylib) [com.apple.mDNSResponder:Default] <Notice>: " before the message. */
static void skip_sender(struct ed_span *s)
{
	struct ed_span rest = *s, part;

	if (ed_logline_take(&rest, "(") && cut_at(&rest, ')', &part) && ed_logline_take(&rest, " "))
		*s = rest;
	rest = *s;
	if (ed_logline_take(&rest, "[") && cut_at(&rest, ']', &part) &&
	    memchr(part.p, ':', part.n) && ed_logline_take(&rest, " "))
		*s = rest;
	rest = *s;
	if (ed_logline_take(&rest, "<") && cut_at(&rest, '>', &part) &&
	    ed_logline_take(&rest, ": "))
		*s = rest;
}

static bool is_responder(struct ed_span program)
{
	return ed_span_is(program, "mDNSResponder") || ed_span_is(program, ED_MDNS_PATH);
}

static enum ed_drop find_question(const struct record *rec, struct ed_mdns_question *q)
{
	struct ed_span message = rec->message;

	if (is_responder(rec->program)) {
		skip_sender(&message);
		switch (ed_mdns_read(message, q)) {
		case ED_MDNS_QUESTION:
			return ED_DROP_N;
		case ED_MDNS_BROKEN:
			return ED_DROP_BAD_LINE;
		case ED_MDNS_OTHER:
			return ED_DROP_OTHER_LOG;
		}
	}
	if (message.n > 11 && memmem(message.p, message.n, "dns_request", 11) &&
	    ed_mdns_request_read(message, q))
		return ED_DROP_N;
	return ED_DROP_OTHER_LOG;
}

/* What the table's head and the log command itself say. */
static bool is_note(struct ed_span line)
{
	return ed_span_starts(line, "Filtering the log data") ||
	       ed_span_starts(line, "Timestamp    ");
}

static enum ed_drop macos_text_line(struct ed_host_reader *r, struct ed_span line)
{
	struct clock no_clock = { .day_s = 0 };
	struct clock *clock = r->scratch ? r->scratch : &no_clock;
	struct record rec = { .is_own = false };
	struct ed_mdns_question q;
	struct ed_host_event *h = &r->h;
	enum ed_drop drop;

	if (is_note(line)) {
		r->n_own++;
		return ED_DROP_OTHER_LOG;
	}
	if (!read_console(line, clock, &rec) && !read_styles(&r->time, line, &rec) &&
	    !read_other(&r->time, line, &rec))
		return ed_logline_other(line);
	drop = find_question(&rec, &q);
	r->n_own += rec.is_own || (drop == ED_DROP_N && is_responder(rec.program));
	if (drop < ED_DROP_N)
		return drop == ED_DROP_OTHER_LOG ? ed_logline_other(line) : drop;
	ed_logline_time(&rec.time, &h->ev);
	if (!is_responder(rec.program)) {
		h->text[ED_TEXT_IMAGE] = rec.program;
		(void)ed_logline_number(rec.pid, UINT32_MAX, &h->process.pid);
	}
	if (!ed_span_is(rec.host, "localhost"))
		h->text[ED_TEXT_HOST] = rec.host;
	return ed_mdns_give(&q, h) ? ed_host_lines_commit(r) : ED_DROP_MULTICAST;
}

/* --------------------------------------------------------------- passes */

static const struct ed_host_lines kind = {
	.platform = ED_PLATFORM_MACOS,
	.read = macos_text_line,
};

static enum ed_frame_verdict macos_text_frame(void *state, struct ed_span in, bool eof,
					      void *context, struct ed_frame *ret)
{
	struct macos_text_state *s = state;
	enum ed_frame_verdict verdict = ed_lines_frame(&s->lines, in, eof, NULL, ret);
	struct macos_text_context *c = context;
	uint8_t head[2 * HEAD_BYTES] = { 0 };
	struct ed_span line = ed_span_of(head, in.n < HEAD_BYTES ? in.n : HEAD_BYTES);
	struct record rec = { .is_own = false };

	if (verdict != ED_FRAME_UNIT)
		return verdict;
	c->year = s->years.last;
	c->clock = s->clock;
	/* the front of the line is enough for its time */
	memcpy(head, in.p, line.n);
	if (!read_console(line, &s->clock, &rec))
		(void)read_other(&s->years, line, &rec);
	return verdict;
}

static unsigned macos_text_probe(struct ed_span head)
{
	return ed_host_lines_probe(&kind, head);
}

static void macos_text_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct macos_text_context c;
	struct ed_host_reader r;

	(void)scratch;
	if (unit->bytes.n == 0)
		return;
	memcpy(&c, unit->context, sizeof(c));
	memset(&r, 0, offsetof(struct ed_host_reader, h));
	r.time.last = c.year;
	r.scratch = &c.clock;
	ed_host_lines_decode(&kind, &r, unit, out);
}

const struct ed_format ed_format_macos_text = {
	.name = "macos-text",
	.help = "macOS unified log as text (log stream, log show, Console, system.log)",
	.platforms = 1u << ED_PLATFORM_MACOS,
	.fields = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE |
		  ED_FIELD_RESOLVER | ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_HOST,
	.state_bytes = sizeof(struct macos_text_state),
	.context_bytes = sizeof(struct macos_text_context),
	.probe = macos_text_probe,
	.frame = macos_text_frame,
	.decode = macos_text_decode,
};
