/*
 * post.h - one store's connection: a body goes out, a reply comes back.  The only user of libcurl.
 *
 * HTTP/1.1, one connection that is used again, Content-Length always; no Expect, no Accept-Encoding (but for answers that
 * come from another machine), no redirect followed, no proxy from the environment.  A reply is read up to 64 KiB, then given up.
 *
 * Authorization, when token_file is set: influxdb-v2 "Token T"; influxdb-v1 and victoriametrics with
 * `user` Basic user:T, without it "Bearer T".  The file is read again at every new connection and
 * whenever it has changed.
 */
#ifndef UPLINK_POST_H
#define UPLINK_POST_H

#include <stdatomic.h>

#include "uplink/verdict.h"
#include "uplink/wire.h"

struct post;

enum post_route {
	POST_WRITE, /* lines go out */
	POST_QUERY, /* a form goes out, a whole answer comes back, gzipped where the store can */
	POST_EXPORT, /* the same, in lines: of influxdb CSV, of victoriametrics whole series as JSON */
	POST_INSTANT /* the same; of victoriametrics what a query is at one moment */
};

/* Takes what came of an answer; false: no more of it is wanted, which is TRANSPORT_TOO_LONG. */
typedef bool (*post_sink)(void *ctx, const char *at, size_t len);

/*
 * `stop` ends a request in flight; `beat_ms` is set to the boot time while one runs.  Both must live as
 * long.  ERR_CONF with words in `why`, ERR_MEMORY.
 */
int post_new(struct post **out, enum post_route route, const struct store_conf *conf,
	const struct clock *clock, const atomic_bool *stop, _Atomic int64_t *beat_ms,
	struct text *why) MUST_USE;
void post_free(struct post *post);

/* Sends the body and waits for the reply; never longer than timeout_ms without a byte taken by the store. */
void post_send(struct post *post, const char *body, size_t len, bool gzip, struct reply *reply);

/* POST_QUERY: as post_send(), with the whole answer's body in `whole`; one that does not fit is TRANSPORT_TOO_LONG. */
void post_ask(
	struct post *post, const char *form, size_t len, struct text *whole, struct reply *reply);

/* The same for an answer of any length, handed on as it comes; timeout_ms counts from the last byte either way. */
void post_stream(struct post *post, const char *form, size_t len, post_sink sink, void *ctx,
	struct reply *reply);

/* From any thread: makes post_send() look at `stop` now. */
void post_wake(struct post *post);

/* True once after the token file was changed. */
bool post_token_changed(struct post *post);

/*
 * True when one more try costs nothing on a metered link: the store is this machine, or there is no
 * route to it at all, so that not even a SYN leaves.
 */
bool post_try_is_free(const struct post *post);

/* TCP payload sent so far, TLS and repeats included. */
uint64_t post_wire_bytes(struct post *post);

/*
 * From now on note(ctx, link, bytes) is told what a metered link bills (wire.h), while a request runs and when a
 * connection ends; this machine's own loopback is not told of.
 */
void post_set_note(struct post *post, wire_note note, void *ctx);
/* What went over the open connection since: a late acknowledgement, the other side's farewell. */
void post_tell(struct post *post);
/*
 * The link that the next request goes by, LINK_NAME bytes; "": none, or this machine itself.  When the way to the
 * store has become another since the connection was made, the next request makes a new one.
 */
void post_link(struct post *post, char *link);

/* A CURLcode as what it means here. */
enum transport post_transport_of(int curl_code);

#endif
