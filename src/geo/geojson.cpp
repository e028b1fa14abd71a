// SPDX-License-Identifier: Apache-2.0
#include "geo/geojson.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::geo {
namespace {

using Json = nlohmann::json;

// Geometry collections inside geometry collections.
constexpr int max_depth = 8;

// Walks a parsed document; the first mistake is kept with its JSON pointer.
class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  std::optional<Feature> feature(const Json& json, const std::string& at) {
    if (!json.is_object()) return wrong<Feature>(at, "expected a Feature object");
    Feature out;
    if (const auto id = json.find("id"); id != json.end()) {
      if (id->is_string()) out.id = id->get<std::string>();
      if (id->is_number()) out.id = number_text(id->get<double>());
    }
    const auto shape = json.find("geometry");
    if (shape == json.end()) return wrong<Feature>(at, "a Feature needs a 'geometry'");
    if (!shape->is_null()) {
      auto read = geometry(*shape, at + "/geometry", 0);
      if (!read) return std::nullopt;
      out.geometry = std::move(*read);
    }
    if (const auto members = json.find("properties");
        members != json.end() && members->is_object()) {
      for (const auto& [key, value] : members->items()) add_property(out, key, value);
    }
    return out;
  }

  std::optional<Geometry> geometry(const Json& json, const std::string& at, int depth) {
    const std::string type = type_of(json);
    if (type == "GeometryCollection") return collection(json, at, depth);
    const auto body = json.is_object() ? json.find("coordinates") : json.end();
    if (!json.is_object() || body == json.end()) {
      return wrong<Geometry>(at, format("expected a geometry with 'coordinates', not '{}'", type));
    }
    const std::string place = at + "/coordinates";
    if (type == "Point") return shape<Point>(point(*body, place));
    if (type == "LineString") return shape<Line>(line(*body, place, 2));
    if (type == "Polygon") return shape<Polygon>(polygon(*body, place));
    if (type == "MultiPoint") {
      auto points = line(*body, place, 0);
      return points ? shape<MultiPoint>(MultiPoint{std::move(*points)}) : std::nullopt;
    }
    if (type == "MultiLineString") {
      auto lines = list<Line>(*body, place, [&](const Json& item, const std::string& where) {
        return line(item, where, 2);
      });
      return lines ? shape<MultiLine>(MultiLine{std::move(*lines)}) : std::nullopt;
    }
    if (type == "MultiPolygon") {
      auto polygons = list<Polygon>(*body, place, [&](const Json& item, const std::string& where) {
        return polygon(item, where);
      });
      return polygons ? shape<MultiPolygon>(MultiPolygon{std::move(*polygons)}) : std::nullopt;
    }
    return wrong<Geometry>(at, format("'{}' is no type of geometry", type));
  }

  static std::string type_of(const Json& json) {
    if (!json.is_object()) return {};
    const auto type = json.find("type");
    return type != json.end() && type->is_string() ? type->get<std::string>() : std::string();
  }

  template <class T>
  std::optional<T> wrong(const std::string& at, std::string message, Code code = Code::invalid) {
    if (!error_) error_ = Error{code, std::move(message), format("{}#{}", name_, at)};
    return std::nullopt;
  }

  const Error& error() const { return *error_; }
  // The mistake, forgotten so that reading can go on.
  Error take_error() { return *std::exchange(error_, std::nullopt); }

 private:
  template <class T, class Read>
  std::optional<std::vector<T>> list(const Json& json, const std::string& at, Read read) {
    if (!json.is_array()) return wrong<std::vector<T>>(at, "expected a list");
    std::vector<T> out;
    out.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
      auto item = read(json[i], format("{}/{}", at, i));
      if (!item) return std::nullopt;
      out.push_back(std::move(*item));
    }
    return out;
  }

  // Positions are read without a place text each: it is only needed for the one that is wrong.
  std::optional<std::vector<Point>> line(const Json& json, const std::string& at,
                                         std::size_t least) {
    if (!json.is_array()) return wrong<std::vector<Point>>(at, "expected a list of positions");
    std::vector<Point> out;
    out.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
      const auto p = position(json[i]);
      if (!p) {
        point(json[i], format("{}/{}", at, i));
        return std::nullopt;
      }
      out.push_back(*p);
    }
    if (out.size() < least) {
      return wrong<std::vector<Point>>(at, format("a line needs at least {} positions", least));
    }
    return out;
  }

  std::optional<Polygon> polygon(const Json& json, const std::string& at) {
    auto rings = list<Ring>(json, at, [&](const Json& item, const std::string& where) {
      auto ring = line(item, where, 0);
      if (ring && (ring->size() < 4 || ring->front() != ring->back())) {
        return wrong<Ring>(where, "a ring needs four positions and must end where it begins");
      }
      return ring;
    });
    if (rings && rings->empty()) return wrong<Polygon>(at, "a polygon needs a ring");
    return rings ? std::optional(Polygon{std::move(*rings)}) : std::nullopt;
  }

  std::optional<Geometry> collection(const Json& json, const std::string& at, int depth) {
    const auto members = json.find("geometries");
    if (members == json.end()) return wrong<Geometry>(at, "'geometries' is missing");
    if (depth >= max_depth) {
      return wrong<Geometry>(at, "collections nested too deeply", Code::too_large);
    }
    auto read = list<Geometry>(*members, at + "/geometries",
                               [&](const Json& item, const std::string& where) {
                                 return geometry(item, where, depth + 1);
                               });
    return read ? shape<Collection>(Collection{std::move(*read)}) : std::nullopt;
  }

  // A position inside the range of longitude and latitude, or nothing.
  std::optional<Point> position(const Json& json) {
    if (!json.is_array() || json.size() < 2) return std::nullopt;
    if (!json[0].is_number() || !json[1].is_number()) return std::nullopt;
    const Point p{json[0].get<double>(), json[1].get<double>()};
    if (!(std::fabs(p.x) <= 180) || !(std::fabs(p.y) <= 90)) return std::nullopt;
    if (++points_ > limits::geometry_points) return std::nullopt;
    return p;
  }

  std::optional<Point> point(const Json& json, const std::string& at) {
    if (const auto p = position(json)) return p;
    if (points_ > limits::geometry_points) {
      return wrong<Point>(at, format("more than {} positions", limits::geometry_points),
                          Code::too_large);
    }
    return wrong<Point>(at,
                        "expected [longitude, latitude] in degrees, longitude within 180 and "
                        "latitude within 90; are they swapped or projected?");
  }

  template <class T>
  std::optional<Geometry> shape(std::optional<T> value) {
    if (!value) return std::nullopt;
    return Geometry{std::move(*value)};
  }

  static void add_property(Feature& out, const std::string& key, const Json& value) {
    if (value.is_null()) out.properties.emplace_back(key, std::monostate{});
    if (value.is_boolean()) out.properties.emplace_back(key, value.get<bool>());
    if (value.is_number()) out.properties.emplace_back(key, value.get<double>());
    if (value.is_string()) out.properties.emplace_back(key, value.get<std::string>());
  }

  std::string name_;
  std::optional<Error> error_;
  std::size_t points_ = 0;
};

Result<Json> parse(std::string_view text, std::string_view name) {
  if (text.size() > limits::geojson_bytes) {
    return fail(Code::too_large, format("larger than {} bytes", limits::geojson_bytes),
                std::string(name));
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t end = std::min<std::size_t>(error.byte, text.size());
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    return fail(Code::invalid, "not JSON", format("{}:{}", name, line));
  } catch (const std::exception& error) {
    return fail(Code::invalid, error.what(), std::string(name));
  }
}

}  // namespace

const FeatureValue* Feature::property(std::string_view name) const {
  const auto at = std::find_if(properties.begin(), properties.end(),
                               [&](const auto& member) { return member.first == name; });
  return at == properties.end() ? nullptr : &at->second;
}

std::string Feature::text(std::string_view name) const {
  const FeatureValue* value = property(name);
  if (value == nullptr) return {};
  if (const auto* text = std::get_if<std::string>(value)) return *text;
  if (const auto* number = std::get_if<double>(value)) return number_text(*number);
  if (const auto* truth = std::get_if<bool>(value)) return *truth ? "true" : "false";
  return {};
}

Status for_each_feature(std::string_view text, std::string_view name,
                        const std::function<void(std::size_t, Result<Feature>)>& visit) {
  auto json = parse(text, name);
  if (!json) return fail(json.error());
  Reader reader(name);
  const std::string type = Reader::type_of(*json);
  const auto give = [&](std::size_t index, std::optional<Feature> feature) {
    visit(index, feature ? Result<Feature>(std::move(*feature)) : fail(reader.take_error()));
  };
  if (type == "FeatureCollection") {
    const auto features = json->find("features");
    if (features == json->end() || !features->is_array()) {
      return fail(Code::invalid, "a FeatureCollection needs a list 'features'",
                  format("{}#/features", name));
    }
    for (std::size_t i = 0; i < features->size(); ++i) {
      give(i, reader.feature((*features)[i], format("/features/{}", i)));
      (*features)[i] = nullptr;  // read: the document need not be held beside its features
    }
  } else if (type == "Feature") {
    give(0, reader.feature(*json, ""));
  } else if (auto geometry = reader.geometry(*json, "", 0)) {
    give(0, Feature{{}, std::move(*geometry), {}});
  } else {
    return fail(reader.error());
  }
  return {};
}

Result<std::vector<Feature>> read_geojson(std::string_view text, std::string_view name) {
  std::vector<Feature> out;
  std::optional<Error> first;
  auto done = for_each_feature(text, name, [&](std::size_t, Result<Feature> feature) {
    if (feature && !first) out.push_back(std::move(*feature));
    if (!feature && !first) first = feature.error();
  });
  if (!done) return fail(done.error());
  if (first) return fail(*first);
  return out;
}

Result<Geometry> read_geojson_geometry(std::string_view text, std::string_view name) {
  const auto json = parse(text, name);
  if (!json) return fail(json.error());
  Reader reader(name);
  auto geometry = reader.geometry(*json, "", 0);
  if (!geometry) return fail(reader.error());
  return std::move(*geometry);
}

}  // namespace cairn::geo
