#pragma once
// One instance among those that share its store: it keeps its part of each API's rate, and heeds the breakers
// of the others.
//
//   each `look`: I am there, these of my breakers are open ──> store ──> so many are there, these of theirs
//                                                                         rate / so many    open mine as well
//
// A newcomer waits one `look` before it uses a rate, in which the others learn of it and take less. Who was
// not seen for ten looks is gone, and the others take more. A breaker that was opened for others' sake is not
// told again, and closes by probes of its own.
#include <string>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/service/api_caller.h"
#include "middleware/store/fellows.h"

namespace program {

class Fellowship {
 public:
  /// All outlive it. `instance` is a name that no other has.
  Fellowship(store::Fellows& fellows, kernel::Scheduler& scheduler, kernel::HopSink& log,
             std::string instance, kernel::Duration look_every);

  /// These are ours from now on; they live until the next join().
  void join(std::vector<service::ApiCaller*> callers);
  /// Goes on until it goes.
  void start() { meeting_.spawn(meet_again_and_again()); }

  int instances() const { return instances_; }

 private:
  kernel::Task<void> meet_again_and_again();
  std::vector<store::OpenBreaker> own_open();
  void heed(const store::Meeting& meeting);
  void heed(const store::OpenBreaker& theirs, service::ApiCaller& caller);

  struct Heeded {
    std::string api;
    kernel::Timestamp until{};  ///< as it was told
    bool is_open = false;       ///< ours, for that reason
  };

  store::Fellows& fellows_;
  kernel::Scheduler& scheduler_;
  kernel::HopSink& log_;
  std::string instance_;
  kernel::Duration look_every_;
  int instances_ = 1;
  bool has_met_ = false;
  std::vector<service::ApiCaller*> callers_;
  std::vector<Heeded> heeded_;
  kernel::TaskScope meeting_;
};

}  // namespace program
