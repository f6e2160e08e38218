/*
 * victoria.h - what VictoriaMetrics is asked, and its answers, line by line, as rows.  Pure.
 *
 * It keeps each field of a result as a series of its own: fields that have the same tags and the same time are one row.  A
 * line of an export is one series.  Nothing in an answer says that it is whole, so a row without one of the fields that every
 * result has is none, and its days' counts are asked for apart (store.h), those of fields that only some results have, too.
 */
#ifndef HEATMAP_VICTORIA_H
#define HEATMAP_VICTORIA_H

#include "answer.h"
#include "uplink/uplink.h"

/* As influx.h.  A database is the label `db`, when one is named. */
void victoria_put_days(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t to_ms);
void victoria_put_results(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t to_ms);
void victoria_put_points(struct text *form, const struct store_conf *conf, int64_t to_ms);
/* An instant query, asked at POST_INSTANT. */
void victoria_put_heard(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms);

/* The same: when each field of a lab's status was there last; then its values. */
void victoria_put_lab_times(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms);
void victoria_put_labs(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms);

int victoria_take_days(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_results(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_points(struct answer *answer, const char *line, size_t len) MUST_USE;
/* A lab's newest moment; and of the fields that were there then the values. */
int victoria_take_lab_times(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_labs(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_heard(struct answer *answer, const char *line, size_t len) MUST_USE;

/* After the last line of results: each has what all have.  ERR_DAMAGED with words. */
int victoria_check_results(const struct rows *rows, size_t first, struct text *why) MUST_USE;

#endif
