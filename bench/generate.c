/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate: one made-up, harmless hour of DNS between clients and two resolvers, for measuring.
 *
 *	generate pcap|tsv|json|LOG [--count N] [--clients N] [--domains N] [--seed N] > FILE
 *
 * The one idea: nothing is stored. A domain, its hosts and what they answer are hashes of (seed,
 * rank), so a popular name comes back with the same answer however long the output gets, and equal
 * arguments give equal bytes. One transaction (struct txn) is drawn, waits in a heap until its
 * answer is due, and is written as two packets, as one line of Zeek's dns.log, or as what another
 * LOG holds of it (logs.c).
 */
/* lint: file: one cc command builds it and logs.c, anywhere and without the rest of the project */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"

#define START_US 1714564800000000LL /* 2024-05-01 12:00:00 UTC */
#define SPAN_US 3600000000ULL       /* one hour */
#define DAY_US 86400000000LL
#define LOST_US 10000000  /* Zeek gives up on an unanswered question after 10 s */
#define PENDING_MAX 65536 /* --count 200 M keeps about 7,000 answers waiting */

enum shape { SHAPE_PCAP, SHAPE_TSV, SHAPE_JSON, SHAPE_LOG };

struct world {
	enum shape shape;
	const struct log *log; /* of SHAPE_LOG */
	uint64_t count, clients, domains, seed;
	uint64_t day;         /* after that of START_US: the same hour of another day */
	uint64_t random;      /* state of next() */
	uint32_t *popularity; /* [domains] running sum of 1/rank, scaled to 32 bits */
};

struct pending {
	size_t n;
	struct txn heap[PENDING_MAX]; /* smallest answer_us first */
};

static const struct {
	uint16_t type, upto; /* share of the questions, as a running sum out of 10,000 */
	const char *name;
} types[] = {
	{ T_A, 6500, "A" },     { T_AAAA, 9000, "AAAA" }, { T_HTTPS, 9400, "HTTPS" },
	{ T_PTR, 9650, "PTR" }, { T_TXT, 9750, "TXT" },   { T_SRV, 9840, "SRV" },
	{ T_MX, 9900, "MX" },   { T_NS, 9960, "NS" },     { T_SOA, 10000, "SOA" },
};

static const char *const words[64] = {
	"cloud",  "market", "blue",   "north", "data",  "home",   "green", "city",
	"media",  "travel", "health", "smart", "auto",  "book",   "game",  "photo",
	"net",    "web",    "shop",   "sport", "music", "news",   "tech",  "bank",
	"star",   "sun",    "river",  "stone", "metro", "global", "micro", "prime",
	"first",  "open",   "pixel",  "logic", "solar", "farm",   "craft", "design",
	"studio", "legal",  "energy", "fresh", "rapid", "silver", "gold",  "royal",
	"urban",  "coast",  "hill",   "lake",  "wood",  "iron",   "red",   "black",
	"white",  "east",   "west",   "south", "alpha", "delta",  "nova",  "vista",
};
static const char *const tails[16] = {
	"", "n", "r", "x", "s", "t", "l", "o", "ly", "ify", "io", "ia", "um", "ex", "en", "ar",
};
static const char *const tlds[64] = {
	"com", "com", "com",  "com", "com",   "com",    "com",    "com",    "com", "com",   "com",
	"com", "com", "com",  "com", "com",   "com",    "com",    "com",    "com", "com",   "com",
	"com", "com", "com",  "com", "com",   "com",    "com",    "net",    "net", "net",   "net",
	"net", "org", "org",  "org", "org",   "de",     "de",     "co.uk",  "de",  "co.uk", "io",
	"io",  "io",  "ru",   "fr",  "nl",    "com.br", "com.br", "com.au", "it",  "pl",    "ch",
	"eu",  "app", "info", "dev", "co.jp", "me",     "us",     "co.in",  "xyz",
};
static const char *const hosts[32] = {
	"api",    "mail",  "cdn",          "static1", "img",    "m",    "login",   "app",  "assets",
	"media",  "shop",  "blog",         "cdn2",    "edge",   "ws",   "auth",    "dl",   "images",
	"static", "video", "sync",         "events",  "config", "push", "account", "docs", "status",
	"portal", "vpn",   "autodiscover", "ads",     "ns1",
};
static const char *const cdns[4] = {
	"edgecdn-a.net",
	"fastlayer.com",
	"nearpop-edge.net",
	"frontcache.io",
};

uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static uint64_t key(uint64_t seed, uint64_t a, uint64_t b)
{
	return mix(mix(seed + a * 0x9e3779b97f4a7c15ULL) + b * 0xd1342543de82ef95ULL);
}

static uint64_t next(struct world *w)
{
	return mix(w->random += 0x9e3779b97f4a7c15ULL);
}

static uint32_t below(struct world *w, uint64_t n)
{
	return (uint32_t)(((next(w) >> 32) * n) >> 32);
}

/* Below n, small values more often: density falls with the square root. */
static uint32_t below_skewed(struct world *w, uint64_t n)
{
	uint64_t x = next(w) >> 32;

	return (uint32_t)((((x * x) >> 32) * n) >> 32);
}

static void die(const char *what)
{
	fprintf(stderr, "generate: %s\n", what);
	exit(2);
}

char *text(char *out, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(out, TEXT_MAX, format, ap);
	va_end(ap);
	if (n < 0 || n >= TEXT_MAX)
		die("a text is too long");
	return out + n;
}

char *digits(char *out, uint64_t v, unsigned base, unsigned n)
{
	for (; n > 0; n--, v /= base)
		*out++ = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[v % base];
	*out = '\0';
	return out;
}

/* ------------------------------------------------------------------ names */

/* Popularity by Zipf's law with s = 1. */
static void popularity_init(struct world *w)
{
	double sum = 0, total = 0;
	uint64_t i;

	w->popularity = calloc(w->domains, sizeof(*w->popularity));
	if (!w->popularity)
		die("out of memory");
	for (i = 1; i <= w->domains; i++)
		total += 1.0 / (double)i;
	for (i = 1; i <= w->domains; i++) {
		sum += 1.0 / (double)i;
		w->popularity[i - 1] = (uint32_t)(sum / total * UINT32_MAX);
	}
}

static uint32_t popularity_pick(struct world *w)
{
	uint32_t x = below(w, UINT32_MAX);
	uint64_t low = 0, high = w->domains - 1;

	while (low < high) {
		uint64_t mid = (low + high) / 2;

		if (w->popularity[mid] > x)
			high = mid;
		else
			low = mid + 1;
	}
	return (uint32_t)low;
}

static char *syllable(char *out, unsigned v)
{
	return text(out, "%c%c", "bcdfghklmnprstvz"[v & 15], "aeio"[v >> 4 & 3]);
}

/* A registrable domain: the rank, 24 bits permuted and then spelt; two ranks rarely share one. */
static void zone_name(const struct world *w, uint32_t rank, char *out)
{
	uint32_t x = (rank * 0x9e3779b1U ^ (uint32_t)w->seed) & 0xffffff;
	unsigned style;

	x = (x ^ x >> 11) * 0x5bd1e995U & 0xffffff;
	x ^= x >> 13;
	style = x >> 22;
	out = style == 0 ? syllable(out, x) : text(out, "%s", words[x & 63]);
	if (style == 3)
		*out++ = '-';
	out = style < 2 ? syllable(out, x >> 6) : text(out, "%s", words[x >> 6 & 63]);
	out = syllable(out, x >> 12);
	text(out, "%s.%s", tails[x >> 18 & 15], tlds[key(w->seed, rank, 0) & 63]);
}

/* Popular domains have many hosts, the long tail one to three. */
static uint32_t host_count(const struct world *w, uint32_t rank)
{
	if (rank < 100)
		return 24;
	if (rank < 2000)
		return 12;
	return rank < 20000 ? 5 : 1 + (uint32_t)(key(w->seed, rank, 1) % 3);
}

static void host_name(uint32_t host, uint64_t k, const char *zone, char *out)
{
	unsigned v = (unsigned)(k >> 8);

	if (host == 0)
		out = text(out, "www.");
	else if (host > 1 && (k & 15) == 0)
		out = text(digits(out, v, 16, 8), ".");
	else if (host > 1 && (k & 15) == 1)
		out = text(digits(text(out, "d"), k >> 8, 36, 10), ".cdn.");
	else if (host > 1 && (k & 15) == 2)
		out = text(out, "%s.eu-west-%u.", hosts[v >> 2 & 31], v & 3);
	else if (host > 1 && (k & 15) == 3)
		out = text(out, "n%u.edge.fra.", v & 63);
	else if (host > 1)
		out = text(out, "%s.", hosts[v & 31]);
	text(out, "%s", zone);
}

/* ------------------------------------------------------------------ transactions */

/* 240 sites, 10.1/16 to 10.240/16; one /16 alone would fill one chain of tcpdump's name cache. */
static uint32_t client_addr(uint64_t i)
{
	uint64_t site = 1 + i % 240, host = i / 240;

	return (uint32_t)(10 << 24 | site << 16 | host / 250 << 8 | (2 + host % 250));
}

void addr_text(uint32_t a, char *out)
{
	text(out, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

static uint8_t draw_rcode(struct world *w)
{
	uint32_t x = below(w, 1000);

	if (x < 30)
		return R_NXDOMAIN;
	if (x < 34)
		return R_SERVFAIL;
	return x < 35 ? R_REFUSED : R_NOERROR;
}

/* Most answers come from the resolver's cache, some from afar. */
static int64_t draw_delay_us(struct world *w)
{
	uint32_t x = below(w, 100);

	if (x < 60)
		return 300 + below(w, 1200);
	return x < 95 ? 2000 + below(w, 23000) : 25000 + below(w, 55000);
}

/* What a question of this type is about; zone and name_key are set. */
static void question(struct txn *t, uint32_t host)
{
	static const char *const missing[] = { "wpad", "isatap", "ww", "mial" };
	static const char *const txt[] = { "", "_dmarc.", "s1._domainkey.", "k1._domainkey." };
	static const char *const srv[] = { "_sip._tls", "_ldap._tcp", "_sips._tcp", "_xmpp._tcp" };
	uint64_t k = t->name_key;

	if (t->qtype == T_PTR) {
		addr_text(__builtin_bswap32(client_addr(k % 4000)), t->qname);
		strcat(t->qname, ".in-addr.arpa");
		text(t->zone, "10.in-addr.arpa");
	} else if (t->qtype == T_TXT) {
		text(t->qname, "%s%s", txt[k & 3], t->zone);
	} else if (t->qtype == T_SRV) {
		text(t->qname, "%s.%s", srv[k & 3], t->zone);
	} else if (t->qtype == T_MX || t->qtype == T_NS || t->qtype == T_SOA) {
		text(t->qname, "%s", t->zone);
	} else if (t->rcode == R_NXDOMAIN) {
		text(t->qname, "%s.%s", missing[k & 3], t->zone);
	} else {
		host_name(host, k, t->zone, t->qname);
	}
}

static void txn_draw(struct world *w, uint64_t i, struct txn *t)
{
	uint64_t client = below_skewed(w, w->clients);
	uint64_t trait = key(w->seed, client, UINT64_MAX);
	uint32_t rank = popularity_pick(w), host, x;
	unsigned row = 0;

	t->ask_us = START_US + (int64_t)w->day * DAY_US +
		    (int64_t)((i * SPAN_US + next(w) % SPAN_US) / w->count);
	t->draw = next(w);
	t->client = client_addr(client);
	t->resolver = t->draw & 3 ? 0x0a000035 : 0x0a000135;
	t->port = (uint16_t)(1024 + below(w, 64512));
	t->id = (uint16_t)(t->draw >> 16);
	x = below(w, 10000);
	while (x >= types[row].upto)
		row++;
	t->qtype = types[row].type;
	t->rcode = draw_rcode(w);
	t->edns = trait & 1;
	t->ad = (trait & 62) == 0;
	/* A capture holds pairs only; a log also has questions that nobody answered. */
	t->lost = below(w, 100) == 0 && w->shape != SHAPE_PCAP;
	t->answer_us = t->ask_us + draw_delay_us(w);
	if (t->lost)
		t->answer_us = t->ask_us + LOST_US;
	host = below_skewed(w, host_count(w, rank));
	t->name_key = key(w->seed, rank, 2 + host);
	zone_name(w, rank, t->zone);
	question(t, host);
}

static struct rr *rr_add(const struct txn *t, uint16_t type, const char *owner, struct answer *a)
{
	static const uint32_t base_s[] = { 30, 60, 300, 300, 600, 3600, 14400, 86400 };
	struct rr *rr = &a->rr[a->n++];

	rr->type = type;
	rr->owner = owner;
	/* A cache counts down, so that the same record is seen with many values. */
	rr->ttl_s = base_s[(t->name_key >> (type == T_CNAME ? 46 : 56)) & 7];
	rr->ttl_s = 30 + (uint32_t)((t->draw >> 32) % (rr->ttl_s - 29));
	rr->text[0] = '\0';
	return rr;
}

static void authority_add(const struct txn *t, const char *zone, struct answer *a)
{
	text(rr_add(t, T_SOA, zone, a)->text, "ns1.%s", zone);
	a->n--;
	a->authority = true;
}

/* A, AAAA and HTTPS: sometimes a chain of aliases, then the records, which may be absent. */
static void answer_host(const struct txn *t, struct answer *a)
{
	uint64_t k = t->name_key, v;
	const char *owner = t->qname, *zone = t->zone;
	unsigned n_alias = (k >> 40 & 7) < 2 ? 1 + (k >> 43 & 1) : 0;
	unsigned n = 1 + (k >> 44 & 3), i;
	struct rr *rr;

	for (i = 0; i < n_alias; i++) {
		rr = rr_add(t, T_CNAME, owner, a);
		zone = cdns[(k >> (49 + i)) & 3];
		v = mix(k + i);
		text(digits(text(rr->text, "e"), v, 36, 6 + (unsigned)(v >> 62)), ".%s", zone);
		owner = rr->text;
	}
	if (t->qtype == T_AAAA && (k >> 52 & 7) < 4)
		n = 0;
	if (t->qtype == T_HTTPS)
		n = k >> 55 & 1;
	for (i = 0; i < n; i++) {
		rr = rr_add(t, t->qtype, owner, a);
		v = mix(k ^ (i + 1));
		memset(rr->addr, 0, sizeof(rr->addr));
		memcpy(rr->addr, "\x2a\x02\x26\xf0", 4);
		memcpy(rr->addr + (t->qtype == T_AAAA ? 12 : 0), &v, 4);
		rr->addr[5] = (uint8_t)(v >> 40);
		rr->addr[0] = t->qtype == T_AAAA ? 0x2a : (uint8_t)(20 + rr->addr[0] % 80);
		inet_ntop(t->qtype == T_AAAA ? AF_INET6 : AF_INET, rr->addr, rr->text, TEXT_MAX);
	}
	if (n == 0)
		authority_add(t, zone, a);
}

static void answer_make(const struct txn *t, struct answer *a)
{
	static const char *const txt[] = {
		"v=spf1 ip4:198.51.100.0/24 include:_spf.mail.example include:send.example -all",
		"v=DMARC1; p=quarantine; pct=100; rua=mailto:dmarc@reports.example; fo=1",
		("v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7x2nYkqSmVbR4cQe0"
		 "tH5wJf9uLz8dK3aGpXo1iTyBv6MhCsEnW2lFjUrDgOqAwIDAQAB"),
		"site-verification=Zr4kQ0w9pXcT7uJmV2yLsB8nEhG5dFaK1oRiUqWt3x",
	};
	uint64_t k = t->name_key;
	const char *prefix = t->qtype == T_MX ? "mx" : t->qtype == T_SRV ? "sip" : "ns";
	unsigned n = t->qtype == T_SOA ? 1 : 1 + (k >> 44 & 1), i;

	if (t->qtype == T_NS)
		n *= 2;

	a->n = 0;
	a->authority = false;
	if (t->rcode == R_NXDOMAIN)
		authority_add(t, t->zone, a);
	if (t->rcode != R_NOERROR)
		return;
	if (t->qtype == T_A || t->qtype == T_AAAA || t->qtype == T_HTTPS)
		answer_host(t, a);
	else if (t->qtype == T_PTR)
		text(rr_add(t, T_PTR, t->qname, a)->text, "pc-%u.corp.example", (unsigned)k % 4000);
	else if (t->qtype == T_TXT)
		text(rr_add(t, T_TXT, t->qname, a)->text, "%s", txt[k & 3]);
	else
		for (i = 1; i <= n; i++)
			text(rr_add(t, t->qtype, t->qname, a)->text, "%s%u.%s", prefix, i, t->zone);
}

/* ------------------------------------------------------------------ packets */

static void put8(struct message *m, unsigned v)
{
	m->b[m->n++] = (uint8_t)v;
}

static void put16(struct message *m, unsigned v)
{
	put8(m, v >> 8);
	put8(m, v);
}

static void put32(struct message *m, uint32_t v)
{
	put16(m, v >> 16);
	put16(m, v);
}

static void put_name(struct message *m, const char *name, bool compress)
{
	unsigned i;
	size_t n;

	for (; *name; name += n + (name[n] == '.')) {
		for (i = 0; compress && i < m->n_known; i++) {
			if (strcmp(m->known[i].text, name) == 0) {
				put16(m, 0xc000u | m->known[i].at);
				return;
			}
		}
		if (m->n_known < sizeof(m->known) / sizeof(m->known[0])) {
			m->known[m->n_known].at = (uint16_t)m->n;
			m->known[m->n_known++].text = name;
		}
		n = strcspn(name, ".");
		put8(m, (unsigned)n);
		memcpy(m->b + m->n, name, n);
		m->n += (unsigned)n;
	}
	put8(m, 0);
}

static void put_rdata(struct message *m, const struct rr *rr)
{
	size_t n = strlen(rr->text);

	if (rr->type == T_A || rr->type == T_AAAA) {
		n = rr->type == T_A ? 4 : 16;
		memcpy(m->b + m->n, rr->addr, n);
		m->n += (unsigned)n;
	} else if (rr->type == T_TXT) {
		put8(m, (unsigned)n);
		memcpy(m->b + m->n, rr->text, n);
		m->n += (unsigned)n;
	} else if (rr->type == T_HTTPS) {
		put16(m, 1);          /* priority */
		put8(m, 0);           /* target: the owner itself */
		put32(m, 0x00010006); /* alpn, 6 bytes: h2, h3 */
		memcpy(m->b + m->n, "\x02h2\x02h3", 6);
		m->n += 6;
	} else {
		if (rr->type == T_MX || rr->type == T_SRV)
			put16(m, 10); /* preference, priority */
		if (rr->type == T_SRV)
			put32(m, 5061); /* weight 0, port 5061 */
		put_name(m, rr->text, rr->type != T_SRV);
	}
	if (rr->type == T_SOA) {
		put_name(m, "hostmaster.example", true);
		put32(m, 2024050101);
		put32(m, 7200);
		put32(m, 900);
		put32(m, 1209600);
		put32(m, 900);
	}
}

static void put_rr(struct message *m, const struct rr *rr)
{
	unsigned at, end;

	put_name(m, rr->owner, true);
	put16(m, rr->type);
	put16(m, 1);
	put32(m, rr->ttl_s);
	at = m->n;
	m->n += 2;
	put_rdata(m, rr);
	end = m->n;
	m->n = at;
	put16(m, end - at - 2);
	m->n = end;
}

void message_make(const struct txn *t, const struct answer *a, struct message *m)
{
	unsigned i, n = a ? a->n + a->authority : 0;

	m->n = 0;
	m->n_known = 0;
	put16(m, t->id);
	put16(m, a ? 0x8180u | t->rcode : 0x0100u | (t->ad ? 0x20u : 0));
	put16(m, 1);
	put16(m, a ? a->n : 0);
	put16(m, a ? a->authority : 0);
	put16(m, t->edns);
	put_name(m, t->qname, true);
	put16(m, t->qtype);
	put16(m, 1);
	for (i = 0; i < n; i++)
		put_rr(m, &a->rr[i]);
	if (t->edns) {
		put8(m, 0);
		put16(m, 41);   /* OPT */
		put16(m, 1232); /* UDP payload size */
		put32(m, 0);
		put16(m, 0);
	}
}

static void put_headers(struct message *h, const struct txn *t, bool reply, unsigned dns_bytes)
{
	uint32_t src = reply ? t->resolver : t->client, dst = reply ? t->client : t->resolver;
	unsigned sum = 0, i, ip = 14;

	put16(h, 0x0200);
	put32(h, dst);
	put16(h, 0x0200);
	put32(h, src);
	put16(h, 0x0800);
	put16(h, 0x4500);
	put16(h, dns_bytes + 28);
	put16(h, (unsigned)(t->draw >> 40));
	put16(h, 0x4000); /* do not fragment */
	put16(h, 0x4011); /* TTL 64, UDP */
	put16(h, 0);
	put32(h, src);
	put32(h, dst);
	for (i = 0; i < 20; i += 2)
		sum += (unsigned)(h->b[ip + i] << 8 | h->b[ip + i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	h->b[ip + 10] = (uint8_t)(sum >> 8);
	h->b[ip + 11] = (uint8_t)sum;
	put16(h, reply ? 53 : t->port);
	put16(h, reply ? t->port : 53);
	put16(h, dns_bytes + 8);
	put16(h, 0); /* no checksum, as UDP over IPv4 permits */
}

/* pcap headers are in host order, as libpcap writes them. */
static void packet_write(const struct txn *t, const struct answer *a)
{
	int64_t at_us = a ? t->answer_us : t->ask_us;
	struct message m, head = { 0 };
	uint32_t record[4];

	message_make(t, a, &m);
	put_headers(&head, t, a, m.n);
	record[0] = (uint32_t)(at_us / 1000000);
	record[1] = (uint32_t)(at_us % 1000000);
	record[2] = record[3] = head.n + m.n;
	fwrite(record, sizeof(record), 1, stdout);
	fwrite(head.b, head.n, 1, stdout);
	fwrite(m.b, m.n, 1, stdout);
}

static void capture_head(void)
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1 };

	fwrite(head, sizeof(head), 1, stdout);
}

/* ------------------------------------------------------------------ Zeek's dns.log */

static const char tsv_head[] =
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
	"#open\t2024-05-01-12-00-00\n"
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\t"
	"query\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\t"
	"answers\tTTLs\trejected\n"
	"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\t"
	"string\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount\t"
	"vector[string]\tvector[interval]\tbool\n";

/* Zeek prints what it has a handler for: HTTPS records leave no trace in answers, TTLs and rtt. */
static unsigned n_logged(const struct txn *t, const struct answer *a)
{
	unsigned n = 0;

	if (t->lost)
		return 0;
	while (n < a->n && a->rr[n].type != T_HTTPS)
		n++;
	return n;
}

/* answers and TTLs: a,b in TSV, ["a","b"] in JSON. */
static void vectors_write(const struct answer *a, unsigned n, bool json)
{
	const char *quote = json ? "\"" : "";
	unsigned i;

	for (i = 0; i < n; i++) {
		printf("%s%s", i ? "," : "", quote);
		if (a->rr[i].type == T_TXT)
			printf("TXT %zu ", strlen(a->rr[i].text));
		printf("%s%s", a->rr[i].text, quote);
	}
	fputs(json ? "],\"TTLs\":[" : "\t", stdout);
	for (i = 0; i < n; i++)
		printf(json ? "%s%u.0" : "%s%u.000000", i ? "," : "", a->rr[i].ttl_s);
}

const char *qtype_name(uint16_t qtype)
{
	unsigned i = 0;

	while (types[i].type != qtype)
		i++;
	return types[i].name;
}

const char *rcode_name(uint8_t rcode)
{
	if (rcode == R_NOERROR)
		return "NOERROR";
	if (rcode == R_NXDOMAIN)
		return "NXDOMAIN";
	return rcode == R_SERVFAIL ? "SERVFAIL" : "REFUSED";
}

/* Zeek calls a reply rejected when it carries no record at all, EDNS's included. */
static bool rejected(const struct txn *t, const struct answer *a)
{
	return !t->lost && a->n == 0 && !a->authority && !t->edns;
}

static void tsv_write(const struct txn *t, const struct answer *a)
{
	char client[TEXT_MAX], resolver[TEXT_MAX], uid[TEXT_MAX];
	unsigned n = n_logged(t, a);
	int64_t rtt_us = t->answer_us - t->ask_us;

	addr_text(t->client, client);
	addr_text(t->resolver, resolver);
	digits(digits(uid, mix(t->draw), 62, 9), mix(~t->draw), 62, 8);
	printf("%lld.%06lld\tC%s\t%s\t%u\t%s\t53\tudp\t%u\t", (long long)t->ask_us / 1000000,
	       (long long)t->ask_us % 1000000, uid, client, t->port, resolver, t->id);
	if (n > 0)
		printf("0.%06lld", (long long)rtt_us);
	else
		putchar('-');
	printf("\t%s\t1\tC_INTERNET\t%u\t%s\t", t->qname, t->qtype, qtype_name(t->qtype));
	if (t->lost)
		fputs("-\t-", stdout);
	else
		printf("%u\t%s", t->rcode, rcode_name(t->rcode));
	printf("\tF\tF\tT\t%c\t%u\t", t->lost ? 'F' : 'T', t->ad ? 2u : 0u);
	if (n > 0)
		vectors_write(a, n, false);
	else
		fputs("-\t-", stdout);
	printf("\t%c\n", rejected(t, a) ? 'T' : 'F');
}

static void json_write(const struct txn *t, const struct answer *a)
{
	char client[TEXT_MAX], resolver[TEXT_MAX], uid[TEXT_MAX], ts[TEXT_MAX], *end;
	unsigned n = n_logged(t, a);
	double ask_s = (double)t->ask_us / 1e6, answer_s = (double)t->answer_us / 1e6;

	addr_text(t->client, client);
	addr_text(t->resolver, resolver);
	digits(digits(uid, mix(t->draw), 62, 9), mix(~t->draw), 62, 8);
	end = text(ts, "%lld.%06lld", (long long)t->ask_us / 1000000,
		   (long long)t->ask_us % 1000000);
	while (end[-1] == '0' && end[-2] != '.')
		*--end = '\0';
	printf("{\"ts\":%s,\"uid\":\"C%s\",\"id.orig_h\":\"%s\",\"id.orig_p\":%u,"
	       "\"id.resp_h\":\"%s\",\"id.resp_p\":53,\"proto\":\"udp\",\"trans_id\":%u",
	       ts, uid, client, t->port, resolver, t->id);
	if (n > 0)
		printf(",\"rtt\":%.16g", answer_s - ask_s); /* rounded twice, as Zeek's is */
	printf(",\"query\":\"%s\",\"qclass\":1,\"qclass_name\":\"C_INTERNET\",\"qtype\":%u,"
	       "\"qtype_name\":\"%s\"",
	       t->qname, t->qtype, qtype_name(t->qtype));
	if (!t->lost)
		printf(",\"rcode\":%u,\"rcode_name\":\"%s\"", t->rcode, rcode_name(t->rcode));
	printf(",\"AA\":false,\"TC\":false,\"RD\":true,\"RA\":%s,\"Z\":%u",
	       t->lost ? "false" : "true", t->ad ? 2u : 0u);
	if (n > 0) {
		fputs(",\"answers\":[", stdout);
		vectors_write(a, n, true);
		putchar(']');
	}
	printf(",\"rejected\":%s}\n", rejected(t, a) ? "true" : "false");
}

/* ------------------------------------------------------------------ the hour, in time order */

static void pending_push(struct pending *p, const struct txn *t)
{
	size_t i = p->n++;

	if (p->n > PENDING_MAX)
		die("too many answers waiting");
	for (; i > 0 && p->heap[(i - 1) / 2].answer_us > t->answer_us; i = (i - 1) / 2)
		p->heap[i] = p->heap[(i - 1) / 2];
	p->heap[i] = *t;
}

static void pending_pop(struct pending *p, struct txn *ret)
{
	const struct txn *last = &p->heap[--p->n];
	size_t i = 0, child;

	*ret = p->heap[0];
	while ((child = 2 * i + 1) < p->n) {
		if (child + 1 < p->n && p->heap[child + 1].answer_us < p->heap[child].answer_us)
			child++;
		if (p->heap[child].answer_us >= last->answer_us)
			break;
		p->heap[i] = p->heap[child];
		i = child;
	}
	p->heap[i] = *last;
}

/* Writes every answer due until then; Zeek logs at the answer, so its ts is not in order either. */
static void answers_write(struct pending *p, const struct world *w, int64_t until_us)
{
	struct answer a;
	struct txn t;

	while (p->n > 0 && p->heap[0].answer_us <= until_us) {
		pending_pop(p, &t);
		answer_make(&t, &a);
		if (w->shape == SHAPE_PCAP)
			packet_write(&t, &a);
		else if (w->shape == SHAPE_TSV)
			tsv_write(&t, &a);
		else if (w->shape == SHAPE_JSON)
			json_write(&t, &a);
		else if (w->log->answer && !t.lost)
			w->log->answer(&t, &a);
	}
}

static void hour_write(struct world *w)
{
	struct pending *p = calloc(1, sizeof(*p));
	struct txn t;
	uint64_t i;

	if (!p)
		die("out of memory");
	popularity_init(w);
	if (w->shape == SHAPE_PCAP)
		capture_head();
	else if (w->shape == SHAPE_TSV)
		fputs(tsv_head, stdout);
	else if (w->log && w->log->head)
		w->log->head();
	for (i = 0; i < w->count; i++) {
		txn_draw(w, i, &t);
		answers_write(p, w, t.ask_us);
		if (w->shape == SHAPE_PCAP)
			packet_write(&t, NULL);
		else if (w->log && w->log->ask)
			w->log->ask(&t);
		pending_push(p, &t);
	}
	answers_write(p, w, INT64_MAX);
	if (w->shape == SHAPE_TSV)
		puts("#close\t2024-05-01-13-00-00");
	free(w->popularity);
	free(p);
}

/* ------------------------------------------------------------------ the command line */

static uint64_t number(const char *arg, uint64_t max)
{
	char *end;
	unsigned long long v = strtoull(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || v > max)
		die("a number is malformed or too large");
	return v;
}

static void shape_parse(const char *arg, struct world *w)
{
	static const char *const shapes[] = { "pcap", "tsv", "json" };

	for (unsigned i = 0; arg && i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (strcmp(arg, shapes[i]) == 0) {
			w->shape = (enum shape)i;
			return;
		}
	}
	w->shape = SHAPE_LOG;
	w->log = arg ? log_find(arg) : NULL;
	if (!w->log)
		die("usage: generate pcap|tsv|json|dnstap|eve|bind|dnsmasq|sysmon|auditd|macos "
		    "[--count N] [--clients N] [--domains N] [--seed N] [--day N]");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'n' },
		{ "clients", required_argument, NULL, 'c' },
		{ "domains", required_argument, NULL, 'd' },
		{ "seed", required_argument, NULL, 's' },
		{ "day", required_argument, NULL, 'y' },
		{ NULL, 0, NULL, 0 },
	};
	struct world w = { .log = NULL, .clients = 20000, .domains = 200000, .seed = 1 };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'n')
			w.count = number(optarg, 200000000);
		else if (c == 'c')
			w.clients = number(optarg, 15000000);
		else if (c == 'd')
			w.domains = number(optarg, 16000000);
		else if (c == 's')
			w.seed = number(optarg, UINT64_MAX);
		else if (c == 'y')
			w.day = number(optarg, 10000);
		else
			return 2;
	}
	shape_parse(argv[optind], &w);
	if (w.count == 0)
		w.count = w.shape == SHAPE_PCAP ? 1500000 : 5000000;
	if (w.clients == 0 || w.domains == 0)
		die("there must be clients and domains");
	w.random = mix(w.seed + w.day);
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	hour_write(&w);
	if (fflush(stdout) || ferror(stdout)) {
		perror("generate");
		return 1;
	}
	return 0;
}
