/* The page's own manners: the address bar as state, clicks on numbers, the drawer's opening and closing, the clock.
   Plain JavaScript, loaded as it is. Everything hangs on window.cockpit; nothing here talks to the server. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const root = document.documentElement;

  /* dcc.Graph loads plotly.js from the address the renderer leaves here. Charts need the cartesian traces alone, 40 % of the
     whole; the map on WebGL asks for the whole by itself (map-gl.js). */
  const CHARTS = "/assets/plotly-cartesian-4.1.1.min.js";
  Object.defineProperty(window, "_dashPlotlyJSURL", {
    get: () => CHARTS,
    set: (address) => (cockpit.wholePlotly = address),
  });

  /** What the server wrote down for the browser (layouts/shell.py): screen, language, zone and the words to say. */
  cockpit.facts = function () {
    const spoken = document.getElementById("spoken");
    if (!spoken) return null;
    const data = spoken.dataset;
    return { screen: data.screen, lang: data.lang, zone: data.zone, city: data.city, fixed: data.fixed || "", texts: JSON.parse(data.texts) };
  };
  let known = null;
  cockpit.known = function () {
    if (!known) known = cockpit.facts();
    return known;
  };
  cockpit.say = function (key, values) {
    const facts = cockpit.known();
    const text = (facts && facts.texts[key]) || "";
    return text.replace(/\{(\w+)\}/g, (_, name) => (values && values[name] !== undefined ? values[name] : ""));
  };

  /* ---- the address ---- */
  cockpit.query = () => new URLSearchParams(window.location.search);
  cockpit.get = (name) => cockpit.query().get(name) || "";

  /** Change some of the address and keep the rest; an empty value takes a name out. Dash hears of it by popstate. */
  cockpit.go = function (changes, replace) {
    const query = cockpit.query();
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const search = query.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
    const target = window.location.pathname + (search ? "?" + search : "") + window.location.hash;
    if (target === window.location.pathname + window.location.search + window.location.hash) return;
    window.history[replace ? "replaceState" : "pushState"]({}, "", target);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  };

  const listeners = [];
  cockpit.onAddress = (listener) => listeners.push(listener);
  window.addEventListener("popstate", () => {
    addressed();
    for (const listener of listeners) listener();
  });

  /* ---- the drawer ---- */
  let opener = null;
  let asked = "";
  function addressed() {
    const wanted = ["metric", "place", "incident", "sources"].map(cockpit.get).join("|");
    const isOpen = Boolean(cockpit.get("metric") || cockpit.get("incident") || cockpit.get("sources"));
    if (isOpen && wanted !== asked) root.classList.add("is-loading");
    if (!isOpen && root.classList.contains("has-drawer") && opener && opener.isConnected) opener.focus();
    asked = isOpen ? wanted : "";
    root.classList.toggle("has-drawer", isOpen);
  }
  /** Open the drawer on one thing: whatever else it was open on goes. Without anything: close it. */
  cockpit.open = (what) => cockpit.go({ metric: "", place: "", incident: "", sources: "", ...what });
  cockpit.closeDrawer = () => cockpit.open({});

  function watchDrawer(drawer) {
    drawer.dataset.loading = cockpit.say("loading");
    new MutationObserver(() => {
      if (!root.classList.contains("is-loading")) return;
      root.classList.remove("is-loading");
      const close = document.getElementById("drawer-close");
      if (close && opener) close.focus({ preventScroll: true });
      document.getElementById("drawer-frame").scrollTop = 0;
    }).observe(drawer, { childList: true, subtree: true, characterData: true });
  }

  /* ---- clicks and keys ---- */
  const actions = [
    ["#drawer-close", () => cockpit.closeDrawer()],
    ["a[data-lang]", (link) => changeLanguage(link)],
    ["[data-layer]", (chip) => toggleLayer(chip)],
    ["[data-district]", (item) => cockpit.district(item.dataset.district)],
    ["[data-incident]", (item) => cockpit.open({ incident: item.dataset.incident })],
    ["[data-metric]", (item) => cockpit.open({ metric: item.dataset.metric, place: item.dataset.place })],
    ["[data-sources]", (item) => cockpit.open({ sources: item.dataset.sources })],
  ];
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    for (const [selector, act] of actions) {
      const item = event.target.closest(selector);
      if (!item) continue;
      event.preventDefault();
      if (!item.closest(".drawer")) opener = item.querySelector("button") || item;
      act(item);
      return;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (root.classList.contains("has-drawer")) cockpit.closeDrawer();
    else if (cockpit.get("t")) cockpit.go({ t: "" });
  });

  /** Look at a district, or at the whole city again. On a district's own page another district is another page. */
  cockpit.district = function (code) {
    const fixed = cockpit.known().fixed;
    if (!fixed) return cockpit.go({ district: code === cockpit.get("district") ? "" : code });
    if (code === fixed) return;
    const query = cockpit.query();
    for (const name of ["metric", "place", "incident", "sources", "district"]) query.delete(name);
    window.location.href = (code ? "/district/" + code : "/") + (query.toString() ? "?" + query : "");
  };

  /** The page's fixed words are of one language, so another language is another page at the same address. */
  function changeLanguage(link) {
    const query = cockpit.query();
    query.set("lang", new URLSearchParams(link.getAttribute("href").slice(1)).get("lang"));
    window.location.search = query.toString();
  }

  cockpit.layers = function (shown) {
    const query = cockpit.query();
    return query.has("layers") ? query.get("layers").split(",").filter(Boolean) : shown;
  };
  function toggleLayer(chip) {
    const on = new Set([...document.querySelectorAll("[data-layer][aria-pressed=true]")].map((c) => c.dataset.layer));
    if (on.has(chip.dataset.layer)) on.delete(chip.dataset.layer);
    else on.add(chip.dataset.layer);
    cockpit.go({ layers: [...on].join(",") || "none" }, true);
  }

  /* ---- the clock: the browser's own, in the city's zone ---- */
  function clock() {
    const facts = cockpit.known();
    const face = document.getElementById("clock");
    if (facts && face) {
      const now = new Date();
      const zone = { timeZone: facts.zone };
      face.textContent = now.toLocaleTimeString("zh-CN", { ...zone, hour12: false });
      const day = now.toLocaleDateString("sv-SE", zone);
      const week = cockpit.say("weekdays").split(" ")[new Date(day + "T12:00:00Z").getUTCDay()];
      document.getElementById("date").textContent = day + " " + week;
    }
    window.setTimeout(clock, 1000 - (Date.now() % 1000) + 5);
  }
  cockpit.clockOf = function (moment) {
    const facts = cockpit.known();
    const form = { timeZone: facts ? facts.zone : undefined, hour12: false, hour: "2-digit", minute: "2-digit" };
    return new Date(moment).toLocaleTimeString("zh-CN", form);
  };

  /** Runs `start` once Dash has put the page on the screen. */
  cockpit.whenReady = function (start) {
    let looks = 0;
    const look = () => {
      // A server that has no snapshot yet sends a page without panels; the next one may have them.
      if (document.getElementById("page") && !document.getElementById("spoken") && ++looks > 75) return window.location.reload();
      const api = window.dash_clientside;
      if (document.getElementById("spoken") && api && api.set_props) start();
      else window.setTimeout(look, 40);
    };
    look();
  };
  cockpit.whenReady(() => {
    root.lang = cockpit.known().lang === "en" ? "en" : "zh-CN";
    const drawer = document.getElementById("drawer");
    if (drawer) watchDrawer(drawer);
    addressed();
    clock();
  });
})();
