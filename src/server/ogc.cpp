// SPDX-License-Identifier: Apache-2.0
#include "server/ogc.hpp"

#include "core/text.hpp"
#include "server/detail/ogc_collections.hpp"
#include "server/detail/ogc_items.hpp"
#include "server/detail/ogc_openapi.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"

namespace cairn::server::ogc {
namespace {

constexpr const char* openapi_type = "application/vnd.oai.openapi+json;version=3.0";

constexpr const char* classes[] = {"ogcapi-features-1/1.0/conf/core",
                                   "ogcapi-features-1/1.0/conf/oas30",
                                   "ogcapi-features-1/1.0/conf/geojson",
                                   "ogcapi-features-3/1.0/conf/queryables",
                                   "ogcapi-features-3/1.0/conf/queryables-query-parameters",
                                   "ogcapi-features-3/1.0/conf/filter",
                                   "ogcapi-features-3/1.0/conf/features-filter",
                                   "cql2/1.0/conf/cql2-text",
                                   "cql2/1.0/conf/basic-cql2",
                                   "cql2/1.0/conf/advanced-comparison-operators",
                                   "cql2/1.0/conf/case-insensitive-comparison",
                                   "cql2/1.0/conf/accent-insensitive-comparison",
                                   "cql2/1.0/conf/basic-spatial-functions",
                                   "cql2/1.0/conf/basic-spatial-functions-plus",
                                   "cql2/1.0/conf/spatial-functions",
                                   "cql2/1.0/conf/temporal-functions",
                                   "cql2/1.0/conf/array-functions",
                                   "cql2/1.0/conf/property-property",
                                   "cql2/1.0/conf/functions",
                                   "cql2/1.0/conf/arithmetic"};

Response landing(const std::string& service) {
  const char* json = "application/json";
  return json_response(
      {{"title", "Cairn"},
       {"description", "Things and regions as OGC API Features."},
       {"links",
        Json::array(
            {link(service, "self", json, "this page"),
             link(service + "/api", "service-desc", openapi_type, "the service described"),
             link(service + "/conformance", "conformance", json, "what is implemented"),
             link(service + "/conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance",
                  json, "what is implemented"),
             link(service + "/collections", "data", json, "the collections")})}});
}

Response conformance() {
  Json list = Json::array();
  for (const char* name : classes) list.push_back(format("http://www.opengis.net/spec/{}", name));
  return json_response({{"conformsTo", std::move(list)}});
}

Response all_collections(const watch::View& view, const std::string& service) {
  Json list = Json::array();
  for (const Collection& c : collections(view)) list.push_back(collection_json(view, c, service));
  return json_response({{"links", Json::array({link(service + "/collections", "self",
                                                    "application/json", "the collections")})},
                        {"crs", Json::array({crs84})},
                        {"collections", std::move(list)}});
}

Response description(const watch::View& view, const std::string& service) {
  Response out = json_response(openapi(view, service));
  out.type = openapi_type;
  return out;
}

// /collections/{id}…: the parts behind "collections".
Response in_collection(const watch::View& view, const std::vector<std::string>& parts,
                       const Request& request, const std::string& service, Instant now) {
  const auto collection = find_collection(view, parts[1]);
  if (!collection) {
    std::vector<std::string> ids;
    for (const Collection& c : collections(view)) ids.push_back(c.id);
    const auto near = nearest(parts[1], ids);
    return problem(404, format("there is no collection '{}'{}", parts[1],
                               near ? format("; did you mean '{}'?", *near) : ""));
  }
  if (parts.size() == 3 && parts[2] == "items") {
    return items(view, *collection, request, service, now);
  }
  const bool known = parts.size() == 2 || (parts.size() == 3 && parts[2] == "queryables") ||
                     (parts.size() == 4 && parts[2] == "items");
  if (!known) return problem(404, "there is nothing here; see the links of the landing page");
  if (auto complaints = only_format(request); !complaints.empty()) {
    return problem(std::move(complaints));
  }
  if (parts.size() == 2) return json_response(collection_json(view, *collection, service));
  if (parts.size() == 4) return item(view, *collection, parts[3], service);
  Response out =
      json_response(queryables_json(view, *collection, service + "/collections/" + collection->id));
  out.type = "application/schema+json";
  return out;
}

}  // namespace

Response answer(const watch::View& view, const Request& request, std::string_view mount,
                const std::string& base, Instant now) {
  if (request.method != "GET" && request.method != "HEAD") {
    Response out = problem(405, "this service is read only: GET and HEAD are answered");
    out.headers.push_back({"Allow", "GET, HEAD"});
    return out;
  }
  if (!request.path.starts_with(mount)) return problem(404, "the path lies elsewhere");
  std::vector<std::string> parts;
  for (const std::string_view part :
       split(std::string_view(request.path).substr(mount.size()), '/')) {
    if (part.empty()) continue;
    auto decoded = percent_decode(part, false);
    if (!decoded) return problem(400, "the path: " + decoded.error().message);
    parts.push_back(std::move(*decoded));
  }
  const std::string service = base + std::string(mount);
  if (parts.size() >= 2 && parts[0] == "collections") {
    return in_collection(view, parts, request, service, now);
  }
  const std::string page = parts.empty() ? "" : parts.size() == 1 ? parts[0] : "?";
  const bool known =
      page.empty() || page == "conformance" || page == "api" || page == "collections";
  if (!known) return problem(404, "there is nothing here; see the links of the landing page");
  if (auto complaints = only_format(request); !complaints.empty()) {
    return problem(std::move(complaints));
  }
  if (page == "conformance") return conformance();
  if (page == "api") return description(view, service);
  if (page == "collections") return all_collections(view, service);
  return landing(service);
}

}  // namespace cairn::server::ogc
