/*
 * verdict.h - what a store's answer means for the lines that were sent.  Pure.
 *
 * Nothing is ever dropped for a status: the worst that can follow is that lines wait.  Only 204 is SENT:
 * every write route spoken here answers 204, a captive portal or a mistaken proxy answers 200.
 * Sources: InfluxDB 1.6 and VictoriaMetrics 1.79 as observed, InfluxDB 2 API documentation, RFC 9110.
 */
#ifndef UPLINK_VERDICT_H
#define UPLINK_VERDICT_H

#include "uplink/uplink.h"

/* How the exchange itself went, from best to oddest. */
enum transport {
	TRANSPORT_WHOLE,    /* a whole answer came */
	TRANSPORT_STOPPED,  /* we were asked to stop */
	TRANSPORT_NAME,     /* the store's name could not be resolved */
	TRANSPORT_CONNECT,  /* refused, unreachable, or no connection in time */
	TRANSPORT_TIMEOUT,  /* nothing moved for timeout_ms */
	TRANSPORT_CUT,      /* the connection broke, or the answer ended early */
	TRANSPORT_TLS,      /* the TLS handshake failed */
	TRANSPORT_TRUST,    /* the store's certificate is not believed */
	TRANSPORT_EARLY,    /* ... because it is not valid yet, by the machine's clock */
	TRANSPORT_EXPIRED,  /* ... because it is not valid any more, by the machine's clock */
	TRANSPORT_TLS_OURS, /* our CA, certificate or key file cannot be used */
	TRANSPORT_NOT_HTTP, /* bytes came that are not HTTP */
	TRANSPORT_TOO_LONG, /* the answer had no end */
	TRANSPORT_OURS,     /* we could not even try: URL, token file, memory */
	TRANSPORT_COUNT
};

enum { REPLY_EXCERPT = 256 };

struct reply {
	enum transport transport;
	int status;        /* HTTP status, 0: none came */
	bool html;         /* the content type says a page for people: not the store's answer */
	int64_t retry_ms;  /* Retry-After; 0: none */
	size_t sent_bytes; /* how much of the body went out */
	char body
		[REPLY_EXCERPT]; /* the first bytes of the answer, or the transport's words; printable */
};

enum verdict_kind {
	VERDICT_SENT,   /* the store has them all */
	VERDICT_HALVE,  /* too large: the same lines in smaller requests */
	VERDICT_BISECT, /* some line may be bad: find out which */
	VERDICT_WAIT,   /* try again: after wait_ms when it is not 0, else after the back-off */
	VERDICT_HOLD    /* a person must act: keep all, try slowly */
};

enum verdict_reason {
	REASON_NONE,
	REASON_STOPPED,
	REASON_NO_LINK,   /* no way to the store */
	REASON_TLS,       /* certificates */
	REASON_NOT_STORE, /* somebody else answers: portal, proxy */
	REASON_TOKEN,
	REASON_DATABASE,  /* database, bucket, retention policy or route is not there */
	REASON_RETENTION, /* lines are older than the store keeps */
	REASON_LINES,     /* the store refuses some lines */
	REASON_TOO_LARGE,
	REASON_BUSY,  /* the store says later, or has trouble of its own */
	REASON_SETUP, /* our own configuration */
	REASON_DATES  /* a certificate's dates, or the clock they are judged by */
};

struct verdict {
	enum verdict_kind kind;
	enum verdict_reason reason;
	int64_t wait_ms; /* WAIT: the store's own Retry-After, capped at RETRY_MOST_MS; 0: none */
	const char *remedy; /* what it means and what to do, for people; static */
};

enum { RETRY_MOST_MS = 60 * 60 * 1000 };

struct verdict verdict_of(enum store_flavour flavour, const struct reply *reply);

/* N of InfluxDB's "partial write: ... dropped=N"; 0 when it does not say. */
uint64_t verdict_dropped(const char *body);

/* The words in a body of JSON (error, message) or of a page (its title); else all of it. */
void verdict_words(char *to, size_t cap, const char *body);

/*
 * Retry-After as ms from now, 0..RETRY_MOST_MS: seconds, or an HTTP date (all three forms of RFC 9110)
 * measured against the reply's own Date, for the van's clock may be wrong; without a Date against
 * wall_ms.  0 when it cannot be read.
 */
int64_t verdict_retry_ms(const char *retry_after, const char *date, int64_t wall_ms);

#endif
