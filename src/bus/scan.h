/*
 * scan.h - who answers on a Modbus line, question by question.  Pure: who owns the line asks, and says what came.
 *
 * Each address is asked for one register, by both functions; who answers is asked for what tells a known model.  All
 * questions are reads.  Addresses that are left out are never asked.
 */
#ifndef BUS_SCAN_H
#define BUS_SCAN_H

#include "base/text.h"
#include "bus/codec.h"
#include "bus/scan_known.h"

enum {
	SCAN_ADDRESSES = 256,
	SCAN_WHO = 200,
	SCAN_ANSWER = 80,
	SCAN_NOISY = 8, /* questions in a row that only noise answered: nothing can be found so */
	/* A device answers within some 20 ms; a gateway asks a bus behind it. */
	SCAN_ANSWER_MS = 120,
	SCAN_GATEWAY_MS = 1000
};

struct scan_found {
	uint8_t address;
	char who[SCAN_WHO]; /* "NAME (MODELS), or NAME (MODELS)"; "": no model that is known */
	char answer[SCAN_ANSWER]; /* to the first question, in words */
};

enum scan_stage { SCAN_LOOK, SCAN_MODEL, SCAN_DRIVER };

struct scan {
	const struct profile *const *known; /* outlive the scan */
	unsigned n_known;
	struct scan_question questions[SCAN_QUESTIONS];
	unsigned first, last, address; /* the one that is asked now */
	bool out[SCAN_ADDRESSES];      /* never asked; those that were found are out too */
	/* so long the address must be left alone before its next question */
	unsigned wait_ms;
	enum scan_stage stage;
	unsigned at; /* question, model or driver */
	bool again;  /* the question is put a second time */
	struct codec codec;
	struct wl_out put;
	unsigned told; /* answers that the driver took for its device's */
	unsigned n_found;
	struct scan_found found[SCAN_ADDRESSES];
	unsigned noisy, noisy_row;
};

/* Addresses first..last, but those in `out`, which is set before. */
void scan_begin(struct scan *scan, const struct profile *const *known, unsigned n_known,
	unsigned first, unsigned last);
/* From the first address again, for another speed: who was found stays. */
void scan_once_more(struct scan *scan);
/* The question now, without its deadline; the same until it is answered.  False: it is over. */
bool scan_question(struct scan *scan, struct port_ask *ask);
/* What port_ask() said to it.  After ERR_GONE and ERR_NOISE the same is asked once more. */
void scan_answer(struct scan *scan, int err, const struct port_reply *reply);

#endif
