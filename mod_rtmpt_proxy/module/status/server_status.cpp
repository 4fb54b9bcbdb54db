// SPDX-License-Identifier: Apache-2.0
#include "module/status/server_status.hpp"

#include "local/patience.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/status/gateway_status.hpp"

#include <rtmpt_proxy/policy/logs/stream_figures.hpp>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kTimeFormat = "%A, %d-%b-%Y %H:%M:%S %Z"; // as mod_status has it

bool has_streams(const server_rec* server) {
  for (; server; server = server->next)
    if (server_config(server).has_streams) return true;
  return false;
}

struct Section {
  std::string problem; // of the gateway; empty: none
  std::string text;    // as the gateway wrote it, checked
  policy::StreamFigures figures;
};

Section ask(request_rec* r) {
  protocol::AskStatus question;
  question.form = protocol::StatusForm::summary;
  std::string text;
  Section section;
  section.problem = ask_status(r, std::move(question), local::patience::kServerStatusPiece,
                               [&text](const protocol::StatusPiece& piece) {
                                 text += piece.bytes;
                                 return text.size() <= protocol::kMaxStatusPieceBytes; // a summary is a few lines
                               });
  if (!section.problem.empty()) return section;
  if (const auto figures = policy::parse_stream_figures(text)) {
    section.figures = *figures;
    section.text = std::move(text);
  } else {
    section.problem = "rtmpt-gateway tells figures that are none";
  }
  return section;
}

void write_text(request_rec* r, const Section& section) {
  ap_rprintf(r, "RtmptGatewayAnswers: %d\n", section.problem.empty() ? 1 : 0);
  ap_rputs(section.text.c_str(), r);
}

const char* since(request_rec* r, std::chrono::seconds uptime) {
  return ap_ht_time(r->pool, r->request_time - apr_time_from_sec(uptime.count()), kTimeFormat, 0);
}

void write_html(request_rec* r, const Section& section) {
  ap_rputs("<hr />\n<h1>RTMPT Streams</h1>\n<dl>\n", r);
  if (!section.problem.empty()) {
    ap_rprintf(r, "<dt>%s</dt>\n</dl>\n", ap_escape_html(r->pool, section.problem.c_str()));
    return;
  }
  const policy::StreamFigures& figures = section.figures;
  const auto number = [](std::uint64_t value) { return static_cast<apr_uint64_t>(value); };
  ap_rprintf(r,
             "<dt>%" APR_UINT64_T_FMT " sessions now: %" APR_UINT64_T_FMT " publishing, %" APR_UINT64_T_FMT
             " playing</dt>\n",
             number(figures.sessions), number(figures.publishing), number(figures.playing));
  ap_rprintf(r, "<dt>From clients %s, to clients %s</dt>\n",
             policy::bit_rate_text(figures.receiving_bits_per_second).c_str(),
             policy::bit_rate_text(figures.sending_bits_per_second).c_str());
  ap_rprintf(r,
             "<dt>Since %s: %" APR_UINT64_T_FMT " sessions, %" APR_UINT64_T_FMT
             " requests, %s from clients, %s to clients</dt>\n</dl>\n",
             since(r, figures.uptime), number(figures.opened), number(figures.requests),
             policy::bytes_text(figures.received_bytes).c_str(), policy::bytes_text(figures.sent_bytes).c_str());
}

int write_section(request_rec* r, int flags) {
  if (!has_streams(ap_server_conf)) return DECLINED;
  const Section section = ask(r);
  if (flags & AP_STATUS_SHORT)
    write_text(r, section);
  else
    write_html(r, section);
  return OK;
}

} // namespace

void register_server_status_hooks(apr_pool_t*) {
  // No order: each module adds its own section.
  APR_OPTIONAL_HOOK(ap, status_hook, (guarded<write_section, DECLINED>), nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
