/*
 * influx.h - what InfluxDB 1.x is asked, and its answers, line by line, as rows.  Pure.
 *
 * Answers are chunked JSON: each line is whole, says whether more comes, and carries the store's own error.  An answer that
 * ends without its last line is none.  Results are CSV (influx_rows.c), which has neither, nor any words where the store
 * breaks off: they are whole when of each part there are as many as its print says.
 */
#ifndef HEATMAP_INFLUX_H
#define HEATMAP_INFLUX_H

#include "answer.h"
#include "uplink/uplink.h"

#define INFLUX_NONE   "this is not the answer of an InfluxDB"
#define INFLUX_MISFIT "a row of the store's answer does not fit its columns"

/* A span of time: UTC in ms, the end itself not in it. */
void influx_put_prints(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t to_ms);
/* Of one lab: what a store holds ready for a question grows with the series that it is about. */
void influx_put_results(
	struct text *form, const struct store_conf *conf, const struct asked *asked);
void influx_put_points(struct text *form, const struct store_conf *conf, int64_t to_ms);
void influx_put_heard(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms);

/* The newest `lab_status` of each lab and spool. */
void influx_put_labs(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms);

/* answer_take's: each takes one line.  0; ERR_DAMAGED, ERR_CONF (the store says no) with words in answer->why. */
int influx_take_prints(struct answer *answer, const char *line, size_t len) MUST_USE;
int influx_take_results(struct answer *answer, const char *line, size_t len) MUST_USE;
int influx_take_points(struct answer *answer, const char *line, size_t len) MUST_USE;
int influx_take_labs(struct answer *answer, const char *line, size_t len) MUST_USE;
int influx_take_heard(struct answer *answer, const char *line, size_t len) MUST_USE;

#endif
