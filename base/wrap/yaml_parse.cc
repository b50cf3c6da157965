// Documents of YAML as trees. The library keeps an alias as one node with many parents: what it
// would grow to is counted.
#include <fmt/core.h>
#include <yaml.h>

#include "base/error.hh"
#include "base/wrap/yaml.hh"

namespace weft::yaml {

namespace {

struct Parser {
    yaml_parser_t p;
    Parser() {
        if (!yaml_parser_initialize(&p))
            throw std::bad_alloc();
    }
    ~Parser() { yaml_parser_delete(&p); }
    Parser(const Parser&) = delete;
};

struct Document {
    yaml_document_t d;
    ~Document() { yaml_document_delete(&d); }
};

std::string_view scalar_text(const yaml_node_t* n) {
    return {reinterpret_cast<const char*>(n->data.scalar.value), n->data.scalar.length};
}

struct Converter {
    yaml_document_t* document;
    const std::string& name;
    size_t left;

    Error wrong(const yaml_node_t* n, const char* what) const {
        return Error(exit_data, what, {name, int(n->start_mark.line) + 1});
    }
    Element convert(int id, int depth) {
        const yaml_node_t* n = yaml_document_get_node(document, id);
        if (!n || left-- == 0 || depth > 200)
            throw n ? wrong(n, "too many or too deeply nested values")
                    : Error(exit_data, "damaged", {name});
        if (n->type == YAML_SCALAR_NODE)
            return Element::of_string(scalar_text(n));
        if (n->type == YAML_SEQUENCE_NODE) {
            Element list = Element::new_list();
            for (auto* i = n->data.sequence.items.start; i < n->data.sequence.items.top; i++)
                list.list_ref().push_back(convert(*i, depth + 1));
            return list;
        }
        Element dict = Element::new_dict();
        for (auto* i = n->data.mapping.pairs.start; i < n->data.mapping.pairs.top; i++) {
            const yaml_node_t* key = yaml_document_get_node(document, i->key);
            if (!key || key->type != YAML_SCALAR_NODE)
                throw wrong(n, "a key is a text");
            dict.dict_ref().at(Key(scalar_text(key))) = convert(i->value, depth + 1);
        }
        return dict;
    }
};

}  // namespace

std::vector<Element> parse(std::string_view text, const std::string& name, size_t most) {
    Parser parser;
    yaml_parser_set_input_string(&parser.p, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    std::vector<Element> out;
    for (;;) {
        Document document;
        if (!yaml_parser_load(&parser.p, &document.d)) {
            document.d = {};
            throw Error(exit_data, parser.p.problem ? parser.p.problem : "damaged",
                        {name, int(parser.p.problem_mark.line) + 1});
        }
        if (!yaml_document_get_root_node(&document.d))
            return out;
        Converter converter{&document.d, name, most};
        out.push_back(converter.convert(1, 0));
        most = converter.left;
    }
}

}  // namespace weft::yaml
