// SPDX-License-Identifier: Apache-2.0
#include "module/retirement/retirement.hpp"

#include "module/core/message_ids.hpp"
#include "module/core/mpm_facts.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

using policy::RetiredVerdict;

// All threads of the site can be busy for a moment. Streams end only when that lasts this long.
constexpr std::chrono::milliseconds kLackLasts{250};

const char* words_for(RetiredVerdict verdict) {
  switch (verdict) {
  case RetiredVerdict::too_many: return "more retired children of httpd carry streams than may";
  case RetiredVerdict::no_place: return "the site's pages need the place of this retired child of httpd";
  case RetiredVerdict::too_long: return "this retired child of httpd has lived on for long enough";
  case RetiredVerdict::live_on: break;
  }
  return "";
}

} // namespace

policy::RetiredChildrenRules retired_children_rules(const server_rec* main_server) {
  const ServerConfig& config = server_config(main_server);
  policy::RetiredChildrenRules rules;
  rules.most =
      policy::most_retired_children(mpm_number(AP_MPMQ_HARD_LIMIT_DAEMONS),
                                    config.retired_children ? *config.retired_children : policy::kHalfOfServerLimit);
  rules.longest_life = config.retired_life.value_or(policy::kDefaultRetiredLife);
  rules.fewest_idle_threads = std::max<std::size_t>(1, threads_per_child() / 4);
  return rules;
}

void Retirement::note(std::size_t streams) {
  if (!entry_) entry_ = board_.own_entry();
  if (!entry_) return;
  if (entry_->retired_at.load() == 0) entry_->retired_at.store(now_milliseconds());
  if (streams == 0 && entry_->emptied_at.load() == 0) entry_->emptied_at.store(now_milliseconds());
  entry_->streams.store(static_cast<std::uint32_t>(streams));
}

bool Retirement::must_end(std::size_t streams) {
  if (!beside_) return judge(streams);
  if (!judge(streams + beside_->count)) return false;
  beside_->must_end = true;
  return true;
}

bool Retirement::judge(std::size_t streams) {
  note(streams);
  // In a graceful stop no child follows, and rtmpt-gateway ends the streams.
  if (!entry_ || streams == 0 || graceful_stop_until() != 0) return false;
  std::size_t own = 0;
  const std::vector<policy::ChildPlace> places = board_.places(entry_, own);
  const Deadline now = Clock::now();
  if (!policy::pages_lack_place(places, rules_))
    lacks_place_since_ = Deadline::max();
  else if (lacks_place_since_ == Deadline::max())
    lacks_place_since_ = now;
  const bool lacks_place = lacks_place_since_ != Deadline::max() && now - lacks_place_since_ >= kLackLasts;
  const RetiredVerdict verdict = policy::judge_retired_child(places, own, rules_, lacks_place);
  if (verdict == RetiredVerdict::live_on) return false;
  warn(verdict, streams, static_cast<std::size_t>(std::count_if(places.begin(), places.end(), [](const auto& place) {
         return place.use == policy::ChildUse::retired && place.streams != 0;
       })));
  return true;
}

void Retirement::warn(RetiredVerdict verdict, std::size_t streams, std::size_t children) const {
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server_,
               "%s: %" APR_SIZE_T_FMT " stream%s over TLS end%s: %s; %" APR_SIZE_T_FMT
               " retired children carry streams, RTMPTRetiredChildren allows %" APR_SIZE_T_FMT
               " for %lds each, ServerLimit is %" APR_SIZE_T_FMT
               ". Raise ServerLimit, or let children retire less often (graceful, MaxConnectionsPerChild)",
               ids::kRetiredStreamsEnd, streams, streams == 1 ? "" : "s", streams == 1 ? "s" : "", words_for(verdict),
               children, rules_.most,
               static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(rules_.longest_life).count()),
               board_.size());
}

} // namespace rtmpt_proxy::apache
