/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeek dns.log as JSON, one object a line:
 *	{"ts":1790000000.25,"uid":"CW1","id.orig_h":"192.0.2.10","id.orig_p":40000,...,
 *	 "query":"www.example.net","qtype":1,...,"answers":["192.0.2.7"],"TTLs":[60.0],...}
 *
 * and the dialects it takes on its way through other people's pipelines: ISO times and "_path"
 * (streaming logs), "id_orig_h" and "@stream" (Kafka, ROCK), the record as a string in "_raw" or
 * "message" (Splunk, shippers), nested or dotted "zeek.dns.query" (Filebeat, ECS), "dns.query.name"
 * (Security Onion).
 *
 * The idea: nested objects are walked as if their keys were written with dots, so a dialect is a
 * few rows in a table of keys. Streams mix logs; a line that is not of dns.log is counted as such.
 *
 * Lines in the shape of Zeek's own writer are read by format/zeek_flat.h, which is several times
 * faster; whatever it declines is read from its start by simdjson (wire/json.h). Both hand the same
 * keys and values to the same functions.
 */
#include "base/mem.h"
#include "base/time.h"
#include "format/format.h"
#include "format/lines.h"
#include "format/zeek.h"
#include "format/zeek_flat.h"
#include "format/zeek_keys.h"
#include "wire/json.h"

#include <errno.h>

enum {
	WALK_DEPTH_MAX = 6, /* objects in objects that are walked */
	KEY_TEXT_MAX = 64,  /* of a dotted key; longer ones are none of ours */
	PROBE_LINES = 20,
};

static_assert((int)ED_UNIT_PADDING_BYTES >= (int)ED_JSON_PADDING_BYTES,
	      "lines are parsed where they lie");

/* Memory of one reading thread. */
struct json_scratch {
	struct ed_json_reader *outer;
	struct ed_json_reader *inner; /* for a record inside a string */
	uint8_t *copy; /* max_bytes and padding: text that cannot be parsed where it lies */
	struct ed_zeek_keys keys;
	/* The row + 1 that came behind each row + 1 in the last line, behind 0 at its start: keys
	 * mostly come in one order. */
	uint8_t next[ED_ZEEK_KEYS_MAX + 1];
};

/* One line while its keys are walked. */
struct json_line {
	struct ed_zeek_record record;
	struct ed_json_value timestamp;
	struct ed_span raw;
	uint8_t marks;
	bool has_timestamp;
};

static void scratch_free(struct json_scratch *s)
{
	if (!s)
		return;
	ed_json_reader_free(s->outer);
	ed_json_reader_free(s->inner);
	ed_mem_free(s->copy);
	ed_mem_free(s);
}

static int scratch_new(size_t max_bytes, struct json_scratch **ret)
{
	struct json_scratch *s = ed_mem_zalloc(1, sizeof(*s));
	int r = -ENOMEM;

	if (!s)
		return r;
	s->copy = ed_mem_zalloc(1, max_bytes + ED_JSON_PADDING_BYTES);
	if (!s->copy)
		goto fail;
	r = ed_json_reader_new(max_bytes, &s->outer);
	if (r < 0)
		goto fail;
	r = ed_json_reader_new(max_bytes, &s->inner);
	if (r < 0)
		goto fail;
	ed_zeek_keys_init(&s->keys);
	*ret = s;
	return 0;
fail:
	scratch_free(s);
	return r;
}

static void put_ttl(struct ed_zeek_record *r, const struct ed_json_value *v)
{
	if (v->type == ED_JSON_NUMBER && v->number >= 0 && v->number <= UINT32_MAX)
		ed_zeek_put_ttl(r, (uint32_t)v->number);
}

static inline void put_item(struct ed_zeek_record *r, enum ed_zeek_role role,
			    const struct ed_json_value *item)
{
	if (role == ED_ZEEK_TTLS)
		put_ttl(r, item);
	else if (role == ED_ZEEK_ANSWERS && item->type == ED_JSON_STRING)
		ed_zeek_put_answer(r, item->string);
}

static void put_items(struct ed_zeek_record *r, enum ed_zeek_role role, struct ed_json_iter it)
{
	struct ed_json_value item;
	struct ed_span key;

	while (ed_json_next(&it, &key, &item))
		put_item(r, role, &item);
}

/* The name of a number that is there would be searched for nothing. */
static inline bool is_said(const struct ed_zeek_record *r, enum ed_zeek_role role)
{
	return (role == ED_ZEEK_QTYPE_NAME && (r->seen & ed_zeek_bit(ED_ZEEK_QTYPE))) ||
	       (role == ED_ZEEK_RCODE_NAME && (r->seen & ed_zeek_bit(ED_ZEEK_RCODE)));
}

static inline void put_value(struct ed_zeek_record *r, enum ed_zeek_role role,
			     const struct ed_json_value *v)
{
	/* Dialects say some things twice ("source.ip", "source.address"); the first word counts. */
	if (r->seen & ed_zeek_bit(role))
		return;
	switch (v->type) {
	case ED_JSON_STRING:
		if (role == ED_ZEEK_ANSWERS)
			ed_zeek_put_answer(r, v->string);
		else if (!is_said(r, role))
			ed_zeek_put_text(r, role, v->string);
		break;
	case ED_JSON_NUMBER:
		if (role == ED_ZEEK_TTLS)
			put_ttl(r, v);
		else
			ed_zeek_put_number(r, role, v->number);
		break;
	case ED_JSON_BOOL:
		ed_zeek_put_bool(r, role, v->boolean);
		break;
	case ED_JSON_ARRAY:
		put_items(r, role, v->walk);
		break;
	default:
		break;
	}
}

/* A key that says what the line is. */
static void put_note(struct json_line *l, unsigned role, const struct ed_json_value *v)
{
	struct ed_span text = v->type == ED_JSON_STRING ? v->string : ed_span_of("", 0);

	switch (role) {
	case ED_ZEEK_KEY_LOG:
		l->marks |= ed_span_is(text, "dns") ? ED_ZEEK_MARK_DNS : ED_ZEEK_MARK_OTHER;
		break;
	case ED_ZEEK_KEY_DATASET:
		if (ed_span_is(text, "zeek.dns"))
			l->marks |= ED_ZEEK_MARK_ZEEK | ED_ZEEK_MARK_DNS;
		else if (ed_span_starts(text, "zeek."))
			l->marks |= ED_ZEEK_MARK_ZEEK | ED_ZEEK_MARK_OTHER;
		else if (!ed_span_is(text, "dns"))
			l->marks |= ED_ZEEK_MARK_OTHER;
		break;
	case ED_ZEEK_KEY_MODULE:
		l->marks |= ed_span_is(text, "zeek") ? ED_ZEEK_MARK_ZEEK :
						       ED_ZEEK_MARK_OTHER | ED_ZEEK_MARK_FOREIGN;
		break;
	case ED_ZEEK_KEY_TIMESTAMP:
		l->timestamp = *v;
		l->has_timestamp = true;
		break;
	case ED_ZEEK_KEY_CREATED:
		if (v->type == ED_JSON_NUMBER)
			put_value(&l->record, ED_ZEEK_TS, v);
		break;
	case ED_ZEEK_KEY_RAW:
		if (text.n > 0 && text.p[0] == '{')
			l->raw = text;
		break;
	default:
		break;
	}
}

/* The row of @key, which is dotted; NULL: none of ours. */
static const struct ed_zeek_key *find_row(const struct json_scratch *s, struct json_line *l,
					  struct ed_span key)
{
	if (key.n > 9 && memcmp(key.p, "zeek.dns.", 9) == 0) {
		l->marks |= ED_ZEEK_MARK_ZEEK | ED_ZEEK_MARK_DNS;
		key = ed_span_from(key, 9);
	}
	return ed_zeek_keys_find(&s->keys, key);
}

static inline void put_field(struct json_line *l, const struct ed_zeek_key *row,
			     const struct ed_json_value *v)
{
	if (!row || v->type == ED_JSON_NULL)
		return;
	l->marks |= row->marks;
	if (row->role < ED_ZEEK_ROLE_N)
		put_value(&l->record, row->role, v);
	else
		put_note(l, row->role, v);
}

/* Where the walk through nested objects stands. */
struct json_walk {
	struct ed_json_iter at[WALK_DEPTH_MAX];
	size_t prefix_n[WALK_DEPTH_MAX]; /* bytes of `key` that the objects around have written,
					    with the dot */
	unsigned depth;
	char key[KEY_TEXT_MAX];
};

/* @name behind the names of the objects around it. False: too long for a key of ours. */
static bool walk_key(struct json_walk *w, struct ed_span name, struct ed_span *ret)
{
	size_t n = w->prefix_n[w->depth];

	if (n == 0) {
		*ret = name;
		return name.n < KEY_TEXT_MAX;
	}
	if (name.n >= KEY_TEXT_MAX - n)
		return false;
	memcpy(w->key + n, name.p, name.n);
	*ret = ed_span_of(w->key, n + name.n);
	return true;
}

/* Goes into the object @v under @key. Envelopes of search tools are seen through. */
static void walk_down(struct json_walk *w, struct ed_span key, const struct ed_json_value *v)
{
	bool envelope = ed_span_is(key, "result") || ed_span_is(key, "_source");

	if (w->depth + 1 >= WALK_DEPTH_MAX)
		return;
	w->depth++;
	w->prefix_n[w->depth] = 0;
	if (!envelope) {
		memmove(w->key, key.p, key.n);
		w->key[key.n] = '.';
		w->prefix_n[w->depth] = key.n + 1;
	}
	w->at[w->depth] = v->walk;
}

static void walk(const struct json_scratch *s, struct json_line *l,
		 const struct ed_json_value *root)
{
	struct ed_json_value v;
	struct ed_span name;
	struct json_walk w; /* each level is set when it is entered */
	struct ed_span key;

	w.depth = 0;
	w.prefix_n[0] = 0;
	w.at[0] = root->walk;
	for (;;) {
		if (!ed_json_next(&w.at[w.depth], &name, &v)) {
			if (w.depth == 0)
				return;
			w.depth--;
			continue;
		}
		if (!walk_key(&w, name, &key))
			continue;
		if (v.type == ED_JSON_OBJECT)
			walk_down(&w, key, &v);
		else
			put_field(l, find_row(s, l, key), &v);
	}
}

/*
 * Parses a line. Bytes that are not UTF-8 must not hide a record: they are masked and the line is
 * read again. @ret_masked tells that this was needed.
 */
static bool parse(struct json_scratch *s, struct ed_span line, struct ed_json_value *ret,
		  bool *ret_masked)
{
	int r = ed_json_read(s->outer, line, ret);

	*ret_masked = r == ED_JSON_BAD_UTF8;
	if (*ret_masked) {
		for (size_t i = 0; i < line.n; i++)
			s->copy[i] = line.p[i] < 0x80 ? line.p[i] : '?';
		r = ed_json_read(s->outer, ed_span_of(s->copy, line.n), ret);
	}
	return r == 0 && ret->type == ED_JSON_OBJECT;
}

static void line_begin(struct json_line *l, struct ed_event *ev)
{
	*l = (struct json_line){ .marks = 0 };
	ed_zeek_begin(&l->record, ev);
	l->record.from_json = true;
}

/*
 * The key at the front, up to its value; @last is the row + 1 of the one before. False: declined.
 */
static inline bool flat_key(struct json_scratch *s, struct json_line *l, struct ed_zeek_flat *f,
			    unsigned *last, const struct ed_zeek_key **ret)
{
	unsigned guess = s->next[*last];
	struct ed_span key;

	if (*f->p++ != '"')
		return false;
	if (guess > 0 && ed_zeek_keys_is(&s->keys, guess - 1, f->p)) {
		f->p += s->keys.text[guess - 1].n;
		*ret = &s->keys.rows[guess - 1];
		*last = guess;
		return true;
	}
	if (!ed_zeek_flat_string(f, &key) || *f->p++ != ':')
		return false;
	/* An escape moves a key elsewhere; a long one is none of ours, but let the walk say so. */
	if (key.p + key.n + 2 != f->p || key.n >= KEY_TEXT_MAX)
		return false;
	*ret = find_row(s, l, key);
	if (*ret) {
		guess = (unsigned)(*ret - s->keys.rows) + 1;
		s->next[*last] = (uint8_t)guess;
		*last = guess;
	}
	return true;
}

/* The items of an array, behind its bracket. False: declined. */
static bool flat_items(struct json_line *l, const struct ed_zeek_key *row, struct ed_zeek_flat *f)
{
	enum ed_zeek_role role = row ? (enum ed_zeek_role)row->role : ED_ZEEK_ROLE_N;
	struct ed_json_value item;

	/* As in put_value, the first word counts: then the items are only stepped over. */
	if (role != ED_ZEEK_ROLE_N && (l->record.seen & ed_zeek_bit(role)))
		role = ED_ZEEK_ROLE_N;
	if (*f->p == ']') {
		f->p++;
		return true;
	}
	do {
		if (!ed_zeek_flat_value(f, &item))
			return false;
		if (item.type != ED_JSON_STRING && item.type != ED_JSON_NUMBER)
			return false;
		put_item(&l->record, role, &item);
	} while (*f->p++ == ',');
	return f->p[-1] == ']';
}

/* Reads @line with the scanner of flat lines. False: declined, and @l and its event are half read.
 */
static bool flat_read(struct json_scratch *s, struct ed_span line, struct json_line *l)
{
	struct ed_zeek_flat f = { .p = line.p + 1, .room = s->copy };
	const struct ed_zeek_key *row;
	struct ed_json_value v;
	unsigned last = 0;

	if (line.p[0] != '{')
		return false;
	do {
		if (!flat_key(s, l, &f, &last, &row) || !ed_zeek_flat_value(&f, &v))
			return false;
		if (v.type != ED_JSON_ARRAY) {
			put_field(l, row, &v);
			continue;
		}
		if (row && row->role >= ED_ZEEK_ROLE_N)
			return false;
		l->marks |= row ? row->marks : 0;
		if (!flat_items(l, row, &f))
			return false;
	} while (*f.p++ == ',');
	/* A record inside a string is for the other way, too. */
	return f.p[-1] == '}' && f.p == line.p + line.n && l->raw.n == 0;
}

/* Reads a line into @l and @ev, which is zeroed. False: it is no JSON object. */
static bool line_read(struct json_scratch *s, struct ed_span line, struct json_line *l,
		      struct ed_event *ev)
{
	struct ed_json_value root;
	bool masked;

	line_begin(l, ev);
	if (line.n > 0 && flat_read(s, line, l))
		return true;
	memset(ev, 0, sizeof(*ev));
	line_begin(l, ev);
	if (!parse(s, line, &root, &masked))
		return false;
	walk(s, l, &root);
	if (l->raw.n > 0 && !(l->marks & (ED_ZEEK_MARK_DNS | ED_ZEEK_MARK_OTHER))) {
		struct ed_span raw = ed_span_of(s->copy, l->raw.n);

		memcpy(s->copy, l->raw.p, raw.n);
		memset(ev, 0, sizeof(*ev));
		line_begin(l, ev);
		if (ed_json_read(s->inner, raw, &root) != 0 || root.type != ED_JSON_OBJECT)
			return false;
		walk(s, l, &root);
	}
	if (masked)
		ev->lost |= ED_LOST_BYTES;
	return true;
}

static bool line_is_zeek(const struct json_line *l)
{
	if (l->marks & ED_ZEEK_MARK_FOREIGN)
		return false;
	return (l->marks & ED_ZEEK_MARK_ZEEK) ||
	       (l->marks & (ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_ID)) ==
		       (ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_ID);
}

static enum ed_drop json_record(struct json_scratch *s, struct ed_span line, struct ed_event *ev)
{
	struct json_line l;

	if (!line_read(s, line, &l, ev))
		return ED_DROP_BAD_LINE;
	if ((l.marks & ED_ZEEK_MARK_OTHER) || !(l.marks & ED_ZEEK_MARK_DNS) ||
	    !(l.marks & (ED_ZEEK_MARK_ZEEK | ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_ID)))
		return ED_DROP_OTHER_LOG;
	if (l.has_timestamp)
		put_value(&l.record, ED_ZEEK_TS, &l.timestamp);
	return ed_zeek_finish(&l.record);
}

static enum ed_frame_verdict json_frame(void *state, struct ed_span in, bool eof, void *context,
					struct ed_frame *ret)
{
	(void)context;
	return ed_lines_frame(state, in, eof, NULL, ret);
}

static int json_scratch_new(void **ret)
{
	struct json_scratch *s;
	int r = scratch_new(ED_UNIT_MAX_BYTES, &s);

	if (r == 0)
		*ret = s;
	return r;
}

static void json_scratch_free(void *scratch)
{
	scratch_free(scratch);
}

static void json_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_span rest = unit->bytes;
	struct ed_span line;

	while (ed_lines_next(&rest, &line)) {
		uint64_t offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		enum ed_drop drop = ED_DROP_BATCH_FULL;
		struct ed_event *ev;

		if (line.n == 0)
			continue;
		out->tally.n_read++;
		ev = ed_batch_peek(out);
		if (ev)
			drop = json_record(scratch, line, ev);
		if (drop < ED_DROP_N) {
			ed_tally_drop(&out->tally, drop, offset);
			continue;
		}
		ev->offset = offset;
		ev->source = unit->source;
		ed_batch_commit(out, ev);
		out->tally.n_analysed++;
	}
}

/* How sure the first lines make it; the last one may be cut, so what is no JSON tells nothing. */
static unsigned probe_lines(struct json_scratch *s, struct ed_span head)
{
	union {
		struct ed_event ev;
		uint8_t room[ED_EVENT_MAX_BYTES];
	} event;
	unsigned n_zeek = 0, n_other = 0;
	struct json_line l;
	struct ed_span line;

	for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++) {
		memset(&event.ev, 0, sizeof(event.ev));
		if (!line_read(s, line, &l, &event.ev))
			continue;
		if (line_is_zeek(&l))
			n_zeek++;
		else
			n_other++;
	}
	if (n_zeek == 0)
		return 0;
	return n_other == 0 ? 95 : 40;
}

static unsigned json_probe(struct ed_span head)
{
	struct json_scratch *s;
	unsigned sure = 0;
	uint8_t *copy;

	head = ed_lines_skip_bom(head);
	while (head.n > 0 && (head.p[0] == '\n' || head.p[0] == '\r'))
		head = ed_span_from(head, 1);
	if (head.n == 0 || head.p[0] != '{')
		return 0;
	if (head.n > ED_PROBE_BYTES)
		head.n = ED_PROBE_BYTES;
	/* Lines are parsed where they lie, which takes padding that @head does not promise. */
	copy = ed_mem_zalloc(1, head.n + ED_JSON_PADDING_BYTES);
	if (!copy)
		return 0;
	memcpy(copy, head.p, head.n);
	if (scratch_new(head.n, &s) == 0) {
		sure = probe_lines(s, ed_span_of(copy, head.n));
		scratch_free(s);
	}
	ed_mem_free(copy);
	return sure;
}

const struct ed_format ed_format_zeek_json = {
	.name = "zeek-json",
	.help = "Zeek dns.log as JSON lines, also through Kafka, Splunk, Filebeat, Security Onion",
	.fields = ED_ZEEK_FIELDS,
	.state_bytes = sizeof(struct ed_lines),
	.probe = json_probe,
	.frame = json_frame,
	.scratch_new = json_scratch_new,
	.scratch_free = json_scratch_free,
	.decode = json_decode,
};
