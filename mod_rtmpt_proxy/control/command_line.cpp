// SPDX-License-Identifier: Apache-2.0
#include "control/command_line.hpp"

#include "local/patience.hpp"

#include <rtmpt_proxy/policy/routing/backend_url.hpp>
#include <rtmpt_proxy/policy/settings/setting_text.hpp>

#include <CLI/CLI.hpp>

#include <limits>
#include <sstream>
#include <string_view>

namespace rtmpt_proxy::control {

namespace {

constexpr std::uint32_t kMostSeconds = local::patience::kMostControlAnswer.count();
constexpr std::size_t kMaxNameBytes = 128;

constexpr const char* kCommands =
    "One of status, sessions, backends, bans, pulls, top, probe, sign, end, unban, drain and enable";

constexpr const char* kFooter =
    "Exit status: 0 done, 1 no such session, ban or media server, or a broken way, 2 wrong command line, 3 no contact,"
    " 4 other failure.";

protocol::BackendAddress address_of(const policy::BackendUrl& url) {
  return {policy::kind_of(url.scheme), url.host, url.port};
}

std::string check_url(const std::string& text) {
  const policy::BackendUrlResult result = policy::parse_backend_url(text);
  return result.error;
}

std::string check_probe_url(const std::string& text) {
  return probe::parse_probe_url(text).error;
}

std::string check_life(const std::string& text) {
  const auto life = policy::parse_time(text);
  return life && *life >= std::chrono::seconds(1) ? std::string()
                                                  : "expected a time of a second or more, such as 10min";
}

std::string check_name(const std::string& name) {
  return name.empty() || name.size() > kMaxNameBytes ? "expected the name of a session" : std::string();
}

// As httpd writes times, and `10m` for minutes, which people write.
std::optional<std::chrono::milliseconds> parse_ban(const std::string& text) {
  return policy::parse_time(text.ends_with('m') ? text + "in" : text);
}

std::string check_ban(const std::string& text) {
  const auto time = parse_ban(text);
  return time && time->count() > 0 && *time <= protocol::kMaxBan
             ? std::string()
             : "expected a time between 1ms and 168h, such as 10m or 2h";
}

constexpr std::string_view kAllBans = "all";

// Numbers begin with 1.
std::string check_ban_number(const std::string& text) {
  const auto number = policy::parse_count(text, std::numeric_limits<std::uint32_t>::max());
  return text == kAllBans || number.value_or(0) > 0 ? std::string() : "expected a number that 'bans' lists, or all";
}

// The program's words, bound to `order`.
class Words {
 public:
  Words(Order& order, const std::string& version)
      : order_(order), app_("Shows and directs the RTMPT sessions of an httpd with mod_rtmpt_proxy.", "rtmptctl") {
    app_.add_option("-s,--socket", order_.socket, "The control socket (RTMPTControlSocket)")->capture_default_str();
    app_.add_flag("-j,--json", order_.json, "Print JSON");
    app_.add_option("-t,--timeout", patience_, "Seconds to wait for the gateway; for probe: for all of it")
        ->capture_default_str()
        ->check(CLI::Range(1u, kMostSeconds));
    app_.set_version_flag("-V,--version", "rtmptctl " + version);
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.footer(kFooter);
    add_views();
    add_top();
    add_probe();
    add_sign();
    add_orders();
  }

  CLI::App& app() { return app_; }
  std::chrono::seconds patience() const { return std::chrono::seconds(patience_); }

 private:
  void add_views() {
    add_view("status", "Show the gateway and its totals", View::status);
    add_view("sessions", "List the live sessions", View::sessions);
    add_view("backends", "List the media servers", View::backends);
    add_view("bans", "List the bans that hold", View::bans);
    add_view("pulls", "List the streams that are fetched from media servers", View::pulls);
  }

  void add_view(const char* name, const char* help, View view) {
    app_.add_subcommand(name, help)->callback([this, view] {
      order_.view = view;
      order_.message = protocol::AskStatus{};
    });
  }

  void add_top() {
    CLI::App* const top = app_.add_subcommand("top", "Watch the live sessions");
    top->add_option("-i,--interval", interval_, "Seconds between two looks")
        ->capture_default_str()
        ->check(CLI::Range(1u, kMostSeconds));
    top->add_option("--sort", sort_, "rate, age, client, host or stream")
        ->capture_default_str()
        ->check(CLI::IsMember(sort_names()));
    top->add_flag("--once", once_, "Print one page and end");
    top->callback([this] {
      order_.message = protocol::AskStatus{};
      order_.view = View::sessions;
      order_.live = LiveOrder{std::chrono::seconds(interval_), find_sort(sort_), once_};
    });
  }

  void add_probe() {
    CLI::App* const probe = app_.add_subcommand("probe", "Try a stream's URL as a client would");
    probe->add_option("URL", url_, "rtmpt://host[:port][/app] or rtmpts://host[:port][/app]")
        ->required()
        ->check(CLI::Validator(check_probe_url, ""));
    probe->add_flag("--insecure", insecure_, "Go on whatever the certificate is");
    probe->callback([this] { order_.probe = ProbeOrder{probe::parse_probe_url(url_).url, insecure_, patience()}; });
  }

  void add_sign() {
    CLI::App* const sign = app_.add_subcommand("sign", "Make a stream's URL that expires");
    sign->add_option("URL", sign_.url, "The stream's URL, as a client has it")->required();
    sign->add_option("-k,--keys", sign_.key_file, "The file of RTMPTTokenKeys")->required();
    sign->add_option("--key", sign_.key_id, "The id of the key; the first of the file by default");
    CLI::App* const methods = sign->add_option_group("what for");
    methods->add_flag("--publish", sign_.publishes, "To publish the stream");
    methods->add_flag("--play", sign_.plays, "To play the stream");
    methods->require_option(1);
    sign->add_option("--for", life_, "How long it is good, such as 90s, 10min or 12h")
        ->capture_default_str()
        ->check(CLI::Validator(check_life, ""));
    sign->add_option("--address", sign_.address, "The only address that may use it");
    sign->add_flag("--obs", sign_.for_encoder, "Print server and stream key apart");
    sign->callback([this] {
      sign_.life = std::chrono::duration_cast<std::chrono::seconds>(*policy::parse_time(life_));
      order_.sign = sign_;
    });
  }

  void add_orders() {
    CLI::App* const end = app_.add_subcommand("end", "End a session");
    end->add_option("SESSION", order_.object, "Its name, as sessions lists it")
        ->required()
        ->check(CLI::Validator(check_name, ""));
    end->add_option("--ban", ban_,
                    "For so long its client opens no session at that host, and nobody publishes its stream")
        ->check(CLI::Validator(check_ban, "TIME"));
    end->callback([this] {
      const auto ban = parse_ban(ban_).value_or(std::chrono::milliseconds{0});
      order_.message = protocol::EndSession{protocol::SessionName(order_.object), ban};
    });
    add_unban();
    add_drain("drain", "Give a media server no more new sessions", true);
    add_drain("enable", "Give it new sessions again", false);
  }

  void add_unban() {
    CLI::App* const unban = app_.add_subcommand("unban", "Lift a ban");
    unban->add_option("NUMBER", order_.object, "Its number, as bans lists it, or all")
        ->required()
        ->check(CLI::Validator(check_ban_number, ""));
    unban->callback([this] {
      const bool is_all = order_.object == kAllBans;
      order_.message = protocol::LiftBan{is_all ? 0 : std::stoull(order_.object)};
    });
  }

  void add_drain(const char* name, const char* help, bool drained) {
    CLI::App* const drain = app_.add_subcommand(name, help);
    drain->add_option("URL", order_.object, "rtmp://host[:port], rtmps://host[:port] or rtmpt://host[:port]")
        ->required()
        ->check(CLI::Validator(check_url, ""));
    drain->callback([this, drained] {
      order_.message = protocol::DrainBackend{address_of(policy::parse_backend_url(order_.object).url), drained};
    });
  }

  Order& order_;
  SignOrder sign_;
  std::string life_ = "1h";
  std::uint32_t interval_ = 1;
  std::string sort_ = sort_names().front();
  bool once_ = false;
  std::string ban_;
  std::string url_;
  bool insecure_ = false;
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
