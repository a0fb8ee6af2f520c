/* SPDX-License-Identifier: Apache-2.0 */
/* Inventories: what each syntax says, what is refused and why. */
#include "enrich/test_inventory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void assert_refused(const char *text, int why, uint64_t line)
{
	struct ed_inventory *inv = set_new();
	struct ed_inventory_fault fault = { .line = 999 };

	assert_int_equal(ed_inventory_add(inv, "f", ed_span_str(text), &fault), why);
	assert_int_equal(fault.line, line);
	assert_non_null(fault.text);
	assert_int_equal(ed_inventory_n_files(inv), 0);
	assert_int_equal(ed_inventory_build(inv), 0);
	assert_int_equal(ed_inventory_n_assets(inv), 0);
	ed_inventory_free(inv);
}

/* ----------------------------------------------------------------- syntaxes */

static void test_csv(void **state)
{
	struct ed_inventory *inv = built_of("IP Address;Host-Name;os;Role;owner;Asset Tag\n"
					    "10.0.0.53;resolver1;Debian 12;DNS server;net;A1\n"
					    "10.0.10.42, 10.0.11.42;\"ws-042\";Windows 11;;"
					    "\"Smith; \"\"J\"\".\";A2\n"
					    "10.0.20.0/24;;VMware ESXi 8.0;esxi;virt;\n");
	const struct ed_asset *a = at(inv, "10.0.0.53");

	(void)state;
	assert_string_equal(ed_inventory_file(inv, 0)->syntax, "CSV");
	assert_int_equal(ed_inventory_file(inv, 0)->n_rows, 3);
	assert_int_equal(ed_inventory_n_assets(inv), 2);
	assert_int_equal(ed_inventory_n_networks(inv), 1);
	assert_string_equal(a->name[0], "resolver1");
	assert_int_equal(a->role, ED_ASSET_RESOLVER);
	assert_int_equal(a->platform, ED_PLATFORM_LINUX);
	assert_string_equal(a->owner, "net");
	assert_string_equal(a->tag, "A1");
	assert_true(a->is_declared);
	a = at(inv, "10.0.11.42");
	assert_ptr_equal(a, at(inv, "10.0.10.42"));
	assert_string_equal(a->owner, "Smith; \"J\".");
	assert_int_equal(a->role, ED_ASSET_WORKSTATION); /* by its system */
	a = at(inv, "10.0.20.77");
	assert_int_equal(a->id, 0);
	assert_int_equal(a->role, ED_ASSET_ESXI);
	assert_int_equal(a->platform, ED_PLATFORM_ESXI);
	assert_null(at(inv, "10.0.21.1"));
	ed_inventory_free(inv);
}

static void test_csv_spelling(void **state)
{
	/* tab separated, UTF-8 mark, CRLF, a comment and a type line before the header */
	struct ed_inventory *inv = built_of("\xef\xbb\xbf#TYPE Whatever\r\n# a comment\r\n"
					    "Name\tIPv4Address\tIPv6Address\tplatform\r\n"
					    "B\xc3\xa4r\t192.0.2.1/24\t[2001:db8::1]\tmacos\r\n"
					    "\r\n"
					    "C\tdhcp\t-\tlinux");
	const struct ed_asset *a = at(inv, "2001:db8::1");

	(void)state;
	assert_string_equal(a->name[0], "b\xc3\xa4r");
	assert_ptr_equal(a, at(inv, "192.0.2.1"));
	assert_int_equal(a->platform, ED_PLATFORM_MACOS);
	assert_null(at(inv, "192.0.2.2")); /* a host with its mask is no network */
	assert_int_equal(ed_inventory_by_name(inv, ed_span_str("c"))->platform, ED_PLATFORM_LINUX);
	ed_inventory_free(inv);
}

static void test_csv_validity(void **state)
{
	struct ed_inventory *inv = built_of("ip,hostname,valid_from,valid_to\n"
					    "192.0.2.1,old,,2026-03-01\n"
					    "192.0.2.1,new,2026-03-01T12:00:00+01:00,never\n"
					    "192.0.2.2,short,1782000000,1782000060\n");

	(void)state;
	assert_string_equal(at_ns(inv, "192.0.2.1", ns_of("2020-01-01T00:00:00Z"))->name[0], "old");
	assert_null(at_ns(inv, "192.0.2.1", ns_of("2026-03-01T00:00:00Z")));
	assert_null(at_ns(inv, "192.0.2.1", ns_of("2026-03-01T10:59:59Z")));
	assert_string_equal(at_ns(inv, "192.0.2.1", ns_of("2026-03-01T11:00:00Z"))->name[0], "new");
	assert_string_equal(name_at_s(inv, "192.0.2.2", 1782000059), "short");
	assert_string_equal(name_at_s(inv, "192.0.2.2", 1782000060), "-");
	assert_int_equal(ed_inventory_n_conflicts(inv), 0);
	ed_inventory_free(inv);
}

static void test_csv_bad_rows(void **state)
{
	struct ed_inventory *inv = built_of("ip,hostname,role\n"
					    "10.0.0.1,a,server\n"
					    "10.0.0.300,b,server\n"
					    "10.0.0.3,c,flux capacitor\n"
					    "10.0.0.4,\"never closed,x\n"
					    "10.0.0.5,e,server,and more\n"
					    "10.0.0.6,f,server\n");
	const struct ed_inventory_file *f = ed_inventory_file(inv, 0);

	(void)state;
	assert_int_equal(f->n_rows, 3);
	assert_int_equal(f->n_bad, 3);
	assert_int_equal(f->first_bad.line, 3);
	assert_string_equal(f->first_bad.text, "not an address");
	assert_int_equal(f->n_odd_roles, 1);
	assert_int_equal(f->first_odd_role, 4);
	assert_int_equal(at(inv, "10.0.0.3")->role, ED_ASSET_UNKNOWN);
	assert_non_null(at(inv, "10.0.0.6"));
	assert_null(at(inv, "10.0.0.5"));
	ed_inventory_free(inv);
}

static void test_directory_utf16(void **state)
{
	static const char text[] =
		"\"Name\",\"DNSHostName\",\"IPv4Address\",\"OperatingSystem\"\r\n"
		"\"WS-042\",\"WS-042.corp.example\",\"10.0.10.42\",\"Windows 11 Enterprise\"\r\n"
		"\"DC1\",\"dc1.corp.example\",,\"Windows Server 2022\"\r\n";
	struct ed_inventory *inv = set_new();
	uint8_t wide[2 * sizeof(text)] = { 0xff, 0xfe };
	const struct ed_asset *a;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		wide[2 + 2 * i] = (uint8_t)text[i];
	add(inv, "ad.csv", ed_span_of(wide, sizeof(text) * 2));
	assert_int_equal(ed_inventory_build(inv), 0);
	a = at(inv, "10.0.10.42");
	assert_string_equal(a->name[0], "ws-042.corp.example"); /* the fullest first */
	assert_string_equal(a->name[1], "ws-042");
	assert_int_equal(a->role, ED_ASSET_WORKSTATION);
	a = ed_inventory_by_name(inv, ed_span_str("DC1"));
	assert_int_equal(a->role, ED_ASSET_SERVER);
	assert_int_equal(a->platform, ED_PLATFORM_WINDOWS);
	ed_inventory_free(inv);
}

static void test_networks(void **state)
{
	struct ed_inventory *inv = built_of("cidr,name,role,platform\n"
					    "10.0.0.0/8,campus,workstation,windows\n"
					    "10.1.0.0/16,servers,server,\n"
					    "10.1.2.0/24,printers,printer,\n"
					    "10.1.2.0/24,told twice,mail,\n"
					    "2001:db8::/32,six,,linux\n"
					    "0.0.0.0/0,elsewhere,,\n");

	(void)state;
	assert_int_equal(ed_inventory_n_networks(inv), 6);
	assert_string_equal(at(inv, "10.200.0.1")->network, "campus");
	assert_string_equal(at(inv, "10.0.255.255")->network, "campus");
	assert_string_equal(at(inv, "10.1.0.0")->network, "servers");
	assert_string_equal(at(inv, "10.1.1.255")->network, "servers");
	assert_string_equal(at(inv, "10.1.2.0")->network, "printers");
	assert_int_equal(at(inv, "10.1.2.255")->role, ED_ASSET_DEVICE);
	assert_string_equal(at(inv, "10.1.3.0")->network, "servers");
	assert_string_equal(at(inv, "10.2.0.0")->network, "campus");
	assert_string_equal(at(inv, "11.0.0.0")->network, "elsewhere");
	assert_string_equal(at(inv, "255.255.255.255")->network, "elsewhere");
	assert_string_equal(at(inv, "2001:db8:ffff::1")->network, "six");
	assert_null(at(inv, "2001:db9::1"));
	assert_null(at(inv, "::1"));
	ed_inventory_free(inv);
}

static void test_kea(void **state)
{
	struct ed_inventory *inv = built_of(
		"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,"
		"hostname,state,user_context\n"
		"10.0.10.50,aa:bb:cc:dd:ee:01,,1000,11000,1,0,0,one,0,\n"
		"10.0.10.50,aa:bb:cc:dd:ee:01,,1000,11500,1,0,0,one,0,\n"
		"10.0.10.50,aa:bb:cc:dd:ee:02,,1000,12000,1,0,0,two,0,\n"
		"10.0.10.60,aa:bb:cc:dd:ee:03,,1000,11000,1,0,0,three,0,\n"
		"10.0.10.60,aa:bb:cc:dd:ee:03,,0,10700,1,0,0,three,0,\n"
		"10.0.10.70,aa:bb:cc:dd:ee:04,,1000,11000,1,0,0,four,0,\n"
		"10.0.10.70,,,1000,11500,1,0,0,,1,\n"
		"10.0.10.70,,,1000,11500,1,0,0,,2,\n"
		"10.0.10.80,aa:bb");

	(void)state;
	assert_string_equal(ed_inventory_file(inv, 0)->syntax, "Kea leases");
	assert_int_equal(ed_inventory_file(inv, 0)->n_bad, 1);
	assert_int_equal(ed_inventory_file(inv, 0)->first_bad.line, 10);
	assert_string_equal(name_at_s(inv, "10.0.10.50", 9999), "-");
	assert_string_equal(name_at_s(inv, "10.0.10.50", 10000), "one");
	assert_string_equal(name_at_s(inv, "10.0.10.50", 10999), "one");
	assert_string_equal(name_at_s(inv, "10.0.10.50", 11000),
			    "two"); /* it ends the one before */
	assert_string_equal(name_at_s(inv, "10.0.10.50", 12000), "-");
	assert_string_equal(name_at_s(inv, "10.0.10.60", 10699), "three");
	assert_string_equal(name_at_s(inv, "10.0.10.60", 10700), "-"); /* given back */
	assert_string_equal(name_at_s(inv, "10.0.10.70", 10499), "four");
	assert_string_equal(name_at_s(inv, "10.0.10.70", 10500), "-"); /* declined */
	assert_int_equal(ed_inventory_n_conflicts(inv), 0);
	ed_inventory_free(inv);
}

static void test_dhcpd(void **state)
{
	struct ed_inventory *inv = built_of(
		"# The format of this file is documented in the dhcpd.leases(5) manual page.\n"
		"server-duid \"\\000\\001\\\"}{;\";\n"
		"lease 10.0.10.50 {\n  starts 0 2026/10/18 09:58:13;\n  ends 0 2026/10/18 "
		"10:58:13;\n  binding state active;\n  next binding state free;\n"
		"  hardware ethernet 00:16:3e:ef:a9:c1;\n  client-hostname \"laptop-42\";\n"
		"  set x = \"{\";\n  on expiry { set a = \"b\"; }\n}\n"
		"lease 10.0.10.50 {\n  starts epoch 1792317493; # a comment; {\n"
		"  ends epoch 1792318393;\n  binding state free;\n}\n"
		"lease 10.0.10.51 { starts 0 2026/10/18 09:00:00; ends never; binding state active;"
		" hardware ethernet 00:16:3e:ef:a9:c2; }\n"
		"lease 10.0.10.51 { starts 0 2026/10/18 11:00:00; binding state abandoned; }\n"
		"lease 10.0.10.52 { starts 0 2026/10/99 11:00:00; binding state active; }\n"
		"lease 10.0.10.53 { starts 0 2026/10/18 09:00:00; ends never; binding state act\n"
		"lease 10.0.10.54 { starts 0 2026/10/18 09:00:00; ends never; binding state active;"
		" client-hostname \"last\"; }\n");

	(void)state;
	assert_string_equal(ed_inventory_file(inv, 0)->syntax, "dhcpd leases");
	assert_null(at_ns(inv, "10.0.10.50", ns_of("2026-10-18T09:58:12Z")));
	assert_string_equal(at_ns(inv, "10.0.10.50", ns_of("2026-10-18T09:58:13Z"))->name[0],
			    "laptop-42");
	assert_non_null(at_ns(inv, "10.0.10.50", INT64_C(1792318392) * ED_NS_PER_S));
	assert_null(at_ns(inv, "10.0.10.50", INT64_C(1792318393) * ED_NS_PER_S)); /* freed */
	assert_non_null(at_ns(inv, "10.0.10.51", ns_of("2026-10-18T10:59:59Z")));
	assert_null(at_ns(inv, "10.0.10.51", ns_of("2026-10-18T11:00:00Z")));
	assert_int_equal(ed_inventory_file(inv, 0)->n_bad, 2);
	assert_int_equal(ed_inventory_file(inv, 0)->first_bad.line, 20);
	assert_null(at(inv, "10.0.10.53"));
	assert_string_equal(at(inv, "10.0.10.54")->name[0], "last");
	assert_false(at(inv, "10.0.10.54")->is_declared);
	ed_inventory_free(inv);
}

static void test_dhcpd_v6(void **state)
{
	/* the client is named after its card, which the asset table knows */
	struct ed_inventory *inv = built((const char *const[]){
		"authoring-byte-order little-endian;\n"
		"ia-na \"\\001\\000\\000\\000\\000\\001\\000\\001\\054\\011\\011\\011\\252\\273"
		"\\314\\335\\356\\001\" {\n  cltt 3 2026/10/21 10:00:00;\n"
		"  iaaddr 2001:db8::51 {\n    binding state active;\n    max-life 7200;\n"
		"    ends 3 2026/10/21 12:00:00;\n  }\n}\n",
		"name,mac,os\nws-6,AA-BB-CC-DD-EE-01,Windows 10\n", NULL });

	(void)state;
	assert_null(at_ns(inv, "2001:db8::51", ns_of("2026-10-21T09:59:59Z")));
	assert_string_equal(at_ns(inv, "2001:db8::51", ns_of("2026-10-21T10:00:00Z"))->name[0],
			    "ws-6");
	assert_null(at_ns(inv, "2001:db8::51", ns_of("2026-10-21T12:00:00Z")));
	ed_inventory_free(inv);
}

static void test_dnsmasq(void **state)
{
	struct ed_inventory *inv = built_of("1782000000 aa:bb:cc:dd:ee:01 10.0.10.50 laptop-42 "
					    "01:aa:bb:cc:dd:ee:01\n"
					    "0 aa:bb:cc:dd:ee:02 10.0.10.51 * *\n"
					    "x y z\n"
					    "duid 00:01:00:01:2c:00:00:00:aa:bb:cc:dd:ee:ff\n"
					    "1782000002 733215 2001:db8::51 * "
					    "00:01:00:01:2c:11:11:11:aa:bb:cc:dd:ee:01\n");

	(void)state;
	assert_string_equal(ed_inventory_file(inv, 0)->syntax, "dnsmasq leases");
	assert_int_equal(ed_inventory_file(inv, 0)->n_bad, 1);
	assert_int_equal(ed_inventory_file(inv, 0)->first_bad.line, 3);
	assert_int_equal(ed_inventory_n_assets(inv), 2);
	assert_string_equal(name_at_s(inv, "10.0.10.50", 1781999999), "laptop-42");
	assert_string_equal(name_at_s(inv, "10.0.10.50", 1782000000), "-");
	assert_string_equal(name_at_s(inv, "10.0.10.51", 1999999999), "");
	assert_string_equal(name_at_s(inv, "2001:db8::51", 1781999999), "laptop-42"); /* one card */
	ed_inventory_free(inv);
}

static void test_nmap(void **state)
{
	struct ed_inventory *inv = built((const char *const[]){
		"<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun>\n"
		"<host><status state=\"up\"/><address addr=\"192.0.2.7\" addrtype=\"ipv4\"/>\n"
		"<address addr=\"AA:BB:CC:DD:EE:01\" addrtype=\"mac\" vendor=\"x\"/>\n"
		"<hostnames><hostname name=\"Db.example\" type=\"PTR\"/></hostnames>\n"
		"<os><osmatch name=\"Linux 5.0 - 5.14\" accuracy=\"98\"/>"
		"<osmatch name=\"Windows 11\" accuracy=\"95\"/></os></host>\n"
		"<host><status state=\"down\"/><address addr=\"192.0.2.8\" addrtype=\"ipv4\"/>"
		"</host></nmaprun>\n",
		"# Nmap 7.93 scan initiated\nHost: 192.0.2.9 (nine.example)\tStatus: Up\n"
		"Host: 192.0.2.10 ()\tStatus: Up\nHost: 192.0.2.11 ()\tStatus: Down\n# Nmap done\n",
		NULL });

	(void)state;
	assert_string_equal(ed_inventory_file(inv, 0)->syntax, "Nmap XML");
	assert_int_equal(ed_inventory_file(inv, 0)->n_rows, 1);
	assert_int_equal(ed_inventory_file(inv, 0)->n_other, 1);
	assert_string_equal(at(inv, "192.0.2.7")->name[0], "db.example");
	assert_int_equal(at(inv, "192.0.2.7")->platform, ED_PLATFORM_LINUX);
	assert_null(at(inv, "192.0.2.8"));
	assert_string_equal(at(inv, "192.0.2.9")->name[0], "nine.example");
	assert_string_equal(at(inv, "192.0.2.10")->name[0], "");
	assert_null(at(inv, "192.0.2.11"));
	ed_inventory_free(inv);
}

static void test_nmap_entities(void **state)
{
	(void)state;
	assert_refused("<!DOCTYPE nmaprun [<!ENTITY a \"aaaa\">\n<!ENTITY b \"&a;&a;\">]>\n"
		       "<nmaprun><host><address addr=\"192.0.2.7\" addrtype=\"ipv4\"/></host>&b;"
		       "</nmaprun>",
		       ED_INVENTORY_IS_CUT, 1);
	assert_refused("<!DOCTYPE nmaprun [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n"
		       "<nmaprun>&x;</nmaprun>",
		       ED_INVENTORY_IS_CUT, 1);
}

static void test_osquery(void **state)
{
	struct ed_inventory *inv = built_of(
		"{\"name\":\"if\",\"hostIdentifier\":\"u-1\",\"unixTime\":1000,"
		"\"decorations\":{\"hostname\":\"LX-042\"},\"columns\":{\"interface\":\"eth0\","
		"\"address\":\"10.0.10.42\",\"mask\":\"\"},\"action\":\"added\"}\n"
		"{\"snapshot\":[{\"hostname\":\"lx-042.corp.example\",\"uuid\":\"x\"}],"
		"\"name\":\"s\",\"hostIdentifier\":\"u-1\",\"unixTime\":1000,"
		"\"action\":\"snapshot\"}\n"
		"{\"name\":\"os\",\"hostIdentifier\":\"u-1\",\"unixTime\":1000,\"snapshot\":"
		"[{\"name\":\"Ubuntu\",\"platform\":\"ubuntu\",\"version\":\"24.04\"}]}\n"
		"{\"name\":\"if\",\"hostIdentifier\":\"u-1\",\"unixTime\":2000,\"diffResults\":{"
		"\"added\":[{\"interface\":\"eth0\",\"address\":\"10.0.10.43\"},"
		"{\"interface\":\"lo\",\"address\":\"127.0.0.1\"},"
		"{\"interface\":\"docker0\",\"address\":\"172.17.0.1\"}],"
		"\"removed\":[{\"interface\":\"eth0\",\"address\":\"10.0.10.42\"}]}}\n"
		"{\"name\":\"arp\",\"hostIdentifier\":\"u-1\",\"unixTime\":2000,\"columns\":"
		"{\"address\":\"10.0.10.99\",\"mac\":\"aa:bb:cc:dd:ee:09\","
		"\"interface\":\"eth0\",\"permanent\":\"0\"},\"action\":\"added\"}\n"
		"{\"name\":\"cut\",\"hostIden\n");
	const struct ed_asset *a;

	(void)state;
	assert_string_equal(ed_inventory_file(inv, 0)->syntax, "osquery results");
	assert_int_equal(ed_inventory_file(inv, 0)->n_bad, 1);
	assert_int_equal(ed_inventory_n_assets(inv), 1);
	assert_null(at_ns(inv, "10.0.10.42", 999 * ED_NS_PER_S));
	a = at_ns(inv, "10.0.10.42", 1999 * ED_NS_PER_S);
	assert_string_equal(a->name[0], "lx-042.corp.example");
	assert_string_equal(a->tag, "u-1");
	assert_int_equal(a->platform, ED_PLATFORM_LINUX);
	assert_null(at_ns(inv, "10.0.10.42", 2000 * ED_NS_PER_S));
	assert_ptr_equal(a, at_ns(inv, "10.0.10.43", 2000 * ED_NS_PER_S));
	assert_null(at(inv, "127.0.0.1"));
	assert_null(at(inv, "172.17.0.1"));
	assert_null(at(inv, "10.0.10.99"));
	ed_inventory_free(inv);
}

static void test_json(void **state)
{
	struct ed_inventory *inv = built((const char *const[]){
		"{\"count\":2,\"results\":[\n"
		"{\"id\":7,\"name\":\"resolver1\",\"primary_ip\":{\"id\":3,\"address\":\"10.0.0.53/24\"},"
		"\"role\":{\"id\":9,\"name\":\"DNS\"},\"tags\":[{\"name\":\"x\"}],\"gone\":null},\n"
		"{\"id\":8,\"hostname\":\"m\\u00fcller-pc\",\"ip\":[\"10.0.10.1\",\"10.0.10.2\"],"
		"\"owner\":\"a\\\"b\",\"os\":\"Windows 10\"}]}\n",
		"{\"ip\":\"10.0.1.1\",\"name\":\"one\"}\n{\"ip\":\"10.0.1.2\",\"na\n"
		"{\"ip\":\"10.0.1.3\",\"name\":\"three\"}\n"
		"{\"cidr\":\"10.9.0.0/16\",\"name\":\"nine\",\"role\":\"server\"}\n",
		NULL });

	(void)state;
	assert_int_equal(at(inv, "10.0.0.53")->role, ED_ASSET_RESOLVER);
	assert_string_equal(at(inv, "10.0.0.53")->tag, "7");
	assert_string_equal(at(inv, "10.0.10.2")->name[0], "m\xc3\xbcller-pc");
	assert_string_equal(at(inv, "10.0.10.2")->owner, "a\"b");
	assert_int_equal(ed_inventory_file(inv, 1)->n_bad, 1);
	assert_int_equal(ed_inventory_file(inv, 1)->first_bad.line, 2);
	assert_string_equal(at(inv, "10.0.1.3")->name[0], "three");
	assert_string_equal(at(inv, "10.9.1.1")->network, "nine");
	assert_int_equal(at(inv, "10.9.1.1")->role, ED_ASSET_SERVER);
	ed_inventory_free(inv);
}

/* ------------------------------------------------------------------ refusals */

static void test_refused(void **state)
{
	(void)state;
	assert_refused("", ED_INVENTORY_UNREADABLE, 0);
	assert_refused("\n\n# nothing\n", ED_INVENTORY_UNREADABLE, 0);
	assert_refused("just a text\nof two lines\n", ED_INVENTORY_UNREADABLE, 0);
	assert_refused("a,b,c\n1,2,3\n", ED_INVENTORY_UNREADABLE, 0);
	assert_refused("<html><body>404</body></html>\n", ED_INVENTORY_UNREADABLE, 0);
	assert_refused("\x1f\x8b\x08", ED_INVENTORY_IS_PACKED, 0);
	assert_refused("ip,name\n", ED_INVENTORY_UNREADABLE, 0);
	assert_refused("ip,name\nx,a\ny,b\n10.0.0.1,c\n", ED_INVENTORY_UNREADABLE, 2);
	assert_refused("{\"a\":1}\n", ED_INVENTORY_EMPTY, 0);
	assert_refused("[{\"ip\":\"10.0.0.1\",\"name\":\"a\"},{\"ip\":\"10.", ED_INVENTORY_IS_CUT,
		       1);
	assert_refused("<nmaprun><host>", ED_INVENTORY_IS_CUT, 1);
}

static void test_empty_leases(void **state)
{
	struct ed_inventory *inv = built((const char *const[]){
		"# The format of this file is documented in the dhcpd.leases(5) manual page.\n",
		"address,hwaddr,client_id,valid_lifetime,expire,subnet_id\n", NULL });

	(void)state;
	assert_int_equal(ed_inventory_n_files(inv), 2);
	assert_null(at(inv, "10.0.0.1"));
	ed_inventory_free(inv);
}

static void test_files(void **state)
{
	struct ed_inventory *inv = set_new();
	struct ed_inventory_fault fault;
	char path[] = "/tmp/earthdog-inventory-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "ip,name\n10.0.0.1,a\n", 19), 19);
	assert_int_equal(close(fd), 0);
	assert_int_equal(ed_inventory_add_file(inv, path, &fault), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ed_inventory_add_file(inv, path, &fault), -ENOENT);
	assert_int_equal(ed_inventory_add_file(inv, "/", &fault), -EISDIR);
	assert_int_equal(ed_inventory_build(inv), 0);
	assert_string_equal(at(inv, "10.0.0.1")->name[0], "a");
	assert_true(ed_inventory_bytes(inv) > 0);
	ed_inventory_free(inv);
	ed_inventory_free(NULL);
}

static void test_hostile_texts(void **state)
{
	struct ed_inventory *inv = built_of(
		"ip,name,owner\n10.0.0.1,\"a\x01\x1b[31m\",\"\xff\xc3\"\n"
		"10.0.0.2,a?[31m,\xe2\x82\xac\n");
	const struct ed_asset *a = at(inv, "10.0.0.1");

	(void)state;
	assert_string_equal(a->name[0], "a??[31m");
	assert_string_equal(a->owner, "??");
	assert_string_equal(at(inv, "10.0.0.2")->owner, "\xe2\x82\xac");
	assert_int_equal(ed_inventory_n_assets(inv), 2); /* damaged names are nobody's */
	ed_inventory_free(inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_csv_spelling),
		cmocka_unit_test(test_csv_validity),
		cmocka_unit_test(test_csv_bad_rows),
		cmocka_unit_test(test_directory_utf16),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_kea),
		cmocka_unit_test(test_dhcpd),
		cmocka_unit_test(test_dhcpd_v6),
		cmocka_unit_test(test_dnsmasq),
		cmocka_unit_test(test_nmap),
		cmocka_unit_test(test_nmap_entities),
		cmocka_unit_test(test_osquery),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_empty_leases),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
