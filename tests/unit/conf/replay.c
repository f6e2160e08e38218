/* Frames from manuals and recordings through their profiles: see tests/replay/README.md. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crc.h"
#include "bus/decode.h"
#include "conf/conf.h"

enum { COLUMNS = 7, FRAME = 256 };

static const char *tree(void)
{
	const char *top = getenv("WATERLAB_SOURCE");

	if (!top)
		fail_msg("WATERLAB_SOURCE is not set: it names the top of the tree "
			 "(tests/run-unit)");
	return top;
}

static size_t bytes_of(const char *hex, uint8_t *to)
{
	size_t n = 0;
	char *end;

	while (*hex && n < FRAME) {
		to[n++] = (uint8_t)strtoul(hex, &end, 16);
		assert_true(end > hex);
		hex = end;
	}
	return n;
}

static bool sums_up(const uint8_t *frame, size_t n)
{
	return n > 4 && crc_modbus(frame, n - 2) == (uint16_t)(frame[n - 2] | frame[n - 1] << 8);
}

static struct profile_field field_of(const char *name, const char *parameter, uint16_t start)
{
	struct profile_field field = {
		.at = {.function = 3, .address = start, .registers = 2, .type = TYPE_F32},
		.scale = 1};
	char path[1024], words[1024];
	struct text errors = text_over(words, sizeof(words));
	struct profile *profile;
	unsigned i;

	if (!*name)
		return field;
	snprintf(path, sizeof(path), "%s/drivers/%s/profile.conf", tree(), name);
	if (conf_read_profile(&profile, path, &errors))
		fail_msg("%s", words);
	for (i = 0; i < profile->n_fields && strcmp(profile->fields[i].parameter, parameter); i++)
		;
	if (i == profile->n_fields)
		fail_msg("%s does not measure %s", name, parameter);
	field = profile->fields[i];
	free(profile);
	return field;
}

static void check(char *column[COLUMNS], unsigned line)
{
	uint8_t ask[FRAME], reply[FRAME];
	size_t n_ask = bytes_of(column[1], ask), n = bytes_of(column[2], reply);
	uint16_t start = (uint16_t)(ask[2] << 8 | ask[3]), count = (uint16_t)(ask[4] << 8 | ask[5]);
	struct profile_field field = field_of(column[0], column[4], start);
	double printed = strtod(column[5], NULL), step = 1;
	const char *point = strchr(column[5], '.');
	struct value_bytes bytes;
	struct decoded decoded;

	assert_true(n_ask == 8 && sums_up(ask, n_ask));
	if (sums_up(reply, n) != !strcmp(column[3], "good"))
		fail_msg("line %u: the reply's checksum is not %s", line, column[3]);
	assert_int_equal(reply[0], ask[0]);
	assert_int_equal(reply[1], ask[1]);
	assert_int_equal(reply[2], 2 * count);
	assert_int_equal(n, 5 + 2 * count);
	assert_int_equal(decode_take(&field.at, reply + 1, n - 3, start, &bytes), 0);
	decode_field(&field, &bytes, &decoded);
	for (point = point ? point + 1 : ""; *point; point++)
		step /= 10;
	if (decoded.flags || fabs(decoded.value - printed) > step / 2 * 1.001)
		fail_msg("line %u: decoded %.9g, printed %s", line, decoded.value, column[5]);
}

static void printed_frames_decode_to_the_printed_values(void **state)
{
	char path[512], words[1024], *column[COLUMNS], *p;
	unsigned line = 1, n;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/replay/frames.csv", tree());
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(words, sizeof(words), f));
	while (fgets(words, sizeof(words), f)) {
		line++;
		words[strcspn(words, "\n")] = '\0';
		for (p = words, n = 0; n < COLUMNS; n++) {
			column[n] = p;
			p += strcspn(p, n + 1 < COLUMNS ? "," : "");
			if (*p)
				*p++ = '\0';
		}
		assert_true(*column[COLUMNS - 1]);
		check(column, line);
	}
	fclose(f);
	assert_true(line > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printed_frames_decode_to_the_printed_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
