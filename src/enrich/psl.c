/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public Suffix List: file to label tree, and the walk over it. A sample:
 *	// ck : https://example.invalid/registry
 *	co.uk
 *	*.ck
 *	!www.ck
 *	公司.cn
 * The one idea: a node is found by (parent node, label) and compared by both, so equality of whole
 * suffixes follows from equality label by label and no suffix is ever put together.
 */
#include "enrich/psl.h"

#include <endian.h>
#include <errno.h>
#include <idn2.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/name.h"

enum {
	NODE_PLAIN = 1,     /* this suffix is a rule */
	NODE_WILDCARD = 2,  /* every child is a suffix */
	NODE_EXCEPTION = 4, /* not a suffix although a wildcard says so */
	NODE_PARENT = 8,    /* has children: looking deeper can pay */
};

enum {
	ROOT = 0,
	SLOTS_MIN = 1 << 10,
	SLOTS_PER_NODE = 4, /* sparse, so that a miss mostly ends at its first, empty slot */
	FILTER_SLOTS = 32,  /* a word of the filter has two bits for each of so many slots */
	NODE_MASK = ED_PSL_NODES_MAX - 1,
	PROBES_MAX = 256, /* linear probing this sparse gets nowhere near it by chance */
};

struct psl_node {
	uint64_t tail; /* the last 8 bytes of the label, see label_word() */
	uint32_t parent;
	uint32_t label; /* where in the pool */
	uint32_t hash;
	uint8_t n_bytes;
	uint8_t flags;
};

struct ed_psl {
	uint64_t hash_key;
	uint32_t slot_mask;
	uint32_t n_nodes;
	uint32_t *slots;  /* see slot_value(); 0 is empty, for the root is nobody's child */
	uint64_t *filter; /* two bits a slot: small enough to stay in the nearest cache */
	struct psl_node *nodes;
	uint8_t *pool; /* the labels, end to end */
	size_t nodes_max;
	size_t pool_bytes;
	size_t pool_max_bytes;
	size_t n_rules;
};

static const char *const fault_text[] = {
	[ED_PSL_NO_RULES] = "no rules in the list",
	[ED_PSL_LINE_TOO_LONG] = "rule too long",
	[ED_PSL_BAD_BYTE] = "rule holds bytes that no host name has",
	[ED_PSL_BAD_NAME] = "rule is not a domain name (a label is empty, or too long)",
	[ED_PSL_BAD_IDN] = "internationalised label cannot be converted to ASCII",
	[ED_PSL_BAD_WILDCARD] = "wildcard is not the whole leftmost label",
	[ED_PSL_BAD_EXCEPTION] = "exception for a single label",
	[ED_PSL_TOO_MANY] = "too many rules",
	[ED_PSL_CROWDED] = "labels collide in the hash table; try another --seed",
};

const char *ed_psl_default_path(void)
{
	return "/usr/share/publicsuffix/public_suffix_list.dat";
}

/* A label on its way through the table. */
struct psl_label {
	const uint8_t *p; /* past the length byte */
	uint64_t tail;
	uint64_t hash; /* of the whole suffix, from the top-level domain to this label */
	uint32_t n_bytes;
};

/*
 * The @n (1 to 8) bytes before @end as one number. Reading backward costs a single load: whatever
 * lies before the label inside the same name is shifted out. Only at the very start of a name is
 * there nothing to read, and the bytes are gathered one by one.
 */
static uint64_t label_word(const uint8_t *wire, unsigned end, unsigned n)
{
	uint64_t x = 0;

	if (end >= sizeof(x)) {
		memcpy(&x, wire + end - sizeof(x), sizeof(x));
		return le64toh(x) >> (64 - 8 * n);
	}
	for (unsigned i = 1; i <= n; i++)
		x = x << 8 | wire[end - i];
	return x;
}

/*
 * The label at @off, hashed on from the hash of the suffix to its right (the key of the run for a
 * top-level domain), eight bytes a step from the end. It does not wait for the parent to be found,
 * so the processor can look up several levels at once. A collision costs a probe and nothing else:
 * a hit is compared byte for byte, and the table does not change after the load.
 */
static struct psl_label label_at(const uint8_t *wire, unsigned off, uint64_t suffix_hash)
{
	unsigned n = wire[off];
	unsigned end = off + 1 + n;
	struct psl_label label = { .p = wire + off + 1, .n_bytes = n };

	label.tail = label_word(wire, end, n < 8 ? n : 8);
	label.hash = ed_hash_mix(suffix_hash ^ label.tail);
	while (n > 8) {
		n -= 8;
		end -= 8;
		label.hash = ed_hash_mix(label.hash ^ label_word(wire, end, n < 8 ? n : 8));
	}
	return label;
}

static bool node_is(const struct ed_psl *psl, const struct psl_node *node, uint32_t parent,
		    const struct psl_label *label)
{
	return node->tail == label->tail && node->parent == parent &&
	       node->n_bytes == label->n_bytes &&
	       (label->n_bytes <= 8 ||
		memcmp(psl->pool + node->label, label->p, label->n_bytes - 8) == 0);
}

/* The number of the node, and above it as many bits of the hash as there is room for. */
static uint32_t slot_value(uint32_t hash, uint32_t node)
{
	return (hash & ~(uint32_t)NODE_MASK) | node;
}

static uint64_t *filter_word(const struct ed_psl *psl, uint32_t hash)
{
	return &psl->filter[(hash & (psl->slot_mask * 2 + 1)) >> 6];
}

/* False: no suffix of the list has this hash. Most labels below a suffix end here. */
static bool may_be_listed(const struct ed_psl *psl, uint32_t hash)
{
	return *filter_word(psl, hash) >> (hash & 63) & 1;
}

static void note_listed(struct ed_psl *psl, uint32_t hash)
{
	*filter_word(psl, hash) |= UINT64_C(1) << (hash & 63);
}

/* The slot that holds the child or, when there is none, the empty slot where it belongs. */
static inline uint32_t *find_slot(const struct ed_psl *psl, uint32_t parent,
				  const struct psl_label *label)
{
	uint32_t hash = (uint32_t)label->hash;

	for (uint32_t i = hash;; i++) {
		uint32_t *slot = &psl->slots[i & psl->slot_mask];

		if (*slot == 0)
			return slot;
		if ((*slot ^ hash) <= NODE_MASK &&
		    node_is(psl, &psl->nodes[*slot & NODE_MASK], parent, label))
			return slot;
	}
}

static uint32_t child_of(const struct ed_psl *psl, uint32_t parent, const struct psl_label *label)
{
	if (!may_be_listed(psl, (uint32_t)label->hash))
		return ROOT;
	return *find_slot(psl, parent, label) & NODE_MASK;
}

unsigned ed_psl_suffix_labels(const struct ed_psl *psl, const uint8_t *wire,
			      const uint8_t *label_off, unsigned n_labels, unsigned *ret_n_looked)
{
	struct psl_label label = { .hash = psl->hash_key };
	uint32_t node = ROOT;
	unsigned above = psl->nodes[ROOT].flags;
	unsigned n_suffix = 0;

	*ret_n_looked = n_labels + 1;
	for (unsigned depth = 1; depth <= n_labels; depth++) {
		unsigned flags = 0;

		if (above & NODE_PARENT) {
			label = label_at(wire, label_off[n_labels - depth], label.hash);
			node = child_of(psl, node, &label);
			flags = node == ROOT ? 0 : psl->nodes[node].flags;
		}
		if (flags & NODE_EXCEPTION)
			return depth - 1;
		if ((above & NODE_WILDCARD) || (flags & (NODE_PLAIN | NODE_WILDCARD)))
			n_suffix = depth;
		if (!(flags & (NODE_PARENT | NODE_WILDCARD))) {
			*ret_n_looked = depth;
			break;
		}
		above = flags;
	}
	return n_suffix;
}

/* Room for @need elements of @size_bytes in an array of *@max, by doubling. */
static int grow(void **array, size_t *max, size_t need, size_t size_bytes)
{
	size_t want = *max;
	void *p;

	if (need <= want)
		return 0;
	while (want < need)
		want *= 2;
	p = reallocarray(*array, want, size_bytes);
	if (!p)
		return -ENOMEM;
	*array = p;
	*max = want;
	return 0;
}

static int grow_slots(struct ed_psl *psl)
{
	uint32_t mask = psl->slot_mask * 2 + 1;
	uint32_t *slots = calloc((size_t)mask + 1, sizeof(*slots));
	uint64_t *filter = calloc(((size_t)mask + 1) / FILTER_SLOTS, sizeof(*filter));

	if (!slots || !filter) {
		free(slots);
		free(filter);
		return -ENOMEM;
	}
	free(psl->slots);
	free(psl->filter);
	psl->slots = slots;
	psl->filter = filter;
	psl->slot_mask = mask;
	for (uint32_t node = ROOT + 1; node < psl->n_nodes; node++) {
		uint32_t hash = psl->nodes[node].hash;
		uint32_t i = hash;

		while (slots[i & mask] != 0)
			i++;
		slots[i & mask] = slot_value(hash, node);
		note_listed(psl, hash);
	}
	return 0;
}

/* Makes room for one more node with a label of @n_bytes. */
static int reserve(struct ed_psl *psl, size_t n_bytes)
{
	int r;

	if (psl->n_nodes >= ED_PSL_NODES_MAX)
		return ED_PSL_TOO_MANY;
	r = grow((void **)&psl->nodes, &psl->nodes_max, psl->n_nodes + 1UL, sizeof(*psl->nodes));
	if (r < 0)
		return r;
	r = grow((void **)&psl->pool, &psl->pool_max_bytes, psl->pool_bytes + n_bytes, 1);
	if (r < 0)
		return r;
	return psl->n_nodes > psl->slot_mask / SLOTS_PER_NODE ? grow_slots(psl) : 0;
}

static int add_node(struct ed_psl *psl, uint32_t parent, const struct psl_label *label)
{
	uint32_t hash = (uint32_t)label->hash;
	uint32_t *slot;
	int r;

	r = reserve(psl, label->n_bytes);
	if (r != 0)
		return r;
	slot = find_slot(psl, parent, label);
	if ((((uint32_t)(slot - psl->slots) - hash) & psl->slot_mask) > PROBES_MAX)
		return ED_PSL_CROWDED;
	memcpy(psl->pool + psl->pool_bytes, label->p, label->n_bytes);
	psl->nodes[psl->n_nodes] = (struct psl_node){
		.tail = label->tail,
		.parent = parent,
		.label = (uint32_t)psl->pool_bytes,
		.hash = hash,
		.n_bytes = (uint8_t)label->n_bytes,
	};
	psl->nodes[parent].flags |= NODE_PARENT;
	*slot = slot_value(hash, psl->n_nodes++);
	note_listed(psl, hash);
	psl->pool_bytes += label->n_bytes;
	return 0;
}

static int add_rule(struct ed_psl *psl, const struct ed_name *name, uint8_t flag)
{
	uint8_t label_off[ED_NAME_LABELS_MAX];
	struct psl_label label = { .hash = psl->hash_key };
	unsigned n_labels = 0;
	uint32_t node = ROOT;

	for (unsigned i = 0; name->wire[i] != 0; i += name->wire[i] + 1U)
		label_off[n_labels++] = (uint8_t)i;
	while (n_labels-- > 0) {
		uint32_t child;

		label = label_at(name->wire, label_off[n_labels], label.hash);
		child = *find_slot(psl, node, &label) & NODE_MASK;
		if (child == ROOT) {
			int r = add_node(psl, node, &label);

			if (r != 0)
				return r;
			child = psl->n_nodes - 1;
		}
		node = child;
	}
	psl->n_rules += (psl->nodes[node].flags & flag) == 0;
	psl->nodes[node].flags |= flag;
	return 0;
}

static bool is_host_byte(uint8_t c)
{
	return ed_is_host(c) || c == '.';
}

/* @text in A-labels, lower case, to wire form. */
static int ascii_to_name(struct ed_span text, struct ed_name *ret)
{
	for (size_t i = 0; i < text.n; i++) {
		if (!is_host_byte(text.p[i]))
			return text.p[i] == '*' ? ED_PSL_BAD_WILDCARD : ED_PSL_BAD_BYTE;
	}
	if (ed_name_from_text(text, ED_NAME_PLAIN, ret) != 0 || ret->n <= 1)
		return ED_PSL_BAD_NAME;
	return 0;
}

/* UTF-8 to A-labels as look-ups do it (UTS 46, non-transitional), which is how clients write names.
 */
static int idn_to_name(const char *text, struct ed_name *ret)
{
	uint8_t *ascii = NULL;
	int r = idn2_lookup_u8((const uint8_t *)text, &ascii,
			       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

	if (r == IDN2_MALLOC)
		return -ENOMEM;
	if (r == IDN2_ENCODING_ERROR)
		return ED_PSL_BAD_BYTE;
	if (r == IDN2_TOO_BIG_DOMAIN || r == IDN2_TOO_BIG_LABEL)
		return ED_PSL_BAD_NAME;
	if (r != IDN2_OK)
		return ED_PSL_BAD_IDN;
	r = ascii_to_name(ed_span_str((const char *)ascii), ret);
	idn2_free(ascii);
	return r;
}

static int read_name(struct ed_span text, struct ed_name *ret)
{
	char copy[ED_PSL_RULE_MAX_BYTES + 1];
	bool ascii = true;

	if (text.n > ED_PSL_RULE_MAX_BYTES)
		return ED_PSL_LINE_TOO_LONG;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] <= 0x20 || text.p[i] == 0x7f)
			return ED_PSL_BAD_BYTE;
		ascii = ascii && text.p[i] < 0x80;
	}
	ed_name_lower(text.p, text.n, (uint8_t *)copy);
	copy[text.n] = '\0';
	return ascii ? ascii_to_name(ed_span_of(copy, text.n), ret) : idn_to_name(copy, ret);
}

static int read_rule(struct ed_psl *psl, struct ed_span rule)
{
	struct ed_name name;
	uint8_t flag = NODE_PLAIN;
	int r;

	if (ed_span_starts(rule, "!")) {
		flag = NODE_EXCEPTION;
		rule = ed_span_from(rule, 1);
	} else if (ed_span_starts(rule, "*.")) {
		flag = NODE_WILDCARD;
		rule = ed_span_from(rule, 2);
	}
	r = read_name(rule, &name);
	if (r != 0)
		return r;
	if (flag == NODE_EXCEPTION && ed_name_labels(ed_span_of(name.wire, name.n)) < 2)
		return ED_PSL_BAD_EXCEPTION;
	return add_rule(psl, &name, flag);
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int read_line(struct ed_psl *psl, struct ed_span line)
{
	size_t n = 0;

	while (line.n > 0 && is_blank(line.p[0]))
		line = ed_span_from(line, 1);
	if (line.n == 0 || ed_span_starts(line, "//"))
		return 0;
	while (n < line.n && !is_blank(line.p[n]))
		n++;
	return read_rule(psl, ed_span_of(line.p, n));
}

static int read_lines(struct ed_psl *psl, struct ed_span text, unsigned *ret_line)
{
	unsigned n_lines = 0;

	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		int r;

		*ret_line = ++n_lines;
		r = read_line(psl, ed_span_of(text.p, n));
		if (r != 0)
			return r;
		text = ed_span_from(text, n + 1);
	}
	return psl->n_rules > 0 ? 0 : ED_PSL_NO_RULES;
}

static struct ed_psl *psl_new(uint64_t hash_key)
{
	struct ed_psl *psl = calloc(1, sizeof(*psl));

	if (!psl)
		return NULL;
	psl->hash_key = hash_key;
	psl->slot_mask = SLOTS_MIN - 1;
	psl->nodes_max = SLOTS_MIN / SLOTS_PER_NODE;
	psl->pool_max_bytes = SLOTS_MIN * 4;
	psl->slots = calloc(SLOTS_MIN, sizeof(*psl->slots));
	psl->filter = calloc(SLOTS_MIN / FILTER_SLOTS, sizeof(*psl->filter));
	psl->nodes = calloc(psl->nodes_max, sizeof(*psl->nodes));
	psl->pool = calloc(psl->pool_max_bytes, 1);
	psl->n_nodes = 1; /* the root */
	if (psl->slots && psl->filter && psl->nodes && psl->pool)
		return psl;
	ed_psl_free(psl);
	return NULL;
}

void ed_psl_free(struct ed_psl *psl)
{
	if (!psl)
		return;
	free(psl->slots);
	free(psl->filter);
	free(psl->nodes);
	free(psl->pool);
	free(psl);
}

size_t ed_psl_n_rules(const struct ed_psl *psl)
{
	return psl->n_rules;
}

int ed_psl_parse(struct ed_span text, uint64_t hash_key, struct ed_psl_fault *ret_fault,
		 struct ed_psl **ret)
{
	struct ed_psl *psl;
	unsigned line = 0;
	int r;

	if (text.n > ED_PSL_FILE_MAX_BYTES)
		return -EFBIG;
	psl = psl_new(hash_key);
	if (!psl)
		return -ENOMEM;
	r = read_lines(psl, text, &line);
	if (r == 0) {
		*ret = psl;
		return 0;
	}
	if (r > 0 && ret_fault)
		*ret_fault = (struct ed_psl_fault){ .line = line, .text = fault_text[r] };
	ed_psl_free(psl);
	return r;
}

int ed_psl_load(const char *path, uint64_t hash_key, struct ed_psl_fault *ret_fault,
		struct ed_psl **ret)
{
	uint8_t *text;
	size_t n;
	int r = ed_file_read(path, ED_PSL_FILE_MAX_BYTES, &text, &n);

	if (r < 0)
		return r;
	r = ed_psl_parse(ed_span_of(text, n), hash_key, ret_fault, ret);
	free(text);
	return r;
}
