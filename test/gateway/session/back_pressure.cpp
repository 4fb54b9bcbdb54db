// SPDX-License-Identifier: Apache-2.0
// Bounded buffers in both directions: nothing grows, and nothing is lost or doubled while somebody waits.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::SessionEnd;

TEST_CASE("A backend that takes nothing fills the buffer, then delays the answer", "[session][back_pressure]") {
  SessionRig rig(small_buffer(1000));
  rig.backend.takes_bytes = 0;
  CHECK(rig.send(1, stream_bytes(1000)).text() == "\x01");
  CHECK(rig.session.bytes_for_backend() > 0);
  const FakeExchange& delayed = rig.send(2, stream_bytes(500, 1000));
  CHECK(delayed.text() == "-");
  rig.backend_takes(499);
  CHECK(delayed.text() == "-");
  CHECK((rig.backend.received == stream_bytes(499)));
  rig.backend_takes(1);
  CHECK(delayed.text() == "\x01");
  rig.backend_takes(1000);
  CHECK((rig.backend.received == stream_bytes(1500)));
  CHECK(rig.session.bytes_for_backend() == 0);
}

TEST_CASE("A body many times the buffer goes through in order", "[session][back_pressure]") {
  const auto step = GENERATE(1U, 7U, 64U, 1000U);
  SessionRig rig(small_buffer(64));
  rig.backend.takes_bytes = 5;
  const FakeExchange& delayed = rig.send(1, stream_bytes(3000));
  while (!delayed.is_answered()) {
    const std::size_t before = rig.backend.received.size();
    rig.backend_takes(step);
    if (rig.backend.received.size() == before) FAIL("the backend was offered nothing");
  }
  rig.backend_takes(3000);
  CHECK((rig.backend.received == stream_bytes(3000)));
  CHECK(rig.session.counters().bytes_to_backend == 3000);
}

TEST_CASE("Requests behind a delayed send wait and run when it is done", "[session][back_pressure]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  rig.send(1, stream_bytes(200));
  const FakeExchange& idle = rig.idle(2);
  const FakeExchange& send = rig.send(3, stream_bytes(50, 200));
  const FakeExchange& close = rig.close(4);
  CHECK(idle.text() == "-");
  CHECK(send.text() == "-");
  rig.backend_takes(10'000);
  CHECK(idle.text() == "\x01");
  CHECK(send.text() == "\x03");
  CHECK(close.text() == std::string(1, '\0'));
  CHECK((rig.backend.received == stream_bytes(250)));
  CHECK(rig.session.end() == SessionEnd::closed);
}

TEST_CASE("A number that is missing behind a delayed send gets its two seconds afterwards",
          "[session][back_pressure]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  rig.send(1, stream_bytes(200));
  const FakeExchange& third = rig.send(3, "3");
  rig.pass(10s); // number 2 may be behind number 1 on its connection
  rig.backend_takes(10'000);
  rig.pass(1900ms);
  CHECK(third.text() == "-");
  rig.send(2, "2");
  CHECK(third.text() == "\x01");
  CHECK(rig.backend.received == stream_bytes(200) + "23");
}

TEST_CASE("A carrier that cannot wait is answered 503 and the body is delivered once", "[session][back_pressure]") {
  SessionRig rig(small_buffer(100));
  SessionRig::Terms impatient;
  impatient.wait_limit = 1s;
  rig.backend.takes_bytes = 0;
  const FakeExchange& delayed = rig.send(1, stream_bytes(300), impatient);
  const FakeExchange& parked = rig.send(2, stream_bytes(50, 300), impatient);
  rig.pass(999ms);
  CHECK(delayed.text() == "-");
  CHECK(parked.text() == "-");
  rig.pass(1ms);
  CHECK(delayed.text() == "503");
  CHECK(parked.text() == "503");
  rig.backend_takes(150);
  const FakeExchange& again = rig.send(1, stream_bytes(300), impatient);
  rig.backend_takes(150);
  CHECK(again.text() == "\x01");
  rig.send(2, stream_bytes(50, 300), impatient);
  rig.backend_takes(100);
  CHECK((rig.backend.received == stream_bytes(350)));
}

TEST_CASE("A client that takes nothing stops the reading from the backend", "[session][back_pressure]") {
  SessionRig rig(small_buffer(1000));
  CHECK(rig.session.backend_room_bytes() == 1000);
  rig.from_backend(stream_bytes(700));
  CHECK(rig.session.backend_room_bytes() == 300);
  rig.from_backend(stream_bytes(300, 700));
  CHECK(rig.session.backend_room_bytes() == 0);
  CHECK((rig.idle(1).body == stream_bytes(1000)));
  CHECK(rig.session.backend_room_bytes() == 1000);
}

TEST_CASE("A long session holds no more memory than its buffers", "[session][back_pressure]") {
  SessionRig rig(small_buffer(1 << 16));
  std::uint64_t position = 0;
  for (std::uint32_t number = 1; number <= 5000; ++number) {
    const std::size_t count = number % 100 == 0 ? 1U << 16 : 700;
    rig.from_backend(stream_bytes(count, position));
    if (rig.send(number, stream_bytes(1000)).body != stream_bytes(count, position)) FAIL("wrong bytes at " << number);
    position += count;
    // The reply that may be repeated, what is unsent, and the doubling of a ring.
    if (rig.session.storage_bytes() > 4U << 16) FAIL("the session holds " << rig.session.storage_bytes() << " bytes");
  }
  rig.idle(5001);
  rig.pass(500ms);
  CHECK(rig.session.storage_bytes() <= 32768);
}

TEST_CASE("A backend that takes nothing for four timeouts ends the session", "[session][back_pressure]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  const FakeExchange& delayed = rig.send(1, stream_bytes(300));
  rig.pass(59'999ms);
  CHECK(delayed.text() == "-");
  SECTION("it takes one byte at last") {
    rig.backend_takes(1);
    rig.pass(59'999ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
  }
  SECTION("it does not") {
    rig.pass(1ms);
  }
  CHECK(delayed.text() == "503");
  CHECK(delayed.close);
  CHECK(rig.session.end() == SessionEnd::backend_stalled);
}

TEST_CASE("What something else than the backend holds is no stall until then", "[session][back_pressure]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  rig.backend.held = rig.now() + 70s;
  rig.send(1, stream_bytes(300));
  rig.pass(69'999ms);
  CHECK_FALSE(rig.session.ended());
  rig.pass(1ms);
  CHECK(rig.session.end() == SessionEnd::backend_stalled);
}

TEST_CASE("A viewer of 0.9 Mb/s holds sixteen KiB, and more for a moment behind a large picture",
          "[session][back_pressure]") {
  SessionRig rig;
  std::uint64_t position = 0;
  std::size_t most_bytes = 0;
  for (std::uint32_t number = 1; number <= 400; ++number) {
    const bool is_key_frame = number % 45 == 0; // every two seconds at ffmpeg's pace
    const std::size_t count = is_key_frame ? 40'000 : 4'000;
    rig.from_backend(stream_bytes(count, position));
    rig.pass(20ms);
    position += count;
    REQUIRE(rig.idle(number).body.size() == count);
    if (number % 45 >= 10) most_bytes = std::max(most_bytes, rig.session.storage_bytes());
  }
  CHECK(most_bytes <= 16384);
}
