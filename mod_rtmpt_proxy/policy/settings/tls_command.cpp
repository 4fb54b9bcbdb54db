// SPDX-License-Identifier: Apache-2.0
#include "policy/text/header_text.hpp"

#include <rtmpt_proxy/policy/settings/tls_command.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::policy {

namespace {

struct Command {
  std::string_view name;
  TlsCommandUse use;
};

// The commands of SSL_CONF_cmd(3) for configuration files. VerifyMode shows as the wish for a client's certificate, and
// a chain that is built from ChainCA files as the chain. DH parameters: the gateway lets OpenSSL choose those that fit
// the key, as mod_ssl does without the line.
constexpr std::array kCommands{
    Command{"CipherString", TlsCommandUse::shows},
    Command{"Ciphersuites", TlsCommandUse::shows},
    Command{"Protocol", TlsCommandUse::shows},
    Command{"MinProtocol", TlsCommandUse::shows},
    Command{"MaxProtocol", TlsCommandUse::shows},
    Command{"Options", TlsCommandUse::shows},
    Command{"Certificate", TlsCommandUse::shows},
    Command{"PrivateKey", TlsCommandUse::shows},
    Command{"ChainCAFile", TlsCommandUse::shows},
    Command{"ChainCAPath", TlsCommandUse::shows},
    Command{"ChainCAStore", TlsCommandUse::shows},
    Command{"VerifyMode", TlsCommandUse::shows},
    Command{"Groups", TlsCommandUse::repeated},
    Command{"Curves", TlsCommandUse::repeated},
    Command{"ECDHParameters", TlsCommandUse::repeated},
    Command{"SignatureAlgorithms", TlsCommandUse::repeated},
    Command{"RecordPadding", TlsCommandUse::repeated},
    Command{"ClientSignatureAlgorithms", TlsCommandUse::not_needed},
    Command{"VerifyCAFile", TlsCommandUse::not_needed},
    Command{"VerifyCAPath", TlsCommandUse::not_needed},
    Command{"VerifyCAStore", TlsCommandUse::not_needed},
    Command{"RequestCAFile", TlsCommandUse::not_needed},
    Command{"RequestCAPath", TlsCommandUse::not_needed},
    Command{"RequestCAStore", TlsCommandUse::not_needed},
    Command{"ClientCAFile", TlsCommandUse::not_needed},
    Command{"ClientCAPath", TlsCommandUse::not_needed},
    Command{"ClientCAStore", TlsCommandUse::not_needed},
    Command{"NumTickets", TlsCommandUse::not_needed},
    Command{"DHParameters", TlsCommandUse::not_needed},
};

} // namespace

TlsCommandUse use_of_tls_command(std::string_view name) {
  const auto* const found = std::find_if(kCommands.begin(), kCommands.end(), [name](const Command& command) {
    return equal_in_any_case(command.name, name);
  });
  return found == kCommands.end() ? TlsCommandUse::impossible : found->use;
}

} // namespace rtmpt_proxy::policy
