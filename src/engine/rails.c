/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is never blocked; see rails.h. Own zones and allowed names hold in both directions: neither
 * a name below them is blocked nor one above, which would take them along.
 */
#include "engine/rails.h"

#include "base/hash.h"
#include "engine/psl_file.h"
#include "enrich/reputation.h"
#include "enrich/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAMES_MAX_BYTES = 64 << 20, LINE_MAX_BYTES = 4096, HASH_KEY = 1 };

struct ed_rails {
	struct ed_psl *psl;
	struct ed_reputation *popular; /* NULL: no list */
	struct ed_buf own, allowed;    /* wire names in lower case, one behind the other */
};

static int fail(char error[static 256], const char *what, const char *why)
{
	(void)snprintf(error, 256, "%.160s: %s", what, why);
	return -EINVAL;
}

/* "*.x" and ".x" mean x and all below it, as x does. */
static bool add_name(struct ed_span text, struct ed_buf *names)
{
	struct ed_name name;

	if (ed_span_starts(text, "*."))
		text = ed_span_from(text, 2);
	else if (text.n > 1 && text.p[0] == '.')
		text = ed_span_from(text, 1);
	if (ed_name_from_text(text, ED_NAME_MASTER, &name) != 0 || name.n < 2)
		return false;
	ed_name_lower(name.wire, name.n, name.wire);
	ed_buf_put(names, name.wire, name.n);
	return true;
}

static struct ed_span trim(const char *line)
{
	size_t n = strcspn(line, "#\r\n");

	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	while (n > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	return ed_span_of(line, n);
}

static int read_names(const char *path, struct ed_buf *names, char error[static 256])
{
	char line[LINE_MAX_BYTES];
	unsigned number = 0;
	int why = 0;
	FILE *f = fopen(path, "re");

	if (!f) {
		why = -errno;
		(void)fail(error, path, strerror(errno));
		return why;
	}
	while (why == 0 && fgets(line, sizeof(line), f)) {
		struct ed_span text = trim(line);

		number++;
		if (text.n == 0)
			continue;
		if (!strchr(line, '\n') && !feof(f))
			why = fail(error, path, "a line is too long");
		else if (!add_name(text, names)) {
			(void)snprintf(error, 256, "%.160s, line %u: no domain name", path, number);
			why = -EINVAL;
		}
	}
	if (why == 0 && ferror(f)) {
		(void)fail(error, path, "cannot be read");
		why = -EIO;
	}
	(void)fclose(f);
	return why;
}

static int read_popular(const struct ed_rails_config *conf, struct ed_reputation **ret,
			char error[static 256])
{
	int why = conf->n_popular > 0 ? ed_reputation_new(HASH_KEY, ret) : 0;

	for (size_t i = 0; i < conf->n_popular && why == 0; i++) {
		struct ed_reputation_fault fault = { .text = "" };

		why = ed_reputation_add_file(*ret, conf->popular[i], &fault);
		if (why < 0)
			(void)fail(error, conf->popular[i], strerror(-why));
		else if (why > 0)
			why = fail(error, conf->popular[i], fault.text);
	}
	return why == 0 && *ret ? ed_reputation_build(*ret) : why;
}

static int fill(struct ed_rails *r, const struct ed_rails_config *conf, char error[static 256])
{
	int why = ed_psl_file_load(conf->psl, HASH_KEY, &r->psl, error);

	for (size_t i = 0; i < conf->n_own_zones && why == 0; i++) {
		if (!add_name(ed_span_str(conf->own_zones[i]), &r->own))
			why = fail(error, "--own-zone", "no domain name");
	}
	for (size_t i = 0; i < conf->n_allow && why == 0; i++)
		why = read_names(conf->allow[i], &r->allowed, error);
	if (why == 0)
		why = read_popular(conf, &r->popular, error);
	if (why == 0 && (r->own.full || r->allowed.full)) {
		(void)fail(error, "names that are not to be blocked", "too many");
		why = -EFBIG;
	}
	return why;
}

int ed_rails_new(const struct ed_rails_config *conf, struct ed_rails **ret, char error[static 256])
{
	struct ed_rails *r = calloc(1, sizeof(*r));
	int why;

	(void)snprintf(error, 256, "no memory");
	if (!r)
		return -ENOMEM;
	ed_buf_init(&r->own, NAMES_MAX_BYTES);
	ed_buf_init(&r->allowed, NAMES_MAX_BYTES);
	why = fill(r, conf, error);
	if (why < 0)
		ed_rails_free(r);
	else
		*ret = r;
	return why;
}

void ed_rails_free(struct ed_rails *r)
{
	if (!r)
		return;
	ed_psl_free(r->psl);
	ed_reputation_free(r->popular);
	ed_buf_done(&r->own);
	ed_buf_done(&r->allowed);
	free(r);
}

static size_t name_bytes(const char *wire)
{
	size_t n = 0;

	while (wire[n])
		n += (size_t)(unsigned char)wire[n] + 1;
	return n + 1;
}

static bool touches(const struct ed_buf *names, struct ed_span name)
{
	for (size_t i = 0; i < names->n;) {
		struct ed_span other = ed_span_of(names->p + i, name_bytes(names->p + i));

		if (ed_name_within(name, other) || ed_name_within(other, name))
			return true;
		i += other.n;
	}
	return false;
}

static bool is_popular(const struct ed_rails *r, struct ed_span name, unsigned zone_off)
{
	struct ed_span zone = ed_span_from(name, zone_off);
	const uint64_t hash[2] = { ed_hash_bytes(name.p, name.n, HASH_KEY),
				   ed_hash_bytes(zone.p, zone.n, HASH_KEY) };
	uint8_t feed;

	return r->popular &&
	       ed_reputation_find(r->popular, name, zone_off, hash, &feed) != ED_REPUTATION_NONE;
}

static const char *name_reason(const struct ed_rails *r, struct ed_span name)
{
	struct ed_zone_cut cut;

	ed_zone_cut(r->psl, name, &cut);
	switch (cut.kind) {
	case ED_ZONE_NONE:
		return "it is the root";
	case ED_ZONE_SUFFIX:
		return "it is a public suffix";
	case ED_ZONE_SINGLE:
		return "it is a single label";
	case ED_ZONE_REVERSE:
	case ED_ZONE_ARPA:
		return "it lies under arpa";
	case ED_ZONE_HIDDEN:
		return "the source masked the name";
	default:
		break;
	}
	if (ed_name_within(name, ed_span_of("\004arpa", 6)))
		return "it lies under arpa";
	if (touches(&r->own, name))
		return "it touches a zone of your own (--own-zone)";
	if (touches(&r->allowed, name))
		return "it touches an allowed name (--allow)";
	if (is_popular(r, name, cut.off))
		return "it is a popular domain (--popular)";
	return NULL;
}

const char *ed_rails_reason(const struct ed_rails *r, const struct ed_contain_entry *e,
			    const struct ed_contain_frame *frame)
{
	for (size_t i = 0; i < frame->n_resolvers; i++) {
		if (ed_addr_eq(&frame->resolvers[i], &e->client) ||
		    ed_addr_eq(&frame->resolvers[i], &e->server))
			return "it is one of the resolvers (--resolver)";
	}
	return e->domain.n > 0 ? name_reason(r, ed_span_of(e->domain.wire, e->domain.n)) : NULL;
}
