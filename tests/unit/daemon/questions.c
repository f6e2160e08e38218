/*
 * Every question of the daemon's own list, with what is missing, doubled, too much, of another type or no text at all: each
 * gets its answer, in whole lines of JSON, and what was recorded on the way is the same after a restart.
 */
#include "asked.h"

#include <ctype.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/commands.h"
#include "spool/verify.h"

enum { QUESTIONS = 1500, ANSWER = 1 << 20, NEWEST = 4 };

static struct line_conf bench = {
	.name = "bench", .n_units = 1, .units = {{.name = "ph-1", .interval_ms = 1000}}};
static char answer[ANSWER];

/* --- what is asked ------------------------------------------------------------------------------------- */

/* What each key may be where it is right; S, C, N: a number that an answer gave of a sample, a check, something else. */
static const struct {
	const char *key, *right[3];
} keys[] = {
	{"by", {"\"Gul Khan\"", "\"Sana Bibi\"", "\"Gul Khan\""}},
	{"sample", {"S", "S", "S"}},
	{"check", {"C", "C", "C"}},
	{"point", {"N", "N", "N"}},
	{"test", {"N", "N", "N"}},
	{"entry", {"N", "N", "N"}},
	{"parent", {"null", "null", "null"}},
	{"seen", {"null", "null", "N"}},
	{"new_point", {"{\"name\":\"School\",\"source_type\":\"protected_spring\"}",
			      "{\"name\":\"School\",\"source_type\":\"protected_spring\"}",
			      "{\"name\":\"Tap\",\"source_type\":\"protected_spring\",\"treated\":"
			      "false}"}},
	{"purpose", {"\"routine\"", "\"routine\"", "\"complaint\""}},
	{"activity", {"null", "\"sample\"", "\"replicate\""}},
	{"unit", {"\"ph-1\"", "null", "null"}},
	{"parameter", {"\"ph\"", "\"ecoli\"", "\"turbidity_ntu\""}},
	{"value", {"\"7.01\"", "\"<0.1\"", "\"11010\""}},
	{"method", {"\"tube\"", "\"cbt\"", "\"tube\""}},
	{"known", {"null", "null", "\"0.5\""}},
	{"mdl", {"null", "null", "\"0.05\""}},
	{"dilution", {"null", "null", "\"10\""}},
	{"lot", {"\"B7\"", "\"B8\"", "null"}},
	{"expires", {"null", "\"2027-03\"", "\"2020-01-31\""}},
	{"sure", {"true", "false", "null"}},
	{"hours", {"24", "18", "24"}},
	{"bag", {"null", "\"11010\"", "null"}},
	{"reason", {"\"dry\"", "\"dry\"", "\"the wrong kit\""}},
	{"what", {"\"came_in\"", "\"wrong_pin\"", "\"limits_signed\""}},
	{"about", {"\"Sana Bibi\"", "\"\"", "\"x; by=y\""}},
	{"note", {"\"viewer\"", "\"\"", "\"x\""}},
	{"count", {"1", "2", "1"}},
	{"stream", {"\"ledger\"", "\"readings\"", "\"ledger\""}},
	{"first", {"1", "2", "1"}},
	{"last", {"9", "null", "9"}},
	{"most", {"5", "1000", "5"}},
	{"format", {"\"csv\"", "\"lp\"", "\"csv\""}},
	{"lat", {"35.9", "34", "35.9"}},
	{"lon", {"74.3", "72", "74.3"}},
	{"error_m", {"50", "5000", "50"}},
	{"away_m", {"30", "0", "20000"}},
	{"name", {"\"ph-1\"", "\"bench\"", "\"ph-1\""}},
	{"line", {"\"bench\"", "\"bench\"", "\"bench\""}},
	{"seconds", {"0", "null", "0"}},
	{"time", {"\"2026-12-01 14:05 +05:00\"", "\"2026-12-01 09:05\"", "\"2026-12-01 09:05\""}},
	{"within_s", {"60", "3600", "60"}},
	{"store", {"null", "null", "\"province\""}},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static const char *const wrong[] = {"null", "true", "0", "-1", "1.5", "-0.0", "1e308",
	"9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e400", "NaN",
	"\"\"", "\"x\"", "\"%s%n\"", "\"a\\nb\"", "\"a\\u0000b\"", "\"\\ud800\"",
	"\"\\u202egnirts\"", "\"\\u001b[2J\"", "\"\xff\"", "\"; by=Sana Bibi; token=t-1\"",
	"\"\xd8\xa7\xd8\xb1\xd8\xaf\xd9\x88\"", "[]", "{}", "[[[[[[[[[[1]]]]]]]]]]", "{\"name\":1}",
	"\"nan\"", "\"1e999\"", "\"0x10\"", "\"<-1\"", "\"5..0.2\"", "\"1e-320\"",
	"\"not detected\"", "\"2026-02-30\"",
	"\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxx\""};
enum { WRONG = sizeof(wrong) / sizeof(wrong[0]) };

static size_t any(size_t n)
{
	return (size_t)random() % n;
}

/* Numbers that answers gave, the newest ones of each kind. */
static struct {
	char kind;
	const char *named;
	long long at[NEWEST];
	size_t n;
} numbers[] = {{.kind = 'S', .named = "\"sample\":"}, {.kind = 'C', .named = "\"check\":"},
	{.kind = 'N', .named = "\"number\":"}};
enum { KINDS = sizeof(numbers) / sizeof(numbers[0]) };

static long long number_of(char kind)
{
	size_t i, n;

	for (i = 0; i < KINDS; i++)
		if (numbers[i].kind == kind && numbers[i].n) {
			n = numbers[i].n < NEWEST ? numbers[i].n : NEWEST;
			return numbers[i].at[any(n)];
		}
	return 1;
}

/* Half of them are right but for chance: those go deep. */
static size_t put_question(char *room, size_t cap, const char *name, unsigned turn)
{
	struct text to = text_over(room, cap);
	size_t spoilt[3] = {any(2 * KEYS), any(8 * KEYS), any(8 * KEYS)}, i, k;

	text_printf(&to, "{\"ask\":\"%s\",\"token\":\"t-%u\"", name, any(20) ? turn : turn / 2);
	for (i = 0; i < KEYS; i++) {
		const char *value = keys[i].right[any(3)];
		bool is_bad = i == spoilt[0] || i == spoilt[1] || i == spoilt[2];

		if (is_bad && !any(4))
			continue;
		text_printf(&to, ",\"%s\":", keys[i].key);
		if (is_bad)
			text_put(&to, wrong[any(WRONG)]);
		else if (isupper((unsigned char)*value))
			text_printf(&to, "%lld", number_of(*value));
		else
			text_put(&to, value);
		if (is_bad && !any(8))
			text_printf(&to, ",\"%s\":1", keys[i].key);
	}
	text_put(&to, "}\n");
	assert_false(to.cut);
	for (k = any(20) ? 0 : 3; k; k--)
		room[any(to.len - 1)] = (char)any(256);
	return to.len;
}

/* --- and answered -------------------------------------------------------------------------------------- */

static size_t ask_raw(const char *question, size_t len)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "./control"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t have = 0;
	ssize_t n;

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, question, len, MSG_NOSIGNAL), (ssize_t)len);
	shutdown(fd, SHUT_WR);
	while ((n = recv(fd, answer + have, ANSWER - 1 - have, 0)) > 0)
		have += (size_t)n;
	close(fd);
	answer[have] = '\0';
	return have;
}

static void learn(const char *line)
{
	const char *at;
	size_t i, n;

	for (i = 0; i < KINDS; i++)
		for (at = line, n = 0; n < 2 && (at = strstr(at, numbers[i].named)); n++) {
			at += strlen(numbers[i].named);
			if (isdigit((unsigned char)*at))
				numbers[i].at[numbers[i].n++ % NEWEST] = strtoll(at, NULL, 10);
		}
}

/* Whole lines, each an object; of an export the last. */
static void check_answer(const char *question, size_t len, bool is_export)
{
	char *line, *end;
	json_t *one;

	if (!len || answer[len - 1] != '\n')
		fail_msg("%zu bytes of an answer to %s", len, question);
	for (line = answer; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		*end = '\0';
		one = json_loads(line, 0, NULL);
		if (!json_is_object(one) && !(is_export && end[1]))
			fail_msg("no JSON, \"%s\", to %s", line, question);
		json_decref(one);
	}
}

static void forget_ages(json_t *at)
{
	static const char *const aging[] = {"now_ms", "live", "analyzers", "left_s"};
	const char *key;
	json_t *one;
	size_t i;

	for (i = 0; i < 4; i++)
		json_object_del(at, aging[i]);
	json_object_foreach(at, key, one) forget_ages(one);
	json_array_foreach(at, i, one) forget_ages(one);
}

/* What is remembered, and the newest samples and checks as they stand, as text. */
static char *told(void)
{
	json_t *all = json_array();
	char *words;
	size_t i;

	json_array_append_new(all, ask("{'ask':'points'}"));
	json_array_append_new(all, ask("{'ask':'samples'}"));
	json_array_append_new(all, ask("{'ask':'checks'}"));
	for (i = 0; i < NEWEST; i++) {
		json_array_append_new(
			all, ask("{'ask':'sample-show','sample':%lld}", numbers[0].at[i]));
		json_array_append_new(
			all, ask("{'ask':'check-show','check':%lld}", numbers[1].at[i]));
	}
	forget_ages(all);
	words = json_dumps(all, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(all);
	return words;
}

static int look_on(void *ctx, const struct verify_file *file)
{
	(void)ctx;
	(void)file;
	return 0;
}

static int start_bench(void **state)
{
	int err = start(state);

	conf.lines = &bench;
	return err;
}

/* The analyzer is in the configuration, but nobody asks it: what it says is said here. */
static void say_ph(void)
{
	static const struct series acidity = {"ph-1", "ph", NUMBER_F32, 0};
	struct reading reading = {.series = 1, .value = 7.02, .qc = QC_PASS};
	struct exchange exchange = {.readings = &reading, .n = 1};
	int64_t now_ms = clock_boot_ms(&clock_system), ago_ms;

	field_learn(parts.field, &acidity, 1);
	for (ago_ms = 40000; ago_ms >= 0; ago_ms -= 1000) {
		exchange.boot_ms = now_ms - ago_ms;
		field_take(parts.field, &exchange);
	}
	conf.n_lines = 1;
}

static void whatever_is_asked_is_answered_and_kept_as_it_was(void **state)
{
	const char *said = getenv("SEED");
	unsigned seed = said ? (unsigned)strtoul(said, NULL, 10) : (unsigned)getpid(), i, n = 0;
	struct verify_result result;
	char question[8192], words[300], *before, *after;
	struct text why = text_over(words, sizeof(words));
	struct verify_ask verify = {.dir = "spool", .each = look_on};
	size_t len, taken_n = 0;

	(void)state;
	printf("SEED=%u\n", seed);
	srandom(seed);
	while (commands[n].name)
		n++;
	for (i = 0; i < QUESTIONS; i++) {
		const char *name = commands[any(n)].name;

		/* What ends a field test comes less often than what begins one, and what only shows too; watch has no end. */
		if ((strstr(name, "-end") || strstr(name, "-cancel")) && any(6))
			name = "sample-begin";
		if ((!strchr(name, '-') && any(2)) || !strcmp(name, "watch"))
			continue;
		if (i % 100 == 0)
			say_ph();
		len = put_question(question, sizeof(question), name, i);
		len = ask_raw(question, len);
		if (!strncmp(name, "sample-", 7) || !strncmp(name, "check-", 6))
			learn(answer);
		taken_n += strncmp(answer, "{\"error\"", 8) != 0;
		check_answer(question, len, !strcmp(name, "export"));
	}
	printf("%zu of %u were taken\n", taken_n, QUESTIONS);
	before = told();
	conf.n_lines = 0;
	restart();
	say_ph();
	after = told();
	for (len = 0; before[len] && before[len] == after[len]; len++)
		;
	if (before[len] || after[len])
		fail_msg("\"%.300s\" became \"%.300s\"", before + (len > 200 ? len - 200 : 0),
			after + (len > 200 ? len - 200 : 0));
	free(after);
	free(before);
	assert_int_equal(parts_stop(&parts), 0);
	assert_int_equal(spool_verify(&verify, &result, &why), 0);
	assert_int_equal(result.unsound + result.missing[STREAM_LEDGER], 0);
	conf.n_lines = 0;
	assert_int_equal(start_daemon(), 0);
}

static void who_asks_for_nothing_there_is_hears_all_there_is(void **state)
{
	static const char question[] = "{\"ask\":\"something else altogether\"}\n";
	size_t i;

	(void)state;
	check_answer(question, ask_raw(question, sizeof(question) - 1), false);
	for (i = 0; commands[i].name; i++)
		if (!strstr(answer, commands[i].name))
			fail_msg("no %s in %s", commands[i].name, answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			whatever_is_asked_is_answered_and_kept_as_it_was, start_bench, stop),
		cmocka_unit_test_setup_teardown(
			who_asks_for_nothing_there_is_hears_all_there_is, start_bench, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
