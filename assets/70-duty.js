/* The duty desk: the queue (only rows that are seen are drawn), the open case's buttons and forms, drafts, keys, rings on the map. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const MARKS = { 1: "◆", 2: "▲", 3: "■", 4: "●" };
  const SPARE = 6; // rows drawn above and below those that are seen
  const ON_MAP = 60; // marks; more would hide the map
  const LOOK = 60000; // ms between two looks at an open case: its chart goes on
  const WIDE = 1000; // px from which the first case opens by itself

  let rows = [];
  let shown = []; // the rows that pass the filters
  let state = {}; // what came with the rows
  let acts = null;
  let filter = "";
  let text = "";
  let chosen = new Set(); // numbers, for many at once
  let cursor = ""; // the row the keys are at
  let open = null; // the form that is open: {action, fields}
  let turn = 0;
  let waiting = 0; // the turn whose answer is awaited
  let answered = 0;
  let height = 0;
  let map = null;

  const $ = (id) => document.getElementById(id);
  const here = () => Boolean($("duty"));
  const say = (key, values) => cockpit.say(key, values);
  const make = (tag, cls, words) => {
    const made = document.createElement(tag);
    if (cls) made.className = cls;
    if (words !== undefined) made.textContent = words;
    return made;
  };
  const set = (id, data) => window.dash_clientside.set_props(id, data);
  const now = () => Date.now();
  const replay = () => Boolean(cockpit.get("t"));

  /* ---- which rows ---- */
  const TESTS = {
    new: (r) => r.f.includes("n") && !r.f.includes("h"),
    p1: (r) => r.l === 1 && !r.f.includes("h"),
    p2: (r) => r.l === 2 && !r.f.includes("h"),
    p3: (r) => r.l === 3 && !r.f.includes("h"),
    p4: (r) => r.l === 4 && !r.f.includes("h"),
    late: (r) => r.d !== null && r.d < now() && !r.f.includes("z"),
    mine: (r) => r.f.includes("m"),
    shelved: (r) => r.f.includes("z"),
    watched: (r) => r.f.includes("w"),
    hidden: (r) => r.f.includes("h"),
  };
  const PLAIN = (r) => !r.f.includes("h");

  function sift() {
    const test = TESTS[filter] || PLAIN;
    const district = cockpit.get("district");
    const asked = text.toLowerCase();
    const found = (r) => !asked || (r.t + " " + r.s).toLowerCase().includes(asked);
    shown = rows.filter((r) => test(r) && found(r) && (!district || r.c === district));
    if (!shown.some((r) => r.i === cursor)) cursor = shown.length ? shown[0].i : "";
    const known = new Set(rows.map((r) => r.i));
    for (const key of chosen) if (!known.has(key)) chosen.delete(key);
  }

  function counters() {
    for (const chip of document.querySelectorAll("[data-filter]")) {
      const n = rows.filter(TESTS[chip.dataset.filter]).length;
      const count = chip.querySelector(".count");
      if (count.textContent !== String(n)) count.textContent = String(n);
      chip.classList.toggle("is-zero", n === 0);
      chip.setAttribute("aria-pressed", String(filter === chip.dataset.filter));
    }
    const urgent = rows.some((r) => r.l === 1 && TESTS.new(r));
    const first = document.querySelector(".counter.is-new");
    if (first) first.classList.toggle("is-urgent", urgent);
  }

  /* ---- time ---- */
  function span(ms) {
    const s = Math.max(0, Math.round(Math.abs(ms) / 1000));
    const h = Math.floor(s / 3600);
    const m = Math.floor((s % 3600) / 60);
    const two = (n) => String(n).padStart(2, "0");
    return h ? (h > 47 ? Math.round(h / 24) + " d" : h + ":" + two(m) + " h") : two(m) + ":" + two(s % 60);
  }
  function left(r) {
    if (r.d === null) return "";
    const ms = r.d - now();
    return (r.k ? r.k + " " : "") + say(ms < 0 ? "over" : "left", { time: span(ms) });
  }
  const share = (r) => (r.d === null || r.b === null || r.d <= r.b ? 0 : Math.min(1, Math.max(0, (now() - r.b) / (r.d - r.b))));

  /* ---- the list: rows are kept by number and moved, so that nothing that stays is drawn again ---- */
  const drawn = new Map();
  function row(r) {
    const made = make("div", "case-row");
    made.id = "row-" + r.i;
    made.setAttribute("role", "option");
    const pick = make("span", "pick");
    pick.title = say("pick");
    const badge = make("span", "badge is-p" + r.l, "P" + r.l);
    const words = make("div", "row-words");
    const title = make("b");
    const sub = make("small");
    const bar = make("i", "bar");
    const fill = make("i");
    bar.append(fill);
    words.append(title, sub, bar);
    const side = make("div", "row-side");
    const where = make("b");
    const time = make("small");
    side.append(where, time);
    made.append(pick, badge, words, side);
    made.parts = { badge, title, sub, fill, where, time };
    return made;
  }
  function dress(made, r, at) {
    const p = made.parts;
    const put = (node, words) => node.textContent !== words && (node.textContent = words);
    put(p.title, r.t);
    p.title.title = r.t;
    put(p.sub, r.s);
    put(p.where, r.h);
    p.badge.className = "badge is-p" + r.l;
    put(p.badge, "P" + r.l);
    p.badge.title = MARKS[r.l];
    const late = r.d !== null && r.d < now() && !r.f.includes("z");
    made.className = "case-row is-p" + r.l + (r.f.includes("n") ? " is-new" : "") + (late ? " is-late" : "") + (r.i === cockpit.get("case") ? " is-open" : "") + (r.i === cursor ? " is-cursor" : "") + (chosen.has(r.i) ? " is-chosen" : "");
    made.setAttribute("aria-selected", String(chosen.has(r.i) || r.i === cockpit.get("case")));
    made.setAttribute("aria-posinset", String(at + 1));
    made.setAttribute("aria-setsize", String(shown.length));
    made.style.transform = "translateY(" + at * height + "px)";
    made.dataset.case = r.i;
    put(p.time, left(r));
    p.fill.style.width = Math.round(share(r) * 1000) / 10 + "%";
  }
  function rowHeight() {
    const em = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return Math.max(64, Math.round(em * 5.35));
  }
  function draw() {
    const list = $("duty-queue");
    if (!list) return;
    const empty = state.failed || !shown.length;
    list.setAttribute("role", empty ? "status" : "listbox"); // a list box without options is an error to a screen reader
    list.toggleAttribute("aria-multiselectable", !empty);
    if (!empty) list.setAttribute("aria-multiselectable", "true");
    if (empty) {
      drawn.clear();
      const none = make("div", "desk-none" + (state.failed ? " is-failed" : ""));
      const calm = !state.failed && !rows.length;
      none.append(make("b", "", state.failed || say(calm ? "calm" : "noMatch")));
      if (!state.failed) none.append(make("span", "", say(calm ? "calmMore" : "noMatchMore")));
      list.replaceChildren(none);
    } else {
      let field = list.querySelector(".queue-field");
      if (!field) {
        field = make("div", "queue-field");
        list.replaceChildren(field);
      }
      height = rowHeight();
      field.style.height = shown.length * height + "px";
      const first = Math.max(0, Math.floor(list.scrollTop / height) - SPARE);
      const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + SPARE);
      const seen = new Set();
      for (let at = first; at < last; at++) {
        const r = shown[at];
        seen.add(r.i);
        let made = drawn.get(r.i);
        if (!made) {
          made = row(r);
          drawn.set(r.i, made);
          field.append(made);
        }
        dress(made, r, at);
      }
      for (const [key, made] of drawn) {
        if (seen.has(key)) continue;
        made.remove();
        drawn.delete(key);
      }
      list.setAttribute("aria-activedescendant", cursor ? "row-" + cursor : "");
    }
    const caption = $("duty-shown");
    const words = chosen.size ? say("chosen", { n: chosen.size }) : say("shown", { n: shown.length });
    if (caption && caption.textContent !== words) caption.textContent = words;
  }
  function all() {
    sift();
    counters();
    draw();
  }

  function reveal() {
    const list = $("duty-queue");
    const at = shown.findIndex((r) => r.i === cursor);
    if (at < 0 || !list) return;
    if (at * height < list.scrollTop) list.scrollTop = at * height;
    else if ((at + 1) * height > list.scrollTop + list.clientHeight) list.scrollTop = (at + 1) * height - list.clientHeight;
  }
  function step(by) {
    if (!shown.length) return;
    const at = shown.findIndex((r) => r.i === cursor);
    cursor = shown[Math.min(shown.length - 1, Math.max(0, at + by))].i;
    reveal();
    draw();
    if (window.innerWidth >= WIDE) enter();
  }
  let entering = 0;
  /** Open the row the keys are at; held keys open only the last one. */
  function enter() {
    window.clearTimeout(entering);
    const key = cursor;
    entering = window.setTimeout(() => key && key !== cockpit.get("case") && cockpit.go({ case: key }, true), 90);
  }
  function choose(key, only) {
    if (!key) return;
    if (only) chosen = new Set();
    if (chosen.has(key)) chosen.delete(key);
    else chosen.add(key);
    draw();
    buttons();
  }
  function chooseGroup() {
    const at = rows.find((r) => r.i === cursor);
    if (!at) return;
    for (const r of shown) if (r.g === at.g) chosen.add(r.i);
    draw();
    buttons();
  }
  function setFilter(name) {
    filter = filter === name ? "" : name;
    const list = $("duty-queue");
    if (list) list.scrollTop = 0;
    all();
  }

  /* ---- buttons and forms ---- */
  const targets = () => {
    if (chosen.size) return rows.filter((r) => chosen.has(r.i)).map((r) => [r.i, r.v]);
    return acts ? [[acts.id, acts.version]] : [];
  };
  function buttons() {
    const box = $("duty-buttons");
    if (!box) return;
    box.replaceChildren();
    const list = acts && !replay() ? acts.actions : [];
    const more = make("div", "acts-more");
    box.hidden = !list.length;
    for (const action of list) {
      const made = make("button", "act" + (action.more ? " is-more" : "") + (open && open.verb === action.verb ? " is-open" : ""));
      made.type = "button";
      made.dataset.act = action.verb;
      made.append(make("span", "", action.word), make("kbd", "", action.key));
      const off = Boolean(action.why) && !chosen.size;
      made.setAttribute("aria-disabled", String(off));
      made.setAttribute("aria-keyshortcuts", action.key);
      if (off) made.title = action.why;
      (action.more ? more : box).append(made);
    }
    if (more.childElementCount) box.append(more);
  }
  function press(action) {
    if (!action || replay()) return;
    if (action.why && !chosen.size) return told(action.why, "bad");
    if (!targets().length) return told(say("needOne"), "bad");
    if (action.fields.length) return openForm(action);
    closeForm();
    ask(action.verb, {});
  }
  /** What a key does is done to the row the keys are at: while another case is still shown, the key waits for it. */
  let pending = null;
  let passed = ""; // the case and version that an answer has just moved: its buttons are old until the new ones come
  const isOld = () => Boolean(acts) && passed === acts.id + "/" + acts.version;
  const settled = () => !waiting && (chosen.size > 0 || Boolean(acts && acts.id === cursor && !isOld()));
  function byKey(key) {
    pending = null;
    if (!settled()) return void (pending = { key, of: cursor, at: now() });
    press(acts && acts.actions.find((a) => a.key.toLowerCase() === key));
  }
  function ask(verb, fields) {
    if (waiting) return;
    waiting = ++turn + now();
    told(say("busy"), "calm");
    set("duty-ask", { data: { n: waiting, verb, of: targets(), fields } });
    window.setTimeout(unheard, 15000, waiting);
  }
  function unheard(mine) {
    if (waiting !== mine) return;
    waiting = 0;
    told(say("failed"), "bad");
  }

  const draftKey = (verb) => ["cockpit.draft", cockpit.known() ? $("spoken").dataset.login : "", chosen.size ? "many" : acts ? acts.id : "", verb].join("/");
  function readDraft(verb) {
    try {
      return JSON.parse(window.localStorage.getItem(draftKey(verb)) || "null");
    } catch (error) {
      return null;
    }
  }
  function keepDraft() {
    if (!open) return;
    const fields = values();
    if (Object.values(fields).some(Boolean)) window.localStorage.setItem(open.draft, JSON.stringify(fields));
    else window.localStorage.removeItem(open.draft);
  }
  function values() {
    const out = {};
    for (const field of $("duty-form").querySelectorAll("[data-name]")) {
      const name = field.dataset.name;
      if (field.type === "radio") out[name] = field.checked ? field.value : out[name] || "";
      else out[name] = field.value.trim();
    }
    return out;
  }

  function control(spec, value) {
    const box = make("div", "field");
    box.dataset.field = spec.name;
    const id = "duty-field-" + spec.name;
    if (spec.kind === "choice") {
      box.setAttribute("role", "radiogroup");
      box.append(make("span", "field-name", spec.label));
      box.setAttribute("aria-label", spec.label);
      const line = make("div", "choices");
      spec.options.forEach(([key, word], at) => {
        const label = make("label");
        const radio = make("input", "choice-mark");
        Object.assign(radio, { type: "radio", name: id, value: key, checked: value === key });
        radio.dataset.name = spec.name;
        const hint = make("kbd", "", String(at + 1));
        label.append(radio, word, at < 9 ? hint : "");
        line.append(label);
      });
      box.append(line);
    } else {
      const label = make("label", "", spec.label + (spec.needed ? " *" : ""));
      label.htmlFor = id;
      const entry = make(spec.kind === "text" ? "textarea" : "input", "entry");
      Object.assign(entry, { id, value: value || "", maxLength: spec.most });
      if (spec.kind === "text") entry.rows = 2;
      else entry.type = "text";
      if (spec.kind === "line" && spec.options) {
        const many = make("datalist");
        many.id = id + "-list";
        for (const [key] of spec.options) many.append(Object.assign(make("option"), { value: key }));
        entry.setAttribute("list", many.id);
        box.append(many);
      }
      entry.dataset.name = spec.name;
      box.append(label, entry);
    }
    box.append(make("span", "field-wrong"));
    return box;
  }
  function openForm(action) {
    const box = $("duty-form");
    told("");
    open = { verb: action.verb, action, draft: draftKey(action.verb), of: acts ? acts.id : "" };
    const draft = readDraft(action.verb);
    const head = make("div", "form-head");
    head.append(make("b", "", action.word + (chosen.size ? " · " + say("chosen", { n: chosen.size }) : "")));
    if (draft) head.append(make("span", "draft", say("kept")));
    const body = make("div", "form-fields");
    for (const spec of action.fields) body.append(control(spec, draft ? draft[spec.name] : spec.value || ""));
    const end = make("div", "form-end");
    const cancel = make("button", "press is-quiet", say("cancel"));
    const send = make("button", "press is-main", say("send"));
    cancel.type = send.type = "button";
    cancel.dataset.cancel = "";
    send.dataset.send = "";
    end.append(cancel, send);
    box.replaceChildren(head, body, end);
    box.hidden = false;
    buttons();
    const entries = [...box.querySelectorAll("input, textarea")];
    const first = entries.find(empty) || entries[0]; // what is known already is not typed over
    if (first) first.focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
  }
  function empty(entry) {
    return entry.type === "radio" ? !entry.closest("[data-field]").querySelector(":checked") : !entry.value;
  }
  function closeForm() {
    const box = $("duty-form");
    open = null;
    if (box) {
      const had = box.contains(document.activeElement);
      box.hidden = true;
      box.replaceChildren();
      if (had) $("duty-queue").focus({ preventScroll: true });
    }
    buttons();
  }
  function send() {
    if (!open) return;
    keepDraft();
    mistakes({});
    ask(open.verb, values());
  }
  function mistakes(wrong) {
    let first = null;
    for (const box of $("duty-form").querySelectorAll("[data-field]")) {
      const words = wrong[box.dataset.field] || "";
      box.classList.toggle("is-wrong", Boolean(words));
      box.querySelector(".field-wrong").textContent = words;
      const entry = box.querySelector("input, textarea");
      if (entry) entry.setAttribute("aria-invalid", String(Boolean(words)));
      if (words && !first) first = entry;
    }
    if (first) first.focus({ preventScroll: true });
  }

  function told(words, kind, more) {
    const box = $("duty-said");
    if (!box) return;
    box.replaceChildren();
    if (!words && !(more && more.length)) return;
    const note = make("div", "notice is-" + kind);
    if (words) note.append(make("b", "", words));
    for (const line of more || []) note.append(make("span", "", line));
    const away = make("button", "notice-away", "×");
    away.type = "button";
    away.dataset.hush = "";
    away.setAttribute("aria-label", say("close"));
    note.append(away);
    box.append(note);
  }
  function hear(answer) {
    if (!answer || answer.n === answered) return;
    answered = answer.n;
    if (answer.n === waiting) waiting = 0;
    const wrong = Object.keys(answer.wrong);
    if (wrong.length) {
      if (open) mistakes(answer.wrong);
      return told(answer.said, "bad");
    }
    const refused = answer.refused.map(([, why]) => why);
    if (answer.done.length || !refused.length) {
      if (open && answer.verb === open.verb && !refused.length) {
        window.localStorage.removeItem(open.draft);
        closeForm();
      }
      for (const key of answer.done) chosen.delete(key);
      if (acts && answer.done.includes(acts.id) && answer.seen === acts.version) passed = acts.id + "/" + acts.version;
    }
    told(answer.said, refused.length ? "bad" : answer.done.length ? "good" : "bad", refused.slice(0, 5));
    draw();
  }

  /* ---- what Dash hands over ---- */
  let lastRows = null;
  function follow(data, actions, answer) {
    if (!here()) return "";
    if (data && data !== lastRows) {
      lastRows = data;
      rows = data.rows;
      state = data;
    }
    const moved = (actions && actions.id) !== (acts && acts.id);
    acts = actions || null;
    if (moved && open && open.of !== (acts && acts.id) && !chosen.size) closeForm();
    if (acts && moved && acts.id === cockpit.get("case")) cursor = cursor && rows.some((r) => r.i === cursor) && pending ? cursor : acts.id;
    all();
    buttons();
    hear(answer);
    if (pending && now() - pending.at > 8000) pending = null;
    if (pending && pending.of === cursor && settled()) byKey(pending.key);
    if (!cockpit.get("case") && shown.length && window.innerWidth >= WIDE) cockpit.go({ case: shown[0].i }, true);
    document.getElementById("duty").classList.toggle("has-case", Boolean(cockpit.get("case")));
    return "";
  }

  /* ---- the map: cases as marks, rings and what is near around the open one ---- */
  function dutyMap(data, queue, spot, search, config) {
    if (!config || !here()) return "";
    const list = shown.length ? shown : (queue && queue.rows) || [];
    const marks = list.slice(0, ON_MAP).filter((r) => Object.keys(r.at).length).map((r) => ({ ...r.at, level: r.l, kind: "alert", text: r.t, case: r.i }));
    const key = cockpit.get("case");
    marks.sort((a, b) => (b.case === key) - (a.case === key) || a.level - b.level);
    window.dash_clientside.cockpit.map({ districts: {}, roads: {}, here: "", ...(data || {}), marks }, search, config);
    map = cockpit.maps.get(config.panel);
    focus(spot, key);
    return "";
  }
  let focused = "";
  function focus(spot, key) {
    if (!map || !map.drawing) return void window.setTimeout(() => map && map.drawing && focus(spot, key), 1500);
    const box = rings();
    box.spot = spot && spot.id === key ? spot : null;
    const at = box.spot && (box.spot.district ? map.middles.get(box.spot.district) : box.spot.lon !== undefined ? [box.spot.lon, box.spot.lat] : null);
    box.at = at;
    box.near.replaceChildren(...((box.spot && at && !box.spot.district && box.spot.near) || []).map(([, , name, kind]) => Object.assign(make("i", "near-dot"), { title: kind + " " + name })));
    if (at && focused !== key) {
      focused = key;
      const d = box.spot.district ? 0.2 : 0.085; // degrees: the widest ring with some air
      map.touched = true;
      map.drawing.fit([at[0] - d, at[1] - d * 0.9, at[0] + d, at[1] + d * 0.9], true);
    }
    place();
  }
  let ringBox = null;
  function rings() {
    if (ringBox && ringBox.over === map.over) return ringBox;
    const box = make("div", "rings");
    const circles = $("spoken").dataset.rings.split(" ").map((km) => {
      const made = make("div", "ring");
      made.append(make("span", "", km + " km"));
      made.km = Number(km);
      box.append(made);
      return made;
    });
    const near = make("div");
    box.append(near);
    map.over.prepend(box);
    map.drawing.onMove(place);
    ringBox = { over: map.over, circles, near, at: null, spot: null };
    return ringBox;
  }
  function place() {
    if (!ringBox || !map.drawing) return;
    const { at, circles, spot, near } = ringBox;
    const point = at && map.drawing.project(at);
    for (const ring of circles) {
      ring.hidden = !at || Boolean(spot && spot.district);
      if (ring.hidden) continue;
      const edge = map.drawing.project([at[0], at[1] + ring.km / 111.32]);
      const r = Math.abs(point[1] - edge[1]);
      ring.style.cssText = "left:" + point[0] + "px;top:" + point[1] + "px;width:" + 2 * r + "px;height:" + 2 * r + "px";
    }
    if (!at || !spot || spot.district) return;
    spot.near.forEach(([lon, lat], i) => {
      const [x, y] = map.drawing.project([lon, lat]);
      const dot = near.children[i];
      if (dot) dot.style.cssText = "left:" + x + "px;top:" + y + "px";
    });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cockpit = Object.assign(window.dash_clientside.cockpit || {}, { duty: follow, dutyMap });

  /* ---- clicks and keys ---- */
  const muted = () => window.localStorage.getItem("cockpit.muted") === "1";
  function soundWord() {
    const chip = document.querySelector("[data-sound]");
    if (chip) {
      chip.textContent = say(muted() ? "soundOff" : "soundOn");
      chip.setAttribute("aria-pressed", String(!muted()));
    }
  }
  function toggleSound() {
    window.localStorage.setItem("cockpit.muted", muted() ? "0" : "1");
    document.body.classList.toggle("is-muted", muted());
    soundWord();
  }
  let beforeHelp = null;
  function help(show) {
    const over = $("duty-keys");
    if (over.hidden === !show) return;
    over.hidden = !show;
    if (show) {
      beforeHelp = document.activeElement;
      over.querySelector("button").focus();
    } else if (beforeHelp && beforeHelp.isConnected) beforeHelp.focus({ preventScroll: true });
  }
  function clearAll() {
    chosen = new Set();
    filter = "";
    text = "";
    const find = document.querySelector("[data-find] input");
    if (find) find.value = "";
    all();
    buttons();
  }
  function escape() {
    if (!$("duty-keys").hidden) return help(false);
    pending = null;
    if (open) return closeForm();
    if (chosen.size || filter || text) return clearAll();
    if (window.innerWidth < WIDE && cockpit.get("case")) return cockpit.go({ case: "" });
  }

  document.addEventListener("click", (event) => {
    if (!here() || !(event.target instanceof Element)) return;
    const on = (selector) => event.target.closest(selector);
    const act = on("[data-act]");
    if (act) return press(acts.actions.find((a) => a.verb === act.dataset.act));
    if (on("[data-send]")) return send();
    if (on("[data-cancel]")) return closeForm();
    if (on("[data-hush]")) return told("");
    if (on("[data-filter]")) return setFilter(on("[data-filter]").dataset.filter);
    if (on("[data-sound]")) return toggleSound();
    if (on("[data-keys]")) return help($("duty-keys").hidden);
    const toast = on("a.toast");
    const item = on("[data-case]");
    if (toast && !on("button")) {
      event.preventDefault();
      return cockpit.go({ case: new URL(toast.href).searchParams.get("case") || "" });
    }
    if (!item) return;
    const key = item.dataset.case;
    cursor = key;
    if (on(".pick") || event.ctrlKey || event.metaKey) return choose(key);
    if (event.shiftKey) {
      const from = shown.findIndex((r) => r.i === (cockpit.get("case") || cursor));
      const to = shown.findIndex((r) => r.i === key);
      for (const r of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) chosen.add(r.i);
      draw();
      return buttons();
    }
    cockpit.go({ case: key });
    draw();
  });
  document.addEventListener("input", (event) => {
    if (here() && event.target.closest("#duty-form")) keepDraft();
  });
  document.addEventListener("scroll", (event) => event.target && event.target.id === "duty-queue" && draw(), true);

  const SINGLE = {
    j: () => step(1),
    k: () => step(-1),
    arrowdown: () => step(1),
    arrowup: () => step(-1),
    enter: () => cursor && cockpit.go({ case: cursor }),
    " ": () => choose(cursor),
    g: chooseGroup,
    "/": () => document.querySelector("[data-find] input").focus(),
    "?": () => help(true),
    "？": () => help(true),
  };
  document.addEventListener("keydown", (event) => {
    if (!here() || !(event.target instanceof Element)) return;
    if (event.key === "Escape") return escape();
    if (event.key === "Enter" && open && (event.ctrlKey || event.metaKey || event.target.matches("#duty-form input"))) {
      event.preventDefault();
      return send();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("#duty-form input[type=radio]") && /^[1-9]$/.test(event.key)) {
      const radios = event.target.closest(".choices").querySelectorAll("input");
      const radio = radios[Number(event.key) - 1];
      if (radio) {
        radio.checked = true;
        radio.focus();
        keepDraft();
      }
      return;
    }
    if (event.target.matches("input, textarea, select, [contenteditable]")) {
      if (event.target.closest("[data-find]") && event.key === "Enter") $("duty-queue").focus();
      return;
    }
    if (!$("duty-keys").hidden) return;
    const key = event.key.toLowerCase();
    if ((key === "enter" || key === " ") && event.target.closest("button, a, summary")) return;
    const plain = SINGLE[key];
    if (plain) {
      event.preventDefault();
      return plain();
    }
    if (key === "m") return soundWord();
    if (!cursor) cursor = cockpit.get("case") || cursor; // opened by its address, and the queue is not here yet
    const action = acts && acts.actions.find((a) => a.key.toLowerCase() === key);
    if (action || (/^[a-z]$/.test(key) && cursor && !settled())) {
      event.preventDefault();
      byKey(key);
    }
  });

  /* ---- the beginning ---- */
  function tick() {
    counters();
    if (!state.failed) draw();
    const change = $("duty-change");
    if (change && state.ends) {
      const words = change.dataset.word || (change.dataset.word = change.textContent);
      const ms = state.ends - now();
      change.textContent = words + " · " + cockpit.clockOf(state.ends) + " · " + say(ms < 0 ? "over" : "left", { time: span(ms) });
      change.classList.toggle("is-near", ms < 1800000);
    }
    window.setTimeout(tick, 1000);
  }
  function findBox() {
    const slot = document.querySelector("[data-find]");
    const field = make("input", "quick");
    Object.assign(field, { type: "search", placeholder: say("search") });
    field.setAttribute("aria-label", say("search"));
    field.addEventListener("input", () => {
      text = field.value.trim();
      $("duty-queue").scrollTop = 0;
      all();
    });
    slot.append(field);
  }
  function start() {
    if (!here()) return;
    findBox();
    soundWord();
    tick();
    window.setInterval(() => cockpit.get("case") && !document.hidden && !replay() && set("duty-pulse", { data: now() }), LOOK);
    new ResizeObserver(draw).observe($("duty-queue"));
    cockpit.onAddress(() => {
      const metric = cockpit.get("metric");
      if (metric) {
        const place = cockpit.get("place");
        cockpit.go({ metric: "", place: "" }, true);
        window.open("/indicator/" + metric + (place ? "?place=" + encodeURIComponent(place) : ""), "_blank", "noopener");
      }
      $("duty").classList.toggle("is-replay", replay());
      $("duty").classList.toggle("has-case", Boolean(cockpit.get("case")));
      if (replay()) told(say("noReplay"), "calm");
      all();
      buttons();
    });
    $("duty-queue").focus({ preventScroll: true });
  }
  /** Drafts are a person's own: they go when he signs out. */
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-sign-out]")) return;
    for (const key of Object.keys(window.localStorage)) if (key.startsWith("cockpit.draft/")) window.localStorage.removeItem(key);
  });
  document.addEventListener("DOMContentLoaded", () => cockpit.whenReady(start));
})();
