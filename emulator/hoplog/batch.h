#pragma once
// How records travel from the loop thread to the writer: bytes one after the other in a buffer, so that
// recording a hop costs a copy and no allocation, and so that the digest of a run is the SHA-256 of these
// bytes, wherever one batch ends and the next begins. A record is its struct, then its texts in the order of
// their sizes, then zeros up to 8 bytes.
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <type_traits>

namespace emulator::hoplog {

enum class RecordKind : std::uint32_t {
  Name,
  Hop,
  Publication,
  End,
  Fault,
  Transition,
  Execution,
  LateFact,  // in the digest
  Log,
  Metric,  // not in the digest
};
inline constexpr std::size_t kRecordKinds = 10;

struct RecordHead {
  std::uint32_t size = 0;  ///< of the whole record, a multiple of 8
  RecordKind kind{};
};

/// Number of a text that repeats, from 1 in the order of first use; 0 is "".
using NameId = std::uint32_t;

/// The next name.
struct NameRecord {
  RecordHead head;
  std::uint32_t text_size;
  std::uint32_t unused = 0;
};

inline constexpr std::int64_t kNoTime = -1;
inline constexpr std::uint8_t kNoOutcome = 0xFF;

struct HopRecord {
  RecordHead head;
  std::uint64_t id;
  std::uint64_t event;   ///< 0: none
  std::uint64_t parent;  ///< 0: none
  std::int64_t start_ns;
  std::int64_t end_ns;       ///< kNoTime: still open when the run ended
  std::int64_t deadline_ns;  ///< kNoTime: none
  std::int64_t bytes_sent;
  std::int64_t bytes_received;
  NameId source;
  NameId target;
  NameId operation;  ///< 0: the text follows
  NameId fault;
  std::int32_t attempt;
  std::int32_t status;
  std::uint8_t stage;
  std::uint8_t outcome;
  std::uint16_t unused = 0;
  std::uint32_t operation_size;
  std::uint32_t error_size;
  std::uint32_t request_size;
  std::uint32_t response_size;
  std::uint32_t unused_too = 0;
};

struct PublicationRecord {
  RecordHead head;
  std::uint64_t id;
  std::int64_t replay_id;
  std::int64_t published_ns;
  NameId channel;
  NameId kind;
  std::uint32_t uuid_size;
  std::uint32_t ordering_key_size;
  std::uint32_t payload_size;
  std::uint32_t unused = 0;
};

/// The first end of an event; what comes later is a LateFact.
struct EndRecord {
  RecordHead head;
  std::uint64_t event;
  std::int64_t ended_ns;
  NameId where;
  std::uint32_t end;
};

struct FaultRecord {
  RecordHead head;
  std::int64_t at_ns;
  std::uint64_t n;
  double draw;
  double threshold;
  std::uint64_t hop;
  NameId rule;
  NameId target;
  std::uint32_t fired;
  std::uint32_t key_size;
};

struct TransitionRecord {
  RecordHead head;
  std::int64_t at_ns;
  NameId kind;
  NameId subject;
  NameId from;
  NameId to;
  std::uint32_t owner_size;
  std::uint32_t why_size;
};

struct ExecutionRecord {
  RecordHead head;
  std::uint64_t id;
  std::uint64_t event;
  std::int64_t at_ns;
  NameId api;
  NameId operation;
  std::uint32_t business_key_size;
  std::uint32_t unused = 0;
};

/// What became known too late to stand in its own row; Writer::seal puts it there.
enum class Late : std::uint32_t {
  HopOfEvent,        ///< the event (uuid) of hop `row`, not at hand when it opened
  ExecutionOfEvent,  ///< the same for an execution
  HopFault,          ///< the fault (word) that touched hop `row`, which had closed
  EndedAgain,        ///< event `row`, or uuid, ended once more without an open branch
  ReopenedEnd,       ///< event `row` was branched after its end and has ended now: word, place and time count
  Reopened,  ///< event uuid, no longer at hand, was branched after its end: its next end is none too many
};
inline constexpr std::string_view kLateWords[] = {"hop_of_event", "execution_of_event", "hop_fault",
                                                  "ended_again",  "reopened_end",       "reopened"};

struct LateRecord {
  RecordHead head;
  Late fact;
  NameId word;
  std::uint64_t row;
  std::int64_t at_ns;
  NameId place;
  std::uint32_t uuid_size;
};

struct LogRecord {
  RecordHead head;
  std::int64_t at_ns;
  std::uint64_t event;
  std::uint32_t level;
  std::uint32_t source_size;
  std::uint32_t message_size;
  std::uint32_t fields_size;
};

struct MetricRecord {
  RecordHead head;
  std::int64_t at_ns;
  double value;
  std::uint32_t name_size;
  std::uint32_t unit_size;
  std::uint32_t dimensions_size;
  std::uint32_t unused = 0;
};

/// A growing buffer that does not clear what it is about to overwrite.
class Bytes {
 public:
  explicit Bytes(std::size_t capacity)
      : data_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  template <class Record>
  void add(RecordKind kind, Record record, std::initializer_list<std::string_view> texts) {
    static_assert(std::is_trivially_copyable_v<Record> && sizeof(Record) % 8 == 0);
    std::size_t size = sizeof(Record);
    for (const std::string_view text : texts) size += text.size();
    const std::size_t padded = (size + 7) / 8 * 8;
    record.head = {.size = static_cast<std::uint32_t>(padded), .kind = kind};
    if (capacity_ - size_ < padded) grow(padded);
    char* at = data_.get() + size_;
    size_ += padded;
    std::memset(data_.get() + size_ - 8, 0, 8);
    std::memcpy(at, &record, sizeof(Record));
    at += sizeof(Record);
    for (const std::string_view text : texts) {
      if (!text.empty()) std::memcpy(at, text.data(), text.size());
      at += text.size();
    }
  }

  std::string_view all() const { return {data_.get(), size_}; }
  std::size_t size() const { return size_; }

 private:
  void grow(std::size_t more) {
    while (capacity_ - size_ < more) capacity_ *= 2;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
    std::memcpy(larger.get(), data_.get(), size_);
    data_ = std::move(larger);
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_;
};

struct Batch {
  Bytes rows;       ///< in the digest
  Bytes talk{256};  ///< logs and metrics: not in it
  std::uint32_t count = 0;
};

}  // namespace emulator::hoplog
