/* SPDX-License-Identifier: Apache-2.0 */
/* An inventory: files to rows, look-ups; see inventory.h. */
#include "enrich/inventory.h"

#include <errno.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "enrich/inventory_int.h"

enum { ARRAY_MIN = 64 };

/* -------------------------------------------------------------------- memory */

void *ed_inventory_array_add(struct ed_inventory_array *a)
{
	uint8_t *item;

	if (a->n == a->max) {
		size_t max = a->max ? a->max * 2 : ARRAY_MIN;
		void *more = realloc(a->p, max * a->item_bytes);

		if (!more)
			return NULL;
		a->p = more;
		a->max = max;
	}
	item = (uint8_t *)a->p + a->n++ * a->item_bytes;
	memset(item, 0, a->item_bytes);
	return item;
}

void ed_inventory_array_done(struct ed_inventory_array *a)
{
	free(a->p);
	a->p = NULL;
	a->n = a->max = 0;
}

int ed_inventory_new(uint64_t hash_key, struct ed_inventory **ret)
{
	struct ed_inventory *inv = ed_mem_zalloc(1, sizeof(*inv));

	*ret = inv;
	if (!inv)
		return -ENOMEM;
	inv->hash_key = hash_key;
	inv->rows.item_bytes = sizeof(struct ed_inventory_stored);
	inv->addrs.item_bytes = sizeof(struct ed_inventory_prefix);
	inv->assets.item_bytes = sizeof(struct ed_asset);
	inv->claims.item_bytes = sizeof(struct ed_inventory_claim);
	inv->periods.item_bytes = sizeof(struct ed_inventory_period);
	inv->ranges.item_bytes = sizeof(struct ed_inventory_range);
	return 0;
}

void ed_inventory_free(struct ed_inventory *inv)
{
	if (!inv)
		return;
	while (inv->arena) {
		struct ed_inventory_arena *next = inv->arena->next;

		free(inv->arena);
		inv->arena = next;
	}
	ed_inventory_array_done(&inv->rows);
	ed_inventory_array_done(&inv->addrs);
	ed_inventory_array_done(&inv->assets);
	ed_inventory_array_done(&inv->claims);
	ed_inventory_array_done(&inv->periods);
	ed_inventory_array_done(&inv->ranges);
	free(inv->full.slots);
	free(inv->short_names.slots);
	free(inv->by_machine);
	free(inv->machine_first);
	ed_mem_free(inv->slots);
	ed_mem_free(inv);
}

/* --------------------------------------------------------------------- texts */

/* Bytes of the character at the front of @s; 0: it is none that may be kept. */
static size_t kept_n(struct ed_span s)
{
	uint32_t c = 0;
	size_t n = ed_utf8_char(s, &c);

	return c < 0x20 || (c >= 0x7f && c < 0xa0) ? 0 : n;
}

static size_t clean(struct ed_span s, bool lower, char ret[static ED_INVENTORY_TEXT_MAX + 1])
{
	size_t n = 0;

	while (s.n > 0) {
		size_t step = kept_n(s);

		if (n + (step ? step : 1) > ED_INVENTORY_TEXT_MAX)
			break;
		if (step == 0)
			ret[n++] = '?';
		else if (lower && ed_is_upper(s.p[0]))
			ret[n++] = (char)ed_to_lower(s.p[0]);
		else
			n += (size_t)((char *)mempcpy(ret + n, s.p, step) - (ret + n));
		s = ed_span_from(s, step ? step : 1);
	}
	ret[n] = '\0';
	return n;
}

/* One file's rows on their way into the set. */
struct load {
	struct ed_inventory *inv;
	const uint8_t *line_at; /* up to here the lines were counted */
	uint64_t line;
	size_t n_rows, n_addrs; /* before it */
	int error;
};

/* "" for nothing. */
static const char *keep(struct load *load, struct ed_span s, bool lower)
{
	struct ed_inventory_arena *a = load->inv->arena;
	char text[ED_INVENTORY_TEXT_MAX + 1];
	size_t n = clean(s, lower, text) + 1;
	char *to;

	if (n == 1)
		return "";
	if (!a || n > sizeof(a->text) - a->n) {
		a = malloc(sizeof(*a));
		if (!a) {
			load->error = -ENOMEM;
			return "";
		}
		a->next = load->inv->arena;
		a->n = 0;
		load->inv->arena = a;
	}
	to = a->text + a->n;
	memcpy(to, text, n);
	a->n += n;
	return to;
}

/* ------------------------------------------------------------------- reading */

/* Rows come in the order of the text, so its lines are counted once. */
static uint64_t line_of(struct load *load, const uint8_t *at)
{
	const uint8_t *p = load->line_at;

	while (p < at && (p = memchr(p, '\n', (size_t)(at - p))) != NULL) {
		p++;
		load->line++;
	}
	if (at > load->line_at)
		load->line_at = at;
	return load->line;
}

static void take_addrs(struct load *load, const struct ed_inventory_row *row)
{
	for (unsigned i = 0; i < row->n_addrs; i++) {
		struct ed_inventory_prefix *p = NULL;

		if (load->inv->addrs.n < ED_INVENTORY_CLAIMS_MAX)
			p = ed_inventory_array_add(&load->inv->addrs);
		else
			load->error = ED_INVENTORY_TOO_MANY;
		if (!p) {
			load->error = load->error ? load->error : -ENOMEM;
			return;
		}
		*p = row->addr[i];
	}
}

static void take_row(void *arg, const struct ed_inventory_row *row)
{
	struct load *load = arg;
	struct ed_inventory *inv = load->inv;
	struct ed_inventory_stored *s;

	if (load->error != 0)
		return;
	if (inv->rows.n == ED_INVENTORY_ROWS_MAX) {
		load->error = ED_INVENTORY_TOO_MANY;
		return;
	}
	s = ed_inventory_array_add(&inv->rows);
	if (!s) {
		load->error = -ENOMEM;
		return;
	}
	for (unsigned i = 0; i < ED_INVENTORY_TEXTS; i++)
		s->text[i] = keep(load, row->text[i], false);
	for (unsigned i = 0; i < row->n_names; i++)
		s->name[i] = keep(load, row->name[i], true);
	memcpy(s->mac, row->mac, sizeof(s->mac));
	s->n_names = row->n_names;
	s->n_macs = row->n_macs;
	s->from_ns = row->from_ns;
	s->to_ns = row->to_ns;
	s->net_tag = row->net_tag;
	s->verb = row->verb;
	s->role = row->role;
	s->platform = row->platform ? row->platform :
				      (uint8_t)ed_asset_platform_of(row->text[ED_INVENTORY_OS]);
	s->is_declared = row->is_declared;
	s->sequence = row->sequence;
	s->file = (uint8_t)inv->n_files;
	s->line = line_of(load, row->at);
	s->first_addr = (uint32_t)inv->addrs.n;
	s->n_addrs = row->n_addrs;
	take_addrs(load, row);
}

static int fail(struct ed_inventory_fault *ret, uint64_t line, int why)
{
	static const char *const text[] = {
		[ED_INVENTORY_EMPTY] = "no asset in it",
		[ED_INVENTORY_UNREADABLE] = "no inventory that is known",
		[ED_INVENTORY_IS_PACKED] = "compressed; unpack it first",
		[ED_INVENTORY_IS_CUT] = "broken, or it ends too early",
		[ED_INVENTORY_TOO_MANY] = "too many assets or addresses",
		[ED_INVENTORY_TOO_MANY_FILES] = "too many files",
	};

	if (ret)
		*ret = (struct ed_inventory_fault){ .line = line, .text = text[why] };
	return why;
}

static uint64_t line_number(struct ed_span text, const uint8_t *at)
{
	struct load l = { .line_at = text.p, .line = 1 };

	return at ? line_of(&l, at) : 0;
}

/* 0, or why what was read is refused. A server that was just started has a lease file without
 * leases. */
static int judge(const struct ed_inventory_reader *r, enum ed_inventory_syntax syntax,
		 struct ed_inventory_fault *ret_fault)
{
	uint64_t line = line_number(r->text, r->first_bad);
	bool may_be_empty = syntax == ED_INVENTORY_KEA || syntax == ED_INVENTORY_DHCPD ||
			    syntax == ED_INVENTORY_DNSMASQ || syntax == ED_INVENTORY_NMAP ||
			    syntax == ED_INVENTORY_NMAP_GREP;

	if (r->cut)
		return fail(ret_fault, line, ED_INVENTORY_IS_CUT);
	if (r->n_bad > r->n_rows + r->n_other)
		return fail(ret_fault, line, ED_INVENTORY_UNREADABLE);
	if (r->n_rows == 0 && !may_be_empty)
		return fail(ret_fault, 0, ED_INVENTORY_EMPTY);
	return 0;
}

/* The file's name without its folder; what a person or a syntax could trip over becomes '_'. */
static void name_file(struct ed_inventory_file *file, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t n = 0;

	for (; name[n] && n < sizeof(file->name) - 1; n++) {
		char c = name[n];

		file->name[n] = c <= ' ' || c >= 0x7f || strchr("\"'\\<>&,", c) ? '_' : c;
	}
	file->name[n] = '\0';
}

static void note_file(struct ed_inventory *inv, const char *path, const char *syntax,
		      const struct ed_inventory_reader *r)
{
	struct ed_inventory_file *file = &inv->files[inv->n_files++];

	*file = (struct ed_inventory_file){
		.syntax = syntax,
		.n_rows = r->n_rows,
		.n_other = r->n_other,
		.n_bad = r->n_bad,
		.n_odd_roles = r->n_odd_roles,
		.n_cut = r->n_cut,
		.first_odd_role = line_number(r->text, r->first_odd_role),
		.first_bad = { .line = line_number(r->text, r->first_bad),
			       .text = r->first_bad_why },
	};
	name_file(file, path);
}

static void forget(struct load *load)
{
	load->inv->rows.n = load->n_rows;
	load->inv->addrs.n = load->n_addrs;
}

static int add_utf8(struct ed_inventory *inv, const char *path, struct ed_span text,
		    struct ed_inventory_fault *ret_fault)
{
	struct load load = { .inv = inv,
			     .line_at = text.p,
			     .line = 1,
			     .n_rows = inv->rows.n,
			     .n_addrs = inv->addrs.n };
	struct ed_inventory_reader r = { .text = text, .row = take_row, .arg = &load };
	enum ed_inventory_syntax syntax = ed_inventory_sniff(text);
	int why;

	if (syntax == ED_INVENTORY_PACKED)
		return fail(ret_fault, 0, ED_INVENTORY_IS_PACKED);
	if (syntax == ED_INVENTORY_UNKNOWN)
		return fail(ret_fault, 0, ED_INVENTORY_UNREADABLE);
	why = ed_inventory_read(&r, syntax);
	if (why == 0)
		why = load.error > 0 ? fail(ret_fault, 0, load.error) : load.error;
	if (why == 0 && syntax == ED_INVENTORY_CSV && r.n_rows + r.n_other + r.n_bad == 0)
		why = fail(ret_fault, 0, ED_INVENTORY_UNREADABLE);
	if (why == 0)
		why = judge(&r, syntax, ret_fault);
	if (why == 0)
		note_file(inv, path, ed_inventory_syntax_name(syntax), &r);
	else
		forget(&load);
	return why;
}

/* Little-endian UTF-16 as UTF-8, at most three bytes for two; lone surrogates as '?'. */
static size_t from_utf16(struct ed_span s, uint8_t *ret)
{
	uint8_t *out = ret;

	for (; s.n >= 2; s = ed_span_from(s, 2)) {
		uint32_t c = s.p[0] | (uint32_t)s.p[1] << 8;
		uint32_t low = s.n >= 4 ? s.p[2] | (uint32_t)s.p[3] << 8 : 0;

		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
			s = ed_span_from(s, 2);
		} else if (c >= 0xd800 && c < 0xe000) {
			c = '?';
		}
		out = ed_utf8_put(c, out);
	}
	return (size_t)(out - ret);
}

int ed_inventory_add(struct ed_inventory *inv, const char *path, struct ed_span text,
		     struct ed_inventory_fault *ret_fault)
{
	uint8_t *utf8;
	int why;

	if (inv->n_files == ED_INVENTORY_FILES_MAX)
		return fail(ret_fault, 0, ED_INVENTORY_TOO_MANY_FILES);
	if (ed_span_starts(text, "\xef\xbb\xbf"))
		text = ed_span_from(text, 3);
	if (!ed_span_starts(text, "\xff\xfe"))
		return add_utf8(inv, path, text, ret_fault);
	text = ed_span_from(text, 2);
	utf8 = malloc(text.n / 2 * 3 + 1);
	if (!utf8)
		return -ENOMEM;
	why = add_utf8(inv, path, ed_span_of(utf8, from_utf16(text, utf8)), ret_fault);
	free(utf8);
	return why;
}

int ed_inventory_add_file(struct ed_inventory *inv, const char *path,
			  struct ed_inventory_fault *ret_fault)
{
	uint8_t *text;
	size_t n;
	int why = ed_file_read(path, ED_INVENTORY_FILE_MAX_BYTES, &text, &n);

	if (why < 0)
		return why;
	why = ed_inventory_add(inv, path, ed_span_of(text, n), ret_fault);
	free(text);
	return why;
}
