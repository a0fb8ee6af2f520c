/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transactions of generate.c as name servers, sensors and machines log them: dnstap, Suricata's
 * eve.json, BIND's and dnsmasq's query logs, Sysmon as JSON, Linux audit records, macOS's unified
 * log.
 *
 * The idea: a log is two functions, one for the question and one for its answer. What a machine's
 * log tells beside the lookup (its name, the program, numbers of processes) is made of the bits of
 * the transaction, so that the same client has the same programs all through the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "generate.h"

#define PROGRAMS 8

static const struct program {
	const char *name;
	const char *windows, *linux, *mac;
} programs[PROGRAMS] = {
	{ "chrome", "C:\\\\Program Files\\\\Google\\\\Chrome\\\\Application\\\\chrome.exe",
	  "/opt/google/chrome/chrome", "Google Chrome He" },
	{ "svchost", "C:\\\\Windows\\\\System32\\\\svchost.exe",
	  "/usr/lib/systemd/systemd-resolved", "apsd" },
	{ "outlook", "C:\\\\Program Files\\\\Microsoft Office\\\\root\\\\Office16\\\\OUTLOOK.EXE",
	  "/usr/lib/thunderbird/thunderbird", "com.apple.WebKit" },
	{ "curl", "C:\\\\Windows\\\\System32\\\\curl.exe", "/usr/bin/curl", "curl" },
	{ "teams", "C:\\\\Program Files\\\\WindowsApps\\\\MSTeams_24\\\\ms-teams.exe",
	  "/usr/share/teams/teams", "Slack Helper" },
	{ "defender",
	  "C:\\\\ProgramData\\\\Microsoft\\\\Windows Defender\\\\Platform\\\\4.18\\\\MsMpEng.exe",
	  "/usr/bin/python3.11", "softwareupdated" },
	{ "edge", "C:\\\\Program Files (x86)\\\\Microsoft\\\\Edge\\\\Application\\\\msedge.exe",
	  "/usr/bin/gnome-shell", "Mail" },
	{ "agent", "C:\\\\Program Files\\\\Backup Agent\\\\agent.exe", "/usr/sbin/chronyd",
	  "trustd" },
};

static const struct program *program_of(const struct txn *t)
{
	return &programs[t->draw >> 20 & (PROGRAMS - 1)];
}

/* The number of a process: a machine has a few dozen of them. */
static unsigned pid_of(const struct txn *t)
{
	return 400 + (unsigned)(mix(t->client ^ (t->draw >> 20 & 31) << 32) % 30000);
}

static unsigned micros(int64_t us)
{
	return (unsigned)(us % 1000000);
}

static const char *clock_of(int64_t us, const char *format)
{
	static char out[64];
	time_t s = (time_t)(us / 1000000);
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(out, sizeof(out), format, &tm);
	return out;
}

/* ------------------------------------------------------------------ dnstap */

enum { TAP_CLIENT_QUERY = 5, TAP_CLIENT_RESPONSE = 6 };

static void put(struct message *m, const void *bytes, size_t n)
{
	memcpy(m->b + m->n, bytes, n);
	m->n += (unsigned)n;
}

static void put_byte(struct message *m, unsigned v)
{
	m->b[m->n++] = (uint8_t)v;
}

static void put_varint(struct message *m, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		put_byte(m, 0x80 | (unsigned)(v & 0x7f));
	put_byte(m, (unsigned)v);
}

static void put_number(struct message *m, unsigned field, uint64_t v)
{
	put_varint(m, field << 3);
	put_varint(m, v);
}

static void put_bytes(struct message *m, unsigned field, const void *bytes, size_t n)
{
	put_varint(m, field << 3 | 2);
	put_varint(m, n);
	put(m, bytes, n);
}

static void write_be32(uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			       (uint8_t)v };

	fwrite(b, sizeof(b), 1, stdout);
}

static void dnstap_head(void)
{
	static const char content[] = "protobuf:dnstap.Dnstap";

	write_be32(0);                                     /* a control frame */
	write_be32(4 + 8 + (uint32_t)sizeof(content) - 1); /* its bytes */
	write_be32(2);                                     /* START */
	write_be32(1);                                     /* content type */
	write_be32((uint32_t)sizeof(content) - 1);
	fwrite(content, sizeof(content) - 1, 1, stdout);
}

/* One Dnstap message; @a is NULL for the question. */
static void dnstap_write(const struct txn *t, const struct answer *a)
{
	struct message dns, inner = { .n = 0 }, outer = { .n = 0 };
	uint32_t client = __builtin_bswap32(t->client), server = __builtin_bswap32(t->resolver);
	uint32_t nanos = micros(t->ask_us) * 1000;

	message_make(t, a, &dns);
	put_number(&inner, 1, a ? TAP_CLIENT_RESPONSE : TAP_CLIENT_QUERY);
	put_number(&inner, 2, 1); /* INET */
	put_number(&inner, 3, 1); /* UDP */
	put_bytes(&inner, 4, &client, sizeof(client));
	put_bytes(&inner, 5, &server, sizeof(server));
	put_number(&inner, 6, t->port);
	put_number(&inner, 7, 53);
	put_number(&inner, 8, (uint64_t)t->ask_us / 1000000);
	put_varint(&inner, 9 << 3 | 5);
	put(&inner, &nanos, sizeof(nanos));
	if (a) {
		nanos = micros(t->answer_us) * 1000;
		put_number(&inner, 12, (uint64_t)t->answer_us / 1000000);
		put_varint(&inner, 13 << 3 | 5);
		put(&inner, &nanos, sizeof(nanos));
	}
	put_bytes(&inner, a ? 14 : 10, dns.b, dns.n);
	put_bytes(&outer, 1, "resolver-1", 10);
	put_bytes(&outer, 2, "unbound 1.17.1", 14);
	put_bytes(&outer, 14, inner.b, inner.n);
	put_number(&outer, 15, 1);
	write_be32(outer.n);
	fwrite(outer.b, outer.n, 1, stdout);
}

static void dnstap_ask(const struct txn *t)
{
	dnstap_write(t, NULL);
}

/* ------------------------------------------------------------------ eve.json */

static void eve_start(const struct txn *t, int64_t at_us)
{
	char client[TEXT_MAX], resolver[TEXT_MAX];

	addr_text(t->client, client);
	addr_text(t->resolver, resolver);
	printf("{\"timestamp\":\"%s.%06u+0000\",\"flow_id\":%llu,\"in_iface\":\"eth1\","
	       "\"event_type\":\"dns\",\"src_ip\":\"%s\",\"src_port\":%u,\"dest_ip\":\"%s\","
	       "\"dest_port\":53,\"proto\":\"UDP\",\"pkt_src\":\"wire/pcap\",\"dns\":{",
	       clock_of(at_us, "%Y-%m-%dT%H:%M:%S"), micros(at_us),
	       (unsigned long long)(mix(t->draw) >> 13), client, t->port, resolver);
}

static void eve_ask(const struct txn *t)
{
	eve_start(t, t->ask_us);
	printf("\"type\":\"query\",\"id\":%u,\"rrname\":\"%s\",\"rrtype\":\"%s\",\"tx_id\":0,"
	       "\"opcode\":0}}\n",
	       t->id, t->qname, qtype_name(t->qtype));
}

static const char *rr_name(uint16_t type)
{
	return type == T_CNAME ? "CNAME" : qtype_name(type);
}

/* The records as a list of the text of each, by type. */
static void eve_grouped(const struct answer *a)
{
	for (unsigned i = 0; i < a->n; i++) {
		bool first = i == 0 || a->rr[i].type != a->rr[i - 1].type;

		if (first)
			printf("%s\"%s\":[", i ? "]," : "", rr_name(a->rr[i].type));
		printf("%s\"%s\"", first ? "" : ",", a->rr[i].text);
	}
	fputs(a->n ? "]" : "", stdout);
}

static void eve_answer(const struct txn *t, const struct answer *a)
{
	eve_start(t, t->answer_us);
	printf("\"version\":2,\"type\":\"answer\",\"id\":%u,\"flags\":\"%x\",\"qr\":true,"
	       "\"rd\":true,\"ra\":true,\"opcode\":0,\"rrname\":\"%s\",\"rrtype\":\"%s\","
	       "\"rcode\":\"%s\"",
	       t->id, 0x8180u | t->rcode, t->qname, qtype_name(t->qtype), rcode_name(t->rcode));
	for (unsigned i = 0; i < a->n; i++)
		printf("%s{\"rrname\":\"%s\",\"rrtype\":\"%s\",\"ttl\":%u,\"rdata\":\"%s\"}%s",
		       i ? "," : ",\"answers\":[", a->rr[i].owner, rr_name(a->rr[i].type),
		       a->rr[i].ttl_s, a->rr[i].text, i + 1 == a->n ? "]" : "");
	if (a->n > 0) {
		fputs(",\"grouped\":{", stdout);
		eve_grouped(a);
		putchar('}');
	}
	fputs("}}\n", stdout);
}

/* ------------------------------------------------------------------ BIND, dnsmasq */

static void bind_ask(const struct txn *t)
{
	char client[TEXT_MAX], resolver[TEXT_MAX];

	addr_text(t->client, client);
	addr_text(t->resolver, resolver);
	printf("%s.%03u queries: info: client @0x7f%010llx %s#%u (%s): query: %s IN %s +%s (%s)\n",
	       clock_of(t->ask_us, "%d-%b-%Y %H:%M:%S"), micros(t->ask_us) / 1000,
	       (unsigned long long)(t->draw >> 8 & 0x3fff) << 12, client, t->port, t->qname,
	       t->qname, qtype_name(t->qtype), t->edns ? "E(0)K" : "", resolver);
}

/* The front of a line with log-queries=extra. */
static void dnsmasq_start(const struct txn *t, int64_t at_us, const char *word)
{
	char client[TEXT_MAX];

	addr_text(t->client, client);
	printf("%s dnsmasq[464]: %u %s/%u %s ", clock_of(at_us, "%b %e %H:%M:%S"),
	       (unsigned)(t->draw >> 36), client, t->port, word);
}

static void dnsmasq_ask(const struct txn *t)
{
	char word[TEXT_MAX], client[TEXT_MAX];

	text(word, "query[%s]", qtype_name(t->qtype));
	addr_text(t->client, client);
	dnsmasq_start(t, t->ask_us, word);
	printf("%s from %s\n", t->qname, client);
}

static void dnsmasq_answer(const struct txn *t, const struct answer *a)
{
	bool cached = t->draw >> 30 & 1;

	if (!cached) {
		dnsmasq_start(t, t->ask_us, "forwarded");
		printf("%s to 10.0.0.53\n", t->qname);
	}
	for (unsigned i = 0; i < a->n; i++) {
		bool address = a->rr[i].type == T_A || a->rr[i].type == T_AAAA;

		dnsmasq_start(t, t->answer_us, cached ? "cached" : "reply");
		printf("%s is %s\n", a->rr[i].owner,
		       address                  ? a->rr[i].text :
		       a->rr[i].type == T_CNAME ? "<CNAME>" :
						  rr_name(a->rr[i].type));
	}
	if (a->n == 0) {
		dnsmasq_start(t, t->answer_us, cached ? "cached" : "reply");
		printf("%s is %s\n", t->qname, t->rcode == R_NXDOMAIN ? "NXDOMAIN" : "NODATA");
	}
}

/* ------------------------------------------------------------------ Sysmon */

static void sysmon_answer(const struct txn *t, const struct answer *a)
{
	unsigned pid = pid_of(t);

	printf("{\"EventTime\":\"%s\",", clock_of(t->answer_us, "%Y-%m-%d %H:%M:%S"));
	printf("\"Hostname\":\"PC%u.corp.example\",\"Keywords\":-9223372036854775808,"
	       "\"EventType\":\"INFO\",\"SeverityValue\":2,\"Severity\":\"INFO\",\"EventID\":22,"
	       "\"SourceName\":\"Microsoft-Windows-Sysmon\","
	       "\"ProviderGuid\":\"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}\",\"Version\":5,"
	       "\"Task\":22,\"OpcodeValue\":0,\"RecordNumber\":%u,\"ProcessID\":3120,"
	       "\"ThreadID\":4052,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
	       "\"Domain\":\"NT AUTHORITY\",\"AccountName\":\"SYSTEM\",\"UserID\":\"S-1-5-18\","
	       "\"AccountType\":\"User\",",
	       t->client & 0xffff, (unsigned)(t->draw >> 32));
	printf("\"Message\":\"Dns query:\\r\\nRuleName: -\\r\\nQueryName: %s\\r\\n\","
	       "\"Category\":\"Dns query (rule: DnsQuery)\",\"Opcode\":\"Info\",\"RuleName\":\"-\",",
	       t->qname);
	printf("\"UtcTime\":\"%s.%03u\",", clock_of(t->answer_us, "%Y-%m-%d %H:%M:%S"),
	       micros(t->answer_us) / 1000);
	printf("\"ProcessGuid\":\"{42c2e005-4c48-69e9-%04x-%012x}\",\"ProcessId\":\"%u\","
	       "\"QueryName\":\"%s\",\"QueryStatus\":\"%u\",\"QueryResults\":\"",
	       pid & 0xffff, t->client, pid, t->qname, t->rcode == R_NOERROR ? 0 : 9003);
	for (unsigned i = 0; i < a->n; i++) {
		if (a->rr[i].type == T_A)
			printf("::ffff:%s;", a->rr[i].text);
		else if (a->rr[i].type == T_AAAA)
			printf("%s;", a->rr[i].text);
		else
			printf("type:  %u %s;", a->rr[i].type,
			       a->rr[i].type == T_TXT ? "" : a->rr[i].text);
	}
	printf("%s\",\"Image\":\"%s\",\"User\":\"CORP\\\\user%u\",\"EventReceivedTime\":\"%s\","
	       "\"SourceModuleName\":\"in\",\"SourceModuleType\":\"im_msvistalog\"}\n",
	       a->n ? "" : "-", program_of(t)->windows, t->client & 0xffff,
	       clock_of(t->answer_us + 1000000, "%Y-%m-%d %H:%M:%S"));
}

/* ------------------------------------------------------------------ Linux audit */

static void auditd_line(const struct txn *t, const char *type)
{
	printf("node=srv%u type=%s msg=audit(%lld.%03u:%u): ", t->client & 0x3ff, type,
	       (long long)t->ask_us / 1000000, micros(t->ask_us) / 1000, (unsigned)(t->draw >> 36));
}

static void auditd_syscall(const struct txn *t, unsigned number, const char *args, const char *key)
{
	const struct program *p = program_of(t);
	unsigned pid = pid_of(t);

	auditd_line(t, "SYSCALL");
	printf("arch=c000003e syscall=%u success=yes exit=%u %s ppid=%u pid=%u auid=1000 "
	       "uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000 "
	       "tty=(none) ses=%u comm=\"%s\" exe=\"%s\" subj=unconfined key=\"%s\"\n",
	       number, number == 44 ? 40 + (unsigned)strlen(t->qname) : 0, args, pid - 1, pid,
	       t->client & 7, p->name, p->linux, key);
}

/* A program that is started with a name to look up. */
static void auditd_start(const struct txn *t)
{
	const char *exe = program_of(t)->linux;

	auditd_syscall(t, 59, "a0=55d0c0 a1=55d0e0 a2=55d100 a3=8 items=2", "dns_exec");
	auditd_line(t, "EXECVE");
	printf("argc=4 a0=\"%s\" a1=\"-s\" a2=\"-o\" a3=\"https://%s/\"\n", exe, t->qname);
	auditd_line(t, "CWD");
	printf("cwd=\"/var/lib/app%u\"\n", t->client & 0xff);
	for (unsigned i = 0; i < 2; i++) {
		auditd_line(t, "PATH");
		printf("item=%u name=\"%s\" inode=%u dev=fd:00 mode=0100755 ouid=0 ogid=0 "
		       "rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 "
		       "cap_frootid=0\n",
		       i, i ? "/lib64/ld-linux-x86-64.so.2" : exe, 131072 + i);
	}
	auditd_line(t, "PROCTITLE");
	fputs("proctitle=", stdout);
	for (const char *c = exe; *c; c++)
		printf("%02X", (unsigned)*c);
	printf("002D73\n");
}

/* One start in eight, all others messages to a resolver. */
static void auditd_ask(const struct txn *t)
{
	if ((t->draw >> 25 & 7) == 0) {
		auditd_start(t);
		return;
	}
	auditd_syscall(t, 44, "a0=e a1=7f10c0 a2=40 a3=4000 items=0", "dns_net");
	auditd_line(t, "SOCKADDR");
	printf("saddr=02000035%08X0000000000000000\n", t->resolver);
	auditd_line(t, "PROCTITLE");
	printf("proctitle=\"%s\"\n", program_of(t)->name);
}

/* ------------------------------------------------------------------ macOS */

static void macos_line(const struct txn *t, int64_t at_us, const char *image, const char *message)
{
	printf("{\"traceID\":%llu,\"eventMessage\":\"%s\",\"eventType\":\"logEvent\","
	       "\"source\":null,\"formatString\":\"%%{public}s\",\"activityIdentifier\":0,"
	       "\"subsystem\":\"com.apple.mDNSResponder\",\"category\":\"Default\","
	       "\"threadID\":%u,\"senderImageUUID\":\"5E38A9C1-6D4B-35E6-97D4-3B0B3DD9A7F2\","
	       "\"backtrace\":{\"frames\":[{\"imageOffset\":%u,"
	       "\"imageUUID\":\"5E38A9C1-6D4B-35E6-97D4-3B0B3DD9A7F2\"}]},"
	       "\"bootUUID\":\"0E57B1A2-55F5-4B7B-8A7B-4E6C1D1BA5A1\",",
	       (unsigned long long)mix(t->draw) >> 8, message, (unsigned)(t->draw >> 44),
	       (unsigned)(t->draw >> 42));
	printf("\"processImagePath\":\"%s\",\"timestamp\":\"%s.%06u+0000\","
	       "\"senderImagePath\":\"%s\",\"machTimestamp\":%llu,\"messageType\":\"Default\","
	       "\"processImageUUID\":\"5E38A9C1-6D4B-35E6-97D4-3B0B3DD9A7F2\",\"processID\":%u,"
	       "\"senderProgramCounter\":%u,\"parentActivityIdentifier\":0,\"timezoneName\":\"\","
	       "\"hostname\":\"mac%u\"}\n",
	       image, clock_of(at_us, "%Y-%m-%d %H:%M:%S"), micros(at_us), image,
	       (unsigned long long)at_us, 373, (unsigned)(t->draw >> 42), t->client & 0x3ff);
}

static const char responder[] = "\\/usr\\/sbin\\/mDNSResponder";

static void macos_ask(const struct txn *t)
{
	char message[4 * TEXT_MAX];

	snprintf(message, sizeof(message),
		 "[R%u] DNSServiceQueryRecord START -- qname: %s, qtype: %s, flags: 0x15000, "
		 "interface index: 0, client pid: %u (%s), name hash: %08x",
		 (unsigned)(t->draw >> 45), t->qname, qtype_name(t->qtype), pid_of(t),
		 program_of(t)->mac, (unsigned)t->name_key);
	macos_line(t, t->ask_us, responder, message);
}

/* The end of a request, and now and then another program's line. */
static void macos_answer(const struct txn *t, const struct answer *a)
{
	char message[4 * TEXT_MAX];

	snprintf(message, sizeof(message),
		 "[R%u] DNSServiceQueryRecord STOP -- name hash: %08x, duration: %ums",
		 (unsigned)(t->draw >> 45), (unsigned)t->name_key,
		 (unsigned)((t->answer_us - t->ask_us) / 1000));
	macos_line(t, t->answer_us, responder, message);
	if (a->n > 1)
		macos_line(t, t->answer_us, "\\/usr\\/libexec\\/trustd",
			   "cert[0]: AnchorTrusted =(leaf)[force]> 0");
}

/* ------------------------------------------------------------------ the table */

static const struct log logs[] = {
	{ "dnstap", dnstap_head, dnstap_ask, dnstap_write },
	{ "eve", NULL, eve_ask, eve_answer },
	{ "bind", NULL, bind_ask, NULL },
	{ "dnsmasq", NULL, dnsmasq_ask, dnsmasq_answer },
	{ "sysmon", NULL, NULL, sysmon_answer },
	{ "auditd", NULL, auditd_ask, NULL },
	{ "macos", NULL, macos_ask, macos_answer },
};

const struct log *log_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		if (strcmp(logs[i].name, name) == 0)
			return &logs[i];
	}
	return NULL;
}
