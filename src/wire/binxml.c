/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows binary XML to text; see binxml.h. A record, spelt out:
 *
 *   0f 01 01 00                       fragment header
 *   0c 01 <id> <offset>               template instance; the template lies at <offset>
 *   02 00 00 00                       two values:
 *   02 00 06 00  0a 00 01 00          sizes and types: u16, and ten bytes of string
 *   16 00  p 00 r 00 o 00 b 00 e 00   the values
 *   00                                end
 */
#include "wire/binxml.h"

#include "base/cursor.h"
#include "wire/binxml_value.h"

enum token {
	TOKEN_END = 0x00,
	TOKEN_OPEN = 0x01,
	TOKEN_CLOSE_START = 0x02,
	TOKEN_CLOSE_EMPTY = 0x03,
	TOKEN_END_ELEMENT = 0x04,
	TOKEN_VALUE = 0x05,
	TOKEN_ATTRIBUTE = 0x06,
	TOKEN_CDATA = 0x07,
	TOKEN_CHARACTER = 0x08,
	TOKEN_ENTITY = 0x09,
	TOKEN_PI_TARGET = 0x0a,
	TOKEN_PI_DATA = 0x0b,
	TOKEN_TEMPLATE = 0x0c,
	TOKEN_HOLE = 0x0d,
	TOKEN_OPTIONAL_HOLE = 0x0e,
	TOKEN_FRAGMENT = 0x0f,
	TOKEN_MORE = 0x40, /* a flag */
};

enum {
	FRAGMENT_BYTES = 3, /* versions and flags, behind the token */
	DEFINITION_HEAD_BYTES = 24,
	NAME_HEAD_BYTES = 8,
	DESCRIPTOR_BYTES = 4,
	NAME_HASH_FACTOR = 65599,
};

/* Whoever reads the text may take "</Event>" for the end of the record: inside of it elements of
 * that name get another. */
static const uint8_t event_name[] = { 'E', 0, 'v', 0, 'e', 0, 'n', 0, 't', 0 };

static void fail(struct ed_binxml *x, enum ed_binxml_verdict v)
{
	if (x->verdict == ED_BINXML_DONE)
		x->verdict = (uint8_t)v;
}

static void spend(struct ed_binxml *x, uint32_t n)
{
	if (x->steps < n)
		fail(x, ED_BINXML_TOO_MUCH);
	else
		x->steps -= n;
}

static struct ed_binxml_frame *top(struct ed_binxml *x)
{
	return &x->frames[x->n_frames - 1];
}

/* --------------------------------------------------------- tokens of a frame */

/* The next @n bytes of the frame; NULL, and broken, when it has fewer. */
static const uint8_t *take(struct ed_binxml *x, uint32_t n)
{
	struct ed_binxml_frame *f = top(x);

	if (f->end - f->at < n) {
		fail(x, ED_BINXML_BROKEN);
		return NULL;
	}
	f->at += n;
	return x->chunk.p + f->at - n;
}

static uint16_t take_u16(struct ed_binxml *x)
{
	const uint8_t *p = take(x, 2);

	return p ? ed_get_le16(p) : 0;
}

static uint32_t take_u32(struct ed_binxml *x)
{
	const uint8_t *p = take(x, 4);

	return p ? ed_get_le32(p) : 0;
}

static void frame_push(struct ed_binxml *x, uint32_t at, uint32_t n)
{
	if (x->n_frames == ED_BINXML_DEPTH_MAX) {
		fail(x, ED_BINXML_TOO_MUCH);
		return;
	}
	x->frames[x->n_frames++] = (struct ed_binxml_frame){
		.at = at,
		.end = at + n,
		.n_elements = x->n_elements,
		.i_value = x->n_values_used,
	};
}

/* --------------------------------------------------------------------- names */

/* The name at @at of the chunk: u32 next, u16 hash, u16 length, UTF-16, NUL. False: none is there.
 */
static bool name_at(const struct ed_binxml *x, uint32_t at, struct ed_span *ret)
{
	uint32_t hash = 0, n;
	const uint8_t *p;

	if (at > x->chunk.n || x->chunk.n - at < NAME_HEAD_BYTES)
		return false;
	p = x->chunk.p + at;
	n = ed_get_le16(p + 6);
	if (n == 0 || x->chunk.n - at - NAME_HEAD_BYTES < 2 * n)
		return false;
	*ret = ed_span_of(p + NAME_HEAD_BYTES, 2 * n);
	for (uint32_t i = 0; i < n; i++)
		hash = hash * NAME_HASH_FACTOR + ed_get_le16(ret->p + 2 * i);
	return (hash & 0xffff) == ed_get_le16(p + 4);
}

/* Takes the offset of a name, and the name itself where it lies right behind. */
static struct ed_span take_name(struct ed_binxml *x)
{
	uint32_t at = take_u32(x);
	struct ed_span name;

	if (x->verdict || !name_at(x, at, &name)) {
		fail(x, ED_BINXML_BROKEN);
		return ed_span_of(NULL, 0);
	}
	spend(x, (uint32_t)name.n / ED_BINXML_STEP_BYTES);
	if (at == top(x)->at)
		(void)take(x, NAME_HEAD_BYTES + (uint32_t)name.n + 2);
	return name;
}

/* -------------------------------------------------------------------- markup */

static void attribute_close(struct ed_binxml *x)
{
	if (x->place != ED_BINXML_IN_ATTRIBUTE)
		return;
	if (x->is_null && !x->out->full)
		x->out->n = x->attribute;
	else
		ed_xml_puts(x->out, "'");
	x->place = ED_BINXML_IN_TAG;
}

/*
 * Elements in a template say which hole they depend on, in two bytes; others do not. Which it is
 * shows in whether a name is found.
 */
static bool has_dependency(const struct ed_binxml *x, const struct ed_binxml_frame *f)
{
	struct ed_span name;
	bool with, without;

	with = f->end - f->at >= 10 && name_at(x, ed_get_le32(x->chunk.p + f->at + 6), &name);
	if (with && f->is_template)
		return true;
	without = f->end - f->at >= 8 && name_at(x, ed_get_le32(x->chunk.p + f->at + 4), &name);
	return with && !without;
}

static void open_element(struct ed_binxml *x, bool has_attributes)
{
	struct ed_binxml_element *e = &x->elements[x->n_elements];
	struct ed_span name;

	if (x->place != ED_BINXML_IN_CONTENT || (x->n_elements == 0 && x->has_root)) {
		fail(x, ED_BINXML_BROKEN);
		return;
	}
	x->has_root = true;
	if (x->n_elements == ED_BINXML_ELEMENTS_MAX) {
		fail(x, ED_BINXML_TOO_MUCH);
		return;
	}
	(void)take(x, has_dependency(x, top(x)) ? 6 : 4); /* and the size of the element */
	name = take_name(x);
	if (has_attributes)
		(void)take_u32(x); /* size of the list */
	e->tag = (uint32_t)x->out->n;
	ed_xml_puts(x->out, "<");
	ed_xml_name(x->out, name);
	if (x->n_elements > 0 && ed_span_eq(name, ed_span_of(event_name, sizeof(event_name))))
		ed_xml_puts(x->out, "_");
	e->name_n = (uint32_t)x->out->n - e->tag - 1;
	x->n_elements++;
	x->place = ED_BINXML_IN_TAG;
}

static void end_tag(struct ed_binxml *x, const struct ed_binxml_element *e)
{
	ed_xml_puts(x->out, "</");
	ed_xml_put(x->out, x->out->p + e->tag + 1, e->name_n);
	ed_xml_puts(x->out, ">");
}

/* Ends the start tag of the innermost element, or the element itself. */
static void close_element(struct ed_binxml *x, unsigned token)
{
	bool in_tag = token != TOKEN_END_ELEMENT;
	struct ed_binxml_element *e;

	attribute_close(x);
	if (x->n_elements == top(x)->n_elements || in_tag != (x->place == ED_BINXML_IN_TAG)) {
		fail(x, ED_BINXML_BROKEN);
		return;
	}
	e = &x->elements[x->n_elements - 1];
	x->place = ED_BINXML_IN_CONTENT;
	if (token == TOKEN_CLOSE_START) {
		ed_xml_puts(x->out, ">");
		e->tag_end = (uint32_t)x->out->n;
		return;
	}
	if (token == TOKEN_CLOSE_EMPTY)
		ed_xml_puts(x->out, "/>");
	else
		end_tag(x, e);
	x->n_elements--;
}

static void open_attribute(struct ed_binxml *x)
{
	attribute_close(x);
	if (x->place != ED_BINXML_IN_TAG) {
		fail(x, ED_BINXML_BROKEN);
		return;
	}
	x->attribute = (uint32_t)x->out->n;
	ed_xml_puts(x->out, " ");
	ed_xml_name(x->out, take_name(x));
	ed_xml_puts(x->out, "='");
	x->place = ED_BINXML_IN_ATTRIBUTE;
	x->is_null = false;
}

/* -------------------------------------------------------------------- values */

/* Whether text may stand here. */
static bool in_text(struct ed_binxml *x)
{
	if (x->place == ED_BINXML_IN_TAG || x->n_elements == 0)
		fail(x, ED_BINXML_BROKEN);
	return !x->verdict;
}

static void put_value(struct ed_binxml *x, unsigned type, struct ed_span bytes)
{
	spend(x, (uint32_t)bytes.n / ED_BINXML_STEP_BYTES);
	if (x->verdict)
		return;
	ed_binxml_value(x->out, type, bytes);
	x->is_null = false;
}

/*
 * The items of an array: an element that holds nothing else is repeated for each, as Windows does
 * (<Data>a</Data><Data>b</Data>); elsewhere they stand side by side.
 */
static void put_array(struct ed_binxml *x, unsigned type, struct ed_span rest)
{
	const struct ed_binxml_element *e = &x->elements[x->n_elements - 1];
	bool alone = x->place == ED_BINXML_IN_CONTENT && e->tag_end == x->out->n;
	uint32_t tag_n = e->tag_end - e->tag;

	for (bool first = true; rest.n > 0 && !x->verdict && !x->out->full; first = false) {
		if (!first && alone) {
			end_tag(x, e);
			ed_xml_put(x->out, x->out->p + e->tag, tag_n);
		} else if (!first) {
			ed_xml_puts(x->out, " ");
		}
		spend(x, 1);
		put_value(x, type, ed_binxml_item(type, &rest));
	}
}

static void fill_hole(struct ed_binxml *x, bool optional)
{
	struct ed_binxml_frame *f = top(x);
	uint32_t i = take_u16(x), at, n = 0;
	unsigned type = ED_BINXML_NULL;
	const uint8_t *descriptor;

	(void)take(x, 1); /* the type the template expects; the value knows better */
	if (!in_text(x))
		return;
	if (i < f->n_values) {
		descriptor = x->chunk.p + f->descriptors + DESCRIPTOR_BYTES * i;
		n = ed_get_le16(descriptor);
		type = descriptor[2];
	}
	if (type == ED_BINXML_NULL || n == 0) {
		x->is_null = x->place == ED_BINXML_IN_ATTRIBUTE && optional &&
			     type == ED_BINXML_NULL;
		return;
	}
	at = x->values[f->i_value + i];
	if (type == ED_BINXML_NESTED && x->place == ED_BINXML_IN_CONTENT)
		frame_push(x, at, n);
	else if (type & ED_BINXML_ARRAY)
		put_array(x, type & ~(unsigned)ED_BINXML_ARRAY, ed_span_of(x->chunk.p + at, n));
	else
		put_value(x, type, ed_span_of(x->chunk.p + at, n));
}

/* Text that stands in the template itself. Windows writes strings only. */
static void literal(struct ed_binxml *x, bool typed)
{
	unsigned type = ED_BINXML_STRING;
	const uint8_t *p;
	uint32_t n;

	if (typed) {
		p = take(x, 1);
		type = p ? *p : type;
	}
	n = 2U * take_u16(x);
	p = take(x, n);
	if (type != ED_BINXML_STRING)
		fail(x, ED_BINXML_BROKEN);
	if (p && in_text(x))
		put_value(x, type, ed_span_of(p, n));
}

static void character(struct ed_binxml *x)
{
	const uint8_t *p = take(x, 2);

	if (p && in_text(x))
		put_value(x, ED_BINXML_STRING, ed_span_of(p, 2));
}

static void entity(struct ed_binxml *x)
{
	struct ed_span name = take_name(x);

	if (x->verdict || !in_text(x))
		return;
	ed_xml_puts(x->out, "&");
	ed_xml_name(x->out, name);
	ed_xml_puts(x->out, ";");
	x->is_null = false;
}

/* ----------------------------------------------------------------- templates */

/* Takes the descriptors and the values of the instance; the new frame @f gets them. */
static void take_values(struct ed_binxml *x, struct ed_binxml_frame *f)
{
	uint32_t n = take_u32(x);
	const struct ed_binxml_frame *instance = top(x);
	const uint8_t *descriptor;

	f->descriptors = instance->at;
	if (x->verdict || n > (instance->end - instance->at) / DESCRIPTOR_BYTES) {
		fail(x, ED_BINXML_BROKEN);
		return;
	}
	if (n > sizeof(x->values) / sizeof(x->values[0]) - x->n_values_used) {
		fail(x, ED_BINXML_TOO_MUCH);
		return;
	}
	descriptor = take(x, n * DESCRIPTOR_BYTES);
	spend(x, n);
	f->i_value = x->n_values_used;
	f->n_values = n;
	for (uint32_t i = 0; i < n && !x->verdict; i++, descriptor += DESCRIPTOR_BYTES) {
		x->values[x->n_values_used++] = instance->at;
		(void)take(x, ed_get_le16(descriptor));
	}
}

/* u8, u32 id, u32 offset of the definition; the definition, when it lies here; the values. A
 * definition: u32 next, GUID, u32 size, tokens. The id is the beginning of the GUID. */
static void template_instance(struct ed_binxml *x)
{
	const uint8_t *head = take(x, 9), *definition;
	struct ed_binxml_frame f = { .is_template = true, .n_elements = x->n_elements };
	uint32_t at, n;

	if (!head)
		return;
	at = ed_get_le32(head + 5);
	if (at > x->chunk.n || x->chunk.n - at < DEFINITION_HEAD_BYTES) {
		fail(x, ED_BINXML_BROKEN);
		return;
	}
	definition = x->chunk.p + at;
	n = ed_get_le32(definition + 20);
	if (n > x->chunk.n - at - DEFINITION_HEAD_BYTES ||
	    memcmp(definition + 4, head + 1, 4) != 0) {
		fail(x, ED_BINXML_BROKEN);
		return;
	}
	if (at == top(x)->at)
		(void)take(x, DEFINITION_HEAD_BYTES + n);
	take_values(x, &f);
	f.at = at + DEFINITION_HEAD_BYTES;
	f.end = f.at + n;
	if (x->n_frames == ED_BINXML_DEPTH_MAX)
		fail(x, ED_BINXML_TOO_MUCH);
	if (!x->verdict)
		x->frames[x->n_frames++] = f;
}

/* ---------------------------------------------------------------- the record */

/* Elements end in the stretch they began in. */
static void frame_pop(struct ed_binxml *x)
{
	const struct ed_binxml_frame *f = top(x);

	if (x->n_elements != f->n_elements || x->place != ED_BINXML_IN_CONTENT)
		fail(x, ED_BINXML_BROKEN);
	x->n_values_used = f->i_value;
	x->n_frames--;
}

static void processing_instruction(struct ed_binxml *x, unsigned token)
{
	if (token == TOKEN_PI_TARGET)
		(void)take_name(x);
	else
		(void)take(x, 2U * take_u16(x));
}

/* lint: complex: one case a token, a table in all but form */
static void token_next(struct ed_binxml *x)
{
	const uint8_t *p = take(x, 1);
	unsigned token = *p & ~(unsigned)TOKEN_MORE;

	switch (token) {
	case TOKEN_END:
		top(x)->at = top(x)->end;
		break;
	case TOKEN_OPEN:
		open_element(x, *p & TOKEN_MORE);
		break;
	case TOKEN_CLOSE_START:
	case TOKEN_CLOSE_EMPTY:
	case TOKEN_END_ELEMENT:
		close_element(x, token);
		break;
	case TOKEN_VALUE:
	case TOKEN_CDATA:
		literal(x, token == TOKEN_VALUE);
		break;
	case TOKEN_ATTRIBUTE:
		open_attribute(x);
		break;
	case TOKEN_CHARACTER:
		character(x);
		break;
	case TOKEN_ENTITY:
		entity(x);
		break;
	case TOKEN_PI_TARGET:
	case TOKEN_PI_DATA:
		processing_instruction(x, token);
		break;
	case TOKEN_TEMPLATE:
		template_instance(x);
		break;
	case TOKEN_HOLE:
	case TOKEN_OPTIONAL_HOLE:
		fill_hole(x, token == TOKEN_OPTIONAL_HOLE);
		break;
	case TOKEN_FRAGMENT:
		(void)take(x, FRAGMENT_BYTES);
		break;
	default:
		fail(x, ED_BINXML_BROKEN);
	}
}

enum ed_binxml_verdict ed_binxml_to_text(struct ed_binxml *x, struct ed_span chunk, uint32_t at,
					 uint32_t end, struct ed_xml_out *out)
{
	size_t before = out->n;

	x->chunk = chunk;
	x->out = out;
	x->verdict = ED_BINXML_DONE;
	x->place = ED_BINXML_IN_CONTENT;
	x->is_null = x->has_root = false;
	x->n_frames = x->n_elements = 0;
	x->n_values_used = 0;
	frame_push(x, at, end - at);
	while (x->n_frames > 0 && !x->verdict) {
		if (top(x)->at == top(x)->end) {
			frame_pop(x);
			continue;
		}
		spend(x, 1);
		token_next(x);
		if (out->full)
			fail(x, ED_BINXML_TOO_MUCH);
	}
	if (out->n == before)
		fail(x, ED_BINXML_BROKEN);
	return x->verdict;
}
