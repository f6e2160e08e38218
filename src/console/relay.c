#include "console/relay.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/control.h"

int relay_open(struct relay *relay, const char *socket)
{
	relay->socket = socket;
	return sem_init(&relay->free, 0, CONSOLE_ASKS) ? ERR_IO : 0;
}

void relay_close(struct relay *relay)
{
	sem_destroy(&relay->free);
}

char *relay_error(const char *words, bool away)
{
	json_t *error = json_pack("{s:s, s:b}", "error", words, "away", away);
	char *text = json_dumps(error, JSON_COMPACT);

	json_decref(error);
	return text;
}

static int keep_line(void *ctx, const char *line, size_t len)
{
	char **kept = ctx;

	/* One line is all the answer. */
	if (!*kept)
		*kept = strndup(line, len);
	return *kept ? 0 : ERR_MEMORY;
}

static bool says_no(const char *line)
{
	json_t *answer = json_loads(line, 0, NULL);
	bool no = json_is_string(json_object_get(answer, "error"));

	json_decref(answer);
	return no;
}

unsigned relay_ask(struct relay *relay, const json_t *question, char **body)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct timespec until;
	char *line = NULL;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CONSOLE_WAIT_S;
	if (sem_clockwait(&relay->free, CLOCK_MONOTONIC, &until)) {
		*body = relay_error("too many questions at once: try again", true);
		return 503;
	}
	err = control_ask(relay->socket, question, keep_line, &line, &why);
	sem_post(&relay->free);
	if (!err && line) {
		*body = line;
		return says_no(line) ? 409 : 200;
	}
	free(line);
	if (err == ERR_RANGE) {
		*body = relay_error(words, false);
		return 413;
	}
	*body = relay_error(why.len ? words : "the daemon gave no answer", true);
	return 503;
}
