/* SPDX-License-Identifier: Apache-2.0 */
/* Inventories: who is who, and who had an address when. */
#include "enrich/test_inventory.h"

#include <stdio.h>

static void test_sources_add(void **state)
{
	/* by name, by card, by number; the order of the files does not matter */
	static const char *const files[] = {
		"10 aa:bb:cc:dd:ee:01 10.0.10.50 WS-1 *\n",
		"name,mac,owner\nws-1.corp.example,aabb.ccdd.ee01,Ann\n",
		"name,os,role\nws-1,Windows 11,\nws-1,Windows 7,server\n",
		NULL,
	};
	const char *const turned[] = { files[2], files[1], files[0], NULL };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct ed_inventory *inv = built(i ? turned : files);
		const struct ed_asset *a = at_ns(inv, "10.0.10.50", 0);

		assert_int_equal(ed_inventory_n_assets(inv), 1);
		assert_string_equal(a->name[0], "ws-1.corp.example");
		assert_string_equal(a->owner, "Ann");
		assert_int_equal(a->platform, ED_PLATFORM_WINDOWS);
		assert_string_equal(a->os, "Windows 11"); /* later rows add, they do not replace */
		assert_int_equal(a->role, ED_ASSET_SERVER);
		ed_inventory_free(inv);
	}
}

static void test_name_gives_no_excuse(void **state)
{
	/* a machine that calls itself as the resolver, one with the resolver's own address, and one
	 * with the card of a mail server that is listed without address */
	struct ed_inventory *inv = built((const char *const[]){
		"name,ip,mac,role\nresolver1,10.0.0.53,,resolver\nmx,,aa:bb:cc:dd:ee:25,mail\n"
		"ws-1,,,workstation\n",
		"0 aa:bb:cc:dd:ee:66 10.0.10.66 resolver1 *\n"
		"0 aa:bb:cc:dd:ee:53 10.0.0.53 resolver1 *\n"
		"0 aa:bb:cc:dd:ee:25 10.0.0.25 smtp *\n"
		"0 aa:bb:cc:dd:ee:67 10.0.10.67 mx *\n"
		"0 aa:bb:cc:dd:ee:01 10.0.10.1 ws-1 *\n",
		NULL });

	(void)state;
	assert_int_equal(at(inv, "10.0.10.66")->role, ED_ASSET_UNKNOWN);
	assert_int_equal(at(inv, "10.0.0.53")->role, ED_ASSET_RESOLVER);
	assert_int_equal(at(inv, "10.0.0.25")->role, ED_ASSET_MAIL);
	assert_int_equal(at(inv, "10.0.10.67")->role, ED_ASSET_UNKNOWN);
	assert_int_equal(at(inv, "10.0.10.1")->role, ED_ASSET_WORKSTATION);
	/* nor does it take the name away */
	assert_int_equal(ed_inventory_by_name(inv, ed_span_str("resolver1"))->role,
			 ED_ASSET_RESOLVER);
	ed_inventory_free(inv);
}

static void test_common_names(void **state)
{
	struct ed_inventory *inv = built_of("0 aa:bb:cc:dd:ee:01 10.0.10.1 iphone *\n"
					    "0 aa:bb:cc:dd:ee:02 10.0.10.2 iphone *\n"
					    "0 aa:bb:cc:dd:ee:03 10.0.10.3 localhost *\n"
					    "0 aa:bb:cc:dd:ee:04 10.0.10.4 localhost *\n");

	(void)state;
	assert_int_equal(ed_inventory_n_assets(inv), 4);
	assert_null(ed_inventory_by_name(inv, ed_span_str("iphone"))); /* whose? */
	assert_int_equal(at(inv, "10.0.10.3")->n_names, 0);
	ed_inventory_free(inv);
}

static void test_by_name(void **state)
{
	struct ed_inventory *inv = built_of(
		"fqdn,role\nws-1.a.example,server\nws-2.a.example,mail\n"
		"ws-2.b.example,proxy\nws-3,sensor\n");

	(void)state;
	assert_int_equal(ed_inventory_by_name(inv, ed_span_str("WS-1.A.Example."))->role,
			 ED_ASSET_SERVER);
	assert_int_equal(ed_inventory_by_name(inv, ed_span_str("ws-1"))->role, ED_ASSET_SERVER);
	assert_null(ed_inventory_by_name(inv, ed_span_str("ws-2")));
	assert_null(ed_inventory_by_name(inv, ed_span_str("ws-1.b.example")));
	assert_int_equal(ed_inventory_by_name(inv, ed_span_str("ws-3.any.example"))->role,
			 ED_ASSET_SENSOR);
	assert_null(ed_inventory_by_name(inv, ed_span_str("")));
	assert_null(ed_inventory_by_name(inv, ed_span_str(".")));
	ed_inventory_free(inv);
}

static void test_conflict(void **state)
{
	struct ed_inventory *inv = built((const char *const[]){
		"ip,name,role\n192.0.2.1,a,resolver\n192.0.2.1,b,workstation\n192.0.2.2,c,\n",
		"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,"
		"hostname,state\n192.0.2.2,aa:bb:cc:dd:ee:01,,100,1100,1,0,0,d,0\n",
		NULL });
	const struct ed_asset *who[ED_INVENTORY_CANDIDATES_MAX];
	struct ed_addr addr = addr_of("192.0.2.1");

	(void)state;
	assert_int_equal(ed_inventory_n_conflicts(inv), 2);
	assert_int_equal(ed_inventory_conflict(inv, 0)->by[0].line, 3);
	assert_int_equal(ed_inventory_conflict(inv, 0)->by[1].line, 2);
	assert_int_equal(at(inv, "192.0.2.1")->role, ED_ASSET_WORKSTATION);
	assert_int_equal(ed_inventory_candidates(inv, &addr, 0, 0, who), 2);
	assert_string_equal(who[0]->name[0], "b");
	assert_string_equal(who[1]->name[0], "a");
	/* what is dated goes before what always holds, for its time */
	assert_string_equal(name_at_s(inv, "192.0.2.2", 999), "c");
	assert_string_equal(name_at_s(inv, "192.0.2.2", 1000), "d");
	assert_string_equal(name_at_s(inv, "192.0.2.2", 1100), "c");
	addr = addr_of("192.0.2.2");
	assert_int_equal(ed_inventory_candidates(inv, &addr, 0, 1000 * ED_NS_PER_S, who), 2);
	assert_int_equal(ed_inventory_candidates(inv, &addr, 0, 0, who), 1);
	addr = addr_of("192.0.2.3");
	assert_int_equal(ed_inventory_candidates(inv, &addr, 0, 0, who), 0);
	ed_inventory_free(inv);
}

static void test_net_tags(void **state)
{
	struct ed_inventory *inv = built_of("ip,name,vlan\n10.0.0.1,ten,10\n10.0.0.1,twenty,20\n"
					    "10.0.0.2,all,\n");
	struct ed_addr one = addr_of("10.0.0.1"), two = addr_of("10.0.0.2");

	(void)state;
	assert_string_equal(ed_inventory_find(inv, &one, 10, 0)->name[0], "ten");
	assert_string_equal(ed_inventory_find(inv, &one, 20, 0)->name[0], "twenty");
	assert_null(ed_inventory_find(inv, &one, 30, 0));
	assert_non_null(ed_inventory_find(inv, &one, 0, 0));
	assert_int_equal(ed_inventory_n_conflicts(inv), 1); /* for events without a tag */
	assert_string_equal(ed_inventory_find(inv, &two, 30, 0)->name[0], "all");
	assert_string_equal(ed_inventory_find(inv, &two, 0, 0)->name[0], "all");
	ed_inventory_free(inv);
}

static void test_network_completes(void **state)
{
	/* the machine inherits what is not said of it, where it stands */
	struct ed_inventory *inv = built_of(
		"ip,name,role,owner\n10.0.1.1;10.0.2.1,a,,\n10.0.1.2,b,mail,bo\n"
		"10.0.1.0/24,offices,workstation,office\n10.0.2.0/24,labs,server,lab\n");
	const struct ed_asset *a = at(inv, "10.0.1.1"), *b = at(inv, "10.0.2.1");

	(void)state;
	assert_int_equal(a->id, b->id);
	assert_string_equal(a->name[0], "a");
	assert_int_equal(a->role, ED_ASSET_WORKSTATION);
	assert_string_equal(a->owner, "office");
	assert_int_equal(b->role, ED_ASSET_SERVER);
	assert_string_equal(b->network, "labs");
	assert_int_equal(ed_inventory_by_name(inv, ed_span_str("a"))->role, ED_ASSET_UNKNOWN);
	a = at(inv, "10.0.1.2");
	assert_int_equal(a->role, ED_ASSET_MAIL);
	assert_string_equal(a->owner, "bo");
	assert_string_equal(ed_inventory_by_name(inv, ed_span_str("b"))->network, "offices");
	ed_inventory_free(inv);
}

static void test_addresses(void **state)
{
	struct ed_inventory *inv = built_of(
		"ip,name,valid_from,vlan\n10.0.0.1,a,,7\n10.0.0.2,a,1970-01-02,\n10.0.0.3,b,,\n");
	struct ed_addr addr[4], one = addr_of("10.0.0.1"), two = addr_of("10.0.0.2");
	uint32_t id = ed_inventory_by_name(inv, ed_span_str("a"))->id;

	(void)state;
	assert_int_equal(ed_inventory_addresses(inv, id, 0, 4, addr), 1);
	assert_true(ed_addr_eq(&addr[0], &one));
	assert_int_equal(ed_inventory_addresses(inv, id, ns_of("1970-01-03T00:00:00Z"), 4, addr),
			 2);
	assert_true(ed_addr_eq(&addr[1], &two));
	assert_int_equal(ed_inventory_addresses(inv, id, ns_of("1970-01-03T00:00:00Z"), 1, addr),
			 1);
	assert_int_equal(ed_inventory_addresses(inv, 0, 0, 4, addr), 0);
	assert_int_equal(ed_inventory_addresses(inv, 99, 0, 4, addr), 0);
	ed_inventory_free(inv);
}

enum { CLAIMS = 200, HOSTS = 8, SECONDS = 84 };

struct claim {
	int from, to;
	bool strict; /* its role excuses nothing */
};

/* Whose host @host is at @s: the first strict claim, else the first; -1: nobody's. */
static int believed(const struct claim claim[static CLAIMS], int host, int s)
{
	int best = -1;

	for (int i = host; i < CLAIMS; i += HOSTS) {
		if (s < claim[i].from || claim[i].to <= s)
			continue;
		if (best < 0 || (claim[i].strict && !claim[best].strict))
			best = i;
	}
	return best;
}

/* Every address at every second against a count by hand, with many overlaps. */
static void test_periods_against_scan(void **state)
{
	static const char *const roles[] = { "mail", "server", "proxy", "device" };
	struct claim claim[CLAIMS];
	char text[CLAIMS * 64], *end = text;
	uint32_t x = 12345;
	struct ed_inventory *inv;

	(void)state;
	end += sprintf(end, "ip,name,role,from,to\n");
	for (int i = 0; i < CLAIMS; i++) {
		x = x * 1664525 + 1013904223;
		claim[i].from = 1 + (int)(x >> 26);
		claim[i].to = claim[i].from + 1 + (int)(x >> 20 & 15);
		claim[i].strict = x >> 16 & 1;
		end += sprintf(end, "192.0.2.%d,m%d,%s,%d,%d\n", i % HOSTS, i, roles[x >> 16 & 3],
			       claim[i].from, claim[i].to);
	}
	inv = built_of(text);
	for (int k = 0; k < HOSTS * SECONDS; k++) {
		int who = believed(claim, k % HOSTS, k / HOSTS);
		char addr[32], name[32] = "-";

		(void)sprintf(addr, "192.0.2.%d", k % HOSTS);
		if (who >= 0)
			(void)sprintf(name, "m%d", who);
		assert_string_equal(name_at_s(inv, addr, k / HOSTS), name);
	}
	ed_inventory_free(inv);
}

static void test_annotate(void **state)
{
	struct ed_inventory *inv = built_of("ip,name,role,os\n10.0.0.53,r1,resolver,Debian 12\n"
					    "10.0.0.54,r2,,\n");
	struct ed_event ev = { .kind = ED_EVENT_DNS_QUERY, .client = addr_of("10.0.0.53") };

	(void)state;
	ed_inventory_annotate(inv, &ev);
	assert_int_equal(ev.asset_role, ED_ASSET_RESOLVER);
	assert_int_equal(ev.platform, ED_PLATFORM_LINUX);
	ev.platform = ED_PLATFORM_WINDOWS; /* the format's word goes before */
	ed_inventory_annotate(inv, &ev);
	assert_int_equal(ev.platform, ED_PLATFORM_WINDOWS);
	ev = (struct ed_event){ .client = addr_of("10.0.0.55") };
	ed_inventory_annotate(inv, &ev);
	assert_int_equal(ev.asset_role, ED_ASSET_UNKNOWN);
	ed_inventory_free(inv);
}

static void test_annotate_by_name(void **state)
{
	static const char host[] = "R1.corp.example";
	struct ed_inventory *inv = built_of("name,role,os\nr1,server,Debian 12\n");
	struct {
		struct ed_event ev;
		struct ed_process process;
		char text[sizeof(host)];
	} e = { .ev = { .kind = ED_EVENT_PROCESS } };

	(void)state;
	e.ev.process_off = sizeof(e.ev);
	e.process.text_n[ED_TEXT_HOST] = sizeof(host) - 1;
	memcpy(e.text, host, sizeof(host));
	ed_inventory_annotate(inv, &e.ev);
	assert_int_equal(e.ev.asset_role, ED_ASSET_SERVER);
	assert_int_equal(e.ev.platform, ED_PLATFORM_LINUX);
	ed_inventory_free(inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sources_add),
		cmocka_unit_test(test_name_gives_no_excuse),
		cmocka_unit_test(test_common_names),
		cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_net_tags),
		cmocka_unit_test(test_network_completes),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_periods_against_scan),
		cmocka_unit_test(test_annotate),
		cmocka_unit_test(test_annotate_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
