// SPDX-License-Identifier: Apache-2.0
// Bodies of the chapter `access`: small JSON objects, read strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/actor.hpp"
#include "server/detail/json.hpp"
#include "server/query.hpp"

namespace cairn::server {

// Reads the members of a JSON object and collects what is wrong; done() also refuses members that
// nobody asked for.
class BodyReader {
 public:
  explicit BodyReader(const Request& request);

  bool has(std::string_view name);
  std::string text(const char* name, std::size_t most_bytes);  // needed
  std::optional<bool> flag(const char* name);
  std::optional<Label> label(const char* name);
  std::optional<std::vector<model::Grant>> grants(const char* name);
  std::optional<double> number(const char* name);
  std::optional<std::vector<std::string>> texts(const char* name, std::size_t most,
                                                std::size_t most_bytes);
  bool is_null(const char* name);
  void complain(const std::string& place, std::string message);
  // The refusal, when there is one: 415 or 400.
  std::optional<Response> done();

 private:
  const Json* find(std::string_view name);

  Json body_;
  std::optional<Response> refusal_;
  std::vector<std::string> known_;
  std::vector<Complaint> complaints_;
};

Json grants_json(const std::vector<model::Grant>& grants);
// `Session.account`.
Json actor_json(const model::Actor& actor, bool must_change);

}  // namespace cairn::server
