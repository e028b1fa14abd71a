// SPDX-License-Identifier: Apache-2.0
#include "server/problem.hpp"

#include "server/detail/json.hpp"

namespace cairn::server {

int status_of(Code code) {
  switch (code) {
    case Code::invalid:
      return 400;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::too_large:
      return 413;
    case Code::unsupported:
      return 422;
    case Code::denied:
      return 403;
    case Code::io:
      return 503;
    case Code::internal:
      return 500;
  }
  return 500;
}

Response problem(int status, std::string detail, std::vector<Complaint> complaints) {
  Json errors = Json::array();
  for (const Complaint& c : complaints) {
    Json item{{"place", c.place}, {"message", c.message}};
    if (c.offset) {
      item["offset"] = *c.offset;
      item["length"] = c.length;
    }
    if (!c.suggestion.empty()) item["suggestion"] = c.suggestion;
    errors.push_back(std::move(item));
  }
  const Json document{{"type", "about:blank"},
                      {"title", std::string(status_text(status))},
                      {"status", status},
                      {"detail", std::move(detail)},
                      {"errors", std::move(errors)}};
  Response out = json_response(document, status);
  out.type = "application/problem+json";
  return out;
}

Response problem(std::vector<Complaint> complaints) {
  std::string detail = complaints.empty() ? "the request is wrong" : complaints.front().message;
  return problem(400, std::move(detail), std::move(complaints));
}

Response problem(const Error& error) {
  std::vector<Complaint> complaints;
  if (!error.place.empty()) {
    complaints.push_back({error.place, error.message, std::nullopt, 1, {}});
  }
  return problem(status_of(error.code), error.message, std::move(complaints));
}

}  // namespace cairn::server
