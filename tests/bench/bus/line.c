/*
 * What a line costs its machine: 10 units of 20 registers each second over TCP to a local server in
 * another process.  BENCH_SECONDS sets how long (default 10).
 */
#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../measure.h"
#include "bus/line.h"

enum { UNITS = 10, FIELDS = 20 };

static atomic_ulong readings;

static void serve(int listening)
{
	modbus_mapping_t *map = modbus_mapping_new(0, 0, 200, 0);
	modbus_t *server = modbus_new_tcp("127.0.0.1", 502);
	uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
	int n;

	modbus_set_socket(server, accept(listening, NULL, NULL));
	while ((n = modbus_receive(server, query)) >= 0)
		if (n > 0)
			modbus_reply(server, query, n, map);
	_exit(0);
}

static int take_series(void *ctx, const struct series *series, uint32_t *number)
{
	(void)ctx;
	(void)series;
	*number = 1;
	return 0;
}

static int take_exchange(void *ctx, const struct exchange *exchange)
{
	(void)ctx;
	atomic_fetch_add(&readings, exchange->n);
	return 0;
}

int main(void)
{
	static const struct bus_sink sink = {.series = take_series, .exchange = take_exchange};
	static struct profile profile = {.name = "bench", .most_registers = 125, .reply_ms = 500};
	static struct line_conf conf = {.name = "bench", .port = {.kind = PORT_TCP}};
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	struct pollfd none = {.fd = -1};
	int listening = socket(AF_INET, SOCK_STREAM, 0), seconds = 10, i;
	struct line *line;
	unsigned long before;
	double start_s;
	pid_t server;

	if (getenv("BENCH_SECONDS"))
		seconds = (int)strtol(getenv("BENCH_SECONDS"), NULL, 10);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	insist(!bind(listening, (struct sockaddr *)&at, sizeof(at)) && !listen(listening, 4) &&
			!getsockname(listening, (struct sockaddr *)&at, &len),
		"no listening socket");
	snprintf(conf.port.where, sizeof(conf.port.where), "127.0.0.1:%u", ntohs(at.sin_port));
	server = fork();
	if (server == 0)
		serve(listening);
	for (i = 0; i < FIELDS; i++) {
		struct profile_field *field = &profile.fields[profile.n_fields++];

		snprintf(field->parameter, sizeof(field->parameter), "%s",
			parameter_at((size_t)i)->code);
		field->at =
			(struct profile_register){3, (uint16_t)i, 1, TYPE_U16, ORDER_ABCD, 0xFFFF};
		field->scale = 0.01;
		field->kind = NUMBER_DECIMAL;
	}
	for (i = 0; i < UNITS; i++) {
		struct unit_conf *unit = &conf.units[conf.n_units++];

		snprintf(unit->name, sizeof(unit->name), "u%d", i);
		unit->profile = &profile;
		unit->address = (uint8_t)(i + 1);
		unit->interval_ms = 1000;
	}
	insist(!line_new(&line, &conf, NULL, &sink, &clock_system, 1), "no line");
	insist(!line_start(line), "no thread");
	poll(&none, 1, 1500); /* past the start, when all are asked at once */
	start_s = cpu_s();
	before = atomic_load(&readings);
	poll(&none, 1, seconds * 1000);
	printf("line_cpu %.3f percent_of_a_core\n", (cpu_s() - start_s) / seconds * 100);
	line_stop(line);
	printf("line_registers %.1f per_s\n", (double)(atomic_load(&readings) - before) / seconds);
	line_free(line);
	close(listening);
	waitpid(server, NULL, 0);
	return 0;
}
