/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a query: client:10.0.0.0/8 type:TXT example.com; see query.h. */
#include "store/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "record/rrtype.h"

static const char *const rcodes[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
				      "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
				      "NXRRSET", "NOTAUTH", "NOTZONE" };

static int fault(char error[static ED_STORE_ERROR_MAX], const char *text)
{
	(void)snprintf(error, ED_STORE_ERROR_MAX, "%s", text);
	return -EINVAL;
}

static bool number(const char *text, unsigned long max, unsigned long *ret)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoul(text, &end, 10);
	return errno == 0 && *end == '\0' && *ret <= max;
}

/* An address or a network. False: neither. */
static bool range_of(const char *text, struct ed_addr_range *ret)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	unsigned long bits = 128, width;

	if (!ed_addr_from_text(ed_span_of(text, n), &ret->low))
		return false;
	width = ed_addr_is_v4(&ret->low) && !memchr(text, ':', n) ? 32 : 128;
	if (slash && !number(slash + 1, width, &bits))
		return false;
	bits = slash ? bits + 128 - width : 128;
	ret->high = ret->low;
	for (unsigned long i = bits; i < 128; i++) {
		ret->low.b[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
		ret->high.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
	ret->set = true;
	return true;
}

static bool name_of(const char *text, bool is_suffix, struct ed_query *q)
{
	if (is_suffix && text[0] == '.' && text[1])
		text++;
	if (!*text || ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, &q->name) != 0)
		return false;
	ed_name_lower(q->name.wire, q->name.n, q->name.wire);
	q->is_suffix = is_suffix;
	return true;
}

static bool rcode_of(const char *text, int32_t *ret)
{
	unsigned long v;

	for (size_t i = 0; i < sizeof(rcodes) / sizeof(rcodes[0]); i++) {
		if (strcasecmp(text, rcodes[i]) == 0) {
			*ret = (int32_t)i;
			return true;
		}
	}
	if (strcasecmp(text, "none") == 0)
		*ret = ED_ROW_NO_RCODE;
	else if (number(text, 4095, &v))
		*ret = (int32_t)v;
	else
		return false;
	return true;
}

static bool type_of(const char *text, int32_t *ret)
{
	uint16_t type;

	if (!ed_rrtype_from_name(ed_span_str(text), &type))
		return false;
	*ret = type;
	return true;
}

static bool who_of(const char *text, char ret[static ED_QUERY_TEXT_MAX])
{
	size_t n = strlen(text);

	if (n == 0 || n >= ED_QUERY_TEXT_MAX)
		return false;
	memcpy(ret, text, n + 1);
	return true;
}

enum field { CLIENT, RESOLVER, ANSWER, NAME, SUFFIX, TYPE, RCODE, HOST, PROCESS, USER, N_FIELDS };

static const struct {
	const char *name;
	const char *fault;
} fields[N_FIELDS] = {
	[CLIENT] = { "client", "client: takes an address or a network" },
	[RESOLVER] = { "resolver", "resolver: takes an address or a network" },
	[ANSWER] = { "answer", "answer: takes an address or a network" },
	[NAME] = { "name", "name: takes a name" },
	[SUFFIX] = { "suffix", "suffix: takes a name" },
	[TYPE] = { "type", "type: takes a record type, as TXT or TYPE65" },
	[RCODE] = { "rcode", "rcode: takes a response code, as NXDOMAIN, or none" },
	[HOST] = { "host", "host: takes a part of a machine's name" },
	[PROCESS] = { "process", "process: takes a part of a program's path" },
	[USER] = { "user", "user: takes a part of a user's name" },
};

static bool set(enum field f, const char *value, struct ed_query *q)
{
	switch (f) {
	case CLIENT:
		return range_of(value, &q->client);
	case RESOLVER:
		return range_of(value, &q->resolver);
	case ANSWER:
		return range_of(value, &q->answer);
	case NAME:
	case SUFFIX:
		return name_of(value, f == SUFFIX, q);
	case TYPE:
		return type_of(value, &q->qtype);
	case RCODE:
		return rcode_of(value, &q->rcode);
	case HOST:
	case PROCESS:
	case USER:
		return who_of(value, q->who[f - HOST]);
	case N_FIELDS:
		break;
	}
	return false;
}

int ed_query_term(const char *word, struct ed_query *q, char error[static ED_STORE_ERROR_MAX])
{
	for (unsigned i = 0; i < N_FIELDS; i++) {
		size_t n = strlen(fields[i].name);

		if (strncmp(word, fields[i].name, n) == 0 && word[n] == ':')
			return set(i, word + n + 1, q) ? 0 : fault(error, fields[i].fault);
	}
	if (range_of(word, &q->client))
		return 0;
	if (strpbrk(word, ":/"))
		return fault(error, "no such field; there are client, resolver, answer, name, "
				    "suffix, type, rcode, host, process, user");
	return name_of(word, true, q) ? 0 : fault(error, "neither an address nor a name");
}
