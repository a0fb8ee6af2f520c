/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scan by Nmap found. Samples:
 *	<host><status state="up"/><address addr="192.0.2.7" addrtype="ipv4"/>
 *	<address addr="AA:BB:CC:DD:EE:01" addrtype="mac"/>
 *	<hostnames><hostname name="ws-042.corp.example" type="PTR"/></hostnames>
 *	<os><osmatch name="Linux 5.0 - 5.14" accuracy="98"/></os></host>
 *
 *	Host: 192.0.2.7 (ws-042.corp.example)	Status: Up
 * The one idea: the first guess at the operating system is the best, and only a good one counts. A
 * document that declares an entity is refused: none that Nmap writes does.
 */
#include "enrich/inventory_row.h"

#include <expat.h>
#include <limits.h>

#include "enrich/list.h"

enum { ACCURACY_MIN = 90, TEXT_MAX = 256 };

/* The host that is read. Attributes live only as long as their element, so texts are copied. */
struct nmap {
	struct ed_inventory_reader *r;
	XML_Parser parser;
	bool in_host, is_up, refused;
	struct ed_inventory_row row;
	size_t n_copied;
};

static struct ed_span copy(struct nmap *s, const char *text)
{
	size_t n = strnlen(text, TEXT_MAX);
	char *to = s->r->scratch + s->n_copied;

	if (n > ED_INVENTORY_SCRATCH_BYTES - s->n_copied)
		n = 0;
	memcpy(to, text, n);
	s->n_copied += n;
	return ed_span_of(to, n);
}

/* NULL when the element does not have it. */
static const char *attribute(const char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2) {
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	}
	return NULL;
}

static void take_address(struct nmap *s, const char **attributes)
{
	const char *text = attribute(attributes, "addr");
	const char *type = attribute(attributes, "addrtype");
	struct ed_addr addr;
	uint64_t mac;

	if (!text || !type)
		return;
	if (strcmp(type, "mac") == 0) {
		if (ed_inventory_mac(ed_span_str(text), &mac))
			ed_inventory_add_mac(&s->row, mac);
	} else if (ed_addr_from_text(ed_span_str(text), &addr)) {
		ed_inventory_add_addr(&s->row, &addr);
	} else {
		s->row.bad = "not an address";
	}
}

static void take_os(struct nmap *s, const char **attributes)
{
	const char *name = attribute(attributes, "name");
	const char *accuracy = attribute(attributes, "accuracy");
	int64_t percent;

	if (name && accuracy && s->row.text[ED_INVENTORY_OS].n == 0 &&
	    ed_inventory_number(ed_span_str(accuracy), &percent) && percent >= ACCURACY_MIN)
		s->row.text[ED_INVENTORY_OS] = copy(s, name);
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
	struct nmap *s = arg;
	const char *text;

	if (strcmp(name, "host") == 0) {
		XML_Index at = XML_GetCurrentByteIndex(s->parser);

		s->in_host = true;
		s->is_up = true;
		s->n_copied = 0;
		ed_inventory_row_init(&s->row, s->r->text.p + (at > 0 ? at : 0));
	}
	if (!s->in_host)
		return;
	if (strcmp(name, "status") == 0) {
		text = attribute(attributes, "state");
		s->is_up = !text || strcmp(text, "up") == 0;
	} else if (strcmp(name, "address") == 0) {
		take_address(s, attributes);
	} else if (strcmp(name, "hostname") == 0) {
		text = attribute(attributes, "name");
		if (text)
			ed_inventory_add_name(&s->row, copy(s, text));
	} else if (strcmp(name, "osmatch") == 0) {
		take_os(s, attributes);
	}
}

static void XMLCALL on_end(void *arg, const char *name)
{
	struct nmap *s = arg;

	if (!s->in_host || strcmp(name, "host") != 0)
		return;
	s->in_host = false;
	if (s->is_up && (s->row.n_addrs > 0 || s->row.bad))
		ed_inventory_emit(s->r, &s->row);
	else
		s->r->n_other++;
}

/* lint: params: expat's */
static void XMLCALL on_entity(void *arg, const XML_Char *name, int is_parameter,
			      const XML_Char *value, int n, const XML_Char *base,
			      const XML_Char *system, const XML_Char *public_id,
			      const XML_Char *notation)
{
	struct nmap *s = arg;

	(void)name, (void)is_parameter, (void)value, (void)n, (void)base, (void)system;
	(void)public_id, (void)notation;
	s->refused = true;
	(void)XML_StopParser(s->parser, XML_FALSE);
}

void ed_inventory_read_nmap(struct ed_inventory_reader *r)
{
	struct nmap s = { .r = r, .parser = XML_ParserCreate("UTF-8") };
	XML_Index at;

	if (!s.parser) {
		r->cut = true;
		return;
	}
	XML_SetUserData(s.parser, &s);
	XML_SetElementHandler(s.parser, on_start, on_end);
	XML_SetEntityDeclHandler(s.parser, on_entity);
	/* In one piece: a token is then looked at once, however long it is. */
	if (r->text.n > INT_MAX ||
	    XML_Parse(s.parser, (const char *)r->text.p, (int)r->text.n, 1) != XML_STATUS_OK) {
		at = XML_GetCurrentByteIndex(s.parser);
		if (at < 0 || (size_t)at > r->text.n)
			at = 0;
		ed_inventory_bad(r, r->text.p + at,
				 s.refused ? "an entity is declared" : "broken XML");
		r->cut = s.refused || r->n_rows == 0;
	}
	XML_ParserFree(s.parser);
}

/* ------------------------------------------------------------------- grepable */

static bool has_word(struct ed_span line, const char *word)
{
	return memmem(line.p, line.n, word, strlen(word)) != NULL;
}

static void grep_line(struct ed_inventory_reader *r, struct ed_span line)
{
	const uint8_t *at = line.p, *open, *close;
	struct ed_inventory_row row;
	struct ed_span word;
	struct ed_addr addr;

	ed_inventory_row_init(&row, at);
	line = ed_span_from(line, strlen("Host: "));
	word = ed_list_word(&line);
	if (!ed_addr_from_text(word, &addr)) {
		ed_inventory_bad(r, at, "not an address");
		return;
	}
	if (has_word(line, "Status: Down")) {
		r->n_other++;
		return;
	}
	ed_inventory_add_addr(&row, &addr);
	open = memchr(line.p, '(', line.n);
	close = open ? memchr(open, ')', line.n - (size_t)(open - line.p)) : NULL;
	if (close)
		ed_inventory_add_name(&row, ed_span_of(open + 1, (size_t)(close - open) - 1));
	ed_inventory_emit(r, &row);
}

void ed_inventory_read_nmap_grep(struct ed_inventory_reader *r)
{
	struct ed_span text = r->text, line;

	while (ed_list_line(&text, &line)) {
		if (ed_span_starts(line, "Host: "))
			grep_line(r, line);
		else if (line.n > 0 && line.p[0] != '#')
			ed_inventory_bad(r, line.p, "not a host");
	}
}
