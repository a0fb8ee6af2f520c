/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An office's day of DNS, made up from a seed; what the parts of the generator share.
 *
 * The one idea: a client first *wishes* to look names up (browsing, programs, services), without a
 * thought for caches. Its wishes are put in order of time, a cache drops what it still knows, and
 * the rest of all clients is sorted and written. Fixed properties of a domain or host are hashes of
 * (seed, what), so that all clients see the same world; only behaviour is drawn.
 */
#ifndef OFFICE_H
#define OFFICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NAME_CHARS = 253,
	NAME_BYTES = 1024, /* room for a name that grows past the limit before it is looked at */
	N_SITES = 60000,   /* registered domains that people visit */
	N_PARTNERS = 900,  /* domains that pages load things from */
	N_CLIENTS_MAX = 20000,
};

enum { T_A = 1, T_NS = 2, T_CNAME = 5, T_SOA = 6, T_NULL = 10, T_PTR = 12, T_MX = 15, T_TXT = 16 };
enum { T_AAAA = 28, T_SRV = 33, T_DS = 43, T_DNSKEY = 48, T_HTTPS = 65 };

/* The ten look-alikes of a tunnel, and the rest. */
enum office_class {
	CLASS_ORDINARY,
	CLASS_REPUTATION,
	CLASS_BLOCKLIST,
	CLASS_CDN,
	CLASS_TELEMETRY,
	CLASS_SUFFIX,
	CLASS_INFRASTRUCTURE,
	CLASS_RESOLVER,
	CLASS_DUPLICATE,
	CLASS_BULK,
	CLASS_LONG,
	N_CLASSES,
};

enum office_role {
	ROLE_WINDOWS,
	ROLE_MAC,
	ROLE_LINUX,
	ROLE_GUEST,  /* phones, private laptops */
	ROLE_DEVICE, /* printers, cameras, speakers, controllers */
	ROLE_SERVER,
	ROLE_BUILD, /* continuous integration: no cache, the same few names */
	ROLE_DC,
	ROLE_MAIL,
	ROLE_MONITOR,
	ROLE_CRAWLER,
	ROLE_KUBERNETES,
	ROLE_SCANNER,   /* asks for the reverse name of every address it sees */
	ROLE_FORWARDER, /* a branch office behind one address, a resolver of its own */
	ROLE_BACKUP,
	N_ROLES,
};

/* What comes back. */
enum office_answer {
	ANS_HOST,  /* addresses, perhaps behind aliases */
	ANS_ADDR,  /* one address, A only */
	ANS_LOCAL, /* an address of the office */
	ANS_NX,
	ANS_EMPTY,
	ANS_FAIL,
	ANS_LISTED,  /* a block list: 127.0.0.x for a few, else NXDOMAIN */
	ANS_CODE,    /* 127.x.y.z: a verdict */
	ANS_VERDICT, /* a short TXT */
	ANS_POLICY,  /* SPF, DMARC, verification TXT */
	ANS_KEY,     /* DKIM */
	ANS_PTR,
	ANS_SRV,
	ANS_MX,
	ANS_NS,
	ANS_DNSSEC,
};

struct rng {
	uint64_t state;
};

struct world {
	uint64_t seed;
	uint32_t n_clients, day;
	bool invented; /* vendors have made-up names too */
	char company[64];
	double *site_sum, *partner_sum; /* running sums of the popularity laws */
};

struct wish {
	int64_t at_us;
	uint64_t key; /* hash of name and type */
	const char *name;
	uint32_t ttl_s; /* as the authority gives it; in the end, what is left of it */
	uint32_t client;
	uint16_t qtype;
	uint8_t answer; /* enum office_answer */
	uint8_t uncached : 1;
	uint8_t twice : 1; /* the sensor sees it twice */
};

struct client {
	const struct world *w;
	struct rng rng;
	uint32_t index;
	enum office_role role;
	uint64_t key; /* fixed bits of this client */
	uint32_t addr;
	char host[40];          /* its own name, without the domain */
	int64_t from_us, to_us; /* presence: a person's working day, or the whole day */
	float activity;         /* of a person's programs: 1 is a busy hour */
	bool asks_https, uncached, mirrored;
};

struct name_block; /* main.c: where the names are kept */

struct wishes {
	struct wish *v;
	size_t n, max;
	struct name_block *names; /* the newest; they stay when n goes back to 0 */
};

/* random.c */
uint64_t mix(uint64_t x);
uint64_t key2(uint64_t a, uint64_t b);
uint64_t key_text(uint64_t seed, const char *s);
uint64_t next(struct rng *r);
uint32_t below(struct rng *r, uint32_t n);
double uniform(struct rng *r);
double exponential(struct rng *r, double mean);
double lognormal(struct rng *r, double median, double sigma);
void *must_alloc(size_t n, size_t bytes);
_Noreturn void die(const char *what);

/* text.c: appending to NAME_BYTES of text; a text that does not fit ends the program. */
char *put(char *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *put_digits(char *out, struct rng *r, const char *alphabet, unsigned n);
char *put_guid(char *out, struct rng *r);
/* Expands a template, see text.c; the random parts come from @r. */
void expand(const struct client *c, const char *template, struct rng *r, char *ret);

/* lexicon.c: registered domains that people could have chosen. */
char *lexicon_word(char *out, struct rng *r);
void lexicon_domain(uint64_t key, char *ret);
void lexicon_brand(uint64_t key, char *ret);

/* web.c: sites, partners and what a browser does. */
void web_init(struct world *w);
void web_done(struct world *w);
void web_site(const struct world *w, uint32_t rank, char *ret);
void web_partner(const struct world *w, uint32_t rank, char *ret);
uint32_t web_pick(const double *sum, uint32_t n, struct rng *r);
void web_host(const struct world *w, uint32_t rank, unsigned host, char *ret);
void web_browse(struct client *c, struct wishes *ws);

/* programs.c: the table of services that programs talk to. */
void programs_run(struct client *c, struct wishes *ws);
void programs_page(struct client *c, int64_t at_us, struct wishes *ws);
void programs_truth(const struct world *w, void *file); /* FILE; likewise below */
/* The vendor's domain in this world. */
void programs_zone(const struct world *w, const char *zone, char *ret);

/* services.c, mail.c: roles that are programs through and through. */
void services_run(struct client *c, struct wishes *ws);
void services_truth(const struct world *w, void *file);
void mail_run(struct client *c, struct wishes *ws);
void mail_truth(const struct world *w, void *file);

/* people.c: who there is. */
void people_client(const struct world *w, uint32_t index, struct client *ret);
void people_day(struct client *c, struct wishes *ws);
const char *people_role(enum office_role role);
uint32_t people_resolver(const struct client *c); /* last byte of its address */

/* zeek.c: dns.log. */
void zeek_head(void);
void zeek_write(const struct world *w, const struct wish *wish, const struct client *c);

/* main.c: puts a wish at the end of @ws; wish_host() asks for whatever a client wants of a host. */
void truth_domain(const char *zone, enum office_class class, void *file);
void wish(struct client *c, int64_t at_us, const char *name, uint16_t qtype, uint8_t answer,
	  uint32_t ttl_s, struct wishes *ws);
void wish_host(struct client *c, int64_t at_us, const char *name, uint32_t ttl_s,
	       struct wishes *ws);

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)
#define DAY_START_US (INT64_C(1714521600) * SECOND_US) /* 2024-05-01 00:00:00 UTC, a Wednesday */

#endif
