// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/callbacks/callback_form.hpp>
#include <rtmpt_proxy/policy/routing/ask_target.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::ConnectRequest;

namespace {

ConnectRequest sample_connect() {
  ConnectRequest connect;
  connect.app = "live?user=a";
  connect.tc_url = "rtmp://h:1935/live?a=b";
  connect.flash_version = "FMLE/3.0 (x)";
  connect.swf_url = "http://h/p.swf";
  connect.page_url = "http://h/?q=1&r=2";
  return connect;
}

} // namespace

TEST_CASE("The form has nginx-rtmp's fields in its order, and the arguments as they were sent", "[callback form]") {
  CallbackForm form;
  const std::string session = session_form("/live", sample_connect());
  const std::string stream = stream_form("publish", "/live/a/cam%2B1", "/live", "live");
  form.session = session;
  form.stream = stream;
  form.address = "2001:db8::7";
  form.client_id = "k3f9";
  form.arguments = "key=se%26cret&&x";
  CHECK(
      callback_form(form) ==
      "app=live&flashver=FMLE%2F3.0%20%28x%29&swfurl=http%3A%2F%2Fh%2Fp.swf&tcurl=rtmp%3A%2F%2Fh%3A1935%2Flive%3Fa%3Db"
      "&pageurl=http%3A%2F%2Fh%2F%3Fq%3D1%26r%3D2&addr=2001%3Adb8%3A%3A7&clientid=k3f9"
      "&call=publish&name=a/cam%2B1&type=live&key=se%26cret&&x");
  form.arguments = {};
  CHECK(callback_form(form).ends_with("&type=live"));
}

TEST_CASE("The name in the form is what httpd is asked about, without its application", "[callback form]") {
  CHECK(stream_form("play", "/live/cam1", "/live", "") == "call=play&name=cam1");
  CHECK(stream_form("play", "/cam1", "/", "") == "call=play&name=cam1");
  CHECK(stream_form("play", "/cam1", "/cam1", "") == "call=play&name=");
  CHECK(stream_form_of_view("/live/a/cam1.flv") == "call=play&name=cam1");
  CHECK(session_form_of_view("/live/a/cam1.flv") == "app=live%2Fa&flashver=&swfurl=&tcurl=&pageurl=");
  CHECK(stream_form_of_view("/cam 1") == "call=play&name=cam%201");
  CHECK(stream_form_of_view("") == "call=play&name=");
  CHECK(end_form(12, 3) == "&bytes=12&seconds=3");
}

TEST_CASE("The application in the form is the one that httpd is asked about, however the client writes it",
          "[callback form]") {
  for (const char* const app : {"vip", "vip/", "vip/_definst_", "vip/_definst_/", "vip?key=1", "vip/?key=1"}) {
    CAPTURE(app);
    ConnectRequest connect;
    connect.app = app;
    const AskTarget target = ask_target(connect);
    REQUIRE(target.error == AskError::none);
    CHECK(session_form(target.path, connect) == "app=vip&flashver=&swfurl=&tcurl=&pageurl=");
  }
  CHECK(session_form("/a/b%2Bc", {}).starts_with("app=a%2Fb%2Bc&"));
  CHECK(session_form("/", {}).starts_with("app=&"));
}

TEST_CASE("An application and a name are never cut, and an application that would have to be fits into no form",
          "[callback form]") {
  const std::string app = "/" + std::string(kMaxFormAppBytes - 1, 'a');
  CHECK(fits_form(app));
  CHECK_FALSE(fits_form(app + "a"));
  CHECK(session_form(app, {}).starts_with("app=" + app.substr(1) + "&"));
  CHECK(session_form_of_view(app + "/cam1.flv").starts_with("app=" + app.substr(1) + "&"));
  CHECK(stream_form_of_view("/live/" + app.substr(1) + ".flv") == "call=play&name=" + app.substr(1));
}

TEST_CASE("Long texts of the client are cut, and fit into a header of httpd", "[callback form]") {
  ConnectRequest connect;
  connect.tc_url = std::string(4096, '\xff');
  connect.flash_version = connect.swf_url = connect.page_url = connect.tc_url;
  CHECK(session_form("/" + std::string(kMaxFormAppBytes - 1, 'a'), connect).size() < 8000);
}

TEST_CASE("Arguments that a program could take for the form's own fields are found", "[callback form]") {
  for (const char* const arguments :
       {"name=x",        "a=b&name=x", "name",    "NAME=x",    "n%61me=x",   "%6eame=x",  "name[]=x",
        "name%5B0%5D=x", " name=x",    "+name=x", "%20name=x", "name%00=x",  "call=play", "addr=1",
        "app=x",         "tcurl=",     "type=",   "a;name=x",  "clientid=1", "bytes=1",   "seconds=1"}) {
    CAPTURE(arguments);
    CHECK(hides_form_field(arguments));
  }
  for (const char* const arguments :
       {"", "key=name", "user=a&pass=b", "names=1", "my_name=1", "token=a.b&expires=1", "&&", "="}) {
    CAPTURE(arguments);
    CHECK_FALSE(hides_form_field(arguments));
  }
}
