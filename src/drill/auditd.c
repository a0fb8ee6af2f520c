/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Linux's audit log: a program whose arguments hold the name, and its socket.
 *	node=web1 type=EXECVE msg=audit(1793714531.250:412): argc=4 a0="dig" a1="+short" ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void auditd_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			  struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "node=@host@ type=SYSCALL msg=audit(@time:%s.%N@:@serial@1): "
		      "arch=c000003e syscall=59 success=yes exit=0 a0=55d a1=55e a2=55f a3=8 "
		      "items=2 ppid=2210 pid=@pid@ auid=4294967295 uid=33 gid=33 euid=33 "
		      "suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 "
		      "comm=\"dig\" exe=\"/usr/bin/dig\" key=\"dns_exec\"\n"
		      "node=@host@ type=EXECVE msg=audit(@time:%s.%N@:@serial@1): argc=4 "
		      "a0=\"dig\" a1=\"+short\" a2=\"TXT\" a3=\"@name@\"\n"
		      "node=@host@ type=PROCTITLE msg=audit(@time:%s.%N@:@serial@1): "
		      "proctitle=646967002B73686F7274005458540000\n"
		      "node=@host@ type=SYSCALL msg=audit(@time:%s.%N@:@serial@2): "
		      "arch=c000003e syscall=42 success=yes exit=0 a0=e a1=7f1 a2=10 a3=0 "
		      "items=0 ppid=2210 pid=@pid@ auid=4294967295 uid=33 gid=33 euid=33 "
		      "suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 "
		      "comm=\"isc-net-0000\" exe=\"/usr/bin/dig\" key=\"dns_net\"\n"
		      "node=@host@ type=SOCKADDR msg=audit(@time:%s.%N@:@serial@2): saddr="
		      "@sockaddr@\n"
		      "node=@host@ type=PROCTITLE msg=audit(@time:%s.%N@:@serial@2): "
		      "proctitle=646967002B73686F7274005458540000\n",
		      out);
}

const struct ed_drill_writer ed_drill_auditd = {
	.name = "auditd",
	.suffix = "log",
	.platform = ED_PLATFORM_LINUX,
	.is_usual = true,
	.lookup = auditd_lookup,
};
