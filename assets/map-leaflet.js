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
    const { out, back } = cockpit.lie(config);
    const put = ([x, y]) => {
      const [lon, lat] = out([x, y]);
      return L.latLng(lat, lon);
    };
    const shape = (name, options) => layers[name] && L.geoJSON(layers[name], { ...options, coordsToLatLng: put }).addTo(map);
    const veil = config.base ? 0.5 : 1;
    if (config.base && config.base.kind === "raster") {
      const { url, zooms, size, opacity } = config.base;
      L.tileLayer(url, { minNativeZoom: zooms[0], maxNativeZoom: zooms[1], tileSize: size, zoomOffset: size === 512 ? -1 : 0, opacity }).addTo(map);
    }
    const hatch = (colour, wash) => {
      const { canvas, ratio } = cockpit.sprite("hatch|" + colour + (wash ? "|" + wash : ""));
      const pattern = document.createElement("canvas").getContext("2d").createPattern(canvas, "repeat");
      pattern.setTransform(new DOMMatrix().scale(1 / ratio));
      return pattern;
    };
    const nothing = hatch("#46525f");
    const lines = (f) => f.geometry.type !== "Point";

    if (!config.base) shape("context", quiet((f) => ({ color: "#1b3550", weight: 1, fillColor: f.properties.kind === "sea" ? "#0b2f4e" : "#0a1b2d", fillOpacity: 0.75 })));
    for (const [weight, opacity] of [[12, 0.03], [7, 0.05], [4, 0.08]]) {
      shape("districts", quiet({ color: c("accent"), weight, opacity, fill: false }));
    }
    const districts = shape("districts", {
      onEachFeature(feature, layer) {
        const code = feature.properties.adcode;
        layer.on("click", (e) => !taken(e) && hooks.district(code));
        layer.on("mousemove", (e) => !taken(e) && hooks.hover(city.districtTip(code), e.containerPoint.x, e.containerPoint.y));
        layer.on("mouseout", () => hooks.hover(null));
      },
    });
    const water = { interactive: false, filter: lines, style: (f) => ({ color: "#3a78ae", weight: f.properties.kind === "lake" ? 0.5 : 1.2, opacity: 0.6, fill: f.properties.kind === "lake", fillColor: "#2b6ea8", fillOpacity: 0.6 }) };
    shape("coast", quiet({ color: "#3f86bd", weight: 1, opacity: 0.8, fill: false }));
    const rivers = [shape("water", water), shape("streams", { ...water, style: { color: "#3a78ae", weight: 1, opacity: 0.45, dashArray: "4 3", fill: false } })].filter(Boolean);

    const roads = L.layerGroup();
    const roadLines = new Map();
    for (const road of config.roads) {
      const line = L.polyline(road.line.map(put), { weight: 2, color: "#3d5a78", opacity: 0.9 });
      line.on("click", (e) => !taken(e) && hooks.road(road.id));
      line.on("mousemove", (e) => !taken(e) && hooks.hover({ name: road.name, text: road.told }, e.containerPoint.x, e.containerPoint.y));
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
      const here = config.drawn.includes(layer) ? [] : config.sites.filter((s) => s[4] === layer);
      for (const pile of here.length > CROWD ? piles(here) : here.map((s) => [s])) {
        const site = pile[0];
        const many = pile.length > 1;
        const dot = many ? heap(pile) : L.circleMarker(put([site[1], site[2]]), looks[layer]);
        dot.on("click", (e) => taken(e) || (many ? map.setView(e.latlng, map.getZoom() + 1.5) : hooks.site(site)));
        if (!many) dot.on("mousemove", (e) => hooks.hover({ name: site[3] }, e.containerPoint.x, e.containerPoint.y));
        dot.on("mouseout", () => hooks.hover(null));
        group.addLayer(dot);
      }
    }
    /** Several sites in one cell: a disc with their number, in the middle of them. */
    function heap(pile) {
      const middle = put([1, 2].map((i) => pile.reduce((sum, s) => sum + s[i], 0) / pile.length));
      const size = Math.round(18 + 3 * Math.log2(pile.length));
      return L.marker(middle, { icon: L.divIcon({ className: "pile", html: String(pile.length), iconSize: [size, size] }), keyboard: false });
    }
    function piles(sites) {
      const cells = new Map();
      for (const site of sites) {
        const p = map.project(put([site[1], site[2]]), map.getZoom());
        const cell = Math.floor(p.x / CELL) + "," + Math.floor(p.y / CELL);
        if (!cells.has(cell)) cells.set(cell, []);
        cells.get(cell).push(site);
      }
      return [...cells.values()];
    }
    const rescatter = () => Object.keys(groups).forEach(scatter);
    rescatter();
    if (config.sites.length > CROWD) map.on("zoomend", rescatter);
    const pictures = cockpit.leafletPictures(map, city, hooks, { put, hatch, CROWD, CELL });
    /** Whether a click or a pointer belongs to the measuring, or to a mark that lies above what Leaflet found. */
    function taken(e) {
      return hooks.busy() || Boolean(pictures.pick(e.containerPoint));
    }
    map.on("click", (e) => {
      if (hooks.point(back([e.latlng.lng, e.latlng.lat]))) return;
      const found = pictures.pick(e.containerPoint);
      if (found) pictures.follow(found);
    });
    map.on("mousemove", (e) => {
      const found = hooks.busy() ? null : pictures.pick(e.containerPoint);
      if (found) hooks.hover(pictures.told(found), e.containerPoint.x, e.containerPoint.y);
      else if (pictures.over) hooks.hover(null);
      pictures.over = Boolean(found);
      map.getContainer().style.cursor = hooks.busy() ? "crosshair" : found ? "pointer" : "";
    });
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
        const p = map.latLngToContainerPoint(put([lon, lat]));
        return [p.x, p.y];
      },
      unproject: (pixel) => {
        const at = map.containerPointToLatLng(pixel);
        return back([at.lng, at.lat]);
      },
      view: () => ({ center: back([map.getCenter().lng, map.getCenter().lat]), zoom: map.getZoom() }),
      look: (center, zoom) => map.setView(put(center), zoom, { animate: false }),
      picture: pictures.show,
      onMove: (listener) => map.on("move zoom viewreset resize", listener),
      paint(data, on) {
        districts.setStyle((f) => {
          const code = f.properties.adcode;
          const dim = data.here && data.here !== code;
          const chosen = data.here === code;
          const known = data.districts[code] && data.districts[code].step >= 0;
          return { color: chosen ? c("accent") : c("edge"), weight: chosen ? 2.5 : 0.9, opacity: dim ? 0.4 : 0.9, fillColor: known || !on.has("index") ? fillOf(code, data, on) : nothing, fillOpacity: (dim ? 0.3 : known ? 0.92 : 0.7) * veil, dashArray: known ? null : "3 4" };
        });
        for (const { road, line } of roadLines.values()) {
          const [level, text] = data.roads[road.id] || [0, ""];
          road.told = text;
          line.setStyle({ color: tone(level), weight: level ? 3.5 : 1.6, opacity: level ? 1 : 0.7 });
        }
        toggle(roads, on.has("roads"));
        for (const river of rivers) toggle(river, !config.layers.includes("rivers") || on.has("rivers"));
        for (const [layer, group] of Object.entries(groups)) toggle(group, on.has(layer));
      },
      fit([west, south, east, north], smooth) {
        const wide = map.getSize().x > 700;
        map.fitBounds([put([west, south]), put([east, north])], { animate: false, paddingTopLeft: wide ? [40, 44] : [16, 64], paddingBottomRight: wide ? [40, 34] : [16, 30] });
      },
      zoomBy: (step) => map.setZoom(map.getZoom() + step),
      resize: () => map.invalidateSize({ animate: false }),
    };
  };
})();
