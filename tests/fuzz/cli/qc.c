/* Any bytes as a table of readings: each row goes out, or is named. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/qc_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char words[] =
	"tests = ( { parameter = \"ph\"; why = \"because\"; fail = ( 0, 14 ); suspect = ( 6, 9 );\n"
	"interval_s = 1; spike = ( 1, 3 ); rate_per_s = 2; gap_s = 10;\n"
	"flat = { tolerance = 0.01; suspect_s = 200; fail_s = 400; };\n"
	"attenuated = { over_s = 20; suspect = 1; fail = 0.5; };\n"
	"seasons = ( { from_month = 12; to_month = 8; suspect = ( 7, 8 ); why = \"warm\"; } ); } "
	");\n"
	"location = { why = \"here\"; lat = ( 30, 40 ); farthest_m = 1000; };\n"
	"no_value = ( -9999 );\n";

static void must(bool so)
{
	if (!so)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct qc_conf *conf;
	char wrong[256], *out = NULL, *said = NULL;
	struct text errors = text_over(wrong, sizeof(wrong));
	size_t out_len = 0, said_len = 0;
	FILE *in, *to, *say;
	int end;

	if (!conf)
		must(!qc_conf_read_text(&conf, "qc.conf", words, &errors));
	if (!n)
		return 0;
	in = fmemopen((void *)(uintptr_t)bytes, n, "r");
	to = open_memstream(&out, &out_len);
	say = open_memstream(&said, &said_len);
	must(in && to && say);
	end = qc_judge_table(conf, "series.csv", in, to, say);
	fclose(in);
	fclose(to);
	fclose(say);
	must(end == CLI_DONE || said_len);
	must(end != CLI_DONE || out_len);
	free(out);
	free(said);
	return 0;
}
