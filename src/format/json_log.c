/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON logs by places and slots; see json_log.h. The stack is an array: no input makes it
 * deeper. */
#include <errno.h>

#include "base/mem.h"
#include "base/time.h"
#include "format/json_log.h"
#include "format/logline.h"
#include "format/probe.h"
#include "format/zeek_text.h"

enum {
	PROBE_LINES = 20,
	PROBE_SURE = 92,
	DIGITS_S = 11,
	DIGITS_MS = 14,
	DIGITS_US = 17,
	DIGITS_NS = 19,
};

/* Memory of one reading thread. */
struct scratch {
	const struct ed_json_log_kind *kind;
	struct ed_logtime time;
	struct ed_json_keys keys;
	uint8_t code[ED_JSON_LOG_PLACES][ED_JSON_KEYS_MAX + 1]; /* by place and key */
	uint8_t scalar[ED_JSON_LOG_PLACES];      /* slot of an array's strings and numbers */
	struct ed_span blank[ED_JSON_LOG_SLOTS]; /* the slots of a record without values */
	uint8_t *room;                           /* for strings with escapes */
	uint8_t *space;
};

/* Where records go: into a batch, or, with none, they are only looked at. */
struct way {
	const struct ed_unit *unit;
	struct ed_batch *out;
	uint64_t offset;
	unsigned n_records; /* of the line */
	unsigned n_own;     /* of all lines, when only looked at */
};

struct level {
	unsigned n; /* items so far */
	uint8_t place;
	uint8_t close; /* the closing bracket */
};

struct walk {
	struct ed_json_text t;
	struct scratch *s;
	struct way *way;
	struct ed_json_log_record record;
	unsigned depth;
	struct level level[ED_JSON_LOG_DEPTH_MAX];
};

/* ------------------------------------------------------------ records */

/* What an empty value points to: as many bytes are readable as behind any other. */
static const uint8_t nothing[ED_UNIT_PADDING_BYTES];

static void begin_record(struct walk *w)
{
	struct ed_json_log_record *r = &w->record;

	memcpy(r->value, w->s->blank, sizeof(r->value));
	r->none = nothing;
	r->places = 0;
	memset(&r->answers, 0, sizeof(r->answers));
	r->time = &w->s->time;
	r->space = w->s->space;
	r->offset = w->way->offset;
	r->source = w->way->unit ? w->way->unit->source : 0;
}

static enum ed_drop take_one(struct walk *w, struct ed_batch *out)
{
	struct ed_event *ev = ed_batch_peek(out);
	enum ed_drop drop;

	if (!ev)
		return ED_DROP_BATCH_FULL;
	drop = w->s->kind->take(&w->record, ev);
	if (drop < ED_DROP_N)
		return drop;
	ev->offset = w->record.offset;
	ev->source = w->record.source;
	ed_batch_commit(out, ev);
	return ED_DROP_N;
}

static void end_record(struct walk *w)
{
	const struct ed_json_log_kind *kind = w->s->kind;
	struct ed_batch *out = w->way->out;
	enum ed_drop drop = ED_DROP_OTHER_LOG;
	uint32_t n_events;
	size_t used;

	w->way->n_records++;
	if (!out) {
		w->way->n_own += kind->is_own(&w->record);
		return;
	}
	out->tally.n_read++;
	used = out->used;
	n_events = out->n_events;
	if (kind->is_own(&w->record))
		drop = kind->emit ? kind->emit(&w->record, out) : take_one(w, out);
	if (drop == ED_DROP_N) {
		out->tally.n_analysed++;
		return;
	}
	out->used = used;
	out->n_events = n_events;
	ed_tally_drop(&out->tally, drop, w->record.offset);
}

/* An object of an array ends, or a string or number of one. */
static void end_element(struct walk *w, unsigned place)
{
	if (place != ED_JSON_LOG_RECORD) {
		if (w->s->kind->element)
			w->s->kind->element(&w->record, place);
		return;
	}
	end_record(w);
	begin_record(w);
}

/* --------------------------------------------------------------- walk */

/* Goes into the object or array at the front, or steps over it. */
static bool enter(struct walk *w, unsigned code)
{
	unsigned place = code & (ED_JSON_LOG_INTO - 1U);

	if (!(code & ED_JSON_LOG_INTO) || w->depth + 1 >= ED_JSON_LOG_DEPTH_MAX)
		return ed_json_text_skip(&w->t);
	w->level[++w->depth] = (struct level){
		.place = (uint8_t)place,
		.close = *w->t.p == '[' ? ']' : '}',
	};
	w->record.places |= 1U << place;
	w->t.p++;
	return true;
}

/* Behind a closing bracket. */
static void leave(struct walk *w)
{
	bool object = w->level[w->depth].close == '}';

	w->depth--;
	if (object && w->level[w->depth].close == ']')
		end_element(w, w->level[w->depth].place);
}

/* The value at the front; a string that nobody wants, or wants so, keeps its escapes. */
static inline bool take_value(struct walk *w, unsigned code, struct ed_json_item *ret)
{
	ed_json_text_space(&w->t);
	if (*w->t.p != '"' || (code > 0 && !(code & (ED_JSON_LOG_RAW | ED_JSON_LOG_INTO))))
		return ed_json_text_value(&w->t, ret);
	w->t.p++;
	ret->kind = ED_JSON_KIND_STRING;
	return ed_json_text_raw(&w->t, &ret->text);
}

static void put(struct walk *w, unsigned code, const struct ed_json_item *item, bool in_array)
{
	/* a string or number where there could have been an array of them */
	if (code & ED_JSON_LOG_INTO)
		code = w->s->scalar[code & (ED_JSON_LOG_INTO - 1U)];
	if (code == 0)
		return;
	if (item->kind == ED_JSON_KIND_SCALAR && ed_span_is(item->text, "null"))
		return;
	w->record.value[code & (ED_JSON_LOG_SLOTS - 1U)] = item->text;
	if (in_array)
		end_element(w, w->level[w->depth].place);
}

/* The next item of the innermost object or array. False: malformed. */
static bool take_item(struct walk *w)
{
	const struct level *l = &w->level[w->depth];
	bool in_array = l->close == ']';
	unsigned code = in_array ? w->s->scalar[l->place] : 0;
	struct ed_json_item item;
	unsigned id;

	if (!in_array) {
		if (!ed_json_text_key_id(&w->t, &w->s->keys, &id))
			return false;
		code = w->s->code[l->place][id];
	}
	if (!take_value(w, code, &item))
		return false;
	if (item.kind == ED_JSON_KIND_NEST) {
		/* what lies in an array is in its place */
		return enter(w, in_array ? (unsigned)(ED_JSON_LOG_INTO | l->place) : code);
	}
	put(w, code, &item, in_array);
	return true;
}

/* From behind the first bracket of the line to behind its last one. False: malformed. */
static bool walk_line(struct walk *w)
{
	for (;;) {
		struct level *l = &w->level[w->depth];
		enum ed_json_step step = ed_json_text_next(&w->t, l->close, &l->n);

		if (step == ED_JSON_STEP_BAD)
			return false;
		if (step == ED_JSON_STEP_ITEM) {
			if (!take_item(w))
				return false;
			continue;
		}
		if (w->depth == 0)
			return true;
		leave(w);
	}
}

/* All records of @line. False: it is not one JSON object or array, if perhaps at its end. */
static bool read_line(struct scratch *s, struct ed_span line, struct way *way)
{
	struct walk w;

	w.t = (struct ed_json_text){ .p = line.p, .room = s->room };
	w.s = s;
	w.way = way;
	w.depth = 0;
	w.level[0] = (struct level){ .place = ED_JSON_LOG_RECORD };
	way->n_records = 0;
	begin_record(&w);
	ed_json_text_space(&w.t);
	if (*w.t.p != '{' && *w.t.p != '[')
		return false;
	w.level[0].close = *w.t.p++ == '[' ? ']' : '}';
	if (!walk_line(&w))
		return false;
	ed_json_text_space(&w.t);
	if (w.t.p != line.p + line.n)
		return false;
	/* Of an envelope with records in it nothing is left. */
	if (way->n_records == 0)
		end_record(&w);
	return true;
}

/* ------------------------------------------------------------- passes */

enum ed_frame_verdict ed_json_log_frame(void *state, struct ed_span in, bool eof, void *context,
					struct ed_frame *ret)
{
	(void)context;
	return ed_lines_frame(state, in, eof, NULL, ret);
}

void ed_json_log_scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	if (!s)
		return;
	ed_mem_free(s->room);
	ed_mem_free(s->space);
	ed_mem_free(s);
}

/* Each key once, in the order of the rows, and where each of its rows leads. */
static void read_rows(struct scratch *s, const struct ed_json_log_row *rows)
{
	struct ed_json_key keys[ED_JSON_KEYS_MAX + 1] = { { NULL, 0 } };
	unsigned n = 0;

	for (; rows->key; rows++) {
		unsigned i = 0;

		if (rows->key[0] == '\0') {
			s->scalar[rows->place] = rows->code;
			continue;
		}
		while (i < n && strcmp(keys[i].text, rows->key) != 0)
			i++;
		if (i == n) {
			assert(n < ED_JSON_KEYS_MAX);
			keys[n] = (struct ed_json_key){ rows->key, (uint8_t)(n + 1) };
			n++;
		}
		s->code[rows->place][i + 1] = rows->code;
	}
	ed_json_keys_init(&s->keys, keys);
}

static int scratch_new(const struct ed_json_log_kind *kind, size_t max_bytes, struct scratch **ret)
{
	struct scratch *s = ed_mem_zalloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->kind = kind;
	s->room = ed_mem_zalloc(1, max_bytes + ED_UNIT_PADDING_BYTES);
	s->space = ed_mem_zalloc(1, max_bytes + ED_UNIT_PADDING_BYTES);
	if (!s->room || !s->space) {
		ed_json_log_scratch_free(s);
		return -ENOMEM;
	}
	for (size_t i = 0; i < ED_JSON_LOG_SLOTS; i++)
		s->blank[i] = ed_span_of(nothing, 0);
	read_rows(s, kind->rows);
	*ret = s;
	return 0;
}

int ed_json_log_scratch_new(const struct ed_json_log_kind *kind, void **ret)
{
	struct scratch *s;
	int r = scratch_new(kind, ED_UNIT_MAX_BYTES, &s);

	if (r == 0)
		*ret = s;
	return r;
}

void ed_json_log_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct scratch *s = scratch;
	struct way way = { .unit = unit, .out = out };
	struct ed_span rest = unit->bytes;
	struct ed_span line;

	memset(&s->time, 0, sizeof(s->time));
	while (ed_lines_next(&rest, &line)) {
		if (line.n == 0)
			continue;
		way.offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		if (read_line(s, line, &way))
			continue;
		out->tally.n_read++;
		ed_tally_drop(&out->tally, ED_DROP_BAD_LINE, way.offset);
	}
}

unsigned ed_json_log_probe(const struct ed_json_log_kind *kind, struct ed_span head)
{
	struct way way = { .out = NULL };
	struct scratch *s;
	struct ed_span line;
	uint8_t *copy;

	head = ed_lines_skip_bom(head);
	if (head.n == 0 || (head.p[0] != '{' && head.p[0] != '['))
		return 0;
	copy = ed_probe_copy(&head);
	if (copy && scratch_new(kind, head.n, &s) == 0) {
		/* The last line may be cut: what is no JSON tells nothing. */
		for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++)
			(void)read_line(s, line, &way);
		ed_json_log_scratch_free(s);
	}
	ed_mem_free(copy);
	return way.n_own > 0 ? PROBE_SURE : 0;
}

/* ------------------------------------------------------------- values */

/* Digits at the front of @text, up to 19, as a number. Returns how many; 0: none, or too many. */
static size_t take_digits(struct ed_span text, uint64_t *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	for (; n < text.n && text.p[n] - (unsigned)'0' <= 9; n++) {
		if (n == DIGITS_NS)
			return 0;
		v = v * 10 + (text.p[n] - (unsigned)'0');
	}
	*ret = v;
	return n;
}

static bool time_from_number(struct ed_span text, int64_t *ret_ns)
{
	uint64_t v, unit = 1;
	size_t n = take_digits(text, &v);

	if (n == 0)
		return false;
	if (n <= DIGITS_S)
		return ed_time_from_epoch_text(text, ret_ns);
	if (n <= DIGITS_MS)
		unit = 1000 * 1000;
	else if (n <= DIGITS_US)
		unit = 1000;
	if (n != text.n || v > INT64_MAX / unit)
		return false;
	*ret_ns = (int64_t)(v * unit);
	return true;
}

bool ed_json_log_time(struct ed_json_log_record *r, struct ed_span text, struct ed_event *ev)
{
	struct ed_logtime_read time;

	if (text.n == 0)
		return false;
	if (time_from_number(text, &ev->time_ns)) {
		ev->time_quality = ED_TIME_EXACT_UTC;
		ev->has |= ED_FIELD_TIME;
		return true;
	}
	if (ed_logtime_read(r->time, text, &time) != text.n || time.quality > ED_TIME_ZONE_ASSUMED)
		return false;
	ed_logline_time(&time, ev);
	if (text.p[text.n - 1] == 'Z')
		ev->time_quality = ED_TIME_EXACT_UTC;
	return true;
}

static uint16_t port_of(struct ed_span text)
{
	uint32_t v;

	return ed_json_text_number(text, UINT16_MAX, &v) ? (uint16_t)v : 0;
}

bool ed_json_log_client(struct ed_span addr, struct ed_span port, struct ed_event *ev)
{
	if (!ed_logline_client(addr, ev))
		return false;
	ev->client_port = port_of(port);
	if (ev->client_port > 0)
		ev->has |= ED_FIELD_CLIENT_PORT;
	return true;
}

void ed_json_log_resolver(struct ed_span addr, struct ed_span port, struct ed_event *ev)
{
	uint16_t none = 0;

	if (addr.n == 0 || !ed_logline_endpoint(addr, '\n', &ev->resolver, &none))
		return;
	ev->resolver_port = port_of(port);
	ev->has |= ED_FIELD_RESOLVER;
}

void ed_json_log_name(struct ed_span text, struct ed_event *ev)
{
	struct ed_name name;

	if (text.n > 0 && memchr(text.p, '\\', text.n))
		ev->lost |= ED_LOST_ESCAPES;
	if (ed_logline_name(text, ED_NAME_MASTER, ev))
		return;
	ev->lost |= (uint8_t)ed_zeek_text_name(text, false, &name);
	ev->name_n = name.n;
	memcpy(ed_event_name_room(ev), name.wire, name.n);
	ev->has |= ED_FIELD_QNAME;
}

void ed_json_log_transport(struct ed_span text, struct ed_event *ev)
{
	static const struct {
		char name[8];
		enum ed_transport transport;
	} names[] = {
		{ "udp", ED_TRANSPORT_UDP },   { "tcp", ED_TRANSPORT_TCP },
		{ "tls", ED_TRANSPORT_DOT },   { "dot", ED_TRANSPORT_DOT },
		{ "https", ED_TRANSPORT_DOH }, { "doh", ED_TRANSPORT_DOH },
		{ "quic", ED_TRANSPORT_DOQ },
	};
	char lower[8] = { 0 };

	if (text.n == 0 || text.n >= sizeof(lower))
		return;
	ed_name_lower(text.p, text.n, (uint8_t *)lower);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (memcmp(lower, names[i].name, sizeof(lower)) == 0) {
			ev->transport = (uint8_t)names[i].transport;
			ev->has |= ED_FIELD_TRANSPORT;
			return;
		}
	}
}

void ed_json_log_size_query(struct ed_span text, struct ed_event *ev)
{
	if (ed_json_text_number(text, UINT16_MAX, &ev->size_query))
		ev->has |= ED_FIELD_SIZE_QUERY;
}

void ed_json_log_size_response(struct ed_span text, struct ed_event *ev)
{
	if (ed_json_text_number(text, UINT16_MAX, &ev->size_response))
		ev->has |= ED_FIELD_SIZE_RESPONSE;
}

/* What is between the quotes of "one" "two", escapes undone; @text begins with a quote. */
static struct ed_span unquote(struct ed_json_log_record *r, struct ed_span text)
{
	struct ed_span inner = ed_span_of(text.p + 1, text.n - 1);
	const uint8_t *end = memchr(inner.p, '"', inner.n);
	bool inside = false;
	size_t n = 0;

	/* one string without an escape, which nearly all are */
	if (end == text.p + text.n - 1 && !memchr(inner.p, '\\', inner.n))
		return ed_span_of(inner.p, inner.n - 1);
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		unsigned d[3];

		if (c == '"') {
			inside = !inside;
			continue;
		}
		if (c == '\\' && i + 1 < text.n) {
			c = text.p[++i];
			for (unsigned k = 0; k < 3; k++)
				d[k] = i + k < text.n ? text.p[i + k] - (unsigned)'0' : 10;
			if (d[0] <= 2 && d[1] <= 9 && d[2] <= 9) {
				c = (uint8_t)(d[0] * 100 + d[1] * 10 + d[2]);
				i += 2;
			}
		}
		if (inside)
			r->space[n++] = c;
	}
	return ed_span_of(r->space, n);
}

/* The name in data like "10 mx.example." */
static struct ed_span last_word(struct ed_span text)
{
	const uint8_t *blank = text.n > 0 ? memrchr(text.p, ' ', text.n) : NULL;

	return blank ? ed_span_from(text, (size_t)(blank - text.p) + 1) : text;
}

void ed_json_log_answer(struct ed_json_log_record *r, const struct ed_answer *answer,
			uint16_t qtype)
{
	struct ed_answer a = *answer;

	if (a.has_rdata && a.rdata.n > 0 && a.rdata.p[0] == '"')
		a.rdata = unquote(r, a.rdata);
	else if (a.type == ED_RR_MX || a.type == ED_RR_SRV)
		a.rdata = last_word(a.rdata);
	ed_answer_add(&r->answers, &a, qtype);
}

void ed_json_log_rtt(struct ed_span text, int64_t unit_us, struct ed_event *ev)
{
	int64_t nano; /* thousand millionths of the unit */

	if (text.n == 0 || !ed_time_from_epoch_text(text, &nano) || nano < 0 ||
	    nano / ED_NS_PER_S >= INT32_MAX / unit_us)
		return;
	ev->rtt_us = (int32_t)(nano / 1000 * unit_us / (1000 * 1000));
	ev->has |= ED_FIELD_RTT;
}
