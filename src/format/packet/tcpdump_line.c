/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of tcpdump; see tcpdump_line.h.
 *	IP 192.0.2.10.40000 > 192.0.2.53.53: 464+ [1au] TXT? www.example.net. (44)
 *	eth0  In  IP6 2001:db8::10.40000 > 2001:db8::53.53: Flags [P.], ..., length 36 464+ A? ...
 */
#include "format/packet/tcpdump_line.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "format/text/logline.h"
#include "format/zeek/text.h"

enum {
	FRONT_WORDS_MAX = 32, /* what -e and -i any put in front of the ends */
	GROUP_MAX = 64,       /* "[1au]", "[b2&3=0x106]", "[bad udp cksum 0x1234 -> 0x5678!]" */
	QUESTION_WORDS_MAX = 4,
	NAME_TEXT_MAX = 1000, /* a name of 255 bytes takes no more than 4 for each */
	PORT_DNS = 53,
	PORT_NBNS = 137,
	PORT_DOT = 853,
	PORT_MDNS = 5353,
	PORT_LLMNR = 5355,
	OPCODE_MASK = 15,
};

/* Names of ports that tell what the protocol is, as /etc/services has them. */
static const struct {
	const char *name;
	uint16_t port;
} services[] = {
	{ "domain", PORT_DNS }, { "netbios-ns", PORT_NBNS }, { "domain-s", PORT_DOT },
	{ "mdns", PORT_MDNS },  { "hostmon", PORT_LLMNR },
};

/* By number; a blank stands in front of each. */
static const char *const opcode_words[] = { "",        " inv_q",  " stat", " op3",
					    " notify", " update", " op6",  " op7",
					    " op8",    " op9",    " op10", " op11",
					    " op12",   " op13",   " op14", " op15" };
static const char *const rcode_words[] = { "",         " FormErr", " ServFail", " NXDomain",
					   " NotImp",  " Refused", " YXDomain", " YXRRSet",
					   " NXRRSet", " NotAuth", " NotZone",  " Resp11",
					   " Resp12",  " Resp13",  " Resp14",   " NoChange" };

/* -------------------------------------------------------------- the ends */

/* "192.0.2.10.40000", "2001:db8::10.domain", "host.example.net.53"; false: no port. */
static bool read_end(struct ed_span word, struct ed_addr *ret_addr, uint16_t *ret_port)
{
	const uint8_t *dot = word.n > 0 ? memrchr(word.p, '.', word.n) : NULL;
	struct ed_span port;
	uint32_t v;

	if (!dot || dot == word.p)
		return false;
	port = ed_span_from(word, (size_t)(dot - word.p) + 1);
	word.n = (size_t)(dot - word.p);
	if (!ed_addr_from_text(word, ret_addr)) {
		/* without a port it is the address alone that ends in a number */
		if (memchr(word.p, ':', word.n))
			return false;
	}
	*ret_port = 0;
	if (ed_logline_number(port, UINT16_MAX, &v))
		*ret_port = (uint16_t)v;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (ed_span_is(port, services[i].name))
			*ret_port = services[i].port;
	}
	return true;
}

/* A whole address is no address and port: "192.0.2.10". */
static bool is_address(struct ed_span word)
{
	struct ed_addr addr;

	return ed_addr_from_text(word, &addr);
}

/*
 * Cuts everything up to "192.0.2.10.40000 > 192.0.2.53.53:" off the front. What may stand there
 * (interface, link layer, "IP") is the printer's own. False: no such ends.
 */
static bool cut_ends(struct ed_span *line, struct ed_text_message *ret)
{
	struct ed_span before = ed_span_of(line->p, 0), word;

	for (unsigned i = 0; i < FRONT_WORDS_MAX; i++) {
		struct ed_span rest, to;

		if (!ed_logline_word(line, &word))
			return false;
		if (!ed_span_is(word, ">")) {
			before = word;
			continue;
		}
		rest = *line;
		if (!ed_logline_word(&rest, &to) || to.n < 2 || to.p[to.n - 1] != ':')
			continue;
		to.n--;
		if (is_address(before) || is_address(to) ||
		    !read_end(before, &ret->src, &ret->src_port) ||
		    !read_end(to, &ret->dst, &ret->dst_port))
			return false;
		*line = rest;
		return true;
	}
	return false;
}

/* Behind the front of a packet, or of the second line of one. */
static bool is_packet(struct ed_span line)
{
	struct ed_span word;

	for (unsigned i = 0; i < FRONT_WORDS_MAX && ed_logline_word(&line, &word); i++) {
		if (ed_span_is(word, "IP") || ed_span_is(word, "IP6") || ed_span_is(word, "ARP,") ||
		    ed_span_is(word, ">") || ed_span_is(word, "ethertype"))
			return true;
	}
	return false;
}

static bool has_port(const struct ed_text_message *m, uint16_t port)
{
	return m->src_port == port || m->dst_port == port;
}

/* ED_TEXT_MESSAGE: to be read as DNS. */
static unsigned judge_ports(const struct ed_text_message *m)
{
	if (has_port(m, PORT_DNS))
		return ED_TEXT_MESSAGE;
	if (has_port(m, PORT_MDNS) || has_port(m, PORT_LLMNR) || has_port(m, PORT_NBNS))
		return ED_DROP_MULTICAST;
	return has_port(m, PORT_DOT) ? ED_DROP_ENCRYPTED : ED_DROP_NOT_DNS;
}

/* -------------------------------------------------------------- what is before the message */

/* "[udp sum ok] ", "[1au] ": a group in brackets at the front; false: there is none. */
static bool take_group(struct ed_span *text, struct ed_span *ret)
{
	const uint8_t *end;

	if (text->n == 0 || text->p[0] != '[')
		return false;
	end = memchr(text->p, ']', text->n < GROUP_MAX ? text->n : GROUP_MAX);
	if (!end)
		return false;
	*ret = ed_span_of(text->p + 1, (size_t)(end - text->p) - 1);
	*text = ed_span_from(*text, ret->n + 2);
	(void)ed_logline_take(text, " ");
	return true;
}

/* "Flags [P.], seq 1:37, ack 1, win 64, options [...], length 36 464+ ..." to the message. */
static unsigned skip_tcp(struct ed_span *text)
{
	static const char mark[] = ", length ";
	const uint8_t *at = memmem(text->p, text->n, mark, sizeof(mark) - 1);
	struct ed_span length;
	uint32_t n;

	if (!at)
		return ED_DROP_TRANSPORT;
	*text = ed_span_from(*text, (size_t)(at - text->p) + sizeof(mark) - 1);
	if (!ed_logline_word(text, &length))
		return ED_DROP_TRANSPORT;
	if (length.p[length.n - 1] == ':')
		length.n--;
	if (!ed_logline_number(length, UINT16_MAX, &n))
		return ED_DROP_TRANSPORT;
	if (n == 0)
		return ED_DROP_NO_PAYLOAD;
	/* the middle of a stream is not printed */
	return text->n > 0 ? ED_TEXT_MESSAGE : ED_DROP_NO_PAYLOAD;
}

/* -------------------------------------------------------------- the header */

/* Takes the word of @words that is at the front, and tells which; 0: none of them. */
static uint8_t take_word(struct ed_span *text, const char *const *words)
{
	for (uint8_t i = OPCODE_MASK; i > 0; i--) {
		if (ed_span_starts(*text, words[i])) {
			*text = ed_span_from(*text, strlen(words[i]));
			return i;
		}
	}
	return 0;
}

/* "464", "464+", "464 NXDomain*-" and a blank behind it. */
static bool take_header(struct ed_span *text, struct ed_text_message *ret)
{
	static const char signs[] = "+%*|$-";
	static const uint16_t flags[] = { ED_DNS_RD, ED_DNS_CD, ED_DNS_AA, ED_DNS_TC, ED_DNS_AD };
	bool recursion = true;
	size_t n = 0;
	uint32_t id;

	while (n < text->n && ed_is_digit(text->p[n]))
		n++;
	if (!ed_logline_number(ed_span_of(text->p, n), UINT16_MAX, &id))
		return false;
	*text = ed_span_from(*text, n);
	ret->id = (uint16_t)id;
	ret->opcode = take_word(text, opcode_words);
	ret->rcode = take_word(text, rcode_words);
	while (text->n > 0 && text->p[0] != ' ') {
		const char *sign = memchr(signs, text->p[0], sizeof(signs) - 1);

		if (!sign)
			return false;
		if (*sign == '-')
			recursion = false;
		else
			ret->flags |= flags[sign - signs];
		*text = ed_span_from(*text, 1);
	}
	ret->has_id = ret->has_flags = true;
	if (recursion)
		ret->flags |= ED_DNS_RA; /* of a response; a query loses it below */
	return ed_logline_take(text, " ");
}

/* "1/0/1"; false: something else. */
static bool read_counts(struct ed_span word, struct ed_text_message *ret)
{
	uint32_t *const counts[] = { &ret->n_answers, &ret->n_authority, &ret->n_additional };

	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *slash = word.n > 0 ? memchr(word.p, '/', word.n) : NULL;
		size_t n = i < 2 && slash ? (size_t)(slash - word.p) : word.n;

		if ((i < 2 && !slash) ||
		    !ed_logline_number(ed_span_of(word.p, n), UINT16_MAX, counts[i]))
			return false;
		word = ed_span_from(word, n + 1);
	}
	return true;
}

/* -------------------------------------------------------------- the question */

/* Bytes that @text stands for, with backslashes doubled; @ret holds twice its bytes. tcpdump writes
 * "M-" for the high bit and "^" for a control byte, and a name may hold those letters itself: where
 * there is but one of them it is taken for that. */
static struct ed_span unescape(struct ed_span text, uint8_t *ret, uint8_t *ret_lost)
{
	size_t n_marks = 0, n = 0;

	for (size_t i = 0; i + 1 < text.n; i++)
		n_marks += text.p[i] == '^' || (text.p[i] == 'M' && text.p[i + 1] == '-');
	for (size_t i = 0; i < text.n; i++) {
		uint8_t high = 0, c;

		if (n_marks > 1 && i + 2 < text.n && text.p[i] == 'M' && text.p[i + 1] == '-') {
			high = 0x80;
			i += 2;
		}
		c = text.p[i];
		if (n_marks > 1 && c == '^' && i + 1 < text.n)
			c = text.p[++i] ^ 0x40;
		c |= high;
		if (c == '\\')
			ret[n++] = '\\';
		ret[n++] = c;
	}
	if (n_marks > 0)
		*ret_lost |= ED_LOST_ESCAPES;
	return ed_span_of(ret, n);
}

static bool read_name(struct ed_span text, struct ed_text_message *ret)
{
	uint8_t bytes[2 * NAME_TEXT_MAX + ED_ZEEK_TEXT_SLACK_BYTES] = { 0 };

	if (text.n > NAME_TEXT_MAX) {
		text = ed_span_from(text, text.n - NAME_TEXT_MAX);
		ret->lost |= ED_LOST_TAIL;
	}
	if (text.n == 0)
		return false;
	ret->lost |= (uint8_t)ed_zeek_text_name(unescape(text, bytes, &ret->lost), false,
						&ret->name);
	return ret->name.n > 0;
}

/* "TXT? ", "TXT CHAOS? ", "Type65399? "; false: no question. */
static bool take_question(struct ed_span *text, struct ed_text_message *ret)
{
	struct ed_span word, type = { 0 };

	for (unsigned i = 0; i < QUESTION_WORDS_MAX; i++) {
		bool last;

		if (!ed_logline_word(text, &word))
			return false;
		last = word.p[word.n - 1] == '?';
		if (i == 0)
			type = ed_span_of(word.p, word.n - last);
		if (last) {
			struct ed_event ev = { 0 };

			if (!ed_logline_type(type, &ev))
				return false;
			ret->qtype = ev.qtype;
			return true;
		}
	}
	return false;
}

/* Cuts " (44)" off the end; false: it is not there, so the line was cut or the message was. */
static bool cut_size(struct ed_span *text, struct ed_text_message *ret)
{
	const uint8_t *open;

	while (text->n > 0 && text->p[text->n - 1] == ' ')
		text->n--;
	if (text->n < 3 || text->p[text->n - 1] != ')')
		return false;
	open = text->p + text->n - 1;
	while (open > text->p && *open != '(')
		open--;
	if (open == text->p || open[-1] != ' ' ||
	    !ed_logline_number(ed_span_of(open + 1, (size_t)(text->p + text->n - open) - 2),
			       UINT16_MAX, &ret->size))
		return false;
	text->n = (size_t)(open - text->p) - 1;
	return true;
}

/* Under -vv the records behind the question are shown too: it ends where the last list of them
 * begins. */
static void cut_sections(struct ed_span *text)
{
	static const char *const marks[] = { " ar: ", " ns: ", " an: " };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		for (size_t at = text->n; at >= 5; at--) {
			if (memcmp(text->p + at - 5, marks[i], 5) == 0) {
				text->n = at - 5;
				break;
			}
		}
	}
}

/* -------------------------------------------------------------- the answers */

/* The data of one answer of @type at the front of @text. False: it cannot be told where it ends. */
static bool take_data(struct ed_span *text, uint16_t type, struct ed_text_message *ret)
{
	struct ed_dns_answers *sum = &ret->answers;
	struct ed_span word;
	struct ed_addr addr;

	if (type == ED_RR_SOA)
		return true; /* not shown */
	if (!ed_logline_word(text, &word))
		return false;
	if (word.p[word.n - 1] == ',')
		word.n--;
	if (type == ED_RR_A || type == ED_RR_AAAA) {
		if (!ed_addr_from_text(word, &addr))
			return false;
		ret->bytes_addresses += type == ED_RR_A ? 4 : 16;
		ed_answers_add_address(sum, &addr);
		return true;
	}
	sum->hash += (uint32_t)ed_hash_bytes(word.p, word.n, type);
	/* as wire/dns.c counts a name: with its first length and the root */
	sum->bytes_names += (uint32_t)word.n + (word.p[word.n - 1] != '.') + 1;
	return true;
}

static bool is_name(uint16_t type)
{
	return type == ED_RR_CNAME || type == ED_RR_NS || type == ED_RR_PTR || type == ED_RR_MX ||
	       type == ED_RR_SRV;
}

/* "A 192.0.2.7, A 192.0.2.8"; what MX and SRV have behind the name is skipped to the comma. */
static void read_answers(struct ed_span text, struct ed_text_message *ret)
{
	for (uint32_t i = 0; i < ret->n_answers && text.n > 0; i++) {
		struct ed_span word;
		const uint8_t *comma;
		struct ed_event ev = { 0 };

		if (!ed_logline_word(&text, &word))
			break;
		if (word.p[word.n - 1] == ',')
			word.n--;
		if (!ed_logline_type(word, &ev))
			break;
		if (ev.qtype != ED_RR_A && ev.qtype != ED_RR_AAAA && ev.qtype != ED_RR_SOA &&
		    !is_name(ev.qtype)) {
			ret->has_free = true;
			break;
		}
		if (!take_data(&text, ev.qtype, ret))
			break;
		if (ev.qtype != ED_RR_MX && ev.qtype != ED_RR_SRV)
			continue;
		comma = text.n > 0 ? memchr(text.p, ',', text.n) : NULL;
		text = ed_span_from(text, comma ? (size_t)(comma - text.p) + 1 : text.n);
	}
}

/* -------------------------------------------------------------- the line */

/* Of a response the counts are looked for behind the question of -vv, which a name may imitate: it
 * then ends itself early. */
static unsigned read_response(struct ed_span text, struct ed_text_message *ret)
{
	struct ed_span rest = text, word;
	bool shown = ed_logline_take(&rest, "q: ") && take_question(&rest, ret);
	const uint8_t *name = rest.p;

	if (!shown)
		rest = text;
	for (;;) {
		struct ed_span before = ed_span_of(name, (size_t)(rest.p - name));

		if (!ed_logline_word(&rest, &word))
			return ED_DROP_SNAPPED;
		if (!read_counts(word, ret)) {
			if (!shown)
				return ED_DROP_MALFORMED;
			continue;
		}
		while (before.n > 0 && before.p[before.n - 1] == ' ')
			before.n--;
		if (shown && !read_name(before, ret))
			return ED_DROP_MALFORMED;
		break;
	}
	ret->has_counts = true;
	ret->is_response = true;
	if (!shown) { /* with -v each answer has its owner in front, and the text is not read */
		ret->has_data = true;
		read_answers(rest, ret);
	}
	return ED_TEXT_MESSAGE;
}

static unsigned read_message(struct ed_span text, bool verbose, struct ed_text_message *ret)
{
	struct ed_span group, word, rest;
	bool has_size;

	if (!take_header(&text, ret))
		return ED_DROP_MALFORMED;
	while (take_group(&text, &group))
		continue;
	has_size = cut_size(&text, ret);
	rest = text;
	if (ed_span_starts(text, "q: ") ||
	    (ed_logline_word(&rest, &word) && read_counts(word, ret)))
		return has_size ? read_response(text, ret) : ED_DROP_SNAPPED;
	if (!take_question(&text, ret))
		return ED_DROP_MALFORMED;
	if (!has_size)
		return ED_DROP_SNAPPED;
	if (verbose)
		cut_sections(&text);
	ret->flags &= (uint16_t)~ED_DNS_RA;
	return read_name(text, ret) ? ED_TEXT_MESSAGE : ED_DROP_MALFORMED;
}

bool ed_tcpdump_line_is_head(struct ed_span line)
{
	const uint8_t *open = memmem(line.p, line.n, "(tos ", 5);
	const uint8_t *open6 = memmem(line.p, line.n, "IP6 (", 5);

	return (open || open6) && line.p[line.n - 1] == ')' && !memchr(line.p, '>', line.n);
}

unsigned ed_tcpdump_line(struct ed_span line, struct ed_text_message *ret)
{
	bool verbose = ed_span_starts(line, "    ");
	struct ed_span text = line, group;
	unsigned result;

	if (!cut_ends(&text, ret))
		return is_packet(line) ? ED_DROP_NOT_DNS : ed_logline_other(line);
	result = judge_ports(ret);
	if (result != ED_TEXT_MESSAGE)
		return result;
	ret->transport = ED_TRANSPORT_UDP;
	while (take_group(&text, &group))
		continue;
	if (ed_span_starts(text, "Flags [")) {
		ret->transport = ED_TRANSPORT_TCP;
		result = skip_tcp(&text);
		if (result != ED_TEXT_MESSAGE)
			return result;
	}
	if (ed_span_starts(text, "UDP, length ")) /* -q, or what is no DNS */
		return ED_DROP_NOT_DNS;
	return read_message(text, verbose, ret);
}
