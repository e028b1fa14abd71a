// SPDX-License-Identifier: Apache-2.0
#include "server/mqtt_endpoint.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "server/mqtt_broker.hpp"
#include "server/mqtt_socket.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;
constexpr int tick_ms = 50;
constexpr std::int64_t resume_ms = 20;     // paused links try again at the latest
constexpr std::int64_t linger_ms = 2'000;  // for a client to read why it was disconnected
constexpr std::size_t over_limit = 64;     // connections that are told that there are too many
constexpr std::uint64_t listen_tag = 1, tls_tag = 2, wake_tag = 3, first_tag = 16;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// What other threads have for the loop.
class Mailbox {
 public:
  struct Post {
    std::string topic;
    std::string payload;
    MqttEndpoint::Delivery delivery;
  };
  Mailbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  int fd() const { return wake_.get(); }

  void commit(const watch::Intake::Commit& commit) {
    {
      const std::lock_guard lock(mutex_);
      const bool both_good =
          commit.failed_to == 0 && !commits_.empty() && commits_.back().failed_to == 0;
      if (both_good) {
        commits_.back() = commit;
      } else {
        commits_.push_back(commit);
      }
    }
    wake();
  }
  bool post(Post post) {
    {
      const std::lock_guard lock(mutex_);
      if (posts_.size() >= limits::mqtt_mailbox) return false;
      posts_.push_back(std::move(post));
    }
    wake();
    return true;
  }
  void wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) return;  // full: it is awake already
  }
  // Bounded by the register, which has each device once.
  void revoke(std::span<const device::Revocation> revoked) {
    {
      const std::lock_guard lock(mutex_);
      for (const device::Revocation& one : revoked) revoked_.insert_or_assign(one.device, one);
    }
    wake();
  }
  void take(std::deque<watch::Intake::Commit>& commits, std::deque<Post>& posts,
            MqttBroker::Revoked& revoked) {
    std::uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) < 0) count = 0;
    const std::lock_guard lock(mutex_);
    commits.swap(commits_);
    posts.swap(posts_);
    revoked.swap(revoked_);
  }

 private:
  MqttFd wake_;
  std::mutex mutex_;
  std::deque<watch::Intake::Commit> commits_;
  std::deque<Post> posts_;
  MqttBroker::Revoked revoked_;
};

struct Connection final : MqttLink {
  std::uint64_t tag = 0;
  MqttSocket socket;
  std::uint32_t interest = 0;
  std::int64_t close_at_ms = 0;  // lingering
  bool said_bye = false;
};

class Endpoint final : public MqttEndpoint {
 public:
  Endpoint(const MqttOptions& options, watch::Intake& intake,
           std::shared_ptr<const Identities> identities, const Clock& clock)
      : options_(options),
        identities_(std::move(identities)),
        counters_(std::make_shared<MqttCounters>()),
        mailbox_(std::make_shared<Mailbox>()),
        broker_(options_, intake, *identities_, clock, *counters_,
                static_cast<std::uint64_t>(clock.now().ns)) {
    intake.listen(
        [mailbox = mailbox_](const watch::Intake::Commit& commit) { mailbox->commit(commit); });
  }
  ~Endpoint() override { stop(); }

  Status open() {
    raise_file_limit();
    epoll_ = MqttFd(::epoll_create1(EPOLL_CLOEXEC));
    if (options_.port) {
      auto listener = mqtt_listen(options_.address, *options_.port);
      if (!listener) return fail(listener.error());
      listener_ = std::move(listener->fd);
      port_ = listener->port;
      watch(listener_.get(), EPOLLIN, listen_tag);
    }
    if (options_.tls_port) {
      auto context = MqttTlsContext::load(options_.tls);
      if (!context) return fail(context.error());
      tls_ = std::move(*context);
      auto listener = mqtt_listen(options_.address, *options_.tls_port);
      if (!listener) return fail(listener.error());
      tls_listener_ = std::move(listener->fd);
      tls_port_ = listener->port;
      watch(tls_listener_.get(), EPOLLIN, tls_tag);
    }
    watch(mailbox_->fd(), EPOLLIN, wake_tag);
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::uint16_t port() const override { return port_; }
  std::uint16_t tls_port() const override { return tls_port_; }
  bool publish(std::string_view topic, std::string_view payload, Delivery delivery) override {
    return mailbox_->post({std::string(topic), std::string(payload), delivery});
  }
  void revoke(std::span<const device::Revocation> revoked) override { mailbox_->revoke(revoked); }
  std::shared_ptr<const MqttCounters> counters() const override { return counters_; }
  void stop() override {
    stopping_ = true;
    mailbox_->wake();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void raise_file_limit() const {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, options_.connections + 4'096);
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = wanted;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }

  void watch(int fd, std::uint32_t events, std::uint64_t tag) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }

  void run() {
    std::array<epoll_event, 512> events{};
    while (!stopping_) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait_ms());
      now_ms_ = steady_ms();
      for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)]);
      if (broker_.any_paused() && now_ms_ >= resume_at_ms_) {
        resume_at_ms_ = now_ms_ + resume_ms;
        broker_.resume(now_ms_);
      }
      if (now_ms_ >= next_tick_ms_) tick();
      flush_dirty();
      bury();
    }
    now_ms_ = steady_ms();
    for (auto& [tag, connection] : connections_) broker_.shut_down(*connection);
    flush_dirty();
    for (auto& [tag, connection] : connections_) broker_.lost(*connection, now_ms_);
    connections_.clear();
  }

  int wait_ms() const { return broker_.any_paused() ? static_cast<int>(resume_ms) : tick_ms; }

  void handle(const epoll_event& event) {
    const std::uint64_t tag = event.data.u64;
    if (tag == wake_tag) return read_mailbox();
    if (tag == listen_tag) return accept(listener_.get(), false);
    if (tag == tls_tag) return accept(tls_listener_.get(), true);
    const auto at = connections_.find(tag);
    if (at == connections_.end()) return;
    Connection& connection = *at->second;
    if ((event.events & EPOLLOUT) != 0) flush(connection);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(connection);
  }

  void read_mailbox() {
    std::deque<watch::Intake::Commit> commits;
    std::deque<Mailbox::Post> posts;
    MqttBroker::Revoked revoked;
    mailbox_->take(commits, posts, revoked);
    for (const auto& commit : commits) broker_.committed(commit, now_ms_);
    if (!revoked.empty()) broker_.revoke(revoked, now_ms_);
    for (const auto& post : posts) {
      broker_.publish(post.topic, post.payload, post.delivery, now_ms_);
    }
    if (!commits.empty() && broker_.any_paused()) broker_.resume(now_ms_);
  }

  void accept(int listener, bool secure) {
    for (int i = 0; i < 256; ++i) {
      MqttFd fd = mqtt_accept(listener);
      if (fd.get() < 0) return;
      const std::size_t count = connections_.size();
      if (count >= options_.connections + over_limit) {
        ++counters_->refused;
        continue;  // closed at once
      }
      auto connection = std::make_unique<Connection>();
      connection->tag = next_tag_++;
      connection->too_many = count >= options_.connections;
      connection->secure = secure;
      connection->socket = MqttSocket(std::move(fd), secure ? tls_.get() : nullptr);
      connection->interest = EPOLLIN;
      watch(connection->socket.fd(), EPOLLIN, connection->tag);
      broker_.opened(*connection, now_ms_);
      look_at(now_ms_ + options_.connect_ms, connection->tag);
      ++counters_->connections;
      connections_.emplace(connection->tag, std::move(connection));
    }
  }

  void read(Connection& connection) {
    if (connection.state == MqttLink::State::lost) return;
    // Several rounds only for TLS, which may hold decrypted bytes that epoll knows nothing of.
    for (int round = 0; round < 4 && !connection.paused; ++round) {
      const auto got = connection.socket.read(buffer_.data(), buffer_.size());
      if (got.state == MqttSocket::State::again) break;
      if (got.state == MqttSocket::State::gone) return drop(connection);
      counters_->bytes_received += static_cast<std::int64_t>(got.bytes);
      if (connection.secure && connection.state == MqttLink::State::waiting) {
        connection.certificate_name = connection.socket.peer_name();
      }
      broker_.receive(connection, {buffer_.data(), got.bytes}, now_ms_);
      if (!connection.socket.holds_bytes()) break;
    }
    set_interest(connection);
  }

  void flush_dirty() {
    dirty_.swap(broker_.dirty());
    for (MqttLink* link : dirty_) link->dirty = false;
    for (MqttLink* link : dirty_) flush(static_cast<Connection&>(*link));
    dirty_.clear();
  }

  void flush(Connection& connection) {
    if (connection.state == MqttLink::State::lost) return;
    std::size_t sent = 0;
    while (sent < connection.out.size()) {
      const auto done =
          connection.socket.write(connection.out.data() + sent, connection.out.size() - sent);
      if (done.state == MqttSocket::State::gone) return drop(connection);
      if (done.state == MqttSocket::State::again) break;
      sent += done.bytes;
    }
    counters_->bytes_sent += static_cast<std::int64_t>(sent);
    connection.out.erase(0, sent);
    if (connection.out.empty()) {
      connection.stuck_since_ms = 0;
      if (connection.out.capacity() > 4'096) connection.out.shrink_to_fit();
    } else if (sent > 0 || connection.stuck_since_ms == 0) {
      connection.stuck_since_ms = now_ms_;
    }
    if (connection.state == MqttLink::State::closing) say_bye(connection);
    if (connection.state != MqttLink::State::lost) set_interest(connection);
  }

  // Closing with unread input would reset the connection and lose the reason on its way: the
  // sending side is shut first, and the client has a moment to hang up.
  void say_bye(Connection& connection) {
    if (connection.close_at_ms == 0) {
      connection.close_at_ms = now_ms_ + linger_ms;
      look_at(connection.close_at_ms, connection.tag);
    }
    if (!connection.out.empty() || connection.said_bye) return;
    connection.said_bye = true;
    connection.socket.shut();
  }

  void set_interest(Connection& connection) const {
    if (connection.state == MqttLink::State::lost) return;
    const std::uint32_t wanted =
        (connection.paused ? 0U : std::uint32_t{EPOLLIN}) |
        (connection.out.empty() && !connection.socket.wants_write() ? 0U : std::uint32_t{EPOLLOUT});
    if (wanted == connection.interest) return;
    connection.interest = wanted;
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = connection.tag;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket.fd(), &event);
  }

  void drop(Connection& connection) {
    if (connection.state == MqttLink::State::lost) return;
    broker_.lost(connection, now_ms_);
    dead_.push_back(connection.tag);
  }

  void bury() {
    for (const std::uint64_t tag : dead_) {
      counters_->connections -= static_cast<std::int64_t>(connections_.erase(tag));
    }
    dead_.clear();
  }

  // A wheel of ticks: a connection stands in it once or twice and is looked at when its slot comes.
  void look_at(std::int64_t at_ms, std::uint64_t tag) {
    const std::int64_t ticks = std::max<std::int64_t>(1, (at_ms - now_ms_ + tick_ms - 1) / tick_ms);
    const auto ahead = std::min<std::size_t>(static_cast<std::size_t>(ticks), wheel_.size() - 1);
    wheel_[(wheel_at_ + ahead) % wheel_.size()].push_back(tag);
  }

  void tick() {
    broker_.tick(now_ms_);
    for (; next_tick_ms_ <= now_ms_; next_tick_ms_ += tick_ms) {
      wheel_at_ = (wheel_at_ + 1) % wheel_.size();
      std::vector<std::uint64_t> due;
      due.swap(wheel_[wheel_at_]);
      for (const std::uint64_t tag : due) {
        const auto at = connections_.find(tag);
        if (at == connections_.end()) continue;
        Connection& connection = *at->second;
        if (connection.close_at_ms != 0 && now_ms_ >= connection.close_at_ms) {
          drop(connection);
        } else {
          look_at(broker_.check(connection, now_ms_), tag);
        }
      }
    }
  }

  const MqttOptions options_;
  std::shared_ptr<const Identities> identities_;  // shared: the doors use one
  std::shared_ptr<MqttCounters> counters_;        // shared: /metrics reads it
  std::shared_ptr<Mailbox> mailbox_;              // shared: the intake's listener outlives us
  MqttBroker broker_;
  MqttFd epoll_, listener_, tls_listener_;
  std::unique_ptr<MqttTlsContext> tls_;
  std::uint16_t port_ = 0, tls_port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;

  // Of the loop's thread.
  std::int64_t now_ms_ = steady_ms();
  std::int64_t next_tick_ms_ = now_ms_;
  std::int64_t resume_at_ms_ = 0;
  std::uint64_t next_tag_ = first_tag;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::vector<std::uint64_t> dead_;
  std::vector<MqttLink*> dirty_;
  std::array<std::vector<std::uint64_t>, 256> wheel_;
  std::size_t wheel_at_ = 0;
  std::vector<char> buffer_ = std::vector<char>(read_bytes);
};

}  // namespace

Result<std::unique_ptr<MqttEndpoint>> MqttEndpoint::start(
    const MqttOptions& options, watch::Intake& intake, std::shared_ptr<const Identities> identities,
    const Clock& clock) {
  auto endpoint = std::make_unique<Endpoint>(options, intake, std::move(identities), clock);
  if (auto opened = endpoint->open(); !opened) return fail(opened.error());
  return std::unique_ptr<MqttEndpoint>(std::move(endpoint));
}

}  // namespace cairn::server
