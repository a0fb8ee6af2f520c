/* SPDX-License-Identifier: Apache-2.0 */
/* Reputation lists: what each syntax lists, what a look-up finds, what is refused and why. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "enrich/reputation.h"

enum { HASH_KEY = 42 };

static struct ed_reputation *set_new(void)
{
	struct ed_reputation *r;

	assert_int_equal(ed_reputation_new(HASH_KEY, &r), 0);
	return r;
}

static void add(struct ed_reputation *r, const char *path, const char *text)
{
	struct ed_reputation_fault fault = { .text = "" };

	if (ed_reputation_add(r, path, ed_span_str(text), &fault) != 0)
		fail_msg("%s: line %llu: %s", path, (unsigned long long)fault.line, fault.text);
}

static struct ed_reputation *built(const char *text)
{
	struct ed_reputation *r = set_new();

	add(r, "feeds/list.txt", text);
	assert_int_equal(ed_reputation_build(r), 0);
	return r;
}

/* Looks @text up as a name whose registrable domain is its last two labels. */
static enum ed_reputation_class look(const struct ed_reputation *r, const char *text,
				     uint8_t *ret_feed)
{
	struct ed_name name;
	unsigned off = 0, n_labels;
	uint64_t hash[2];

	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &name), 0);
	ed_name_lower(name.wire, name.n, name.wire);
	n_labels = ed_name_labels(ed_span_of(name.wire, name.n));
	for (; n_labels > 2; n_labels--)
		off += 1U + name.wire[off];
	hash[0] = ed_hash_bytes(name.wire, name.n, HASH_KEY);
	hash[1] = ed_hash_bytes(name.wire + off, name.n - off, HASH_KEY);
	return ed_reputation_find(r, ed_span_of(name.wire, name.n), off, hash, ret_feed);
}

static bool is_bad(const struct ed_reputation *r, const char *text)
{
	uint8_t feed;

	return look(r, text, &feed) == ED_REPUTATION_BAD;
}

/* Names up to the first NULL are listed, from there to the second they are not. */
static void expect(const char *text, const char *syntax, const char *const *names)
{
	struct ed_reputation *r = built(text);
	bool want = true;

	assert_string_equal(ed_reputation_feed(r, 0)->syntax, syntax);
	for (; *names || want; names++) {
		if (!*names)
			want = false;
		else if (is_bad(r, *names) != want)
			fail_msg("%s: %s is %slisted", syntax, *names, want ? "not " : "");
	}
	ed_reputation_free(r);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NOT NULL

static void test_plain(void **state)
{
	(void)state;
	expect("plain.example\r\n*.wild.example\r\n.suffix.example\r\nXN--80AK6AA92E.example.\r\n"
	       "# c\n! c\n; c\n// c\n\nhxxp://user@de[.]fanged.example:80/x?y#z\n192.0.2.66\n"
	       "2001:db8::1\nport.example:8443 # why\nb\xc3\xbc"
	       "cher.example\nlast.example",
	       "plain list",
	       NAMES("plain.example", "a.b.plain.example", "PLAIN.Example.", "wild.example",
		     "x.wild.example", "suffix.example", "x.suffix.example",
		     "xn--80ak6aa92e.example", "de.fanged.example", "port.example",
		     "xn--bcher-kva.example", "last.example", NOT, "notplain.example",
		     "plain.example.com", "example", "xplain.example", "other.example",
		     "x.de.fanged.example", "fanged.example", "user.example"));
}

static void test_hosts(void **state)
{
	(void)state;
	expect("# comment\n127.0.0.1 localhost localhost.localdomain\n::1 localhost ip6-localhost\n"
	       "0.0.0.0 bad.example two.bad.example # trailing.example\n"
	       "127.0.0.1\tTAB.example\n0.0.0.0 0.0.0.0\n:: v6.example\n",
	       "hosts file",
	       NAMES("bad.example", "two.bad.example", "tab.example", "v6.example", NOT,
		     "three.bad.example", "trailing.example", "localhost.localdomain",
		     "sub.tab.example"));
}

static void test_adblock(void **state)
{
	(void)state;
	expect("[Adblock Plus 2.0]\n! Title: x\n||ads.example^\n||imp.example^$important\n"
	       "||third.example^$third-party,domain=a.example\n@@||good.ads.example^\n"
	       "|https://path.example/x\n/ads[0-9]+/\n||*.wild.example^\nplain.example##.banner\n"
	       "||half.example\n",
	       "adblock filters",
	       NAMES("ads.example", "x.ads.example", "imp.example", "a.wild.example", NOT,
		     "good.ads.example", "very.good.ads.example", "third.example", "path.example",
		     "wild.example", "plain.example", "half.example", "notads.example"));
}

static const char rpz[] =
	"$TTL 300\n$ORIGIN rpz.local.\n"
	"@ IN SOA localhost. root.localhost. (2026112101 3600 ; serial\n 600 86400 60)\n"
	"  IN NS localhost.\nnx.example            CNAME .\nnodata.example  300 IN CNAME *.\n"
	"*.wild.example  60 IN CNAME .\n*.half.example CNAME .\n"
	"ok.half.example       CNAME rpz-passthru.\ndrop.example          CNAME rpz-drop.\n"
	"tcp.example           CNAME rpz-tcp-only.\ngarden.example  CNAME walled.example.net.\n"
	"local.example         A 192.0.2.1\n                      TXT \"multi ; ( quoted\"\n"
	"full.example.RPZ.local. CNAME .\noutside.example. CNAME .\n"
	"24.0.2.0.192.rpz-ip   CNAME .\nns.bad.example.rpz-nsdname CNAME .\n"
	"$ORIGIN deeper.example.rpz.local.\nwww CNAME .\n";

static void test_rpz(void **state)
{
	(void)state;
	expect(rpz, "response policy zone",
	       NAMES("nx.example", "nodata.example", "x.wild.example", "x.y.wild.example",
		     "no.half.example", "drop.example", "garden.example", "local.example",
		     "full.example", "www.deeper.example", NOT, "x.nx.example", "wild.example",
		     "ok.half.example", "tcp.example", "outside.example", "ns.bad.example",
		     "localhost.example", "deeper.example", "walled.example.net"));
}

static void test_rpz_without_origin(void **state)
{
	(void)state;
	expect("@ SOA a. b. 1 2 3 4 5\nbad.example CNAME .\n", "response policy zone",
	       NAMES("bad.example", NOT, "x.bad.example"));
}

static void test_rpz_parenthesis_forgotten(void **state)
{
	struct ed_reputation *r = set_new();
	char text[8192] = "@ SOA a. b. ( 1 2 3 4 5\nlost.example CNAME .\n";
	size_t n = strlen(text);

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "n%u.example CNAME .\n", i);
	add(r, "zone", text);
	assert_int_equal(ed_reputation_build(r), 0);
	assert_true(is_bad(r, "n199.example")); /* the record is given up after some lines */
	assert_false(is_bad(r, "lost.example"));
	assert_int_equal(ed_reputation_feed(r, 0)->n_bad, 1);
	ed_reputation_free(r);
}

static void test_threatfox_csv(void **state)
{
	(void)state;
	expect("####\r\n# ThreatFox IOCs  #\r\n"
	       "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"tags\"\r\n"
	       "\"2026-07-04\", \"18\", \"c2.hi.example\", \"domain\", \"a,b\"\r\n"
	       "\"2026-07-04\", \"19\", \"http://host.example:81/a,b\", \"url\", \"x\"\"y\"\r\n"
	       "\"2026-07-04\", \"20\", \"2a02:cf40:1::5:40669\", \"ip:port\", \"None\"\r\n"
	       "\"2026-07-04\", \"21\", \"multi.example\", \"domain\", \"two\nlines, and \"\r\n"
	       "\"2026-07-04\", \"22\", \"after.example\", \"domain\", \"\"\r\n"
	       "# Number of entries: 2\r\n",
	       "CSV",
	       NAMES("c2.hi.example", "x.c2.hi.example", "host.example", "multi.example",
		     "after.example", NOT, "hi.example", "x.host.example", "lines.example"));
}

static void test_urlhaus_csv(void **state)
{
	static const char *const headers[] = {
		"# id,dateadded,url,url_status,threat,tags,urlhaus_link,reporter\n",
		"# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n",
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(
			text, sizeof(text),
			"#####\n# URLhaus\n%s\"8\",\"2020-12-03\",\"http://198.51.100.1:32/M.m\","
			"\"online\"\n\"9\",\"2020-12-03\",\"https://WWW.bad.example/a\",\"online\""
			",\"elf,Mozi\",\"https://other.example/9/\"\n",
			headers[i]);
		expect(text, "CSV", NAMES("www.bad.example", NOT, "bad.example", "other.example"));
	}
}

static void test_misp_csv(void **state)
{
	(void)state;
	expect("uuid,event_id,category,type,value,comment,to_ids,date\r\n"
	       "\"5e9b\",\"12\",\"Network activity\",\"domain\",\"c2.example\",\"\",1,20261101\r\n"
	       "\"5e9c\",\"12\",\"Network activity\",\"domain|ip\",\"c3.example|192.0.2.7\","
	       "\"said \"\"x\"\"\",1,20261101\r\n"
	       "\"5e9d\",\"12\",\"Network activity\",\"hostname\",\"h.c4.example\",\"\",1,1\r\n"
	       "\"5e9e\",\"12\",\"Network activity\",\"hostname\",\"h.c5.example\",\"\",0,1\r\n",
	       "CSV",
	       NAMES("c2.example", "x.c2.example", "x.c3.example", "h.c4.example", NOT,
		     "x.h.c4.example", "c4.example", "h.c5.example"));
}

static void test_json(void **state)
{
	(void)state;
	expect("{\"id\":\"1\",\"ioc\":\"http://u.example\",\"ioc_type\":\"url\",\"tags\":[\"a\"]}\n"
	       "{\"ioc\":\"81.2.69.142:80\",\"ioc_type\":\"ip:port\",\"reference\":null}\n"
	       "{\"ioc\":\"d\\u002eexample\",\"ioc_type\":\"domain\",\"x\":\"\\\"\\\\\"}\n",
	       "JSON", NAMES("u.example", "d.example", "x.d.example", NOT, "x.u.example"));
	expect("{\"841507\": [{\"ioc_value\": \"c2.example\", \"ioc_type\": \"domain\"}],\n"
	       " \"841508\": [{\"ioc_value\": \"c3.example\", \"ioc_type\": \"domain\"}]}",
	       "JSON", NAMES("c2.example", "c3.example", NOT, "c4.example"));
	expect("{\"884896\":[{\"dateadded\":\"x\",\"url\":\"http:\\/\\/bad.example\\/x\","
	       "\"url_status\":\"online\",\"links\":[{\"url\":\"http://no.example/\"}]}]}",
	       "JSON", NAMES("bad.example", NOT, "no.example"));
	expect("[{\"Attribute\":[{\"type\":\"domain\",\"value\":\"m.example\",\"to_ids\":true},"
	       "{\"type\":\"domain\",\"value\":\"n.example\",\"to_ids\":false}]}]",
	       "JSON", NAMES("m.example", NOT, "n.example"));
}

static void test_json_escapes_that_are_no_character(void **state)
{
	struct ed_reputation *r = set_new();

	(void)state;
	add(r, "x",
	    "{\"ioc\":\"a\\ud83d.example\",\"ioc_type\":\"domain\"}\n"
	    "{\"ioc\":\"b\\u00zz.example\",\"ioc_type\":\"domain\"}\n"
	    "{\"ioc\":\"c\\n.example\",\"ioc_type\":\"domain\"}\n"
	    "{\"ioc\":\"d\\u002eexample\",\"ioc_type\":\"domain\"}\n"
	    "{\"ioc\":\"e.example\",\"ioc_type\":\"domain\"}\n"
	    "{\"ioc\":\"f.example\",\"ioc_type\":\"domain\"}\n"
	    "{\"ioc\":\"g.example\",\"ioc_type\":\"domain\"}\n");
	assert_int_equal(ed_reputation_build(r), 0);
	assert_int_equal(ed_reputation_feed(r, 0)->n_bad, 3);
	assert_int_equal(ed_reputation_n_entries(r), 4);
	ed_reputation_free(r);
}

#define INDICATOR(pattern, more)                                                  \
	"{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"pattern\":\"" pattern \
	"\",\"pattern_type\":\"stix\"" more "}"

static void test_stix(void **state)
{
	(void)state;
	expect("{\"type\":\"bundle\",\"objects\":[\n" INDICATOR("[domain-name:value = 'c2.example']", ",\"external_references\":[{\"url\":\"http://ref.example\"}]") "," INDICATOR(
		       "[domain-name:value = 'a.example' OR domain-name:value LIKE '%.b.example'"
		       " OR url:value = 'http://u.example/x y' OR ipv4-addr:value = '192.0.2.1']",
		       "") "," INDICATOR("[domain-name:value IN ('i1.example', 'i2.example')]",
					 ",\"revoked\":false") "," INDICATOR("[domain-name:value = 'r.example']",
									     ",\"revoked\":true") "," INDICATOR("[domain-name:value = 'and.example'] AND [ipv4-addr:value = '192.0.2.9']",
														"") "," INDICATOR("[domain-name:value LIKE '%dots.example']",
																  "") "," INDICATOR("[domain-name:value != 'ne.example']",
																		    "") ","
																			"{\"type\":\"domain-name\",\"spec_version\":\"2.1\",\"value\":\"o.example\"}]}",
	       "JSON",
	       NAMES("c2.example", "x.c2.example", "a.example", "x.b.example", "u.example",
		     "i1.example", "i2.example", "o.example", NOT, "b.example", "x.u.example",
		     "r.example", "and.example", "dots.example", "xdots.example", "ne.example",
		     "ref.example"));
}

static void test_popular(void **state)
{
	struct ed_reputation *r = set_new();
	uint8_t feed = 9;

	(void)state;
	add(r, "bad.txt", "evil.example\nsub.big.example\n");
	add(r, "dir/top 1m.csv",
	    "1,com\r\n2,big.example\r\n3,api.other.example\r\n100001,small.example\r\n"
	    "4,evil.example\r\n");
	assert_int_equal(ed_reputation_build(r), 0);
	assert_int_equal(look(r, "www.big.example", &feed), ED_REPUTATION_POPULAR);
	assert_int_equal(feed, 1);
	assert_string_equal(ed_reputation_feed(r, 1)->name, "top_1m.csv");
	assert_string_equal(ed_reputation_feed(r, 1)->syntax, "popularity list");
	assert_int_equal(ed_reputation_feed(r, 1)->n_other, 2);
	assert_int_equal(look(r, "x.sub.big.example", &feed), ED_REPUTATION_BAD);
	assert_int_equal(look(r, "evil.example", &feed), ED_REPUTATION_BAD);
	assert_int_equal(feed, 0);
	/* it is the registrable domain that is popular, and what a popular name lies under is not
	 */
	assert_int_equal(look(r, "api.other.example", &feed), ED_REPUTATION_NONE);
	assert_int_equal(look(r, "small.example", &feed), ED_REPUTATION_NONE);
	ed_reputation_free(r);
}

static void test_exceptions_are_a_feeds_own(void **state)
{
	struct ed_reputation *r = set_new();
	uint8_t feed;

	(void)state;
	add(r, "a.txt", "||ads.example^\n||both.example^\n@@||both.example^\n@@||fine.example^\n");
	add(r, "b.txt", "both.example\nfine.example\n");
	assert_int_equal(ed_reputation_build(r), 0);
	assert_int_equal(look(r, "x.both.example", &feed), ED_REPUTATION_BAD);
	assert_int_equal(feed, 1);
	assert_true(is_bad(r, "fine.example"));
	assert_true(is_bad(r, "ads.example"));
	ed_reputation_free(r);
}

static void test_nothing_above_the_registrable_domain(void **state)
{
	struct ed_reputation *r = built("com\nshared.example\nx.shared.example\n");
	struct ed_name name;
	uint64_t hash;
	uint8_t feed;

	(void)state;
	assert_int_equal(ed_reputation_feed(r, 0)->n_other, 1); /* com */
	/* shared.example is a suffix under which anybody can have y.shared.example */
	assert_int_equal(ed_name_from_text(ed_span_str("y.shared.example"), ED_NAME_PLAIN, &name),
			 0);
	hash = ed_hash_bytes(name.wire, name.n, HASH_KEY);
	assert_int_equal(ed_reputation_find(r, ed_span_of(name.wire, name.n), 0,
					    (uint64_t[]){ hash, hash }, &feed),
			 ED_REPUTATION_NONE);
	assert_true(is_bad(r, "x.shared.example"));
	ed_reputation_free(r);
}

static void refused(const void *text, size_t n, int why, uint64_t line)
{
	struct ed_reputation *r = set_new();
	struct ed_reputation_fault fault = { .text = NULL };

	assert_int_equal(ed_reputation_add(r, "x", ed_span_of(text, n), &fault), why);
	assert_non_null(fault.text);
	assert_int_equal(fault.line, line);
	assert_int_equal(ed_reputation_n_feeds(r), 0);
	assert_int_equal(ed_reputation_n_entries(r), 0);
	ed_reputation_free(r);
}

static void refused_text(const char *text, int why, uint64_t line)
{
	refused(text, strlen(text), why, line);
}

static void test_refused(void **state)
{
	static const uint8_t zeros[4096];

	(void)state;
	refused_text("", ED_REPUTATION_EMPTY, 0);
	refused_text("# nothing\n\n", ED_REPUTATION_EMPTY, 0);
	refused_text("192.0.2.0\n192.0.2.1\n", ED_REPUTATION_EMPTY, 0);
	refused_text("@@||only.example^\n", ED_REPUTATION_EMPTY, 0);
	refused_text("# x\ngood.example\n<html>\n<body>no list</body>\n", ED_REPUTATION_UNREADABLE,
		     3);
	refused_text("{\"type\":\"bundle\",\"objects\":[{\"a\":1},", ED_REPUTATION_CUT, 0);
	refused_text("{\"ioc\":\"a.example\",\"ioc_type\":\"domain\"}\n{\"ioc\":\"b.exa",
		     ED_REPUTATION_CUT, 0);
	refused_text("PK\x03\x04 whatever", ED_REPUTATION_PACKED, 0);
	refused_text("\x1f\x8b\x08 whatever", ED_REPUTATION_PACKED, 0);
	refused(zeros, sizeof(zeros), ED_REPUTATION_UNREADABLE, 1);
}

/* 1 MiB without a line end, in every place where a reader may look for one. */
static void test_long_lines(void **state)
{
	static const char *const heads[] = {
		"a.example\n",
		"0.0.0.0 a.example\n",
		"||a.example^\n",
		"$TTL 1\na.example CNAME .\n",
		"domain,x\na.example,1\nb.example,\"",
		"1,a.example\n",
		"{\"ioc\":\"a.example\",\"ioc_type\":\"domain\"}\n{\""
	};
	enum { BYTES = 1 << 20 };
	char *text = malloc(BYTES + 100);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct ed_reputation *r = set_new();
		size_t n = strlen(heads[i]);

		memcpy(text, heads[i], n);
		memset(text + n, i & 1 ? '(' : 'x', BYTES);
		memcpy(text + n + BYTES, "\n", 1);
		if (ed_reputation_add(r, "x", ed_span_of(text, n + BYTES + 1), NULL) == 0) {
			assert_int_equal(ed_reputation_n_entries(r), 1);
			assert_int_equal(ed_reputation_feed(r, 0)->n_bad, 1);
		}
		ed_reputation_free(r);
	}
	free(text);
}

static void test_bytes_that_names_do_not_have(void **state)
{
	static const char text[] = "a.example\nb\0.example\nc..example\n\xff\xfe.example\n"
				   "d.example\ne.example\nf.example\n\"quoted.example\"\n"
				   "-ok-.example\nunder_score.example\n";
	struct ed_reputation *r = set_new();

	(void)state;
	assert_int_equal(ed_reputation_add(r, "x", ed_span_of(text, sizeof(text) - 1), NULL), 0);
	assert_int_equal(ed_reputation_build(r), 0);
	assert_int_equal(ed_reputation_feed(r, 0)->n_bad, 4);
	assert_int_equal(ed_reputation_n_entries(r), 6);
	assert_true(is_bad(r, "under_score.example"));
	assert_false(is_bad(r, "b.example"));
	ed_reputation_free(r);
}

static void test_shrunken(void **state)
{
	struct ed_reputation *old = set_new(), *fresh = set_new(), *empty = set_new();

	(void)state;
	add(old, "a/x.txt", "a.example\nb.example\nc.example\nd.example\n");
	add(old, "a/y.txt", "a.example\nb.example\nc.example\nd.example\n");
	add(fresh, "b/x.txt", "a.example\nb.example\n");
	add(fresh, "b/y.txt", "a.example\n");
	assert_string_equal(ed_reputation_shrunken(old, fresh)->name, "y.txt");
	assert_null(ed_reputation_shrunken(fresh, old));
	assert_null(ed_reputation_shrunken(old, old));
	assert_string_equal(ed_reputation_shrunken(old, empty)->name, "x.txt");
	ed_reputation_free(old);
	ed_reputation_free(fresh);
	ed_reputation_free(empty);
}

/* Every entry of a table of some size is found, and nothing else. */
static void test_many(void **state)
{
	enum { N = 200000 };
	struct ed_reputation *r = set_new();
	char *text = malloc(N * 20), name[32];
	size_t n = 0;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < N; i++)
		n += (size_t)sprintf(text + n, "n%u.example\n", i);
	assert_int_equal(ed_reputation_add(r, "x", ed_span_of(text, n), NULL), 0);
	free(text);
	assert_int_equal(ed_reputation_build(r), 0);
	assert_int_equal(ed_reputation_n_entries(r), N);
	assert_true(ed_reputation_bytes(r) <= (uint64_t)N * 16);
	for (unsigned i = 0; i < 2 * N; i++) {
		(void)sprintf(name, "x.n%u.example", i);
		if (is_bad(r, name) != (i < N))
			fail_msg("%s", name);
	}
	ed_reputation_free(r);
}

static void test_file(void **state)
{
	char path[] = "/tmp/earthdog-feed-XXXXXX";
	struct ed_reputation *r = set_new();
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd,
			       "\xef\xbb\xbf"
			       "bom.example\n",
			       15),
			 15);
	(void)close(fd);
	assert_int_equal(ed_reputation_add_file(r, path, NULL), 0);
	(void)unlink(path);
	assert_int_equal(ed_reputation_add_file(r, path, NULL), -ENOENT);
	assert_int_equal(ed_reputation_add_file(r, "/", NULL), -EISDIR);
	assert_int_equal(ed_reputation_build(r), 0);
	assert_true(is_bad(r, "bom.example"));
	ed_reputation_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_adblock),
		cmocka_unit_test(test_rpz),
		cmocka_unit_test(test_rpz_without_origin),
		cmocka_unit_test(test_rpz_parenthesis_forgotten),
		cmocka_unit_test(test_threatfox_csv),
		cmocka_unit_test(test_urlhaus_csv),
		cmocka_unit_test(test_misp_csv),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_escapes_that_are_no_character),
		cmocka_unit_test(test_stix),
		cmocka_unit_test(test_popular),
		cmocka_unit_test(test_exceptions_are_a_feeds_own),
		cmocka_unit_test(test_nothing_above_the_registrable_domain),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_bytes_that_names_do_not_have),
		cmocka_unit_test(test_shrunken),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
