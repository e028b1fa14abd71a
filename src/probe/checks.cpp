// SPDX-License-Identifier: Apache-2.0
// The table of checks: what is wanted, and who says so.
#include "probe/judge.hpp"

namespace cairn::probe {
namespace {

constexpr std::string_view national = "国家 IPv6 发展监测平台：网站 IPv6 支持度监测项";

void add_ipv6(std::vector<Check>& out) {
  const Group g = Group::ipv6;
  out.push_back({"aaaa",
                 g,
                 {"域名有 AAAA 记录", "The name has an AAAA record"},
                 {"域名能解析出 IPv6 地址。", "The name resolves to an IPv6 address."},
                 national,
                 Severity::serious});
  out.push_back({"page_v6",
                 g,
                 {"首页可经 IPv6 访问", "The home page answers over IPv6"},
                 {"经 IPv6 请求首页，应答状态码小于 400。",
                  "A request for the home page over IPv6 is answered with a status below 400."},
                 national,
                 Severity::serious});
  out.push_back({"success_v6",
                 g,
                 {"首页 IPv6 访问成功率", "Share of requests over IPv6 that succeed"},
                 {"多次请求中成功的占比不低于限值（默认全部成功）。",
                  "Of several requests at least the set share succeeds (default: all)."},
                 national,
                 Severity::moderate});
  out.push_back({"ns_aaaa",
                 g,
                 {"域名服务器有 IPv6 地址", "Name servers have IPv6 addresses"},
                 {"区的域名服务器至少两台有 AAAA 记录（授权体系）。",
                  "At least two name servers of the zone have an AAAA record."},
                 "国家 IPv6 发展监测平台：域名授权体系；两台：internet.nl, IPv6 for name servers",
                 Severity::moderate});
  out.push_back({"ns_v6",
                 g,
                 {"域名服务器可经 IPv6 访问", "Name servers answer over IPv6"},
                 {"每台有 AAAA 记录的域名服务器都经 IPv6 给出权威应答。",
                  "Each name server with an AAAA record answers with authority over IPv6."},
                 "国家 IPv6 发展监测平台：域名授权体系；internet.nl, IPv6 for name servers",
                 Severity::moderate});
  out.push_back({"consistency",
                 g,
                 {"IPv4 与 IPv6 首页一致", "The same page over IPv4 and IPv6"},
                 {"状态码相同，可见文字的 5 字片段集合 Jaccard 相似度不低于限值（默认 0.9）。",
                  "The same status, and visible texts whose runs of five characters have a "
                  "Jaccard index of at least the limit (default 0.9)."},
                 "国家 IPv6 发展监测平台：首页内容一致性；相似度：Broder 1997；限值为本系统约定",
                 Severity::moderate});
  out.push_back(
      {"degradation",
       g,
       {"IPv6 性能劣化比", "IPv6 slower than IPv4"},
       {"(IPv6 首字节时延中位数 − IPv4) / IPv4 不高于限值（默认 10%）；相差 20 毫秒以内视为趋同。",
        "(median time to the first byte over IPv6 - over IPv4) / over IPv4 is at most the "
        "limit (default 10 %); a difference below 20 ms is none."},
       "国家 IPv6 发展监测平台：IPv6 网络性能劣化比；限值与 20 毫秒为本系统约定",
       Severity::minor});
  out.push_back(
      {"links_2",
       g,
       {"二级链接 IPv6 支持率", "Second-level pages over IPv6"},
       {"首页的站内链接经 IPv6 可达的占比不低于限值（默认 90%，抽样）。",
        "Of the pages of this host that the home page links to, a sample, at least the set "
        "share answers over IPv6 (default 90 %)."},
       national,
       Severity::moderate});
  out.push_back({"links_3",
                 g,
                 {"三级链接 IPv6 支持率", "Third-level pages over IPv6"},
                 {"二级页面的站内链接经 IPv6 可达的占比不低于限值（默认 90%，抽样）。",
                  "Of the pages of this host that second-level pages link to, a sample, at least "
                  "the set share answers over IPv6 (default 90 %)."},
                 national,
                 Severity::minor});
}

void add_tls(std::vector<Check>& out) {
  const Group g = Group::tls;
  out.push_back({"tls_offered",
                 g,
                 {"使用 HTTPS", "HTTPS"},
                 {"登记的网址是 https，且握手成功。",
                  "The registered address is https, and the handshake succeeds."},
                 "RFC 9110, 4.2.2; RFC 8446",
                 Severity::serious});
  out.push_back({"tls_chain",
                 g,
                 {"证书链可信", "The certificate is trusted"},
                 {"证书链通向受信任的根，均在有效期内。",
                  "The chain leads to a trusted root and is in force."},
                 "RFC 5280, 6",
                 Severity::serious});
  out.push_back({"tls_host",
                 g,
                 {"证书与域名相符", "The certificate is for this name"},
                 {"证书的 subjectAltName 含此域名。", "Its subjectAltName holds the host name."},
                 "RFC 9525",
                 Severity::serious});
  out.push_back({"tls_days",
                 g,
                 {"证书剩余天数", "Days left of the certificate"},
                 {"不少于 30 天；少于 7 天为严重。", "At least 30; fewer than 7 is serious."},
                 "限值为本系统约定",
                 Severity::moderate});
  out.push_back({"tls_versions",
                 g,
                 {"协议版本", "Protocol versions"},
                 {"提供 TLS 1.2 或 1.3，不提供 TLS 1.0 和 1.1。",
                  "TLS 1.2 or 1.3 is offered, 1.0 and 1.1 are not."},
                 "RFC 8996; RFC 9325, 3.1.1",
                 Severity::moderate});
  out.push_back({"tls_key",
                 g,
                 {"密钥与签名强度", "Strength of key and signature"},
                 {"RSA 不少于 2048 位，椭圆曲线不少于 224 位，签名不用 MD5、SHA-1。",
                  "RSA of at least 2048 bits, elliptic curves of at least 224, no MD5 or SHA-1."},
                 "NIST SP 800-131A Rev. 2; RFC 9325, 4.5",
                 Severity::moderate});
}

void add_dns(std::vector<Check>& out) {
  const Group g = Group::dns;
  out.push_back({"ns_count",
                 g,
                 {"域名服务器台数", "Number of name servers"},
                 {"至少两台。", "At least two."},
                 "RFC 1034, 4.1; RFC 2182",
                 Severity::moderate});
  out.push_back({"lame",
                 g,
                 {"没有失效授权", "No lame name server"},
                 {"每台域名服务器都应答，且对此区有权威。",
                  "Each name server answers, with authority for the zone."},
                 "RFC 1912, 2.8; RFC 1713, 2.3",
                 Severity::serious});
  out.push_back({"ns_agree",
                 g,
                 {"NS 记录一致", "NS records agree"},
                 {"各台给出相同的 NS 集合。", "All give the same set of name servers."},
                 "RFC 1034, 4.2.2",
                 Severity::minor});
  out.push_back({"soa_agree",
                 g,
                 {"SOA 序号一致", "SOA serials agree"},
                 {"各台给出相同的 SOA 序号。", "All give the same serial of the zone."},
                 "RFC 1034, 4.3.5; RFC 1912, 2.2",
                 Severity::moderate});
  out.push_back({"caa",
                 g,
                 {"有 CAA 记录", "CAA record"},
                 {"域名或其上级声明哪些机构可签发证书。",
                  "The name, or one above it, says which authorities may issue certificates."},
                 "RFC 8659",
                 Severity::minor});
  out.push_back(
      {"dnssec",
       g,
       {"DNSSEC 校验通过", "DNSSEC is right"},
       {"有签名时，校验解析器确认其正确（AD 标志）。没有签名不评判。",
        "Where there are signatures, a resolver that validates confirms them (AD). Without "
        "signatures there is nothing to judge."},
       "RFC 4035, 3.2.3",
       Severity::minor});
}

}  // namespace

const std::vector<Check>& checks() {
  static const std::vector<Check> all = [] {
    std::vector<Check> out;
    add_ipv6(out);
    add_tls(out);
    add_dns(out);
    return out;
  }();
  return all;
}

const char* to_string(Group group) {
  switch (group) {
    case Group::ipv6:
      return "ipv6";
    case Group::tls:
      return "tls";
    case Group::dns:
      return "dns";
  }
  return "";
}

const char* to_string(Severity severity) {
  switch (severity) {
    case Severity::none:
      return "none";
    case Severity::minor:
      return "minor";
    case Severity::moderate:
      return "moderate";
    case Severity::serious:
      return "serious";
  }
  return "";
}

}  // namespace cairn::probe
