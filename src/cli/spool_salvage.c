/* waterlab spool salvage: what is whole in files that were set aside comes back. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "spool/salvage.h"

struct shown {
	unsigned files;
	unsigned long long back;
};

static int show(void *ctx, const struct salvage_file *file)
{
	struct shown *shown = ctx;

	shown->files++;
	shown->back += file->back;
	printf("%s: ", file->name);
	if (file->found)
		printf("%llu whole, %llu..%llu; %llu are back", (unsigned long long)file->found,
			(unsigned long long)file->range.first, (unsigned long long)file->range.last,
			(unsigned long long)file->back);
	printf("%s%s\n", file->found && *file->words ? "; " : "", file->words);
	return 0;
}

/* What is written must be the daemon's to write: root becomes who owns the folder. */
static bool become_owner(const char *dir)
{
	struct stat st;

	if (geteuid() != 0 || stat(dir, &st) < 0 || st.st_uid == 0)
		return true;
	if (setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 && setuid(st.st_uid) == 0)
		return true;
	fprintf(stderr, "waterlab: cannot become the owner of %s: %s\n", dir, strerror(errno));
	return false;
}

static int salvage(struct spool *spool)
{
	struct shown shown = {0, 0};
	char words[600];
	struct text why = text_over(words, sizeof(words));
	int err = spool_salvage(spool, show, &shown, &why), closed = spool_close(spool);

	if (err || closed) {
		fprintf(stderr,
			"waterlab: %s%s%s; \"waterlab spool salvage\" goes on where it was\n",
			words, why.len ? ": " : "", err_text(err ? err : closed));
		return CLI_FAILED;
	}
	if (!shown.files)
		puts("no file is set aside");
	else if (shown.back)
		printf("%llu rows are back under their numbers; start the daemon: what was not "
		       "sent before goes out\n",
			shown.back);
	return CLI_DONE;
}

int cli_spool_salvage(struct cli *cli)
{
	struct conf *conf = cli_config(cli);
	char words[600];
	struct text why = text_over(words, sizeof(words));
	struct spool *spool;
	int err, end = CLI_FAILED;

	if (!conf)
		return CLI_USAGE;
	if (access(conf->spool.dir, F_OK) < 0) {
		fprintf(stderr, "waterlab: %s: %s\n", conf->spool.dir, strerror(errno));
	} else if (become_owner(conf->spool.dir)) {
		err = spool_open(&spool, &conf->spool, &clock_system, &why);
		if (err == ERR_BUSY)
			fprintf(stderr,
				"waterlab: the daemon holds %s: systemctl stop waterlabd, salvage, "
				"and start it again\n",
				conf->spool.dir);
		else if (err)
			fprintf(stderr, "waterlab: %s\n", why.len ? words : err_text(err));
		else
			end = salvage(spool);
	}
	conf_free(conf);
	return end;
}
