// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>

#include "core/text.hpp"

namespace cairn::bench {
namespace {

using Nanos = std::int64_t;
constexpr Nanos second_ns = 1'000'000'000;
constexpr Nanos again_after_ns = 20'000'000;   // what was throttled is sent again
constexpr Nanos patience_ns = 30 * second_ns;  // for the last acknowledgements
constexpr std::size_t out_bytes = 512 * 1024;  // of one connection before it is sent
constexpr std::uint64_t events_tag = ~std::uint64_t{0};

Nanos steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}
std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

struct UnderWay {
  std::uint64_t number = 0;  // of the connection's messages
  Nanos due = 0;
};

struct Connection {
  int fd = -1;
  std::uint32_t index = 0;
  bool ready = false;
  bool wants_write = false;
  std::string out;
  std::size_t sent = 0;
  std::string in;
  std::deque<UnderWay> under_way;
  std::deque<UnderWay> again;
  std::uint64_t next = 0;
  std::uint64_t acknowledged = 0;
  std::uint32_t per_round = 0;
  Nanos pause_until = 0;
};

int open_socket(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return -1;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void put_length(std::size_t length, std::string& out) {  // of MQTT
  do {
    const auto low = static_cast<unsigned char>(length & 0x7f);
    length >>= 7;
    out += static_cast<char>(low | (length > 0 ? 0x80 : 0));
  } while (length > 0);
}
void put_text16(std::string_view text, std::string& out) {
  out += static_cast<char>(text.size() >> 8);
  out += static_cast<char>(text.size() & 0xff);
  out += text;
}

class Load {
 public:
  explicit Load(const LoadPlan& plan) : plan_(plan), messages_(plan.cut.messages()) {}
  ~Load() {
    for (const auto& c : connections_) {
      if (c->fd >= 0) ::close(c->fd);
    }
    if (events_fd_ >= 0) ::close(events_fd_);
    if (epoll_ >= 0) ::close(epoll_);
  }

  LoadResult run() {
    if (connect()) {
      begin_ = steady_ns();
      deadline_ = begin_ + static_cast<Nanos>(plan_.seconds * 1e9);
      next_due_ = begin_;
      for (const auto& c : connections_) top_up(*c);
      while (result_.failure.empty() && !finished()) step();
      linger_for_alerts();
    }
    std::uint64_t rounds = UINT64_MAX;
    for (const auto& c : connections_) {
      if (c->per_round > 0) rounds = std::min(rounds, c->acknowledged / c->per_round);
    }
    result_.rounds = connections_.empty() ? 0 : static_cast<std::uint32_t>(rounds);
    result_.seconds = static_cast<double>(last_ack_ - begin_) / 1e9;
    return std::move(result_);
  }

 private:
  bool open_loop() const { return plan_.messages_a_second > 0; }
  bool mqtt() const { return plan_.protocol != Protocol::http; }

  bool fail(std::string what) {
    if (result_.failure.empty()) result_.failure = std::move(what);
    return false;
  }

  bool connect() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::uint32_t i = 0; i < plan_.connections; ++i) {
      auto c = std::make_unique<Connection>();
      c->index = i;
      c->fd = open_socket(plan_.port);
      if (c->fd < 0) return fail(format("cannot connect: {}", std::strerror(errno)));
      c->per_round =
          i < messages_ ? (messages_ - i + plan_.connections - 1) / plan_.connections : 0;
      watch(c->fd, EPOLLIN, i);
      c->ready = !mqtt();
      if (mqtt()) put_connect(*c);
      flush(*c);
      connections_.push_back(std::move(c));
    }
    if (plan_.spike_every > 0) spiked_.resize(plan_.cut.shape.stations);
    if (plan_.events_port != 0 && !open_events()) return fail("cannot listen to the alerts");
    for (const Nanos until = steady_ns() + patience_ns; steady_ns() < until;) {
      if (!result_.failure.empty()) return false;
      if (std::all_of(connections_.begin(), connections_.end(),
                      [](const auto& c) { return c->ready; })) {
        return true;
      }
      wait(10'000'000);
    }
    return fail("not all connections were accepted");
  }

  void put_connect(Connection& c) const {
    std::string body;
    put_text16("MQTT", body);
    const bool five = plan_.protocol == Protocol::mqtt5;
    body += static_cast<char>(five ? 5 : 4);
    body += static_cast<char>(0xc2);  // name and token, clean
    body += std::string("\0\0", 2);   // no keep-alive
    if (five) body += '\0';
    put_text16(format("bench-{}", c.index), body);
    put_text16("operator", body);
    put_text16("bench", body);
    c.out += '\x10';
    put_length(body.size(), c.out);
    c.out += body;
  }

  bool open_events() {
    events_fd_ = open_socket(plan_.events_port);
    if (events_fd_ < 0) return false;
    const std::string request = "GET /v1/events?topics=alerts HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    if (::send(events_fd_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
    watch(events_fd_, EPOLLIN, events_tag);
    return true;
  }

  void watch(int fd, std::uint32_t events, std::uint64_t tag) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  // ---- sending ----

  Moment moment_of(std::uint64_t round, std::int64_t due_wall_ms) const {
    Moment out;
    out.round = plan_.first_round + static_cast<std::uint32_t>(round);
    out.time_ms = plan_.step_ms > 0
                      ? plan_.start_ms + static_cast<std::int64_t>(out.round) * plan_.step_ms
                      : due_wall_ms;
    out.spike_every = plan_.spike_every;
    return out;
  }

  bool exhausted(const Connection& c) const {
    return c.per_round == 0 ||
           (plan_.rounds > 0 && c.next >= std::uint64_t{plan_.rounds} * c.per_round);
  }

  void put(Connection& c, UnderWay message) {
    const std::uint64_t round = message.number / c.per_round;
    const auto number =
        static_cast<std::uint32_t>(c.index + message.number % c.per_round * plan_.connections);
    const Moment moment = moment_of(round, wall_ms());
    body_.clear();
    put_message(plan_.cut, number, moment, body_);
    if (mqtt()) {
      put_publish(c, number, message.number);
    } else {
      c.out += format(
          "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {}\r\nAuthorization: Bearer "
          "bench\r\nContent-Length: {}\r\n\r\n",
          plan_.path, content_type(plan_.cut.wire), body_.size());
      c.out += body_;
    }
    if (plan_.spike_every > 0 && !plan_.cut.one()) note_spikes(number, moment, message.due);
    c.under_way.push_back(message);
    ++result_.sent;
  }

  void put_publish(Connection& c, std::uint32_t message, std::uint64_t number) {
    topic_ = "cairn/v1/senml";
    if (plan_.cut.wire == Wire::influx) topic_ = "cairn/v1/influx";
    if (plan_.cut.wire == Wire::plain) {
      topic_ = "cairn/v1/things/";
      topic_ += station_id(plan_.cut.first_station(message));
      topic_ += '/';
      topic_ += property_names[message % property_count];
    }
    const bool five = plan_.protocol == Protocol::mqtt5;
    const auto id = static_cast<std::uint16_t>(1 + number % 60'000);
    c.out += '\x32';
    put_length(topic_.size() + 4 + (five ? 1 : 0) + body_.size(), c.out);
    put_text16(topic_, c.out);
    c.out += static_cast<char>(id >> 8);
    c.out += static_cast<char>(id & 0xff);
    if (five) c.out += '\0';
    c.out += body_;
  }

  void note_spikes(std::uint32_t message, const Moment& moment, Nanos due) {
    const std::uint32_t first = plan_.cut.first_station(message);
    for (std::uint32_t s = first; s < first + plan_.cut.stations; ++s) {
      if (!is_spike(s, moment)) continue;
      spiked_[s] = due;
      ++result_.spikes;
      result_.spike_log.emplace_back(s, due);
      ++awaited_;
    }
  }

  void top_up(Connection& c) {
    const Nanos now = steady_ns();
    if (!c.ready || now < c.pause_until) return;
    while (!c.again.empty() && c.under_way.size() < plan_.window && c.out.size() < out_bytes) {
      put(c, c.again.front());
      c.again.pop_front();
    }
    while (!open_loop() && now < deadline_ && !exhausted(c) && c.again.empty() &&
           c.under_way.size() < plan_.window && c.out.size() < out_bytes) {
      put(c, {c.next++, now});
    }
    flush(c);
  }

  // What is due by now, in the order of the round.
  void send_due() {
    const Nanos now = steady_ns();
    const auto interval = static_cast<Nanos>(1e9 / plan_.messages_a_second);
    while (next_due_ <= now && next_due_ < deadline_) {
      Connection& c = *connections_[turn_ % messages_ % plan_.connections];
      put(c, {c.next++, next_due_});
      dirty_.push_back(&c);
      ++turn_;
      next_due_ += interval;
    }
    for (Connection* c : dirty_) flush(*c);
    dirty_.clear();
  }

  void flush(Connection& c) {
    while (c.sent < c.out.size()) {
      const ssize_t n =
          ::send(c.fd, c.out.data() + c.sent, c.out.size() - c.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0) {
        if (errno != EAGAIN && errno != EINTR) fail(format("send: {}", std::strerror(errno)));
        break;
      }
      c.sent += static_cast<std::size_t>(n);
    }
    if (c.sent == c.out.size()) {
      c.out.clear();
      c.sent = 0;
    }
    const bool wants = !c.out.empty();
    if (wants == c.wants_write) return;
    c.wants_write = wants;
    epoll_event event{};
    event.events = EPOLLIN | (wants ? std::uint32_t{EPOLLOUT} : 0U);
    event.data.u64 = c.index;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &event);
  }

  // ---- receiving ----

  void step() {
    Nanos patience = 5'000'000;
    if (open_loop() && next_due_ < deadline_) {
      send_due();
      patience = std::clamp<Nanos>(next_due_ - steady_ns(), 0, patience);
    }
    wait(patience);
    const Nanos now = steady_ns();
    if (now >= next_look_) {  // at those that were told to come again
      next_look_ = now + 5'000'000;
      for (const auto& c : connections_) {
        if (!c->again.empty()) top_up(*c);
      }
    }
    if (now > deadline_ + patience_ns) fail("the last acknowledgements did not come");
  }

  void wait(Nanos patience) {
    std::array<epoll_event, 256> events;
    const timespec time{patience / second_ns, patience % second_ns};
    const int count = ::epoll_pwait2(epoll_, events.data(), events.size(), &time, nullptr);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == events_tag) {
        receive_events();
        continue;
      }
      Connection& c = *connections_[event.data.u64];
      if ((event.events & EPOLLOUT) != 0) flush(c);
      if ((event.events & ~EPOLLOUT) != 0) receive(c);
    }
  }

  void receive(Connection& c) {
    const ssize_t n = ::recv(c.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n == 0) fail("the server closed a connection: " + c.in.substr(0, 300));
    if (n <= 0) return;
    c.in.append(buffer_.data(), static_cast<std::size_t>(n));
    std::size_t done = 0;
    while (const std::size_t size = mqtt()
                                        ? take_packet(c, std::string_view(c.in).substr(done))
                                        : take_response(c, std::string_view(c.in).substr(done))) {
      done += size;
    }
    c.in.erase(0, done);
    top_up(c);
  }

  // Bytes of the whole response at the front; 0: there is none.
  std::size_t take_response(Connection& c, std::string_view bytes) {
    const std::size_t head = bytes.find("\r\n\r\n");
    if (head == std::string_view::npos || bytes.size() < 12) return 0;
    std::size_t length = 0;
    for (const std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
      const std::size_t at = bytes.substr(0, head).find(name);
      if (at == std::string_view::npos) continue;
      for (std::size_t i = at + name.size(); bytes[i] >= '0' && bytes[i] <= '9'; ++i) {
        length = length * 10 + static_cast<std::size_t>(bytes[i] - '0');
      }
    }
    if (bytes.size() < head + 4 + length) return 0;
    const std::string_view status = bytes.substr(9, 3);
    settle(c, status[0] == '2', status == "429", bytes.substr(0, head + 4 + length));
    return head + 4 + length;
  }

  std::size_t take_packet(Connection& c, std::string_view bytes) {
    if (bytes.size() < 2) return 0;
    const auto length = static_cast<unsigned char>(bytes[1]);
    if (length >= 0x80) {
      fail("a packet that is longer than expected");
      return 0;
    }
    if (bytes.size() < length + 2U) return 0;
    const auto type = static_cast<unsigned char>(bytes[0]) >> 4;
    if (type == 2) {  // CONNACK
      if (bytes[3] != 0) fail(format("the broker refused: {}", static_cast<int>(bytes[3])));
      c.ready = true;
    } else if (type == 4) {
      const unsigned reason = length > 2 ? static_cast<unsigned char>(bytes[4]) : 0U;
      settle(c, reason < 0x80, reason == 0x97, "PUBACK with a reason");
    } else if (type == 14) {
      fail("the broker disconnected");
    }
    return length + 2U;
  }

  void settle(Connection& c, bool ok, bool later, std::string_view answer) {
    if (c.under_way.empty()) {
      fail("an answer that nobody asked for: " + std::string(answer.substr(0, 300)));
      return;
    }
    const UnderWay message = c.under_way.front();
    c.under_way.pop_front();
    const Nanos now = steady_ns();
    if (ok) {
      ++result_.acknowledged;
      ++c.acknowledged;
      last_ack_ = now;
      if (open_loop()) result_.ack_ms.push_back(static_cast<float>(now - message.due) / 1e6F);
      return;
    }
    if (later) {
      ++result_.throttled;
      c.again.push_back(message);
      c.pause_until = now + again_after_ns;
      return;
    }
    if (++result_.refused == 1) fail("refused: " + std::string(answer.substr(0, 600)));
  }

  void receive_events() {
    const ssize_t n = ::recv(events_fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n == 0) fail("the stream of events ended");
    if (n <= 0) return;
    const Nanos now = steady_ns();
    events_.append(buffer_.data(), static_cast<std::size_t>(n));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = events_.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      take_event(std::string_view(events_).substr(begin, end - begin), now);
    }
    events_.erase(0, begin);
  }

  void take_event(std::string_view line, Nanos now) {
    if (line.find(spike_needle_) == std::string_view::npos) return;
    if (line.find("\"state\":\"firing\"") == std::string_view::npos) return;
    static constexpr std::string_view thing = "\"thing\":\"st-";
    const std::size_t at = line.find(thing);
    if (at == std::string_view::npos) return;
    std::uint32_t station = 0;
    for (const char digit : line.substr(at + thing.size(), station_id_bytes - 3)) {
      station = station * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    if (station >= spiked_.size() || spiked_[station] == 0) return;
    result_.alert_ms.push_back(static_cast<float>(now - spiked_[station]) / 1e6F);
    spiked_[station] = 0;
    --awaited_;
  }

  bool finished() const {
    if (open_loop() && next_due_ < deadline_) return false;
    const bool over = steady_ns() >= deadline_;
    return std::all_of(connections_.begin(), connections_.end(), [&](const auto& c) {
      return c->under_way.empty() && c->again.empty() && (open_loop() || over || exhausted(*c));
    });
  }

  void linger_for_alerts() {
    const Nanos until = steady_ns() + 5 * second_ns;
    while (events_fd_ >= 0 && awaited_ > 0 && steady_ns() < until) wait(10'000'000);
  }

  const LoadPlan& plan_;
  const std::uint32_t messages_;  // a round
  LoadResult result_;
  int epoll_ = -1;
  int events_fd_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> dirty_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
  std::string body_, topic_, events_;
  const std::string spike_needle_ = format("\"rule\":\"{}\"", spike_rule);
  std::vector<Nanos> spiked_;  // by station: when its newest spike was due; 0: none is awaited
  std::uint64_t awaited_ = 0;
  std::uint64_t turn_ = 0;
  Nanos begin_ = 0, deadline_ = 0, next_due_ = 0, last_ack_ = 0, next_look_ = 0;
};

}  // namespace

LoadResult run_load(const LoadPlan& plan) {
  return Load(plan).run();
}

double percentile(std::vector<float>& values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5);
  return static_cast<double>(values[at]);
}

}  // namespace cairn::bench
