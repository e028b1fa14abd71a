// SPDX-License-Identifier: Apache-2.0
#include "server/sta.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/text.hpp"
#include "server/detail/sta_json.hpp"
#include "server/query.hpp"
#include "server/sta_path.hpp"
#include "server/sta_plan.hpp"

namespace cairn::server::sta {
namespace {

Response error_response(int status, const std::string& message) {
  return json_response({{"code", status}, {"type", "error"}, {"message", message}}, status);
}
Response error_response(const Error& error) {
  const int status = error.code == Code::not_found ? 404 : 400;
  return error_response(status, error.place.empty() ? error.message : to_string(error));
}

constexpr const char* conformance[] = {"datamodel",
                                       "datamodel/thing",
                                       "datamodel/location",
                                       "datamodel/historical-location",
                                       "datamodel/datastream",
                                       "datamodel/sensor",
                                       "datamodel/observed-property",
                                       "datamodel/observation",
                                       "datamodel/feature-of-interest",
                                       "datamodel/entity-control-information",
                                       "resource-path/resource-path-to-entities",
                                       "request-data/order",
                                       "request-data/expand",
                                       "request-data/select",
                                       "request-data/status-codes",
                                       "request-data/query-status-codes",
                                       "request-data/orderby",
                                       "request-data/top",
                                       "request-data/skip",
                                       "request-data/count",
                                       "request-data/filter",
                                       "request-data/built-in-filter-operations",
                                       "request-data/built-in-query-functions",
                                       "request-data/pagination",
                                       "data-array/data-array"};

Response root(const std::string& service) {
  Json sets = Json::array();
  for (std::size_t i = 0; i < set_count; ++i) {
    const std::string name(set_name(static_cast<Set>(i)));
    sets.push_back({{"name", name}, {"url", service + "/" + name}});
  }
  Json classes = Json::array();
  for (const char* name : conformance) {
    classes.push_back(format("http://www.opengis.net/spec/iot_sensing/1.1/req/{}", name));
  }
  return json_response(
      {{"value", std::move(sets)}, {"serverSettings", {{"conformance", std::move(classes)}}}});
}

// What a path names: a list of entities, one entity, or a property of one.
struct Target {
  Set set = Set::things;
  std::optional<Ref> entity;  // one entity, otherwise a list
  std::optional<Ref> from;    // the list of this entity's navigation, otherwise all
  const NavDef* navigation = nullptr;
  const PropDef* property = nullptr;
  bool raw = false;         // …/$value
  bool references = false;  // …/$ref
};

class Resolver {
 public:
  explicit Resolver(const Entities& entities) : entities_(entities) {}
  Result<Target> run(const std::vector<PathSegment>& path);

 private:
  Status step(const PathSegment& segment);
  Status choose(const Id& id);
  Status suffix(const PathSegment& segment);

  const Entities& entities_;
  Target at_;
};

Status Resolver::choose(const Id& id) {
  auto found = entities_.find(at_.set, id);
  bool there = found.has_value();
  if (there && at_.from) {  // it must belong to the entity before it
    if (at_.set == Set::observations) {
      const auto streams = entities_.observed(*at_.from);
      there = std::find(streams.begin(), streams.end(), found->index) != streams.end();
    } else {
      const auto related = entities_.many(*at_.from, *at_.navigation);
      there = std::any_of(related.begin(), related.end(),
                          [&](const Ref& ref) { return ref.index == found->index; });
    }
  }
  if (!there) {
    return fail(Code::not_found, format("there is no {} with the identifier {}", set_name(at_.set),
                                        std::holds_alternative<std::int64_t>(id)
                                            ? std::to_string(std::get<std::int64_t>(id))
                                            : "'" + std::get<std::string>(id) + "'"));
  }
  at_.entity = found;
  return {};
}

Status Resolver::suffix(const PathSegment& segment) {
  if (segment.name == "$ref" && at_.property == nullptr && !at_.references) {
    at_.references = true;
    return {};
  }
  if (segment.name == "$value" && at_.property != nullptr && !at_.raw) {
    at_.raw = true;
    return {};
  }
  return fail(Code::not_found, format("'{}' does not lead anywhere", segment.name));
}

Status Resolver::step(const PathSegment& segment) {
  if (segment.name.starts_with('$') || at_.property != nullptr || at_.references || !at_.entity) {
    return suffix(segment);
  }
  const Ref from = *at_.entity;
  if (const NavDef* nav = find_navigation(at_.set, segment.name)) {
    at_.set = nav->target;
    at_.navigation = nav;
    at_.entity.reset();
    at_.from = from;
    if (nav->many) return segment.id ? choose(*segment.id) : Status{};
    at_.entity = entities_.one(from, *nav);
    if (!at_.entity || segment.id) {
      return fail(Code::not_found, format("there is no such {}", segment.name));
    }
    return {};
  }
  at_.property = segment.id ? nullptr : find_property(at_.set, segment.name);
  if (at_.property == nullptr) {
    return fail(Code::not_found, format("{} have no '{}'", set_name(at_.set), segment.name));
  }
  return {};
}

Result<Target> Resolver::run(const std::vector<PathSegment>& path) {
  const auto set = find_set(path.front().name);
  if (!set) {
    return fail(Code::not_found, format("there is no entity set '{}'", path.front().name));
  }
  at_.set = *set;
  if (path.front().id) {
    if (auto chosen = choose(*path.front().id); !chosen) return fail(chosen.error());
  }
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (auto stepped = step(path[i]); !stepped) return fail(stepped.error());
  }
  return at_;
}

// Builds one response; counts what it holds.
class Renderer {
 public:
  Renderer(const Entities& entities, const Evaluator& evaluator, const std::string& service)
      : entities_(entities), evaluator_(evaluator), service_(service) {}

  Json entity(const Ref& ref, const BoundOptions& options);
  // A whole list with count and next link; `link` is its address without options.
  Json list(const Page& page, const BoundOptions& options, const std::string& link);
  Json references(const Page& page, const BoundOptions& options, const std::string& link);
  Json data_array(const Page& page, const BoundOptions& options, const std::string& link);
  // Observations, or another list of `from`, or all of the set.
  Page page(Set set, const Ref* from, const NavDef* nav, const BoundOptions& options) const;
  std::string self(const Ref& ref) const { return self_link(entities_, ref, service_); }

 private:
  void expand(const Ref& ref, const BoundExpand& item, Json& out);
  std::string next_link(const std::string& link, const BoundOptions& options,
                        std::size_t shown) const;

  const Entities& entities_;
  const Evaluator& evaluator_;
  const std::string& service_;
  std::size_t left_ = entities_per_response;
};

Page Renderer::page(Set set, const Ref* from, const NavDef* nav,
                    const BoundOptions& options) const {
  if (set == Set::observations) {
    std::vector<std::uint32_t> streams;
    if (from != nullptr) {
      streams = entities_.observed(*from);
    } else {
      streams.resize(entities_.size(Set::datastreams));
      std::iota(streams.begin(), streams.end(), 0U);
    }
    return observations_page(entities_, evaluator_, streams, options);
  }
  std::vector<Ref> refs;
  if (from != nullptr) {
    refs = entities_.many(*from, *nav);
  } else {
    for (std::uint32_t i = 0; i < entities_.size(set); ++i) refs.push_back({set, i, {}});
  }
  return page_of(evaluator_, std::move(refs), options);
}

std::string Renderer::next_link(const std::string& link, const BoundOptions& options,
                                std::size_t shown) const {
  std::string out = link;
  char separator = '?';
  for (const auto& [name, value] : options.options->raw) {
    out += format("{}{}={}", separator, name, percent_encode(value));
    separator = '&';
  }
  if (!options.options->expand.empty()) {
    out += format("{}$expand={}", separator, percent_encode(expand_text(options.options->expand)));
    separator = '&';
  }
  return out + format("{}$skip={}", separator, options.skip + shown);
}

void Renderer::expand(const Ref& ref, const BoundExpand& item, Json& out) {
  const std::string name(item.navigation->name);
  if (!item.navigation->many) {
    const auto to = entities_.one(ref, *item.navigation);
    if (left_ > 0) --left_;
    out[name] = to ? entity(*to, item.options) : Json(nullptr);
    return;
  }
  if (left_ == 0) {  // full: the rest is behind a link
    out[name] = Json::array();
    out[name + "@iot.nextLink"] = next_link(self(ref) + "/" + name, item.options, 0);
    return;
  }
  Page related = page(item.navigation->target, &ref, item.navigation, item.options);
  if (related.refs.size() > left_) {
    related.refs.resize(left_);
    related.more = true;
  }
  left_ -= related.refs.size();
  const std::string link = self(ref) + "/" + name;
  Json inner = list(related, item.options, link);
  if (related.count) out[name + "@iot.count"] = *related.count;
  out[name] = std::move(inner["value"]);
  if (inner.contains("@iot.nextLink")) {
    out[name + "@iot.nextLink"] = std::move(inner["@iot.nextLink"]);
  }
}

Json Renderer::entity(const Ref& ref, const BoundOptions& options) {
  Json out = Json::object();
  for (const PropDef* def : options.properties) {
    if (def->prop == Prop::self_link) {
      out["@iot.selfLink"] = self(ref);
      continue;
    }
    out[std::string(def->name)] = property_json(entities_, ref, def->prop);
  }
  for (const NavDef* nav : options.links) {
    out[format("{}@iot.navigationLink", nav->name)] = format("{}/{}", self(ref), nav->name);
  }
  for (const BoundExpand& item : options.expand) expand(ref, item, out);
  return out;
}

Json Renderer::list(const Page& page, const BoundOptions& options, const std::string& link) {
  Json out = Json::object();
  if (page.count) out["@iot.count"] = *page.count;
  if (page.more) out["@iot.nextLink"] = next_link(link, options, page.refs.size());
  Json& value = out["value"] = Json::array();
  for (const Ref& ref : page.refs) value.push_back(entity(ref, options));
  return out;
}

Json Renderer::references(const Page& page, const BoundOptions& options, const std::string& link) {
  Json out = Json::object();
  if (page.count) out["@iot.count"] = *page.count;
  if (page.more) out["@iot.nextLink"] = next_link(link + "/$ref", options, page.refs.size());
  Json& value = out["value"] = Json::array();
  for (const Ref& ref : page.refs) value.push_back({{"@iot.selfLink", self(ref)}});
  return out;
}

// One group a datastream, in the order in which they appear; rows in the order of the page.
Json Renderer::data_array(const Page& page, const BoundOptions& options, const std::string& link) {
  Json out = Json::object();
  if (page.count) out["@iot.count"] = *page.count;
  if (page.more) out["@iot.nextLink"] = next_link(link, options, page.refs.size());
  std::vector<const PropDef*> columns;
  Json names = Json::array();
  for (const PropDef* def : options.properties) {
    if (def->prop == Prop::self_link) continue;
    columns.push_back(def);
    names.push_back(def->prop == Prop::id ? std::string("id") : std::string(def->name));
  }
  Json& value = out["value"] = Json::array();
  std::unordered_map<std::uint32_t, std::size_t> groups;
  for (const Ref& ref : page.refs) {
    const auto [at, added] = groups.emplace(ref.index, value.size());
    if (added) {
      value.push_back({{"Datastream@iot.navigationLink", self({Set::datastreams, ref.index, {}})},
                       {"components", names},
                       {"dataArray@iot.count", 0},
                       {"dataArray", Json::array()}});
    }
    Json row = Json::array();
    for (const PropDef* def : columns) row.push_back(property_json(entities_, ref, def->prop));
    value[at->second]["dataArray"].push_back(std::move(row));
  }
  for (Json& group : value) group["dataArray@iot.count"] = group["dataArray"].size();
  return out;
}

Response property_response(const Entities& entities, const Ref& ref, const Target& target,
                           const std::string& service) {
  const Json value = target.property->prop == Prop::self_link
                         ? Json(self_link(entities, ref, service))
                         : property_json(entities, ref, target.property->prop);
  Response out;
  if (value.is_null()) {
    out.status = 204;
    return out;
  }
  if (!target.raw) return json_response({{std::string(target.property->name), value}});
  out.type = value.is_structured() ? "application/json" : "text/plain; charset=utf-8";
  out.body = value.is_string() ? value.get<std::string>() : json_text(value);
  return out;
}

Status only_shape_options(const Options& options) {
  if (options.filter || !options.order_by.empty() || options.top || options.skip > 0 ||
      options.count || options.data_array) {
    return fail(Code::invalid, "one entity takes only $select and $expand");
  }
  return {};
}

Response answer_target(const Entities& entities, const Target& target, const Options& options,
                       const std::string& service, Instant now) {
  const auto bound = bind_options(options, target.set);
  if (!bound) return error_response(bound.error());
  const Evaluator evaluator(entities, now);
  Renderer renderer(entities, evaluator, service);
  if (target.entity) {
    if (auto fits = only_shape_options(options); !fits) return error_response(fits.error());
    if (target.property != nullptr) {
      return property_response(entities, *target.entity, target, service);
    }
    if (target.references) {
      return json_response({{"@iot.selfLink", renderer.self(*target.entity)}});
    }
    return json_response(renderer.entity(*target.entity, *bound));
  }
  const Ref* from = target.from ? &*target.from : nullptr;
  const std::string link = from != nullptr
                               ? format("{}/{}", renderer.self(*from), target.navigation->name)
                               : format("{}/{}", service, set_name(target.set));
  const Page page = renderer.page(target.set, from, target.navigation, *bound);
  if (target.references) return json_response(renderer.references(page, *bound, link));
  if (options.data_array) return json_response(renderer.data_array(page, *bound, link));
  return json_response(renderer.list(page, *bound, link));
}

}  // namespace

Response Service::answer(const Request& request, std::string_view mount, const std::string& base,
                         Instant now) const {
  if (request.method != "GET" && request.method != "HEAD") {
    Response out = error_response(405, "this service is read only: GET and HEAD are answered");
    out.headers.push_back({"Allow", "GET, HEAD"});
    return out;
  }
  if (!request.path.starts_with(mount)) return error_response(404, "the path lies elsewhere");
  const auto path = read_path(std::string_view(request.path).substr(mount.size()));
  if (!path) return error_response(path.error());
  const auto items = parse_query(request.query);
  if (!items) return error_response(items.error());
  const auto options = read_options(*items);
  if (!options) return error_response(options.error());
  const std::string service = base + std::string(mount);
  if (path->empty()) return root(service);
  const auto target = Resolver(entities_).run(*path);
  if (!target) return error_response(target.error());
  return answer_target(entities_, *target, *options, service, now);
}

}  // namespace cairn::server::sta
