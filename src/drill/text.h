/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a drill from a template: what stands between two @ is filled in; @@ is one of them.
 *
 *	@time:%b %e %H:%M:%S@ dnsmasq[464]: @serial@ @client@/@port@ query[TXT] @name@ from @client@
 *
 * name, domain, mark, host, client, resolver, port, txid, answer as in plan and lookup;
 * index from 0, serial from 1, pid another one for each lookup; epoch, epoch-s, epoch-ms, epoch-ns
 * since 1970 (epoch has a point and six digits), rtt (seconds, six digits), rtt-us, rtt-ns;
 * query-bytes, answer-bytes of the messages, message (the response) and record (the answer's record)
 * in base64, text-bytes of the answer; txid-hex; the name as counted, reversed, name-hash as Windows
 * DNS, Cloudflare and mDNSResponder have it; sockaddr of the resolver;
 * time:FORMAT and answered:FORMAT by strftime in UTC, where %N stands for milliseconds.
 */
#ifndef ED_DRILL_TEXT_H
#define ED_DRILL_TEXT_H

#include "drill/drill.h"

enum { ED_DRILL_STAMP_MAX = 64, ED_DRILL_TTL_S = 60, ED_DRILL_FIRST_PID = 20000 };

/* Appends @template, filled in. The template is ours: a name that is not known is an assertion. */
void ed_drill_fill(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		   const char *template, struct ed_buf *out);

/* The same of what stands before and behind the lookups: for a moment, and without a lookup. */
void ed_drill_fill_at(const struct ed_drill_plan *plan, int64_t time_ns, const char *template,
		      struct ed_buf *out);

#endif
