/* feed.h - an answer's bytes, so many at a time, to its end.  Its first error. */
#ifndef TESTS_HEATMAP_FEED_H
#define TESTS_HEATMAP_FEED_H

#include "../../../tools/heatmap/answer.h"

static inline int feed_answer(struct answer *answer, const char *bytes, size_t len, size_t piece)
{
	size_t at;
	int err;

	for (at = 0; at < len; at += piece)
		if (!answer_bytes(answer, bytes + at, len - at < piece ? len - at : piece))
			break;
	err = answer_end(answer);
	answer_free(answer);
	return err;
}

#endif
