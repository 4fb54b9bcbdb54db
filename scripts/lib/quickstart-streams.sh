# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The publishers and the players of scripts/quickstart, and the counting. Sourced by it.
#
# A stream has a short name, which is that of the scheme by which it travels through Apache, and three processes:
# publisher-NAME and player-NAME at Apache, and direct-NAME, a player at the media server.

readonly count_seconds=10
readonly frames_a_second=25
readonly streams=(rtmpt rtmp)

# stream_of NAME: the name of the stream at the media server.
stream_of() { if [ "$1" = rtmpt ]; then printf 'test\n'; else printf '%s\n' "$1"; fi; }

# url_of NAME: the stream's URL at Apache.
url_of() { printf '%s://%s/live/%s\n' "$1" "$site" "$(stream_of "$1")"; }

# direct_url_of NAME: its URL at the media server; with the hub by HTTP, which is another way than the publisher's.
direct_url_of() {
  if [ -n "$hub" ]; then
    printf 'http://%s/live/%s.flv\n' "$site" "$(stream_of "$1")"
  else
    printf 'rtmp://127.0.0.1:%s/live/%s\n' "$media_port" "$(stream_of "$1")"
  fi
}

# page_of NAME: where a browser watches it, with the hub.
page_of() { printf 'http://%s/watch/live/%s' "$site" "$(stream_of "$1")"; }

# place_of_witness: where direct-NAME plays.
place_of_witness() { if [ -n "$hub" ]; then printf 'a player by HTTP\n'; else printf 'the media server\n'; fi; }

# keep_frame_count FILE: reads ffmpeg's progress report and keeps only the newest count, for the publisher runs for
# long. It outlives the script: whoever reads the script's output or waits for its lock must not wait for this.
keep_frame_count() {
  local line
  exec >/dev/null 2>&1 9>&-
  trap '' HUP INT
  while IFS= read -r line; do
    case "$line" in frame=*) printf '%s\n' "${line#frame=}" >"$1" ;; esac
  done
}

# frames_sent NAME: how many frames its publisher has sent so far. (Its file is empty for a moment while it is written.)
frames_sent() {
  local count
  for _ in 1 2 3 4 5; do
    count=$(tr -d ' ' 2>/dev/null <"$state/publisher-$1.frames") || true
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
publisher_sends() { [ "$(frames_sent "$1")" -gt 0 ]; }
publisher_sends_or_is_gone() { publisher_sends "$1" || is_gone "publisher-$1"; }

# start_publisher NAME URL
start_publisher() {
  local name=publisher-$1
  rm -f "$state/$name.frames"
  setsid ffmpeg -nostdin -hide_banner -loglevel warning -nostats -re \
    -f lavfi -i "testsrc2=size=640x360:rate=$frames_a_second" -f lavfi -i "sine=frequency=440:sample_rate=44100" \
    -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g "$frames_a_second" -b:v 800k \
    -c:a aac -b:a 64k -f flv -stats_period 0.2 -progress pipe:1 "$2" \
    > >(keep_frame_count "$state/$name.frames") \
    2>"$state/logs/$name.log" </dev/null 9>&- &
  remember "$name" $! || true
  disown
  if ! wait_until 20 publisher_sends_or_is_gone "$1" || is_gone "$name"; then
    show_tail "$state/logs/$name.log" "$state/logs/apache.log" "$state/logs/nginx.log"
    fail "ffmpeg cannot publish to $2"
  fi
}

# start_player PLAYER URL: takes the video as it is, one line for each frame, written at once.
start_player() {
  rm -f "$state/$1.frames"
  setsid ffmpeg -nostdin -hide_banner -loglevel warning -nostats -i "$2" \
    -map 0:v -c copy -flush_packets 1 -f framecrc "$state/$1.frames" >"$state/logs/$1.log" 2>&1 </dev/null 9>&- &
  remember "$1" $! || true
  disown
}

start_publishers() {
  local name
  for name in "${streams[@]}"; do
    note "$(url_of "$name")"
    start_publisher "$name" "$(url_of "$name")"
  done
}

# start_players: two for each stream.
start_players() {
  local name
  for name in "${streams[@]}"; do
    start_player "direct-$name" "$(direct_url_of "$name")"
    start_player "player-$name" "$(url_of "$name")"
  done
  for name in "${streams[@]}"; do
    wait_until 20 has_frames "direct-$name" || note "nothing arrives at $(place_of_witness) from $(url_of "$name")"
    wait_until 20 has_frames "player-$name" || note "nothing can be played from $(url_of "$name")"
  done
}

# frames_so_far NAME: sent by the publisher, arrived at the media server (what a player gets there), played at Apache.
frames_so_far() { printf '%s %s %s\n' "$(frames_sent "$1")" "$(frames_of "direct-$1")" "$(frames_of "player-$1")"; }

# Counts over the same seconds what each publisher sent, what arrived at the media server, and what a player got.
count_frames() {
  local name
  declare -gA frames_before=() frames_after=()
  start_players
  for name in "${streams[@]}"; do frames_before[$name]=$(frames_so_far "$name"); done
  sleep "$count_seconds"
  for name in "${streams[@]}"; do frames_after[$name]=$(frames_so_far "$name"); done
  for name in "${streams[@]}"; do
    end_process "direct-$name"
    end_process "player-$name"
  done
  for name in "${streams[@]}"; do carried_both_ways "$name" || fail_to_carry "$name"; done
}

# counted NAME: frames sent, arrived and played within the seconds of counting.
counted() {
  local before after
  read -ra before <<<"${frames_before[$1]}"
  read -ra after <<<"${frames_after[$1]}"
  printf '%s %s %s\n' $((after[0] - before[0])) $((after[1] - before[1])) $((after[2] - before[2]))
}

carried_both_ways() {
  local count
  for count in $(counted "$1"); do [ "$count" -gt 0 ] || return 1; done
}

fail_to_carry() {
  print_counts
  show_tail "$state/logs/publisher-$1.log" "$state/logs/direct-$1.log" "$state/logs/player-$1.log" \
    "$state/logs/apache.log" "$state/logs/nginx.log"
  fail "a direction of $(url_of "$1") carried nothing"
}

print_counts() {
  local name sent arrived played
  for name in "${streams[@]}"; do
    read -r sent arrived played <<<"$(counted "$name")"
    printf '\n  In %s seconds, over %s:\n' "$count_seconds" "$(url_of "$name")"
    printf '    published: %4d frames sent, %d arrived at %s\n' "$sent" "$arrived" "$(place_of_witness)"
    printf '    played:    %4d frames arrived at the player\n' "$played"
  done
  printf '\n'
}

report() {
  local name
  for name in "${streams[@]}"; do
    is_gone "publisher-$name" && fail "the publisher has ended: $state/logs/publisher-$name.log says why"
  done
  page_answers || fail "the page $page_url does not answer while the streams run"
  print_counts
  cat <<TEXT
  The page:           $page_url
  Watch a picture:    ffplay $(url_of rtmpt)
              or:     ffplay $(url_of rtmp)
  Publish your own:   ffmpeg -re -i FILE -c:v libx264 -c:a aac -f flv rtmp://$site/live/mine
              or:     the same with rtmpt://
  $([ -n "$hub" ] && printf 'In a browser:       %s' "$(page_of rtmpt)" || printf 'Past Apache:        ffplay %s' "$(direct_url_of rtmpt)")
  Configuration:      $state/httpd.conf, $state/$(example)
  Logs:               $state/logs
  End it all:         $source_dir/scripts/quickstart --stop
TEXT
}
