/* console.h - waterlab-console, the program. */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

/* Returns the exit status: 0 stopped as asked or printed, 1 could not start, 2 a wrong command line. */
int console_run(int argc, char **argv);

#endif
