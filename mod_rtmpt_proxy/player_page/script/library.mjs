// SPDX-License-Identifier: Apache-2.0
// mpegts.js, loaded when the first player of a page needs it. It is no module, and makes a name of the window.

let loading = null;

export const can_play_live = () => 'MediaSource' in window || 'ManagedMediaSource' in window;

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.crossOrigin = 'anonymous'; // as this module is loaded: pages that let in nothing else may have it
    script.src = address;
    script.addEventListener('load', () => (window.mpegts ? resolve(window.mpegts) : reject(new Error('no mpegts'))));
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error(`${address} could not be loaded`));
    });
    document.head.append(script);
  });
}

// A promise of mpegts.js. A page may have brought its own.
export function mpegts_library(address) {
  loading ??= (window.mpegts ? Promise.resolve(window.mpegts) : load(address)).then((mpegts) => {
    mpegts.LoggingControl.enableAll = false;
    return mpegts;
  });
  loading.catch(() => { loading = null; }); // the next attempt asks again
  return loading;
}
