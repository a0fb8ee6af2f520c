/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON logs by places and slots; see log.h. Where a run is known (run.h) it is
 * followed, else keys are read one by one. The stack is an array: no input makes it deeper.
 *	{"EventID":22,"SourceName":"Microsoft-Windows-Sysmon","ProcessId":"6988", ...}
 */
#include <errno.h>

#include "base/mem.h"
#include "format/json/log.h"
#include "format/json/run.h"
#include "format/probe.h"

enum {
	PROBE_LINES = 20,
	PROBE_SURE = 92,
};

/* Memory of one reading thread. */
struct scratch {
	const struct ed_json_log_kind *kind;
	struct ed_logtime time;
	struct ed_json_keys keys;
	struct ed_json_runs *runs; /* NULL: too few lines are read to learn from them */
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
static inline bool take_value(struct ed_json_text *t, unsigned code, struct ed_json_item *ret)
{
	ed_json_text_space(t);
	if (*t->p != '"' || (code > 0 && !(code & (ED_JSON_LOG_RAW | ED_JSON_LOG_INTO))))
		return ed_json_text_value(t, ret);
	t->p++;
	ret->kind = ED_JSON_KIND_STRING;
	return ed_json_text_raw(t, &ret->text);
}

/* Where a value goes; 0: nowhere. */
static inline unsigned slot_of(const struct scratch *s, unsigned code,
			       const struct ed_json_item *item)
{
	/* a string or number where there could have been an array of them */
	if (code & ED_JSON_LOG_INTO)
		code = s->scalar[code & (ED_JSON_LOG_INTO - 1U)];
	if (item->kind == ED_JSON_KIND_SCALAR && ed_span_is(item->text, "null"))
		return 0;
	return code & (ED_JSON_LOG_SLOTS - 1U);
}

static void put_run(struct walk *w, const struct ed_json_run *r, const uint8_t *p)
{
	for (unsigned i = 0; i < r->n_values; i++) {
		const struct ed_json_run_value *v = &r->value[i];

		w->record.value[v->slot] = ed_span_of(p + v->at, v->n);
	}
}

/* What stands at the front. */
enum front {
	FRONT_ITEM, /* something that no run leads over */
	FRONT_NEST, /* an object or array behind its key */
	FRONT_END,  /* the closing bracket of the object was read */
	FRONT_BAD,
};

/* Goes on in the innermost object by the runs that are known. @ret_code: of what is nested. */
static enum front follow_runs(struct walk *w, struct level *l, unsigned *ret_code)
{
	struct scratch *s = w->s;
	struct ed_json_text t = w->t;
	enum front front = FRONT_ITEM;
	uint16_t where = ed_json_run_where(l->place, l->n), on = ed_json_run_where(l->place, 1);
	const struct ed_json_run *r;

	for (; (r = ed_json_run_find(s->runs, &t, where)); where = on) {
		struct ed_json_item item;
		unsigned slot;

		put_run(w, r, t.p);
		t.p += r->n;
		t.last = r->last;
		l->n = 1;
		if (r->closes) {
			front = FRONT_END;
			break;
		}
		if (!take_value(&t, r->code, &item)) {
			front = FRONT_BAD;
			break;
		}
		if (item.kind == ED_JSON_KIND_NEST) {
			*ret_code = r->code;
			front = FRONT_NEST;
			break;
		}
		slot = slot_of(s, r->code, &item);
		if (slot > 0)
			w->record.value[slot] = item.text;
	}
	w->t = t;
	return front;
}

/* The next item of an array. False: malformed. */
static bool take_element(struct walk *w)
{
	unsigned place = w->level[w->depth].place, code = w->s->scalar[place], slot;
	struct ed_json_item item;

	if (!take_value(&w->t, code, &item))
		return false;
	/* what lies in an array is in its place */
	if (item.kind == ED_JSON_KIND_NEST)
		return enter(w, ED_JSON_LOG_INTO | place);
	slot = slot_of(w->s, code, &item);
	if (slot > 0) {
		w->record.value[slot] = item.text;
		end_element(w, place);
	}
	return true;
}

/* The next item of an object, key by key. False: malformed. */
static bool take_member(struct walk *w)
{
	struct scratch *s = w->s;
	struct ed_json_run_item learnt;
	struct ed_json_item item;
	unsigned id;

	if (!ed_json_text_key_id(&w->t, &s->keys, &id))
		return false;
	learnt.key = id > 0 ? w->t.last : 0;
	learnt.code = s->code[w->level[w->depth].place][id];
	learnt.colon = w->t.p;
	if (!take_value(&w->t, learnt.code, &item))
		return false;
	learnt.end = item.kind == ED_JSON_KIND_NEST ? learnt.colon : w->t.p;
	learnt.value = item.text;
	learnt.slot = 0;
	if (item.kind != ED_JSON_KIND_NEST)
		learnt.slot = (uint8_t)slot_of(s, learnt.code, &item);
	if (s->runs)
		ed_json_runs_item(s->runs, &learnt);
	if (item.kind == ED_JSON_KIND_NEST)
		return enter(w, learnt.code);
	if (learnt.slot > 0)
		w->record.value[learnt.slot] = item.text;
	return true;
}

/* What the runs do not lead over: an item, or the bracket behind the last one. */
static enum front step_on(struct walk *w, struct level *l)
{
	struct ed_json_runs *runs = w->s->runs;
	bool in_array = l->close == ']';

	if (runs && !in_array && !runs->start)
		ed_json_runs_start(runs, &w->t, ed_json_run_where(l->place, l->n));
	switch (ed_json_text_next(&w->t, l->close, &l->n)) {
	case ED_JSON_STEP_ITEM:
		return (in_array ? take_element(w) : take_member(w)) ? FRONT_ITEM : FRONT_BAD;
	case ED_JSON_STEP_END:
		if (runs)
			ed_json_runs_close(runs, w->t.p);
		return FRONT_END;
	default:
		return FRONT_BAD;
	}
}

/* From behind the first bracket of the line to behind its last one. False: malformed. */
static bool walk_line(struct walk *w)
{
	const struct ed_json_runs *runs = w->s->runs;

	for (;;) {
		struct level *l = &w->level[w->depth];
		enum front front = FRONT_ITEM;
		unsigned code;

		/* while a run is learned none is followed, or it would end too soon */
		if (runs && l->close == '}' && !runs->start)
			front = follow_runs(w, l, &code);
		if (front == FRONT_ITEM)
			front = step_on(w, l);
		else if (front == FRONT_NEST)
			front = enter(w, code) ? FRONT_ITEM : FRONT_BAD;
		if (front == FRONT_BAD)
			return false;
		if (front != FRONT_END)
			continue;
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
	if (s->runs)
		ed_json_runs_drop(s->runs);
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
	ed_mem_free(s->runs);
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

	if (r < 0)
		return r;
	s->runs = ed_mem_zalloc(1, sizeof(*s->runs));
	if (!s->runs) {
		ed_json_log_scratch_free(s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

void ed_json_log_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct scratch *s = scratch;
	struct way way = { .unit = unit, .out = out };
	struct ed_span rest = unit->bytes;
	struct ed_span line;

	memset(&s->time, 0, sizeof(s->time));
	ed_json_runs_begin(s->runs);
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
