/*
 * check.h - the checksum of what is stored: CRC-32 (zlib) over a canonical form, little-endian, fixed
 * order, so that it means the same whatever SQLite does with a column.  Stored as a signed 32-bit number.
 */
#ifndef SPOOL_CHECK_H
#define SPOOL_CHECK_H

#include "spool/reader.h"

/* One exchange as the segment file holds it. */
struct check_exchange {
	uint64_t seq; /* number of its first reading */
	const struct exchange *exchange;
	const uint32_t *series; /* of each reading, as numbered in that file */
	uint32_t boot;          /* as numbered in that file */
	int schema;             /* of that file: 1 knows the district alone of the area's codes */
};

int32_t check_of_exchange(const struct check_exchange *row);
int32_t check_of_series(uint32_t id, const struct series *series);
/* Of the codes of a place: district, tehsil, neighbour, edition. */
int32_t check_of_area(uint32_t id, const struct place *place);
int32_t check_of_boot(uint32_t id, const char *uuid, uint64_t first_reading, uint64_t first_ledger);
int32_t check_of_epoch(const char *uuid, const struct time_offset *offset);
int32_t check_of_delivery(const char *store, int stream, int delivery, struct range range);
/* Of a ledger row, but its UTC. */
int32_t check_of_ledger(uint64_t number, uint32_t boot, const struct ledger_record *record);

#endif
