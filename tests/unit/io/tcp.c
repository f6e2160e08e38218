/* Modbus TCP against libmodbus's own server: values, faults, connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef assert

#include "io/port.h"
#include "slave.h"

static struct port *tcp_port(const char *where)
{
	struct port_conf conf = {.kind = PORT_TCP};

	assert_true(text_copy(conf.where, sizeof(conf.where), where));
	return port_new(&conf, &clock_system);
}

static struct port *opened(const char *where)
{
	struct port *port = tcp_port(where);
	char words[200] = "";
	struct text why = text_over(words, sizeof(words));

	assert_int_equal(port_open(port, &why), 0);
	return port;
}

static int ask(struct port *port, uint8_t unit, uint8_t function, uint16_t start, uint16_t count,
	unsigned timeout_ms, struct port_reply *reply)
{
	struct port_ask question = {.unit = unit,
		.function = function,
		.start = start,
		.count = count,
		.timeout_ms = timeout_ms};

	return port_ask(port, &question, reply);
}

static unsigned word(const struct port_reply *reply, unsigned i)
{
	return (unsigned)reply->pdu[2 + 2 * i] << 8 | reply->pdu[3 + 2 * i];
}

static void values_come_as_they_are(void **state)
{
	struct port_reply reply;
	struct slave slave;
	struct port *port;

	(void)state;
	slave_on_tcp(&slave);
	port = opened(slave.where);
	assert_int_equal(ask(port, 3, 3, 10, 5, 500, &reply), 0);
	assert_int_equal(reply.len, 12);
	assert_memory_equal(reply.pdu, "\x03\x0A\x0B\xC2\x0B\xC3", 6);
	assert_int_equal(ask(port, 255, 4, 100, 125, 500, &reply), 0);
	assert_int_equal(reply.len, 252);
	assert_int_equal(word(&reply, 124), (uint16_t)(255000 + 224));
	assert_int_equal(ask(port, 1, 1, 0, 10, 500, &reply), 0);
	assert_int_equal(reply.len, 4);
	assert_memory_equal(reply.pdu, "\x01\x02\x49\x02", 4);
	assert_int_equal(ask(port, 1, 2, 0, 8, 500, &reply), 0);
	assert_memory_equal(reply.pdu, "\x02\x01\x21", 3);
	assert_int_equal(ask(port, 1, 3, SLAVE_REGISTERS, 1, 500, &reply), ERR_EXCEPTION);
	assert_int_equal(reply.exception, 2);
	assert_memory_equal(reply.pdu, "\x83\x02", 2);
	assert_true(port_is_open(port));
	assert_int_equal(atomic_load(&slave.connections), 1);
	port_free(port);
	slave_stop(&slave);
}

/* Timeout and noise close the connection, so that nothing late can ever be read. */
static void a_fault_closes_the_connection(void **state)
{
	static const struct {
		enum slave_fault fault;
		int rc;
	} faults[] = {{SLAVE_MUTE, ERR_TIMEOUT}, {SLAVE_LATE, ERR_TIMEOUT},
		{SLAVE_WRONG_TID, ERR_NOISE}, {SLAVE_OTHER_UNIT, ERR_NOISE},
		{SLAVE_TRICKLE, ERR_NOISE}, {SLAVE_FLOOD, ERR_NOISE}};
	struct port_reply reply;
	struct slave slave;
	struct port *port;
	char words[200] = "";
	struct text why = text_over(words, sizeof(words));
	size_t i;

	(void)state;
	slave_on_tcp(&slave);
	port = opened(slave.where);
	atomic_store(&slave.delay_ms, 200);
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		/* Without its deadline it would wait for ever, or take the late answer for a good one. */
		slave_set(&slave, faults[i].fault, 0);
		assert_int_equal(ask(port, 1, 3, 30, 2, 100, &reply), faults[i].rc);
		assert_false(port_is_open(port));
		assert_int_equal(ask(port, 1, 3, 30, 2, 100, &reply), ERR_GONE);
		slave_set(&slave, SLAVE_GOOD, 0);
		assert_int_equal(port_open(port, &why), 0);
		assert_int_equal(ask(port, 1, 3, 40, 2, 2000, &reply), 0);
		assert_int_equal(word(&reply, 0), 1040);
		assert_int_equal(reply.stale, 0);
	}
	port_free(port);
	slave_stop(&slave);
}

static void a_closed_peer_is_noticed(void **state)
{
	struct port_reply reply;
	struct slave slave;
	struct port *port;
	char words[200] = "";
	struct text why = text_over(words, sizeof(words));
	struct pollfd none = {.fd = -1};
	int i;

	(void)state;
	slave_on_tcp(&slave);
	port = opened(slave.where);
	assert_int_equal(ask(port, 1, 3, 0, 1, 500, &reply), 0);
	assert_false(port_lost(port));
	slave_stop(&slave);
	for (i = 0; i < 200 && !port_lost(port); i++)
		poll(&none, 1, 5); /* until the closing has come through */
	assert_true(port_lost(port));
	assert_int_equal(ask(port, 1, 3, 0, 1, 500, &reply), ERR_GONE);
	assert_false(port_is_open(port));
	assert_int_equal(port_open(port, &why), ERR_GONE);
	assert_non_null(strstr(words, "switched on"));
	port_free(port);
}

static void wrong_addresses_are_named(void **state)
{
	static const char *const wrong[] = {"", ":502", "host", "host:", "127.0.0.1"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct port *port = tcp_port(wrong[i]);
		char words[300] = "";
		struct text why = text_over(words, sizeof(words));

		assert_int_equal(port_open(port, &why), ERR_CONF);
		assert_non_null(strstr(words, "host:port"));
		port_free(port);
	}
}

/* A driver of PDUs may have bytes to say that nothing answers, to wake a device: a gateway needs none. */
static void bytes_that_nothing_answers_are_left_out(void **state)
{
	static const uint8_t pdu[] = {3, 0, 7, 0, 1};
	struct port_ask wake = {
		.unit = 2, .kind = ASK_BYTES, .bytes = pdu, .len = 1, .timeout_ms = 500};
	struct port_ask own = {.unit = 2,
		.kind = ASK_PDU,
		.function = 3,
		.start = 7,
		.count = 1,
		.bytes = pdu,
		.len = sizeof(pdu),
		.timeout_ms = 500};
	struct port_reply reply;
	struct slave slave;
	struct port *port;

	(void)state;
	slave_on_tcp(&slave);
	port = opened(slave.where);
	assert_int_equal(port_ask(port, &wake, &reply), 0);
	assert_int_equal(reply.len, 0);
	assert_int_equal(port_ask(port, &own, &reply), 0);
	assert_int_equal(word(&reply, 0), 2007);
	assert_true(port_is_open(port));
	port_free(port);
	slave_stop(&slave);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_as_they_are),
		cmocka_unit_test(a_fault_closes_the_connection),
		cmocka_unit_test(a_closed_peer_is_noticed),
		cmocka_unit_test(wrong_addresses_are_named),
		cmocka_unit_test(bytes_that_nothing_answers_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
