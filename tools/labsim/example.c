#include "example.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/conf.h"

struct choice { /* the profiles there are, by name */
	unsigned n;
	char names[MOST_PROFILES][PROFILE_NAME];
};

int example_parse(struct example *example, const char *words, struct text *why)
{
	const struct {
		const char *key;
		unsigned *to;
		unsigned most;
	} keys[] = {{"rtu-lines=", &example->rtu_lines, MOST_LINES},
		{"tcp-lines=", &example->tcp_lines, MOST_LINES}, {"units=", &example->units, 512},
		{"interval-ms=", &example->interval_ms, 86400000}};
	char copy[400], *word, *rest, *end;
	unsigned long value;
	size_t i;

	if (!text_copy(copy, sizeof(copy), words))
		copy[0] = '\0';
	for (word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (!strncmp(word, "drivers=", 8)) {
			if (word[8] && text_copy(example->names, sizeof(example->names), word + 8))
				continue;
			text_printf(why, "\"%s\" names none, or too many", word);
			return ERR_CONF;
		}
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (!strncmp(word, keys[i].key, strlen(keys[i].key)))
				break;
		if (i == sizeof(keys) / sizeof(keys[0])) {
			text_printf(why,
				"\"%s\": allowed are rtu-lines=, tcp-lines=, units=, "
				"interval-ms= and drivers=",
				word);
			return ERR_CONF;
		}
		value = strtoul(word + strlen(keys[i].key), &end, 10);
		if (*end || value > keys[i].most) {
			text_printf(why, "\"%s\": at most %u", word, keys[i].most);
			return ERR_CONF;
		}
		*keys[i].to = (unsigned)value;
	}
	if (example->rtu_lines + example->tcp_lines - 1 >= MOST_LINES ||
		example->units < example->rtu_lines + example->tcp_lines ||
		example->units > MOST_UNITS * (example->rtu_lines + example->tcp_lines)) {
		text_printf(why, "1 to %d lines, each with 1 to %d units", MOST_LINES, MOST_UNITS);
		return ERR_CONF;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* A profile that answers questions: it has fields, and its file has no mistakes. */
static bool is_profile(const char *drivers, const char *name)
{
	char path[PATH_MAX + PROFILE_NAME], words[256];
	struct text file = text_over(path, sizeof(path)), why = text_over(words, sizeof(words));
	struct profile *profile = NULL;
	bool good;

	text_printf(&file, "%s/%s/profile.conf", drivers, name);
	good = !access(path, R_OK) && !conf_read_profile(&profile, path, &why) && profile->n_fields;
	free(profile);
	return good;
}

static int find_profiles(struct choice *choice, const char *drivers, struct text *why)
{
	DIR *dir = opendir(drivers);
	struct dirent *entry;

	choice->n = 0;
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && choice->n < MOST_PROFILES &&
			strlen(entry->d_name) < PROFILE_NAME && is_profile(drivers, entry->d_name))
			text_copy(choice->names[choice->n++], PROFILE_NAME, entry->d_name);
	if (dir)
		closedir(dir);
	qsort(choice->names, choice->n, PROFILE_NAME, by_name);
	if (choice->n)
		return 0;
	text_printf(
		why, "%s holds no NAME/profile.conf; say where they are with --drivers", drivers);
	return ERR_ABSENT;
}

/* Those that are named, in that order; also ones in C, where their lines can be shared. */
static int take_named(
	struct choice *choice, const char *drivers, const char *names, struct text *why)
{
	char copy[sizeof(((struct example *)NULL)->names)], *name, *rest;
	struct profile *profile;
	int err;

	choice->n = 0;
	text_copy(copy, sizeof(copy), names);
	for (name = strtok_r(copy, "+", &rest); name; name = strtok_r(NULL, "+", &rest)) {
		err = conf_find_driver(&profile, drivers, name, why);
		if (err)
			return err;
		free(profile);
		if (choice->n < MOST_PROFILES)
			text_copy(choice->names[choice->n++], PROFILE_NAME, name);
	}
	if (choice->n)
		return 0;
	text_printf(why, "\"drivers=%s\" names none", names);
	return ERR_CONF;
}

/* All at once, so that no two are the same. */
static int free_ports(unsigned n, unsigned *ports, struct text *why)
{
	int fds[MOST_LINES], rc = 0;
	unsigned i, made = 0;

	for (i = 0; i < n && !rc; i++) {
		struct sockaddr_in at = {.sin_family = AF_INET};
		socklen_t size = sizeof(at);

		at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		fds[made++] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fds[i] < 0 || bind(fds[i], (struct sockaddr *)&at, sizeof(at)) ||
			getsockname(fds[i], (struct sockaddr *)&at, &size)) {
			text_printf(why, "no free port: %s", strerror(errno));
			rc = ERR_IO;
		}
		ports[i] = ntohs(at.sin_port);
	}
	for (i = 0; i < made; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return rc;
}

static void put_units(
	FILE *to, const struct example *example, const struct choice *choice, unsigned line)
{
	unsigned lines = example->rtu_lines + example->tcp_lines, i;

	for (i = line; i < example->units; i += lines) {
		/* Named: in that order; else mixed on each line. */
		unsigned n = *example->names ? i : i + i / lines;
		const char *profile = choice->names[n % choice->n];

		fprintf(to,
			"%s\t\t\t{ name = \"%.18s-%u\"; profile = \"%s\"; address = %u; "
			"interval_ms = %u; }",
			i == line ? "" : ",\n", profile, i + 1, profile, i / lines + 1,
			example->interval_ms);
	}
	fputs("\n\t\t);\n\t}", to);
}

static void put_lines(FILE *to, const struct example *example, const struct choice *choice,
	const char *dir, const unsigned *ports)
{
	static const struct {
		unsigned baud;
		const char *parity;
	} speeds[] = {{9600, "none"}, {19200, "even"}, {115200, "none"}};
	unsigned i, speed, line = 0;

	fputs("lines = (\n", to);
	for (i = 0; i < example->rtu_lines; i++, line++) {
		speed = i % (sizeof(speeds) / sizeof(speeds[0]));
		fprintf(to,
			"%s\t{\n\t\tname = \"bench-%u\";\n\t\ttype = \"rtu\";\n"
			"\t\tport = \"%s/bench-%u\";\n\t\tbaud = %u;\n\t\tparity = \"%s\";\n"
			"\t\tunits = (\n",
			line ? ",\n" : "", i + 1, dir, i + 1, speeds[speed].baud,
			speeds[speed].parity);
		put_units(to, example, choice, line);
	}
	for (i = 0; i < example->tcp_lines; i++, line++) {
		fprintf(to,
			"%s\t{\n\t\tname = \"net-%u\";\n\t\ttype = \"tcp\";\n"
			"\t\tport = \"127.0.0.1:%u\";\n\t\tunits = (\n",
			line ? ",\n" : "", i + 1, ports[i]);
		put_units(to, example, choice, line);
	}
	fputs("\n);\n", to);
}

static int read_back(const char *path, struct text *why)
{
	struct conf *conf = NULL;
	int rc = conf_read(&conf, path, why);

	conf_free(conf);
	return rc;
}

int example_write(const struct example *example, struct text *why)
{
	char dir[PATH_MAX], drivers[PATH_MAX], path[PATH_MAX + 16];
	unsigned ports[MOST_LINES], i;
	struct choice choice;
	FILE *to = NULL;
	int rc = ERR_IO;

	if (!realpath(example->dir, dir) || !realpath(example->drivers, drivers)) {
		text_printf(why, "%s or %s: %s", example->dir, example->drivers, strerror(errno));
		return ERR_IO;
	}
	rc = *example->names ? take_named(&choice, drivers, example->names, why)
			     : find_profiles(&choice, drivers, why);
	if (!rc && !example->port_base)
		rc = free_ports(example->tcp_lines, ports, why);
	for (i = 0; i < example->tcp_lines && example->port_base; i++)
		ports[i] = example->port_base + i;
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "%s%s", example->to ? example->to : dir,
		example->to ? "" : "/waterlab.conf");
	to = fopen(path, "we");
	if (!to) {
		text_printf(why, "%s: %s", path, strerror(errno));
		return ERR_IO;
	}
	fprintf(to,
		"# A made-up lab for labsim and the daemon, written by labsim --example.\n"
		"lab = \"example\";\ndrivers = \"%s\";\nspool = { dir = \"%s/spool\"; };\n"
		"control = { socket = \"%s/control\"; };\n",
		drivers, dir, dir);
	put_lines(to, example, &choice, dir, ports);
	if (fclose(to)) {
		text_printf(why, "%s: %s", path, strerror(errno));
		return ERR_IO;
	}
	return read_back(path, why);
}
