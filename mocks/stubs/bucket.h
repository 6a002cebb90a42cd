#pragma once
// An array of records that clients list, read, create, replace, change and delete over REST.
// Facts: mocks-and-faults 4 (CRUD bucket, stale reads).
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/time.h"
#include "mocks/match/request_view.h"

namespace mocks::stubs {

struct BucketSpec {
  std::string path;                            ///< "/things"; a record is "/things/{id}"
  std::string id = "id";                       ///< the field that is the key
  std::shared_ptr<const kernel::Json> seed{};  ///< records at the start, a JSON array; null: none
  kernel::Duration lag{};                      ///< reads see the records as they were so long ago
  std::string effect{};                        ///< what creating one does to the business; "": nothing
  std::string effect_key{};                    ///< JSON Pointer into the record
};

class Bucket {
 public:
  explicit Bucket(const BucketSpec& spec);
  ~Bucket();
  Bucket(const Bucket&) = delete;
  Bucket& operator=(const Bucket&) = delete;

  bool is_for(const match::RequestView& request) const;

  struct Answer {
    kernel::HttpResponse response;
    std::string created_key{};  ///< the effect's key, when a record was made
    bool has_created = false;
  };
  /// `uuid` names a record that has no number: drawn by the caller. What is_for said yes to.
  Answer answer(const match::RequestView& request, kernel::Timestamp now, const std::string& uuid);

  void reset();

 private:
  using Records = std::vector<kernel::Json>;
  struct Version {
    kernel::Timestamp since{};
    std::shared_ptr<const Records> records;
  };
  const Records& current() const { return *versions_.back().records; }
  const Records& seen(kernel::Timestamp now);
  void change(Records records, kernel::Timestamp now);
  kernel::HttpResponse list(const match::RequestView& request, kernel::Timestamp now);
  Answer create(const match::RequestView& request, kernel::Timestamp now, const std::string& uuid);
  kernel::HttpResponse one(const match::RequestView& request, const std::string& id, kernel::Timestamp now);

  const BucketSpec& spec_;
  std::deque<Version> versions_;  // the latest last; older ones only as long as `lag` needs them
};

}  // namespace mocks::stubs
