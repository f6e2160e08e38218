/* `waterlab operator`: who may use the page; the PIN is asked for, and is nowhere afterwards. */
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "command.h"
#include "operators/operators.h"

static char noted[256]; /* the last change that was to be recorded */
static bool is_deaf;    /* and is not */

static int note(void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	snprintf(noted, sizeof(noted), "%s %s %s",
		json_string_value(json_object_get(request, "what")),
		json_string_value(json_object_get(request, "about")),
		json_string_value(json_object_get(request, "note")));
	if (is_deaf)
		return control_refuse(client, "it is not recorded: the card is full");
	return control_send(client, "{\"noted\":true}", 14);
}

static int audit(void *ctx, const json_t *request, struct control_client *client)
{
	static const char one[] =
		"{\"number\":7,\"utc_ms\":1790000000000,\"what\":\"operator_added\","
		"\"by\":\"root\",\"about\":\"Sana\",\"note\":\"supervisor\",\"count\":1}";
	static const char other[] =
		"{\"number\":9,\"utc_ms\":null,\"what\":\"wrong_pin\",\"by\":"
		"\"waterlab-console\",\"about\":\"Sana\",\"note\":\"\",\"count\":5}";
	static const char *const lines[] = {one, other, "{\"end\":true,\"error\":null}"};
	size_t i;
	int no = 0;

	(void)ctx;
	if (json_integer_value(json_object_get(request, "most")) == 1)
		return control_refuse(client, "the ledger cannot be read");
	for (i = 0; !no && i < 3; i++)
		no = control_send(client, lines[i], strlen(lines[i]));
	return no;
}

static const struct control_command commands[] = {
	{"audit-note", note}, {"audit", audit}, {NULL, NULL}};

static void put(const char *path, const char *words)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(words, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	char here[256], conf[512];

	(void)state;
	if (!getcwd(here, sizeof(here)))
		return -1;
	snprintf(conf, sizeof(conf),
		"lab = \"van\";\nconsole = { operators = \"%s/operators\"; };\n", here);
	put("w.conf", conf);
	put("none.conf", "lab = \"van\";\n");
	unlink("operators");
	*noted = '\0';
	is_deaf = false;
	return start(state);
}

/* The command with `typed` as its standard input. */
static int typing(const char *typed, const char *line)
{
	int kept = dup(0), file, end;

	put("typed", typed);
	file = open("typed", O_RDONLY);
	assert_true(kept >= 0 && file >= 0 && dup2(file, 0) == 0);
	close(file);
	end = waterlab(line);
	dup2(kept, 0);
	close(kept);
	return end;
}

static void known(const char *name, enum role role, const char *pin)
{
	struct operators all;
	const struct operator* one;
	char words[256];
	struct text why = text_over(words, sizeof(words));

	assert_int_equal(operators_read(&all, "operators", &why), 0);
	one = operators_find(&all, name);
	if (role == ROLE_NONE) {
		assert_null(one);
		return;
	}
	assert_non_null(one);
	assert_int_equal(one->role, role);
	assert_true(pin_is(one->hash, pin));
}

static void who_may_use_the_page_is_kept(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(waterlab("--socket ./control --config w.conf operator list"), CLI_DONE);
	says(out, "Nobody: the page lets nobody in");
	assert_int_equal(
		typing("402917\n",
			"--socket ./control --config w.conf operator add Gul.Khan technician"),
		CLI_DONE);
	says(out, "Gul.Khan is a technician; the page knows at once. ");
	assert_null(strstr(out, "402917"));
	assert_null(strstr(err, "402917"));
	known("Gul.Khan", ROLE_TECHNICIAN, "402917");
	assert_string_equal(noted, "operator_added Gul.Khan technician");
	assert_int_equal(stat("operators", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(
		typing("718293", "--socket ./control --config w.conf operator add Sana supervisor"),
		CLI_DONE);
	assert_int_equal(waterlab("--socket ./control --config w.conf operator list"), CLI_DONE);
	assert_string_equal(out, "technician  Gul.Khan\nsupervisor  Sana\n");
	assert_int_equal(
		waterlab("--socket ./control --config w.conf operator list --json"), CLI_DONE);
	says(out, "{\"operators\":[{\"name\":\"Gul.Khan\",\"role\":\"technician\"},");
	assert_null(strstr(out, "argon2"));
	assert_int_equal(
		typing("551728\n", "--socket ./control --config w.conf operator pin Gul.Khan"),
		CLI_DONE);
	known("Gul.Khan", ROLE_TECHNICIAN, "551728");
	assert_string_equal(noted, "pin_changed Gul.Khan ");
	assert_int_equal(
		waterlab("--socket ./control --config w.conf operator remove Gul.Khan"), CLI_DONE);
	known("Gul.Khan", ROLE_NONE, NULL);
	assert_string_equal(noted, "operator_removed Gul.Khan ");
	known("Sana", ROLE_SUPERVISOR, "718293");
}

static void what_is_wrong_changes_nothing(void **state)
{
	static const struct {
		const char *typed, *line;
		int end;
		const char *says;
	} cases[] = {
		{"", "--socket ./control --config none.conf operator list", CLI_USAGE,
			"console = { operators ="},
		{"402917", "--socket ./control --config none.conf operator add Gul technician",
			CLI_USAGE, "console = { operators ="},
		{"402917", "--socket ./control --config w.conf operator add Gul chief", CLI_USAGE,
			"no role"},
		{"402917", "--socket ./control --config w.conf operator add x technician",
			CLI_USAGE, "no name"},
		{"402917",
			"--socket ./control --config w.conf operator add "
			"Gul.Khan.of.the.very.long.name viewer",
			CLI_USAGE, "28 bytes"},
		{"402917", "--socket ./control --config w.conf operator add SANA technician",
			CLI_USAGE, "waterlab: \"SANA\" is read as \"Sana\", who is there"},
		{"402917", "--socket ./control --config w.conf operator add S\xd0\xb0na technician",
			CLI_USAGE, "a name is in Latin letters or in Urdu ones"},
		{"402917", "--socket ./control --config w.conf operator add Sana technician",
			CLI_FAILED, "Sana already"},
		{"40291", "--socket ./control --config w.conf operator add Gul technician",
			CLI_USAGE, "6 to 12 digits"},
		{"", "--socket ./control --config w.conf operator add Gul technician", CLI_USAGE,
			"6 to 12 digits"},
		{"4029174029174029174029174\n",
			"--socket ./control --config w.conf operator pin Sana", CLI_USAGE,
			"6 to 12 digits"},
		{"123456\n", "--socket ./control --config w.conf operator pin Sana", CLI_USAGE,
			"guessed first"},
		{"402917\n", "--socket ./control --config w.conf operator pin Gul", CLI_FAILED,
			"no such operator"},
		{"", "--socket ./control --config w.conf operator remove Gul", CLI_FAILED,
			"no such operator"},
	};
	size_t i;

	(void)state;
	assert_int_equal(
		typing("718293", "--socket ./control --config w.conf operator add Sana viewer"),
		CLI_DONE);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (typing(cases[i].typed, cases[i].line) != cases[i].end)
			fail_msg("%s: %s", cases[i].line, err);
		says(err, cases[i].says);
		known("Sana", ROLE_VIEWER, "718293");
		known("Gul", ROLE_NONE, NULL);
	}
	put("operators", "Sana\n");
	assert_int_equal(
		typing("402917", "--socket ./control --config w.conf operator add Gul technician"),
		CLI_FAILED);
	says(err, "operators:1: a line is NAME, ROLE and hash");
}

static void what_cannot_be_recorded_is_not_done(void **state)
{
	assert_int_equal(
		typing("718293", "--socket ./control --config w.conf operator add Sana viewer"),
		CLI_DONE);
	is_deaf = true;
	assert_int_equal(
		typing("402917", "--socket ./control --config w.conf operator add Gul technician"),
		CLI_FAILED);
	says(err, "nothing is changed, because there is no answer that it is recorded: it is not "
		  "recorded: the "
		  "card is full");
	known("Gul", ROLE_NONE, NULL);
	stop(state);
	assert_int_equal(
		waterlab("--socket ./control --config w.conf operator remove Sana"), CLI_ABSENT);
	known("Sana", ROLE_VIEWER, "718293");
}

static void what_is_recorded_is_shown(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control --config w.conf audit"), CLI_DONE);
	assert_string_equal(out,
		"2026-09-21 14:13:20 UTC  operator_added    root: Sana (supervisor)\n"
		"no time yet              wrong_pin         waterlab-console: Sana, 5 times\n");
	assert_int_equal(waterlab("--socket ./control --config w.conf audit 5 --json"), CLI_DONE);
	says(out, "{\"number\":7,");
	assert_int_equal(waterlab("--socket ./control --config w.conf audit 1"), CLI_FAILED);
	says(err, "the ledger cannot be read");
	assert_int_equal(waterlab("--socket ./control --config w.conf audit x"), CLI_USAGE);
}

/* What is read from the terminal until `words` come. */
static void hear(int fd, char *all, size_t room, const char *words)
{
	size_t have = strlen(all);
	ssize_t n;

	while (!strstr(all, words)) {
		n = have + 1 < room ? read(fd, all + have, room - 1 - have) : 0;
		if (n <= 0)
			fail_msg("no '%s' in '%s'", words, all);
		have += (size_t)n;
		all[have] = '\0';
	}
}

static int at_terminal(const char *first, const char *second, char *all, size_t room)
{
	int fd, end = -1;
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (pid == 0) {
		char *argv[] = {"waterlab", "--socket", "./control", "--config", "w.conf",
			"operator", "add", "Gul Khan", "technician", NULL};

		optind = 0;
		_exit(cli_run(9, argv));
	}
	*all = '\0';
	hear(fd, all, room, "PIN: ");
	assert_true(write(fd, first, strlen(first)) > 0);
	hear(fd, all, room, "Once more: ");
	assert_true(write(fd, second, strlen(second)) > 0);
	hear(fd, all, room, second == first ? "is a technician" : "two different PINs");
	assert_int_equal(waitpid(pid, &end, 0), pid);
	close(fd);
	return WEXITSTATUS(end);
}

static void a_terminal_does_not_show_it_and_asks_twice(void **state)
{
	static const char pin[] = "402917\n";
	char all[2048];

	(void)state;
	assert_int_equal(at_terminal(pin, "402918\n", all, sizeof(all)), CLI_USAGE);
	assert_int_not_equal(access("operators", F_OK), 0);
	assert_int_equal(at_terminal(pin, pin, all, sizeof(all)), CLI_DONE);
	assert_null(strstr(all, "4029"));
	known("Gul Khan", ROLE_TECHNICIAN, "402917");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_may_use_the_page_is_kept, set_up, stop),
		cmocka_unit_test_setup_teardown(what_is_wrong_changes_nothing, set_up, stop),
		cmocka_unit_test_setup_teardown(
			a_terminal_does_not_show_it_and_asks_twice, set_up, stop),
		cmocka_unit_test_setup_teardown(what_cannot_be_recorded_is_not_done, set_up, stop),
		cmocka_unit_test_setup_teardown(what_is_recorded_is_shown, set_up, stop),
	};

	answers = commands;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
