/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From system calls and sessions to events; see call.h.
 *	sendto -> 192.0.2.53:53, exit 61
 */
#include "format/linux/call.h"

#include "base/ascii.h"

enum {
	EXIT_IN_PROGRESS = -115, /* EINPROGRESS */
	LENGTH_MAX = 65507,      /* of a message that is sent at once */
	EXIT_DIGITS_MAX = 18,
};

int64_t ed_linux_exit(struct ed_span text)
{
	bool minus = text.n > 0 && text.p[0] == '-';
	int64_t v = 0;

	if (ed_span_is(text, "EINPROGRESS"))
		return EXIT_IN_PROGRESS;
	for (size_t i = minus; i < text.n && i < EXIT_DIGITS_MAX; i++) {
		if (!ed_is_digit(text.p[i]))
			break;
		v = v * 10 + (text.p[i] - '0');
	}
	return minus ? -v : v;
}

bool ed_linux_call_counts(const struct ed_linux_call *c)
{
	bool is_begun = c->call == ED_AUDITD_CALL_CONNECT && c->exit == EXIT_IN_PROGRESS;

	return c->call != ED_AUDITD_CALL_OTHER && (c->is_ok || is_begun);
}

/* How many bytes a call sent, by what it gave back. */
static void put_size(const struct ed_linux_call *c, struct ed_linux_flow *f)
{
	if (c->call == ED_AUDITD_CALL_CONNECT || c->exit < 0)
		return;
	f->n_packets = 1;
	if (c->call == ED_AUDITD_CALL_SENDMMSG) {
		f->n_packets = (uint32_t)(c->exit < LENGTH_MAX ? c->exit : LENGTH_MAX);
		return;
	}
	f->has_size = c->exit <= LENGTH_MAX;
	f->size_bytes = (uint32_t)(f->has_size ? c->exit : 0);
}

enum ed_drop ed_linux_call_emit(const struct ed_linux_record *r, const struct ed_linux_call *c,
				struct ed_batch *out)
{
	struct ed_linux_flow f = { .peer_port = c->peer.port, .peer = c->peer.addr };

	if (ed_auditd_is_resolver(&c->peer)) {
		f.is_resolver = true;
		f.transport = ED_TRANSPORT_LOCAL;
	} else if (c->peer.family != ED_AUDITD_INET || c->peer.port == 0) {
		/* port 0 is how a resolver asks for a route, not a connection */
		return ED_DROP_OTHER_LOG;
	} else if (c->call == ED_AUDITD_CALL_CONNECT) {
		if (c->exit == EXIT_IN_PROGRESS)
			f.transport = ED_TRANSPORT_TCP;
	} else if (c->is_named) {
		f.transport = ED_TRANSPORT_UDP;
	}
	put_size(c, &f);
	return ed_linux_flow(r, &f, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static uint16_t session_launch(struct ed_span image, const struct ed_linux_session *s)
{
	struct ed_span base = ed_image_base(image);
	uint16_t launch = 0;

	if (ed_span_is(s->terminal, "cron") || ed_span_is(base, "cron") ||
	    ed_span_is(base, "crond") || ed_span_is(base, "atd") || ed_span_is(base, "anacron"))
		launch |= ED_LAUNCH_CRON;
	if (ed_span_is(s->terminal, "ssh") || ed_span_starts(base, "sshd") ||
	    !ed_linux_is_none(s->addr))
		launch |= ED_LAUNCH_REMOTE;
	return launch;
}

enum ed_drop ed_linux_session_emit(struct ed_linux_record *r, const struct ed_linux_session *s,
				   struct ed_batch *out)
{
	if (!s->is_ok || r->process.pid == 0)
		return ED_DROP_OTHER_LOG;
	if (s->is_unit)
		return ed_linux_process(r, ED_ATTRIBUTION_WEAK, out) ? ED_DROP_N :
								       ED_DROP_BATCH_FULL;
	r->process.launch = session_launch(r->text[ED_TEXT_IMAGE], s);
	if (r->process.launch == 0)
		return ED_DROP_OTHER_LOG;
	return ed_linux_start(r, NULL, 0, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}
