// SPDX-License-Identifier: Apache-2.0
// Publishes as OBS Studio does, by its own library and plugins: a picture that changes its colour, and silence. It
// needs an X display. OBS has no other way to publish without a window and a person before it.
//
// usage: obs_publisher SECONDS SERVER KEY [USER PASSWORD]
//
// Prints "started" when the server lets it publish. At its end, which a refusal brings at once, it prints "frames N"
// and "code N": the coded pictures that OBS counts as sent, and how the output stopped (OBS_OUTPUT_SUCCESS is 0).
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <obs.h>
#include <util/base.h>

namespace {

constexpr std::uint32_t kWidth = 160;
constexpr std::uint32_t kHeight = 120;
constexpr std::uint32_t kPicturesASecond = 15;
constexpr std::uint32_t kSoundsASecond = 44100;
constexpr std::chrono::seconds kMostWaiting{30};

template <auto release>
struct Release {
  template <class Object>
  void operator()(Object* object) const {
    release(object);
  }
};
using Data = std::unique_ptr<obs_data_t, Release<obs_data_release>>;
using Source = std::unique_ptr<obs_source_t, Release<obs_source_release>>;
using Encoder = std::unique_ptr<obs_encoder_t, Release<obs_encoder_release>>;
using Service = std::unique_ptr<obs_service_t, Release<obs_service_release>>;
using Output = std::unique_ptr<obs_output_t, Release<obs_output_release>>;

template <class Object>
Object required(Object object, const std::string& what) {
  if (!object) throw std::runtime_error("OBS has no " + what);
  return object;
}

// OBS would write most of what it says where the results go.
void log_to_stderr(int /*level*/, const char* format, va_list words, void* /*nothing*/) {
  std::vfprintf(stderr, format, words);
  std::fputc('\n', stderr);
}

void load_plugin(const std::string& name) {
  const std::string file = RTMPT_OBS_PLUGINS "/" + name + ".so";
  const std::string data = "/usr/share/obs/obs-plugins/" + name;
  obs_module_t* plugin = nullptr;
  if (obs_open_module(&plugin, file.c_str(), data.c_str()) != MODULE_SUCCESS || !obs_init_module(plugin))
    throw std::runtime_error("OBS cannot load " + file);
}

// OBS as long as it lives.
class Obs {
 public:
  Obs() {
    if (!obs_startup("en-US", nullptr, nullptr)) throw std::runtime_error("OBS does not start");
    set_video();
    set_audio();
    for (const char* const name : {"image-source", "obs-x264", "obs-ffmpeg", "obs-outputs", "rtmp-services"})
      load_plugin(name);
    obs_post_load_modules();
  }
  ~Obs() { obs_shutdown(); }
  Obs(const Obs&) = delete;
  Obs& operator=(const Obs&) = delete;

 private:
  static void set_video() {
    obs_video_info video{};
    video.graphics_module = "libobs-opengl";
    video.fps_num = kPicturesASecond;
    video.fps_den = 1;
    video.base_width = video.output_width = kWidth;
    video.base_height = video.output_height = kHeight;
    video.output_format = VIDEO_FORMAT_NV12;
    video.colorspace = VIDEO_CS_709;
    video.range = VIDEO_RANGE_PARTIAL;
    video.scale_type = OBS_SCALE_BILINEAR;
    const int result = obs_reset_video(&video);
    if (result != OBS_VIDEO_SUCCESS) throw std::runtime_error("OBS makes no pictures: " + std::to_string(result));
  }

  static void set_audio() {
    const obs_audio_info audio{kSoundsASecond, SPEAKERS_STEREO};
    if (!obs_reset_audio(&audio)) throw std::runtime_error("OBS makes no sound");
  }
};

// The colour goes round: no picture is like the one before.
class Picture {
 public:
  Picture() : source_(required(obs_source_create("color_source", "picture", settings(0).get(), nullptr), "colours")) {
    obs_set_output_source(0, source_.get());
  }
  ~Picture() { obs_set_output_source(0, nullptr); }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  void change() { obs_source_update(source_.get(), settings(++turn_).get()); }

 private:
  static Data settings(std::uint32_t turn) {
    Data data(obs_data_create());
    obs_data_set_int(data.get(), "width", kWidth);
    obs_data_set_int(data.get(), "height", kHeight);
    obs_data_set_int(data.get(), "color", 0xff000000U | (turn * 0x102030U & 0xffffffU));
    return data;
  }

  std::uint32_t turn_ = 0;
  Source source_;
};

Encoder make_video_encoder() {
  const Data data(obs_data_create());
  obs_data_set_int(data.get(), "bitrate", 300);
  obs_data_set_int(data.get(), "keyint_sec", 1);
  obs_data_set_string(data.get(), "preset", "ultrafast");
  obs_data_set_string(data.get(), "tune", "zerolatency");
  Encoder encoder(required(obs_video_encoder_create("obs_x264", "pictures", data.get(), nullptr), "obs_x264"));
  obs_encoder_set_video(encoder.get(), obs_get_video());
  return encoder;
}

Encoder make_audio_encoder() {
  const Data data(obs_data_create());
  obs_data_set_int(data.get(), "bitrate", 64);
  Encoder encoder(required(obs_audio_encoder_create("ffmpeg_aac", "sound", data.get(), 0, nullptr), "ffmpeg_aac"));
  obs_encoder_set_audio(encoder.get(), obs_get_audio());
  return encoder;
}

struct Server {
  std::string url;
  std::string key;
  std::string user; // empty: it does not log in
  std::string password;
};

Service make_service(const Server& server) {
  const Data data(obs_data_create());
  obs_data_set_string(data.get(), "server", server.url.c_str());
  obs_data_set_string(data.get(), "key", server.key.c_str());
  obs_data_set_bool(data.get(), "use_auth", !server.user.empty());
  obs_data_set_string(data.get(), "username", server.user.c_str());
  obs_data_set_string(data.get(), "password", server.password.c_str());
  return Service(required(obs_service_create("rtmp_custom", "server", data.get(), nullptr), "rtmp_custom"));
}

// What OBS' threads tell of the output.
struct Told {
  std::atomic<bool> started{false};
  std::atomic<bool> stopped{false};
  std::atomic<long long> code{0};
};

void note_start(void* told, calldata_t*) {
  static_cast<Told*>(told)->started = true;
}

void note_stop(void* told, calldata_t* facts) {
  auto* const noted = static_cast<Told*>(told);
  noted->code = calldata_int(facts, "code");
  noted->stopped = true;
}

class Broadcast {
 public:
  explicit Broadcast(const Server& server)
      : video_(make_video_encoder()), audio_(make_audio_encoder()), service_(make_service(server)) {
    output_.reset(required(obs_output_create("rtmp_output", "stream", nullptr, nullptr), "rtmp_output"));
    obs_output_set_video_encoder(output_.get(), video_.get());
    obs_output_set_audio_encoder(output_.get(), audio_.get(), 0);
    obs_output_set_service(output_.get(), service_.get());
    obs_output_set_reconnect_settings(output_.get(), 0, 0);
    signal_handler_t* const signals = obs_output_get_signal_handler(output_.get());
    signal_handler_connect(signals, "start", note_start, &told_);
    signal_handler_connect(signals, "stop", note_stop, &told_);
    if (!obs_output_start(output_.get())) throw std::runtime_error("OBS' output does not start");
  }

  bool started() const { return told_.started; }
  bool stopped() const { return told_.stopped; }
  void stop() { obs_output_stop(output_.get()); }
  int frames() const { return obs_output_get_total_frames(output_.get()); }
  long long code() const { return told_.code; }

 private:
  Told told_; // outlives what tells
  Encoder video_;
  Encoder audio_;
  Service service_;
  Output output_;
};

// Changes the picture until `done`, or until the output has stopped by itself; whether `done` came first.
template <class Done>
bool show_until(Picture& picture, const Broadcast& broadcast, std::chrono::seconds most, Done done) {
  const auto end = std::chrono::steady_clock::now() + most;
  while (!done()) {
    if (broadcast.stopped() || std::chrono::steady_clock::now() >= end) return false;
    picture.change();
    std::this_thread::sleep_for(std::chrono::milliseconds(1000 / kPicturesASecond));
  }
  return true;
}

void publish(const Server& server, std::chrono::seconds length) {
  Picture picture;
  Broadcast broadcast(server);
  if (show_until(picture, broadcast, kMostWaiting, [&] { return broadcast.started(); })) {
    std::puts("started");
    std::fflush(stdout);
    show_until(picture, broadcast, length, [] { return false; });
  }
  if (!broadcast.stopped()) broadcast.stop();
  show_until(picture, broadcast, kMostWaiting, [] { return false; });
  if (!broadcast.stopped()) throw std::runtime_error("OBS' output does not stop");
  std::printf("frames %d\ncode %lld\n", broadcast.frames(), broadcast.code());
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 6) {
    std::fputs("usage: obs_publisher SECONDS SERVER KEY [USER PASSWORD]\n", stderr);
    return 2;
  }
  // A plugin would fetch a list of services from OBS' makers, whatever the settings say: let it find no way there.
  ::setenv("https_proxy", "http://127.0.0.1:1", 1);
  base_set_log_handler(log_to_stderr, nullptr);
  try {
    const Obs obs;
    publish({argv[2], argv[3], argc == 6 ? argv[4] : "", argc == 6 ? argv[5] : ""},
            std::chrono::seconds(std::stoi(argv[1])));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "obs_publisher: %s\n", problem.what());
    return 1;
  }
  return 0;
}
