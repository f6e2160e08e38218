/* waterlab qc: QARTOD's tests over a table of readings. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/qc_table.h"

static struct qc_conf *read_conf(const struct cli *cli)
{
	static char words[16 * 1024];
	struct text errors = text_over(words, sizeof(words));
	struct qc_conf *conf = NULL;
	int err;

	if (!strcmp(cli->config, CLI_CONFIG)) {
		fputs("waterlab: qc needs --config FILE, the thresholds: as installed, "
		      "/etc/waterlab/qc.conf\n",
			stderr);
		return NULL;
	}
	err = qc_conf_read(&conf, cli->config, &errors);
	if (err && !errors.len)
		text_put(&errors, err_text(err));
	fputs(words, stderr);
	if (err && errors.len && words[errors.len - 1] != '\n')
		fputc('\n', stderr);
	return conf;
}

int cli_qc(struct cli *cli)
{
	struct qc_conf *conf = read_conf(cli);
	const char *name = cli->n_args ? cli->args[0] : "standard input";
	FILE *in = stdin;
	int end;

	if (!conf)
		return CLI_USAGE;
	if (cli->n_args)
		in = fopen(name, "re");
	if (in) {
		end = qc_judge_table(conf, name, in, stdout, stderr);
	} else {
		fprintf(stderr, "waterlab: %s: %s\n", name, strerror(errno));
		end = CLI_FAILED;
	}
	if (in && in != stdin)
		fclose(in);
	qc_conf_free(conf);
	return end;
}
