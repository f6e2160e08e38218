/* Who is at the page: PINs, sessions, and the file that changes under them; on an injected clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/door.h"

/* libsodium's own, made to cost as little as it lets them: of the PINs that they are called by. */
#define HASH_402917                                         \
	"$argon2id$v=19$m=8,t=1,p=1$txb16Nj3272dQgHc0M13TQ" \
	"$Qy5Be4ymBZGvZZzOWKn89FneHmJ0KisqS7kKEyFgCIQ"
#define HASH_718293                                         \
	"$argon2id$v=19$m=8,t=1,p=1$ZjrciuR5V7jhm0dETK+BWA" \
	"$R8otqjtEHHJ/+4UCb1yhUWmNQavmoFR+R/6xyWXPX9k"

static int64_t now_ms;
static struct operators people;
static struct door *door;

static int64_t now_ns(void *ctx)
{
	(void)ctx;
	return now_ms * 1000000;
}

static const struct clock injected = {now_ns, now_ns, NULL};

static void write_file(void)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));

	if (operators_write(&people, "./operators", &why))
		fail_msg("%s", words);
}

static int set_up(void **state)
{
	const struct door_conf conf = {DOOR_PIN, "./operators", 30};

	(void)state;
	now_ms = 1000;
	people = (struct operators){.n = 2,
		.all = {{"Gul Khan", ROLE_TECHNICIAN, HASH_402917},
			{"Sana Bibi", ROLE_SUPERVISOR, HASH_718293}}};
	write_file();
	return door_make(&door, &conf, &injected);
}

static int tear_down(void **state)
{
	(void)state;
	door_free(door);
	return 0;
}

static unsigned enter(const char *name, const char *pin, char key[SESSION_KEY])
{
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	struct visitor who;
	unsigned wait_s, status = door_enter(door, name, pin, key, &who, &wait_s, &why);

	assert_int_equal(status != 0, why.len > 0);
	assert_int_equal(status == 429, wait_s > 0);
	assert_int_equal(status == 0, who.role != ROLE_NONE);
	return status;
}

static void is_here(const char *key, const char *name)
{
	assert_string_equal(door_visitor(door, key).name, name);
	assert_int_equal(door_visitor(door, key).role != ROLE_NONE, *name != '\0');
}

static void the_right_pin_begins_a_session_of_ones_own(void **state)
{
	char gul[SESSION_KEY], sana[SESSION_KEY], wrong[SESSION_KEY];

	(void)state;
	assert_int_equal(enter("Gul Khan", "402918", wrong), 401);
	assert_int_equal(enter("Gul Khan", "718293", wrong), 401);
	assert_int_equal(enter("Nobody", "402917", wrong), 401);
	assert_int_equal(enter("Gul Khan", "402917", gul), 0);
	assert_int_equal(enter("Sana Bibi", "718293", sana), 0);
	assert_int_equal(strlen(gul), 64);
	assert_string_not_equal(gul, sana);
	is_here(gul, "Gul Khan");
	is_here(sana, "Sana Bibi");
	assert_int_equal(door_visitor(door, sana).role, ROLE_SUPERVISOR);
	is_here(NULL, "");
	is_here("", "");
	memcpy(wrong, gul, sizeof(wrong));
	wrong[63] = (char)(wrong[63] == '0' ? '1' : '0');
	is_here(wrong, "");
	wrong[63] = '\0';
	is_here(wrong, "");
	door_leave(door, gul);
	is_here(gul, "");
	is_here(sana, "Sana Bibi");
}

static void a_session_ends_when_nobody_touches_the_page(void **state)
{
	char key[SESSION_KEY];

	(void)state;
	assert_int_equal(enter("Gul Khan", "402917", key), 0);
	now_ms += 30 * 60000 - 1;
	is_here(key, "Gul Khan"); /* only looking is no touch */
	door_touch(door, key);
	now_ms += 30 * 60000 - 1;
	is_here(key, "Gul Khan");
	now_ms += 1;
	is_here(key, "");
	door_touch(door, key);
	is_here(key, "");
}

static void a_changed_line_ends_that_operators_sessions(void **state)
{
	char gul[SESSION_KEY], sana[SESSION_KEY];

	(void)state;
	assert_int_equal(enter("Gul Khan", "402917", gul), 0);
	assert_int_equal(enter("Sana Bibi", "718293", sana), 0);
	people.all[1].role = ROLE_VIEWER;
	write_file();
	is_here(gul, "Gul Khan");
	is_here(sana, "");
	assert_int_equal(pin_hash(people.all[0].hash, "402917"), 0); /* the same PIN, given anew */
	write_file();
	is_here(gul, "");
	assert_int_equal(enter("Gul Khan", "402917", gul), 0);
	assert_true(operators_remove(&people, "Gul Khan"));
	write_file();
	is_here(gul, "");
	assert_int_equal(enter("Gul Khan", "402917", gul), 401);
}

static void without_the_file_nobody_comes_in_or_stays(void **state)
{
	char key[SESSION_KEY], other[SESSION_KEY];

	(void)state;
	assert_int_equal(enter("Gul Khan", "402917", key), 0);
	unlink("./operators");
	is_here(key, "");
	assert_int_equal(enter("Gul Khan", "402917", other), 503);
	write_file();
	is_here(key, ""); /* what ended does not come back */
	assert_int_equal(enter("Gul Khan", "402917", other), 0);
}

static void wrong_pins_are_not_even_looked_at_after_some(void **state)
{
	char key[SESSION_KEY];
	unsigned i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_equal(enter("Gul Khan", "000001", key), 401);
	assert_int_equal(enter("Gul Khan", "402917", key), 429);
	assert_int_equal(enter("Sana Bibi", "718293", key), 0);
	now_ms += 30000;
	assert_int_equal(enter("Gul Khan", "402917", key), 0);
	assert_int_equal(enter("Gul Khan", "000001", key), 401); /* forgotten: five again */
	assert_int_equal(enter("Gul Khan", "402917", key), 0);
}

static void one_session_too_many_ends_the_longest_untouched(void **state)
{
	char first[SESSION_KEY], second[SESSION_KEY], key[SESSION_KEY];
	unsigned i;

	(void)state;
	assert_int_equal(enter("Gul Khan", "402917", first), 0);
	now_ms += 1;
	assert_int_equal(enter("Gul Khan", "402917", second), 0);
	for (i = 2; i < MOST_SESSIONS; i++) {
		now_ms += 15000;
		assert_int_equal(enter("Gul Khan", "402917", key), 0);
	}
	door_touch(door, first);
	is_here(second, "Gul Khan");
	now_ms += 15000;
	assert_int_equal(enter("Sana Bibi", "718293", key), 0);
	is_here(first, "Gul Khan");
	is_here(second, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_right_pin_begins_a_session_of_ones_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_session_ends_when_nobody_touches_the_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_changed_line_ends_that_operators_sessions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_the_file_nobody_comes_in_or_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			wrong_pins_are_not_even_looked_at_after_some, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_session_too_many_ends_the_longest_untouched, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
