// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "codec/cap_write.hpp"
#include "codec/test_cap.hpp"
#include "core/text.hpp"
#include "respond/test_warning.hpp"

namespace cairn::respond {
namespace {

using codec::CapAlert;
using codec::CapType;
using Outcome = Receipt::Outcome;

class Receiving : public WarningTest {
 protected:
  void SetUp() override {
    WarningTest::SetUp();
    desk();
  }
  Receipt receive(const std::string& bytes) {
    auto write = ledger_->begin();
    auto out = desk().receive(*write, bytes, "省平台", now_);
    if (!out) throw std::runtime_error(to_string(out.error()));
    EXPECT_TRUE(write->commit());
    return *out;
  }
  Receipt receive(const CapAlert& alert) { return receive(codec::write_cap(alert).value()); }
  CapAlert foreign(const std::string& identifier = "P-1") {
    CapAlert alert = codec::slope_alert();
    alert.identifier = identifier;
    alert.sender = "eoc@sc.example";
    for (codec::CapInfo& info : alert.infos) info.areas[0].geocodes[0].value = "513430";
    return alert;
  }
  CapAlert after(const CapAlert& first, CapType type, const std::string& identifier,
                 std::int64_t seconds) {
    CapAlert alert = foreign(identifier);
    alert.type = type;
    alert.sent.at = first.sent.at + seconds * ns_per_second;
    alert.references = {{first.sender, first.identifier, first.sent}};
    return alert;
  }
};

TEST_F(Receiving, AMessageOfOthersIsKeptAndNeverSentOn) {
  const Receipt receipt = receive(foreign());
  EXPECT_EQ(receipt.outcome, Outcome::accepted);
  EXPECT_FALSE(receipt.expired);
  const Warning warning = **desk().find(receipt.warning);
  EXPECT_EQ(warning.kind, WarningKind::received);
  EXPECT_EQ(warning.region, "513430");
  EXPECT_EQ(warning.level, Level::orange);
  EXPECT_EQ(warning.headline.zh, "康定市滑坡橙色预警");
  EXPECT_EQ((*desk().messages(warning.id))[0].source, "省平台");
  EXPECT_TRUE(outbox_.postings.empty());
  EXPECT_FALSE(*desk().message("P-1"));  // not one of ours
  EXPECT_TRUE(desk().newest(WarningKind::open_to_all, 9)->empty());
}

TEST_F(Receiving, ASecondTimeIsTold) {
  const Receipt first = receive(foreign());
  const Receipt second = receive(foreign());
  EXPECT_EQ(second.outcome, Outcome::duplicate);
  EXPECT_EQ(second.warning, first.warning);
  CapAlert other = foreign();
  other.infos[0].description = "别的内容";
  const Receipt reused = receive(other);
  EXPECT_EQ(reused.outcome, Outcome::refused);
  EXPECT_EQ(reused.place, "identifier");
  EXPECT_EQ((*desk().messages(first.warning)).size(), 1u);
}

TEST_F(Receiving, UpdatesAndCancelsFindTheirChain) {
  const CapAlert first = foreign();
  const Receipt one = receive(first);
  CapAlert update = after(first, CapType::update, "P-2", 60);
  for (codec::CapInfo& info : update.infos) set_level(info, codec::WarningLevel::red);
  EXPECT_EQ(receive(update).warning, one.warning);
  EXPECT_EQ((**desk().find(one.warning)).level, Level::red);
  const Receipt end = receive(after(first, CapType::cancel, "P-3", 120));
  EXPECT_EQ(end.warning, one.warning);
  const Warning warning = **desk().find(one.warning);
  EXPECT_TRUE(warning.ended);
  EXPECT_EQ(warning.messages, 3);
  EXPECT_EQ(warning.newest, "P-3");
}

TEST_F(Receiving, WhatComesInAnotherOrderEndsAsItShould) {
  const CapAlert first = foreign();
  const Receipt cancel = receive(after(first, CapType::cancel, "P-3", 120));
  EXPECT_EQ(cancel.outcome, Outcome::accepted);
  EXPECT_NE(join(cancel.findings, "\n").find("reference-unseen"), std::string::npos);
  const Receipt late = receive(first);
  EXPECT_EQ(late.warning, cancel.warning);
  EXPECT_NE(join(late.findings, "\n").find("overtaken"), std::string::npos);
  const Warning warning = **desk().find(late.warning);
  EXPECT_TRUE(warning.ended);
  EXPECT_EQ(warning.newest, "P-3");
}

TEST_F(Receiving, NobodyEndsTheMessagesOfAnother) {
  const CapAlert first = foreign();
  const Receipt one = receive(first);
  CapAlert cancel = after(first, CapType::cancel, "X-1", 60);
  cancel.sender = "enemy@example.org";
  const Receipt refused = receive(cancel);
  EXPECT_EQ(refused.outcome, Outcome::refused);
  EXPECT_EQ(refused.place, "references[1]");
  EXPECT_FALSE((**desk().find(one.warning)).ended);
  CapAlert own = foreign("P-9");
  own.sender = options_.sender;
  EXPECT_EQ(receive(own).place, "sender");
}

TEST_F(Receiving, AnExpiredOneIsTakenAndMarked) {
  later(30 * 86'400);
  const Receipt receipt = receive(foreign());
  EXPECT_EQ(receipt.outcome, Outcome::accepted);
  EXPECT_TRUE(receipt.expired);
  EXPECT_EQ(desk().list({.open = true}, now_)->total, 0u);
}

TEST_F(Receiving, RefusedOnesAreKeptUpToABound) {
  desk_.reset();
  options_.refused_kept = 5;
  options_.message_bytes = 1000;
  desk();
  for (int i = 0; i < 8; ++i) receive("<alert " + std::to_string(i));
  const std::string binary("\xff\x00\xfe<", 4);
  receive(binary);
  EXPECT_EQ(receive(std::string(1001, 'x')).reason.substr(0, 11), "the message");
  const auto kept = *desk().refused(0, 100);
  ASSERT_EQ(kept.size(), 5u);
  EXPECT_EQ(kept[0].text.size(), 1001u);
  EXPECT_TRUE(is_valid_utf8(kept[1].text));
  EXPECT_EQ(kept[2].text, "<alert 7");
  EXPECT_FALSE(kept[2].reason.empty());
  EXPECT_EQ(desk().refused(kept[2].number, 1)->at(0).text, "<alert 6");
}

// What of a good message is changed, and what the refusal must say of it.
struct Broken {
  const char* name;
  std::function<std::string(std::string)> change;
  const char* place;   // a part of it
  const char* reason;  // likewise
};

std::string swap(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}
auto swapped(std::string from, std::string to) {
  return [from, to](std::string text) { return swap(std::move(text), from, to); };
}

// As XML and as documents of the schema.
std::vector<Broken> broken_documents() {
  return {
      {"empty", [](std::string) { return std::string(); }, "", ""},
      {"no XML", [](std::string) { return std::string("warning!"); }, "1", ""},
      {"cut off", [](std::string t) { return t.substr(0, t.size() / 2); }, "", ""},
      {"two roots", [](std::string t) { return t + "<alert/>"; }, "", ""},
      {"entities",
       [](std::string t) {
         return swap(std::move(t), "<alert", "<!DOCTYPE a [<!ENTITY b \"c\">]><alert");
       },
       "", "document type"},
      {"version 1.1", swapped("cap:1.2", "cap:1.1"), "alert", "1.1"},
      {"no namespace", swapped(" xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"", ""), "", ""},
      {"unknown element", swapped("<scope>", "<colour>red</colour><scope>"), "alert", "colour"},
      {"wrong order", swapped("<status>Actual</status>", ""), "", "status"},
  };
}

std::vector<Broken> broken_heads() {
  return {
      {"no identifier", swapped("<identifier>P-1</identifier>", ""), "", "identifier"},
      {"blank in identifier", swapped("P-1", "P 1"), "identifier", "blank"},
      {"comma in sender", swapped("eoc@sc.example", "a,b"), "sender", "comma"},
      {"no offset", swapped("08:00:00+08:00</sent>", "08:00:00</sent>"), "sent", ""},
      {"UTC as Z", swapped("08:00:00+08:00</sent>", "08:00:00Z</sent>"), "sent", ""},
      {"the 31st of February",
       swapped("2026-07-01T08:00:00+08:00</sent>", "2026-02-31T08:00:00+08:00</sent>"), "sent", ""},
      {"unknown status", swapped("Actual", "Real"), "status", "Actual"},
      {"lower case type", swapped("<msgType>Alert", "<msgType>alert"), "msgType", "Alert"},
      {"unknown scope", swapped("<scope>Public", "<scope>All"), "scope", "Public"},
      {"restricted to nobody", swapped("<scope>Public", "<scope>Restricted"), "restriction", ""},
      {"private to nobody", swapped("<scope>Public", "<scope>Private"), "addresses", ""},
      {"an acknowledgement",
       [](std::string t) {
         t = swap(std::move(t), "<msgType>Alert", "<msgType>Ack");
         return swap(std::move(t), "</scope>",
                     "</scope><references>a@b,c,2026-07-01T07:00:00+08:00</references>");
       },
       "msgType", "acknowledgements"},
      {"update of nothing", swapped("<msgType>Alert", "<msgType>Update"), "references", "name"},
      {"cancel of nothing", swapped("<msgType>Alert", "<msgType>Cancel"), "references", "name"},
      {"half a reference",
       [](std::string t) {
         t = swap(std::move(t), "<msgType>Alert", "<msgType>Update");
         return swap(std::move(t), "</scope>", "</scope><references>a@b,c</references>");
       },
       "references", ""},
      {"refers to itself",
       [](std::string t) {
         t = swap(std::move(t), "<msgType>Alert", "<msgType>Update");
         return swap(std::move(t), "</scope>",
                     "</scope><references>eoc@sc.example,P-1,2026-07-01T08:00:00+08:00"
                     "</references>");
       },
       "references", "itself"},
      {"refers to the future",
       [](std::string t) {
         t = swap(std::move(t), "<msgType>Alert", "<msgType>Update");
         return swap(std::move(t), "</scope>",
                     "</scope><references>eoc@sc.example,P-0,2026-07-02T08:00:00+08:00"
                     "</references>");
       },
       "references", "after"},
  };
}

std::vector<Broken> broken_infos() {
  return {
      {"no category", swapped("<category>Geo</category>", ""), "info", "category"},
      {"unknown category", swapped("<category>Geo", "<category>Rock"), "category", ""},
      {"no event", swapped("<event>滑坡</event>", "<event> </event>"), "event", ""},
      {"unknown urgency", swapped("<urgency>Immediate", "<urgency>Now"), "urgency", ""},
      {"unknown severity", swapped("<severity>Severe", "<severity>II"), "severity", ""},
      {"colour against severity", swapped("<severity>Severe", "<severity>Minor"), "parameter",
       "Orange"},
      {"unknown colour", swapped("<value>Orange", "<value>Purple"), "parameter", "no level"},
      {"expired before sent", swapped("2026-07-01T20:00:00+08:00", "2026-07-01T07:00:00+08:00"),
       "expires", "never"},
      {"wrong event code", swapped("11E01", "LANDSLIDE"), "eventCode", "no code"},
      {"wrong division", swapped("513430", "5134"), "geocode", "no code"},
      {"no words for the area", swapped("康定市炉城街道", " "), "areaDesc", ""},
      {"an open polygon", swapped(" 30.040000,101.950000</polygon>", "</polygon>"), "polygon", ""},
      {"latitude and longitude exchanged",
       [](std::string t) {
         const std::size_t from = t.find("<polygon>");
         const std::size_t to = t.find("</polygon>");
         return t.replace(from, to - from,
                          "<polygon>101.95,30.04 101.98,30.04 101.98,30.07 101.95,30.04");
       },
       "polygon", "lat,lon"},
      {"a polygon that crosses itself",
       [](std::string t) {
         const std::size_t from = t.find("<polygon>");
         const std::size_t to = t.find("</polygon>");
         return t.replace(from, to - from,
                          "<polygon>30.0,101.0 30.2,101.2 30.2,101.0 30.0,101.2 30.0,101.0");
       },
       "polygon", "crosses itself"},
      {"words for coordinates", swapped("30.040000,101.950000", "north,east"), "polygon", ""},
      {"beyond the pole", swapped("30.040000,101.950000", "130.0,190.0"), "polygon", ""},
  };
}

std::vector<Broken> broken_messages() {
  std::vector<Broken> out = broken_documents();
  for (const auto& more : {broken_heads(), broken_infos()}) {
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

TEST_F(Receiving, BrokenMessagesAreRefusedWithPlaceAndReason) {
  const std::string good = codec::write_cap(foreign()).value();
  const auto cases = broken_messages();
  EXPECT_GE(cases.size(), 40u);
  for (const Broken& broken : cases) {
    SCOPED_TRACE(broken.name);
    const Receipt receipt = receive(broken.change(good));
    EXPECT_EQ(receipt.outcome, Outcome::refused);
    EXPECT_NE((receipt.place + " " + receipt.reason).find(broken.place), std::string::npos)
        << receipt.place << ": " << receipt.reason;
    EXPECT_NE(receipt.reason.find(broken.reason), std::string::npos) << receipt.reason;
    EXPECT_FALSE(receipt.reason.empty());
    const auto kept = desk().refused(0, 1);
    EXPECT_EQ(kept->at(0).reason, receipt.reason);
  }
  EXPECT_EQ(desk().list({}, now_)->total, 0u);
  EXPECT_EQ(receive(good).outcome, Outcome::accepted);
}

TEST_F(Receiving, MessagesOfOtherOfficesAsTheyAre) {
  for (const char* name : {"canada.cap", "canada_signed.cap", "australia.cap"}) {
    SCOPED_TRACE(name);
    const std::string text = codec::cap_file(CAIRN_SOURCE_DIR, name);
    ASSERT_FALSE(text.empty());
    const Receipt receipt = receive(text);
    EXPECT_EQ(receipt.outcome, Outcome::accepted) << receipt.place << ": " << receipt.reason;
    EXPECT_TRUE(receipt.expired);
    EXPECT_TRUE((**desk().find(receipt.warning)).region.empty());
  }
  for (const char* name : {"invalid.cap", "earthquake.cap", "xee.cap"}) {
    SCOPED_TRACE(name);
    const std::string text = codec::cap_file(CAIRN_SOURCE_DIR, name);
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(receive(text).outcome, Outcome::refused);
  }
}

}  // namespace
}  // namespace cairn::respond
