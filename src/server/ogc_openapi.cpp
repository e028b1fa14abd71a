// SPDX-License-Identifier: Apache-2.0
#include "server/detail/ogc_openapi.hpp"

#include "core/text.hpp"
#include "server/ogc.hpp"

namespace cairn::server::ogc {
namespace {

Json answer_of(const char* description, const char* type, const char* schema) {
  return {
      {"description", description},
      {"content", {{type, {{"schema", {{"$ref", format("#/components/schemas/{}", schema)}}}}}}}};
}

Json operation(const std::string& id, const std::string& summary, Json success) {
  return {{"operationId", id},
          {"summary", summary},
          {"parameters", Json::array()},
          {"responses",
           {{"200", std::move(success)},
            {"400", {{"$ref", "#/components/responses/Problem"}}},
            {"404", {{"$ref", "#/components/responses/Problem"}}}}}};
}

Json query_parameter(const char* name, const char* description, Json schema) {
  return {{"name", name},    {"in", "query"},    {"description", description}, {"required", false},
          {"style", "form"}, {"explode", false}, {"schema", std::move(schema)}};
}

Json parameters() {
  return {
      {"limit", query_parameter("limit", "How many features at most.",
                                {{"type", "integer"},
                                 {"minimum", 1},
                                 {"maximum", limit_max},
                                 {"default", limit_default}})},
      {"offset", query_parameter("offset", "How many features are passed over.",
                                 {{"type", "integer"}, {"minimum", 0}, {"default", 0}})},
      {"bbox", query_parameter("bbox",
                               "west,south,east,north in degrees; a west greater than the east "
                               "crosses the antimeridian.",
                               {{"type", "array"},
                                {"oneOf", Json::array({{{"minItems", 4}, {"maxItems", 4}},
                                                       {{"minItems", 6}, {"maxItems", 6}}})},
                                {"items", {{"type", "number"}}}})},
      {"datetime", query_parameter("datetime",
                                   "An RFC 3339 instant, or an interval with a slash and .. for an "
                                   "open end.",
                                   {{"type", "string"}})},
      {"filter", query_parameter("filter", "A CQL2 Text expression over the queryables.",
                                 {{"type", "string"}})},
      {"filter-lang",
       query_parameter(
           "filter-lang", "The language of the filter.",
           {{"type", "string"}, {"enum", Json::array({"cql2-text"})}, {"default", "cql2-text"}})},
      {"filter-crs", query_parameter("filter-crs", "Of geometries in the filter.",
                                     {{"type", "string"},
                                      {"format", "uri"},
                                      {"enum", Json::array({crs84})},
                                      {"default", crs84}})}};
}

Json reference(const std::string& name) {
  return {{"$ref", format("#/components/parameters/{}", name)}};
}

Json items_operation(const watch::View& view, const Collection& collection) {
  Json out =
      operation("getFeatures_" + collection.id, "Features of " + collection.label.in(Language::en),
                answer_of("A page of features.", "application/geo+json", "FeatureCollection"));
  for (const char* name : {"limit", "offset", "bbox", "datetime"}) {
    out["parameters"].push_back(reference(name));
  }
  if (!collection.type) return out;
  for (const char* name : {"filter", "filter-lang", "filter-crs"}) {
    out["parameters"].push_back(reference(name));
  }
  for (const Queryable& q : queryables(view, collection)) {
    if (!q.parameter) continue;
    const char* type = q.kind == model::PropertyKind::number    ? "number"
                       : q.kind == model::PropertyKind::integer ? "integer"
                       : q.kind == model::PropertyKind::boolean ? "boolean"
                                                                : "string";
    out["parameters"].push_back(
        query_parameter(q.name.c_str(), q.label.in(Language::en).c_str(), {{"type", type}}));
  }
  return out;
}

Json schemas() {
  const Json any_object = {{"type", "object"}};
  return {
      {"LandingPage",
       {{"type", "object"},
        {"required", Json::array({"links"})},
        {"properties", {{"links", {{"type", "array"}, {"items", any_object}}}}}}},
      {"Conformance",
       {{"type", "object"},
        {"required", Json::array({"conformsTo"})},
        {"properties", {{"conformsTo", {{"type", "array"}, {"items", {{"type", "string"}}}}}}}}},
      {"Collections",
       {{"type", "object"},
        {"required", Json::array({"links", "collections"})},
        {"properties",
         {{"links", {{"type", "array"}, {"items", any_object}}},
          {"collections", {{"type", "array"}, {"items", any_object}}}}}}},
      {"Collection", {{"type", "object"}, {"required", Json::array({"id", "links"})}}},
      {"Schema", any_object},
      {"Feature",
       {{"type", "object"}, {"required", Json::array({"type", "geometry", "properties"})}}},
      {"FeatureCollection",
       {{"type", "object"},
        {"required", Json::array({"type", "features"})},
        {"properties",
         {{"features", {{"type", "array"}, {"items", {{"$ref", "#/components/schemas/Feature"}}}}},
          {"numberMatched", {{"type", "integer"}}},
          {"numberReturned", {{"type", "integer"}}},
          {"timeStamp", {{"type", "string"}, {"format", "date-time"}}}}}}}};
}

}  // namespace

Json openapi(const watch::View& view, const std::string& service) {
  const char* json = "application/json";
  Json paths{{"/",
              {{"get", operation("getLandingPage", "Where everything is",
                                 answer_of("Links.", json, "LandingPage"))}}},
             {"/conformance",
              {{"get", operation("getConformance", "What is implemented",
                                 answer_of("Classes.", json, "Conformance"))}}},
             {"/collections",
              {{"get", operation("getCollections", "All collections",
                                 answer_of("Collections.", json, "Collections"))}}}};
  for (const Collection& c : collections(view)) {
    const std::string path = "/collections/" + c.id;
    const std::string title = c.label.in(Language::en);
    paths[path] = {{"get", operation("describe_" + c.id, title,
                                     answer_of("The collection.", json, "Collection"))}};
    paths[path + "/queryables"] = {
        {"get", operation("queryables_" + c.id, "What filters of " + title + " may name",
                          answer_of("A schema.", "application/schema+json", "Schema"))}};
    paths[path + "/items"] = {{"get", items_operation(view, c)}};
    Json one = operation("getFeature_" + c.id, "One of " + title,
                         answer_of("The feature.", "application/geo+json", "Feature"));
    one["parameters"].push_back({{"name", "featureId"},
                                 {"in", "path"},
                                 {"required", true},
                                 {"schema", {{"type", "string"}}}});
    paths[path + "/items/{featureId}"] = {{"get", std::move(one)}};
  }
  const Json problem{
      {"description", "What is wrong, as RFC 9457 has it."},
      {"content", {{"application/problem+json", {{"schema", {{"type", "object"}}}}}}}};
  return {{"openapi", "3.0.3"},
          {"info",
           {{"title", "Cairn: things and regions"},
            {"version", "1.0.0"},
            {"license", {{"name", "Apache-2.0"}}}}},
          {"servers", Json::array({{{"url", service}}})},
          {"paths", std::move(paths)},
          {"components",
           {{"parameters", parameters()},
            {"schemas", schemas()},
            {"responses", {{"Problem", problem}}}}}};
}

}  // namespace cairn::server::ogc
