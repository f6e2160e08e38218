/* The words of a question about a field test, taken or refused. */
#include "daemon/sample_question.h"

#include <ctype.h>
#include <string.h>

#include "base/name.h"
#include "base/utf8.h"

/* As a record holds it, and a store's tag, which may not end with a backslash: one line, without what controls a terminal or
 * turns the writing round. */
static bool can_be_stored(const char *s)
{
	uint32_t point;
	size_t n;

	for (; *s; s += n) {
		n = utf8_at(s, strnlen(s, 4), &point);
		if (!n || utf8_controls(point) || point == ';' || point == '\\')
			return false;
	}
	return true;
}

/* "strip " and "strip" are one method. */
static bool copy_trimmed(char *to, size_t cap, const char *text)
{
	size_t n;

	text += strspn(text, " ");
	for (n = strlen(text); n && text[n - 1] == ' ';)
		n--;
	if (n >= cap)
		return false;
	memcpy(to, text, n);
	to[n] = '\0';
	return true;
}

bool question_text(const json_t *request, const char *key, char *to, size_t cap,
	struct control_client *client, int *err)
{
	const json_t *word = json_object_get(request, key);
	const char *text = json_string_value(word);

	*err = 0;
	*to = '\0';
	if (!word || json_is_null(word))
		return true;
	if (text && can_be_stored(text) && copy_trimmed(to, cap, text))
		return true;
	*err = control_refuse(client,
		"\"%s\" is one line of plain text, at most %d bytes, without ';' and '\\'", key,
		(int)cap - 1);
	return false;
}

static bool has_letter(const char *s)
{
	while (*s && !isalpha((unsigned char)*s) && (unsigned char)*s < 0x80)
		s++;
	return *s != '\0';
}

static bool is_token(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-')
			return false;
	return true;
}

bool question_who(const json_t *request, char by[OPERATOR], char token[TOKEN],
	struct control_client *client, int *err)
{
	if (!question_text(request, "by", by, OPERATOR, client, err) ||
		!question_text(request, "token", token, TOKEN, client, err))
		return false;
	if (!text_is_words(by) || !has_letter(by))
		*err = control_refuse(
			client, "\"by\" is missing: who does it, at least three letters");
	else if (!name_is_plain(by))
		*err = control_refuse(client,
			"a name is in Latin letters or in Urdu ones, never in both: \"%s\" has "
			"others, "
			"that may only look like them",
			by);
	else if (!is_token(token))
		*err = control_refuse(client,
			"\"token\" is 1 to %d letters, digits or '-', another for each "
			"change",
			TOKEN - 1);
	else
		return true;
	return false;
}

bool question_asker(
	const json_t *request, struct step *step, struct control_client *client, int *err)
{
	return question_who(request, step->by, step->token, client, err);
}

bool question_number(const json_t *request, const char *key, uint64_t *to)
{
	const json_t *number = json_object_get(request, key);

	*to = (uint64_t)json_integer_value(number);
	return json_is_integer(number) && json_integer_value(number) >= 1;
}

bool question_sample(
	const json_t *request, struct step *step, struct control_client *client, int *err)
{
	if (question_number(request, "sample", &step->sample))
		return question_asker(request, step, client, err);
	*err = control_refuse(
		client, "\"sample\" is its number; `waterlab sample list` shows them");
	return false;
}
