// SPDX-License-Identifier: Apache-2.0
// What is asked of a service, and in which order. How it gets there is of the Means: real sockets
// in the server, tables in tests.
#pragma once

#include <functional>
#include <string>

#include "core/result.hpp"
#include "probe/dns_message.hpp"
#include "probe/observation.hpp"

namespace cairn::probe {

struct DnsAsk {
  DnsQuestion question;
  std::string server;  // address of a name server; empty: the resolver
};
struct PageAsk {
  Target target;
  std::string address;  // that is connected to; nothing else is looked up
};
struct Page {
  int status = 0;
  std::string location;
  std::string body;
  double connect_ms = 0;
  double first_byte_ms = 0;
};
struct ShakeAsk {
  Target target;
  std::string address;
  std::optional<TlsVersion> only;  // this version alone
};

// Errors of all three: `unsupported` this machine has no route there, `denied` the address may not
// be asked, anything else: no useful answer.
class Means {
 public:
  virtual ~Means() = default;
  virtual Result<DnsMessage> ask(const DnsAsk& ask) = 0;
  virtual Result<Page> fetch(const PageAsk& ask) = 0;
  virtual Result<TlsSeen> shake(const ShakeAsk& ask) = 0;
  // Before each of them: may one more packet leave? The error says why not, and ends it all.
  virtual Status may_go_on() = 0;
};

struct Settings {
  int tries = 3;                 // pages, of each protocol
  int redirects = 3;             // that are followed, of the same origin
  std::size_t links = 5;         // second-level pages
  std::size_t links_beyond = 5;  // third-level pages
  std::size_t servers = 6;       // name servers
};

// Only the target's host and the name servers of its zone are asked anything.
Observation measure(const Target& target, const Settings& settings, Means& means, Instant now);

// The most requests that one measurement can need: to hold against a budget.
int requests_most(const Settings& settings);

}  // namespace cairn::probe
