"""The look of the report: follows the reader's light or dark scheme, prints well."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --muted: #5f6b7c; --paper: #f6f7f9; --card: #fff;
  --line: #dfe3ea; --accent: #2f6fdb; --good: #1d7f4b; --bad: #b3372f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --muted: #98a2b3; --paper: #14171d;
  --card: #1d2129; --line: #323846; --accent: #78a8ff; --good: #59c98f; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 32px 20px 80px; }
h1 { font-size: 28px; margin: 0; }
h2 { font-size: 19px; margin: 0 0 10px; }
h3 { font-size: 15px; margin: 0 0 6px; }
section, header { margin: 0 0 28px; }
.muted { color: var(--muted); }
.bad { color: var(--bad); }
.good { color: var(--good); }
.card { background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--muted);
  border-radius: 10px; padding: 18px 22px; }
.card.winner { border-left-color: var(--good); }
.card.equivalent { border-left-color: var(--accent); }
.card h2 { font-size: 24px; }
.card p { margin: 0 0 6px; }
.card ul { margin: 8px 0 0; padding-left: 20px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); }
th, td { text-align: left; vertical-align: top; padding: 7px 10px; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--muted); white-space: nowrap; }
td.sign { text-align: center; font-weight: 700; }
.badge { border: 1px solid var(--good); color: var(--good); border-radius: 9px; padding: 0 7px; font-size: 12px; }
.chart { width: 100%; max-width: 760px; font-size: 13px; }
.chart text { fill: var(--ink); }
.chart .tick { fill: var(--muted); }
.grid { stroke: var(--line); }
line.mark { stroke: var(--muted); stroke-width: 2.5; }
circle.mark { fill: var(--muted); }
line.best { stroke: var(--accent); }
circle.best { fill: var(--accent); }
details { margin: 4px 0; }
summary { cursor: pointer; }
details details { margin: 4px 0 4px 12px; }
.answer { border: 1px solid var(--line); border-radius: 8px; background: var(--card); padding: 12px 14px;
  margin: 8px 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font: 13px/1.5 ui-monospace, monospace; }
a { color: var(--accent); }
@media print { details { display: none; } }
"""
