// SPDX-License-Identifier: Apache-2.0
// Numbers and names as people read them. Pure functions.

const kUnits = ['', 'k', 'M', 'G', 'T', 'P'];

// Control characters and those that reorder or hide what stands around them: a name with them is shown with their
// numbers, so that it looks like no other name.
const kInvisible = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]/gu;

const kCount = new Intl.NumberFormat('en');

// `value` with three significant digits and a decimal prefix: "1.25 M" + unit.
function scaled(value, unit) {
  let rest = Math.max(0, Number(value) || 0);
  let step = 0;
  while (rest >= 999.5 && step < kUnits.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const digits = step === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)} ${kUnits[step]}${unit}`;
}

export const bit_rate = (bits_per_second) => scaled(bits_per_second, 'b/s');

export const byte_size = (bytes) => scaled(bytes, 'B');

export const count = (value) => kCount.format(Number(value) || 0);

// "1 session", "2 sessions".
export const counted = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

// The two largest units: "42 s", "1 m 15 s", "2 h 5 m", "3 d 4 h".
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(Number(seconds) || 0));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} m`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

// The time of day where the reader is.
export const clock = (date) => date.toLocaleTimeString([], { hour12: false });

// Most names are of these alone, and thousands are looked at.
const kPlain = /^[ -~]*$/;

// `name` with nothing invisible in it.
export function visible(name) {
  const text = String(name ?? '');
  if (kPlain.test(text)) return text;
  return text.replace(kInvisible, (found) => {
    const number = found.codePointAt(0).toString(16);
    return `\\u${number.padStart(4, '0')}`;
  });
}
