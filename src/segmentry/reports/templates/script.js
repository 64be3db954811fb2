"use strict";
(function () {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const told = (id) => JSON.parse(document.getElementById(id).textContent);
  const partners = told("partners");
  const colors = new RegExp(Object.keys(partners).join("|"), "gi");
  const wish = window.matchMedia("(prefers-color-scheme: dark)");
  const plots = Array.from(document.querySelectorAll("[data-figure]"));
  const settings = {
    locale: "page",
    displaylogo: false,
    displayModeBar: false,
    scrollZoom: false,
    doubleClick: false,
  };
  const PAPER = 680;
  let printing = false;

  function remembered() {
    const asked = new URLSearchParams(window.location.search).get("theme");
    if (asked === "dark" || asked === "light") return asked;
    try {
      return window.localStorage.getItem("segmentry-theme");
    } catch (refused) {
      return null;
    }
  }

  function isDark() {
    if (printing) return false;
    const chosen = root.dataset.theme;
    return chosen ? chosen === "dark" : wish.matches;
  }

  function draw(place) {
    const text = document.getElementById("data-" + place.dataset.figure).textContent;
    const themed = isDark() ? text.replace(colors, (color) => partners[color.toLowerCase()]) : text;
    const figure = JSON.parse(themed);
    figure.layout.dragmode = false;
    figure.layout.autosize = true;
    if (printing) {
      figure.layout.autosize = false;
      figure.layout.width = PAPER;
    }
    return Plotly.react(place, figure.data, figure.layout, settings);
  }

  function drawAll() {
    plots.forEach(draw);
  }

  function drawInTurn(rest) {
    if (!rest.length) return;
    draw(rest[0]);
    window.setTimeout(() => drawInTurn(rest.slice(1)), 0);
  }

  function label() {
    button.textContent = isDark() ? "Light theme" : "Dark theme";
    button.setAttribute("aria-pressed", String(isDark()));
  }

  const chosen = remembered();
  if (chosen) root.dataset.theme = chosen;
  button.hidden = false;
  label();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      window.localStorage.setItem("segmentry-theme", root.dataset.theme);
    } catch (refused) {
      /* A page opened from a file may have no storage; the choice then lasts as long as the page. */
    }
    label();
    drawAll();
  });
  wish.addEventListener("change", () => {
    label();
    drawAll();
  });
  window.addEventListener("beforeprint", () => {
    printing = true;
    drawAll();
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    drawAll();
  });
  const widths = new Map();
  const watcher = new ResizeObserver((entries) => {
    entries.forEach((entry) => {
      const place = entry.target;
      const width = Math.round(entry.contentRect.width);
      if (!printing && place.data && widths.get(place) !== width) Plotly.Plots.resize(place);
      widths.set(place, width);
    });
  });
  plots.forEach((place) => watcher.observe(place));
  if (window.Plotly) Plotly.register(told("names"));
  drawInTurn(plots);
})();
