// SPDX-License-Identifier: Apache-2.0
#include "model/plan_load.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "model/printed_unit.hpp"
#include "model/quote_finder.hpp"
#include "model/yaml.hpp"

namespace cairn::model {
namespace {

// A plan of a hundred years is a typing error.
constexpr int earliest_year = 1900;
constexpr int latest_year = 2100;

class PlanReader {
 public:
  PlanReader(std::string_view file, Problems& problems) : file_(file), problems_(problems) {}

  Plan read(const YamlNode& root, std::string_view text);

 private:
  std::string place(const YamlNode& node) const {
    return format("{}:{}:{}", file_, node.line, node.column);
  }
  std::optional<int> read_year(YamlMap& map);
  void read_number(YamlMap& map, Figure& figure, bool needed);
  std::optional<Figure> read_figure(YamlMap& claim, std::string_view key);
  std::optional<StatedChange> read_change(YamlMap& claim);
  std::vector<Quote> read_quotes(YamlMap& map, bool needed);
  std::string one_of(YamlMap& map, std::string_view key, const std::vector<std::string>& words,
                     bool needed);
  std::string identifier(YamlMap& map, std::string_view key, bool needed);
  void read_claim(const YamlNode& node);
  void check_units(const YamlNode& node, const Claim& claim);
  void read_relation(const YamlNode& node);
  void read_members(YamlMap& map, std::string_view key, Relation& relation);
  std::string claim_name(YamlMap& map, std::string_view key);
  bool known_claim(const YamlNode& node, const std::string& id);
  void read_period(YamlMap& map);

  std::string file_;
  Problems& problems_;
  Plan plan_;
  std::optional<QuoteFinder> finder_;
  std::set<std::string> named_;  // claim ids, also of claims that did not read
};

std::optional<int> PlanReader::read_year(YamlMap& map) {
  const auto year = map.integer("year");
  if (year && (*year < earliest_year || *year > latest_year)) {
    problems_.error(map.place(), format("the year {} is not between {} and {}", *year,
                                        earliest_year, latest_year));
    return std::nullopt;
  }
  return year;
}

int printed_decimals(std::string_view scalar) {
  const std::size_t point = scalar.find('.');
  if (point == std::string_view::npos) return 0;
  const std::string_view after = scalar.substr(point + 1);
  const std::size_t digits = after.find_first_not_of("0123456789");
  return static_cast<int>(
      std::min<std::size_t>(digits == std::string_view::npos ? after.size() : digits, 15));
}

// `value`, `value_max` and `op`.
void PlanReader::read_number(YamlMap& map, Figure& figure, bool needed) {
  const YamlNode* value = needed ? map.required("value") : map.get("value");
  figure.value = map.number("value");
  figure.value_max = map.number("value_max");
  if (value != nullptr && figure.value) figure.decimals = printed_decimals(value->scalar);
  if (const YamlNode* upper = map.get("value_max"); upper != nullptr) {
    figure.decimals = std::max(figure.decimals, printed_decimals(upper->scalar));
    if (!figure.value) problems_.error(place(*upper), "'value_max' needs a 'value'");
  }
  if (const YamlNode* op = map.get("op"); op != nullptr) {
    const auto bound = parse_bound(op->scalar);
    if (bound) {
      figure.bound = *bound;
    } else {
      problems_.error(place(*op), format("unknown 'op' '{}'; one of > >= < <= ~ =", op->scalar));
    }
  }
}

std::optional<Figure> PlanReader::read_figure(YamlMap& claim, std::string_view key) {
  const YamlNode* node = claim.get(key);
  if (node == nullptr) return std::nullopt;
  YamlMap map(*node, file_, problems_);
  Figure figure;
  figure.year = read_year(map);
  figure.text = map.text("text");
  figure.price_base = map.text("price_base");
  read_number(map, figure, false);
  map.finish();
  if (!map.ok()) return std::nullopt;
  if (figure.value.has_value() == !figure.text.empty()) {
    problems_.error(place(*node), format("'{}' needs either a 'value' or a 'text'", key));
    return std::nullopt;
  }
  return figure;
}

std::optional<StatedChange> PlanReader::read_change(YamlMap& claim) {
  const YamlNode* node = claim.get("change");
  if (node == nullptr) return std::nullopt;
  YamlMap map(*node, file_, problems_);
  StatedChange change;
  read_number(map, change.figure, true);
  const std::string kind = one_of(map, "kind", {"cumulative", "cagr"}, true);
  change.kind = kind == "cagr" ? ChangeKind::cagr : ChangeKind::cumulative;
  map.finish();
  if (!change.figure.value || kind.empty()) return std::nullopt;
  return change;
}

std::vector<Quote> PlanReader::read_quotes(YamlMap& map, bool needed) {
  std::vector<Quote> quotes;
  const YamlNode* list = needed ? map.required("quotes") : map.get("quotes");
  if (list == nullptr) return quotes;
  if (list->kind != YamlNode::Kind::list || list->items.empty()) {
    problems_.error(place(*list), "'quotes' must be a list of {line: …, text: …}");
    return quotes;
  }
  for (const YamlNode& item : list->items) {
    YamlMap quote(item, file_, problems_);
    const auto line = quote.integer("line");
    const std::string text = quote.text("text", true);
    quote.finish();
    if (!quote.ok()) continue;
    if (!line) {
      problems_.error(place(item), "a quote needs its 'line' in the plan's text");
      continue;
    }
    if (const std::string wrong = finder_->mismatch(*line, text); !wrong.empty()) {
      problems_.error(place(item), wrong);
      continue;
    }
    quotes.push_back({plan_.id, *line, text});
  }
  return quotes;
}

std::string PlanReader::one_of(YamlMap& map, std::string_view key,
                               const std::vector<std::string>& words, bool needed) {
  const std::string word = map.text(key, needed);
  if (word.empty() || std::find(words.begin(), words.end(), word) != words.end()) return word;
  const YamlNode* node = map.get(key);
  problems_.error(place(*node),
                  format("'{}' cannot be '{}'; one of: {}", key, word, join(words, ", ")));
  return {};
}

std::string PlanReader::identifier(YamlMap& map, std::string_view key, bool needed) {
  const std::string id = map.text(key, needed);
  if (id.empty() || is_identifier(id)) return id;
  problems_.error(place(*map.get(key)),
                  format("'{}' must be ASCII letters, digits and _, not '{}'", key, id));
  return {};
}

void PlanReader::read_claim(const YamlNode& node) {
  const std::size_t errors = problems_.errors.size();
  YamlMap map(node, file_, problems_);
  Claim claim;
  claim.file_place = format("{}:{}", file_, node.line);
  claim.id = identifier(map, "id", true);
  claim.indicator = identifier(map, "indicator", true);
  claim.region = map.text("region", true);
  claim.label = map.label("label", true);
  claim.unit = map.text("unit", true);
  claim.place = one_of(map, "place", {"table", "text", "box", "review"}, true);
  claim.baseline = read_figure(map, "baseline");
  claim.target = read_figure(map, "target");
  claim.change = read_change(map);
  claim.binding = one_of(map, "class", {"expected", "binding"}, false);
  const std::string better = one_of(map, "better", {"higher", "lower", "neither"}, false);
  claim.better = better == "higher"  ? Better::higher
                 : better == "lower" ? Better::lower
                                     : Better::neither;
  claim.price_base = map.text("price_base");
  claim.scope = map.label("scope");
  claim.quotes = read_quotes(map, true);
  map.finish();
  if (!claim.id.empty() && !named_.insert(claim.id).second) {
    problems_.error(place(node), format("the claim '{}' stands twice", claim.id), Code::conflict);
  }
  if (map.ok() && !claim.baseline && !claim.target && node.find("baseline") == nullptr &&
      node.find("target") == nullptr) {
    problems_.error(place(node), "a claim needs a 'baseline' or a 'target'");
  }
  check_units(node, claim);
  if (problems_.errors.size() == errors) plan_.claims.push_back(std::move(claim));
}

// A claim in words may have any unit; a number must have one that can be computed with.
void PlanReader::check_units(const YamlNode& node, const Claim& claim) {
  const bool number =
      (claim.baseline && claim.baseline->value) || (claim.target && claim.target->value);
  if (claim.unit.empty() || !number) return;
  if (const auto unit = read_printed_unit(claim.unit); !unit) {
    const YamlNode* at = node.find("unit");
    problems_.error(place(*at), unit.error().message);
  }
}

bool PlanReader::known_claim(const YamlNode& node, const std::string& id) {
  if (named_.contains(id)) return true;
  const std::vector<std::string> all(named_.begin(), named_.end());
  const auto near = nearest(id, all);
  problems_.error(
      place(node),
      near ? format("no claim '{}'; did you mean '{}'?", id, *near) : format("no claim '{}'", id),
      Code::not_found);
  return false;
}

std::string PlanReader::claim_name(YamlMap& map, std::string_view key) {
  const std::string id = map.text(key, true);
  return !id.empty() && known_claim(*map.get(key), id) ? id : std::string();
}

void PlanReader::read_members(YamlMap& map, std::string_view key, Relation& relation) {
  const YamlNode* list = map.required(key);
  relation.claims = map.texts(key);
  if (list == nullptr || list->kind != YamlNode::Kind::list) return;
  for (const YamlNode& item : list->items) {
    if (item.kind == YamlNode::Kind::scalar) known_claim(item, item.scalar);
  }
  const std::size_t least = relation.kind == RelationKind::part ? 1 : 2;
  if (list->items.size() < least) {
    problems_.error(place(*list), format("'{}' needs {} or more claims", key, least));
  }
}

void PlanReader::read_relation(const YamlNode& node) {
  const std::size_t errors = problems_.errors.size();
  YamlMap map(node, file_, problems_);
  Relation relation;
  relation.file_place = format("{}:{}", file_, node.line);
  const std::string kind = one_of(map, "kind", {"ratio", "sum", "part", "same", "implied"}, true);
  if (kind == "ratio" || kind == "implied") {
    relation.kind = kind == "ratio" ? RelationKind::ratio : RelationKind::implied;
    relation.of = claim_name(map, "of");
    relation.numerator = claim_name(map, "numerator");
    relation.denominator =
        kind == "ratio" ? claim_name(map, "denominator") : identifier(map, "denominator", true);
    relation.factor = map.number("factor").value_or(1);
    if (!(relation.factor > 0)) problems_.error(map.place(), "'factor' must be above 0");
  } else if (kind == "sum" || kind == "part") {
    relation.kind = kind == "sum" ? RelationKind::sum : RelationKind::part;
    const YamlNode* total = kind == "sum" ? map.get("total") : nullptr;
    if (total == nullptr) {
      relation.of = claim_name(map, "whole");
    } else {
      Figure figure;
      figure.value = map.number("total");
      figure.decimals = printed_decimals(total->scalar);
      relation.total = figure;
    }
    read_members(map, "parts", relation);
    relation.exclusive = map.flag("exclusive", relation.claims.size() > 1);
  } else if (kind == "same") {
    relation.kind = RelationKind::same;
    read_members(map, "claims", relation);
  }
  relation.quotes = read_quotes(map, false);
  if (!kind.empty()) map.finish();
  if (problems_.errors.size() == errors) plan_.relations.push_back(std::move(relation));
}

void PlanReader::read_period(YamlMap& map) {
  const YamlNode* node = map.required("period");
  const std::vector<std::string> years = map.texts("period");
  if (node == nullptr) return;
  const auto first = years.size() == 2 ? parse_integer(years[0]) : std::nullopt;
  const auto last = years.size() == 2 ? parse_integer(years[1]) : std::nullopt;
  if (!first || !last || *first < earliest_year || *last > latest_year || *first > *last) {
    problems_.error(place(*node), "'period' must be [first year, last year]");
    return;
  }
  plan_.first_year = static_cast<int>(*first);
  plan_.last_year = static_cast<int>(*last);
}

Plan PlanReader::read(const YamlNode& root, std::string_view text) {
  for (const std::string_view line : split(text, '\n')) {
    plan_.lines.emplace_back(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
  }
  if (plan_.lines.size() > 1 && plan_.lines.back().empty()) plan_.lines.pop_back();
  finder_.emplace(plan_.lines);
  YamlMap map(root, file_, problems_);
  plan_.id = map.text("plan", true);
  plan_.title = map.label("title", true);
  plan_.issuer = map.label("issuer", true);
  read_period(map);
  plan_.region = map.text("region", true);
  map.text("text");
  const auto each = [&](std::string_view key, bool needed, auto&& read_one) {
    const YamlNode* list = needed ? map.required(key) : map.get(key);
    if (list == nullptr) return;
    if (list->kind != YamlNode::Kind::list) {
      problems_.error(place(*list), format("'{}' must be a list", key));
      return;
    }
    for (const YamlNode& item : list->items) read_one(item);
  };
  each("claims", true, [&](const YamlNode& item) { read_claim(item); });
  each("relations", false, [&](const YamlNode& item) { read_relation(item); });
  map.finish();
  // A relation to a claim that did not read has nothing to say.
  std::erase_if(plan_.relations, [&](const Relation& relation) {
    const auto gone = [&](const std::string& id) {
      return !id.empty() && plan_.claim(id) == nullptr;
    };
    return gone(relation.of) || gone(relation.numerator) ||
           (relation.kind == RelationKind::ratio && gone(relation.denominator)) ||
           std::any_of(relation.claims.begin(), relation.claims.end(), gone);
  });
  return std::move(plan_);
}

}  // namespace

Result<Plan> read_plan(std::string_view yaml, std::string_view name, std::string_view text,
                       Problems& problems) {
  const auto root = parse_yaml(yaml, name);
  if (!root) return fail(root.error());
  if (root->kind != YamlNode::Kind::map) {
    return fail(Code::invalid, "a plan is a map of `key: value` lines", std::string(name));
  }
  return PlanReader(name, problems).read(*root, text);
}

Result<Plan> load_plan(const Files& files, const std::string& path, Problems& problems) {
  const auto yaml = files.read(path);
  if (!yaml) return fail(yaml.error());
  const auto root = parse_yaml(*yaml, path);
  if (!root) return fail(root.error());
  const YamlNode* named = root->find("text");
  const std::string text_name =
      named != nullptr && named->kind == YamlNode::Kind::scalar ? named->scalar : "plan.txt";
  if (text_name.find('/') != std::string::npos || text_name.find('\\') != std::string::npos) {
    return fail(Code::invalid, "'text' must name a file beside the plan",
                format("{}:{}", path, named->line));
  }
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  const auto bytes = files.read(directory + text_name);
  if (!bytes) return fail(bytes.error());
  const auto text = decode_text(*bytes);
  if (!text) {
    Error error = text.error();
    error.place = directory + text_name + (error.place.empty() ? "" : ":" + error.place);
    return fail(error);
  }
  return read_plan(*yaml, path, text->text, problems);
}

void check_plan_regions(const Plan& plan, const RegionTree& regions, Problems& problems) {
  std::set<std::string> told;
  const auto check = [&](const std::string& code, const std::string& where) {
    if (code.empty() || regions.find(code) != no_region || !told.insert(code).second) return;
    const auto found = regions.require(code);
    problems.error(where, found ? format("no region '{}'", code) : found.error().message,
                   Code::not_found);
  };
  for (const Claim& claim : plan.claims) check(claim.region, claim.file_place);
  check(plan.region, plan.id);
}

}  // namespace cairn::model
