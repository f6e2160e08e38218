#include "model/lab_status.h"

#include <stddef.h>
#include <string.h>

#include "base/fields.h"

static const struct {
	const char *key;
	size_t at;
} numbers[] = {{"refused", offsetof(struct lab_status, refused)},
	{"aside", offsetof(struct lab_status, set_aside)},
	{"ok", offsetof(struct lab_status, units_ok)},
	{"sick", offsetof(struct lab_status, units_sick)},
	{"checked", offsetof(struct lab_status, checks_ok)},
	{"expired", offsetof(struct lab_status, checks_expired)},
	{"pos", offsetof(struct lab_status, pos)}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void lab_status_put(struct text *to, const struct lab_status *status)
{
	size_t i;

	int64_t number;

	for (i = 0; i < COUNT(numbers); i++) {
		memcpy(&number, (const char *)status + numbers[i].at, sizeof(number));
		if (number)
			fields_put_number(to, numbers[i].key, number);
	}
	if (status->fix_age_ms >= 0)
		fields_put_number(to, "fix", status->fix_age_ms);
}

struct lab_status lab_status_read(int64_t a, int64_t b, int64_t c, const char *words)
{
	struct lab_status status = {.backlog = a, .records = b, .oldest_s = c, .fix_age_ms = -1};
	int64_t number;
	size_t i;

	for (i = 0; i < COUNT(numbers); i++)
		if (fields_get_number(words, numbers[i].key, &number))
			memcpy((char *)&status + numbers[i].at, &number, sizeof(number));
	(void)fields_get_number(words, "fix", &status.fix_age_ms);
	return status;
}
