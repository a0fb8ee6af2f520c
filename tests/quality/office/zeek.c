/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a lookup as a line of Zeek's dns.log. What a name answers follows from the name. */
#include "office.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct record {
	char text[400];
};

struct reply {
	struct record v[8];
	unsigned n;
	unsigned rcode;
};

static const struct {
	uint16_t type;
	const char *name;
} types[] = {
	{ T_A, "A" },           { T_AAAA, "AAAA" }, { T_HTTPS, "HTTPS" }, { T_PTR, "PTR" },
	{ T_TXT, "TXT" },       { T_SRV, "SRV" },   { T_MX, "MX" },       { T_NS, "NS" },
	{ T_SOA, "SOA" },       { T_NULL, "NULL" }, { T_CNAME, "CNAME" }, { T_DS, "DS" },
	{ T_DNSKEY, "DNSKEY" },
};

static const char *type_name(uint16_t type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	return "unknown";
}

__attribute__((format(printf, 2, 3))) static void add(struct reply *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->v[r->n].text, sizeof(r->v[0].text), format, ap);
	va_end(ap);
	r->n++;
}

static void add_address(struct reply *r, uint64_t k, uint16_t qtype)
{
	if (qtype == T_A)
		add(r, "%u.%u.%u.%u", 13 + (unsigned)(k & 127), (unsigned)(k >> 8 & 255),
		    (unsigned)(k >> 16 & 255), (unsigned)(k >> 24 & 255));
	else
		add(r, "2a%02x:%x:%x::%x", (unsigned)(k & 15), (unsigned)(k >> 8 & 0xffff),
		    (unsigned)(k >> 24 & 255), 1 + (unsigned)(k >> 32 & 0xffff));
}

/* The alias under which a content network serves the name. */
static void add_alias(struct reply *r, const struct wish *w, uint64_t k)
{
	struct rng own = { k };
	char text[64];

	switch (k >> 50 & 3) {
	case 0:
		put(put_digits(put(text, "e"), &own, "0123456789", 5), ".dsc%c.akamaiedge.net",
		    'a' + (int)(k & 7));
		break;
	case 1:
		put(put_digits(put(text, "d"), &own, "0123456789abcdefghijklmnopqrstuvwxyz", 13),
		    ".cloudfront.net");
		break;
	case 2:
		put(text, "prod-lb-%u.eu-west-1.elb.amazonaws.com", (unsigned)(k & 0xfffff));
		break;
	default:
		add(r, "%.200s.edgekey.net", w->name);
		return;
	}
	add(r, "%s", text);
}

static void answer_host(struct reply *r, const struct wish *w, uint64_t k)
{
	uint64_t now = (uint64_t)w->at_us / 60000000;
	bool network = k % 5 < 2;
	unsigned n = 1 + (k >> 20 & 3);

	if (w->qtype == T_HTTPS)
		return;
	if (network)
		add_alias(r, w, k);
	if (w->qtype == T_AAAA && (k >> 30 & 1)) {
		return;
	}
	/* a network's addresses change by the minute, out of a few thousand */
	for (unsigned i = 0; i < n; i++)
		add_address(r, network ? key2(0xcd, key2(k, now + i) & 4095) : key2(k, i),
			    w->qtype);
}

static void answer_text(struct reply *r, uint8_t answer, const char *name, uint64_t k)
{
	static const char
		alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char *const policies[] = {
		"v=spf1 ip4:198.51.100.0/24 include:_spf.mail.example include:spf.send.example -all",
		"v=spf1 include:_spf.first.example include:_spf.second.example ip4:203.0.113.0/25 ~all",
		"v=DMARC1; p=none; rua=mailto:dmarc@reports.example; ruf=mailto:forensic@reports.example",
		"v=DMARC1; p=reject; pct=100; adkim=s; aspf=s",
		"google-site-verification=pQ8rT0vXzB2dF4hJ6kL9nM1sW3yC5eG7iU-aOoRtY2c",
		"MS=ms48213377",
	};
	struct rng own = { k };
	char text[300], *out = text;
	unsigned n;

	if (answer == ANS_POLICY) {
		/* at a domain itself one finds the proofs of ownership of half a dozen services */
		n = *name == '_' ? 1 : 1 + (unsigned)(k >> 8) % 6;
		for (unsigned i = 0; i < n; i++) {
			const char *s = policies[(k + i) % 6];

			add(r, "TXT %zu %s", strlen(s), s);
		}
		return;
	}
	if (answer == ANS_KEY)
		out = put(text, "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEB");
	n = answer == ANS_KEY ? (k & 64 ? 210 : 150) : 8 + (unsigned)(k & 31);
	out = put_digits(out, &own, alphabet, n);
	add(r, "TXT %zu %s", (size_t)(out - text), text);
}

static void answer_misc(struct reply *r, const struct wish *w, uint64_t k)
{
	switch (w->answer) {
	case ANS_PTR:
		add(r, "host-%u.%s.example", (unsigned)(k & 0xfff), k & 1 ? "dyn" : "corp");
		break;
	case ANS_SRV:
		add(r, "dc1.ad.corp.example");
		add(r, "dc2.ad.corp.example");
		break;
	case ANS_MX:
		add(r, "mx1.%.200s", w->name);
		add(r, "mx2.%.200s", w->name);
		break;
	case ANS_NS:
		add(r, "ns1.%.200s", w->name);
		add(r, "ns2.%.200s", w->name);
		break;
	default:
		break;
	}
}

static void answer_make(struct reply *r, const struct wish *w)
{
	uint64_t k = key_text(0xa, w->name);

	r->n = 0;
	r->rcode = 0;
	switch (w->answer) {
	case ANS_NX:
		r->rcode = 3;
		break;
	case ANS_FAIL:
		r->rcode = 2;
		break;
	case ANS_HOST:
		answer_host(r, w, k);
		break;
	case ANS_ADDR:
		add_address(r, k, w->qtype);
		break;
	case ANS_LOCAL:
		if (w->qtype == T_A)
			add(r, "10.20.%u.%u", (unsigned)(k >> 8 & 31), 1 + (unsigned)(k & 127));
		break;
	case ANS_LISTED:
		if (k % 8)
			r->rcode = 3;
		else
			add(r, "127.0.0.%u", 2 + (unsigned)(k >> 8 & 7));
		break;
	case ANS_CODE:
		add(r, "127.%u.%u.%u", (unsigned)(k & 255), (unsigned)(k >> 8 & 63),
		    (unsigned)(k >> 16 & 15));
		break;
	case ANS_VERDICT:
	case ANS_POLICY:
	case ANS_KEY:
		answer_text(r, w->answer, w->name, k);
		break;
	default:
		answer_misc(r, w, k);
		break;
	}
}

void zeek_head(void)
{
	fputs("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
	      "#path\tdns\n#open\t2024-05-01-00-00-00\n"
	      "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\t"
	      "query\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\t"
	      "Z\tanswers\tTTLs\trejected\n"
	      "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\tstring\tcount\t"
	      "string\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount\t"
	      "vector[string]\tvector[interval]\tbool\n",
	      stdout);
}

static void write_answers(const struct wish *w, const struct reply *r)
{
	for (unsigned i = 0; i < r->n; i++)
		printf("%s%s", i ? "," : "", r->v[i].text);
	putchar('\t');
	for (unsigned i = 0; i < r->n; i++)
		printf("%s%u.000000", i ? "," : "", w->ttl_s);
}

void zeek_write(const struct world *w, const struct wish *wish, const struct client *c)
{
	static const char *const rcodes[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN" };
	int64_t at_us = wish->at_us + w->day * DAY_US;
	uint64_t draw = key2(w->seed ^ (uint64_t)at_us, wish->key ^ c->key);
	bool lost = draw % 1000 == 0;
	struct reply r = { .n = 0 };
	char uid[20];
	struct rng own = { draw };

	put_digits(uid, &own, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 17);
	if (!lost)
		answer_make(&r, wish);
	printf("%lld.%06lld\tC%s\t%u.%u.%u.%u\t%u\t10.20.0.%u\t53\tudp\t%u\t",
	       (long long)(at_us / 1000000), (long long)(at_us % 1000000), uid, c->addr >> 24,
	       c->addr >> 16 & 255, c->addr >> 8 & 255, c->addr & 255,
	       1024 + (unsigned)(draw >> 40) % 60000, people_resolver(c),
	       (unsigned)(draw >> 16 & 0xffff));
	if (r.n > 0)
		printf("0.%06u", 300 + (unsigned)((draw >> 20) % (draw % 3 ? 1500 : 60000)));
	else
		putchar('-');
	printf("\t%s\t1\tC_INTERNET\t%u\t%s\t", wish->name, wish->qtype, type_name(wish->qtype));
	if (lost)
		fputs("-\t-", stdout);
	else
		printf("%u\t%s", r.rcode, rcodes[r.rcode]);
	printf("\tF\tF\tT\t%c\t0\t", lost ? 'F' : 'T');
	if (r.n > 0)
		write_answers(wish, &r);
	else
		fputs("-\t-", stdout);
	puts("\tF");
}
