/* Any bytes as qc.conf: a clear refusal, or thresholds that every test can use. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/qc.h"
#include "qc/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets the string it is in when the grammar refuses the text: some bytes, once. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void must(bool so)
{
	if (!so)
		abort();
}

static void use(const struct qc_thresholds *t)
{
	struct qc_spread spread = {.thresholds = NULL};
	struct qc_stream stream;
	struct qc_flags flags;
	enum qc flag;
	int i;

	must(!(t->fail.low > t->fail.high) && !(t->suspect.low < t->fail.low));
	must(!(t->flat_tolerance <= 0) && !(t->attenuated_fail > t->attenuated_suspect));
	qc_stream_begin(&stream, t);
	qc_spread_begin(&spread, t);
	for (i = 0; i < 200; i++) {
		(void)qc_stream_take(&stream, 1000 * i, i % 9 ? i % 50 : (double)NAN, 0, &flags);
		must(!qc_spread_take(&spread, 1000 * i, i % 50, &flag));
		(void)qc_climatology(t, 2678400000LL * i, i % 50);
	}
	qc_spread_free(&spread);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = malloc(n + 1), said[2048];
	struct text errors = text_over(said, sizeof(said));
	struct qc_conf *conf = NULL;
	unsigned i;

	must(text != NULL);
	memcpy(text, bytes, n);
	text[n] = '\0';
	must(qc_conf_read_text(&conf, "qc.conf", text, &errors) ? errors.len : conf != NULL);
	for (i = 0; conf && i < conf->n; i++)
		use(&conf->entries[i].thresholds);
	qc_conf_free(conf);
	free(text);
	return 0;
}
