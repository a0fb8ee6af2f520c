/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assets in JSON, one document or one a line. Samples:
 *	[{"hostname":"ws-042","ip":["10.0.10.42","10.0.11.42"],"os":"Windows 11"}]
 *	{"assets":[{"name":"resolver1","primary_ip":{"address":"10.0.0.53/24"},"role":{"name":"dns"}}]}
 *	{"cidr":"10.0.20.0/24","name":"servers","role":"server"}
 * The one idea: wherever an object lies, the names of its members say whether it is an asset; an
 * object inside of one stands for its address, value or name.
 */
#include "enrich/inventory_row.h"
#include "enrich/json_token.h"

/* An object or array that is open. */
struct frame {
	enum ed_inventory_column column; /* of the key whose value is awaited, or of all items */
	bool is_part;                    /* an object that stands for a value */
	uint32_t columns;                /* that were set */
	size_t scratch_from;
	struct ed_span value; /* what a part stands for */
	unsigned value_rank;
	struct ed_inventory_row row;
};

struct assets {
	struct ed_inventory_reader *r;
	struct ed_json_tokens json;
	size_t n_scratch;
	uint64_t n_documents; /* that came to their end */
	struct frame frame[ED_JSON_TOKEN_DEPTH_MAX];
};

/* Which member an object is taken by, the best first. */
static unsigned rank_of(struct ed_span key)
{
	static const char *const members[] = { "address", "value", "name", "label", "display" };

	for (unsigned i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (ed_span_is(key, members[i]))
			return 9 - i;
	}
	return 0;
}

static struct ed_span text_of(struct assets *a, struct ed_span s)
{
	char *to = a->r->scratch + a->n_scratch;
	size_t n;

	if (!memchr(s.p, '\\', s.n))
		return s;
	if (s.n > ED_INVENTORY_SCRATCH_BYTES - a->n_scratch)
		return ed_span_of(s.p, 0);
	n = ed_json_token_unescape(s, to);
	a->n_scratch += n;
	return ed_span_of(to, n);
}

static struct frame *top(struct assets *a)
{
	return a->json.depth > 0 ? &a->frame[a->json.depth - 1] : NULL;
}

/* The frame whose row a value at the top of the stack belongs to: the innermost object. */
static struct frame *holder(struct assets *a)
{
	unsigned d = a->json.depth;

	while (d > 0 && !a->json.is_object[d - 1])
		d--;
	return d > 0 ? &a->frame[d - 1] : NULL;
}

static void take_value(struct assets *a, struct ed_span v)
{
	struct frame *f = top(a), *h = holder(a);

	if (!f || !h)
		return;
	if (h->is_part && f == h) {
		if (h->value_rank > 0 && h->value.n == 0)
			h->value = text_of(a, v);
		return;
	}
	if (f->column == ED_COLUMN_NONE || h->is_part)
		return;
	h->columns |= 1U << f->column;
	if (!h->row.bad)
		ed_inventory_set(&h->row, f->column, text_of(a, v));
}

static void take_key(struct assets *a, struct ed_span key)
{
	struct frame *f = top(a);
	unsigned rank;

	if (!f->is_part) {
		f->column = ed_inventory_column_of(key);
		return;
	}
	rank = rank_of(key);
	f->column = ED_COLUMN_NONE;
	if (rank > f->value_rank) {
		f->value_rank = rank;
		f->value = ed_span_of(NULL, 0);
	}
}

static void open_frame(struct assets *a, const uint8_t *at)
{
	struct frame *f = top(a);
	struct frame *above = a->json.depth > 1 ? f - 1 : NULL;
	bool is_object = a->json.is_object[f - a->frame];
	enum ed_inventory_column column = above ? above->column : ED_COLUMN_NONE;

	f->column = is_object ? ED_COLUMN_NONE : column;
	f->is_part = is_object && column != ED_COLUMN_NONE;
	f->columns = 0;
	f->value = ed_span_of(NULL, 0);
	f->value_rank = 0;
	f->scratch_from = a->n_scratch;
	if (is_object) {
		ed_inventory_row_init(&f->row, at);
		f->row.is_declared = true;
	}
}

/* @f was the top; its text is still there. */
static void close_frame(struct assets *a, const struct frame *f, bool is_object)
{
	struct ed_inventory_row row;

	if (!is_object)
		return;
	if (f->is_part) {
		if (f->value.n > 0)
			take_value(a, f->value);
		return;
	}
	if (ed_inventory_columns_suffice(f->columns)) {
		row = f->row;
		ed_inventory_settle(&row, f->columns);
		ed_inventory_emit(a->r, &row);
	}
	a->n_scratch = f->scratch_from;
}

/* False at the end. */
static bool step(struct assets *a)
{
	const unsigned depth = a->json.depth;
	struct ed_span text;

	switch (ed_json_token_next(&a->json, &text)) {
	case ED_TOKEN_OPEN:
		open_frame(a, text.p);
		return true;
	case ED_TOKEN_CLOSE:
		close_frame(a, &a->frame[depth - 1], a->json.is_object[depth - 1]);
		a->n_documents += a->json.depth == 0;
		return true;
	case ED_TOKEN_KEY:
		take_key(a, text_of(a, text));
		return true;
	case ED_TOKEN_STRING:
	case ED_TOKEN_SCALAR:
		take_value(a, text);
		return true;
	case ED_TOKEN_BAD:
		ed_inventory_bad(a->r, a->json.rest.p, "broken JSON");
		a->r->cut = !ed_json_token_resume(&a->json) && a->n_documents == 0;
		a->n_scratch = 0;
		return true;
	default:
		if (depth > 0 && a->n_documents > 0)
			ed_inventory_bad(a->r, a->json.rest.p, "JSON that is cut short");
		a->r->cut = a->r->cut || (depth > 0 && a->n_documents == 0);
		return false;
	}
}

void ed_inventory_read_json(struct ed_inventory_reader *r)
{
	struct assets a;

	memset(&a, 0, sizeof(a));
	a.r = r;
	a.json.rest = r->text;
	while (step(&a))
		;
}
