/* SPDX-License-Identifier: Apache-2.0 */
/* Roles and platforms as inventories write them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "record/asset.h"

static void test_roles(void **state)
{
	static const struct {
		const char *text;
		enum ed_asset_role role;
	} rows[] = {
		{ "workstation", ED_ASSET_WORKSTATION }, { "LAPTOP", ED_ASSET_WORKSTATION },
		{ "DNS server", ED_ASSET_RESOLVER },     { "Mail-Server", ED_ASSET_MAIL },
		{ "web proxy", ED_ASSET_PROXY },         { "Firewall", ED_ASSET_GATEWAY },
		{ "VMware ESXi", ED_ASSET_ESXI },        { "IP Phone", ED_ASSET_DEVICE },
		{ "network_sensor", ED_ASSET_SENSOR },   { "Server", ED_ASSET_SERVER },
	};
	enum ed_asset_role role;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(ed_asset_role_from_text(ed_span_str(rows[i].text), &role));
		assert_int_equal(role, rows[i].role);
	}
	assert_false(ed_asset_role_from_text(ed_span_str("observer"), &role)); /* not "server" */
	assert_false(ed_asset_role_from_text(ed_span_str(""), &role));
	assert_false(ed_asset_role_from_text(ed_span_str("\xff\xfe ,;"), &role));
	/* every name that is printed is read again, but for "unknown" */
	for (unsigned i = ED_ASSET_UNKNOWN + 1; i < ED_ASSET_ROLE_N; i++) {
		assert_true(ed_asset_role_from_text(ed_span_str(ed_asset_role_name(i)), &role));
		assert_int_equal(role, i);
	}
	assert_string_equal(ed_asset_role_name(999), "unknown");
}

static void test_excuses(void **state)
{
	(void)state;
	assert_true(ed_asset_role_excuses(ED_ASSET_RESOLVER));
	assert_true(ed_asset_role_excuses(ED_ASSET_MAIL));
	assert_false(ed_asset_role_excuses(ED_ASSET_UNKNOWN));
	assert_false(ed_asset_role_excuses(ED_ASSET_WORKSTATION));
	assert_false(ed_asset_role_excuses(ED_ASSET_SERVER));
}

static void test_systems(void **state)
{
	static const struct {
		const char *os;
		enum ed_platform platform;
		enum ed_asset_role role;
	} rows[] = {
		{ "Windows 11 Enterprise", ED_PLATFORM_WINDOWS, ED_ASSET_WORKSTATION },
		{ "Windows Server 2022 Standard", ED_PLATFORM_WINDOWS, ED_ASSET_SERVER },
		{ "Debian GNU/Linux 12", ED_PLATFORM_LINUX, ED_ASSET_UNKNOWN },
		{ "Mac OS X 10.15", ED_PLATFORM_MACOS, ED_ASSET_WORKSTATION },
		{ "VMware ESXi 8.0", ED_PLATFORM_ESXI, ED_ASSET_ESXI },
		{ "Cisco IOS 15.2", ED_PLATFORM_NETWORK, ED_ASSET_UNKNOWN },
		{ "iOS 17", ED_PLATFORM_UNKNOWN, ED_ASSET_UNKNOWN },
		{ "", ED_PLATFORM_UNKNOWN, ED_ASSET_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ed_asset_platform_of(ed_span_str(rows[i].os)), rows[i].platform);
		assert_int_equal(ed_asset_role_of(ed_span_str(rows[i].os)), rows[i].role);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_excuses),
		cmocka_unit_test(test_systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
