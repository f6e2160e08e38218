/* `waterlab lint`: whether a driver is whole and sound, and its cases come out as they are written. */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/codec.h"
#include "bus/replay.h"
#include "cli/cli.h"

enum { PATH = 1024 };

/* One driver under the glass. */
struct lint {
	char folder[PATH], name[PROFILE_NAME]; /* where it lies: FOLDER/NAME */
	const char *installed; /* it is the operator's own, before this folder; or NULL */
	unsigned mistakes, cases;
	bool recorded; /* one of its cases says that it was recorded */
};

__attribute__((format(printf, 3, 4))) static void wrong(
	struct lint *lint, const char *where, const char *fmt, ...)
{
	va_list args;

	lint->mistakes++;
	printf("%s/%s%s: ", lint->folder, lint->name, where);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

/* --- its profile ------------------------------------------------------------------------------------ */

/* What conf says comes a line a mistake. */
static void put_mistakes(struct lint *lint, const char *words)
{
	size_t n;

	for (; *words; words += n + (words[n] == '\n')) {
		n = strcspn(words, "\n");
		printf("%.*s\n", (int)n, words);
		lint->mistakes += !memmem(words, n, ": warning: ", 11);
	}
}

static struct profile *find(struct lint *lint)
{
	static char room[64 * 1024];
	struct text mistakes = text_over(room, sizeof(room));
	struct profile *profile = NULL;
	char path[2 * PATH];
	int err = lint->installed ? conf_find_own_driver(&profile, lint->installed, lint->folder,
					    lint->name, &mistakes)
				  : conf_find_driver(&profile, lint->folder, lint->name, &mistakes);

	snprintf(path, sizeof(path), "%s/%s/%s.c", lint->folder, lint->name, lint->name);
	if (err == ERR_ABSENT && !access(path, F_OK)) {
		wrong(lint, "",
			"is a driver in C that this program was built without; make builds "
			"it in");
		return NULL;
	}
	if (err && !mistakes.len)
		text_put(&mistakes, err_text(err));
	put_mistakes(lint, room);
	return err ? NULL : profile;
}

/* --- its README ------------------------------------------------------------------------------------- */

static void check_readme(struct lint *lint, const struct profile *profile)
{
	char path[2 * PATH], *words;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s/README.md", lint->folder, lint->name);
	if (access(path, F_OK)) {
		wrong(lint, "/README.md",
			"is missing; it says what the driver is from and what is "
			"not known");
		return;
	}
	words = cli_read_whole(path, &len);
	if (words && !memmem(words, len, "Source:", 7))
		wrong(lint, "/README.md",
			"names no source; it says \"Source: ...\", the manual and "
			"the page");
	if (words && memmem(words, len, "(not written yet)", 17))
		wrong(lint, "/README.md",
			"is not written yet: it is the skeleton's, of an instrument that does not "
			"exist");
	if (profile && !*profile->manual)
		wrong(lint, "", "its manual is empty; it names the edition and the page");
	free(words);
}

/* --- its cases -------------------------------------------------------------------------------------- */

static size_t line_length(const char *at, const char *end)
{
	const char *stop = memchr(at, '\n', (size_t)(end - at));

	return (size_t)((stop ? stop : end) - at);
}

/* The first line that comes out otherwise than it is written; false: none. */
static bool differs(struct lint *lint, const char *where, const char *written, size_t n_written,
	const char *said, size_t n_said)
{
	const char *w = written, *s = said, *w_end = written + n_written, *s_end = said + n_said;
	char place[PATH + 16];
	unsigned line = 1;

	if (n_written == n_said && !memcmp(written, said, n_said))
		return false;
	for (; w < w_end && s < s_end; line++) {
		size_t nw = line_length(w, w_end), ns = line_length(s, s_end);

		if (nw != ns || memcmp(w, s, nw) != 0)
			break;
		w += nw + (w + nw < w_end);
		s += ns + (s + ns < s_end);
	}
	snprintf(place, sizeof(place), "%s:%u", where, line);
	if (w < w_end && s < s_end)
		wrong(lint, place, "written \"%.*s\", comes out as \"%.*s\"",
			(int)line_length(w, w_end), w, (int)line_length(s, s_end), s);
	else if (w < w_end)
		wrong(lint, place, "written \"%.*s\", comes out without it",
			(int)line_length(w, w_end), w);
	else if (s < s_end)
		wrong(lint, place, "ends; comes out with \"%.*s\"", (int)line_length(s, s_end), s);
	else
		wrong(lint, place, "wants a line's end");
	return true;
}

static void check_keys(struct lint *lint, const char *where, const struct trace_text *trace)
{
	if (strcmp(trace->driver, lint->name) != 0)
		wrong(lint, where, "says \"driver: %s\"; it is a case of %s", trace->driver,
			lint->name);
	if (!trace->has_source)
		wrong(lint, where,
			"does not say \"source: ...\": recorded, or a manual's page, or "
			"made");
	lint->recorded |= trace->recorded;
}

static void check_case(struct lint *lint, const struct profile *profile, const char *file)
{
	char path[3 * PATH], where[PATH], words[400], *text, *said = NULL;
	struct text why = text_over(words, sizeof(words));
	struct trace_text trace;
	size_t len, n = 0;
	FILE *to;

	snprintf(where, sizeof(where), "/cases/%s", file);
	snprintf(path, sizeof(path), "%s/%s%s", lint->folder, lint->name, where);
	text = cli_read_whole(path, &len);
	if (!text || trace_text_read(&trace, path, text, len, &why)) {
		lint->mistakes++;
		if (text)
			puts(words);
		free(text);
		return;
	}
	check_keys(lint, where, &trace);
	trace_text_free(&trace);
	to = open_memstream(&said, &n);
	if (!to || replay(profile, path, text, len, to, &why) || fclose(to))
		wrong(lint, where, "%s", words);
	else if (!differs(lint, where, text, len, said, n) && strstr(said, "! the driver puts"))
		wrong(lint, where, "%.*s", (int)strcspn(strstr(said, "! the driver puts"), "\n"),
			strstr(said, "! the driver puts"));
	free(said);
	free(text);
}

static void check_cases(struct lint *lint, const struct profile *profile)
{
	char path[2 * PATH];
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
		wrong(lint, "/cases",
			"holds no NAME.trace; a case shows what the driver makes of an "
			"answer");
}

static void check_words(struct lint *lint, const struct wl_driver *driver)
{
	if (strlen(driver->models) >= PROFILE_TEXT)
		wrong(lint, "", "models: has %zu bytes; %d are the most", strlen(driver->models),
			PROFILE_TEXT - 1);
	if (strlen(driver->manual) >= sizeof(((struct profile *)NULL)->manual))
		wrong(lint, "", "manual: has %zu bytes; %zu are the most", strlen(driver->manual),
			sizeof(((struct profile *)NULL)->manual) - 1);
}

static void check_level(struct lint *lint, const struct profile *profile)
{
	if (profile->level != LEVEL_DOCUMENTED && !lint->recorded)
		wrong(lint, "",
			"level: is \"%s\", but no case was recorded; one says \"source: "
			"recorded ...\"",
			driver_level_word(profile->level));
}

/* --- the whole -------------------------------------------------------------------------------------- */

/* A name in one of the drivers' folders, or the path of a driver's own. */
static bool place(struct lint *lint, const struct cli_drivers *drivers, const char *word)
{
	char path[PATH], own[2 * PATH], *slash;
	size_t n = strlen(word);

	while (n > 1 && word[n - 1] == '/')
		n--;
	if (n >= sizeof(path))
		return false;
	memcpy(path, word, n);
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash) {
		snprintf(own, sizeof(own), "%s/%s/profile.conf", drivers->own, path);
		lint->installed = *drivers->own && !access(own, F_OK) ? drivers->installed : NULL;
		text_copy(lint->folder, sizeof(lint->folder),
			lint->installed ? drivers->own : drivers->installed);
		return text_copy(lint->name, sizeof(lint->name), path);
	}
	*slash = '\0';
	return text_copy(lint->folder, sizeof(lint->folder), *path ? path : "/") &&
	       text_copy(lint->name, sizeof(lint->name), slash + 1);
}

static unsigned lint_one(const struct cli_drivers *drivers, const char *word)
{
	struct lint lint = {.mistakes = 0};
	struct profile *profile;
	char path[2 * PATH];

	if (!place(&lint, drivers, word)) {
		printf("%s: is no driver's name; it has 1 to %d bytes\n", word, PROFILE_NAME - 1);
		return 1;
	}
	profile = find(&lint);
	snprintf(path, sizeof(path), "%s/%s", lint.folder, lint.name);
	if (profile || !access(path, F_OK))
		check_readme(&lint, profile);
	if (profile) {
		check_cases(&lint, profile);
		check_level(&lint, profile);
		if (profile->driver)
			check_words(&lint, profile->driver);
	}
	free(profile);
	return lint.mistakes;
}

int cli_lint(struct cli *cli)
{
	struct cli_drivers drivers;
	unsigned mistakes = 0;
	int i;

	cli_find_drivers(cli, &drivers);
	for (i = 0; i < cli->n_args; i++)
		mistakes += lint_one(&drivers, cli->args[i]);
	printf("%d driver%s, %u mistake%s\n", cli->n_args, cli->n_args == 1 ? "" : "s", mistakes,
		mistakes == 1 ? "" : "s");
	return mistakes ? CLI_FAILED : CLI_DONE;
}
