#include "server/rulebook/html.hpp"

namespace tcds::rulebook {

// Colours: every pair of text and ground below has a contrast of at least 4.5 to 1, edges of bars
// at least 3 to 1. Levels carry their word, so no meaning hangs on a colour alone.
char const* const kStyle = R"css(
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1b1f24; --quiet: #4d5661; --line: #8a939e; --soft: #f1f4f7;
  --link: #0b57a4; --field: #e8f0e4; --critical: #b3261e; --on-critical: #ffffff; --warning: #ffd27a; --on-warning: #332000;
  --info: #cfe3ff; --on-info: #0b2a55; --none: #eceff2; --on-none: #3a424b; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181d; --ink: #e6e9ed; --quiet: #b3bcc6; --line: #76818d; --soft: #1e242b;
  --link: #8ec5ff; --field: #26372a; --critical: #f2b8b5; --on-critical: #4a0a07; --warning: #e8b84a; --on-warning: #2b1a00;
  --info: #1f4570; --on-info: #e3efff; --none: #2a323b; --on-none: #d5dbe2; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 0.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 60rem; padding: 0 1rem 3rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1.2rem 0 0.6rem; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.2rem 0 0.5rem; border-bottom: 2px solid var(--line); padding-bottom: 0.2rem; }
h3 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 0.5rem; }
h4 { font-size: 1rem; margin: 1.3rem 0 0.3rem; }
p, ul, ol, dl { margin: 0.3rem 0 0.6rem; }
ul, ol { padding-left: 1.3rem; }
li { margin: 0.15rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible, input:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.92em; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; display: inline-block; padding: 0.6rem; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; }
nav a { display: inline-block; padding: 0.3rem 0; }
section.rule { border-top: 2px solid var(--line); margin-top: 2rem; padding-top: 1rem; }
dl { display: block; }
dl > div { display: grid; grid-template-columns: 9rem 1fr; gap: 0 0.8rem; padding: 0.15rem 0; border-bottom: 1px solid var(--soft); }
dt { color: var(--quiet); }
dd { margin: 0; }
.scroll { overflow-x: auto; margin: 0.4rem 0 0.8rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; overflow-wrap: normal; }
caption { text-align: left; color: var(--quiet); padding: 0.2rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem 0.3rem 0; border-bottom: 1px solid var(--line); font-weight: normal; overflow-wrap: anywhere; min-width: 4.5rem; }
thead th { font-weight: 600; overflow-wrap: normal; }
tbody th a { white-space: nowrap; }
td { min-width: 6rem; }
.level { display: inline-block; border-radius: 0.25rem; padding: 0 0.4rem; font-weight: 600; border: 1px solid var(--line); }
.level.critical { background: var(--critical); color: var(--on-critical); }
.level.warning { background: var(--warning); color: var(--on-warning); }
.level.info { background: var(--info); color: var(--on-info); }
.field { background: var(--field); border-radius: 0.2rem; padding: 0 0.15rem; }
.card { border: 1px solid var(--line); border-left-width: 0.4rem; border-radius: 0.4rem; padding: 0.5rem 0.9rem; background: var(--soft); margin: 0.5rem 0; }
.card .summary { margin-top: 0.2rem; }
figure { margin: 0.5rem 0; }
figure svg { display: block; width: 100%; max-width: 34rem; height: auto; }
figcaption { color: var(--quiet); font-size: 0.92rem; }
svg text { font: 11px system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif; fill: var(--ink); }
svg rect { stroke: var(--ink); stroke-width: 0.8; }
svg rect.critical { fill: var(--critical); } svg text.on-critical { fill: var(--on-critical); font-weight: 600; }
svg rect.warning { fill: var(--warning); } svg text.on-warning { fill: var(--on-warning); font-weight: 600; }
svg rect.info { fill: var(--info); } svg text.on-info { fill: var(--on-info); font-weight: 600; }
svg rect.none, svg rect.perhaps { fill: var(--none); } svg text.on-none, svg text.on-perhaps { fill: var(--on-none); }
svg rect.perhaps { stroke-dasharray: 4 3; }
svg .tick { stroke: var(--ink); stroke-width: 1; fill: none; }
svg text.who { font-weight: 600; }
svg text.unit { fill: var(--quiet); }
details { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: 0.5rem 0; }
.find { position: sticky; top: 0; background: var(--ground); padding: 0.5rem 0; z-index: 1; border-bottom: 1px solid var(--line); }
.find label { display: block; font-weight: 600; }
.find input { font: inherit; width: 100%; max-width: 26rem; padding: 0.5rem; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 0.3rem; }
.find output { display: block; color: var(--quiet); min-height: 1.5em; }
[hidden] { display: none !important; }
@media (max-width: 34rem) {
  body { padding: 0 0.75rem 2rem; }
  .find { position: static; }
  dl > div { grid-template-columns: 1fr; }
  dt { font-size: 0.9rem; }
  table, thead, tbody, tr, th, td, caption { display: block; }
  thead { position: absolute; left: -100rem; }
  tr { padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
  th, td { border: 0; padding: 0.05rem 0; min-width: 0; }
  tbody th { font-weight: 600; }
  td[data-of]::before { content: attr(data-of) ": "; color: var(--quiet); }
}
@media print {
  :root { color-scheme: light; --ground: #ffffff; --ink: #000000; --quiet: #333333; --line: #666666; --soft: #ffffff; --link: #000000;
    --field: #eeeeee; --critical: #b3261e; --on-critical: #ffffff; --warning: #ffd27a; --on-warning: #332000; --info: #cfe3ff;
    --on-info: #0b2a55; --none: #f4f4f4; --on-none: #222222; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  @page { margin: 18mm 16mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.35; }
  table { font-size: 8.5pt; }
  th, td { padding: 0.12rem 0.5rem 0.12rem 0; }
  caption, thead { break-after: avoid; }
  p, li { orphans: 2; widows: 2; }
  nav, .skip, .find, .back { display: none !important; }
  h2, h3, h4 { break-after: avoid; }
  section.group, section.rule { break-before: page; }
  section.group + section.rule { break-before: auto; }
  tr, figure, .card, dl > div { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  figure svg { max-width: 12cm; }
  a { text-decoration: none; }
  a.out { text-decoration: underline; }
  [hidden] { display: revert !important; }
  details::details-content { content-visibility: visible; block-size: auto; opacity: 1; }
  summary { list-style: none; font-weight: 600; }
}
)css";

// The page is whole without it. It adds the field to look for rules, opens what a link leads into,
// and opens everything for the printer.
char const* const kScript = R"js("use strict";
(function () {
  var rules = Array.prototype.slice.call(document.querySelectorAll("section.rule"));
  var groups = Array.prototype.slice.call(document.querySelectorAll("section.group"));
  var box = document.createElement("div");
  box.className = "find";
  box.setAttribute("role", "search");
  box.innerHTML = "<label for='find'>Find a rule<\/label><input id='find' type='search' autocomplete='off'\/><output for='find'><\/output>";
  document.querySelector("main").insertBefore(box, document.querySelector("main").firstChild);
  var input = box.querySelector("input"), output = box.querySelector("output");
  var rows = {};
  document.querySelectorAll("#front tbody tr").forEach(function (row) {
    var link = row.querySelector("th a");
    if (link) rows[link.getAttribute("href").slice(1)] = row;
  });
  input.addEventListener("input", function () {
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    rules.forEach(function (rule) {
      var text = rule.getAttribute("data-search").toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      rule.hidden = !fits;
      if (rows[rule.id]) rows[rule.id].hidden = !fits;
      if (fits) shown += 1;
    });
    groups.forEach(function (group) {
      var next = group.nextElementSibling, any = false;
      while (next && next.classList.contains("rule")) { any = any || !next.hidden; next = next.nextElementSibling; }
      group.hidden = !any;
    });
    output.textContent = words.length ? shown + " of " + rules.length + " rules" : "";
  });
  function show() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    if (target.hidden) { input.value = ""; input.dispatchEvent(new Event("input")); target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", show);
  show();
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { closed.forEach(function (one) { one.open = false; }); });
}());
)js";

} // namespace tcds::rulebook
