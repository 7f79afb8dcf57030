#include "server/query/report_style.hpp"

namespace tcds::query {

// Colours: every pair of text and ground has a contrast of at least 4.5 to 1, bars of at least 3 to
// 1 against the ground or an edge of their own. What a colour says stands in the table as well.
char const* const kReportStyle = R"css(
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1b1f24; --quiet: #4d5661; --line: #8a939e; --soft: #f1f4f7;
  --link: #0b57a4; --fired: #c3ccd6; --accepted: #1f6f8b; --overridden: #c96f1a; --none: #eef1f4; --warn: #ffd27a; --on-warn: #332000; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181d; --ink: #e6e9ed; --quiet: #b3bcc6; --line: #76818d; --soft: #1e242b;
  --link: #8ec5ff; --fired: #566270; --accepted: #58b4d4; --overridden: #f0a050; --none: #2a323b; --warn: #e8b84a; --on-warn: #2b1a00; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 60rem; padding: 0 1rem 3rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1.2rem 0 0.3rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.2rem 0 0.4rem; border-bottom: 2px solid var(--line); padding-bottom: 0.2rem; }
p { margin: 0.3rem 0 0.6rem; max-width: 46rem; }
a { color: var(--link); }
.quiet { color: var(--quiet); }
.warn { background: var(--warn); color: var(--on-warn); border-radius: 0.3rem; padding: 0.4rem 0.7rem; }
.figures { display: grid; grid-template-columns: repeat(2, 1fr); gap: 0.6rem; margin: 0.9rem 0; }
.figures > div { background: var(--soft); border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.5rem 0.8rem; }
.figures dt { color: var(--quiet); font-size: 0.9rem; line-height: 1.3; }
.figures dd { margin: 0; font-size: 1.45rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.figures dd small { display: block; font-size: 0.85rem; line-height: 1.3; font-weight: 400; color: var(--quiet); }
figure { margin: 0.5rem 0 0.8rem; }
figure > svg { display: block; width: 100%; max-width: 36rem; height: auto; }
svg text { fill: var(--ink); font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif; }
svg text.who { font-weight: 600; }
svg rect { stroke: var(--line); stroke-width: 0.4; }
svg rect.fired { fill: var(--fired); } svg rect.accepted { fill: var(--accepted); }
svg rect.overridden { fill: var(--overridden); } svg rect.none { fill: var(--none); }
svg circle.accepted { fill: var(--accepted); } svg polyline.accepted { stroke: var(--accepted); }
svg circle.overridden { fill: var(--overridden); } svg polyline.overridden { stroke: var(--overridden); stroke-dasharray: 5 3; }
svg .grid { stroke: var(--line); stroke-width: 0.4; }
.legend { list-style: none; padding: 0; margin: 0.3rem 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1.2rem; font-size: 0.92rem; }
.legend svg { vertical-align: -0.1em; }
.scroll { overflow-x: auto; margin: 0.4rem 0 0.8rem; }
.scroll:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; overflow-wrap: normal; }
caption { text-align: left; color: var(--quiet); padding: 0.2rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid var(--line); font-weight: normal; }
th { white-space: nowrap; }
td { min-width: 3.5rem; }
thead th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number { white-space: normal; overflow-wrap: normal; vertical-align: bottom; }
tr.flagged > * { background: var(--warn); color: var(--on-warn); }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin: 0.3rem 0; }
nav a { display: inline-block; padding: 0.3rem 0; }
@media (max-width: 34rem) { body { padding: 0 0.75rem 2rem; } }
@media (min-width: 34rem) { .figures { grid-template-columns: repeat(3, 1fr); } figure > svg text { font-size: 8.5px; } }
@media (min-width: 58rem) { .figures { grid-template-columns: repeat(6, 1fr); } }
@media print {
  :root { color-scheme: light; --ground: #ffffff; --ink: #000000; --quiet: #333333; --line: #666666; --soft: #ffffff; --link: #000000;
    --fired: #c3ccd6; --accepted: #1f6f8b; --overridden: #d9822b; --none: #f4f4f4; --warn: #ffe2a8; --on-warn: #000000; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  @page { margin: 18mm 16mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.35; }
  nav { display: none; }
  h2 { break-after: avoid; }
  table { font-size: 8.5pt; }
  th, td { padding: 0.12rem 0.5rem 0.12rem 0; }
  tr, .figures, figure > svg { break-inside: avoid; }
  caption, thead { break-after: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  figure > svg { max-width: 14cm; }
}
)css";

} // namespace tcds::query
