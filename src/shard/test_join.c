/* SPDX-License-Identifier: Apache-2.0 */
/* One tunnel, seen by a sensor and by the machine's own log: one incident that names both. */
#include "shard/test_bench.h"

#include "record/batch.h"
#include "record/hidden_name.h"
#include "shard/join.h"

enum { NAMES = 60, CLIENT = 5, OTHER = 6 };

static const char DOMAIN[] = "tunnel.com", IMAGE[] = "/opt/x/agent";

/* The process that does it. */
static struct actor {
	uint64_t id, parent_id;
	const char *image, *command;
} actor;

static uint64_t withdrawn[8];
static unsigned n_withdrawn;

static void withdraw(void *arg, unsigned partition, uint64_t key_hash)
{
	(void)arg;
	(void)partition;
	assert_true(n_withdrawn < 8);
	withdrawn[n_withdrawn++] = key_hash;
}

/* An event by a program, shown to the roles it has. */
static void program_does(struct bench *b, struct ed_event *what, const char *name_text,
			 unsigned roles)
{
	static uint8_t data[2 * ED_EVENT_PROCESS_MAX_BYTES] __attribute__((aligned(8)));
	static struct ed_batch batch;
	const struct ed_span texts[ED_TEXT_N] = { [ED_TEXT_HOST] = ed_span_str("web1.corp"),
						  [ED_TEXT_IMAGE] = ed_span_str(actor.image),
						  [ED_TEXT_COMMAND] = ed_span_str(actor.command),
						  [ED_TEXT_USER] = ed_span_str("www-data") };
	const struct ed_process head = { .id = actor.id,
					 .parent_id = actor.parent_id,
					 .pid = (uint32_t)actor.id,
					 .attribution = ED_ATTRIBUTION_DIRECT };
	struct ed_event *ev;
	struct ed_visit v;
	struct ed_name name = { .n = 0 };

	batch.data = data;
	batch.cap = sizeof(data);
	batch.used = 0;
	ev = ed_batch_peek_process(&batch);
	*ev = *what;
	ev->time_ns = b->now_ns;
	ev->platform = ED_PLATFORM_LINUX;
	ev->has |= ED_FIELD_TIME | ED_FIELD_PROCESS | ED_FIELD_HOST;
	if (name_text) {
		assert_int_equal(ed_name_from_text(ed_span_str(name_text), ED_NAME_PLAIN, &name),
				 0);
		memcpy(ed_event_name_room(ev), name.wire, name.n);
		ev->name_n = name.n;
		ev->has |= ED_FIELD_QNAME;
	}
	ed_batch_commit_process(&batch, ev, &head, texts);
	ed_annotate(b->annotator, ev);
	for (unsigned role = 1; role <= ED_ROLE_HOST; role *= 2) {
		if (!(roles & role))
			continue;
		ed_visit_prepare(&b->p, ev, role, &v);
		ed_visit_touch(&v);
		ed_visit(&v);
	}
}

static void asks(struct bench *b, const char *name)
{
	program_does(b, &(struct ed_event){ .kind = ED_EVENT_DNS_QUERY }, name, ED_ROLE_ZONE);
}

static void asks_masked(struct bench *b, const char *name_text)
{
	struct ed_event ev = { .kind = ED_EVENT_DNS_QUERY, .lost = ED_LOST_NAME };
	struct ed_name name;

	assert_int_equal(ed_name_from_text(ed_span_str(name_text), ED_NAME_PLAIN, &name), 0);
	ev.answers.hash = ed_hidden_name_hash(ed_span_of(name.wire, name.n));
	program_does(b, &ev, NULL, ED_ROLE_ZONE);
}

/* A connection from the address of client number @client, 0: not told. */
static void connects(struct bench *b, unsigned client)
{
	struct ed_event ev = { .kind = ED_EVENT_FLOW, .flow = { .service = ED_FLOW_DNS } };

	if (client > 0) {
		ed_addr_from_v4((const uint8_t[]){ 10, 0, 0, (uint8_t)client }, &ev.client);
		ev.has = ED_FIELD_CLIENT;
	}
	ed_addr_from_v4((const uint8_t[]){ 10, 0, 0, 53 }, &ev.resolver);
	program_does(b, &ev, NULL, ED_ROLE_HOST);
}

enum view { WIRE = 1, LOG = 2, MASKED = 4, SOCKETS = 8 };

/* The tunnel as the sensor of client number 5 and the machine's log see it, and then the join. */
static void run(struct bench *b, unsigned views, unsigned address_told)
{
	b->conf.withdraw = withdraw;
	n_withdrawn = 0;
	actor = (struct actor){ 77, 76, IMAGE, "" };
	if (address_told)
		connects(b, address_told);
	for (unsigned i = 0; i < NAMES; i++) {
		char name[128];

		encoded_name(i, DOMAIN, name, sizeof(name));
		if (views & SOCKETS)
			connects(b, CLIENT);
		if (views & LOG)
			asks(b, name);
		if (views & MASKED)
			asks_masked(b, name);
		if (views & WIRE) {
			struct observed q = question(b, CLIENT, name, ED_RR_TXT);

			see(b, &q, 0);
		}
		next(b);
	}
	ed_join(&b->p, 1);
}

static void assert_image(const struct said *s, const char *image)
{
	struct ed_span text;

	assert_non_null(s);
	assert_non_null(s->f.actor);
	text = ed_actor_text(s->f.actor, ED_TEXT_IMAGE);
	assert_int_equal(text.n, strlen(image));
	assert_memory_equal(text.p, image, text.n);
}

static void test_log_alone(void **state)
{
	struct bench *b = *state;
	const struct said *s;

	run(b, LOG, 0);
	s = find(b, "", DOMAIN);
	assert_image(s, IMAGE);
	assert_string_equal(s->f.analytic, "AN1122");
	assert_true(s->f.level >= ED_LEVEL_HIGH);
	assert_int_equal(n_withdrawn, 0);
}

static void test_wire_alone(void **state)
{
	struct bench *b = *state;
	const struct said *s;

	run(b, WIRE, 0);
	s = find(b, "10.0.0.5", DOMAIN);
	assert_non_null(s);
	assert_null(s->f.actor);
	assert_string_equal(s->f.analytic, "AN1124");
}

static void test_both_by_address(void **state)
{
	struct bench *b = *state;
	const struct said *s;

	run(b, WIRE | LOG, CLIENT);
	s = find(b, "10.0.0.5", DOMAIN);
	assert_image(s, IMAGE);
	assert_string_equal(s->f.analytic, "AN1122");
	assert_int_equal(s->f.actor->process.attribution, ED_ATTRIBUTION_DIRECT);
	assert_int_equal(n_withdrawn, 1);
	assert_true(withdrawn[0] == find(b, "", DOMAIN)->f.key_hash);
}

/* Nobody told the address: there is one of each. */
static void test_both_by_being_alone(void **state)
{
	struct bench *b = *state;

	run(b, WIRE | LOG, 0);
	assert_image(find(b, "10.0.0.5", DOMAIN), IMAGE);
	assert_int_equal(n_withdrawn, 1);
}

/* The machine is known to be another one: two infected machines. */
static void test_other_address_is_not_joined(void **state)
{
	struct bench *b = *state;

	run(b, WIRE | LOG, OTHER);
	assert_null(find(b, "10.0.0.5", DOMAIN)->f.actor);
	assert_int_equal(n_withdrawn, 0);
}

static void test_masked_names_are_found_by_their_hashes(void **state)
{
	struct bench *b = *state;

	run(b, WIRE | MASKED, 0);
	assert_image(find(b, "10.0.0.5", DOMAIN), IMAGE);
	assert_int_equal(n_withdrawn, 1);
}

static void test_socket_leads_to_the_program(void **state)
{
	struct bench *b = *state;
	const struct said *s;

	run(b, WIRE | SOCKETS, 0);
	s = find(b, "10.0.0.5", DOMAIN);
	assert_image(s, IMAGE);
	assert_int_equal(s->f.actor->process.attribution, ED_ATTRIBUTION_SOCKET);
}

static void starts(struct bench *b, uint64_t id, uint64_t parent_id, const char *image,
		   const char *command)
{
	actor = (struct actor){ id, parent_id, image, command };
	program_does(b, &(struct ed_event){ .kind = ED_EVENT_PROCESS }, NULL, ED_ROLE_HOST);
}

/* Two processes of one program talk at one time: the one whose command line names the domain is
 * behind it, though the other is busier; what started it is found by its number. */
static void test_command_leads_to_the_process(void **state)
{
	struct bench *b = *state;
	const struct said *s;
	struct ed_span parent;

	b->conf.withdraw = withdraw;
	starts(b, 70, 1, "/usr/bin/bash", "bash /srv/x");
	starts(b, 78, 70, IMAGE, "agent -z mytunnel.com");
	starts(b, 77, 70, IMAGE, "agent -z T.Tunnel.com");
	for (unsigned i = 0; i < NAMES; i++) {
		struct observed q;
		char name[128];

		encoded_name(i, DOMAIN, name, sizeof(name));
		actor.id = i % 3 ? 78 : 77;
		connects(b, CLIENT);
		q = question(b, CLIENT, name, ED_RR_TXT);
		see(b, &q, 0);
		next(b);
	}
	ed_join(&b->p, 1);
	s = find(b, "10.0.0.5", DOMAIN);
	assert_image(s, IMAGE);
	assert_int_equal(s->f.actor->process.id, 77);
	assert_int_equal(s->f.actor->process.attribution, ED_ATTRIBUTION_COMMAND);
	parent = ed_actor_text(s->f.actor, ED_TEXT_PARENT);
	assert_int_equal(parent.n, strlen("/usr/bin/bash"));
	assert_memory_equal(parent.p, "/usr/bin/bash", parent.n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_log_alone),
		TEST(test_wire_alone),
		TEST(test_both_by_address),
		TEST(test_both_by_being_alone),
		TEST(test_other_address_is_not_joined),
		TEST(test_masked_names_are_found_by_their_hashes),
		TEST(test_socket_leads_to_the_program),
		TEST(test_command_leads_to_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
