/* SPDX-License-Identifier: Apache-2.0 */
/* Who is behind an event; see process.h. */
#include "record/process.h"

#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/name.h"

static const char *const platforms[ED_PLATFORM_N] = { "unknown", "windows", "linux",
						      "macos",   "network", "esxi" };

const char *ed_platform_name(unsigned platform)
{
	return platforms[platform < ED_PLATFORM_N ? platform : 0];
}

bool ed_platform_from_name(struct ed_span name, enum ed_platform *ret)
{
	for (unsigned i = 0; i < ED_PLATFORM_N; i++) {
		if (name.n != strlen(platforms[i]) ||
		    strncasecmp((const char *)name.p, platforms[i], name.n) != 0)
			continue;
		*ret = i;
		return true;
	}
	return false;
}

struct ed_span ed_process_text(const struct ed_process *p, enum ed_text id)
{
	const uint8_t *at = (const uint8_t *)(p + 1);

	for (unsigned i = 0; i < id; i++)
		at += p->text_n[i];
	return ed_span_of(at, p->text_n[id]);
}

struct ed_span ed_image_base(struct ed_span path)
{
	for (size_t i = path.n; i > 0; i--) {
		if (path.p[i - 1] == '/' || path.p[i - 1] == '\\')
			return ed_span_from(path, i);
	}
	return path;
}

static size_t text_max(unsigned id)
{
	bool is_command = id == ED_TEXT_COMMAND || id == ED_TEXT_PARENT_COMMAND;

	return is_command ? ED_TEXT_COMMAND_MAX : ED_TEXT_MAX;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t ed_process_write(const struct ed_process *p, const struct ed_span text[static ED_TEXT_N],
			struct ed_process *ret, size_t n_room)
{
	uint8_t *at = (uint8_t *)(ret + 1);
	size_t left = n_room - sizeof(*ret);

	*ret = *p;
	ret->is_cut = false;
	for (unsigned i = 0; i < ED_TEXT_N; i++) {
		size_t n = least(least(text[i].n, text_max(i)), left);

		if (n > 0)
			memcpy(at, text[i].p, n);
		ret->text_n[i] = (uint16_t)n;
		ret->is_cut |= n < text[i].n;
		at += n;
		left -= n;
	}
	return (size_t)(at - (uint8_t *)ret);
}

/* ------------------------------------------------------------------- actors */

/* The longest that an actor keeps of each text: together they fit. */
static const uint16_t kept_max[ED_TEXT_N] = {
	[ED_TEXT_HOST] = 64,
	[ED_TEXT_IMAGE] = 160,
	[ED_TEXT_COMMAND] = 224,
	[ED_TEXT_PARENT] = 128,
	[ED_TEXT_PARENT_COMMAND] = 160,
	[ED_TEXT_USER] = 64,
	[ED_TEXT_SIGNER] = 48,
	[ED_TEXT_UNIT] = 80,
	[ED_TEXT_PACKAGE] = 32,
};

size_t ed_actor_texts(const struct ed_process *p, struct ed_span ret[static ED_TEXT_N])
{
	size_t sum = 0;

	for (unsigned i = 0; i < ED_TEXT_N; i++) {
		ret[i] = ed_process_text(p, i);
		ret[i].n = least(ret[i].n, kept_max[i]);
		sum += ret[i].n;
	}
	return sum;
}

static void take_number(uint64_t *into, uint64_t from)
{
	if (*into == 0)
		*into = from;
}

void ed_actor_learn(struct ed_actor *actor, const struct ed_process *p, unsigned platform)
{
	struct ed_span text[ED_TEXT_N];
	struct ed_actor old = *actor;
	struct ed_process head = old.known ? old.process : *p;

	for (unsigned i = 0; i < ED_TEXT_N; i++) {
		struct ed_span theirs = ed_process_text(p, i);

		text[i] = ed_actor_text(&old, i);
		if (text[i].n == 0)
			text[i] = ed_span_of(theirs.p, least(theirs.n, kept_max[i]));
	}
	if (old.known) {
		take_number(&head.id, p->id);
		take_number(&head.parent_id, p->parent_id);
		head.pid = head.pid ? head.pid : p->pid;
		head.ppid = head.ppid ? head.ppid : p->ppid;
		head.launch |= p->launch;
		if (p->attribution > head.attribution)
			head.attribution = p->attribution;
	}
	(void)ed_process_write(&head, text, &actor->process,
			       sizeof(actor->process) + sizeof(actor->text));
	actor->known = true;
	if (actor->platform == ED_PLATFORM_UNKNOWN)
		actor->platform = (uint8_t)platform;
}

/* -------------------------------------------------------------------- words */

size_t ed_process_print(struct ed_span text, char *ret, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < text.n && at + 4 < n; i++) {
		uint8_t c = text.p[i];

		if (c >= ' ' && c < 0x7f) {
			ret[at++] = (char)c;
			continue;
		}
		ret[at++] = '\\';
		ret[at++] = 'x';
		ret[at++] = ed_hex_digit(c >> 4);
		ret[at++] = ed_hex_digit(c);
	}
	if (n > 0)
		ret[at] = '\0';
	return at;
}

const char *ed_attribution_text(unsigned attribution)
{
	static const char *const texts[] = {
		[ED_ATTRIBUTION_NONE] = "not known",
		[ED_ATTRIBUTION_WEAK] = "the only candidate at that time",
		[ED_ATTRIBUTION_COMMAND] = "the name stands in its command line",
		[ED_ATTRIBUTION_SOCKET] = "it talked to the name server at that time",
		[ED_ATTRIBUTION_STUB] = "it talked to the machine's own resolver at that time",
		[ED_ATTRIBUTION_DIRECT] = "its lookups are logged",
	};

	return texts[attribution <= ED_ATTRIBUTION_DIRECT ? attribution : 0];
}

/* ------------------------------------------------------------------- hashes */

static uint64_t hash_lower(struct ed_span text, uint64_t key)
{
	uint8_t lower[ED_TEXT_MAX];
	size_t n = least(text.n, sizeof(lower));

	if (n > 0)
		ed_name_lower(text.p, n, lower);
	return ed_hash_bytes(lower, n, key);
}

/* The first label of a host's name; an address whole. */
static struct ed_span short_name(struct ed_span host)
{
	struct ed_addr addr;
	const uint8_t *dot = host.n ? memchr(host.p, '.', host.n) : NULL;

	if (!dot || dot == host.p)
		return host;
	/* nearly all begin like no address */
	if ((ed_hex_value(host.p[0]) >= 0 || host.p[0] == ':') && ed_addr_from_text(host, &addr))
		return host;
	return ed_span_of(host.p, (size_t)(dot - host.p));
}

uint64_t ed_process_host_hash(const struct ed_process *p, uint64_t key)
{
	struct ed_span host = short_name(ed_process_text(p, ED_TEXT_HOST));

	return host.n ? hash_lower(host, key) | 1 : 0;
}

uint64_t ed_process_program_hash(const struct ed_process *p, uint64_t key)
{
	return hash_lower(ed_process_text(p, ED_TEXT_IMAGE), ed_process_host_hash(p, key) ^ key);
}
