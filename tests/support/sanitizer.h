// What a test must know of the sanitizer that it is built with.
#pragma once

namespace fh::test {

/// UndefinedBehaviorSanitizer opens a pipe to look at an object, and takes one that it cannot look
/// at for a bad one. It is built along with AddressSanitizer.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kNeedsDescriptors = true;
#else
inline constexpr bool kNeedsDescriptors = false;
#endif

}  // namespace fh::test
