// SPDX-License-Identifier: Apache-2.0
#include "probe/advice.hpp"

#include "probe/shown_text.hpp"

#include <string>

namespace rtmpt_proxy::probe {

namespace {

constexpr const char* kLookAtLogs = "look for lines with RTMPT in httpd's error log; docs/messages.md tells each";

// In which <Location> this step's requests are.
std::string location_of(StepName step) {
  switch (step) {
  case StepName::handshake:
  case StepName::connect: return R"(<Location "/send"> and <Location "/idle">)";
  case StepName::close: return R"(<Location "/close">)";
  default: return R"(<Location "/open">)";
  }
}

Advice advice_for_open_status(int status) {
  if (status == 400)
    return {"the port expects TLS, or no RTMPT", "try the URL with the other scheme, rtmpts:// or rtmpt://"};
  if (status == 404)
    return {"the request reached a virtual host without streams, or mod_rtmpt_proxy is not loaded",
            "'apachectl -S' shows which virtual host has this name and port; it needs a RTMPTProxyPass"};
  if (status == 405 || status == 411 || status == 501)
    return {"what answers is no tunnel, or a proxy in front does not pass POST",
            "see which program listens at this port"};
  if (status == 502 || status == 504)
    return {"a proxy in front of httpd does not reach httpd", "see that httpd runs, and the proxy's own log"};
  if (status == 503 || status == 429)
    return {"the media server is down, a limit of sessions is reached, or rtmpt-gateway does not run", kLookAtLogs};
  if (status == 508) return {"the rtmpt:// backend leads back to this httpd", "write the media server's own address"};
  return {"httpd or a module failed", kLookAtLogs};
}

Advice advice_for_session_status(StepName step, int status) {
  if (status == 404 || status == 421) {
    if (step == StepName::close)
      return {"the media server had ended the session already", "nothing, if the steps before are good"};
    return {"the media server has ended the session, or the requests of one session reach different httpds",
            step == StepName::connect ? "look for this application in the media server's configuration and log"
                                      : "look at the media server's log; RTMPTForwardClient and it must agree about a "
                                        "PROXY header; a balancer in front must keep a client at one httpd"};
  }
  if (status == 413) return {"a limit for bodies is too small for a handshake", "raise LimitRequestBody"};
  return {"httpd or a module refuses the stream after it has begun", kLookAtLogs};
}

} // namespace

Advice advice_for_status(StepName step, const HttpAnswer& answer) {
  const int status = answer.status;
  if (const std::string id = message_id_in(answer.body); !id.empty())
    return {"the answer names " + id, "docs/messages.md tells what " + id + " means and what to do"};
  if (status >= 300 && status < 400)
    return {"a proxy in front of httpd, or a rule, redirects streams, and their clients do not follow",
            "leave /open, /send, /idle and /close out of the redirect"};
  if (status == 401 || status == 407)
    return {"a password is asked for, and RTMPT clients send none", "leave " + location_of(step) + " out of it"};
  if (status == 403)
    return {"Require, a RewriteRule, ModSecurity or another module refuses this client",
            "see Require in " + location_of(step) + "; httpd's error log names the module"};
  return step == StepName::open ? advice_for_open_status(status) : advice_for_session_status(step, status);
}

Advice advice_for_stranger(StepName step, bool tls) {
  if (step != StepName::open)
    return {"a proxy in front changes the answers", "see which programs stand between clients and httpd"};
  return {tls ? "what answers here carries no streams"
              : "what answers here is a page, or no web server, or expects TLS",
          tls ? "see which program listens at this port, and that its virtual host has a RTMPTProxyPass"
              : "see which program listens at this port; if it expects TLS, write rtmpts://"};
}

Advice advice_for_loss(StepName step, Loss loss) {
  if (loss == Loss::timed_out && step == StepName::connect)
    return {"the media server does not answer", "look at the media server; with a longer --timeout it may answer"};
  if (loss == Loss::timed_out)
    return {"what listens is too slow, hangs, or is no web server",
            "see which program listens at this port; 'apachectl -S' and httpd's error log show whether it is httpd"};
  if (step == StepName::open)
    return {"what listens closes such connections: it expects TLS or a PROXY header, or is no web server",
            "try the other scheme; with RPAFproxyProtocol On only the proxy can be asked"};
  return {"the media server, httpd or a proxy in front ended the stream", kLookAtLogs};
}

Advice advice_for_close(StepName step) {
  if (step == StepName::open)
    return {"KeepAlive is Off, or a proxy in front ends connections; clients of RTMPT end with them",
            "set KeepAlive On for this virtual host, and let the proxy keep connections"};
  return {"the media server has ended the session",
          step == StepName::connect ? "look for this application in the media server's configuration and log"
                                    : "look at the media server's log; RTMPTForwardClient and it must agree about a "
                                      "PROXY header"};
}

Advice advice_for_refusal() {
  return {"the media server does not take clients for this application",
          "correct the application in the URL, or see the media server's configuration and log"};
}

Advice advice_for_no_rtmp() {
  return {"what the backend's URL leads to is no RTMP server, or it expects a PROXY header",
          "compare RTMPTProxyPass with the media server's port; see RTMPTForwardClient"};
}

} // namespace rtmpt_proxy::probe
