/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names from templates. A template is text with parts in angle brackets:
 *
 *	r<1-6>---sn-<x8>.googlevideo	r4---sn-4g5ednse.googlevideo
 *
 *	<a-b>  a number		<hN> hex	<xN> a-z0-9	<bN> base32	<nN> digits
 *	<lN>   letters		<w> a word	<g> a GUID	<p> an address, dotted
 *	<r>    an address, reversed		<d> an address, dashed	<u> a person's name
 *	<H>    the client's host name		<C> the company's domain <S> a site
 */
#include "office.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX "0123456789abcdef"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define BASE36 "0123456789abcdefghijklmnopqrstuvwxyz"
#define BASE32 "abcdefghijklmnopqrstuvwxyz234567"

char *put(char *out, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(out, NAME_CHARS, format, ap);
	va_end(ap);
	if (n < 0 || n >= NAME_CHARS)
		die("a name is too long");
	return out + n;
}

char *put_digits(char *out, struct rng *r, const char *alphabet, unsigned n)
{
	uint32_t base = (uint32_t)strlen(alphabet);

	while (n-- > 0)
		*out++ = alphabet[below(r, base)];
	*out = '\0';
	return out;
}

char *put_guid(char *out, struct rng *r)
{
	static const uint8_t groups[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < sizeof(groups); i++) {
		if (i > 0)
			*out++ = '-';
		out = put_digits(out, r, HEX, groups[i]);
	}
	return out;
}

static char *put_address(char *out, struct rng *r, char form)
{
	unsigned a = 11 + below(r, 200), b = below(r, 256), c = below(r, 256), d = below(r, 256);

	if (form == 'r')
		return put(out, "%u.%u.%u.%u", d, c, b, a);
	return put(out, form == 'd' ? "%u-%u-%u-%u" : "%u.%u.%u.%u", a, b, c, d);
}

static char *put_person(char *out, struct rng *r)
{
	static const char *const first[] = { "anna", "jonas", "li",   "maria", "tom",
					     "ines", "omar",  "yuki", "pavel", "eva",
					     "luis", "nina",  "per",  "ayse" };

	out = put(out, "%s.", first[below(r, sizeof(first) / sizeof(first[0]))]);
	return lexicon_word(out, r);
}

/* Parts that take a length. */
static char *put_run(char *out, struct rng *r, const char *part)
{
	static const char *const alphabets[128] = {
		['h'] = HEX, ['x'] = BASE36, ['b'] = BASE32, ['n'] = "0123456789", ['l'] = LETTERS
	};
	const char *alphabet = alphabets[part[0] & 127];

	if (!alphabet)
		die("a template is malformed");
	return put_digits(out, r, alphabet, (unsigned)atoi(part + 1));
}

static char *put_part(const struct client *c, char *out, struct rng *r, const char *part)
{
	const char *dash = strchr(part, '-');
	uint32_t low;

	switch (part[0]) {
	case 'w':
		return lexicon_word(out, r);
	case 'g':
		return put_guid(out, r);
	case 'p':
	case 'r':
	case 'd':
		return put_address(out, r, part[0]);
	case 'u':
		return put_person(out, r);
	case 'H':
		return put(out, "%s", c->host);
	case 'C':
		return put(out, "%s", c->w->company);
	case 'S':
		web_site(c->w, web_pick(c->w->site_sum, N_SITES, r), out);
		return out + strlen(out);
	default:
		break;
	}
	if (!dash)
		return put_run(out, r, part);
	low = (uint32_t)atoi(part);
	return put(out, "%u", low + below(r, (uint32_t)atoi(dash + 1) - low + 1));
}

void expand(const struct client *c, const char *template, struct rng *r, char *ret)
{
	char part[16];
	const char *end;

	while (*template) {
		if (*template != '<') {
			*ret++ = *template ++;
			continue;
		}
		end = strchr(template, '>');
		if (!end || end - template > 15)
			die("a template is malformed");
		memcpy(part, template + 1, (size_t)(end - template - 1));
		part[end - template - 1] = '\0';
		ret = put_part(c, ret, r, part);
		template = end + 1;
	}
	*ret = '\0';
}
