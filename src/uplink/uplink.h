/*
 * uplink.h - one thread a store: takes what is saved and unsent, newest first, and posts it.
 *
 * Nothing is ever dropped for a status or a count of tries.  What a store's answer means is decided by
 * one pure function (verdict.h).
 */
#ifndef UPLINK_UPLINK_H
#define UPLINK_UPLINK_H

#include "base/clock.h"
#include "base/err.h"
#include "spool/spool.h"
#include "uplink/line_protocol.h"

enum store_flavour { FLAVOUR_INFLUXDB_V1, FLAVOUR_INFLUXDB_V2, FLAVOUR_VICTORIAMETRICS };
enum { LAB_NAME = 32, STORE_URL = 256, STORE_FILE = 256 };

struct store_conf {
	char name[STORE_NAME];
	enum store_flavour flavour;
	char url[STORE_URL]; /* scheme, host, port and any prefix; the path is the flavour's */
	char database
		[64]; /* influxdb-v1: database; influxdb-v2: bucket; victoriametrics: "" or a label db */
	char org[64];              /* influxdb-v2 */
	char retention_policy[64]; /* influxdb-v1, may be "" */
	char user
		[64]; /* influxdb-v1, victoriametrics behind a proxy: basic auth with the token as password */
	char token_file[STORE_FILE]; /* "" : no authentication.  Read again at every connection. */
	char ca_file[STORE_FILE], cert_file[STORE_FILE],
		key_file[STORE_FILE]; /* TLS; "" : the system's */
	unsigned batch_lines;         /* 1..10000 */
	unsigned gzip_level;          /* 0 sends plain, 1..9 */
	unsigned interval_ms;         /* live readings are gathered this long before they go */
	unsigned timeout_ms;          /* for a whole request that makes no progress */
	unsigned retry_first_ms,
		retry_most_ms; /* of the full-jitter back-off; a hold is no longer */
	enum line_positions positions;
	unsigned receipt_s; /* so long after sending the store is asked what it has; 0: never */
	/* How it is asked, where that differs from sending; "": the same. */
	char read_url[STORE_URL], read_user[64], read_token_file[STORE_FILE];
	/* UTC: https is tried only while the machine's clock shows from tls_from_ms to before
	 * tls_to_ms; both 0: whatever it shows. */
	int64_t tls_from_ms, tls_to_ms;
};

/* Why something waits, for people and for JSON. */
enum uplink_condition {
	UPLINK_IDLE, /* all that can be sent is sent */
	UPLINK_SENDING,
	UPLINK_WAITING, /* the store is away or busy; tried again at next_ms */
	UPLINK_HELD, /* the store refuses everything: token, database, portal; a person must act */
	UPLINK_NO_TIME, /* readings wait for a trusted clock */
	UPLINK_CLOCK,   /* the machine's clock keeps certificates from being believed */
	UPLINK_BUDGET /* raw readings wait for bytes, until next_ms (0: for the time, too): no alarm */
};

/* What the store's own count says. */
enum receipts_condition {
	RECEIPTS_OFF,     /* receipt_s = 0: never asked */
	RECEIPTS_WAITING, /* not asked yet since start */
	RECEIPTS_ASKING,
	RECEIPTS_WHOLE,    /* it has all that was asked about */
	RECEIPTS_MENDING,  /* some were missing, and are sent again */
	RECEIPTS_MISSING,  /* some are missing, and were sent before; `words` */
	RECEIPTS_AWAY,     /* no answer this time; asked again */
	RECEIPTS_NO_ROUTE, /* it gives no answer: readings stay at "sent"; `words` */
	RECEIPTS_CONDITIONS
};

enum { RECEIPT_HOLES = 8 };

struct receipts_state {
	enum receipts_condition condition;
	uint64_t passes;   /* ended since start, with an answer or without */
	int64_t asked_ms;  /* boot time when the last whole pass ended; 0: none yet */
	uint64_t requests; /* since start */
	uint64_t again;    /* numbers found missing and sent again since start */
	/* Of the last pass, by stream: asked about; missing; the first runs of those. */
	uint64_t asked[STREAM_COUNT], missing[STREAM_COUNT], young[STREAM_COUNT];
	struct range holes[STREAM_COUNT][RECEIPT_HOLES];
	unsigned n_holes[STREAM_COUNT];
	int64_t missing_from_ms,
		missing_to_ms; /* UTC of the oldest and youngest that are missing */
	char words[320];
};

/* What waits though the store can be reached and takes other lines: a person there must act. */
struct uplink_held {
	/* Older than the store keeps: how many by stream, the UTC in ms of the oldest and youngest, boot time of the
	 * next try, the store's words. */
	uint64_t old[STREAM_COUNT];
	int64_t oldest_ms, youngest_ms, next_ms;
	char words[200];
	/* Streams of which it refuses every line, boot time of the next try, its words. */
	bool shut[STREAM_COUNT];
	int64_t shut_next_ms;
	char shut_words[200];
	bool unread; /* some cannot be read from the van's card just now */
};

struct uplink_state {
	char store[STORE_NAME];
	enum uplink_condition condition;
	int64_t next_ms;      /* boot time of the next try; 0: none planned */
	int64_t last_sent_ms; /* boot time of the last 2xx; 0: never */
	int last_status;      /* HTTP status, 0: none */
	char last_words[400]; /* the store's or the transport's words, made printable */
	uint64_t requests, lines, body_bytes,
		wire_bytes; /* since start; wire: TCP payload sent, with TLS and repeats */
	struct uplink_held held;
	struct receipts_state receipts;
};

struct uplink;
struct links;

int uplink_new(struct uplink **out, const struct store_conf *conf, const char *lab,
	struct spool *spool, const struct clock *clock, uint64_t seed) MUST_USE;
/* Before it starts: its raw readings keep to the budget of `links`, which live as long. */
void uplink_use_links(struct uplink *uplink, struct links *links);
int uplink_start(struct uplink *uplink) MUST_USE;
void uplink_stop(struct uplink
		*uplink); /* aborts a request in flight; what was not confirmed stays unsent */
void uplink_free(struct uplink *uplink);
/* Tries now what waits or is held, what is too old for the store too. */
void uplink_wake(struct uplink *uplink);
/* Asks now what the store has of what was sent, rather than when its time comes; `all`: of what it confirmed before, too. */
void uplink_reconcile(struct uplink *uplink, bool all);
void uplink_state(struct uplink *uplink, struct uplink_state *out);
/* Boot time in ms when the thread last came round or a transfer last moved: for the watchdog. */
int64_t uplink_heartbeat_ms(struct uplink *uplink);

#endif
