/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8; see utf8.h. */
#include "base/utf8.h"

#include <string.h>

size_t ed_utf8_char(struct ed_span s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = s.n > 0 ? s.p[0] : UINT8_MAX;
	size_t n = first < 0x80     ? 1 :
		   first >> 5 == 6  ? 2 :
		   first >> 4 == 14 ? 3 :
		   first >> 3 == 30 ? 4 :
				      0;
	uint32_t c = n == 1 ? first : first & (0xffu >> (n + 1));

	if (n == 0 || n > s.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (s.p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s.p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret = c;
	return n;
}

uint8_t *ed_utf8_put(uint32_t c, uint8_t *ret)
{
	if (c < 0x80) {
		*ret++ = (uint8_t)c;
		return ret;
	}
	if (c < 0x800) {
		*ret++ = (uint8_t)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*ret++ = (uint8_t)(0xe0 | c >> 12);
		} else {
			*ret++ = (uint8_t)(0xf0 | c >> 18);
			*ret++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		}
		*ret++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	}
	*ret++ = (uint8_t)(0x80 | (c & 0x3f));
	return ret;
}

bool ed_utf8_is_ascii(struct ed_span s)
{
	uint64_t all = 0, v;
	size_t i = 0;

	for (; s.n - i >= sizeof(v); i += sizeof(v)) {
		memcpy(&v, s.p + i, sizeof(v));
		all |= v;
	}
	for (; i < s.n; i++)
		all |= s.p[i];
	return !(all & UINT64_C(0x8080808080808080));
}

bool ed_utf8_is_text(struct ed_span s)
{
	uint32_t c;

	if (ed_utf8_is_ascii(s))
		return true;
	for (size_t i = 0, n; i < s.n; i += n) {
		n = ed_utf8_char(ed_span_from(s, i), &c);
		if (n == 0)
			return false;
	}
	return true;
}
