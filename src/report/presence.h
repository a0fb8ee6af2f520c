/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects presence (record/presence.h) from events, in fixed memory: a table of sources, one of
 * machines, one of days, hours and ways each. What finds no room is counted by table and never
 * mixed into another row; machines that the inventory knows have a quarter of the room to
 * themselves, so that a flood of addresses does not hide them.
 *
 * Not for several threads at once.
 */
#ifndef ED_REPORT_PRESENCE_H
#define ED_REPORT_PRESENCE_H

#include "record/presence.h"
#include "record/told.h"

enum {
	ED_PRESENCE_SOURCES_MAX = 1024,
	ED_PRESENCE_SUBJECTS_MAX = 1 << 16,
	ED_PRESENCE_DAYS_MAX = 1 << 18,
	ED_PRESENCE_HOURS_MAX = 1 << 16,
	ED_PRESENCE_PATHS_MAX = 1 << 17,
	ED_PRESENCE_SERVERS_MAX = 24, /* of one subject on one day that are told apart */
	ED_PRESENCE_KNOWN = 1 << 16,
};

/* An index into one array of rows by hash; 0: free, else row + 1. */
struct ed_presence_index {
	uint32_t *slot;
	uint32_t mask;
};

/* The rows of an event that came before, so that one like it needs no search. */
struct ed_presence_known {
	uint64_t hash; /* keyed, of all that chooses them; 0: free */
	uint32_t day, path;
};

struct ed_presence {
	uint64_t hash_key;
	const char *const *format_names; /* by ed_event.format, NULL-terminated; borrowed */
	struct ed_presence_source *sources;
	struct ed_presence_subject *subjects;
	struct ed_presence_day *days;
	struct ed_presence_hour *hours;
	struct ed_presence_path *paths;
	uint32_t n_sources, n_subjects, n_days, n_hours, n_paths;
	struct ed_presence_index by_subject, by_day, by_hour, by_path;
	struct {
		int32_t day;
		uint16_t n;
	} * servers;                     /* of each subject: on its last day so many */
	struct ed_presence_known *known; /* ED_PRESENCE_KNOWN, by hash */
	/* the source of the event before */
	const char *last_path;
	uint32_t last_source;
	/* what found no room, or has no time or no machine */
	uint64_t n_refused, n_untimed, n_nobody;
};

/* About 45 MiB, touched as it fills. 0 or -ENOMEM; ed_presence_done is needed either way. */
int ed_presence_init(struct ed_presence *p, const char *const *format_names, uint64_t hash_key);
void ed_presence_done(struct ed_presence *p);

/* Forgets all rows, but not the counts of what was refused. */
void ed_presence_clear(struct ed_presence *p);

/* Notes an event (annotated by the inventory, if there is one) of the source at @path. */
void ed_presence_note(struct ed_presence *p, const struct ed_event *ev, const char *path);

static inline struct ed_presence_rows ed_presence_rows(const struct ed_presence *p)
{
	return (struct ed_presence_rows){ p->sources, p->subjects,  p->days,       p->hours,
					  p->paths,   p->n_sources, p->n_subjects, p->n_days,
					  p->n_hours, p->n_paths };
}

/* True when a table is nearly full: a collection that is kept elsewhere is written and cleared. */
bool ed_presence_is_full(const struct ed_presence *p);

/*
 * Adds rows that were kept: their source and subject are given in full, the numbers in the row are
 * not looked at. False: no room.
 */
bool ed_presence_add_day(struct ed_presence *p, const struct ed_presence_source *source,
			 const struct ed_presence_subject *subject,
			 const struct ed_presence_day *row);
bool ed_presence_add_hour(struct ed_presence *p, const struct ed_presence_source *source,
			  const struct ed_presence_hour *row);
bool ed_presence_add_path(struct ed_presence *p, const struct ed_presence_subject *subject,
			  const struct ed_presence_path *row);

struct ed_ledger;

/* Adds what the store of @l kept of the days from @from_ns to @to_ns (0: open). *@ret_overfull: not
 * all of it found room. 0, -errno or a condition of the store. */
int ed_presence_take_kept(struct ed_presence *p, struct ed_ledger *l, int64_t from_ns,
			  int64_t to_ns, bool *ret_overfull);

/*
 * What a log is called however often it is rotated: the last folder and the file of @path, without
 * the suffix of a compression, dates, times of day and the number of a rotation:
 * "/logs/hq/2026-11-03/dns.10:00:00-11:00:00.log.gz" is "hq/dns.log". Printable ASCII.
 */
void ed_presence_source_name(const char *path, char ret[static ED_PRESENCE_SOURCE_MAX]);

#endif
