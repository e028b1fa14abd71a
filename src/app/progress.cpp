// SPDX-License-Identifier: Apache-2.0
#include "app/progress.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>

namespace cairn::app {
namespace {

volatile std::sig_atomic_t asked_flag = 0;

extern "C" void on_signal(int) {
  if (asked_flag != 0) std::_Exit(exit_interrupted);
  asked_flag = 1;
}

constexpr int bar_width = 30;

}  // namespace

Interruption::Interruption() {
  asked_flag = 0;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

Interruption::~Interruption() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool Interruption::asked() {
  return asked_flag != 0;
}

Progress::Progress(std::FILE* out, bool terminal, std::string what)
    : out_(out), terminal_(terminal), what_(std::move(what)) {}

Progress::~Progress() {
  if (terminal_ && shown_ >= 0) std::fputs("\r\x1b[K", out_);
  std::fflush(out_);
}

bool Progress::show(double part) {
  int percent = static_cast<int>(100 * std::clamp(part, 0.0, 1.0));
  if (!terminal_) percent -= percent % 10;
  if (percent > shown_) {
    shown_ = percent;
    if (terminal_) {
      const int full = percent * bar_width / 100;
      std::fprintf(out_, "\r%s [%s%s] %d %%", what_.c_str(),
                   std::string(static_cast<std::size_t>(full), '#').c_str(),
                   std::string(static_cast<std::size_t>(bar_width - full), '.').c_str(), percent);
    } else {
      std::fprintf(out_, "%s %d %%\n", what_.c_str(), percent);
    }
    std::fflush(out_);
  }
  return !Interruption::asked();
}

}  // namespace cairn::app
