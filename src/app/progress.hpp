// SPDX-License-Identifier: Apache-2.0
// How far a long command is, and its end by Ctrl-C.
#pragma once

#include <cstdio>
#include <functional>
#include <string>

namespace cairn::app {

inline constexpr int exit_interrupted = 130;

// While one lives, SIGINT and SIGTERM set a flag; a second one ends the program at once.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  static bool asked();
};

// One line that grows on a terminal, a line every ten percent elsewhere.
class Progress {
 public:
  Progress(std::FILE* out, bool terminal, std::string what);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `part` from 0 to 1, from one thread at a time. False: the user wants an end.
  bool show(double part);
  std::function<bool(double)> callback() {
    return [this](double part) { return show(part); };
  }

 private:
  std::FILE* out_;
  bool terminal_;
  std::string what_;
  int shown_ = -1;  // percent
};

}  // namespace cairn::app
