/* The map on a canvas: a dash-leaflet map without tiles, for machines without a graphics card of their own. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const CELL = 56; // pixels of one cluster cell
  const CROWD = 300; // more sites than this are clustered

  /** The Leaflet object of the dash-leaflet component that is about to appear inside `slot`. */
  function born(slot) {
    return new Promise((resolve, reject) => {
      const late = window.setTimeout(() => reject(new Error("dash-leaflet did not start")), 15000);
      window.L.Map.addInitHook(function () {
        if (!slot.contains(this.getContainer())) return;
        window.clearTimeout(late);
        this.whenReady(() => resolve(this));
      });
    });
  }

  async function leaflet() {
    for (let i = 0; i < 200 && !(window.L && window.dash_leaflet); i++) await new Promise((r) => window.setTimeout(r, 50));
    if (!window.L) throw new Error("Leaflet is not there");
  }

  cockpit.drawLeaflet = async function (city, hooks) {
    await leaflet();
    const { config, layers } = city;
    const slot = document.querySelector(".map-leaflet");
    const ready = born(slot);
    const props = {
      preferCanvas: true, zoomControl: false, attributionControl: false, zoomAnimation: false, fadeAnimation: false, inertia: true,
      zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 120, center: [config.center[1], config.center[0]], zoom: config.zoom,
      trackViewport: false, minZoom: 6, maxZoom: 15, keyboard: true,
    };
    const component = { type: "MapContainer", namespace: "dash_leaflet", props };
    window.dash_clientside.set_props({ panel: config.panel, part: "leaflet" }, { children: component });
    const map = await ready;
    const L = window.L;
    const c = cockpit.colours();
    const quiet = (style) => ({ interactive: false, style });
    const shape = (name, options) => layers[name] && L.geoJSON(layers[name], options).addTo(map);
    const lines = (f) => f.geometry.type !== "Point";

    shape("context", quiet((f) => ({ color: "#1b3550", weight: 1, fillColor: f.properties.kind === "sea" ? "#0b2f4e" : "#0a1b2d", fillOpacity: 0.75 })));
    for (const [weight, opacity] of [[12, 0.03], [7, 0.05], [4, 0.08]]) {
      shape("districts", quiet({ color: c("accent"), weight, opacity, fill: false }));
    }
    const districts = shape("districts", {
      onEachFeature(feature, layer) {
        const code = feature.properties.adcode;
        layer.on("click", () => hooks.district(code));
        layer.on("mousemove", (e) => hooks.hover(city.districtTip(code), e.containerPoint.x, e.containerPoint.y));
        layer.on("mouseout", () => hooks.hover(null));
      },
    });
    const water = { interactive: false, filter: lines, style: (f) => ({ color: "#3a78ae", weight: f.properties.kind === "lake" ? 0.5 : 1.2, opacity: 0.6, fill: f.properties.kind === "lake", fillColor: "#2b6ea8", fillOpacity: 0.6 }) };
    shape("water", water);
    shape("coast", quiet({ color: "#3f86bd", weight: 1, opacity: 0.8, fill: false }));
    shape("streams", { ...water, style: { color: "#3a78ae", weight: 1, opacity: 0.45, dashArray: "4 3", fill: false } });

    const roads = L.layerGroup();
    const roadLines = new Map();
    for (const road of config.roads) {
      const line = L.polyline(road.line.map(([x, y]) => [y, x]), { weight: 2, color: "#3d5a78", opacity: 0.9 });
      line.on("click", () => hooks.road(road.id));
      line.on("mousemove", (e) => hooks.hover({ name: road.name, text: road.told }, e.containerPoint.x, e.containerPoint.y));
      line.on("mouseout", () => hooks.hover(null));
      roadLines.set(road.id, { road, line });
      roads.addLayer(line);
    }

    const looks = {
      facilities: { radius: 2.6, weight: 0, fillColor: "#b9c7d6", fillOpacity: 0.7 },
      sites: { radius: 2.6, weight: 0, fillColor: "#7cc7ef", fillOpacity: 0.75 },
      water: { radius: 3.4, weight: 1.4, color: "#5fd3e8", fillColor: "#0b2740", fillOpacity: 0.9 },
    };
    const groups = Object.fromEntries(Object.keys(looks).map((layer) => [layer, L.layerGroup()]));
    function scatter(layer) {
      const group = groups[layer];
      group.clearLayers();
      const here = config.sites.filter((s) => s[4] === layer);
      for (const pile of here.length > CROWD ? piles(here) : here.map((s) => [s])) {
        const site = pile[0];
        const many = pile.length > 1;
        const dot = many ? heap(pile) : L.circleMarker([site[2], site[1]], looks[layer]);
        dot.on("click", (e) => (many ? map.setView(e.latlng, map.getZoom() + 1.5) : hooks.site(site)));
        if (!many) dot.on("mousemove", (e) => hooks.hover({ name: site[3] }, e.containerPoint.x, e.containerPoint.y));
        dot.on("mouseout", () => hooks.hover(null));
        group.addLayer(dot);
      }
    }
    /** Several sites in one cell: a disc with their number, in the middle of them. */
    function heap(pile) {
      const middle = [2, 1].map((i) => pile.reduce((sum, s) => sum + s[i], 0) / pile.length);
      const size = Math.round(18 + 3 * Math.log2(pile.length));
      return L.marker(middle, { icon: L.divIcon({ className: "pile", html: String(pile.length), iconSize: [size, size] }), keyboard: false });
    }
    function piles(sites) {
      const cells = new Map();
      for (const site of sites) {
        const p = map.project([site[2], site[1]], map.getZoom());
        const cell = Math.floor(p.x / CELL) + "," + Math.floor(p.y / CELL);
        if (!cells.has(cell)) cells.set(cell, []);
        cells.get(cell).push(site);
      }
      return [...cells.values()];
    }
    const rescatter = () => Object.keys(groups).forEach(scatter);
    rescatter();
    if (config.sites.length > CROWD) map.on("zoomend", rescatter);
    map.on("dragstart", hooks.touched);
    map.getContainer().addEventListener("wheel", hooks.touched, { passive: true });

    const toggle = (layer, on) => (on ? layer.addTo(map) : layer.remove());
    const tone = (level) => (level ? c("p" + level) : "#3d5a78");
    const fillOf = (code, data, on) => {
      const d = data.districts[code];
      if (!on.has("index")) return c("step-1");
      return c(d && d.step >= 0 ? "step-" + (d.step + 1) : "step-none");
    };
    return {
      project: ([lon, lat]) => {
        const p = map.latLngToContainerPoint([lat, lon]);
        return [p.x, p.y];
      },
      onMove: (listener) => map.on("move zoom viewreset resize", listener),
      paint(data, on) {
        districts.setStyle((f) => {
          const code = f.properties.adcode;
          const dim = data.here && data.here !== code;
          const chosen = data.here === code;
          const known = data.districts[code] && data.districts[code].step >= 0;
          return { color: chosen ? c("accent") : c("edge"), weight: chosen ? 2.5 : 0.9, opacity: dim ? 0.4 : 0.9, fillColor: fillOf(code, data, on), fillOpacity: dim ? 0.3 : known ? 0.92 : 0.7, dashArray: known ? null : "3 4" };
        });
        for (const { road, line } of roadLines.values()) {
          const [level, text] = data.roads[road.id] || [0, ""];
          road.told = text;
          line.setStyle({ color: tone(level), weight: level ? 3.5 : 1.6, opacity: level ? 1 : 0.7 });
        }
        toggle(roads, on.has("roads"));
        for (const [layer, group] of Object.entries(groups)) toggle(group, on.has(layer));
      },
      fit([west, south, east, north], smooth) {
        const wide = map.getSize().x > 700;
        map.fitBounds([[south, west], [north, east]], { animate: false, paddingTopLeft: wide ? [40, 44] : [16, 64], paddingBottomRight: wide ? [40, 34] : [16, 30] });
      },
      zoomBy: (step) => map.setZoom(map.getZoom() + step),
      resize: () => map.invalidateSize({ animate: false }),
    };
  };
})();
