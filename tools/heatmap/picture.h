/* picture.h - all that one version of the published folder is made of. */
#ifndef HEATMAP_PICTURE_H
#define HEATMAP_PICTURE_H

#include "cells.h"
#include "conf.h"
#include "district/gazetteer.h"
#include "failures.h"

struct changes;

enum view { VIEW_PUBLIC, VIEW_OFFICIAL, VIEW_LABS };

struct picture {
	const struct heatmap_conf *conf;
	const struct limit_book *limits;
	const struct gazetteer *places;
	struct rows *rows; /* settled, and judged */
	struct speakers speakers;
	struct failures failures, open_public; /* what public results alone show to be open */
	struct cells apart, all; /* public and private sources each for themselves; together */
	/* official/data of the version before, where this very program wrote it; "": it did not. */
	const char *before;
	struct changes *changes; /* since the version before; NULL: results are not published */
	int64_t made_ms;         /* UTC */
	int64_t as_of_ms;        /* of the newest result that counts; 0: none */
	size_t strays; /* results of districts that the gazetteer does not have: of none */
};

/* From rows that were read: judges them and makes the rest.  ERR_MEMORY. */
int picture_make(struct picture *picture) MUST_USE;
void picture_free(struct picture *picture);

/* The district's own row of the gazetteer; NULL: it has none. */
const struct gazetteer_place *picture_district(const struct picture *picture, const char *code);
const char *view_word(enum view view);

#endif
