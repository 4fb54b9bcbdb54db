// SPDX-License-Identifier: Apache-2.0
// Asks by HTTP what a WebSocket does not tell. A browser also asks for a password then, which a WebSocket cannot make it do,
// and sends it with the next WebSocket.

const kPatienceMs = 8000;

const ask_with = (address, credentials) =>
  fetch(address, { method: 'HEAD', cache: 'no-store', credentials, signal: AbortSignal.timeout(kPatienceMs) });

// A promise of {status, retry}, the status and the header Retry-After; of null when there was no answer, or none that
// this page may see.
export async function ask_for(address) {
  // A site that lets every other one ask does not let them send a password.
  for (const credentials of ['include', 'omit']) {
    try {
      const { status, headers } = await ask_with(address, credentials);
      return { status, retry: headers.get('Retry-After') };
    } catch {
      if (new URL(address).origin === location.origin) return null;
    }
  }
  return null;
}
