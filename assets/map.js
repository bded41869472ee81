/* The map, whichever way it is drawn: data from the server, one overlay of labels and marks, and a drawing underneath
   (map-gl.js on WebGL, map-leaflet.js on a canvas). A drawing offers: project, unproject, view, look, onMove, paint, picture,
   fit, zoomBy, resize; every place that goes in or out is WGS-84. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const maps = new Map();
  const root = document.documentElement;
  const PATIENCE = 30000;
  const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|^webkit webgl$|^mozilla$/i;

  /** gl, or leaflet where WebGL2 is missing or only emulated by the processor. ?map= decides by hand. */
  function choose() {
    const forced = cockpit.get("map");
    if (forced === "gl" || forced === "leaflet") return forced;
    return cockpit.hasCard() ? "gl" : "leaflet";
  }

  /** Whether a graphics card draws; asked of the browser once a page, since every question costs a context. A browser that keeps the
      card's name to itself is taken for one without: an emulated card can stop the page for most of a minute. */
  let card = null;
  cockpit.hasCard = () => (card = card === null ? asked() : card);
  cockpit.drawsOn = choose;
  function asked() {
    const gl = document.createElement("canvas").getContext("webgl2");
    if (!gl) return false;
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : gl.getParameter(gl.RENDERER);
    const lose = gl.getExtension("WEBGL_lose_context");
    if (lose) lose.loseContext();
    return !SOFTWARE.test(String(name));
  }

  function bounds(geometry, box) {
    const walk = (part) => {
      if (typeof part[0] !== "number") return part.forEach(walk);
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
    };
    walk(geometry.coordinates);
    return box;
  }
  const nowhere = () => [180, 90, -180, -90];

  /** The promise, or a failure when it takes too long: a WebGL that never answers must not leave an empty panel. */
  function within(promise, milliseconds) {
    const late = new Promise((_, reject) => window.setTimeout(() => reject(new Error("took too long")), milliseconds));
    return Promise.race([promise, late]);
  }

  async function fetchLayers(urls) {
    const found = {};
    const read = async ([name, url]) => {
      const answer = await fetch(url);
      if (answer.ok) found[name] = await answer.json();
    };
    await Promise.all(Object.entries(urls).map(read));
    return found;
  }

  class CityMap {
    constructor(config) {
      this.config = config;
      this.data = { districts: {}, marks: [], roads: {}, here: "" };
      this.over = document.getElementById("over-" + config.panel);
      this.labels = new Map();
      this.spots = [];
      this.touched = false;
      this.waiting = false;
    }

    async start() {
      this.layers = await fetchLayers(this.config.urls);
      this.boxes = new Map();
      this.middles = new Map();
      this.cityBox = nowhere();
      for (const f of this.layers.districts.features) {
        const code = f.properties.adcode;
        this.boxes.set(code, bounds(f.geometry, nowhere()));
        this.middles.set(code, f.properties.label || f.properties.centroid);
        bounds(f.geometry, this.cityBox);
      }
      this.pictures = new cockpit.MapLayers(this);
      this.card = new cockpit.Card(this);
      this.furnish();
      await this.draw(choose());
      this.drawing.onMove(() => this.place());
      new ResizeObserver(() => this.resized()).observe(this.over);
      this.home(false);
      if (this.config.command) this.resume();
      this.update(this.data);
    }

    /** The view that the address keeps, and from then on the address follows the view. */
    resume() {
      const [lon, lat, zoom] = cockpit.get("view").split(",").map(Number);
      if (zoom > 0 && Math.abs(lon) <= 180 && Math.abs(lat) <= 85) {
        this.touched = true;
        this.drawing.look([lon, lat], zoom, false);
      }
      this.pending = cockpit.get("pick");
      let timer = 0;
      this.drawing.onMove(() => {
        window.clearTimeout(timer);
        timer = window.setTimeout(() => this.keep(), 400);
      });
    }

    /** Written straight into the address: nothing on the server asks where somebody looks. */
    keep() {
      if (!this.touched) return;
      const { center, zoom } = this.drawing.view();
      const query = cockpit.query();
      query.set("view", center.map((v) => v.toFixed(4)).concat(zoom.toFixed(2)).join(","));
      const search = query.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
      window.history.replaceState(window.history.state, "", window.location.pathname + "?" + search);
    }

    /** WebGL may be promised and still fail; then the canvas takes over. */
    async draw(kind) {
      const hooks = {
        district: (code) => cockpit.district(code),
        site: (site) => site[5] && cockpit.open({ metric: site[5], place: site[0] }),
        road: (id) => this.config.roadMetric && cockpit.open({ metric: this.config.roadMetric, place: id }),
        hover: (what, x, y) => this.tip(what, x, y),
        touched: () => (this.touched = true),
        busy: () => Boolean(this.measure && this.measure.active),
        point: (at) => (this.measure && this.measure.active ? (this.measure.add(at), true) : false),
        follow: (name, item, area) => this.follow(name, item, area),
      };
      const make = kind === "gl" ? cockpit.drawGl : cockpit.drawLeaflet;
      try {
        this.drawing = await within(make(this, hooks), PATIENCE);
        this.over.dataset.drawing = kind;
      } catch (error) {
        if (kind !== "gl") throw error;
        console.warn("WebGL map failed, drawing on a canvas", error);
        this.over.parentElement.querySelector(".map-gl").replaceChildren();
        await this.draw("leaflet");
      }
    }

    /** Labels of districts and neighbours, the tip, and the tools: once. */
    furnish() {
      for (const [code, middle] of this.middles) this.label(this.config.names[code] || "", middle, "", code);
      const context = this.layers.context ? this.layers.context.features : [];
      for (const f of context) {
        if (f.properties.centroid || f.properties.label) this.label(f.properties.name, f.properties.label || f.properties.centroid, "is-far");
      }
      this.hint = document.createElement("div");
      this.hint.className = "map-tip";
      this.hint.hidden = true;
      this.over.append(this.hint);
      const tools = document.createElement("div");
      tools.className = "map-tools";
      const tool = (sign, word, act) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", textContent: sign, title: cockpit.say(word) });
        button.setAttribute("aria-label", cockpit.say(word));
        button.addEventListener("click", () => act(button));
        tools.append(button);
        return button;
      };
      tool("+", "zoomIn", () => this.zoom(1));
      tool("−", "zoomOut", () => this.zoom(-1));
      tool("⌂", "home", () => {
        this.touched = false;
        this.home(true);
      });
      if (this.config.command) this.equip(tool);
      else if (this.config.whole) tool("↗", "whole", () => (window.location.href = this.elsewhere()));
      this.over.after(tools);
    }

    equip(tool) {
      this.measure = new cockpit.Measure(this);
      const find = tool("⌕", "find", (button) => cockpit.findOnMap(this, button));
      find.classList.add("is-find");
      const ruler = tool("⊿", "measure", (button) => this.measure.toggle(button));
      ruler.setAttribute("aria-pressed", "false");
      document.addEventListener("keydown", (event) => {
        if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
        event.preventDefault();
        cockpit.findOnMap(this, find);
      });
    }

    /** The command map, as it would show what is shown here. */
    elsewhere() {
      const query = cockpit.query();
      for (const name of ["metric", "place", "incident", "sources"]) query.delete(name);
      const [path, own] = this.config.whole.split("?");
      for (const [name, value] of new URLSearchParams(own || "")) query.set(name, value);
      if (this.touched && this.drawing) {
        const { center, zoom } = this.drawing.view();
        query.set("view", center.map((v) => v.toFixed(4)).concat(zoom.toFixed(2)).join(","));
      }
      const search = query.toString();
      return path + (search ? "?" + search : "");
    }

    /** Where a mark of a picture stands: its own place, or the middle of the district that its id ends with. */
    spotOf(mark) {
      if (mark[1] || mark[2]) return [mark[1], mark[2]];
      return this.middles.get(mark[0].split("@").pop()) || null;
    }

    /** What a click on something of a picture opens. */
    follow(name, item, area) {
      const go = item[area ? 5 : 6] || {};
      const place = area ? (typeof item[1] === "string" ? this.middles.get(item[1]) : item[1][0]) : this.spotOf(item);
      if (go.href) return void (window.location.href = go.href);
      this.spotlight(place, area ? item[3] : item[4], go, area ? "" : name + ":" + item[0]);
      if (go.incident) cockpit.open({ incident: go.incident });
      else if (go.metric) cockpit.open({ metric: go.metric, place: go.place });
    }

    /** A ring around a place, and a card where nothing else tells of it; the address keeps which. */
    spotlight(at, name, go, pick) {
      this.card.show(at, name, go);
      if (this.config.command && pick) cockpit.go({ pick }, true);
      if (!at || !this.config.command) return;
      const [x, y] = this.drawing.project(at);
      const seen = x > 40 && y > 60 && x < this.over.clientWidth - 40 && y < this.over.clientHeight - 60;
      if (seen && this.drawing.view().zoom > 10) return;
      if (seen && !this.jump) return;
      this.touched = true;
      this.drawing.look(at, Math.max(this.drawing.view().zoom, 11), true);
    }

    /** Jump to a district, site or road by its id and select it. */
    show(what, id) {
      if (what === "district") return cockpit.district(id);
      if (what === "site") {
        const site = this.config.sites.find((s) => s[0] === id);
        if (!site) return;
        this.turnOn(site[4]);
        this.spotlight([site[1], site[2]], site[3], null, "site:" + id);
        if (site[5]) cockpit.open({ metric: site[5], place: id });
      } else {
        const road = this.config.roads.find((r) => r.id === id);
        if (!road) return;
        this.turnOn("roads");
        this.spotlight(road.line[Math.floor(road.line.length / 2)], road.name, null, "road:" + id);
        if (this.config.roadMetric) cockpit.open({ metric: this.config.roadMetric, place: id });
      }
    }

    turnOn(layer) {
      const on = cockpit.layers(this.config.shown);
      if (!on.includes(layer)) cockpit.go({ layers: [...on, layer].join(",") }, true);
    }

    /** What the address had picked, once the layer that holds it is there. */
    found(name, picture) {
      if (!this.pending) return;
      const cut = this.pending.indexOf(":");
      const [kind, id] = [this.pending.slice(0, cut), this.pending.slice(cut + 1)];
      const mark = kind === name && (picture.marks || []).find((m) => m[0] === id);
      if (mark) this.card.show(this.spotOf(mark), mark[4], mark[6]);
      if (mark) this.pending = "";
    }

    repaint() {
      this.update(this.data);
    }

    zoom(step) {
      this.touched = true;
      this.drawing.zoomBy(step);
    }

    label(text, at, cls, code) {
      const spot = document.createElement("div");
      spot.className = "map-spot " + cls;
      const word = document.createElement("span");
      word.className = "map-label";
      word.textContent = text;
      spot.append(word);
      this.over.append(spot);
      this.labels.set(code || text, { at, spot });
    }

    /** The chosen district, or the whole city, in the free part of the panel. */
    home(smooth) {
      this.drawing.fit(this.boxes.get(this.data.here) || this.cityBox, smooth);
    }

    resized() {
      if (!this.over.clientWidth) return;
      this.drawing.resize();
      if (!this.touched) this.home(false);
      this.place();
    }

    update(data) {
      const moved = data.here !== this.data.here;
      this.data = data;
      if (!this.drawing) return;
      const on = new Set(cockpit.layers(this.config.shown));
      for (const chip of document.querySelectorAll("[data-layer]")) chip.setAttribute("aria-pressed", String(on.has(chip.dataset.layer)));
      this.pictures.update(on);
      this.drawing.paint({ ...data, districts: this.pictures.districts(data.districts) }, on);
      this.recall();
      this.mark(on.has("alerts") ? data.marks : []);
      if (moved) {
        this.touched = false;
        this.home(true);
      }
      this.place();
    }

    /** Sites, roads and towns of the address need no layer of the server's. */
    recall() {
      const [kind, id] = (this.pending || "").split(":");
      const site = kind === "site" && this.config.sites.find((s) => s[0] === id);
      const road = kind === "road" && this.config.roads.find((r) => r.id === id);
      const town = kind === "towns" && ((this.layers.towns || {}).features || []).find((f) => f.properties.name === id);
      if (town) this.card.show(town.geometry.coordinates, id, { lines: [this.config.names[town.properties.district] || ""] });
      if (site || road || town) this.pending = "";
      if (site || road) this.card.show(site ? [site[1], site[2]] : road.line[Math.floor(road.line.length / 2)], site ? site[3] : road.name, null);
    }

    /** One button per mark and one callout for each of the gravest; places come later, in place(). */
    mark(marks) {
      for (const spot of this.spots) {
        spot.mark.remove();
        if (spot.callout) spot.callout.remove();
      }
      this.spots = [];
      marks.forEach((m, i) => {
        const at = m.district ? this.middles.get(m.district) : [m.lon, m.lat];
        if (!at) return;
        const spot = { at, level: m.level, mark: this.button(m, "mark is-" + m.kind + " is-p" + m.level) };
        spot.mark.textContent = m.kind === "incident" ? ["?", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"][m.level] : this.config.shapes[m.level];
        if (i < this.config.callouts * 2 && m.level) {
          spot.callout = this.button(m, "callout is-p" + m.level);
          spot.callout.textContent = m.text;
          spot.callout.tabIndex = -1;
        }
        this.spots.push(spot);
      });
      for (const spot of this.spots) {
        if (!spot.callout) continue;
        spot.size = [spot.callout.offsetWidth, spot.callout.offsetHeight];
      }
    }

    button(m, cls) {
      const made = document.createElement("button");
      Object.assign(made, { type: "button", className: cls, title: m.text });
      made.setAttribute("aria-label", m.text);
      if (m.case) made.dataset.case = m.case; // on the duty desk a mark opens its case
      else if (m.incident) made.dataset.incident = m.incident;
      else Object.assign(made.dataset, { metric: m.metric, place: m.place });
      this.over.append(made);
      return made;
    }

    place() {
      if (this.waiting) return;
      this.waiting = true;
      window.requestAnimationFrame(() => {
        this.waiting = false;
        this.placeNow();
      });
    }

    placeNow() {
      const width = this.over.clientWidth;
      const height = this.over.clientHeight;
      const row = this.over.parentElement.querySelector(".map-chips");
      const chips = [row.offsetLeft + row.offsetWidth, row.offsetTop + row.offsetHeight + 8];
      for (const { at, spot } of this.labels.values()) {
        const [x, high] = this.drawing.project(at);
        const y = high + this.yielding(x, high);
        spot.style.transform = "translate(" + Math.round(x) + "px," + Math.round(y) + "px)";
        spot.hidden = x < 20 || y < 10 || (x < chips[0] && y < chips[1]) || x > width - 20 || y > height - 30;
      }
      this.settle(width, height);
      this.card.place();
      if (this.measure) this.measure.draw();
    }

    /** How far a name steps down when a mark sits on it. */
    yielding(x, y) {
      const em = parseFloat(getComputedStyle(root).fontSize) / 16;
      for (const { at } of this.spots) {
        const [mx, my] = this.drawing.project(at);
        if (Math.abs(mx - x) < 34 * em && Math.abs(my - y) < 18 * em) return my - y + 22 * em;
      }
      return 0;
    }

    /** Marks nearer than their own size join the gravest; callouts look for a free side, or stay away. */
    settle(width, height) {
      const grave = this.obstacles();
      const all = [...grave];
      const seen = [];
      for (const spot of this.spots) {
        const [x, y] = this.drawing.project(spot.at);
        const near = seen.some((s) => Math.hypot(s[0] - x, s[1] - y) < 18);
        const inside = x > 0 && y > 0 && x < width && y < height - 28; // the last lines are the map's approval and credits
        spot.x = x;
        spot.y = y;
        spot.mark.hidden = near || !inside;
        if (spot.mark.hidden) continue;
        spot.mark.style.left = x + "px";
        spot.mark.style.top = y + "px";
        seen.push([x, y]);
        const box = [x - 13, y - 13, x + 13, y + 13];
        all.push(box);
        if (spot.level === 1 || spot.level === 2) grave.push(box);
      }
      let left = this.config.callouts;
      for (const spot of this.spots) {
        if (!spot.callout) continue;
        const at = !spot.mark.hidden && left > 0 ? this.room(spot, all, grave, width, height) : null;
        spot.callout.style.visibility = at ? "visible" : "hidden";
        if (!at) continue;
        left -= 1;
        spot.callout.style.left = at[0] + "px";
        spot.callout.style.top = at[1] + "px";
        spot.callout.style.width = at[2] - at[0] + "px";
        all.push(at);
        grave.push(at);
      }
    }

    /** Where a callout stands: clear of every mark; else a grave one may cover lesser marks, and be cut short. */
    room(spot, all, grave, width, height) {
      const [w, h] = spot.size;
      const found = this.free(spot, [w, h], all, width, height);
      if (found || spot.level > 2) return found;
      const short = Math.min(w, 12 * parseFloat(getComputedStyle(root).fontSize));
      return this.free(spot, [short, h], all, width, height) || this.free(spot, [w, h], grave, width, height) || this.free(spot, [short, h], grave, width, height);
    }

    free({ x, y }, [w, h], taken, width, height) {
      const sides = [[x + 18, y - h / 2], [x - 18 - w, y - h / 2], [x - w / 2, y - 18 - h], [x - w / 2, y + 18], [x + 16, y - h - 8], [x + 16, y + 8], [x - 16 - w, y - h - 8], [x - 16 - w, y + 8]];
      const clear = (box) => box[0] > 4 && box[1] > 4 && box[2] < width - 4 && box[3] < height - 26 && taken.every((t) => box[2] + 4 < t[0] || box[0] - 4 > t[2] || box[3] + 4 < t[1] || box[1] - 4 > t[3]);
      const boxes = sides.map(([a, b]) => [a, b, a + w, b + h]);
      return boxes.find(clear) || null;
    }

    /** What callouts must not cover: chips, legend and the districts' names. */
    obstacles() {
      const base = this.over.getBoundingClientRect();
      const boxes = [];
      const fixed = this.over.parentElement.querySelectorAll(".map-chips, .map-legend, .map-tools, .map-label");
      for (const item of fixed) {
        if (item.closest("[hidden]") || item.closest(".is-far")) continue;
        const r = item.getBoundingClientRect();
        boxes.push([r.left - base.left, r.top - base.top, r.right - base.left, r.bottom - base.top]);
      }
      return boxes;
    }

    tip(what, x, y) {
      this.hint.hidden = !what;
      if (!what) return;
      this.hint.replaceChildren();
      const name = document.createElement("b");
      const more = document.createElement("small");
      name.textContent = what.name;
      more.textContent = what.state || "";
      this.hint.append(name, what.text || "", more);
      const right = Math.min(x + 14, this.over.clientWidth - this.hint.offsetWidth - 6);
      const down = y + 40 > this.over.clientHeight - 30 ? y - 34 : y + 16;
      this.hint.style.transform = "translate(" + Math.round(Math.max(right, 4)) + "px," + Math.round(down) + "px)";
    }

    /** What hovering over a district says. */
    districtTip(code) {
      const d = this.pictures.districts(this.data.districts)[code] || {};
      return { name: this.config.names[code] || "", text: d.text ? d.text + " " + this.pictures.unit() : cockpit.say("none"), state: d.state };
    }
  }

  function update(data, _search, config) {
    if (!data || !config) return;
    const known = maps.get(config.panel);
    if (known) {
      known.config = { ...config, ...{ panel: known.config.panel } };
      known.update(data);
      return;
    }
    const made = new CityMap(config);
    made.data = data;
    maps.set(config.panel, made);
    made.start().catch((error) => {
      console.error("the map cannot be drawn", error);
      const word = document.createElement("div");
      word.className = "map-fail";
      word.textContent = cockpit.say("noMap");
      made.over.append(word);
    });
  }
  cockpit.maps = maps;
  cockpit.colours = () => {
    const style = getComputedStyle(root);
    return (name) => style.getPropertyValue("--" + name).trim();
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cockpit = Object.assign(window.dash_clientside.cockpit || {}, { map: update });
})();
