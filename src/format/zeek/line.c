/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of a JSON line; see line.h. Values are told apart by their type in JSON, not by the
 * dialect: pipelines turn numbers into strings and arrays of one into their item.
 *	"qtype":1   "qtype":"1"   "answers":"192.0.2.7"
 */
#include "format/zeek/line.h"

void ed_zeek_line_begin(struct ed_zeek_line *l, struct ed_event *ev)
{
	*l = (struct ed_zeek_line){ .marks = 0 };
	ed_zeek_begin(&l->record, ev);
	l->record.from_json = true;
}

static void put_ttl(struct ed_zeek_record *r, const struct ed_json_value *v)
{
	if (v->type == ED_JSON_NUMBER && v->number >= 0 && v->number <= UINT32_MAX)
		ed_zeek_put_ttl(r, (uint32_t)v->number);
}

void ed_zeek_line_put_item(struct ed_zeek_record *r, enum ed_zeek_role role,
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
		ed_zeek_line_put_item(r, role, &item);
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
static void put_note(struct ed_zeek_line *l, unsigned role, const struct ed_json_value *v)
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

const struct ed_zeek_key *ed_zeek_line_find(const struct ed_zeek_keys *k, struct ed_zeek_line *l,
					    struct ed_span key)
{
	if (key.n > 9 && memcmp(key.p, "zeek.dns.", 9) == 0) {
		l->marks |= ED_ZEEK_MARK_ZEEK | ED_ZEEK_MARK_DNS;
		key = ed_span_from(key, 9);
	}
	return ed_zeek_keys_find(k, key);
}

void ed_zeek_line_put(struct ed_zeek_line *l, const struct ed_zeek_key *row,
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

void ed_zeek_line_settle(struct ed_zeek_line *l)
{
	if (l->has_timestamp)
		put_value(&l->record, ED_ZEEK_TS, &l->timestamp);
}

bool ed_zeek_line_is_zeek(const struct ed_zeek_line *l)
{
	if (l->marks & ED_ZEEK_MARK_FOREIGN)
		return false;
	return (l->marks & ED_ZEEK_MARK_ZEEK) ||
	       (l->marks & (ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_ID)) ==
		       (ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_ID);
}
