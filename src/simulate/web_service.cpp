// SPDX-License-Identifier: Apache-2.0
// A web service as the probe sees it: times over two paths, a queue, a certificate that runs out.
#include <cmath>
#include <limits>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  rtt_v4,
  rtt_v6,
  serving,
  load,
  path_v4,
  path_v6,
  has_aaaa,
  alike,
  lame,
  valid,
  renew
};

class WebService final : public Model {
 public:
  explicit WebService(std::span<const double> given) : ends_s_(given[valid] * day_s) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    constexpr int tries = 3;
    const auto& p = now.parameters;
    if (p[renew] > 0) ends_s_ = now.elapsed_s + p[valid] * day_s;
    // Busiest at 14 o'clock. A queue with one server (M/M/1): mean time in it S / (1 - rho).
    const double wave = std::sin(3.14159265358979323846 * (now.hour - 8) / 12);
    const double busy = p[load] * (0.5 + 0.5 * wave);
    const double queue_ms = p[serving] / (1 - busy);
    int good = 0;
    for (int i = 0; i < tries; ++i) good += random.uniform() < p[path_v6] ? 1 : 0;
    if (p[has_aaaa] < 1) good = 0;
    const bool v4 = random.uniform() < p[path_v4];
    // One round trip each for TCP, TLS 1.3 and the request.
    const double v4_ms = (3 * p[rtt_v4] + queue_ms) * (0.98 + 0.04 * random.uniform());
    const double v6_ms = (3 * p[rtt_v6] + queue_ms) * (0.98 + 0.04 * random.uniform());
    const bool both = v4 && good > 0;
    const double left_d = std::floor((ends_s_ - now.elapsed_s) / day_s);
    out[0] = p[has_aaaa];
    out[1] = v4 ? 1 : 0;
    out[2] = good > 0 ? 1 : 0;
    out[3] = p[has_aaaa] < 1 ? none : 100.0 * good / tries;
    out[4] = v4 ? v4_ms : none;
    out[5] = good > 0 ? v6_ms : none;
    // As the probe reckons it: less than 20 ms is no difference.
    out[6] = !both ? none : std::fabs(v6_ms - v4_ms) < 20 ? 0 : 100 * (v6_ms - v4_ms) / v4_ms;
    out[7] = both ? p[alike] : none;
    out[8] = p[lame];
    out[9] = left_d;
    out[10] = left_d >= 30 ? 1 : 0;
    out[11] = p[lame] > 0 ? 0 : 1;
  }

 private:
  static constexpr double day_s = 86'400;
  double ends_s_;
};

}  // namespace

Kind web_service_kind() {
  return {
      .id = "web_service",
      .zh = "网站服务（双栈时延、一致性、证书）",
      .en = "Web service: times over IPv4 and IPv6, pages, certificate",
      .physics_zh =
          "首字节时延＝3次往返（TCP、TLS 1.3、请求各一次）＋单服务台排队M/M/1的逗留时间"
          "S/(1−ρ)，ρ按日变化，14时最忙，误差±2 %；IPv6每轮3次请求各以给定概率成功；证书剩余"
          "天数每天减1，续期后回到有效期。不含丢包重传、缓存和内容分发网络。",
      .physics_en =
          "Time to the first byte: three round trips (TCP, TLS 1.3, request) and the time "
          "in a queue with one server, S / (1 - rho), rho over the day with its peak at 14 "
          "o'clock, give or take 2 %; each of three requests over IPv6 succeeds by the "
          "given chance; days left of the certificate fall by one a day until it is "
          "renewed. No losses, caches or delivery networks.",
      .source = "L. Kleinrock, Queueing Systems I, 1975, 3.2 (M/M/1); RFC 8446, 2 (one round trip)",
      .parameters = {{"rtt_v4", "ms", 20, 0.1, 2'000, "IPv4往返时延", "Round trip over IPv4"},
                     {"rtt_v6", "ms", 22, 0.1, 2'000, "IPv6往返时延", "Round trip over IPv6"},
                     {"serving", "ms", 40, 0.1, 5'000, "空载服务时间", "Serving without a queue"},
                     {"load", "1", 0.6, 0, 0.95, "最忙时利用率", "Use at the busiest hour"},
                     {"path_v4", "1", 1, 0, 1, "IPv4成功概率", "Chance over IPv4"},
                     {"path_v6", "1", 1, 0, 1, "IPv6成功概率", "Chance over IPv6"},
                     {"aaaa", "1", 1, 0, 1, "有AAAA记录", "AAAA record"},
                     {"alike", "1", 1, 0, 1, "首页相似度", "Likeness of the pages"},
                     {"lame", "1", 0, 0, 10, "失效域名服务器", "Lame name servers"},
                     {"valid", "d", 90, 0, 400, "证书有效期", "Life of a certificate"},
                     {"renew", "1", 0, 0, 1, "续期（1是）", "Renewed, 1 or 0"}},
      .outputs = {{"aaaa", "1", "有AAAA记录", "AAAA record"},
                  {"page_v4", "1", "首页可经IPv4访问", "Page over IPv4"},
                  {"page_v6", "1", "首页可经IPv6访问", "Page over IPv6"},
                  {"success_v6", "%", "IPv6访问成功率", "Success over IPv6"},
                  {"latency_v4", "ms", "IPv4首字节时延", "First byte over IPv4"},
                  {"latency_v6", "ms", "IPv6首字节时延", "First byte over IPv6"},
                  {"degradation", "%", "IPv6性能劣化比", "IPv6 slower than IPv4"},
                  {"consistency", "1", "首页相似度", "Likeness of the pages"},
                  {"ns_lame", "1", "失效域名服务器", "Lame name servers"},
                  {"tls_days_left", "d", "证书剩余天数", "Days left of the certificate"},
                  {"tls_ok", "1", "TLS正常", "TLS all right"},
                  {"dns_ok", "1", "DNS正常", "DNS all right"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<WebService>(given);
      }};
}

}  // namespace cairn::simulate
