/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who, where and when of a Windows event; see who.h.
 *
 * Sysmon's own clock (UtcTime) is good to a millisecond, but that of events 3 and 22 can lag behind
 * by minutes and days, which it never does in the others; the carriers' times are often local ones
 * that claim to be UTC. So for 3 and 22: a carrier's time that is sure decides when the two are
 * more than LAG_MAX apart; else UtcTime holds, unless it lies before the start of its own process.
 */
#include "format/windows/who.h"

#include "base/time.h"
#include "format/json/text.h"
#include "format/host/process_id.h"
#include "format/windows/clock.h"
#include "base/hex.h"
#include "record/lag.h"

enum {
	GUID_TEXT_MIN = 18, /* "42c2e005-bec3-5f7e", without the brace */
	DATE_BYTES = 10,    /* "2026-11-03" */
	TIME_TEXT_MAX = 32,
	TIME_BYTES = 64, /* twice what a time takes: a reader may look beyond its end */
};

#define LAG_MAX_NS (5 * ED_NS_PER_S)
/* An earlier start is none: Sysmon did not exist. */
#define START_MIN_S INT64_C(1262304000)

/* --------------------------------------------------------------- texts */

/* Forgets what only says that there is nothing. */
struct ed_span ed_windows_or_none(struct ed_span s)
{
	if (s.n == 1 && s.p[0] == '-')
		s.n = 0;
	return s;
}

/* Decimal, or hexadecimal with 0x before it. */
uint32_t ed_windows_number(struct ed_span s)
{
	uint64_t v = 0;
	uint32_t n;

	if (ed_json_text_number(s, UINT32_MAX, &n))
		return n;
	if (s.n < 3 || s.n > 10 || s.p[0] != '0' || (s.p[1] | 0x20) != 'x')
		return 0;
	for (size_t i = 2; i < s.n; i++) {
		int d = ed_hex_value(s.p[i]);

		if (d < 0)
			return 0;
		v = v << 4 | (unsigned)d;
	}
	return (uint32_t)v;
}

/* Backslashes that come in pairs without exception stand for half as many. */
static struct ed_span halve_slashes(struct ed_windows_record *r, struct ed_span s)
{
	uint8_t *out = r->space;

	if (s.n == 0 || !memchr(s.p, '\\', s.n))
		return s;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && (++i == s.n || s.p[i] != '\\'))
			return s;
		*out++ = s.p[i];
	}
	s = ed_span_of(r->space, (size_t)(out - r->space));
	r->space = out;
	return s;
}

static struct ed_span path_of(struct ed_windows_record *r, unsigned slot)
{
	struct ed_span s = ed_windows_or_none(r->value[slot]);

	return r->slashes_twice ? halve_slashes(r, s) : s;
}

/* DOMAIN\name, which some carriers take apart. */
static struct ed_span user_of(struct ed_windows_record *r)
{
	struct ed_span domain = r->value[ED_WINDOWS_USER_DOMAIN];
	struct ed_span name = r->value[ED_WINDOWS_USER_NAME];
	uint8_t *out = r->space;

	if (ed_windows_or_none(r->value[ED_WINDOWS_USER]).n > 0)
		return path_of(r, ED_WINDOWS_USER);
	if (domain.n == 0 || name.n == 0)
		return name;
	memcpy(out, domain.p, domain.n);
	out[domain.n] = '\\';
	memcpy(out + domain.n + 1, name.p, name.n);
	r->space += domain.n + 1 + name.n;
	return ed_span_of(out, domain.n + 1 + name.n);
}

static struct ed_span host_of(const struct ed_windows_record *r)
{
	struct ed_span host = ed_windows_or_none(r->value[ED_WINDOWS_HOST]);

	if (host.n == 0)
		host = ed_windows_or_none(r->value[ED_WINDOWS_HOST_ALT]);
	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	return host;
}

/* What Sysmon writes for a program that was gone too soon; some carriers escape it once more. */
static struct ed_span image_of(struct ed_windows_record *r)
{
	struct ed_span image = path_of(r, ED_WINDOWS_IMAGE);

	if (image.n > 0 && image.p[0] == '&' && ed_span_is(image, "&lt;unknown process&gt;"))
		return ed_span_str("<unknown process>");
	return image;
}

/* ---------------------------------------------------------------- time */

struct clock {
	int64_t ns;
	uint8_t quality; /* ed_time_quality */
};

static bool read_clock(struct ed_windows_record *r, unsigned slot, uint8_t quality,
		       struct clock *ret)
{
	struct ed_span text = r->value[slot];
	uint8_t copy[TIME_BYTES];
	struct ed_logtime_read t;

	if (text.n < DATE_BYTES)
		return false;
	if (text.n > TIME_TEXT_MAX)
		text.n = TIME_TEXT_MAX;
	/* one way to write it, so that the date is the same as that of the time before */
	if (text.p[DATE_BYTES] == 'T') {
		memcpy(copy, text.p, TIME_TEXT_MAX);
		memset(copy + TIME_TEXT_MAX, 0, sizeof(copy) - TIME_TEXT_MAX);
		copy[DATE_BYTES] = ' ';
		text.p = copy;
	}
	if (ed_logtime_read(r->time, text, &t) == 0 || t.quality > ED_TIME_ZONE_ASSUMED)
		return false;
	ret->ns = t.time_ns;
	ret->quality = quality;
	return true;
}

/* When the carrier says that the record was made. */
static bool carrier_clock(struct ed_windows_record *r, struct clock *ret)
{
	uint8_t stamp = r->stamp_is_utc ? ED_TIME_EXACT_UTC : ED_TIME_ZONE_ASSUMED;

	return read_clock(r, ED_WINDOWS_CREATED, ED_TIME_EXACT_UTC, ret) ||
	       (r->stamp_is_utc && read_clock(r, ED_WINDOWS_STAMP, stamp, ret)) ||
	       read_clock(r, ED_WINDOWS_LOCAL, ED_TIME_ZONE_ASSUMED, ret) ||
	       read_clock(r, ED_WINDOWS_STAMP, stamp, ret) ||
	       read_clock(r, ED_WINDOWS_RECEIVED, ED_TIME_RECEIVED, ret);
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* True when @ns lies before the start of the process, which nothing that it does can. */
static bool is_before(int64_t ns, int64_t start_ns)
{
	return start_ns != ED_TIME_UNKNOWN_NS && ns < start_ns - LAG_MAX_NS;
}

/* True when the lagging clock must give way: to a time that is sure, or because it cannot be. */
static bool is_better(const struct clock *carrier, const struct clock *own, int64_t start_ns)
{
	if (carrier->quality == ED_TIME_EXACT_UTC)
		return distance(own->ns, carrier->ns) > LAG_MAX_NS;
	return is_before(own->ns, start_ns);
}

bool ed_windows_take_time(struct ed_windows_record *r, bool may_lag, int64_t start_ns,
			  struct ed_event *ev)
{
	struct clock own = { 0 }, carrier = { 0 }, received;
	bool has_own = read_clock(r, ED_WINDOWS_UTC, ED_TIME_EXACT_UTC, &own);
	bool has_carrier = carrier_clock(r, &carrier);

	if (!has_own && !has_carrier)
		return false;
	if (has_own && has_carrier && carrier.quality != ED_TIME_EXACT_UTC)
		ed_windows_clock_note(own.ns, carrier.ns, ev);
	if (!has_own) {
		own = carrier;
		if (may_lag && is_before(own.ns, start_ns))
			(void)read_clock(r, ED_WINDOWS_RECEIVED, ED_TIME_RECEIVED, &own);
	} else if (may_lag && has_carrier && is_better(&carrier, &own, start_ns)) {
		own = carrier;
	}
	ev->time_ns = own.ns;
	ev->time_quality = own.quality;
	if (own.quality != ED_TIME_RECEIVED &&
	    read_clock(r, ED_WINDOWS_RECEIVED, ED_TIME_RECEIVED, &received))
		ev->lag = ed_lag_code(own.ns, received.ns);
	ev->has |= ED_FIELD_TIME;
	return true;
}

/* ------------------------------------------------------------- process */

/* {01e2a015-a66c-62c4-...}: the second and third group are the start, in seconds since 1970. */
static int64_t start_from_guid(struct ed_span guid)
{
	static const uint8_t place[] = { 14, 15, 16, 17, 9, 10, 11, 12 };
	int64_t s = 0;

	if (guid.n > 0 && guid.p[0] == '{')
		guid = ed_span_from(guid, 1);
	if (guid.n < GUID_TEXT_MIN)
		return ED_TIME_UNKNOWN_NS;
	for (size_t i = 0; i < sizeof(place); i++) {
		int d = ed_hex_value(guid.p[place[i]]);

		if (d < 0)
			return ED_TIME_UNKNOWN_NS;
		s = s << 4 | d;
	}
	return s < START_MIN_S ? ED_TIME_UNKNOWN_NS : s * ED_NS_PER_S;
}

void ed_windows_take_who(struct ed_windows_record *r, enum ed_platform platform, bool is_writer,
			 struct ed_windows_who *who)
{
	struct ed_process *p = &who->process;
	struct ed_span guid = r->value[ED_WINDOWS_GUID];
	unsigned pid = is_writer ? ED_WINDOWS_HEADER_PID : ED_WINDOWS_PID;

	memset(who, 0, sizeof(*who));
	who->platform = (uint8_t)platform;
	p->pid = ed_windows_number(r->value[pid]);
	p->start_ns = start_from_guid(guid);
	p->id = ed_process_id_from_guid(guid);
	if (p->id == 0)
		p->id = ed_process_id_from_pid(0, p->pid, ED_TIME_UNKNOWN_NS);
	p->attribution = ED_ATTRIBUTION_DIRECT;
	who->text[ED_TEXT_HOST] = host_of(r);
	who->text[ED_TEXT_IMAGE] = image_of(r);
	if (is_writer)
		who->text[ED_TEXT_USER] = r->value[ED_WINDOWS_HEADER_USER];
	else
		who->text[ED_TEXT_USER] = user_of(r);
	if (who->text[ED_TEXT_IMAGE].n > 0 || p->pid > 0)
		who->has |= ED_FIELD_PROCESS;
	if (who->text[ED_TEXT_IMAGE].n > 0)
		who->has |= ED_FIELD_IMAGE;
	if (who->text[ED_TEXT_HOST].n > 0)
		who->has |= ED_FIELD_HOST;
	if (who->text[ED_TEXT_USER].n > 0)
		who->has |= ED_FIELD_USER;
}

void ed_windows_take_lineage(struct ed_windows_record *r, struct ed_windows_who *who)
{
	struct ed_process *p = &who->process;

	p->parent_id = ed_process_id_from_guid(r->value[ED_WINDOWS_PARENT_GUID]);
	p->ppid = ed_windows_number(r->value[ED_WINDOWS_PARENT_PID]);
	who->text[ED_TEXT_COMMAND] = path_of(r, ED_WINDOWS_COMMAND);
	who->text[ED_TEXT_PARENT] = path_of(r, ED_WINDOWS_PARENT);
	who->text[ED_TEXT_PARENT_COMMAND] = path_of(r, ED_WINDOWS_PARENT_COMMAND);
	who->text[ED_TEXT_HASHES] = ed_windows_or_none(r->value[ED_WINDOWS_HASHES]);
	p->launch = (uint16_t)ed_windows_launch(who->text[ED_TEXT_PARENT],
						who->text[ED_TEXT_PARENT_COMMAND]);
	if (who->text[ED_TEXT_COMMAND].n > 0 || who->text[ED_TEXT_PARENT].n > 0)
		who->has |= ED_FIELD_LINEAGE;
}
