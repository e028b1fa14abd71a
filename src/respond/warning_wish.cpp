// SPDX-License-Identifier: Apache-2.0
#include "respond/warning_wish.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "codec/cap.hpp"
#include "core/text.hpp"
#include "geo/geojson.hpp"
#include "respond/cap_compose.hpp"

namespace cairn::respond {
namespace {

using Json = nlohmann::json;

constexpr std::array<const char*, 4> acts{"release", "update", "all_clear", "cancel"};
constexpr std::array<const char*, 3> statuses{"Actual", "Exercise", "Test"};
constexpr std::size_t text_bytes = 12'000;
constexpr std::size_t short_bytes = 1'000;
constexpr std::size_t id_bytes = 200;
constexpr std::size_t regions_most = 200;
constexpr std::size_t polygons_most = 20;
constexpr std::size_t points_most = 20'000;
constexpr int minutes_least = 10;
constexpr int minutes_most = 10'080;

// What XML cannot carry must not be in a text that is to be sent.
bool is_text(std::string_view text) {
  return is_valid_utf8(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t' || c == '\r';
         });
}

class Reader {
 public:
  explicit Reader(const Json& body) : body_(body) {}

  Result<Wish> run(const std::vector<std::string>& beside) {
    Wish out;
    known_.insert(beside.begin(), beside.end());
    read_act(out);
    text("warning", out.warning, id_bytes);
    text("group", out.group, id_bytes);
    text("incident", out.incident, id_bytes);
    read_level(out);
    if (auto label = read_label("event", short_bytes)) out.event = *label;
    text("event_code", out.event_code, id_bytes);
    if (!out.event_code.empty() && !codec::is_event_code(out.event_code)) {
      refuse("event_code", "is no code of GB/T 35561: five characters, the first a digit");
    }
    text("category", out.category, id_bytes);
    if (!out.category.empty() && !codec::parse_cap_code<codec::CapCategory>(out.category)) {
      refuse("category", "is no category of CAP: Geo, Met, Safety, Fire, Health, Infra, …");
    }
    read_regions(out);
    read_polygon(out);
    out.headline = read_label("headline", short_bytes);
    out.description = read_label("description", text_bytes);
    out.instruction = read_label("instruction", text_bytes);
    read_minutes(out);
    text("status", out.status, id_bytes);
    if (!out.status.empty() &&
        std::find(statuses.begin(), statuses.end(), out.status) == statuses.end()) {
      refuse("status", "must be Actual, Exercise or Test");
    }
    text("note", out.note, short_bytes);
    text("reason", out.reason, short_bytes);
    for (const auto& [name, value] : body_.items()) {
      if (!known_.contains(name)) {
        refuse(std::string(codec::excerpt(name)), "there is no such member here");
      }
    }
    if (error_) return fail(*error_);
    return out;
  }

 private:
  void refuse(const std::string& name, std::string message) {
    if (!error_) error_ = Error{Code::invalid, std::move(message), "/" + name};
  }
  // Null when it is not there.
  const Json* member(const char* name) {
    known_.insert(name);
    const auto at = body_.find(name);
    return at == body_.end() || at->is_null() ? nullptr : &*at;
  }

  bool read_text(const Json& value, const std::string& place, std::string& out, std::size_t most) {
    if (!value.is_string()) return refuse(place, "must be a text"), false;
    out = std::string(trim(value.get_ref<const std::string&>()));
    if (out.size() > most) return refuse(place, format("has more than {} bytes", most)), false;
    if (!is_text(out)) return refuse(place, "has characters that cannot be sent"), false;
    return true;
  }
  void text(const char* name, std::string& out, std::size_t most) {
    if (const Json* value = member(name)) read_text(*value, name, out, most);
  }
  std::optional<Label> read_label(const std::string& name, std::size_t most) {
    const Json* value = member(name.c_str());
    if (!value) return std::nullopt;
    Label out;
    if (!value->is_object()) {
      refuse(name, "must be {zh, en}");
      return std::nullopt;
    }
    for (const auto& [key, text] : value->items()) {
      if (key != "zh" && key != "en") {
        refuse(name, "must be {zh, en}");
      } else if (!text.is_null()) {
        read_text(text, name + "/" + key, key == "zh" ? out.zh : out.en, most);
      }
    }
    if (out.empty()) return std::nullopt;
    return out;
  }

  void read_act(Wish& out) {
    std::string word;
    text("act", word, id_bytes);
    if (word.empty()) return;
    const auto at = std::find(acts.begin(), acts.end(), word);
    if (at == acts.end()) return refuse("act", "must be release, update, all_clear or cancel");
    out.act = static_cast<WarningAct>(at - acts.begin());
  }
  void read_level(Wish& out) {
    std::string word;
    text("level", word, id_bytes);
    if (word.empty()) return;
    out.level = parse_level_word(word);
    if (!out.level) refuse("level", "must be blue, yellow, orange or red");
  }
  void read_regions(Wish& out) {
    const Json* value = member("regions");
    if (!value) return;
    if (!value->is_array() || value->size() > regions_most) {
      return refuse("regions", format("must be a list of at most {} codes", regions_most));
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
      std::string code;
      if (!read_text((*value)[i], format("regions/{}", i), code, id_bytes)) return;
      out.regions.push_back(std::move(code));
    }
    std::sort(out.regions.begin(), out.regions.end());
    out.regions.erase(std::unique(out.regions.begin(), out.regions.end()), out.regions.end());
  }
  void read_polygon(Wish& out) {
    const Json* value = member("polygon");
    if (!value) return;
    const auto geometry = geo::read_geojson_geometry(value->dump(), "");
    if (!geometry) return refuse("polygon", geometry.error().message);
    if (const auto* one = std::get_if<geo::Polygon>(&geometry->shape)) out.polygons = {*one};
    if (const auto* many = std::get_if<geo::MultiPolygon>(&geometry->shape)) {
      out.polygons = many->polygons;
    }
    if (out.polygons.empty() || out.polygons.size() > polygons_most ||
        geo::point_count(*geometry) > points_most) {
      return refuse("polygon", format("must be a Polygon or MultiPolygon of at most {} parts and "
                                      "{} points",
                                      polygons_most, points_most));
    }
    for (const geo::Polygon& polygon : out.polygons) {
      if (polygon.rings.size() != 1) {
        refuse("polygon", "has a hole, which CAP cannot say: draw the parts around it");
      }
    }
  }
  void read_minutes(Wish& out) {
    const Json* value = member("expires_minutes");
    if (!value) return;
    const bool good =
        value->is_number_integer() && *value >= minutes_least && *value <= minutes_most;
    if (!good) {
      return refuse("expires_minutes",
                    format("must be a whole number from {} to {}", minutes_least, minutes_most));
    }
    out.expires_minutes = value->get<int>();
  }

  const Json& body_;
  std::set<std::string> known_;
  std::optional<Error> error_;
};

Json label_json(const Label& label) {
  return {{"zh", label.zh}, {"en", label.en}};
}

}  // namespace

const char* to_string(WarningAct act) {
  return acts[static_cast<std::size_t>(act)];
}

Result<Wish> read_wish(std::string_view json, std::vector<std::string> beside) {
  const Json body = Json::parse(json.begin(), json.end(), nullptr, false);
  if (body.is_discarded() || !body.is_object()) {
    return fail(Code::invalid, "the body is no JSON object");
  }
  return Reader(body).run(beside);
}

std::string wish_json(const Wish& wish) {
  Json out{{"act", to_string(wish.act)}};
  const auto put = [&](const char* name, const std::string& text) {
    if (!text.empty()) out[name] = text;
  };
  put("warning", wish.warning);
  put("group", wish.group);
  put("incident", wish.incident);
  if (wish.level) out["level"] = level_word(*wish.level);
  if (!wish.event.empty()) out["event"] = label_json(wish.event);
  put("event_code", wish.event_code);
  put("category", wish.category);
  if (!wish.regions.empty()) out["regions"] = wish.regions;
  if (!wish.polygons.empty()) {
    Json coordinates = Json::array();
    for (const geo::Polygon& polygon : wish.polygons) {
      Json rings = Json::array();
      for (const geo::Ring& ring : polygon.rings) {
        Json points = Json::array();
        for (const geo::Point p : ring) points.push_back({p.x, p.y});
        rings.push_back(std::move(points));
      }
      coordinates.push_back(std::move(rings));
    }
    out["polygon"] = {{"type", "MultiPolygon"}, {"coordinates", std::move(coordinates)}};
  }
  if (wish.headline) out["headline"] = label_json(*wish.headline);
  if (wish.description) out["description"] = label_json(*wish.description);
  if (wish.instruction) out["instruction"] = label_json(*wish.instruction);
  if (wish.expires_minutes) out["expires_minutes"] = *wish.expires_minutes;
  put("status", wish.status);
  put("note", wish.note);
  put("reason", wish.reason);
  return out.dump();
}

}  // namespace cairn::respond
