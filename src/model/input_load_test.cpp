// SPDX-License-Identifier: Apache-2.0
#include "model/input_load.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_check.hpp"
#include "model/pack_load.hpp"

namespace cairn::model {
namespace {

constexpr const char* types = R"(pack: p
label: {zh: 包, en: Pack}
types:
  outfall:
    label: {zh: 排口, en: Outfall}
    properties:
      cod: {label: {zh: 化学需氧量, en: COD}, unit: mg/L, series: true}
      flow: {label: {zh: 流量, en: Flow}, unit: L/s, series: true}
      running: {label: {zh: 运行, en: Running}, kind: boolean, series: true}
      month: {label: {zh: 月, en: Month}, unit: t, period: month}
      permit: {label: {zh: 许可, en: Permit}, kind: text}
inputs:
)";
constexpr const char* good = R"(  hj212:
    - type: outfall
      systems: ['32', '31']
      realtime: {w01018-Rtd: cod, w00000-Rtd: {property: flow, unit: m3/h, scale: 2, offset: 1}}
      minute: {w01018-Avg: cod}
      hour: {w01018-Avg: cod}
      day: {w01018-Avg: cod}
  names:
    - type: outfall
      names: {3311/0/5820: flow}
  modbus:
    - model: meter
      label: {zh: 表, en: Meter}
      type: outfall
      registers:
        - {bank: input, at: 0, as: float32, order: cdab, property: flow, scale: 0.1, missing: -1}
        - {at: 40, property: cod}
        - {bank: discrete, at: 3, property: running}
        - {at: 41, bit: 15, property: running}
)";

struct Loaded {
  Catalog catalog;
  Problems problems;
  std::string errors() const {
    std::string out;
    for (const Error& error : problems.errors) out += to_string(error) + "\n";
    return out;
  }
};
Loaded load(const std::string& inputs) {
  Loaded out;
  Records records;
  const MemoryFiles files({{"p/pack.yaml", types + inputs}});
  load_pack(files, "p", out.catalog, records, out.problems);
  check_packs(out.catalog, {}, out.problems);
  return out;
}
std::string with(std::string_view from, std::string_view to) {
  std::string text = good;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(InputLoad, ReadsNamesOfHj212ByKindOfData) {
  const Loaded loaded = load(good);
  EXPECT_EQ(loaded.errors(), "");
  ASSERT_EQ(loaded.catalog.inputs.hj212.size(), 1u);
  const Hj212Input& input = loaded.catalog.inputs.hj212[0];
  EXPECT_EQ(input.type, "outfall");
  EXPECT_EQ(input.pack, "p");
  EXPECT_EQ(input.place, "p/pack.yaml:14:7");
  EXPECT_EQ(input.systems, (std::vector<std::string>{"32", "31"}));
  ASSERT_EQ(input.realtime.size(), 2u);
  EXPECT_EQ(input.realtime[1].name, "w00000-Rtd");
  EXPECT_EQ(input.realtime[1].property, "flow");
  EXPECT_EQ(input.realtime[1].scale, 2);
  EXPECT_EQ(input.realtime[1].offset, 1);
  EXPECT_EQ(input.realtime[1].unit->text, "m3/h");
  EXPECT_FALSE(input.realtime[0].unit);
  EXPECT_EQ(input.minute.size() + input.hour.size() + input.day.size(), 3u);
}

TEST(InputLoad, ReadsOtherNamesAndRegisters) {
  const Loaded loaded = load(good);
  ASSERT_EQ(loaded.catalog.inputs.names.size(), 1u);
  EXPECT_EQ(loaded.catalog.inputs.names[0].names[0].name, "3311/0/5820");
  ASSERT_EQ(loaded.catalog.inputs.modbus.size(), 1u);
  const ModbusModel& model = loaded.catalog.inputs.modbus[0];
  EXPECT_EQ(model.label.en, "Meter");
  ASSERT_EQ(model.registers.size(), 4u);
  EXPECT_EQ(model.registers[0].bank, RegisterBank::input);
  EXPECT_EQ(model.registers[0].as, RegisterType::float32);
  EXPECT_EQ(model.registers[0].order, ByteOrder::cdab);
  EXPECT_EQ(model.registers[0].missing, -1);
  EXPECT_EQ(model.registers[0].value.scale, 0.1);
  EXPECT_EQ(model.registers[1].bank, RegisterBank::holding) << "what most meters have";
  EXPECT_EQ(model.registers[1].as, RegisterType::uint16);
  EXPECT_EQ(model.registers[2].as, RegisterType::bit) << "a discrete input is one";
  EXPECT_EQ(model.registers[3].bit, 15);
  EXPECT_EQ(model.registers[3].as, RegisterType::bit);
}

TEST(InputLoad, SaysWhereAndWhatIsMeant) {
  struct Case {
    std::string_view from, to, place, message;
  };
  const Case cases[] = {
      {"type: outfall", "type: outfal", "p/pack.yaml:14:7",
       "no pack declares the type 'outfal'; did you mean 'outfall'?"},
      {"w01018-Rtd: cod", "w01018-Rtd: codd", "p/pack.yaml:14:7",
       "'w01018-Rtd': outfall has no property 'codd'; did you mean 'cod'?"},
      {"w01018-Rtd: cod", "w01018-Rtd: permit", ":14:7", "takes no readings"},
      {"w01018-Rtd: cod", "w01018-Rtd: month", ":14:7", "takes no readings"},
      {"unit: m3/h", "unit: kg", ":14:7", "'w00000-Rtd' is in kg, but flow is kept in L/s"},
      {"unit: m3/h", "unit: m3/hh", ":16", ""},
      {"scale: 2", "scale: 0", ":16", "'scale' is 0"},
      {"offset: 1", "ofset: 1", ":16", "did you mean 'offset'?"},
      {"w01018-Rtd: cod", "w01018: cod", ":14:7", "'w01018' is no name of HJ 212"},
      {"'32'", "water", ":14:7", "'water' is no ST"},
      {"'32', '31'", "'32', '32'", ":14:7", "has a meaning already"},
      {"hj212:", "hj213:", "", "did you mean 'hj212'?"},
      {"bank: input", "bank: inputs", ":28", "did you mean 'input'?"},
      {"as: float32", "as: float23", ":28", "did you mean 'float32'?"},
      {"order: cdab", "order: dcab", ":28", "abcd, cdab, badc, dcba"},
      {"at: 0", "at: 65535", ":28", "a value must end there"},
      {"at: 40, ", "", ":29", "at"},
      {"bit: 15", "bit: 16", ":31", "from 0 to 15"},
      {"bit: 15", "as: bit", ":31", "needs `bit`"},
      {"bit: 15", "as: int32, bit: 3", ":31", "one register"},
      {"at: 3,", "at: 3, as: uint16,", ":30", "are bits"},
      {"at: 3,", "at: 3, bit: 1,", ":30", "16-bit register"},
      {"at: 40, property: cod", "at: 40, property: codd", ":29", "register 40: outfall has no"},
      {"model: meter", "model: ''", ":24", "'model' is empty"},
  };
  for (const Case& c : cases) {
    const Loaded loaded = load(with(c.from, c.to));
    bool said = false;
    for (const Error& error : loaded.problems.errors) {
      said = said || (error.place.find(c.place) != std::string::npos &&
                      error.message.find(c.message) != std::string::npos);
    }
    EXPECT_TRUE(said) << c.from << " -> " << c.to << "\n" << loaded.errors();
  }
}

TEST(InputLoad, AModelIsDeclaredOnce) {
  const std::string text = good;
  const std::size_t at = text.find("    - model:");
  const Loaded loaded = load(text + text.substr(at));
  EXPECT_NE(loaded.errors().find("the model 'meter' is declared already at p/pack.yaml:24:7"),
            std::string::npos)
      << loaded.errors();
  EXPECT_EQ(loaded.catalog.inputs.modbus.size(), 1u);
}

TEST(InputLoad, WhatIsWrongIsLeftOut) {
  const Loaded loaded = load(with("order: cdab", "order: x"));
  EXPECT_EQ(loaded.catalog.inputs.modbus[0].registers.size(), 3u);
}

}  // namespace
}  // namespace cairn::model
