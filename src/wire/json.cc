/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one C++ file: simdjson behind json.h. It parses and hands out the tape; the walk over it is
 * C. Nothing throws: every call takes simdjson's error codes, and allocation is the nothrow kind.
 */
#include "wire/json.h"

#include <cerrno>
#include <new>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace dom = simdjson::dom;

struct ed_json_reader {
	dom::parser parser;
	dom::document document;
};

extern "C" int ed_json_reader_new(size_t max_bytes, struct ed_json_reader **ret)
{
	struct ed_json_reader *r = new (std::nothrow) ed_json_reader;

	/* document::allocate leaves SIMDJSON_PADDING bytes behind the longest strings there can be.
	 */
	static_assert(ED_JSON_SLACK_BYTES < simdjson::SIMDJSON_PADDING,
		      "strings have slack behind them");
	static_assert(ED_JSON_PADDING_BYTES >= simdjson::SIMDJSON_PADDING, "simdjson reads ahead");
	if (!r)
		return -ENOMEM;
	if (max_bytes < dom::MINIMAL_DOCUMENT_CAPACITY)
		max_bytes = dom::MINIMAL_DOCUMENT_CAPACITY;
	r->parser.set_max_capacity(max_bytes);
	if (r->parser.allocate(max_bytes, ED_JSON_READ_DEPTH_MAX) != simdjson::SUCCESS ||
	    r->document.allocate(max_bytes) != simdjson::SUCCESS) {
		delete r;
		return -ENOMEM;
	}
	*ret = r;
	return 0;
}

extern "C" void ed_json_reader_free(struct ed_json_reader *r)
{
	delete r;
}

extern "C" int ed_json_reader_parse(struct ed_json_reader *r, struct ed_span text,
				    struct ed_json_iter *ret)
{
	dom::element root;
	simdjson::error_code error;

	error = r->parser.parse_into_document(r->document, text.p, text.n, false).get(root);
	if (error == simdjson::UTF8_ERROR)
		return ED_JSON_BAD_UTF8;
	if (error != simdjson::SUCCESS)
		return ED_JSON_BAD;
	ret->tape = r->document.tape.get();
	ret->strings = r->document.string_buf.get();
	ret->at = 1; /* word 0 is the document's own */
	ret->end = 1;
	ret->has_keys = false;
	return 0;
}
