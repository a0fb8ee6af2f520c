/* SPDX-License-Identifier: Apache-2.0 */
/* Lagging clocks; see clock.h. The note stands in rtt_us, which such events do not have. */
#include "format/windows/clock.h"

#include "base/hash.h"

enum { PROBES = 8, LAG_MAX_MS = 5000 };

#define NS_PER_MS INT64_C(1000000)

void ed_windows_clock_note(int64_t own_ns, int64_t carrier_ns, struct ed_event *ev)
{
	int64_t ms = own_ns / NS_PER_MS - carrier_ns / NS_PER_MS;

	if (ms > INT32_MAX || ms < -INT32_MAX)
		return;
	ev->rtt_us = ms == 0 ? 1 : (int32_t)ms;
}

static void add(struct ed_windows_distances *d, int32_t ms)
{
	d->ms[d->next] = ms;
	d->next = (uint8_t)((d->next + 1) % ED_WINDOWS_CLOCK_KEPT);
	if (d->n < ED_WINDOWS_CLOCK_KEPT)
		d->n++;
}

static int32_t median(const struct ed_windows_distances *d)
{
	int32_t sorted[ED_WINDOWS_CLOCK_KEPT];

	for (unsigned i = 0; i < d->n; i++) {
		unsigned at = i;

		for (; at > 0 && sorted[at - 1] > d->ms[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = d->ms[i];
	}
	return sorted[d->n / 2];
}

/* The place of a host in the table; of a full neighbourhood the first gives way. */
static size_t host_of(struct ed_windows_clock *c, const struct ed_process *p)
{
	struct ed_span name = ed_process_text(p, ED_TEXT_HOST);
	uint64_t hash = ed_hash_bytes(name.p, name.n, 0) | 1;
	size_t first = hash >> 32;

	for (size_t i = 0; i < PROBES; i++) {
		size_t at = (first + i) % ED_WINDOWS_CLOCK_HOSTS;

		if (c->hosts[at].host == hash)
			return at;
		if (c->hosts[at].host == 0) {
			c->hosts[at].host = hash;
			return at;
		}
	}
	first %= ED_WINDOWS_CLOCK_HOSTS;
	memset(&c->hosts[first], 0, sizeof(c->hosts[first]));
	c->hosts[first].host = hash;
	return first;
}

static void resolve_event(struct ed_windows_clock *c, struct ed_event *ev)
{
	size_t at = host_of(c, ed_event_process(ev));
	struct ed_windows_distances *sure = &c->hosts[at].sure;
	struct ed_windows_distances *lagging = &c->hosts[at].lagging;
	int64_t own_ns = ev->time_ns, lag_ms;

	if (ev->kind == ED_EVENT_PROCESS) {
		add(sure, ev->rtt_us);
		return;
	}
	add(lagging, ev->rtt_us);
	if (sure->n == 0)
		return;
	lag_ms = (int64_t)median(sure) - median(lagging);
	if (lag_ms <= LAG_MAX_MS)
		return;
	/* decode may have put the carrier's time in its place */
	if (ev->time_quality != ED_TIME_EXACT_UTC)
		own_ns += ev->rtt_us * NS_PER_MS;
	ev->time_ns = own_ns + lag_ms * NS_PER_MS;
	ev->time_quality = ED_TIME_OFFSET_KNOWN;
}

void ed_windows_clock_resolve(struct ed_windows_clock *c, struct ed_batch *out)
{
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(out, pos)); pos += ev->size_bytes) {
		if (ev->rtt_us == 0 || (ev->has & ED_FIELD_RTT) || ev->process_off == 0)
			continue;
		resolve_event(c, ev);
		ev->rtt_us = 0;
	}
}
