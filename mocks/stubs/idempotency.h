#pragma once
// The idempotency layer of an API, by default as Stripe's first version has it. Facts: mocks-and-faults 13.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"

namespace mocks::stubs {

enum class Stored : std::uint8_t { All, Success, NotServerError };
enum class Fingerprint : std::uint8_t { Body, Json, None };  ///< Json: whatever the order and the blanks

struct IdempotencySpec {
  std::string header = "Idempotency-Key";
  std::vector<std::string> methods{"POST"};
  bool is_required = false;       ///< without a key: 400 (draft-07)
  bool is_per_credential = true;  ///< the key belongs to the Authorization that sent it
  bool is_per_path = false;       ///< and to method and path
  Fingerprint fingerprint = Fingerprint::Body;
  Stored stored = Stored::All;
  kernel::Duration window = std::chrono::hours{24};
  int mismatch_status = 400;
  std::optional<int> in_flight_status = 409;  ///< nothing: the second request waits for the first
  std::string replay_header = "Idempotent-Replayed";
  bool is_before_limits = false;  ///< Stripe's limiter runs first
};

class Idempotency {
 public:
  explicit Idempotency(const IdempotencySpec& spec) : spec_(spec) {}

  enum class Verdict : std::uint8_t {
    NoKey,  ///< the layer has nothing to say
    New,
    Replay,
    Mismatch,
    InFlight,
    Missing  ///< a key is required
  };
  struct Claim {
    Verdict verdict = Verdict::NoKey;
    std::string key{};  ///< scope included
    std::uint64_t fingerprint = 0;
    kernel::HttpResponse replay{};  ///< of Verdict::Replay
  };
  Claim look_up(const kernel::HttpRequest& request, kernel::Timestamp now);

  /// The first request under this key begins to execute.
  void begin(const Claim& claim, kernel::Timestamp now);
  /// Its true answer, whatever becomes of it on the way.
  void store(const std::string& key, const kernel::HttpResponse& response);
  /// Nothing was executed after all.
  void drop(const std::string& key) { remembered_.erase(key); }
  /// The answer has left: the key is in flight no longer.
  void answered(const std::string& key);

  const IdempotencySpec& spec() const { return spec_; }

 private:
  struct Remembered {
    std::uint64_t fingerprint = 0;
    std::uint64_t number = 0;  ///< which beginning: an older one's end does not touch it
    bool is_running = true;
    bool is_kept = true;
    kernel::HttpResponse response{};
  };
  struct Expiry {
    kernel::Timestamp when;
    std::string key;
    std::uint64_t number;
  };
  void forget(kernel::Timestamp now);

  const IdempotencySpec& spec_;
  kernel::Lookup<Remembered> remembered_;
  std::deque<Expiry> expiries_;  // in time order
  std::uint64_t begun_ = 0;
};

}  // namespace mocks::stubs
