/*
 * A card that was copied: two vans with one lab name, the same analyzers and the same spool up to the copy.  Then both
 * give the same numbers to other readings of the same moments.  Nothing of one may take the place of the other's.
 */
#include "fixture.h"
#include "spool/internal.h"

enum { COMMON = 200, APART = 100 };

struct found {
	uint64_t lines, points; /* as they came; different series and moments */
	uint64_t common, of[2]; /* different points with that van's values */
};

static void add_of(struct spool *to, const uint32_t numbers[PER_EXCHANGE], double value, uint64_t n)
{
	struct reading readings[PER_EXCHANGE];
	struct exchange exchange = {.raw = (const uint8_t *)"\x03",
		.raw_len = 1,
		.readings = readings,
		.n = PER_EXCHANGE,
		.boot_ms = rows_boot_ms};
	struct spool_counts counts;
	uint64_t i, p, before;

	spool_count(to, &counts);
	before = counts.saved;
	for (i = 0; i < n; i += PER_EXCHANGE) {
		for (p = 0; p < PER_EXCHANGE; p++)
			readings[p] = (struct reading){
				.series = numbers[p], .qc = QC_PASS, .value = value};
		exchange.boot_ms += SERIES_APART_MS;
		assert_int_equal(spool_add(to, &exchange), 0);
	}
	EVENTUALLY((spool_count(to, &counts), counts.saved == before + n));
}

/* A store keeps one point of a series and moment: the last one that came. */
static struct found read_points(const double values[2])
{
	static char kept[4 * (COMMON + 2 * APART)][400];
	FILE *file = fopen("store.lines", "r");
	struct found found = {0};
	char line[400], *key_end;
	uint64_t i;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "reading,", 8))
			continue;
		found.lines++;
		key_end = strchr(line, ' ');
		for (i = 0; i < found.points; i++)
			if (strncmp(kept[i], line, (size_t)(key_end - line) + 1) == 0 &&
				strcmp(strrchr(kept[i], ' '), strrchr(line, ' ')) == 0)
				break;
		assert_true(i < sizeof(kept) / sizeof(kept[0]));
		snprintf(kept[i], sizeof(kept[i]), "%s", line);
		found.points += i == found.points;
	}
	fclose(file);
	for (i = 0; i < found.points; i++) {
		double value = strtod(strstr(kept[i], "value=") + 6, NULL);

		found.of[0] += value == values[0];
		found.of[1] += value == values[1];
		found.common += value != values[0] && value != values[1];
	}
	return found;
}

static void nothing_takes_the_others_place(const char *copys_home, struct found *found)
{
	static const double values[2] = {1.5, 2.5};
	static const struct series series[PER_EXCHANGE] = {
		{"ph-1", "ph", NUMBER_F32, 0}, {"ph-1", "water_temperature", NUMBER_F32, 0}};
	struct spool_conf copy_conf = {.dir = "copy",
		.commit_ms = 100,
		.segment_readings = 20000,
		.pending_bytes = 12 << 20};
	char at[256];
	struct text why = text_over(at, sizeof(at));
	struct spool *copy;
	struct uplink *copys;
	uint32_t numbers[PER_EXCHANGE];
	unsigned store, i;

	fix_utc();
	add_of(spool, series_numbers, 7, COMMON);
	rows_boot_ms += COMMON * SERIES_APART_MS;
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	assert_int_equal(system("rm -rf copy && cp -R spool copy"), 0); /* while it runs */
	spool_tuning.home = copys_home;
	assert_int_equal(spool_open(&copy, &copy_conf, &clock_system, &why), 0);
	spool_tuning.home = NULL;
	for (i = 0; i < PER_EXCHANGE; i++)
		assert_int_equal(spool_add_series(copy, &series[i], &numbers[i]), 0);
	assert_int_equal(uplink_new(&copys, &conf, "van-1", copy, &clock_system, 2), 0);
	assert_int_equal(uplink_start(copys), 0);
	add_of(spool, series_numbers, values[0], APART);
	add_of(copy, numbers, values[1], APART);
	assert_int_equal(spool_add_store(copy, "store", &store), 0);
	EVENTUALLY(unsent_rows() == 0 && spool_waiting(copy, store, STREAM_READINGS) == 0);
	uplink_free(copys);
	*found = read_points(values);
	assert_int_equal(spool_close(copy), 0);
}

static void each_keeps_its_own(void **state)
{
	struct found found;

	(void)state;
	nothing_takes_the_others_place("00000000000000bb", &found);
	assert_int_equal(found.common, COMMON);
	assert_int_equal(found.of[0], APART);
	assert_int_equal(found.of[1], APART);
}

/* What the id is for: where nobody can tell the copy from the original, a store keeps the last that came. */
static void a_copy_on_the_same_card_and_machine_is_not_told_apart(void **state)
{
	struct found found;

	(void)state;
	nothing_takes_the_others_place(NULL, &found);
	assert_int_equal(found.of[0] + found.of[1], APART);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_keeps_its_own, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_copy_on_the_same_card_and_machine_is_not_told_apart, fixture_begin,
			fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
