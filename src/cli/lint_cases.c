/* The cases of a driver under `waterlab lint`. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/replay.h"
#include "cli/cli.h"
#include "cli/lint.h"

/* --- as written ------------------------------------------------------------------------------------- */

/* What is left of a text, a line at a time. */
struct lines {
	const char *at, *end;
};

static size_t line_length(const struct lines *lines)
{
	const char *stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));

	return (size_t)((stop ? stop : lines->end) - lines->at);
}

static void next_line(struct lines *lines)
{
	lines->at += line_length(lines);
	lines->at += lines->at < lines->end;
}

static bool is_outcome(const struct lines *lines)
{
	return lines->at < lines->end && strchr("=?!", *lines->at);
}

static bool same_line(const struct lines *a, const struct lines *b)
{
	size_t n = line_length(a);

	return n == line_length(b) && !memcmp(a->at, b->at, n);
}

/* Whether what was said instead of a line is written behind it: then that line itself came to nothing. */
static bool comes_later(struct lines written, const struct lines *said)
{
	for (next_line(&written); is_outcome(&written); next_line(&written))
		if (same_line(&written, said))
			return true;
	return false;
}

/* In words how the two differ, from their first line that does. */
static void say_difference(
	struct lint *lint, const char *place, const struct lines *written, const struct lines *said)
{
	int n = (int)line_length(written), n_said = (int)line_length(said);

	if (written->at == written->end && said->at == said->end)
		lint_wrong(lint, place, "wants a line's end");
	else if (written->at == written->end)
		lint_wrong(lint, place, "ends; comes out with \"%.*s\"", n_said, said->at);
	else if (said->at == said->end ||
		 (is_outcome(written) && (!is_outcome(said) || comes_later(*written, said))))
		lint_wrong(lint, place, "written \"%.*s\", comes out as nothing", n, written->at);
	else if (is_outcome(said) && !is_outcome(written))
		lint_wrong(lint, place, "lacks \"%.*s\" before it", n_said, said->at);
	else
		lint_wrong(lint, place, "written \"%.*s\", comes out as \"%.*s\"", n, written->at,
			n_said, said->at);
}

/* The first line that comes out otherwise than it is written; false: none. */
static bool differs(struct lint *lint, const char *where, const char *written, size_t n_written,
	const char *said, size_t n_said)
{
	struct lines w = {written, written + n_written}, s = {said, said + n_said};
	char place[LINT_PATH + 16];
	unsigned line = 1;

	if (n_written == n_said && !memcmp(written, said, n_said))
		return false;
	for (; w.at < w.end && s.at < s.end && same_line(&w, &s); line++) {
		next_line(&w);
		next_line(&s);
	}
	snprintf(place, sizeof(place), "%s:%u", where, line);
	say_difference(lint, place, &w, &s);
	return true;
}

/* --- each case -------------------------------------------------------------------------------------- */

/* A unit's number as a line may have it: 1 to 247 on a serial one, 0 to 255 on a network. */
static bool is_address(const char *word)
{
	size_t n = strspn(word, "0123456789");

	return !word[n] && n <= 3 && strtoul(word, NULL, 10) <= 255;
}

static void check_keys(struct lint *lint, const char *where, const struct trace_text *trace)
{
	if (strcmp(trace->driver, lint->name) != 0)
		lint_wrong(lint, where, "says \"driver: %s\"; it is a case of %s", trace->driver,
			lint->name);
	if (!trace->has_source)
		lint_wrong(lint, where,
			"does not say \"source: ...\": recorded, or a manual's page, or "
			"made");
	if (!is_address(trace->address))
		lint_wrong(lint, where,
			"says \"address: %s\"; a unit's number is 1 to 247, on a network 0 to 255",
			trace->address);
	lint->recorded |= trace->recorded;
}

/* Marks the values that have a line; false: there is no outcome of any kind. */
static bool look_at_outcomes(
	struct lint *lint, const struct profile *profile, const char *said, size_t n)
{
	struct lines lines = {said, said + n};
	bool any = false;
	unsigned i;

	for (; lines.at < lines.end; next_line(&lines)) {
		any |= is_outcome(&lines);
		for (i = 0; i < profile->n_fields && *lines.at == '='; i++) {
			size_t k = strlen(profile->fields[i].parameter);

			lint->shown[i] |= line_length(&lines) > k + 2 && lines.at[k + 2] == ' ' &&
					  !memcmp(lines.at + 2, profile->fields[i].parameter, k);
		}
	}
	return any;
}

static void check_outcomes(struct lint *lint, const struct profile *profile, const char *where,
	const char *text, size_t len, const char *said, size_t n)
{
	bool any = look_at_outcomes(lint, profile, said, n);
	const char *puts = strstr(said, "! the driver puts");

	if (differs(lint, where, text, len, said, n))
		return;
	if (puts)
		lint_wrong(lint, where, "%.*s", (int)strcspn(puts, "\n"), puts);
	else if (!any)
		lint_wrong(lint, where,
			"shows nothing: the driver makes no line with =, ? or ! of it, so it "
			"proves "
			"nothing");
}

static void check_case(struct lint *lint, const struct profile *profile, const char *file)
{
	char path[3 * LINT_PATH], where[LINT_PATH], words[400], *text, *said = NULL;
	struct text why = text_over(words, sizeof(words));
	struct trace_text trace;
	size_t len, n = 0;
	FILE *to;

	snprintf(where, sizeof(where), "/cases/%s", file);
	snprintf(path, sizeof(path), "%s/%s%s", lint->folder, lint->name, where);
	text = cli_read_whole(path, &len);
	if (!text || trace_text_read(&trace, path, text, len, &why)) {
		lint->mistakes++;
		lint->unread = true;
		if (text)
			puts(words);
		free(text);
		return;
	}
	check_keys(lint, where, &trace);
	trace_text_free(&trace);
	to = open_memstream(&said, &n);
	if (!to || replay(profile, path, text, len, to, &why) || fclose(to))
		lint_wrong(lint, where, "%s", words);
	else
		check_outcomes(lint, profile, where, text, len, said, n);
	free(said);
	free(text);
}

void lint_cases(struct lint *lint, const struct profile *profile)
{
	char path[2 * LINT_PATH];
	struct dirent **files;
	int n, i;

	snprintf(path, sizeof(path), "%s/%s/cases", lint->folder, lint->name);
	n = scandir(path, &files, NULL, alphasort);
	for (i = 0; i < n; i++) {
		size_t len = strlen(files[i]->d_name);

		if (len > 6 && !strcmp(files[i]->d_name + len - 6, ".trace")) {
			lint->cases++;
			check_case(lint, profile, files[i]->d_name);
		}
		free(files[i]);
	}
	if (n >= 0)
		free(files);
	if (!lint->cases)
		lint_wrong(lint, "/cases",
			"holds no NAME.trace; a case shows what the driver makes of an "
			"answer");
}
