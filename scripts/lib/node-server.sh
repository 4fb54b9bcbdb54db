# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the system tests and the measurements run from npm. Sourced, not run.

# install_node_package FOLDER TARGET: installs the versions of FOLDER's lock file into TARGET.
install_node_package() {
  local folder=$1 target=$2
  if [ -d "$target/node_modules" ] && cmp -s "$folder/package-lock.json" "$target/installed.json"; then return; fi
  mkdir -p "$target"
  cp "$folder/package.json" "$folder/package-lock.json" "$target"
  npm ci --prefix "$target" --ignore-scripts --no-audit --no-fund --no-update-notifier
  cp "$folder/package-lock.json" "$target/installed.json"
}

# install_node_server SOURCE BUILD: the RTMPT server, into BUILD/node, where both look for it.
install_node_server() { install_node_package "$1/test/system/node" "$2/node"; }

# install_flv_server SOURCE BUILD: the server that scripts/bench compares the hub with, into BUILD/flv_server.
install_flv_server() { install_node_package "$1/test/bench/flv_server" "$2/flv_server"; }

# install_browser_driver SOURCE BUILD: what drives Chromium, into BUILD/browser.
install_browser_driver() { install_node_package "$1/test/system/browser" "$2/browser"; }
