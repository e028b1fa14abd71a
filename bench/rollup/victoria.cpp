// SPDX-License-Identifier: Apache-2.0
#include "victoria.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>
#include <string_view>

#include "core/exact_sum.hpp"
#include "core/text.hpp"
#include "process.hpp"

namespace bench {
namespace {

constexpr std::size_t county_digits = 6;

bool post(std::uint16_t port, const std::string& target, const std::string& body) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool sent = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  const std::string all =
      format("POST {} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n", target,
             body.size()) +
      body;
  for (std::size_t done = 0; sent && done < all.size();) {
    const ssize_t n = ::send(fd, all.data() + done, all.size() - done, MSG_NOSIGNAL);
    sent = n > 0;
    if (sent) done += static_cast<std::size_t>(n);
  }
  char answer[16] = {};
  const bool heard = sent && ::recv(fd, answer, sizeof answer - 1, 0) > 12;
  ::close(fd);
  return heard && answer[9] == '2';
}

// {"metric":{"county":"510101"},"value":[1,"2.5"]} …
std::map<std::string, double> read_sums(const std::string& text) {
  std::map<std::string, double> out;
  constexpr std::string_view name = "\"county\":\"";
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    at += name.size();
    const std::string county = text.substr(at, county_digits);
    at = text.find("\"value\":[", at);
    at = text.find(",\"", at);
    if (at == std::string::npos) break;
    out[county] = std::strtod(text.c_str() + at + 2, nullptr);
  }
  return out;
}

bool send_all(std::uint16_t port, const World& world, const std::vector<double>& values) {
  const model::Table& table = *world.base->tables[0];
  // It asks as of whole seconds: what came within this one would not be seen.
  constexpr std::int64_t ago_ms = 10'000;
  const std::int64_t time_ms = static_cast<std::int64_t>(std::time(nullptr)) * 1'000 - ago_ms;
  std::string body;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string& village = (*world.base->regions)[table.region[row]].code;
    body += format(
        "power{{id=\"{}\",village=\"{}\",town=\"{}\",county=\"{}\",prefecture=\"{}\"}} {} {}\n",
        table.ids[row], village, village.substr(0, 8), village.substr(0, county_digits),
        village.substr(0, 4), values[row], time_ms);
    if (body.size() < 4'000'000 && row + 1 < table.size()) continue;
    if (!post(port, "/api/v1/import/prometheus", body)) return false;
    body.clear();
  }
  cairn::bench::http_get(port, "/internal/force_flush");
  return true;
}

}  // namespace

bool ask_victoria(const World& world, const std::vector<double>& values) {
  const cairn::bench::TemporaryDirectory work;
  cairn::bench::Peer peer = cairn::bench::start_victoria(work.path());
  if (!peer.ok()) {
    std::printf("victoria-metrics: not installed: skipped\n");
    return true;
  }
  if (!send_all(peer.port, world, values)) {
    std::printf("victoria-metrics refuses the readings\n");
    return false;
  }
  const model::Table& table = *world.base->tables[0];
  std::map<std::string, ExactSum> expected;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string& village = (*world.base->regions)[table.region[row]].code;
    expected[village.substr(0, county_digits)].add(values[row]);
  }
  constexpr int rounds = 10;
  const double cpu = peer.process.cpu_s();
  const double begin = cairn::bench::now_s();
  std::map<std::string, double> sums;
  for (int i = 0; i < rounds; ++i) {
    sums = read_sums(cairn::bench::http_get(
        peer.port, "/api/v1/query?query=sum(power)%20by%20(county)&nocache=1"));
  }
  const double took = cairn::bench::now_s() - begin;
  std::printf("victoria-metrics, sum by county: %.3f CPU-s and %.0f ms a question; %.0f MB\n",
              (peer.process.cpu_s() - cpu) / rounds, took / rounds * 1e3,
              static_cast<double>(peer.process.bytes()) / 1e6);
  for (const auto& [county, sum] : expected) {
    if (std::abs(sums[county] - sum.value()) <= 1e-9 * std::abs(sum.value())) continue;
    std::printf("victoria-metrics: %s is %.17g instead of %.17g\n", county.c_str(), sums[county],
                sum.value());
    return false;
  }
  return true;
}

}  // namespace bench
