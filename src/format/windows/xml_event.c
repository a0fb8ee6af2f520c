/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one <Event>; see xml_event.h. One pass, from one "<" to the next; an element matters by
 * its name and by the one it lies in. The stack is an array: no input makes it deeper.
 */
#include "format/windows/xml_event.h"

#include "base/hex.h"
#include "base/utf8.h"
#include "format/windows/event.h"

enum {
	NAME_MAX_BYTES = 64,
	ENTITY_MAX_BYTES = 12, /* "&#x0010ffff;" */
	CODE_MAX = 0x10ffff,
};

/* What lies in an element. */
enum within {
	WITHIN_OTHER,
	WITHIN_EVENT,
	WITHIN_SYSTEM,
	WITHIN_DATA, /* EventData, whose elements are the event's own values */
};

/* Elements and attributes of <System>; the values of ed_windows_slot do not reach this far. */
enum system_key { KEY_PROVIDER = 100, KEY_TIME, KEY_EXECUTION, KEY_SECURITY };

static const struct ed_json_key system_keys[] = {
	{ "Provider", KEY_PROVIDER },      { "EventID", ED_WINDOWS_EVENT_ID },
	{ "TimeCreated", KEY_TIME },       { "Execution", KEY_EXECUTION },
	{ "Channel", ED_WINDOWS_CHANNEL }, { "Computer", ED_WINDOWS_HOST },
	{ "Security", KEY_SECURITY },      { NULL, 0 },
};

static const struct ed_json_key data_keys[] = {
	{ "UtcTime", ED_WINDOWS_UTC },
	{ "ProcessGuid", ED_WINDOWS_GUID },
	{ "ProcessId", ED_WINDOWS_PID },
	{ "Image", ED_WINDOWS_IMAGE },
	{ "User", ED_WINDOWS_USER },
	{ "CommandLine", ED_WINDOWS_COMMAND },
	{ "Hashes", ED_WINDOWS_HASHES },
	{ "ParentProcessGuid", ED_WINDOWS_PARENT_GUID },
	{ "ParentProcessId", ED_WINDOWS_PARENT_PID },
	{ "ParentImage", ED_WINDOWS_PARENT },
	{ "ParentCommandLine", ED_WINDOWS_PARENT_COMMAND },
	{ "QueryName", ED_WINDOWS_QUERY_NAME },
	{ "QueryStatus", ED_WINDOWS_QUERY_STATUS },
	{ "QueryResults", ED_WINDOWS_QUERY_RESULTS },
	{ "QueryType", ED_WINDOWS_QUERY_TYPE },
	{ "Protocol", ED_WINDOWS_PROTOCOL },
	{ "Initiated", ED_WINDOWS_INITIATED },
	{ "SourceIp", ED_WINDOWS_SOURCE_IP },
	{ "SourcePort", ED_WINDOWS_SOURCE_PORT },
	{ "DestinationIp", ED_WINDOWS_DEST_IP },
	{ "DestinationPort", ED_WINDOWS_DEST_PORT },
	{ "Source", ED_WINDOWS_SERVER_SOURCE },
	{ "Destination", ED_WINDOWS_SERVER_DEST },
	{ "InterfaceIP", ED_WINDOWS_SERVER_ADDR },
	{ "Port", ED_WINDOWS_SERVER_PORT },
	{ "TCP", ED_WINDOWS_SERVER_TCP },
	{ "PacketData", ED_WINDOWS_PACKET },
	{ NULL, 0 },
};

struct xml {
	const uint8_t *p, *end;
	struct ed_xml_reader *r;
	struct ed_span *value;
	uint8_t *room;
	unsigned depth;
	struct ed_span name[ED_XML_DEPTH_MAX]; /* of the open elements */
	uint8_t within[ED_XML_DEPTH_MAX];
	unsigned slot; /* where the text that follows goes; 0: nowhere */
};

struct attribute {
	struct ed_span name, value;
};

void ed_xml_reader_init(struct ed_xml_reader *r)
{
	ed_json_keys_init(&r->system, system_keys);
	ed_json_keys_init(&r->data, data_keys);
}

static unsigned key_id(const struct ed_json_keys *keys, struct ed_span name)
{
	unsigned at = ed_json_keys_find(keys, name);

	return at > 0 ? keys->id[at - 1] : 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Bit i is set where byte i of the ED_LINES_STEP at @p ends a name in a tag: what is not above a
 * blank, and ">", "/", "=". */
static inline unsigned name_ends(const uint8_t *p)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i hit = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(' ')), x);

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('>')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('/')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('=')));
	return (unsigned)_mm_movemask_epi8(hit);
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] <= ' ' || p[i] == '>' || p[i] == '/' || p[i] == '=') << i;
	return bits;
#endif
}

/* The first @c from @p on; x->end: there is none. */
static const uint8_t *find(const struct xml *x, const uint8_t *p, uint8_t c)
{
	for (; p < x->end; p += ED_LINES_STEP) {
		unsigned hits = ed_lines_match(p, c);

		if (hits) {
			p += (unsigned)__builtin_ctz(hits);
			return p < x->end ? p : x->end;
		}
	}
	return x->end;
}

/* ------------------------------------------------------------ entities */

/* "#38", "#x26"; false: no code point. */
static bool number_entity(struct ed_span s, uint32_t *ret)
{
	unsigned base = s.n > 1 && s.p[1] == 'x' ? 16 : 10;
	uint32_t v = 0;
	size_t i = base == 16 ? 2 : 1;

	if (i >= s.n)
		return false;
	for (; i < s.n; i++) {
		int d = ed_hex_value(s.p[i]);

		if (d < 0 || d >= (int)base)
			return false;
		v = v * base + (unsigned)d;
	}
	*ret = v;
	return v <= CODE_MAX;
}

/* Between "&" and ";". */
static bool entity(struct ed_span s, uint32_t *ret)
{
	static const struct {
		char name[8];
		char c;
	} named[] = {
		{ "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' }
	};

	if (s.n > 0 && s.p[0] == '#')
		return number_entity(s, ret);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (ed_span_is(s, named[i].name)) {
			*ret = (uint32_t)named[i].c;
			return true;
		}
	}
	return false;
}

/* @s with its entities undone; what only looks like one is left as it is. No entity stands for more
 * bytes than it has. */
static struct ed_span undo_entities(struct xml *x, struct ed_span s)
{
	uint8_t *start = x->room, *out = start;

	if (s.n == 0 || !memchr(s.p, '&', s.n))
		return s;
	for (size_t i = 0; i < s.n;) {
		size_t n = s.n - i < ENTITY_MAX_BYTES ? s.n - i : ENTITY_MAX_BYTES;
		const uint8_t *end = s.p[i] == '&' ? memchr(s.p + i, ';', n) : NULL;
		uint32_t code;

		if (end && entity(ed_span_of(s.p + i + 1, (size_t)(end - s.p) - i - 1), &code)) {
			out = ed_utf8_put(code, out);
			i = (size_t)(end - s.p) + 1;
			continue;
		}
		*out++ = s.p[i++];
	}
	x->room = out;
	return ed_span_of(start, (size_t)(out - start));
}

static void put(struct xml *x, unsigned slot, struct ed_span s)
{
	if (s.n > 0)
		x->value[slot] = undo_entities(x, s);
}

/* ---------------------------------------------------------------- tags */

/* What an attribute of an element of <System> says. */
static void system_attribute(struct xml *x, unsigned element, const struct attribute *a)
{
	if (element == KEY_PROVIDER && ed_span_is(a->name, "Name"))
		put(x, ED_WINDOWS_PROVIDER, a->value);
	else if (element == KEY_PROVIDER && ed_span_is(a->name, "Guid"))
		put(x, ED_WINDOWS_PROVIDER_GUID, a->value);
	else if (element == KEY_TIME && ed_span_is(a->name, "SystemTime"))
		put(x, ED_WINDOWS_CREATED, a->value);
	else if (element == KEY_EXECUTION && ed_span_is(a->name, "ProcessID"))
		put(x, ED_WINDOWS_HEADER_PID, a->value);
	else if (element == KEY_SECURITY && ed_span_is(a->name, "UserID"))
		put(x, ED_WINDOWS_HEADER_USER, a->value);
}

/* From behind the name of an attribute to behind its value. */
static enum ed_xml_verdict take_value(struct xml *x, struct ed_span *ret)
{
	const uint8_t *p = x->p, *end;

	while (p < x->end && is_blank(*p))
		p++;
	if (p < x->end && *p++ != '=')
		return ED_XML_BROKEN;
	while (p < x->end && is_blank(*p))
		p++;
	if (p >= x->end)
		return ED_XML_OPEN;
	if (*p != '"' && *p != '\'')
		return ED_XML_BROKEN;
	end = find(x, p + 1, *p);
	if (end == x->end)
		return ED_XML_OPEN;
	*ret = ed_span_of(p + 1, (size_t)(end - p) - 1);
	if (ret->n > 0 && memchr(ret->p, '<', ret->n))
		return ED_XML_BROKEN;
	x->p = end + 1;
	return ED_XML_EVENT;
}

/* A name at x->p, which moves behind it. */
static enum ed_xml_verdict take_name(struct xml *x, struct ed_span *ret)
{
	const uint8_t *p = x->p;
	unsigned hits = 0;

	while (p < x->end && !(hits = name_ends(p)))
		p += ED_LINES_STEP;
	p += hits ? (unsigned)__builtin_ctz(hits) : 0;
	if (p >= x->end)
		return ED_XML_OPEN;
	*ret = ed_span_of(x->p, (size_t)(p - x->p));
	x->p = p;
	return ret->n > 0 && ret->n <= NAME_MAX_BYTES ? ED_XML_EVENT : ED_XML_BROKEN;
}

/* The attributes and the end of a tag. @ret_empty: it has no content. */
static enum ed_xml_verdict take_attributes(struct xml *x, unsigned within, unsigned element,
					   bool *ret_empty)
{
	for (;;) {
		enum ed_xml_verdict v;
		struct attribute a;

		while (x->p < x->end && is_blank(*x->p))
			x->p++;
		if (x->p + 1 >= x->end)
			return ED_XML_OPEN;
		*ret_empty = *x->p == '/';
		if (*x->p == '>' || (*ret_empty && x->p[1] == '>')) {
			x->p += *ret_empty ? 2 : 1;
			return ED_XML_EVENT;
		}
		v = take_name(x, &a.name);
		if (v == ED_XML_EVENT)
			v = take_value(x, &a.value);
		if (v != ED_XML_EVENT)
			return v;
		if (within == WITHIN_SYSTEM)
			system_attribute(x, element, &a);
		else if (within == WITHIN_DATA && ed_span_is(a.name, "Name"))
			x->slot = key_id(&x->r->data, a.value);
	}
}

static unsigned within_of(unsigned outer, struct ed_span name)
{
	if (outer != WITHIN_EVENT)
		return WITHIN_OTHER;
	if (ed_span_is(name, "System"))
		return WITHIN_SYSTEM;
	return ed_span_is(name, "EventData") ? WITHIN_DATA : WITHIN_OTHER;
}

/* Behind "<" of an element that begins. */
static enum ed_xml_verdict open_tag(struct xml *x)
{
	unsigned outer = x->depth > 0 ? x->within[x->depth - 1] : WITHIN_OTHER;
	unsigned element = 0;
	enum ed_xml_verdict v;
	struct ed_span name;
	bool empty;

	v = take_name(x, &name);
	if (v != ED_XML_EVENT)
		return v;
	if (x->depth == ED_XML_DEPTH_MAX || (x->depth > 0 && ed_span_is(name, "Event")))
		return ED_XML_BROKEN;
	if (outer == WITHIN_SYSTEM)
		element = key_id(&x->r->system, name);
	x->slot = element < ED_WINDOWS_SLOTS ? element : 0;
	if (outer == WITHIN_DATA && !ed_span_is(name, "Data"))
		outer = WITHIN_OTHER;
	v = take_attributes(x, outer, element, &empty);
	if (v != ED_XML_EVENT)
		return v;
	if (empty) {
		x->slot = 0;
		return ED_XML_EVENT;
	}
	x->within[x->depth] = (uint8_t)(x->depth == 0 ? (unsigned)WITHIN_EVENT :
							within_of(outer, name));
	x->name[x->depth++] = name;
	return ED_XML_EVENT;
}

/* Behind "</". */
static enum ed_xml_verdict close_tag(struct xml *x)
{
	struct ed_span name = x->name[x->depth - 1];
	size_t n = name.n;

	x->slot = 0;
	if ((size_t)(x->end - x->p) <= n)
		return ED_XML_OPEN;
	if (n > 0 && memcmp(x->p, name.p, n) != 0)
		return ED_XML_BROKEN;
	x->p += n;
	while (x->p < x->end && is_blank(*x->p))
		x->p++;
	if (x->p == x->end)
		return ED_XML_OPEN;
	x->depth--;
	return *x->p++ == '>' ? ED_XML_EVENT : ED_XML_BROKEN;
}

/* From one tag to behind the next. */
static enum ed_xml_verdict step(struct xml *x)
{
	const uint8_t *tag = find(x, x->p, '<');

	if (x->end - tag < 2)
		return ED_XML_OPEN;
	if (tag[1] == '/') {
		if (x->slot > 0)
			put(x, x->slot, ed_span_of(x->p, (size_t)(tag - x->p)));
		x->p = tag + 2;
		return close_tag(x);
	}
	x->p = tag + 1;
	return tag[1] == '!' || tag[1] == '?' ? ED_XML_BROKEN : open_tag(x);
}

size_t ed_xml_event_start(struct ed_span s, size_t from)
{
	static const char tag[] = "<Event";

	while (from < s.n) {
		const uint8_t *p = memmem(s.p + from, s.n - from, tag, sizeof(tag) - 1);
		size_t behind;

		if (!p)
			return s.n;
		behind = (size_t)(p - s.p) + sizeof(tag) - 1;
		if (behind == s.n || is_blank(s.p[behind]) || s.p[behind] == '>')
			return (size_t)(p - s.p);
		from = behind;
	}
	return s.n;
}

enum ed_xml_verdict ed_xml_event_read(struct ed_xml_reader *r, struct ed_span s,
				      struct ed_span *value, size_t *ret_n)
{
	struct xml x = { .p = s.p, .end = s.p + s.n, .r = r, .value = value, .room = r->room };
	enum ed_xml_verdict v;

	do
		v = step(&x);
	while (v == ED_XML_EVENT && x.depth > 0);
	*ret_n = v == ED_XML_BROKEN ? sizeof("<Event") - 1 : (size_t)(x.p - s.p);
	return v;
}
