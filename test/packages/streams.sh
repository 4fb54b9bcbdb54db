# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The streams of test/packages/life. Sourced by it: `work` is a folder, media_port and echo_port are free.

start_media_server() {
  mkdir -p "$work/nginx"
  cat >"$work/nginx/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
worker_processes 1;
pid $work/nginx/nginx.pid;
error_log $work/nginx.log warn;
events { }
rtmp { server { listen 127.0.0.1:$media_port; application live { live on; wait_key on; } } }
CONF
  chmod 755 "$work"
  nginx -p "$work/nginx" -e "$work/nginx.log" -c "$work/nginx/nginx.conf"
}

start_byte_stream() {
  rm -f "$work/progress"
  python3 "$here/byte_stream.py" 80 bytes.test "$echo_port" "$work/progress" >"$work/bytes.log" 2>&1 &
  byte_stream=$!
}

# A session with every byte counted, a publisher, and a player of what it publishes.
start_streams() {
  start_media_server
  start_byte_stream
  ffmpeg -nostdin -hide_banner -loglevel warning -re -f lavfi -i testsrc2=size=320x180:rate=25 \
    -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 25 -f flv rtmpt://127.0.0.1/live/test \
    >"$work/publisher.log" 2>&1 &
  publisher=$!
  expect "the publisher's stream begins" wait_until 10 publishes
  ffmpeg -nostdin -hide_banner -loglevel warning -i rtmpt://127.0.0.1/live/test -map 0:v -c copy -flush_packets 1 \
    -f framecrc "$work/frames" >"$work/player.log" 2>&1 &
  player=$!
}

publishes() { grep -q '/open/' "$root/var/log/apache2/access.log" "$root/var/log/apache2/other_vhosts_access.log"; }
page_answers() { curl --silent --fail --noproxy '*' --max-time 5 --output /dev/null http://127.0.0.1/; }
frames() {
  local count
  count=$(grep -c '^[0-9]' "$work/frames" 2>/dev/null) || true
  echo "${count:-0}"
}
bytes_back() { cat "$work/progress" 2>/dev/null || echo 0; }
bytes_came() { [ "$(bytes_back)" -gt 10000 ]; }
more_came() { [ "$(bytes_back)" -gt "$1" ] && [ "$(frames)" -gt "$2" ]; }

# streams_go_on: 40,000 more bytes came back, and one more second of pictures.
streams_go_on() {
  wait_until 20 more_came $(($(bytes_back) + 40000)) $(($(frames) + 25)) &&
    kill -0 "$byte_stream" && kill -0 "$publisher" && kill -0 "$player"
}

end_byte_stream() {
  local status=0
  kill -TERM "$byte_stream"
  wait "$byte_stream" || status=$?
  expect "no byte is lost" test "$status" = 0
}

# new_stream: one more session, of the gateway that runs now.
new_stream() {
  start_byte_stream
  expect "a new stream is carried" wait_until 10 bytes_came
  end_byte_stream
}

# end_streams: every byte must have come; the pictures that came must follow each other without a gap.
end_streams() {
  end_byte_stream
  # The player writes each picture at once, and may wait for ever for one more.
  kill -KILL "$player" "$publisher"
  wait "$player" "$publisher" 2>/dev/null || true
  awk -F', *' '/^[0-9]/ { if (n++ && $3 - last != step && step) gaps++; if (n == 2) step = $3 - last; last = $3 }
    END { exit !(n > 25 && !gaps) }' "$work/frames" ||
    expect "no picture is missing" false
}
