/* SPDX-License-Identifier: Apache-2.0 */
/* The table of programs.h. Registered domains are apart from the names below them, so that a world
 * can give every vendor a domain nobody has heard of. */
#include "programs.h"

#define W (1u << ROLE_WINDOWS)
#define M (1u << ROLE_MAC)
#define L (1u << ROLE_LINUX)
#define G (1u << ROLE_GUEST)
#define D (1u << ROLE_DEVICE)
#define S (1u << ROLE_SERVER)
#define B (1u << ROLE_BUILD)
#define BK (1u << ROLE_BACKUP)
#define PEOPLE (W | M | L | G)
#define STAFF (W | M | L)

/* clang-format off */
const struct program programs[] = {
	/* reputation lookups of protection software: tunnels by design */
	{ "<b60>.<b54>.<h14>.i.03.s", "sophosxl.net", CLASS_REPUTATION, COMMON, 9000, PER_PAGE, 0.8f, 1, 100, 1, ASK_TXT, ANS_VERDICT, 3600, W | M | G },
	{ "<x28>.<n5>.f.02.s", "sophosxl.net", CLASS_REPUTATION, COMMON, 1500, PER_HOUR, 4, 1, 100, 1, ASK_TXT, ANS_VERDICT, 600, W | M | S | G },
	{ "4.<n2>.<b26>.<b32>.a.e", "e5.sk", CLASS_REPUTATION, EACH, 0, PER_HOUR, 6, 2, 100, 2, ASK_TXT, ANS_VERDICT, 60, W | M | S | G },
	{ "<b40>.a.e", "e5.sk", CLASS_REPUTATION, COMMON, 4000, PER_PAGE, 0.3f, 1, 100, 2, ASK_TXT, ANS_VERDICT, 900, W | M | G },
	{ "0.0.0.0.1.0.0.<h2>.<x26>", "avqs-lane.com", CLASS_REPUTATION, EACH, 0, PER_HOUR, 8, 1, 100, 3, ASK_A, ANS_CODE, 300, W | S | G },
	{ "a-0.19-<h8>.<h4>.1518.19<h2>.<h4>.<h3>.0.<b26>.avqs", "mcafee.com", CLASS_REPUTATION, COMMON, 6000, PER_PAGE, 0.5f, 1, 100, 3, ASK_A, ANS_CODE, 3600, W | G },
	{ "<b26>.avts", "mcafee.com", CLASS_REPUTATION, COMMON, 6000, PER_HOUR, 5, 1, 100, 3, ASK_A, ANS_CODE, 3600, W | S | G },
	{ "<h32>.<h8>.hashserver.cs", "trendmicro.com", CLASS_REPUTATION, COMMON, 5000, PER_HOUR, 8, 2, 100, 4, ASK_A, ANS_CODE, 1800, W | M | G },
	{ "<S>.<h16>.url.trs", "trendmicro.com", CLASS_REPUTATION, COMMON, 7000, PER_PAGE, 0.6f, 1, 100, 4, ASK_TXT, ANS_VERDICT, 1800, W | M | G },
	{ "<h40>.q<1-4>.webcat", "webcfs00.com", CLASS_REPUTATION, COMMON, 7000, PER_PAGE, 0.6f, 1, 100, 5, ASK_A, ANS_CODE, 3600, W | M | G },
	{ "current.cvd", "clamav.net", CLASS_REPUTATION, COMMON, 1, PERIOD_S, 3600, 1, 40, 0, ASK_TXT, ANS_POLICY, 1800, S | L },

	/* content networks and clouds */
	{ "r<1-20>---sn-<x8>", "googlevideo.com", CLASS_CDN, COMMON, 300, PER_HOUR, 3, 3, 70, 0, ASK_HOST, ANS_HOST, 1800, PEOPLE },
	{ "rr<1-9>---sn-<x4>-<x4>", "googlevideo.com", CLASS_CDN, OWN, 40, PER_HOUR, 2, 2, 60, 0, ASK_HOST, ANS_HOST, 1800, PEOPLE },
	{ "ipv4-c<n3>-<l3>00<1-9>-ix.1.oca", "nflxvideo.net", CLASS_CDN, OWN, 60, PER_HOUR, 2, 5, 25, 0, ASK_HOST, ANS_HOST, 60, G },
	{ "scontent-<l3><1-9>-<1-2>.xx", "fbcdn.net", CLASS_CDN, COMMON, 12, PER_HOUR, 4, 2, 50, 0, ASK_HOST, ANS_HOST, 60, PEOPLE },
	{ "media-<l3><1-9>-<1-2>.cdn", "whatsapp.net", CLASS_CDN, COMMON, 8, PER_HOUR, 3, 2, 60, 0, ASK_HOST, ANS_HOST, 60, G | M },
	{ "d<x13>", "cloudfront.net", CLASS_CDN, COMMON, 900, PER_HOUR, 5, 1, 90, 0, ASK_HOST, ANS_HOST, 60, PEOPLE },
	{ "<x13>", "cloudlane-edge.net", CLASS_CDN, COMMON, 700, PER_HOUR, 3, 1, 60, 0, ASK_HOST, ANS_HOST, 60, PEOPLE },
	{ "e<n5>.dsc<l1>", "akamaiedge.net", CLASS_CDN, COMMON, 400, PER_HOUR, 2, 1, 50, 0, ASK_HOST, ANS_HOST, 20, PEOPLE },
	{ "a<n4>.dscd", "akamai.net", CLASS_CDN, COMMON, 200, PER_HOUR, 2, 1, 50, 0, ASK_HOST, ANS_HOST, 20, PEOPLE },
	{ "ec2-<d>.compute-1", "amazonaws.com", CLASS_CDN, OWN, 12, PER_HOUR, 1, 1, 15, 0, ASK_HOST, ANS_ADDR, 300, STAFF | S },
	{ "<x10>.execute-api.eu-west-1", "amazonaws.com", CLASS_CDN, COMMON, 30, PER_HOUR, 3, 1, 30, 0, ASK_HOST, ANS_HOST, 60, STAFF | S },
	{ "<w>-<w>-<n9>.eu-west-1.elb", "amazonaws.com", CLASS_CDN, COMMON, 40, PER_HOUR, 3, 1, 30, 0, ASK_HOST, ANS_HOST, 60, STAFF | S | B },
	{ "md-<x12>.z<1-40>.blob.storage", "azure.net", CLASS_CDN, OWN, 350, PERIOD_S, 40, 1, 100, 0, ASK_A, ANS_HOST, 60, BK },
	{ "<w><x5>prod.blob.core", "windows.net", CLASS_CDN, COMMON, 60, PER_HOUR, 3, 1, 60, 0, ASK_HOST, ANS_HOST, 60, W | S | BK },
	{ "<h32>.r2", "objectlayer.com", CLASS_CDN, COMMON, 60, PER_HOUR, 6, 1, 60, 0, ASK_HOST, ANS_HOST, 300, L | B },
	{ "<h64>.safeframe", "adframe-sandbox.com", CLASS_CDN, COMMON, 25, PER_PAGE, 0.2f, 1, 90, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<x8>-<w>.cdn.imgserve", "picvault.net", CLASS_CDN, COMMON, 3000, PER_PAGE, 0.1f, 2, 90, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<h20>.oss-cn-<w>", "aliyuncs.com", CLASS_CDN, COMMON, 150, PER_HOUR, 1, 1, 20, 0, ASK_HOST, ANS_HOST, 120, PEOPLE },
	{ "d-<n20>", "ampproject.net", CLASS_CDN, EACH, 0, PER_HOUR, 2, 1, 70, 0, ASK_HOST, ANS_HOST, 3600, PEOPLE },
	{ "<w>-<w>-com.cdn", "ampproject.org", CLASS_CDN, COMMON, 3000, PER_HOUR, 1, 1, 60, 0, ASK_HOST, ANS_HOST, 300, G | M },

	/* telemetry and measurement */
	{ "<h32>.clo", "footprintdns.com", CLASS_TELEMETRY, EACH, 0, PER_HOUR, 0.7f, 3, 90, 0, ASK_HOST, ANS_HOST, 10, W },
	{ "<g>.fp.measure", "edgeprobe.net", CLASS_TELEMETRY, EACH, 0, PER_HOUR, 0.4f, 2, 60, 0, ASK_HOST, ANS_HOST, 10, W | M },
	{ "<x26>.u", "fastmeasure.com", CLASS_TELEMETRY, EACH, 0, PER_PAGE, 0.01f, 1, 100, 0, ASK_HOST, ANS_HOST, 30, PEOPLE },
	{ "p5-<x13>-<x16>-if-v6exp3-v4.metric", "gstatic.com", CLASS_TELEMETRY, EACH, 0, PER_HOUR, 0.2f, 3, 60, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<h8>-<h4>-<x6>.t.rum", "pagetiming.io", CLASS_TELEMETRY, EACH, 0, PER_PAGE, 0.02f, 1, 100, 0, ASK_HOST, ANS_HOST, 60, PEOPLE },
	{ "settings-win.data", "microsoft.com", CLASS_TELEMETRY, COMMON, 1, PER_HOUR, 4, 1, 100, 0, ASK_HOST, ANS_HOST, 1800, W | S },
	{ "v<10-20>.events.data", "microsoft.com", CLASS_TELEMETRY, COMMON, 6, PER_HOUR, 6, 1, 100, 0, ASK_HOST, ANS_HOST, 60, W | S },
	{ "<w>.events.data", "microsoft.com", CLASS_TELEMETRY, COMMON, 9, PER_HOUR, 5, 1, 100, 0, ASK_HOST, ANS_HOST, 60, W },
	{ "<1-99>.tlu.dl.delivery.mp", "microsoft.com", CLASS_TELEMETRY, COMMON, 30, PER_HOUR, 2, 2, 100, 0, ASK_HOST, ANS_HOST, 300, W | S },
	{ "ctldl", "windowsupdate.com", CLASS_TELEMETRY, COMMON, 1, PER_HOUR, 2, 1, 100, 0, ASK_HOST, ANS_HOST, 300, W | S },
	{ "www", "msftconnecttest.com", CLASS_TELEMETRY, COMMON, 1, PER_HOUR, 1, 1, 100, 0, ASK_HOST, ANS_HOST, 60, W },
	{ "dns", "msftncsi.com", CLASS_TELEMETRY, COMMON, 1, PERIOD_S, 1800, 1, 100, 0, ASK_HOST, ANS_ADDR, 60, W | S },
	{ "outlook", "office365.com", CLASS_TELEMETRY, COMMON, 1, PER_HOUR, 9, 1, 95, 0, ASK_HOST, ANS_HOST, 60, W | M },
	{ "<w>-ring.<w>", "office.net", CLASS_TELEMETRY, COMMON, 60, PER_HOUR, 9, 1, 95, 0, ASK_HOST, ANS_HOST, 60, W | M },
	{ "<1-50>-courier.push", "apple.com", CLASS_TELEMETRY, COMMON, 50, PER_HOUR, 3, 1, 100, 0, ASK_HOST, ANS_HOST, 60, M | G },
	{ "p<1-120>-<w>", "icloud.com", CLASS_TELEMETRY, OWN, 12, PER_HOUR, 4, 1, 100, 0, ASK_HOST, ANS_HOST, 60, M | G },
	{ "gsp<1-85>-ssl.ls", "apple.com", CLASS_TELEMETRY, COMMON, 20, PER_HOUR, 2, 1, 100, 0, ASK_HOST, ANS_HOST, 60, M | G },
	{ "ap-<l3><1-4>", "spotify.com", CLASS_TELEMETRY, COMMON, 9, PER_HOUR, 4, 1, 40, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "audio-<x4>-<l3>.spoti", "scdn.co", CLASS_TELEMETRY, COMMON, 20, PER_HOUR, 3, 1, 40, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "myip", "opendns.com", CLASS_TELEMETRY, COMMON, 1, PER_HOUR, 0.2f, 1, 10, 0, ASK_A, ANS_ADDR, 0, PEOPLE },
	{ "debug", "opendns.com", CLASS_TELEMETRY, COMMON, 1, PER_HOUR, 0.3f, 1, 10, 0, ASK_TXT, ANS_VERDICT, 0, PEOPLE },
	{ "o<n6>.ingest", "sentry.io", CLASS_TELEMETRY, COMMON, 90, PER_HOUR, 5, 1, 80, 0, ASK_HOST, ANS_HOST, 300, PEOPLE | S },
	{ "bam-cell", "nr-data.net", CLASS_TELEMETRY, COMMON, 1, PER_HOUR, 5, 1, 80, 0, ASK_HOST, ANS_HOST, 60, PEOPLE },
	{ "zoom<l3><n2>mmr.<l3>", "zoom.us", CLASS_TELEMETRY, COMMON, 300, PER_HOUR, 0.8f, 2, 70, 0, ASK_HOST, ANS_HOST, 60, STAFF },
	{ "u<n7>.ct", "mailroute-click.net", CLASS_TELEMETRY, COMMON, 2500, PER_HOUR, 2, 1, 100, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<h32>.open.mail", "postbeacon.com", CLASS_TELEMETRY, EACH, 0, PER_HOUR, 0.8f, 1, 70, 0, ASK_HOST, ANS_HOST, 60, PEOPLE },
	{ "<b24>.<h8>.click", "lettertrack.io", CLASS_TELEMETRY, EACH, 0, PER_HOUR, 0.5f, 1, 50, 0, ASK_HOST, ANS_HOST, 60, PEOPLE },
	{ "time", "windows.com", CLASS_TELEMETRY, COMMON, 1, PERIOD_S, 3600, 1, 100, 0, ASK_HOST, ANS_HOST, 300, W },
	{ "<x32>.edns", "leakcheck-ip.com", CLASS_TELEMETRY, EACH, 0, PER_HOUR, 0.05f, 6, 8, 0, ASK_HOST, ANS_ADDR, 10, PEOPLE },
	{ "o-o.myaddr.l", "google.com", CLASS_TELEMETRY, COMMON, 1, PER_HOUR, 0.1f, 1, 10, 0, ASK_TXT, ANS_VERDICT, 60, PEOPLE },
	{ "<d>.<h32>", "plex.direct", CLASS_TELEMETRY, OWN, 3, PER_HOUR, 3, 1, 8, 0, ASK_HOST, ANS_ADDR, 300, G | M },
	{ "tracker.<w>", "opentrk.org", CLASS_TELEMETRY, OWN, 9, PER_HOUR, 12, 3, 4, 0, ASK_HOST, ANS_HOST, 60, G },
	{ "<w>", "google.com", CLASS_TELEMETRY, COMMON, 25, PER_HOUR, 25, 1, 100, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<w>", "gstatic.com", CLASS_TELEMETRY, COMMON, 9, PER_HOUR, 12, 1, 100, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<w>", "googleapis.com", CLASS_TELEMETRY, COMMON, 40, PER_HOUR, 20, 1, 100, 0, ASK_HOST, ANS_HOST, 300, PEOPLE | S },
	{ "p16-sign-<l2>", "tiktokcdn.com", CLASS_TELEMETRY, COMMON, 20, PER_HOUR, 6, 2, 30, 0, ASK_HOST, ANS_HOST, 60, G },

	/* parents with many tenants */
	{ "<w>", "slack.com", CLASS_SUFFIX, COMMON, 8, PER_HOUR, 6, 1, 70, 0, ASK_HOST, ANS_HOST, 60, STAFF },
	{ "<w>-my", "sharepoint.com", CLASS_SUFFIX, COMMON, 20, PER_HOUR, 6, 1, 90, 0, ASK_HOST, ANS_HOST, 60, W | M },
	{ "<w>", "zendesk.com", CLASS_SUFFIX, COMMON, 60, PER_HOUR, 1, 1, 50, 0, ASK_HOST, ANS_HOST, 300, STAFF },
	{ "<w>-<w>", "github.io", CLASS_SUFFIX, COMMON, 800, PER_HOUR, 1, 1, 40, 0, ASK_HOST, ANS_HOST, 3600, STAFF },
	{ "<w>-<w>-<n5>", "herokuapp.com", CLASS_SUFFIX, COMMON, 300, PER_HOUR, 1, 1, 40, 0, ASK_HOST, ANS_HOST, 60, STAFF },
	{ "<w>-git-<w>-<w>", "vercel.app", CLASS_SUFFIX, OWN, 40, PER_HOUR, 2, 1, 20, 0, ASK_HOST, ANS_HOST, 60, L | M },
	{ "<w>-<x7>-<w>s-projects", "vercel.app", CLASS_SUFFIX, EACH, 0, PER_HOUR, 1, 1, 12, 0, ASK_HOST, ANS_HOST, 60, L | M },
	{ "<w>-<w>-<x16>-8080", "app.github.dev", CLASS_SUFFIX, EACH, 0, PER_HOUR, 0.5f, 1, 15, 0, ASK_HOST, ANS_HOST, 60, L },
	{ "<h12>", "ngrok.io", CLASS_SUFFIX, EACH, 0, PER_HOUR, 0.2f, 1, 15, 0, ASK_HOST, ANS_HOST, 60, L },
	{ "<w><w>", "blogspot.com", CLASS_SUFFIX, COMMON, 4000, PER_HOUR, 1, 1, 60, 0, ASK_HOST, ANS_HOST, 3600, PEOPLE },
	{ "<w><n2>", "tumblr-like.net", CLASS_SUFFIX, COMMON, 4000, PER_HOUR, 1, 2, 30, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<w>.<w>", "wp.com", CLASS_SUFFIX, COMMON, 300, PER_HOUR, 1, 1, 60, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<g>", "b2clogin.com", CLASS_SUFFIX, COMMON, 12, PER_HOUR, 0.5f, 1, 60, 0, ASK_HOST, ANS_HOST, 300, W | M },
	{ "<H>-<x6>", "homenas.direct", CLASS_SUFFIX, OWN, 1, PER_HOUR, 2, 1, 4, 0, ASK_HOST, ANS_ADDR, 60, PEOPLE },

	/* the office's own plumbing */
	{ "_ldap._tcp.hq._sites.dc._msdcs.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 4, 1, 100, 0, ASK_SRV, ANS_SRV, 600, W | S },
	{ "_ldap._tcp.<g>.domains._msdcs.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 2, PER_HOUR, 1, 1, 100, 0, ASK_SRV, ANS_SRV, 600, W | S },
	{ "<g>._msdcs.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 3, PER_HOUR, 0.5f, 1, 100, 0, ASK_HOST, ANS_LOCAL, 600, W | S },
	{ "_kerberos._tcp.hq._sites.dc._msdcs.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 3, 1, 100, 0, ASK_SRV, ANS_SRV, 600, W | S },
	{ "_gc._tcp.hq._sites.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 1, 1, 100, 0, ASK_SRV, ANS_SRV, 600, W | S },
	{ "<H>.ad", "=", CLASS_INFRASTRUCTURE, OWN, 1, PERIOD_S, 7200, 1, 100, 0, ASK_SOA, ANS_EMPTY, 0, W },
	{ "dc<1-2>.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 2, PER_HOUR, 6, 1, 100, 0, ASK_HOST, ANS_LOCAL, 1200, W | S },
	{ "fs<1-6>.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 6, PER_HOUR, 8, 1, 100, 0, ASK_HOST, ANS_LOCAL, 1200, W | M },
	{ "print<1-3>.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 3, PER_HOUR, 2, 1, 100, 0, ASK_HOST, ANS_LOCAL, 1200, W | M },
	{ "intranet", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 4, 1, 100, 0, ASK_HOST, ANS_LOCAL, 600, STAFF },
	{ "<w>.apps", "=", CLASS_INFRASTRUCTURE, COMMON, 25, PER_HOUR, 5, 1, 100, 0, ASK_HOST, ANS_LOCAL, 300, STAFF | S },
	{ "wpad.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 3, 1, 100, 0, ASK_HOST, ANS_NX, 600, W },
	{ "wpad", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 2, 1, 100, 0, ASK_HOST, ANS_NX, 600, W },
	{ "isatap.ad", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 1, 1, 60, 0, ASK_A, ANS_NX, 600, W },
	{ "autodiscover", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 2, 1, 100, 0, ASK_HOST, ANS_HOST, 600, W | M },
	{ "_autodiscover._tcp", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 0.3f, 1, 100, 0, ASK_SRV, ANS_NX, 600, W },
	{ "b._dns-sd._udp.0.<1-30>.20.10.in-addr.arpa", "", CLASS_INFRASTRUCTURE, OWN, 1, PER_HOUR, 2, 1, 100, 0, ASK_PTR, ANS_NX, 3600, M | G },
	{ "lb._dns-sd._udp", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PER_HOUR, 2, 1, 100, 0, ASK_PTR, ANS_NX, 3600, M | G },
	{ "<1-250>.<1-30>.20.10.in-addr.arpa", "", CLASS_INFRASTRUCTURE, OWN, 30, PER_HOUR, 3, 1, 100, 0, ASK_PTR, ANS_PTR, 1200, W | S | D },
	{ "<S>.ad", "=", CLASS_INFRASTRUCTURE, EACH, 0, PER_HOUR, 1.2f, 1, 100, 0, ASK_A, ANS_NX, 600, W },
	{ "<g>.company-vpn.gw", "=", CLASS_INFRASTRUCTURE, OWN, 1, AT_START, 1, 1, 30, 0, ASK_HOST, ANS_LOCAL, 60, W | M },

	/* what resolvers and browsers do for themselves */
	{ "<l12>.ad", "=", CLASS_RESOLVER, EACH, 0, AT_START, 2, 3, 70, 0, ASK_A, ANS_NX, 600, W },
	{ "<l10>", "", CLASS_RESOLVER, EACH, 0, AT_START, 2, 3, 60, 0, ASK_A, ANS_NX, 600, PEOPLE },
	{ "use-application-dns", "", CLASS_RESOLVER, COMMON, 1, AT_START, 1, 1, 30, 0, ASK_A, ANS_NX, 600, PEOPLE },
	{ "detectportal", "firefox.com", CLASS_RESOLVER, COMMON, 1, PERIOD_S, 900, 1, 25, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "captive", "apple.com", CLASS_RESOLVER, COMMON, 1, PER_HOUR, 3, 1, 100, 0, ASK_HOST, ANS_HOST, 60, M | G },
	{ "connectivitycheck", "gstatic.com", CLASS_RESOLVER, COMMON, 1, PERIOD_S, 1200, 1, 70, 0, ASK_HOST, ANS_HOST, 300, G },

	/* devices: the same few names for ever */
	{ "mqtt.<x6>", "smartdevice-hub.com", CLASS_TELEMETRY, OWN, 1, PERIOD_S, 60, 1, 40, 0, ASK_A, ANS_HOST, 30, D },
	{ "<h12>.eu.iot", "camcloudlink.net", CLASS_TELEMETRY, OWN, 1, PERIOD_S, 30, 1, 30, 0, ASK_A, ANS_HOST, 20, D },
	{ "<0-3>.pool", "ntp.org", CLASS_TELEMETRY, COMMON, 4, PERIOD_S, 1024, 1, 90, 0, ASK_HOST, ANS_HOST, 60, D | S | L },
	{ "device-<g>.iot.eu-west-1", "amazonaws.com", CLASS_TELEMETRY, OWN, 1, PERIOD_S, 300, 1, 25, 0, ASK_HOST, ANS_HOST, 60, D },
	{ "h<n2>-<x8>.reg", "printfleet.com", CLASS_TELEMETRY, OWN, 1, PERIOD_S, 1800, 1, 50, 0, ASK_HOST, ANS_HOST, 300, D },
	{ "<h16>.fw", "devupdate.io", CLASS_TELEMETRY, EACH, 0, PERIOD_S, 14400, 1, 30, 0, ASK_A, ANS_HOST, 60, D },
	{ "alive-<h12>-<n10>.hb", "sensorgrid.io", CLASS_TELEMETRY, EACH, 0, PERIOD_S, 7200, 1, 8, 0, ASK_A, ANS_ADDR, 1, D },
	{ "smtp", "=", CLASS_INFRASTRUCTURE, COMMON, 1, PERIOD_S, 3600, 1, 40, 0, ASK_HOST, ANS_LOCAL, 600, D },

	/* servers and builds */
	{ "db<1-9>.prod", "=", CLASS_INFRASTRUCTURE, COMMON, 9, PERIOD_S, 90, 1, 100, 0, ASK_HOST, ANS_LOCAL, 30, S },
	{ "<w>.svc.prod", "=", CLASS_INFRASTRUCTURE, COMMON, 30, PERIOD_S, 150, 1, 100, 0, ASK_HOST, ANS_LOCAL, 30, S },
	{ "_acme-challenge.<w>", "=", CLASS_BLOCKLIST, COMMON, 12, PER_HOUR, 0.5f, 2, 60, 0, ASK_TXT, ANS_POLICY, 30, S },
	{ "registry.npm", "packagelane.org", CLASS_BULK, COMMON, 1, PERIOD_S, 12, 2, 100, 0, ASK_HOST, ANS_HOST, 60, B },
	{ "<w>-<w>.pkg", "packagelane.org", CLASS_BULK, COMMON, 90, PERIOD_S, 15, 1, 100, 0, ASK_HOST, ANS_HOST, 60, B },
	{ "production.layers", "dockyard.io", CLASS_BULK, COMMON, 1, PERIOD_S, 9, 1, 100, 0, ASK_HOST, ANS_HOST, 60, B },
	{ "deb.mirror", "distrolane.org", CLASS_BULK, COMMON, 1, PER_HOUR, 2, 1, 100, 0, ASK_HOST, ANS_HOST, 300, L | S | B },
	{ "<h40>.cache.build", "artifactlane.dev", CLASS_BULK, COMMON, 200, PER_HOUR, 10, 1, 100, 0, ASK_HOST, ANS_HOST, 60, B },

	/* long names that people made */
	{ "<w>-<w>-<w>-<w>-and-<w>-<w>-<w>-<w>-<w>", "eventpages.org", CLASS_LONG, COMMON, 400, PER_HOUR, 0.3f, 1, 80, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "www.<w><w><w><w><w><w><w><w><w>", "longnames.co.uk", CLASS_LONG, COMMON, 40, PER_HOUR, 0.1f, 1, 50, 0, ASK_HOST, ANS_HOST, 300, PEOPLE },
	{ "<b56>", "onion-mirror.net", CLASS_LONG, COMMON, 30, PER_HOUR, 0.5f, 2, 3, 0, ASK_HOST, ANS_HOST, 300, G | L },
};
/* clang-format on */

const uint32_t n_programs = sizeof(programs) / sizeof(programs[0]);
