// SPDX-License-Identifier: Apache-2.0
// What a measurement has seen, before anybody judges it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "probe/target.hpp"

namespace cairn::probe {

// The home page over one of the two protocols.
struct PathSeen {
  std::vector<std::string> addresses;  // A or AAAA of the host
  bool looked_up = false;              // the resolver has answered, perhaps with none
  bool no_route = false;               // this machine itself has no way to such addresses
  int tries = 0;
  int good = 0;                       // answered with a status below 400
  std::optional<int> status;          // of the first answer
  std::string location;               // that it leads to, when that was not followed
  std::string body;                   // of the first good answer
  std::vector<double> connect_ms;     // TCP, of each good try
  std::vector<double> first_byte_ms;  // from the start of the connection to the first byte
  std::string trouble;                // of the last try that failed
};

// Pages one or two links away from the home page, over IPv6.
struct LinksSeen {
  int asked = 0;
  int good = 0;
  std::size_t outside = 0;  // links to other hosts, which are never asked
  std::string first_bad;    // path
};

struct ServerAnswer {
  std::string address;
  bool v6 = false;
  bool no_route = false;  // this machine has no way to it: says nothing of the server
  bool answered = false;
  bool authoritative = false;
  std::uint32_t serial = 0;
  std::vector<std::string> names;  // name servers of the zone that it names; sorted
  std::string trouble;
};
struct NameServer {
  std::string name;
  bool has_a = false;
  bool has_aaaa = false;
  std::vector<ServerAnswer> answers = {};
};
struct DnsSeen {
  std::string zone;  // "": not found
  std::vector<NameServer> servers;
  std::string trouble;
  std::vector<std::string> caa;  // of the host or the nearest name above it
  bool caa_looked_up = false;
  bool is_signed = false;  // signatures come with the answer
  bool authentic = false;  // the resolver says that they are right
};

enum class Trust : std::uint8_t {
  trusted,
  self_signed,
  unknown_issuer,  // the chain is cut or leads to no authority that we trust
  expired,
  not_yet,
  other
};
enum class TlsVersion : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

struct TlsSeen {
  bool tried = false;
  bool completed = false;
  std::string trouble;  // why the handshake did not end well
  Trust trust = Trust::other;
  std::string trust_text;
  bool name_fits = false;
  Instant not_after;
  std::string key;  // "RSA", "EC", "Ed25519" …
  int key_bits = 0;
  std::string signature;             // of the leaf: "SHA256" …
  std::vector<TlsVersion> versions;  // that it accepts
};

struct Observation {
  Target target;
  Instant at;
  // Why it ended before its end: withdrawn, stopped, too many requests. Then nothing of it counts.
  std::string cut_short;
  PathSeen v4;
  PathSeen v6;
  std::optional<double> similarity;  // of the two pages
  LinksSeen second;
  LinksSeen third;
  bool links_asked = false;
  DnsSeen dns;
  TlsSeen tls;
};

const char* to_string(TlsVersion version);  // "TLS 1.2"

}  // namespace cairn::probe
