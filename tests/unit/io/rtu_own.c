/* A driver's own questions on a serial line, over a pty: bytes in pieces, dirt, silence, a talker, and PDUs that a slave made by
 * hand answers rightly and wrongly. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crc.h"
#include "io/answer.h"
#include "io/port.h"

/* What the device does when its question is whole: pieces, each after a pause.  A piece of no bytes ends them. */
struct piece {
	int after_ms;
	const char *bytes;
	size_t n; /* 0: as long as the text */
};

struct device {
	int fd, held, stop;
	char where[100];
	size_t question; /* bytes it waits for; 0: it speaks at once, unasked */
	const struct piece *pieces;
	pthread_t thread;
	bool ended;
	int64_t late_ns; /* by so much at most a piece came later than it was to */
	uint8_t asked[300];
	size_t n_asked;
};

/* False: it is to stop. */
static bool pause_ms(const struct device *device, int ms)
{
	struct pollfd stop = {.fd = device->stop, .events = POLLIN};

	return poll(&stop, 1, ms) == 0;
}

static void *device_run(void *arg)
{
	struct device *device = arg;
	const struct piece *piece;
	int64_t last_ns = clock_boot_ns(&clock_system), now_ns;

	while (device->n_asked < device->question) {
		struct pollfd more[2] = {{.fd = device->fd, .events = POLLIN},
			{.fd = device->stop, .events = POLLIN}};
		ssize_t n;

		if (poll(more, 2, -1) < 0 || more[1].revents)
			return NULL;
		n = read(device->fd, device->asked + device->n_asked,
			device->question - device->n_asked);
		if (n <= 0)
			return NULL;
		device->n_asked += (size_t)n;
	}
	for (piece = device->pieces; piece->bytes; piece++) {
		size_t n = piece->n ? piece->n : strlen(piece->bytes);

		if (!pause_ms(device, piece->after_ms) ||
			write(device->fd, piece->bytes, n) != (ssize_t)n)
			return NULL;
		now_ns = clock_boot_ns(&clock_system);
		last_ns += (int64_t)piece->after_ms * 1000000;
		device->late_ns =
			now_ns - last_ns > device->late_ns ? now_ns - last_ns : device->late_ns;
		last_ns = now_ns;
	}
	return NULL;
}

static struct port *device_start(struct device *device, size_t question, const struct piece *pieces)
{
	struct port_conf conf = {.kind = PORT_RTU, .baud = 9600, .parity = 'N', .stop_bits = 1};
	char words[200] = "";
	struct text why = text_over(words, sizeof(words));
	struct port *port;

	memset(device, 0, sizeof(*device));
	device->question = question;
	device->pieces = pieces;
	device->stop = eventfd(0, EFD_CLOEXEC);
	device->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(device->stop >= 0 && device->fd >= 0);
	assert_int_equal(grantpt(device->fd) | unlockpt(device->fd) |
				 ptsname_r(device->fd, device->where, sizeof(device->where)),
		0);
	device->held = open(device->where, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(text_copy(conf.where, sizeof(conf.where), device->where));
	port = port_new(&conf, &clock_system);
	if (port_open(port, &why))
		fail_msg("%s", words);
	assert_int_equal(pthread_create(&device->thread, NULL, device_run, device), 0);
	return port;
}

/* Until it has said all its pieces; what it was asked may be looked at then. */
static void device_done(struct device *device)
{
	assert_int_equal(pthread_join(device->thread, NULL), 0);
	device->ended = true;
}

static void device_end(struct device *device, struct port *port)
{
	uint64_t one = 1;

	assert_int_equal(write(device->stop, &one, sizeof(one)), sizeof(one));
	if (!device->ended)
		device_done(device);
	port_free(port);
	close(device->fd);
	close(device->held);
	close(device->stop);
}

/* A message is "<...>"; what cannot begin one is dropped. */
static int frame(void *ctx, const uint8_t *rx, size_t len)
{
	const uint8_t *end = memchr(rx, '>', len);

	++*(unsigned *)ctx;
	if (rx[0] != '<')
		return -1;
	return end ? (int)(end - rx + 1) : 0;
}

static unsigned framed;

static int ask(
	struct port *port, const char *question, unsigned timeout_ms, struct port_reply *reply)
{
	struct port_ask own = {.unit = 1,
		.kind = ASK_BYTES,
		.bytes = (const uint8_t *)question,
		.len = strlen(question),
		.timeout_ms = timeout_ms,
		.frame = frame,
		.ctx = &framed};

	framed = 0;
	return port_ask(port, &own, reply);
}

static void says(const struct port_reply *reply, const char *message)
{
	assert_int_equal(reply->len, strlen(message));
	assert_memory_equal(reply->pdu, message, reply->len);
}

/* --- bytes ------------------------------------------------------------------------------------------- */

static void an_answer_in_pieces_behind_dirt(void **state)
{
	static const struct piece pieces[] = {{0, "\xFF\xFE", 2}, {30, "\x80<7.", 4}, {60, "0", 1},
		{30, "2>\r<9", 5}, {0, NULL, 0}};
	struct port_reply reply;
	struct device device;
	struct port *port = device_start(&device, 2, pieces);

	(void)state;
	assert_int_equal(ask(port, "R\r", 3000, &reply), 0);
	says(&reply, "<7.02>");
	assert_int_equal(reply.stale, 3);
	device_done(&device);
	assert_memory_equal(device.asked, "R\r", 2);
	/* what came behind the message is no answer to the next question */
	assert_int_equal(ask(port, "R\r", 150, &reply), ERR_TIMEOUT);
	assert_int_equal(reply.len, 0);
	assert_true(port_is_open(port));
	device_end(&device, port);
}

static void late_is_not_taken_for_the_next(void **state)
{
	static const struct piece pieces[] = {{250, "<1>", 0}, {0, NULL, 0}};
	struct port_reply reply;
	struct device device;
	struct port *port = device_start(&device, 1, pieces);

	(void)state;
	assert_int_equal(ask(port, "R", 100, &reply), ERR_TIMEOUT);
	while (!port_drain(port, 1000)) /* what lies there is thrown away before a question */
		;
	assert_int_equal(ask(port, "R", 100, &reply), ERR_TIMEOUT);
	device_end(&device, port);
}

static void what_lay_there_before_the_question_is_no_answer(void **state)
{
	static const struct piece pieces[] = {{0, "<1>", 0}, {0, NULL, 0}};
	struct port_reply reply;
	struct device device;
	struct pollfd there;
	struct port *port = device_start(&device, 0, pieces);

	(void)state;
	there = (struct pollfd){.fd = device.held, .events = POLLIN};
	assert_int_equal(poll(&there, 1, 5000), 1);
	assert_int_equal(ask(port, "R", 100, &reply), ERR_TIMEOUT);
	assert_int_equal(reply.stale, 3);
	device_end(&device, port);
}

static void dirt_alone_is_noise_and_silence_is_silence(void **state)
{
	static const struct piece dirt[] = {{0, "\x80\x81\x82", 3}, {0, NULL, 0}};
	static const struct piece half[] = {{0, "<7.0", 0}, {0, NULL, 0}};
	static const struct piece none[] = {{0, NULL, 0}};
	struct port_reply reply;
	struct device device;
	struct port *port = device_start(&device, 1, dirt);

	(void)state;
	assert_int_equal(ask(port, "R", 200, &reply), ERR_NOISE);
	device_end(&device, port);
	port = device_start(&device, 1, half);
	assert_int_equal(ask(port, "R", 200, &reply), ERR_NOISE);
	says(&reply, "<7.0"); /* for the trace */
	device_end(&device, port);
	port = device_start(&device, 1, none);
	assert_int_equal(ask(port, "R", 100, &reply), ERR_TIMEOUT);
	device_end(&device, port);
}

static void a_message_without_end_is_noise_at_once(void **state)
{
	static char endless[PORT_REPLY + 20] = "<";
	static const struct piece pieces[] = {{0, endless, sizeof(endless)}, {0, NULL, 0}};
	struct port_reply reply;
	struct device device;
	int64_t began_ms;
	struct port *port;

	(void)state;
	memset(endless + 1, '7', sizeof(endless) - 1);
	port = device_start(&device, 1, pieces);
	began_ms = clock_boot_ms(&clock_system);
	assert_int_equal(ask(port, "R", 20000, &reply), ERR_NOISE);
	assert_int_equal(reply.len, PORT_REPLY);
	assert_true(clock_boot_ms(&clock_system) - began_ms < 10000);
	device_end(&device, port);
}

static void nothing_is_waited_for_where_nothing_answers(void **state)
{
	static const struct piece pieces[] = {{0, NULL, 0}};
	struct port_ask own = {.unit = 1,
		.kind = ASK_BYTES,
		.bytes = (const uint8_t *)"GO\r",
		.len = 3,
		.timeout_ms = 20000};
	struct port_reply reply;
	struct device device;
	int64_t began_ms = clock_boot_ms(&clock_system);
	struct port *port = device_start(&device, 3, pieces);

	(void)state;
	assert_int_equal(port_ask(port, &own, &reply), 0);
	assert_int_equal(reply.len, 0);
	assert_true(clock_boot_ms(&clock_system) - began_ms < 10000);
	device_done(&device);
	assert_memory_equal(device.asked, "GO\r", 3);
	device_end(&device, port);
}

/* They take their time on the line: the next question's silence begins behind them. */
static void what_nothing_answers_is_out_before_the_next_question(void **state)
{
	static const struct piece pieces[] = {{0, "<1>", 0}, {0, NULL, 0}};
	static const uint8_t many[60] = {0};
	struct port_ask own = {
		.unit = 1, .kind = ASK_BYTES, .bytes = many, .len = 60, .timeout_ms = 5000};
	struct port_reply reply;
	struct device device;
	struct port *port = device_start(&device, 61, pieces);
	int64_t began_ns;

	(void)state;
	began_ns = clock_boot_ns(&clock_system);
	assert_int_equal(port_ask(port, &own, &reply), 0);
	assert_int_equal(ask(port, "R", 5000, &reply), 0);
	says(&reply, "<1>");
	/* 60 of 10 bits and 3.5 more at 9600 baud */
	assert_true(clock_boot_ns(&clock_system) - began_ns > 66000000);
	device_end(&device, port);
}

/* --- one that talks unasked -------------------------------------------------------------------------- */

/* Silence of 50 ms is a pause, less what lies between a write and its being seen: this machine made it pause unasked. */
#define HELD_UP(device, after_ms) ((device).late_ns > (40 - (after_ms)) * 1000000)

/* Heard from the middle of "<12>" on, "<3>" would be a message in it, and a wrong one. */
static void a_talker_is_heard_from_its_next_silence_on(void **state)
{
	static const struct piece pieces[] = {{0, "<1", 0}, {20, "2<3", 0}, {20, ">", 0},
		{300, "<4", 0}, {15, "5>", 0}, {0, NULL, 0}};
	struct port_reply reply;
	struct device device;
	size_t drained;
	int err, tries = 0;

	(void)state;
	do {
		struct port *port = device_start(&device, 0, pieces);

		assert_int_equal(
			poll(&(struct pollfd){.fd = device.held, .events = POLLIN}, 1, 5000), 1);
		drained = port_drain(port, 0); /* that much somebody else has heard */
		err = ask(port, "", 5000, &reply);
		device_end(&device, port);
	} while ((drained != 2 || HELD_UP(device, 20)) && ++tries < 50);
	assert_true(drained == 2 && !err && reply.stale == 4);
	says(&reply, "<45>");
}

static void one_that_never_pauses_is_noise(void **state)
{
	static struct piece pieces[60];
	struct port_reply reply;
	struct device device;
	int i, err, tries = 0;

	(void)state;
	for (i = 0; i < 59; i++)
		pieces[i] = (struct piece){10, "<1>", 0};
	do {
		struct port *port = device_start(&device, 0, pieces);

		err = ask(port, "", 300, &reply);
		device_end(&device, port);
	} while (HELD_UP(device, 10) && ++tries < 50);
	assert_int_equal(err, ERR_NOISE);
}

/* --- PDUs -------------------------------------------------------------------------------------------- */

/* One question as a PDU to unit 1, answered with `answer` and its checksum. */
static int ask_pdu(const char *question, size_t n, const char *answer, size_t n_answer,
	struct port_reply *reply)
{
	uint8_t frame_bytes[260] = {1};
	struct piece pieces[] = {{0, (const char *)frame_bytes, n_answer + 3}, {0, NULL, 0}};
	struct port_ask own = {.unit = 1,
		.kind = ASK_PDU,
		.function = (uint8_t)question[0],
		.start = (uint16_t)((uint8_t)question[1] << 8 | (uint8_t)question[2]),
		.count = (uint16_t)((uint8_t)question[3] << 8 | (uint8_t)question[4]),
		.bytes = (const uint8_t *)question,
		.len = n,
		.timeout_ms = 400};
	struct device device;
	struct port *port;
	uint16_t crc;
	int rc;

	memcpy(frame_bytes + 1, answer, n_answer);
	crc = crc_modbus(frame_bytes, n_answer + 1);
	frame_bytes[n_answer + 1] = (uint8_t)crc;
	frame_bytes[n_answer + 2] = (uint8_t)(crc >> 8);
	port = device_start(&device, n + 3, pieces);
	rc = port_ask(port, &own, reply);
	device_done(&device);
	assert_int_equal(device.n_asked, n + 3);
	assert_int_equal(device.asked[0], 1);
	assert_memory_equal(device.asked + 1, question, n);
	assert_int_equal(
		crc_modbus(device.asked, n + 1), device.asked[n + 1] | device.asked[n + 2] << 8);
	device_end(&device, port);
	return rc;
}

static void writes_must_echo(void **state)
{
	struct port_reply reply;

	(void)state;
	assert_int_equal(ask_pdu("\x06\x00\x10\x00\x05", 5, "\x06\x00\x10\x00\x05", 5, &reply), 0);
	assert_int_equal(reply.len, 5);
	assert_int_equal(
		ask_pdu("\x06\x00\x10\x00\x05", 5, "\x06\x00\x10\x00\x06", 5, &reply), ERR_NOISE);
	assert_int_equal(
		ask_pdu("\x06\x00\x10\x00\x05", 5, "\x06\x00\x11\x00\x05", 5, &reply), ERR_NOISE);
	assert_int_equal(
		ask_pdu("\x10\x00\x10\x00\x01\x02\xAB\xCD", 8, "\x10\x00\x10\x00\x01", 5, &reply),
		0);
	assert_int_equal(
		ask_pdu("\x10\x00\x10\x00\x01\x02\xAB\xCD", 8, "\x10\x00\x10\x00\x02", 5, &reply),
		ERR_NOISE);
}

static void reads_must_fit(void **state)
{
	struct port_reply reply;

	(void)state;
	assert_int_equal(
		ask_pdu("\x03\x00\x10\x00\x02", 5, "\x03\x04\x01\x02\x03\x04", 6, &reply), 0);
	assert_memory_equal(reply.pdu, "\x03\x04\x01\x02\x03\x04", 6);
	assert_int_equal(
		ask_pdu("\x03\x00\x10\x00\x02", 5, "\x03\x02\x01\x02", 4, &reply), ERR_NOISE);
	assert_int_equal(ask_pdu("\x03\x00\x10\x00\x02", 5, "\x83\x02", 2, &reply), ERR_EXCEPTION);
	assert_int_equal(reply.exception, 2);
}

/* The rule itself, for all functions. */
static void what_fits(void **state)
{
	static const struct {
		const char *question, *answer;
		size_t n, n_answer;
		bool fits;
	} cases[] = {
		{"\x03\x00\x00\x00\x01", "\x03\x02\x00\x00", 5, 4, true},
		{"\x03\x00\x00\x00\x01", "\x03\x02\x00\x00\x00", 5, 5, false},
		{"\x03\x00\x00\x00\x01", "\x03\x02\x00", 5, 3, false},
		{"\x03\x00\x00\x00\x01", "\x04\x02\x00\x00", 5, 4, false},
		{"\x03\x00\x00\x00\x01", "\x03", 5, 1, false},
		{"\x03\x00\x00\x00\x01", "", 5, 0, false},
		{"\x01\x00\x00\x00\x09", "\x01\x02\x00\x00", 5, 4, true},
		{"\x01\x00\x00\x00\x09", "\x01\x01\x00", 5, 3, false},
		{"\x05\x00\x07\xFF\x00", "\x05\x00\x07\xFF\x00", 5, 5, true},
		{"\x05\x00\x07\xFF\x00", "\x05\x00\x07\x00\x00", 5, 5, false},
		{"\x0F\x00\x07\x00\x01\x01\x01", "\x0F\x00\x07\x00\x01", 7, 5, true},
		{"\x0F\x00\x07\x00\x01\x01\x01", "\x0F\x00\x07\x00\x01\x01", 7, 6, false},
		{"\x11", "\x11\x02\x41\xFF", 1, 4, true},
		{"\x11", "\x11\x03\x41\xFF", 1, 4, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const uint8_t *q = (const uint8_t *)cases[i].question;
		struct port_ask own = {
			.kind = ASK_PDU, .function = q[0], .bytes = q, .len = cases[i].n};

		if (own.len == 5)
			own.count = (uint16_t)(q[3] << 8 | q[4]);
		if (answer_fits(&own, (const uint8_t *)cases[i].answer, cases[i].n_answer) !=
			cases[i].fits)
			fail_msg("case %zu", i);
	}
}

static void a_question_outside_the_contract_is_refused(void **state)
{
	static const uint8_t bytes[65] = {3};
	struct port_ask own = {.unit = 1,
		.kind = ASK_PDU,
		.function = 3,
		.bytes = bytes,
		.len = 65,
		.timeout_ms = 10};

	(void)state;
	assert_int_equal(answer_check_ask(&own, PORT_RTU), ERR_RANGE);
	own.len = 0;
	assert_int_equal(answer_check_ask(&own, PORT_RTU), ERR_RANGE);
	own.len = 5;
	assert_int_equal(answer_check_ask(&own, PORT_RTU), 0);
	assert_int_equal(answer_check_ask(&own, PORT_TCP), 0);
	own.function = 4; /* not what the bytes say */
	assert_int_equal(answer_check_ask(&own, PORT_RTU), ERR_RANGE);
	own.kind = ASK_BYTES;
	assert_int_equal(answer_check_ask(&own, PORT_RTU), 0);
	assert_int_equal(answer_check_ask(&own, PORT_TCP), 0); /* nothing answers: left out */
	own.frame = frame;
	assert_int_equal(answer_check_ask(&own, PORT_TCP), ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(an_answer_in_pieces_behind_dirt),
		cmocka_unit_test(late_is_not_taken_for_the_next),
		cmocka_unit_test(what_lay_there_before_the_question_is_no_answer),
		cmocka_unit_test(dirt_alone_is_noise_and_silence_is_silence),
		cmocka_unit_test(a_message_without_end_is_noise_at_once),
		cmocka_unit_test(nothing_is_waited_for_where_nothing_answers),
		cmocka_unit_test(what_nothing_answers_is_out_before_the_next_question),
		cmocka_unit_test(a_talker_is_heard_from_its_next_silence_on),
		cmocka_unit_test(one_that_never_pauses_is_noise),
		cmocka_unit_test(writes_must_echo), cmocka_unit_test(reads_must_fit),
		cmocka_unit_test(what_fits),
		cmocka_unit_test(a_question_outside_the_contract_is_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
