// SPDX-License-Identifier: Apache-2.0
#include "support/clients/byte_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

namespace rtmpt_proxy::test {

namespace {

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

class TlsStream : public ByteStream {
 public:
  TlsStream(local::Descriptor socket, Deadline deadline, const std::string& server_name)
      : socket_(std::move(socket)), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_.get())) {
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (!server_name.empty()) SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str());
    SSL_set_fd(ssl_.get(), socket_.get());
    if (repeat([this] { return SSL_connect(ssl_.get()); }, deadline) <= 0) throw TimedOut("no TLS handshake in time");
  }

  ~TlsStream() override {
    SSL_shutdown(ssl_.get()); // says goodbye; nobody waits for the answer
  }

  std::size_t write_some(std::string_view bytes, Deadline deadline) override {
    const int sent =
        repeat([&] { return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); }, deadline);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }

  std::string read_some(Deadline deadline) override {
    std::string bytes(16 * 1024, '\0');
    const int got =
        repeat([&] { return SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); }, deadline);
    if (got < 0) throw TimedOut("nothing to read came over TLS in time");
    return bytes.substr(0, static_cast<std::size_t>(got));
  }

  void end_writing() override {
    if (SSL_shutdown(ssl_.get()) < 0) throw std::runtime_error("the end of the TLS stream could not be written");
  }

  int socket() const override { return socket_.get(); }

 private:
  // Calls `operation` until it succeeds: its result, 0 at the end of the stream, -1 when the deadline passed.
  template <class Operation>
  int repeat(Operation operation, Deadline deadline) {
    while (true) {
      ERR_clear_error();
      errno = 0;
      const int result = operation();
      if (result > 0) return result;
      const int why = SSL_get_error(ssl_.get(), result);
      if (why == SSL_ERROR_ZERO_RETURN) return 0;
      if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) throw failure(why);
      if (!ready(socket_.get(), why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) return -1;
    }
  }

  static std::runtime_error failure(int why) {
    const auto code = ERR_get_error();
    if (code == 0) return std::runtime_error("TLS connection lost, errno " + std::to_string(errno));
    return std::runtime_error("TLS error " + std::to_string(why) + ": " + ERR_reason_error_string(code));
  }

  local::Descriptor socket_;
  std::unique_ptr<SSL_CTX, SslDeleter> context_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
};

} // namespace

std::unique_ptr<ByteStream> make_tls_stream(local::Descriptor socket, Deadline deadline,
                                            const std::string& server_name) {
  return std::make_unique<TlsStream>(std::move(socket), deadline, server_name);
}

} // namespace rtmpt_proxy::test
