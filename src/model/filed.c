#include "model/filed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "model/flags.h"

/* --- characters ----------------------------------------------------------------------------------- */

/* All of it or nothing, and behind a cut nothing more. */
static void put_whole(struct text *to, const char *s, size_t n)
{
	if (to->cut || n > to->cap - 1 - to->len)
		to->cut = true;
	else
		text_put_n(to, s, n);
}

static void put_plain(struct text *to, const char *s)
{
	put_whole(to, s, strlen(s));
}

/* `space` stands for a space, `most` is what it may take. */
static void put_text(struct text *to, const char *s, const char *space, size_t most)
{
	size_t begin = to->len, n;
	uint32_t point;

	for (; *s && !to->cut; s += n) {
		const char *put = s;

		n = utf8_at(s, strnlen(s, 4), &point);
		if (!n || utf8_controls(point))
			put = "?";
		else if (point == ';')
			put = ",";
		else if (point == ' ')
			put = space;
		n = n ? n : 1;
		if (to->len - begin + (put == s ? n : 1) > most)
			return;
		put_whole(to, put, put == s ? n : 1);
	}
}

/* --- writing -------------------------------------------------------------------------------------- */

static void put_token(struct text *to, const char *s, size_t cap)
{
	if (*s)
		put_text(to, s, "_", cap - 1);
	else
		put_plain(to, "-");
	put_plain(to, " ");
}

static void put_flags(struct text *to, uint16_t flags)
{
	unsigned bit;

	for (bit = 0; bit < 16; bit++) {
		if (!(flags >> bit & 1) || !flag_word(bit))
			continue;
		put_plain(to, " ");
		put_plain(to, flag_word(bit));
	}
}

static void put_part(struct text *to, const char *name, const char *s)
{
	if (!*s)
		return;
	put_plain(to, name);
	put_text(to, s, " ", SIZE_MAX);
}

void filed_put(struct text *to, const struct filed *filed)
{
	put_token(to, filed->analyzer, UNIT_NAME);
	put_token(to, filed->parameter, PARAMETER_CODE);
	/* A number that is cut is another number. */
	put_token(to, strlen(filed->number) < NUMBER_TEXT ? filed->number : "", NUMBER_TEXT);
	put_text(to, filed->unit, "_", SIZE_MAX);
	put_flags(to, filed->flags);
	put_part(to, "; sample ", filed->sample);
	put_part(to, "; probe ", filed->probe);
	put_part(to, "; by ", filed->by);
	put_part(to, "; as written: ", filed->written);
}

/* --- reading -------------------------------------------------------------------------------------- */

/* The next token, which a space ends; false when none does, or it does not fit.  "-" reads as "". */
static bool take(const char **words, char *to, size_t cap)
{
	size_t n = strcspn(*words, " ;");

	if (n == 0 || n >= cap || (*words)[n] != ' ')
		return false;
	memcpy(to, *words, n);
	to[n] = '\0';
	if (strcmp(to, "-") == 0)
		to[0] = '\0';
	*words += n + 1;
	return true;
}

static double number_of(const char *s)
{
	char *end = NULL;
	double value;

	/* strtod() also knows hexadecimal, infinity and NaN; the program sets no locale. */
	if (!*s || s[strspn(s, "0123456789.+-eE")])
		return (double)NAN;
	value = strtod(s, &end);
	return *end || !isfinite(value) ? (double)NAN : value;
}

static bool is_unit_of(const char *words, const char *code)
{
	const struct parameter *parameter = parameter_find(code);
	size_t n = strcspn(words, " ;");

	return parameter && strlen(parameter->unit) == n && memcmp(parameter->unit, words, n) == 0;
}

bool filed_read(const char *words, struct filed_head *head)
{
	char number[NUMBER_TEXT];

	*head = (struct filed_head){.value = (double)NAN};
	if (!take(&words, head->analyzer, sizeof(head->analyzer)) || !head->analyzer[0] ||
		!take(&words, head->parameter, sizeof(head->parameter)) ||
		!take(&words, number, sizeof(number)))
		return false;
	if (is_unit_of(words, head->parameter))
		head->value = number_of(number);
	return true;
}
