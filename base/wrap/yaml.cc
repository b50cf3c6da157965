// The emitter wants one event at a time and says only at the next whether it liked the last.
#include "base/wrap/yaml.hh"

#include <yaml.h>

#include <new>

#include "base/error.hh"

namespace weft::yaml {

struct Writer::Impl {
    yaml_emitter_t emitter;
    std::string out;

    static int take(void* self, unsigned char* bytes, size_t n) {
        static_cast<Impl*>(self)->out.append(reinterpret_cast<char*>(bytes), n);
        return 1;
    }
    Impl() {
        if (!yaml_emitter_initialize(&emitter))
            throw std::bad_alloc();
        yaml_emitter_set_output(&emitter, take, this);
        yaml_emitter_set_unicode(&emitter, 1);
        yaml_emitter_set_indent(&emitter, 2);
    }
    ~Impl() { yaml_emitter_delete(&emitter); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// The emitter owns the event from here, also when it fails.
    void emit(int made, yaml_event_t& event) {
        if (!made)
            throw Error(exit_data, "yaml cannot hold a text that is not UTF-8");
        if (!yaml_emitter_emit(&emitter, &event))
            throw Error(exit_data, std::string("yaml cannot hold this: ") +
                                       (emitter.problem ? emitter.problem : "out of memory"));
    }
};

Writer::Writer() : impl_(std::make_unique<Impl>()) {
    yaml_event_t e;
    impl_->emit(yaml_stream_start_event_initialize(&e, YAML_UTF8_ENCODING), e);
}
Writer::~Writer() = default;

void Writer::begin_document() {
    yaml_event_t e;
    impl_->emit(yaml_document_start_event_initialize(&e, nullptr, nullptr, nullptr, 0), e);
}
void Writer::end_document() {
    yaml_event_t e;
    impl_->emit(yaml_document_end_event_initialize(&e, 1), e);
}
void Writer::begin_list() {
    yaml_event_t e;
    impl_->emit(
        yaml_sequence_start_event_initialize(&e, nullptr, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE),
        e);
}
void Writer::end_list() {
    yaml_event_t e;
    impl_->emit(yaml_sequence_end_event_initialize(&e), e);
}
void Writer::begin_dict() {
    yaml_event_t e;
    impl_->emit(
        yaml_mapping_start_event_initialize(&e, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE), e);
}
void Writer::end_dict() {
    yaml_event_t e;
    impl_->emit(yaml_mapping_end_event_initialize(&e), e);
}

void Writer::scalar(std::string_view text, Quotes quotes, bool tagged) {
    yaml_scalar_style_t style = quotes == Quotes::none     ? YAML_PLAIN_SCALAR_STYLE
                                : quotes == Quotes::single ? YAML_SINGLE_QUOTED_SCALAR_STYLE
                                                           : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    std::string bytes(text), tag = YAML_STR_TAG;
    auto of = [](std::string& s) {
        return reinterpret_cast<yaml_char_t*>(s.data());
    };
    yaml_event_t e;
    impl_->emit(yaml_scalar_event_initialize(&e, nullptr, tagged ? of(tag) : nullptr, of(bytes),
                                             int(bytes.size()), !tagged, !tagged, style),
                e);
}

std::string Writer::finish() {
    yaml_event_t e;
    impl_->emit(yaml_stream_end_event_initialize(&e), e);
    return std::move(impl_->out);
}

}  // namespace weft::yaml
