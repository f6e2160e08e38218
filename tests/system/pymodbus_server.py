#!/usr/bin/python3
"""A Modbus server made with Debian's pymodbus: an analyzer that shares no line of code with ours.

    with PymodbusServer.tcp(units) as server:             # server.where is "127.0.0.1:PORT"
    with PymodbusServer.rtu(units, folder) as server:     # server.where is a pty, the other end of socat's pair
        server.put(1, "holding", 0, [712, 215])           # registers change while it runs
        server.reads()                                    # what was read: [(unit, table, address, [words]), ...]

`units` is {number: {"holding" | "input" | "coils" | "discrete": {address: [values]}}}; wire addresses from 0.
What is in no table is answered with exception 2, unknown unit numbers not at all.

Alone: pymodbus_server.py '{"tcp": 5020, "units": {"1": {"holding": {"0": [712]}}}}'.  It prints "ready" and
then one JSON list for each read; each line on its standard input, [unit, table, address, [values]], is put.
"""

import asyncio
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time

TABLES = {"coils": "c", "discrete": "d", "holding": "h", "input": "i"}


class Ended(Exception):
    pass


def wait_for(what, test, seconds=10):
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            raise Ended("waited %d s in vain for %s" % (seconds, what))
        time.sleep(0.01)


class PymodbusServer:
    def __init__(self, how, where, units, socat=None, folder=None):
        self.how, self.where, self.units = how, where, units
        self.socat, self.folder = socat, folder
        self.process, self.heard = None, []

    @classmethod
    def tcp(cls, units):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        return cls({"tcp": port}, "127.0.0.1:%d" % port, units)

    @classmethod
    def rtu(cls, units, folder, baud=9600):
        """Two ptys that socat joins: FOLDER/master for the asker, FOLDER/slave for the server."""
        os.makedirs(folder, exist_ok=True)
        master, slave = (os.path.join(folder, end) for end in ("master", "slave"))
        socat = subprocess.Popen(["socat", "pty,raw,echo=0,link=" + master, "pty,raw,echo=0,link=" + slave])
        try:
            wait_for("socat's ptys", lambda: os.path.exists(master) and os.path.exists(slave))
        except Ended:
            socat.kill()
            socat.wait()
            raise
        return cls({"rtu": slave, "baud": baud}, master, units, socat, folder)

    def __enter__(self):
        argv = [sys.executable, "-B", os.path.abspath(__file__), json.dumps(dict(self.how, units=self.units))]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if self.process.stdout.readline() != "ready\n":
                raise Ended("the pymodbus server ended with status %s" % self.process.wait(5))
            if "tcp" in self.how:
                wait_for("its port", self.listens)
        except BaseException:
            self.__exit__()
            raise
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        return self

    def __exit__(self, *_):
        for process in (self.process, self.socat):
            if process and process.poll() is None:
                process.terminate()
                process.wait(10)
        if hasattr(self, "reader"):
            self.reader.join()
        if self.process:
            self.process.stdin.close()
            self.process.stdout.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.how["tcp"])).close()
        except OSError:
            return False
        return True

    def read(self):
        for line in self.process.stdout:
            self.heard.append(json.loads(line))

    def reads(self):
        return [tuple(entry) for entry in list(self.heard)]

    def put(self, unit, table, address, values):
        self.process.stdin.write(json.dumps([unit, table, address, values]) + "\n")
        self.process.stdin.flush()


def say(*what):
    print(json.dumps(what), flush=True)


async def serve(how):
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
    from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
    from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

    class Told(ModbusSparseDataBlock):
        def __init__(self, unit, table, values):
            super().__init__(values)
            self.unit, self.table = unit, table

        def getValues(self, address, count=1):
            values = super().getValues(address, count)
            say(self.unit, self.table, address, values)
            return values

    blocks, slaves = {}, {}
    for unit, tables in how["units"].items():
        unit = int(unit)
        spread = {table: {int(address) + i: value for address, values in tables.get(table, {}).items()
                          for i, value in enumerate(values)} for table in TABLES}
        for table in TABLES:
            # A block with nothing in it would take any address: one register nobody asks for.
            blocks[unit, table] = Told(unit, table, spread[table] or {70000: 0})
        slaves[unit] = ModbusSlaveContext(di=blocks[unit, "discrete"], co=blocks[unit, "coils"],
                                          hr=blocks[unit, "holding"], ir=blocks[unit, "input"], zero_mode=True)
    context = ModbusServerContext(slaves=slaves, single=False)
    loop = asyncio.get_running_loop()

    have = bytearray()

    def take():
        some = os.read(0, 65536)  # a buffered reader would sit on the second of two lines
        if not some:
            loop.remove_reader(0)
        have.extend(some)
        *lines, have[:] = have.split(b"\n")
        for line in lines:
            unit, table, address, values = json.loads(line)
            for i, value in enumerate(values):
                blocks[unit, table].values[address + i] = value

    loop.add_reader(0, take)
    if "tcp" in how:
        server = ModbusTcpServer(context, framer=ModbusSocketFramer, address=("127.0.0.1", how["tcp"]))
    else:
        server = ModbusSerialServer(context, ModbusRtuFramer, port=how["rtu"], baudrate=how["baud"],
                                    ignore_missing_slaves=True)
        await server.start()
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
