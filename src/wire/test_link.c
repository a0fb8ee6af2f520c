/* SPDX-License-Identifier: Apache-2.0 */
/* From frame to payload: every link type and tunnel, cut at every byte, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/packet.h"
#include "wire/test_packets.h"

static struct test_frame frame;

/* Peels the first @n bytes of the frame from a block of that size, @wire_n said to have been sent.
 */
static enum ed_packet_kind peel(enum ed_layer layer, size_t n, size_t wire_n, struct ed_packet *ret)
{
	uint8_t *exact = test_malloc(n > 0 ? n : 1);
	enum ed_packet_kind kind;

	memcpy(exact, test_bytes(&frame).p, n);
	*ret = (struct ed_packet){ .data = ed_span_of(exact, n),
				   .wire_n = wire_n,
				   .layer = (uint8_t)layer };
	kind = ed_packet_peel(ret);
	assert_true(ret->wire_n >= ret->data.n);
	assert_true(ret->data.p >= exact && ret->data.p + ret->data.n <= exact + n);
	if (ret->data.n == sizeof(test_query) && kind == ED_PACKET_UDP)
		assert_memory_equal(ret->data.p, test_query, sizeof(test_query));
	test_free(exact);
	return kind;
}

static void inner_v4(void)
{
	test_payload(&frame, test_query_span());
	test_udp(&frame, 5300, 53);
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_UDP, 0);
}

static void inner_v6(void)
{
	test_payload(&frame, test_query_span());
	test_udp(&frame, 5300, 53);
	(void)test_ipv6(&frame, 3, 53, TEST_PROTO_UDP);
}

/* What stands before the IP packet. */
struct row {
	const char *name;
	const char *header;
	size_t n;
	uint32_t net_tag;
	uint16_t link_type;
	bool v6;
};

#define ROW(link, is_v6, tag, literal, title)                                               \
	{                                                                                   \
		.name = title, .header = literal, .n = sizeof(literal) - 1, .net_tag = tag, \
		.link_type = link, .v6 = is_v6                                              \
	}
#define MACS "\2\0\0\0\0\2\2\0\0\0\0\1"
/* Length, a packet, link type, interface; flags, family, lengths of link header and trailer;
 * process; service, interface; process on whose behalf. */
#define PKTAP_NAME "lo0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define PKTAP_20(text) text "\0\0\0\0\0\0\0\0\0\0\0"
#define PKTAP(flags, asker)                                                        \
	"\x6c\0\0\0\1\0\0\0\x0c\0\0\0" PKTAP_NAME flags "\2\0\0\0\4\0\0\0\0\0\0\0" \
	"\x2a\0\0\0" PKTAP_20("mDNSRespo") "\0\0\0\0\0\0\0\0" asker
#define SLL_HEAD "\0\0\0\1\0\6\2\0\0\0\0\1\0\0"
#define SLL2_TAIL "\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0"

static const struct row rows[] = {
	ROW(1, false, 0, MACS "\x08\0", "Ethernet"),
	ROW(1, true, 0, MACS "\x86\xdd", "Ethernet, IPv6"),
	ROW(1, false, 100, MACS "\x81\0\0\x64\x08\0", "802.1Q"),
	ROW(1, false, 100, MACS "\x81\0\xe0\x64\x08\0", "802.1Q with priority"),
	ROW(1, false, 0, MACS "\x81\0\0\0\x08\0", "priority tag"),
	ROW(1, true, 100 | 200 << 12, MACS "\x88\xa8\0\x64\x81\0\0\xc8\x86\xdd", "802.1ad"),
	ROW(1, false, 100 | 200 << 12, MACS "\x81\0\0\x64\x81\0\0\xc8\x08\0", "8100 twice"),
	ROW(1, false, 100 | 200 << 12, MACS "\x91\0\0\x64\x81\0\0\xc8\x08\0", "9100"),
	ROW(1, false, 100 | 200 << 12, MACS "\x92\0\0\x64\x81\0\0\xc8\x81\0\0\1\x08\0",
	    "9200, three tags"),
	ROW(1, false, 0, MACS "\0\x40\xaa\xaa\3\0\0\0\x08\0", "802.3 with SNAP"),
	ROW(1, false, 7, MACS "\x81\0\0\7\0\x40\xaa\xaa\3\0\0\0\x08\0", "VLAN with SNAP"),
	ROW(1, true, 0, MACS "\x88\x47\0\1\1\x40" MACS "\x86\xdd", "MPLS, Ethernet at once"),
	ROW(1, false, 0, MACS "\x88\x47\0\1\0\x40\0\1\1\x40", "MPLS, two labels"),
	ROW(1, true, 0, MACS "\x88\x48\0\1\1\x40", "MPLS multicast, IPv6"),
	ROW(1, false, 0, MACS "\x88\x64\x11\0\0\1\0\x33\0\x21", "PPPoE"),
	ROW(1, true, 0, MACS "\x88\x64\x11\0\0\1\0\x47\0\x57", "PPPoE, IPv6"),
	ROW(0, false, 0, "\2\0\0\0", "NULL, little endian"),
	ROW(0, false, 0, "\0\0\0\2", "NULL, big endian"),
	ROW(0, true, 0, "\x0a\0\0\0", "NULL, Linux"),
	ROW(0, true, 0, "\x18\0\0\0", "NULL, OpenBSD"),
	ROW(0, true, 0, "\0\0\0\x1c", "NULL, FreeBSD"),
	ROW(108, true, 0, "\0\0\0\x1e", "LOOP, macOS"),
	ROW(9, false, 0, "\xff\3\0\x21", "PPP"),
	ROW(9, false, 0, "\0\x21", "PPP without address"),
	ROW(9, true, 0, "\x57", "PPP, one byte of protocol"),
	ROW(50, false, 0, "\xff\3\x21", "PPP serial"),
	ROW(51, false, 0, "\x11\0\0\1\0\x33\0\x21", "PPPoE link"),
	ROW(10, false, 0, "\x50" MACS "\xaa\xaa\3\0\0\0\x08\0", "FDDI"),
	ROW(12, false, 0, "", "raw"),
	ROW(14, true, 0, "", "raw, IPv6"),
	ROW(101, false, 0, "", "raw"),
	ROW(101, true, 0, "", "raw, IPv6"),
	ROW(228, false, 0, "", "IPv4"),
	ROW(229, true, 0, "", "IPv6"),
	ROW(113, false, 0, SLL_HEAD "\x08\0", "SLL"),
	ROW(113, true, 100, SLL_HEAD "\x81\0\0\x64\x86\xdd", "SLL, VLAN"),
	ROW(276, false, 0, "\x08\0" SLL2_TAIL, "SLL2"),
	ROW(276, true, 0, "\x86\xdd" SLL2_TAIL, "SLL2, IPv6"),
	ROW(258, false, 0, PKTAP("\2\0\0\0", "\7\1\0\0" PKTAP_20("curl\0\0\0\0\0")), "PKTAP"),
	ROW(1, false, 0, MACS "\x88\x47\0\1\1\x40\0\0\0\0" MACS "\x08\0", "MPLS pseudowire"),
	ROW(239, false, 0, "\2\0\0\1\5\0\xa\0x\0\0\0\x3b\0\x09\0", "NFLOG, little endian"),
};

/*
 * Whole, the frame leads to the query. Cut by the capture, it never leads anywhere else; cut by the
 * sender, it is never called snapped by the link layer.
 */
static void check_row(const struct row *r)
{
	enum ed_layer layer = ed_packet_layer_of_link(r->link_type, false);
	size_t header_n = (r->v6 ? 40 : 20) + 8;
	struct ed_packet pkt;

	assert_int_not_equal(layer, ED_LAYER_NONE);
	if (r->v6)
		inner_v6();
	else
		inner_v4();
	(void)test_wrap(&frame, r->header, r->n);
	assert_int_equal(peel(layer, frame.n, frame.n, &pkt), ED_PACKET_UDP);
	assert_int_equal(pkt.data.n, sizeof(test_query));
	assert_int_equal(pkt.wire_n, sizeof(test_query));
	assert_int_equal(pkt.src_port, 5300);
	assert_int_equal(pkt.dst_port, 53);
	assert_int_equal(pkt.net_tag, r->net_tag);
	assert_int_equal(pkt.v6, r->v6);
	for (size_t n = 0; n < frame.n; n++) {
		enum ed_packet_kind kind = peel(layer, n, frame.n, &pkt);

		if (n >= r->n + header_n) {
			assert_int_equal(kind, ED_PACKET_UDP);
			assert_int_equal(pkt.data.n, n - r->n - header_n);
			assert_int_equal(pkt.wire_n, sizeof(test_query));
		} else {
			assert_int_equal(kind, ED_PACKET_SNAPPED);
		}
		kind = peel(layer, n, n, &pkt);
		if (n < r->n)
			assert_true(kind == ED_PACKET_BAD_LINK || kind == ED_PACKET_BAD_IP ||
				    kind == ED_PACKET_OTHER);
	}
}

static void test_links(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].name);
		check_row(&rows[i]);
	}
	assert_int_equal(ed_packet_layer_of_link(105, false), ED_LAYER_NONE);
	assert_int_equal(ed_packet_layer_of_link(239, true), ED_LAYER_NFLOG_BE);
}

/* A header put around an Ethernet frame or an IP packet, and IPv4 around it. */
struct tunnel {
	const char *name;
	const char *header;
	size_t n;
	uint32_t net_tag;
	uint16_t udp_port; /* 0: directly on IP */
	uint8_t proto;
	bool ethernet; /* the packet within has an Ethernet header */
	bool v6;
};

#define TUNNEL(protocol, port, eth, is_v6, tag, literal, title)                             \
	{                                                                                   \
		.name = title, .header = literal, .n = sizeof(literal) - 1, .net_tag = tag, \
		.udp_port = port, .proto = protocol, .ethernet = eth, .v6 = is_v6           \
	}
#define VNI(n) (ED_PACKET_TAG_VNI | (n))

static const struct tunnel tunnels[] = {
	TUNNEL(4, 0, false, false, 0, "", "IPIP"),
	TUNNEL(41, 0, false, true, 0, "", "6in4"),
	TUNNEL(47, 0, false, false, 0, "\0\0\x08\0", "GRE"),
	TUNNEL(47, 0, false, true, 0, "\0\0\x86\xdd", "GRE, IPv6"),
	TUNNEL(47, 0, false, false, 0, "\xb0\0\x08\0cccckkkkssss", "GRE, all fields"),
	TUNNEL(47, 0, true, false, 0, "\x20\0\x65\x58kkkk", "GRE, Ethernet"),
	TUNNEL(47, 0, false, false, 0, "\x30\x81\x88\x0bkkkkssssaaaa\xff\3\0\x21", "PPTP"),
	TUNNEL(47, 0, true, false, 0, "\0\0\x88\xbe", "ERSPAN I"),
	TUNNEL(47, 0, true, false, 0, "\x10\0\x88\xbessss\x10\x64\0\5\0\0\0\0", "ERSPAN II"),
	TUNNEL(47, 0, true, false, 0, "\x10\0\x22\xebssss\x20\x64\0\5\0\0\0\0\0\0\0\0",
	       "ERSPAN III"),
	TUNNEL(47, 0, true, true, 0, "\x10\0\x22\xebssss\x20\x64\0\5\0\0\0\0\0\0\0\1platform",
	       "ERSPAN III, O"),
	TUNNEL(17, 4789, true, false, VNI(0x123456), "\x08\0\0\0\x12\x34\x56\0", "VXLAN"),
	TUNNEL(17, 8472, true, true, VNI(0), "\0\0\0\0\0\0\0\0", "VXLAN, old port"),
	TUNNEL(17, 6081, true, false, VNI(0x12), "\1\0\x65\x58\0\0\x12\0oooo", "GENEVE"),
	TUNNEL(17, 6081, false, true, VNI(7), "\0\0\x86\xdd\0\0\7\0", "GENEVE, IPv6"),
	TUNNEL(17, 2152, false, false, 0, "\x30\xff\0\x39\0\0\0\7", "GTP-U"),
	TUNNEL(17, 2152, false, true, 0, "\x34\xff\0\x39\0\0\0\7\0\0\0\x85\1ab\xc0\1cd\0",
	       "GTP-U, extensions"),
	TUNNEL(17, 3544, false, true, 0, "", "Teredo"),
	TUNNEL(17, 3544, false, true, 0, "\0\0\x12\x34\1\2\3\4", "Teredo, origin"),
	TUNNEL(17, 3544, false, true, 0, "\0\1\2\3iivvvnnnnnnnn\0\0\0\x12\x34\1\2\3\4",
	       "Teredo, authentication and origin"),
};

static void test_tunnels(void **state)
{
	struct ed_packet pkt;

	(void)state;
	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++) {
		const struct tunnel *t = &tunnels[i];
		enum ed_packet_kind kind;

		print_message("  %s\n", t->name);
		if (t->v6)
			inner_v6();
		else
			inner_v4();
		if (t->ethernet)
			test_ethernet(&frame, t->v6 ? 0x86dd : 0x0800);
		(void)test_wrap(&frame, t->header, t->n);
		if (t->udp_port)
			test_udp(&frame, 40000, t->udp_port);
		(void)test_ipv4(&frame, 100, 101, t->proto, 0);
		assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_UDP);
		assert_int_equal(pkt.data.n, sizeof(test_query));
		assert_int_equal(pkt.dst_port, 53);
		assert_int_equal(pkt.net_tag, t->net_tag);
		assert_int_equal(pkt.v6, t->v6);
		for (size_t n = 0; n < frame.n; n++) {
			kind = peel(ED_LAYER_IP, n, frame.n, &pkt);
			if (kind == ED_PACKET_UDP)
				assert_true(n >= frame.n - sizeof(test_query));
			(void)peel(ED_LAYER_IP, n, n, &pkt);
		}
	}
}

/* The program on whose behalf another one asks, where there is one; a header too short has none. */
static void test_programs(void **state)
{
	static const struct {
		const char header[109];
		uint32_t pid;
		const char *name;
		unsigned way;
	} programs[] = {
		{ PKTAP("\2\0\0\0", "\7\1\0\0" PKTAP_20("curl\0\0\0\0\0")), 263, "curl",
		  ED_PACKET_WAY_OUT },
		{ PKTAP("\1\0\0\0", "\xff\xff\xff\xff" PKTAP_20("\0\0\0\0\0\0\0\0\0")), 42,
		  "mDNSRespo", ED_PACKET_WAY_IN },
		{ PKTAP("\0\0\0\0", "\xff\xff\xff\xff" PKTAP_20("nobody\0\0\0")), 0, "nobody",
		  ED_PACKET_WAY_UNKNOWN },
	};
	struct ed_packet pkt;

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		inner_v4();
		(void)test_wrap(&frame, programs[i].header, 108);
		pkt = (struct ed_packet){ .data = test_bytes(&frame),
					  .wire_n = frame.n,
					  .layer = ED_LAYER_PKTAP };
		assert_int_equal(ed_packet_peel(&pkt), ED_PACKET_UDP);
		assert_int_equal(pkt.program.pid, programs[i].pid);
		assert_true(ed_span_is(pkt.program.name, programs[i].name));
		assert_int_equal(pkt.program.way, programs[i].way);
	}
	/* Only up to the link type; no packet; a length that is none. */
	inner_v4();
	(void)test_wrap(&frame, "\x0c\0\0\0\1\0\0\0\x0c\0\0\0", 12);
	assert_int_equal(peel(ED_LAYER_PKTAP, frame.n, frame.n, &pkt), ED_PACKET_UDP);
	assert_int_equal(pkt.program.pid, 0);
	inner_v4();
	(void)test_wrap(&frame, "\x0c\0\0\0\0\0\0\0\x0c\0\0\0", 12);
	assert_int_equal(peel(ED_LAYER_PKTAP, frame.n, frame.n, &pkt), ED_PACKET_OTHER);
	inner_v4();
	(void)test_wrap(&frame, "\x0b\0\0\0\1\0\0\0\x0c\0\0\0", 12);
	assert_int_equal(peel(ED_LAYER_PKTAP, frame.n, frame.n, &pkt), ED_PACKET_BAD_LINK);
}

static void test_not_dns(void **state)
{
	static const char *const others[] = {
		MACS "\x08\x06",
		MACS "\0\x10\x42\x42\3",
		MACS "\x88\xcc",
		MACS "\x88\x64\x11\x09\0\1\0\4",
	};
	struct ed_packet pkt;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		inner_v4();
		(void)test_wrap(&frame, others[i], 14 + (i == 3 ? 6 : 0));
		assert_int_equal(peel(ED_LAYER_ETHERNET, frame.n, frame.n, &pkt), ED_PACKET_OTHER);
	}
	inner_v4();
	test_bytes(&frame);
	(void)test_wrap(&frame, "\x07\0\0\0", 4);
	assert_int_equal(peel(ED_LAYER_NULL, frame.n, frame.n, &pkt), ED_PACKET_OTHER);
	/* ICMP, and a UDP packet that shares the port of a tunnel. */
	test_payload(&frame, test_query_span());
	(void)test_ipv4(&frame, 1, 2, 1, 0);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_OTHER);
	test_payload(&frame, ed_span_str("hello"));
	test_udp(&frame, 999, 2152);
	(void)test_ipv4(&frame, 1, 2, TEST_PROTO_UDP, 0);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_OTHER);
	/* A resolver's answer to a client whose port is that of a tunnel is an answer. */
	test_payload(&frame, test_query_span());
	test_udp(&frame, 53, 4789);
	(void)test_ipv4(&frame, 53, 1, TEST_PROTO_UDP, 0);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_UDP);
	assert_int_equal(pkt.data.n, sizeof(test_query));
}

static void test_ip_lengths(void **state)
{
	struct ed_packet pkt;
	uint8_t *ip;

	(void)state;
	/* Padding and checksum of the link behind the packet. */
	inner_v4();
	memmove(frame.b + sizeof(frame.b) - frame.n - 10, test_bytes(&frame).p, frame.n);
	frame.n += 10;
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_UDP);
	assert_int_equal(pkt.data.n, sizeof(test_query));
	/* Total length 0: offload; the captured length counts. */
	inner_v4();
	ip = frame.b + sizeof(frame.b) - frame.n;
	test_put16(ip + 2, 0);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_UDP);
	assert_int_equal(pkt.wire_n, sizeof(test_query));
	/* Options. */
	test_payload(&frame, test_query_span());
	test_udp(&frame, 5300, 53);
	(void)test_wrap(&frame, "\1\1\1\1\1\1\1\1", 8);
	ip = test_ipv4(&frame, 1, 2, TEST_PROTO_UDP, 0);
	ip[0] = 0x47;
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_UDP);
	assert_int_equal(pkt.data.n, sizeof(test_query));
	/* A header that ends before it should, a packet shorter than its header, a wrong version.
	 */
	ip[0] = 0x44;
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_BAD_IP);
	ip[0] = 0x45;
	test_put16(ip + 2, 19);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_BAD_IP);
	ip[0] = 0x55;
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_BAD_IP);
	assert_int_equal(peel(ED_LAYER_IPV4, frame.n, frame.n, &pkt), ED_PACKET_BAD_IP);
	assert_int_equal(peel(ED_LAYER_IPV6, frame.n, frame.n, &pkt), ED_PACKET_BAD_IP);
}

static void test_transport_lengths(void **state)
{
	struct ed_packet pkt;
	uint8_t *udp;

	(void)state;
	for (unsigned n = 0; n <= sizeof(test_query) + 9; n++) {
		inner_v4();
		udp = frame.b + sizeof(frame.b) - frame.n + 20;
		test_put16(udp + 4, n);
		if (n == 0 || (n >= 8 && n <= sizeof(test_query) + 8)) {
			assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_UDP);
			assert_int_equal(pkt.data.n, n == 0 ? sizeof(test_query) : n - 8);
		} else {
			assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt),
					 ED_PACKET_BAD_TRANSPORT);
		}
	}
	test_payload(&frame, test_query_span());
	test_tcp(&frame, 5300, 53, 1000, 0x18);
	(void)test_ipv4(&frame, 1, 2, TEST_PROTO_TCP, 0);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_TCP);
	assert_int_equal(pkt.tcp_seq, 1000);
	assert_int_equal(pkt.tcp_flags, 0x18);
	assert_int_equal(pkt.data.n, sizeof(test_query));
	for (unsigned words = 0; words < 16; words++) {
		bool fits = words >= 5 && words * 4 <= sizeof(test_query) + 20;

		frame.b[sizeof(frame.b) - frame.n + 20 + 12] = (uint8_t)(words << 4);
		assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt),
				 fits ? ED_PACKET_TCP : ED_PACKET_BAD_TRANSPORT);
	}
}

static void test_extension_headers(void **state)
{
	struct ed_packet pkt;

	(void)state;
	test_payload(&frame, test_query_span());
	test_udp(&frame, 5300, 53);
	(void)test_wrap(&frame, "\x11\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16); /* destination options */
	(void)test_wrap(&frame, "\x3c\0\0\0\0\0\0\x07", 8);                /* atomic fragment */
	(void)test_wrap(&frame, "\x2c\1\0\0ssssssss\0\0\0\0", 16);         /* routing */
	(void)test_wrap(&frame, "\x2b\2\0\0spi.seq.icv.", 16);             /* authentication */
	(void)test_wrap(&frame, "\x33\0\1\4\0\0\0\0", 8);                  /* hop by hop */
	(void)test_ipv6(&frame, 1, 2, 0);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_UDP);
	assert_int_equal(pkt.data.n, sizeof(test_query));
	for (size_t n = 0; n < frame.n - sizeof(test_query); n++) {
		assert_int_equal(peel(ED_LAYER_IP, n, frame.n, &pkt), ED_PACKET_SNAPPED);
		if (n > 0 && n < 40)
			assert_int_equal(peel(ED_LAYER_IP, n, n, &pkt), ED_PACKET_BAD_IP);
	}
	/* More headers than anybody sends: given up, not followed for ever. */
	test_payload(&frame, test_query_span());
	for (unsigned i = 0; i < 100; i++)
		(void)test_wrap(&frame, "\x3c\0\0\0\0\0\0\0", 8);
	(void)test_ipv6(&frame, 1, 2, 60);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_BAD_LINK);
	/* ESP hides the rest; no next header ends it. */
	test_payload(&frame, test_query_span());
	(void)test_ipv6(&frame, 1, 2, 50);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_OTHER);
	(void)test_ipv4(&frame, 1, 2, 44, 0);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_OTHER);
}

static void test_fragments(void **state)
{
	struct ed_packet pkt;

	(void)state;
	test_payload(&frame, ed_span_of(test_query, 24));
	(void)test_ipv4(&frame, 1, 2, TEST_PROTO_UDP, 0x2000 | 100);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_FRAGMENT);
	assert_int_equal(pkt.frag_id, 77);
	assert_int_equal(pkt.frag_offset, 800);
	assert_true(pkt.frag_more);
	assert_int_equal(pkt.data.n, 24);
	/* All but the last are multiples of eight bytes; none reaches past 64 KiB. */
	test_payload(&frame, ed_span_of(test_query, 23));
	(void)test_ipv4(&frame, 1, 2, TEST_PROTO_UDP, 0x2000);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_BAD_IP);
	test_payload(&frame, ed_span_of(test_query, 23));
	(void)test_ipv4(&frame, 1, 2, TEST_PROTO_UDP, 0x1fff);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_BAD_IP);
	test_payload(&frame, ed_span_of(test_query, 23));
	(void)test_ipv4(&frame, 1, 2, 50, 0x2000);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_BAD_IP);
	test_payload(&frame, ed_span_of(test_query, 24));
	(void)test_ipv4(&frame, 1, 2, 50, 0x2000);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_OTHER);
	test_payload(&frame, ed_span_of(test_query, 20));
	(void)test_wrap(&frame, "\x11\0\1\xf8\0\0\0\x09", 8);
	(void)test_ipv6(&frame, 1, 2, 44);
	assert_int_equal(peel(ED_LAYER_IP, frame.n, frame.n, &pkt), ED_PACKET_FRAGMENT);
	assert_int_equal(pkt.frag_id, 9);
	assert_int_equal(pkt.frag_offset, 504);
	assert_false(pkt.frag_more);
	assert_int_equal(pkt.protocol, TEST_PROTO_UDP);
}

/* Where a packet's pointers lead, counted from its IP header; fields that do not apply are 0. */
struct outcome {
	int kind;
	uint32_t net_tag;
	uint16_t src_port, dst_port;
	uint8_t protocol;
	bool v6;
	size_t data_n, wire_n;
	ptrdiff_t data_at, src_at, dst_at;
};

/* The first @n bytes of the IP packet @ip behind a link header. */
static void look(enum ed_layer layer, struct ed_span link, struct ed_span ip, struct outcome *ret)
{
	uint8_t b[128] = { 0 };
	struct ed_packet pkt = { .data = ed_span_of(b, link.n + ip.n),
				 .wire_n = link.n + ip.n,
				 .layer = (uint8_t)layer };

	memcpy(b, link.p, link.n);
	memcpy(b + link.n, ip.p, ip.n);
	memset(ret, 0, sizeof(*ret));
	ret->kind = (int)ed_packet_peel(&pkt);
	ret->net_tag = pkt.net_tag;
	ret->src_port = pkt.src_port;
	ret->dst_port = pkt.dst_port;
	ret->protocol = pkt.protocol;
	ret->v6 = pkt.v6;
	ret->data_n = pkt.data.n;
	ret->wire_n = pkt.wire_n;
	ret->data_at = pkt.data.p - (b + link.n);
	ret->src_at = pkt.src ? pkt.src - (b + link.n) : 0;
	ret->dst_at = pkt.dst ? pkt.dst - (b + link.n) : 0;
}

/* Plain Ethernet has a short way of its own, "cooked" Linux has not: both must see the same. */
static void assert_same_outcome(struct ed_span ip)
{
	static const char ethernet[] = MACS "\x08", sll[] = SLL_HEAD "\x08";
	struct outcome short_way, long_way;

	look(ED_LAYER_ETHERNET, ed_span_of(ethernet, sizeof(ethernet)), ip, &short_way);
	look(ED_LAYER_SLL, ed_span_of(sll, sizeof(sll)), ip, &long_way);
	assert_memory_equal(&short_way, &long_way, sizeof(short_way));
}

static void test_short_way(void **state)
{
	static const unsigned ports[] = { 53, 5353, 4789, 8472, 6081, 2152, 3544, 40000 };
	const size_t n_ports = sizeof(ports) / sizeof(ports[0]);
	uint8_t ip[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < n_ports * n_ports; i++) {
		test_payload(&frame, test_query_span());
		test_udp(&frame, ports[i / n_ports], ports[i % n_ports]);
		(void)test_ipv4(&frame, 3, 53, TEST_PROTO_UDP, 0);
		assert_same_outcome(test_bytes(&frame));
	}
	inner_v4();
	n = frame.n;
	assert_true(n <= sizeof(ip));
	memcpy(ip, test_bytes(&frame).p, n);
	for (size_t i = 0; i <= n; i++)
		assert_same_outcome(ed_span_of(ip, i));
	for (size_t i = 0; i < (20 + 8) * 256; i++) {
		uint8_t was = ip[i / 256];

		ip[i / 256] = (uint8_t)i;
		assert_same_outcome(ed_span_of(ip, n));
		assert_same_outcome(ed_span_of(ip, n - 1));
		ip[i / 256] = was;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_tunnels),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_not_dns),
		cmocka_unit_test(test_ip_lengths),
		cmocka_unit_test(test_transport_lengths),
		cmocka_unit_test(test_extension_headers),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_short_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
