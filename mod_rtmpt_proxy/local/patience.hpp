// SPDX-License-Identifier: Apache-2.0
// How long one of the programs waits for another: httpd's parent, its children, rtmpt-gateway and rtmptctl. All on one
// machine, so these times are for a machine that is busy or a program that hangs, not for a network.
#pragma once

#include <chrono>

namespace rtmpt_proxy::local::patience {

using std::chrono::milliseconds;
using std::chrono::seconds;

// --- a thread of httpd's child waits for the gateway ---

// Any request may wait this long. To wait longer it needs a leave, because the site must never wait for streams. A
// busy gateway answers sooner, and a page that queues behind such a request still comes within half a second.
inline constexpr milliseconds kEveryRequest{300};
// The same for each further gateway that a request asks, after the one that most likely has its session.
inline constexpr milliseconds kNextGateway{50};
// For the gateway's first message on a new channel. A gateway that runs sends it as soon as its loop has its turn.
inline constexpr milliseconds kGreeting{2000};
// For room in a channel. The gateway's loop reads all its channels in turn, so a full one means that it hangs.
inline constexpr milliseconds kSend{2000};
// For the greeting, when a request asks whether a silent gateway answers again. Such questions come once a second, and
// each must end before the next begins.
inline constexpr milliseconds kProbe{500};
// For the gateway's word that it serves a connection. Until then the client's request is not answered.
inline constexpr milliseconds kTake{2000};
// For room for the bytes that httpd has read of a connection it has handed over.
inline constexpr milliseconds kResidue{2000};
// For a request's answer, beyond the time that the gateway was allowed to hold the request.
inline constexpr milliseconds kAnswerGrace{5000};
// For the answer to an admission, beyond the time that the backend has to accept the session.
inline constexpr milliseconds kAdmissionGrace{3000};
// For the first of a stream that a media server has begun to play, beyond the time that it has to take the connection.
// A thread of httpd waits.
inline constexpr milliseconds kFirstMedia{2000};
// For a balancer member that is tried after an earlier one has used up kEveryRequest.
inline constexpr milliseconds kNextMember{200};
// For a choice among balancer members. The other threads that want the same balancer wait behind this one.
inline constexpr milliseconds kChoice = kEveryRequest;
// After a choice that was not answered in time, choices are made without the gateway for this long.
inline constexpr milliseconds kRestAfterSilence{2000};
// For the gateway to note that a request or an open was refused. The answer carries nothing. The client has its own
// answer already, so only this thread waits.
inline constexpr milliseconds kRefusalNoted{1000};
// For each piece of a status page. The gateway asks all its loops before the first piece.
inline constexpr milliseconds kStatusPiece{3000};
// The same for the section in mod_status' page, which must not keep the other sections waiting.
inline constexpr milliseconds kServerStatusPiece{1000};
// The same for the health of a virtual host: who asks often gives up after a second or two.
inline constexpr milliseconds kHealth{1000};
// For the list of a hub's streams, which pages ask for again and again. Beyond kEveryRequest it needs a waiting place.
inline constexpr milliseconds kStreamList{1000};

// For the first bytes of the gateway's question on httpd's private listener, which it writes at once.
inline constexpr milliseconds kAskPreamble{2000};

// --- httpd's parent and the gateway ---

// For room for settings in the lifeline. The parent has one thread, which also watches httpd's children. Where the
// lifeline may hold all settings, nobody waits.
inline constexpr milliseconds kSettings{3000};
// How often the gateway looks whether its parent process lives: a program that the parent started without exec can hold
// the lifeline open after the parent's end.
inline constexpr seconds kParentWatch{1};
// A closed door is reported after this long: after the parent's end the lifeline ends the gateway sooner.
inline constexpr seconds kLifelineEnds{3};
// Streams may run on for this long in a graceful stop without GracefulShutdownTimeout.
inline constexpr seconds kStreamsAtGracefulStop{10};
// After its last session a retired gateway gives that session's last bytes this long to reach backend and client.
inline constexpr seconds kLastBytes{3};
// The same in a graceful stop, where httpd's parent waits for the gateway.
inline constexpr seconds kLastBytesAtStop{1};
// The parent waits this long for the gateway's end after a graceful stop's time for streams is over.
inline constexpr milliseconds kEndAfterStreams{3000};
// At its end the gateway waits this long for the reader of its log, which can be a pipe that nobody reads.
inline constexpr milliseconds kLogReader{1000};
// After SIGTERM the parent waits this long for the gateway's end: each running session has a last line for a session
// log.
inline constexpr milliseconds kEndAfterSignal{2000};
// Then for the programs of piped session logs to read these lines, before httpd ends those programs.
inline constexpr milliseconds kLastLinesRead{1000};

// --- rtmptctl and the gateway ---

// The gateway serves one client of the control socket for this long, so that slow ones leave room for others.
inline constexpr seconds kControlClient{10};
// rtmptctl waits this long unless it is told otherwise: longer than the gateway serves one client ahead of it.
inline constexpr seconds kControlAnswer{15};
// What an administrator may ask rtmptctl to wait at most.
inline constexpr seconds kMostControlAnswer{3600};
// Between two tries of rtmptctl to connect while the socket's queue is full.
inline constexpr milliseconds kControlRetry{50};

static_assert(kProbe < seconds(1), "a probe ends before the next one begins");
static_assert(kLifelineEnds > kParentWatch, "the parent's end is noticed before a closed door is reported");
static_assert(kLastBytesAtStop < kEndAfterStreams, "the gateway ends before the parent gives up");
static_assert(kLogReader < kEndAfterSignal, "the gateway's last lines do not cost it the rest of its time");
static_assert(kControlClient < kControlAnswer, "rtmptctl waits until the client ahead of it is done");

} // namespace rtmpt_proxy::local::patience
