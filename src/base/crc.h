/* crc.h - the Modbus RTU checksum: CRC-16, polynomial 0xA001 reflected, start 0xFFFF; low byte first
 * on the wire.  Modbus over Serial Line v1.02, 2.5.1.2. */
#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

uint16_t crc_modbus(const uint8_t *bytes, size_t n);

#endif
