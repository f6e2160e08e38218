/* asked.h - a daemon without lines, and questions on its control socket. */
#ifndef TESTS_DAEMON_ASKED_H
#define TESTS_DAEMON_ASKED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "daemon/parts.h"

static struct conf conf;
static struct parts parts;

__attribute__((unused)) static int start_daemon(void)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));

	return parts_start(&parts, &conf, &clock_system, &why);
}

__attribute__((unused)) static void configure(void)
{
	memset(&conf, 0, sizeof(conf));
	text_copy(conf.lab, sizeof(conf.lab), "van-3");
	text_copy(conf.control_socket, sizeof(conf.control_socket), "./control");
	conf.clock = (struct clock_conf){600, 0, INT64_MAX, 730, 86400};
	conf.spool = (struct spool_conf){.dir = "spool",
		.commit_ms = 100,
		.segment_readings = 1000,
		.pending_bytes = 1 << 16};
}

__attribute__((unused)) static int start(void **state)
{
	(void)state;
	if (system("rm -rf spool"))
		return -1;
	configure();
	return start_daemon();
}

__attribute__((unused)) static int stop(void **state)
{
	(void)state;
	return parts_stop(&parts);
}

__attribute__((unused)) static void restart(void)
{
	assert_int_equal(parts_stop(&parts), 0);
	assert_int_equal(start_daemon(), 0);
}

__attribute__((unused)) static int keep(void *ctx, const char *line, size_t len)
{
	return json_array_append_new(ctx, json_loadb(line, len, 0, NULL));
}

/* All lines of the answer; `request` is let go. */
__attribute__((unused)) static json_t *ask_all(json_t *request)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	json_t *answers = json_array();

	assert_non_null(request);
	assert_int_equal(control_ask("./control", request, keep, answers, &why), 0);
	json_decref(request);
	return answers;
}

/* `words` are the question as JSON with ' for ". */
__attribute__((unused, format(printf, 1, 2))) static json_t *ask(const char *words, ...)
{
	json_t *request, *answers, *answer;
	char room[1024];
	va_list args;
	char *p;

	va_start(args, words);
	vsnprintf(room, sizeof(room), words, args);
	va_end(args);
	for (p = room; *p; p++)
		if (*p == '\'')
			*p = '"';
	request = json_loads(room, 0, NULL);
	if (!request)
		fail_msg("no JSON: %s", room);
	answers = ask_all(request);
	answer = json_incref(json_array_get(answers, 0));
	json_decref(answers);
	return answer;
}

#define WHO(token) "'by':'Gul Khan','token':'" token "'"

__attribute__((unused)) static void expect(json_t *answer, const char *key, const char *words)
{
	const char *said = json_string_value(json_object_get(answer, key));

	if (!said || !strstr(said, words)) {
		char *all = json_dumps(answer, 0);

		fail_msg("\"%s\" of %s does not say \"%s\"", key, all, words);
	}
	json_decref(answer);
}

__attribute__((unused)) static long long taken(json_t *answer, const char *key)
{
	const json_t *number = json_object_get(answer, key);
	long long value = (long long)json_integer_value(number);

	if (!json_is_integer(number)) {
		char *all = json_dumps(answer, 0);

		fail_msg("no number \"%s\" in %s", key, all);
	}
	json_decref(answer);
	return value;
}

__attribute__((unused)) static size_t count(json_t *answer, const char *key)
{
	size_t n = json_array_size(json_object_get(answer, key));

	json_decref(answer);
	return n;
}

__attribute__((unused)) static long long begin(const char *token, const char *name)
{
	return taken(ask("{'ask':'sample-begin','by':'Gul Khan','token':'%s','purpose':'routine',"
			 "'sure':true,'new_point':{'name':'%s','source_type':'protected_spring'}}",
			     token, name),
		"sample");
}

#endif
