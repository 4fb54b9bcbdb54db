// SPDX-License-Identifier: Apache-2.0
// Only there to have the header compiled.
