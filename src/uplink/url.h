/* url.h - the write route of each flavour, with its parameters. */
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

#endif
