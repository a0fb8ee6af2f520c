/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sample names read as data; see decode.h.
 *	axoAAAACCFNTSC0yLjAtT3BlblNTSF83.K.t.example
 *	base64: j\x1a\x00\x00\x00\x02\x08SSH-2.0-OpenSSH_7...
 */
#include "alert/decode.h"

#include <math.h>

#include "base/ascii.h"

enum {
	LABELS_MAX = ED_NAME_LABELS_MAX,
	COUNTER_MAX = 6,    /* digits of a label that counts chunks */
	TEXT_RUN = 12,      /* bytes of text in a row that do not come about by chance */
	MAGIC_WITHIN = 16,  /* a tool's own header may stand before the known bytes */
	NUMBER_MAX = 63,    /* characters of a number in base 36 or 58: reading it is quadratic */
	BIGGEST_MAX = 256,  /* bytes that come out of a name at most, rounded up */
	MIXED_PERCENT = 12, /* of either case, in what uses both */
	LEFT_PERCENT = 15,  /* in samples that hold other labels too, a handshake beside the data */
	NO_DIGIT = 0xff,
};

/* The joined labels of one sample. */
struct payload {
	uint8_t text[ED_NAME_MAX];
	size_t n;
	size_t start[LABELS_MAX + 1]; /* of each label in text; one more for the end */
	size_t n_labels;
};

struct encoding {
	const char *name;
	const char *digits; /* in the order of their values */
	unsigned bits;      /* of a digit; 0: the payload is one number */
	bool folds;         /* the case of letters does not count */
	/* Without text, so many characters must keep to the alphabet, so many of a hundred be
	 * digits. 0: never believed without text. */
	unsigned least_chars, least_digits, most_digits;
};

/* From the narrowest alphabet to the widest: the first of equals is named. */
static const struct encoding encodings[] = {
	{ "hex", "0123456789abcdef", 4, true, 16, 25, 90 },
	{ "base32", "abcdefghijklmnopqrstuvwxyz234567", 5, true, 40, 5, 40 },
	{ "base32hex", "0123456789abcdefghijklmnopqrstuv", 5, true, 40, 15, 55 },
	{ "base32-iodine", "abcdefghijklmnopqrstuvwxyz012345", 5, true, 40, 5, 40 },
	{ "base36", "0123456789abcdefghijklmnopqrstuvwxyz", 0, true, 0, 0, 0 },
	{ "base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 0, false, 0, 0,
	  0 },
	{ "base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, false,
	  40, 3, 40 },
	{ "base64url", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6, false,
	  40, 3, 40 },
};

enum { ENCODINGS_N = sizeof(encodings) / sizeof(encodings[0]) };

/* --------------------------------------------------------------- payloads */

/* Where the data of a name ends. */
enum ending {
	AT_DOMAIN,
	AT_LAST_LABEL, /* no common parent: a top-level domain stands behind the data */
	AT_ROOT,       /* no common parent, and not even that */
};

static size_t payload_bytes(const struct ed_name *name, const struct ed_name *domain,
			    enum ending ending)
{
	uint8_t lower[ED_NAME_MAX], parent[ED_NAME_MAX];
	size_t last = 0, end = name->n ? name->n - 1U : 0;

	ed_name_lower(name->wire, name->n, lower);
	ed_name_lower(domain->wire, domain->n, parent);
	for (size_t i = 0; i < name->n && lower[i] > 0; i += 1U + lower[i]) {
		if (ending == AT_DOMAIN && name->n - i == domain->n &&
		    memcmp(lower + i, parent, domain->n) == 0)
			return i;
		last = i;
	}
	return ending == AT_LAST_LABEL && last > 0 ? last : end;
}

static void payload_cut(const struct ed_name *name, const struct ed_name *domain,
			enum ending ending, struct payload *ret)
{
	size_t end = payload_bytes(name, domain, ending);

	ret->n = ret->n_labels = 0;
	for (size_t i = 0; i < end; i += 1U + name->wire[i]) {
		size_t n = name->wire[i];

		if (n == 0 || n > ED_LABEL_MAX || i + 1 + n > end || ret->n_labels == LABELS_MAX)
			break; /* no name in wire form: what was read so far counts */
		ret->start[ret->n_labels++] = ret->n;
		memcpy(ret->text + ret->n, name->wire + i + 1, n);
		ret->n += n;
	}
	ret->start[ret->n_labels] = ret->n;
}

static struct ed_span label_of(const struct payload *p, size_t i)
{
	return ed_span_of(p->text + p->start[i], p->start[i + 1] - p->start[i]);
}

static bool same_label(struct ed_span a, struct ed_span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (ed_to_lower(a.p[i]) != ed_to_lower(b.p[i]))
			return false;
	}
	return true;
}

static void drop_last(struct payload *p)
{
	p->n = p->start[--p->n_labels];
}

static void drop_first(struct payload *p)
{
	size_t n = p->start[1];

	memmove(p->text, p->text + n, p->n - n);
	p->n -= n;
	p->n_labels--;
	for (size_t i = 0; i <= p->n_labels; i++)
		p->start[i] = p->start[i + 1] - n;
}

/* True when the first or the last labels of all payloads are one and the same, and not all there
 * is. */
static bool constant_label(const struct payload *p, uint32_t n, bool last)
{
	if (n < 2)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (p[i].n_labels < 2 || !same_label(label_of(&p[0], last ? p[0].n_labels - 1 : 0),
						     label_of(&p[i], last ? p[i].n_labels - 1 : 0)))
			return false;
	}
	return true;
}

/* True when every payload begins with a label that only counts. */
static bool counting_label(const struct payload *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct ed_span first;

		if (p[i].n_labels < 2)
			return false;
		first = label_of(&p[i], 0);
		if (first.n > COUNTER_MAX)
			return false;
		for (size_t k = 0; k < first.n; k++) {
			if (!ed_is_digit(first.p[k]))
				return false;
		}
	}
	return n > 0;
}

static void drop_frame(struct payload *p, uint32_t n)
{
	while (constant_label(p, n, true)) {
		for (uint32_t i = 0; i < n; i++)
			drop_last(&p[i]);
	}
	while (constant_label(p, n, false) || counting_label(p, n)) {
		for (uint32_t i = 0; i < n; i++)
			drop_first(&p[i]);
	}
}

/* --------------------------------------------------------------- decoding */

static void value_table(const struct encoding *e, uint8_t ret[static 256])
{
	memset(ret, NO_DIGIT, 256);
	for (unsigned i = 0; e->digits[i]; i++) {
		uint8_t c = (uint8_t)e->digits[i];

		ret[c] = (uint8_t)i;
		if (e->folds)
			ret[ed_to_upper(c)] = (uint8_t)i;
	}
}

/* One sample in one encoding. */
struct reading {
	struct ed_span digits; /* of the payload's text */
	bool whole;            /* they are all of it */
	bool exact;            /* no bit is left over but zeros, fewer than a digit has */
	size_t n;
	uint8_t bytes[BIGGEST_MAX];
};

/*
 * The characters that are digits: all, or the labels before one that is none of them (a word such
 * as "=connect" behind the data). Padding at their end does not count.
 */
static void find_digits(const struct payload *p, const uint8_t value[static 256],
			struct reading *ret)
{
	ret->digits = ed_span_of(p->text, 0);
	ret->whole = true;
	for (size_t i = 0; i < p->n_labels; i++) {
		struct ed_span l = label_of(p, i);
		size_t fits = 0;

		while (l.n > 0 && l.p[l.n - 1] == '=')
			l.n--;
		while (fits < l.n && value[l.p[fits]] != NO_DIGIT)
			fits++;
		if (fits < l.n || l.n == 0) {
			ret->whole = false;
			return;
		}
		ret->digits.n = p->start[i] + l.n;
		if (ret->digits.n < p->start[i + 1]) {
			ret->whole = i + 1 == p->n_labels;
			return;
		}
	}
}

/* Most significant bits first. */
static void read_bits(const struct encoding *e, const uint8_t value[static 256],
		      struct reading *ret)
{
	unsigned have = 0;
	uint32_t bits = 0;

	ret->n = 0;
	for (size_t i = 0; i < ret->digits.n; i++) {
		bits = bits << e->bits | value[ret->digits.p[i]];
		have += e->bits;
		if (have >= 8) {
			have -= 8;
			ret->bytes[ret->n++] = (uint8_t)(bits >> have);
			bits &= (1U << have) - 1;
		}
	}
	ret->exact = bits == 0 && have < e->bits;
}

/* The digits as one number, most significant first; leading zero digits are zero bytes. */
static void read_number(const struct encoding *e, const uint8_t value[static 256],
			struct reading *ret)
{
	uint32_t base = (uint32_t)strlen(e->digits);
	uint8_t low[NUMBER_MAX]; /* least significant byte first */
	size_t n = 0, zeros = 0;

	ret->n = 0;
	ret->exact = true;
	if (ret->digits.n > NUMBER_MAX)
		return;
	while (zeros < ret->digits.n && value[ret->digits.p[zeros]] == 0)
		ret->bytes[zeros++] = 0;
	for (size_t i = zeros; i < ret->digits.n; i++) {
		uint32_t carry = value[ret->digits.p[i]];

		for (size_t k = 0; k < n; k++) {
			carry += low[k] * base;
			low[k] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry > 0) /* below the base: one byte */
			low[n++] = (uint8_t)carry;
	}
	for (size_t k = 0; k < n; k++)
		ret->bytes[zeros + k] = low[n - 1 - k];
	ret->n = zeros + n;
}

static void read_payload(const struct encoding *e, const uint8_t value[static 256],
			 const struct payload *p, struct reading *ret)
{
	find_digits(p, value, ret);
	if (e->bits)
		read_bits(e, value, ret);
	else
		read_number(e, value, ret);
}

/* ---------------------------------------------------------------- judging */

struct magic {
	const char *bytes;
	size_t n;
	const char *kind;
};

#define MAGIC(bytes, kind)                     \
	{                                      \
		bytes, sizeof(bytes) - 1, kind \
	}

static const struct magic magics[] = {
	MAGIC("\x1f\x8b\x08", "gzip"),
	MAGIC("PK\x03\x04", "zip"),
	MAGIC("\x7f"
	      "ELF",
	      "ELF"),
	MAGIC("\x89PNG", "PNG"),
	MAGIC("%PDF", "PDF"),
	MAGIC("\xfd"
	      "7zXZ",
	      "xz"),
	MAGIC("\x28\xb5\x2f\xfd", "zstd"),
	MAGIC("SSH-", "SSH"),
	MAGIC("GET /", "HTTP"),
	MAGIC("POST /", "HTTP"),
	MAGIC("HTTP/1", "HTTP"),
	MAGIC("\x16\x03\x01", "TLS"),
	MAGIC("\x16\x03\x03", "TLS"),
};

/* Most bytes begin none of them. */
static bool may_begin(uint8_t c)
{
	switch (c) {
	case 0x16:
	case 0x1f:
	case 0x28:
	case '%':
	case 'G':
	case 'H':
	case 'P':
	case 'S':
	case 0x7f:
	case 0x89:
	case 0xfd:
		return true;
	default:
		return false;
	}
}

static const char *known_bytes(struct ed_span d)
{
	for (size_t at = 0; at <= MAGIC_WITHIN && at < d.n; at++) {
		if (!may_begin(d.p[at]))
			continue;
		for (size_t m = 0; m < sizeof(magics) / sizeof(magics[0]); m++) {
			if (at + magics[m].n <= d.n &&
			    memcmp(d.p + at, magics[m].bytes, magics[m].n) == 0)
				return magics[m].kind;
		}
	}
	return NULL;
}

/* What text is mostly made of; 78 of 256 bytes. */
static bool is_texty(uint8_t c)
{
	switch (c) {
	case '\n':
	case '\r':
	case ' ':
	case '"':
	case '@':
	case '_':
	case '=':
		return true;
	default:
		return (c >= '\'' && c <= ')') || (c >= ',' && c <= ';') || ed_is_letter(c);
	}
}

static size_t longest_text(struct ed_span d)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < d.n; i++) {
		run = is_texty(d.p[i]) ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

static float printable_share(struct ed_span d)
{
	size_t n = 0;

	for (size_t i = 0; i < d.n; i++)
		n += (d.p[i] >= ' ' && d.p[i] < 0x7f) || d.p[i] == '\t' || d.p[i] == '\r' ||
		     d.p[i] == '\n';
	return d.n ? (float)n / (float)d.n : 0;
}

/* What speaks for one encoding over all samples. */
struct trial {
	const struct encoding *e;
	uint8_t value[256];
	bool fits;   /* the first label of every sample, at least */
	bool proven; /* known bytes or text came out */
	bool exact;
	size_t n_left; /* characters of samples that were not read whole */
	size_t n_chars, n_digits, n_upper, n_lower;
	size_t text; /* longest run */
};

static void count_chars(struct trial *t, struct ed_span digits)
{
	t->n_chars += digits.n;
	for (size_t i = 0; i < digits.n; i++) {
		t->n_digits += ed_is_digit(digits.p[i]);
		t->n_upper += ed_is_upper(digits.p[i]);
		t->n_lower += ed_is_lower(digits.p[i]);
	}
}

static void trial_run(struct trial *t, const struct encoding *e, const struct payload *p,
		      uint32_t n)
{
	memset(t, 0, sizeof(*t));
	t->e = e;
	value_table(e, t->value);
	t->fits = t->exact = true;
	for (uint32_t i = 0; i < n && t->fits; i++) {
		struct reading r;
		struct ed_span d;
		size_t text;

		read_payload(e, t->value, &p[i], &r);
		d = ed_span_of(r.bytes, r.n);
		text = longest_text(d);
		t->fits = r.n > 0;
		t->n_left += r.whole ? 0 : p[i].n;
		t->exact = t->exact && r.exact;
		t->text = text > t->text ? text : t->text;
		t->proven = t->proven || text >= TEXT_RUN || known_bytes(d);
		count_chars(t, r.digits);
	}
	/* One case only: folded on the way, or never mixed. */
	if (!e->folds && (t->n_upper == 0 || t->n_lower == 0))
		t->fits = false;
}

/*
 * Enough characters, in the proportion that data gives: words would fit the alphabet too. A stream
 * that was encoded first and cut then leaves bits over at the cuts: that asks for twice as many. In
 * hex half a byte over only says that something else stands in front. A short sample may hold words
 * as well: a handshake beside the data.
 */
static bool believable(const struct trial *t)
{
	const struct encoding *e = t->e;
	bool mixed;

	if (t->n_left * 100 > t->n_chars * LEFT_PERCENT || e->least_chars == 0 ||
	    t->n_chars < e->least_chars)
		return false;
	if (!t->exact && (e->bits == 4 || t->n_chars < 2 * e->least_chars))
		return false;
	if (t->n_digits * 100 < t->n_chars * e->least_digits ||
	    t->n_digits * 100 > t->n_chars * e->most_digits)
		return false;
	if (e->bits == 4)
		return true;
	/* Both cases side by side are a digit of their own; who folds writes one. */
	mixed = t->n_upper * 100 >= t->n_chars * MIXED_PERCENT &&
		t->n_lower * 100 >= t->n_chars * MIXED_PERCENT;
	return mixed != e->folds;
}

/* Text before an alphabet that only fits, then the narrower alphabet. */
static bool better(const struct trial *t, const struct trial *best)
{
	if (!t->fits || (!t->proven && !believable(t)))
		return false;
	if (!best->e || t->proven != best->proven)
		return !best->e || t->proven;
	return t->proven ? t->text > best->text : t->e < best->e;
}

static void show(const struct trial *t, const struct payload *p, struct ed_decoded *ret)
{
	struct reading r;
	struct ed_span d;

	read_payload(t->e, t->value, p, &r);
	d = ed_span_of(r.bytes, r.n);
	ret->encoding = t->e->name;
	ret->n_bytes = (uint16_t)d.n;
	ret->n_shown = (uint8_t)(d.n < sizeof(ret->shown) ? d.n : sizeof(ret->shown));
	memcpy(ret->shown, d.p, ret->n_shown);
	ret->printable_share = printable_share(d);
	ret->kind = known_bytes(d);
	if (!ret->kind && longest_text(d) >= TEXT_RUN)
		ret->kind = "text";
}

/* Of the byte histogram, in bits a character. */
static float entropy_bits(const struct payload *p)
{
	unsigned count[256] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < p->n; i++)
		count[p->text[i]]++;
	for (size_t c = 0; c < 256; c++) {
		double share = (double)count[c] / (double)(p->n ? p->n : 1);

		if (count[c] > 0)
			bits -= share * log2(share);
	}
	return (float)bits;
}

/* True when some encoding has more for it than @best, which it then is. */
static bool try_all(struct payload *p, uint32_t n, struct trial *best)
{
	bool found = false;
	struct trial t;

	drop_frame(p, n);
	for (size_t k = 0; k < ENCODINGS_N; k++) {
		trial_run(&t, &encodings[k], p, n);
		if (!better(&t, best))
			continue;
		*best = t;
		found = true;
	}
	return found;
}

void ed_decode_names(const struct ed_name *samples, uint32_t n, const struct ed_name *domain,
		     struct ed_decoded *ret)
{
	enum ending first = domain->n > 0 ? AT_DOMAIN : AT_LAST_LABEL;
	enum ending last = domain->n > 0 ? AT_DOMAIN : AT_ROOT;
	struct payload p[ED_ALERT_SAMPLES_MAX];
	struct trial best = { .e = NULL };

	if (n > ED_ALERT_SAMPLES_MAX)
		n = ED_ALERT_SAMPLES_MAX;
	memset(ret, 0, n * sizeof(*ret));
	for (enum ending ending = first; ending <= last; ending++) {
		for (uint32_t i = 0; i < n; i++) {
			payload_cut(&samples[i], domain, ending, &p[i]);
			if (ending == first)
				ret[i].entropy_bits = entropy_bits(&p[i]);
		}
		if (!try_all(p, n, &best))
			continue;
		for (uint32_t i = 0; i < n; i++)
			show(&best, &p[i], &ret[i]);
	}
}
