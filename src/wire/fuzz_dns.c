/* SPDX-License-Identifier: Apache-2.0 */
/* One DNS message: names come out well-formed, sums stay within the message, and parsing is
 * repeatable. */
#include <assert.h>

#include "wire/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t qname[ED_NAME_MAX], again_qname[ED_NAME_MAX];
	struct ed_dns_message m, again;

	if (ed_dns_parse(ed_span_of(data, n), qname, &m) != 0)
		return 0;
	assert(n >= ED_DNS_HEADER_BYTES);
	assert((m.qname_n > 0) == (m.n_claimed[0] > 0));
	assert(m.qname_n == 0 || ed_name_valid(ed_span_of(qname, m.qname_n)));
	assert(m.trailing_bytes <= n - ED_DNS_HEADER_BYTES);
	assert(m.bytes_opaque <= n);
	assert(m.bytes_names <= ED_DNS_RECORDS_MAX * ED_NAME_MAX);
	assert(m.n_addresses <= m.n_answers && m.n_answers <= m.n_claimed[1]);
	assert(m.n_ttls <= ED_DNS_RECORDS_MAX && m.n_ttls <= m.n_answers);
	assert(m.ttl_min_s <= m.ttl_max_s && m.ttl_max_s <= INT32_MAX);
	assert(m.has_opt || (m.edns_size == 0 && m.edns_options_bytes == 0 && m.rcode_high == 0));
	assert(ed_dns_parse(ed_span_of(data, n), again_qname, &again) == 0);
	assert(m.hash == again.hash && m.trailing_bytes == again.trailing_bytes);
	assert(m.bytes_opaque == again.bytes_opaque && m.bytes_names == again.bytes_names);
	assert(memcmp(qname, again_qname, m.qname_n) == 0);
	return 0;
}
