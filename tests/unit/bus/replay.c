/*
 * What a trace shows of a driver that reads files, and of one that tells: each line whole, and what it tells; and of a
 * map of registers: what it asks for, and what state it knows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/codec.h"
#include "bus/replay.h"

/* The first letters of a line, one after the other, are what it says; the rest is told. */
static int decode(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const char *line = (const char *)rx, *rest = memchr(line, ' ', len);
	size_t n = rest ? (size_t)(rest - line) : len, i;

	(void)unit;
	for (i = 0; i < n; i++) {
		if (line[i] == 'v')
			wl_put(out, "ph", "[pH]", (double)len, 0, 0);
		else if (line[i] >= '0' && line[i] <= '6')
			wl_tell(out, (enum wl_about)(line[i] - '0'), rest ? rest + 1 : "",
				rest ? len - n - 1 : 0);
		else if (line[i] == 'g')
			return WL_GARBLED;
	}
	return WL_NEXT;
}

static int to_semicolon(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	const uint8_t *end = memchr(rx, ';', len);

	(void)unit;
	return end ? (int)(end - rx) + 1 : WL_MORE;
}

static const struct wl_exchange lines[] = {
	{.name = "line", .wire = WL_FILE, .decode = decode},
	{.name = NULL},
};
static const struct wl_exchange messages[] = {
	{.name = "message",
		.wire = WL_BYTES,
		.frame = to_semicolon,
		.decode = decode,
		.reply_ms = 1},
	{.name = NULL},
};
static const struct wl_driver filed = {
	.name = "d", .models = "m", .manual = "p1", .exchanges = lines};
static const struct wl_driver talker = {
	.name = "d", .models = "m", .manual = "p1", .exchanges = messages};

static char words[400];

static int play(const struct wl_driver *driver, const char *trace, char **said)
{
	static struct profile profile;
	struct text why = text_over(words, sizeof(words));
	size_t n = 0;
	FILE *to = open_memstream(said, &n);
	int err;

	assert_non_null(to);
	codec_profile(driver, &profile);
	err = replay(&profile, "t", trace, strlen(trace), to, &why);
	assert_int_equal(fclose(to), 0);
	return err;
}

/* It comes out as it is written here, with the outcomes and when they are not there yet. */
static void comes_out(const struct wl_driver *driver, const char *trace)
{
	char *said, *bare = strdup(trace), *from, *to, *stop;

	assert_int_equal(play(driver, trace, &said), 0);
	assert_string_equal(said, trace);
	free(said);
	for (from = to = bare; *from; from = stop) {
		stop = from + strcspn(from, "\n") + 1;
		if (strchr("=!?", *from))
			continue;
		memmove(to, from, (size_t)(stop - from));
		to += stop - from;
	}
	*to = '\0';
	assert_int_equal(play(driver, bare, &said), 0);
	assert_string_equal(said, trace);
	free(said);
	free(bare);
}

static void what_is_told_stands_behind_the_values(void **state)
{
	(void)state;
	comes_out(&filed, "driver: d\n"
			  "# nothing, a value alone, a telling alone\n"
			  "< \"none\"\n"
			  "< \"v\"\n"
			  "= ph 1 [pH]\n"
			  "< \"0 28-Nov-2026\"\n"
			  "= : date \"28-Nov-2026\"\n"
			  "< \"6543210v x\"\n"
			  "= ph 10 [pH]\n"
			  "= : date \"x\"\n"
			  "= : time \"x\"\n"
			  "= : sample \"x\"\n"
			  "= : probe \"x\"\n"
			  "= : operator \"x\"\n"
			  "= : check \"x\"\n"
			  "= : calibration \"x\"\n"
			  "# what is garbled tells nothing; what follows is a line again\n"
			  "< \"0vg x\"\n"
			  "! garbled\n"
			  "< \"2\"\n"
			  "= : sample \"\"\n"
			  "< \"22 x\"\n"
			  "= : sample \"x\"\n"
			  "! the driver puts sample twice in one record\n");
	comes_out(&talker, "driver: d\n"
			   "< \"0v 2026;g;\"\n"
			   "= ph 8 [pH]\n"
			   "= : date \"2026;\"\n");
}

/* Quotes within are marked, so that the line has one end; other bytes are UTF-8 already. */
static void what_is_told_is_one_line(void **state)
{
	(void)state;
	comes_out(&filed, "driver: d\n"
			  "< \"2 a \\\"b\\\" \\\\ \\t \\xC2\\xB5 \\xB5\"\n"
			  "= : sample \"a \\\"b\\\" \\\\ ? \xC2\xB5 ?\"\n");
}

/* All seven, as long as can be, of characters that are marked. */
static void no_line_is_lost_for_want_of_room(void **state)
{
	char trace[600] = "driver: d\n< \"0123456v ", *said;
	size_t n = strlen(trace), i, lines_said = 0;

	(void)state;
	for (i = 0; i < 100; i++)
		memcpy(trace + n + 2 * i, "\\\"", 2);
	memcpy(trace + n + 2 * i, "\"\n", 3);
	assert_int_equal(play(&filed, trace, &said), 0);
	for (i = 0; said[i]; i++)
		lines_said += said[i] == '\n';
	assert_int_equal(lines_said, 10);
	free(said);
}

static void a_line_has_512_bytes(void **state)
{
	char trace[600] = "driver: d\n< \"v ", *said;
	size_t n = strlen(trace);

	(void)state;
	memset(trace + n, 'x', 510);
	memcpy(trace + n + 510, "\"\n", 3);
	assert_int_equal(play(&filed, trace, &said), 0);
	assert_non_null(strstr(said, "\n= ph 512 [pH] range\n"));
	free(said);
	memcpy(trace + n + 510, "x\"\n", 4);
	assert_int_equal(play(&filed, trace, &said), ERR_CONF);
	assert_non_null(strstr(words, "at most 512"));
	free(said);
}

/* --- a map of registers ----------------------------------------------------------------------------- */

static struct profile_register holding(
	uint16_t address, uint16_t registers, enum register_type type)
{
	return (struct profile_register){3, address, registers, type, ORDER_ABCD, 0xFFFF};
}

/* pH in 10 and 11, its electrode's state in 20, a temperature in 21 without any. */
static void make_map(struct profile *map)
{
	*map = (struct profile){.name = "m", .n_fields = 2, .n_status = 1};
	map->fields[0] = (struct profile_field){
		.at = holding(10, 2, TYPE_F32), .parameter = "ph", .scale = 1, .kind = NUMBER_F32};
	map->fields[1] = (struct profile_field){.at = holding(21, 1, TYPE_U16),
		.parameter = "temperature",
		.scale = 1,
		.kind = NUMBER_DECIMAL};
	map->status[0] = (struct profile_status){.at = holding(20, 1, TYPE_U16),
		.mask = 1,
		.any = true,
		.effect = EFFECT_BAD,
		.only = "ph"};
}

static void map_says(const struct profile *map, const char *trace)
{
	struct text why = text_over(words, sizeof(words));
	char *said = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&said, &n);

	assert_non_null(to);
	assert_int_equal(replay(map, "t", trace, strlen(trace), to, &why), 0);
	assert_int_equal(fclose(to), 0);
	assert_string_equal(said, trace);
	free(said);
}

/* As with a wrong base: a sound answer to a read of other registers shows nothing of this driver. */
static void a_read_of_other_registers_is_not_asked(void **state)
{
	static struct profile map;

	(void)state;
	make_map(&map);
	map.n_status = 0;
	map_says(&map, "> 03 00 0C 00 02\n"
		       "< 03 04 40 E0 00 00\n"
		       "? not asked by the driver\n"
		       "> 04 00 0A 00 02\n"
		       "< 04 04 40 E0 00 00\n"
		       "? not asked by the driver\n"
		       "> 03 00 00 00 02\n"
		       "< 83 02\n"
		       "? not asked by the driver\n"
		       "> 03 00 0B 00 02\n"
		       "< 03 04 40 E0 00 00\n"
		       "? holds no value of the driver whole\n"
		       "> 03 00 09 00 03\n"
		       "< 03 06 00 00 40 E0 00 00\n"
		       "= ph 7 [pH]\n");
	map.has_identity = true;
	map.identity = holding(2, 1, TYPE_U16);
	map.identity_value = 5;
	map_says(&map, "> 03 00 02 00 01\n< 03 02 00 05\n");
}

/* As in unit_take_values(): what could not be read, or was not, is not known to be well. */
static void a_state_that_was_not_read_makes_its_values_suspect(void **state)
{
	static struct profile map;

	(void)state;
	make_map(&map);
	map_says(&map, "> 03 00 0A 00 02\n"
		       "< 03 04 40 E0 00 00\n"
		       "= ph 7 [pH] status\n"
		       "> 03 00 15 00 01\n"
		       "< 03 02 00 19\n"
		       "= temperature 25 Cel\n"
		       "# read, and well\n"
		       "> 03 00 14 00 01\n"
		       "< 03 02 00 00\n"
		       "> 03 00 0A 00 02\n"
		       "< 03 04 40 E0 00 00\n"
		       "= ph 7 [pH]\n"
		       "# asked for, and not had\n"
		       "> 03 00 14 00 01\n"
		       "< 83 04\n"
		       "! exception 4\n"
		       "> 03 00 0A 00 02\n"
		       "< 03 04 40 E0 00 00\n"
		       "= ph 7 [pH] status\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_stands_behind_the_values),
		cmocka_unit_test(what_is_told_is_one_line),
		cmocka_unit_test(no_line_is_lost_for_want_of_room),
		cmocka_unit_test(a_line_has_512_bytes),
		cmocka_unit_test(a_read_of_other_registers_is_not_asked),
		cmocka_unit_test(a_state_that_was_not_read_makes_its_values_suspect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
