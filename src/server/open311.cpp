// SPDX-License-Identifier: Apache-2.0
#include "server/open311.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {
namespace {

// A form of ours has under twenty members; attributes of a definition perhaps fifty.
constexpr std::size_t form_members = 200;

// XML 1.0 cannot say most control characters, not even escaped.
void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0xFFFE || c == 0xFFFF) {
      append_utf8(out, 0xFFFD);
    } else {
      append_utf8(out, c);
    }
  }
}

class Xml {
 public:
  Xml() { out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"; }
  Xml& open(std::string_view name) {
    out_ += format("<{}>", name);
    return *this;
  }
  Xml& close(std::string_view name) {
    out_ += format("</{}>", name);
    return *this;
  }
  Xml& put(std::string_view name, std::string_view text) {
    open(name);
    append_escaped(out_, text);
    return close(name);
  }
  Response response(int status) {
    Response out;
    out.status = status;
    out.type = "text/xml; charset=utf-8";
    out.body = std::move(out_);
    return out;
  }

 private:
  std::string out_;
};

Response json_of(const Json& value, int status = 200) {
  Response out = json_response(value, status);
  out.type = "application/json; charset=utf-8";
  return out;
}

const char* truth(bool value) {
  return value ? "true" : "false";
}

}  // namespace

Response render_services(const std::vector<GeoService>& services, GeoFormat format) {
  if (format == GeoFormat::json) {
    Json list = Json::array();
    for (const GeoService& s : services) {
      list.push_back({{"service_code", s.code},
                      {"service_name", s.name},
                      {"description", s.description},
                      {"metadata", !s.description.empty()},
                      {"type", "realtime"},
                      {"keywords", s.keywords},
                      {"group", s.group}});
    }
    return json_of(list);
  }
  Xml xml;
  xml.open("services");
  for (const GeoService& s : services) {
    xml.open("service").put("service_code", s.code).put("service_name", s.name);
    xml.put("description", s.description).put("metadata", truth(!s.description.empty()));
    xml.put("type", "realtime").put("keywords", s.keywords).put("group", s.group);
    xml.close("service");
  }
  return xml.close("services").response(200);
}

Response render_definition(const GeoService& s, GeoFormat format) {
  if (format == GeoFormat::json) {
    Json attributes = Json::array();
    if (!s.description.empty()) {
      attributes.push_back({{"variable", false},
                            {"code", "hint"},
                            {"datatype", "text"},
                            {"required", false},
                            {"datatype_description", nullptr},
                            {"order", 1},
                            {"description", s.description},
                            {"values", Json::array()}});
    }
    return json_of({{"service_code", s.code}, {"attributes", std::move(attributes)}});
  }
  Xml xml;
  xml.open("service_definition").put("service_code", s.code).open("attributes");
  if (!s.description.empty()) {
    xml.open("attribute").put("variable", "false").put("code", "hint").put("datatype", "text");
    xml.put("required", "false").put("datatype_description", "").put("order", "1");
    xml.put("description", s.description).put("values", "").close("attribute");
  }
  return xml.close("attributes").close("service_definition").response(200);
}

Response render_requests(const std::vector<GeoRequest>& requests, GeoFormat format) {
  using Member = std::pair<const char*, const std::string GeoRequest::*>;
  static constexpr Member before[] = {{"status_notes", &GeoRequest::status_notes},
                                      {"service_name", &GeoRequest::service_name},
                                      {"service_code", &GeoRequest::service_code},
                                      {"description", &GeoRequest::description},
                                      {"agency_responsible", &GeoRequest::agency_responsible},
                                      {"service_notice", &GeoRequest::service_notice},
                                      {"requested_datetime", &GeoRequest::requested_datetime},
                                      {"updated_datetime", &GeoRequest::updated_datetime},
                                      {"expected_datetime", &GeoRequest::expected_datetime},
                                      {"address", &GeoRequest::address},
                                      {"address_id", &GeoRequest::address_id}};
  if (format == GeoFormat::json) {
    Json list = Json::array();
    for (const GeoRequest& r : requests) {
      Json one{{"service_request_id", r.id}, {"status", r.closed ? "closed" : "open"}};
      for (const auto& [name, member] : before) one[name] = json_text_or_null(r.*member);
      one["zipcode"] = nullptr;
      one["lat"] = json_number(r.lat_deg);
      one["long"] = json_number(r.long_deg);
      one["media_url"] = json_text_or_null(r.media_url);
      list.push_back(std::move(one));
    }
    return json_of(list);
  }
  const auto degrees = [](const std::optional<double>& value) {
    return value ? number_text(*value) : std::string();
  };
  Xml xml;
  xml.open("service_requests");
  for (const GeoRequest& r : requests) {
    xml.open("request").put("service_request_id", r.id);
    xml.put("status", r.closed ? "closed" : "open");
    for (const auto& [name, member] : before) xml.put(name, r.*member);
    xml.put("zipcode", "").put("lat", degrees(r.lat_deg)).put("long", degrees(r.long_deg));
    xml.put("media_url", r.media_url).close("request");
  }
  return xml.close("service_requests").response(200);
}

Response render_created(std::string_view id, std::string_view notice, GeoFormat format) {
  if (format == GeoFormat::json) {
    return json_of(Json::array({{{"service_request_id", id},
                                 {"service_notice", json_text_or_null(std::string(notice))},
                                 {"account_id", nullptr}}}),
                   201);
  }
  Xml xml;
  xml.open("service_requests").open("request").put("service_request_id", id);
  xml.put("service_notice", notice).put("account_id", "").close("request");
  return xml.close("service_requests").response(201);
}

Response render_token(std::string_view id, std::string_view token, GeoFormat format) {
  if (format == GeoFormat::json) {
    return json_of(Json::array({{{"service_request_id", id}, {"token", token}}}));
  }
  Xml xml;
  xml.open("service_requests").open("request").put("service_request_id", id);
  return xml.put("token", token).close("request").close("service_requests").response(200);
}

Response render_error(int status, std::string_view description, GeoFormat format) {
  if (format == GeoFormat::json) {
    return json_of(Json::array({{{"code", status}, {"description", description}}}), status);
  }
  Xml xml;
  xml.open("errors").open("error").put("code", std::to_string(status));
  return xml.put("description", description).close("error").close("errors").response(status);
}

Response render_discovery(std::string_view base_url, std::string_view changeset, GeoFormat format) {
  const std::string url = cairn::format("{}/open311/v2", base_url);
  constexpr std::string_view specification = "http://wiki.open311.org/GeoReport_v2";
  if (format == GeoFormat::json) {
    return json_of({{"changeset", changeset},
                    {"contact", "docs/open311.md"},
                    {"key_service", "An API token of the administrator"},
                    {"endpoints", Json::array({{{"specification", specification},
                                                {"url", url},
                                                {"changeset", changeset},
                                                {"type", "production"},
                                                {"formats", {"text/xml", "application/json"}}}})}});
  }
  Xml xml;
  xml.open("discovery").put("changeset", changeset).put("contact", "docs/open311.md");
  xml.put("key_service", "An API token of the administrator").open("endpoints").open("endpoint");
  xml.put("specification", specification).put("url", url).put("changeset", changeset);
  xml.put("type", "production").open("formats").put("format", "text/xml");
  xml.put("format", "application/json").close("formats").close("endpoint").close("endpoints");
  return xml.close("discovery").response(200);
}

const std::string* GeoPost::find(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value.empty() ? nullptr : &value;
  }
  return nullptr;
}

Result<GeoPost> parse_geo_post(std::string_view body) {
  auto items = parse_query(body);
  if (!items) {
    std::string place = items.error().place;
    if (place.starts_with("query:")) place.erase(0, 6);
    return fail(Code::invalid, items.error().message, place.empty() ? "the form" : place);
  }
  if (items->size() > form_members) {
    return fail(Code::too_large, format("a form has at most {} members", form_members));
  }
  GeoPost out;
  constexpr std::string_view open = "attribute[";
  for (auto& [name, value] : *items) {
    if (!name.starts_with(open)) {
      out.fields.emplace_back(std::move(name), std::move(value));
      continue;
    }
    // attribute[code] or, of a list of values, attribute[code][].
    const std::size_t end = name.find(']');
    const std::string_view rest =
        end == std::string::npos ? "?" : std::string_view(name).substr(end + 1);
    if (end <= open.size() || (!rest.empty() && rest != "[]")) {
      return fail(Code::invalid, "attributes are written attribute[code]=value", name);
    }
    out.attributes.emplace_back(name.substr(open.size(), end - open.size()), std::move(value));
  }
  return out;
}

Result<std::vector<GeoRemote>> parse_geo_remote(std::string_view json) {
  const Json list = Json::parse(json, nullptr, false);
  if (!list.is_array()) return fail(Code::invalid, "the answer is not a list in JSON");
  const auto text = [](const Json& object, const char* name) -> std::string {
    const auto found = object.find(name);
    if (found == object.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    return found->is_number() ? found->dump() : std::string();
  };
  std::vector<GeoRemote> out;
  for (const Json& one : list) {
    if (!one.is_object())
      return fail(Code::invalid, "the answer holds something else than objects");
    out.push_back({text(one, "service_request_id"), text(one, "token"),
                   text(one, "status") == "closed", text(one, "status_notes"),
                   text(one, "description")});
  }
  return out;
}

}  // namespace cairn::server
