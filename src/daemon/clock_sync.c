#include <errno.h>
#include <sys/timex.h>

#include "daemon/stamps.h"

struct clock_sync clock_sync_kernel(void *ctx)
{
	struct timex timex = {.modes = 0};
	struct clock_sync sync = {0};
	int state = adjtimex(&timex);

	(void)ctx;
	if (state < 0) {
		sync.no = errno;
		return sync;
	}
	sync.synchronised = state != TIME_ERROR && !(timex.status & STA_UNSYNC);
	sync.most_error_ms = (timex.maxerror + 999) / 1000;
	return sync;
}
