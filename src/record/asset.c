/* SPDX-License-Identifier: Apache-2.0 */
/* Roles and platforms as people write them; see asset.h. */
#include "record/asset.h"

#include "base/ascii.h"

enum { TEXT_MAX = 128 };

static const char *const names[ED_ASSET_ROLE_N] = {
	"unknown", "workstation", "server", "resolver", "mail",
	"proxy",   "gateway",     "esxi",   "device",   "sensor",
};

const char *ed_asset_role_name(unsigned role)
{
	return names[role < ED_ASSET_ROLE_N ? role : ED_ASSET_UNKNOWN];
}

bool ed_asset_role_excuses(unsigned role)
{
	return role == ED_ASSET_RESOLVER || role == ED_ASSET_MAIL || role == ED_ASSET_PROXY ||
	       role == ED_ASSET_GATEWAY || role == ED_ASSET_SENSOR;
}

/* Letters in lower case, digits, and one blank for whatever lies between them. */
static const char *plain(struct ed_span text, char ret[static TEXT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n + 1 < TEXT_MAX; i++) {
		uint8_t c = ed_to_lower(text.p[i]);

		if (ed_is_lower(c) || ed_is_digit(c))
			ret[n++] = (char)c;
		else if (n > 0 && ret[n - 1] != ' ')
			ret[n++] = ' ';
	}
	if (n > 0 && ret[n - 1] == ' ')
		n--;
	ret[n] = '\0';
	return ret;
}

/* True when @words stand in @text, whole. */
static bool says(const char *text, const char *words)
{
	size_t n = strlen(words);

	for (const char *at = text; (at = strstr(at, words)) != NULL; at++) {
		if ((at == text || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
			return true;
	}
	return false;
}

struct word {
	const char *words;
	uint8_t means;
};

/* The first row that @text says, 0 when it says none. */
static uint8_t look_up(const char *text, const struct word *rows)
{
	for (; rows->words; rows++) {
		if (says(text, rows->words))
			return rows->means;
	}
	return 0;
}

/* The more telling words first: a "DNS server" is a resolver. */
static const struct word role_words[] = {
	{ "workstation", ED_ASSET_WORKSTATION },
	{ "workstations", ED_ASSET_WORKSTATION },
	{ "desktop", ED_ASSET_WORKSTATION },
	{ "laptop", ED_ASSET_WORKSTATION },
	{ "notebook", ED_ASSET_WORKSTATION },
	{ "pc", ED_ASSET_WORKSTATION },
	{ "client", ED_ASSET_WORKSTATION },
	{ "endpoint", ED_ASSET_WORKSTATION },
	{ "thin client", ED_ASSET_WORKSTATION },
	{ "computer", ED_ASSET_WORKSTATION },
	{ "resolver", ED_ASSET_RESOLVER },
	{ "dns", ED_ASSET_RESOLVER },
	{ "nameserver", ED_ASSET_RESOLVER },
	{ "forwarder", ED_ASSET_RESOLVER },
	{ "mail", ED_ASSET_MAIL },
	{ "mailserver", ED_ASSET_MAIL },
	{ "smtp", ED_ASSET_MAIL },
	{ "mx", ED_ASSET_MAIL },
	{ "mta", ED_ASSET_MAIL },
	{ "email", ED_ASSET_MAIL },
	{ "proxy", ED_ASSET_PROXY },
	{ "esxi", ED_ASSET_ESXI },
	{ "esx", ED_ASSET_ESXI },
	{ "hypervisor", ED_ASSET_ESXI },
	{ "vmhost", ED_ASSET_ESXI },
	{ "gateway", ED_ASSET_GATEWAY },
	{ "router", ED_ASSET_GATEWAY },
	{ "firewall", ED_ASSET_GATEWAY },
	{ "vpn", ED_ASSET_GATEWAY },
	{ "nat", ED_ASSET_GATEWAY },
	{ "sensor", ED_ASSET_SENSOR },
	{ "ids", ED_ASSET_SENSOR },
	{ "nsm", ED_ASSET_SENSOR },
	{ "siem", ED_ASSET_SENSOR },
	{ "sandbox", ED_ASSET_SENSOR },
	{ "monitoring", ED_ASSET_SENSOR },
	{ "vulnerability scanner", ED_ASSET_SENSOR },
	{ "device", ED_ASSET_DEVICE },
	{ "printer", ED_ASSET_DEVICE },
	{ "scanner", ED_ASSET_DEVICE },
	{ "iot", ED_ASSET_DEVICE },
	{ "ot", ED_ASSET_DEVICE },
	{ "plc", ED_ASSET_DEVICE },
	{ "camera", ED_ASSET_DEVICE },
	{ "phone", ED_ASSET_DEVICE },
	{ "telephone", ED_ASSET_DEVICE },
	{ "voip", ED_ASSET_DEVICE },
	{ "switch", ED_ASSET_DEVICE },
	{ "access point", ED_ASSET_DEVICE },
	{ "ups", ED_ASSET_DEVICE },
	{ "appliance", ED_ASSET_DEVICE },
	{ "server", ED_ASSET_SERVER },
	{ "servers", ED_ASSET_SERVER },
	{ "srv", ED_ASSET_SERVER },
	{ "domain controller", ED_ASSET_SERVER },
	{ "domain controllers", ED_ASSET_SERVER },
	{ NULL, 0 },
};

bool ed_asset_role_from_text(struct ed_span text, enum ed_asset_role *ret)
{
	char buf[TEXT_MAX];
	uint8_t role = look_up(plain(text, buf), role_words);

	if (role == ED_ASSET_UNKNOWN)
		return false;
	*ret = role;
	return true;
}

static const struct word platform_words[] = {
	{ "windows", ED_PLATFORM_WINDOWS },
	{ "win10", ED_PLATFORM_WINDOWS },
	{ "win11", ED_PLATFORM_WINDOWS },
	{ "esxi", ED_PLATFORM_ESXI },
	{ "esx", ED_PLATFORM_ESXI },
	{ "vmkernel", ED_PLATFORM_ESXI },
	{ "macos", ED_PLATFORM_MACOS },
	{ "mac os", ED_PLATFORM_MACOS },
	{ "os x", ED_PLATFORM_MACOS },
	{ "osx", ED_PLATFORM_MACOS },
	{ "darwin", ED_PLATFORM_MACOS },
	{ "cisco", ED_PLATFORM_NETWORK },
	{ "junos", ED_PLATFORM_NETWORK },
	{ "fortios", ED_PLATFORM_NETWORK },
	{ "fortigate", ED_PLATFORM_NETWORK },
	{ "pan os", ED_PLATFORM_NETWORK },
	{ "nx os", ED_PLATFORM_NETWORK },
	{ "routeros", ED_PLATFORM_NETWORK },
	{ "arubaos", ED_PLATFORM_NETWORK },
	{ "openwrt", ED_PLATFORM_NETWORK },
	{ "vyos", ED_PLATFORM_NETWORK },
	{ "ios xe", ED_PLATFORM_NETWORK },
	{ "ios xr", ED_PLATFORM_NETWORK },
	{ "network", ED_PLATFORM_NETWORK },
	{ "linux", ED_PLATFORM_LINUX },
	{ "debian", ED_PLATFORM_LINUX },
	{ "ubuntu", ED_PLATFORM_LINUX },
	{ "centos", ED_PLATFORM_LINUX },
	{ "rhel", ED_PLATFORM_LINUX },
	{ "red hat", ED_PLATFORM_LINUX },
	{ "redhat", ED_PLATFORM_LINUX },
	{ "fedora", ED_PLATFORM_LINUX },
	{ "rocky", ED_PLATFORM_LINUX },
	{ "almalinux", ED_PLATFORM_LINUX },
	{ "suse", ED_PLATFORM_LINUX },
	{ "opensuse", ED_PLATFORM_LINUX },
	{ "sles", ED_PLATFORM_LINUX },
	{ "arch", ED_PLATFORM_LINUX },
	{ "alpine", ED_PLATFORM_LINUX },
	{ "amzn", ED_PLATFORM_LINUX },
	{ "gentoo", ED_PLATFORM_LINUX },
	{ "raspbian", ED_PLATFORM_LINUX },
	{ NULL, 0 },
};

enum ed_platform ed_asset_platform_of(struct ed_span os)
{
	char buf[TEXT_MAX];

	return look_up(plain(os, buf), platform_words);
}

enum ed_asset_role ed_asset_role_of(struct ed_span os)
{
	char buf[TEXT_MAX];
	const char *text = plain(os, buf);

	switch (look_up(text, platform_words)) {
	case ED_PLATFORM_WINDOWS:
		return says(text, "server") ? ED_ASSET_SERVER : ED_ASSET_WORKSTATION;
	case ED_PLATFORM_MACOS:
		return ED_ASSET_WORKSTATION;
	case ED_PLATFORM_ESXI:
		return ED_ASSET_ESXI;
	default:
		return ED_ASSET_UNKNOWN;
	}
}
