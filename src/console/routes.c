#include "console/routes.h"

#include <string.h>

/* The bounds are those of the daemon or wider: it has the last word. */
#define OPERATOR                               \
	{"by", FIELD_TEXT, 40, true},          \
	{                                      \
		"token", FIELD_TOKEN, 32, true \
	}
#define END                                \
	{                                  \
		NULL, FIELD_TEXT, 0, false \
	}
#define SAMPLE                                  \
	{                                       \
		"sample", FIELD_NUMBER, 0, true \
	}

#define CHECK                                  \
	{                                      \
		"check", FIELD_NUMBER, 0, true \
	}
#define STANDARD                                                         \
	{"lot", FIELD_TEXT, 64, true}, {"value", FIELD_TEXT, 64, false}, \
		{"expires", FIELD_TEXT, 32, false},                      \
	{                                                                \
		"sure", FIELD_YES, 0, false                              \
	}

static const struct field none[] = {END};
static const struct field pin[] = {{"operator", FIELD_TEXT, OPERATOR_NAME - 1, true},
	{"pin", FIELD_TEXT, PIN_MOST, true}, END};
static const struct field show[] = {SAMPLE, END};
static const struct field begin[] = {OPERATOR, {"purpose", FIELD_TEXT, 32, true},
	{"activity", FIELD_TEXT, 32, false}, {"parent", FIELD_NUMBER, 0, false},
	{"point", FIELD_NUMBER, 0, false}, {"code", FIELD_TEXT, 32, false},
	{"new_point", FIELD_POINT, 0, false}, {"unit", FIELD_TEXT, 64, false},
	{"sure", FIELD_YES, 0, false}, END};
static const struct field attach[] = {OPERATOR, SAMPLE, {"unit", FIELD_TEXT, 64, true}, END};
static const struct field impediment[] = {OPERATOR, {"purpose", FIELD_TEXT, 32, true},
	{"reason", FIELD_TEXT, 32, true}, {"point", FIELD_NUMBER, 0, false},
	{"code", FIELD_TEXT, 32, false}, {"new_point", FIELD_POINT, 0, false},
	{"sure", FIELD_YES, 0, false}, END};
static const struct field points[] = {{"part", FIELD_TEXT, 80, false}, END};
static const struct field take[] = {OPERATOR, SAMPLE, {"unit", FIELD_TEXT, 64, true},
	{"parameter", FIELD_TEXT, 64, true}, {"known", FIELD_TEXT, 32, false},
	{"sure", FIELD_YES, 0, false}, END};
static const struct field enter[] = {OPERATOR, SAMPLE, {"parameter", FIELD_TEXT, 64, true},
	{"value", FIELD_TEXT, 64, true}, {"unit", FIELD_TEXT, 32, false},
	{"method", FIELD_TEXT, 64, true}, {"lot", FIELD_TEXT, 64, false},
	{"mdl", FIELD_TEXT, 32, false}, {"dilution", FIELD_TEXT, 32, false},
	{"known", FIELD_TEXT, 32, false}, {"sure", FIELD_YES, 0, false}, END};
static const struct field start[] = {OPERATOR, SAMPLE, {"parameter", FIELD_TEXT, 64, true},
	{"method", FIELD_TEXT, 64, true}, {"lot", FIELD_TEXT, 64, false},
	{"hours", FIELD_NUMBER, 0, true}, {"incubation_c", FIELD_TEXT, 32, false}, END};
static const struct field finish[] = {OPERATOR, {"test", FIELD_NUMBER, 0, true},
	{"bag", FIELD_TEXT, 16, false}, {"value", FIELD_TEXT, 64, false},
	{"sure", FIELD_YES, 0, false}, END};
static const struct field try_it[] = {OPERATOR, {"name", FIELD_TEXT, 64, true}, END};
static const struct field line_show[] = {{"line", FIELD_TEXT, 64, true}, END};
static const struct field line_scan[] = {OPERATOR, {"line", FIELD_TEXT, 64, true},
	{"first", FIELD_NUMBER, 0, false}, {"last", FIELD_NUMBER, 0, false}, END};
static const struct field line_probe[] = {OPERATOR, {"unit", FIELD_TEXT, 64, true}, END};
static const struct field line_cancel[] = {OPERATOR, {"line", FIELD_TEXT, 64, true}, END};
static const struct field end[] = {OPERATOR, SAMPLE, END};
static const struct field cancel[] = {OPERATOR, SAMPLE, {"reason", FIELD_TEXT, 200, true}, END};
static const struct field amend[] = {OPERATOR, SAMPLE, {"entry", FIELD_NUMBER, 0, true},
	{"value", FIELD_TEXT, 64, true}, {"unit", FIELD_TEXT, 32, false},
	{"reason", FIELD_TEXT, 200, true}, {"sure", FIELD_YES, 0, false}, END};
static const struct field verify[] = {OPERATOR, SAMPLE, {"seen", FIELD_NUMBER, 0, false}, END};
static const struct field check_show[] = {CHECK, END};
static const struct field check_begin[] = {OPERATOR, {"unit", FIELD_TEXT, 64, true},
	{"parameter", FIELD_TEXT, 64, true}, STANDARD, END};
static const struct field check_standard[] = {OPERATOR, CHECK, STANDARD, END};
static const struct field check_take[] = {OPERATOR, CHECK, {"sure", FIELD_YES, 0, false}, END};
static const struct field check_step[] = {OPERATOR, CHECK, END};
static const struct field check_cancel[] = {
	OPERATOR, CHECK, {"reason", FIELD_TEXT, 200, true}, END};

const struct route routes[] = {
	{"GET", "/api/page", false, ROLE_NONE, NULL, none},
	{"GET", "/api/operators", false, ROLE_NONE, NULL, none},
	{"POST", "/api/operator/enter", true, ROLE_NONE, NULL, pin},
	{"POST", "/api/operator/here", true, ROLE_VIEWER, NULL, none},
	{"POST", "/api/operator/leave", true, ROLE_VIEWER, NULL, none},
	{"GET", "/api/status", false, ROLE_VIEWER, "status", none},
	{"GET", "/api/trends", false, ROLE_VIEWER, "trends", none},
	{"GET", "/api/limits", false, ROLE_VIEWER, "limits", none},
	{"GET", "/api/checks", false, ROLE_VIEWER, "checks", none},
	{"GET", "/api/samples", false, ROLE_VIEWER, "samples", none},
	{"GET", "/api/points", false, ROLE_VIEWER, "points", points},
	{"GET", "/api/sample", false, ROLE_VIEWER, "sample-show", show},
	{"GET", "/api/check", false, ROLE_VIEWER, "check-show", check_show},
	{"GET", "/api/line", false, ROLE_VIEWER, "line-show", line_show},
	{"POST", "/api/line/scan", true, ROLE_TECHNICIAN, "line-scan", line_scan},
	{"POST", "/api/line/probe", true, ROLE_TECHNICIAN, "line-probe", line_probe},
	{"POST", "/api/line/cancel", true, ROLE_TECHNICIAN, "line-cancel", line_cancel},
	{"POST", "/api/try", true, ROLE_TECHNICIAN, "try", try_it},
	{"POST", "/api/sample/begin", true, ROLE_TECHNICIAN, "sample-begin", begin},
	{"POST", "/api/sample/impediment", true, ROLE_TECHNICIAN, "sample-impediment", impediment},
	{"POST", "/api/sample/attach", true, ROLE_TECHNICIAN, "sample-attach", attach},
	{"POST", "/api/sample/take", true, ROLE_TECHNICIAN, "sample-take", take},
	{"POST", "/api/sample/enter", true, ROLE_TECHNICIAN, "sample-enter", enter},
	{"POST", "/api/sample/start", true, ROLE_TECHNICIAN, "sample-start", start},
	{"POST", "/api/sample/finish", true, ROLE_TECHNICIAN, "sample-finish", finish},
	{"POST", "/api/sample/end", true, ROLE_TECHNICIAN, "sample-end", end},
	{"POST", "/api/sample/cancel", true, ROLE_TECHNICIAN, "sample-cancel", cancel},
	{"POST", "/api/sample/verify", true, ROLE_SUPERVISOR, "sample-verify", verify},
	{"POST", "/api/sample/amend", true, ROLE_SUPERVISOR, "sample-amend", amend},
	{"POST", "/api/check/begin", true, ROLE_TECHNICIAN, "check-begin", check_begin},
	{"POST", "/api/check/standard", true, ROLE_TECHNICIAN, "check-standard", check_standard},
	{"POST", "/api/check/take", true, ROLE_TECHNICIAN, "check-take", check_take},
	{"POST", "/api/check/adjusted", true, ROLE_TECHNICIAN, "check-adjusted", check_step},
	{"POST", "/api/check/finish", true, ROLE_TECHNICIAN, "check-finish", check_step},
	{"POST", "/api/check/cancel", true, ROLE_TECHNICIAN, "check-cancel", check_cancel},
	{NULL, NULL, false, ROLE_NONE, NULL, NULL},
};

const struct route *route_find(const char *method, const char *path, bool *known)
{
	const struct route *route;

	*known = false;
	for (route = routes; route->path; route++) {
		if (strcmp(route->path, path) != 0)
			continue;
		if (!strcmp(route->method, method))
			return route;
		*known = true;
	}
	return NULL;
}
