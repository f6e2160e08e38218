#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"

enum { LINE = 1024, REMIND_MS = 10 * 60 * 1000 };

static enum log_level loudest = LOG_INFO;
static bool with_prefix;

void log_open(enum log_level level, bool journal)
{
	loudest = level;
	with_prefix = journal;
}

bool log_wants(enum log_level level)
{
	return level <= loudest;
}

/* One write() a line, so that lines of several threads never mix. */
static void write_line(
	enum log_level level, const char *room, const char *message, const char *tail)
{
	char line[LINE];
	struct text text = text_over(line, sizeof(line) - 1);
	size_t i;

	if (with_prefix)
		text_printf(&text, "<%d>", (int)level);
	text_printf(&text, "%s: %s%s", room, message, tail);
	/* Outside bytes may be quoted in a message: no line is ever forged or torn by them. */
	for (i = 0; i < text.len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[text.len] = '\n';
	if (write(STDERR_FILENO, line, text.len + 1) < 0)
		return; /* nowhere left to say it */
}

#define FORMAT(buffer, fmt)                                   \
	do {                                                  \
		va_list args;                                 \
		va_start(args, fmt);                          \
		vsnprintf(buffer, sizeof(buffer), fmt, args); \
		va_end(args);                                 \
	} while (0)

void log_say(enum log_level level, const char *room, const char *fmt, ...)
{
	char message[LINE];

	if (!log_wants(level))
		return;
	FORMAT(message, fmt);
	write_line(level, room, message, "");
}

void log_lost(struct log_edge *edge, int64_t now_ms, const char *room, const char *fmt, ...)
{
	char message[LINE], tail[96] = "";

	if (!edge->lost) {
		*edge = (struct log_edge){.since_ms = now_ms, .said_ms = now_ms, .lost = true};
	} else {
		edge->times++;
		if (now_ms - edge->said_ms < REMIND_MS)
			return;
		edge->said_ms = now_ms;
		snprintf(tail, sizeof(tail), " (still, %llu times in %lld s)",
			(unsigned long long)edge->times,
			(long long)(now_ms - edge->since_ms) / 1000);
	}
	if (!log_wants(LOG_WARN))
		return;
	FORMAT(message, fmt);
	write_line(LOG_WARN, room, message, tail);
}

void log_back(struct log_edge *edge, int64_t now_ms, const char *room, const char *fmt, ...)
{
	char message[LINE], tail[96];

	if (!edge->lost)
		return;
	edge->lost = false;
	if (!log_wants(LOG_NOTICE))
		return;
	snprintf(
		tail, sizeof(tail), " (after %lld s)", (long long)(now_ms - edge->since_ms) / 1000);
	FORMAT(message, fmt);
	write_line(LOG_NOTICE, room, message, tail);
}
