/*
 * victoria.h - what VictoriaMetrics is asked, and its answers, line by line, as rows.  Pure.
 *
 * It keeps each field of a result as a series of its own: fields that have the same tags and the same time are one row.  A
 * line of an export is one series.  Nothing in an answer says that it is whole, so a row without one of the fields that every
 * result has is none, and counts are asked for apart, those of fields that only some results have, too.
 */
#ifndef HEATMAP_VICTORIA_H
#define HEATMAP_VICTORIA_H

#include "answer.h"
#include "uplink/uplink.h"

/* As influx.h.  A database is the label `db`, when one is named. */
/* An instant query, asked at POST_INSTANT, as all that follow but points and results. */
void victoria_put_prints(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t to_ms);
/*
 * Of several labs at once: the store keeps a field's series of all of them side by side, and opens each block of its index
 * once a question.  A year of 50 labs one by one is twice the work, and 28 days at a time twice that.
 */
void victoria_put_counts(
	struct text *form, const struct store_conf *conf, const struct asked *asked);
void victoria_put_results(
	struct text *form, const struct store_conf *conf, const struct asked *asked);
void victoria_put_points(struct text *form, const struct store_conf *conf, int64_t to_ms);
void victoria_put_heard(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms);

/* The same: when each field of a lab's status was there last; then its values. */
void victoria_put_lab_times(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms);
void victoria_put_labs(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms);

/* Into answer->n and n_fields: how many results there are, and of the fields without which one says too much. */
int victoria_take_counts(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_prints(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_results(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_points(struct answer *answer, const char *line, size_t len) MUST_USE;
/* A lab's newest moment; and of the fields that were there then the values. */
int victoria_take_lab_times(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_labs(struct answer *answer, const char *line, size_t len) MUST_USE;
int victoria_take_heard(struct answer *answer, const char *line, size_t len) MUST_USE;

/* A result that comes without this field of it is another one. */
bool victoria_is_guarded(const char *name);
/* After the last line of results: each has what all have.  ERR_DAMAGED with words. */
int victoria_check_results(const struct rows *rows, size_t first, struct text *why) MUST_USE;

#endif
