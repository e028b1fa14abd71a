// SPDX-License-Identifier: Apache-2.0
#include "formula/cql2_json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "formula/literal.hpp"
#include "formula/tree.hpp"
#include "formula/words.hpp"
#include "geo/geojson.hpp"

namespace cairn::formula {
namespace {

using Json = nlohmann::json;

struct OpName {
  std::string_view name;
  Op op;
};
constexpr std::array<OpName, 13> binaries = {{{"=", Op::eq},
                                              {"<>", Op::ne},
                                              {"<", Op::lt},
                                              {"<=", Op::le},
                                              {">", Op::gt},
                                              {">=", Op::ge},
                                              {"+", Op::add},
                                              {"-", Op::sub},
                                              {"*", Op::mul},
                                              {"/", Op::div},
                                              {"%", Op::mod},
                                              {"^", Op::pow},
                                              {"div", Op::int_div}}};

// Builds the tree; the first mistake is kept with its JSON pointer.
class Reader {
 public:
  Tree read(const Json& json, const std::string& at) {
    if (++depth_ > limits::formula_depth) {
      return stop(at, format("nested more than {} levels deep", limits::formula_depth));
    }
    Tree tree = value(json, at);
    --depth_;
    if (tree && tree.height > limits::formula_depth) {
      return stop(at, format("nested more than {} levels deep", limits::formula_depth));
    }
    return tree;
  }
  std::optional<Error>& error() { return error_; }

 private:
  Tree stop(const std::string& at, std::string message) {
    if (!error_) error_ = Error{Code::invalid, std::move(message), at.empty() ? "/" : at};
    return {};
  }

  Tree value(const Json& json, const std::string& at) {
    if (json.is_boolean()) return make_literal({json.get<bool>()}, {});
    if (json.is_number()) return make_literal({json.get<double>()}, {});
    if (json.is_string()) return make_literal({json.get<std::string>()}, {});
    if (!json.is_object()) return stop(at, "expected an expression");
    if (json.contains("op")) return operation(json, at);
    if (const auto name = json.find("property"); name != json.end()) {
      if (!name->is_string() || name->get_ref<const std::string&>().empty()) {
        return stop(at + "/property", "expected the name of a property");
      }
      Tree tree = make_leaf(Kind::name, {});
      tree.node->name = name->get<std::string>();
      return tree;
    }
    if (json.contains("date")) return instant(json["date"], at + "/date", date_literal);
    if (json.contains("timestamp")) {
      return instant(json["timestamp"], at + "/timestamp", time_literal);
    }
    if (json.contains("interval")) return interval(json["interval"], at + "/interval");
    if (json.contains("bbox")) return box(json["bbox"], at + "/bbox");
    if (json.contains("type")) return geometry(json, at);
    return stop(at, "expected op, property, date, timestamp, interval, bbox or a geometry");
  }

  Tree instant(const Json& json, const std::string& at,
               std::optional<model::Value> (*read)(std::string_view, std::string&)) {
    if (!json.is_string()) return stop(at, "expected a text");
    std::string problem;
    auto value = read(json.get_ref<const std::string&>(), problem);
    if (!value) return stop(at, std::move(problem));
    return make_literal(std::move(*value), {});
  }

  Tree interval(const Json& json, const std::string& at) {
    if (!json.is_array() || json.size() != 2) return stop(at, "an interval has two ends");
    std::vector<Tree> ends;
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string place = format("{}/{}", at, i);
      const bool text = json[i].is_string() && json[i] != "..";
      ends.push_back(text ? instant(json[i], place, interval_end_literal) : read(json[i], place));
      if (!ends.back()) return {};
    }
    return make_tree(Kind::interval, {}, std::move(ends));
  }

  Tree box(const Json& json, const std::string& at) {
    std::vector<double> bounds;
    if (json.is_array()) {
      for (const Json& bound : json) {
        if (bounds.size() < 7 && bound.is_number()) bounds.push_back(bound.get<double>());
      }
    }
    if (!json.is_array() || bounds.size() != json.size()) {
      return stop(at, "expected four or six numbers");
    }
    std::string problem;
    auto geometry = box_literal(bounds, problem);
    if (!geometry) return stop(at, std::move(problem));
    return make_literal({std::move(*geometry)}, {});
  }

  Tree geometry(const Json& json, const std::string& at) {
    auto geometry = geo::read_geojson_geometry(json.dump(), at);
    if (!geometry) {
      Error error = geometry.error();
      if (const auto mark = error.place.find('#'); mark != std::string::npos) {
        error.place.erase(mark, 1);
      }
      return stop(error.place, std::move(error.message));
    }
    return make_literal({std::move(*geometry)}, {});
  }

  Tree operation(const Json& json, const std::string& at) {
    const auto args = json.find("args");
    if (!json["op"].is_string()) return stop(at + "/op", "expected the name of an operation");
    if (args == json.end() || !args->is_array()) return stop(at, "expected a list of args");
    const std::string& name = json["op"].get_ref<const std::string&>();
    const std::string place = at + "/args";
    if (name == "and" || name == "or") {
      auto operands = all(*args, place);
      if (!operands) return {};
      if (operands->size() < 2) return stop(place, format("'{}' takes two or more", name));
      return make_junction(name == "and" ? Op::and_ : Op::or_, std::move(*operands));
    }
    if (name == "in") return in_list(*args, place);
    const auto count = [&](std::size_t wanted) {
      if (args->size() != wanted) stop(place, format("'{}' takes {} args", name, wanted));
      return args->size() == wanted;
    };
    const bool array_function = lower_ascii(name).substr(0, 2) == "a_";
    auto operands = all(*args, place, array_function);
    if (!operands) return {};
    if (name == "not") {
      return count(1) ? make_not({}, std::move(operands->front())) : Tree{};
    }
    for (const OpName& row : binaries) {
      if (row.name != name) continue;
      if (!count(2)) return {};
      return make_binary(row.op, {}, std::move((*operands)[0]), std::move((*operands)[1]));
    }
    if (name == "like") return count(2) ? make_tree(Kind::like, {}, std::move(*operands)) : Tree{};
    if (name == "between") {
      return count(3) ? make_tree(Kind::between, {}, std::move(*operands)) : Tree{};
    }
    if (name == "isNull") {
      return count(1) ? make_tree(Kind::is_null, {}, std::move(*operands)) : Tree{};
    }
    return call(name, std::move(*operands), at);
  }

  Tree call(const std::string& name, std::vector<Tree> args, const std::string& at) {
    const auto canonical = canonical_function(name);
    if (!canonical && !is_identifier(name)) {
      return stop(at + "/op", format("there is no operation '{}'", name));
    }
    Tree tree = make_tree(Kind::call, {}, std::move(args));
    tree.node->name = canonical.value_or(name);
    return tree;
  }

  Tree in_list(const Json& args, const std::string& at) {
    if (args.size() != 2 || !args[1].is_array() || args[1].empty()) {
      return stop(at, "'in' takes a value and a list");
    }
    std::vector<Tree> operands;
    operands.push_back(read(args[0], at + "/0"));
    if (!operands.back()) return {};
    auto list = all(args[1], at + "/1");
    if (!list) return {};
    for (Tree& item : *list) operands.push_back(std::move(item));
    return make_tree(Kind::in, {}, std::move(operands));
  }

  // Every element of a list; lists in it are arrays where those may stand.
  std::optional<std::vector<Tree>> all(const Json& list, const std::string& at,
                                       bool arrays = false) {
    std::vector<Tree> out;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string place = format("{}/{}", at, i);
      out.push_back(arrays && list[i].is_array() ? array(list[i], place) : read(list[i], place));
      if (!out.back()) return std::nullopt;
    }
    return out;
  }

  Tree array(const Json& list, const std::string& at) {
    if (++depth_ > limits::formula_depth) return stop(at, "nested too deep");
    auto items = all(list, at, true);
    --depth_;
    if (!items) return {};
    return make_tree(Kind::array, {}, std::move(*items));
  }

  int depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<NodePtr> parse_cql2_json(std::string_view text) {
  if (text.size() > limits::formula_bytes) {
    return fail(Code::too_large,
                format("a filter has at most {} bytes, this one has {}", limits::formula_bytes,
                       text.size()),
                "1:1");
  }
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& problem) {
    const std::size_t stopped = problem.byte == 0 ? 0 : problem.byte - 1;
    return fail(Code::invalid, "this is not JSON",
                place_of(text, static_cast<std::uint32_t>(std::min(stopped, text.size()))));
  } catch (const Json::exception&) {
    return fail(Code::invalid, "this is not JSON", "1:1");
  }
  Reader reader;
  Tree tree = reader.read(json, "");
  if (reader.error()) return fail(std::move(*reader.error()));
  return std::move(tree.node);
}

}  // namespace cairn::formula
