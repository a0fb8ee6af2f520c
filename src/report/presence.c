/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting presence; see presence.h. */
#include "report/presence.h"

#include <errno.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"
#include "record/lag.h"

enum { HOUR_S = 3600, HOURS_A_DAY = 24, NONE = UINT32_MAX };

/* ------------------------------------------------------------------- tables */

static int index_init(struct ed_presence_index *x, uint32_t n_rows)
{
	x->slot = ed_mem_zalloc((size_t)n_rows * 2, sizeof(*x->slot));
	x->mask = n_rows * 2 - 1;
	return x->slot ? 0 : -ENOMEM;
}

int ed_presence_init(struct ed_presence *p, const char *const *format_names, uint64_t hash_key)
{
	*p = (struct ed_presence){ .format_names = format_names, .hash_key = hash_key };
	p->sources = ed_mem_zalloc(ED_PRESENCE_SOURCES_MAX, sizeof(*p->sources));
	p->subjects = ed_mem_zalloc(ED_PRESENCE_SUBJECTS_MAX, sizeof(*p->subjects));
	p->servers = ed_mem_zalloc(ED_PRESENCE_SUBJECTS_MAX, sizeof(*p->servers));
	p->days = ed_mem_zalloc(ED_PRESENCE_DAYS_MAX, sizeof(*p->days));
	p->hours = ed_mem_zalloc(ED_PRESENCE_HOURS_MAX, sizeof(*p->hours));
	p->paths = ed_mem_zalloc(ED_PRESENCE_PATHS_MAX, sizeof(*p->paths));
	p->known = ed_mem_zalloc(ED_PRESENCE_KNOWN, sizeof(*p->known));
	if (!p->sources || !p->subjects || !p->servers || !p->days || !p->hours || !p->paths ||
	    !p->known || index_init(&p->by_subject, ED_PRESENCE_SUBJECTS_MAX) < 0 ||
	    index_init(&p->by_day, ED_PRESENCE_DAYS_MAX) < 0 ||
	    index_init(&p->by_hour, ED_PRESENCE_HOURS_MAX) < 0 ||
	    index_init(&p->by_path, ED_PRESENCE_PATHS_MAX) < 0)
		return -ENOMEM;
	return 0;
}

void ed_presence_done(struct ed_presence *p)
{
	ed_mem_free(p->sources);
	ed_mem_free(p->subjects);
	ed_mem_free(p->servers);
	ed_mem_free(p->days);
	ed_mem_free(p->hours);
	ed_mem_free(p->paths);
	ed_mem_free(p->known);
	ed_mem_free(p->by_subject.slot);
	ed_mem_free(p->by_day.slot);
	ed_mem_free(p->by_hour.slot);
	ed_mem_free(p->by_path.slot);
	*p = (struct ed_presence){ .n_sources = 0 };
}

static void index_clear(struct ed_presence_index *x)
{
	memset(x->slot, 0, ((size_t)x->mask + 1) * sizeof(*x->slot));
}

void ed_presence_clear(struct ed_presence *p)
{
	p->n_sources = p->n_subjects = p->n_days = p->n_hours = p->n_paths = 0;
	p->last_path = NULL;
	memset(p->servers, 0, ED_PRESENCE_SUBJECTS_MAX * sizeof(*p->servers));
	memset(p->known, 0, ED_PRESENCE_KNOWN * sizeof(*p->known));
	index_clear(&p->by_subject);
	index_clear(&p->by_day);
	index_clear(&p->by_hour);
	index_clear(&p->by_path);
}

bool ed_presence_is_full(const struct ed_presence *p)
{
	return p->n_sources >= ED_PRESENCE_SOURCES_MAX - 1 ||
	       p->n_subjects >= ED_PRESENCE_SUBJECTS_MAX / 4 * 3 - 1 ||
	       p->n_days >= ED_PRESENCE_DAYS_MAX - 1 || p->n_hours >= ED_PRESENCE_HOURS_MAX - 1 ||
	       p->n_paths >= ED_PRESENCE_PATHS_MAX - 1;
}

/* Where a row with this hash is to be looked for next; the slot after @at. */
static uint32_t probe(const struct ed_presence_index *x, uint64_t hash, uint32_t step)
{
	return ((uint32_t)hash + step) & x->mask;
}

/* ------------------------------------------------------------------ subjects */

static bool same_subject(const struct ed_presence_subject *a, const struct ed_presence_subject *b)
{
	if (a->host[0] || b->host[0])
		return strcmp(a->host, b->host) == 0;
	return ed_addr_eq(&a->addr, &b->addr) && a->net_tag == b->net_tag;
}

static uint64_t subject_hash(const struct ed_presence *p, const struct ed_presence_subject *s)
{
	if (s->host[0])
		return ed_hash_bytes(s->host, strlen(s->host), p->hash_key);
	return ed_hash_pair(ed_hash_bytes(&s->addr, sizeof(s->addr), p->hash_key), s->net_tag);
}

/* Its number; NONE: no room. */
static uint32_t take_subject(struct ed_presence *p, const struct ed_presence_subject *s,
			     bool is_listed)
{
	uint64_t hash = subject_hash(p, s);
	uint32_t max = is_listed ? ED_PRESENCE_SUBJECTS_MAX : ED_PRESENCE_SUBJECTS_MAX / 4 * 3;
	uint32_t *slot;

	for (uint32_t i = 0;; i++) {
		slot = &p->by_subject.slot[probe(&p->by_subject, hash, i)];
		if (*slot == 0)
			break;
		if (same_subject(&p->subjects[*slot - 1], s)) {
			if (s->host[0] && ed_addr_known(&s->addr))
				p->subjects[*slot - 1].addr = s->addr;
			return *slot - 1;
		}
	}
	if (p->n_subjects >= max)
		return NONE;
	p->subjects[p->n_subjects] = *s;
	*slot = ++p->n_subjects;
	return p->n_subjects - 1;
}

/* The machine's own name where it speaks of itself, else the address. False: neither is known. */
static bool subject_of(const struct ed_event *ev, struct ed_presence_subject *ret)
{
	const struct ed_process *process = ed_event_process(ev);
	struct ed_span host = ed_span_of(NULL, 0);
	size_t n;

	*ret = (struct ed_presence_subject){ .addr = ev->client, .net_tag = ev->net_tag };
	if (process)
		host = ed_process_text(process, ED_TEXT_HOST);
	n = host.n < ED_PRESENCE_HOST_MAX ? host.n : ED_PRESENCE_HOST_MAX - 1;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = ed_to_lower(host.p[i]);

		ret->host[i] = c > ' ' && c < 0x7f ? (char)c : '?';
	}
	return n > 0 || ed_addr_known(&ret->addr);
}

/* ------------------------------------------------------------------- sources */

static uint32_t take_source(struct ed_presence *p, const struct ed_presence_source *s)
{
	for (uint32_t i = 0; i < p->n_sources; i++) {
		if (strcmp(p->sources[i].name, s->name) == 0 &&
		    strcmp(p->sources[i].format, s->format) == 0)
			return i;
	}
	if (p->n_sources == ED_PRESENCE_SOURCES_MAX)
		return NONE;
	p->sources[p->n_sources] = *s;
	return p->n_sources++;
}

static uint32_t source_of(struct ed_presence *p, const struct ed_event *ev, const char *path)
{
	struct ed_presence_source s;

	/* A run holds a path as long as it lasts, so the same pointer is the same source. */
	if (p->last_path == path)
		return p->last_source;
	ed_presence_source_name(path, s.name);
	(void)snprintf(s.format, sizeof(s.format), "%s", p->format_names[ev->format]);
	p->last_source = take_source(p, &s);
	p->last_path = path;
	return p->last_source;
}

/* --------------------------------------------------------------------- rows */

static struct ed_presence_day *take_day(struct ed_presence *p, uint32_t source, uint32_t subject,
					int32_t day)
{
	uint64_t hash = ed_hash_pair((uint64_t)source << 32 | subject, (uint32_t)day);
	struct ed_presence_day *row;
	uint32_t *slot;

	for (uint32_t i = 0;; i++) {
		slot = &p->by_day.slot[probe(&p->by_day, hash, i)];
		if (*slot == 0)
			break;
		row = &p->days[*slot - 1];
		if (row->source == source && row->subject == subject && row->day == day)
			return row;
	}
	if (p->n_days == ED_PRESENCE_DAYS_MAX)
		return NULL;
	row = &p->days[p->n_days];
	*row = (struct ed_presence_day){ .source = source,
					 .subject = subject,
					 .day = day,
					 .first_ns = INT64_MAX,
					 .last_ns = INT64_MIN };
	*slot = ++p->n_days;
	return row;
}

static struct ed_presence_hour *take_hour(struct ed_presence *p, uint32_t source, int32_t hour)
{
	uint64_t hash = ed_hash_pair(source, (uint32_t)hour);
	struct ed_presence_hour *row;
	uint32_t *slot;

	for (uint32_t i = 0;; i++) {
		slot = &p->by_hour.slot[probe(&p->by_hour, hash, i)];
		if (*slot == 0)
			break;
		row = &p->hours[*slot - 1];
		if (row->source == source && row->hour == hour)
			return row;
	}
	if (p->n_hours == ED_PRESENCE_HOURS_MAX)
		return NULL;
	row = &p->hours[p->n_hours];
	*row = (struct ed_presence_hour){ .source = source, .hour = hour };
	*slot = ++p->n_hours;
	return row;
}

static uint64_t path_hash(const struct ed_presence *p, const struct ed_presence_path *k)
{
	uint64_t server = ed_hash_bytes(&k->server, sizeof(k->server), p->hash_key);

	return ed_hash_pair(ed_hash_pair(server, (uint64_t)k->subject << 8 | k->way),
			    (uint32_t)k->day);
}

static struct ed_presence_path *find_path(struct ed_presence *p, const struct ed_presence_path *k,
					  uint32_t **ret_slot)
{
	uint64_t hash = path_hash(p, k);

	for (uint32_t i = 0;; i++) {
		uint32_t *slot = &p->by_path.slot[probe(&p->by_path, hash, i)];
		struct ed_presence_path *row = &p->paths[*slot - 1];

		*ret_slot = slot;
		if (*slot == 0)
			return NULL;
		if (row->subject == k->subject && row->day == k->day && row->way == k->way &&
		    row->net_tag == k->net_tag && ed_addr_eq(&row->server, &k->server))
			return row;
	}
}

/* The row for @k; past the limit of a subject's servers, the one for all that are too many. */
static struct ed_presence_path *take_path(struct ed_presence *p, struct ed_presence_path *k)
{
	struct ed_presence_path *row;
	uint32_t *slot;

	row = find_path(p, k, &slot);
	if (row)
		return row;
	if (p->servers[k->subject].day != k->day || p->servers[k->subject].n == 0) {
		p->servers[k->subject].day = k->day;
		p->servers[k->subject].n = 0;
	}
	if (!k->more && p->servers[k->subject].n >= ED_PRESENCE_SERVERS_MAX) {
		memset(&k->server, 0, sizeof(k->server));
		k->more = 1;
		row = find_path(p, k, &slot);
		if (row)
			return row;
	}
	if (p->n_paths == ED_PRESENCE_PATHS_MAX)
		return NULL;
	p->servers[k->subject].n++;
	row = &p->paths[p->n_paths];
	*row = *k;
	row->n = 0;
	row->first_ns = INT64_MAX;
	row->last_ns = INT64_MIN;
	*slot = ++p->n_paths;
	return row;
}

/* -------------------------------------------------------------------- events */

static uint32_t add_u32(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void widen(int64_t *first_ns, int64_t *last_ns, int64_t from_ns, int64_t to_ns)
{
	if (from_ns < *first_ns)
		*first_ns = from_ns;
	if (to_ns > *last_ns)
		*last_ns = to_ns;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* How the event shows its subject to resolve; ED_PRESENCE_WAY_N: it does not. */
static enum ed_presence_way way_of(const struct ed_event *ev)
{
	if (!ed_addr_known(&ev->resolver))
		return ED_PRESENCE_WAY_N;
	if (ev->kind == ED_EVENT_FLOW) {
		switch (ev->flow.service) {
		case ED_FLOW_DNS:
			return ED_PRESENCE_DNS_FLOW;
		case ED_FLOW_DOT:
			return ED_PRESENCE_DOT;
		case ED_FLOW_DOH:
			return ED_PRESENCE_DOH;
		default:
			return ED_PRESENCE_WAY_N;
		}
	}
	if (!ed_event_is_lookup(ev) || ev->transport == ED_TRANSPORT_LOCAL)
		return ED_PRESENCE_WAY_N;
	switch (ev->transport) {
	case ED_TRANSPORT_DOT:
	case ED_TRANSPORT_DOQ:
		return ED_PRESENCE_DOT;
	case ED_TRANSPORT_DOH:
		return ED_PRESENCE_DOH;
	case ED_TRANSPORT_DNSCRYPT:
		return ED_PRESENCE_DNSCRYPT;
	default:
		return ED_PRESENCE_DNS;
	}
}

static void count_path(struct ed_presence_path *row, const struct ed_event *ev)
{
	row->n = add_u32(row->n, 1);
	widen(&row->first_ns, &row->last_ns, ev->time_ns, ev->time_ns);
}

/* The row of the event's way, counted; NULL: it has none, or there is no room. */
static struct ed_presence_path *note_path(struct ed_presence *p, const struct ed_event *ev,
					  uint32_t subject, int32_t day)
{
	struct ed_presence_path k = { .subject = subject,
				      .day = day,
				      .server = ev->resolver,
				      .net_tag = ev->net_tag,
				      .way = (uint8_t)way_of(ev) };
	struct ed_presence_path *row;

	if (k.way == ED_PRESENCE_WAY_N)
		return NULL;
	row = take_path(p, &k);
	if (row)
		count_path(row, ev);
	else
		p->n_refused++;
	return row;
}

static void note_hour(struct ed_presence_hour *row, const struct ed_event *ev)
{
	if (ed_event_is_lookup(ev))
		row->n_lookups = add_u32(row->n_lookups, 1);
	else
		row->n_others = add_u32(row->n_others, 1);
	if (ev->lag == 0 || row->n_lagged == UINT32_MAX)
		return;
	row->n_lagged++;
	row->lag_sum += ev->lag;
	if (ev->lag > row->lag_max)
		row->lag_max = ev->lag;
}

static void note_day(struct ed_presence_day *row, const struct ed_event *ev, unsigned hour)
{
	unsigned machines = ed_event_is_machines(ev);

	row->hours |= 1u << hour;
	row->kinds |= (uint16_t)(1u << ev->kind);
	row->vantages |= (uint8_t)(1u << ev->vantage);
	row->is_listed |= ev->asset_role != 0;
	if (ev->platform != ED_PLATFORM_UNKNOWN)
		row->platform = ev->platform;
	if (ed_event_is_lookup(ev)) {
		row->lookups[machines] |= ev->has;
		row->n_lookups = add_u32(row->n_lookups, 1);
	} else {
		row->others[machines] |= ev->has;
		row->n_others = add_u32(row->n_others, 1);
	}
	widen(&row->first_ns, &row->last_ns, ev->time_ns, ev->time_ns);
}

/* Where the rows are remembered that an event like @ev goes to, its hash in *@ret_hash. NULL: that
 * takes more than its addresses to say. */
static struct ed_presence_known *known_of(const struct ed_presence *p, const struct ed_event *ev,
					  uint32_t source, int32_t day, uint64_t *ret_hash)
{
	const struct {
		struct ed_addr client, resolver;
		uint32_t net_tag, source, way;
		int32_t day;
	} key = { ev->client, ev->resolver, ev->net_tag, source, (uint32_t)way_of(ev), day };

	if (ed_event_process(ev) || source == NONE || key.way == ED_PRESENCE_WAY_N)
		return NULL;
	*ret_hash = ed_hash_bytes(&key, sizeof(key), p->hash_key) | 1;
	return &p->known[*ret_hash >> 8 & (ED_PRESENCE_KNOWN - 1)];
}

/* The event goes to a machine's day and to its way; the rows are found, or made. */
static void note_subject(struct ed_presence *p, const struct ed_event *ev, uint32_t source,
			 int64_t hour)
{
	int32_t day = (int32_t)floor_div(hour, HOURS_A_DAY);
	unsigned of_day = (unsigned)(hour - (int64_t)day * HOURS_A_DAY);
	uint64_t hash = 0;
	struct ed_presence_known *known = known_of(p, ev, source, day, &hash);
	const struct ed_presence_path *path;
	struct ed_presence_day *row = NULL;
	struct ed_presence_subject s;
	uint32_t subject;

	if (known && known->hash == hash) {
		note_day(&p->days[known->day], ev, of_day);
		count_path(&p->paths[known->path], ev);
		return;
	}
	if (!subject_of(ev, &s)) {
		p->n_nobody++;
		return;
	}
	subject = take_subject(p, &s, ev->asset_role != 0 || ev->platform != ED_PLATFORM_UNKNOWN);
	if (source != NONE && subject != NONE)
		row = take_day(p, source, subject, day);
	if (!row) {
		p->n_refused++;
		return;
	}
	note_day(row, ev, of_day);
	path = note_path(p, ev, subject, day);
	if (known && path && !path->more)
		*known = (struct ed_presence_known){ hash, (uint32_t)(row - p->days),
						     (uint32_t)(path - p->paths) };
}

void ed_presence_note(struct ed_presence *p, const struct ed_event *ev, const char *path)
{
	int64_t hour = floor_div(ev->time_ns, HOUR_S * ED_NS_PER_S);
	struct ed_presence_hour *of_source = NULL;
	uint32_t source;

	if (ev->time_ns == ED_TIME_UNKNOWN_NS) {
		p->n_untimed++;
		return;
	}
	source = source_of(p, ev, path);
	if (source != NONE)
		of_source = take_hour(p, source, (int32_t)hour);
	if (of_source)
		note_hour(of_source, ev);
	note_subject(p, ev, of_source ? source : NONE, hour);
}

/* ---------------------------------------------------------------- kept rows */

bool ed_presence_add_day(struct ed_presence *p, const struct ed_presence_source *source,
			 const struct ed_presence_subject *subject,
			 const struct ed_presence_day *row)
{
	uint32_t from = take_source(p, source);
	uint32_t who = take_subject(p, subject, row->is_listed);
	struct ed_presence_day *into = from == NONE || who == NONE ?
					       NULL :
					       take_day(p, from, who, row->day);

	if (!into)
		return false;
	into->hours |= row->hours;
	into->kinds |= row->kinds;
	into->vantages |= row->vantages;
	into->is_listed |= row->is_listed;
	if (row->platform != ED_PLATFORM_UNKNOWN)
		into->platform = row->platform;
	for (unsigned i = 0; i < 2; i++) {
		into->lookups[i] |= row->lookups[i];
		into->others[i] |= row->others[i];
	}
	into->n_lookups = add_u32(into->n_lookups, row->n_lookups);
	into->n_others = add_u32(into->n_others, row->n_others);
	widen(&into->first_ns, &into->last_ns, row->first_ns, row->last_ns);
	return true;
}

bool ed_presence_add_hour(struct ed_presence *p, const struct ed_presence_source *source,
			  const struct ed_presence_hour *row)
{
	uint32_t from = take_source(p, source);
	struct ed_presence_hour *into = from == NONE ? NULL : take_hour(p, from, row->hour);

	if (!into)
		return false;
	into->n_lookups = add_u32(into->n_lookups, row->n_lookups);
	into->n_others = add_u32(into->n_others, row->n_others);
	into->n_lagged = add_u32(into->n_lagged, row->n_lagged);
	into->lag_sum += row->lag_sum;
	if (row->lag_max > into->lag_max)
		into->lag_max = row->lag_max;
	return true;
}

bool ed_presence_add_path(struct ed_presence *p, const struct ed_presence_subject *subject,
			  const struct ed_presence_path *row)
{
	uint32_t who = take_subject(p, subject, false);
	struct ed_presence_path k = *row;
	struct ed_presence_path *into;

	if (who == NONE)
		return false;
	k.subject = who;
	into = take_path(p, &k);
	if (!into)
		return false;
	into->n = add_u32(into->n, row->n);
	widen(&into->first_ns, &into->last_ns, row->first_ns, row->last_ns);
	return true;
}
