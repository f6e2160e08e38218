#include "sample/point.h"

#include <string.h>

#include "base/fields.h"
#include "sample/terms.h"

void point_put(struct text *to, const struct point *point)
{
	fields_put(to, "name", point->name);
	fields_put(to, "code", point->code);
	fields_put(to, "type", point->type);
	fields_put(to, "position", point->position);
	fields_put(to, "treated", point->treated);
}

bool point_read(struct point *point, uint64_t number, int64_t a, int64_t b, const char *words)
{
	*point = (struct point){.number = number,
		.has_at = (a || b) && a >= INT32_MIN && a <= INT32_MAX && b >= INT32_MIN &&
			  b <= INT32_MAX};
	if (point->has_at) {
		point->lat_e7 = (int32_t)a;
		point->lon_e7 = (int32_t)b;
	}
	(void)fields_get(words, "code", point->code, sizeof(point->code));
	(void)fields_get(words, "position", point->position, sizeof(point->position));
	(void)fields_get(words, "treated", point->treated, sizeof(point->treated));
	return fields_get(words, "name", point->name, sizeof(point->name)) &&
	       fields_get(words, "type", point->type, sizeof(point->type));
}

struct water_site site_of(const char *position, const char *treated)
{
	return (struct water_site){.treatment = !strcmp(treated, "yes")  ? TREATMENT_DONE
						: !strcmp(treated, "no") ? TREATMENT_NONE
									 : TREATMENT_UNKNOWN,
		.position = (enum water_position)term_number(TERM_POSITION, position)};
}
