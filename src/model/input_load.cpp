// SPDX-License-Identifier: Apache-2.0
#include "model/input_load.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "core/text.hpp"

namespace cairn::model {
namespace {

std::string meant(std::string_view word, const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return near ? format("; did you mean '{}'?", *near) : std::string();
}

template <class T>
using Words = std::vector<std::pair<std::string_view, T>>;

const Words<RegisterBank> banks{{"holding", RegisterBank::holding},
                                {"input", RegisterBank::input},
                                {"coil", RegisterBank::coil},
                                {"discrete", RegisterBank::discrete}};
const Words<RegisterType> register_types{
    {"bit", RegisterType::bit},        {"int16", RegisterType::int16},
    {"uint16", RegisterType::uint16},  {"int32", RegisterType::int32},
    {"uint32", RegisterType::uint32},  {"int64", RegisterType::int64},
    {"uint64", RegisterType::uint64},  {"float32", RegisterType::float32},
    {"float64", RegisterType::float64}};
const Words<ByteOrder> orders{{"abcd", ByteOrder::abcd},
                              {"cdab", ByteOrder::cdab},
                              {"badc", ByteOrder::badc},
                              {"dcba", ByteOrder::dcba}};

// 16-bit registers that a value fills.
int width(RegisterType type) {
  switch (type) {
    case RegisterType::bit:
    case RegisterType::int16:
    case RegisterType::uint16:
      return 1;
    case RegisterType::int32:
    case RegisterType::uint32:
    case RegisterType::float32:
      return 2;
    default:
      return 4;
  }
}

class InputReader {
 public:
  InputReader(std::string_view file, const std::string& pack, Catalog& catalog, Problems& problems)
      : file_(file), pack_(pack), catalog_(catalog), problems_(problems) {}

  void read(const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    each_item(map, "hj212", [&](const YamlNode& n) { read_hj212(n); });
    each_item(map, "names", [&](const YamlNode& n) { read_names(n); });
    each_item(map, "modbus", [&](const YamlNode& n) { read_model(n); });
    map.finish();
  }

 private:
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

  template <class T>
  std::optional<T> word(YamlMap& map, std::string_view key, T otherwise, const Words<T>& words) {
    const YamlNode* node = map.get(key);
    if (node == nullptr) return otherwise;
    std::vector<std::string> allowed;
    for (const auto& [text, value] : words) {
      if (node->scalar == text) return value;
      allowed.emplace_back(text);
    }
    problems_.error(map.place(*node),
                    format("'{}' is '{}' but must be one of: {}{}", key, node->scalar,
                           join(allowed, ", "), meant(node->scalar, allowed)));
    return std::nullopt;
  }

  // `property`, `scale`, `offset` and `unit` of a map.
  bool read_value(YamlMap& map, InputName& out) {
    out.property = map.text("property", true);
    out.scale = map.number("scale").value_or(1);
    out.offset = map.number("offset").value_or(0);
    bool good = !out.property.empty();
    if (out.scale == 0) {
      problems_.error(map.place(), "'scale' is 0: every value would be the same");
      good = false;
    }
    if (const YamlNode* node = map.get("unit")) {
      auto unit = parse_unit(node->scalar);
      if (unit) {
        out.unit = std::move(*unit);
      } else {
        problems_.error(map.place(*node), unit.error().message);
        good = false;
      }
    }
    return good;
  }

  // `name: property`, or `name: {property: …, scale: …, offset: …, unit: …}`.
  std::vector<InputName> name_list(YamlMap& map, std::string_view key) {
    std::vector<InputName> out;
    const YamlNode* list = map.get(key);
    if (list == nullptr) return out;
    if (list->kind != YamlNode::Kind::map) {
      problems_.error(map.place(*list),
                      format("'{}' must be a map: the device's name: our property", key));
      return out;
    }
    for (const YamlMember& member : list->members) {
      const YamlNode& node = member.second;
      InputName value;
      value.name = member.first;
      if (node.kind == YamlNode::Kind::scalar) {
        value.property = node.scalar;
        out.push_back(std::move(value));
        continue;
      }
      YamlMap one(node, file_, problems_);
      const bool good = read_value(one, value);
      one.finish();
      if (good) out.push_back(std::move(value));
    }
    return out;
  }

  void read_hj212(const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    Hj212Input input;
    input.pack = pack_;
    input.place = map.place();
    input.type = map.text("type", true);
    for (std::string& system : map.texts("systems")) {
      if (system.size() == 2 && parse_integer(system).value_or(-1) >= 0) {
        input.systems.push_back(std::move(system));
      } else {
        problems_.error(map.place(), format("'systems': '{}' is no ST of HJ 212; it has two digits "
                                            "(in quotes): '32' is water, '31' air at the source",
                                            system));
      }
    }
    input.realtime = name_list(map, "realtime");
    input.minute = name_list(map, "minute");
    input.hour = name_list(map, "hour");
    input.day = name_list(map, "day");
    map.finish();
    for (const auto* names : {&input.realtime, &input.minute, &input.hour, &input.day}) {
      for (const InputName& name : *names) check_suffix(map, name.name);
    }
    if (input.realtime.empty() && input.minute.empty() && input.hour.empty() && input.day.empty()) {
      problems_.error(map.place(), "names nothing; add realtime, minute, hour or day");
      return;
    }
    if (!input.type.empty()) catalog_.inputs.hj212.push_back(std::move(input));
  }

  void check_suffix(const YamlMap& map, const std::string& name) {
    const std::size_t dash = name.find('-');
    if (dash != std::string::npos && dash > 0 && dash + 1 < name.size()) return;
    problems_.error(map.place(), format("'{}' is no name of HJ 212: a code and what is said of it, "
                                        "such as w01018-Rtd or w01018-Avg",
                                        name));
  }

  void read_names(const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    NamesInput input;
    input.pack = pack_;
    input.place = map.place();
    input.type = map.text("type", true);
    map.required("names");
    input.names = name_list(map, "names");
    map.finish();
    if (!input.type.empty() && !input.names.empty()) {
      catalog_.inputs.names.push_back(std::move(input));
    }
  }

  void read_model(const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    ModbusModel model;
    model.pack = pack_;
    model.place = map.place();
    model.id = map.text("model", true);
    model.label = map.label("label", true);
    model.type = map.text("type", true);
    map.required("registers");
    each_item(map, "registers", [&](const YamlNode& n) { read_register(n, model); });
    map.finish();
    if (model.id.empty() && node.find("model") != nullptr) {
      problems_.error(model.place, "'model' is empty; it names the register map");
    }
    const auto& known = catalog_.inputs.modbus;
    const auto other = std::find_if(known.begin(), known.end(),
                                    [&](const ModbusModel& m) { return m.id == model.id; });
    if (other != known.end()) {
      problems_.error(model.place,
                      format("the model '{}' is declared already at {}", model.id, other->place),
                      Code::conflict);
      return;
    }
    if (!model.id.empty() && !model.type.empty() && !model.registers.empty()) {
      catalog_.inputs.modbus.push_back(std::move(model));
    }
  }

  void read_register(const YamlNode& node, ModbusModel& model) {
    YamlMap map(node, file_, problems_);
    ModbusRegister out;
    out.place = map.place();
    const auto bank = word(map, "bank", RegisterBank::holding, banks);
    const bool bits = bank == RegisterBank::coil || bank == RegisterBank::discrete;
    const auto as =
        word(map, "as", bits ? RegisterType::bit : RegisterType::uint16, register_types);
    const auto order = word(map, "order", ByteOrder::abcd, orders);
    map.required("at");
    const auto at = map.integer("at");
    const auto bit = map.integer("bit");
    out.missing = map.number("missing");
    bool good = read_value(map, out.value) && bank && as && order && at;
    map.finish();
    if (!good) return;
    out.bank = *bank;
    out.as = *as;
    out.order = *order;
    if (const std::string wrong = contradiction(out, bits, *at, bit); !wrong.empty()) {
      problems_.error(out.place, wrong);
      return;
    }
    out.at = static_cast<std::uint16_t>(*at);
    if (bit) {
      out.bit = static_cast<std::uint8_t>(*bit);
      out.as = RegisterType::bit;
    }
    model.registers.push_back(std::move(out));
  }

  // What does not go together in a register; empty: all is well.
  static std::string contradiction(const ModbusRegister& one, bool bits, int at,
                                   std::optional<int> bit) {
    if (at < 0 || at + width(one.as) > 65536) {
      return format(
          "'at' is {}: addresses on the wire go from 0 to 65535, and a value must end "
          "there (40001 printed by a maker is holding 0)",
          at);
    }
    if (bits && one.as != RegisterType::bit) return "coils and discrete inputs are bits";
    if (bits && bit) return "'bit' is of a 16-bit register; a coil or discrete input is one";
    if (bit && (*bit < 0 || *bit > 15)) return format("'bit' is {}, but goes from 0 to 15", *bit);
    if (bit && width(one.as) != 1) return "'bit' is of one register: as uint16";
    if (!bits && !bit && one.as == RegisterType::bit) {
      return "a register read as a bit needs `bit`, 0 the lowest";
    }
    return "";
  }

  std::string file_;
  const std::string& pack_;
  Catalog& catalog_;
  Problems& problems_;
};

// One declaration against the types of all packs.
class InputCheck {
 public:
  InputCheck(const Catalog& catalog, Problems& problems) : catalog_(catalog), problems_(problems) {}

  const TypeDef* type(const std::string& name, const std::string& place) {
    const TypeDef* type = catalog_.type(name);
    if (type != nullptr) return type;
    std::vector<std::string> names;
    for (const TypeDef& known : catalog_.types) names.push_back(known.name);
    problems_.error(place,
                    format("'inputs': no pack declares the type '{}'{}", name, meant(name, names)),
                    Code::not_found);
    return nullptr;
  }

  void value(const TypeDef& type, const InputName& value, const std::string& what,
             const std::string& place) {
    const PropertyDef* property = type.property(value.property);
    if (property == nullptr) {
      std::vector<std::string> names;
      for (const PropertyDef& known : type.properties) {
        if (takes_readings(known)) names.push_back(known.name);
      }
      problems_.error(place,
                      format("{}: {} has no property '{}'{}", what, type.name, value.property,
                             meant(value.property, names)),
                      Code::not_found);
    } else if (!takes_readings(*property)) {
      problems_.error(place, format("{}: '{}' of {} takes no readings: it must be a `series` "
                                    "without `period`",
                                    what, value.property, type.name));
    } else if (value.unit && !value.unit->compatible(property->unit)) {
      problems_.error(place, format("{} is in {}, but {} is kept in {}", what, value.unit->text,
                                    value.property, property->unit.text));
    }
  }

 private:
  static bool takes_readings(const PropertyDef& property) {
    return property.series && !property.period && property.kind <= PropertyKind::boolean;
  }

  const Catalog& catalog_;
  Problems& problems_;
};

// Type, ST (empty: all), section, name: where it was said.
using Meanings =
    std::map<std::tuple<std::string, std::string, std::string_view, std::string>, std::string>;

void check_meanings(const Hj212Input& input, Meanings& meanings, Problems& problems) {
  const auto take = [&](std::string_view section, const std::vector<InputName>& names) {
    for (const InputName& name : names) {
      std::vector<std::string> systems = input.systems;
      if (systems.empty()) systems.emplace_back();
      for (const std::string& system : systems) {
        const auto [at, fresh] =
            meanings.try_emplace({input.type, system, section, name.name}, input.place);
        if (fresh) continue;
        problems.error(
            input.place,
            format("'{}' of {} has a meaning already, at {}", name.name, section, at->second),
            Code::conflict);
      }
    }
  };
  take("realtime", input.realtime);
  take("minute", input.minute);
  take("hour", input.hour);
  take("day", input.day);
}

}  // namespace

void read_inputs(const YamlNode& node, std::string_view file, const std::string& pack,
                 Catalog& catalog, Problems& problems) {
  InputReader(file, pack, catalog, problems).read(node);
}

void check_inputs(const Catalog& catalog, Problems& problems) {
  InputCheck check(catalog, problems);
  Meanings meanings;
  for (const Hj212Input& input : catalog.inputs.hj212) {
    check_meanings(input, meanings, problems);
    const TypeDef* type = check.type(input.type, input.place);
    if (type == nullptr) continue;
    for (const auto* names : {&input.realtime, &input.minute, &input.hour, &input.day}) {
      for (const InputName& name : *names) {
        check.value(*type, name, format("'{}'", name.name), input.place);
      }
    }
  }
  for (const NamesInput& input : catalog.inputs.names) {
    const TypeDef* type = check.type(input.type, input.place);
    if (type == nullptr) continue;
    for (const InputName& name : input.names) {
      check.value(*type, name, format("'{}'", name.name), input.place);
      const auto [at, fresh] =
          meanings.try_emplace({input.type, "", "names", name.name}, input.place);
      if (fresh) continue;
      problems.error(input.place,
                     format("'{}' has a meaning already, at {}", name.name, at->second),
                     Code::conflict);
    }
  }
  for (const ModbusModel& model : catalog.inputs.modbus) {
    const TypeDef* type = check.type(model.type, model.place);
    if (type == nullptr) continue;
    for (const ModbusRegister& one : model.registers) {
      check.value(*type, one.value, format("register {}", one.at), one.place);
    }
  }
}

}  // namespace cairn::model
