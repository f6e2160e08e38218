/* clock_chip.h - what the machine's clock chip says, by the kernel's files; nothing is ever written. */
#ifndef DAEMON_CLOCK_CHIP_H
#define DAEMON_CLOCK_CHIP_H

#include "daemon/stamps_judge.h"

#define CLOCK_CHIPS "/sys/class/rtc"

/* The chip in `folder` that the kernel set its clock from, or another one, or none. */
struct clock_chip clock_chip_read(const char *folder);

#endif
