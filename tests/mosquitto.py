"""A real Mosquitto on loopback, and a few things to do with it."""

import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.servers import free_ports

_PATIENCE = 10.0
_PROGRAM = "/usr/sbin/mosquitto"


class Mosquitto:
    """Started and stopped as often as wanted; its sessions outlive it with `keep`."""

    def __init__(
        self, folder: Path, *, keep: bool = False, lines: tuple[str, ...] = (), pair: tuple[Path, Path] | None = None
    ) -> None:
        """pair: certificate and key of a second listener, at `secure`."""
        self.port = free_ports(2)
        self.secure = self.port + 1
        self._config = folder / "mosquitto.conf"
        kept = ("persistence true", f"persistence_location {folder}/") if keep else ()
        own = lines or (f"listener {self.port} 127.0.0.1", "allow_anonymous true")
        if pair is not None:
            own += (f"listener {self.secure} 127.0.0.1", f"certfile {pair[0]}", f"keyfile {pair[1]}")
        self._config.write_text("\n".join((*own, *kept, "max_queued_messages 0", "user root", "")))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(  # the tests' own broker
            [_PROGRAM, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("the broker did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE)
            self._process = None

    def session(self, client: str, topic: str, *, five: bool = True) -> None:
        """Leave a session behind that waits for what is published."""
        found = self._client(client, five=five)
        done: list[bool] = []
        found.on_subscribe = lambda *_: done.append(True)
        found.subscribe(topic, 1)
        self._until(found, done)
        found.disconnect()
        found.loop_stop()

    def publish(self, topic: str, payload: str | bytes, qos: int = 1) -> None:
        """Return once the broker has it."""
        found = self._client("teller", five=True)
        found.publish(topic, payload, qos).wait_for_publish(_PATIENCE)
        found.disconnect()
        found.loop_stop()

    def waiting(self, client: str) -> list[bytes]:
        """The payloads that the broker still holds for a client; nothing is acknowledged by looking."""
        seen: list[bytes] = []
        found = self._client(client, five=True, manual=True)
        found.on_message = lambda _c, _d, message: seen.append(bytes(message.payload))
        time.sleep(0.3)
        found.disconnect()
        found.loop_stop()
        return seen

    def _client(self, name: str, *, five: bool, manual: bool = False) -> mqtt.Client:
        version = mqtt.MQTTv5 if five else mqtt.MQTTv311
        clean = None if five else False
        made = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=clean, protocol=version, manual_ack=manual)
        done: list[bool] = []
        made.on_connect = lambda *_: done.append(True)
        extra: Mapping[str, Any] = {}
        if five:
            keep = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            keep.SessionExpiryInterval = 3600
            extra = {"clean_start": False, "properties": keep}
        made.connect("127.0.0.1", self.port, 30, **extra)
        made.loop_start()
        self._until(made, done)
        return made

    @staticmethod
    def _until(client: mqtt.Client, done: list[bool]) -> None:
        until = time.monotonic() + _PATIENCE
        while not done and time.monotonic() < until:
            time.sleep(0.005)
        assert done
