/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One number for a process, made the same way by every format of a platform, so that a record can
 * find the record of its parent:
 *	{42c2e005-bec3-5f7e-a902-000000000400}     Windows: the GUID that Sysmon gives it
 *	pid 10884 of this boot, started at ...     elsewhere; boot and start where they are told
 *
 * A number is only good within its host. Where nothing but the pid is known it is that of whichever
 * process had the pid at the time.
 */
#ifndef ED_FORMAT_HOST_PROCESS_ID_H
#define ED_FORMAT_HOST_PROCESS_ID_H

#include "base/hash.h"
#include "base/span.h"

#include <string.h>

#define ED_PROCESS_ID_KEY UINT64_C(0x9d5f1c3a7be20461)

enum { ED_PROCESS_GUID_MAX = 64 };

/* Eight bytes at @p in upper case. */
static inline uint64_t ed_process_upper_8(const uint8_t *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t v, low, letters;

	memcpy(&v, p, sizeof(v));
	low = v & ones * 0x7f;
	/* the top bit of each byte: at least 'a', and not beyond 'z', and no more than 7 bits */
	letters = (low + ones * (0x80 - 'a')) & ~(low + ones * (0x7f - 'z')) & ~v & ones * 0x80;
	return v - (letters >> 2);
}

/* 0 when @guid is empty, all zeros, or longer than a GUID is. */
static inline uint64_t ed_process_id_from_guid(struct ed_span guid)
{
	uint8_t upper[ED_PROCESS_GUID_MAX] = { 0 };
	size_t i = 0;
	uint64_t id, v;

	if (guid.n > 0 && guid.p[0] == '{')
		guid = ed_span_from(guid, 1);
	if (guid.n > 0 && guid.p[guid.n - 1] == '}')
		guid.n--;
	if (guid.n == 0 || guid.n > sizeof(upper))
		return 0;
	while (i < guid.n && (guid.p[i] == '0' || guid.p[i] == '-'))
		i++;
	if (i == guid.n)
		return 0;
	memcpy(upper, guid.p, guid.n);
	for (i = 0; i < guid.n; i += sizeof(v)) {
		v = ed_process_upper_8(upper + i);
		memcpy(upper + i, &v, sizeof(v));
	}
	id = ed_hash_bytes(upper, guid.n, ED_PROCESS_ID_KEY);
	return id | (id == 0);
}

/* @boot: whatever tells one boot from another, 0 not known; @start_ns: ED_TIME_UNKNOWN_NS not
 * known. 0 when @pid is 0. */
static inline uint64_t ed_process_id_from_pid(uint64_t boot, uint32_t pid, int64_t start_ns)
{
	uint64_t id = ed_hash_pair(ed_hash_pair(boot ^ ED_PROCESS_ID_KEY, pid), (uint64_t)start_ns);

	return pid == 0 ? 0 : id | (id == 0);
}

#endif
