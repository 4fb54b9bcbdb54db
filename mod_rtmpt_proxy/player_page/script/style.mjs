// SPDX-License-Identifier: Apache-2.0
// How the player looks. A sheet that a script makes is allowed where a policy forbids styles in the page; and it is there
// before the first picture. The pictures decide about light and dark: what lies over them is the same in both.

const kStyle = `
:host { display: block; position: relative; aspect-ratio: 16 / 9; background: #0b0f13; color: #fff; overflow: hidden;
  border-radius: var(--rtmpt-player-radius, 12px); font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
  "Liberation Sans", Arial, sans-serif; }
:host([hidden]) { display: none; }
:host(:fullscreen) { width: 100%; height: 100%; border-radius: 0; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.frame { position: absolute; inset: 0; background: #0b0f13; }
video, canvas { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
button, input { font: inherit; color: inherit; margin: 0; }
button { display: inline-flex; align-items: center; justify-content: center; gap: 8px; min-width: 44px; min-height: 44px; padding: 0 10px;
  border: 0; border-radius: 8px; background: none; cursor: pointer; }
svg { width: 24px; height: 24px; flex: none; }
.filled { fill: currentColor; }
.lines { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 2px solid #7db4ff; outline-offset: -3px; }
.bar { position: absolute; left: 0; right: 0; bottom: 0; display: flex; align-items: center; gap: 2px; padding: 24px 8px 4px;
  background: linear-gradient(transparent, #000c); transition: opacity .2s; }
.bar button:hover { background: #fff3; }
.bar .wide { flex: 1; }
.volume { width: 84px; height: 44px; accent-color: #fff; cursor: pointer; }
.live { font-size: 12.5px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.live::before { content: ""; width: 9px; height: 9px; border-radius: 50%; background: #8b97a3; }
:host([state="playing"]) .live::before { background: #ff5c5c; }
.sound-on { position: absolute; left: 50%; top: 16px; transform: translateX(-50%); padding: 0 18px; border-radius: 99px;
  background: #000b; border: 1px solid #fff6; font-weight: 600; white-space: nowrap; }
.sound-on:hover { background: #222d; }
.notice { position: absolute; inset: 0 0 52px; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 12px; padding: 12px 24px; text-align: center; pointer-events: none; }
.notice p { margin: 0; padding: 8px 16px; max-width: 34em; border-radius: 10px; background: #000b; font-weight: 600;
  overflow-wrap: anywhere; }
.notice p:empty { display: none; }
.notice button { pointer-events: auto; padding: 0 20px; background: #fff; color: #14202b; font-weight: 600; }
.notice button:hover { background: #dfe6ec; }
.notice .turning { width: 36px; height: 36px; border: 4px solid #fff4; border-top-color: #fff; border-radius: 50%;
  animation: turn 1s linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }
:host([quiet]) .bar { opacity: 0; }
:host([quiet]) .frame { cursor: none; }
:host([quiet]) .bar:focus-within { opacity: 1; }
@media (max-width: 480px) { .volume { display: none; } }
@media (prefers-reduced-motion: reduce) { .bar { transition: none; } .notice .turning { animation: none; } }
`;

let sheet = null;

export function player_sheet() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(kStyle);
  }
  return sheet;
}
