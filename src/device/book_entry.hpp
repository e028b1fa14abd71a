// SPDX-License-Identifier: Apache-2.0
// An entry of the register. For the files of Book only.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>

#include "device/book.hpp"

namespace cairn::device {

struct Book::Entry {
  Device device;  // under Book::mutex_
  bool used = false;
  Instant since;  // silence is not counted before it

  mutable std::mutex mutex;  // of the rest
  Counts counts;
  bool dirty = false;
  std::optional<Instant> told_heard;     // the newest word that a report told of
  std::optional<Instant> told_at;        // when
  std::int64_t told_missed = -1;         // -1: nothing since the start
  std::optional<std::int64_t> told_day;  // on which calibration was told
};

}  // namespace cairn::device
