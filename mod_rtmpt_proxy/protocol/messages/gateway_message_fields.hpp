// SPDX-License-Identifier: Apache-2.0
// The fields of each gateway message in wire order, listed once for both directions: the writer and the reader visit
// the same list, so they always agree. The order matters, because the reader takes the bytes as it goes.
#pragma once

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <concepts>
#include <string>
#include <type_traits>

namespace rtmpt_proxy::protocol {

template <class T, class Message>
concept Of = std::same_as<std::remove_const_t<T>, Message>;

// Marks text that may exceed 64 KiB: its length prefix has 32 bits instead of 16. `Text` may be const.
template <class Text>
struct Bulk {
  Text& text;
};
template <class Text>
Bulk(Text&) -> Bulk<Text>;

void fields(auto& io, Of<Hello> auto& m) {
  io(m.protocol_version, m.program_version, m.pid, m.loops, m.tag, m.is_secluded);
}

void fields(auto& io, Of<GatewaySettings> auto& m) {
  io(m.log_level, m.server_name, m.sessions_per_loop, m.brings_error_log, m.brings_control_socket, m.brings_ask_door,
     m.most_asks, m.session_logs, m.members, m.trust_files);
}

void fields(auto& io, Of<SessionLogTarget> auto& m) {
  io(m.name, m.kind, m.format, m.tag, m.facility);
}

void fields(auto& io, Of<TrustFile> auto& m) {
  io(m.name, Bulk{m.certificates});
}

void fields(auto& io, Of<BackendTls> auto& m) {
  io(m.verify, m.check_name, m.trust_file);
}

void fields(auto& io, Of<TlsFacts> auto& m) {
  io(m.protocol, m.cipher);
}

void fields(auto& io, Of<TlsIdentity> auto& m) {
  io(Bulk{m.certificates}, Bulk{m.key});
}

void fields(auto& io, Of<TlsCommand> auto& m) {
  io(m.name, m.value);
}

void fields(auto& io, Of<TlsTickets> auto& m) {
  io(m.keys, m.context, m.lifetime);
}

void fields(auto& io, Of<TlsServer> auto& m) {
  io(m.id, m.server_name, m.identities, m.least_version, m.most_version, m.options, m.security_level, m.ciphers,
     m.cipher_suites, m.commands);
  fields(io, m.tickets);
}

void fields(auto& io, Of<TlsServers> auto& m) {
  io(m.servers);
}

void fields(auto&, Of<Retire> auto&) {}

void fields(auto& io, Of<StopGracefully> auto& m) {
  io(m.within);
}

void fields(auto& io, Of<BackendAddress> auto& m) {
  io(m.kind, m.host, m.port);
}

void fields(auto& io, Of<Candidate> auto& m) {
  fields(io, m.backend);
  io(m.weight);
}

void fields(auto& io, Of<Choose> auto& m) {
  io(m.candidates);
}

void fields(auto& io, Of<Chosen> auto& m) {
  io(m.index);
}

void fields(auto& io, Of<Endpoint> auto& m) {
  io(m.address, m.port);
}

void fields(auto& io, Of<ProxiedConnection> auto& m) {
  fields(io, m.source);
  fields(io, m.destination);
}

void fields(auto& io, Of<SessionTerms> auto& m) {
  io(m.idle_hold, m.gather, m.session_timeout, m.buffer_bytes, m.max_sessions, m.max_sessions_per_client,
     m.anonymize_client, m.authorize_streams, m.adobe_login, m.tells_connect, m.tells_end, m.max_bits_per_second,
     m.throttles_bit_rate, m.max_viewers, m.one_publisher, m.hide_stream_name, m.hub_wait, m.gop_cache_bytes);
}

void fields(auto& io, Of<Admission> auto& m) {
  io(m.vhost_key, m.server_name, m.session_log, m.client_address, m.user, m.backend_name, m.over_tls);
  fields(io, m.tls_facts);
  fields(io, m.backend);
  io(m.connect_timeout);
  fields(io, m.terms);
  io(m.forward_client);
  fields(io, m.client);
  io(m.hops, m.host, m.ticket);
  fields(io, m.tls);
  io(m.client_is_local, m.cached);
}

void fields(auto& io, Of<Admitted> auto& m) {
  io(m.session_id, m.session_name);
}

void fields(auto& io, Of<Refused> auto& m) {
  io(m.reason, m.detail);
}

void fields(auto& io, Of<OpenRefused> auto& m) {
  io(m.session_name, m.server_name, m.session_log, m.client_address, m.user, m.backend_name, m.over_tls, m.speaks_rtmp,
     m.detail);
}

void fields(auto& io, Of<TunnelRequest> auto& m) {
  io(m.kind, m.session_id, m.sequence_number);
}

void fields(auto& io, Of<HandOver> auto& m) {
  io(m.vhost_key, m.client_address, m.host_header, m.body_limit_bytes, m.keep_alive);
  fields(io, m.request);
  io(m.awaits_answer, m.forwarded_requests, m.ticket);
}

void fields(auto& io, Of<HandOverRtmp> auto& m) {
  fields(io, m.client);
  io(m.over_tls, m.tls_server_name);
  fields(io, m.tls_facts);
  io(m.shown_client);
}

void fields(auto& io, Of<HandOverTls> auto& m) {
  fields(io, m.client);
  io(m.server_id, m.tls_server_name, m.shown_client, m.accepts_rtmp);
}

void fields(auto& io, Of<HandOverViewer> auto& m) {
  fields(io, m.admission);
  io(m.app, m.stream_name, m.framing, m.is_pumped, m.head, m.ticket);
}

void fields(auto&, Of<Take> auto&) {}

void fields(auto& io, Of<Residue> auto& m) {
  io(Bulk{m.bytes}, m.taken_bytes);
}

void fields(auto& io, Of<Forward> auto& m) {
  io(m.vhost_key, m.hold_limit, m.wait_limit);
  fields(io, m.request);
  io(m.takes_data, m.wants_facts);
}

void fields(auto& io, Of<BodyPiece> auto& m) {
  io(Bulk{m.bytes}, m.last, m.cut, m.refused);
}

void fields(auto& io, Of<RequestRefused> auto& m) {
  io(m.vhost_key);
  fields(io, m.request);
  io(m.status);
}

void fields(auto& io, Of<SessionFacts> auto& m) {
  io(m.session_name, m.backend_name, m.app, m.stream_name, m.kind);
}

void fields(auto& io, Of<Reply> auto& m) {
  io(m.status, m.close, m.polling_interval, Bulk{m.body}, m.facts);
}

void fields(auto& io, Of<Member> auto& m) {
  io(m.server_name, m.balancer);
  fields(io, m.backend);
  io(m.url, m.condition, m.weight);
}

void fields(auto& io, Of<AskStatus> auto& m) {
  io(m.form, m.server_name, m.control_allowed, m.members);
}

void fields(auto& io, Of<StatusPiece> auto& m) {
  io(Bulk{m.bytes}, m.last);
}

void fields(auto& io, Of<AskStreams> auto& m) {
  io(m.hub, m.app);
}

void fields(auto& io, Of<MediaDescription> auto& m) {
  io(m.video_codec, m.audio_codec, m.width, m.height, m.millihertz);
}

void fields(auto& io, Of<ListedStream> auto& m) {
  io(m.name, m.is_published, m.viewers);
  fields(io, m.media);
  io(m.since);
}

void fields(auto& io, Of<StreamList> auto& m) {
  io(m.streams, m.left_out);
}

void fields(auto& io, Of<EndSession> auto& m) {
  io(m.session_name, m.ban);
}

void fields(auto& io, Of<LiftBan> auto& m) {
  io(m.number);
}

void fields(auto& io, Of<DrainBackend> auto& m) {
  fields(io, m.backend);
  io(m.drained);
}

void fields(auto& io, Of<Done> auto& m) {
  io(m.found);
}

} // namespace rtmpt_proxy::protocol
