/* SPDX-License-Identifier: Apache-2.0 */
/* The id of an alert; see identity.h. */
#include "alert/identity.h"

#include <stdio.h>

#include "alert/explain_egress.h"
#include "base/hash.h"
#include "base/time.h"

/* Fixed, so that the same incident has the same id on every run, worker and machine. */
static const uint64_t ID_KEY = 0x54313037312e3034U;

/*
 * The day of the incident's first observation. Sensors of one and the same lookup write down times
 * that differ by their clocks, by the way from client to resolver, and by what they round off; the
 * incident is the same, and so is its id.
 */
static int64_t day_of(int64_t time_ns)
{
	const int64_t day_ns = 86400 * ED_NS_PER_S;

	return time_ns / day_ns - (time_ns % day_ns < 0);
}

void ed_alert_identity(const struct ed_finding *f, char ret[static ED_ALERT_ID_TEXT])
{
	struct {
		char analytic[8];
		uint32_t version;
		uint32_t domain_n;
		uint8_t client[16];
		uint8_t domain[ED_NAME_MAX + 1];
		int64_t start_day;
	} what;
	uint64_t hi, lo, key = ID_KEY;

	memset(&what, 0, sizeof(what));
	(void)snprintf(what.analytic, sizeof(what.analytic), "%s", f->analytic);
	what.version = f->analytic_version;
	memcpy(what.client, f->client.b, sizeof(what.client));
	if (f->actor && !ed_addr_known(&f->client)) {
		uint64_t program = ed_process_program_hash(&f->actor->process, ID_KEY);

		memcpy(what.client, &program, sizeof(program));
	}
	what.domain_n = f->domain.n;
	memcpy(what.domain, f->domain.wire, f->domain.n);
	what.start_day = day_of(f->first_ns);
	if (f->verdict == ED_VERDICT_POLICY && ed_addr_known(&f->server))
		key = ed_hash_bytes(f->server.b, sizeof(f->server.b),
				    ID_KEY + ed_explain_egress_tag(f));
	hi = ed_hash_bytes(&what, sizeof(what), key);
	lo = ed_hash_bytes(&what, sizeof(what), ~key);
	/* RFC 9562 §5.8: version 8, made by us */
	hi = (hi & ~UINT64_C(0xf000)) | 0x8000;
	lo = (lo & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
	(void)snprintf(ret, ED_ALERT_ID_TEXT, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(hi >> 32),
		       (unsigned)(hi >> 16 & 0xffff), (unsigned)(hi & 0xffff), (unsigned)(lo >> 48),
		       (unsigned long long)(lo & UINT64_C(0xffffffffffff)));
}
