/*
 * json_line.h - whether a line is JSON that libgps can be trusted with.
 *
 * libgps reads gpsd's own words, and nothing else well.  Of what is cut, nested or no number it makes a
 * position or a time: {"lat":-} is 0, {"x":{"lon":6}} moves the fix, "time":"hello" is in 1899.  And where it
 * stumbles before a second "class", it never comes back: gps_unpack() of
 * {"class":"TPV","lat":"x","class":"TPV"} runs for ever [Debian's 3.22].
 */
#ifndef PLACE_JSON_LINE_H
#define PLACE_JSON_LINE_H

#include <stdbool.h>

enum {
	JSON_LINE_NAME = 30,    /* bytes of the longest name in an object */
	JSON_LINE_STRING = 255, /* of the longest string */
	JSON_LINE_NUMBER = 32   /* and of the longest number */
};

/*
 * One whole object of strings and numbers, as RFC 8259 has it, less what gpsd never writes in one: blanks,
 * escapes and characters beyond ASCII.  "class" comes first; no name comes twice.
 */
bool json_line_is_sound(const char *line);

#endif
