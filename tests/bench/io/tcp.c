/*
 * Transactions a second of a TCP port against a bare libmodbus loop, to the same local server in the
 * same run, by turns.  BENCH_ROUNDS sets how many (default 15).
 */
#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../measure.h"
#include "io/port.h"

enum { EACH = 2000, REGISTERS = 10, MOST_ROUNDS = 101 };

/* One libmodbus server for each connection, so that both sides meet the same. */
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

int main(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	struct port_conf conf = {.kind = PORT_TCP};
	struct port_ask ask = {.unit = 1, .function = 3, .count = REGISTERS, .timeout_ms = 1000};
	struct port_reply reply;
	struct port *port;
	int listening = socket(AF_INET, SOCK_STREAM, 0), round, i, rounds = 15;
	double ours[MOST_ROUNDS], bare[MOST_ROUNDS], ratio[MOST_ROUNDS], start;
	char words[200] = "";
	struct text why = text_over(words, sizeof(words));
	pid_t servers[2];
	uint16_t values[REGISTERS];
	modbus_t *modbus;

	if (getenv("BENCH_ROUNDS"))
		rounds = (int)strtol(getenv("BENCH_ROUNDS"), NULL, 10);
	insist(rounds > 0 && rounds <= MOST_ROUNDS, "BENCH_ROUNDS is 1 to 101");
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	insist(!bind(listening, (struct sockaddr *)&at, sizeof(at)) && !listen(listening, 4) &&
			!getsockname(listening, (struct sockaddr *)&at, &len),
		"no listening socket");
	snprintf(conf.where, sizeof(conf.where), "127.0.0.1:%u", ntohs(at.sin_port));
	for (i = 0; i < 2; i++) {
		servers[i] = fork();
		if (servers[i] == 0)
			serve(listening);
	}
	port = port_new(&conf, &clock_system);
	insist(port && !port_open(port, &why), words);
	modbus = modbus_new_tcp("127.0.0.1", ntohs(at.sin_port));
	insist(modbus && !modbus_connect(modbus), "bare libmodbus does not connect");
	for (round = 0; round < 2 * rounds; round++) {
		start = now_s();
		if ((round ^ round >> 1) & 1) { /* ours bare bare ours ... */
			for (i = 0; i < EACH; i++)
				insist(!port_ask(port, &ask, &reply), "no answer to the port");
			ours[round / 2] = EACH / (now_s() - start);
		} else {
			for (i = 0; i < EACH; i++)
				insist(modbus_read_registers(modbus, 0, REGISTERS, values) ==
						REGISTERS,
					"no answer to bare libmodbus");
			bare[round / 2] = EACH / (now_s() - start);
		}
	}
	for (round = 0; round < rounds; round++)
		ratio[round] = ours[round] / bare[round];
	printf("modbus_tcp_port %.0f transactions/s\n", median(ours, (size_t)rounds));
	printf("modbus_tcp_bare %.0f transactions/s\n", median(bare, (size_t)rounds));
	printf("modbus_tcp_ratio %.3f of_bare_libmodbus\n", median(ratio, (size_t)rounds));
	port_free(port);
	modbus_close(modbus);
	modbus_free(modbus);
	close(listening);
	for (i = 0; i < 2; i++)
		waitpid(servers[i], NULL, 0);
	return 0;
}
