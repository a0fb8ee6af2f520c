/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AN1124, Network Devices: clients that send DNS queries with high volume, long names, encoded
 * payloads. The network sees every client, so the scope is every event that names one.
 */
#include "analytic/analytic.h"

static const double BURST_BITS = 2;

struct an1124_conf {
	double query_rate_per_client;       /* 1/s */
	const char *domain_reputation_feed; /* files, separated by commas; NULL: none */
};
static_assert(sizeof(struct an1124_conf) <= ED_ANALYTIC_CONF_MAX, "conf budget");

static const struct ed_option an1124_tunables[] = {
	{
		.name = "QueryRatePerClient",
		.type = ED_OPT_RATE,
		.offset = offsetof(struct an1124_conf, query_rate_per_client),
		.min = 0.001,
		.max = 1e6,
		.def = "20/s",
		.arg = "RATE",
		.help = "lookups of one client under one domain, over ten seconds, from which a burst "
			"adds to the evidence",
	},
	{
		.name = "DomainReputationFeed",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct an1124_conf, domain_reputation_feed),
		.arg = "FILE[,FILE...]",
		.help = "lists of bad or of popular domains: plain, hosts, adblock, RPZ, ThreatFox, "
			"URLhaus, MISP, STIX, or rank and domain",
	},
	{ 0 },
};

static const struct ed_analytic_remedy an1124_remedies[] = {
	{
		.brings = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME | ED_FIELD_QTYPE |
			  ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL,
		.what = "a sensor on a mirror of the resolvers' or the gateway's port",
		.how = "zeek -i IFACE local",
	},
	{
		.brings = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME | ED_FIELD_QTYPE |
			  ED_FIELD_RCODE,
		.what = "the resolvers' own logs",
		.how = "Unbound: log-queries: yes, log-replies: yes\n"
		       "BIND: rndc querylog on\n"
		       "Windows: Set-DnsServerDiagnostics -Queries $true -ReceivePackets $true "
		       "-EnableLoggingForLocalLookupEvent $true",
	},
	{
		.brings = ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL |
			  ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES,
		.what = "packets of the same port: names byte for byte, in the case they were sent in",
		.how = "dumpcap -i IFACE -f 'port 53' -b filesize:100000 -w dns.pcapng",
	},
	{
		.brings = ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL |
			  ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES,
		.what = "answers and names byte for byte from a resolver: dnstap",
		.how = "Unbound: dnstap: dnstap-enable: yes, dnstap-log-client-response-messages: yes",
	},
	{ 0 },
};

static const uint32_t an1124_tunable_needs[] = { ED_FIELD_TIME | ED_FIELD_CLIENT, ED_FIELD_QNAME };

/* What no log of a machine tells, and no hypervisor asks. */
static const char *const an1124_assumes[] = {
	"The sensor sees clients. Behind a forwarder the forwarder is the client, "
	"and its ceiling is that of one client.",
	"A registrable domain has one owner; the public suffix list says which those "
	"are.",
	"Names that three clients ask carry no message of one of them.",
	"Times are those of the lookups. Whole seconds, or a collector's time, "
	"switch the timing evidence off, and the alert says so.",
	"Encrypted DNS is not seen; that it is used is told where flows are.",
	NULL,
};

static bool an1124_in_scope(const void *conf, const struct ed_event *ev)
{
	(void)conf;
	return (ev->has & ED_FIELD_QNAME) && ev->platform != ED_PLATFORM_ESXI &&
	       (ev->process_off == 0 || ev->platform == ED_PLATFORM_UNKNOWN);
}

static void an1124_weigh(const void *conf, const struct ed_analytic_case *about,
			 struct ed_evidence *evidence, uint32_t n_evidence)
{
	const struct an1124_conf *c = conf;
	struct ed_evidence *volume = ed_analytic_family(evidence, n_evidence, "volume");

	(void)about;
	if (!volume || ed_evidence_get(volume, "peak_queries_per_s", 0) < c->query_rate_per_client)
		return;
	volume->bits += (float)BURST_BITS;
	ed_evidence_fact(volume, "burst_above_query_rate_per_client", 1);
}

const struct ed_analytic ed_analytic_an1124 = {
	.id = "AN1124",
	.platform = "Network Devices",
	.platform_id = ED_PLATFORM_NETWORK,
	.help = "clients with high volume, long or encoded names, from any sensor on the network",
	.log_sources = "DC0085 Network Traffic Content: NSM:Flow dns.log",
	.version = 1,
	.needs = ED_FIELD_QNAME,
	.wants = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QTYPE | ED_FIELD_RCODE |
		 ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL | ED_FIELD_QNAME_CASE |
		 ED_FIELD_QNAME_BYTES,
	.conf_bytes = sizeof(struct an1124_conf),
	.tunables = an1124_tunables,
	.remedies = an1124_remedies,
	.assumes = an1124_assumes,
	.tunable_needs = an1124_tunable_needs,
	.in_scope = an1124_in_scope,
	.weigh = an1124_weigh,
};
