#pragma once

// Whether the address or the thread sanitizer is compiled in: g++ says so by a macro of its own,
// clang by a feature. ORRERY_ADDRESS_SANITIZER and ORRERY_THREAD_SANITIZER are defined or not.

#if defined(__SANITIZE_ADDRESS__)
#define ORRERY_ADDRESS_SANITIZER
#endif
#if defined(__SANITIZE_THREAD__)
#define ORRERY_THREAD_SANITIZER
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ORRERY_ADDRESS_SANITIZER
#endif
#if __has_feature(thread_sanitizer)
#define ORRERY_THREAD_SANITIZER
#endif
#endif
