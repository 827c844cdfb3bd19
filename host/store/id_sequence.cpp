#include "store/id_sequence.h"

namespace fh {

std::int64_t IdSequence::next() {
  if (last_ < 0) {
    auto query = db_.query("SELECT up_to FROM reserved_ids WHERE name = ?", name_);
    CHECK(query.next());
    last_ = query.integer(0);
  }
  if (++last_ > reserved_) {
    reserved_ = last_ + kBlock;
    db_.run("UPDATE reserved_ids SET up_to = max(up_to, ?) WHERE name = ?", reserved_, name_);
  }
  return last_;
}

void IdSequence::give_back() {
  if (last_ < 0 || last_ >= reserved_) return;
  db_.run("UPDATE reserved_ids SET up_to = ? WHERE name = ?", last_, name_);
  reserved_ = last_;
}

}  // namespace fh
