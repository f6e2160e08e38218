#include "place/json_line.h"

#include <stddef.h>
#include <string.h>

/* Each skip_ returns what stands behind the thing, or NULL when there is no such thing. */

static const char *skip_string(const char *at, size_t longest)
{
	const char *begin = at + 1;

	if (*at != '"')
		return NULL;
	for (at++; *at != '"'; at++)
		if (*at < ' ' || *at > '~' || *at == '\\')
			return NULL;
	return (size_t)(at - begin) <= longest ? at + 1 : NULL;
}

static const char *skip_digits(const char *at)
{
	size_t n = strspn(at, "0123456789");

	return n ? at + n : NULL;
}

static const char *skip_number(const char *at)
{
	const char *begin = at;

	at += *at == '-';
	at = *at == '0' ? at + 1 : skip_digits(at);
	if (at && *at == '.')
		at = skip_digits(at + 1);
	if (at && (*at == 'e' || *at == 'E')) {
		at++;
		at = skip_digits(at + (*at == '-' || *at == '+'));
	}
	return at && at - begin <= JSON_LINE_NUMBER ? at : NULL;
}

/* "name":value, of a name that does not come again. */
static const char *skip_member(const char *at)
{
	const char *name = at;

	at = skip_string(at, JSON_LINE_NAME);
	if (!at || *at++ != ':' || memmem(at, strlen(at), name, (size_t)(at - name)))
		return NULL;
	return *at == '"' ? skip_string(at, JSON_LINE_STRING) : skip_number(at);
}

bool json_line_is_sound(const char *line)
{
	static const char class[] = "\"class\":";

	if (*line != '{' || strncmp(line + 1, class, sizeof(class) - 1) != 0)
		return false;
	do
		line = skip_member(line + 1);
	while (line && *line == ',');
	return line && line[0] == '}' && !line[1];
}
