// SPDX-License-Identifier: Apache-2.0
// Text of a page, fit for a terminal.
export const visible_in = (text) =>
  String(text).replace(/[^\n\x20-\x7e]/gu, (found) => `\\u{${found.codePointAt(0).toString(16)}}`);
