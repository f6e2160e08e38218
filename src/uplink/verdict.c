#include "uplink/verdict.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"

static struct verdict make(enum verdict_kind kind, enum verdict_reason reason, const char *remedy)
{
	return (struct verdict){.kind = kind, .reason = reason, .remedy = remedy};
}

static const struct verdict by_transport[TRANSPORT_COUNT] = {
	[TRANSPORT_WHOLE] = {VERDICT_WAIT, REASON_NOT_STORE, 0,
		"an answer without an HTTP status; check url"},
	[TRANSPORT_STOPPED] = {VERDICT_WAIT, REASON_STOPPED, 0,
		"stopped; sent again at the next start"},
	[TRANSPORT_NAME] = {VERDICT_WAIT, REASON_NO_LINK, 0,
		"the store's name cannot be resolved: no link, or check url"},
	[TRANSPORT_CONNECT] = {VERDICT_WAIT, REASON_NO_LINK, 0,
		"no connection: no link, the store is down, or check url"},
	[TRANSPORT_TIMEOUT] = {VERDICT_WAIT, REASON_NO_LINK, 0,
		"nothing moved for timeout_ms: a poor link, or a store that hangs"},
	[TRANSPORT_CUT] = {VERDICT_WAIT, REASON_NO_LINK, 0,
		"the connection broke; all is sent again"},
	[TRANSPORT_TLS] = {VERDICT_WAIT, REASON_TLS, 0,
		"no secure connection: check https in url, cert_file and key_file, and the store's "
		"TLS"},
	[TRANSPORT_TRUST] = {VERDICT_HOLD, REASON_TLS, 0,
		"the store's certificate is not trusted: check ca_file, the name in url and the "
		"clock"},
	[TRANSPORT_EARLY] = {VERDICT_HOLD, REASON_DATES, 0,
		"the store's certificate is not valid yet by the van's clock"},
	[TRANSPORT_EXPIRED] = {VERDICT_HOLD, REASON_DATES, 0,
		"the store's certificate has expired by the van's clock"},
	[TRANSPORT_TLS_OURS] = {VERDICT_HOLD, REASON_TLS, 0,
		"ca_file, cert_file or key_file cannot be used: check that they are readable PEM"},
	[TRANSPORT_NOT_HTTP] = {VERDICT_HOLD, REASON_NOT_STORE, 0,
		"what answers does not speak HTTP: check host and port in url"},
	[TRANSPORT_TOO_LONG] = {VERDICT_HOLD, REASON_NOT_STORE, 0,
		"the answer has no end, so it is not the store's: check url, or a portal on the "
		"link"},
	[TRANSPORT_OURS] = {VERDICT_HOLD, REASON_SETUP, 0,
		"the request could not be made: check url and token_file"},
};

/* Statuses that mean the same whatever the store; the rest by hundreds below. */
static const struct {
	int status;
	struct verdict verdict;
} by_status[] = {
	{204, {VERDICT_SENT, REASON_NONE, 0, ""}},
	{401, {VERDICT_HOLD, REASON_TOKEN, 0,
		      "the store does not accept the token: check token_file and user"}},
	{403, {VERDICT_HOLD, REASON_TOKEN, 0,
		      "the token may not write here: check its rights for the database or bucket"}},
	{404, {VERDICT_HOLD, REASON_DATABASE, 0,
		      "no such database, bucket or route: create it, or check database, org and "
		      "url"}},
	{407, {VERDICT_HOLD, REASON_NOT_STORE, 0, "a proxy on the way asks for a login"}},
	{408, {VERDICT_WAIT, REASON_BUSY, 0, "the request came too slowly for the store"}},
	{413, {VERDICT_HALVE, REASON_TOO_LARGE, 0,
		      "the request is too large for the store: smaller ones are sent"}},
	{422, {VERDICT_BISECT, REASON_LINES, 0, "the store refuses some lines"}},
	{425, {VERDICT_WAIT, REASON_BUSY, 0, "the store asks to try again"}},
	{429, {VERDICT_WAIT, REASON_BUSY, 0, "the store asks to send less"}},
	{511, {VERDICT_HOLD, REASON_NOT_STORE, 0, "a portal on the link asks for a login"}},
};

static const struct verdict no_policy = {VERDICT_HOLD, REASON_DATABASE, 0,
	"no such retention policy: create it, or check retention_policy"};

static bool says(const struct reply *reply, const char *words)
{
	return strcasestr(reply->body, words) != NULL;
}

/* InfluxDB 1 to 3 say so of lines, and nothing else says so.  VictoriaMetrics 1.79 refuses none, and names the request
 * whenever it refuses that. */
static bool is_about_lines(enum store_flavour flavour, const struct reply *reply)
{
	if (flavour == FLAVOUR_VICTORIAMETRICS)
		return says(reply, "requestURI: ");
	return says(reply, "partial write") || says(reply, "unable to parse");
}

static struct verdict of_refused_lines(
	enum store_flavour flavour, struct verdict verdict, const struct reply *reply)
{
	if (reply->html)
		return make(VERDICT_HOLD, REASON_NOT_STORE,
			"a proxy refuses the request, not the store: check cert_file, key_file and "
			"url");
	/* Words about the whole request: no line is to blame. */
	if (says(reply, "database is required") || says(reply, "bucket is required") ||
		says(reply, "org is required"))
		return make(VERDICT_HOLD, REASON_DATABASE,
			"the store asks for a database or bucket: check database and org");
	if (says(reply, "retention policy not found"))
		return no_policy;
	if (says(reply, "retention policy")) {
		verdict.reason = REASON_RETENTION;
		verdict.remedy = "lines are older than the store keeps: lengthen its retention; "
				 "they are kept here";
		return verdict;
	}
	if (says(reply, "unexpected EOF"))
		return make(VERDICT_WAIT, REASON_NO_LINK,
			"only a part of the request reached the store: a proxy or a link that "
			"breaks; all is sent again");
	if (!is_about_lines(flavour, reply))
		return make(VERDICT_HOLD, REASON_NOT_STORE,
			"refused in words that are not the store's of a line: check proxies on the "
			"way, url and type");
	return verdict;
}

static struct verdict of_status(enum store_flavour flavour, const struct reply *reply)
{
	size_t i;

	for (i = 0; i < sizeof(by_status) / sizeof(by_status[0]); i++)
		if (by_status[i].status == reply->status)
			return reply->status == 422
				       ? of_refused_lines(flavour, by_status[i].verdict, reply)
				       : by_status[i].verdict;
	if (reply->status == 400)
		return of_refused_lines(flavour,
			make(VERDICT_BISECT, REASON_LINES, "the store refuses some lines"), reply);
	if (reply->status >= 500 && flavour == FLAVOUR_INFLUXDB_V1 &&
		says(reply, "retention policy not found"))
		return no_policy;
	if (reply->status >= 500)
		return make(VERDICT_WAIT, REASON_BUSY, "the store has trouble of its own");
	if (reply->status >= 400)
		return make(VERDICT_HOLD, REASON_NOT_STORE,
			"the store or a proxy refuses the request: check url and flavour");
	if (reply->status >= 300)
		return make(VERDICT_HOLD, REASON_NOT_STORE,
			"redirected, which is not followed: put the store's own address into url");
	if (reply->status >= 200)
		return make(VERDICT_HOLD, REASON_NOT_STORE,
			"the answer is not the store's, which is 204: a portal on the link, or "
			"check url");
	return by_transport[TRANSPORT_WHOLE];
}

struct verdict verdict_of(enum store_flavour flavour, const struct reply *reply)
{
	struct verdict verdict;
	bool whole = reply->transport == TRANSPORT_WHOLE;
	bool of_lines = reply->status == 400 || reply->status == 422;

	/* A refusal may come before we are through sending, and the connection then breaks: the status
	 * counts.  An acceptance only counts whole, and so do the words that a line may be refused for. */
	if (whole || (reply->status >= 400 && !of_lines && reply->transport != TRANSPORT_STOPPED))
		verdict = of_status(flavour, reply);
	else
		verdict = by_transport[reply->transport];
	if (verdict.kind == VERDICT_WAIT && reply->retry_ms > 0)
		verdict.wait_ms = reply->retry_ms < RETRY_MOST_MS ? reply->retry_ms : RETRY_MOST_MS;
	return verdict;
}

uint64_t verdict_dropped(const char *body)
{
	const char *at = strstr(body, "dropped=");
	uint64_t n = 0;

	if (!at)
		return 0;
	for (at += strlen("dropped="); *at >= '0' && *at <= '9' && n < UINT32_MAX; at++)
		n = n * 10 + (uint64_t)(*at - '0');
	return n;
}

void verdict_words(char *to, size_t cap, const char *body)
{
	static const struct {
		const char *before;
		char after;
	} forms[] = {{"\"error\":\"", '"'}, {"\"message\":\"", '"'}, {"<title>", '<'}};
	struct text text = text_over(to, cap);
	const char *at = body + strspn(body, " "), *found = NULL;
	size_t n = strlen(at), i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		found = strstr(body, forms[i].before);
		if (!found)
			continue;
		at = found + strlen(forms[i].before);
		for (n = 0; at[n] && at[n] != forms[i].after; n++)
			if (at[n] == '\\' && at[n + 1])
				n++;
		break;
	}
	for (i = 0; i < n; i++) {
		/* As the store said it, not as JSON writes it. */
		if (found && at[i] == '\\' && i + 1 < n && strchr("\"\\/", at[i + 1]))
			i++;
		text_put_char(&text, at[i]);
	}
	while (text.len && to[text.len - 1] == ' ')
		to[--text.len] = '\0';
}

static bool read_date(const char *s, int64_t *utc_s)
{
	/* RFC 9110 5.6.7: the usual form, RFC 850's and asctime()'s. */
	static const char *const forms[] = {
		"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"};
	struct tm tm;
	const char *end;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(s, forms[i], &tm);
		if (end && !*end) {
			*utc_s = (int64_t)timegm(&tm);
			return true;
		}
	}
	return false;
}

int64_t verdict_retry_ms(const char *retry_after, const char *date, int64_t wall_ms)
{
	const char *s = retry_after;
	int64_t n = 0, then_s, now_s;

	if (*s >= '0' && *s <= '9') {
		for (; *s >= '0' && *s <= '9'; s++)
			if (n < RETRY_MOST_MS)
				n = n * 10 + (*s - '0');
		if (*s)
			return 0;
		n *= 1000;
	} else {
		if (!read_date(retry_after, &then_s))
			return 0;
		if (!read_date(date, &now_s))
			now_s = wall_ms / 1000;
		n = (then_s - now_s) * 1000;
	}
	if (n < 0)
		return 0;
	return n < RETRY_MOST_MS ? n : RETRY_MOST_MS;
}
