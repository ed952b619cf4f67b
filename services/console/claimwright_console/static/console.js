// What HTML alone can't do: the find dialog, the sign-in link's fragment, pausing the live board, and the chart.
"use strict";

const byId = (id) => document.getElementById(id);

// Find: Ctrl+K or Cmd+K from anywhere, `/` where nobody is typing.
const find = byId("find");
const isTyping = (element) => element.matches("input, select, textarea, [contenteditable]");
const openFind = () => {
  if (find && !find.open) {
    find.showModal();
    find.querySelector("input").select();
  }
};
if (find) htmx.process(find); // whoever can open it can use it: htmx by itself begins only when the whole page is there
document.addEventListener("keydown", (event) => {
  const chord = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (chord || (event.key === "/" && !isTyping(event.target))) {
    event.preventDefault();
    openFind();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-find]")) openFind();
  const opened = event.target.closest("dialog[open]");
  if (opened && (event.target === opened || event.target.closest("[data-close]"))) opened.close();
});

// The bytes behind a figure open over the page, so that the list is not lost; Escape closes them, and the focus goes back.
const bytes = byId("bytes");
document.addEventListener("htmx:after:swap", (event) => {
  if (bytes && !bytes.open && event.detail.ctx?.target?.id === "bytes-shown") {
    bytes.showModal();
    bytes.querySelector(".marked")?.scrollIntoView({ block: "center" });
  }
});

// Sign in: the one-time secret stands after `#`, so no server, proxy or log sees it before the person confirms.
const door = byId("door");
function readLink() {
  const secret = location.hash.slice(1);
  if (secret) {
    history.replaceState(null, "", location.pathname);
    door.elements.token.value = secret;
  }
  door.hidden = !door.elements.token.value;
  byId("no-link").hidden = !door.hidden;
  if (!door.hidden) door.querySelector("button").focus();
}
if (door) {
  readLink();
  addEventListener("hashchange", readLink); // a link that is opened where this page stands already loads nothing anew
}

// The live board can be held still; while it is, nothing moves under a reader.
const live = byId("live");
if (live) {
  const state = byId("live-state");
  const say = (name, words) => {
    state.dataset.state = name;
    state.textContent = words;
  };
  let paused = false;
  byId("live-pause").addEventListener("click", (event) => {
    paused = !paused;
    event.target.textContent = paused ? "Resume" : "Pause";
    say(paused ? "paused" : "live", paused ? "Paused" : "Live");
  });
  live.addEventListener("htmx:sse:before:message", (event) => {
    if (paused) event.preventDefault();
  });
  live.addEventListener("htmx:sse:after:message", () => {
    if (!paused) say("live", "Live");
    drawChart();
  });
  live.addEventListener("htmx:sse:error", () => say("lost", "Connection lost, trying again"));
  live.addEventListener("signed-out", () => location.assign("/sign-in"));
  htmx.process(live); // htmx may have looked at the page before its extension for streams was there
}

// The chart is drawn from its table twin, so both always say the same.
let chart = null;
function drawChart() {
  const place = byId("chart");
  const table = byId("chart-data");
  if (!place || !table || typeof uPlot === "undefined") return;
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => [
    Number(row.dataset.at),
    ...[...row.querySelectorAll("td")].map((cell) => Number(cell.textContent.replace(/,/g, ""))),
  ]);
  const data = rows.length ? rows[0].map((_, column) => rows.map((row) => row[column])) : [[], [], []];
  if (chart) {
    chart.setData(data);
    return;
  }
  const probe = (name) => {
    place.style.color = `var(${name})`;
    const found = getComputedStyle(place).color;
    place.style.color = "";
    return found;
  };
  const clock = uPlot.fmtDate("{HH}:{mm}");
  const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
  const axis = { stroke: probe("--quiet"), grid: { stroke: probe("--line"), width: 1 }, ticks: { stroke: probe("--line") } };
  const line = (label, name, dash) => ({ label, stroke: probe(name), width: 2, dash, points: { show: false } });
  chart = new uPlot(
    {
      width: place.clientWidth,
      height: 190,
      cursor: { y: false },
      scales: { y: { range: (_, low, high) => [0, Math.max(4, high)] } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map((at) => clock(utc(at))) }, { ...axis, size: 34 }],
      tzDate: utc,
      series: [{ label: "Minute", value: "{HH}:{mm}" }, line("Came in", "--accent"), line("Finished", "--open", [6, 4])],
    },
    data,
    place,
  );
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: 190 })).observe(place);
}
drawChart();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (chart) {
    chart.destroy();
    chart = null;
    drawChart();
  }
});

// Copy an id whole: it is shown short.
document.addEventListener("click", (event) => {
  const copier = event.target.closest("[data-copy]");
  if (!copier) return;
  navigator.clipboard.writeText(copier.dataset.copy).then(() => {
    const before = copier.textContent;
    copier.textContent = "Copied";
    setTimeout(() => (copier.textContent = before), 1200);
  });
});
