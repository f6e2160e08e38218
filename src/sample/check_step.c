#include "sample/check_step.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/fields.h"
#include "sample/tokens.h"

struct field {
	const char *key;
	size_t at, cap;
};

#define FIELD(key, member)                                                                         \
	{                                                                                          \
		key, offsetof(struct check_step, member), sizeof(((struct check_step *)0)->member) \
	}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Short keys: a record's words have 159 bytes. */
static const struct field fields[] = {FIELD("by", by), FIELD("t", token), FIELD("a", unit),
	FIELD("p", parameter), FIELD("lot", lot), FIELD("exp", expires), FIELD("v", value),
	FIELD("in", within), FIELD("rel", within_relative), FIELD("h", valid_h),
	FIELD("reason", reason)};

static void put_yes(struct text *to, const char *key, bool yes)
{
	if (yes)
		fields_put_number(to, key, 1);
}

void check_step_put(struct text *to, const struct check_step *step)
{
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		fields_put(to, fields[i].key, (const char *)step + fields[i].at);
	put_yes(to, "old", step->out_of_date);
	put_yes(to, "other", step->relabelled);
	put_yes(to, "moved", step->unsettled);
}

int64_t check_step_outcome(const struct check_step *step)
{
	return step->kind != CHECK_STEP_FINISH ? 0 : step->passed ? 1 : 2;
}

static bool is_number(const char *text)
{
	char *end;

	(void)strtod(text, &end);
	return *text && !*end;
}

static bool says_enough(const struct check_step *step)
{
	switch (step->kind) {
	case CHECK_STEP_BEGIN:
		return *step->unit && *step->parameter;
	case CHECK_STEP_STANDARD:
		return *step->lot && is_number(step->value);
	case CHECK_STEP_TAKE:
		return is_number(step->value);
	case CHECK_STEP_FINISH:
		return is_number(step->within) && is_number(step->within_relative) &&
		       is_number(step->valid_h);
	case CHECK_STEP_ADJUSTED:
	case CHECK_STEP_CANCEL:
		return true;
	}
	return false;
}

static bool is_yes(const char *words, const char *key)
{
	int64_t value;

	return fields_get_number(words, key, &value) && value == 1;
}

bool check_step_read(struct check_step *step, uint64_t number, int64_t a, int64_t b, int64_t c,
	const char *words)
{
	size_t i;

	*step = (struct check_step){.kind = (enum check_step_kind)c,
		.check = c == CHECK_STEP_BEGIN ? number : (uint64_t)a,
		.passed = c == CHECK_STEP_FINISH && b == 1,
		.out_of_date = is_yes(words, "old"),
		.relabelled = is_yes(words, "other"),
		.unsettled = is_yes(words, "moved")};
	for (i = 0; i < COUNT(fields); i++)
		(void)fields_get(words, fields[i].key, (char *)step + fields[i].at, fields[i].cap);
	return step->check > 0 && says_enough(step);
}

uint64_t check_step_question(const struct check_step *step)
{
	struct check_step asked = *step;
	char words[1024];
	struct text to = text_over(words, sizeof(words));

	*asked.token = '\0';
	if (step->kind == CHECK_STEP_BEGIN)
		asked.check = 0;
	if (step->kind == CHECK_STEP_TAKE || step->kind == CHECK_STEP_FINISH) {
		*asked.unit = *asked.parameter = *asked.value = '\0';
		*asked.within = *asked.within_relative = *asked.valid_h = '\0';
	}
	asked.out_of_date = asked.relabelled = asked.unsettled = false;
	fields_put_number(&to, "kind", asked.kind);
	fields_put_number(&to, "check", (int64_t)asked.check);
	check_step_put(&to, &asked);
	return tokens_question(&to);
}
