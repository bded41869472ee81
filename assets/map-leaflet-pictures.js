/* What the server drew (layouts/atlas) on the canvas map: areas as Leaflet's own shapes, marks on one canvas of ours, because
   Leaflet looks through all its markers at each move of the pointer and 10,000 of them would stutter. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const PAD = 0.3; // of the panel on each side, so that dragging does not show an edge
  const REACH = 3; // pixels beside a mark that still count as on it

  cockpit.leafletPictures = function (map, city, hooks, { put, hatch, CROWD, CELL }) {
    const L = window.L;
    const shown = new Map(); // name -> { picture, areas, dots }
    const pane = map.createPane("dots");
    pane.style.zIndex = 450;
    pane.style.pointerEvents = "none";
    const canvas = document.createElement("canvas");
    pane.append(canvas);
    let hits = []; // what the last drawing put where, in layer points, the topmost last
    let waiting = false;

    /** Marks with their place at zoom 0, so that drawing needs a multiplication each. */
    function spots(picture) {
      const found = [];
      (picture.marks || []).forEach((item) => {
        const at = city.spotOf(item);
        if (!at) return;
        const p = map.project(put(at), 0);
        const cls = picture.classes[item[3]];
        found.push({ x: p.x, y: p.y, item, sprite: cockpit.spriteOf(cls, item[7]), level: cls[4], low: cls[2] === "badge" ? 24 : 0 });
      });
      return found;
    }

    function draw() {
      waiting = false;
      const size = map.getSize();
      const pad = size.multiplyBy(PAD).round();
      const corner = map.containerPointToLayerPoint([0, 0]).subtract(pad);
      const wide = size.x + 2 * pad.x;
      const high = size.y + 2 * pad.y;
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      if (canvas.width !== wide * ratio || canvas.height !== high * ratio) {
        Object.assign(canvas, { width: wide * ratio, height: high * ratio });
        Object.assign(canvas.style, { width: wide + "px", height: high + "px" });
      }
      L.DomUtil.setPosition(canvas, corner);
      const pen = canvas.getContext("2d");
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, wide, high);
      const scale = 2 ** map.getZoom();
      const origin = map.getPixelOrigin().add(corner);
      hits = [];
      for (const [name, { dots }] of shown) {
        const seen = [];
        for (const d of dots) {
          const x = d.x * scale - origin.x;
          const y = d.y * scale - origin.y + d.low;
          if (x > -20 && y > -20 && x < wide + 20 && y < high + 20) seen.push([x, y, d]);
        }
        for (const [x, y, heap] of seen.length > CROWD ? piles(seen, origin) : seen.map(([x, y, d]) => [x, y, [d]])) {
          const worst = heap.reduce((best, d) => (d.level && (!best || d.level < best) ? d.level : best), 0);
          const sprite = cockpit.sprite(heap.length > 1 ? "pile|" + heap.length + "|" + worst : heap[0].sprite);
          pen.drawImage(sprite.canvas, x - sprite.width / 2, y - sprite.height / 2, sprite.width, sprite.height);
          hits.push({ x: x + corner.x, y: y + corner.y, w: sprite.width / 2, h: sprite.height / 2, name, heap });
        }
      }
    }

    /** Marks of one cell of the zoomed world together, in the middle of them: the cells stay where they are while one pans. */
    function piles(seen, origin) {
      const cells = new Map();
      for (const [x, y, d] of seen) {
        const cell = Math.floor((x + origin.x) / CELL) + "," + Math.floor((y + origin.y) / CELL);
        const known = cells.get(cell);
        if (known) known.push([x, y, d]);
        else cells.set(cell, [[x, y, d]]);
      }
      const middle = (here, i) => here.reduce((sum, spot) => sum + spot[i], 0) / here.length;
      return [...cells.values()].map((here) => [middle(here, 0), middle(here, 1), here.map((spot) => spot[2])]);
    }

    function later() {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(draw);
    }
    map.on("moveend zoomend resize viewreset", later);

    function areas(name, picture) {
      const group = L.layerGroup();
      for (const item of picture.areas || []) {
        const [, place, cls] = item;
        const [, colour, look] = picture.classes[cls];
        const district = typeof place === "string" && city.layers.districts.features.find((f) => f.properties.adcode === place);
        const style = look === "hatch" ? { color: colour, weight: 2, fillColor: hatch(colour, "0.18"), fillOpacity: 1 } : { stroke: false, fillColor: colour, fillOpacity: 0.72 };
        const layer = typeof place !== "string" ? L.polygon(place.map(put), style) : district && L.geoJSON(district, { style, coordsToLatLng: put });
        if (!layer) continue;
        layer.on("click", (e) => {
          if (hooks.busy() || pick(e.containerPoint)) return;
          hooks.follow(name, item, true);
        });
        layer.on("mousemove", (e) => hooks.busy() || pick(e.containerPoint) || hooks.hover({ name: item[3], text: item[4] }, e.containerPoint.x, e.containerPoint.y));
        layer.on("mouseout", () => hooks.hover(null));
        group.addLayer(layer);
      }
      return group;
    }

    function pick(point) {
      if (!hits.length) return null;
      const { x, y } = map.containerPointToLayerPoint(point);
      for (let i = hits.length - 1; i >= 0; i--) {
        const hit = hits[i];
        if (Math.abs(hit.x - x) <= hit.w + REACH && Math.abs(hit.y - y) <= hit.h + REACH) return hit;
      }
      return null;
    }

    return {
      over: false,
      pick,
      show(name, picture) {
        const known = shown.get(name);
        if (known) known.areas.remove();
        shown.delete(name);
        if (picture) {
          const made = { picture, dots: spots(picture), areas: areas(name, picture).addTo(map) };
          shown.set(name, made);
        }
        later();
      },
      told: ({ heap }) => (heap.length > 1 ? { name: cockpit.say("heap", { n: heap.length }) } : { name: heap[0].item[4], text: heap[0].item[5] }),
      follow({ heap, name, x, y }) {
        if (heap.length > 1) map.setView(map.layerPointToLatLng([x, y]), map.getZoom() + 1.5);
        else hooks.follow(name, heap[0].item, false);
      },
    };
  };
})();
