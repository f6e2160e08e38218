#include "uplink/url.h"

#include <string.h>
#include <strings.h>

void url_put_encoded(struct text *to, const char *s)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (; *s; s++) {
		if (strchr(plain, *s))
			text_put_char(to, *s);
		else
			text_printf(to, "%%%02X", (unsigned char)*s);
	}
}

bool url_is_loopback(const char *url)
{
	return strstr(url, "://127.") || strstr(url, "://localhost") || strstr(url, "://[::1]");
}

static void put_parameter(struct text *to, const char *name, const char *value)
{
	text_put(to, name);
	text_put_char(to, '=');
	url_put_encoded(to, value);
	text_put_char(to, '&');
}

static const char *find_mistake(const char *url)
{
	const char *host;

	if (strncasecmp(url, "http://", 7) && strncasecmp(url, "https://", 8))
		return "url must begin with http:// or https://";
	host = strstr(url, "://") + 3;
	if (!*host || *host == '/')
		return "url names no host";
	if (strpbrk(url, "?#"))
		return "url must not carry a query: database, org and retention_policy have their "
		       "own keys";
	if (memchr(host, '@', strcspn(host, "/")))
		return "url must not carry a login: use user and token_file";
	for (; *url; url++)
		if ((unsigned char)*url <= ' ' || *url == 0x7f)
			return "url has a space or control byte in it";
	return NULL;
}

static int put_base(struct text *to, const char *url, const char **words)
{
	const char *mistake = find_mistake(url);
	size_t len = strlen(url);

	if (mistake) {
		*words = mistake;
		return ERR_CONF;
	}
	while (len && url[len - 1] == '/')
		len--;
	text_put_n(to, url, len);
	return 0;
}

int url_put_asking(
	struct text *to, const struct store_conf *conf, const char *of_vm, const char **words)
{
	int err = put_base(to, conf->url, words);

	if (err)
		return err;
	text_put(to, conf->flavour == FLAVOUR_VICTORIAMETRICS ? of_vm : "/query");
	return to->cut ? ERR_FULL : 0;
}

int url_put_write(struct text *to, const struct store_conf *conf, const char **words)
{
	int err = put_base(to, conf->url, words);

	if (err)
		return err;
	switch (conf->flavour) {
	case FLAVOUR_INFLUXDB_V1:
		text_put(to, "/write?");
		put_parameter(to, "db", conf->database);
		if (conf->retention_policy[0])
			put_parameter(to, "rp", conf->retention_policy);
		break;
	case FLAVOUR_INFLUXDB_V2:
		text_put(to, "/api/v2/write?");
		put_parameter(to, "org", conf->org);
		put_parameter(to, "bucket", conf->database);
		break;
	case FLAVOUR_VICTORIAMETRICS:
		text_put(to, "/write?");
		if (conf->database[0])
			put_parameter(to, "db", conf->database);
		break;
	}
	text_put(to, "precision=ms");
	return to->cut ? ERR_FULL : 0;
}
