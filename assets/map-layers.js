/* The map's layers that the server draws (api/pictures.py): asked for when their chip is pressed, again while they are looked at,
   and told in the legend with their limits and units. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const PACE = 10000; // between two looks at one layer
  const IDLE = 30000;

  const make = (tag, cls, text) => Object.assign(document.createElement(tag), { className: cls || "", textContent: text || "" });
  cockpit.make = make;

  cockpit.MapLayers = class {
    constructor(city) {
      this.city = city;
      this.box = city.over.parentElement.querySelector(".map-legend");
      this.held = new Map(); // name -> { picture, etag, at, key }
      this.on = new Set();
      this.own = [...this.box.children]; // the legend as the server wrote it: of the panel's own metric
      window.setInterval(() => document.hidden || this.refresh(), IDLE);
      const title = this.box.querySelector("[data-shade]");
      if (title) title.addEventListener("click", (event) => (event.stopPropagation(), this.choose(title)));
    }

    get shade() {
      return cockpit.get("shade");
    }

    /** Which layers are on now; those of the server that are new are asked for at once. */
    update(on) {
      this.on = on;
      for (const name of [...this.held.keys()]) if (!this.wanted().includes(name)) this.drop(name);
      this.refresh();
    }

    wanted() {
      const found = this.city.config.drawn.filter((name) => this.on.has(name));
      return this.shade && this.on.has("index") ? ["districts", ...found] : found;
    }

    drop(name) {
      this.held.delete(name);
      if (name === "districts") this.city.repaint();
      else this.city.drawing.picture(name, null);
      this.legend();
    }

    address(name) {
      const facts = cockpit.known();
      const query = new URLSearchParams({ screen: facts.screen, panel: this.city.config.panel, lang: facts.lang });
      if (name === "districts") query.set("metric", this.shade);
      if (cockpit.get("t")) query.set("t", cockpit.get("t"));
      return (name ? "/map/layer/" + name : "/map/metrics") + "?" + query;
    }

    refresh() {
      const now = Date.now();
      for (const name of this.wanted()) {
        const address = this.address(name);
        const held = this.held.get(name);
        if (held && held.address === address && now - held.at < PACE) continue;
        this.held.set(name, { ...held, address, at: now });
        this.read(name, address);
      }
    }

    async read(name, address) {
      let answer;
      try {
        answer = await fetch(address);
      } catch (error) {
        return this.failed(name); // the server is away: what is drawn stays, the page's own bar says so
      }
      const held = this.held.get(name);
      if (!held || held.address !== address) return;
      if (!answer.ok) return this.failed(name);
      const etag = answer.headers.get("etag");
      if (etag && etag === held.etag) return;
      const picture = await answer.json();
      const latest = this.held.get(name);
      if (!latest || latest.address !== address) return;
      this.held.set(name, { ...latest, picture, etag, failed: false });
      if (name === "districts") this.city.repaint();
      else this.city.drawing.picture(name, picture);
      this.city.found(name, picture);
      this.legend();
    }

    failed(name) {
      const held = this.held.get(name);
      if (!held) return;
      this.held.set(name, { ...held, failed: true });
      this.legend();
    }

    picture(name) {
      const held = this.held.get(name);
      return held && held.picture;
    }

    /** The districts' values: of the metric chosen, else those of the panel's own stream. */
    districts(own) {
      const picture = this.shade ? this.picture("districts") : null;
      if (!picture) return this.shade ? {} : own;
      const found = {};
      for (const [code, [step, text, state]] of Object.entries(picture.values || {})) found[code] = { step, text, state };
      return found;
    }

    unit() {
      const picture = this.shade ? this.picture("districts") : null;
      return picture ? picture.unit || "" : this.city.config.unit;
    }

    legend() {
      for (const part of this.box.querySelectorAll(".legend-part")) part.remove();
      const title = this.box.querySelector("[data-shade]");
      const steps = this.box.querySelector(".legend-steps:not(.legend-part *)");
      const shaded = this.shade ? this.picture("districts") : null;
      this.box.querySelectorAll(".legend-own").forEach((part) => (part.hidden = !this.on.has("index")));
      if (title && shaded) {
        title.textContent = shaded.title + (shaded.unit ? "（" + shaded.unit + "）" : "") + " ▾";
        title.title = shaded.note || shaded.title;
        if (steps) steps.replaceChildren(...this.lines(shaded, true));
      } else if (title) {
        title.textContent = title.dataset.own;
        title.title = title.dataset.own;
        if (steps) {
          this.kept = this.kept || [...steps.children];
          steps.replaceChildren(...this.kept);
        }
      }
      for (const [name, held] of this.held) if (name !== "districts" && this.on.has(name)) this.box.append(this.part(held));
      this.box.classList.toggle("is-long", this.held.size > 2);
      this.city.place();
    }

    part({ picture, failed }) {
      const part = make("div", "legend-part");
      if (!picture) {
        part.append(make("div", "legend-note", cockpit.say(failed ? "noLayer" : "loading")));
        return part;
      }
      part.append(make("div", "legend-title", picture.title + (picture.unit ? "（" + picture.unit + "）" : "")));
      const steps = make("div", "legend-steps");
      steps.append(...this.lines(picture));
      part.append(steps);
      const note = [picture.note, failed ? cockpit.say("noLayer") : ""].filter(Boolean).join(" · ");
      if (note) part.append(make("div", "legend-note", note));
      return part;
    }

    lines(picture, own) {
      if (own && !this.kept) this.kept = [...this.box.querySelector(".legend-steps").children];
      const used = new Set((picture.marks || []).concat(picture.areas || []).map((item) => (item.length > 6 ? item[3] : item[2])));
      const told = picture.classes || [];
      const shown = told.filter((cls, i) => cls[0] && (own || !cls[4] || used.has(i)));
      return shown.map((cls) => {
        const line = make("span", "legend-item");
        line.append(swatch(cls), cls[0]);
        return line;
      });
    }

    async choose(anchor) {
      const options = fetch(this.address("")).then((answer) => answer.json());
      cockpit.picker(this.city, anchor, cockpit.say("choose"), async (words) => {
        const { topics } = await options;
        const own = this.city.config.indexMetric;
        const rows = topics.flatMap((t) => t.metrics.map(([key, name]) => ({ text: name, hint: t.topic, key: key === own ? "" : key })));
        const asked = words.toLowerCase().split(/\s+/);
        const has = (row) => asked.every((word) => (row.text + row.hint + row.key).toLowerCase().includes(word));
        return rows.filter(has).map((row) => ({ ...row, act: () => this.shadeBy(row.key) }));
      });
    }

    shadeBy(key) {
      const layers = new Set(cockpit.layers(this.city.config.shown)).add("index");
      cockpit.go({ shade: key, layers: cockpit.get("layers") ? [...layers].join(",") : "" }, true);
    }
  };

  function swatch([, colour, shape, size]) {
    const box = make("i", "sprite");
    if (shape === "fill" || shape === "hatch") {
      box.classList.add("swatch");
      if (shape === "fill") box.style.background = colour;
      else box.style.background = "repeating-linear-gradient(-45deg, " + colour + " 0 2px, transparent 2px 5px)";
      return box;
    }
    const { canvas, width, height } = cockpit.sprite([shape, colour, Math.min(size, 8), ""].join("|"));
    const copy = document.createElement("canvas");
    Object.assign(copy, { width: canvas.width, height: canvas.height });
    copy.getContext("2d").drawImage(canvas, 0, 0);
    Object.assign(copy.style, { width: width + "px", height: height + "px" });
    box.append(copy);
    return box;
  }
})();
