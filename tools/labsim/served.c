#include "served.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "model/flags.h"

struct served {
	pthread_mutex_t lock;
	FILE *file;
};

struct served *served_open(const char *path, struct text *why)
{
	struct served *served = calloc(1, sizeof(*served));

	if (!served) {
		text_put(why, "out of memory");
		return NULL;
	}
	pthread_mutex_init(&served->lock, NULL);
	if (!path)
		return served;
	served->file = fopen(path, "we");
	if (!served->file) {
		text_printf(why, "%s: %s", path, strerror(errno));
		served_close(served);
		return NULL;
	}
	fputs("wall_ns,boot_ns,line,unit,function,address,parameter,value,outcome,flags\n",
		served->file);
	fflush(served->file);
	return served;
}

void served_close(struct served *served)
{
	if (!served)
		return;
	if (served->file)
		fclose(served->file);
	pthread_mutex_destroy(&served->lock);
	free(served);
}

static void put_value(struct text *to, enum number_kind kind, unsigned decimals, double value)
{
	char digits[NUMBER_TEXT];

	if (!isfinite(value))
		return;
	switch (kind) {
	case NUMBER_F32:
		number_put_f32(digits, value);
		break;
	case NUMBER_F64:
		number_put_f64(digits, value);
		break;
	case NUMBER_DECIMAL:
		number_put_decimal(digits, value, decimals);
		break;
	}
	text_put(to, digits);
}

struct row {
	const char *line;
	const struct lab_answer *answer;
	int64_t wall_ns, boot_ns;
};

static void put_row(FILE *to, const struct row *row, unsigned address, const char *parameter,
	const char *value, enum fault_kind outcome, uint16_t flags)
{
	const char *gap = "";
	unsigned bit;

	fprintf(to, "%" PRId64 ",%" PRId64 ",%s,%s,%u,%u,%s,%s,%s,", row->wall_ns, row->boot_ns,
		row->line, row->answer->unit->conf->name, row->answer->function, address, parameter,
		value, fault_words[outcome].name);
	for (bit = 0; flags >> bit; bit++)
		if (flags >> bit & 1 && flag_word(bit)) {
			fprintf(to, "%s%s", gap, flag_word(bit));
			gap = "|";
		}
	fputc('\n', to);
}

void served_put(struct served *served, const char *line, const struct lab_answer *answer,
	enum fault_kind outcome)
{
	struct row row = {line, answer, 0, clock_boot_ns(&clock_system)};
	unsigned i;

	if (!served->file || !answer->unit)
		return;
	row.wall_ns = clock_system.wall_ns(NULL);
	pthread_mutex_lock(&served->lock);
	for (i = 0; i < answer->n_served; i++) {
		const struct lab_served *one = &answer->served[i];
		char room[64] = "";
		struct text value = text_over(room, sizeof(room));

		put_value(&value, one->field->kind, one->field->decimals, one->value);
		put_row(served->file, &row, one->field->at.address, one->field->parameter, room,
			outcome == FAULT_OK ? one->outcome : outcome, 0);
	}
	for (i = 0; i < answer->put.n; i++) {
		const struct codec_value *one = &answer->put.values[i];
		char room[64] = "";
		struct text value = text_over(room, sizeof(room));

		put_value(&value, one->kind, one->decimals, one->value);
		put_row(served->file, &row, answer->start, one->parameter, room, outcome,
			one->flags);
	}
	if (!answer->n_served && !answer->put.n)
		put_row(served->file, &row, answer->start, "", "", outcome, 0);
	fflush(served->file);
	pthread_mutex_unlock(&served->lock);
}
