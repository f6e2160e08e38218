/* files.h - the files that districts come from, opened; what is wrong with one is said, and costs the district only. */
#ifndef PLACE_FILES_H
#define PLACE_FILES_H

#include "base/log.h"
#include "district/boundaries.h"
#include "district/gazetteer.h"

/* Installed boundaries, or NULL with the reason and the remedy in `words`, and in the log at that level. */
struct boundaries *files_boundaries(
	const char *path, enum log_level level, char *words, size_t cap);
/* NULL, with the reason in the log, when there is none. */
struct gazetteer *files_gazetteer(const char *path);

#endif
