/* files.h - the page's own files, as they are carried inside the program (page_files.h). */
#ifndef CONSOLE_FILES_H
#define CONSOLE_FILES_H

#include "console/page_files.h"

/* The file at that path, "/" being index.html; NULL: there is none. */
const struct page_file *files_find(const char *path);
/* Its Content-Type, by the end of its name. */
const char *files_type(const struct page_file *file);

/* What the page must know of the program: {"version", "languages"}; malloc'd, or NULL. */
char *files_say_page(void);

#endif
