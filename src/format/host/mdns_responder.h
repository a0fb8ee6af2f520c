/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What macOS's resolver, mDNSResponder, says when a program asks for a name, in its generations:
 *	 12: DNSServiceQueryRecord(15000, 0, www.example.net, AAAA) START PID[123](curl)
 *	[R12] DNSServiceGetAddrInfo(C000D000, 0, 3, www.example.net) START PID[123](curl)
 *	[R12] DNSServiceQueryRecord START -- qname: <mask.hash: '7zTTRCfl=='>, qtype: A,
 *	  flags: 0x1D000, interface index: 0, client pid: 123 (curl), name hash: f92d5498
 *	[R12] getaddrinfo start -- flags: 0xC000D000, ifindex: 0, protocols: 0,
 *	  hostname: www.example.net, options: 0x8 {use-failover}, client pid: 123 (curl),
 *	  delegator pid: 456 (Mail)
 *	[R12] DNSServiceQueryRecord START -- qname: <private> <dn:I/vUYw>, qtype: A,
 *	  flags: 0x1D000, interface index: 0, client pid: 123 (curl), name hash: <dn:I/vUYw>
 * (each is one line) and the generic "dns_request" with key=value pairs that ATT&CK's predicate for
 * AN1123 looks for.
 *
 * The one idea: the name and the program's name are the attacker's, all between them is not. The
 * older forms print names without blanks, so they are read from the left; the newer ones from the
 * right, where the program's name is too short (16 bytes) to hold what is searched for.
 *
 * "name hash" is the hash of record/hidden_name.h, by which a masked name can be found again among
 * the names on the wire; of what else stands for a name only that two are the same.
 */
#ifndef ED_FORMAT_HOST_MDNS_RESPONDER_H
#define ED_FORMAT_HOST_MDNS_RESPONDER_H

#include "format/host/event.h"

/* The program that alone is believed, by its path. */
#define ED_MDNS_PATH "/usr/sbin/mDNSResponder"

enum ed_mdns_kind {
	ED_MDNS_OTHER, /* about something else */
	ED_MDNS_QUESTION,
	ED_MDNS_BROKEN, /* begins as a question, and does not go on as one */
};

/* A question; the spans lie in the message. */
struct ed_mdns_question {
	struct ed_span name;    /* as printed; empty: masked */
	uint32_t hash;          /* of the name, or of what stands for it; 0: not told */
	uint16_t qtype;         /* 0: not told, or several at once */
	uint32_t pid;           /* who asked; 0: not told */
	struct ed_span comm;    /* its short name; of dns_request: as the message has it */
	uint32_t asked_for_pid; /* on whose behalf; 0: its own */
	struct ed_span asked_for_comm;
	struct ed_span server; /* of dns_request */
	bool is_claim;         /* who asked is what a message says that any program can write */
};

/* A message of mDNSResponder. @ret is set for ED_MDNS_QUESTION. */
enum ed_mdns_kind ed_mdns_read(struct ed_span message, struct ed_mdns_question *ret);

/* A message of any program that has the word dns_request in it; false: it names no name. */
bool ed_mdns_request_read(struct ed_span message, struct ed_mdns_question *ret);

/*
 * Makes @h, which is initialised, a lookup by the program that asked. False: the name is one of
 * multicast DNS, which leaves no network.
 */
bool ed_mdns_give(const struct ed_mdns_question *q, struct ed_host_event *h);

#endif
