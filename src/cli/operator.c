/* operator add, list, pin, remove: who may use the technician's page. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "cli/audit.h"
#include "cli/cli.h"
#include "cli/pin.h"
#include "operators/operators.h"

enum { WORDS = 640 };

/* The list as it stands, and what holds it while it is changed. */
struct desk {
	char path[CONF_PATH];
	struct operators operators;
	int held; /* -1: not */
};

static int fail(const char *words)
{
	fprintf(stderr, "waterlab: %s\n", words);
	return CLI_FAILED;
}

/* Where the file lies is never guessed.  One that is not there yet has nobody in it. */
static int open_desk(const struct cli *cli, bool change, struct desk *desk)
{
	struct conf *conf = cli_config_centre(cli);
	char words[WORDS] = "";
	struct text why = text_over(words, sizeof(words));
	int err = 0;

	desk->held = -1;
	if (!conf)
		return CLI_USAGE;
	memcpy(desk->path, conf->console.operators, sizeof(desk->path));
	conf_free(conf);
	if (!*desk->path) {
		fprintf(stderr,
			"waterlab: no file of operators is configured: set console = { operators = "
			"\"/etc/waterlab/operators\"; }; in %s\n",
			cli->config);
		return CLI_USAGE;
	}
	if (change) {
		desk->held = operators_hold(desk->path, &why);
		err = desk->held < 0 ? desk->held : 0;
	}
	if (!err)
		err = operators_read(&desk->operators, desk->path, &why);
	if (!err || (err == ERR_ABSENT && desk->held >= 0) || (err == ERR_ABSENT && !change))
		return CLI_DONE;
	if (desk->held >= 0)
		close(desk->held);
	return fail(words);
}

static int close_desk(struct desk *desk, int end)
{
	close(desk->held);
	return end;
}

/* The record comes first: a change without one is worse than a record of a change that was not made after all. */
static int write_desk(const struct cli *cli, struct desk *desk, enum audit_what what,
	enum role role, const char *done)
{
	char words[WORDS] = "";
	struct text why = text_over(words, sizeof(words));
	const char *note = what == AUDIT_OPERATOR_ADDED ? role_word(role) : "";
	int end = audit_note(cli, what, NULL, cli->args[0], note, &why);

	if (end) {
		fprintf(stderr,
			"waterlab: nothing is changed, because there is no answer that it is "
			"recorded: %s\n",
			words);
		return close_desk(desk, end);
	}
	text_clear(&why);
	if (operators_write(&desk->operators, desk->path, &why))
		return close_desk(desk, fail(words));
	printf("%s; the page knows at once. %s\n", done, desk->path);
	return close_desk(desk, CLI_DONE);
}

static int ask_hash(struct operator* operator)
{
	char pin[PIN_ROOM];
	int err;

	if (!pin_ask(operator->name, pin))
		return CLI_USAGE;
	err = pin_hash(operator->hash, pin);
	explicit_bzero(pin, sizeof(pin));
	return err ? fail("no memory for the PIN's hash: it takes 64 MiB") : CLI_DONE;
}

/* Who is removed and added anew has the same name: only another one that is read so is refused. */
static bool can_be_told_apart(const struct operators *operators, const char *name)
{
	unsigned i;

	if (!name_is_plain(name)) {
		fprintf(stderr,
			"waterlab: a name is in Latin letters or in Urdu ones, never in both; "
			"\"%s\" has others\n",
			name);
		return false;
	}
	for (i = 0; i < operators->n; i++) {
		const char *there = operators->all[i].name;

		if (!strcmp(there, name) || !name_is_alike(there, name))
			continue;
		fprintf(stderr,
			"waterlab: \"%s\" is read as \"%s\", who is there: add to the name what "
			"tells the two apart\n",
			name, there);
		return false;
	}
	return true;
}

int cli_operator_add(struct cli *cli)
{
	struct operator one = {.role = role_of(cli->args[1])};
	char words[WORDS], done[128];
	struct text why = text_over(words, sizeof(words));
	struct desk desk;
	int end = open_desk(cli, true, &desk);

	if (end)
		return end;
	if (!text_copy(one.name, sizeof(one.name), cli->args[0])) {
		fprintf(stderr, "waterlab: a name has %d bytes at most\n", OPERATOR_NAME - 1);
		return close_desk(&desk, CLI_USAGE);
	}
	if (!can_be_told_apart(&desk.operators, one.name))
		return close_desk(&desk, CLI_USAGE);
	/* What is wrong with the name is said before a PIN is asked for. */
	switch (operators_add(&desk.operators, &one, &why)) {
	case 0:
		break;
	case ERR_RANGE:
		fail(words);
		return close_desk(&desk, CLI_USAGE);
	default:
		return close_desk(&desk, fail(words));
	}
	end = ask_hash(&desk.operators.all[desk.operators.n - 1]);
	if (end)
		return close_desk(&desk, end);
	snprintf(done, sizeof(done), "%s is a %s", one.name, role_word(one.role));
	return write_desk(cli, &desk, AUDIT_OPERATOR_ADDED, one.role, done);
}

int cli_operator_pin(struct cli *cli)
{
	char done[128];
	struct operator* one;
	struct desk desk;
	int end = open_desk(cli, true, &desk);

	if (end)
		return end;
	one = (struct operator*)operators_find(&desk.operators, cli->args[0]);
	if (!one)
		return close_desk(&desk, fail("there is no such operator; waterlab operator list"));
	end = ask_hash(one);
	if (end)
		return close_desk(&desk, end);
	snprintf(done, sizeof(done), "%s has another PIN", one->name);
	return write_desk(cli, &desk, AUDIT_PIN_CHANGED, one->role, done);
}

int cli_operator_remove(struct cli *cli)
{
	char done[128];
	struct desk desk;
	int end = open_desk(cli, true, &desk);

	if (end)
		return end;
	snprintf(done, sizeof(done), "%.40s is no operator any more", cli->args[0]);
	if (!operators_remove(&desk.operators, cli->args[0]))
		return close_desk(&desk, fail("there is no such operator; waterlab operator list"));
	return write_desk(cli, &desk, AUDIT_OPERATOR_REMOVED, ROLE_NONE, done);
}

static int list_as_json(const struct operators *operators)
{
	json_t *list = json_array(), *answer;
	unsigned i;
	int end;

	for (i = 0; i < operators->n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", operators->all[i].name,
						    "role", role_word(operators->all[i].role)));
	answer = json_pack("{s:o}", "operators", list);
	end = cli_print_json(answer);
	json_decref(answer);
	return end;
}

int cli_operator_list(struct cli *cli)
{
	struct desk desk;
	unsigned i;
	int end = open_desk(cli, false, &desk);

	if (end)
		return end;
	if (desk.operators.others_read)
		fprintf(stderr,
			"waterlab: %s: everybody may read it, and try PINs as fast as their "
			"machine does: chmod 0640\n",
			desk.path);
	if (cli->json)
		return list_as_json(&desk.operators);
	for (i = 0; i < desk.operators.n; i++)
		printf("%-10s  %s\n", role_word(desk.operators.all[i].role),
			desk.operators.all[i].name);
	if (!desk.operators.n)
		printf("Nobody: the page lets nobody in until waterlab operator add (%s).\n",
			desk.path);
	return CLI_DONE;
}
