// SPDX-License-Identifier: Apache-2.0
#include "support/clients/librtmp_session.hpp"

#include <librtmp/log.h>

#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

constexpr int kSilenceSeconds = 15; // librtmp gives up after that long without a byte

} // namespace

LibrtmpSession::LibrtmpSession(std::string url) : url_(std::move(url)), rtmp_(RTMP_Alloc()) {
  RTMP_Init(rtmp_);
  RTMP_LogSetLevel(RTMP_LOGCRIT);
  rtmp_->Link.timeout = kSilenceSeconds;
}

LibrtmpSession::~LibrtmpSession() {
  RTMP_Close(rtmp_);
  RTMP_Free(rtmp_);
}

bool LibrtmpSession::begin(LibrtmpRole role) {
  if (RTMP_SetupURL(rtmp_, url_.data()) == 0) return false;
  if (role == LibrtmpRole::publisher) RTMP_EnableWrite(rtmp_);
  return RTMP_Connect(rtmp_, nullptr) != 0 && RTMP_ConnectStream(rtmp_, 0) != 0;
}

void LibrtmpInterrupt::watch(LibrtmpSession* session) {
  const std::lock_guard lock(mutex_);
  session_ = session;
}

void LibrtmpInterrupt::interrupt() {
  const std::lock_guard lock(mutex_);
  if (session_ != nullptr) shutdown(RTMP_Socket(session_->get()), SHUT_RDWR);
}

} // namespace rtmpt_proxy::test
