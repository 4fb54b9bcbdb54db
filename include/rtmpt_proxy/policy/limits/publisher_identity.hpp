// SPDX-License-Identifier: Apache-2.0
// Who publishes a stream, and who may go on in another session (RTMPTOnePublisher).
#pragma once

#include <string>

namespace rtmpt_proxy::policy {

struct PublisherIdentity {
  std::string user;    // whom httpd has authenticated; empty: nobody
  std::string address; // the client's, as limits count it; empty: unknown
  bool operator==(const PublisherIdentity&) const = default;
};

// Whether `newcomer` may end the session of `holder` and publish the stream itself: an encoder that comes back before
// its old connection is found dead. Where httpd has authenticated the holder, only the same user may; otherwise
// everybody with the same address, which all clients behind one router share.
bool may_take_over(const PublisherIdentity& holder, const PublisherIdentity& newcomer);

} // namespace rtmpt_proxy::policy
