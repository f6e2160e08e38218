/* page_files.h - the files of src/console/page, carried inside the program.  Made by src/console/embed. */
#ifndef CONSOLE_PAGE_FILES_H
#define CONSOLE_PAGE_FILES_H

#include <stddef.h>

struct page_file {
	const char *path; /* "/page.css"; NULL ends the table */
	const unsigned char *bytes;
	size_t n;
};
extern const struct page_file page_files[];

#endif
