/* SPDX-License-Identifier: Apache-2.0 */
/* Typed values to text; see binxml_value.h. */
#include "wire/binxml_value.h"

#include <assert.h>
#include <stdio.h>

#include "base/cursor.h"

enum {
	TYPE_N = 0x16,
	SID_HEAD_BYTES = 8, /* revision, count, authority of six bytes */
	SID_PARTS_MAX = 15,
	FILETIME_PER_S = 10000000,
	S_PER_DAY = 86400,
	DAYS_PER_ERA = 146097, /* 400 years */
	YEAR_OF_FILETIME = 1601,
	NUMBER_MAX = 32,
};

/* What a value of the type takes; 0: any number of bytes. */
static const uint8_t widths[TYPE_N] = {
	[ED_BINXML_I8] = 1,    [ED_BINXML_U8] = 1,          [ED_BINXML_I16] = 2,
	[ED_BINXML_U16] = 2,   [ED_BINXML_I32] = 4,         [ED_BINXML_U32] = 4,
	[ED_BINXML_I64] = 8,   [ED_BINXML_U64] = 8,         [ED_BINXML_F32] = 4,
	[ED_BINXML_F64] = 8,   [ED_BINXML_BOOL] = 4,        [ED_BINXML_GUID] = 16,
	[ED_BINXML_HEX32] = 4, [ED_BINXML_SYSTEMTIME] = 16, [ED_BINXML_FILETIME] = 8,
	[ED_BINXML_HEX64] = 8,
};

static unsigned width_of(unsigned type)
{
	return type < TYPE_N ? widths[type] : 0;
}

/* @n bytes in little endian, at most eight. */
static uint64_t number(struct ed_span b)
{
	uint64_t v = 0;

	for (size_t i = b.n; i > 0; i--)
		v = v << 8 | b.p[i - 1];
	return v;
}

static void put_unsigned(struct ed_xml_out *o, uint64_t v)
{
	char text[NUMBER_MAX], *at = text + sizeof(text);

	do {
		*--at = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	ed_xml_put(o, at, (size_t)(text + sizeof(text) - at));
}

static void put_signed(struct ed_xml_out *o, struct ed_span b)
{
	unsigned shift = 64 - 8 * (unsigned)b.n;
	int64_t v;

	assert(b.n > 0 && b.n <= 8);
	v = (int64_t)(number(b) << shift) >> shift;
	if (v < 0)
		ed_xml_puts(o, "-");
	put_unsigned(o, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

/* @v in hexadecimal with at least @n_digits of them. */
static void put_hex(struct ed_xml_out *o, uint64_t v, unsigned n_digits, const char *digits)
{
	char text[16], *at = text + sizeof(text);

	do {
		*--at = digits[v & 15];
		v >>= 4;
	} while (v > 0 || text + sizeof(text) - at < n_digits);
	ed_xml_put(o, at, (size_t)(text + sizeof(text) - at));
}

static const char lower[] = "0123456789abcdef";
static const char upper[] = "0123456789ABCDEF";

static void put_0x(struct ed_xml_out *o, struct ed_span b)
{
	ed_xml_puts(o, "0x");
	put_hex(o, number(b), 1, lower);
}

static void put_binary(struct ed_xml_out *o, struct ed_span b)
{
	if (o->full || o->cap - o->n < 2 * b.n) {
		o->full = true;
		return;
	}
	for (size_t i = 0; i < b.n; i++) {
		o->p[o->n++] = (uint8_t)upper[b.p[i] >> 4];
		o->p[o->n++] = (uint8_t)upper[b.p[i] & 15];
	}
}

static void put_float(struct ed_xml_out *o, struct ed_span b)
{
	char text[NUMBER_MAX];
	double d;
	float f;

	if (b.n == sizeof(f)) {
		memcpy(&f, b.p, sizeof(f));
		(void)snprintf(text, sizeof(text), "%.9g", (double)f);
	} else {
		memcpy(&d, b.p, sizeof(d));
		(void)snprintf(text, sizeof(text), "%.17g", d);
	}
	ed_xml_puts(o, text);
}

static void put_guid(struct ed_xml_out *o, struct ed_span b)
{
	ed_xml_puts(o, "{");
	put_hex(o, ed_get_le32(b.p), 8, upper);
	ed_xml_puts(o, "-");
	put_hex(o, ed_get_le16(b.p + 4), 4, upper);
	ed_xml_puts(o, "-");
	put_hex(o, ed_get_le16(b.p + 6), 4, upper);
	ed_xml_puts(o, "-");
	put_hex(o, ed_get_be16(b.p + 8), 4, upper);
	ed_xml_puts(o, "-");
	put_binary(o, ed_span_of(b.p + 10, 6));
	ed_xml_puts(o, "}");
}

static void put_sid(struct ed_xml_out *o, struct ed_span b)
{
	unsigned n_parts = b.n >= SID_HEAD_BYTES ? b.p[1] : 0;
	uint64_t authority = 0;

	if (b.n < SID_HEAD_BYTES || n_parts > SID_PARTS_MAX ||
	    b.n < SID_HEAD_BYTES + 4 * (size_t)n_parts) {
		put_binary(o, b);
		return;
	}
	for (unsigned i = 2; i < SID_HEAD_BYTES; i++)
		authority = authority << 8 | b.p[i];
	ed_xml_puts(o, "S-");
	put_unsigned(o, b.p[0]);
	ed_xml_puts(o, "-");
	put_unsigned(o, authority);
	for (unsigned i = 0; i < n_parts; i++) {
		ed_xml_puts(o, "-");
		put_unsigned(o, ed_get_le32(b.p + SID_HEAD_BYTES + 4 * i));
	}
}

/* A moment as it is written: date, time of day and a fraction of nine digits. */
struct moment {
	unsigned year, month, day, hour, minute, second, ns;
};

static uint8_t *put_digits(uint8_t *at, unsigned v, unsigned n)
{
	for (unsigned i = n; i > 0; i--) {
		at[i - 1] = (uint8_t)('0' + v % 10);
		v /= 10;
	}
	return at + n;
}

static void put_moment(struct ed_xml_out *o, const struct moment *m)
{
	uint8_t text[sizeof("YYYYY-MM-DDThh:mm:ss.nnnnnnnnnZ")], *at = text;

	at = put_digits(at, m->year, m->year > 9999 ? 5 : 4);
	*at++ = '-';
	at = put_digits(at, m->month, 2);
	*at++ = '-';
	at = put_digits(at, m->day, 2);
	*at++ = 'T';
	at = put_digits(at, m->hour, 2);
	*at++ = ':';
	at = put_digits(at, m->minute, 2);
	*at++ = ':';
	at = put_digits(at, m->second, 2);
	*at++ = '.';
	at = put_digits(at, m->ns, 9);
	*at++ = 'Z';
	ed_xml_put(o, text, (size_t)(at - text));
}

/*
 * 100 ns since 1601 in UTC. 1601 is the year after a leap century, so that no shift of the era is
 * needed; the rest is Howard Hinnant's civil_from_days with the year that begins on the first of
 * March.
 */
static void put_filetime(struct ed_xml_out *o, struct ed_span b)
{
	uint64_t v = number(b), s = v / FILETIME_PER_S, days = s / S_PER_DAY;
	uint64_t z = days + 306; /* from 1600-03-01 */
	unsigned era = (unsigned)(z / DAYS_PER_ERA), doe = (unsigned)(z % DAYS_PER_ERA);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / (DAYS_PER_ERA - 1)) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	struct moment m = {
		.day = doy - (153 * mp + 2) / 5 + 1,
		.month = mp < 10 ? mp + 3 : mp - 9,
		.hour = (unsigned)(s % S_PER_DAY / 3600),
		.minute = (unsigned)(s % 3600 / 60),
		.second = (unsigned)(s % 60),
		.ns = (unsigned)(v % FILETIME_PER_S) * 100,
	};

	m.year = YEAR_OF_FILETIME - 1 + 400 * era + yoe + (m.month <= 2);
	put_moment(o, &m);
}

static void put_systemtime(struct ed_xml_out *o, struct ed_span b)
{
	const struct moment m = {
		.year = ed_get_le16(b.p),
		.month = ed_get_le16(b.p + 2) % 100,
		.day = ed_get_le16(b.p + 6) % 100,
		.hour = ed_get_le16(b.p + 8) % 100,
		.minute = ed_get_le16(b.p + 10) % 100,
		.second = ed_get_le16(b.p + 12) % 100,
		.ns = ed_get_le16(b.p + 14) % 1000U * 1000000U,
	};

	put_moment(o, &m);
}

/* Windows pads strings with NULs; they are no part of the text. */
static struct ed_span without_nuls(struct ed_span s, size_t unit_bytes)
{
	s.n -= s.n % unit_bytes;
	while (s.n > 0 && s.p[s.n - 1] == 0 && s.p[s.n - unit_bytes] == 0)
		s.n -= unit_bytes;
	return s;
}

/* lint: complex: one case a type, a table in all but form */
void ed_binxml_value(struct ed_xml_out *o, unsigned type, struct ed_span b)
{
	if (b.n == 0 || type == ED_BINXML_NULL)
		return;
	if (width_of(type) != 0 && b.n != width_of(type))
		type = ED_BINXML_BINARY;
	switch (type) {
	case ED_BINXML_STRING:
		ed_xml_utf16(o, without_nuls(b, 2));
		break;
	case ED_BINXML_ANSI:
		ed_xml_latin1(o, without_nuls(b, 1));
		break;
	case ED_BINXML_I8:
	case ED_BINXML_I16:
	case ED_BINXML_I32:
	case ED_BINXML_I64:
		put_signed(o, b);
		break;
	case ED_BINXML_U8:
	case ED_BINXML_U16:
	case ED_BINXML_U32:
	case ED_BINXML_U64:
		put_unsigned(o, number(b));
		break;
	case ED_BINXML_F32:
	case ED_BINXML_F64:
		put_float(o, b);
		break;
	case ED_BINXML_BOOL:
		ed_xml_puts(o, number(b) ? "true" : "false");
		break;
	case ED_BINXML_GUID:
		put_guid(o, b);
		break;
	case ED_BINXML_FILETIME:
		put_filetime(o, b);
		break;
	case ED_BINXML_SYSTEMTIME:
		put_systemtime(o, b);
		break;
	case ED_BINXML_SID:
		put_sid(o, b);
		break;
	case ED_BINXML_SIZE:
		if (b.n != 4 && b.n != 8) {
			put_binary(o, b);
			break;
		}
		put_0x(o, b);
		break;
	case ED_BINXML_HEX32:
	case ED_BINXML_HEX64:
		put_0x(o, b);
		break;
	default:
		put_binary(o, b);
	}
}

/* Strings lie one behind the other, each with a NUL. */
static size_t string_item_bytes(unsigned type, struct ed_span rest)
{
	size_t unit = type == ED_BINXML_STRING ? 2 : 1;

	for (size_t i = 0; i + unit <= rest.n; i += unit) {
		if (rest.p[i] == 0 && rest.p[i + unit - 1] == 0)
			return i + unit;
	}
	return rest.n;
}

struct ed_span ed_binxml_item(unsigned type, struct ed_span *rest)
{
	size_t n = width_of(type);
	struct ed_span item;

	if (type == ED_BINXML_STRING || type == ED_BINXML_ANSI)
		n = string_item_bytes(type, *rest);
	else if (type == ED_BINXML_SID && rest->n >= SID_HEAD_BYTES)
		n = SID_HEAD_BYTES + 4 * (size_t)rest->p[1];
	if (n == 0 || n > rest->n)
		n = rest->n;
	item = ed_span_of(rest->p, n);
	*rest = ed_span_from(*rest, n);
	return item;
}
