/* Marks of the map as small pictures, drawn once for each look and used by both drawings: the shape carries the meaning, not
   the colour alone. A sprite's name is its recipe: "dot|#7cc7ef|6|label", "pile|12|2", "hatch|#e60012". */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const RATIO = 2; // drawn at twice the size, for fine screens
  const made = new Map();
  const LEVELS = ["", "p1", "p2", "p3", "p4"];

  const SHAPES = {
    dot: (pen, r) => pen.arc(0, 0, r, 0, 7),
    ring: (pen, r) => pen.arc(0, 0, r, 0, 7),
    bubble: (pen, r) => pen.arc(0, 0, r, 0, 7),
    square: (pen, r) => pen.rect(-r, -r, 2 * r, 2 * r),
    diamond: (pen, r) => corners(pen, [[0, -r], [r, 0], [0, r], [-r, 0]]),
    triangle: (pen, r) => corners(pen, [[0, -r], [r, r * 0.8], [-r, r * 0.8]]),
    cross: (pen, r) => [[-r, -r, r, r], [-r, r, r, -r]].forEach(([a, b, c, d]) => (pen.moveTo(a, b), pen.lineTo(c, d))),
    badge: (pen, r) => pen.roundRect(-r * 1.5, -r * 0.8, r * 3, r * 1.6, 3),
  };
  function corners(pen, points) {
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
  }

  const shade = (colour) => (colour.startsWith("#") ? colour : getComputedStyle(document.documentElement).getPropertyValue("--" + colour).trim());

  function sheet(width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(width * RATIO);
    canvas.height = Math.ceil(height * RATIO);
    const pen = canvas.getContext("2d");
    pen.scale(RATIO, RATIO);
    return { canvas, pen, width, height, ratio: RATIO };
  }

  function write(pen, text, size, colour) {
    pen.fillStyle = colour;
    pen.font = "600 " + size + "px " + getComputedStyle(document.body).fontFamily;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, 0, 0.5);
  }

  function mark(shape, colour, size, label) {
    const r = shape === "bubble" ? size : shape === "badge" ? 12 : size / 2;
    const half = (shape === "badge" ? r * 1.5 : r) + 2;
    const s = sheet(half * 2, half * 2);
    const { pen } = s;
    pen.translate(half, half);
    pen.beginPath();
    SHAPES[shape](pen, r);
    pen.strokeStyle = "#06101c";
    pen.lineWidth = 1.5;
    if (shape === "ring" || shape === "cross") {
      pen.strokeStyle = colour;
      pen.lineWidth = shape === "ring" ? 1.6 : 2;
      pen.stroke();
    } else {
      pen.globalAlpha = shape === "bubble" ? 0.82 : 1;
      pen.fillStyle = colour;
      pen.fill();
      pen.globalAlpha = 1;
      pen.stroke();
    }
    if (label) write(pen, label, shape === "badge" ? 12 : Math.max(9, Math.min(12, (3.1 * r) / label.length)), shape === "badge" && bright(colour) ? "#10151c" : "#fff");
    return s;
  }

  const bright = (colour) => parseInt(colour.slice(1, 3), 16) * 0.3 + parseInt(colour.slice(3, 5), 16) * 0.59 + parseInt(colour.slice(5, 7), 16) * 0.11 > 150;

  /** Several marks in one place: how many, and a rim in the colour of the gravest alarm among them. */
  function pile(count, level) {
    const r = 9 + 1.6 * Math.log2(count);
    const s = sheet(r * 2 + 6, r * 2 + 6);
    const { pen } = s;
    pen.translate(r + 3, r + 3);
    pen.beginPath();
    pen.arc(0, 0, r, 0, 7);
    pen.fillStyle = "rgba(46,127,214,0.6)";
    pen.fill();
    pen.strokeStyle = level ? shade(LEVELS[level]) : "#41709D";
    pen.lineWidth = level ? 2.5 : 1;
    pen.stroke();
    write(pen, count > 9999 ? Math.round(count / 1000) + "k" : String(count), 11, "#E6F0FA");
    return s;
  }

  /** A tile of slanting lines that joins its neighbours. */
  function hatch(colour, wash) {
    const s = sheet(8, 8);
    const { pen } = s;
    if (wash) {
      pen.fillStyle = colour;
      pen.globalAlpha = Number(wash);
      pen.fillRect(0, 0, 8, 8);
      pen.globalAlpha = 1;
    }
    pen.strokeStyle = colour;
    pen.lineWidth = 1.6;
    pen.beginPath();
    for (const x of [-8, 0, 8]) {
      pen.moveTo(x - 1, 9);
      pen.lineTo(x + 9, -1);
    }
    pen.stroke();
    return s;
  }

  cockpit.sprite = function (name) {
    if (made.has(name)) return made.get(name);
    const [kind, a, b, ...rest] = name.split("|");
    const sprite = kind === "pile" ? pile(Number(a), Number(b)) : kind === "hatch" ? hatch(shade(a), b) : mark(kind, shade(a), Number(b), rest.join("|"));
    if (made.size > 3000) made.clear(); // counts of heaps are without end
    made.set(name, sprite);
    return sprite;
  };
  /** The recipe of a mark of a class: [text, colour, shape, size, level]. */
  cockpit.spriteOf = (cls, label) => [cls[2], cls[1], cls[3], label || ""].join("|");
})();
