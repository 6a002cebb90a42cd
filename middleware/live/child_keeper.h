#pragma once
// Sees to it that no child outlives this process, however that ends: a small process that holds the other end
// of a pipe, and kills every group it was told of when the pipe closes. A child that leads its group would
// die by itself (PR_SET_PDEATHSIG); what it started would not.
#include <memory>

#include "middleware/kernel/result.h"
#include "middleware/live/descriptor.h"

namespace live {

class ChildKeeper {
 public:
  /// Errors are Infrastructure.
  static kernel::Result<std::unique_ptr<ChildKeeper>> start();
  /// Kills the groups that are watched and not forgotten; waits until the keeper has ended.
  ~ChildKeeper();
  ChildKeeper(const ChildKeeper&) = delete;
  ChildKeeper& operator=(const ChildKeeper&) = delete;

  /// `group` is a process group; 4,096 at once.
  void watch(int group);
  /// Before the group's number can be another's: before its leader is reaped.
  void forget(int group);

 private:
  ChildKeeper(int pid, Descriptor tell) : pid_(pid), tell_(std::move(tell)) {}
  void tell(int number);

  int pid_;
  Descriptor tell_;
};

}  // namespace live
