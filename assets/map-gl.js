/* The map on WebGL: Plotly's `map` subplot (MapLibre) with a style of our own and no glyphs, so nothing leaves the house.
   The full plotly.js is loaded only when this drawing is chosen. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const CROWD = 300;
  const LOOKS = {
    sites: { size: 5.5, color: "#7cc7ef", opacity: 0.75 },
    water: { size: 7, color: "#5fd3e8", opacity: 0.9 },
    facilities: { size: 5.5, color: "#b9c7d6", opacity: 0.7 },
  };

  /** plotly.js with its map traces: the page's own copy when that is the full one, else Dash's, loaded beside it. */
  let whole = null; // kept for every drawing of the page; a failure is not, the next drawing tries again
  const plotly = () =>
    (whole = whole || loaded().catch((error) => {
      whole = null;
      throw error;
    }));
  cockpit.plotlyMaps = plotly;
  function loaded() {
    if (window.Plotly && window.Plotly.PlotSchema && window.Plotly.PlotSchema.get().traces.scattermap) return Promise.resolve(window.Plotly);
    return new Promise((resolve, reject) => {
      const small = window.Plotly;
      const script = document.createElement("script");
      script.src = cockpit.wholePlotly;
      script.onload = () => {
        const full = window.Plotly;
        if (small) window.Plotly = small;
        resolve(full);
      };
      script.onerror = () => reject(new Error("plotly.js could not be loaded"));
      document.head.append(script);
    });
  }

  /** The city's own base map as a source and its layers; nothing without one. */
  function baseStyle(base, sources, layers) {
    if (!base) return;
    const tiles = [new URL(base.url, window.location.href).href.replace(/%7B/g, "{").replace(/%7D/g, "}")];
    sources.base = { type: base.kind, tiles, minzoom: base.zooms[0], maxzoom: base.zooms[1], ...(base.kind === "raster" ? { tileSize: base.size } : {}) };
    if (base.kind === "raster") layers.push({ id: "base", type: "raster", source: "base", paint: { "raster-opacity": base.opacity } });
    base.draw.forEach((d, i) => {
      const paint = d.look === "fill" ? { "fill-color": d.colour, "fill-opacity": base.opacity } : { "line-color": d.colour, "line-width": d.width, "line-opacity": base.opacity };
      layers.push({ id: "base-" + i, type: d.look, source: "base", "source-layer": d.layer, minzoom: d.from_zoom, paint });
    });
  }

  function style(urls, c, base) {
    const sources = {};
    const layers = [{ id: "back", type: "background", paint: { "background-color": "rgba(0,0,0,0)" } }];
    baseStyle(base, sources, layers);
    const add = (id, source, type, paint, more) => {
      if (!urls[source]) return;
      sources[source] = { type: "geojson", data: urls[source] };
      layers.push({ id, type, source, paint, ...more });
    };
    if (!base) add("near", "context", "fill", { "fill-color": ["match", ["get", "kind"], "sea", "#0b2f4e", "#0a1b2d"], "fill-opacity": 0.75 });
    add("near-line", "context", "line", { "line-color": "#1b3550", "line-width": 1 });
    add("glow", "districts", "line", { "line-color": c("accent"), "line-width": 12, "line-opacity": 0.09, "line-blur": 9 });
    const river = { "line-color": "#3a78ae", "line-width": ["interpolate", ["linear"], ["zoom"], 7, 1.2, 12, 3], "line-opacity": 0.6 };
    add("river", "water", "line", river, { filter: ["!=", ["geometry-type"], "Point"] });
    add("stream", "streams", "line", { ...river, "line-opacity": 0.45, "line-dasharray": [3, 2] });
    add("shore", "coast", "line", { "line-color": "#3f86bd", "line-width": 1, "line-opacity": 0.8 });
    add("void", "districts", "fill", { "fill-pattern": "hatch|#46525f" }, { filter: ["in", ["get", "adcode"], ["literal", []]] });
    layers.push({ id: "top", type: "background", paint: { "background-opacity": 0 } });
    return { version: 8, name: "cockpit", sources, layers };
  }

  const absolute = (urls) => Object.fromEntries(Object.entries(urls).map(([k, v]) => [k, new URL(v, window.location.href).href]));

  /** What the server drew (layouts/atlas), as MapLibre's own sources and layers over Plotly's. */
  function pictured(map, city, hooks, out) {
    const shown = new Map();
    const self = { over: false };
    // The resolver is asked before a tile is laid out; the event, which older bundles have alone, comes when it is too late for it.
    const draw = (id) => {
      if (!id.includes("|") || map.hasImage(id)) return;
      const { canvas, ratio } = cockpit.sprite(id);
      map.addImage(id, canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
    };
    if (map.setMissingStyleImageResolver) map.setMissingStyleImageResolver(async (id) => draw(id));
    else map.on("styleimagemissing", ({ id }) => draw(id));
    const collection = (features) => ({ type: "FeatureCollection", features });
    const feature = (geometry, properties) => ({ type: "Feature", geometry, properties });
    function areas(picture) {
      const found = [];
      (picture.areas || []).forEach(([, place, cls], i) => {
        const district = typeof place === "string" && city.layers.districts.features.find((f) => f.properties.adcode === place);
        const geometry = typeof place === "string" ? district && district.geometry : { type: "Polygon", coordinates: [place] };
        if (!geometry) return;
        const [, colour, shape] = picture.classes[cls];
        found.push(feature(geometry, { i, colour, hatch: shape === "hatch" ? "hatch|" + colour + "|0.18" : "" }));
      });
      return cockpit.moved(collection(found), out);
    }
    function marks(picture) {
      const found = [];
      (picture.marks || []).forEach((m, i) => {
        const at = city.spotOf(m);
        const cls = picture.classes[m[3]];
        if (at) found.push(feature({ type: "Point", coordinates: out(at) }, { i, sprite: cockpit.spriteOf(cls, m[7]), worst: cls[4] ? 5 - cls[4] : 0, low: cls[2] === "badge" ? 1 : 0 }));
      });
      return collection(found);
    }
    function drop(name) {
      for (const id of [name + "-fill", name + "-hatch", name + "-edge", name + "-marks"]) if (map.getLayer(id)) map.removeLayer(id);
      for (const id of [name + "-areas", name + "-points"]) if (map.getSource(id)) map.removeSource(id);
      shown.delete(name);
    }
    function add(name, picture) {
      map.addSource(name + "-areas", { type: "geojson", data: areas(picture) });
      const source = name + "-areas";
      map.addLayer({ id: name + "-fill", type: "fill", source, filter: ["==", ["get", "hatch"], ""], paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.72 } }, "top");
      map.addLayer({ id: name + "-hatch", type: "fill", source, filter: ["!=", ["get", "hatch"], ""], paint: { "fill-pattern": ["get", "hatch"] } }, "top");
      map.addLayer({ id: name + "-edge", type: "line", source, filter: ["!=", ["get", "hatch"], ""], paint: { "line-color": ["get", "colour"], "line-width": 2 } }, "top");
      const crowd = (picture.marks || []).length > CROWD;
      const worst = { worst: ["max", ["get", "worst"]] };
      map.addSource(name + "-points", { type: "geojson", data: marks(picture), ...(crowd ? { cluster: true, clusterRadius: 46, clusterMaxZoom: 13, clusterProperties: worst } : {}) });
      const level = ["case", [">", ["get", "worst"], 0], ["to-string", ["-", 5, ["get", "worst"]]], "0"];
      const sprite = ["case", ["has", "point_count"], ["concat", "pile|", ["to-string", ["get", "point_count"]], "|", level], ["get", "sprite"]];
      const offset = ["case", ["==", ["get", "low"], 1], ["literal", [0, 24]], ["literal", [0, 0]]];
      map.addLayer({ id: name + "-marks", type: "symbol", source: name + "-points", layout: { "icon-image": sprite, "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-offset": offset } });
    }
    self.show = function (name, picture) {
      const known = shown.get(name);
      if (!picture) return known && drop(name);
      const crowded = (p) => (p.marks || []).length > CROWD;
      if (known && crowded(known) === crowded(picture)) {
        map.getSource(name + "-areas").setData(areas(picture));
        map.getSource(name + "-points").setData(marks(picture));
      } else {
        drop(name);
        add(name, picture);
      }
      shown.set(name, picture);
    };
    self.pick = function ({ x, y }) {
      const layers = [...shown.keys()].flatMap((name) => [name + "-marks", name + "-fill", name + "-hatch"]).filter((id) => map.getLayer(id));
      if (!layers.length) return null;
      const near = map.queryRenderedFeatures([[x - 3, y - 3], [x + 3, y + 3]], { layers });
      return near.find((f) => f.layer.type === "symbol") || near[0] || null;
    };
    const one = (f) => {
      const name = f.source.replace(/-(points|areas)$/, "");
      const picture = shown.get(name);
      return { name, area: f.source.endsWith("-areas"), item: (f.source.endsWith("-areas") ? picture.areas : picture.marks)[f.properties.i] };
    };
    self.told = function (f) {
      if (f.properties.point_count) return { name: cockpit.say("heap", { n: f.properties.point_count }) };
      const { item, area } = one(f);
      return area ? { name: item[3], text: item[4] } : { name: item[4], text: item[5] };
    };
    self.follow = function (f) {
      if (f.properties.point_count) return map.easeTo({ center: f.geometry.coordinates, zoom: map.getZoom() + 1.6 });
      const { name, item, area } = one(f);
      hooks.follow(name, item, area);
    };
    return self;
  }

  cockpit.drawGl = async function (city, hooks) {
    const Plotly = await plotly();
    const { config } = city;
    const c = cockpit.colours();
    const { out, back } = cockpit.lie(config);
    const where = absolute(config.urls);
    // On a base map that lies elsewhere the layers are moved here; else the map reads them by itself.
    const urls = config.base && config.base.crs === "gcj02" ? Object.fromEntries(Object.keys(where).map((name) => [name, cockpit.moved(city.layers[name], out)])) : where;
    const slot = document.querySelector(".map-gl");
    const box = document.createElement("div");
    box.style.cssText = "position:absolute;inset:0";
    slot.append(box);
    const codes = Object.keys(config.names);
    const steps = [c("step-none"), ...[1, 2, 3, 4, 5].map((n) => c("step-" + n))];
    const scale = steps.flatMap((colour, i) => [[i / steps.length, colour], [(i + 1) / steps.length, colour]]);
    const middle = out(config.center);
    let view = { center: { lon: middle[0], lat: middle[1] }, zoom: config.zoom };
    const veil = config.base ? 0.5 : 1; // a base map must be seen through the districts' colours

    function traces(data, on) {
      const dim = (code) => (data.here && data.here !== code ? 0.3 : 0.92) * veil;
      const step = (code) => (!on.has("index") ? 0 : data.districts[code] ? data.districts[code].step : -1);
      const out = [{
        type: "choroplethmap", geojson: urls.districts, featureidkey: "properties.adcode", locations: codes, z: codes.map(step),
        zmin: -1.5, zmax: 4.5, colorscale: scale, showscale: false, below: "river", hoverinfo: "none",
        marker: { opacity: codes.map(dim), line: { color: codes.map((code) => (data.here === code ? c("accent") : c("edge"))), width: codes.map((code) => (data.here === code ? 2.5 : 0.9)) } },
      }];
      for (const level of [0, 3, 2, 1]) out.push(roadTrace(data, on, level));
      for (const [layer, look] of Object.entries(LOOKS)) out.push(dots(layer, on, look));
      return out;
    }
    function roadTrace(data, on, level) {
      const lon = [];
      const lat = [];
      const ids = [];
      for (const road of config.roads) {
        if (((data.roads[road.id] || [0])[0] || 0) !== level) continue;
        for (const [x, y] of road.line.map(out)) lon.push(x), lat.push(y), ids.push(road.id);
        lon.push(null), lat.push(null), ids.push(null);
      }
      return { type: "scattermap", mode: "lines", lon, lat, customdata: ids, hoverinfo: "none", visible: on.has("roads"), line: { color: level ? c("p" + level) : "#3d5a78", width: level ? 3.5 : 1.6 }, below: "" };
    }
    function dots(layer, on, marker) {
      const sites = config.drawn.includes(layer) ? [] : config.sites.filter((s) => s[4] === layer);
      const spots = sites.map((s) => out([s[1], s[2]]));
      const cluster = sites.length > CROWD ? { enabled: true, step: [20, 80], size: [14, 20, 28], color: "#2e7fd6", maxzoom: 13 } : { enabled: false };
      return { type: "scattermap", mode: "markers", lon: spots.map((p) => p[0]), lat: spots.map((p) => p[1]), customdata: sites.map((s) => s[0]), hoverinfo: "none", marker, cluster, visible: on.has(layer), below: "" };
    }
    const layout = () => ({
      map: { style: style(urls, c, config.base), ...view, uirevision: "city" }, uirevision: "city", margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, dragmode: "pan", hovermode: "closest", autosize: true,
    });
    const settings = { displayModeBar: false, scrollZoom: true, responsive: false };
    await Plotly.newPlot(box, traces(city.data, new Set(cockpit.layers(config.shown))), layout(), settings);
    const map = () => box._fullLayout.map._subplot.map;
    const siteOf = new Map(config.sites.map((s) => [s[0], s]));
    const roadOf = new Map(config.roads.map((r) => [r.id, r]));
    const point = (event) => event.points && event.points[0];

    const pictures = pictured(map(), city, hooks, out);
    const at = (event) => {
      const frame = box.getBoundingClientRect();
      return event ? [event.clientX - frame.left, event.clientY - frame.top] : [0, 0];
    };
    // What a picture shows lies on top of roads and districts, so it is asked first.
    map().on("click", (event) => {
      if (hooks.point(back([event.lngLat.lng, event.lngLat.lat]))) return;
      const found = pictures.pick(event.point);
      if (found) pictures.follow(found);
    });
    map().on("dblclick", (event) => hooks.busy() && event.preventDefault());
    map().on("mousemove", (event) => {
      const found = hooks.busy() ? null : pictures.pick(event.point);
      if (found) hooks.hover(pictures.told(found), event.point.x, event.point.y);
      else if (pictures.over) hooks.hover(null);
      pictures.over = Boolean(found);
      map().getCanvas().style.cursor = hooks.busy() ? "crosshair" : found ? "pointer" : "";
    });
    box.on("plotly_click", (event) => {
      const p = point(event);
      const [x, y] = at(event.event);
      if (!p || hooks.busy() || pictures.pick({ x, y })) return;
      if (p.location) hooks.district(p.location);
      else if (siteOf.has(p.customdata)) hooks.site(siteOf.get(p.customdata));
      else if (roadOf.has(p.customdata)) hooks.road(p.customdata);
    });
    box.on("plotly_hover", (event) => {
      const p = point(event);
      if (!p || pictures.over || hooks.busy()) return;
      const [x, y] = at(event.event);
      let what = null;
      if (p.location) what = city.districtTip(p.location);
      else if (siteOf.has(p.customdata)) what = { name: siteOf.get(p.customdata)[3] };
      else if (roadOf.has(p.customdata)) what = { name: roadOf.get(p.customdata).name, text: (city.data.roads[p.customdata] || [0, ""])[1] };
      hooks.hover(what, x, y);
    });
    box.on("plotly_unhover", () => pictures.over || hooks.hover(null));
    map().on("dragstart", hooks.touched);
    map().on("wheel", hooks.touched);
    map().getCanvas().drawAgain = () => map().redraw();
    // A wall fetches itself afresh only from a server that answers (assets/wall.js).
    if (!cockpit.wall) map().getCanvas().addEventListener("webglcontextlost", () => window.location.reload());

    let last = "";
    return {
      project: (at) => {
        const p = map().project(out(at));
        return [p.x, p.y];
      },
      unproject: (pixel) => back(map().unproject(pixel).toArray()),
      // A zoom is counted in tiles of 256 pixels, as on every other map; MapLibre counts in 512.
      view: () => ({ center: back(map().getCenter().toArray()), zoom: map().getZoom() + 1 }),
      look: (center, zoom, smooth) => map().easeTo({ center: out(center), zoom: zoom - 1, duration: smooth ? 500 : 0 }),
      picture: pictures.show,
      onMove: (listener) => map().on("move", listener),
      paint(data, on) {
        const silent = codes.filter((code) => !data.districts[code] || data.districts[code].step < 0);
        map().setFilter("void", ["in", ["get", "adcode"], ["literal", on.has("index") ? silent : []]]);
        const rivers = !config.layers.includes("rivers") || on.has("rivers") ? "visible" : "none";
        for (const id of ["river", "stream"]) if (map().getLayer(id)) map().setLayoutProperty(id, "visibility", rivers);
        const now = JSON.stringify([data.districts, data.roads, data.here, [...on]]);
        if (now === last) return;
        last = now;
        Plotly.react(box, traces(data, on), layout(), settings);
      },
      fit([west, south, east, north], smooth) {
        const wide = box.clientWidth > 700;
        const padding = wide ? { top: 44, bottom: 34, left: 40, right: 40 } : { top: 64, bottom: 30, left: 16, right: 16 };
        map().fitBounds([out([west, south]), out([east, north])], { padding, duration: smooth ? 500 : 0 });
        const centre = map().getCenter();
        view = { center: { lon: centre.lng, lat: centre.lat }, zoom: map().getZoom() };
      },
      zoomBy: (step) => map().easeTo({ zoom: map().getZoom() + step, duration: 200 }),
      resize: () => Plotly.Plots.resize(box),
    };
  };
})();
