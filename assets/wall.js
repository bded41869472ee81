/* The wall: which scene is seen, what takes it over, and how it stays alive for months with nobody in front of it.
   Everything follows the server's clock, so that all walls show the same scene in the same second and a timer that stops
   cannot stop the picture: each beat asks anew what should be seen now. */
(function () {
  "use strict";
  if (!/^\/wall\/?$/.test(window.location.pathname)) return;
  const cockpit = window.cockpit;
  const root = document.documentElement;
  root.classList.add("is-wall");
  const asked = new URLSearchParams(window.location.search);
  const MINUTE = 60000;
  const UNSIGNED_P2 = 5 * MINUTE;
  const STAYS = MINUTE; // a call stays this long after somebody has signed for it
  const WIDEST = [[4, 7], [3, 5], [2, 4], [0, 3]]; // width by height -> columns
  const GRIDS = [7, 5, 4, 3];
  const RESTS = 12 * 3600000; // a page this old is fetched afresh at a quiet moment
  const FULL = 0.7;

  const started = Date.now();
  let scenes = [];
  let offset = 0; // server's clock less this one's
  let shown = "";
  let shape = "";
  let lock = asked.get("lock") ? { scene: asked.get("lock"), until: 0, own: true } : null;
  let held = null; // the call that has the picture
  let frames = 0;
  let fps = 0;
  let lost = 0;
  let build = "";

  const now = () => Date.now() + offset;
  cockpit.wall = {
    now,
    state: () => ({ scene: shown, call: held ? held.id : "", build, fps, shape }),
    due: (at) => due(at || now())[0].key,
    lock: (scene, until) => {
      lock = scene ? { scene, until: until || 0, own: true } : null;
      beat();
    },
  };

  if (asked.get("dh") > 0) root.style.setProperty("--dh", String(Math.min(Math.max(Number(asked.get("dh")), 2), 6)));
  if (asked.get("motion") === "0") root.dataset.motion = "0";

  /* ---- the canvas ---- */
  function columns() {
    const ratio = window.innerWidth / window.innerHeight;
    return ratio < 1 ? 1 : WIDEST.find(([least]) => ratio >= least)[1];
  }

  function measure() {
    const upright = window.innerWidth < window.innerHeight;
    root.classList.toggle("is-upright", upright);
    const told = /^(\d+)x(\d+)$/.exec(asked.get("wall") || "");
    const card = document.getElementById("wall-card");
    if (!card || !told) return;
    const [w, h] = [Number(told[1]), Number(told[2])];
    const off = Math.abs((window.innerWidth / window.innerHeight) / (w / h) - 1);
    card.hidden = !(off > 0.03) || asked.get("card") === "0";
    if (card.hidden || card.dataset.of === window.innerWidth + "x" + window.innerHeight) return;
    card.dataset.of = window.innerWidth + "x" + window.innerHeight;
    const line = (text, cls) => Object.assign(document.createElement("div"), { textContent: text, className: cls || "" });
    const shapeOf = (a, b) => (a / b).toFixed(2);
    card.replaceChildren(
      line(cockpit.say("ratio"), "call-say"),
      line(cockpit.say("told", { w, h, r: shapeOf(w, h) })),
      line(cockpit.say("seen", { w: window.innerWidth, h: window.innerHeight, r: shapeOf(window.innerWidth, window.innerHeight) })),
      line("", "card-circle"),
      line(cockpit.say("circle")),
    );
  }

  /** The scene's grid for this wall: the widest one that it has room for. */
  function gridOf(scene) {
    const most = columns();
    if (most === 1 && scene.grids["1"]) return ["1", scene.grids["1"]];
    const found = GRIDS.find((n) => n <= Math.max(most, 3) && scene.grids[n]) || 3;
    return [String(found), scene.grids[found]];
  }

  /* ---- which scene ---- */
  function hour() {
    const text = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: cockpit.known().zone }).format(now());
    return Number(text);
  }

  function isOn(scene, at) {
    return !scene.hours.length || scene.hours.some(([from, to]) => (from <= to ? at >= from && at < to : at >= from || at < to));
  }

  /** The round: scenes in order, those marked `often` before each of the others. */
  function round() {
    const at = hour();
    const on = scenes.filter((scene) => isOn(scene, at));
    const often = on.filter((scene) => scene.often);
    const others = on.filter((scene) => !scene.often);
    return others.length ? others.flatMap((scene) => [...often, scene]) : often;
  }

  function due(at) {
    const turn = round();
    const total = turn.reduce((sum, scene) => sum + scene.dwell, 0);
    if (!total) return [scenes[0], 1, 1, 0];
    let left = (at / 1000) % total;
    for (const scene of turn) {
      if (left < scene.dwell) return [scene, scenes.indexOf(scene) + 1, scenes.length, scene.dwell - left];
      left -= scene.dwell;
    }
    return [turn[0], scenes.indexOf(turn[0]) + 1, scenes.length, turn[0].dwell];
  }

  function locked() {
    if (lock && lock.until && lock.until <= now()) lock = null;
    return lock;
  }

  /** The city in three dimensions and the flat map may claim one area: the second is there where the first cannot be drawn. */
  const isTwin = (cell) => Boolean(cell.querySelector(".kind-twin"));

  function show(scene) {
    const [name, [areas, cols, rows]] = gridOf(scene);
    const isRaised = Boolean(cockpit.twinWorks && cockpit.twinWorks());
    const want = [scene.key, name, window.innerWidth, window.innerHeight, isRaised].join("|");
    if (want === shape) return;
    shape = want;
    const grid = document.getElementById("wall-grid");
    Object.assign(grid.style, { gridTemplateAreas: areas, gridTemplateColumns: cols, gridTemplateRows: rows });
    const inside = new Set(areas.match(/[\w-]+/g));
    const claims = [...grid.children].filter((cell) => cell.dataset.scenes.split(" ").includes(scene.key) && inside.has(cell.dataset.area));
    const raised = new Set(isRaised ? claims.filter(isTwin).map((cell) => cell.dataset.area) : []);
    for (const cell of grid.children) {
      const on = claims.includes(cell) && (isTwin(cell) ? isRaised : !raised.has(cell.dataset.area));
      cell.hidden = !on;
      cell.style.gridArea = on ? cell.dataset.area : "";
    }
    snap(grid);
    shown = scene.key;
    grid.dataset.scene = scene.key;
    put("wall-title", scene.title);
    window.dispatchEvent(new Event("resize")); // charts measure themselves again
  }

  /** Panel edges on the cabinets' edges (?grid=4x2), so that no seam cuts a figure; bezel: a seam's width in px. */
  function snap(grid) {
    const cabinets = /^(\d+)x(\d+)$/.exec(asked.get("grid") || "");
    if (!cabinets) return;
    const box = grid.getBoundingClientRect();
    const style = window.getComputedStyle(grid);
    const seam = Math.max(Number(asked.get("bezel")) || 0, parseFloat(style.columnGap) || 0);
    grid.style.gap = seam + "px";
    const lines = (tracks, from, length, count) => {
      const sizes = tracks.split(" ").map(parseFloat);
      const cabinet = length / count;
      let edge = from;
      let last = from;
      const out = [];
      sizes.forEach((size, index) => {
        edge += size + (index ? seam : 0);
        if (index === sizes.length - 1) return out.push(from + sizes.reduce((a, b) => a + b, 0) + seam * (sizes.length - 1) - last);
        const near = Math.round((edge + seam / 2) / cabinet) * cabinet - seam / 2;
        const end = Math.abs(near - edge) < cabinet * 0.3 && near - last > size * 0.5 ? near : edge;
        out.push(end - last);
        last = end + seam;
      });
      return out.map((size) => Math.max(size, 1).toFixed(2) + "px").join(" ");
    };
    grid.style.gridTemplateColumns = lines(style.gridTemplateColumns, box.left, window.innerWidth, Number(cabinets[1]));
    grid.style.gridTemplateRows = lines(style.gridTemplateRows, box.top, window.innerHeight, Number(cabinets[2]));
  }

  /* ---- what takes the picture over ---- */
  const CALLS = { panel: "wall", part: "calls" };
  let calls = { calls: [], more: 0 };
  function hear() {
    const found = window.dash_component_api && window.dash_component_api.getLayout(CALLS);
    calls = (found && found.props.data) || calls;
  }

  function calling() {
    return calls.calls.find((call) => {
      if (call.held) return false;
      if (!call.new) return call.level === 1 && call.signed && now() - Date.parse(call.signed) < STAYS;
      return call.level === 1 || now() - Date.parse(call.opened) > UNSIGNED_P2;
    });
  }

  const span = (ms) => {
    const s = Math.max(Math.floor(ms / 1000), 0);
    const two = (n) => String(n).padStart(2, "0");
    return (s >= 3600 ? Math.floor(s / 3600) + ":" : "") + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
  };

  function call(one) {
    const box = document.getElementById("wall-call");
    box.hidden = !one;
    if (!one) {
      held = null;
      return;
    }
    const visitor = asked.get("visitor") === "1";
    if (!held || held.id !== one.id || held.new !== one.new || held.say !== one.say) draw(box, one, visitor);
    held = one;
    box.querySelector(".call-clock").textContent = span(now() - Date.parse(one.opened));
    const left = one.new ? 0 : STAYS - (now() - Date.parse(one.signed));
    box.querySelector(".call-more").textContent = [
      calls.calls.length - 1 + calls.more > 0 ? cockpit.say("more", { n: calls.calls.length - 1 + calls.more }) : "",
      left > 0 ? cockpit.say("back", { n: Math.ceil(left / 1000) }) : "",
    ].filter(Boolean).join(" · ");
  }

  function draw(box, one, visitor) {
    const make = (tag, cls, text) => Object.assign(document.createElement(tag), { className: cls, textContent: text || "" });
    box.className = "wall-call is-p" + one.level;
    const top = make("div", "call-top");
    top.append(
      make("span", "call-shape" + (one.new ? " is-new" : ""), one.shape),
      make("span", "", "P" + one.level + " " + cockpit.say("call")),
      make("span", "call-state", cockpit.say(one.new ? "unsigned" : "signed")),
    );
    const facts = make("dl", "call-facts");
    if (!visitor) for (const [name, text] of one.facts) facts.append(make("dt", "", name), make("dd", "", text));
    if (asked.get("voice") === "1" && one.new && window.speechSynthesis) {
      const said = new SpeechSynthesisUtterance(visitor ? cockpit.say("hidden") : one.say);
      said.lang = cockpit.known().lang === "en" ? "en" : "zh-CN";
      window.speechSynthesis.speak(said);
    }
    box.replaceChildren(top, make("div", "call-say", visitor ? cockpit.say("hidden") : one.say), make("div", "call-clock"), facts, make("div", "call-more"));
  }

  /* ---- staying alive ---- */
  const put = (id, text) => {
    const found = document.getElementById(id);
    if (found && found.textContent !== text) found.textContent = text;
  };

  /** Fetch the page afresh, but only from a server that answers: the picture on the wall is never traded for a blank. */
  let isRenewing = false;
  async function renew(why) {
    const last = Number(window.sessionStorage.getItem("wall-renewed")) || 0;
    const times = Number(window.sessionStorage.getItem("wall-renewals")) || 0;
    const pause = Math.min(10000 * 2 ** times, 5 * MINUTE);
    if (isRenewing || Date.now() - last < pause) return;
    isRenewing = true;
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    isRenewing = Boolean(answer && answer.ok);
    if (!isRenewing) return;
    window.sessionStorage.setItem("wall-renewed", String(Date.now()));
    window.sessionStorage.setItem("wall-renewals", String(Math.min(times + 1, 6)));
    console.info("the wall is fetched afresh:", why);
    window.location.reload();
  }

  let dead = 0;
  function upkeep(left) {
    const isDead = root.classList.contains("is-dead");
    dead = isDead ? dead || Date.now() : 0;
    if (!isDead && Date.now() - started > 5 * MINUTE) window.sessionStorage.removeItem("wall-renewals");
    if (dead && Date.now() - dead > 2 * MINUTE) renew("no live stream for two minutes");
    if (cockpit.wall.outdated && !held && left < 2) renew("the software is a newer one");
    if (lost && !held) renew("a drawing context was lost");
    const memory = window.performance.memory;
    const isFull = memory && memory.usedJSHeapSize > FULL * memory.jsHeapSizeLimit;
    if ((Date.now() - started > RESTS && hour() === 3 && !held) || isFull) if (left < 2) renew(isFull ? "memory" : "its age");
  }

  function care() {
    const step = Math.floor(now() / (5 * MINUTE)) % 4; // a still picture burns in: it walks a small square
    const [x, y] = [[4, 4], [-4, 4], [-4, -4], [4, -4]][step];
    root.style.setProperty("--orbit-x", x + "px");
    root.style.setProperty("--orbit-y", y + "px");
    const at = hour();
    root.classList.toggle("is-night", at >= 22 || at < 6);
  }

  function beat() {
    const facts = cockpit.known();
    if (!facts || !facts.screen || !document.getElementById("wall-grid")) return;
    measure();
    care();
    const [scene, k, n, left] = due(now());
    const holds = locked();
    hear();
    const one = calling();
    call(one);
    const kept = (holds && scenes.find((s) => s.key === holds.scene)) || null;
    if (!one || !shown) show(kept || scene);
    else if (one.at) show(scenes.find((s) => s.often) || scene); // a call's map is the overview's
    const at = document.getElementById("wall-lock");
    at.hidden = !kept;
    if (kept) at.textContent = cockpit.say("locked", { left: holds.until ? span(holds.until - now()) : "" });
    put("wall-scene", cockpit.say("scene", { k: kept ? scenes.indexOf(kept) + 1 : k, n }));
    if (cockpit.picture && cockpit.picture()) put("wall-asof", cockpit.say("asOf", { time: cockpit.clockOf(cockpit.picture()) }));
    put("wall-build", cockpit.say("build", { build: build.slice(0, 7) }));
    upkeep(left);
  }

  /* ---- reporting, and being told ---- */
  const cookie = (name) => (document.cookie.match("(?:^|; )" + name + "=([^;]*)") || ["", ""])[1];
  const called = (asked.get("name") || "").slice(0, 40);
  const post = (path, told) =>
    fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": cookie("cockpit_csrf") },
      body: JSON.stringify(told),
    }).catch(() => null); // the server is away, which the watchdog says
  async function report() {
    const memory = window.performance.memory;
    const told = {
      name: called,
      scene: shown,
      call: held ? held.id : "",
      build,
      size: window.innerWidth + "×" + window.innerHeight,
      fps: Math.round(fps),
      heap: memory ? Math.round(memory.usedJSHeapSize / 1048576) : 0,
      age: Math.max(Math.round((now() - (cockpit.picture() || now())) / 1000), 0),
      uptime: Math.round((Date.now() - started) / 1000),
    };
    const answer = await post("/wall/beat", told);
    if (answer && answer.ok) obey(await answer.json());
  }

  /** What the room sees, sent once for each time somebody asks; an empty one says that this browser makes none. */
  let isSending = false;
  async function send() {
    if (isSending) return;
    isSending = true;
    try {
      const image = await cockpit.wallPicture().catch(() => "");
      await post("/wall/picture", { name: called, image });
    } finally {
      isSending = false;
    }
  }

  function obey(orders) {
    if (orders.picture) send();
    const until = orders.until ? Date.parse(orders.until) : 0;
    const over = until && until <= now();
    if (orders.scene && !over) lock = { scene: orders.scene, until };
    else if (lock && !lock.own) lock = null;
    const message = document.getElementById("wall-message");
    message.textContent = over ? "" : orders.message;
    message.hidden = !message.textContent;
    if (orders.reload && Date.parse(orders.reload) > started + offset) renew("an operator asked for it");
  }

  function count() {
    frames += 1;
    window.requestAnimationFrame(count);
  }

  /* A session that ends by age is opened again with the wall's own key; a revoked one is refused there and then. */
  window.addEventListener("cockpit:ended", () => {
    const key = window.localStorage.getItem("cockpit-wall");
    if (!key) return;
    const query = new URLSearchParams({ next: window.location.pathname + window.location.search });
    window.setTimeout(() => window.location.assign("/sign-in?" + query + key), 5000 + Math.random() * 5000);
  });
  document.addEventListener("webglcontextlost", (event) => {
    if (!(event.target.closest && event.target.closest(".twin-gl"))) lost = Date.now(); // the raised city has the flat one behind it
  }, true);
  window.addEventListener("cockpit:hello", (event) => {
    build = event.detail.build || "";
  });
  // With every heartbeat: this computer's clock may be set while the wall runs.
  window.addEventListener("cockpit:clock", (event) => {
    if (event.detail) offset = event.detail - Date.now();
  });
  cockpit.whenReady(() => {
    const node = document.getElementById("spoken");
    scenes = node && node.dataset.scenes ? JSON.parse(node.dataset.scenes) : [];
    if (!scenes.length) return;
    window.requestAnimationFrame(count);
    beat();
    window.setInterval(beat, 1000);
    window.setTimeout(report, 3000);
    window.setInterval(report, 20000);
    window.setInterval(() => {
      fps = frames / 10;
      frames = 0;
    }, 10000);
  });
})();
