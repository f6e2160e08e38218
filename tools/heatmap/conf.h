/* conf.h - heatmap.conf, checked. */
#ifndef HEATMAP_CONF_H
#define HEATMAP_CONF_H

#include <stdio.h>

#include "model/limits.h"
#include "policy.h"
#include "uplink/uplink.h"

enum { HEATMAP_PATH = 256 };

struct heatmap_conf {
	struct store_conf store;
	char out[HEATMAP_PATH];    /* the folder that is published; full path */
	char places[HEATMAP_PATH]; /* config/places.csv */
	char page[HEATMAP_PATH];   /* folder of the built page; "": none is laid beside the data */
	char licence[HEATMAP_PATH];
	char notice[HEATMAP_PATH];  /* above every screen; "": none */
	char aliases[HEATMAP_PATH]; /* the centre's table of doubles; "": none */
	struct limits_conf limits;
	struct outlines_conf {
		char file[HEATMAP_PATH]; /* GeoJSON; full path; "": the map has no outlines */
		char edition[HEATMAP_PATH], disclaimer[4 * HEATMAP_PATH];
		char language[16]; /* of the disclaimer: "en", "ur" */
	} outlines;
	struct policy policy;
	int64_t from_ms;         /* UTC; nothing older is read */
	unsigned stale_days;     /* a cell whose newest result is older is faded */
	unsigned give_up_s;      /* for one whole publication */
	unsigned withdrawn_days; /* so long a row that is gone is listed */
	unsigned keep;           /* versions before the current one that stay */
};

/* As conf_read() (conf/conf.h): errors name FILE:LINE. */
int heatmap_conf_read(struct heatmap_conf *conf, const char *path, struct text *errors) MUST_USE;
/* Of a text under that name. */
int heatmap_conf_read_text(struct heatmap_conf *conf, const char *path, const char *text,
	struct text *errors) MUST_USE;
void heatmap_conf_print(const struct heatmap_conf *conf, FILE *to);
void heatmap_conf_print_sample(FILE *to);

#endif
