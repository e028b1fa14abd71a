// SPDX-License-Identifier: Apache-2.0
#include "probe/measure.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.hpp"
#include "probe/page.hpp"

namespace cairn::probe {
namespace {

constexpr int name_error = 3;
constexpr int labels_most = 8;  // that are gone up to find a zone or a CAA record

class Measurement {
 public:
  Measurement(const Target& target, const Settings& settings, Means& means, Instant now)
      : settings_(settings), means_(means) {
    seen_.target = target;
    seen_.at = now;
  }

  Observation run() {
    look_up(seen_.v4, DnsType::a);
    look_up(seen_.v6, DnsType::aaaa);
    find_zone();
    for (NameServer& server : seen_.dns.servers) ask_server(server);
    if (seen_.target.tls) find_caa();
    pages();
    // Nothing of what was cut short is used: pages of half a megabyte need not be compared.
    if (over()) return std::move(seen_);
    if (seen_.v4.good > 0 && seen_.v6.good > 0) {
      seen_.similarity = similarity(visible_text(seen_.v4.body), visible_text(seen_.v6.body));
    }
    if (seen_.v6.good > 0) links();
    if (seen_.target.tls) handshakes();
    return std::move(seen_);
  }

 private:
  bool over() const { return !seen_.cut_short.empty(); }
  bool go_on() {
    if (over()) return false;
    if (auto may = means_.may_go_on(); !may) {
      seen_.cut_short = may.error().message;
      return false;
    }
    return true;
  }
  Result<DnsMessage> ask(const std::string& name, DnsType type, const std::string& server = {},
                         bool signatures = false) {
    if (!go_on()) return fail(Code::conflict, seen_.cut_short);
    return means_.ask({{name, type, server.empty(), signatures}, server});
  }

  void look_up(PathSeen& path, DnsType type) {
    const auto answer = ask(seen_.target.host, type, {}, true);
    if (!answer) {
      path.trouble = answer.error().message;
      return;
    }
    if (answer->code != 0 && answer->code != name_error) {
      path.trouble = std::string(code_name(answer->code));
      return;
    }
    path.looked_up = true;
    path.addresses = texts_of(answer->answers, type);
    seen_.dns.authentic = seen_.dns.authentic || answer->authentic;
    seen_.dns.is_signed =
        seen_.dns.is_signed || std::ranges::any_of(answer->answers, [](const DnsRecord& record) {
          return record.type == DnsType::rrsig;
        });
  }

  // The nearest name at or above the host that has name servers; never a top-level domain.
  void find_zone() {
    std::string name = seen_.target.host;
    for (int i = 0; i < labels_most && name.find('.') != std::string::npos; ++i) {
      const auto answer = ask(name, DnsType::ns);
      if (!answer) {
        seen_.dns.trouble = answer.error().message;
        return;
      }
      auto names = texts_of(answer->answers, DnsType::ns, name);
      if (!names.empty()) {
        std::ranges::sort(names);
        seen_.dns.zone = name;
        for (std::string& server : names) {
          if (seen_.dns.servers.size() == settings_.servers) break;
          seen_.dns.servers.push_back({.name = std::move(server)});
        }
        return;
      }
      name = name.substr(name.find('.') + 1);
    }
    seen_.dns.trouble = "no zone was found";
  }

  void ask_server(NameServer& server) {
    for (const DnsType type : {DnsType::a, DnsType::aaaa}) {
      const auto addresses = ask(server.name, type);
      if (!addresses) continue;
      const auto found = texts_of(addresses->answers, type);
      if (found.empty()) continue;
      const bool v6 = type == DnsType::aaaa;
      (v6 ? server.has_aaaa : server.has_a) = true;
      server.answers.push_back(ask_address(found.front(), v6));
    }
  }

  ServerAnswer ask_address(const std::string& address, bool v6) {
    ServerAnswer out;
    out.address = address;
    out.v6 = v6;
    const auto soa = ask(seen_.dns.zone, DnsType::soa, address);
    if (!soa) {
      out.trouble = soa.error().message;
      out.no_route = soa.error().code == Code::unsupported;
      return out;
    }
    out.answered = true;
    for (const DnsRecord& record : soa->answers) {
      if (record.type != DnsType::soa) continue;
      out.serial = record.serial;
      out.authoritative = soa->authoritative;
    }
    if (!out.authoritative) {
      out.trouble = soa->code != 0 ? std::string(code_name(soa->code)) : "not authoritative";
      return out;
    }
    if (const auto names = ask(seen_.dns.zone, DnsType::ns, address)) {
      out.names = texts_of(names->answers, DnsType::ns, seen_.dns.zone);
      std::ranges::sort(out.names);
    }
    return out;
  }

  // RFC 8659, 3: the host, then one label up after the other.
  void find_caa() {
    std::string name = seen_.target.host;
    for (int i = 0; i < labels_most && name.find('.') != std::string::npos; ++i) {
      const auto answer = ask(name, DnsType::caa);
      if (!answer) return;
      seen_.dns.caa = texts_of(answer->answers, DnsType::caa);
      if (!seen_.dns.caa.empty()) break;
      name = name.substr(name.find('.') + 1);
    }
    seen_.dns.caa_looked_up = true;
  }

  // Both protocols in turn, so that a change of the service's load meets both.
  void pages() {
    for (int i = 0; i < settings_.tries; ++i) {
      fetch_home(seen_.v4);
      fetch_home(seen_.v6);
    }
  }

  void fetch_home(PathSeen& path) {
    if (path.addresses.empty() || path.no_route) return;
    Target target = seen_.target;
    for (int hop = 0; hop <= settings_.redirects; ++hop) {
      if (!go_on()) return;
      if (hop == 0) ++path.tries;
      auto page = means_.fetch({target, path.addresses.front()});
      if (!page) {
        path.trouble = page.error().message;
        if (page.error().code == Code::unsupported) {
          path.no_route = true;
          --path.tries;
        }
        return;
      }
      const bool leads_on = page->status >= 300 && page->status < 400 && !page->location.empty();
      const auto to = leads_on ? resolve(target, page->location) : std::nullopt;
      if (to && to->same_origin && hop < settings_.redirects) {
        target.path = to->path;
        continue;
      }
      take_page(path, *page);
      return;
    }
  }

  static void take_page(PathSeen& path, Page& page) {
    const bool first = !path.status;
    if (first) {
      path.status = page.status;
      path.location = page.location;
    }
    if (page.status >= 400) {
      path.trouble = format("status {}", page.status);
      return;
    }
    if (path.good == 0) path.body = std::move(page.body);
    ++path.good;
    path.connect_ms.push_back(page.connect_ms);
    path.first_byte_ms.push_back(page.first_byte_ms);
  }

  // Second-level pages are linked by the home page, third-level ones by these.
  void links() {
    constexpr std::size_t known_most = 200;
    const Links home = links_of(seen_.v6.body, seen_.target, known_most);
    seen_.second.outside = home.outside;
    std::vector<std::string> known = home.inside;
    std::vector<std::string> beyond;
    for (std::size_t i = 0; i < home.inside.size() && i < settings_.links; ++i) {
      const auto page = fetch_link(seen_.second, home.inside[i]);
      if (!page) continue;
      Target at = seen_.target;
      at.path = home.inside[i];
      const Links found = links_of(page->body, at, known_most);
      seen_.third.outside += found.outside;
      for (const std::string& path : found.inside) {
        if (path == seen_.target.path || std::ranges::find(known, path) != known.end()) continue;
        known.push_back(path);
        if (beyond.size() < settings_.links_beyond) beyond.push_back(path);
      }
    }
    for (const std::string& path : beyond) fetch_link(seen_.third, path);
    seen_.links_asked = !over();
  }

  std::optional<Page> fetch_link(LinksSeen& tally, const std::string& path) {
    if (!go_on()) return std::nullopt;
    Target target = seen_.target;
    target.path = path;
    auto page = means_.fetch({target, seen_.v6.addresses.front()});
    ++tally.asked;
    if (page && page->status < 400) {
      ++tally.good;
      return std::move(*page);
    }
    if (tally.first_bad.empty()) tally.first_bad = path;
    return std::nullopt;
  }

  // Over IPv4 where there is: what is wrong with the certificate is not the protocol's fault.
  void handshakes() {
    const bool v4 = !seen_.v4.addresses.empty() && !seen_.v4.no_route;
    const PathSeen& path = v4 ? seen_.v4 : seen_.v6;
    if (path.addresses.empty() || path.no_route || !go_on()) return;
    ShakeAsk shake{seen_.target, path.addresses.front(), {}};
    auto first = means_.shake(shake);
    if (!first) {
      seen_.tls.tried = first.error().code != Code::unsupported;
      seen_.tls.trouble = first.error().message;
      return;
    }
    seen_.tls = std::move(*first);
    seen_.tls.tried = true;
    if (!seen_.tls.completed) return;
    seen_.tls.versions.clear();
    for (const TlsVersion version :
         {TlsVersion::tls1_0, TlsVersion::tls1_1, TlsVersion::tls1_2, TlsVersion::tls1_3}) {
      if (!go_on()) return;
      shake.only = version;
      const auto done = means_.shake(shake);
      if (done && done->completed) seen_.tls.versions.push_back(version);
    }
  }

  const Settings& settings_;
  Means& means_;
  Observation seen_;
};

}  // namespace

const char* to_string(TlsVersion version) {
  constexpr std::array<const char*, 4> names{"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
  return names[static_cast<std::size_t>(version)];
}

Observation measure(const Target& target, const Settings& settings, Means& means, Instant now) {
  return Measurement(target, settings, means, now).run();
}

int requests_most(const Settings& settings) {
  const int look_ups = 2 + 2 * labels_most;
  const int servers = static_cast<int>(settings.servers) * 6;
  const int pages = 2 * settings.tries * (settings.redirects + 1);
  const int links = static_cast<int>(settings.links + settings.links_beyond);
  const int handshakes = 5;
  return look_ups + servers + pages + links + handshakes;
}

}  // namespace cairn::probe
