/* url.h - the routes of each flavour: where lines are written, and where is asked what came of them. */
#ifndef UPLINK_URL_H
#define UPLINK_URL_H

#include "base/text.h"
#include "uplink/uplink.h"

enum { URL_LONGEST = 1024 };

/*
 * influxdb-v1       BASE/write?db=D[&rp=R]&precision=ms
 * influxdb-v2       BASE/api/v2/write?org=O&bucket=B&precision=ms
 * victoriametrics   BASE/write?[db=D&]precision=ms
 *
 * BASE is conf->url without a slash at its end.  ERR_CONF with words when it is not http:// or https://,
 * or carries a query, a fragment or a login (which would end up in logs); ERR_FULL when `to` is short.
 */
int url_put_write(struct text *to, const struct store_conf *conf, const char **words) MUST_USE;

/*
 * Where a store is asked what it has; what is asked goes in the body.
 *
 * influxdb-v1, -v2  BASE/query
 * victoriametrics   BASE and `of_vm`: there each kind of question has a path of its own
 */
int url_put_asking(struct text *to, const struct store_conf *conf, const char *of_vm,
	const char **words) MUST_USE;

/* By its host's name: this machine itself. */
bool url_is_loopback(const char *url);

/* Everything but RFC 3986's unreserved bytes as %XX: for a query or a form. */
void url_put_encoded(struct text *to, const char *s);

#endif
