// SPDX-License-Identifier: Apache-2.0
#include "server/detail/access_json.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "server/problem.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t short_text = 400;
constexpr std::size_t grants_most = 50;

std::string media_type(const Request& request) {
  const std::string_view type = request.header("content-type");
  return lower_ascii(trim(type.substr(0, type.find(';'))));
}

}  // namespace

BodyReader::BodyReader(const Request& request) {
  if (media_type(request) != "application/json") {
    refusal_ = problem(415, "the body must be application/json");
    return;
  }
  body_ = Json::parse(request.body, nullptr, false);
  if (!body_.is_object()) complain("", "the body is no JSON object");
}

void BodyReader::complain(const std::string& place, std::string message) {
  complaints_.push_back({place, std::move(message), {}, 1, {}});
}

const Json* BodyReader::find(std::string_view name) {
  known_.emplace_back(name);
  if (!body_.is_object()) return nullptr;
  const auto at = body_.find(std::string(name));
  return at == body_.end() ? nullptr : &*at;
}

bool BodyReader::has(std::string_view name) {
  return find(name) != nullptr;
}

std::string BodyReader::text(const char* name, std::size_t most_bytes) {
  const Json* value = find(name);
  const std::string place = format("/{}", name);
  if (value == nullptr || !value->is_string()) {
    complain(place, format("'{}' is missing, or no text", name));
    return {};
  }
  auto out = value->get<std::string>();
  if (out.size() > most_bytes) {
    complain(place, format("'{}' has more than {} bytes", name, most_bytes));
    return {};
  }
  return out;
}

std::optional<bool> BodyReader::flag(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  complain(format("/{}", name), format("'{}' is true or false", name));
  return std::nullopt;
}

std::optional<Label> BodyReader::label(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  Label out;
  bool right = value->is_object();
  for (const auto& [key, text] : value->items()) {
    right = right && text.is_string() && (key == "zh" || key == "en") &&
            text.get<std::string>().size() <= short_text;
    if (right) (key == "zh" ? out.zh : out.en) = text.get<std::string>();
  }
  if (right && !out.empty()) return out;
  complain(format("/{}", name), "a name is an object of the texts 'zh' and 'en', or one of them");
  return std::nullopt;
}

std::optional<std::vector<model::Grant>> BodyReader::grants(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::vector<model::Grant> out;
  if (!value->is_array() || value->size() > grants_most) {
    complain(format("/{}", name), format("grants are a list of at most {}", grants_most));
    return out;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    const Json& item = (*value)[i];
    const std::string place = format("/{}/{}", name, i);
    bool right = item.is_object();
    model::Grant grant;
    std::string role;
    for (const auto& [key, text] : item.items()) {
      std::string* to = key == "role"     ? &role
                        : key == "region" ? &grant.region
                        : key == "unit"   ? &grant.unit
                                          : nullptr;
      right = right && to != nullptr && text.is_string();
      if (right) *to = text.get<std::string>();
    }
    const auto known = model::parse_role(role);
    if (!right || !known) {
      complain(place,
               "a grant has the texts 'role' (unit, checker, duty_officer, administrator), "
               "'region' and 'unit'");
      continue;
    }
    grant.role = *known;
    out.push_back(std::move(grant));
  }
  return out;
}

std::optional<double> BodyReader::number(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  complain(format("/{}", name), format("'{}' is no number", name));
  return std::nullopt;
}

std::optional<std::vector<std::string>> BodyReader::texts(const char* name, std::size_t most,
                                                          std::size_t most_bytes) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> out;
  bool right = value->is_array() && value->size() <= most;
  for (const Json& item : right ? *value : Json::array()) {
    right = right && item.is_string() && item.get_ref<const std::string&>().size() <= most_bytes;
    if (right) out.push_back(item.get<std::string>());
  }
  if (right) return out;
  complain(format("/{}", name), format("'{}' is a list of at most {} texts of at most {} bytes",
                                       name, most, most_bytes));
  return std::nullopt;
}

bool BodyReader::is_null(const char* name) {
  const Json* value = find(name);
  return value != nullptr && value->is_null();
}

std::optional<Response> BodyReader::done() {
  if (refusal_) return std::move(refusal_);
  if (complaints_.empty()) {
    for (const auto& [key, value] : body_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const auto near = nearest(key, known_);
      complaints_.push_back({"/" + key.substr(0, 100),
                             "this member is not known here",
                             {},
                             1,
                             near ? format("Did you mean \"{}\"?", *near) : ""});
    }
  }
  if (complaints_.empty()) return std::nullopt;
  return problem(complaints_);
}

Json grants_json(const std::vector<model::Grant>& grants) {
  Json out = Json::array();
  for (const model::Grant& grant : grants) {
    out.push_back(
        {{"role", to_string(grant.role)}, {"region", grant.region}, {"unit", grant.unit}});
  }
  return out;
}

Json actor_json(const model::Actor& actor, bool must_change) {
  Json may = Json::array();
  for (std::size_t i = 0; i < model::action_count; ++i) {
    const auto action = static_cast<model::Action>(i);
    if (may_somewhere(actor, action)) may.push_back(to_string(action));
  }
  return {{"id", actor.id},
          {"name", json_label(actor.name)},
          {"grants", grants_json(actor.grants)},
          {"may", std::move(may)},
          {"must_change_password", must_change}};
}

}  // namespace cairn::server
