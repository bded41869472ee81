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
  function plotly() {
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

  function style(urls, c) {
    const sources = {};
    const layers = [{ id: "back", type: "background", paint: { "background-color": "rgba(0,0,0,0)" } }];
    const add = (id, source, type, paint, more) => {
      if (!urls[source]) return;
      sources[source] = { type: "geojson", data: urls[source] };
      layers.push({ id, type, source, paint, ...more });
    };
    add("near", "context", "fill", { "fill-color": ["match", ["get", "kind"], "sea", "#0b2f4e", "#0a1b2d"], "fill-opacity": 0.75 });
    add("near-line", "context", "line", { "line-color": "#1b3550", "line-width": 1 });
    add("glow", "districts", "line", { "line-color": c("accent"), "line-width": 12, "line-opacity": 0.09, "line-blur": 9 });
    const river = { "line-color": "#3a78ae", "line-width": ["interpolate", ["linear"], ["zoom"], 7, 1.2, 12, 3], "line-opacity": 0.6 };
    add("river", "water", "line", river, { filter: ["!=", ["geometry-type"], "Point"] });
    add("stream", "streams", "line", { ...river, "line-opacity": 0.45, "line-dasharray": [3, 2] });
    add("shore", "coast", "line", { "line-color": "#3f86bd", "line-width": 1, "line-opacity": 0.8 });
    layers.push({ id: "top", type: "background", paint: { "background-opacity": 0 } });
    return { version: 8, name: "cockpit", sources, layers };
  }

  const absolute = (urls) => Object.fromEntries(Object.entries(urls).map(([k, v]) => [k, new URL(v, window.location.href).href]));

  cockpit.drawGl = async function (city, hooks) {
    const Plotly = await plotly();
    const { config } = city;
    const c = cockpit.colours();
    const urls = absolute(config.urls);
    const slot = document.querySelector(".map-gl");
    const box = document.createElement("div");
    box.style.cssText = "position:absolute;inset:0";
    slot.append(box);
    const codes = Object.keys(config.names);
    const steps = [c("step-none"), ...[1, 2, 3, 4, 5].map((n) => c("step-" + n))];
    const scale = steps.flatMap((colour, i) => [[i / steps.length, colour], [(i + 1) / steps.length, colour]]);
        let view = { center: { lon: config.center[0], lat: config.center[1] }, zoom: config.zoom };

    function traces(data, on) {
      const dim = (code) => (data.here && data.here !== code ? 0.3 : 0.92);
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
        for (const [x, y] of road.line) lon.push(x), lat.push(y), ids.push(road.id);
        lon.push(null), lat.push(null), ids.push(null);
      }
      return { type: "scattermap", mode: "lines", lon, lat, customdata: ids, hoverinfo: "none", visible: on.has("roads"), line: { color: level ? c("p" + level) : "#3d5a78", width: level ? 3.5 : 1.6 }, below: "" };
    }
    function dots(layer, on, marker) {
      const sites = config.sites.filter((s) => s[4] === layer);
      const cluster = sites.length > CROWD ? { enabled: true, step: [20, 80], size: [14, 20, 28], color: "#2e7fd6", maxzoom: 13 } : { enabled: false };
      return { type: "scattermap", mode: "markers", lon: sites.map((s) => s[1]), lat: sites.map((s) => s[2]), customdata: sites.map((s) => s[0]), hoverinfo: "none", marker, cluster, visible: on.has(layer), below: "" };
    }
    const layout = () => ({
      map: { style: style(urls, c), ...view, uirevision: "city" }, uirevision: "city", margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, dragmode: "pan", hovermode: "closest", autosize: true,
    });
    const settings = { displayModeBar: false, scrollZoom: true, responsive: false };
    await Plotly.newPlot(box, traces(city.data, new Set(cockpit.layers(config.shown))), layout(), settings);
    const map = () => box._fullLayout.map._subplot.map;
    const siteOf = new Map(config.sites.map((s) => [s[0], s]));
    const roadOf = new Map(config.roads.map((r) => [r.id, r]));
    const point = (event) => event.points && event.points[0];

    box.on("plotly_click", (event) => {
      const p = point(event);
      if (!p) return;
      if (p.location) hooks.district(p.location);
      else if (siteOf.has(p.customdata)) hooks.site(siteOf.get(p.customdata));
      else if (roadOf.has(p.customdata)) hooks.road(p.customdata);
    });
    box.on("plotly_hover", (event) => {
      const p = point(event);
      if (!p) return;
      const frame = box.getBoundingClientRect();
      const where = event.event ? [event.event.clientX - frame.left, event.event.clientY - frame.top] : [0, 0];
      let what = null;
      if (p.location) what = city.districtTip(p.location);
      else if (siteOf.has(p.customdata)) what = { name: siteOf.get(p.customdata)[3] };
      else if (roadOf.has(p.customdata)) what = { name: roadOf.get(p.customdata).name, text: (city.data.roads[p.customdata] || [0, ""])[1] };
      hooks.hover(what, where[0], where[1]);
    });
    box.on("plotly_unhover", () => hooks.hover(null));
    map().on("dragstart", hooks.touched);
    map().on("wheel", hooks.touched);
    map().getCanvas().addEventListener("webglcontextlost", () => window.location.reload());

    let last = "";
    return {
      project: (at) => {
        const p = map().project(at);
        return [p.x, p.y];
      },
      onMove: (listener) => map().on("move", listener),
      paint(data, on) {
        const now = JSON.stringify([data.districts, data.roads, data.here, [...on]]);
        if (now === last) return;
        last = now;
        Plotly.react(box, traces(data, on), layout(), settings);
      },
      fit([west, south, east, north], smooth) {
        const wide = box.clientWidth > 700;
        const padding = wide ? { top: 44, bottom: 34, left: 40, right: 40 } : { top: 64, bottom: 30, left: 16, right: 16 };
        map().fitBounds([[west, south], [east, north]], { padding, duration: smooth ? 500 : 0 });
        const centre = map().getCenter();
        view = { center: { lon: centre.lng, lat: centre.lat }, zoom: map().getZoom() };
      },
      zoomBy: (step) => map().easeTo({ zoom: map().getZoom() + step, duration: 200 }),
      resize: () => Plotly.Plots.resize(box),
    };
  };
})();
