// SPDX-License-Identifier: Apache-2.0
#include "probe/judge.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace cairn::probe {
namespace {

constexpr int name_servers_wanted = 2;
constexpr int rsa_bits = 2'048;
constexpr int curve_bits = 224;

// What one check comes to.
struct Verdict {
  std::optional<bool> passed;
  std::optional<double> value;
  std::string unit;
  Label text;
  Severity severity = Severity::none;  // of a failure, where not the check's own
};

Verdict not_judged(std::string zh, std::string en) {
  return {std::nullopt, std::nullopt, "", {std::move(zh), std::move(en)}};
}

double share(int part, int whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

class Judge {
 public:
  Judge(const Observation& seen, const Limits& limits) : seen_(seen), limits_(limits) {}

  Verdict of(std::string_view check) const {
    if (check == "aaaa") return aaaa();
    if (check == "page_v6") return page_v6();
    if (check == "success_v6") return success_v6();
    if (check == "ns_aaaa") return ns_aaaa();
    if (check == "ns_v6") return ns_v6();
    if (check == "consistency") return consistency();
    if (check == "degradation") return slower();
    if (check == "links_2") return links(seen_.second);
    if (check == "links_3") return links(seen_.third);
    if (check == "tls_offered") return tls_offered();
    if (check == "tls_chain") return tls_chain();
    if (check == "tls_host") return tls_host();
    if (check == "tls_days") return tls_days();
    if (check == "tls_versions") return tls_versions();
    if (check == "tls_key") return tls_key();
    if (check == "ns_count") return ns_count();
    if (check == "lame") return lame();
    if (check == "ns_agree") return ns_agree();
    if (check == "soa_agree") return soa_agree();
    if (check == "caa") return caa();
    return dnssec();
  }

 private:
  Verdict aaaa() const {
    if (!seen_.v6.looked_up) {
      return not_judged("解析器没有应答：" + seen_.v6.trouble,
                        "the resolver gave no answer: " + seen_.v6.trouble);
    }
    const auto count = seen_.v6.addresses.size();
    Verdict out{count > 0, static_cast<double>(count), "", {}};
    out.text = count > 0 ? Label{seen_.v6.addresses.front(), seen_.v6.addresses.front()}
                         : Label{"没有 AAAA 记录", "there is no AAAA record"};
    return out;
  }

  std::optional<Verdict> no_v6() const {
    if (seen_.v6.addresses.empty()) return not_judged("没有 IPv6 地址", "there is no IPv6 address");
    if (seen_.v6.no_route) {
      return not_judged("本机没有到该地址的 IPv6 路由，无法判断",
                        "this machine has no IPv6 route to it: not judged");
    }
    return std::nullopt;
  }

  // A service without AAAA has no page over IPv6; where this machine has no way there, nobody
  // knows.
  Verdict page_v6() const {
    if (!seen_.v6.looked_up) return aaaa();
    if (seen_.v6.addresses.empty()) {
      return {false, std::nullopt, "", {"没有 IPv6 地址", "there is no IPv6 address"}};
    }
    if (auto none = no_v6()) return std::move(*none);
    if (seen_.v6.good > 0) return {true, std::nullopt, "", status_text(seen_.v6)};
    return {false,
            std::nullopt,
            "",
            {"不可访问：" + seen_.v6.trouble, "not reached: " + seen_.v6.trouble}};
  }
  static Label status_text(const PathSeen& path) {
    std::string text = format("status {}", path.status.value_or(0));
    std::string zh = format("状态码 {}", path.status.value_or(0));
    if (!path.location.empty()) {
      text += ", leads to " + path.location;
      zh += "，转向 " + path.location;
    }
    return {std::move(zh), std::move(text)};
  }

  Verdict success_v6() const {
    if (auto none = no_v6()) return std::move(*none);
    if (seen_.v6.tries == 0) return not_judged("没有请求", "nothing was asked");
    const double ok = share(seen_.v6.good, seen_.v6.tries);
    return {ok >= limits_.success,
            100 * ok,
            "%",
            {format("{} 次成功 {} 次", seen_.v6.tries, seen_.v6.good),
             format("{} of {} succeeded", seen_.v6.good, seen_.v6.tries)}};
  }

  std::optional<Verdict> no_servers() const {
    if (!seen_.dns.servers.empty()) return std::nullopt;
    return not_judged("没有找到域名服务器：" + seen_.dns.trouble,
                      "no name servers were found: " + seen_.dns.trouble);
  }

  Verdict ns_aaaa() const {
    if (auto none = no_servers()) return std::move(*none);
    const auto with = std::ranges::count_if(seen_.dns.servers, &NameServer::has_aaaa);
    const auto all = seen_.dns.servers.size();
    return {with >= name_servers_wanted,
            static_cast<double>(with),
            "",
            {format("{} 台中 {} 台有 AAAA 记录", all, with),
             format("{} of {} have an AAAA record", with, all)}};
  }

  Verdict ns_v6() const {
    if (auto none = no_servers()) return std::move(*none);
    int asked = 0;
    int good = 0;
    std::string bad;
    for (const NameServer& server : seen_.dns.servers) {
      for (const ServerAnswer& answer : server.answers) {
        if (!answer.v6 || answer.no_route) continue;
        ++asked;
        if (answer.authoritative) {
          ++good;
        } else if (bad.empty()) {
          bad = server.name + ": " + answer.trouble;
        }
      }
    }
    if (asked == 0) {
      const bool has = std::ranges::any_of(seen_.dns.servers, &NameServer::has_aaaa);
      if (has) {
        return not_judged("本机没有到域名服务器的 IPv6 路由，无法判断",
                          "this machine has no IPv6 route to them: not judged");
      }
      return {false, 0, "%", {"没有可经 IPv6 访问的域名服务器", "none can be reached over IPv6"}};
    }
    Label text{format("{} 台中 {} 台经 IPv6 权威应答", asked, good),
               format("{} of {} answer with authority over IPv6", good, asked)};
    if (!bad.empty()) {
      text.zh += "；" + bad;
      text.en += "; " + bad;
    }
    return {good == asked, 100 * share(good, asked), "%", std::move(text)};
  }

  Verdict consistency() const {
    if (auto none = no_v6()) return std::move(*none);
    if (!seen_.v4.status || !seen_.v6.status) {
      return not_judged("没有同时得到两个首页", "both pages are needed");
    }
    const bool same_status =
        *seen_.v4.status == *seen_.v6.status && seen_.v4.location == seen_.v6.location;
    if (!same_status) {
      return {false,
              seen_.similarity,
              "",
              {format("IPv4 状态码 {}，IPv6 状态码 {}", *seen_.v4.status, *seen_.v6.status),
               format("status {} over IPv4, {} over IPv6", *seen_.v4.status, *seen_.v6.status)}};
    }
    if (!seen_.similarity) return not_judged("没有同时得到两个首页", "both pages are needed");
    return {*seen_.similarity >= limits_.similar,
            seen_.similarity,
            "",
            {format("相似度 {:.2f}", *seen_.similarity),
             format("similarity {:.2f}", *seen_.similarity)}};
  }

  Verdict slower() const {
    const auto ratio = degradation(seen_.v4, seen_.v6, limits_.same_within_ms);
    if (!ratio) return not_judged("没有同时得到两种时延", "times over both are needed");
    const double v4 = *median(seen_.v4.first_byte_ms);
    const double v6 = *median(seen_.v6.first_byte_ms);
    return {*ratio <= limits_.degradation,
            100 * *ratio,
            "%",
            {format("IPv4 {:.0f} 毫秒，IPv6 {:.0f} 毫秒", v4, v6),
             format("{:.0f} ms over IPv4, {:.0f} ms over IPv6", v4, v6)}};
  }

  Verdict links(const LinksSeen& tally) const {
    if (auto none = no_v6()) return std::move(*none);
    if (tally.asked == 0) return not_judged("没有站内链接", "no links within this host");
    const double ok = share(tally.good, tally.asked);
    Label text{format("抽样 {} 个，可达 {} 个", tally.asked, tally.good),
               format("{} of {} answer", tally.good, tally.asked)};
    if (!tally.first_bad.empty()) {
      text.zh += "；不可达：" + tally.first_bad;
      text.en += "; not: " + tally.first_bad;
    }
    return {ok >= limits_.links, 100 * ok, "%", std::move(text)};
  }

  Verdict tls_offered() const {
    if (!seen_.target.tls) {
      return {false, std::nullopt, "", {"登记的网址是明文 http", "the registered address is http"}};
    }
    if (!seen_.tls.tried) return not_judged("没有可连接的地址", "no address to connect to");
    if (seen_.tls.completed)
      return {true, std::nullopt, "", {"握手成功", "the handshake succeeds"}};
    return {false,
            std::nullopt,
            "",
            {"握手失败：" + seen_.tls.trouble, "the handshake fails: " + seen_.tls.trouble}};
  }
  std::optional<Verdict> no_tls() const {
    if (!seen_.target.tls) return not_judged("明文 http", "the address is http");
    if (!seen_.tls.completed) return not_judged("没有握手", "no handshake");
    return std::nullopt;
  }

  Verdict tls_chain() const {
    if (auto none = no_tls()) return std::move(*none);
    switch (seen_.tls.trust) {
      case Trust::trusted:
        return {true, std::nullopt, "", {"可信", "trusted"}};
      case Trust::self_signed:
        return {false, std::nullopt, "", {"自签名证书", "the certificate is self-signed"}};
      case Trust::unknown_issuer:
        return {false,
                std::nullopt,
                "",
                {"证书链不通向受信任的根", "the chain leads to no trusted root"}};
      case Trust::expired:
        return {false, std::nullopt, "", {"证书已过期", "the certificate has expired"}};
      case Trust::not_yet:
        return {false, std::nullopt, "", {"证书尚未生效", "the certificate is not yet in force"}};
      case Trust::other:
        break;
    }
    return {false, std::nullopt, "", {seen_.tls.trust_text, seen_.tls.trust_text}};
  }

  Verdict tls_host() const {
    if (auto none = no_tls()) return std::move(*none);
    return {seen_.tls.name_fits, std::nullopt, "",
            seen_.tls.name_fits ? Label{"相符", "it fits"}
                                : Label{"证书不是发给 " + seen_.target.host + " 的",
                                        "the certificate is not for " + seen_.target.host}};
  }

  Verdict tls_days() const {
    if (auto none = no_tls()) return std::move(*none);
    const double days = days_left(seen_);
    const Severity severity =
        days < limits_.days_left_serious ? Severity::serious : Severity::moderate;
    return {days >= limits_.days_left, days, "d",
            days < 0 ? Label{format("已过期 {} 天", -days), format("expired {} days ago", -days)}
                     : Label{format("剩余 {} 天", days), format("{} days left", days)},
            severity};
  }

  Verdict tls_versions() const {
    if (auto none = no_tls()) return std::move(*none);
    bool old = false;
    bool present = false;
    std::vector<std::string> names;
    for (const TlsVersion version : seen_.tls.versions) {
      (version < TlsVersion::tls1_2 ? old : present) = true;
      names.emplace_back(to_string(version));
    }
    const std::string list = join(names, ", ");
    return {present && !old, std::nullopt, "", {list, list}};
  }

  Verdict tls_key() const {
    if (auto none = no_tls()) return std::move(*none);
    const std::string& signature = seen_.tls.signature;
    const bool rsa = seen_.tls.key == "RSA" || seen_.tls.key == "DSA";
    const bool strong = seen_.tls.key_bits >= (rsa ? rsa_bits : curve_bits);
    const bool weak_hash = signature == "MD5" || signature == "SHA1" || signature == "MD4";
    const std::string text = format("{} {} bit, {}", seen_.tls.key, seen_.tls.key_bits, signature);
    return {strong && !weak_hash, static_cast<double>(seen_.tls.key_bits), "bit", {text, text}};
  }

  Verdict ns_count() const {
    if (auto none = no_servers()) return std::move(*none);
    std::vector<std::string> names;
    for (const NameServer& server : seen_.dns.servers) names.push_back(server.name);
    const std::string list = join(names, ", ");
    return {
        names.size() >= name_servers_wanted, static_cast<double>(names.size()), "", {list, list}};
  }

  // Over any protocol that this machine has. A server without addresses is lame as well.
  Verdict lame() const {
    if (auto none = no_servers()) return std::move(*none);
    int bad = 0;
    std::string first;
    for (const NameServer& server : seen_.dns.servers) {
      const std::string why = lameness(server);
      if (why.empty()) continue;
      ++bad;
      if (first.empty()) first = server.name + ": " + why;
    }
    return {bad == 0, static_cast<double>(bad), "",
            bad == 0 ? Label{"没有", "none"} : Label{first, first}};
  }
  static std::string lameness(const NameServer& server) {
    if (server.answers.empty()) return "no address";
    for (const ServerAnswer& answer : server.answers) {
      if (answer.no_route || answer.authoritative) continue;
      // A wrong answer over one protocol is a wrong answer; IPv6 silence alone is ns_v6's matter.
      if (answer.v6 && !answer.answered && server.has_a) continue;
      return answer.trouble.empty() ? "no answer" : answer.trouble;
    }
    return {};
  }

  // Of the answers with authority.
  std::vector<const ServerAnswer*> good_answers() const {
    std::vector<const ServerAnswer*> out;
    for (const NameServer& server : seen_.dns.servers) {
      for (const ServerAnswer& answer : server.answers) {
        if (answer.authoritative) out.push_back(&answer);
      }
    }
    return out;
  }

  Verdict ns_agree() const {
    const auto good = good_answers();
    if (good.empty()) return not_judged("没有权威应答", "no answer with authority");
    for (const ServerAnswer* answer : good) {
      if (answer->names.empty() || good.front()->names.empty()) continue;
      if (answer->names == good.front()->names) continue;
      const std::string text =
          format("{}: {} / {}: {}", good.front()->address, join(good.front()->names, " "),
                 answer->address, join(answer->names, " "));
      return {false, std::nullopt, "", {text, text}};
    }
    return {true, std::nullopt, "", {"一致", "they agree"}};
  }

  Verdict soa_agree() const {
    const auto good = good_answers();
    if (good.empty()) return not_judged("没有权威应答", "no answer with authority");
    for (const ServerAnswer* answer : good) {
      if (answer->serial == good.front()->serial) continue;
      const std::string text = format("{}: {} / {}: {}", good.front()->address,
                                      good.front()->serial, answer->address, answer->serial);
      return {false, std::nullopt, "", {text, text}};
    }
    const std::string serial = std::to_string(good.front()->serial);
    return {true, std::nullopt, "", {"序号 " + serial, "serial " + serial}};
  }

  Verdict caa() const {
    if (!seen_.target.tls) return not_judged("明文 http", "the address is http");
    if (!seen_.dns.caa_looked_up)
      return not_judged("解析器没有应答", "the resolver gave no answer");
    if (seen_.dns.caa.empty()) {
      return {false, std::nullopt, "", {"没有 CAA 记录", "there is no CAA record"}};
    }
    return {true, std::nullopt, "", {seen_.dns.caa.front(), seen_.dns.caa.front()}};
  }

  Verdict dnssec() const {
    if (seen_.dns.authentic) return {true, std::nullopt, "", {"已校验", "verified"}};
    if (!seen_.dns.is_signed) return not_judged("没有签名", "not signed");
    if (!limits_.resolver_validates) {
      return not_judged("有签名；解析器不校验，无法判断",
                        "signed; the resolver does not validate: not judged");
    }
    return {false,
            std::nullopt,
            "",
            {"有签名，解析器未确认", "signed, and the resolver does not confirm it"}};
  }

  const Observation& seen_;
  const Limits& limits_;
};

}  // namespace

std::vector<Finding> judge(const Observation& seen, const Limits& limits) {
  const Judge judge(seen, limits);
  std::vector<Finding> out;
  for (const Check& check : checks()) {
    Verdict verdict = judge.of(check.id);
    Finding finding{&check,        verdict.passed,          Severity::none,
                    verdict.value, std::move(verdict.unit), std::move(verdict.text)};
    if (finding.passed == false) {
      finding.severity = verdict.severity == Severity::none ? check.severity : verdict.severity;
    }
    out.push_back(std::move(finding));
  }
  return out;
}

std::optional<double> median(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

std::optional<double> degradation(const PathSeen& v4, const PathSeen& v6, double same_within_ms) {
  const auto left = median(v4.first_byte_ms);
  const auto right = median(v6.first_byte_ms);
  if (!left || !right || *left <= 0) return std::nullopt;
  if (std::abs(*right - *left) < same_within_ms) return 0;
  return (*right - *left) / *left;
}

double days_left(const Observation& seen) {
  return std::floor(static_cast<double>(seen.tls.not_after.ns - seen.at.ns) /
                    static_cast<double>(ns_per_day));
}

std::vector<std::pair<std::string_view, double>> readings_of(const Observation& seen,
                                                             std::span<const Finding> findings,
                                                             const Limits& limits) {
  std::vector<std::pair<std::string_view, double>> out;
  const auto passed = [&](std::string_view check, std::string_view property) {
    for (const Finding& finding : findings) {
      if (finding.check->id == check && finding.passed) out.emplace_back(property, *finding.passed);
    }
  };
  const auto value = [&](std::string_view check, std::string_view property) {
    for (const Finding& finding : findings) {
      if (finding.check->id == check && finding.value) out.emplace_back(property, *finding.value);
    }
  };
  passed("aaaa", "aaaa");
  if (seen.v4.looked_up && !seen.v4.no_route) out.emplace_back("page_v4", seen.v4.good > 0);
  passed("page_v6", "page_v6");
  value("success_v6", "success_v6");
  if (const auto ms = median(seen.v4.first_byte_ms)) out.emplace_back("latency_v4", *ms);
  if (const auto ms = median(seen.v6.first_byte_ms)) out.emplace_back("latency_v6", *ms);
  if (const auto ratio = degradation(seen.v4, seen.v6, limits.same_within_ms)) {
    out.emplace_back("degradation", 100 * *ratio);
  }
  if (seen.similarity) out.emplace_back("consistency", *seen.similarity);
  value("links_2", "links_2");
  value("links_3", "links_3");
  value("ns_v6", "ns_v6");
  value("lame", "ns_lame");
  passed("soa_agree", "soa_agree");
  if (seen.tls.completed) out.emplace_back("tls_days_left", days_left(seen));
  for (const auto& [group, property] :
       {std::pair{Group::tls, "tls_ok"}, std::pair{Group::dns, "dns_ok"}}) {
    const bool judged = std::ranges::any_of(
        findings, [&](const Finding& f) { return f.check->group == group && f.passed; });
    const bool bad = std::ranges::any_of(findings, [&](const Finding& f) {
      return f.check->group == group && f.severity >= Severity::moderate;
    });
    if (judged) out.emplace_back(property, !bad);
  }
  return out;
}

}  // namespace cairn::probe
