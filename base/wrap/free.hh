// A C library's objects as values: std::unique_ptr<T, Free<f>> calls f(p).
#pragma once
#include <memory>

namespace weft {

template <auto f>
struct Free {
    template <class T>
    void operator()(T* p) const {
        f(p);
    }
};

}  // namespace weft
