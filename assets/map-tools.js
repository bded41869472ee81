/* What one does with the map: find a place by its name, measure, see what was picked, send the view on by its address. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const MOST = 12; // rows of a list
  const GEODESIC = "/assets/geographiclib-geodesic-2.2.0.min.js";

  /* ---- a list to pick from, by keyboard or pointer ---- */
  cockpit.picker = function (city, anchor, word, find) {
    const known = city.over.parentElement.querySelector(".map-picker");
    if (known) known.remove();
    if (known && known.anchor === anchor) return;
    const box = cockpit.make("div", "map-picker");
    box.anchor = anchor;
    const input = Object.assign(document.createElement("input"), { type: "search", placeholder: word, autocomplete: "off" });
    const list = cockpit.make("div", "map-found");
    const id = "found-" + city.config.panel;
    Object.assign(list, { id, role: "listbox" });
    for (const [name, value] of [["aria-label", word], ["role", "combobox"], ["aria-controls", id], ["aria-expanded", "true"], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
    box.append(input, list);
    let rows = [];
    let at = 0;
    let asked = 0;
    const close = () => {
      box.remove();
      document.removeEventListener("pointerdown", outside, true);
      if (anchor.isConnected) anchor.focus();
    };
    const outside = (event) => box.contains(event.target) || anchor.contains(event.target) || close();
    const take = (row) => {
      close();
      row.act();
    };
    function paint() {
      list.replaceChildren(...rows.map((row, i) => {
        const line = cockpit.make("div", "map-row");
        Object.assign(line, { id: id + "-" + i, role: "option" });
        line.setAttribute("aria-selected", String(i === at));
        line.append(cockpit.make("b", "", row.text), cockpit.make("small", "", row.hint));
        line.addEventListener("click", (event) => (event.stopPropagation(), take(row)));
        return line;
      }));
      if (!rows.length) list.append(cockpit.make("div", "map-none", input.value ? cockpit.say("nothing") : ""));
      input.setAttribute("aria-activedescendant", rows.length ? id + "-" + at : "");
      const here = list.children[at];
      if (here && here.scrollIntoView) here.scrollIntoView({ block: "nearest" });
    }
    async function look() {
      const mine = ++asked;
      const found = await find(input.value.trim());
      if (mine !== asked) return;
      rows = found;
      at = 0;
      paint();
    }
    input.addEventListener("input", look);
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && rows.length) at = (at + step + rows.length) % rows.length;
      else if (event.key === "Enter" && rows[at]) take(rows[at]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
      if (box.isConnected) paint();
    });
    document.addEventListener("pointerdown", outside, true);
    city.over.parentElement.append(box);
    const frame = city.over.getBoundingClientRect();
    const spot = anchor.getBoundingClientRect();
    const low = spot.top - frame.top > frame.height / 2;
    box.style.left = Math.max(8, Math.min(spot.left - frame.left, frame.width - box.offsetWidth - 8)) + "px";
    if (low) box.style.bottom = frame.bottom - spot.top + 4 + "px";
    else box.style.top = spot.bottom - frame.top + 4 + "px";
    input.focus();
    look();
  };

  /* ---- names ---- */
  /** Every name on this map once: districts, towns, sites, roads, and what the layers that are on have brought. */
  function names(city) {
    const { config, layers } = city;
    const word = (layer) => (document.querySelector('[data-layer="' + layer + '"]') || {}).textContent || "";
    const out = Object.entries(config.names).map(([code, text]) => ({ text, hint: cockpit.say("district"), more: code, act: () => city.show("district", code) }));
    for (const f of (layers.towns || { features: [] }).features) {
      const p = f.properties;
      out.push({ text: p.name, hint: config.names[p.district] || "", more: p.name_en || "", act: () => city.spotlight(f.geometry.coordinates, p.name, { lines: [config.names[p.district] || ""], links: [] }, "towns:" + p.name) });
    }
    for (const s of config.sites) out.push({ text: s[3], hint: word(s[4]), more: s[0], act: () => city.show("site", s[0]) });
    for (const r of config.roads) out.push({ text: r.name, hint: word("roads"), more: r.id, act: () => city.show("road", r.id) });
    for (const [name, held] of city.pictures.held) {
      if (config.places.includes(name) || name === "towns" || !held.picture) continue;
      for (const m of held.picture.marks || []) out.push({ text: m[4], hint: held.picture.title, more: m[0], act: () => city.follow(name, m, false) });
    }
    return out;
  }
  function rank(row, words) {
    const text = row.text.toLowerCase();
    if (text === words) return 0;
    if (text.startsWith(words)) return 1;
    if (text.includes(words)) return 2;
    return row.more.toLowerCase().includes(words) ? 3 : 9;
  }
  cockpit.findOnMap = function (city, anchor) {
    // What is looked for is jumped to; what is clicked is in sight already.
    const jump = (row) => () => {
      city.jump = true;
      row.act();
      city.jump = false;
    };
    const all = names(city).map((row) => ({ ...row, act: jump(row) }));
    cockpit.picker(city, anchor, cockpit.say("find"), async (words) => {
      if (!words) return [];
      const asked = words.toLowerCase();
      const ranked = all.map((row) => [rank(row, asked), row]).filter(([r]) => r < 9);
      return ranked.sort((a, b) => a[0] - b[0] || a[1].text.length - b[1].text.length).slice(0, MOST).map(([, row]) => row);
    });
  };

  /* ---- measuring, on the ellipsoid ---- */
  let geodesic = null;
  function loadGeodesic() {
    geodesic = geodesic || new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = GEODESIC;
      script.onload = () => resolve(window.geodesic);
      script.onerror = () => reject(new Error("no geodesic library"));
      document.head.append(script);
    });
    return geodesic;
  }
  /** Length in metres, and area in square metres of three points and more. */
  cockpit.measured = function (library, points) {
    const earth = library.Geodesic.WGS84;
    let length = 0;
    for (let i = 1; i < points.length; i++) length += earth.Inverse(points[i - 1][1], points[i - 1][0], points[i][1], points[i][0]).s12;
    const polygon = earth.Polygon(false);
    for (const [lon, lat] of points) polygon.AddPoint(lat, lon);
    return { length, area: points.length > 2 ? Math.abs(polygon.Compute(false, true).area) : 0 };
  };
  const number = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const length = (m) => (m < 1000 ? number(m, 0) + " m" : number(m / 1000, m < 1e5 ? 2 : 1) + " km");
  const area = (m2) => (m2 < 1e5 ? number(m2, 0) + " m²" : number(m2 / 1e6, m2 < 1e8 ? 3 : 1) + " km²");

  cockpit.Measure = class {
    constructor(city) {
      this.city = city;
      this.points = [];
      this.active = false;
      const ns = "http://www.w3.org/2000/svg";
      this.svg = document.createElementNS(ns, "svg");
      this.svg.setAttribute("class", "map-ruler");
      this.svg.setAttribute("aria-hidden", "true");
      this.path = document.createElementNS(ns, "path");
      this.svg.append(this.path);
      this.told = cockpit.make("div", "map-measured");
      this.told.setAttribute("role", "status");
      this.told.hidden = true;
      city.over.append(this.svg);
      city.over.parentElement.append(this.told);
      document.addEventListener("keydown", (event) => this.key(event), true);
    }

    key(event) {
      if (!this.active || event.target.closest("input, textarea, select, .drawer")) return;
      if (event.key === "Escape") this.end();
      else if (event.key === "Backspace") this.points.pop();
      else return;
      event.preventDefault();
      event.stopPropagation();
      this.draw();
    }

    async toggle(button) {
      this.button = button;
      if (this.active) return this.end();
      this.library = await loadGeodesic();
      this.active = true;
      this.points = [];
      this.told.hidden = false;
      button.setAttribute("aria-pressed", "true");
      this.draw();
    }

    end() {
      this.active = false;
      this.points = [];
      this.told.hidden = true;
      this.button.setAttribute("aria-pressed", "false");
      this.draw();
    }

    add(at) {
      this.points.push(at);
      this.draw();
    }

    draw() {
      const spots = this.points.map((at) => this.city.drawing.project(at));
      const line = spots.map(([x, y], i) => (i ? "L" : "M") + x.toFixed(1) + " " + y.toFixed(1)).join("");
      const dots = spots.map(([x, y]) => "M" + (x - 3).toFixed(1) + " " + y.toFixed(1) + "a3 3 0 1 0 6 0a3 3 0 1 0 -6 0").join("");
      this.path.setAttribute("d", line + (spots.length > 2 ? "Z" : "") + dots);
      if (!this.active) return;
      const { length: metres, area: squares } = cockpit.measured(this.library, this.points);
      const words = this.points.length > 1 ? cockpit.say("length") + " " + length(metres) + (squares ? " · " + cockpit.say("area") + " " + area(squares) : "") + " · " : "";
      this.told.textContent = words + cockpit.say("measuring");
    }
  };

  /* ---- what was picked ---- */
  cockpit.Card = class {
    constructor(city) {
      this.city = city;
      this.box = cockpit.make("div", "map-card");
      this.box.hidden = true;
      this.ring = cockpit.make("div", "map-ring");
      this.ring.hidden = true;
      city.over.append(this.ring);
      city.over.parentElement.append(this.box);
      document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !this.ring.hidden && !document.documentElement.classList.contains("has-drawer")) this.close();
      });
    }

    show(at, name, go) {
      this.at = at;
      this.ring.hidden = !at;
      this.box.hidden = !(go && go.lines);
      if (go && go.lines) {
        const close = Object.assign(cockpit.make("button", "map-card-close", "×"), { type: "button" });
        close.setAttribute("aria-label", cockpit.say("close"));
        close.addEventListener("click", () => this.close());
        const lines = go.lines.map((text) => cockpit.make("p", "", text));
        const links = (go.links || []).map(([text, href]) => Object.assign(cockpit.make("a", "link", text + " →"), { href }));
        this.box.replaceChildren(close, cockpit.make("b", "", name), ...lines, ...links);
      }
      this.place();
    }

    close() {
      this.at = null;
      this.ring.hidden = true;
      this.box.hidden = true;
      if (cockpit.get("pick")) cockpit.go({ pick: "" }, true);
    }

    place() {
      if (!this.at) return;
      const [x, y] = this.city.drawing.project(this.at);
      this.ring.style.transform = "translate(" + Math.round(x) + "px," + Math.round(y) + "px)";
    }
  };
})();
