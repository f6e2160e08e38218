#include "answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { FIRST_LINE = 64 * 1024, FIRST_PRINTS = 64 };

static bool fail(struct answer *answer, int err, const char *words)
{
	if (!answer->err) {
		answer->err = err;
		if (words && !answer->why->len)
			text_put(answer->why, words);
	}
	return false;
}

static bool take_line(struct answer *answer, const char *line, size_t len)
{
	int err;

	while (len && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	if (!len)
		return true;
	err = answer->take(answer, line, len);
	return err ? fail(answer, err, NULL) : true;
}

static size_t count_quotes(const char *at, size_t len)
{
	const char *end = at + len;
	size_t n = 0;

	while ((at = memchr(at, '"', (size_t)(end - at)))) {
		at++;
		n++;
	}
	return n;
}

static bool keep(struct answer *answer, const char *at, size_t len)
{
	size_t cap = answer->cap ? answer->cap : FIRST_LINE;
	char *grown;

	if (answer->len + len >= ANSWER_LINE)
		return fail(answer, ERR_FULL, "a line of the store's answer has no end");
	while (cap <= answer->len + len)
		cap *= 2;
	if (cap > answer->cap) {
		grown = realloc(answer->line, cap);
		if (!grown)
			return fail(
				answer, ERR_MEMORY, "there is not enough memory for the answer");
		answer->line = grown;
		answer->cap = cap;
	}
	memcpy(answer->line + answer->len, at, len);
	if (answer->is_csv)
		answer->quotes += count_quotes(at, len);
	answer->len += len;
	answer->line[answer->len] = '\0'; /* where a number ends that is the line's last */
	return true;
}

bool answer_bytes(void *ctx, const char *at, size_t len)
{
	struct answer *answer = ctx;
	const char *end;

	while (len && !answer->err) {
		end = memchr(at, '\n', len);
		if (!keep(answer, at, end ? (size_t)(end - at) : len))
			return false;
		if (!end)
			return true;
		len -= (size_t)(end - at) + 1;
		at = end + 1;
		if (answer->quotes % 2)
			(void)keep(answer, "\n", 1);
		else if (take_line(answer, answer->line, answer->len))
			answer->len = answer->quotes = 0;
	}
	return !answer->err;
}

int answer_damaged(struct answer *answer, const char *words)
{
	if (!answer->why->len)
		text_put(answer->why, words);
	return ERR_DAMAGED;
}

int answer_end(struct answer *answer)
{
	bool broken = answer->quotes % 2;

	if (!answer->err && answer->len && !broken)
		(void)take_line(answer, answer->line, answer->len);
	answer->len = answer->quotes = 0;
	if (!answer->err && (!answer->ended || broken))
		fail(answer, ERR_DAMAGED, "the store's answer ended early");
	return answer->err;
}

void answer_free(struct answer *answer)
{
	free(answer->line);
	free(answer->prints);
	free(answer->table);
	joins_free(&answer->joins);
	answer->line = NULL;
	answer->prints = NULL;
	answer->table = NULL;
	answer->len = answer->cap = answer->n_prints = answer->cap_prints = 0;
}

bool answer_may_ask(struct answer *answer, const char *lab, size_t len)
{
	bool may = lab && len <= ANSWER_LAB;
	uint32_t point;
	size_t i, n;

	for (i = 0; may && i < len; i += n) {
		n = utf8_at(lab + i, len - i, &point);
		may = n && (unsigned char)lab[i] >= ' ' && point != 0x7F && point != 0xFFFD;
	}
	answer->rows->n_unasked += !may;
	return may;
}

bool answer_is_moment(const json_t *number)
{
	return json_is_number(number) && fabs(json_number_value(number)) <= (double)WHOLE_MOST;
}

double answer_number(const char *at, const char **end)
{
	uint64_t whole = 0;
	double number;
	char *stop;
	int n;

	for (n = 0; n < 15 && at[n] >= '0' && at[n] <= '9'; n++)
		whole = whole * 10 + (uint64_t)(at[n] - '0');
	*end = at + n;
	if (n && !strchr("0123456789.eExX", at[n]))
		return (double)whole; /* as most are */
	number = strtod(at, &stop);
	*end = stop;
	return number;
}

uint64_t answer_count(double number)
{
	return number >= 0 && number <= (double)WHOLE_MOST ? (uint64_t)number : 0;
}

struct print *answer_print(struct answer *answer, const char *lab)
{
	size_t i, cap;
	struct print *grown;

	lab = names_keep(&answer->rows->names, lab);
	for (i = answer->n_prints; i-- > 0;)
		if (answer->prints[i].lab == lab)
			return &answer->prints[i];
	if (answer->n_prints == answer->cap_prints) {
		cap = answer->cap_prints ? answer->cap_prints * 2 : FIRST_PRINTS;
		grown = reallocarray(answer->prints, cap, sizeof(*grown));
		if (!grown)
			return NULL;
		answer->prints = grown;
		answer->cap_prints = cap;
	}
	answer->prints[answer->n_prints] = (struct print){.lab = lab};
	return &answer->prints[answer->n_prints++];
}
