# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The two servers of scripts/quickstart, each with a private directory under $state. Sourced by it.

media_port=1935 # when it is free

# can_bind ADDRESS PORT: whether a server could listen there now.
can_bind() {
  perl -MIO::Socket::IP -e '
    exit !IO::Socket::IP->new(LocalHost => $ARGV[0], LocalPort => $ARGV[1], Listen => 1, ReuseAddr => 1)' \
    "$1" "$2"
}

free_port() {
  perl -MIO::Socket::IP -e '
    my $socket = IO::Socket::IP->new(LocalHost => "127.0.0.1", LocalPort => 0, Listen => 1) or die "no free port: $@\n";
    print $socket->sockport, "\n"'
}

# listen_addresses: where Apache listens; without --listen, on this machine's own two addresses.
listen_addresses() {
  if [ -n "$listen" ]; then
    printf '%s\n' "$listen"
  else
    printf '127.0.0.1\n'
    ! grep -qs ' lo$' /proc/net/if_inet6 || printf '::1\n'
  fi
}

# bracketed ADDRESS: as Listen and URLs want it.
bracketed() {
  case "$1" in *:*) printf '[%s]\n' "$1" ;; *) printf '%s\n' "$1" ;; esac
}

# A listener that anybody may reach is on purpose no default: whoever reaches it may publish.
check_listen() {
  local address holder
  listen=${listen#[}
  listen=${listen%]}
  for address in $(listen_addresses); do
    [[ $address =~ ^[0-9]+(\.[0-9]+){3}$ || $address == *:* ]] ||
      fail "--listen '$address': expected an IPv4 or IPv6 address of this machine (0.0.0.0 and :: mean all)"
    can_bind "$address" "$port" && continue
    holder=$(ss -ltnpH "sport = :$port" 2>/dev/null | sed -n 's/.*users:((\(.*\)))/\1/p' | head -n 1) || true
    fail "cannot listen on $(bracketed "$address"):$port${holder:+, $holder listens there}; --port N takes another port"
  done
}

start_nginx() {
  local directory=$state/nginx module
  module=/usr/lib/nginx/modules/ngx_rtmp_module.so
  [ -r "$module" ] || fail "$module is missing: Debian's libnginx-mod-rtmp should have brought it"
  can_bind 127.0.0.1 "$media_port" || media_port=$(free_port)
  mkdir -p "$directory"
  {
    [ "$(id -u)" != 0 ] || printf 'user www-data;\n'
    cat <<CONF
load_module $module;
worker_processes 1;
pid $directory/nginx.pid;
error_log $state/logs/nginx.log warn;
events { }
rtmp {
  server {
    listen 127.0.0.1:$media_port;
    application live { live on; wait_key on; }
  }
}
CONF
  } >"$directory/nginx.conf"
  rm -f "$directory/nginx.pid"
  if ! nginx -p "$directory" -e "$state/logs/nginx.log" -c "$directory/nginx.conf" 9>&- 2>"$state/logs/nginx-start.log" ||
    ! wait_until 10 remember_from nginx "$directory/nginx.pid"; then
    show_tail "$state/logs/nginx-start.log" "$state/logs/nginx.log"
    fail "nginx did not start on port $media_port"
  fi
  note "rtmp://127.0.0.1:$media_port/live"
}

# remember_from NAME PIDFILE
remember_from() {
  [ -s "$2" ] && remember "$1" "$(cat "$2")"
}

# Apache's worker user must be able to run the gateway and read the page, wherever the source tree lies: both are copied.
install_programs() {
  install -d "$state/bin" "$state/www"
  install -m 755 "$build_dir/rtmpt-gateway" "$state/bin/rtmpt-gateway"
  install -m 644 "$build_dir/mod_rtmpt_proxy.so" "$state/bin/mod_rtmpt_proxy.so"
}

# example: the configuration of the site, as it is installed.
example() { if [ -n "$hub" ]; then printf 'one-apache.conf\n'; else printf 'site-with-streams.conf\n'; fi; }

apache_conf() {
  local modules address name
  modules=$(apxs -q LIBEXECDIR)
  cat <<CONF
ServerRoot $state
ServerName localhost
PidFile $state/apache.pid
ErrorLog $state/logs/apache.log
LogLevel info
Timeout 60
CONF
  for name in mpm_event authz_core authz_host dir mime proxy; do
    printf 'LoadModule %s_module %s/mod_%s.so\n' "$name" "$modules" "$name"
  done
  printf 'LoadModule rtmpt_proxy_module %s/bin/mod_rtmpt_proxy.so\nRTMPTGateway %s/bin/rtmpt-gateway\n' "$state" "$state"
  [ "$(id -u)" != 0 ] || printf 'User www-data\nGroup www-data\n'
  for address in $(listen_addresses); do printf 'Listen %s:%s\n' "$(bracketed "$address")" "$port"; done
  cat <<CONF
DirectoryIndex index.html
TypesConfig /dev/null
AddType text/html .html
LogFormat "%h %t \"%m %U\" %>s %b" request
CustomLog $state/logs/access.log request
Define SITE_PORT $port
Define SITE_NAME localhost
Define SITE_ROOT $state/www
Define MEDIA_SERVER rtmp://127.0.0.1:$media_port
Include $state/$(example)
CONF
}

served_by() {
  if [ -n "$hub" ]; then
    printf 'Nothing else serves them: the streams stay in the gateway of its module.\n'
  else
    printf 'Behind it nginx with its RTMP module serves them; Apache reaches it at rtmp://127.0.0.1:%s.\n' "$media_port"
  fi
}

web_page() {
  cat <<HTML
<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>mod_rtmpt_proxy</title>
<h1>Pages and streams on one port</h1>
<p>This page comes from the Apache httpd that also carries streams by RTMPT and by RTMP, on port $port.
$(served_by)</p>
<p>A test picture is being published by each. To see them: <code>ffplay $(url_of rtmpt)</code>,
<code>ffplay $(url_of rtmp)</code></p>
</html>
HTML
}

page_answers() {
  curl --silent --fail --noproxy '*' --max-time 5 --output /dev/null "$page_url"
}

start_apache() {
  local httpd host
  case "$listen" in '' | 0.0.0.0 | ::) host=127.0.0.1 ;; *) host=$(bracketed "$listen") ;; esac
  site=$host:$port
  page_url=http://$site/
  httpd=$(apxs -q sbindir)/$(apxs -q progname)
  install_programs
  install -m 644 "$source_dir/conf.d/examples/$(example)" "$state/$(example)"
  web_page >"$state/www/index.html"
  apache_conf >"$state/httpd.conf"
  : >"$state/logs/apache.log"
  rm -f "$state/apache.pid"
  if ! "$httpd" -d "$state" -f "$state/httpd.conf" -k start 9>&- >"$state/logs/apache-start.log" 2>&1 ||
    ! wait_until 10 remember_from apache "$state/apache.pid" || ! wait_until 10 page_answers; then
    show_tail "$state/logs/apache-start.log" "$state/logs/apache.log"
    fail "Apache did not start, or does not serve $page_url"
  fi
  note "$page_url answers"
}

# gateway_pids: the processes that run the copy of the gateway under $state, whose path nobody else uses.
gateway_pids() {
  local process
  for process in /proc/[0-9]*; do
    case "$(readlink "$process/exe" 2>/dev/null)" in
      "$state/bin/rtmpt-gateway" | "$state/bin/rtmpt-gateway (deleted)") printf '%s ' "${process#/proc/}" ;;
    esac
  done
}

no_gateway_left() { [ -z "$(gateway_pids)" ]; }
