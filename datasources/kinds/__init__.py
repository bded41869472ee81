"""Every kind of source there is: one module each, its Spec beside its class."""

from datasources.kinds.alertmanager import AlertmanagerSource, AlertmanagerSpec
from datasources.kinds.cap import CapSource, CapSpec
from datasources.kinds.file import FileSource, FileSpec
from datasources.kinds.form import FormSource, FormSpec
from datasources.kinds.gtfs_rt import GtfsRtSource, GtfsRtSpec
from datasources.kinds.hj212 import Hj212Source, Hj212Spec
from datasources.kinds.http_json import HttpJsonSource, HttpJsonSpec
from datasources.kinds.jt808 import Jt808Source, Jt808Spec
from datasources.kinds.mqtt import MqttSource, MqttSpec
from datasources.kinds.ngsi_ld import NgsiLdSpec, ngsi_ld_source
from datasources.kinds.open_meteo import OpenMeteoSpec, open_meteo_source
from datasources.kinds.openaq import OpenAqSource, OpenAqSpec
from datasources.kinds.prometheus import PrometheusSource, PrometheusSpec
from datasources.kinds.push import PushSource, PushSpec
from datasources.kinds.sensorthings import SensorThingsSpec, sensorthings_source
from datasources.kinds.sql import SqlSource, SqlSpec
from datasources.kinds.usgs_quakes import QuakesSpec, usgs_quakes_source
from datasources.replay import Factory, playable
from domain.source import SourceSpec

__all__ = ["KINDS"]

KINDS: dict[str, tuple[type[SourceSpec], Factory]] = {
    "http_json": (HttpJsonSpec, playable(HttpJsonSource)),
    "sql": (SqlSpec, playable(SqlSource)),
    "file": (FileSpec, playable(FileSource)),
    "push": (PushSpec, PushSource),
    "form": (FormSpec, FormSource),
    "hj212": (Hj212Spec, Hj212Source),
    "jt808": (Jt808Spec, Jt808Source),
    "mqtt": (MqttSpec, MqttSource),
    "cap": (CapSpec, CapSource),
    "prometheus": (PrometheusSpec, PrometheusSource),
    "gtfs_rt": (GtfsRtSpec, GtfsRtSource),
    "alertmanager": (AlertmanagerSpec, AlertmanagerSource),
    "sensorthings": (SensorThingsSpec, sensorthings_source),
    "ngsi_ld": (NgsiLdSpec, ngsi_ld_source),
    "openaq": (OpenAqSpec, OpenAqSource),
    "open_meteo": (OpenMeteoSpec, open_meteo_source),
    "usgs_quakes": (QuakesSpec, usgs_quakes_source),
}
