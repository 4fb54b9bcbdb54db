# shellcheck shell=bash
# The RTMPT server from npm that the system tests and the measurements run. Sourced, not run.

# install_node_server SOURCE BUILD: installs the versions of its lock file into BUILD/node, where both look for it.
install_node_server() {
  local folder=$1/test/system/node target=$2/node
  if [ -d "$target/node_modules" ] && cmp -s "$folder/package-lock.json" "$target/installed.json"; then return; fi
  mkdir -p "$target"
  cp "$folder/package.json" "$folder/package-lock.json" "$target"
  npm ci --prefix "$target" --ignore-scripts --no-audit --no-fund --no-update-notifier
  cp "$folder/package-lock.json" "$target/installed.json"
}
