# Which module may include which: LAYER_x names every module whose headers x may include, and whose
# archives a program using x must link.  The Makefile links by it; `make lint` checks #include by it.
LAYER_base     =
LAYER_model    = base
LAYER_qc       = model base
LAYER_sample   = model base
LAYER_io       = base
LAYER_district = model base
LAYER_place    = district io model base
LAYER_spool    = model base
LAYER_bus      = io qc model base
LAYER_inbox    = bus spool io qc model base
LAYER_uplink   = spool sample model base
LAYER_operators = base
LAYER_control  = base
LAYER_conf     = inbox bus uplink place district spool sample io qc model base
LAYER_daemon   = conf inbox bus uplink place district control spool sample io qc model base
LAYER_console  = conf inbox bus uplink place district control operators spool sample io qc model base
LAYER_cli      = conf inbox bus uplink place district control operators spool sample io qc model base
LAYER_heatmap  = conf inbox bus uplink place district spool sample io qc model base

# The rooms that may include each outside library: one, where it can be.
ONLY_modbus/modbus.h = io
ONLY_libserialport.h = io
ONLY_sqlite3.h       = spool
ONLY_curl/curl.h     = uplink
ONLY_libconfig.h     = conf
ONLY_gps.h           = place
ONLY_geos_c.h        = district
ONLY_jansson.h       = district place uplink control daemon cli console
ONLY_microhttpd.h    = console
ONLY_sodium.h        = operators
ONLY_fnmatch.h       = inbox uplink
ONLY_zlib.h          = spool uplink district

# What each module's own libraries are called at the linker.
LIBS_io       = -lmodbus -lserialport
LIBS_district = -lgeos_c -ljansson -lz
LIBS_place    = -lgps -ljansson
LIBS_spool    = -lsqlite3 -lz
LIBS_uplink   = -lcurl -ljansson -lz
LIBS_operators = -lsodium
LIBS_control  = -ljansson
LIBS_conf     = -lconfig
LIBS_daemon   = -ljansson
LIBS_cli      = -ljansson
LIBS_heatmap  = -ljansson
LIBS_console  = -lmicrohttpd -ljansson
