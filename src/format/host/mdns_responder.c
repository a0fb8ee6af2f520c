/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions of macOS programs; see mdns_responder.h.
 *	[R12] DNSServiceQueryRecord START -- qname: www.example.net, qtype: A, flags: 0x1D000,
 *	      interface index: 0, client pid: 123 (curl), name hash: 334e2060
 */
#include "format/host/mdns_responder.h"

#include "base/ascii.h"
#include "base/time.h"
#include "format/text/base64.h"
#include "format/text/logline.h"
#include "format/host/process_id.h"
#include "record/rrtype.h"
#include "base/hex.h"

enum {
	PROTOCOL_V4 = 1,
	PROTOCOL_V6 = 2,
	TAIL_KEYS = 3,
	HASH_DIGITS = 8,
	DIGEST_BYTES = 4,
	KEY_MAX = 24,
};

/* The newer forms: what stands before the name, and what may stand behind it, each once. */
static const struct form {
	const char *head;
	const char *name;
	const char *tail[TAIL_KEYS];
} forms[] = {
	{ "DNSServiceQueryRecord START -- ",
	  "qname: ",
	  { ", interface index: ", ", flags: ", ", qtype: " } },
	{ "DNSServiceGetAddrInfo START -- ",
	  "hostname: ",
	  { ", interface index: ", ", flags: ", ", protocols: " } },
	{ "getaddrinfo start -- ", "hostname: ", { ", options: ", NULL, NULL } },
};

/* The last @word in @s; NULL: none. */
static const uint8_t *find_last(struct ed_span s, const char *word)
{
	size_t n = strlen(word);

	while (s.n >= n) {
		const uint8_t *p = memrchr(s.p, word[0], s.n - n + 1);

		if (!p || memcmp(p, word, n) == 0)
			return p;
		s.n = (size_t)(p - s.p) + n - 1;
	}
	return NULL;
}

/* Splits @s at the last @word: what is before it stays, what is behind it is @ret. */
static bool split_last(struct ed_span *s, const char *word, struct ed_span *ret)
{
	const uint8_t *p = find_last(*s, word);

	if (!p)
		return false;
	*ret = ed_span_from(*s, (size_t)(p - s->p) + strlen(word));
	s->n = (size_t)(p - s->p);
	return true;
}

/* The same at the first @word; without it all of @s is before it. */
static struct ed_span cut_first(struct ed_span *s, const char *word)
{
	size_t n = strlen(word);
	const uint8_t *p = s->n >= n ? memmem(s->p, s->n, word, n) : NULL;
	struct ed_span before = *s;

	if (p)
		before.n = (size_t)(p - s->p);
	*s = ed_span_from(*s, p ? before.n + n : s->n);
	return before;
}

/* Digits at the front, cut off. */
static bool take_number(struct ed_span *s, uint32_t *ret)
{
	size_t n = 0;

	while (n < s->n && n < 9 && ed_is_digit(s->p[n]))
		n++;
	if (!ed_logline_number(ed_span_of(s->p, n), UINT32_MAX, ret))
		return false;
	*s = ed_span_from(*s, n);
	return true;
}

/* "[R12] ", "[R12->Q3] ", " 12: " */
static void skip_request(struct ed_span *s)
{
	struct ed_span rest = *s;
	uint32_t n;

	while (rest.n > 0 && rest.p[0] == ' ')
		rest = ed_span_from(rest, 1);
	if (ed_logline_take(&rest, "[R")) {
		if (take_number(&rest, &n) && ed_logline_take(&rest, "] "))
			*s = rest;
		return;
	}
	if (take_number(&rest, &n) && ed_logline_take(&rest, ": "))
		*s = rest;
}

static bool hash_from_hex(struct ed_span text, uint32_t *ret)
{
	uint32_t v = 0;

	if (text.n != HASH_DIGITS)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int d = ed_hex_value(text.p[i]);

		if (d < 0)
			return false;
		v = v << 4 | (unsigned)d;
	}
	*ret = v;
	return true;
}

/* "<dn:I/vUYw>": four bytes that stand for the name. */
static bool hash_from_digest(struct ed_span text, uint32_t *ret)
{
	uint8_t b[8];

	if (!ed_logline_take(&text, "<dn:") || text.n == 0 || text.p[text.n - 1] != '>')
		return false;
	text.n--;
	if (ed_base64_decode(text, b, sizeof(b)) != DIGEST_BYTES)
		return false;
	*ret = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	return true;
}

/* FNV-1a of the letters of a mask. */
static uint32_t fold(struct ed_span mask)
{
	uint32_t h = 0x811c9dc5;

	for (size_t i = 0; i < mask.n; i++)
		h = (h ^ mask.p[i]) * 0x01000193;
	return h;
}

/*
 * A name as it is printed, or the mask in its place. What a mask says of the name is the same for
 * the same name, for a while: it tells names apart, even if it finds none again.
 */
static void take_name(struct ed_span text, struct ed_mdns_question *q)
{
	struct ed_span mask = text;

	if (ed_logline_take(&mask, "<private>")) {
		(void)ed_logline_take(&mask, " ");
		if (q->hash == 0)
			(void)hash_from_digest(mask, &q->hash);
		text.n = 0;
	} else if (ed_logline_take(&mask, "<mask.hash: ")) {
		if (q->hash == 0)
			q->hash = fold(cut_first(&mask, ">"));
		text.n = 0;
	}
	q->name = text;
}

static void take_protocols(struct ed_span text, struct ed_mdns_question *q)
{
	if (ed_span_is(text, "1"))
		q->qtype = ED_RR_A;
	else if (ed_span_is(text, "2"))
		q->qtype = ED_RR_AAAA;
}

/* "123 (curl)", "123" */
static bool take_program(struct ed_span text, uint32_t *ret_pid, struct ed_span *ret_comm)
{
	if (!take_number(&text, ret_pid))
		return false;
	*ret_comm = ed_span_of(text.p, 0);
	if (text.n == 0)
		return true;
	if (!ed_logline_take(&text, " (") || text.n == 0 || text.p[text.n - 1] != ')')
		return false;
	*ret_comm = ed_span_of(text.p, text.n - 1);
	return true;
}

/* Cuts what says who asked off the end of @s. */
static bool cut_program(struct ed_span *s, struct ed_mdns_question *q)
{
	struct ed_span part, rest = *s;

	if (split_last(&rest, ", name hash: ", &part) &&
	    (hash_from_hex(part, &q->hash) || hash_from_digest(part, &q->hash)))
		*s = rest;
	rest = *s;
	if (split_last(&rest, ", delegator pid: ", &part) &&
	    take_program(part, &q->asked_for_pid, &q->asked_for_comm))
		*s = rest;
	return split_last(s, ", client pid: ", &part) && take_program(part, &q->pid, &q->comm);
}

/* @s is what stands behind the head of @form. */
static bool read_form(const struct form *form, struct ed_span s, struct ed_mdns_question *q)
{
	struct ed_span before, part;

	if (!cut_program(&s, q))
		return false;
	/* all before the name is numbers */
	before = cut_first(&s, form->name);
	if (s.n == 0)
		return false;
	if (split_last(&before, "protocols: ", &part))
		take_protocols(cut_first(&part, ","), q);
	for (unsigned i = 0; i < TAIL_KEYS && form->tail[i]; i++) {
		if (!split_last(&s, form->tail[i], &part))
			continue;
		if (strcmp(form->tail[i], ", qtype: ") == 0)
			(void)ed_rrtype_from_name(part, &q->qtype);
		else if (strcmp(form->tail[i], ", protocols: ") == 0)
			take_protocols(part, q);
	}
	take_name(s, q);
	return true;
}

/*
 * "15000, 0, www.example.net, AAAA) START PID[123](curl)"; of addresses, with the protocols before
 * the name and no type behind it.
 */
static bool read_old(struct ed_span s, bool addresses, struct ed_mdns_question *q)
{
	struct ed_span part, name;

	(void)cut_first(&s, ", "); /* flags */
	(void)cut_first(&s, ", "); /* interface */
	if (addresses) {
		take_protocols(cut_first(&s, ", "), q);
		name = cut_first(&s, ") START PID[");
	} else {
		name = cut_first(&s, ", ");
		part = cut_first(&s, ") START PID[");
		if (!ed_rrtype_from_name(part, &q->qtype))
			return false;
	}
	if (name.n == 0 || !take_number(&s, &q->pid) || !ed_logline_take(&s, "](") || s.n == 0 ||
	    s.p[s.n - 1] != ')')
		return false;
	q->comm = ed_span_of(s.p, s.n - 1);
	take_name(name, q);
	return true;
}

/* The older forms have the request, its answers and its end in one shape. */
static enum ed_mdns_kind kind_of_old(struct ed_span s, bool addresses, struct ed_mdns_question *q)
{
	if (read_old(s, addresses, q))
		return ED_MDNS_QUESTION;
	return memmem(s.p, s.n, ") START PID[", 12) ? ED_MDNS_BROKEN : ED_MDNS_OTHER;
}

enum ed_mdns_kind ed_mdns_read(struct ed_span message, struct ed_mdns_question *ret)
{
	memset(ret, 0, sizeof(*ret));
	skip_request(&message);
	if (ed_logline_take(&message, "DNSServiceQueryRecord("))
		return kind_of_old(message, false, ret);
	if (ed_logline_take(&message, "DNSServiceGetAddrInfo("))
		return kind_of_old(message, true, ret);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (ed_logline_take(&message, forms[i].head))
			return read_form(&forms[i], message, ret) ? ED_MDNS_QUESTION :
								    ED_MDNS_BROKEN;
	}
	return ED_MDNS_OTHER;
}

/* -------------------------------------------------------- dns_request */

enum request_key { REQUEST_NAME, REQUEST_TYPE, REQUEST_PID, REQUEST_PROGRAM, REQUEST_SERVER };

static const struct {
	const char *name;
	enum request_key key;
} request_keys[] = {
	{ "name", REQUEST_NAME },       { "qname", REQUEST_NAME },    { "query", REQUEST_NAME },
	{ "query_name", REQUEST_NAME }, { "hostname", REQUEST_NAME }, { "host", REQUEST_NAME },
	{ "domain", REQUEST_NAME },     { "type", REQUEST_TYPE },     { "qtype", REQUEST_TYPE },
	{ "query_type", REQUEST_TYPE }, { "pid", REQUEST_PID },       { "client_pid", REQUEST_PID },
	{ "process", REQUEST_PROGRAM }, { "proc", REQUEST_PROGRAM },  { "comm", REQUEST_PROGRAM },
	{ "image", REQUEST_PROGRAM },   { "app", REQUEST_PROGRAM },   { "server", REQUEST_SERVER },
	{ "resolver", REQUEST_SERVER },
};

/* What stands at the front up to its quote, bracket or separator, cut off. */
static struct ed_span take_value(struct ed_span *s)
{
	struct ed_span value;
	size_t n = 0;

	if (s->n > 0 && (s->p[0] == '"' || s->p[0] == '\'')) {
		const char quote[2] = { (char)s->p[0], '\0' };

		*s = ed_span_from(*s, 1);
		return cut_first(s, quote);
	}
	if (s->n > 0 && s->p[0] == '<') {
		value = *s;
		value.n = cut_first(s, ">").n + 1;
		return value.n <= (size_t)(s->p - value.p) ? value : ed_span_of(value.p, 0);
	}
	while (n < s->n && s->p[n] > ' ' && !memchr(",;)]}\"'", s->p[n], 7))
		n++;
	value = ed_span_of(s->p, n);
	*s = ed_span_from(*s, n);
	return value;
}

static void put_pair(struct ed_span word, struct ed_span value, struct ed_mdns_question *q)
{
	char lower[KEY_MAX] = { 0 };
	size_t i = 0, n = sizeof(request_keys) / sizeof(request_keys[0]);

	if (word.n >= sizeof(lower) || value.n == 0)
		return;
	ed_name_lower(word.p, word.n, (uint8_t *)lower);
	while (i < n && strcmp(lower, request_keys[i].name) != 0)
		i++;
	if (i == n)
		return;
	switch (request_keys[i].key) {
	case REQUEST_NAME:
		if (q->name.n == 0 && q->hash == 0)
			take_name(value, q);
		break;
	case REQUEST_TYPE:
		if (q->qtype == 0)
			(void)ed_rrtype_from_name(value, &q->qtype);
		break;
	case REQUEST_PID:
		if (q->pid == 0)
			q->is_claim |= ed_logline_number(value, UINT32_MAX, &q->pid);
		break;
	case REQUEST_PROGRAM:
		q->comm = q->comm.n == 0 ? value : q->comm;
		q->is_claim = true;
		break;
	case REQUEST_SERVER:
		q->server = q->server.n == 0 ? value : q->server;
		break;
	}
}

/* Words followed by "=" or ":", with or without quotes around them; the first of each counts. */
bool ed_mdns_request_read(struct ed_span s, struct ed_mdns_question *ret)
{
	memset(ret, 0, sizeof(*ret));
	while (s.n > 0) {
		struct ed_span word = ed_span_of(s.p, 0);

		while (word.n < s.n && ed_is_word(s.p[word.n]))
			word.n++;
		s = ed_span_from(s, word.n);
		if (word.n == 0) {
			s = ed_span_from(s, 1);
			continue;
		}
		if (s.n > 0 && s.p[0] == '"')
			s = ed_span_from(s, 1);
		if (s.n == 0 || (s.p[0] != '=' && s.p[0] != ':'))
			continue;
		s = ed_span_from(s, 1);
		while (s.n > 0 && s.p[0] == ' ')
			s = ed_span_from(s, 1);
		put_pair(word, take_value(&s), ret);
	}
	return ret->name.n > 0 || ret->hash != 0;
}

/* --------------------------------------------------------------- events */

static bool is_multicast(const struct ed_name *name)
{
	static const uint8_t local[] = "\5local"; /* with the root byte */
	uint8_t tail[sizeof(local)];

	if (name->n < sizeof(local))
		return false;
	ed_name_lower(name->wire + name->n - sizeof(local), sizeof(local), tail);
	return memcmp(tail, local, sizeof(local)) == 0;
}

static void give_program(const struct ed_mdns_question *q, struct ed_host_event *h)
{
	h->process.attribution = q->is_claim ? ED_ATTRIBUTION_WEAK : ED_ATTRIBUTION_DIRECT;
	if (q->pid > 0)
		h->process.pid = q->pid;
	if (q->comm.n > 0)
		h->text[ED_TEXT_IMAGE] = q->comm;
	if (q->asked_for_pid > 0 && q->asked_for_pid != q->pid) {
		h->process.attribution = ED_ATTRIBUTION_STUB;
		h->process.pid = q->asked_for_pid;
		if (q->asked_for_comm.n > 0)
			h->text[ED_TEXT_IMAGE] = q->asked_for_comm;
	}
	h->process.id = ed_process_id_from_pid(0, h->process.pid, ED_TIME_UNKNOWN_NS);
}

bool ed_mdns_give(const struct ed_mdns_question *q, struct ed_host_event *h)
{
	h->ev.kind = ED_EVENT_DNS_QUERY;
	if (q->name.n > 0) {
		ed_host_event_name(h, q->name);
		h->ev.has |= ED_FIELD_QNAME_CASE;
	} else {
		h->ev.answers.hash = q->hash; /* makes the name that the event gets */
		h->ev.lost |= ED_LOST_NAME;
	}
	if (q->qtype > 0) {
		h->ev.qtype = q->qtype;
		h->ev.has |= ED_FIELD_QTYPE;
	}
	if (q->server.n > 0 && ed_addr_from_text(q->server, &h->ev.resolver))
		h->ev.has |= ED_FIELD_RESOLVER;
	give_program(q, h);
	return !is_multicast(&h->name);
}
