/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of DNS record types. It is sorted by name, because parsers look names up for every log
 * line while numbers are turned into names only where a person reads them.
 */
#include "record/rrtype.h"

#include <stdio.h>

#include "base/ascii.h"

struct rrtype_row {
	const char name[12];
	uint16_t type;
	bool alias; /* read, never written: other programs' words */
};

/* In the order of strcmp; test_rrtype.c holds it to that. */
/* clang-format off */
static const struct rrtype_row rrtype_rows[] = {
	{ "*", 255, true }, { "A", 1, false }, { "A6", 38, false }, { "AAAA", 28, false },
	{ "AFSDB", 18, false }, { "AMTRELAY", 260, false }, { "ANY", 255, false },
	{ "APL", 42, false }, { "ATMA", 34, false }, { "AVC", 258, false },
	{ "AXFR", 252, false }, { "BRID", 68, false }, { "CAA", 257, false },
	{ "CDNSKEY", 60, false }, { "CDS", 59, false }, { "CERT", 37, false },
	{ "CLA", 263, false }, { "CNAME", 5, false }, { "CSYNC", 62, false },
	{ "DHCID", 49, false }, { "DLV", 32769, false }, { "DNAME", 39, false },
	{ "DNSKEY", 48, false }, { "DOA", 259, false }, { "DS", 43, false },
	{ "DSYNC", 66, false }, { "EID", 31, false }, { "EUI48", 108, false },
	{ "EUI64", 109, false }, { "GID", 102, false }, { "GPOS", 27, false },
	{ "HHIT", 67, false }, { "HINFO", 13, false }, { "HIP", 55, false },
	{ "HTTPS", 65, false }, { "INTEGRITY", 65521, true }, { "IPN", 264, false },
	{ "IPSECKEY", 45, false }, { "ISDN", 20, false }, { "IXFR", 251, false },
	{ "KEY", 25, false }, { "KX", 36, false }, { "L32", 105, false }, { "L64", 106, false },
	{ "LOC", 29, false }, { "LP", 107, false }, { "MAILA", 254, false },
	{ "MAILB", 253, false }, { "MB", 7, false }, { "MD", 3, false }, { "MF", 4, false },
	{ "MG", 8, false }, { "MINFO", 14, false }, { "MR", 9, false }, { "MX", 15, false },
	{ "NAPTR", 35, false }, { "NB", 32, true }, { "NBSTAT", 33, true },
	{ "NID", 104, false }, { "NIMLOC", 32, false }, { "NINFO", 56, false },
	{ "NS", 2, false }, { "NSAP", 22, false }, { "NSAP-PTR", 23, false },
	{ "NSEC", 47, false }, { "NSEC3", 50, false }, { "NSEC3PARAM", 51, false },
	{ "NULL", 10, false }, { "NXNAME", 128, false }, { "NXT", 30, false },
	{ "OPENPGPKEY", 61, false }, { "OPT", 41, false }, { "PTR", 12, false },
	{ "PX", 26, false }, { "RESINFO", 261, false }, { "RKEY", 57, false },
	{ "RP", 17, false }, { "RRSIG", 46, false }, { "RT", 21, false }, { "SIG", 24, false },
	{ "SINK", 40, false }, { "SMIMEA", 53, false }, { "SOA", 6, false },
	{ "SPF", 99, false }, { "SRV", 33, false }, { "SSHFP", 44, false },
	{ "SVCB", 64, false }, { "TA", 32768, false }, { "TALINK", 58, false },
	{ "TKEY", 249, false }, { "TLSA", 52, false }, { "TSIG", 250, false },
	{ "TXT", 16, false }, { "UID", 101, false }, { "UINFO", 100, false },
	{ "UNSPEC", 103, false }, { "URI", 256, false }, { "WALLET", 262, false },
	{ "WINS", 65281, true }, { "WINS-R", 65282, true }, { "WKS", 11, false },
	{ "X25", 19, false }, { "XPF", 65422, true }, { "ZONEMD", 63, false },
};
/* clang-format on */

enum { RRTYPE_ROWS = sizeof(rrtype_rows) / sizeof(rrtype_rows[0]) };

size_t ed_rrtype_name(uint16_t type, char ret[static ED_RRTYPE_TEXT_MAX])
{
	const char *name = NULL;

	for (size_t i = 0; i < RRTYPE_ROWS && !name; i++) {
		if (rrtype_rows[i].type == type && !rrtype_rows[i].alias)
			name = rrtype_rows[i].name;
	}
	if (name)
		return (size_t)snprintf(ret, ED_RRTYPE_TEXT_MAX, "%s", name);
	return (size_t)snprintf(ret, ED_RRTYPE_TEXT_MAX, "TYPE%u", (unsigned)type);
}

static bool rrtype_number(struct ed_span digits, uint16_t *ret_type)
{
	uint32_t v = 0;

	if (digits.n == 0 || digits.n > 5)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		unsigned d = digits.p[i] - (unsigned)'0';

		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	if (v > UINT16_MAX)
		return false;
	*ret_type = (uint16_t)v;
	return true;
}

bool ed_rrtype_from_name(struct ed_span name, uint16_t *ret_type)
{
	char key[ED_RRTYPE_TEXT_MAX] = { 0 };
	size_t lo = 0;
	size_t hi = RRTYPE_ROWS;

	if (name.n == 0 || name.n >= sizeof(key))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (c == '\0')
			return false;
		key[i] = (char)ed_to_upper(c);
	}
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int order = strcmp(key, rrtype_rows[mid].name);

		if (order == 0) {
			*ret_type = rrtype_rows[mid].type;
			return true;
		}
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (strncmp(key, "TYPE", 4) == 0)
		return rrtype_number(ed_span_from(name, 4), ret_type);
	if (strncmp(key, "QUERY-", 6) == 0)
		return rrtype_number(ed_span_from(name, 6), ret_type);
	return rrtype_number(name, ret_type);
}
