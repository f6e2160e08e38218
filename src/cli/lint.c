/* `waterlab lint`: whether a driver is whole and sound, and its cases come out as they are written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/codec.h"
#include "cli/cli.h"
#include "cli/lint.h"

__attribute__((format(printf, 4, 0))) static void say(
	const struct lint *lint, const char *where, const char *kind, const char *fmt, va_list args)
{
	printf("%s/%s%s: %s", lint->folder, lint->name, where, kind);
	vprintf(fmt, args);
	putchar('\n');
}

void lint_wrong(struct lint *lint, const char *where, const char *fmt, ...)
{
	va_list args;

	lint->mistakes++;
	va_start(args, fmt);
	say(lint, where, "", fmt, args);
	va_end(args);
}

void lint_warn(struct lint *lint, const char *where, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(lint, where, "warning: ", fmt, args);
	va_end(args);
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

static struct profile *find(const struct cli *cli, struct lint *lint, const char *word)
{
	static char room[64 * 1024];
	struct text mistakes = text_over(room, sizeof(room));
	struct profile *profile = NULL;
	char path[2 * LINT_PATH];
	int err = lint->installed ? conf_find_own_driver(&profile, lint->installed, lint->folder,
					    lint->name, &mistakes)
				  : conf_find_driver(&profile, lint->folder, lint->name, &mistakes);

	snprintf(path, sizeof(path), "%s/%s/%s.c", lint->folder, lint->name, lint->name);
	if (err == ERR_ABSENT && !access(path, F_OK)) {
		lint_wrong(lint, "",
			"is a driver in C that this program was built without; make builds "
			"it in");
		return NULL;
	}
	if (err && !mistakes.len)
		text_put(&mistakes, err_text(err));
	if (err == ERR_ABSENT)
		cli_put_where(cli, word, &mistakes);
	put_mistakes(lint, room);
	return err ? NULL : profile;
}

/* --- its README ------------------------------------------------------------------------------------- */

static void check_readme(struct lint *lint, const struct profile *profile)
{
	char path[2 * LINT_PATH], *words;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s/README.md", lint->folder, lint->name);
	if (access(path, F_OK)) {
		lint_wrong(lint, "/README.md",
			"is missing; it says what the driver is from and what is "
			"not known");
		return;
	}
	words = cli_read_whole(path, &len);
	if (words && !memmem(words, len, "Source:", 7))
		lint_wrong(lint, "/README.md",
			"names no source; it says \"Source: ...\", the manual and "
			"the page");
	if (words && memmem(words, len, "(not written yet)", 17))
		lint_wrong(lint, "/README.md",
			"is not written yet: it is the skeleton's, of an instrument that does not "
			"exist");
	if (profile && !*profile->manual)
		lint_wrong(lint, "", "its manual is empty; it names the edition and the page");
	free(words);
}

/* --- the rest -------------------------------------------------------------------------------------- */

static void check_words(struct lint *lint, const struct wl_driver *driver)
{
	if (strlen(driver->models) >= PROFILE_TEXT)
		lint_wrong(lint, "", "models: has %zu bytes; %d are the most",
			strlen(driver->models), PROFILE_TEXT - 1);
	if (strlen(driver->manual) >= sizeof(((struct profile *)NULL)->manual))
		lint_wrong(lint, "", "manual: has %zu bytes; %zu are the most",
			strlen(driver->manual), sizeof(((struct profile *)NULL)->manual) - 1);
}

static void check_level(struct lint *lint, const struct profile *profile)
{
	if (profile->level != LEVEL_DOCUMENTED && !lint->recorded)
		lint_wrong(lint, "",
			"level: is \"%s\", but no case was recorded; one says \"source: "
			"recorded ...\"",
			driver_level_word(profile->level));
}

/* --- the whole -------------------------------------------------------------------------------------- */

/* A name in one of the drivers' folders, or the path of a driver's own. */
static bool place(struct lint *lint, const struct cli_drivers *drivers, const char *word)
{
	char path[LINT_PATH], own[2 * LINT_PATH], *slash;
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

/* A driver in C is in the program, wherever its README and cases are. */
static void say_no_folder(const struct cli *cli, struct lint *lint, const char *word)
{
	char room[200] = "";
	struct text where = text_over(room, sizeof(room));

	cli_put_where(cli, word, &where);
	lint_wrong(lint, "", "is not there, and its cases neither%s", room);
}

static unsigned lint_one(const struct cli *cli, const struct cli_drivers *drivers, const char *word)
{
	struct lint lint = {.mistakes = 0};
	struct profile *profile;
	char path[2 * LINT_PATH];

	if (!place(&lint, drivers, word)) {
		printf("%s: is no driver's name; it has 1 to %d bytes\n", word, PROFILE_NAME - 1);
		return 1;
	}
	profile = find(cli, &lint, word);
	snprintf(path, sizeof(path), "%s/%s", lint.folder, lint.name);
	if (!access(path, F_OK)) {
		check_readme(&lint, profile);
	} else if (profile) {
		say_no_folder(cli, &lint, word);
		free(profile);
		return lint.mistakes;
	}
	if (profile) {
		lint_cases(&lint, profile);
		if (!profile->driver)
			lint_map(&lint, profile);
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
		mistakes += lint_one(cli, &drivers, cli->args[i]);
	printf("%d driver%s, %u mistake%s\n", cli->n_args, cli->n_args == 1 ? "" : "s", mistakes,
		mistakes == 1 ? "" : "s");
	return mistakes ? CLI_FAILED : CLI_DONE;
}
