// SPDX-License-Identifier: Apache-2.0
// The messages between mod_rtmpt_proxy.so and rtmpt-gateway, over stream socket pairs.
//
//    0               4       5       6       8
//   +---------------+-------+-------+-------+----------------------------+
//   | payload bytes | type  |   reserved 0  | payload                    |
//   +---------------+-------+-------+-------+----------------------------+
//     big-endian u32                          fields of the struct, in its order
//
// Lifeline (httpd's parent):  gateway -> Hello;  parent -> TlsServers, GatewaySettings (+ descriptors), Retire,
//                             StopGracefully.
// Channel (a child's thread): gateway -> Hello;  then one exchange at a time:
//   Choose                    -> Chosen: a place is kept until the channel's next Admission, or its end
//   Admission                 -> Admitted | Refused
//   HandOver (+ descriptor, unless it has a ticket)
//                             -> Take, and the child sends Residue. A send is handed over at its head: the Residue
//                                begins with the request's head, written again, and what was read of its body
//                                or Reply: the child keeps the connection and says this
//   HandOverRtmp (+ descriptor) -> Take, and the child sends Residue
//                                or Reply: the gateway does not take it, and the child closes the connection
//   HandOverTls (+ descriptor)  the same
//   HandOverViewer (+ descriptor)
//                             -> Take, and the child sends Residue; or Refused; or Reply 404: nobody publishes the
//                             stream. Where it must be fetched from a media server, that takes a while
//   Forward                   -> Reply. Of a send the child also sends BodyPieces until one says that it is the last.
//                                The Reply may come before the last piece; the child then sends no more than
//                                a last, cut piece. The gateway stops reading the channel while it has no room.
//   AskStatus                 -> StatusPiece, one after the other until the last
//   AskStreams                -> StreamList
//   EndSession                -> Done
//   LiftBan                   -> Done
//   DrainBackend              -> Done
//   OpenRefused               -> Done
//   RequestRefused            -> Done, which says whether the gateway has that session
// Control socket (rtmptctl):  gateway -> Hello;  then AskStatus, EndSession, LiftBan, DrainBackend, each answered as
//                             above.
//
// A channel belongs to one of the gateway's event loops. The child chooses it when it brings one end of the channel
// through the door: that message carries the end and one byte, the loop's number. Loop 0 is always there; Hello tells
// how many there are. An Admission with a ticket goes to the loop that asked, HandOver and Forward go to the loop that
// the session's id names, at the gateway whose tag it has (session_loop.hpp), the others to any.
#pragma once

#include <rtmpt_proxy/protocol/messages/backend_address.hpp>
#include <rtmpt_proxy/protocol/messages/backend_tls.hpp>
#include <rtmpt_proxy/protocol/messages/life_messages.hpp>
#include <rtmpt_proxy/protocol/messages/session_log_target.hpp>
#include <rtmpt_proxy/protocol/messages/session_terms.hpp>
#include <rtmpt_proxy/protocol/messages/status_messages.hpp>
#include <rtmpt_proxy/protocol/messages/stream_list_messages.hpp>
#include <rtmpt_proxy/protocol/messages/tls_server.hpp>
#include <rtmpt_proxy/protocol/proxy/client_preamble.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_inspector.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>
#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rtmpt_proxy::protocol {

// The largest message is GatewaySettings with every session log, every media server and every trusted certificate of
// the configuration: 6.9 MiB. The rest of it is a server's name. AskStatus has the media servers alone, state and
// bodies come in pieces, and a reply has 256 KiB at most.
inline constexpr std::size_t kMaxPayloadBytes = kMaxMembers * kMaxMemberBytes + kMaxSessionLogs * kSessionLogRoomBytes +
                                                kMaxTrustBytes + kMaxTrustFiles * (2 + kMaxTrustNameBytes + 4) +
                                                (128u << 10);
inline constexpr std::size_t kFrameHeaderBytes = 8;

struct Candidate {
  BackendAddress backend;
  std::uint32_t weight = 1; // loadfactor; at least 1
  bool operator==(const Candidate&) const = default;
};

inline constexpr std::size_t kMaxCandidates = 1024;

// Asks which of these backends has the fewest sessions for its weight.
struct Choose {
  std::vector<Candidate> candidates; // 1 to kMaxCandidates
  bool operator==(const Choose&) const = default;
};

struct Chosen {
  std::uint32_t index = 0; // into Choose::candidates
  bool operator==(const Chosen&) const = default;
};

// Everything the gateway needs to open one session, decided by httpd.
struct Admission {
  VhostKey vhost_key;         // a session id is valid there only
  std::string server_name;    // of the virtual host, as people know it; for logs and status pages
  std::string session_log;    // SessionLogTarget::name; empty: none
  std::string client_address; // as httpd authorised it (r->useragent_ip); whole, for limits
  std::string user;           // empty when nobody was authenticated
  std::string backend_name;   // "rtmp://media:1935", for messages
  bool over_tls = false;      // the client's connection, as httpd sees it
  TlsFacts tls_facts;         // of that connection, where httpd knows them
  BackendAddress backend;
  std::chrono::milliseconds connect_timeout{0}; // until the backend has taken the session
  SessionTerms terms;
  ClientForwarding forward_client = ClientForwarding::none; // how the backend learns the address in `client`
  ProxiedConnection
      client;       // source: as client_address, with its port where that is known; destination: what it reached
  std::string hops; // for an open to an RTMPT server: the value of kHopHeader (hop_list.hpp)
  std::string host; // the Host header that the open came with; the gateway's asks about the session name it as well
  // Of a client of RTMP, for whom this loop asked httpd: AskPreamble::ticket. 0: the client opens an RTMPT session.
  std::uint64_t ticket = 0;
  BackendTls tls; // for an rtmps:// backend
  // The client is on this machine, and no intermediary is in sight: it may publish to a hub without a rule that says
  // so.
  bool client_is_local = false;
  // Of a media server: the gateway fetches each stream once, for all viewers of the virtual host.
  bool cached = false;
  bool operator==(const Admission&) const = default;
};

// The session exists; its client must be told the id.
struct Admitted {
  SessionId session_id;
  SessionName session_name;
  bool operator==(const Admitted&) const = default;
};

enum class Refusal : std::uint8_t {
  backend_unreachable = 1,         // refused, reset, unresolvable, no RTMPT server: try another backend
  backend_timeout = 2,             // no answer in connect_timeout: try another backend
  gateway_full = 3,                // no descriptors or no memory left, or near their limit: no backend can be reached
  gateway_retiring = 4,            // an older gateway that takes no new sessions
  too_many_sessions = 5,           // max_sessions are live
  too_many_sessions_of_client = 6, // max_sessions_per_client are live
  backend_drained = 7,             // by DrainBackend: try another backend
  backend_not_tried = 8,           // no name server answers, or no local port is free: try another, blame none
  client_gone = 9,                 // nobody waits for that ticket any more: the client of RTMP has left
  banned = 10,                     // by EndSession::ban: the client's address opens no session for a while
  too_many_viewers = 11,           // of a viewer over HTTP: max_viewers play the stream
};

// A few words, the same each time: "backend unreachable".
std::string_view to_string(Refusal reason);

// No session exists.
struct Refused {
  Refusal reason = Refusal::backend_unreachable;
  std::string detail; // for the error log: "Connection refused"
  bool operator==(const Refused&) const = default;
};

// A client's open has led to no session; for the session log. Answered by Done.
struct OpenRefused {
  SessionName session_name; // of a client of RTMP: AskPreamble::session_name; otherwise empty
  std::string server_name;
  std::string session_log;    // SessionLogTarget::name
  std::string client_address; // for the session log
  std::string user;
  std::string backend_name; // the one tried last; empty: none
  bool over_tls = false;
  bool speaks_rtmp = false; // the client; false: it speaks RTMPT
  std::string detail;       // why
  bool operator==(const OpenRefused&) const = default;
};

// One tunnel request without its body.
struct TunnelRequest {
  TunnelRequestKind kind = TunnelRequestKind::idle;
  SessionId session_id;
  std::optional<std::uint32_t> sequence_number;
  bool operator==(const TunnelRequest&) const = default;
};

// Hands over the client's connection. Its descriptor comes with the message: the client's own socket, or, for TLS, one
// end of a local socket; httpd moves the bytes between its other end and the client. Without a descriptor comes a
// client whose TLS the gateway has, and whose request it has relayed to httpd.
struct HandOver {
  VhostKey vhost_key;
  std::string client_address; // for logs
  std::string host_header;    // later requests must have the same; others get 421
  std::uint32_t body_limit_bytes = 0;
  bool keep_alive = true; // false: the client sent Connection: close
  // The session must be live on the loop that is asked. It is the first session of the connection.
  TunnelRequest request;
  // Whether httpd has read that request, no send, and it waits for its answer. False: the connection's next bytes begin
  // a request.
  bool awaits_answer = false;
  // Requests of that session that came on this connection and were forwarded before.
  std::uint32_t forwarded_requests = 0;
  std::uint64_t ticket = 0; // AskPreamble::ticket of the relayed connection; 0: a descriptor comes
  bool operator==(const HandOver&) const = default;
};

// Hands over a client's connection that begins with RTMP itself, on any loop. Its descriptor comes with the message, as
// with HandOver. Nothing is decided about it yet: the gateway reads what the client says, and asks httpd.
struct HandOverRtmp {
  ProxiedConnection client;    // the client, as httpd knows it, and what it connected to
  bool over_tls = false;       // httpd, or a child of it, has the TLS
  std::string tls_server_name; // with TLS: the name that the client asked for (SNI); empty: none
  TlsFacts tls_facts;
  std::string shown_client; // the client's address for logs, perhaps shortened
  bool operator==(const HandOverRtmp&) const = default;
};

// In which form a viewer over HTTP gets FLV.
enum class ViewerFraming : std::uint8_t {
  none = 0,        // not at all: he only asks whether he could have it
  until_close = 1, // nothing around it; the connection's end is its end
  chunked = 2,     // in chunks of HTTP/1.1
  websocket = 3,   // in binary messages of a WebSocket
};

// Hands over the connection of a viewer who has asked for a stream over HTTP, on any loop. Its descriptor
// comes with the message, as with HandOver. httpd has read the request, which has no body, and has allowed it. With the
// framing `none` it is a question, without a descriptor: what would the answer be? A Reply 200 says Take.
struct HandOverViewer {
  Admission admission; // as for an open; its backend is the hub, or a media server whose streams are cached
  std::string app;     // of the stream
  std::string stream_name;
  ViewerFraming framing = ViewerFraming::chunked;
  bool is_pumped = false;   // httpd has the client's TLS
  std::string head;         // of the answer, whole: the gateway writes it first
  std::uint64_t ticket = 0; // AskPreamble::ticket of the relayed connection; 0: a descriptor comes
  bool operator==(const HandOverViewer&) const = default;
};

// Hands over a client's connection that begins with a TLS handshake, on any loop. Its descriptor comes with the
// message. Bytes that httpd has read of the handshake come as Residue; usually it has only looked at them.
struct HandOverTls {
  ProxiedConnection client;    // the client, as httpd knows it, and what it connected to
  std::string server_id;       // TlsServer::id: the server that the client is to meet
  std::string tls_server_name; // the name that the client asks for (SNI); empty: none
  std::string shown_client;    // the client's address for logs, perhaps shortened
  bool accepts_rtmp = false;   // otherwise what looks like RTMP inside TLS is httpd's to refuse, as any bytes are
  bool operator==(const HandOverTls&) const = default;
};

// The gateway takes the connection as soon as the Residue has come.
struct Take {
  bool operator==(const Take&) const = default;
};

// What the gateway is to read before the socket: the head of a send, written again, and bytes that httpd had already
// read behind it or behind the request.
struct Residue {
  std::string bytes;
  // Of a relayed connection (HandOver::ticket, HandOverViewer::ticket): how many of the bytes that were relayed httpd
  // has taken, those in `bytes` included, a head that was written again counted as it came. The others are read behind
  // `bytes`. 0 else.
  std::uint64_t taken_bytes = 0;
  bool operator==(const Residue&) const = default;
};

// One request whose connection stays with httpd. The body of a send follows as BodyPieces.
struct Forward {
  VhostKey vhost_key;
  std::chrono::milliseconds hold_limit{0}; // longest an idle may be held
  std::chrono::milliseconds wait_limit{0}; // longest any other request may wait (for its turn or for room)
  TunnelRequest request;
  bool takes_data = true;   // false: the client leaves earlier replies unread, so the answer must be an empty one
  bool wants_facts = false; // httpd's access log needs SessionFacts
  bool operator==(const Forward&) const = default;
};

inline constexpr std::size_t kMaxBodyPieceBytes = 16u << 10;

// A part of a forwarded send's body, as it came from the client.
struct BodyPiece {
  std::string bytes;         // at most kMaxBodyPieceBytes
  bool last = false;         // the last piece of this body
  bool cut = false;          // with `last`: the body does not come whole
  std::uint16_t refused = 0; // with `cut`: the status that the client gets, 400 or above; 0: the client is gone
  bool operator==(const BodyPiece&) const = default;
};

// httpd has refused a request of that session. The session notes it, because it may be why the session ends.
struct RequestRefused {
  VhostKey vhost_key;
  TunnelRequest request;
  std::uint16_t status = 400; // 400 or above
  bool operator==(const RequestRefused&) const = default;
};

// The facts about a request's session that an access log can contain.
struct SessionFacts {
  SessionName session_name;
  std::string backend_name;
  std::string app; // the client's own words; empty while unknown
  std::string stream_name;
  StreamKind kind = StreamKind::none;
  bool operator==(const SessionFacts&) const = default;
};

// The answer to a request. httpd writes it to the client.
struct Reply {
  std::uint16_t status = 200;                   // 200, 400, 404, 413, 421 (another gateway's session) or 503
  bool close = false;                           // "Connection: close": the only ending clients obey
  std::optional<std::uint8_t> polling_interval; // first byte of the body; absent in the answer to open and close
  std::string body;                             // RTMP bytes for the client, or the literal body
  std::optional<SessionFacts> facts;            // when wanted, and there is a session
  bool operator==(const Reply&) const = default;
};

using GatewayMessage =
    std::variant<Hello, GatewaySettings, Retire, Admission, Admitted, Refused, HandOver, Take, Residue, Forward, Reply,
                 Choose, Chosen, AskStatus, StatusPiece, EndSession, DrainBackend, OpenRefused, Done, BodyPiece,
                 StopGracefully, RequestRefused, HandOverRtmp, TlsServers, HandOverTls, LiftBan, HandOverViewer,
                 AskStreams, StreamList>;

// The whole frame, header included. Of TlsServers there is no copy besides: who wipes the frame has wiped the keys.
std::string encode(const GatewayMessage& message);

// Whether who has sent or read the message wipes what it was in.
inline bool has_secrets(const GatewayMessage& message) {
  return std::holds_alternative<TlsServers>(message);
}

enum class FrameError : std::uint8_t {
  none,
  need_more,     // normal: feed more bytes
  too_large,     // payload over kMaxPayloadBytes
  reserved_bits, // the reserved bytes are not zero
  unknown_type,
  malformed, // fields missing, surplus, or out of their range
};

std::string_view to_string(FrameError error);

// Cuts a byte stream into messages. Bytes come in pieces of any size; memory is bounded by one frame and one piece as
// long as next() is called until it returns need_more before more is fed. After an error other than need_more the
// stream is lost, its bytes are no longer kept, and every later call returns the same error.
class FrameReader {
 public:
  enum class Memory {
    plain,
    wiped, // what has been read is overwritten before its memory is used again or given back
  };

  explicit FrameReader(std::size_t max_payload_bytes = kMaxPayloadBytes, Memory memory = Memory::plain)
      : max_payload_bytes_(max_payload_bytes), wipes_(memory == Memory::wiped) {}

  // Keeps `bytes` until they make a message.
  void feed(std::string_view bytes);

  // The next complete message into `message`; call until it returns need_more. An error of the header is reported as
  // soon as the header is there. `message` changes only when the result is none.
  FrameError next(GatewayMessage& message);

  // The memory in use: small again once a large frame has been read.
  std::size_t held_bytes() const { return buffer_.capacity(); }

 private:
  FrameError take_frame(GatewayMessage& message);
  void forget_read_bytes();
  void wipe_read_bytes();

  std::size_t max_payload_bytes_;
  bool wipes_;
  std::string buffer_;
  std::size_t consumed_bytes_ = 0;
  FrameError failed_ = FrameError::none;
};

} // namespace rtmpt_proxy::protocol
