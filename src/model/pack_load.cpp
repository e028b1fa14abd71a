// SPDX-License-Identifier: Apache-2.0
#include "model/pack_load.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/text.hpp"
#include "model/band_load.hpp"
#include "model/coverage_rule_load.hpp"
#include "model/input_load.hpp"
#include "model/region_load.hpp"
#include "model/response_load.hpp"
#include "model/series_load.hpp"
#include "model/yaml.hpp"

namespace cairn::model {
namespace {

// Times in a pack's files that give no offset.
constexpr Zone pack_zone{8 * 3600};

// One pack.yaml on its way into the catalog.
class PackReader {
 public:
  PackReader(const Files& files, const std::string& directory, Catalog& catalog, Records& records,
             Problems& problems)
      : files_(files),
        directory_(directory),
        file_(directory + "/pack.yaml"),
        catalog_(catalog),
        records_(records),
        problems_(problems) {}

  void read() {
    const auto text = files_.read(file_);
    if (!text) return problem(text.error());
    const auto root = parse_yaml(*text, file_);
    if (!root) return problem(root.error());
    YamlMap map(*root, file_, problems_);
    if (!map.ok()) return;
    PackDef pack;
    pack.id = map.text("pack", true);
    pack.version = map.integer("version").value_or(1);
    pack.label = map.label("label", true);
    pack.summary = map.label("summary");
    pack.directory = directory_;
    pack_ = pack.id;
    check_folder(root->find("pack"));
    if (catalog_.pack(pack.id) != nullptr) {
      problems_.error(map.place(), format("there is a pack '{}' already", pack.id), Code::conflict);
      return;
    }
    read_sources(map);
    if (const YamlNode* node = map.get("answers")) read_answers(*node, pack);
    each_member(map, "types", [&](const auto& name, const YamlNode& n) { read_type(name, n); });
    each_member(map, "extends", [&](const auto& name, const YamlNode& n) { read_more(name, n); });
    extend_types();
    each_member(map, "indicators",
                [&](const auto& name, const YamlNode& n) { read_indicator(name, n); });
    each_member(map, "rules", [&](const auto& name, const YamlNode& n) { read_rule(name, n); });
    each_item(map, "layers", [&](const YamlNode& n) { read_layer(n); });
    each_item(map, "series", [&](const YamlNode& n) {
      if (auto series = read_series(n, file_, pack_, problems_)) {
        pack.series.push_back(std::move(*series));
      }
    });
    each_item(map, "replay", [&](const YamlNode& n) { read_expectation(n, pack); });
    each_member(map, "bands", [&](const auto& name, const YamlNode& n) {
      read_band(name, n, file_, pack_, catalog_, problems_);
    });
    if (const YamlNode* node = map.get("coverage")) {
      read_coverage(*node, file_, pack_, catalog_, problems_);
    }
    if (const YamlNode* node = map.get("inputs")) {
      read_inputs(*node, file_, pack_, catalog_, problems_);
    }
    if (const YamlNode* node = map.get("response")) {
      read_response(files_, directory_, *node, catalog_.response, problems_);
    }
    const std::vector<std::string> things = map.texts("things");
    map.finish();
    for (const std::string& name : things) read_things(name);
    for (SeriesFile& series : pack.series) {
      load_series(files_, pack, series, catalog_, records_, problems_);
      if (!series.simulated) need_source(series.source, series.place);
    }
    catalog_.packs.push_back(std::move(pack));
  }

 private:
  void problem(const Error& error) { problems_.errors.push_back(error); }

  // Commands and links name a pack by its folder.
  void check_folder(const YamlNode* id) {
    const std::size_t slash = directory_.rfind('/');
    if (id == nullptr || slash == std::string::npos) return;
    const std::string folder = directory_.substr(slash + 1);
    if (folder == pack_) return;
    problems_.error(format("{}:{}:{}", file_, id->line, id->column),
                    format("the pack is called '{}', but its folder '{}'", pack_, folder));
  }

  template <class Use>
  void each_member(YamlMap& map, std::string_view key, Use use) {
    const YamlNode* node = map.get(key);
    if (node == nullptr) return;
    if (node->kind != YamlNode::Kind::map) {
      problems_.error(map.place(*node), format("'{}' must be a map by name", key));
      return;
    }
    for (const auto& [name, member] : node->members) {
      if (is_identifier(name)) {
        use(name, member);
      } else {
        problems_.error(map.place(member), format("'{}' is not a name; use letters a-z, digits "
                                                  "and _",
                                                  name));
      }
    }
  }

  template <class Use>
  void each_item(YamlMap& map, std::string_view key, Use use) {
    const YamlNode* node = map.get(key);
    if (node == nullptr) return;
    if (node->kind != YamlNode::Kind::list) {
      problems_.error(map.place(*node), format("'{}' must be a list", key));
      return;
    }
    for (const YamlNode& item : node->items) use(item);
  }

  void read_sources(YamlMap& map) {
    std::string name = map.text("sources");
    if (name.empty()) return;
    sources_ = name;
    const auto text = files_.read(directory_ + "/" + name);
    if (!text) return problem(text.error());
    for (SourceDef& source : parse_sources(*text, "packs/" + pack_)) {
      catalog_.sources.push_back(std::move(source));
    }
  }

  // A key that the table of sources does not have is told once: the page could not say whose the
  // data are.
  void need_source(const std::string& key, const std::string& place) {
    if (key.empty() || sources_.empty() || !asked_sources_.insert(key).second) return;
    std::vector<std::string> known;
    const std::string mine = "packs/" + pack_ + "/";
    for (const SourceDef& source : catalog_.sources) {
      if (source.key == key) return;
      if (source.key.starts_with(mine)) known.push_back(source.key.substr(mine.size()));
    }
    const std::string word = key.substr(mine.size());
    const auto near = nearest(word, known);
    problems_.warning(place, format("{} has no source '{}'{}", sources_, word,
                                    near ? format("; did you mean '{}'?", *near) : ""));
  }

  void read_answers(const YamlNode& node, PackDef& pack) {
    for (const YamlNode& item : node.items) {
      YamlMap map(item, file_, problems_);
      Quote quote;
      quote.plan = map.text("plan", true);
      quote.line = map.integer("line").value_or(0);
      quote.text = map.text("quote", true);
      map.finish();
      pack.answers.push_back(std::move(quote));
    }
  }

  Unit read_unit(YamlMap& map) {
    const YamlNode* node = map.get("unit");
    if (node == nullptr) return unit_one();
    auto unit = parse_unit(node->scalar);
    // A thermometer is meant; coulombs and farads are measured by nobody's sensors.
    if (node->scalar == "C" || node->scalar == "F") {
      problems_.warning(map.place(*node),
                        format("the unit {} is the {}; degrees are Cel (℃) and [degF]",
                               node->scalar, node->scalar == "C" ? "coulomb" : "farad"));
    }
    if (unit) return *unit;
    problems_.error(map.place(*node), unit.error().message);
    return unit_one();
  }

  std::optional<Span> read_span(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.get(key);
    if (node == nullptr) return std::nullopt;
    const auto span = parse_span(node->scalar);
    if (span) return *span;
    problems_.error(map.place(*node), span.error().message);
    return std::nullopt;
  }

  template <class T>
  T one_of(YamlMap& map, std::string_view key, T otherwise,
           std::initializer_list<std::pair<std::string_view, T>> words) {
    const YamlNode* node = map.get(key);
    if (node == nullptr) return otherwise;
    std::string allowed;
    for (const auto& [word, value] : words) {
      if (node->scalar == word) return value;
      allowed += (allowed.empty() ? "" : ", ") + std::string(word);
    }
    problems_.error(map.place(*node),
                    format("'{}' is '{}' but must be one of: {}", key, node->scalar, allowed));
    return otherwise;
  }

  void read_type(const std::string& name, const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    TypeDef type;
    type.name = name;
    type.pack = pack_;
    type.place = map.place();
    type.label = map.label("label", true);
    if (const TypeDef* other = catalog_.type(name)) {
      problems_.error(map.place(),
                      format("the type '{}' is declared already at {}", name, other->place),
                      Code::conflict);
      return;
    }
    each_member(map, "properties", [&](const std::string& property, const YamlNode& n) {
      type.properties.push_back(read_property(property, n));
    });
    map.finish();
    catalog_.types.push_back(std::move(type));
  }

  // `extends`: further properties of a type that this pack or another one declares.
  void read_more(const std::string& type, const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    TypeExtension more{type, pack_, {}, map.place()};
    each_member(map, "properties", [&](const std::string& property, const YamlNode& n) {
      more.properties.push_back(read_property(property, n));
    });
    map.finish();
    catalog_.extensions.push_back(std::move(more));
  }

  // Extensions whose type is there, also those of packs read before.
  void extend_types() {
    std::erase_if(catalog_.extensions, [&](TypeExtension& more) {
      const int index = catalog_.type_index(more.type);
      if (index < 0) return false;
      TypeDef& type = catalog_.types[static_cast<std::size_t>(index)];
      for (PropertyDef& property : more.properties) {
        if (const PropertyDef* other = type.property(property.name)) {
          problems_.error(property.place,
                          format("the type '{}' has the property '{}' already, from {}", type.name,
                                 property.name, other->place),
                          Code::conflict);
        } else {
          type.properties.push_back(std::move(property));
        }
      }
      return true;
    });
  }

  PropertyDef read_property(const std::string& name, const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    PropertyDef property;
    property.name = name;
    property.place = map.place();
    property.label = map.label("label", true);
    property.unit = read_unit(map);
    if (const YamlNode* kind = map.get("kind")) {
      const auto parsed = parse_property_kind(kind->scalar);
      if (!parsed) {
        problems_.error(map.place(*kind),
                        format("'{}' is no kind; use number, integer, boolean, text, time, date, "
                               "interval, geometry or array",
                               kind->scalar));
      }
      property.kind = parsed.value_or(PropertyKind::number);
    }
    property.series = map.flag("series");
    property.counter = map.flag("counter");
    property.every = read_span(map, "every");
    property.max_age = read_span(map, "max_age");
    if (const YamlNode* period = map.get("period")) {
      const auto kind = parse_period_kind(period->scalar);
      if (kind) {
        property.period = *kind;
        property.series = true;
      } else {
        problems_.error(map.place(*period), kind.error().message);
      }
    }
    property.formula = map.text("formula");
    property.note = map.label("note");
    map.finish();
    if (property.series && !property.formula.empty()) {
      problems_.error(map.place(), format("'{}' is either a series or a formula, not both", name));
    }
    return property;
  }

  void read_indicator(const std::string& id, const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    IndicatorDef indicator;
    indicator.id = id;
    indicator.pack = pack_;
    indicator.place = map.place();
    indicator.label = map.label("label", true);
    indicator.unit = read_unit(map);
    indicator.formula = map.text("formula");
    indicator.given = map.flag("given");
    indicator.rollup =
        one_of(map, "rollup", Rollup::none, {{"sum", Rollup::sum}, {"none", Rollup::none}});
    indicator.better = one_of(
        map, "better", Better::neither,
        {{"higher", Better::higher}, {"lower", Better::lower}, {"neither", Better::neither}});
    indicator.digits = map.integer("digits").value_or(-1);
    indicator.levels = map.texts("levels");
    indicator.note = map.label("note");
    map.finish();
    if (indicator.formula.empty() != indicator.given) {
      problems_.error(map.place(), format("the indicator '{}' needs either a formula or `given: "
                                          "true`",
                                          id));
    }
    for (const std::string& level : indicator.levels) {
      if (!parse_level(level)) problems_.error(map.place(), format("'{}' is no level", level));
    }
    if (const IndicatorDef* other = catalog_.indicator(id)) {
      problems_.error(map.place(),
                      format("the indicator '{}' is declared already at {}", id, other->place),
                      Code::conflict);
      return;
    }
    catalog_.indicators.push_back(std::move(indicator));
  }

  void read_rule(const std::string& id, const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    RuleDef rule;
    rule.id = id;
    rule.pack = pack_;
    rule.place = map.place();
    rule.label = map.label("label", true);
    rule.type = map.text("type", true);
    rule.no_data = map.text("no_data");
    rule.when = map.text("when");
    if (map.ok() && rule.when.empty() && rule.no_data.empty() && node.find("when") == nullptr) {
      problems_.error(map.place(), "'when' is missing; a rule about silence has 'no_data' instead");
    }
    rule.hold = read_span(map, "for");
    rule.clear = map.text("clear");
    rule.keep = read_span(map, "keep");
    rule.suppress = map.text("while");
    rule.expected = map.flag("expected");
    rule.severity =
        cap_word(map, "severity", {"Extreme", "Severe", "Moderate", "Minor", "Unknown"});
    rule.urgency = cap_word(map, "urgency", {"Immediate", "Expected", "Future", "Past", "Unknown"});
    rule.certainty =
        cap_word(map, "certainty", {"Observed", "Likely", "Possible", "Unlikely", "Unknown"});
    rule.text = map.label("text");
    read_rule_response(map, file_, rule, problems_);
    map.finish();
    if (const std::string wrong = contradiction(rule); !wrong.empty()) {
      problems_.error(map.place(), format("the rule '{}' {}", id, wrong));
      return;
    }
    const auto other = std::find_if(catalog_.rules.begin(), catalog_.rules.end(),
                                    [&](const RuleDef& known) { return known.id == id; });
    if (other != catalog_.rules.end()) {
      problems_.error(map.place(),
                      format("the rule '{}' is declared already at {}", id, other->place),
                      Code::conflict);
      return;
    }
    catalog_.rules.push_back(std::move(rule));
  }

  // What does not go together in a rule; empty: all is well.
  static std::string contradiction(const RuleDef& rule) {
    if (rule.no_data.empty()) {
      return rule.expected ? "says `expected`, which only a `no_data` rule can" : "";
    }
    if (!rule.when.empty()) return "has both `when` and `no_data`: make it two rules";
    if (!rule.clear.empty() || rule.keep) {
      return "is about silence, which ends with the next observation: no `clear`, no `keep`";
    }
    return rule.hold ? "" : "needs `for`: how long silence must last";
  }

  // A CAP 1.2 code value (section 3.2.2).
  std::string cap_word(YamlMap& map, std::string_view key,
                       std::initializer_list<std::string_view> allowed) {
    const YamlNode* node = map.get(key);
    if (node == nullptr) return "Unknown";
    if (std::find(allowed.begin(), allowed.end(), node->scalar) == allowed.end()) {
      std::string words;
      for (const auto word : allowed) words += (words.empty() ? "" : ", ") + std::string(word);
      problems_.error(map.place(*node), format("'{}' must be one of: {} (CAP 1.2)", key, words));
    }
    return node->scalar;
  }

  void read_layer(const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    LayerDef layer;
    layer.pack = pack_;
    layer.place = map.place();
    layer.type = map.text("type", true);
    layer.id = map.text("id");
    if (layer.id.empty()) layer.id = layer.type;
    layer.label = map.label("label", true);
    layer.colour_by = map.text("colour_by");
    layer.symbol = one_of<std::string>(map, "symbol", layer.symbol,
                                       {{"circle", "circle"},
                                        {"square", "square"},
                                        {"triangle", "triangle"},
                                        {"diamond", "diamond"}});
    map.finish();
    catalog_.layers.push_back(std::move(layer));
  }

  void read_expectation(const YamlNode& node, PackDef& pack) {
    YamlMap map(node, file_, problems_);
    ReplayExpectation expectation;
    expectation.place = map.place();
    if (node.find("rule") != nullptr) return read_firings(map, std::move(expectation), pack);
    if (node.find("incident") != nullptr) return read_opens(map, std::move(expectation), pack);
    expectation.formula = map.text("formula", true);
    expectation.region = map.text("region", true);
    expectation.at = map.text("at", true);
    if (const auto as_of = parse_as_of(expectation.at, pack_zone);
        !as_of && !expectation.at.empty()) {
      problems_.error(map.place(*node.find("at")), as_of.error().message);
    }
    expectation.proposal = map.text("proposal");
    const YamlNode* value = node.find("value");
    if (value == nullptr) {
      problems_.error(map.place(), "'value' is missing; write a number, none, or todo");
    }
    if (to_do(map, "value")) {
      expectation.value = NAN;
    } else if (value != nullptr && value->scalar != "none") {
      expectation.value = map.number("value");
    }
    expectation.tolerance = map.number("tolerance").value_or(0);
    map.finish();
    pack.replay.push_back(std::move(expectation));
  }

  // `todo`: the author has still to work it out. Such a line has the value NAN.
  bool to_do(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.get(key);
    return node != nullptr && node->kind == YamlNode::Kind::scalar && node->scalar == "todo";
  }

  // {incident: kind, region: …, opens: [times]}
  void read_opens(YamlMap& map, ReplayExpectation expectation, PackDef& pack) {
    expectation.incident = map.text("incident", true);
    expectation.region = map.text("region", true);
    map.required("opens");
    const bool later = to_do(map, "opens");
    if (later) expectation.value = NAN;
    for (const std::string& text : later ? std::vector<std::string>() : map.texts("opens")) {
      if (const auto at = parse_instant(text, pack_zone)) {
        expectation.opens.push_back(*at);
      } else {
        problems_.error(map.place(), at.error().message);
      }
    }
    map.finish();
    pack.replay.push_back(std::move(expectation));
  }

  // {rule: …, thing: …, from: …, to: …, firings: [{from: …, to: …}]}
  void read_firings(YamlMap& map, ReplayExpectation expectation, PackDef& pack) {
    expectation.rule = map.text("rule", true);
    expectation.thing = map.text("thing", true);
    if (const auto from = read_instant(map, "from")) expectation.range.begin = *from;
    if (const auto to = read_instant(map, "to")) expectation.range.end = *to;
    const YamlNode* firings = map.required("firings");
    if (to_do(map, "firings")) {
      expectation.value = NAN;
      firings = nullptr;
    }
    if (firings != nullptr && firings->kind != YamlNode::Kind::list) {
      problems_.error(map.place(*firings), "'firings' must be a list; write [] for none");
      firings = nullptr;
    }
    for (std::size_t i = 0; firings != nullptr && i < firings->items.size(); ++i) {
      YamlMap one(firings->items[i], file_, problems_);
      Interval firing{Instant::min(), Instant::max()};
      if (const auto from = read_instant(one, "from", true)) firing.begin = *from;
      if (const auto to = read_instant(one, "to")) firing.end = *to;
      one.finish();
      if (firing.end <= firing.begin) {
        problems_.error(one.place(), "'to' must be later than 'from'");
      }
      expectation.firings.push_back(firing);
    }
    map.finish();
    pack.replay.push_back(std::move(expectation));
  }

  std::optional<Instant> read_instant(YamlMap& map, std::string_view key, bool needed = false) {
    const YamlNode* node = needed ? map.required(key) : map.get(key);
    if (node == nullptr) return std::nullopt;
    const auto instant = parse_instant(node->scalar, pack_zone);
    if (instant) return *instant;
    problems_.error(map.place(*node), instant.error().message);
    return std::nullopt;
  }

  void read_things(const std::string& name) {
    const std::string path = directory_ + "/" + name;
    const auto text = files_.read(path);
    if (!text) return problem(text.error());
    Records fresh;
    read_things_csv(*text, path, pack_zone, fresh, problems_);
    for (Thing& thing : fresh.things) {
      if (!thing.source.empty()) thing.source = "packs/" + pack_ + "/" + thing.source;
      need_source(thing.source, thing.place);
      records_.things.push_back(std::move(thing));
    }
  }

  const Files& files_;
  std::string directory_;
  std::string file_;
  std::string pack_;
  std::string sources_;  // the file; empty: none is named
  std::set<std::string> asked_sources_;
  Catalog& catalog_;
  Records& records_;
  Problems& problems_;
};

}  // namespace

bool to_be_worked_out(const ReplayExpectation& expectation) {
  return expectation.value && std::isnan(*expectation.value);
}

void load_pack(const Files& files, const std::string& directory, Catalog& catalog, Records& records,
               Problems& problems) {
  PackReader(files, directory, catalog, records, problems).read();
}

}  // namespace cairn::model
