// SPDX-License-Identifier: Apache-2.0
#include "support/clients/http_connection.hpp"

#include <charconv>
#include <system_error>

#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

constexpr std::string_view kHost = "localhost";

int status_of(std::string_view head) {
  int status = 0;
  if (head.starts_with("HTTP/1.") && head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, status);
  if (status < 100) throw std::runtime_error("no HTTP response: " + std::string(head));
  return status;
}

std::string request_head(std::string_view method, std::string_view target, std::string_view headers) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  if (headers.find("Host: ") == std::string_view::npos) text += "Host: " + std::string(kHost) + "\r\n";
  return text += headers;
}

} // namespace

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  const auto wanted = "\r\n" + std::string(name) + ": ";
  const auto at = head.find(wanted);
  if (at == std::string::npos) return std::nullopt;
  const auto begin = at + wanted.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

bool HttpResponse::says_close() const {
  return header("Connection") == "close";
}

std::string HttpConnection::read_head(Deadline deadline) {
  std::size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    const auto more = stream_->read_some(deadline);
    if (more.empty()) throw std::runtime_error("the connection ended before a response, after: " + buffer_);
    buffer_ += more;
  }
  auto head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  return head;
}

std::string HttpConnection::read_body(const HttpResponse& response, Deadline deadline) {
  if (response.status < 200 || response.status == 204 || response.status == 304) return {};
  if (response.header("Transfer-Encoding") == "chunked") return read_chunks(response, deadline);
  const auto length = response.header("Content-Length");
  if (!length && !response.says_close()) throw std::runtime_error("no Content-Length in: " + response.head);
  const auto wanted = length ? std::stoull(*length) : std::string::npos;
  while (buffer_.size() < wanted) {
    const auto more = stream_->read_some(deadline);
    if (more.empty() && length) throw std::runtime_error("the connection ended within a body after: " + response.head);
    if (more.empty()) break;
    buffer_ += more;
  }
  auto body = buffer_.substr(0, wanted);
  buffer_.erase(0, body.size());
  return body;
}

void HttpConnection::await_bytes(std::size_t count, const HttpResponse& response, Deadline deadline) {
  while (buffer_.size() < count) {
    const auto more = stream_->read_some(deadline);
    if (more.empty()) throw std::runtime_error("the connection ended within a body after: " + response.head);
    buffer_ += more;
  }
}

std::string HttpConnection::read_chunks(const HttpResponse& response, Deadline deadline) {
  for (std::string body;;) {
    std::size_t line_end = 0;
    while ((line_end = buffer_.find("\r\n")) == std::string::npos)
      await_bytes(buffer_.size() + 1, response, deadline);
    const std::size_t size = std::stoull(buffer_.substr(0, line_end), nullptr, 16);
    await_bytes(line_end + 2 + size + 2, response, deadline);
    body += buffer_.substr(line_end + 2, size);
    buffer_.erase(0, line_end + 2 + size + 2);
    if (size == 0) return body;
  }
}

HttpResponse HttpConnection::receive(Deadline deadline) {
  HttpResponse response;
  response.head = read_head(deadline);
  response.status = status_of(response.head);
  response.body = read_body(response, deadline);
  return response;
}

HttpResponse HttpConnection::exchange(std::string_view bytes, Deadline deadline) {
  send(bytes, deadline);
  return receive(deadline);
}

bool HttpConnection::closed_by_server(Deadline deadline) {
  if (!buffer_.empty()) return false;
  try {
    buffer_ = stream_->read_some(deadline);
    return buffer_.empty();
  } catch (const TimedOut&) {
    return false;
  } catch (const std::runtime_error&) { // a reset, or TLS without its goodbye: an end as well
    return true;
  }
}

bool HttpConnection::readable(Deadline deadline) {
  if (!buffer_.empty()) return true;
  try {
    // Not by poll(2): over TLS there is more to read than answers.
    buffer_ = stream_->read_some(deadline);
    return true;
  } catch (const TimedOut&) {
    return false;
  }
}

void HttpConnection::reset() {
  const linger at_once{1, 0};
  setsockopt(stream_->socket(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  stream_.reset();
}

std::string post(std::string_view target, std::string_view body, std::string_view headers) {
  auto text = request_head("POST", target, headers);
  text += "Content-Type: application/x-fcs\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  text += body;
  return text;
}

std::string get(std::string_view target, std::string_view headers) {
  return request_head("GET", target, headers) + "\r\n";
}

HttpResponse fetch(const Endpoint& endpoint, std::string_view target, Deadline deadline) {
  HttpConnection connection(endpoint);
  return connection.exchange(get(target), deadline);
}

} // namespace rtmpt_proxy::test
