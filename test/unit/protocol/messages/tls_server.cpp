// SPDX-License-Identifier: Apache-2.0
#include "sample_messages.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::protocol;

namespace {

TlsServer server_with(std::size_t identities, std::size_t bytes_each) {
  TlsServer server;
  server.id = std::string(kMaxTlsIdBytes, 'f');
  server.server_name = "www.example.com";
  for (std::size_t i = 0; i < identities; ++i)
    server.identities.push_back({std::string(bytes_each / 2, 'c'), std::string(bytes_each - bytes_each / 2, 'k')});
  server.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
  server.tickets = {std::string(kTlsTicketKeysBytes, 't'), std::string(kMaxTlsContextBytes, 's'), {}};
  return server;
}

std::string_view first_refusal(TlsServerRoom& room, const TlsServer& server) {
  return room.take(server);
}

std::vector<std::string*> keys_of(std::vector<TlsServer>& servers) {
  std::vector<std::string*> keys;
  for (TlsServer& server : servers) {
    for (TlsIdentity& identity : server.identities)
      keys.push_back(&identity.key);
    keys.push_back(&server.tickets.keys);
  }
  return keys;
}

// What a gateway gets of a message with these servers.
FrameError sent(std::vector<TlsServer> servers) {
  TlsServers message;
  message.servers = std::move(servers);
  FrameReader reader;
  reader.feed(encode(message));
  GatewayMessage received;
  return reader.next(received);
}

} // namespace

TEST_CASE("A server takes room as long as a gateway would take its message", "[tls_server]") {
  TlsServerRoom room(kMaxPayloadBytes);
  CHECK(first_refusal(room, server_with(1, 5000)).empty());
  CHECK(first_refusal(room, server_with(kMaxTlsIdentities, 5000)).empty());
  CHECK(first_refusal(room, server_with(0, 0)).find("no certificate") != std::string_view::npos);
  CHECK(first_refusal(room, server_with(kMaxTlsIdentities + 1, 5000)).find("more than 8") != std::string_view::npos);
  TlsServer many_commands = server_with(1, 5000);
  many_commands.commands.resize(kMaxTlsCommands, {"Groups", "X25519"});
  CHECK(first_refusal(room, many_commands).empty());
  CHECK(sent({many_commands}) == FrameError::none);
  many_commands.commands.push_back({"Groups", "X25519"});
  CHECK(first_refusal(room, many_commands).find("more than 64") != std::string_view::npos);
  CHECK(sent({many_commands}) == FrameError::malformed);
}

TEST_CASE("A text that the message would cut is no good, and one that it holds is", "[tls_server]") {
  for (const auto place : {&TlsServer::ciphers, &TlsServer::cipher_suites, &TlsServer::server_name}) {
    TlsServerRoom room(kMaxPayloadBytes);
    TlsServer server = server_with(1, 100);
    server.*place = std::string(65535, 'a');
    CHECK(room.take(server).empty());
    CHECK(sent({server}) == FrameError::none);
    (server.*place) += 'a';
    CHECK(room.take(server).find("64 KiB") != std::string_view::npos);
  }
  TlsServerRoom room(kMaxPayloadBytes);
  TlsServer server = server_with(1, 100);
  server.commands.push_back({"Groups", std::string(65536, 'a')});
  CHECK(room.take(server).find("64 KiB") != std::string_view::npos);
}

TEST_CASE("Keys of tickets are whole or none, and the name of the sessions is as long as OpenSSL takes",
          "[tls_server]") {
  for (const auto& [keys, context, error] : {std::tuple{std::size_t{0}, 0u, FrameError::none},
                                             {kTlsTicketKeysBytes, 32u, FrameError::none},
                                             {kTlsTicketKeysBytes - 1, 32u, FrameError::malformed},
                                             {kTlsTicketKeysBytes + 1, 32u, FrameError::malformed},
                                             {kTlsTicketKeysBytes, 33u, FrameError::malformed}}) {
    CAPTURE(keys, context);
    TlsServer server = server_with(1, 100);
    server.tickets = {std::string(keys, 'k'), std::string(context, 'c'), {}};
    CHECK(sent({server}) == error);
  }
}

TEST_CASE("Certificates and keys have 4 MiB in all, and whoever is too much takes none of it", "[tls_server]") {
  TlsServerRoom room(kMaxPayloadBytes);
  CHECK(room.take(server_with(1, kMaxTlsServersBytes - 1000)).empty());
  CHECK(room.take(server_with(1, 1001)).find("4 MiB") != std::string_view::npos);
  CHECK(room.take(server_with(1, 1000)).empty());
  CHECK(room.take(server_with(1, 1)).find("4 MiB") != std::string_view::npos);
  CHECK(sent({server_with(1, kMaxTlsServersBytes - 1000), server_with(1, 1000)}) == FrameError::none);
  CHECK(sent({server_with(1, kMaxTlsServersBytes - 1000), server_with(1, 1001)}) == FrameError::malformed);
}

TEST_CASE("There is room for 1024 servers, and a gateway takes so many", "[tls_server]") {
  TlsServerRoom room(kMaxPayloadBytes);
  std::vector<TlsServer> servers;
  for (std::size_t i = 0; i < kMaxTlsServers; ++i) {
    servers.push_back(server_with(1, 4000));
    REQUIRE(room.take(servers.back()).empty());
  }
  CHECK(room.take(server_with(1, 10)).find("1024") != std::string_view::npos);
  CHECK(sent(servers) == FrameError::none);
}

TEST_CASE("The whole message stays below the limit of messages", "[tls_server]") {
  TlsServer server = server_with(1, 1000);
  server.ciphers = std::string(60'000, 'c');
  TlsServerRoom room(kMaxPayloadBytes);
  std::vector<TlsServer> servers;
  while (room.take(server).empty())
    servers.push_back(server);
  CHECK(servers.size() > 100);
  CHECK(servers.size() < kMaxTlsServers);
  CHECK(sent(servers) == FrameError::none);
}

TEST_CASE("A server is never larger in a message than was said", "[tls_server]") {
  const TlsServers empty;
  const std::size_t without = encode(empty).size();
  for (const auto& [identities, commands] : {std::pair{0u, 0u}, {1u, 0u}, {1u, 3u}, {8u, 64u}}) {
    TlsServer server = server_with(identities, 77);
    server.commands.resize(commands, {"Groups", "X25519:P-256"});
    TlsServers message;
    message.servers.push_back(server);
    const std::size_t bytes = encode(message).size() - without;
    CHECK(bytes <= most_encoded_bytes(server));
    CHECK(most_encoded_bytes(server) <= bytes + 64 + 8 * (identities + commands));
  }
}

TEST_CASE("Keys are wiped where they are, and nothing else is", "[tls_server]") {
  std::vector<TlsServer> servers{server_with(2, 1000), server_with(1, 1000)};
  std::vector<TlsServer> expected = servers;
  for (std::string* const key : keys_of(expected))
    key->clear();
  std::vector<const char*> places;
  for (const std::string* const key : keys_of(servers))
    places.push_back(key->data());
  { const KeysWiped wiped(servers); }
  CHECK(servers == expected);
  std::size_t next = 0;
  for (std::string* const key : keys_of(servers)) {
    REQUIRE(key->data() == places[next++]);
    REQUIRE(key->capacity() >= kTlsTicketKeysBytes);
    key->resize(1); // the first byte is new, those behind it are as they were left
    CHECK(std::string_view(key->data(), 2) == std::string_view("\0\0", 2));
  }
  CHECK(next == 5);
}

TEST_CASE("A reader that wipes reads the same, and has no memory left behind", "[tls_server]") {
  TlsServers secret;
  secret.servers.push_back(server_with(3, 20'000));
  const std::string frames = encode(secret) + encode(Retire{}) + encode(secret);
  for (const std::size_t piece : {1u, 13u, 4096u, 100'000u, 200'000u}) {
    CAPTURE(piece);
    FrameReader reader(kMaxPayloadBytes, FrameReader::Memory::wiped);
    std::vector<GatewayMessage> messages;
    for (std::size_t at = 0; at < frames.size(); at += piece) {
      reader.feed(std::string_view(frames).substr(at, piece));
      GatewayMessage message;
      while (reader.next(message) == FrameError::none)
        messages.push_back(message);
    }
    REQUIRE(messages.size() == 3);
    CHECK(std::get<TlsServers>(messages[0]) == secret);
    CHECK(std::holds_alternative<Retire>(messages[1]));
    CHECK(std::get<TlsServers>(messages[2]) == secret);
    CHECK(reader.held_bytes() < 100);
  }
}

TEST_CASE("A reader that wipes keeps its errors", "[tls_server]") {
  FrameReader reader(kMaxPayloadBytes, FrameReader::Memory::wiped);
  std::string frame = encode(Retire{});
  frame[4] = '\xff';
  reader.feed(frame);
  GatewayMessage message;
  CHECK(reader.next(message) == FrameError::unknown_type);
  reader.feed(encode(Retire{}));
  CHECK(reader.next(message) == FrameError::unknown_type);
}

TEST_CASE("Only the message with keys is a secret", "[tls_server]") {
  CHECK(has_secrets(GatewayMessage(TlsServers{})));
  CHECK_FALSE(has_secrets(GatewayMessage(GatewaySettings{})));
  CHECK_FALSE(has_secrets(GatewayMessage(HandOverTls{})));
}
