/* SPDX-License-Identifier: Apache-2.0 */
/*
 * macOS's unified log as JSON, `log stream` or `log show` with --style ndjson or json:
 *	{"timestamp":"2026-11-03 14:02:11.141999-0400",
 *	 "processImagePath":"\/usr\/sbin\/mDNSResponder",
 *	 "eventMessage":"[R12] DNSServiceQueryRecord START -- qname: a.example, qtype: A, ..."}
 *
 * The idea: both styles are objects that begin at the start of a line. With ndjson the line holds
 * all of it; with json it holds a bracket, and the lines that follow are indented up to the next
 * bracket at the start of a line. Strings hold no raw line ends, so nothing that a program logs can
 * begin a line.
 */
#include <errno.h>

#include "base/mem.h"
#include "format/json/skip.h"
#include "format/text/logline.h"
#include "format/host/mdns_responder.h"
#include "format/probe.h"

enum { PROBE_RECORDS = 40, PROBE_SURE = 92 };

enum key { KEY_TIME = 1, KEY_MESSAGE, KEY_IMAGE, KEY_PID, KEY_UID, KEY_HOST, KEY_N };

static const struct ed_json_key macos_keys[] = {
	{ "timestamp", KEY_TIME },
	{ "eventMessage", KEY_MESSAGE },
	{ "processImagePath", KEY_IMAGE },
	{ "processID", KEY_PID },
	{ "userID", KEY_UID },
	/* not of the log command, but of what ships its lines */
	{ "hostname", KEY_HOST },
	{ "host_name", KEY_HOST },
	{ "host", KEY_HOST },
	{ "computerName", KEY_HOST },
	{ "deviceName", KEY_HOST },
	/* of no use, but known keys are stepped over faster */
	{ "timezoneName", 0 },
	{ "messageType", 0 },
	{ "eventType", 0 },
	{ "source", 0 },
	{ "formatString", 0 },
	{ "activityIdentifier", 0 },
	{ "subsystem", 0 },
	{ "category", 0 },
	{ "threadID", 0 },
	{ "senderImageUUID", 0 },
	{ "backtrace", 0 },
	{ "bootUUID", 0 },
	{ "senderImagePath", 0 },
	{ "machTimestamp", 0 },
	{ "processImageUUID", 0 },
	{ "traceID", 0 },
	{ "senderProgramCounter", 0 },
	{ "parentActivityIdentifier", 0 },
	{ NULL, 0 },
};

/* Memory of one reading thread. */
struct scratch {
	struct ed_json_keys keys;
	struct ed_logtime time;
	uint8_t *room;  /* for strings with escapes */
	uint8_t *space; /* for records of many lines */
	struct ed_host_event h;
};

struct record {
	struct ed_span value[KEY_N]; /* p is NULL when there is none */
};

/* Where records go: into a batch, or, with none, they are only looked at. */
struct way {
	const struct ed_unit *unit;
	struct ed_batch *out;
	unsigned n_records, n_own;
};

static bool has(const struct record *r, enum key key)
{
	return r->value[key].p != NULL;
}

/* ------------------------------------------------------------- records */

/* The object at the front, whose bracket has been read. False: malformed. */
static bool read_object(struct scratch *s, struct ed_json_text *t, struct record *ret)
{
	unsigned n = 0, id;
	struct ed_json_item item;
	enum ed_json_step step;

	memset(ret, 0, sizeof(*ret));
	t->last = 0;
	while ((step = ed_json_text_next(t, '}', &n)) == ED_JSON_STEP_ITEM) {
		if (!ed_json_text_key_id(t, &s->keys, &id))
			return false;
		if (id == 0 ? !ed_json_skip_value(t, &item.text) : !ed_json_text_value(t, &item))
			return false;
		if (id == 0)
			continue;
		if (item.kind == ED_JSON_KIND_NEST) {
			if (!ed_json_text_skip(t))
				return false;
		} else if (!has(ret, id) && !ed_span_is(item.text, "null")) {
			ret->value[id] = item.text;
		}
	}
	return step == ED_JSON_STEP_END;
}

/* What asks in @r. False: nothing, or it cannot be read, as *@ret_drop says. */
static bool find_question(const struct record *r, struct ed_mdns_question *q,
			  enum ed_drop *ret_drop)
{
	struct ed_span message = r->value[KEY_MESSAGE];
	enum ed_mdns_kind kind = ED_MDNS_OTHER;

	*ret_drop = ED_DROP_OTHER_LOG;
	if (!has(r, KEY_MESSAGE))
		return false;
	if (ed_span_is(r->value[KEY_IMAGE], ED_MDNS_PATH))
		kind = ed_mdns_read(message, q);
	else if (message.n > 11 && memmem(message.p, message.n, "dns_request", 11) &&
		 ed_mdns_request_read(message, q))
		kind = ED_MDNS_QUESTION;
	if (kind == ED_MDNS_BROKEN)
		*ret_drop = ED_DROP_BAD_LINE;
	return kind == ED_MDNS_QUESTION;
}

static bool take_time(struct scratch *s, struct ed_span text)
{
	struct ed_logtime_read time;

	if (text.n == 0 || ed_logtime_read(&s->time, text, &time) != text.n)
		return false;
	ed_logline_time(&time, &s->h.ev);
	return true;
}

/* The event of one record. Returns an ed_drop, ED_DROP_N when there is one. */
static enum ed_drop take_record(struct scratch *s, const struct record *r, const struct way *way,
				uint64_t offset)
{
	struct ed_host_event *h = &s->h;
	struct ed_mdns_question q;
	enum ed_drop drop;

	if (!find_question(r, &q, &drop))
		return drop;
	if (!has(r, KEY_TIME))
		return ED_DROP_NO_FIELDS;
	ed_host_event_init(h, ED_PLATFORM_MACOS);
	if (!take_time(s, r->value[KEY_TIME]))
		return ED_DROP_BAD_LINE;
	if (!ed_span_is(r->value[KEY_IMAGE], ED_MDNS_PATH)) {
		/* The program that logs asks, unless it says that another one does. */
		h->text[ED_TEXT_IMAGE] = r->value[KEY_IMAGE];
		h->text[ED_TEXT_USER] = r->value[KEY_UID];
		(void)ed_json_text_number(r->value[KEY_PID], UINT32_MAX, &h->process.pid);
	}
	h->text[ED_TEXT_HOST] = r->value[KEY_HOST];
	if (!ed_mdns_give(&q, h))
		return ED_DROP_MULTICAST;
	h->ev.offset = offset;
	h->ev.source = way->unit->source;
	return ed_host_event_commit(way->out, h) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static void end_record(struct scratch *s, const struct record *r, struct way *way, uint64_t offset)
{
	enum ed_drop drop;

	way->n_records++;
	way->n_own += has(r, KEY_MESSAGE) && has(r, KEY_IMAGE) && has(r, KEY_TIME);
	if (!way->out)
		return;
	way->out->tally.n_read++;
	drop = take_record(s, r, way, offset);
	if (drop < ED_DROP_N)
		ed_tally_drop(&way->out->tally, drop, offset);
	else
		way->out->tally.n_analysed++;
}

static void end_bad(struct way *way, enum ed_drop drop, uint64_t offset)
{
	way->n_records++;
	if (!way->out)
		return;
	way->out->tally.n_read++;
	ed_tally_drop(&way->out->tally, drop, offset);
}

/* --------------------------------------------------------------- lines */

/* A line that begins with one of these begins a record, or ends one. */
static bool is_border(uint8_t c)
{
	return c == '{' || c == '}' || c == '[' || c == ']';
}

/* Skips what stands between the records of an array. */
static void skip_between(struct ed_json_text *t, const char *which)
{
	while (*t->p == ' ' || *t->p == '\t' || (*t->p != '\0' && strchr(which, *t->p)))
		t->p++;
}

/* All records of @line, which is readable as format/json/text.h wants it; @at: where it begins. */
static void read_line(struct scratch *s, struct ed_span line, struct way *way, uint64_t at)
{
	struct ed_json_text t = { .p = line.p, .room = s->room };
	const uint8_t *end = line.p + line.n;
	struct record r;

	while (t.p < end) {
		uint64_t offset = at + (uint64_t)(t.p - line.p);
		const uint8_t *behind;

		if (*t.p++ != '{' || !read_object(s, &t, &r)) {
			end_bad(way, ED_DROP_BAD_LINE, offset);
			return;
		}
		behind = t.p;
		skip_between(&t, ",]");
		/* what follows an object is another one behind a comma, or nothing */
		if (t.p < end && (*t.p != '{' || !memchr(behind, ',', (size_t)(t.p - behind)))) {
			end_bad(way, ED_DROP_BAD_LINE, offset);
			return;
		}
		end_record(s, &r, way, offset);
	}
}

/* The lines up to the next border as one, behind the bracket; takes them off @rest. */
static struct ed_span gather(struct scratch *s, struct ed_span *rest)
{
	struct ed_span line, before = *rest;
	uint8_t *p = s->space;

	*p++ = '{';
	while (before.n > 0 && !is_border(before.p[0]) && ed_lines_next(rest, &line)) {
		if (line.n > 0)
			memcpy(p, line.p, line.n);
		p += line.n;
		*p++ = ' ';
		before = *rest;
	}
	*p++ = '}';
	memset(p, 0, ED_UNIT_PADDING_BYTES);
	return ed_span_of(s->space, (size_t)(p - s->space));
}

/* A line that holds no object: what the log command says itself, or a fault. */
static enum ed_drop other_line(struct ed_span line, bool is_cut)
{
	if (ed_span_starts(line, "Filtering the log data") || ed_span_starts(line, "log: "))
		return ED_DROP_OTHER_LOG;
	return is_cut ? ED_DROP_CUT : ED_DROP_BAD_LINE;
}

static void read_unit(struct scratch *s, const struct ed_unit *unit, struct way *way)
{
	struct ed_span rest = unit->bytes, line;

	while (ed_lines_next(&rest, &line)) {
		struct ed_json_text t = { .p = line.p };
		uint64_t offset;

		if (line.n > 0 && is_border(line.p[0]))
			skip_between(&t, "[]},");
		if (t.p >= line.p + line.n)
			continue;
		line = ed_span_from(line, (size_t)(t.p - line.p));
		offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		if (line.p[0] != '{')
			end_bad(way, other_line(line, unit->last && rest.n == 0), offset);
		else if (line.n == 1)
			read_line(s, gather(s, &rest), way, offset);
		else
			read_line(s, line, way, offset);
		if (!way->out && way->n_records >= PROBE_RECORDS)
			return;
	}
}

/* -------------------------------------------------------------- passes */

/* The last place in @in, at most at @n, where a line begins that is a border; 0: none. */
static size_t last_border(struct ed_span in, size_t n)
{
	while (n > 0) {
		const uint8_t *p = memrchr(in.p, '\n', n);

		if (!p)
			return 0;
		n = (size_t)(p - in.p);
		if (n + 1 < in.n && is_border(p[1]))
			return n + 1;
	}
	return 0;
}

/* The first such place behind @n; 0: none. */
static size_t next_border(struct ed_span in, size_t n)
{
	while (n < in.n) {
		const uint8_t *p = memchr(in.p + n, '\n', in.n - n);

		if (!p)
			return 0;
		n = (size_t)(p - in.p) + 1;
		if (n < in.n && is_border(in.p[n]))
			return n;
	}
	return 0;
}

/* Lines, but none that goes on with the record of the line before. */
static enum ed_frame_verdict macos_frame(void *state, struct ed_span in, bool eof, void *context,
					 struct ed_frame *ret)
{
	enum ed_frame_verdict verdict = ed_lines_frame(state, in, eof, NULL, ret);
	size_t n = ret->n_bytes;

	(void)context;
	if (verdict != ED_FRAME_UNIT || (n == in.n ? eof : is_border(in.p[n])))
		return verdict;
	n = last_border(in, n);
	if (n == 0)
		n = next_border(in, ret->n_bytes - 1);
	if (n == 0 && (eof || in.n == ED_UNIT_MAX_BYTES))
		n = eof ? in.n : ret->n_bytes;
	ret->n_bytes = n;
	return n > 0 ? ED_FRAME_UNIT : ED_FRAME_MORE;
}

static void scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	if (!s)
		return;
	ed_mem_free(s->room);
	ed_mem_free(s->space);
	ed_mem_free(s);
}

static int scratch_new(size_t max_bytes, struct scratch **ret)
{
	struct scratch *s = ed_mem_zalloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->room = ed_mem_zalloc(1, max_bytes + 2 * ED_UNIT_PADDING_BYTES);
	s->space = ed_mem_zalloc(1, max_bytes + 2 * ED_UNIT_PADDING_BYTES);
	if (!s->room || !s->space) {
		scratch_free(s);
		return -ENOMEM;
	}
	ed_json_keys_init(&s->keys, macos_keys);
	*ret = s;
	return 0;
}

static int macos_scratch_new(void **ret)
{
	struct scratch *s;
	int r = scratch_new(ED_UNIT_MAX_BYTES, &s);

	if (r == 0)
		*ret = s;
	return r;
}

static void macos_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct scratch *s = scratch;
	struct way way = { .unit = unit, .out = out };

	memset(&s->time, 0, sizeof(s->time));
	read_unit(s, unit, &way);
}

static unsigned macos_probe(struct ed_span head)
{
	struct ed_unit unit = { .offset = 0 };
	struct way way = { .unit = &unit };
	struct scratch *s;
	uint8_t *copy;

	head = ed_lines_skip_bom(head);
	if (head.n == 0 || !(is_border(head.p[0]) || ed_span_starts(head, "Filtering the log")))
		return 0;
	copy = ed_probe_copy(&head);
	unit.bytes = head;
	if (copy && scratch_new(head.n, &s) == 0) {
		read_unit(s, &unit, &way);
		scratch_free(s);
	}
	ed_mem_free(copy);
	return way.n_own > 0 ? PROBE_SURE : 0;
}

const struct ed_format ed_format_macos = {
	.name = "macos",
	.help = "macOS unified log as JSON (log stream, log show), questions to mDNSResponder",
	.platforms = 1u << ED_PLATFORM_MACOS,
	.fields = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE |
		  ED_FIELD_RESOLVER | ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_USER |
		  ED_FIELD_HOST,
	.state_bytes = sizeof(struct ed_lines),
	.probe = macos_probe,
	.frame = macos_frame,
	.scratch_new = macos_scratch_new,
	.scratch_free = scratch_free,
	.decode = macos_decode,
};
