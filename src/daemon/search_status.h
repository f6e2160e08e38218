/*
 * search_status.h - the last search of a line as JSON.
 *
 *   {"line":NAME,"kind":"none|scan|probe","state":"none|running|done|cancelled|in_use|closed|silent|too_long","number":N,"by":WHO,
 *    "begun_ms":N,"took_s":N.N,"asked":N,                    of the machine's uptime; so far
 *    of a scan:
 *    "first":N,"last":N,"at":N,"left_s":N|null,"noisy":N,    addresses; the one that is asked now; answers that were noise
 *    "found":[{"address":N,"who":"NAME (MODELS)"|null,"answer":"holding 0: 02C8"}],
 *    "units":[{"address":N,"name":NAME,"health":...,"error":...|null}],          the line's own, which are not asked
 *    of a probe:
 *    "unit":NAME,"address":N,"driver":NAME,"steps":N,"step":N,
 *    "identity":{"printed","wire","function","says":"20 (0x14)"|null,"fits":true|false|null,"error":...|null}|null,
 *    "status":[{"printed","wire","function","meaning","words":"0003"|null,"holds":true|false|null,"error":...|null}],
 *    "values":[{"parameter","unit","printed","wire","function","order","at":[{"wire","words","text","good","error"}, one lower, one
 *       higher],"orders":[{"order":"ABCD","text","good"}]}],  orders: of several registers
 *    "advice":"sentences"|null,
 *    "reads":[{"function":3,"address":N,"registers":N,"again":false,"words":HEX|null,"error":WORDS|null}],
 *    of a driver's unit instead of the last five:
 *    "exchanges":[as of "trace"],"fields":[as of "status"]}
 */
#ifndef DAEMON_SEARCH_STATUS_H
#define DAEMON_SEARCH_STATUS_H

#include <jansson.h>

#include "bus/search.h"
#include "daemon/parts.h"

json_t *search_status(const struct parts *parts, unsigned line, struct search *search);

#endif
