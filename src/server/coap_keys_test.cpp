// SPDX-License-Identifier: Apache-2.0
#include "server/coap_keys.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"

namespace cairn::server {
namespace {

std::string error_of(std::string text) {
  const model::MemoryFiles files(model::FileMap{{"psk.csv", std::move(text)}});
  const auto keys = CoapKeys::load(files, "psk.csv");
  return keys ? "" : to_string(keys.error());
}

TEST(CoapKeys, HexadecimalKeysByName) {
  const model::MemoryFiles files(
      model::FileMap{{"psk.csv", "name,key\nmeter-7,000102030405060708090a0b0c0d0e0F\n"}});
  const auto keys = CoapKeys::load(files, "psk.csv");
  ASSERT_TRUE(keys) << to_string(keys.error());
  ASSERT_TRUE(keys->find("meter-7"));
  EXPECT_EQ(keys->find("meter-7")->size(), 16U);
  EXPECT_EQ(keys->find("meter-7")->back(), '\x0f');
  EXPECT_FALSE(keys->find("meter-8"));
}

TEST(CoapKeys, MistakesNameTheirLine) {
  EXPECT_NE(error_of("name,key\nm,00\n").find("psk.csv:2"), std::string::npos);
  EXPECT_NE(error_of("name,key\nm,zz0102030405060708090a0b0c0d0e0f\n").find("hexadecimal"),
            std::string::npos);
  EXPECT_NE(error_of("name,key\n,000102030405060708090a0b0c0d0e0f\n").find("name is missing"),
            std::string::npos);
  EXPECT_NE(error_of("name,key\nm,000102030405060708090a0b0c0d0e0f\n"
                     "m,000102030405060708090a0b0c0d0e0f\n")
                .find("psk.csv:3"),
            std::string::npos);
  EXPECT_NE(error_of("name,secret\n").find("name,key"), std::string::npos);
  EXPECT_FALSE(CoapKeys::load(model::MemoryFiles(model::FileMap{}), "psk.csv"));
}

}  // namespace
}  // namespace cairn::server
