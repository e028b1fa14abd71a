// SPDX-License-Identifier: Apache-2.0
// Means of tables: what is not in them is answered as unknown. Counts what is asked.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "probe/measure.hpp"

namespace cairn::probe {

inline DnsRecord record(std::string name, DnsType type, std::string text,
                        std::uint32_t serial = 0) {
  return {std::move(name), type, std::move(text), serial};
}

class TableMeans final : public Means {
 public:
  // Of a server ("": the resolver): name and type, and what is answered.
  void answer(const std::string& server, const std::string& name, DnsType type,
              std::vector<std::string> texts, bool authoritative = true) {
    DnsMessage message;
    message.authoritative = !server.empty() && authoritative;
    for (std::string& text : texts) message.answers.push_back(record(name, type, std::move(text)));
    dns_[key(server, name, type)] = std::move(message);
  }
  void soa(const std::string& server, const std::string& zone, std::uint32_t serial,
           bool authoritative = true) {
    DnsMessage message;
    message.authoritative = authoritative;
    message.answers.push_back(record(zone, DnsType::soa, "ns1." + zone, serial));
    dns_[key(server, zone, DnsType::soa)] = std::move(message);
  }
  void message(const std::string& server, const std::string& name, DnsType type, DnsMessage what) {
    dns_[key(server, name, type)] = std::move(what);
  }
  void trouble(const std::string& server, const std::string& name, DnsType type, Error error) {
    dns_.erase(key(server, name, type));
    troubles_[key(server, name, type)] = std::move(error);
  }
  void page(const std::string& address, const std::string& path, Page page) {
    pages_[address + path] = std::move(page);
  }
  void forget_page(const std::string& address, const std::string& path) {
    pages_.erase(address + path);
  }
  void no_route(const std::string& address) { no_route_ = address; }
  void handshake(TlsSeen seen, std::vector<TlsVersion> versions) {
    tls_ = std::move(seen);
    versions_ = std::move(versions);
  }
  // Nothing more after so many requests.
  void stop_after(int requests) { most_ = requests; }

  int requests() const { return static_cast<int>(asked_.size()); }
  const std::vector<std::string>& asked() const { return asked_; }

  Result<DnsMessage> ask(const DnsAsk& ask) override {
    const std::string what = key(ask.server, ask.question.name, ask.question.type);
    asked_.push_back("dns " + what);
    if (const auto bad = troubles_.find(what); bad != troubles_.end()) return fail(bad->second);
    const auto found = dns_.find(what);
    if (found != dns_.end()) return found->second;
    DnsMessage none;
    none.code = ask.server.empty() ? 0 : 5;
    return none;
  }
  Result<Page> fetch(const PageAsk& ask) override {
    asked_.push_back("page " + ask.address + ask.target.path);
    if (ask.address == no_route_) return fail(Code::unsupported, "no route");
    const auto found = pages_.find(ask.address + ask.target.path);
    if (found == pages_.end()) return fail(Code::io, "connection refused");
    return found->second;
  }
  Result<TlsSeen> shake(const ShakeAsk& ask) override {
    asked_.push_back("tls " + ask.address + (ask.only ? to_string(*ask.only) : ""));
    if (!tls_) return fail(Code::io, "connection refused");
    TlsSeen out = *tls_;
    if (ask.only) out.completed = std::ranges::find(versions_, *ask.only) != versions_.end();
    return out;
  }
  Status may_go_on() override {
    if (most_ >= 0 && requests() >= most_) return fail(Code::conflict, "stopped");
    return {};
  }

 private:
  static std::string key(const std::string& server, const std::string& name, DnsType type) {
    return format("{}|{}|{}", server, name, static_cast<int>(type));
  }
  std::map<std::string, DnsMessage> dns_;
  std::map<std::string, Error> troubles_;
  std::map<std::string, Page> pages_;
  std::string no_route_;
  std::optional<TlsSeen> tls_;
  std::vector<TlsVersion> versions_;
  std::vector<std::string> asked_;
  int most_ = -1;
};

}  // namespace cairn::probe
