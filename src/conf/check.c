#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bus/codec.h"
#include "bus/plan.h"
#include "conf/keys.h"
#include "model/convert.h"

/* "502" in 1..65535 and nothing else. */
static bool is_port_number(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n >= 1 && n <= 5 && !s[n] && strtol(s, NULL, 10) >= 1 &&
	       strtol(s, NULL, 10) <= 65535;
}

/* "host:port" or "[v6]:port"; with `port_free` the port may be left out. */
static bool is_endpoint(const char *s, size_t n, bool port_free)
{
	char text[STORE_URL], *colon, *host_end;
	const char *p;

	if (!n || n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (*text == '[') {
		host_end = strchr(text, ']');
		if (!host_end || host_end - text < 3)
			return false;
		colon = host_end + 1;
		if (*colon && *colon != ':')
			return false;
	} else {
		colon = text + strcspn(text, ":");
		for (p = text; p < colon; p++)
			if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
				return false;
		if (colon == text)
			return false;
	}
	return *colon ? is_port_number(colon + 1) : port_free;
}

/* "usb:VID:PID" or "usb:VID:PID:SERIAL". */
static bool is_usb(const char *s)
{
	size_t vid, pid;

	if (strncmp(s, "usb:", 4))
		return false;
	s += 4;
	vid = strspn(s, "0123456789abcdefABCDEF");
	if (vid < 1 || vid > 4 || s[vid] != ':')
		return false;
	s += vid + 1;
	pid = strspn(s, "0123456789abcdefABCDEF");
	return pid >= 1 && pid <= 4 && (!s[pid] || (s[pid] == ':' && s[pid + 1]));
}

static void check_serial(struct schema_doc *doc, const void *object, const char *where)
{
	if (*where && *where != '/' && !is_usb(where))
		schema_wrong(doc, object, where, "port",
			"\"%s\" is no serial port; allowed are /dev/..., usb:VENDOR:PRODUCT and "
			"usb:VENDOR:PRODUCT:SERIAL",
			where);
}

static void check_port(struct schema_doc *doc, const struct line_conf *line)
{
	const char *where = line->port.where;

	if (!*where)
		return;
	if (line->port.kind == PORT_RTU)
		check_serial(doc, line, where);
	else if (line->port.kind == PORT_TCP && !is_endpoint(where, strlen(where), false))
		schema_wrong(doc, line, where, "port",
			"\"%s\" is no Modbus TCP endpoint; it is written host:port, e.g. "
			"192.0.2.10:502",
			where);
}

/* The speeds that serial ports have; io/serial.c sets no others. */
static void check_speed(struct schema_doc *doc, const void *object, const struct port_conf *port)
{
	static const unsigned speeds[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};
	size_t i;

	for (i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
		if (port->baud == speeds[i])
			return;
	if (port->baud)
		schema_wrong(doc, object, &port->baud, "baud",
			"%u is no speed of a serial port; allowed are 1200, 2400, 4800, 9600, "
			"19200, 38400, 57600 and 115200",
			port->baud);
}

/* Two names of one device count as one. */
static bool same_port(const struct port_conf *a, const struct port_conf *b)
{
	char *ra, *rb;
	bool same;

	if (a->kind != b->kind || !*a->where)
		return false;
	if (!strcasecmp(a->where, b->where))
		return true;
	ra = realpath(a->where, NULL);
	rb = realpath(b->where, NULL);
	same = a->kind == PORT_RTU && ra && rb && !strcmp(ra, rb);
	free(ra);
	free(rb);
	return same;
}

static void check_unit(struct schema_doc *doc, const struct conf *conf, unsigned l, unsigned u)
{
	const struct line_conf *line = &conf->lines[l], *other;
	const struct unit_conf *unit = &line->units[u];
	unsigned i, k;

	if (line->port.kind == PORT_RTU && schema_given(doc, &unit->address) &&
		(unit->address > 247 || (!unit->address && !schema_mistakes(doc))))
		schema_wrong(doc, unit, &unit->address, "address",
			"%u is out of range on a serial line; allowed 1 to 247", unit->address);
	for (i = 0; i <= l; i++) {
		other = &conf->lines[i];
		for (k = 0; k < (i == l ? u : other->n_units); k++)
			if (*unit->name && !strcmp(unit->name, other->units[k].name)) {
				schema_wrong(doc, unit, unit->name, "name",
					"\"%s\" is the name of another unit, on line \"%s\"; a "
					"unit's "
					"name is its own in the whole lab",
					unit->name, other->name);
				return;
			}
	}
	for (k = 0; k < u; k++)
		if (unit->address && unit->address == line->units[k].address)
			schema_wrong(doc, unit, &unit->address, "address",
				"%u is the address of unit \"%s\" too; each unit of a line has its "
				"own",
				unit->address, line->units[k].name);
}

static bool has_unit(const struct conf *conf, const char *name)
{
	unsigned i, k;

	for (i = 0; i < conf->n_lines; i++)
		for (k = 0; k < conf->lines[i].n_units; k++)
			if (!strcmp(conf->lines[i].units[k].name, name))
				return true;
	return false;
}

static void check_temperature(
	struct schema_doc *doc, const struct conf *conf, const struct unit_conf *unit)
{
	if (!*unit->temperature)
		return;
	if (!has_unit(conf, unit->temperature))
		schema_wrong(doc, unit, unit->temperature, "temperature",
			"\"%s\" is no unit of this lab; write the name of one that gives the "
			"water's temperature",
			unit->temperature);
	else if (unit->profile && !unit->profile->driver)
		schema_wrong(doc, unit, unit->temperature, "temperature",
			"\"%s\" does not compensate: it only has registers that are read; leave "
			"it out",
			unit->profile->name);
}

static void check_wire(
	struct schema_doc *doc, const struct line_conf *line, const struct unit_conf *unit)
{
	const struct wl_driver *driver = unit->profile ? unit->profile->driver : NULL;

	if (driver && !codec_on_line(driver))
		schema_wrong(doc, unit, &unit->profile, "profile",
			"%s reads files, not lines; put it under inbox.meters",
			unit->profile->name);
	else if (line->port.kind == PORT_TCP && driver && !codec_over_tcp(driver))
		schema_wrong(doc, unit, &unit->profile, "profile",
			"%s speaks no Modbus: it needs a serial line, type = \"rtu\"",
			unit->profile->name);
}

static void check_measures(struct schema_doc *doc, const struct unit_conf *unit)
{
	const struct unit_measures *measures = &unit->measures;
	const struct wl_driver *driver = unit->profile ? unit->profile->driver : NULL;
	unsigned i;

	if (measures->n && unit->profile && !driver)
		schema_wrong(doc, unit, measures, "measures",
			"is for drivers whose values only the operator can name; in a map of "
			"registers, %s/profile.conf names them",
			unit->profile->name);
	for (i = 0; driver && i < measures->n; i++) {
		const char *value = measures->at[i].value, *code = measures->at[i].parameter;
		const struct parameter *parameter = parameter_find(code);
		const char *has = codec_unit(driver, value);
		double one = 1;
		int places = 0;

		if (!parameter)
			schema_wrong(doc, unit, measures, "measures",
				"there is no parameter \"%s\"; waterlab parameters lists them",
				code);
		else if (!has)
			schema_wrong(doc, unit, measures, "measures",
				"%s gives no value \"%s\"; its README names them",
				unit->profile->name, value);
		else if (!convert_unit(has, parameter->unit, &one, &places))
			schema_wrong(doc, unit, measures, "measures",
				"%s is in %s, and \"%s\" in %s: one cannot be the other", code,
				parameter->unit, value, has);
	}
}

/* More questions than the line has time for: nothing is lost, but the units are asked less often. */
static void check_time(struct schema_doc *doc, const struct line_conf *line)
{
	const struct unit_conf *unit;
	struct plan_cost cost;
	struct plan plan;
	char words[160];
	struct text why = text_over(words, sizeof(words));
	double share = 0;
	unsigned i;

	for (i = 0; i < line->n_units; i++) {
		unit = &line->units[i];
		if (!unit->profile || !unit->interval_ms)
			return; /* a mistake that was said */
		cost = plan_cost_of(&line->port, unit->profile);
		if (plan_make(&plan, unit->profile, &cost, NULL, &why))
			return; /* said of the profile */
		share += (double)plan_total_ns(&plan, &cost) / 1e6 / unit->interval_ms;
	}
	if (share > 1)
		schema_warn(doc, line, line->units, "units",
			"ask for %.0f %% of the time there is on this line; they will be asked "
			"less "
			"often than their interval_ms says",
			100 * share);
}

static void check_lines(struct schema_doc *doc, const struct conf *conf)
{
	const struct line_conf *line;
	unsigned i, k;

	for (i = 0; i < conf->n_lines; i++) {
		line = &conf->lines[i];
		check_port(doc, line);
		if (line->port.kind == PORT_RTU)
			check_speed(doc, line, &line->port);
		for (k = 0; k < i; k++) {
			if (*line->name && !strcmp(line->name, conf->lines[k].name))
				schema_wrong(doc, line, line->name, "name",
					"\"%s\" is the name of another line; each line has its own",
					line->name);
			if (same_port(&line->port, &conf->lines[k].port))
				schema_wrong(doc, line, line->port.where, "port",
					"\"%s\" is the port of line \"%s\" too; put the units of "
					"both into one line",
					line->port.where, conf->lines[k].name);
		}
		for (k = 0; k < line->n_units; k++) {
			check_unit(doc, conf, i, k);
			check_temperature(doc, conf, &line->units[k]);
			check_measures(doc, &line->units[k]);
			check_wire(doc, line, &line->units[k]);
		}
		if (line->port.kind == PORT_TCP || line->port.baud)
			check_time(doc, line);
	}
}

enum {
	VM_FLUSHES_S = 10
}; /* it writes in-memory parts every 5 s (1.79.5, -inmemoryDataFlushInterval) */

static void check_file(
	struct schema_doc *doc, const struct store_conf *store, const char *path, const char *key)
{
	struct stat stat;
	int fd;

	if (!*path || !strncmp(path, "credential:", 11))
		return;
	if (*path != '/') {
		schema_wrong(
			doc, store, path, key, "\"%s\" is no full path; it starts with /", path);
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &stat))
		schema_wrong(doc, store, path, key, "%s cannot be read: %s", path, strerror(errno));
	else if (!S_ISREG(stat.st_mode))
		schema_wrong(doc, store, path, key, "%s is not a file", path);
	else if (!stat.st_size)
		schema_wrong(doc, store, path, key, "%s is empty", path);
	if (fd >= 0)
		close(fd);
}

static void check_url(struct schema_doc *doc, const struct store_conf *store, const char *url,
	const char *key, const char *token_file)
{
	const char *host;
	size_t n;

	if (!*url)
		return;
	host = !strncasecmp(url, "http://", 7)    ? url + 7
	       : !strncasecmp(url, "https://", 8) ? url + 8
						  : NULL;
	n = host ? strcspn(host, "/") : 0;
	if (host && memchr(host, '@', n))
		schema_wrong(doc, store, url, key,
			"holds a user or a password; they belong into user and token_file");
	else if (!host || !is_endpoint(host, n, true) || strpbrk(url, " ?#\\\"<>"))
		schema_wrong(doc, store, url, key,
			"\"%s\" is no address of a store; it is written http://host:port or "
			"https://host:port, perhaps with a /prefix",
			url);
	else if (host == url + 7 && (*store->ca_file || *store->cert_file))
		schema_wrong(doc, store, url, key,
			"http:// makes no use of certificates; https:// is wanted with ca_file or "
			"cert_file");
	else if (host == url + 7 && *token_file && strncmp(host, "127.", 4) &&
		 strncmp(host, "[::1]", 5) && strncmp(host, "localhost", 9))
		schema_warn(doc, store, url, key,
			"the token travels in the clear over http://; use https:// unless the way "
			"is protected otherwise");
}

static void check_store(struct schema_doc *doc, const struct conf *conf, unsigned i)
{
	const struct store_conf *store = &conf->stores[i];
	unsigned k;

	for (k = 0; k < i; k++)
		if (*store->name && !strcmp(store->name, conf->stores[k].name))
			schema_wrong(doc, store, store->name, "name",
				"\"%s\" is the name of another store; each store has its own",
				store->name);
	check_url(doc, store, store->url, "url", store->token_file);
	check_url(doc, store, store->read_url, "read_url",
		*store->read_token_file ? store->read_token_file : store->token_file);
	if (store->flavour == FLAVOUR_INFLUXDB_V1 && !*store->database && *store->url &&
		!schema_mistakes(doc))
		schema_wrong(doc, store, store->database, "database",
			"is missing in this store; influxdb-v1 wants the name of a database");
	if (*store->user && !*store->token_file)
		schema_wrong(doc, store, store->user, "user",
			"is of no use without token_file, which holds the password");
	if (*store->read_user && !*store->read_token_file)
		schema_wrong(doc, store, store->read_user, "read_user",
			"is of no use without read_token_file, which holds the password");
	if (!*store->cert_file != !*store->key_file)
		schema_wrong(doc, store, *store->cert_file ? store->cert_file : store->key_file,
			*store->cert_file ? "cert_file" : "key_file",
			"cert_file and key_file are wanted together");
	if (store->flavour == FLAVOUR_INFLUXDB_V2 && !*store->token_file)
		schema_warn(doc, store, store->token_file, "token_file",
			"is empty; InfluxDB 2 takes nothing without a token");
	check_file(doc, store, store->token_file, "token_file");
	check_file(doc, store, store->read_token_file, "read_token_file");
	check_file(doc, store, store->ca_file, "ca_file");
	check_file(doc, store, store->cert_file, "cert_file");
	check_file(doc, store, store->key_file, "key_file");
	if (store->flavour == FLAVOUR_VICTORIAMETRICS && store->receipt_s &&
		store->receipt_s < VM_FLUSHES_S)
		schema_warn(doc, store, &store->receipt_s, "receipt_s",
			"VictoriaMetrics holds the last seconds in memory only: a receipt after "
			"less than %d s is worth little",
			VM_FLUSHES_S);
	if (store->retry_first_ms > store->retry_most_ms && store->retry_most_ms)
		schema_wrong(doc, store, &store->retry_first_ms, "retry_first_ms",
			"%u is more than retry_most_ms, %u; it is the smaller of the two",
			store->retry_first_ms, store->retry_most_ms);
}

/* A name server that is away would hold up the daemon's end: no names here. */
static bool is_numeric(const char *endpoint)
{
	char host[PORT_SPEC];
	struct in6_addr six;
	struct in_addr four;
	char *colon;

	if (!text_copy(host, sizeof(host), *endpoint == '[' ? endpoint + 1 : endpoint))
		return false;
	colon = strrchr(host, ':');
	if (colon)
		*colon = '\0';
	if (colon && colon > host && colon[-1] == ']')
		colon[-1] = '\0';
	return !strcmp(host, "localhost") || inet_pton(AF_INET, host, &four) == 1 ||
	       inet_pton(AF_INET6, host, &six) == 1;
}

static void check_gps(struct schema_doc *doc, const struct conf *conf)
{
	const struct receiver_conf *gps = &conf->gps;
	unsigned i;

	if (gps->kind == RECEIVER_GPSD && *gps->address &&
		(!is_endpoint(gps->address, strlen(gps->address), false) ||
			!is_numeric(gps->address)))
		schema_wrong(doc, gps, gps->address, "address",
			"\"%s\" is no address of a gpsd; it is written as numbers, e.g. "
			"127.0.0.1:2947, or localhost:2947",
			gps->address);
	if (gps->kind != RECEIVER_NMEA)
		return;
	check_serial(doc, gps, gps->port.where);
	check_speed(doc, gps, &gps->port);
	for (i = 0; i < conf->n_lines; i++)
		if (same_port(&gps->port, &conf->lines[i].port))
			schema_wrong(doc, gps, gps->port.where, "port",
				"\"%s\" is the port of line \"%s\" too; a receiver has a line of "
				"its "
				"own",
				gps->port.where, conf->lines[i].name);
}

static void check_place(struct schema_doc *doc, const struct place_conf *place)
{
	if (*place->boundaries && *place->boundaries != '/')
		schema_wrong(doc, place, place->boundaries, "boundaries",
			"\"%s\" is no full path; it starts with /", place->boundaries);
	if (place->stale_moving_s > place->stale_parked_s && place->stale_parked_s)
		schema_wrong(doc, place, &place->stale_moving_s, "stale_moving_s",
			"%u is more than stale_parked_s, %u; a fix of a moving van is stale sooner",
			place->stale_moving_s, place->stale_parked_s);
}

static void check_clock(struct schema_doc *doc, const struct clock_conf *clock)
{
	/* The satellites' week number has ten bits. */
	const int64_t rollover_ms = INT64_C(1024) * 7 * 86400 * 1000;

	if (clock->earliest_ms >= clock->latest_ms && clock->latest_ms)
		schema_wrong(doc, clock, &clock->latest_ms, "not_after",
			"is not after not_before; no clock would ever be believed");
	else if (clock->latest_ms - clock->earliest_ms >= rollover_ms)
		schema_warn(doc, clock, &clock->latest_ms, "not_after",
			"is 1024 weeks or more after not_before; a receiver whose week number "
			"rolled over could not be told from one that is right");
}

void check_conf(struct schema_doc *doc, struct conf *conf)
{
	const size_t socket_path = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	unsigned i;

	if (*conf->spool.dir && *conf->spool.dir != '/')
		schema_wrong(doc, &conf->spool, conf->spool.dir, "dir",
			"\"%s\" is no full path; it starts with /", conf->spool.dir);
	if (*conf->control_socket &&
		(*conf->control_socket != '/' || strlen(conf->control_socket) >= socket_path))
		schema_wrong(doc, conf->control_socket, conf->control_socket, "socket",
			"\"%.60s\" is no path for a socket; it starts with / and has %zu bytes at "
			"most",
			conf->control_socket, socket_path - 1);
	check_clock(doc, &conf->clock);
	check_lines(doc, conf);
	check_inbox(doc, conf);
	check_gps(doc, conf);
	check_place(doc, &conf->place);
	check_console(doc, &conf->console);
	check_limits(doc, &conf->limits);
	check_checks(doc, &conf->checks);
	check_methods(doc, &conf->methods);
	check_samples(doc, &conf->samples);
	check_links(doc, &conf->links);
	for (i = 0; i < conf->n_stores; i++)
		check_store(doc, conf, i);
}
