/* The pages about people: menus that close, forms as addresses, rows that open, secrets that are copied, and the way out. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});

  const cookie = (name) => {
    const found = document.cookie.split("; ").find((part) => part.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };

  async function signOut() {
    const proof = { "X-CSRF-Token": cookie("cockpit_csrf") };
    try {
      await fetch("/sign-out", { method: "POST", headers: proof, redirect: "manual" });
    } finally {
      window.location.assign("/sign-in");
    }
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch (error) {
      // Without https the browser has no clipboard for scripts; the value is selected, so that Ctrl-C takes it.
      const value = button.parentElement.querySelector(".secret-value");
      window.getSelection().selectAllChildren(value);
      return;
    }
    button.textContent = cockpit.say("copied");
    window.setTimeout(() => (button.textContent = cockpit.say("copy")), 2000);
  }

  /* ---- the pane beside a list: opened from a row, which gets the focus back ---- */
  let opened = ""; // the row the pane was opened from
  let isOpening = false;
  let again = 0;
  let giveUp = 0;
  function openRow(row) {
    const box = row.closest("[data-opens]");
    window.clearTimeout(giveUp);
    settle();
    opened = row.getAttribute("row-id");
    isOpening = true;
    cockpit.go({ [box.dataset.opens]: opened, new: "" });
  }

  function follow() {
    const close = document.querySelector(".pane [data-close]");
    if (close && isOpening) {
      isOpening = false;
      close.focus({ preventScroll: true });
    } else if (!close && opened && !isOpening && document.activeElement === document.body) {
      // The list is drawn again at the same time and lets go of its focus, so the row is looked for until that is over.
      const cell = document.querySelector(`.ag-row[row-id="${CSS.escape(opened)}"] .ag-cell`);
      if (cell) cell.focus({ preventScroll: true });
      window.clearTimeout(again);
      again = window.setTimeout(follow, 400);
      if (!giveUp) giveUp = window.setTimeout(settle, 2500);
    }
  }
  function settle() {
    window.clearTimeout(again);
    opened = "";
    giveUp = 0;
  }

  /** What was said about one account must not stand above the next one. */
  function forget(said) {
    if (said && said.firstChild) window.dash_clientside.set_props(said.id, { children: null });
  }

  const closeMenus = (but) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== but) menu.open = false;
  };

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const acted = event.target.closest(".pop-body button"); // its answer stands on the page, under the menu
    closeMenus(acted ? null : event.target.closest("details[data-menu]"));
    const go = event.target.closest("[data-go]");
    if (go) return cockpit.go(JSON.parse(go.dataset.go));
    const taken = event.target.closest("[data-copy]");
    if (taken) return copy(taken);
    if (event.target.closest("[data-sign-out]")) return signOut();
    const done = event.target.closest("[data-dismiss]");
    if (done) return forget(done.closest(".desk-said"));
    const row = event.target.closest("[data-opens] .ag-row");
    if (row) openRow(row);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-query]");
    if (!form) return;
    event.preventDefault();
    const asked = { before: "", row: "" };
    for (const field of form.querySelectorAll("input[name]")) asked[field.name] = field.value.trim();
    cockpit.go(asked);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return escape();
    if (event.key !== "Enter" || !(event.target instanceof Element)) return;
    const cell = event.target.closest("[data-opens] .ag-row .ag-cell");
    if (cell) return openRow(cell.closest(".ag-row"));
    const form = event.target.closest("[data-form]");
    const main = form && event.target.matches("input") && form.querySelector("button.is-main");
    if (main) main.click();
  });

  /** The innermost thing that is open closes first. */
  function escape() {
    const menu = document.querySelector("details[data-menu][open]");
    const close = document.querySelector(".pane [data-close]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (close) close.click();
  }

  /* ---- grids: as many columns as the box has room for, and a quick filter ---- */
  // Column -> the box's least width in px at which it is shown; the others are always there.
  const ROOM = {
    "accounts-grid": { login: 520, department: 640, districts: 760, seen: 940, topics: 1100 },
    "audit-grid": { thing: 520, summary: 640, number: 860, address: 1000 },
  };
  const api = (id) => (window.dash_ag_grid ? window.dash_ag_grid.getApi(id) : null);

  function fit(box) {
    const id = box.firstElementChild && box.firstElementChild.id;
    const grid = ROOM[id] && api(id);
    if (!grid) return;
    for (const [name, least] of Object.entries(ROOM[id])) grid.setColumnsVisible([name], box.clientWidth >= least);
  }
  const boxes = new ResizeObserver((entries) => entries.forEach((entry) => fit(entry.target)));

  function dress() {
    for (const slot of document.querySelectorAll("[data-quick]:empty")) {
      const field = document.createElement("input");
      Object.assign(field, { type: "search", className: "quick", placeholder: slot.dataset.label });
      field.setAttribute("aria-label", slot.dataset.label);
      field.addEventListener("input", () => {
        const grid = api(slot.dataset.quick);
        if (grid) grid.setGridOption("quickFilterText", field.value);
      });
      slot.append(field);
    }
    for (const box of document.querySelectorAll("[data-opens]:not([data-fit])")) {
      if (!box.querySelector(".ag-header-cell")) continue;
      box.dataset.fit = "";
      fit(box);
      boxes.observe(box);
    }
    follow();
  }
  const start = () => {
    if (!document.querySelector(".is-desk")) return;
    dress();
    cockpit.onAddress(() => document.querySelectorAll("[data-passing]").forEach(forget));
    new MutationObserver(dress).observe(document.querySelector(".desk"), { childList: true, subtree: true });
  };
  document.addEventListener("DOMContentLoaded", () => cockpit.whenReady(start)); // cockpit.js comes after this file
})();
