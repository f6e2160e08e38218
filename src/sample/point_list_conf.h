/* point_list_conf.h - which files point_list.h reads. */
#ifndef SAMPLE_POINT_LIST_CONF_H
#define SAMPLE_POINT_LIST_CONF_H

enum { POINT_LIST_PATH = 256 };

struct point_list_conf {
	char points[POINT_LIST_PATH];  /* "": no list */
	char aliases[POINT_LIST_PATH]; /* "": no doubles */
};

#endif
