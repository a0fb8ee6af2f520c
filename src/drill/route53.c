/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the query log of the AWS Route 53 Resolver.
 *	{"version":"1.100000","account_id":"123456789012","region":"eu-west-1",...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void route53_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			   struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"version\":\"1.100000\",\"account_id\":\"123456789012\","
		      "\"region\":\"eu-west-1\",\"vpc_id\":\"vpc-0a1b2c3d\","
		      "\"query_timestamp\":\"@time:%Y-%m-%dT%H:%M:%SZ@\",\"query_name\":\""
		      "@name@.\",\"query_type\":\"TXT\",\"query_class\":\"IN\","
		      "\"rcode\":\"NOERROR\",\"answers\":[{\"Rdata\":\"\\\"@answer@\\\"\","
		      "\"Type\":\"TXT\",\"Class\":\"IN\"}],\"srcaddr\":\"@client@\","
		      "\"srcport\":\"@port@\",\"transport\":\"UDP\","
		      "\"srcids\":{\"instance\":\"i-0123456789abcdef0\"}}\n",
		      out);
}

const struct ed_drill_writer ed_drill_route53 = {
	.name = "route53",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = route53_lookup,
};
