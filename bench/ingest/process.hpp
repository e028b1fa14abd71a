// SPDX-License-Identifier: Apache-2.0
// Servers under measurement: started on loopback over a directory of their own, watched from
// outside (CPU and memory by /proc), asked over HTTP.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::bench {

// A directory below the system's place for temporary files; removed with its content.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Process {
 public:
  Process() = default;
  // Output goes to `log`.
  Process(const std::vector<std::string>& command, const std::string& log);
  ~Process() { stop(9); }
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  bool alive() const;
  double cpu_s() const;              // user and system, so far
  std::uint64_t peak_bytes() const;  // of memory held at once
  std::uint64_t bytes() const;       // of memory held now
  void stop(int signal);             // and waits for the end

 private:
  pid_t pid_ = -1;
};

// Programs of others: an empty text when the system has none.
std::string find_program(const std::string& name);
std::uint16_t free_port();
// Whether something listens there within the time.
bool wait_for_port(std::uint16_t port, double seconds);
// The body; an empty text after any failure.
std::string http_get(std::uint16_t port, const std::string& target);
// The number behind the name in /metrics; 0: there is none.
double metric(std::uint16_t port, std::string_view name);

// `cairn serve` over a generated world.
struct CairnServer {
  Process process;
  std::uint16_t http_port = 0;
  std::uint16_t mqtt_port = 0;
  bool ok() const { return http_port != 0; }
};
// `data` may hold the log of one that ran before. Waits until it answers.
CairnServer start_cairn(const std::string& program, const std::string& root,
                        const std::string& data);
// Until everything durable is applied; the seconds that took.
double wait_until_applied(const CairnServer& server);

struct Peer {
  Process process;
  std::uint16_t port = 0;
  bool ok() const { return port != 0; }
};
// Not ok when the program is missing.
Peer start_victoria(const std::string& directory);
// With persistence as Debian sets it up: saved every half hour, no sync before an acknowledgement.
Peer start_mosquitto(const std::string& directory);

double now_s();  // of a clock that never jumps

}  // namespace cairn::bench
