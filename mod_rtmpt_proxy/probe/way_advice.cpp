// SPDX-License-Identifier: Apache-2.0
#include "probe/way_advice.hpp"

namespace rtmpt_proxy::probe {

Advice advice_for_way(WayFault fault) {
  switch (fault) {
  case WayFault::no_such_name: return {"the name is misspelt, or has no address", "correct the URL, or the name's DNS"};
  case WayFault::no_name_server: return {"no name server answers", "repair this machine's name resolution"};
  case WayFault::refused:
    return {"httpd does not run, or does not listen at this port",
            "start it, and see its Listen; in a container, see the published port"};
  case WayFault::no_answer:
    return {"a firewall drops the packets, or the host is down", "see the firewall and the host"};
  case WayFault::unreachable: return {"the network has no way to this address", "see routes and firewall"};
  case WayFault::no_tls:
    return {"the port does not speak TLS, or no version that this machine takes",
            "write rtmpt:// for a port without TLS; see SSLEngine and SSLProtocol of the virtual host"};
  case WayFault::expired:
    return {"the certificate was not renewed, or httpd was not reloaded since",
            "renew it, then 'apachectl graceful'; --insecure goes on all the same"};
  case WayFault::not_yet_valid: return {"a clock is wrong, here or where it was made", "correct the clock"};
  case WayFault::other_name:
    return {"the certificate is for another name, or the name reaches another virtual host",
            "see ServerName and SSLCertificateFile of the virtual host; --insecure goes on all the same"};
  case WayFault::unknown_issuer:
    return {"the certificate is self-signed, its chain is incomplete, or its issuer is none of the system's",
            "let SSLCertificateFile have the whole chain; --insecure goes on all the same"};
  case WayFault::bad_certificate:
    return {"the certificate is not good for this use", "make a new one; --insecure goes on all the same"};
  }
  return {};
}

} // namespace rtmpt_proxy::probe
