// SPDX-License-Identifier: Apache-2.0
// Keeps the picture close behind what has arrived: a little faster when it is late, a jump when it is very late, and
// more distance where the network makes the picture stop. Pure. All times in seconds.

const kLeastTarget = 0.2;
const kMostTarget = 1.5;
const kMoreAfterStall = 0.15;
const kLessAfterCalm = 0.05;
const kCalm = 20;
const kLate = 0.12; // beyond the target: faster
const kVeryLate = 1.2; // beyond the target: a jump
// At the beginning of a connection nobody misses what is left out, and the server sends the stream from its last key frame
// on. This long after the first picture most of that has come.
const kFirstLook = 0.3;
const kLateAtFirst = 0.2;
const kSlowestCatchUp = 1.06;
const kFastestCatchUp = 1.25;
// Beginnings and jumps make the picture stop too; that says nothing about the network.
const kSettling = 1.5;

export class LiveEdge {
  #target = kLeastTarget;
  #faster = false;
  #calm_since = 0;
  #settled_at = 0;
  #first_look_at = null; // until it was

  get target() {
    return this.#target;
  }

  // The first picture of a connection is there.
  connects(now) {
    this.begins(now);
    this.#first_look_at = now + kFirstLook;
  }

  // The picture begins at `now`, after a connection or a jump.
  begins(now) {
    this.#settled_at = now + kSettling;
    this.#calm_since = now;
    this.#faster = false;
  }

  // The picture has stopped at `now` because nothing was left to show.
  stalls(now) {
    if (now < this.#settled_at) return;
    this.#target = Math.min(this.#target + kMoreAfterStall, kMostTarget);
    this.begins(now);
  }

  // What to do with a picture at `time` of which everything to `end` has arrived: {rate, jump_to}, the speed, and the
  // time to jump to or null.
  next(now, time, end) {
    if (now - this.#calm_since > kCalm) {
      this.#target = Math.max(this.#target - kLessAfterCalm, kLeastTarget);
      this.#calm_since = now;
    }
    const late = end - time - this.#target;
    const is_first_look = this.#first_look_at !== null && now >= this.#first_look_at;
    if (is_first_look) this.#first_look_at = null;
    if (late > kVeryLate || (is_first_look && late > kLateAtFirst)) return { rate: 1, jump_to: this.jump(now, end) };
    this.#faster = late > kLate || (this.#faster && late > 0);
    const rate = Math.min(Math.max(1 + late / 4, kSlowestCatchUp), kFastestCatchUp);
    return { rate: this.#faster ? rate : 1, jump_to: null };
  }

  // The time to jump to.
  jump(now, end) {
    this.begins(now);
    return Math.max(0, end - this.#target);
  }
}
