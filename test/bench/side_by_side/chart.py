# SPDX-License-Identifier: Apache-2.0
"""The chart: one bar for each server and load, as an SVG that follows the reader's light or dark colours."""

from html import escape

_WIDTH, _LEFT, _RIGHT = 760, 250, 90
_BAR, _STEP, _HEAD, _GAP = 14, 20, 26, 14
_PLOTTED = ("rtmpviewers", "rtmppublishers", "rtmpsviewers", "viewers", "ffmpeg", "publishers", "many", "forwarded",
            "busy", "hubviewers")
_STYLE = """
  text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
  .head { font-weight: 600; } .note { fill: #59636e; }
  .ours { fill: #0969da; } .peer { fill: #afb8c1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .note { fill: #9198a1; } .ours { fill: #4493f8; } .peer { fill: #6e7681; }
  }"""


def draw(found):
    """Each load has a scale of its own: the bars compare servers, not loads."""
    parts, y = [], 46
    for load in _PLOTTED:
        rows = [row for row in found["loads"].get(load, {}).get("rows", []) if row.get("cpu_ms_per_stream_s")]
        if rows:
            parts.append(f'<text class="head" x="12" y="{y + 14}">{escape(found["loads"][load]["title"])}</text>')
            y = _bars(parts, rows, y + _HEAD) + _GAP
    title = "Server CPU, milliseconds for each second of one stream (shorter is better)"
    subtitle = f"{found['machine']['processors']} processors shared with the load, {found['when'][:10]}, by scripts/bench"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" viewBox="0 0 {_WIDTH} {y}" role="img" '
            f'aria-label="{escape(title)}">\n<style>{_STYLE}\n</style>\n'
            f'<text class="head" x="12" y="18">{escape(title)}</text>\n'
            f'<text class="note" x="12" y="36">{escape(subtitle)}</text>\n' + "\n".join(parts) + "\n</svg>\n")


def _bars(parts, rows, y):
    longest = max(row["cpu_ms_per_stream_s"] for row in rows)
    for row in rows:
        value = row["cpu_ms_per_stream_s"]
        width = max(1.0, (_WIDTH - _LEFT - _RIGHT) * value / longest)
        kind = "ours" if row["key"].startswith("ours") else "peer"
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(row["name"])}</text>'
                     f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2"/>'
                     f'<text x="{_LEFT + width + 6:.1f}" y="{y + 11}">{value:.{2 if value < 10 else 0}f}</text>')
        y += _STEP
    return y
