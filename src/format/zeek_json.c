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
 * Lines in the shape of Zeek's own writer are read by format/zeek/flat.h, which is several times
 * faster; whatever it declines is read from its start by simdjson (wire/json.h). Both hand the same
 * keys and values to the same functions.
 */
#include "base/mem.h"
#include "base/time.h"
#include "format/zeek/conn_record.h"
#include "format/format.h"
#include "format/text/lines.h"
#include "format/probe.h"
#include "format/zeek/record.h"
#include "format/zeek/flat.h"
#include "format/zeek/line.h"
#include "format/zeek/usual.h"
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
	struct ed_json_keys conn_keys;
	/* The row + 1 that came behind each row + 1 in the last line, behind 0 at its start: keys
	 * mostly come in one order. */
	uint8_t next[ED_ZEEK_KEYS_MAX + 1];
	struct ed_zeek_memo memo;
	struct ed_zeek_usual usual;
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
	ed_conn_keys_init(&s->conn_keys);
	ed_zeek_memo_clear(&s->memo);
	ed_zeek_usual_init(&s->usual, &s->keys, &s->memo);
	*ret = s;
	return 0;
fail:
	scratch_free(s);
	return r;
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

static void walk(const struct json_scratch *s, struct ed_zeek_line *l,
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
			ed_zeek_line_put(l, ed_zeek_line_find(&s->keys, l, key), &v);
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

/*
 * The key at the front, up to its value; @last is the row + 1 of the one before. False: declined.
 */
static inline bool flat_key(struct json_scratch *s, struct ed_zeek_line *l, struct ed_zeek_flat *f,
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
	*ret = ed_zeek_line_find(&s->keys, l, key);
	if (*ret) {
		guess = (unsigned)(*ret - s->keys.rows) + 1;
		s->next[*last] = (uint8_t)guess;
		*last = guess;
	}
	return true;
}

/* The items of an array, behind its bracket. False: declined. */
static bool flat_items(struct ed_zeek_line *l, const struct ed_zeek_key *row,
		       struct ed_zeek_flat *f)
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
		ed_zeek_line_put_item(&l->record, role, &item);
	} while (*f->p++ == ',');
	return f->p[-1] == ']';
}

/*
 * Reads a stretch that is not known, field by field, and keeps it. A field that is only a note may
 * stand between those of the group, but not at the end.
 */
static __attribute__((noinline)) bool flat_new(struct json_scratch *s, struct ed_zeek_line *l,
					       struct ed_zeek_flat *f, unsigned *last,
					       const struct ed_zeek_key *row)
{
	unsigned group = s->keys.group[*last - 1], note = 0;
	struct ed_text_stretch stretch = ed_zeek_keys_stretch(f->p, group, *last);
	const uint8_t *end = NULL; /* behind the comma behind the last field of the group */
	uint8_t marks = l->marks;
	struct ed_json_value v;

	l->marks = 0;
	for (;;) {
		const uint8_t *here;
		unsigned at = *last;

		if (!ed_zeek_flat_value(f, &v) || v.type == ED_JSON_ARRAY)
			return false;
		ed_zeek_line_put(l, row, &v);
		here = f->p;
		/* What is kept ends in a comma, and holds all that was read of the group. */
		if (s->keys.group[at - 1] == group) {
			end = *here == ',' ? here + 1 : NULL;
			note = at << 8 | l->marks;
		}
		if (*here != ',')
			break;
		f->p++;
		if (!flat_key(s, l, f, last, &row))
			return false;
		if (!row || (s->keys.group[*last - 1] != group && row->role != ED_ZEEK_KEY_NOTE)) {
			f->p = here;
			*last = at;
			break;
		}
	}
	l->marks |= marks;
	if (end)
		ed_zeek_memo_keep(&s->memo, &stretch, end, &l->record, (uint16_t)note);
	return true;
}

/* The fields of a group from the first value on, as they are known or read. False: declined. */
static inline bool flat_group(struct json_scratch *s, struct ed_zeek_line *l,
			      struct ed_zeek_flat *f, unsigned *last, const struct ed_zeek_key *row)
{
	struct ed_text_stretch stretch = ed_zeek_keys_stretch(f->p, s->keys.group[*last - 1],
							      *last);
	const struct ed_text_memo_head *h = ed_zeek_memo_take(&s->memo, &stretch, f->end,
							      &l->record);

	if (!h)
		return flat_new(s, l, f, last, row);
	f->p += h->n - 1; /* before the comma */
	l->marks |= (uint8_t)s->memo.entry[h->place].note;
	*last = s->memo.entry[h->place].note >> 8;
	return true;
}

/* A field, or the whole group that begins with it. False: declined. */
static inline bool flat_field(struct json_scratch *s, struct ed_zeek_line *l,
			      struct ed_zeek_flat *f, unsigned *last)
{
	unsigned group = ED_ZEEK_GROUP_NONE;
	const struct ed_zeek_key *row;
	struct ed_json_value v;

	if (!flat_key(s, l, f, last, &row))
		return false;
	if (row)
		group = s->keys.group[row - s->keys.rows];
	if (group != ED_ZEEK_GROUP_NONE && ed_zeek_memo_may(&l->record, (enum ed_zeek_group)group))
		return flat_group(s, l, f, last, row);
	if (!ed_zeek_flat_value(f, &v))
		return false;
	if (v.type != ED_JSON_ARRAY) {
		ed_zeek_line_put(l, row, &v);
		return true;
	}
	if (row && row->role >= ED_ZEEK_ROLE_N)
		return false;
	l->marks |= row ? row->marks : 0;
	return flat_items(l, row, f);
}

/* Reads @line with the scanner of flat lines. False: declined, and @l and its event are half read.
 */
static bool flat_read(struct json_scratch *s, struct ed_span line, struct ed_zeek_line *l)
{
	struct ed_zeek_flat f = { .p = line.p + 1, .end = line.p + line.n, .room = s->copy };
	unsigned last = 0;

	if (line.p[0] != '{')
		return false;
	do {
		if (!flat_field(s, l, &f, &last))
			return false;
	} while (*f.p++ == ',');
	/* A record inside a string is for the other way, too. */
	return f.p[-1] == '}' && f.p == line.p + line.n && l->raw.n == 0;
}

/* Reads a line into @l and @ev, which is zeroed. False: it is no JSON object. */
static bool line_read(struct json_scratch *s, struct ed_span line, struct ed_zeek_line *l,
		      struct ed_event *ev)
{
	struct ed_json_value root;
	bool masked;

	ed_zeek_line_begin(l, ev);
	if (ed_zeek_usual_read(&s->usual, line, &l->record)) {
		l->marks = ED_ZEEK_MARK_ID | ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_DNS;
		return true;
	}
	memset(ev, 0, sizeof(*ev));
	ed_zeek_line_begin(l, ev);
	if (line.n > 0 && flat_read(s, line, l))
		return true;
	memset(ev, 0, sizeof(*ev));
	ed_zeek_line_begin(l, ev);
	if (!parse(s, line, &root, &masked))
		return false;
	walk(s, l, &root);
	if (l->raw.n > 0 && !(l->marks & (ED_ZEEK_MARK_DNS | ED_ZEEK_MARK_OTHER))) {
		struct ed_span raw = ed_span_of(s->copy, l->raw.n);

		memcpy(s->copy, l->raw.p, raw.n);
		memset(ev, 0, sizeof(*ev));
		ed_zeek_line_begin(l, ev);
		if (ed_json_read(s->inner, raw, &root) != 0 || root.type != ED_JSON_OBJECT)
			return false;
		walk(s, l, &root);
	}
	if (masked)
		ev->lost |= ED_LOST_BYTES;
	return true;
}

static enum ed_drop json_record(struct json_scratch *s, struct ed_span line, struct ed_event *ev)
{
	struct ed_zeek_line l;

	if (!line_read(s, line, &l, ev))
		return ED_DROP_BAD_LINE;
	if (l.marks & ED_ZEEK_MARK_OTHER) {
		memset(ev, 0, sizeof(*ev));
		return ed_conn_json(&s->conn_keys, line, s->copy, ev) == ED_DROP_N ?
			       ED_DROP_N :
			       ED_DROP_OTHER_LOG;
	}
	if (!(l.marks & ED_ZEEK_MARK_DNS) ||
	    !(l.marks & (ED_ZEEK_MARK_ZEEK | ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_ID)))
		return ED_DROP_OTHER_LOG;
	ed_zeek_line_settle(&l);
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
	struct ed_zeek_line l;
	struct ed_span line;

	for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++) {
		memset(&event.ev, 0, sizeof(event.ev));
		if (!line_read(s, line, &l, &event.ev))
			continue;
		if (ed_zeek_line_is_zeek(&l))
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
	copy = ed_probe_copy(&head);
	if (copy && scratch_new(head.n, &s) == 0) {
		sure = probe_lines(s, head);
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
