#include "served.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"

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
	fputs("wall_ns,boot_ns,line,unit,function,address,parameter,value,outcome\n", served->file);
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

void served_put_value(struct text *to, const struct profile_field *field, double value)
{
	char digits[NUMBER_TEXT];

	if (!isfinite(value))
		return;
	switch (field->kind) {
	case NUMBER_F32:
		number_put_f32(digits, value);
		break;
	case NUMBER_F64:
		number_put_f64(digits, value);
		break;
	case NUMBER_DECIMAL:
		number_put_decimal(digits, value, field->decimals);
		break;
	}
	text_put(to, digits);
}

void served_put(struct served *served, const char *line, const struct lab_answer *answer,
	enum fault_kind outcome)
{
	int64_t boot_ns = clock_boot_ns(&clock_system), wall_ns;
	unsigned i;

	if (!served->file || !answer->unit)
		return;
	wall_ns = clock_system.wall_ns(NULL);
	pthread_mutex_lock(&served->lock);
	for (i = 0; i < answer->n_served || !i; i++) {
		const struct lab_served *one = i < answer->n_served ? &answer->served[i] : NULL;
		char room[64];
		struct text value = text_over(room, sizeof(room));
		enum fault_kind said = outcome;

		if (one)
			served_put_value(&value, one->field, one->value);
		if (one && said == FAULT_OK)
			said = one->outcome;
		fprintf(served->file, "%" PRId64 ",%" PRId64 ",%s,%s,%u,%u,%s,%s,%s\n", wall_ns,
			boot_ns, line, answer->unit->conf->name, answer->function,
			one ? one->field->at.address : answer->start,
			one ? one->field->parameter : "", room, fault_words[said].name);
	}
	fflush(served->file);
	pthread_mutex_unlock(&served->lock);
}
