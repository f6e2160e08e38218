/* command.h - the command run inside the test, against a daemon made of the control server. */
#ifndef TESTS_CLI_COMMAND_H
#define TESTS_CLI_COMMAND_H

#include <fcntl.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "cli/view.h"
#include "control/control.h"

static struct control *control;
static char out[64 * 1024], err[8 * 1024];

/* What the test's daemon answers; main() says it. */
static const struct control_command *answers;

__attribute__((unused)) static int start(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	return control_start(&control, "./control", answers, NULL, &why);
}

__attribute__((unused)) static int stop(void **state)
{
	(void)state;
	control_stop(control);
	control = NULL;
	return 0;
}

/* --- running the command ---------------------------------------------------------------------------- */

__attribute__((unused)) static void read_back(const char *name, char *to, size_t room)
{
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, to, room - 1);

	assert_true(n >= 0);
	to[n] = '\0';
	close(fd);
}

__attribute__((unused)) static int redirect(int fd, const char *name)
{
	int kept = dup(fd), file = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	assert_true(file >= 0 && dup2(file, fd) == fd);
	close(file);
	return kept;
}

/* The words of `line`, as a shell would split them; leaves what was said in out and err. */
__attribute__((unused)) static int waterlab(const char *line)
{
	char words[512];
	char *argv[32] = {words};
	int argc = 0, kept[2], end;
	char *word;

	snprintf(words, sizeof(words), "waterlab%s%s", *line ? " " : "", line);
	for (word = words; word; argv[argc++] = strsep(&word, " "))
		assert_true(argc < 31);
	argv[argc] = NULL;
	fflush(stdout);
	kept[0] = redirect(1, "out");
	kept[1] = redirect(2, "err");
	optind = 0;
	end = cli_run(argc, argv);
	fflush(stdout);
	dup2(kept[0], 1);
	dup2(kept[1], 2);
	close(kept[0]);
	close(kept[1]);
	read_back("out", out, sizeof(out));
	read_back("err", err, sizeof(err));
	return end;
}

__attribute__((unused)) static void says(const char *where, const char *words)
{
	if (!strstr(where, words))
		fail_msg("'%s' does not say '%s'", where, words);
}

#endif
