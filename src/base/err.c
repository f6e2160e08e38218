#include "base/err.h"

#include <stddef.h>

static const struct {
	const char *name, *text;
} words[] = {
	[0] = {"ok", "no error"},
	[-ERR_TIMEOUT] = {"timeout", "no answer in time"},
	[-ERR_NOISE] = {"noise", "bytes that are no valid frame"},
	[-ERR_EXCEPTION] = {"exception", "the device answered with an exception"},
	[-ERR_GONE] = {"gone", "the port or connection is gone"},
	[-ERR_BUSY] = {"busy", "in use by another program"},
	[-ERR_CONF] = {"conf", "the configuration is wrong"},
	[-ERR_IO] = {"io", "the operating system reported an error"},
	[-ERR_FULL] = {"full", "no room left"},
	[-ERR_DAMAGED] = {"damaged", "stored bytes are damaged"},
	[-ERR_MEMORY] = {"memory", "out of memory"},
	[-ERR_RANGE] = {"range", "a value outside the allowed range"},
	[-ERR_STOPPED] = {"stopped", "stopped while waiting"},
	[-ERR_ABSENT] = {"absent", "nothing there"},
	[-ERR_WRONG_UNIT] = {"wrong-unit", "another device answers than the one configured"},
};

static size_t index_of(int err)
{
	size_t n = sizeof(words) / sizeof(words[0]);

	return err <= 0 && err > -(int)n ? (size_t)-err : n;
}

const char *err_text(int err)
{
	size_t i = index_of(err);

	return i < sizeof(words) / sizeof(words[0]) ? words[i].text : "unknown error";
}

const char *err_name(int err)
{
	size_t i = index_of(err);

	return i < sizeof(words) / sizeof(words[0]) ? words[i].name : "unknown";
}
