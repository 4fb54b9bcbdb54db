#include "control/command_line.hpp"

#include "local/patience.hpp"

#include <rtmpt_proxy/policy/routing/backend_url.hpp>

#include <CLI/CLI.hpp>

#include <sstream>
#include <string_view>

namespace rtmpt_proxy::control {

namespace {

constexpr std::uint32_t kMostSeconds = local::patience::kMostControlAnswer.count();
constexpr std::size_t kMaxNameBytes = 128;

constexpr const char* kCommands = "One of status, sessions, backends, end, drain and enable";

constexpr const char* kFooter =
    "Exit status: 0 done, 1 no such session or media server, 2 wrong command line, 3 no contact, 4 other failure.";

protocol::BackendAddress address_of(const policy::BackendUrl& url) {
  using protocol::BackendKind;
  return {url.scheme == policy::BackendScheme::rtmpt ? BackendKind::rtmpt : BackendKind::rtmp, url.host, url.port};
}

std::string check_url(const std::string& text) {
  const policy::BackendUrlResult result = policy::parse_backend_url(text);
  return result.error;
}

std::string check_name(const std::string& name) {
  return name.empty() || name.size() > kMaxNameBytes ? "expected the name of a session" : std::string();
}

// The program's words, bound to `order`.
class Words {
 public:
  Words(Order& order, const std::string& version)
      : order_(order), app_("Shows and directs the RTMPT sessions of an httpd with mod_rtmpt_proxy.", "rtmptctl") {
    app_.add_option("-s,--socket", order_.socket, "The control socket (RTMPTControlSocket)")->capture_default_str();
    app_.add_flag("-j,--json", order_.json, "Print JSON");
    app_.add_option("-t,--timeout", patience_, "Seconds to wait for the gateway")
        ->capture_default_str()
        ->check(CLI::Range(1u, kMostSeconds));
    app_.set_version_flag("-V,--version", "rtmptctl " + version);
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.footer(kFooter);
    add_views();
    add_orders();
  }

  CLI::App& app() { return app_; }
  std::chrono::seconds patience() const { return std::chrono::seconds(patience_); }

 private:
  void add_views() {
    add_view("status", "Show the gateway and its totals", View::status);
    add_view("sessions", "List the live sessions", View::sessions);
    add_view("backends", "List the media servers", View::backends);
  }

  void add_view(const char* name, const char* help, View view) {
    app_.add_subcommand(name, help)->callback([this, view] {
      order_.view = view;
      order_.message = protocol::AskStatus{};
    });
  }

  void add_orders() {
    CLI::App* const end = app_.add_subcommand("end", "End a session");
    end->add_option("SESSION", order_.object, "Its name, as sessions lists it")
        ->required()
        ->check(CLI::Validator(check_name, ""));
    end->callback([this] { order_.message = protocol::EndSession{protocol::SessionName(order_.object)}; });
    add_drain("drain", "Give a media server no more new sessions", true);
    add_drain("enable", "Give it new sessions again", false);
  }

  void add_drain(const char* name, const char* help, bool drained) {
    CLI::App* const drain = app_.add_subcommand(name, help);
    drain->add_option("URL", order_.object, "rtmp://host[:port] or rtmpt://host[:port]")
        ->required()
        ->check(CLI::Validator(check_url, ""));
    drain->callback([this, drained] {
      order_.message = protocol::DrainBackend{address_of(policy::parse_backend_url(order_.object).url), drained};
    });
  }

  Order& order_;
  std::uint32_t patience_ = local::patience::kControlAnswer.count();
  CLI::App app_;
};

} // namespace

CommandLine read_command_line(int count, const char* const* words, const std::string& version) {
  CommandLine result;
  result.order.socket = RTMPT_DEFAULT_CONTROL_SOCKET;
  Words known(result.order, version);
  try {
    known.app().parse(count, words);
    if (known.app().get_subcommands().empty()) throw CLI::RequiredError(kCommands);
    result.order.patience = known.patience();
  } catch (const CLI::ParseError& end) {
    std::ostringstream output;
    std::ostringstream error;
    const int code = known.app().exit(end, output, error);
    result.finished = true;
    result.status = code == 0 ? ExitStatus::done : ExitStatus::usage;
    result.output = output.str();
    result.error = error.str();
  }
  return result;
}

} // namespace rtmpt_proxy::control
