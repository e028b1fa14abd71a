// SPDX-License-Identifier: Apache-2.0
#include "server/probe_dns.hpp"

#include <ares.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "core/text.hpp"
#include "server/probe_address.hpp"
#include "server/random.hpp"

namespace cairn::server {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int tries = 2;
constexpr int edns_room = 1'232;
constexpr int look_ms = 100;  // how often it is asked whether to give up

struct DestroyChannel {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<std::remove_pointer_t<ares_channel>, DestroyChannel>;

struct Answered {
  bool done = false;
  int status = ARES_ETIMEOUT;
  std::string bytes;
};

void take(void* to, int status, int, unsigned char* bytes, int size) {
  auto& answered = *static_cast<Answered*>(to);
  answered.done = true;
  answered.status = status;
  if (bytes != nullptr && size > 0) {
    answered.bytes.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
}

Result<Channel> open_channel(const DnsWay& way, const std::string& servers) {
  // Once a process, however many threads come first.
  static const int ready = ares_library_init(ARES_LIB_INIT_ALL);
  if (ready != ARES_SUCCESS) return fail(Code::internal, "c-ares could not be started");
  ares_options options{};
  options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS | ARES_FLAG_NOALIASES;
  options.timeout = static_cast<int>(std::max<std::int64_t>(way.timeout_ms / (tries + 1), 50));
  options.tries = tries;
  options.ednspsz = edns_room;
  ares_channel raw = nullptr;
  const int opened = ares_init_options(
      &raw, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ);
  if (opened != ARES_SUCCESS) return fail(Code::internal, ares_strerror(opened));
  Channel channel(raw);
  if (!servers.empty()) {
    const int set = ares_set_servers_ports_csv(raw, servers.c_str());
    if (set != ARES_SUCCESS) {
      return fail(Code::invalid, format("'{}' is no list of resolvers", servers));
    }
  }
  return channel;
}

void wait(ares_channel channel) {
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
  const int bits = ares_getsock(channel, sockets.data(), ARES_GETSOCK_MAXNUM);
  std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
  nfds_t count = 0;
  for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
    short events = 0;
    if (ARES_GETSOCK_READABLE(bits, i)) events |= POLLIN;
    if (ARES_GETSOCK_WRITABLE(bits, i)) events |= POLLOUT;
    if (events != 0) polled[count++] = {sockets[static_cast<std::size_t>(i)], events, 0};
  }
  timeval most{0, look_ms * 1'000};
  timeval room{};
  const timeval* left = ares_timeout(channel, &most, &room);
  ::poll(polled.data(), count, static_cast<int>(left->tv_sec * 1'000 + left->tv_usec / 1'000 + 1));
  bool any = false;
  for (nfds_t i = 0; i < count; ++i) {
    if (polled[i].revents == 0) continue;
    any = true;
    const bool in = (polled[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
    const bool out = (polled[i].revents & POLLOUT) != 0;
    ares_process_fd(channel, in ? polled[i].fd : ARES_SOCKET_BAD,
                    out ? polled[i].fd : ARES_SOCKET_BAD);
  }
  if (!any) ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

Result<std::string> servers_of(const probe::DnsAsk& ask, const DnsWay& way) {
  if (ask.server.empty()) return join(way.resolvers, ",");
  if (auto fine = way_to(ask.server, way.server_port, way.reach); !fine) return fail(fine.error());
  const bool v6 = ask.server.find(':') != std::string::npos;
  return v6 ? format("[{}]:{}", ask.server, way.server_port)
            : format("{}:{}", ask.server, way.server_port);
}

}  // namespace

Result<probe::DnsMessage> ask_dns(const probe::DnsAsk& ask, const DnsWay& way) {
  const std::string random = random_bytes(2);
  const auto id = static_cast<std::uint16_t>(static_cast<unsigned char>(random[0]) << 8 |
                                             static_cast<unsigned char>(random[1]));
  const auto question = probe::write_question(ask.question, id);
  if (!question) return fail(question.error());
  const auto servers = servers_of(ask, way);
  if (!servers) return fail(servers.error());
  Answered answered;  // before the channel, which calls back when it goes
  auto channel = open_channel(way, *servers);
  if (!channel) return fail(channel.error());
  ares_send(channel->get(), reinterpret_cast<const unsigned char*>(question->data()),
            static_cast<int>(question->size()), take, &answered);
  const auto until = Steady::now() + std::chrono::milliseconds(way.timeout_ms);
  while (!answered.done) {
    if (way.stopped && way.stopped()) return fail(Code::io, "it was stopped");
    if (Steady::now() > until)
      return fail(Code::io, format("no answer within {} ms", way.timeout_ms));
    wait(channel->get());
  }
  if (answered.status == ARES_ETIMEOUT) {
    return fail(Code::io, format("no answer within {} ms", way.timeout_ms));
  }
  if (answered.status != ARES_SUCCESS) return fail(Code::io, ares_strerror(answered.status));
  return probe::read_message(answered.bytes);
}

}  // namespace cairn::server
