/*
 * tls_clock.h - certificates have dates, so TLS needs a clock that can be right.  Verification is never
 * relaxed: while the van's clock cannot be right, nothing is sent over https, and words say why.  Pure.
 */
#ifndef UPLINK_TLS_CLOCK_H
#define UPLINK_TLS_CLOCK_H

#include "uplink/verdict.h"

/* The machine's clock against what the readings' time is taken from. */
enum tls_clock { TLS_CLOCK_CONFIRMED, TLS_CLOCK_UNCONFIRMED, TLS_CLOCK_WRONG };
enum tls_clock tls_clock_of(int64_t wall_ms, int64_t boot_ms, const struct time_offset *utc);

/* The store is not https, or its certificate can be judged by a clock that shows wall_ms. */
bool tls_clock_allows(const struct store_conf *conf, int64_t wall_ms);

/* Why nothing is sent while tls_clock_allows() does not. */
void tls_clock_put_closed(struct text *to, int64_t wall_ms);
/* What the clock has to do with a certificate that is not valid yet or not any more. */
void tls_clock_put_dates(struct text *to, int64_t wall_ms, enum tls_clock clock);

#endif
