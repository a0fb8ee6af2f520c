/* SPDX-License-Identifier: Apache-2.0 */
/* A drill for real; see ask.h. */
#include "drill/ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/time.h"
#include "drill/message.h"

enum { PORT_DNS = 53, PORT_MAX = 65535, HEADER_BYTES = 12, NS_PER_MS = 1000000, SPEAKS = 0x80 };

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * ED_NS_PER_S + t.tv_nsec;
}

static bool read_port(const char *text, unsigned *ret)
{
	char *end;
	unsigned long port;

	errno = 0;
	port = strtoul(text, &end, 10);
	*ret = (unsigned)port;
	return errno == 0 && *end == '\0' && ed_is_digit(*text) && port > 0 && port <= PORT_MAX;
}

/* A socket that speaks to @server and nobody else, or -errno. */
static int connect_to(const char *server)
{
	size_t n = strcspn(server, "#");
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	unsigned port = PORT_DNS;
	struct ed_addr addr;
	int fd, r;

	if (!ed_addr_from_text(ed_span_of(server, n), &addr) ||
	    (server[n] == '#' && !read_port(server + n + 1, &port)))
		return -EINVAL;
	v6.sin6_port = v4.sin_port = htons((uint16_t)port);
	memcpy(&v6.sin6_addr, addr.b, sizeof(addr.b));
	memcpy(&v4.sin_addr, addr.b + sizeof(addr.b) - sizeof(v4.sin_addr), sizeof(v4.sin_addr));
	fd = socket(ed_addr_is_v4(&addr) ? AF_INET : AF_INET6,
		    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	r = ed_addr_is_v4(&addr) ? connect(fd, (const struct sockaddr *)&v4, sizeof(v4)) :
				   connect(fd, (const struct sockaddr *)&v6, sizeof(v6));
	if (r == 0)
		return fd;
	r = -errno;
	(void)close(fd);
	return r;
}

/* Counts what comes back until @until_ns; a refused port shows here. 0 or -errno. */
static int listen_until(int fd, int64_t until_ns, struct ed_drill_asked *ret)
{
	int64_t left_ns;

	while ((left_ns = until_ns - now_ns()) > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint8_t message[512];
		ssize_t n;

		if (poll(&p, 1, (int)(left_ns / NS_PER_MS) + 1) <= 0)
			continue;
		n = recv(fd, message, sizeof(message), 0);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n >= HEADER_BYTES && (message[2] & SPEAKS))
			ret->n_answered++;
	}
	return 0;
}

static int send_all(int fd, const struct ed_drill_plan *plan, struct ed_drill_asked *ret)
{
	uint8_t message[ED_DRILL_MESSAGE_MAX];
	int64_t begin_ns = now_ns();
	struct ed_drill_lookup l;
	int r = 0;

	for (uint32_t i = 0; i < plan->n_names && r == 0; i++) {
		size_t n;

		ed_drill_lookup_make(plan, i, &l);
		n = ed_drill_message(&l, false, message);
		if (send(fd, message, n, 0) < 0)
			return -errno;
		ret->n_sent++;
		r = listen_until(fd, begin_ns + plan->step_ns * (i + 1), ret);
	}
	return r == 0 ? listen_until(fd, now_ns() + ED_NS_PER_S, ret) : r;
}

int ed_drill_ask(const struct ed_drill_plan *plan, const char *server, struct ed_drill_asked *ret,
		 char error[static ED_DRILL_ASK_ERROR_MAX])
{
	int fd = connect_to(server), r;

	*ret = (struct ed_drill_asked){ .n_sent = 0 };
	r = fd < 0 ? fd : send_all(fd, plan, ret);
	if (fd >= 0)
		(void)close(fd);
	if (r == -EINVAL && fd < 0)
		(void)snprintf(error, ED_DRILL_ASK_ERROR_MAX,
			       "--resolver: an address, with #port where it is not 53");
	else if (r < 0)
		(void)snprintf(error, ED_DRILL_ASK_ERROR_MAX, "the resolver cannot be asked: %s",
			       strerror(-r));
	return r;
}
