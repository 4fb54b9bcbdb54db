// SPDX-License-Identifier: Apache-2.0
#include "client_hello_samples.hpp"

#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>

namespace rtmpt_proxy::test {

namespace {

using protocol::ClientHelloError;
using protocol::put_text16;
using protocol::put_u16;
using protocol::put_u8;

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  return bytes;
}

std::string with_text8(std::string_view text) {
  std::string out;
  put_u8(out, static_cast<std::uint8_t>(text.size()));
  return out.append(text);
}

// A browser's hello: GREASE everywhere, a key share of ML-KEM, a long ticket and padding.
std::string greased_hello(const std::string& name) {
  return in_records(hello_message({{0x0a0a, ""},
                                   {0x0000, server_name_list(name)},
                                   {0x0010, protocol_list({"h2", "http/1.1"})},
                                   {0x002b, with_text8("\x3a\x3a\x03\x04\x03\x03")},
                                   {0x0033, std::string(1220, 'k')},
                                   {0x0023, std::string(400, 't')},
                                   {0x3a3a, std::string(1, '\0')},
                                   {0x0015, std::string(200, '\0')}}));
}

} // namespace

std::string server_name_list(const std::string& name) {
  std::string entry;
  put_u8(entry, 0);
  put_text16(entry, name);
  std::string list;
  put_text16(list, entry);
  return list;
}

std::string protocol_list(const std::vector<std::string>& names) {
  std::string entries;
  for (const std::string& name : names)
    entries += with_text8(name);
  std::string list;
  put_text16(list, entries);
  return list;
}

std::string hello_fields(const std::string& session_id, const std::string& ciphers, const std::string& compressions) {
  std::string fields("\x03\x03");
  fields.append(32, 'r');
  fields += with_text8(session_id);
  put_text16(fields, ciphers);
  return fields + with_text8(compressions);
}

std::string message(std::string_view content, std::uint8_t type) {
  std::string bytes;
  put_u8(bytes, type);
  put_u8(bytes, static_cast<std::uint8_t>(content.size() >> 16));
  put_u16(bytes, static_cast<std::uint16_t>(content.size()));
  return bytes.append(content);
}

std::string hello_message(const std::vector<HelloExtension>& extensions) {
  std::string list;
  for (const HelloExtension& extension : extensions) {
    put_u16(list, extension.type);
    put_text16(list, extension.content);
  }
  std::string fields = hello_fields(std::string(32, 's'));
  put_text16(fields, list);
  return message(fields);
}

std::string in_records(std::string_view bytes, std::size_t fragment_bytes) {
  std::string records;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), fragment_bytes))) {
    records += "\x16\x03\x01";
    put_text16(records, bytes.substr(0, fragment_bytes));
  }
  return records;
}

const std::vector<GoodHello>& good_hellos() {
  static const std::string plain = hello_message({{0x0000, server_name_list("a.example")}});
  static const std::vector<GoodHello> rows = {
      {"OpenSSL, TLS 1.3 and 1.2 with a server name",
       from_hex("160301013d0100013903033fc7b0395acb79a120805acb0a79b7bcf9cb951d1cfe340ee70b4dc5c093cbc420bbda454d"
                "fb1d70e6b0d75c7fb15e01cb9e6a5f9fffbfc8d3c3f31a74e6df2ec1003e130213031301c02cc030009fcca9cca8ccaa"
                "c02bc02f009ec024c028006bc023c0270067c00ac0140039c009c0130033009d009c003d003c0035002f00ff010000b2"
                "0000001500130000106c6976652e6578616d706c652e6f7267000b000403000102000a00160014001d0017001e001900"
                "1801000101010201030104002300000016000000170000000d002a0028040305030603080708080809080a080b080408"
                "050806040105010601030303010302040205020602002b0009080304030303020301002d00020101003300260024001d"
                "00205c0aa3f68dda91e227af95b6e57aaeec45d17cb860c2729924b9d5c254c3e213"),
       {"live.example.org", false}},
      {"OpenSSL, TLS 1.3 and 1.2 without a server name",
       from_hex("1603010124010001200303bb6ae54f8b299e6a4804e4ecf31240d1210c8b607e8657562203e03ad875250f20d4f9d20e"
                "397fe20a65d704d2c7523a957d61b49ee5f3cc1a3b75820138185eb1003e130213031301c02cc030009fcca9cca8ccaa"
                "c02bc02f009ec024c028006bc023c0270067c00ac0140039c009c0130033009d009c003d003c0035002f00ff01000099"
                "000b000403000102000a00160014001d0017001e0019001801000101010201030104002300000016000000170000000d"
                "002a0028040305030603080708080809080a080b080408050806040105010601030303010302040205020602002b0009"
                "080304030303020301002d00020101003300260024001d00206de139e3537667643aba9a5d3abf192e53f6383759f74b"
                "d3807672126417604c"),
       {"", false}},
      {"OpenSSL, TLS 1.3 alone with a server name and protocols",
       from_hex("16030101060100010203034d4f082b488dd7e3599e3ac3856c56e91be3b840c16a47278e4221f44bce72b32013a528d0"
                "79dd55f1e7d5e800d46443075ca4729fe4c695a619d10f98ab5512cb000813021303130100ff010000b1000000140012"
                "00000f7777772e6578616d706c652e6f7267000b000403000102000a00160014001d0017001e00190018010001010102"
                "01030104002300000010000e000c02683208687474702f312e310016000000170000000d001e001c0403050306030807"
                "08080809080a080b080408050806040105010601002b0003020304002d00020101003300260024001d00206d2378e4bf"
                "5c789b97d00850a9fceee0fd82e5694b49e01cbc2d4e0ab7e19b53"),
       {"www.example.org", true}},
      {"OpenSSL, TLS 1.2 alone with a server name",
       from_hex("16030100d0010000cc0303efddff37a993e88744e487fe23b2d50e9cb42b2cc30937a734c4f48088d7c414000038c02c"
                "c030009fcca9cca8ccaac02bc02f009ec024c028006bc023c0270067c00ac0140039c009c0130033009d009c003d003c"
                "0035002f00ff0100006b0000001500130000106c6976652e6578616d706c652e6f7267000b000403000102000a000c00"
                "0a001d0017001e00190018002300000016000000170000000d002a0028040305030603080708080809080a080b080408"
                "050806040105010601030303010302040205020602"),
       {"live.example.org", false}},
      {"OpenSSL, TLS 1.2 alone with protocols and without a server name",
       from_hex("16030100c6010000c20303a56d4583f523e1e22b3c396bab7921225641482bd7c232810731f2cb3d444e3f000038c02c"
                "c030009fcca9cca8ccaac02bc02f009ec024c028006bc023c0270067c00ac0140039c009c0130033009d009c003d003c"
                "0035002f00ff01000061000b000403000102000a000c000a001d0017001e00190018002300000010000b000908687474"
                "702f312e310016000000170000000d002a0028040305030603080708080809080a080b08040805080604010501060103"
                "0303010302040205020602"),
       {"", true}},
      {"OpenSSL, TLS 1.2 alone without a server name and ticket",
       from_hex("160301007f0100007b03038d9a5fac78481b6f39d4967c9968d4d59cb9f96130278cf7f5870c70664efa59000004c02f"
                "00ff0100004e000b000403000102000a000c000a001d0017001e001900180016000000170000000d002a002804030503"
                "0603080708080809080a080b080408050806040105010601030303010302040205020602"),
       {"", false}},
      {"a browser's, with a post-quantum key share", greased_hello("www.example.org"), {"www.example.org", true}},
      {"without extensions", in_records(message(hello_fields({}))), {}},
      {"with an empty list of extensions", in_records(hello_message({})), {}},
      {"with a ticket of TLS 1.3",
       in_records(hello_message({{0x0000, server_name_list("a.example")}, {0x0029, std::string(300, 't')}})),
       {"a.example", false, true}},
      {"a long ticket", in_records(hello_message({{0x0023, std::string(9000, 't')}})), {}},
      {"the longest",
       in_records(hello_message({{0x0015, std::string(protocol::kMaxClientHelloBytes - 4 - 77 - 2 - 4, '\0')}})),
       {}},
      {"an unknown extension twice", in_records(hello_message({{0x0a0a, ""}, {0x0a0a, ""}})), {}},
      {"a name of one letter", in_records(hello_message({{0x0000, server_name_list("a")}})), {"a", false}},
      {"a name of 255 bytes",
       in_records(hello_message({{0x0000, server_name_list(std::string(255, 'n'))}})),
       {std::string(255, 'n'), false}},
      {"in two records", in_records(plain, 100), {"a.example", false}},
      {"its header in four records of one byte",
       in_records(std::string_view(plain).substr(0, 4), 1) + in_records(std::string_view(plain).substr(4)),
       {"a.example", false}},
      {"in the most records", in_records(plain, (plain.size() + 15) / 16), {"a.example", false}},
      {"a browser's in records of 1000 bytes",
       in_records(std::string_view(greased_hello("b.example")).substr(5), 1000),
       {"b.example", true}},
      {"with another message in its record", in_records(plain + plain), {"a.example", false}},
  };
  return rows;
}

const std::vector<BadHello>& bad_hellos() {
  using Error = ClientHelloError;
  const auto with = [](const std::vector<HelloExtension>& extensions) { return in_records(hello_message(extensions)); };
  static const std::vector<BadHello> rows = {
      {"SSL 2", from_hex("802e0100020015000000100100800200800300800400800500800600"), Error::ssl2_hello},
      {"an HTTP request", "GET / HTTP/1.1\r\n\r\n", Error::no_handshake},
      {"RTMP", "\x03" + std::string(1536, 'r'), Error::no_handshake},
      {"an alert", from_hex("15030100020228"), Error::no_handshake},
      {"data", from_hex("170303000161"), Error::no_handshake},
      {"DTLS", from_hex("16feff0000000000"), Error::no_handshake},
      {"a second record of another type", in_records(std::string(1, '\1')) + from_hex("1503010002"),
       Error::no_handshake},
      {"a second record of another version", in_records(std::string(1, '\1')) + from_hex("1602000001"),
       Error::no_handshake},
      {"an empty record", from_hex("1603010000"), Error::bad_record},
      {"an empty second record", in_records(std::string(1, '\1')) + from_hex("1603010000"), Error::bad_record},
      {"a record that is too long", from_hex("1603014001"), Error::bad_record},
      {"a hello of a server", in_records(message(hello_fields({}), 2)), Error::no_client_hello},
      {"a request for a hello", from_hex("160301000400000000"), Error::no_client_hello},
      {"a hello that is too long", from_hex("160301000401003ffd"), Error::too_long},
      {"a hello of the greatest length", from_hex("160301000401ffffff"), Error::too_long},
      {"too many records", in_records(message(hello_fields({})), 2), Error::too_long},
      {"too many records of one byte", in_records(message(std::string(1000, 'x')), 1), Error::too_long},
      {"records that are too long together",
       in_records(message(std::string(16'000, 'x')), 15'000) + from_hex("1603013fff"), Error::malformed},
      {"no content", in_records(message({})), Error::malformed},
      {"version 2", in_records(message("\x02" + hello_fields({}).substr(1))), Error::malformed},
      {"a session id of 33 bytes", in_records(message(hello_fields(std::string(33, 's')))), Error::malformed},
      {"no cipher", in_records(message(hello_fields({}, ""))), Error::malformed},
      {"half a cipher", in_records(message(hello_fields({}, "abc"))), Error::malformed},
      {"no compression", in_records(message(hello_fields({}, "\x13\x01", ""))), Error::malformed},
      {"one byte of extensions", in_records(message(hello_fields({}) + '\0')), Error::malformed},
      {"a byte behind the extensions", in_records(message(hello_fields({}) + std::string(3, '\0'))), Error::malformed},
      {"an extension that is cut", in_records(message(hello_fields({}) + std::string("\0\3\0\0\0", 5))),
       Error::malformed},
      {"an extension that is longer than the list",
       in_records(message(hello_fields({}) + std::string("\0\4\0\0\0\1", 6))), Error::malformed},
      {"an empty server name list", with({{0, ""}}), Error::malformed},
      {"a server name list without a name", with({{0, std::string(2, '\0')}}), Error::malformed},
      {"an empty server name", with({{0, server_name_list("")}}), Error::malformed},
      {"a server name of 256 bytes", with({{0, server_name_list(std::string(256, 'n'))}}), Error::malformed},
      {"a zero byte in the server name", with({{0, server_name_list(std::string("a\0b", 3))}}), Error::malformed},
      {"a line's end in the server name", with({{0, server_name_list("a\nb")}}), Error::malformed},
      {"a blank in the server name", with({{0, server_name_list("a b")}}), Error::malformed},
      {"a server name that is no ASCII", with({{0, server_name_list("\xc3\xa4")}}), Error::malformed},
      {"another kind of name", with({{0, std::string("\0\4\1\0\1a", 6)}}), Error::malformed},
      {"two server names", with({{0, std::string("\0\x08\0\0\1a\0\0\1b", 10)}}), Error::malformed},
      {"a byte behind the server name", with({{0, server_name_list("a") + "x"}}), Error::malformed},
      {"a server name twice", with({{0, server_name_list("a")}, {0, server_name_list("a")}}), Error::malformed},
      {"a ticket of TLS 1.3 twice", with({{41, "t"}, {41, "t"}}), Error::malformed},
      {"protocols twice", with({{16, protocol_list({"h2"})}, {16, protocol_list({"h2"})}}), Error::malformed},
  };
  return rows;
}

} // namespace rtmpt_proxy::test
