"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;
  const form = $("filter"), search = $("q"), severity = $("severity"), audit = $("audit");
  const releases = [...document.querySelectorAll(".release")];
  const cleanBox = $("clean");
  const cleanRows = cleanBox ? [...cleanBox.querySelectorAll("tbody tr")] : [];
  const scale = ["info", "low", "medium", "high", "critical"];
  const words = new Map([...releases, ...cleanRows].map((e) => [e, e.textContent.toLowerCase()]));
  let current = -1;

  for (const e of document.querySelectorAll("[hidden]")) if (e.id !== "none") e.hidden = false;

  const visible = () => releases.filter((e) => !e.hidden);

  const filter = () => {
    const asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set([...form.querySelectorAll("[name=verdict]:checked")].map((e) => e.value));
    const least = scale.indexOf(severity.value || "info");
    const matches = (e) => asked.every((word) => words.get(e).includes(word));
    for (const e of releases) {
      const fits = verdicts.has(e.dataset.verdict) && scale.indexOf(e.dataset.severity) >= least &&
        (!audit.value || e.dataset.audits.split(" ").includes(audit.value)) && matches(e);
      e.hidden = !fits;
    }
    const plain = verdicts.has("allow") && !severity.value && !audit.value;
    let clean = 0;
    for (const row of cleanRows) {
      row.hidden = !(plain && matches(row));
      if (!row.hidden) clean += 1;
    }
    if (cleanBox) cleanBox.hidden = clean === 0;
    const shown = visible().length + clean, all = releases.length + cleanRows.length;
    const number = (n) => n.toLocaleString("en");
    $("shown").textContent = shown === all ? `${number(all)} releases` : `${number(shown)} of ${number(all)} releases`;
    $("none").hidden = shown > 0 || all === 0;
  };

  const go = (step) => {
    const list = visible();
    if (list.length === 0) return;
    const at = list.indexOf(releases[current]);
    const next = list[Math.min(Math.max(at + step, 0), list.length - 1)];
    for (const e of releases) e.classList.toggle("current", e === next);
    current = releases.indexOf(next);
    next.querySelector("summary").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  $("toggle").addEventListener("click", () => {
    const open = visible().some((e) => !e.open);
    for (const e of visible()) e.open = open;
    $("toggle").textContent = open ? "Close all" : "Open all";
  });
  $("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a.audit");
    if (link) {
      const page = $(link.hash.slice(1));
      if (page) page.open = true;
      return;
    }
    const button = event.target.closest(".copy");
    if (!button) return;
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape") {
      search.value = "";
      search.blur();
      filter();
    } else if (!typing && event.key === "/") {
      event.preventDefault();
      search.focus();
    } else if (!typing && event.key === "j") go(1);
    else if (!typing && event.key === "k") go(-1);
    else if (!typing && event.key === "o" && releases[current]) releases[current].open = !releases[current].open;
  });
  addEventListener("beforeprint", () => { for (const e of visible()) e.open = true; });
  filter();
})();
