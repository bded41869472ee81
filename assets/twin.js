/* The city in three dimensions: districts and columns as MapLibre's raised polygons, in the same plotly.js that draws the flat
   map. A slow camera whose bearing is a function of the server's clock, so that two walls look the same way. It stops while
   somebody touches it and while a call has the picture. Where WebGL is emulated, fails or is too slow there is no scene at
   all: cockpit.twinWorks() says so and the wall shows the flat map in its place. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const HIGH = 18000; // metres of a full district and of a full column: the city is 200 km wide
  const TALL = 22000;
  const FLAT = 250;
  const WIDE = 1500; // metres, a column's radius
  const CORNERS = 8;
  const TURN = 360 / 600; // degrees a second: once around in ten minutes
  const PITCH = 52;
  const NEARER = 0.12; // what is tilted takes less room than what lies flat
  const FRAME = 50;
  const TOUCHED = 120000; // the camera stays where somebody put it for so long
  const SLOW = 350; // milliseconds a frame may take
  const JUDGED = 40; // frames before a machine is called slow
  const LONGEST = 15000; // or so many milliseconds of fewer frames
  const AGAIN = 600000; // a lost context is tried again after this, so many times
  const TRIES = 3;
  const TINTS = ["#38C6F4", "#6FD3C1", "#B4A7F5"];
  const twins = new Map();

  const clock = () => (cockpit.wall ? cockpit.wall.now() : Date.now());
  const still = () => document.documentElement.dataset.motion === "0" || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const called = () => Boolean(cockpit.wall && cockpit.wall.state().call);

  class Twin {
    constructor(config) {
      this.config = config;
      this.data = { districts: {}, columns: {} };
      this.over = document.getElementById("twin-" + config.panel);
      this.slot = this.over.parentElement.querySelector(".twin-gl");
      this.labels = new Map();
      this.works = false;
      this.tries = 0;
      this.touchedAt = -Infinity;
      this.drawn = "";
    }

    async start() {
      if (!cockpit.hasCard() || cockpit.drawsOn() !== "gl") return this.say("weak"); // map=gl insists in vain without a card
      const answer = await fetch(this.config.urls.districts);
      if (!answer.ok) throw new Error("no districts");
      this.ground = await answer.json();
      for (const f of this.ground.features) this.label(f.properties.adcode, f.properties.label || f.properties.centroid);
      await this.draw();
    }

    label(code, at) {
      const spot = document.createElement("div");
      spot.className = "twin-spot";
      this.over.append(spot);
      this.labels.set(code, { at, spot });
    }

    async draw() {
      this.tries += 1;
      const Plotly = await cockpit.plotlyMaps();
      const box = document.createElement("div");
      box.style.cssText = "position:absolute;inset:0";
      this.slot.replaceChildren(box);
      const { center, zoom } = this.config;
      const view = { center: { lon: center[0], lat: center[1] }, zoom, pitch: PITCH, bearing: this.bearing() };
      const nothing = { type: "scattermap", lon: [null], lat: [null], hoverinfo: "none" };
      const layout = {
        map: { style: this.style(), ...view }, margin: { l: 0, r: 0, t: 0, b: 0 }, showlegend: false, dragmode: "pan", autosize: true,
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      };
      await Plotly.newPlot(box, [nothing], layout, { displayModeBar: false, scrollZoom: true, responsive: false });
      this.map = box._fullLayout.map._subplot.map;
      this.plotly = Plotly;
      this.box = box;
      this.map.getCanvas().drawAgain = () => this.map.redraw();
      this.map.getCanvas().addEventListener("webglcontextlost", () => this.lose());
      for (const kind of ["pointerdown", "wheel", "touchstart"]) this.slot.addEventListener(kind, () => this.touch(), { passive: true });
      this.map.on("render", () => this.place());
      this.sizes = new ResizeObserver(() => this.resized());
      this.sizes.observe(this.slot);
      this.drawn = "";
      this.works = true;
      this.update(this.data);
      this.resized();
      this.walk();
    }

    style() {
      const c = cockpit.colours();
      const raised = { "fill-extrusion-color": ["get", "c"], "fill-extrusion-height": ["get", "h"], "fill-extrusion-base": ["get", "b"], "fill-extrusion-vertical-gradient": true };
      const at = (url) => new URL(url, window.location.href).href;
      const sources = { ground: { type: "geojson", data: this.raisedGround() }, columns: { type: "geojson", data: this.raisedColumns() } };
      const layers = [{ id: "back", type: "background", paint: { "background-color": "rgba(0,0,0,0)" } }];
      if (this.config.urls.context) {
        sources.near = { type: "geojson", data: at(this.config.urls.context) };
        layers.push({ id: "near", type: "fill", source: "near", paint: { "fill-color": "#0a1b2d", "fill-opacity": 0.75 } });
        layers.push({ id: "near-line", type: "line", source: "near", paint: { "line-color": "#1b3550", "line-width": 1 } });
      }
      layers.push({ id: "glow", type: "line", source: "ground", paint: { "line-color": c("accent"), "line-width": 12, "line-opacity": 0.12, "line-blur": 9 } });
      layers.push({ id: "raised", type: "fill-extrusion", source: "ground", paint: { ...raised, "fill-extrusion-opacity": 0.82 } });
      layers.push({ id: "columns", type: "fill-extrusion", source: "columns", paint: { ...raised, "fill-extrusion-opacity": 0.95 } });
      return { version: 8, name: "twin", light: { anchor: "viewport", color: "#dff1ff", intensity: 0.18, position: [1.3, 210, 40] }, sources, layers };
    }

    height(code) {
      const [share] = this.data.districts[code] || [0];
      return Math.max(share * HIGH, FLAT);
    }

    raisedGround() {
      const c = cockpit.colours();
      const features = this.ground.features.map((f) => {
        const code = f.properties.adcode;
        const step = (this.data.districts[code] || [0, -1])[1];
        return { ...f, properties: { c: step < 0 ? "#46525f" : c("step-" + (step + 1)), h: this.height(code), b: 0 } };
      });
      return { type: "FeatureCollection", features };
    }

    raisedColumns() {
      const c = cockpit.colours();
      const features = this.config.columns.map(([id, lon, lat, number, district]) => {
        const [share, level] = this.data.columns[id] || [null, 0];
        const base = this.height(district);
        const isOld = share === null;
        const colour = isOld ? c("stale") : level ? c("p" + level) : TINTS[number];
        const h = base + (isOld ? FLAT : Math.max(share * TALL, FLAT));
        return { type: "Feature", properties: { c: colour, h, b: base }, geometry: { type: "Polygon", coordinates: [round(lon, lat)] } };
      });
      return { type: "FeatureCollection", features };
    }

    update(data) {
      this.data = data;
      if (!this.works) return;
      const now = JSON.stringify(data);
      if (now === this.drawn) return;
      const ground = this.map.getSource("ground");
      if (!ground) return void this.map.once("load", () => this.update(this.data));
      this.drawn = now;
      ground.setData(this.raisedGround());
      this.map.getSource("columns").setData(this.raisedColumns());
      for (const [code, { spot }] of this.labels) {
        const [, , text, state] = data.districts[code] || [0, -1, "—", ""];
        const line = document.createElement("span");
        line.append(Object.assign(document.createElement("b"), { textContent: this.config.names[code] || "" }), " " + text);
        spot.classList.toggle("is-old", Boolean(state));
        spot.replaceChildren(line, Object.assign(document.createElement("small"), { textContent: state }));
      }
      this.place();
    }

    /* ---- the camera ---- */
    bearing() {
      return still() ? -18 : ((clock() / 1000) * TURN) % 360;
    }

    touch() {
      this.touchedAt = Date.now();
    }

    resized() {
      if (!this.works || !this.slot.clientWidth) return;
      this.plotly.Plots.resize(this.box);
      const box = [180, 90, -180, -90];
      const walk = (part) => (typeof part[0] === "number" ? grow(box, part) : part.forEach(walk));
      this.ground.features.forEach((f) => walk(f.geometry.coordinates));
      const found = this.map.cameraForBounds([[box[0], box[1]], [box[2], box[3]]], { padding: 10, bearing: 0 });
      this.map.jumpTo({ ...(found ? { center: found.center, zoom: found.zoom + NEARER } : {}), pitch: PITCH, bearing: this.bearing() });
    }

    /** What the camera does now: walking, touched, called (an alarm has the picture), still (nothing may move). */
    mood() {
      if (still()) return "still";
      if (called()) return "called";
      return Date.now() - this.touchedAt < TOUCHED ? "touched" : "walking";
    }

    walk() {
      let last = 0;
      let frames = 0;
      let since = 0;
      const step = (at) => {
        if (!this.works) return;
        const isSeen = this.slot.clientWidth > 0 && !document.hidden;
        const mood = isSeen ? this.mood() : "hidden";
        this.over.dataset.camera = mood;
        if (mood !== "walking") {
          frames = 0;
          return void window.setTimeout(() => window.requestAnimationFrame(step), 500);
        }
        if (at - last >= FRAME) {
          if (!frames) since = at;
          frames += 1;
          const isJudged = frames > JUDGED || at - since > LONGEST;
          if (isJudged && (at - since) / frames > SLOW) return this.give("slow");
          if (isJudged) frames = 0;
          last = at;
          this.map.jumpTo({ bearing: this.toward(this.bearing()) });
        }
        window.requestAnimationFrame(step);
      };
      window.requestAnimationFrame(step);
    }

    /** At most two degrees a frame on the way back to the path, so that nothing jumps. */
    toward(bearing) {
      const gap = ((bearing - this.map.getBearing() + 540) % 360) - 180;
      return this.map.getBearing() + Math.max(Math.min(gap, 2), -2);
    }

    /* ---- giving way to the flat map ---- */
    lose() {
      this.give("lost");
      if (this.tries < TRIES) window.setTimeout(() => this.draw().catch(() => this.give("failed")), AGAIN);
    }

    give(why) {
      if (!this.works) return;
      this.works = false;
      this.sizes.disconnect();
      this.plotly.purge(this.box);
      this.slot.replaceChildren();
      for (const { spot } of this.labels.values()) spot.hidden = true;
      this.say(why);
      console.warn("the scene in three dimensions gives way to the flat map:", why);
    }

    say(why) {
      this.over.dataset.camera = why;
    }

    /** Names stand at the tops of their districts; those behind the horizon or out of the frame stay away. */
    place() {
      if (!this.works || !this.slot.clientWidth) return;
      const width = this.slot.clientWidth;
      const height = this.slot.clientHeight;
      const metre = (512 * 2 ** this.map.getZoom()) / (40075017 * Math.cos((this.config.center[1] * Math.PI) / 180));
      const lift = metre * Math.sin((this.map.getPitch() * Math.PI) / 180);
      const taken = [];
      for (const [code, { at, spot }] of this.labels) {
        const p = this.map.project(at);
        const x = p.x;
        const y = p.y - this.height(code) * lift;
        const near = taken.some(([a, b]) => Math.abs(a - x) < 90 && Math.abs(b - y) < 24);
        spot.hidden = near || x < 40 || y < 16 || x > width - 40 || y > height - 30;
        if (spot.hidden) continue;
        taken.push([x, y]);
        spot.style.transform = "translate(" + Math.round(x) + "px," + Math.round(y) + "px)";
      }
    }
  }

  function grow(box, [x, y]) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }

  /** A ring around a place, in degrees. */
  function round(lon, lat) {
    const high = WIDE / 111320;
    const wide = high / Math.cos((lat * Math.PI) / 180);
    return Array.from({ length: CORNERS + 1 }, (_, n) => {
      const turn = ((n % CORNERS) / CORNERS) * 2 * Math.PI;
      return [lon + wide * Math.cos(turn), lat + high * Math.sin(turn)];
    });
  }

  /** Whether the scene can be seen; the wall asks each second. */
  cockpit.twinWorks = () => [...twins.values()].some((twin) => twin.works);
  cockpit.twins = twins;

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cockpit = Object.assign(window.dash_clientside.cockpit || {}, {
    twin(data, _search, config) {
      if (!data || !config) return;
      const known = twins.get(config.panel);
      if (known) return known.update(data);
      const made = new Twin(config);
      made.data = data;
      twins.set(config.panel, made);
      made.start().catch((error) => {
        console.warn("the scene in three dimensions cannot be drawn", error);
        made.say("failed");
      });
    },
  });
})();
