/* run.h - waterlabd from its command line to its end. */
#ifndef DAEMON_RUN_H
#define DAEMON_RUN_H

/* Exit statuses of waterlabd. */
enum {
	RUN_DONE = 0,   /* stopped as asked, or printed what was asked */
	RUN_FAILED = 1, /* could not start, or the last readings could not be saved */
	RUN_USAGE = 2   /* the command line or the configuration is wrong */
};

/* Returns the exit status. */
int run_waterlabd(int argc, char **argv);

#endif
