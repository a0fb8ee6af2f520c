/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a log is called however often it is rotated; see presence.h. Dates and times of day are
 * recognised by their shape, so that the number of a machine stays: "win-02.json" is not
 * "win-01.json", and "dns-20261103.log.2.gz" is "dns.log".
 */
#include "report/presence.h"

#include "base/ascii.h"

#include <stdio.h>

static size_t digits(const char *s)
{
	size_t n = 0;

	while (ed_is_digit(s[n]))
		n++;
	return n;
}

static bool is_gap(char c)
{
	return c == '-' || c == '_' || c == '.' || c == ':' || c == 'T' || c == 'Z' || c == '+';
}

/* Two digits at @s below @max, from @min. */
static bool is_pair(const char *s, int min, int max)
{
	int v;

	if (!ed_is_digit(s[0]) || !ed_is_digit(s[1]))
		return false;
	v = (s[0] - '0') * 10 + s[1] - '0';
	return v >= min && v < max;
}

/* "10:00:00", "1000", "10-00", "100000": hours, minutes, perhaps seconds. Bytes; 0: none. */
static size_t clock_at(const char *s)
{
	size_t step, n;

	if (!is_pair(s, 0, 24))
		return 0;
	step = s[2] && is_gap(s[2]) ? 3 : 2;
	if (!is_pair(s + step, 0, 60))
		return 0;
	n = step + 2;
	step = s[n] && is_gap(s[n]) ? n + 1 : n;
	if (is_pair(s + step, 0, 60))
		n = step + 2;
	return ed_is_digit(s[n]) ? 0 : n;
}

/* "2026-11-03", "20261103", with a time of day behind it or without. Bytes; 0: none. */
static size_t date_at(const char *s)
{
	size_t n = 4, step, clock;

	if (!is_pair(s, 19, 21) || !ed_is_digit(s[2]) || !ed_is_digit(s[3]))
		return 0;
	n += s[n] && is_gap(s[n]);
	if (!is_pair(s + n, 1, 13))
		return 0;
	n += 2;
	n += s[n] && is_gap(s[n]);
	if (!is_pair(s + n, 1, 32))
		return 0;
	n += 2;
	step = n + (s[n] && is_gap(s[n]));
	clock = clock_at(s + step);
	if (clock > 0)
		n = step + clock;
	return ed_is_digit(s[n]) ? 0 : n;
}

/* A time of day that stands alone is one with colons. */
static size_t lone_clock_at(const char *s)
{
	size_t n = clock_at(s);

	return n >= 5 && s[2] == ':' ? n : 0;
}

/* Seconds since 1970 as capture programs put them into names. */
static size_t epoch_at(const char *s)
{
	size_t n = digits(s);

	return n == 10 && (s[0] == '1' || s[0] == '2') ? n : 0;
}

/* What belongs to a rotation and begins at s[at]. Bytes; 0: nothing. */
static size_t rotation_at(const char *s, size_t at)
{
	size_t n;

	if (at > 0 && ed_is_digit(s[at - 1]))
		return 0;
	n = date_at(s + at);
	if (n == 0)
		n = lone_clock_at(s + at);
	return n > 0 ? n : epoch_at(s + at);
}

/* What stood between the rest of the name and a date goes with the date. */
static size_t without_gap(const char *s, size_t n)
{
	while (n > 0 && is_gap(s[n - 1]) && s[n - 1] != 'T' && s[n - 1] != 'Z')
		n--;
	return n;
}

/* Copies @s, @n bytes, without what belongs to a rotation. */
static void strip(const char *s, size_t n, char *ret, size_t room)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 1 < room;) {
		size_t skip = rotation_at(s, i);

		if (skip == 0) {
			ret[used++] = s[i] > ' ' && s[i] < 0x7f ? s[i] : '?';
			i++;
			continue;
		}
		i += skip;
		used = without_gap(ret, used);
		if (used == 0)
			i += i < n && is_gap(s[i]);
	}
	ret[used] = '\0';
}

/* Without ".gz" and the like, then without ".3". */
static size_t without_suffixes(const char *s, size_t n)
{
	static const char *const packed[] = { ".gz", ".zst", ".lz4", ".xz", ".bz2" };
	size_t k = 0;

	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		size_t m = strlen(packed[i]);

		if (n > m && memcmp(s + n - m, packed[i], m) == 0) {
			n -= m;
			break;
		}
	}
	while (k < 4 && n > k + 1 && ed_is_digit(s[n - 1 - k]))
		k++;
	return k > 0 && k < 4 && n > k + 1 && s[n - 1 - k] == '.' ? n - 1 - k : n;
}

void ed_presence_source_name(const char *path, char ret[static ED_PRESENCE_SOURCE_MAX])
{
	char file[ED_PRESENCE_SOURCE_MAX], folder[ED_PRESENCE_SOURCE_MAX] = "";
	const char *end = path + strlen(path), *from = end;

	if (strcmp(path, "-") == 0) {
		(void)snprintf(ret, ED_PRESENCE_SOURCE_MAX, "standard input");
		return;
	}
	while (from > path && from[-1] != '/')
		from--;
	strip(from, without_suffixes(from, (size_t)(end - from)), file, sizeof(file));
	/* the nearest folder that is not only a date, a year or a day */
	while (!folder[0] && from > path + 1) {
		const char *stop = from - 1;

		from = stop;
		while (from > path && from[-1] != '/')
			from--;
		strip(from, (size_t)(stop - from), folder, sizeof(folder));
		if (strcmp(folder, ".") == 0 || digits(folder) == strlen(folder))
			folder[0] = '\0';
	}
	if (folder[0])
		(void)snprintf(ret, ED_PRESENCE_SOURCE_MAX, "%.40s/%.78s", folder, file);
	else
		(void)snprintf(ret, ED_PRESENCE_SOURCE_MAX, "%s", file[0] ? file : "log");
}
