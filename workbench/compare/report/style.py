"""The look of the report: follows the reader's light or dark scheme, fits a phone, prints well."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --muted: #596475; --paper: #f6f7f9; --card: #fff;
  --line: #dfe3ea; --accent: #2f6fdb; --good: #1d7f4b; --bad: #b3372f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --muted: #98a2b3; --paper: #14171d;
  --card: #1d2129; --line: #323846; --accent: #78a8ff; --good: #59c98f; --bad: #ff8a80; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1100px; padding: 32px 20px 80px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 28px; line-height: 1.25; margin: 0; }
h2 { font-size: 19px; margin: 0 0 10px; }
h3 { font-size: 15px; margin: 18px 0 6px; }
h4 { font-size: 13px; margin: 12px 0 4px; }
header { margin: 0 0 16px; }
header p { margin: 4px 0 0; }
nav { margin: 0 0 28px; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; margin: 0; padding: 0; font-size: 13px; }
section { margin: 0 0 34px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 20px; top: 8px; background: var(--card); padding: 6px 12px; }
.muted { color: var(--muted); }
.bad { color: var(--bad); }
.good { color: var(--good); }
.card { background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--muted);
  border-radius: 10px; padding: 16px 22px; }
.card.winner { border-left-color: var(--good); }
.card.equivalent { border-left-color: var(--accent); }
.card .headline { font-size: 24px; font-weight: 700; line-height: 1.3; }
.card p { margin: 0 0 6px; }
.card ul { margin: 8px 0 0; padding-left: 20px; }
.wide { overflow-x: auto; margin: 0 0 10px; }
table { border-collapse: collapse; width: 100%; background: var(--card); font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 6px; color: var(--muted); }
th, td { text-align: left; vertical-align: top; padding: 7px 10px; border-bottom: 1px solid var(--line);
  overflow-wrap: normal; }
td bdi, th bdi { overflow-wrap: anywhere; }
thead th { font-weight: 600; color: var(--muted); white-space: nowrap; }
tbody th { font-weight: 600; min-width: 7em; }
tbody th .muted { font-weight: 400; }
td.sign { text-align: center; font-weight: 700; }
.badge { border: 1px solid var(--good); color: var(--good); border-radius: 9px; padding: 0 7px; font-size: 12px; }
figure { margin: 0 0 18px; }
figcaption { color: var(--muted); font-size: 13px; }
dl { display: grid; grid-template-columns: minmax(8em, 14em) 1fr; gap: 6px 16px; margin: 0; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; }
code { font: 12.5px/1.5 ui-monospace, monospace; }
details { margin: 4px 0; }
summary { cursor: pointer; padding: 3px 0; }
details:target > summary { background: var(--card); font-weight: 600; }
summary:focus-visible, a:focus-visible, .wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
details details { margin: 4px 0 4px 12px; }
details.question { content-visibility: auto; contain-intrinsic-size: auto 30px; border-bottom: 1px solid var(--line); }
.answer { border: 1px solid var(--line); border-radius: 8px; background: var(--card); padding: 4px 14px 12px;
  margin: 8px 0; }
.text { white-space: pre-wrap; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; margin: 0;
  font: 13px/1.5 ui-monospace, monospace; }
ins, del { text-decoration: none; }
ins { color: var(--good); }
del { color: var(--bad); }
a { color: var(--accent); }
@media (max-width: 640px) {
  body { padding: 18px 12px 60px; }
  h1 { font-size: 22px; }
  .card { padding: 12px 14px; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin: 0 0 8px; }
  nav ul { gap: 8px 16px; }
  summary { padding: 8px 0; }
  figure { overflow-x: auto; }
  figure svg { min-width: 560px; }
}
@media print {
  :root { --ink: #000; --muted: #444; --paper: #fff; --card: #fff; --line: #bbb; }
  nav, .skip, details:not([open]) { display: none; }
  section, .answer, tr { break-inside: avoid; }
  #matrix, #answers, #made-of { break-inside: auto; }
  .wide { overflow: visible; }
  a { color: inherit; text-decoration: none; }
}
"""
