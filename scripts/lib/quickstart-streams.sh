# shellcheck shell=bash
# The publisher and the players of scripts/quickstart, and the counting. Sourced by it.

readonly count_seconds=10
readonly frames_a_second=25

# keep_frame_count FILE: reads ffmpeg's progress report and keeps only the newest count, for the publisher runs for long.
# It outlives the script: whoever reads the script's output or waits for its lock must not wait for this.
keep_frame_count() {
  local line
  exec >/dev/null 2>&1 9>&-
  trap '' HUP INT
  while IFS= read -r line; do
    case "$line" in frame=*) printf '%s\n' "${line#frame=}" >"$1" ;; esac
  done
}

# frames_sent: how many frames the publisher has sent so far. (Its file is empty for a moment while it is written.)
frames_sent() {
  local count
  for _ in 1 2 3 4 5; do
    count=$(tr -d ' ' 2>/dev/null <"$state/publisher.frames") || true
    [ -z "$count" ] || break
  done
  printf '%s\n' "${count:-0}"
}

# frames_of PLAYER: how many frames it has received: framecrc writes one line for each.
frames_of() {
  local count
  count=$(grep -c '^[0-9]' "$state/$1.frames" 2>/dev/null) || true
  printf '%s\n' "${count:-0}"
}

has_frames() { [ "$(frames_of "$1")" -gt 0 ]; }
publisher_sends() { [ "$(frames_sent)" -gt 0 ]; }
publisher_sends_or_is_gone() { publisher_sends || is_gone publisher; }

start_publisher() {
  rm -f "$state/publisher.frames"
  setsid ffmpeg -nostdin -hide_banner -loglevel warning -nostats -re \
    -f lavfi -i "testsrc2=size=640x360:rate=$frames_a_second" -f lavfi -i "sine=frequency=440:sample_rate=44100" \
    -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g "$frames_a_second" -b:v 800k \
    -c:a aac -b:a 64k -f flv -stats_period 0.2 -progress pipe:1 "$stream_url" \
    > >(keep_frame_count "$state/publisher.frames") \
    2>"$state/logs/publisher.log" </dev/null 9>&- &
  remember publisher $! || true
  disown
  if ! wait_until 20 publisher_sends_or_is_gone || is_gone publisher; then
    show_tail "$state/logs/publisher.log" "$state/logs/apache.log" "$state/logs/nginx.log"
    fail "ffmpeg cannot publish to $stream_url"
  fi
}

# start_player NAME URL: takes the video as it is, one line for each frame, written at once.
start_player() {
  rm -f "$state/$1.frames"
  setsid ffmpeg -nostdin -hide_banner -loglevel warning -nostats -i "$2" \
    -map 0:v -c copy -flush_packets 1 -f framecrc "$state/$1.frames" >"$state/logs/$1.log" 2>&1 </dev/null 9>&- &
  remember "$1" $! || true
  disown
}

# Counts over the same seconds what the publisher sent, what a player without a tunnel got from the media server (which
# is what arrived there), and what a player got through the tunnel.
count_frames() {
  local sent arrived played media_url=rtmp://127.0.0.1:$media_port/live/test
  start_player direct-player "$media_url"
  start_player tunnel-player "$stream_url"
  wait_until 20 has_frames direct-player || note "nothing arrives at the media server"
  wait_until 20 has_frames tunnel-player || note "nothing can be played through the tunnel"
  sent=$(frames_sent) arrived=$(frames_of direct-player) played=$(frames_of tunnel-player)
  sleep "$count_seconds"
  frames_out=$(($(frames_sent) - sent))
  frames_arrived=$(($(frames_of direct-player) - arrived))
  frames_played=$(($(frames_of tunnel-player) - played))
  end_process direct-player
  end_process tunnel-player
  if [ "$frames_out" -le 0 ] || [ "$frames_arrived" -le 0 ] || [ "$frames_played" -le 0 ]; then
    print_counts
    show_tail "$state/logs/publisher.log" "$state/logs/direct-player.log" "$state/logs/tunnel-player.log" \
      "$state/logs/apache.log" "$state/logs/nginx.log"
    fail "a direction carried nothing"
  fi
}

print_counts() {
  printf '\n  In %s seconds, over %s:\n' "$count_seconds" "$stream_url"
  printf '    published: %4d frames sent, %d arrived at the media server\n' "$frames_out" "$frames_arrived"
  printf '    played:    %4d frames arrived at the player\n\n' "$frames_played"
}

report() {
  is_gone publisher && fail "the publisher has ended: $state/logs/publisher.log says why"
  page_answers || fail "the page $page_url does not answer while the stream runs"
  print_counts
  cat <<TEXT
  The page:           $page_url
  Watch the picture:  ffplay $stream_url
              or:     ffmpeg -i $stream_url -t 10 -f null -
  Publish your own:   ffmpeg -re -i FILE -c:v libx264 -c:a aac -f flv ${stream_url%test}mine
  Without a tunnel:   ffplay rtmp://127.0.0.1:$media_port/live/test
  Configuration:      $state/httpd.conf, $state/site-with-streams.conf
  Logs:               $state/logs
  End it all:         $source_dir/scripts/quickstart --stop
TEXT
}
