/* Where things lie on a base map that is not in WGS-84: GCJ-02 as geo/crs.py writes it, and back by iteration. Everything of the
   cockpit's own is WGS-84; only what is drawn on such a base map is shifted, and what is read off it shifted back. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const A = 6378245.0; // Krassovsky 1940, metres
  const EE = 0.00669342162296594323;
  const { PI, sin, cos, sqrt, abs } = Math;
  const wave = (v, parts) => parts.reduce((sum, [size, pace]) => sum + size * sin(v * pace * PI), 0);

  function shift(x, y) {
    const common = (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * (2 / 3);
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common + (2 / 3) * wave(y, [[20, 1], [40, 1 / 3], [160, 1 / 12], [320, 1 / 30]]);
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common + (2 / 3) * wave(x, [[20, 1], [40, 1 / 3], [150, 1 / 12], [300, 1 / 30]]);
    return [east, north];
  }

  function toGcj([lon, lat]) {
    if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat];
    const [east, north] = shift(lon - 105, lat - 35);
    const phi = (lat / 180) * PI;
    const magic = 1 - EE * sin(phi) * sin(phi);
    return [lon + (east * 180) / ((A / sqrt(magic)) * cos(phi) * PI), lat + (north * 180) / (((A * (1 - EE)) / (magic * sqrt(magic))) * PI)];
  }

  function fromGcj(at) {
    let [lon, lat] = at;
    for (let i = 0; i < 5; i++) {
      const [x, y] = toGcj([lon, lat]);
      lon += at[0] - x;
      lat += at[1] - y;
    }
    return [lon, lat];
  }

  const same = (at) => at;
  cockpit.gcj02 = { out: toGcj, back: fromGcj };
  /** How the base map of a panel's configuration lies: out (WGS-84 to the map) and back. */
  cockpit.lie = (config) => (config.base && config.base.crs === "gcj02" ? cockpit.gcj02 : { out: same, back: same });

  /** GeoJSON with every position moved; the same object where nothing moves. */
  cockpit.moved = function (collection, out) {
    if (out === same || !collection) return collection;
    const walk = (part) => (typeof part[0] === "number" ? out(part) : part.map(walk));
    const features = collection.features.map((f) => ({ ...f, geometry: { ...f.geometry, coordinates: walk(f.geometry.coordinates) } }));
    return { ...collection, features };
  };
})();
