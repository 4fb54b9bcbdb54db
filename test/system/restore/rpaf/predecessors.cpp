// SPDX-License-Identifier: Apache-2.0
#include "restore/rpaf/predecessors.hpp"

#include "support/os/text_file.hpp"

namespace rtmpt_proxy::test {

namespace {

struct Meaning {
  bool enabled = false;
  std::string proxies;
  std::string header = "X-Forwarded-For";
  bool set_host = false;
  std::string others; // lines that are nobody's of RPAF
};

std::string word_of(const std::string& line) {
  std::string word;
  for (const char c : line.substr(0, line.find(' ')))
    if (c != '_') word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

void read(Meaning& meaning, const std::string& text) {
  bool own_proxies = false;
  for (const auto& line : lines_of(text)) {
    const auto word = word_of(line);
    const auto value = line.substr(std::min(line.find(' ') + 1, line.size()));
    if (word == "rpafenable") meaning.enabled = value == "On";
    if (word == "rpafheader") meaning.header = value;
    if (word == "rpafsethostname") meaning.set_host = value == "On";
    if (word == "rpafproxyips") {
      meaning.proxies = own_proxies ? meaning.proxies + " " + value : value;
      own_proxies = true;
    }
    if (!word.starts_with("rpaf")) meaning.others += line + "\n";
  }
}

} // namespace

std::string directives_for(Restorer restorer, const std::string& inherited, const std::string& own) {
  if (restorer == Restorer::ours) return own;
  Meaning meaning;
  read(meaning, inherited);
  meaning.others.clear();
  read(meaning, own);
  if (!meaning.enabled) return meaning.others;
  if (restorer == Restorer::mod_remoteip)
    return meaning.others + "RemoteIPHeader " + meaning.header + "\nRemoteIPInternalProxy " + meaning.proxies + "\n";
  return meaning.others + "RPAFenable On\nRPAFheader " + meaning.header + "\nRPAFproxy_ips " + meaning.proxies +
         "\nRPAFsethostname " + (meaning.set_host ? "On" : "Off") + "\n";
}

} // namespace rtmpt_proxy::test
