// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_clerk.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "store/ledger.hpp"

namespace cairn::server {
namespace {

constexpr Instant now{1'795'000'000 * ns_per_second};

class Hj212ClerkTest : public testing::Test {
 protected:
  Hj212ClerkTest() {
    directory_ = testing::TempDir() + "hj212_clerk_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = std::move(*store::Ledger::open(directory_));
    device::BookOptions options;
    options.random = [this](std::size_t count) {
      std::string bytes;
      while (bytes.size() < count) bytes += static_cast<char>(next_++ * 37);
      return bytes;
    };
    book_ = std::move(*device::Book::open(*ledger_, options, now));
    device::NewDevice device;
    device.protocol = device::Protocol::hj212;
    device.identity = "A1";
    device.secret = "123456";
    id_ = book_->add(device, "li", now)->device.id;
  }
  ~Hj212ClerkTest() override {
    book_.reset();
    ledger_.reset();
    std::filesystem::remove_all(directory_);
  }
  Hj212Note note(const std::string& text) const {
    Hj212Note out;
    out.device = id_;
    out.actor = "wang";
    out.action = "order";
    out.text = text;
    return out;
  }
  std::string serial() const { return book_->get(id_, now)->device.facts.serial; }

  std::string directory_;
  unsigned next_ = 1;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<device::Book> book_;
  std::string id_;
};

TEST_F(Hj212ClerkTest, OrdersStandInTheHistory) {
  ASSERT_TRUE(keep_hj212_note(*book_, note("3011 asked"), now + 1));
  const auto history = book_->history(id_, 10);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ((*history)[0], (device::Step{now + 1, "wang", "order", "3011 asked"}));
}

TEST_F(Hj212ClerkTest, ANewPasswordIsTheSecret) {
  Hj212Note changed = note("1072 done");
  changed.password = "654321";
  ASSERT_TRUE(keep_hj212_note(*book_, changed, now + 1));
  EXPECT_TRUE(book_->accepts(id_, "654321"));
  EXPECT_FALSE(book_->accepts(id_, "123456"));
  const auto history = book_->history(id_, 10);
  EXPECT_EQ((*history)[0].action, "secret");
  for (const device::Step& step : *history) {
    EXPECT_EQ(step.note.find("654321"), std::string::npos);
  }
}

TEST_F(Hj212ClerkTest, ASerialNumberFillsAnEmptyPlaceOnly) {
  Hj212Note told = note("3019 w01018: X1");
  told.serial = "X1";
  auto kept = keep_hj212_note(*book_, told, now + 1);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->facts_changed);
  EXPECT_EQ(serial(), "X1");
  told.serial = "X2";
  kept = keep_hj212_note(*book_, told, now + 2);
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->facts_changed);
  EXPECT_EQ(serial(), "X1") << "what stands there stays";
  EXPECT_EQ(book_->history(id_, 10)->size(), 3u) << "but it is told";
}

TEST_F(Hj212ClerkTest, OfADeviceThatIsGoneNothingIsWritten) {
  Hj212Note lost = note("3011 asked");
  lost.device = "dev-none";
  EXPECT_EQ(keep_hj212_note(*book_, lost, now).error().code, Code::not_found);
  Hj212Note changed = note("1072 done");
  changed.password = "654321";
  ASSERT_TRUE(book_->retire(id_, "old", "li", now));
  EXPECT_EQ(keep_hj212_note(*book_, changed, now).error().code, Code::conflict);
}

}  // namespace
}  // namespace cairn::server
