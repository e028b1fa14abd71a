// SPDX-License-Identifier: Apache-2.0
// Any bytes are a message of others, or refused with a reason that can be shown; any bytes are a
// wish, or refused with a place, and a wish comes back as it was.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/text.hpp"
#include "respond/warning_desk.hpp"

namespace {

using namespace cairn;
using namespace cairn::respond;

void expect(bool good) {
  if (!good) std::abort();
}

class NoOutbox final : public Outbox {
 public:
  Result<std::size_t> post(store::Ledger::Write&, const Posting&, Instant) override {
    std::abort();  // what was received is never sent on
  }
  Result<std::vector<Delivery>> of(std::string_view) const override {
    return std::vector<Delivery>{};
  }
};

std::shared_ptr<const model::Workspace> land() {
  auto regions = std::make_shared<model::RegionTree>();
  model::Region province;
  province.code = "51";
  province.level = model::Level::province;
  expect(regions->add(province, "").has_value());
  model::Region county;
  county.code = "513430";
  expect(regions->add(county, "51").has_value());
  auto out = std::make_shared<model::Workspace>();
  out->catalog = std::make_shared<model::Catalog>();
  out->regions = regions;
  out->boundaries[regions->find("513430")] = {
      geo::Polygon{{{{103, 27}, {104, 27}, {104, 28}, {103, 28}, {103, 27}}}}};
  out->zone = Zone{8 * 3600};
  return out;
}

struct House {
  NoOutbox outbox;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<WarningDesk> desk;

  House() {
    const auto folder = std::filesystem::temp_directory_path() / "cairn-warning-receive-fuzz";
    std::filesystem::remove_all(folder);
    ledger = store::Ledger::open(folder.string()).value();
    desk = WarningDesk::open(*ledger, outbox, land(), {.sender = "own@example.org"}).value();
  }
};

void expect_shown(const Receipt& receipt) {
  expect(is_valid_utf8(receipt.place) && is_valid_utf8(receipt.reason));
  for (const std::string& finding : receipt.findings) expect(is_valid_utf8(finding));
  const bool refused = receipt.outcome == Receipt::Outcome::refused;
  expect(refused == !receipt.reason.empty() && refused == receipt.warning.empty());
}

void receive(House& house, std::string_view bytes) {
  auto write = house.ledger->begin();  // never committed: each input finds an empty ledger
  const Instant now{1'780'000'000 * ns_per_second};
  const auto first = house.desk->receive(*write, bytes, "fuzz", now);
  expect(first.has_value());
  expect_shown(*first);
  const auto second = house.desk->receive(*write, bytes, "fuzz", now);
  expect(second.has_value());
  const bool taken = first->outcome == Receipt::Outcome::accepted;
  expect(second->outcome == (taken ? Receipt::Outcome::duplicate : Receipt::Outcome::refused));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static House house;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  receive(house, bytes);
  const auto wish = read_wish(bytes);
  if (wish) {
    const auto again = read_wish(wish_json(*wish));
    expect(again && *again == *wish);
  } else {
    expect(!wish.error().message.empty() && is_valid_utf8(wish.error().message) &&
           is_valid_utf8(wish.error().place));
  }
  return 0;
}
