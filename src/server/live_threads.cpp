// SPDX-License-Identifier: Apache-2.0
#include "server/live_threads.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace cairn::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// An idle engine looks up this often: ticks of the log, and stopping.
constexpr int idle_ms = 200;
// Pages move this often at most; a roll-up that takes long may use a tenth of the thread.
constexpr milliseconds publish_least{20};
constexpr int publish_share = 10;
constexpr std::size_t publish_cells = 250;  // well below a millisecond
constexpr milliseconds publish_most{500};     // but the first one, of everything, is no measure
constexpr milliseconds keep_pause{100};
constexpr int keep_retry_pauses = 10;

}  // namespace

LiveThreads::LiveThreads(watch::Engine& engine, std::function<void(const Error&)> fatal)
    : engine_(engine),
      fatal_(std::move(fatal)),
      herald_([this](const watch::LiveUpdate& update) { engine_.tell(update); }) {
  engine_.relay([this](watch::LiveUpdate update) { herald_.hear(std::move(update)); });
  const auto start = [this](const char* name, void (LiveThreads::*work)()) {
    threads_.emplace_back([this, work] { (this->*work)(); });
    ::pthread_setname_np(threads_.back().native_handle(), name);
  };
  start("cairn-log", &LiveThreads::write);
  start("cairn-apply", &LiveThreads::apply);
  start("cairn-keep", &LiveThreads::keep);
}

void LiveThreads::give_up(const Error& error) {
  if (failed_.exchange(true)) return;
  stopping_ = true;
  if (fatal_) fatal_(error);
}

void LiveThreads::write() {
  while (!stopping_) {
    if (const auto done = engine_.write(idle_ms); !done) return give_up(done.error());
  }
}

void LiveThreads::apply() {
  auto published = steady_clock::now() - publish_least;
  auto took = steady_clock::duration::zero();
  bool news = true;
  while (!stopping_) {
    const auto due = published + std::clamp<steady_clock::duration>(took * publish_share,
                                                                    publish_least, publish_most);
    const auto wait = std::chrono::duration_cast<milliseconds>(due - steady_clock::now()).count();
    const int wait_ms =
        news ? static_cast<int>(std::clamp<std::int64_t>(wait, 1, idle_ms)) : idle_ms;
    const auto applied = engine_.apply(wait_ms);
    if (!applied) return give_up(applied.error());
    engine_.tell_alerts();
    run_between();
    news = news || *applied;
    // Time alone changes values too: an idle engine publishes at its idle pace.
    const auto now = steady_clock::now();
    if (now < due) continue;
    if (!publish(took)) return;
    published = steady_clock::now();
    news = false;
  }
}

// In parts: what comes in meanwhile is applied in between, and its alerts are told.
bool LiveThreads::publish(steady_clock::duration& took) {
  auto begin = steady_clock::now();
  took = steady_clock::duration::zero();
  bool sound = true;
  const auto pause = [&] {
    if (!sound) return;
    took += steady_clock::now() - begin;
    if (const auto applied = engine_.apply(0); !applied) {
      give_up(applied.error());
      sound = false;
    }
    engine_.tell_alerts();
    begin = steady_clock::now();
  };
  engine_.refresh(pause);
  while (sound && !stopping_ && engine_.publish_some(publish_cells)) pause();
  took += steady_clock::now() - begin;
  return sound;
}

// The same trouble is told once.
void LiveThreads::tell_of(const Error& error) {
  std::string text = to_string(error);
  if (text == told_) return;
  std::fprintf(stderr, "the engine cannot keep its history, states or journal: %s\n", text.c_str());
  told_ = std::move(text);
}

void LiveThreads::keep() {
  while (!stopping_) {
    const auto more = engine_.keep();
    // Nothing that was acknowledged rests on it: it is all in the log and in memory, and is tried
    // again. A full disk gets space, a damaged segment does not keep the others from their turn.
    if (!more) {
      tell_of(more.error());
      for (int i = 0; i < keep_retry_pauses && !stopping_; ++i) {
        std::this_thread::sleep_for(keep_pause);
      }
      continue;
    }
    if (!told_.empty()) std::fprintf(stderr, "what the engine keeps is kept again\n");
    told_.clear();
    if (!*more) std::this_thread::sleep_for(keep_pause);
  }
}

void LiveThreads::run_between() {
  std::vector<std::packaged_task<Status()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(between_);
  }
  for (auto& task : tasks) task();
}

Status LiveThreads::between(std::function<Status()> work) {
  std::packaged_task<Status()> task(std::move(work));
  auto done = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return fail(Code::io, "the live engine has stopped");
    between_.push_back(std::move(task));
  }
  return done.get();
}

void LiveThreads::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  if (threads_.empty()) return;
  threads_.clear();
  herald_.stop();
  engine_.relay({});
  run_between();
  if (failed_) return;
  if (const auto closed = engine_.close(); !closed) give_up(closed.error());
}

}  // namespace cairn::server
