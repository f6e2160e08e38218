/* Lines with their own threads against libmodbus's server, over a pty and over TCP. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>
#undef assert

#include "../io/slave.h"
#include "bus/line.h"

enum { FIELDS = 3 };

struct shop {
	struct profile profile;
	struct line_conf conf;
	struct bus_sink sink;
	struct line *line;
	pthread_mutex_t lock;
	size_t n, wrong;
	uint32_t n_series;
	struct series series[64];
	int64_t last_ms[MOST_UNITS + 1];
};

static const struct {
	const char *parameter;
	uint16_t address;
} fields[FIELDS] = {{"conductivity", 0}, {"hardness", 1}, {"alkalinity", 300}};

static int shop_series(void *ctx, const struct series *series, uint32_t *number)
{
	struct shop *shop = ctx;

	shop->series[shop->n_series] = *series;
	*number = shop->n_series++;
	return 0;
}

/* The slave's register n of unit u reads u * 1000 + n: a swapped value cannot hide. */
static int shop_exchange(void *ctx, const struct exchange *exchange)
{
	struct shop *shop = ctx;
	size_t i, f;

	pthread_mutex_lock(&shop->lock);
	for (i = 0; i < exchange->n; i++) {
		const struct series *series = &shop->series[exchange->readings[i].series];
		int u = atoi(series->unit + 1);

		for (f = 0; strcmp(fields[f].parameter, series->parameter) != 0;)
			f++;
		if (isfinite(exchange->readings[i].value) &&
			exchange->readings[i].value != u * 1000 + fields[f].address)
			shop->wrong++;
		if (i == 0 && exchange->boot_ms <= shop->last_ms[u])
			shop->wrong++;
		shop->last_ms[u] = exchange->boot_ms;
		shop->n++;
	}
	pthread_mutex_unlock(&shop->lock);
	return 0;
}

static void shop_open(struct shop *shop, enum port_kind kind, const char *where, unsigned units,
	unsigned reply_ms)
{
	unsigned i;

	memset(shop, 0, sizeof(*shop));
	pthread_mutex_init(&shop->lock, NULL);
	shop->sink =
		(struct bus_sink){.ctx = shop, .series = shop_series, .exchange = shop_exchange};
	strcpy(shop->profile.name, "wire");
	shop->profile.most_registers = 125;
	shop->profile.reply_ms = reply_ms;
	shop->profile.n_fields = FIELDS;
	for (i = 0; i < FIELDS; i++) {
		struct profile_field *field = &shop->profile.fields[i];

		strcpy(field->parameter, fields[i].parameter);
		field->at = (struct profile_register){
			3, fields[i].address, 1, TYPE_U16, ORDER_ABCD, 0xFFFF};
		field->scale = 1;
		field->kind = NUMBER_DECIMAL;
	}
	strcpy(shop->conf.name, "wire");
	shop->conf.port =
		(struct port_conf){.kind = kind, .baud = 115200, .parity = 'N', .stop_bits = 1};
	assert_true(text_copy(shop->conf.port.where, sizeof(shop->conf.port.where), where));
	shop->conf.n_units = units;
	for (i = 0; i < units; i++) {
		struct unit_conf *unit = &shop->conf.units[i];

		snprintf(unit->name, sizeof(unit->name), "u%u", i + 1);
		unit->profile = &shop->profile;
		unit->address = (uint8_t)(i + 1);
		unit->interval_ms = 100;
	}
	assert_int_equal(
		line_new(&shop->line, &shop->conf, NULL, &shop->sink, &clock_system, 1), 0);
	assert_int_equal(line_start(shop->line), 0);
}

static size_t shop_count(struct shop *shop)
{
	size_t n;

	pthread_mutex_lock(&shop->lock);
	n = shop->n;
	pthread_mutex_unlock(&shop->lock);
	return n;
}

/* Waits until `more` readings have come, at most so long. */
static bool shop_wait(struct shop *shop, size_t more, int most_ms)
{
	struct pollfd none = {.fd = -1};
	size_t until = shop_count(shop) + more;
	int64_t end_ms = clock_boot_ms(&clock_system) + most_ms;

	while (shop_count(shop) < until && clock_boot_ms(&clock_system) < end_ms)
		poll(&none, 1, 5);
	return shop_count(shop) >= until;
}

static void shop_close(struct shop *shop)
{
	line_free(shop->line);
	assert_int_equal(shop->wrong, 0);
}

static bool wait_closed(struct shop *shop, int most_ms)
{
	int64_t end_ms = clock_boot_ms(&clock_system) + most_ms;
	struct pollfd none = {.fd = -1};
	struct line_state said;

	do {
		poll(&none, 1, 5);
		line_state(shop->line, &said);
	} while (said.condition != LINE_CLOSED && clock_boot_ms(&clock_system) < end_ms);
	return said.condition == LINE_CLOSED;
}

static void values_over_a_pty(void **state)
{
	struct slave slave;
	struct unit_state said;
	struct shop shop;

	(void)state;
	slave_on_pty(&slave);
	shop_open(&shop, PORT_RTU, slave.where, 3, 200);
	assert_true(shop_wait(&shop, 90, 5000));
	assert_int_equal(line_unit(shop.line, 2, &said), 0);
	assert_int_equal(said.health, UNIT_OK);
	assert_int_equal(said.fields[2].value, 3300);
	assert_true(clock_boot_ms(&clock_system) - line_heartbeat_ms(shop.line) < 2000);
	assert_int_equal(line_unit(shop.line, 3, &said), ERR_ABSENT);
	shop_close(&shop);
	slave_stop(&slave);
}

static void faults_over_a_pty(void **state)
{
	static const enum slave_fault faults[] = {SLAVE_MUTE, SLAVE_LATE, SLAVE_BAD_CRC,
		SLAVE_WRONG_UNIT, SLAVE_SHORT, SLAVE_EXTRA, SLAVE_FLOOD, SLAVE_TRICKLE};
	struct slave slave;
	struct shop shop;
	size_t i;
	int k;

	(void)state;
	slave_on_pty(&slave);
	shop_open(&shop, PORT_RTU, slave.where, 2, 60);
	assert_true(shop_wait(&shop, 6, 5000));
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		for (k = 0; k < 3; k++) {
			atomic_store(&slave.delay_ms, 70 + 60 * k);
			atomic_store(&slave.only_unit, 1 + k % 2);
			slave_set(&slave, faults[i], 1);
			assert_true(shop_wait(&shop, 12, 5000));
			slave_set(&slave, SLAVE_GOOD, 0);
			assert_int_equal(line_try(shop.line, "u1"), 0);
			assert_int_equal(line_try(shop.line, "u2"), 0);
		}
	shop_close(&shop);
	slave_stop(&slave);
}

static void unplugged_and_back_over_a_pty(void **state)
{
	struct slave first, second;
	struct unit_state said;
	struct shop shop;
	int64_t back_ms;

	(void)state;
	slave_on_pty(&first);
	assert_int_equal(symlink(first.where, "lab-line"), 0);
	shop_open(&shop, PORT_RTU, "lab-line", 2, 200);
	assert_true(shop_wait(&shop, 12, 5000));
	slave_stop(&first);
	assert_int_equal(unlink("lab-line"), 0);
	assert_true(wait_closed(&shop, 1000));
	assert_int_equal(line_unit(shop.line, 0, &said), 0);
	assert_int_equal(said.health, UNIT_UNKNOWN);
	/* another device number under the configured name */
	slave_on_pty(&second);
	assert_int_equal(symlink(second.where, "lab-line"), 0);
	back_ms = clock_boot_ms(&clock_system);
	assert_true(shop_wait(&shop, 6, 5000));
	print_message("resumed after %d ms\n", (int)(clock_boot_ms(&clock_system) - back_ms));
	shop_close(&shop);
	slave_stop(&second);
}

static void as_nobody(void **state)
{
	int status = -1;
	pid_t child;

	(void)state;
	if (geteuid() != 0)
		skip();
	child = fork();
	if (child == 0) {
		const struct CMUnitTest some[] = {cmocka_unit_test(values_over_a_pty),
			cmocka_unit_test(unplugged_and_back_over_a_pty)};

		char own[] = "/tmp/waterlab-wire.XXXXXX";
		int failed;

		if (setgid(65534) || setuid(65534) || !mkdtemp(own) || chdir(own))
			_exit(3);
		failed = cmocka_run_group_tests_name("nobody", some, NULL, NULL);
		unlink("lab-line");
		rmdir(own);
		_exit(failed ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void values_and_faults_over_tcp(void **state)
{
	static const enum slave_fault faults[] = {
		SLAVE_MUTE, SLAVE_LATE, SLAVE_WRONG_TID, SLAVE_TRICKLE, SLAVE_FLOOD};
	struct trace_entry entries[16];
	struct slave slave;
	struct shop shop;
	size_t i;

	(void)state;
	slave_on_tcp(&slave);
	atomic_store(&slave.delay_ms, 100);
	shop_open(&shop, PORT_TCP, slave.where, 2, 60);
	assert_true(shop_wait(&shop, 20, 5000));
	assert_true(line_trace(shop.line, 0, entries, 16) >= 12);
	assert_int_equal(entries[0].pdu[0], 3);
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		slave_set(&slave, faults[i], 1);
		assert_true(shop_wait(&shop, 12, 8000));
		slave_set(&slave, SLAVE_GOOD, 0);
	}
	shop_close(&shop);
	slave_stop(&slave);
}

/* However long the pause or the deadline: stopping is bounded. */
static void stopping_is_quick(void **state)
{
	struct slave slave;
	struct shop shop;
	int64_t start_ms;

	(void)state;
	slave_on_pty(&slave);
	shop_open(&shop, PORT_RTU, slave.where, 1, 200);
	shop_wait(&shop, 3, 5000);
	slave_set(&slave, SLAVE_MUTE, 0);
	start_ms = clock_boot_ms(&clock_system);
	shop_close(&shop);
	assert_true(clock_boot_ms(&clock_system) - start_ms < 1000);
	slave_stop(&slave);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_nobody),
		cmocka_unit_test(values_over_a_pty),
		cmocka_unit_test(faults_over_a_pty),
		cmocka_unit_test(unplugged_and_back_over_a_pty),
		cmocka_unit_test(values_and_faults_over_tcp),
		cmocka_unit_test(stopping_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
