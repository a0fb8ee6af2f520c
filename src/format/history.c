/* SPDX-License-Identifier: Apache-2.0 */
/*
 * History as `earthdog history --format ndjson` prints it, and as `earthdog baseline` reads a store:
 *	{"first":"2026-11-03T14:02:11.250Z","last":"2026-11-03T14:09:30.000Z","count":3,
 *	 "client":"192.0.2.10","name":"www.example.net.","type":"A","rcode":"NOERROR",
 *	 "answer":"192.0.2.7","resolver":"192.0.2.53","host":"ws1","process":"C:\\x.exe","user":"ann"}
 *
 * The idea: a row is as many lookups as it counts, evenly from its first to its last, up to a limit
 * that keeps a short line from becoming a flood. What the grain of ten minutes took stays lost
 * (docs/adr/0016).
 */
#include "format/host/event.h"
#include "format/json/log.h"
#include "format/text/logline.h"

#include "base/hex.h"

/* Rows of sixteen each fit a batch, whatever they say. */
enum { LOOKUPS_MAX = 16, HIDDEN_DIGITS = 8 };

static const uint64_t SPAN_MAX_NS = 86400 * UINT64_C(1000000000);

enum slot {
	SLOT_FIRST = 1,
	SLOT_LAST,
	SLOT_COUNT,
	SLOT_CLIENT,
	SLOT_NET,
	SLOT_NAME,
	SLOT_TYPE,
	SLOT_RCODE,
	SLOT_ANSWER,
	SLOT_RESOLVER,
	SLOT_HOST,
	SLOT_PROCESS,
	SLOT_USER,
};

static const struct ed_json_log_row rows[] = {
	{ ED_JSON_LOG_RECORD, SLOT_FIRST, "first" },
	{ ED_JSON_LOG_RECORD, SLOT_LAST, "last" },
	{ ED_JSON_LOG_RECORD, SLOT_COUNT, "count" },
	{ ED_JSON_LOG_RECORD, SLOT_CLIENT, "client" },
	{ ED_JSON_LOG_RECORD, SLOT_NET, "net" },
	{ ED_JSON_LOG_RECORD, SLOT_NAME, "name" },
	{ ED_JSON_LOG_RECORD, SLOT_TYPE, "type" },
	{ ED_JSON_LOG_RECORD, SLOT_RCODE, "rcode" },
	{ ED_JSON_LOG_RECORD, SLOT_ANSWER, "answer" },
	{ ED_JSON_LOG_RECORD, SLOT_RESOLVER, "resolver" },
	{ ED_JSON_LOG_RECORD, SLOT_HOST, "host" },
	{ ED_JSON_LOG_RECORD, SLOT_PROCESS, "process" },
	{ ED_JSON_LOG_RECORD, SLOT_USER, "user" },
	/* of no use, but known keys are stepped over faster */
	{ ED_JSON_LOG_RECORD, 0, "indicator" },
	{ 0, 0, NULL },
};

static bool history_is_own(const struct ed_json_log_record *r)
{
	return ed_json_log_has(r, SLOT_FIRST) && ed_json_log_has(r, SLOT_LAST) &&
	       ed_json_log_has(r, SLOT_COUNT) && ed_json_log_has(r, SLOT_NAME);
}

/*
 * By the form of the path. A program without one may be anybody's; then the inventory says what its
 * machine is.
 */
static enum ed_platform platform_of(struct ed_span image)
{
	static const char *const apple[] = { "/Applications/", "/System/", "/Library/", "/Users/",
					     "/private/" };

	if (image.n > 2 && image.p[1] == ':' && image.p[2] == '\\')
		return ED_PLATFORM_WINDOWS;
	for (size_t i = 0; i < sizeof(apple) / sizeof(apple[0]); i++) {
		if (ed_span_starts(image, apple[i]))
			return ED_PLATFORM_MACOS;
	}
	return image.n > 0 && image.p[0] == '/' ? ED_PLATFORM_LINUX : ED_PLATFORM_UNKNOWN;
}

/* "<hash>.hidden.": the source masked the name. */
static bool take_hidden(struct ed_span name, struct ed_event *ev)
{
	uint32_t hash = 0;

	if (name.n < HIDDEN_DIGITS || (!ed_span_is(ed_span_from(name, HIDDEN_DIGITS), ".hidden") &&
				       !ed_span_is(ed_span_from(name, HIDDEN_DIGITS), ".hidden.")))
		return false;
	for (size_t i = 0; i < HIDDEN_DIGITS; i++) {
		int digit = ed_hex_value(name.p[i]);

		if (digit < 0)
			return false;
		hash = hash << 4 | (uint32_t)digit;
	}
	ev->answers.hash = hash;
	ev->lost |= ED_LOST_NAME;
	ev->has |= ED_FIELD_QNAME;
	return true;
}

static void take_name(struct ed_json_log_record *r, struct ed_host_event *h, bool has_who)
{
	h->ev.lost |= ED_LOST_CASE;
	if (!has_who || !take_hidden(r->value[SLOT_NAME], &h->ev))
		ed_host_event_name(h, r->value[SLOT_NAME]);
}

static enum ed_drop take_row(struct ed_json_log_record *r, struct ed_host_event *h)
{
	const struct ed_span none = ed_span_of(r->none, 0);
	bool has_who;
	uint32_t net;

	ed_host_event_init(h, platform_of(r->value[SLOT_PROCESS]));
	h->text[ED_TEXT_HOST] = r->value[SLOT_HOST];
	h->text[ED_TEXT_IMAGE] = r->value[SLOT_PROCESS];
	h->text[ED_TEXT_USER] = r->value[SLOT_USER];
	has_who = h->text[ED_TEXT_HOST].n + h->text[ED_TEXT_IMAGE].n + h->text[ED_TEXT_USER].n > 0;
	if (!has_who)
		h->ev.vantage = ED_VANTAGE_UNKNOWN;
	if (!ed_json_log_has(r, SLOT_CLIENT) && !has_who)
		return ED_DROP_NO_FIELDS;
	if (!ed_json_log_time(r, r->value[SLOT_FIRST], &h->ev) ||
	    (ed_json_log_has(r, SLOT_CLIENT) &&
	     !ed_json_log_client(r->value[SLOT_CLIENT], none, &h->ev)))
		return ED_DROP_BAD_LINE;
	if (ed_json_text_number(r->value[SLOT_NET], UINT32_MAX, &net))
		h->ev.net_tag = net;
	take_name(r, h, has_who);
	(void)ed_logline_type(r->value[SLOT_TYPE], &h->ev);
	if (h->ev.qtype == 0) /* "TYPE0": its source did not tell */
		h->ev.has &= ~(uint32_t)ED_FIELD_QTYPE;
	ed_json_log_resolver(r->value[SLOT_RESOLVER], none, &h->ev);
	h->ev.kind = ED_EVENT_DNS_QUERY;
	if (ed_logline_rcode(r->value[SLOT_RCODE], &h->ev))
		h->ev.kind = ED_EVENT_DNS_PAIR;
	return ED_DROP_N;
}

static bool commit(struct ed_batch *out, const struct ed_host_event *h, bool has_who)
{
	struct ed_event *ev;

	if (has_who)
		return ed_host_event_commit(out, h);
	ev = ed_batch_peek(out);
	if (!ev)
		return false;
	*ev = h->ev;
	ev->name_n = h->name.n;
	memcpy(ed_event_name_room(ev), h->name.wire, h->name.n);
	ed_batch_commit(out, ev);
	return true;
}

static enum ed_drop history_emit(struct ed_json_log_record *r, struct ed_batch *out)
{
	struct ed_event last = { .time_ns = 0 };
	struct ed_host_event h;
	enum ed_drop drop = take_row(r, &h);
	uint32_t n = LOOKUPS_MAX; /* a count with too many digits is more than that, too */
	uint64_t span_ns = 0;
	int64_t first_ns;
	bool has_who;

	if (drop < ED_DROP_N)
		return drop;
	has_who = h.text[ED_TEXT_HOST].n + h.text[ED_TEXT_IMAGE].n + h.text[ED_TEXT_USER].n > 0;
	if (!ed_json_log_time(r, r->value[SLOT_LAST], &last) || r->value[SLOT_COUNT].n == 0)
		return ED_DROP_BAD_LINE;
	if (!ed_json_text_number(r->value[SLOT_COUNT], LOOKUPS_MAX, &n))
		n = LOOKUPS_MAX;
	first_ns = h.ev.time_ns;
	if (last.time_ns > first_ns)
		span_ns = (uint64_t)last.time_ns - (uint64_t)first_ns;
	if (span_ns > SPAN_MAX_NS)
		span_ns = SPAN_MAX_NS;
	h.ev.offset = r->offset;
	h.ev.source = r->source;
	for (uint32_t i = 0; i < n; i++) {
		if (n > 1)
			h.ev.time_ns = first_ns + (int64_t)(span_ns * i / (n - 1));
		if (!commit(out, &h, has_who))
			return ED_DROP_BATCH_FULL;
	}
	return ED_DROP_N;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.is_own = history_is_own,
	.emit = history_emit,
};

static unsigned history_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int history_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_history = {
	.name = "history",
	.help = "what a store remembers, as earthdog history --format ndjson prints it",
	.platforms = 1u << ED_PLATFORM_NETWORK | 1u << ED_PLATFORM_WINDOWS |
		     1u << ED_PLATFORM_LINUX | 1u << ED_PLATFORM_MACOS,
	.fields = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_RESOLVER | ED_FIELD_QNAME |
		  ED_FIELD_QTYPE | ED_FIELD_RCODE | ED_FIELD_PROCESS | ED_FIELD_IMAGE |
		  ED_FIELD_USER | ED_FIELD_HOST,
	.state_bytes = sizeof(struct ed_lines),
	.probe = history_probe,
	.frame = ed_json_log_frame,
	.scratch_new = history_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
