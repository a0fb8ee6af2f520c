/* SPDX-License-Identifier: Apache-2.0 */
/* Words and identifiers of an alert; see alert_words.h. */
#include "sink/alert_words.h"

#include "base/ascii.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { NS_PER_MS = 1000000, ANALYTIC_PREFIX_N = 2 /* "AN" */ };

static const char *const titles[ED_VERDICT_N] = {
	[ED_VERDICT_BOUND] = "DNS tunnel: more information than the ceiling allows",
	[ED_VERDICT_SCORE] = "DNS tunnel: several behaviours together",
	[ED_VERDICT_WATCH] = "Possible DNS tunnel, kept under observation",
	[ED_VERDICT_FEED] = "Lookups of a domain on a reputation list",
	[ED_VERDICT_POLICY] = "DNS traffic that the policy forbids",
};

/* Ours alone: random bytes, chosen once. */
static const struct ed_uuid space = { { 0x0d, 0x8f, 0x5b, 0x2c, 0x6a, 0x71, 0x4e, 0x0e, 0x9b, 0x47,
					0x3c, 0x55, 0xe2, 0x18, 0xd9, 0x6b } };

const char *ed_alert_title(const struct ed_alert *a)
{
	assert(a->verdict < ED_VERDICT_N);
	return titles[a->verdict];
}

size_t ed_alert_text_subject(const struct ed_alert *a, char ret[static ED_SUBJECT_TEXT_MAX])
{
	if (a->domain.n > 0 || !ed_addr_known(&a->server))
		return ed_alert_text_name(&a->domain, ret);
	return ed_addr_to_text(&a->server, ret);
}

size_t ed_alert_text_actor(const struct ed_alert *a, enum ed_text id,
			   char ret[static ED_ACTOR_TEXT_MAX])
{
	return ed_process_print(ed_actor_text(&a->actor, id), ret, ED_ACTOR_TEXT_MAX);
}

size_t ed_alert_text_summary(const struct ed_alert *a, char ret[static ED_SUMMARY_TEXT_MAX])
{
	return ed_alert_text_clean(a->summary, ret, ED_SUMMARY_TEXT_MAX);
}

unsigned ed_alert_server_port(const struct ed_alert *a)
{
	const char *egress = a->n_evidence > 0 ? ed_evidence_get_text(&a->evidence[0], "egress") :
						 NULL;

	if (egress && strcmp(egress, "dns_over_https") == 0)
		return 443;
	return egress && strcmp(egress, "dns_over_tls") == 0 ? 853 : 53;
}

int64_t ed_alert_ms(int64_t time_ns)
{
	return time_ns / NS_PER_MS - (time_ns % NS_PER_MS < 0);
}

static bool is_host_byte(uint8_t c)
{
	return ed_is_letter(c) || ed_is_digit(c) || c == '-';
}

static bool is_host_label(const uint8_t *label)
{
	for (unsigned i = 1; i <= label[0]; i++) {
		if (!is_host_byte(label[i]))
			return false;
	}
	return label[1] != '-' && label[label[0]] != '-';
}

bool ed_alert_is_host(const struct ed_name *name)
{
	unsigned n_labels = 0;

	for (size_t i = 0; i < name->n && name->wire[i]; i += name->wire[i] + 1U) {
		if (!is_host_label(name->wire + i))
			return false;
		n_labels++;
	}
	return n_labels >= 2;
}

void ed_alert_uuid(const struct ed_alert *a, const char *what, char ret[static ED_UUID_TEXT])
{
	char text[64 + ED_ALERT_ID_TEXT];
	int n = snprintf(text, sizeof(text), "%.60s:%s", what, a ? a->id : "");

	ed_uuid_of_name(&space, ed_span_of(text, (size_t)n), ret);
}

void ed_alert_uuid_add(const struct ed_alert *a, char io_uuid[static ED_UUID_TEXT])
{
	char text[ED_UUID_TEXT + ED_ALERT_ID_TEXT + 8];
	int n = snprintf(text, sizeof(text), "%s%s%u", io_uuid, a->id, (unsigned)a->level);

	ed_uuid_of_name(&space, ed_span_of(text, (size_t)n), io_uuid);
}

unsigned ed_alert_analytic_number(const struct ed_alert *a)
{
	if (!a->analytic || strlen(a->analytic) <= ANALYTIC_PREFIX_N)
		return 0;
	return (unsigned)strtoul(a->analytic + ANALYTIC_PREFIX_N, NULL, 10);
}
