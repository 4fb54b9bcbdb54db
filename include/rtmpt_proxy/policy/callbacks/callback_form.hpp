// SPDX-License-Identifier: Apache-2.0
// The form that a program of the site gets when it is asked about a stream: the fields of nginx-rtmp's on_publish and
// on_play, in their order, so that programs written for that server work unchanged.
//
//   app=live&flashver=FMLE&swfurl=&tcurl=rtmp%3A%2F%2F…&pageurl=&addr=192.0.2.7&clientid=k3f9&call=publish&name=cam1
//   &type=live&key=secret            the last are the stream's own arguments, as they were sent
//   └───────────── session_form() ─────────────┘                         └── stream_form() ──┘
#pragma once

#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// Longer texts of the client are cut there.
inline constexpr std::size_t kMaxFormTextBytes = 256;
inline constexpr std::size_t kMaxFormUrlBytes = 1500; // of tcUrl
inline constexpr std::size_t kMaxPublishTypeBytes = 16;

// An application is never cut: a program would decide about another one than httpd. So that the form fits into a header
// of httpd's 8 KiB, a longer one must not be asked about. Counted as it stands in the path, escaped and with its slash.
inline constexpr std::size_t kMaxFormAppBytes = 768;

// Whether the application fits into a form. `app_path` is AskTarget::path.
bool fits_form(std::string_view app_path);

// What the client's connect has said: from app to pageurl. May hold passwords, as tcUrl does. The application is that
// of `app_path`, AskTarget::path, as httpd is asked about it: clients can write it in several ways.
std::string session_form(std::string_view app_path, const protocol::ConnectRequest& connect);

// From call to type. `path` and `app_path` are those of StreamTarget and AskTarget: the name is what httpd is asked
// about, without a prefix like mp4:. `type` may be empty: then there is no such field.
std::string stream_form(std::string_view call, std::string_view path, std::string_view app_path, std::string_view type);

// The form about a viewer's GET for that path, which is not escaped.
std::string session_form_of_view(std::string_view path);
std::string stream_form_of_view(std::string_view path);

// What the end of a stream adds to a stream_form().
std::string end_form(std::uint64_t bytes, std::uint64_t seconds);

struct CallbackForm {
  std::string_view session; // session_form()
  std::string_view address; // of the client
  std::string_view client_id;
  std::string_view stream;    // stream_form()
  std::string_view arguments; // of the stream: its query
};

std::string callback_form(const CallbackForm& form);

// Whether a stream's arguments have a field that the form has too. A program may take the one or the other, so such a
// stream must not be asked about. Names are compared as PHP does, which decodes them, cuts them at '[', and takes '.'
// and ' ' for '_'.
bool hides_form_field(std::string_view arguments);

} // namespace rtmpt_proxy::policy
