/* stay.h - a file of the version before that would be written again as it is: linked into the new one, not written. */
#ifndef HEATMAP_STAY_H
#define HEATMAP_STAY_H

#include <stdbool.h>

/* The file `name` is the same in both folders, byte for byte. */
bool stay_same(const char *folder, const char *before, const char *name);
/* It becomes that of the folder before.  False: it is what it was, or is not there. */
bool stay_link(const char *folder, const char *before, const char *name);

#endif
