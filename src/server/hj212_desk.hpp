// SPDX-License-Identifier: Apache-2.0
// What becomes of what instruments say by HJ 212, without sockets: who they are, what of it is
// taken, what they are answered, and what they are asked. docs/hj212.md has the rules.
//
// An acknowledgement (9014) waits until the readings of its message are on disk.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/hj212.hpp"
#include "core/result.hpp"
#include "core/seams.hpp"
#include "device/register.hpp"
#include "model/reading.hpp"
#include "server/hj212_names.hpp"
#include "server/hj212_orders.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

// Live figures, for /metrics.
struct Hj212Counters {
  std::atomic<std::int64_t> connections{0};    // now
  std::atomic<std::uint64_t> turned_away{0};   // too many
  std::atomic<std::uint64_t> frames{0};        // that were right
  std::atomic<std::uint64_t> wrong_frames{0};  // diagnosed and refused
  std::atomic<std::uint64_t> strangers{0};     // frames of those whom nobody has approved
  std::atomic<std::uint64_t> denied{0};        // wrong password, or blocked
  std::atomic<std::uint64_t> readings{0};      // accepted
  std::atomic<std::uint64_t> refused{0};       // by the intake
  std::atomic<std::uint64_t> flagged{0};       // values not taken: their flag is not N
  std::atomic<std::uint64_t> unnamed{0};       // values that no pack takes
  std::atomic<std::uint64_t> historical{0};    // readings that came late
  std::atomic<std::uint64_t> acknowledged{0};  // messages, once they were on disk
  std::atomic<std::uint64_t> unavailable{0};   // messages not taken: queue or disk are full
  std::atomic<std::uint64_t> requests{0};      // to instruments
  std::atomic<std::uint64_t> bytes_received{0};
};

// One connection. Several instruments may share it.
struct Hj212Session {
  std::uint64_t id = 0;
  std::string peer;
  codec::hj212::Framer framer;
  codec::hj212::Parts parts;
  std::string out;             // to be sent
  bool closing = false;        // after `out`
  std::string last_mn;         // of the last readable message
  std::set<std::string> told;  // notes that were counted already
  std::set<std::string, std::less<>> instruments;
  std::int64_t opened_ms = 0;
  std::int64_t heard_ms = 0;  // any bytes
  bool spoke = false;         // one right frame at least
};

// Something that was asked of an instrument.
struct Hj212Request {
  std::string qn;
  std::string command;  // as the operator named it
  std::string cn;
  std::string content;  // CP; of a new password it is never shown, and gone with the request
  std::string shown;    // the same without a password
  std::string by;       // who wants it; "back-fill": nobody
  bool acts = false;    // as Hj212Order
  std::string factor;   // that it is about, as the next; empty: any
  std::string info;
  enum class State : std::uint8_t { sent, accepted, done, refused, failed, silent };
  State state = State::sent;
  std::string text;                                         // in words
  std::vector<std::pair<std::string, std::string>> result;  // what it answered
  codec::hj212::Facts facts;                                // what that means
  std::uint64_t readings = 0;
  Instant begun;
  std::optional<Instant> ended;  // when it became what it is
  std::optional<Interval> span;  // of a history, ends included
  std::int64_t deadline_ms = 0;
  int tries = 1;
  bool settling = false;  // the register is taking the new password
  bool lacks = false;     // it said done, but did not tell what was asked
};
const char* to_string(Hj212Request::State state);

// Something for the register of devices to write down. Nobody waits for the disk here: it comes
// back by noted().
struct Hj212Note {
  std::uint64_t number = 0;
  std::string device;
  std::string actor;   // who asked, or hj212_actor
  std::string action;  // of device::Step: "order", "report"
  std::string text;
  std::string password;  // the instrument has it now; empty: none
  std::string serial;    // for a device without one; empty: none
};
inline constexpr const char* hj212_actor = "system/hj212";
inline constexpr std::size_t hj212_notes_most = 1'000;  // that wait for the disk

// How an instrument fares, for its page.
struct Hj212Standing {
  bool connected = false;
  std::string peer;
  std::string system;                              // ST
  std::map<std::string, char, std::less<>> flags;  // by code, where not N
  std::vector<Hj212Request> requests;              // newest first
  codec::hj212::Facts uploads;                     // what it said of itself
};

struct Hj212DeskOptions {
  Zone zone;
  std::int64_t answer_ms = 5'000;  // OverTime of annex C
  int tries = 3;                   // ReCount
  std::int64_t first_frame_ms = 60'000;
  std::int64_t idle_ms = 1'800'000;
  std::int64_t half_frame_ms = 60'000;
  std::uint64_t rubbish_bytes = 65'536;
  std::size_t out_bytes = 262'144;
  bool back_fill = true;  // ask for what is missing after a gap
  // The time of the last reading of a thing's property; none: unknown.
  std::function<std::optional<Instant>(std::string_view thing, std::string_view property)> last =
      {};
};

// Not thread-safe. What it refers to must outlive it.
class Hj212Desk {
 public:
  // `clock` is that of readings, `true_clock` that of people and instruments.
  Hj212Desk(Hj212DeskOptions options, const Hj212Names& names, watch::Intake& intake,
            device::Register& devices, const Clock& clock, const Clock& true_clock,
            Hj212Counters& counters);

  void opened(Hj212Session& session, std::int64_t now_ms);
  void receive(Hj212Session& session, std::string_view bytes, std::int64_t now_ms);
  void lost(Hj212Session& session);
  void committed(const watch::Intake::Commit& commit);
  void tick(std::int64_t now_ms);
  // Sessions that have something to send, or are to be closed.
  std::vector<Hj212Session*>& dirty() { return dirty_; }

  // Asks an instrument that is connected. The answer comes later: standing().
  Result<Hj212Request> ask(std::string_view mn, const Hj212Command& command, std::int64_t now_ms);
  Hj212Standing standing(std::string_view mn) const;
  // It may not go on as it is. A connection of its own is closed; in one that it shares it is away
  // until it speaks again, and each of its frames is checked anyway.
  void revoke(std::string_view mn);
  // The register is taking a new password that the instrument has already: it goes on as it is.
  bool changes_password(std::string_view mn) const;
  // What is to be written down since; each is to come back once by noted().
  std::vector<Hj212Note> take_notes();
  void noted(std::uint64_t number, const Status& done);

 private:
  struct Gap {
    codec::hj212::Kind kind = codec::hj212::Kind::minute;
    Interval span;  // first and last DataTime that are missing
  };
  // An approved one, since it first spoke.
  struct Instrument {
    std::string mn;
    std::string device;
    std::string thing;
    std::string type;
    std::string system;
    std::string pw;
    std::uint64_t session = 0;  // 0: away
    std::map<std::string, char, std::less<>> flags;
    std::deque<Hj212Request> requests;           // the newest last
    std::map<codec::hj212::Kind, Instant> last;  // DataTime
    std::deque<Gap> gaps;
    codec::hj212::Facts uploads;
    // A password that it may have by now: of the request with this QN.
    struct NextPassword {
      std::string pw;
      std::string qn;
      bool used = false;  // it has spoken with it
    };
    std::optional<NextPassword> next;
    std::int64_t reports_day = 0;  // days since 1970 in UTC, of the next
    int reports = 0;
  };
  struct Message {
    codec::hj212::Packet packet;
    codec::hj212::Kind kind = codec::hj212::Kind::other;
    std::optional<device::Known> known;
    std::string sample;
  };
  struct Pending {
    std::uint64_t position = 0;
    std::uint64_t session = 0;
    std::string answer;
  };
  // A note that is being written, and what waits for it.
  struct Noting {
    std::string mn;
    std::uint64_t session = 0;
    std::string answer;  // to be sent then; empty: none
    std::string qn;      // of the request that is settled by it; empty: none
  };

  void take_frame(Hj212Session& session, codec::hj212::Frame frame, std::int64_t now_ms);
  void take_message(Hj212Session& session, Message& message, std::int64_t now_ms);
  void take_stranger(Hj212Session& session, const Message& message);
  void take_known(Hj212Session& session, const Message& message, std::int64_t now_ms);
  void take_data(Hj212Session& session, const Message& message, Instrument& instrument,
                 std::int64_t now_ms);
  void fill(Hj212Session& session, const Message& message, Instrument& instrument,
            const codec::hj212::Data& data);
  // The number of readings that were taken; nothing: the message has to come again.
  std::optional<std::size_t> submit(Hj212Session& session, const Message& message,
                                    Instrument& instrument, bool historical);
  // 9011, 9012, 9013 and what was asked; false: it answers nothing.
  bool take_answer(Hj212Session& session, const Message& message, Instrument& instrument,
                   std::int64_t now_ms);
  Hj212Request* asked(Instrument& instrument, const Message& message);
  void take_received(Hj212Session& session, const Message& message, Instrument& instrument,
                     Hj212Request& request, std::int64_t now_ms);
  void take_done(Hj212Session& session, const Message& message, Instrument& instrument,
                 Hj212Request& request);
  void take_told(Hj212Session& session, const Message& message, Instrument& instrument,
                 Hj212Request* request, std::int64_t now_ms);
  void fill_answer(Hj212Session& session, const Message& message, Hj212Request& request,
                   const codec::hj212::Facts& facts);
  Hj212Note report_of(const Instrument& instrument, const codec::hj212::Facts& facts,
                      bool was_asked) const;
  bool may_report(Instrument& instrument);
  void finish(Instrument& instrument, Hj212Request& request, Hj212Request::State state,
              std::string text);
  void settle(Instrument& instrument, Hj212Request& request, std::string text);
  bool speaks_anew(const Message& message);
  void note(Hj212Note note, Noting waits);
  void note_order(const Instrument& instrument, const Hj212Request& request,
                  std::string_view outcome);
  void watch_gap(const Message& message, Instrument& instrument, Instant data_time);
  std::int64_t lasting(const Message& message, const Instrument& instrument) const;
  std::optional<std::int64_t> clock_offset(Hj212Session& session, const Message& message);

  void find(Hj212Session& session, const Message& message, const codec::hj212::Finding& finding);
  void fault(Hj212Session& session, const Message& message, device::Fault fault, bool every_time,
             std::string_view what);
  void send(Hj212Session& session, std::string_view bytes);
  void close(Hj212Session& session);
  void send_request(Instrument& instrument, Hj212Request request, std::int64_t now_ms);
  void say(Instrument& instrument, const Hj212Request& request);
  void look_after(Instrument& instrument, std::int64_t now_ms);
  void give_up(Instrument& instrument, Hj212Request& request);
  void fill_gap(Instrument& instrument, std::int64_t now_ms);
  static Hj212Request* running(Instrument& instrument);
  Hj212Request* history_of(Instrument& instrument, const Message& message, Instant data_time);
  std::string next_qn();

  Hj212DeskOptions options_;
  const Hj212Names& names_;
  watch::Intake& intake_;
  device::Register& devices_;
  const Clock& clock_;
  const Clock& true_clock_;
  Hj212Counters& counters_;
  std::map<std::uint64_t, Hj212Session*> sessions_;
  std::map<std::string, Instrument, std::less<>> instruments_;
  std::deque<Pending> pending_;
  std::vector<Hj212Note> notes_;
  std::map<std::uint64_t, Noting> noting_;  // by number
  std::uint64_t last_note_ = 0;
  std::vector<Hj212Session*> dirty_;
  model::ReadingBatch batch_;
  std::int64_t last_qn_ms_ = 0;
};

}  // namespace cairn::server
