// A headless Chromium of its own, which leaves nothing behind.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Everything but the loopback interface is a name that does not exist: neither a page nor Chromium itself gets out.
const kArguments = [
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--no-proxy-server', '--disable-gpu',
  '--disable-dev-shm-usage', '--hide-scrollbars', '--force-color-profile=srgb', '--font-render-hinting=none',
  '--disable-lcd-text',
];

// Runs `work(browser)`. `modules` is the folder with puppeteer-core. Chromium is controlled through a pipe, at whose end
// of file it ends: it cannot outlive this program, however that ends.
export async function with_chromium(modules, work) {
  const puppeteer = createRequire(`${modules}/`)('puppeteer-core');
  const profile = await mkdtemp(join(tmpdir(), 'rtmpt-chromium-'));
  const browser = await puppeteer.launch({
    executablePath: process.env.RTMPT_CHROMIUM ?? '/usr/bin/chromium', pipe: true, userDataDir: profile, timeout: 60_000,
    args: process.getuid() === 0 ? [...kArguments, '--no-sandbox'] : kArguments,
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
