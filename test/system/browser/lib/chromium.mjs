// SPDX-License-Identifier: Apache-2.0
// A headless Chromium of its own, which leaves nothing behind.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Everything but the loopback interface is a name that does not exist: neither a page nor Chromium itself gets out.
// Nothing moves, unless a check asks for it: to draw sixty pictures a second would take most of the processor.
const kArguments = [
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--no-proxy-server', '--disable-gpu',
  '--disable-dev-shm-usage', '--hide-scrollbars', '--force-color-profile=srgb', '--font-render-hinting=none',
  '--disable-lcd-text', '--force-prefers-reduced-motion',
];

// Runs `work(browser)`. `modules` is the folder with puppeteer-core. Chromium, which gets `more_arguments` too, is
// controlled through a pipe, at whose end of file it ends: it cannot outlive this program, however that ends.
export async function with_chromium(modules, work, more_arguments = []) {
  const puppeteer = createRequire(`${modules}/`)('puppeteer-core');
  const profile = await mkdtemp(join(tmpdir(), 'rtmpt-chromium-'));
  const args = [...kArguments, ...more_arguments];
  const browser = await puppeteer.launch({
    executablePath: process.env.RTMPT_CHROMIUM ?? '/usr/bin/chromium', pipe: true, userDataDir: profile, timeout: 60_000,
    args: process.getuid() === 0 ? [...args, '--no-sandbox'] : args,
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
