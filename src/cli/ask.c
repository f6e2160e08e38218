/* Asking the daemon, and the configuration where it is needed. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "control/control.h"

enum { MISTAKES = 16 * 1024, WORDS = 1024 };

static const char usual_socket[] = "/run/waterlab/control";

static struct conf *read_config(const struct cli *cli, struct text *mistakes)
{
	struct conf *conf = NULL;

	return conf_read(&conf, cli->config, mistakes) == 0 ? conf : NULL;
}

struct conf *cli_config(const struct cli *cli)
{
	static char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	struct conf *conf = read_config(cli, &mistakes);

	if (mistakes.len) /* or warnings about one that is good */
		fprintf(stderr, "%s%s", room, room[mistakes.len - 1] == '\n' ? "" : "\n");
	return conf;
}

struct conf *cli_config_centre(const struct cli *cli)
{
	static char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	struct conf *conf = NULL;

	if (conf_read_centre(&conf, cli->config, &mistakes))
		conf = NULL;
	if (mistakes.len)
		fprintf(stderr, "%s%s", room, room[mistakes.len - 1] == '\n' ? "" : "\n");
	return conf;
}

/*
 * Where the daemon listens: as said, as configured, else the usual place.  An ordinary user may not be
 * allowed to read all that the configuration names; that must not keep the status from them.
 */
static void find_socket(const struct cli *cli, char path[CONF_PATH], struct text *mistakes)
{
	struct conf *conf;

	if (cli->socket) {
		if (!text_copy(path, CONF_PATH, cli->socket))
			text_put(mistakes, "--socket: the path is too long");
		return;
	}
	conf = read_config(cli, mistakes);
	if (conf) {
		memcpy(path, conf->control_socket, CONF_PATH);
		text_clear(mistakes); /* warnings are for who checks it */
	} else {
		memcpy(path, usual_socket, sizeof(usual_socket));
	}
	conf_free(conf);
}

void cli_find_places(const struct cli *cli, struct cli_place_paths *to)
{
	char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	struct conf *conf = read_config(cli, &mistakes);

	*to = (struct cli_place_paths){
		"/var/lib/waterlab/boundaries", WATERLAB_PREFIX "/share/waterlab/places.csv"};
	if (conf) {
		memcpy(to->boundaries, conf->place.boundaries, sizeof(to->boundaries));
		memcpy(to->places, conf->place.places, sizeof(to->places));
	}
	conf_free(conf);
}

void cli_find_limits(const struct cli *cli, struct limits_conf *to)
{
	char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	struct conf *conf = NULL;

	*to = (struct limits_conf){"nsdwq-2010", WATERLAB_PREFIX "/share/waterlab/limits",
		"/etc/waterlab/limits-signed.csv"};
	if (!conf_read_centre(&conf, cli->config, &mistakes))
		*to = conf->limits;
	conf_free(conf);
}

void cli_find_drivers(const struct cli *cli, struct cli_drivers *to)
{
	static char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	struct conf *conf = cli->drivers ? NULL : read_config(cli, &mistakes);

	*to = (struct cli_drivers){WATERLAB_PREFIX "/share/waterlab/drivers", ""};
	if (cli->drivers) {
		text_copy(to->installed, sizeof(to->installed), cli->drivers);
	} else if (conf) {
		memcpy(to->installed, conf->drivers, sizeof(to->installed));
		memcpy(to->own, conf->own_drivers, sizeof(to->own));
	} else if (!access(cli->config, F_OK)) {
		room[strcspn(room, "\n")] = '\0';
		fprintf(stderr,
			"waterlab: drivers are looked for in %s, because the configuration cannot "
			"be "
			"used: %s\n",
			to->installed, room);
	}
	conf_free(conf);
}

void cli_put_where(const struct cli *cli, const char *name, struct text *words)
{
	if (cli->drivers || strchr(name, '/'))
		return;
	while (words->len && words->at[words->len - 1] == '\n')
		words->at[--words->len] = '\0';
	text_printf(words, "; use a path (drivers/%s) or --drivers DIR", name);
}

bool cli_find_driver(const struct cli *cli, const char *name, struct profile **out)
{
	static char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	struct cli_drivers folders;
	int err;

	const char *slash, *asked = name;

	cli_find_drivers(cli, &folders);
	slash = strrchr(name, '/');
	if (slash && slash[1] && (size_t)(slash - name) < sizeof(folders.installed)) {
		/* The path of a driver's folder. */
		memcpy(folders.installed, name, (size_t)(slash - name));
		folders.installed[slash - name] = '\0';
		folders.own[0] = '\0';
		name = slash + 1;
	}
	err = conf_find_own_driver(out, folders.installed, folders.own, name, &mistakes);
	if (err && !mistakes.len)
		text_put(&mistakes, err_text(err));
	if (err == ERR_ABSENT)
		cli_put_where(cli, asked, &mistakes);
	if (mistakes.len) /* a warning ends its own line */
		fprintf(stderr, "waterlab: %s%s", room, room[mistakes.len - 1] == '\n' ? "" : "\n");
	return !err;
}

const char *cli_who(const struct cli *cli)
{
	const struct passwd *user = getpwuid(getuid());

	return cli->by ? cli->by : user ? user->pw_name : "";
}

static int exit_of(int err)
{
	return err == ERR_ABSENT || err == ERR_TIMEOUT ? CLI_ABSENT : CLI_FAILED;
}

/* Takes over `request`. */
static int ask(const struct cli *cli, json_t *request,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx, struct text *why)
{
	static char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	char path[CONF_PATH];
	int err;

	find_socket(cli, path, &mistakes);
	err = control_ask(path, request, each, ctx, why);
	json_decref(request);
	if (err == ERR_ABSENT && mistakes.len) {
		room[strcspn(room, "\n")] = '\0';
		text_printf(why,
			"\n(asked at the usual place, because the configuration cannot be used: "
			"%s)",
			room);
	}
	return err;
}

int cli_ask_into(const struct cli *cli, json_t *request,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx, struct text *why)
{
	int err = ask(cli, request, each, ctx, why);

	return err ? exit_of(err) : CLI_DONE;
}

int cli_ask(const struct cli *cli, json_t *request,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx)
{
	char words[WORDS];
	struct text why = text_over(words, sizeof(words));
	int end = cli_ask_into(cli, request, each, ctx, &why);

	if (end && why.len)
		fprintf(stderr, "waterlab: %s\n", words);
	return end;
}

static int keep_one(void *ctx, const char *line, size_t len)
{
	json_t **answer = ctx;

	json_decref(*answer);
	*answer = json_loadb(line, len, 0, NULL);
	return 0;
}

int cli_ask_quietly(const struct cli *cli, json_t *request, json_t **answer, struct text *why)
{
	const char *words;
	int err;

	*answer = NULL;
	err = ask(cli, request, keep_one, answer, why);
	words = json_string_value(json_object_get(*answer, "error"));
	if (!err && words) {
		text_put(why, words);
		err = ERR_IO;
	} else if (!err && !json_is_object(*answer)) {
		text_put(why, "the daemon's answer is not what this version understands: are "
			      "waterlab and waterlabd of one version?");
		err = ERR_IO;
	}
	if (!err)
		return CLI_DONE;
	json_decref(*answer);
	*answer = NULL;
	return exit_of(err);
}

int cli_ask_one(const struct cli *cli, json_t *request, json_t **answer)
{
	char words[WORDS];
	struct text why = text_over(words, sizeof(words));
	int status = cli_ask_quietly(cli, request, answer, &why);

	if (status)
		fprintf(stderr, "waterlab: %s\n", words);
	return status;
}

int cli_print_json(const json_t *answer)
{
	int bad = json_dumpf(answer, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));

	putchar('\n');
	return bad ? CLI_FAILED : CLI_DONE;
}
