/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AN1125, ESXi: outbound DNS of a hypervisor. It has a handful of names to ask, all of them of its
 * own site, so hardly anything else is ordinary. It keeps no log of its lookups: they come from the
 * network, by the hypervisor's address; its syslog adds the commands and the packages that may be
 * behind them.
 */
#include "analytic/analytic.h"

#include "record/process.h"

static const float VOLUME_BITS = 4;

/* What makes a hypervisor's question for an outside name rare by itself. */
static const float OUTSIDE_BITS = 2.5f;

struct an1125_conf {
	uint64_t outbound_dns_volume_bytes; /* a day */
	const char *known_good_vibs;        /* a file; NULL: none */
};
static_assert(sizeof(struct an1125_conf) <= ED_ANALYTIC_CONF_MAX, "conf budget");

static const struct ed_option an1125_tunables[] = {
	{
		.name = "OutboundDNSVolume",
		.type = ED_OPT_SIZE,
		.offset = offsetof(struct an1125_conf, outbound_dns_volume_bytes),
		.max = 1e12,
		.def = "256",
		.arg = "SIZE",
		.help = "information that a hypervisor tells one outside domain in a day, from which "
			"it adds to the evidence",
	},
	{
		.name = "KnownGoodVIBs",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct an1125_conf, known_good_vibs),
		.arg = "FILE",
		.help = "baseline of packages: the output of `esxcli software vib list` on a host "
			"that is known to be good",
	},
	{ 0 },
};

static const struct ed_analytic_remedy an1125_remedies[] = {
	{
		.brings = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_CLIENT,
		.what = "lookups of the hypervisors' management addresses: they keep no log of them",
		.how = "mirror the management network's port to a sensor (zeek -i IFACE local), or log on "
		       "the resolver that they use; list their addresses with the role esxi in "
		       "--inventory",
	},
	{
		.brings = ED_FIELD_HOST | ED_FIELD_PROCESS | ED_FIELD_USER,
		.what = "the hypervisor's syslog: commands and packages",
		.how = "esxcli system syslog config set --loghost='udp://COLLECTOR:514'\n"
		       "esxcli system syslog reload\n"
		       "esxcli network firewall ruleset set --ruleset-id=syslog --enabled=true",
	},
	{
		.brings = ED_FIELD_HOST,
		.what = "a list of the installed packages",
		.how = "esxcli --formatter=csv software vib list > HOST.csv",
	},
	{ 0 },
};

static const uint32_t an1125_tunable_needs[] = { ED_FIELD_QNAME | ED_FIELD_CLIENT, ED_FIELD_HOST };

static const char *const an1125_assumes[] = {
	"What the management plane is, the network tells only by names: zones that "
	"are not on the public internet are inside.",
	"A remote syslog is cut at a length and drops lines under load; a missing "
	"line is no alert.",
	"vCenter installs the HA agent with checks switched off; that is known and "
	"not told.",
	"What a guest does is told under the guest's own address by AN1124.",
	NULL,
};

static bool an1125_in_scope(const void *conf, const struct ed_event *ev)
{
	(void)conf;
	return ev->platform == ED_PLATFORM_ESXI && (ev->has & ED_FIELD_QNAME);
}

static void an1125_weigh(const void *conf, const struct ed_analytic_case *about,
			 struct ed_evidence *evidence, uint32_t n_evidence)
{
	const struct an1125_conf *c = conf;
	struct ed_evidence *host = ed_analytic_family(evidence, n_evidence, "host");

	if (!host || about->is_inside)
		return;
	ed_evidence_fact_text(host, "asker", "a hypervisor, which has no business outside");
	host->bits += OUTSIDE_BITS;
	if (about->info_bytes < (double)c->outbound_dns_volume_bytes)
		return;
	ed_evidence_fact(host, "above_outbound_dns_volume", about->info_bytes);
	host->bits += VOLUME_BITS;
}

const struct ed_analytic ed_analytic_an1125 = {
	.id = "AN1125",
	.platform = "ESXi",
	.platform_id = ED_PLATFORM_ESXI,
	.help = "outbound DNS of hypervisors, with the commands and packages that may be behind it",
	.log_sources = "DC0078 Network Traffic Flow: esxi:syslog /var/log/syslog.log; "
		       "DC0085 Network Traffic Content: NSM:FLow dns.log",
	.version = 1,
	.needs = ED_FIELD_TIME | ED_FIELD_QNAME,
	.wants = ED_FIELD_CLIENT | ED_FIELD_HOST | ED_FIELD_PROCESS | ED_FIELD_USER,
	.conf_bytes = sizeof(struct an1125_conf),
	.tunables = an1125_tunables,
	.remedies = an1125_remedies,
	.assumes = an1125_assumes,
	.tunable_needs = an1125_tunable_needs,
	.in_scope = an1125_in_scope,
	.weigh = an1125_weigh,
};
