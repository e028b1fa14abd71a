// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "server/mqtt_socket.hpp"

namespace cairn::server {
namespace {

constexpr std::uint64_t listen_tag = 1, wake_tag = 2, first_tag = 16;
constexpr int tick_ms = 200;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string peer_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* address = nullptr;
  if (storage.ss_family == AF_INET6) {
    address = &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr;
  } else {
    address = &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr;
  }
  const char* written = ::inet_ntop(storage.ss_family, address, text.data(), text.size());
  return written == nullptr ? "" : written;
}

// Commits for the loop, from the thread of the log. Shared: the intake keeps its listeners.
class Commits {
 public:
  Commits() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  int fd() const { return wake_.get(); }
  void wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) return;  // full: it is awake already
  }
  void add(const watch::Intake::Commit& commit) {
    {
      const std::lock_guard lock(mutex_);
      if (!commits_.empty() && commits_.back().failed_to == 0 && commit.failed_to == 0) {
        commits_.back() = commit;
      } else {
        commits_.push_back(commit);
      }
    }
    wake();
  }
  std::vector<watch::Intake::Commit> take() {
    std::uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) < 0) count = 0;
    const std::lock_guard lock(mutex_);
    return std::exchange(commits_, {});
  }

 private:
  MqttFd wake_;
  std::mutex mutex_;
  std::vector<watch::Intake::Commit> commits_;
};

// Writes notes on a thread of its own: the door does not wait for the disk.
class Clerk {
 public:
  using Told = std::vector<std::pair<std::uint64_t, Status>>;
  Clerk(Hj212Endpoint::Keep keep, std::shared_ptr<Commits> wake)
      : keep_(std::move(keep)), wake_(std::move(wake)), thread_([this] { run(); }) {}
  ~Clerk() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Clerk(const Clerk&) = delete;
  Clerk& operator=(const Clerk&) = delete;

  void add(std::vector<Hj212Note> notes) {
    const std::lock_guard lock(mutex_);
    for (Hj212Note& note : notes) notes_.push_back(std::move(note));
    changed_.notify_all();
  }
  Told take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(told_, {});
  }

 private:
  // At the end everything is tried once more.
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !notes_.empty(); });
      if (notes_.empty()) return;
      const Hj212Note note = notes_.front();
      lock.unlock();
      Status done = keep_(note);
      lock.lock();
      if (!done && done.error().code == Code::io && !stopping_) {
        changed_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
        continue;
      }
      notes_.pop_front();
      told_.emplace_back(note.number, std::move(done));
      wake_->wake();
    }
  }

  const Hj212Endpoint::Keep keep_;
  const std::shared_ptr<Commits> wake_;  // shared: as Commits
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Hj212Note> notes_;
  Told told_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the rest
};

struct Connection {
  Hj212Session session;
  MqttSocket socket;
  bool waits_to_write = false;
};

class Endpoint final : public Hj212Endpoint {
 public:
  Endpoint(const Hj212Options& options, const model::Catalog& catalog, watch::Intake& intake,
           device::Register& devices, const Clock& clock, const Clock& true_clock)
      : options_(options),
        names_(catalog),
        counters_(std::make_shared<Hj212Counters>()),
        commits_(std::make_shared<Commits>()),
        desk_(options.desk, names_, intake, devices, clock, true_clock, *counters_) {
    intake.listen([commits = commits_](const watch::Intake::Commit& c) { commits->add(c); });
  }
  ~Endpoint() override { stop(); }

  Status open() {
    auto listener = mqtt_listen(options_.address, options_.port);
    if (!listener) {
      return fail(listener.error().code,
                  format("cannot listen on {}:{} for HJ 212", options_.address, options_.port));
    }
    listener_ = std::move(listener->fd);
    port_ = listener->port;
    epoll_ = MqttFd(::epoll_create1(EPOLL_CLOEXEC));
    control(EPOLL_CTL_ADD, listener_.get(), EPOLLIN, listen_tag);
    control(EPOLL_CTL_ADD, commits_->fd(), EPOLLIN, wake_tag);
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::uint16_t port() const override { return port_; }
  std::shared_ptr<const Hj212Counters> counters() const override { return counters_; }
  Result<Hj212Request> ask(std::string_view mn, const Hj212Command& command) override {
    const std::lock_guard lock(mutex_);
    auto asked = desk_.ask(mn, command, steady_ms());
    commits_->wake();
    return asked;
  }
  Hj212Standing standing(std::string_view mn) const override {
    const std::lock_guard lock(mutex_);
    return desk_.standing(mn);
  }
  void revoke(std::span<const device::Revocation> revoked) override {
    const std::lock_guard lock(mutex_);
    for (const device::Revocation& one : revoked) {
      if (one.protocol != device::Protocol::hj212) continue;
      const bool knows = one.why == device::Revoked::secret && desk_.changes_password(one.identity);
      if (!knows) desk_.revoke(one.identity);
    }
    commits_->wake();
  }
  void keep_notes(Keep keep) override {
    const std::lock_guard lock(mutex_);
    clerk_ = std::make_unique<Clerk>(std::move(keep), commits_);
  }
  void stop() override {
    stopping_ = true;
    commits_->wake();
    if (thread_.joinable()) thread_.join();
    if (clerk_) {
      const std::lock_guard lock(mutex_);
      clerk_->add(desk_.take_notes());
    }
    clerk_.reset();  // without the lock: the register may call revoke()
  }

 private:
  void control(int what, int fd, std::uint32_t events, std::uint64_t tag) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    ::epoll_ctl(epoll_.get(), what, fd, &event);
  }

  void run() {
    std::array<epoll_event, 128> events{};
    std::int64_t next_tick_ms = 0;
    while (!stopping_) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), tick_ms);
      const std::lock_guard lock(mutex_);
      now_ms_ = steady_ms();
      for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)]);
      if (now_ms_ >= next_tick_ms) {
        next_tick_ms = now_ms_ + tick_ms;
        desk_.tick(now_ms_);
      }
      pass_notes();
      flush_all();
    }
    const std::lock_guard lock(mutex_);
    while (!connections_.empty()) drop(connections_.begin()->first);
  }

  void pass_notes() {
    if (clerk_) {
      for (const auto& [number, done] : clerk_->take()) desk_.noted(number, done);
    }
    std::vector<Hj212Note> notes = desk_.take_notes();
    if (notes.empty()) return;
    if (clerk_) return clerk_->add(std::move(notes));
    for (const Hj212Note& note : notes) desk_.noted(note.number, {});
  }

  void handle(const epoll_event& event) {
    if (event.data.u64 == listen_tag) return accept();
    if (event.data.u64 == wake_tag) {
      for (const auto& commit : commits_->take()) desk_.committed(commit);
      return;
    }
    const auto at = connections_.find(event.data.u64);
    if (at == connections_.end()) return;
    if ((event.events & EPOLLOUT) != 0 && !flush(*at->second)) return drop(event.data.u64);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(*at->second);
  }

  void accept() {
    for (int i = 0; i < 64; ++i) {
      MqttFd fd = mqtt_accept(listener_.get());
      if (fd.get() < 0) return;
      if (connections_.size() >= options_.connections) {
        ++counters_->turned_away;
        continue;  // closed at once
      }
      auto connection = std::make_unique<Connection>();
      const std::uint64_t tag = next_tag_++;
      connection->session.id = tag;
      connection->session.peer = peer_of(fd.get());
      control(EPOLL_CTL_ADD, fd.get(), EPOLLIN, tag);
      connection->socket = MqttSocket(std::move(fd), nullptr);
      desk_.opened(connection->session, now_ms_);
      ++counters_->connections;
      connections_.emplace(tag, std::move(connection));
    }
  }

  void read(Connection& connection) {
    const auto got = connection.socket.read(buffer_.data(), buffer_.size());
    if (got.state == MqttSocket::State::again) return;
    if (got.state == MqttSocket::State::gone) return drop(connection.session.id);
    desk_.receive(connection.session, {buffer_.data(), got.bytes}, now_ms_);
  }

  void flush_all() {
    std::vector<Hj212Session*> dirty;
    dirty.swap(desk_.dirty());
    for (const Hj212Session* session : dirty) {
      const auto at = connections_.find(session->id);
      if (at == connections_.end()) continue;
      const bool lives = flush(*at->second);
      if (!lives || (session->closing && session->out.empty())) drop(session->id);
    }
  }

  bool flush(Connection& connection) {
    std::string& out = connection.session.out;
    while (!out.empty()) {
      const auto done = connection.socket.write(out.data(), out.size());
      if (done.state == MqttSocket::State::gone) return false;
      if (done.state == MqttSocket::State::again) break;
      out.erase(0, done.bytes);
    }
    const bool waits = !out.empty();
    if (waits != connection.waits_to_write) {
      connection.waits_to_write = waits;
      control(EPOLL_CTL_MOD, connection.socket.fd(),
              std::uint32_t{EPOLLIN} | (waits ? std::uint32_t{EPOLLOUT} : 0U),
              connection.session.id);
    }
    return waits || !connection.session.closing;
  }

  void drop(std::uint64_t tag) {
    const auto at = connections_.find(tag);
    if (at == connections_.end()) return;
    desk_.lost(at->second->session);
    connections_.erase(at);
    --counters_->connections;
  }

  const Hj212Options options_;
  const Hj212Names names_;
  std::shared_ptr<Hj212Counters> counters_;
  std::shared_ptr<Commits> commits_;
  mutable std::mutex mutex_;  // of the desk and the connections
  Hj212Desk desk_;
  MqttFd epoll_;
  MqttFd listener_;
  std::uint16_t port_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::uint64_t next_tag_ = first_tag;
  std::int64_t now_ms_ = 0;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Clerk> clerk_;
  std::thread thread_;
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
};

}  // namespace

Result<std::unique_ptr<Hj212Endpoint>> Hj212Endpoint::start(
    const Hj212Options& options, const model::Catalog& catalog, watch::Intake& intake,
    device::Register& devices, const Clock& clock, const Clock& true_clock) {
  auto endpoint = std::make_unique<Endpoint>(options, catalog, intake, devices, clock, true_clock);
  if (auto opened = endpoint->open(); !opened) return fail(opened.error());
  return std::unique_ptr<Hj212Endpoint>(std::move(endpoint));
}

}  // namespace cairn::server
