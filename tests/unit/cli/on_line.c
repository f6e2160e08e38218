/* Which line LINE is, and every way in which probe and scan are called wrongly, or ends early. */
#include "command.h"

#include <sys/stat.h>

#include "cli/on_line.h"

static const char conf[] = /* %s: this folder, a driver */
	"lab = \"van-3\";\ndrivers = \"%s/drivers\";\nspool = { dir = \"/s\"; };\n"
	"control = { socket = \"/nowhere/control\"; };\n"
	"lines = ({ name = \"bench\"; type = \"rtu\"; port = \"/dev/none\"; baud = 4800; parity = "
	"\"even\"; units = ({ name = \"p-1\"; profile = \"%s\"; address = 1; "
	"interval_ms = 1000; }); });\n";
static const char acme[] = "models = \"Acme\";\nmanual = \"one\";\nbase = 1;\n"
			   "values = ({ at = 1; type = \"u16\"; parameter = \"ph\"; });\n";

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int make_files(void **state)
{
	char here[200], *text = NULL;

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(mkdir("drivers", 0700) | mkdir("drivers/acme", 0700), 0);
	write_file("drivers/acme/profile.conf", acme);
	assert_true(asprintf(&text, conf, here, "acme") > 0);
	write_file("conf", text);
	free(text);
	assert_true(asprintf(&text, conf, here, "atlas-ezo") > 0);
	write_file("ezo", text);
	free(text);
	return 0;
}

static void a_line_is_a_name_a_device_or_an_address(void **state)
{
	struct cli cli = {.config = "conf"};
	struct on_line on;

	(void)state;
	assert_true(on_line_find(&on, &cli, "bench"));
	assert_non_null(on.line);
	assert_string_equal(on.where.where, "/dev/none");
	assert_int_equal(on.where.baud, 4800);
	assert_int_equal(on.where.parity, 'E');
	on_line_close(&on);
	assert_true(on_line_find(&on, &cli, "/dev/none")); /* the same, at its speed */
	assert_int_equal(on.where.baud, 4800);
	on_line_close(&on);
	cli.config = "absent"; /* a device needs none */
	cli.parity = "odd";
	cli.stop = "2";
	assert_true(on_line_find(&on, &cli, "/dev/other"));
	assert_null(on.line);
	assert_int_equal(on.where.kind, PORT_RTU);
	assert_int_equal(on.where.baud, 9600);
	assert_int_equal(on.where.parity, 'O');
	assert_int_equal(on.where.stop_bits, 2);
	on_line_close(&on);
	cli.parity = cli.stop = NULL;
	assert_true(on_line_find(&on, &cli, "10.0.0.1:502"));
	assert_int_equal(on.where.kind, PORT_TCP);
	on_line_close(&on);
}

static void wrong(const char *line, int end, const char *words)
{
	assert_int_equal(waterlab(line), end);
	says(err, words);
}

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	wrong("-c conf scan nix", CLI_USAGE,
		"there is no line \"nix\" in conf; there are: bench; a device begins with /dev/");
	wrong("-c absent scan nix", CLI_USAGE, "absent");
	wrong("-c conf scan bench --units 0-5", CLI_USAGE,
		"\"0-5\" are no units on a serial line; write FIRST-LAST within 1 to 247");
	wrong("-c conf scan 127.0.0.1:1 --units 0-256", CLI_USAGE, "within 0 to 255");
	wrong("-c conf scan 127.0.0.1:1 --all-speeds", CLI_USAGE, "has no --all-speeds");
	wrong("-c conf scan 127.0.0.1:1 --baud 9600", CLI_USAGE, "has no --baud");
	wrong("-c conf scan bench", CLI_FAILED, "line bench: /dev/none: No such file");
	wrong("-c conf scan bench --baud 99", CLI_FAILED, "No such file");
	wrong("-c conf scan bench --baud x", CLI_USAGE, "--baud: \"x\" is no such number");
	wrong("-c conf scan bench --parity mark", CLI_USAGE, "none, even or odd");
	wrong("-c conf scan bench --stop 3", CLI_USAGE, "--stop is 1 or 2");
	wrong("-c conf scan .", CLI_FAILED, "directory");
	wrong("-c conf scan ./conf", CLI_USAGE, "is no serial line");
	wrong("-c conf probe acme bench", CLI_USAGE, "--unit N is the number");
	wrong("-c conf probe acme bench --unit 0", CLI_USAGE, "allowed are 1 to 247");
	wrong("-c conf probe acme bench --unit 300", CLI_USAGE,
		"\"300\" is no unit on a serial line");
	wrong("-c conf probe acme bench --unit 1", CLI_FAILED, "is the adapter plugged in?");
	wrong("-c conf probe acne bench --unit 1", CLI_USAGE, "acne");
	wrong("-c conf probe atlas-ezo 127.0.0.1:1 --unit 1", CLI_USAGE,
		"atlas-ezo speaks no Modbus: it needs a serial line");
	wrong("-c conf probe hach-hqd bench --unit 1", CLI_USAGE,
		"hach-hqd reads files, not lines; waterlab inbox FILE shows what it makes of one");
	wrong("-c conf probe hach-hqd 127.0.0.1:1", CLI_USAGE, "hach-hqd reads files, not lines");
	wrong("-c conf record 127.0.0.1:1", CLI_USAGE, "record wants the name of a line in conf");
	wrong("-c conf record bench p-2", CLI_USAGE, "has no analyzer \"p-2\"; it has: p-1");
}

/* --- a daemon that holds the line -------------------------------------------------------------------- */

static bool tells;

static int say_status(void *ctx, const json_t *request, struct control_client *client)
{
	static const char status[] = "{\"lines\":[{\"name\":\"other\",\"where\":\"/dev/other\"},"
				     "{\"name\":\"bench\",\"where\":\"/dev/none\"},"
				     "{\"name\":\"net\",\"where\":\"127.0.0.1:1\"}]}";

	(void)ctx;
	(void)request;
	if (!tells)
		return control_refuse(client, "not now");
	return control_send(client, status, sizeof(status) - 1);
}

static const char *probed;

static int say_probed(void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	(void)request;
	return control_send(client, probed, strlen(probed));
}

static const struct control_command commands[] = {
	{"status", say_status}, {"line-probe", say_probed}, {NULL, NULL}};

/* The device is not even there: the line is the daemon's all the same. */
static void a_line_of_the_daemon_is_its_own(void **state)
{
	(void)state;
	tells = true;
	wrong("-c conf --socket ./control scan bench --all-speeds", CLI_FAILED,
		"the daemon holds line bench (/dev/none). Stop it first (systemctl stop "
		"waterlabd)");
	says(err, "waterlab record bench");
	wrong("-c conf --socket ./control probe acme 127.0.0.1:1 --unit 1", CLI_FAILED,
		"the daemon holds line net (127.0.0.1:1)");
	wrong("-c conf --socket ./control scan 127.0.0.1:2", CLI_FAILED, "Connection refused");
	tells = false;
	wrong("-c conf --socket ./control scan 127.0.0.1:2", CLI_FAILED,
		"a daemon is there that may hold it, and does not say: not now");
}

#define PROBED(state, advice, reads)                                                   \
	"{\"line\":\"bench\",\"kind\":\"probe\",\"state\":\"" state "\",\"number\":1," \
	"\"unit\":\"p-1\",\"asked\":2,\"advice\":" advice ",\"reads\":[" reads "]}"
#define READ "{\"function\":3,\"address\":0,\"registers\":1,\"again\":false,\"words\":\"0007\"}"
#define EXCHANGED(state)                                                                        \
	"{\"line\":\"bench\",\"kind\":\"probe\",\"state\":\"" state                             \
	"\",\"number\":1,\"exchanges\":["                                                       \
	"{\"asked\":\"52\",\"answer\":\"37\"}],\"fields\":[{\"parameter\":\"ph\",\"text\":\"7." \
	"12\","                                                                                 \
	"\"unit\":\"[pH]\"}]}"

static void what_was_read_before_the_end_is_shown(void **state)
{
	static const char probe[] = "-c conf --socket ./control probe acme bench --unit 1";
	static const char probe_ezo[] = "-c ezo --socket ./control probe atlas-ezo bench --unit 1";

	(void)state;
	tells = true;
	probed = PROBED("too_long", "\"one value\"", READ);
	wrong(probe, CLI_FAILED, "line bench: ended after an hour, before all were asked");
	says(out, "0007");
	probed = PROBED("in_use", "\"one value\"", READ);
	wrong(probe, CLI_FAILED, "came into a sample or a check");
	says(out, "0007");
	probed = PROBED("silent", "null", "");
	wrong(probe, CLI_FAILED, "the analyzer does not answer");
	assert_string_equal(out, "");
	/* Of a driver's turn that did not end, the values may be those of the turn before. */
	probed = EXCHANGED("done");
	assert_int_equal(waterlab(probe_ezo), CLI_DONE);
	assert_string_equal(out, "> 52\n< 37\n= ph 7.12 [pH]\n");
	probed = EXCHANGED("too_long");
	assert_int_equal(waterlab(probe_ezo), CLI_FAILED);
	assert_string_equal(out, "> 52\n< 37\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_a_name_a_device_or_an_address),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test_setup_teardown(a_line_of_the_daemon_is_its_own, start, stop),
		cmocka_unit_test_setup_teardown(what_was_read_before_the_end_is_shown, start, stop),
	};

	answers = commands;
	return cmocka_run_group_tests(tests, make_files, NULL);
}
