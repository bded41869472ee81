/* The live picture: one EventSource per page, changes applied to Dash components, and a watchdog that says when what is
   seen is no longer now. Wire format: snapshot/wire.py. The page keeps its own copy of every property the stream owns. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const root = document.documentElement;
  const BEAT = 5000; // the server's heartbeat
  const DEAD = 3 * BEAT; // three missed heartbeats: the picture is not live
  const STALLED = 180000; // heartbeats come but the snapshot stands still
  const SKEW = 30000;
  const PULSE = 20000; // an open drawer is refreshed this often
  const BACK_OFF = [1000, 2000, 4000, 8000, 15000, 30000];

  const held = new Map(); // id-json -> props as last received
  let source = null;
  let topic = "";
  let build = "";
  let version = 0;
  let pictureAt = 0;
  let heardAt = performance.now(); // not the clock of the day: somebody may set that back, and silence would not be heard
  let attempt = 0;
  let retry = 0;
  let pulseAt = 0;
  let stopped = null;
  let skewed = null;
  let ended = null; // the bar that says that nobody is signed in any more

  const key = (id) => (typeof id === "string" ? id : JSON.stringify(id, Object.keys(id).sort()));

  function same(a, b) {
    if (a === b) return true;
    if (typeof a !== "object" || typeof b !== "object" || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => name in b && same(a[name], b[name]));
  }

  /** The value with `value` at `path`, copying only the containers on the way; throws when the path leads nowhere. */
  function put(target, path, value, depth) {
    if (depth === path.length) return value;
    if (target === null || typeof target !== "object") throw new Error("no such path");
    const copy = Array.isArray(target) ? target.slice() : { ...target };
    copy[path[depth]] = put(target[path[depth]], path, value, depth + 1);
    return copy;
  }

  /** While a past moment is shown the timeline stays where the present left it, so that its slider keeps its scale. */
  function isAnchored(id, props) {
    const slot = cockpit.get("t") && document.querySelector(".time-slot");
    return Boolean(slot) && Object.keys(props).length > 0 && id.panel === slot.dataset.panel && ["bars", "axis", "slot"].includes(id.part);
  }

  function show(id, props) {
    const shown = {};
    for (const [name, value] of Object.entries(props)) {
      // Plotly writes into the figure it is given; the copy kept here must stay what the server sent.
      shown[name] = name === "figure" ? structuredClone(value) : value;
    }
    try {
      window.dash_clientside.set_props(id, shown);
    } catch (error) {
      console.warn("cannot show", key(id), error);
    }
  }

  function apply(message) {
    const changed = new Map();
    const note = (id, name, value) => {
      const name_ = key(id);
      const props = held.get(name_) || {};
      if (name in props && (same(props[name], value) || isAnchored(id, props))) return;
      held.set(name_, { ...props, [name]: value });
      if (!changed.has(name_)) changed.set(name_, [id, {}]);
      changed.get(name_)[1][name] = value;
    };
    for (const [id, props] of message.set) for (const [name, value] of Object.entries(props)) note(id, name, value);
    for (const [id, name, path, value] of message.put) {
      const props = held.get(key(id));
      if (!props || !(name in props)) throw new Error("a change to something never received");
      note(id, name, put(props[name], path, value, 0));
    }
    for (const [id, props] of changed.values()) show(id, props);
    version = message.v;
    pictureAt = Date.parse(message.at);
  }

  /** What the first paint already shows need not be drawn again by the first message. */
  function adopt(message) {
    if (held.size || !window.dash_component_api || !window.dash_component_api.getLayout) return;
    for (const [id] of message.set) {
      try {
        const found = window.dash_component_api.getLayout(id);
        if (found && found.props) held.set(key(id), { ...found.props });
      } catch (error) {
        // a part that this page does not show (the wall has no place to choose)
      }
    }
  }

  /* ---- the connection ---- */
  function wanted() {
    const facts = cockpit.known();
    const query = new URLSearchParams({ screen: facts.screen, lang: facts.lang });
    const place = facts.fixed || cockpit.get("district");
    if (place) query.set("place", place);
    if (cockpit.get("t")) query.set("t", cockpit.get("t"));
    return query.toString();
  }

  function connect() {
    window.clearTimeout(retry);
    if (ended || !cockpit.known().screen) return; // nobody is signed in, or a page with nothing live on it
    if (source) source.close();
    topic = wanted();
    source = new EventSource("/stream?" + topic);
    const mine = source;
    const heard = (act) => (event) => {
      if (mine !== source) return;
      heardAt = performance.now();
      attempt = 0;
      act(JSON.parse(event.data));
    };
    source.addEventListener("hello", heard(greet));
    source.addEventListener("heartbeat", heard(beat));
    source.addEventListener("signed-out", heard(end));
    source.onmessage = heard(receive);
    source.onerror = () => {
      if (mine !== source || mine.readyState !== EventSource.CLOSED) return;
      later();
      ask(); // the browser does not say why it was refused
    };
  }

  /** Try again after a growing pause; the browser itself only retries broken lines, not refusals. */
  function later() {
    if (source) source.close();
    window.clearTimeout(retry);
    retry = window.setTimeout(connect, BACK_OFF[Math.min(attempt++, BACK_OFF.length - 1)]);
  }

  function receive(message) {
    if (message.full) adopt(message);
    try {
      apply(message);
    } catch (error) {
      held.clear();
      later(); // a new connection begins with the whole screen
      return;
    }
    root.classList.remove("is-moving");
    pulse();
  }

  function greet(hello) {
    if (cockpit.wall) cockpit.wall.outdated = Boolean(build && hello.build && hello.build !== build); // it waits for a change of scene
    else if (build && hello.build && hello.build !== build) {
      window.setTimeout(() => window.location.reload(), 1000 + Math.random() * 4000);
    }
    build = hello.build || build;
    window.dispatchEvent(new CustomEvent("cockpit:hello", { detail: hello }));
    judgeClock(hello.now);
  }

  function beat(message) {
    pictureAt = Math.max(pictureAt, Date.parse(message.at) || 0);
    judgeClock(message.now || message.at);
    if (message.v > version && version) {
      version = message.v; // told once; a client that lost a message is resynced by the server
    }
  }

  /** The drawer is personal, so it is asked for again, slowly and only while it is open. */
  function pulse() {
    if (!root.classList.contains("has-drawer") || Date.now() - pulseAt < PULSE) return;
    pulseAt = Date.now();
    window.dash_clientside.set_props("pulse", { data: pulseAt });
  }

  /* ---- the watchdog ---- */
  function bar(kind, text) {
    const made = document.createElement("div");
    made.className = "watch is-" + kind;
    made.setAttribute("role", kind === "dead" ? "alert" : "status");
    made.textContent = text;
    document.body.append(made);
    barred();
    return made;
  }

  /** A bar at the top pushes the page down instead of covering its title. */
  function barred() {
    root.classList.toggle("has-bar", Boolean(document.querySelector(".watch:not(.is-skew)")));
  }
  function unbar(made) {
    made.remove();
    barred();
    return null;
  }

  function judgeClock(now) {
    window.dispatchEvent(new CustomEvent("cockpit:clock", { detail: Date.parse(now) }));
    const off = Math.round((Date.now() - Date.parse(now)) / 1000);
    const is = Math.abs(off) * 1000 > SKEW;
    if (is && !skewed) skewed = bar("skew", cockpit.say("skew", { n: Math.abs(off) }));
    if (!is && skewed) {
      skewed = unbar(skewed);
    }
  }

  function mood(kind, word) {
    const live = document.getElementById("live");
    if (live) live.className = "live is-" + kind;
    const shown = document.getElementById("live-word");
    const text = cockpit.say(word);
    if (shown && shown.textContent !== text) shown.textContent = text;
  }

  function watch() {
    if (ended) return;
    const silent = performance.now() - heardAt;
    const replay = Boolean(cockpit.get("t"));
    const stalled = !replay && pictureAt > 0 && Date.now() - pictureAt > STALLED && !skewed;
    const dead = silent > DEAD || stalled;
    root.classList.toggle("is-dead", dead);
    if (dead && !stopped) stopped = bar("dead", "");
    if (dead) stopped.textContent = cockpit.say("stopped", { time: pictureAt ? cockpit.clockOf(pictureAt) : "—" });
    if (!dead && stopped) {
      stopped = unbar(stopped);
    }
    if (dead) mood("dead", "dead");
    else if (replay) mood("replay", "replay");
    else if (!version) mood("connecting", "connecting");
    else if (silent > 1.5 * BEAT) mood("late", "late");
    else mood("live", "live");
    if (silent > DEAD && silent % DEAD < 1000) later();
    window.setTimeout(watch, 1000);
  }

  /* ---- the end of the session: the picture stays, and the way back leads to this very address ---- */
  function end() {
    if (ended) return;
    if (!cockpit.known()) return window.location.reload(); // there is no picture to keep; the server shows the way
    if (source) source.close();
    window.clearTimeout(retry);
    if (stopped) stopped = unbar(stopped);
    root.classList.add("is-dead");
    window.dispatchEvent(new Event("cockpit:ended"));
    ended = bar("dead", cockpit.say("signedOut", { time: cockpit.clockOf(pictureAt || Date.now()) }));
    const way = document.createElement("a");
    way.textContent = cockpit.say("signIn");
    ended.append(way);
    aim();
    mood("dead", "out");
  }

  function aim() {
    const query = new URLSearchParams({ next: window.location.pathname + window.location.search, note: "ended" });
    if (cockpit.known().lang === "en") query.set("lang", "en");
    ended.querySelector("a").href = "/sign-in?" + query;
  }

  /** Whether somebody is signed in; one who has come in by another tab sees what he may see. */
  async function ask() {
    try {
      const answer = await fetch("/session", { cache: "no-store" }); // 401 is heard by the listener below
      if (answer.ok && ended) window.location.reload();
    } catch (error) {
      // No answer at all: the server is away, which the watchdog says.
    }
  }

  const plainFetch = window.fetch;
  window.fetch = async function (...asked) {
    const answer = await plainFetch.apply(window, asked);
    if (answer.status === 401) end();
    return answer;
  };

  /* ---- going back in time ---- */
  let past = null;
  let slider = null;
  function rewind() {
    const moment = cockpit.get("t");
    root.classList.toggle("is-replay", Boolean(moment));
    if (moment && !past) {
      past = bar("replay", "");
      past.addEventListener("click", () => cockpit.go({ t: "" }));
    }
    if (moment) past.textContent = cockpit.say("replay") + " " + cockpit.clockOf(moment) + " — " + cockpit.say("leave");
    else if (past) past = unbar(past);
    if (slider) slider.value = moment ? Math.round((Date.parse(moment) - endOfBars()) / 60000) : 0;
  }

  function endOfBars() {
    const slot = document.querySelector(".time-slot");
    return (slot && Date.parse(slot.dataset.end)) || Date.now();
  }

  function timeSlider() {
    const slot = document.querySelector(".time-slot");
    if (!slot || slot.firstChild) return;
    slider = document.createElement("input");
    const hours = Number(slot.dataset.hours) || 24;
    Object.assign(slider, { type: "range", min: -hours * 60, max: 0, step: 5, value: 0 });
    slider.setAttribute("aria-label", slot.dataset.label);
    slider.title = slot.dataset.label;
    const moment = () => new Date(endOfBars() + slider.value * 60000);
    slider.addEventListener("input", () => (slider.title = cockpit.clockOf(moment())));
    slider.addEventListener("change", () => {
      const at = moment().toISOString().replace(".000Z", "Z");
      cockpit.go({ t: Number(slider.value) === 0 ? "" : at });
    });
    slot.append(slider);
  }

  cockpit.picture = () => pictureAt;
  cockpit.onAddress(() => {
    if (!cockpit.known().screen) return;
    rewind();
    if (ended) return aim();
    if (wanted() !== topic) {
      root.classList.add("is-moving");
      connect();
    }
  });
  cockpit.whenReady(() => {
    if (!cockpit.known().screen) return;
    timeSlider();
    rewind();
    connect();
    watch();
  });
  window.addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (ended) ask();
    else if (performance.now() - heardAt > DEAD) connect();
  });
})();
