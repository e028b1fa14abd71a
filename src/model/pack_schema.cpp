// SPDX-License-Identifier: Apache-2.0
#include "model/pack_schema.hpp"

#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "model/band.hpp"
#include "model/pack_keys.hpp"

namespace cairn::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* name_pattern = "^[A-Za-z_][A-Za-z0-9_]*$";

Json reference(std::string_view section) {
  return {{"$ref", format("#/$defs/{}", section)}};
}

std::vector<std::string> split(std::string_view text, std::string_view by) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t at = text.find(by);
    out.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + by.size());
  }
}

bool take(std::string_view& type, std::string_view prefix) {
  if (!type.starts_with(prefix)) return false;
  type.remove_prefix(prefix.size());
  return true;
}

// An unquoted number is a text too where a text is wanted: YAML does not ask for quotes.
Json scalar(std::string_view type) {
  if (type == "number" || type == "integer") return {{"type", std::string(type)}};
  if (type == "flag") return {{"type", "boolean"}};
  if (type == "label") return reference("label");
  if (type == "name") return {{"type", "string"}, {"pattern", name_pattern}};
  if (type == "span") {
    return {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|min|h|d|w|wk|mo|y|a)$"}};
  }
  if (type == "instant") return {{"type", "string"}, {"pattern", "^[0-9]{4}(-[0-9]{2}){0,2}"}};
  return {{"type", Json::array({"string", "number", "boolean"})}};
}

Json type_schema(std::string_view type) {
  if (take(type, "list ")) {
    const auto choices = split(type, " | ");
    // `list firing | one of todo`: the second stands for the whole list.
    if (choices.size() == 2 && choices[1].starts_with("one of ")) {
      return {{"anyOf", Json::array({type_schema("list " + choices[0]), type_schema(choices[1])})}};
    }
    return {{"type", "array"}, {"items", type_schema(type)}};
  }
  if (take(type, "map ")) {
    return {{"type", "object"},
            {"propertyNames", {{"pattern", name_pattern}}},
            {"additionalProperties", type_schema(type)}};
  }
  if (take(type, "names ")) {
    return {{"type", "object"}, {"additionalProperties", type_schema(type)}};
  }
  if (type.find(" | ") != std::string_view::npos) {
    Json any = Json::array();
    for (const std::string& choice : split(type, " | ")) any.push_back(type_schema(choice));
    return {{"anyOf", std::move(any)}};
  }
  if (take(type, "one of ")) return {{"enum", split(type, ", ")}};
  if (pack_section(type) != nullptr && type != "label") return reference(type);
  return scalar(type);
}

Json key_schema(const PackKey& key) {
  Json out = type_schema(key.type);
  std::string text = format("{}\n{}", key.zh, key.en);
  if (!key.standard.empty()) text += format("\ndefault: {}", key.standard);
  out["description"] = text;
  if (!key.example.empty()) out["examples"] = Json::array({std::string(key.example)});
  return out;
}

// Which keys exclude each other. `given: false` is as good as none.
void add_choice(const PackSection& section, Json& out) {
  if (section.choice == Choice::none) return;
  Json ways = Json::array();
  for (const std::string& key : split(section.choose, ", ")) {
    ways.push_back({{"required", Json::array({key})}});
  }
  if (section.choice == Choice::exactly_one) {
    out["oneOf"] = std::move(ways);
  } else {
    Json all = Json::array();
    for (const std::string& key : split(section.choose, ", ")) all.push_back(key);
    out["not"] = {{"required", std::move(all)}};
  }
}

Json section_schema(const PackSection& section) {
  Json out = {{"type", "object"}, {"title", format("{} {}", section.zh, section.en)}};
  Json properties = Json::object();
  Json required = Json::array();
  for (const PackKey& key : section.keys) {
    properties[std::string(key.key)] = key_schema(key);
    if (key.required) required.push_back(std::string(key.key));
  }
  out["properties"] = std::move(properties);
  if (!required.empty()) out["required"] = std::move(required);
  out["additionalProperties"] = false;
  add_choice(section, out);
  if (section.id != "label") return out;
  out["minProperties"] = 1;
  const std::string title = out["title"];
  return {{"title", title}, {"anyOf", Json::array({{{"type", "string"}}, std::move(out)})}};
}

// The keys of a band's numbers have a table of their own.
void add_band_numbers(Json& defs) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const BandKey& key : band_keys()) {
    Json number = reference("number_of_band");
    number["description"] = format("{} – {} {}", key.lowest, key.highest, key.unit);
    properties[std::string(key.key)] = std::move(number);
    if (key.required) required.push_back(std::string(key.key));
  }
  Json& numbers = defs["band"]["properties"]["numbers"];
  numbers.erase("propertyNames");
  numbers["properties"] = std::move(properties);
  numbers["required"] = std::move(required);
  numbers["additionalProperties"] = false;
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

// "list file_series | simulated_series" as people read it.
std::string type_text(std::string_view type) {
  std::string prefix;
  if (take(type, "list ")) prefix = "list of ";
  if (take(type, "map ")) prefix = "map by name of ";
  if (take(type, "names ")) prefix = "map of ";
  if (take(type, "one of ")) {
    std::string words;
    for (const std::string& word : split(type, ", "))
      words += (words.empty() ? "`" : ", `") + word + '`';
    return prefix + words;
  }
  std::string out;
  for (std::string choice : split(type, " | ")) {
    if (!out.empty()) out += " or ";
    std::string_view word = choice;
    if (take(word, "one of ")) {
      out += '`' + std::string(word) + '`';
    } else if (pack_section(word) != nullptr) {
      out += format("[{}](#{})", word, word);
    } else {
      out += word;
    }
  }
  return prefix + out;
}

}  // namespace

std::string pack_schema() {
  const auto sections = pack_sections();
  Json defs = Json::object();
  for (const PackSection& section : sections.subspan(1)) {
    defs[std::string(section.id)] = section_schema(section);
  }
  add_band_numbers(defs);
  Json out = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "pack.yaml"},
              {"description",
               "Cairn 数据包。A pack of Cairn: docs/packs.md. Made by `cairn pack schema`."}};
  out.update(section_schema(sections[0]));
  out["$defs"] = std::move(defs);
  return out.dump(2) + "\n";
}

std::string pack_reference() {
  std::string out;
  for (const PackSection& section : pack_sections()) {
    out += format("### {}\n\n`{}` · {}, {}.", section.id, section.where, section.zh, section.en);
    if (section.choice != Choice::none) {
      std::string words;
      for (const std::string& key : split(section.choose, ", ")) {
        words += (words.empty() ? "`" : " or `") + key + '`';
      }
      out += format(" {} {}.", section.choice == Choice::exactly_one ? "Either" : "Not both of",
                    words);
    }
    out += "\n\n| key | type | default | meaning | example |\n|---|---|---|---|---|\n";
    for (const PackKey& key : section.keys) {
      const std::string standard = key.required           ? "**needed**"
                                   : key.standard.empty() ? std::string("–")
                                                          : cell(key.standard);
      const std::string example = key.example.empty() ? "" : format("`{}`", cell(key.example));
      out += format("| `{}` | {} | {} | {}; {} | {} |\n", key.key, cell(type_text(key.type)),
                    standard, cell(key.zh), cell(key.en), example);
    }
    out += "\n";
  }
  return out;
}

}  // namespace cairn::model
