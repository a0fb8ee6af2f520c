/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coverage: what is seen of the machines of a site, and what is not. Presence (report/presence.h)
 * says which source told of which machine when and with which fields; an inventory says which
 * machines there are; the analytics say what they need. The product is a verdict for each of the
 * five, and a list of gaps, each with its machine or source and what would close it.
 *
 * Nothing is concluded from what an input cannot show: without an inventory no machine is missed,
 * without connections nothing is said of encrypted lookups but that they would not be seen.
 */
#ifndef ED_REPORT_COVERAGE_H
#define ED_REPORT_COVERAGE_H

#include "analytic/ability.h"
#include "analytic/group.h"
#include "base/addr_set.h"
#include "record/asset.h"
#include "report/presence.h"

/*
 * GAP(id, name, title, remedy). Of sources, of machines, of ways to resolve, of the site. The order
 * is that of the report.
 */
#define ED_COVERAGE_GAPS(GAP)                                                                     \
	GAP(SILENT, "source-silent", "fell silent",                                               \
	    "look at the sensor, at what ships its log, and at the space of its disk")            \
	GAP(HOLE, "source-hole", "has a hole",                                                    \
	    "look for a restart, a rotation or a full disk at that time; read the missing files") \
	GAP(LAG, "source-lag", "lags",                                                            \
	    "an alert comes that much later: shorten the interval at which it is shipped")        \
	GAP(RETENTION, "retention", "is not kept long enough",                                    \
	    "keep it longer: earthdog scan --store DIR --keep 90d, or the log's own rotation")    \
	GAP(UNSEEN, "machine-unseen", "is not seen by anything",                                  \
	    "find out whether it is switched on; if so, where its lookups go")                    \
	GAP(NO_LOOKUPS, "no-lookups", "is there, and its lookups are not",                        \
	    "find where it resolves: a sensor or a resolver's log that has it is missing")        \
	GAP(PAST_SENSORS, "past-sensors", "asks, and no sensor on the network sees it",           \
	    "find the way its lookups take and put a sensor there, or log on its resolver")       \
	GAP(NO_OWN_LOG, "no-own-log", "has no log of its own",                                    \
	    "switch its log on as the analytic of its platform says")                             \
	GAP(OWN_LOG_STOPPED, "own-log-stopped", "stopped logging, and is still there",            \
	    "look at the agent on the machine: it was stopped, or its log no longer arrives")     \
	GAP(UNLISTED, "machine-unlisted", "asks, and is not in the inventory",                    \
	    "find out what it is and list it")                                                    \
	GAP(ENCRYPTED, "encrypted-lookups", "resolves over an encrypted way",                     \
	    "forbid it by policy on the machine (browser, system), and block it at the border")   \
	GAP(UNSANCTIONED, "unsanctioned-resolver", "asks a resolver that is not the site's",      \
	    "block port 53 and 853 at the border for all but the site's resolvers")               \
	GAP(OWN_RESOLVER, "own-resolver", "resolves by itself",                                   \
	    "list it as a resolver and log its lookups, or block port 53 at the border for it")   \
	GAP(RESOLVER_UNSEEN, "resolver-unseen",                                                   \
	    "is a resolver of the site, and no lookup to it is seen",                             \
	    "log on it (log-queries), or mirror its port; or take it off the list")               \
	GAP(NETWORK_UNSEEN, "network-unseen", "is a network without any sensor",                  \
	    "mirror its gateway's port to a sensor, or log on the resolver that it uses")         \
	GAP(EGRESS_UNSEEN, "egress-unseen", "is a network whose connections are not seen",        \
	    "export flows of its gateway (NetFlow, IPFIX) or log connections (Zeek conn.log)")

enum ed_coverage_gap_kind {
#define ED_COVERAGE_GAP_ID(id, name, title, remedy) ED_GAP_##id,
	ED_COVERAGE_GAPS(ED_COVERAGE_GAP_ID)
#undef ED_COVERAGE_GAP_ID
		ED_GAP_N
};

struct ed_coverage_gap_row {
	const char *name;   /* "source-silent" */
	const char *title;  /* behind its subject: "fell silent" */
	const char *remedy; /* what to do */
};

extern const struct ed_coverage_gap_row ed_coverage_gap_rows[ED_GAP_N];

enum { ED_COVERAGE_TEXT_MAX = 128, ED_COVERAGE_DETAIL_MAX = 256 };

struct ed_coverage_gap {
	enum ed_coverage_gap_kind kind;
	char subject[ED_COVERAGE_TEXT_MAX];
	char detail[ED_COVERAGE_DETAIL_MAX];
	int64_t from_ns, to_ns; /* ED_TIME_UNKNOWN_NS: not said */
};

/* Which machines there are; all NULL and 0 without an inventory. */
struct ed_coverage_inventory {
	void *arg;
	uint32_t n_assets; /* numbered from 1 */
	const struct ed_asset *(*asset)(void *arg, uint32_t id);
	/* NULL, or an asset with id 0 for the network alone */
	const struct ed_asset *(*find)(void *arg, const struct ed_addr *addr, uint32_t net_tag,
				       int64_t time_ns);
	const struct ed_asset *(*by_name)(void *arg, struct ed_span name);
	size_t (*addresses)(void *arg, uint32_t id, int64_t time_ns, size_t max,
			    struct ed_addr *ret);
};

struct ed_coverage_conf {
	const struct ed_presence *presence;      /* borrowed as long as the report lives */
	struct ed_coverage_inventory inventory;  /* the same */
	const struct ed_addr_set *sanctioned;    /* the site's resolvers; may be empty */
	const ed_analytic_confs *analytic_confs; /* settings in force; borrowed */
	int64_t from_ns, to_ns;                  /* 0: from the first to the last event */
	int64_t retention_ns;                    /* target; 0: none */
	int64_t silence_ns;                      /* from which a source is silent, or has a hole */
	int64_t lag_ns;                          /* from which a source lags */
};

/* What a source is, by what it tells. */
enum ed_coverage_class {
	ED_COVERAGE_SENSOR,   /* packets, or lookups from the network */
	ED_COVERAGE_RESOLVER, /* a resolver's own log */
	ED_COVERAGE_OWN,      /* logs of machines about themselves */
	ED_COVERAGE_FLOWS,    /* connections */
	ED_COVERAGE_CLASS_N
};

const char *ed_coverage_class_name(enum ed_coverage_class c);

struct ed_coverage_source {
	const struct ed_presence_source *id;
	enum ed_coverage_class class;
	int64_t first_ns, last_ns; /* of its events */
	uint64_t n_lookups, n_others;
	uint32_t n_machines;
	uint32_t fields;  /* ED_FIELD_* that its lookups told */
	uint32_t n_hours; /* with at least one event */
	uint64_t n_lagged;
	double lag_s, lag_max_s; /* typical and largest; meaningful with n_lagged > 0 */
	bool is_silent;
};

/* A machine: listed, or only seen. */
struct ed_coverage_asset {
	const struct ed_asset *asset; /* NULL: not listed; with id 0: only its network is */
	uint32_t subject;             /* of one that is not listed */
	char label[ED_COVERAGE_TEXT_MAX];
	uint8_t platform; /* ed_platform: the inventory's, else the log's */
	bool is_there;    /* listed, or worth a line */
	bool has_address; /* by the inventory, at the end of the period */
	struct ed_told told;
	uint64_t n_own, n_net; /* lookups told by itself, by the network */
	uint64_t n_flows;      /* connections that the network saw */
	uint64_t n_own_others; /* programs, packages, connections that it told itself */
	int64_t first_ns, last_ns;
	int64_t last_own_ns, last_net_ns;
	uint32_t own_source;        /* the last that was its own; meaningful with last_own_ns */
	uint32_t hours_without_own; /* with network sightings behind its own last word */
	uint32_t n_sources;
	uint32_t network; /* of those below; ED_COVERAGE_NO_NETWORK */
	bool resolves_encrypted;
	bool is_asked;                     /* others ask it */
	uint8_t ability[ED_ANALYTICS_MAX]; /* ed_ability by row; ED_ABILITY_N: not concerned */
};

enum { ED_COVERAGE_NO_NETWORK = UINT32_MAX };

struct ed_coverage_network {
	char name[ED_COVERAGE_TEXT_MAX];
	uint32_t n_assets, n_net, n_own, n_flows; /* assets with such sightings */
};

struct ed_coverage_resolver {
	struct ed_addr addr;
	char label[ED_COVERAGE_TEXT_MAX];
	bool is_listed; /* sanctioned, or a resolver by the inventory */
	uint8_t way;    /* ed_presence_way; plain lookups and flows are one */
	uint32_t n_clients;
	uint64_t n;
	int64_t first_ns, last_ns;
};

enum ed_coverage_verdict {
	ED_COVERAGE_WORKS,
	ED_COVERAGE_PARTLY,
	ED_COVERAGE_BLIND,
	ED_COVERAGE_NONE, /* no machine of its platform */
	ED_COVERAGE_VERDICT_N
};

const char *ed_coverage_verdict_name(enum ed_coverage_verdict v);

struct ed_coverage_analytic {
	const struct ed_analytic *analytic;
	enum ed_coverage_verdict verdict;
	uint32_t n_machines;      /* of its platform; of AN1124 all but hypervisors */
	uint32_t n[ED_ABILITY_N]; /* of them, by ability; off is blind */
	uint32_t missing_needs;   /* ED_FIELD_*, of any of them */
	uint32_t missing_wants;
	uint32_t idle_tunables;  /* bit i: row i has no field to work on, on some machine */
	uint32_t unset_tunables; /* bit i: has no default and was not set */
};

struct ed_coverage {
	struct ed_coverage_conf conf;
	int64_t from_ns, to_ns;
	struct ed_coverage_source *sources; /* by number in the presence; owned, as all below */
	uint32_t n_sources;
	struct ed_coverage_asset *assets; /* listed ones by id - 1, then subjects */
	uint32_t n_assets, n_listed;
	uint32_t n_outside;                     /* addresses outside the site, left out */
	uint32_t *asset_of_day, *asset_of_path; /* of each row of the presence */
	uint8_t *tells; /* bit source * n_assets + asset: the one tells of the other */
	struct ed_coverage_network *networks;
	uint32_t n_networks;
	struct ed_coverage_resolver *resolvers; /* listed ones first, then by lookups */
	uint32_t n_resolvers;
	struct ed_coverage_analytic analytics[ED_ANALYTICS_MAX];
	uint32_t n_analytics;
	struct ed_coverage_gap *gaps;
	uint32_t n_gaps, gaps_cap;
	uint64_t n_gaps_lost; /* beyond ED_COVERAGE_GAPS_MAX */
};

enum {
	ED_COVERAGE_GAPS_MAX = 1 << 16,
	ED_COVERAGE_NETWORKS_MAX = 4096,
	ED_COVERAGE_RESOLVERS_MAX = 1024,
	ED_COVERAGE_HOURS_MAX = 24 * 800,
};

/* "lookups", "connections", "TLS", ...: an ed_presence_way. */
const char *ed_coverage_way_name(unsigned way);

/* "40 s", "25 min", "2.0 h", "12.5 days". Returns @ret. */
enum { ED_COVERAGE_SPAN_MAX = 32 };
const char *ed_coverage_span_text(double s, char ret[static ED_COVERAGE_SPAN_MAX]);

/* 0 or -ENOMEM; ed_coverage_done is needed either way. */
int ed_coverage_make(const struct ed_coverage_conf *conf, struct ed_coverage *ret);
void ed_coverage_done(struct ed_coverage *c);

/* "works on 8 of 10 machines; partly on 1: no lineage; blind on 1". Returns @ret. */
const char *ed_coverage_reason(const struct ed_coverage_analytic *a, char *ret, size_t n);

#endif
