// SPDX-License-Identifier: Apache-2.0
// The values of Open311 GeoReport v2 and their two forms, JSON and XML. docs/open311.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "server/message.hpp"
#include "server/query.hpp"

namespace cairn::server {

struct GeoService {
  std::string code;
  std::string name;
  std::string description;  // empty: none; also the text of the definition
  std::string keywords;     // with commas
  std::string group;
};

struct GeoRequest {
  std::string id;
  bool closed = false;
  std::string status_notes;
  std::string service_name;
  std::string service_code;
  std::string description;
  std::string agency_responsible;
  std::string service_notice;
  std::string requested_datetime;  // W3C form
  std::string updated_datetime;
  std::string expected_datetime;
  std::string address;
  std::string address_id;
  std::optional<double> lat_deg;
  std::optional<double> long_deg;
  std::string media_url;
};

enum class GeoFormat { json, xml };

Response render_services(const std::vector<GeoService>& services, GeoFormat format);
Response render_definition(const GeoService& service, GeoFormat format);
Response render_requests(const std::vector<GeoRequest>& requests, GeoFormat format);
// The answer to a POST.
Response render_created(std::string_view id, std::string_view notice, GeoFormat format);
Response render_token(std::string_view id, std::string_view token, GeoFormat format);
// `status`: 400, 403 or 404 as the standard wants, 429 and 507 beside it.
Response render_error(int status, std::string_view description, GeoFormat format);
Response render_discovery(std::string_view base_url, std::string_view changeset, GeoFormat format);

// A form as it was posted. Members that the standard does not know are left out.
struct GeoPost {
  QueryItems fields;                                            // the first of each name counts
  std::vector<std::pair<std::string, std::string>> attributes;  // attribute[code]=value, in order
  const std::string* find(std::string_view name) const;         // nothing when empty
};
// Error: no form, wrong escapes, not UTF-8, more members than a person fills in.
Result<GeoPost> parse_geo_post(std::string_view body);

// What another server answers; only what is needed to follow a request.
struct GeoRemote {
  std::string id;
  std::string token;
  bool closed = false;
  std::string status_notes;
  std::string description;
};
// A list of requests in JSON. Numbers count as texts: many servers write ids so.
Result<std::vector<GeoRemote>> parse_geo_remote(std::string_view json);

}  // namespace cairn::server
