// SPDX-License-Identifier: Apache-2.0
// Pictures for documents.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

// Makes of the file `raw`, which goes, the file `reduced` with 256 colours, as tightly packed as PNG allows: a document's picture
// need not be larger.
export function reduce(raw, reduced) {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', raw,
    '-filter_complex', '[0]split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=none',
    '-pred', 'mixed', '-compression_level', '100', reduced]);
  rmSync(raw);
}
