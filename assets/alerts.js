/* News of alerts on every page: how many wait in the header, a toast and a sound for new ones, and keys on their page. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const LEVELS = ["P1", "P2", "P3", "P4"];
  const MARKS = { 1: "◆", 2: "▲", 3: "■", 4: "●" };
  const STAYS = { 1: 0, 2: 30000, 3: 12000, 4: 8000 }; // ms a toast stays; 0: until it is put away
  const AT_ONCE = 4; // toasts on the screen; more are counted in the last of them
  const SOUNDS = { 1: [880, 660, 880, 660], 2: [784, 784], 3: [587] }; // Hz; P4 is silent
  const MUTED = "cockpit.muted";
  let known = null; // numbers told since this page opened
  let audio = null;

  const isMuted = () => window.localStorage.getItem(MUTED) === "1";

  function sound(level) {
    const notes = SOUNDS[level];
    if (!notes || isMuted()) return;
    try {
      audio = audio || new window.AudioContext();
      if (audio.state === "suspended") return; // the browser lets nothing sound before the first key or click
      notes.forEach((pitch, at) => {
        const tone = audio.createOscillator();
        const gain = audio.createGain();
        const begin = audio.currentTime + at * 0.22;
        tone.frequency.value = pitch;
        gain.gain.setValueAtTime(0.0001, begin);
        gain.gain.exponentialRampToValueAtTime(0.25, begin + 0.02);
        gain.gain.exponentialRampToValueAtTime(0.0001, begin + 0.2);
        tone.connect(gain).connect(audio.destination);
        tone.start(begin);
        tone.stop(begin + 0.22);
      });
    } catch (error) {
      audio = null; // no sound device: the toast is there all the same
    }
  }

  function toast(one) {
    const box = document.getElementById("toasts");
    if (!box) return;
    const link = document.createElement("a");
    link.className = "toast is-p" + one.level;
    link.href = "/alerts?case=" + encodeURIComponent(one.id) + (cockpit.known().lang === "en" ? "&lang=en" : "");
    const mark = document.createElement("b");
    mark.textContent = MARKS[one.level] + " P" + one.level;
    const words = document.createElement("span");
    words.textContent = one.say;
    const away = document.createElement("button");
    away.type = "button";
    away.textContent = "×";
    away.setAttribute("aria-label", cockpit.say("close"));
    away.addEventListener("click", (event) => {
      event.preventDefault();
      link.remove();
    });
    link.append(mark, words, away);
    box.prepend(link);
    while (box.children.length > AT_ONCE) box.lastElementChild.remove();
    if (STAYS[one.level]) window.setTimeout(() => link.remove(), STAYS[one.level]);
  }

  function badge(counts) {
    const slot = document.querySelector(".who > summary");
    if (!slot) return;
    let mark = slot.querySelector(".who-alerts");
    const total = LEVELS.reduce((sum, level) => sum + (counts[level] || 0), 0);
    if (!total) {
      if (mark) mark.remove();
      return;
    }
    if (!mark) {
      mark = document.createElement("span");
      slot.prepend(mark);
    }
    const worst = LEVELS.find((level) => counts[level]);
    mark.className = "who-alerts is-" + worst.toLowerCase();
    mark.textContent = String(total);
    mark.title = LEVELS.filter((level) => counts[level]).map((level) => level + " " + counts[level]).join(" · ");
  }

  function hear(data) {
    if (!data || !data.newest) return "";
    badge(data.counts);
    const fresh = data.newest.filter((one) => known && !known.has(one.id + "/" + one.n) && !one.held);
    if (!known) known = new Set();
    data.newest.forEach((one) => known.add(one.id + "/" + one.n));
    fresh.slice(0, AT_ONCE).reverse().forEach(toast);
    if (fresh.length) sound(Math.min(...fresh.map((one) => one.level)));
    return "";
  }
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cockpit = window.dash_clientside.cockpit || {};
  window.dash_clientside.cockpit.news = hear;

  /* Keys on the page of alerts: A signs for the open case, ↑↓ move in the list, M mutes. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "a" || event.key === "A") {
      const sign = document.querySelector(".is-acts > .press.is-main");
      if (sign) sign.click();
    } else if (event.key === "m" || event.key === "M") {
      window.localStorage.setItem(MUTED, isMuted() ? "0" : "1");
      document.body.classList.toggle("is-muted", isMuted());
    }
  });
  document.addEventListener("DOMContentLoaded", () => document.body.classList.toggle("is-muted", isMuted()));
})();
