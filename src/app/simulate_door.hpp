// SPDX-License-Identifier: Apache-2.0
// The door of a running server, as simulated devices use it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/http_client.hpp"

namespace cairn::app {

class SimulateDoor {
 public:
  // `url` without a path: "http://127.0.0.1:8080".
  SimulateDoor(std::string url, std::string token);

  // Errors: the server does not know the thing, or knows it as a real one.
  Status check_simulated(const std::string& thing) const;

  struct Taken {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::string reason;  // of the first refused one
  };
  // Sends a pack of SenML and waits until it is on the server's disk; tries again where the server
  // is busy or does not answer, at most `tries` times.
  Result<Taken> post(const std::string& senml, int tries = 5) const;

 private:
  server::HttpAsk ask(std::string method, std::string path) const;

  std::string url_;
  std::string token_;
  server::HttpClient client_;
};

// One record of SenML behind those that `out` has; it begins with "[". No unit: the property's own.
void append_record(std::string& out, std::string_view thing, std::string_view property,
                   std::string_view unit, double value);

}  // namespace cairn::app
