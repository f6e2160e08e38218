/* flags.h - the words for enum reading_flag, the same wherever people read them. */
#ifndef MODEL_FLAGS_H
#define MODEL_FLAGS_H

/* One word a flag, bit 0 first; NULL where there is none. */
const char *flag_word(unsigned bit);

#endif
