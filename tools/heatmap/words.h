/* words.h - the words of the published files: stable, for the page, portals and spreadsheets. */
#ifndef HEATMAP_WORDS_H
#define HEATMAP_WORDS_H

#include "cells.h"

const char *word_of_censor(unsigned kind); /* "": none */
const char *word_of_class(bool screening);
const char *word_of_sources(enum sources sources);
const char *word_of_purpose(unsigned purpose);
const char *word_of_status(unsigned status);
const char *word_of_treated(unsigned treated);
const char *word_of_must(enum limit_operator must);
/* "" where there is none. */
const char *word_of_verdict(unsigned verdict);
const char *word_of_reason(unsigned reason);
const char *word_of_basis(unsigned basis);
/* The unit of a parameter: its UCUM code, for programs; as people write it. */
const char *word_of_unit(const char *parameter);
void word_put_unit(struct text *to, const char *parameter);

#endif
