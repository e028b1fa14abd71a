// SPDX-License-Identifier: Apache-2.0
#include "server/herald.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cairn::server {
namespace {

using std::chrono::steady_clock;

// Values are told so many at a time (about a millisecond), and then the thread rests for so many
// times what that took; alerts are looked for in between.
constexpr std::size_t slice = 64;
constexpr std::size_t slice_narrow = 16;  // of these at least, so that villages get their turn
constexpr int rest_factor = 9;
// What nobody was told yet is bounded: a page that shows the newest needs no more of the others.
constexpr std::size_t most_alerts = 100'000;
constexpr std::size_t most_readings = 512;

template <class T>
void move_behind(std::vector<T>& from, std::vector<T>& to, std::size_t most) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  if (to.size() > most) {
    to.erase(to.begin(), to.end() - static_cast<std::ptrdiff_t>(most));
  }
}

}  // namespace

void Herald::Queue::put(watch::LiveCell cell) {
  const auto [at, fresh] =
      place_.try_emplace(cell.indicator + '\n' + cell.region, told_ + cells_.size());
  if (fresh) {
    cells_.push_back(std::move(cell));
  } else {
    cells_[at->second - told_] = std::move(cell);
  }
}

void Herald::Queue::take(std::size_t most, std::vector<watch::LiveCell>& out) {
  for (; most > 0 && !cells_.empty(); --most, ++told_) {
    place_.erase(cells_.front().indicator + '\n' + cells_.front().region);
    out.push_back(std::move(cells_.front()));
    cells_.pop_front();
  }
}

Herald::Herald(Tell tell) : tell_(std::move(tell)), thread_([this] { run(); }) {}

void Herald::hear(watch::LiveUpdate update) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.now = update.now;
    waiting_.rejected = update.rejected;
    for (watch::LiveCell& cell : update.cells) {
      (cell.wide ? wide_ : narrow_).put(std::move(cell));
    }
    urgent_ = urgent_ || !update.alerts.empty();
    slow_ = slow_ || !update.revisions.empty() || !update.silent.empty() || !update.heard.empty() ||
            !update.readings.empty();
    move_behind(update.alerts, waiting_.alerts, most_alerts);
    move_behind(update.revisions, waiting_.revisions, most_alerts);
    move_behind(update.silent, waiting_.silent, most_alerts);
    move_behind(update.heard, waiting_.heard, most_alerts);
    move_behind(update.readings, waiting_.readings, most_readings);
  }
  heard_.notify_one();
}

bool Herald::take_alerts(watch::LiveUpdate& out) {
  if (!urgent_) return false;
  out = {};
  out.now = waiting_.now;
  out.rejected = waiting_.rejected;
  out.alerts.swap(waiting_.alerts);
  urgent_ = false;
  return true;
}

// Everything else, and so many values; none at the end.
bool Herald::take_slice(watch::LiveUpdate& out) {
  if (!slow_ && (stopping_ || !has_values())) return false;
  out = std::exchange(waiting_, {});
  waiting_.now = out.now;
  waiting_.rejected = out.rejected;
  urgent_ = slow_ = false;
  if (stopping_) return true;
  wide_.take(slice - std::min(slice_narrow, narrow_.size()), out.cells);
  narrow_.take(slice - out.cells.size(), out.cells);
  return true;
}

void Herald::run() {
  auto rested = steady_clock::now();
  watch::LiveUpdate update;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto begin = steady_clock::now();
    const bool alerts = take_alerts(update);
    if (alerts || ((stopping_ || begin >= rested) && take_slice(update))) {
      lock.unlock();
      tell_(update);
      const auto end = steady_clock::now();
      if (!alerts) rested = end + (end - begin) * rest_factor;
      lock.lock();
    } else if (stopping_) {
      return;
    } else if (slow_ || has_values()) {
      heard_.wait_until(lock, rested);
    } else {
      heard_.wait(lock);
    }
  }
}

void Herald::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  heard_.notify_one();
  if (thread_.joinable()) thread_.join();
}

}  // namespace cairn::server
