/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sysmon's second clock, put right host by host. In events 3 and 22 UtcTime can lag behind by
 * minutes or days, in event 1 it never does; the carrier's own time may be a local one. So the
 * distance of the two times in events 1 is where the carrier's clock stands, and how much further
 * they are apart in events 3 and 22 is the lag:
 *	event 1    UtcTime 21:00:36   carrier 02:00:36    distance -19 h
 *	event 22   UtcTime 05:42:37, four days before     distance -111 h: 92 h behind
 *
 * decode notes the distance in each event (ed_windows_clock_note), resolve, which sees them in
 * order, puts the time right. A few hundred hosts are told apart; of more, some share.
 */
#ifndef ED_FORMAT_WINDOWS_CLOCK_H
#define ED_FORMAT_WINDOWS_CLOCK_H

#include "record/batch.h"

enum { ED_WINDOWS_CLOCK_HOSTS = 256, ED_WINDOWS_CLOCK_KEPT = 9 };

/* The last distances, in milliseconds. */
struct ed_windows_distances {
	int32_t ms[ED_WINDOWS_CLOCK_KEPT];
	uint8_t n, next;
};

/* Zeroed memory is a good start. */
struct ed_windows_clock {
	struct {
		uint64_t host; /* hash; 0: free */
		struct ed_windows_distances sure, lagging;
	} hosts[ED_WINDOWS_CLOCK_HOSTS];
};

/* Notes in @ev how far @own is ahead of @carrier, for resolve; not more than 24 days. */
void ed_windows_clock_note(int64_t own_ns, int64_t carrier_ns, struct ed_event *ev);

/* Puts the times in @out right, as far as they were noted. */
void ed_windows_clock_resolve(struct ed_windows_clock *c, struct ed_batch *out);

#endif
