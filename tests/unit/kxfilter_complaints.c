// SPDX-License-Identifier: GPL-2.0-only
/* What kxfilter's language says of wrong texts, and where; what it warns of. */
#include "kxfilter.h"

/* A text; each complaint as LINE:COLUMN+WIDTH: SENTENCE. */
static const char *const wrong[][2] = {
	{ "pass in proto tpc to port 22\n",
	  "1:15+3: tpc is not a protocol: did you mean tcp?" },
	{ "drop from 10.0.0.1/8\n",
	  "1:11+10: 10.0.0.1/8 has bits behind the prefix: write 10.0.0.0/8, or the address without /8" },
	{ "drop from 10/8\n",
	  "1:11+2: 10 is not an address: it has four numbers of 0 to 255 without zeros in front, as 10.0.0.0" },
	{ "drop from 10.0.0.0/255.0.0.0\n",
	  "1:20+9: a prefix has its length behind /: write /8" },
	{ "drop from host.example.org\n",
	  "1:11+16: host.example.org is not an address; names of hosts are not looked up: write 192.0.2.1 or 2001:db8::1" },
	{ "drop from 010.0.0.1\n",
	  "1:11+9: 010.0.0.1 is not an address: it has four numbers of 0 to 255 without zeros in front, as 10.0.0.0" },
	{ "drop from 10.0.0.300\n",
	  "1:11+10: 10.0.0.300 is not an address: it has four numbers of 0 to 255 without zeros in front, as 10.0.0.0" },
	{ "drop from 2001:db8::1/32\n",
	  "1:11+14: 2001:db8::1/32 has bits behind the prefix: write 2001:db8::/32, or the address without /32" },
	{ "drop from ::ffff:10.0.0.1\n",
	  "1:11+15: this is the IPv4 address 10.0.0.1 in the form of IPv6: write it as such" },
	{ "drop from 10.0.0.9-10.0.0.1\n",
	  "1:11+17: the range begins above its end: write 10.0.0.1-10.0.0.9" },
	{ "drop from 10.0.0.1-2001:db8::1\n",
	  "1:11+20: the range begins with IPv4 and ends with IPv6" },
	{ "drop from 10.0.0.0/33\n",
	  "1:20+2: a prefix of IPv4 has at most 32 bits" },
	{ "pass in proto icmp to port 80\n",
	  "1:20+2: proto icmp has no ports: no packet matches both" },
	{ "pass from 10.0.0.0/8 icmp6 echo-request\n",
	  "1:22+5: this type is of ICMPv6, which the rest of the rule leaves out" },
	{ "pass from 10.0.0.0/8 to 2001:db8::/32\n",
	  "1:22+2: to 2001:db8::/32 is of IPv6, but from 10.0.0.0/8 of IPv4: no packet is both" },
	{ "pass icmp unreachable\n",
	  "1:6+4: type 3 is unreachable in ICMP, but time-exceeded in ICMPv6: write one rule with icmp4 and one with icmp6" },
	{ "pass to port 70000\n",
	  "1:14+5: 70000 is too high: port goes up to 65535" },
	{ "pass to port 90-80\n",
	  "1:14+5: the range begins above its end: write 80-90" },
	{ "pass to port htpt\n",
	  "1:14+4: htpt is not a port: did you mean http?" },
	{ "pass port 80\n",
	  "1:6+4: a port of which side? write to port for the one that is asked, from port for the other" },
	{ "accept in proto tcp\n",
	  "1:1+6: accept is no word of a rule here: write pass" },
	{ "pas in\n",
	  "1:1+3: pas is no word of a rule: did you mean pass?" },
	{ "passs in\n",
	  "1:1+5: passs is no word of a rule: did you mean pass?" },
	{ "pass in tcp dport 80\n",
	  "1:13+5: dport is no word of a rule here: write to port" },
	{ "pass quick in\n",
	  "1:6+5: quick is no word of a rule here: the first rule that matches decides: leave it out" },
	{ "pass in on eth0\n",
	  "1:9+2: on is no word of a rule here: rules act on the device they are applied to: leave the device out" },
	{ "pass in from @nobody\n",
	  "1:14+7: there is no set nobody: \"set nobody address { ... }\" in a line before makes it" },
	{ "pass in to port $nothing\n",
	  "1:17+8: there is no variable nothing: \"define nothing = ...\" in a line before makes it" },
	{ "set p port { 80, 443 }\npass from @p\n",
	  "2:11+2: @p is a set of kind port: here an address is needed" },
	{ "set p port { 80, 443 }\nset p port { 1 }\n",
	  "2:5+1: there is a set p in line 1 already: give this one another name" },
	{ "set p port { 80, 443 }\npass from @p1\n",
	  "2:11+3: there is no set p1: did you mean p?" },
	{ "drop in pass\n",
	  "1:9+4: a rule decides once: drop is there already" },
	{ "count drop\n",
	  "1:7+4: count lets packets go on to the next rule, drop does not: leave count out, every rule counts" },
	{ "reject with reset to port 80\n",
	  "1:13+5: only TCP can be reset: add proto tcp; reject alone resets TCP and answers others by ICMP" },
	{ "reject with foo\n",
	  "1:13+3: no answer; reject with reset, port-unreachable, host-unreachable, net-unreachable or admin-prohibited" },
	{ "drop set ttl 5\n",
	  "1:1+4: what does not pass is not changed: take away nat, set and mark set, or write pass" },
	{ "pass in to port { 80, 443\npass out\n",
	  "1:17+1: the brace is not closed: write } behind the last value" },
	{ "pass in to port 80 }\n",
	  "1:20+1: this brace closes none: take it away, or write { before" },
	{ "include none\n",
	  "1:9+4: the name of a file in quotes is needed here: include \"common.rules\"" },
	{ "set x addres { }\n",
	  "1:7+6: no set can be of addres: did you mean address?; it can be of address, port, mac, vlan, proto, ethertype, length, dscp or ttl" },
	{ "set x live { }\n",
	  "1:7+4: no set can be of live; it can be of address, port, mac, vlan, proto, ethertype, length, dscp or ttl" },
	{ "pass limit 10\n",
	  "1:12+2: 10 is in what time? write 10/s" },
	{ "pass limit 0/s\n",
	  "1:12+3: a rate of 0 lets nothing through: leave the rule out, or write drop" },
	{ "pass limit 10/s per port\n",
	  "1:21+4: per what? write limit 10/s per source, or limit 10/s alone" },
	{ "pass random 10\n",
	  "1:13+2: 10 is not a share: write a percentage, as 10% or 0.5%" },
	{ "pass random 110%\n",
	  "1:13+4: there are no more than 100%" },
	{ "pass random 0%\n",
	  "1:13+2: a share of 0% takes no packet: leave the rule out" },
	{ "drop every 0\n",
	  "1:12+1: a number of 1 to 4294967295 is needed here" },
	{ "pass state establishd\n",
	  "1:12+10: establishd is not a state: did you mean established?" },
	{ "pass flags syn+akc\n",
	  "1:12+7: syn+akc is not flags of TCP: write it as syn, syn+ack, syn/syn+ack (set/looked at), none or any" },
	{ "pass flags syn/ack\n",
	  "1:12+7: syn/ack can never be: write the flags behind / too, which says what is looked at" },
	{ "pass fragment later to port 80\n",
	  "1:6+8: a later fragment has no ports: no packet matches both" },
	{ "pass proto { tcp, icmp } to port 80\n",
	  "1:26+2: warning: not every protocol of proto { tcp, icmp } has ports: the others never match" },
	{ "in proto tcp\n",
	  "1:1+2: this rule does nothing: it needs pass, drop, reject, redirect, count, log, nat, add, set or mark set" },
	{ "default in maybe\n",
	  "1:12+5: pass, drop or reject is needed here" },
	{ "default drop\ndefault out pass\n",
	  "2:9+3: the default of this direction is said twice: take one away" },
	{ "malformed maybe\n",
	  "1:11+5: drop, pass or match (the rules decide) is needed here" },
	{ "protect yes\n",
	  "1:9+3: on or off is needed here" },
	{ "pickup maybe\n",
	  "1:8+5: on or off is needed here" },
	{ "pickup on\npickup off\n",
	  "2:8+3: pickup is said twice: take one away" },
	{ "connections 0\n",
	  "1:13+1: a number of 1 to 16777216 is needed here" },
	{ "connections 5\nconnections 6\n",
	  "2:13+1: for how many connections there is room is said twice: take one away" },
	{ "a b: pass\n",
	  "1:1+1: a is no word of a rule" },
	{ "dup: pass in proto tcp\ndup: drop\n",
	  "2:1+3: the id dup belongs to the rule of line 1 already: counters are kept by it" },
	{ "pass from not any\n",
	  "1:11+3: not any is no packet: the rule could not match" },
	{ "pass proto tcp proto udp\n",
	  "1:16+5: proto is there twice: write all its values in one, between braces { }" },
	{ "pass nat source to 10.0.0.1, 10.0.0.5\n",
	  "1:20+8: one address, prefix or range is needed here: nat goes to one of these" },
	{ "nat source to 10.0.0.1 from 2001:db8::/32\n",
	  "1:1+3: this rule needs IPv4, which its clauses leave out" },
	{ "redirect eth1\n",
	  "1:10+4: to and a device are needed here: redirect to eth1" },
	{ "redirect to averyveryverylongname\n",
	  "1:13+21: this is no name of a device: it has 1 to 15 letters, and no /" },
	{ "pass in to port { 22, not 23 }\n",
	  "1:23+3: not stands before all values: not { 22, 53 }" },
	{ "pass in to port \"80\"\n",
	  "1:18+2: quotes are for names of files and devices: here a port is needed" },
	{ "drop from 02:00:00:00:00:01\n",
	  "1:11+17: this is a link address: write from mac or to mac before it" },
	{ "pass mark 0x11/0xf0\n",
	  "1:11+9: the mark has bits that are not in the mask: it can never be" },
	{ "pass mark 5/1, 6/3\n",
	  "1:11+3: the mark has bits that are not in the mask: it can never be" },
	{ "x pass\n",
	  "1:1+1: x is no word of a rule" },
	{ "pass in; ; drop out extra\n",
	  "1:21+5: extra is no word of a rule" },
	{ "include \"unclosed\n",
	  "1:9+1: the quotes are not closed: write another \" at the end of the name" },
	{ "pass from file x\n",
	  "1:16+1: a name in quotes is needed after file: file \"blocklist.txt\"" },
	{ "drop vlan 5000\n",
	  "1:11+4: 5000 is too high: vlan goes up to 4095" },
	{ "drop length 100-50\n",
	  "1:13+6: the range begins above its end: write 50-100" },
	{ "log log\n",
	  "1:5+3: log is there twice" },
	{ "drop ethertype arp from 2001:db8::/32\n",
	  "1:20+4: from 2001:db8::/32 is of IPv6, but ethertype arp of ARP: no packet is both" },
	{ "define A = { 1, bad }\npass to port $A\n",
	  "1:17+3: bad is not a port: write it as 22, 8000-8080 or https (this is in $A, used in line 2)" },
	{ "pass option routing, any\n",
	  "1:6+6: routing is of IPv6, what is beside it of IPv4 as well: write source-route, which is both, or two rules" },
	{ "drop, in\n",
	  "1:5+1: no comma is expected here: clauses of a rule are separated by blanks" },
	{ "drop {\n",
	  "1:6+1: the brace is not closed: write } behind the last value" },
	{ "pass icmp6 timestamp-request\n",
	  "1:12+17: timestamp-request is not of ICMPv6: write icmp4 timestamp-request" },
	{ "pass icmp4 mld-query\n",
	  "1:12+9: mld-query is of ICMPv6 only: write icmp6 mld-query" },
	{ "set live address live\npass from @live, 10.0.0.1\n",
	  "2:18+8: a live set stands alone: write one rule for it and one for the rest" },
	{ "pass limit 2000000000/s\n",
	  "1:12+12: at most 1000000000 packets in a second can be counted" },
	{ "set l address live timeout 10x { }\n",
	  "1:28+3: a time is needed here, as 30s, 10m, 2h or 1d" },
	{ "set l port live { }\n",
	  "1:7+4: live sets are of addresses only" },
	{ "set l address timeout 5m { 10.0.0.1 }\n",
	  "1:15+7: only live sets have a timeout: set l address live timeout 10m" },
	{ "set l address size 5 { 10.0.0.1 }\n",
	  "1:15+4: only live sets have a size: set l address live size 10000" },
	{ "set l address live size 5 size 6\n",
	  "1:27+4: size is there twice" },
	{ "set l address live size 16777217\n",
	  "1:25+8: a number of 1 to 16777216 is needed here" },
	{ "set l address live\ndrop from @l add source\n",
	  "2:24+1: to and a live set are needed here: add source to @banned" },
	{ "set l address live\ndrop from @l add source to l\n",
	  "2:28+1: a live set is needed here: add source to @banned" },
	{ "set l address { 10.0.0.1 }\ndrop from @l add source to @l\n",
	  "2:28+2: @l is not changed live: \"set l address live\" makes such a set" },
	{ "drop add source to @nobody\n",
	  "1:20+7: there is no set nobody: \"set nobody address live\" in a line before makes it" },
	{ "set l address live\ndrop add l\n",
	  "2:10+1: add what? write add source to @SET or add destination to @SET" },
	{ "set l address live\ndrop add source to @l add destination to @l\n",
	  "2:23+3: add is there twice: a rule adds to one set" },
	{ "set ttl address { }\n",
	  "1:9+7: address is not a TTL or hop limit: write it as 1 or 0-4" },
	{ "define 5$ = 3\n",
	  "1:8+2: a name of 1 to 31 letters is needed here: define WEB = { 80, 443 }" },
	{ "define X\n",
	  "1:9+1: = is missing between the name and what it stands for" },
	{ "define X =\n",
	  "1:11+1: what X stands for is missing: define WEB = { 80, 443 }" },
	{ "set x address 10.0.0.1\n",
	  "1:15+8: the values of a set are between braces: set x address { ... }" },
	{ "nat to 10.0.0.1\n",
	  "1:5+2: nat of what? write nat source to ADDRESS or nat destination to ADDRESS" },
	{ "nat source 10.0.0.1\n",
	  "1:12+8: to and an address are needed here: nat source to 192.0.2.1" },
	{ "nat source to 10.0.0.1 port 0\n",
	  "1:29+1: one port or one range of ports is needed here, not 0: port 1024-65535" },
	{ "pass in every 2 per packet\n",
	  "1:21+6: per what? write every 2 per cpu, or every 2 alone, which is exact" },
	{ "inner 5\n",
	  "1:7+1: inner what? write inner vlan 5" },
	{ "\001pass\n",
	  "1:1+1: a byte 0x01, which no text has: is this file a text?" },
	{ "pass in # comment\ndrop foo\nreject bar\n",
	  "2:6+3: foo is no word of a rule\n3:8+3: bar is no word of a rule" },
	{ "pass from mac 02:00:00:00:00:01/50\n",
	  "1:33+2: behind / a number of bits or a mask is needed: 02:00:00:00:00:00/24" },
	{ "pass from mac 02:00:00:00:00:01/24\n",
	  "1:15+20: 02:00:00:00:00:01/24 has bits that are not in the mask: set them to 0" },
	{ "drop to port { 22;\n",
	  "1:18+1: between braces values are separated by commas: ; ends a statement\n1:14+1: the brace is not closed: write } behind the last value" },
	{ "pass to port 22-\n",
	  "1:14+3: 22- is not a port: write it as 22, 8000-8080 or https" },
	{ "pass to port 22x\n",
	  "1:14+3: 22x is not a port: write it as 22, 8000-8080 or https" },
	{ "pass flags 300\n",
	  "1:12+3: 300 is not flags of TCP: write it as syn, syn+ack, syn/syn+ack (set/looked at), none or any" },
	{ "pass dscp ef2\n",
	  "1:11+3: ef2 is not a code point of DSCP: did you mean ef?" },
	{ "pass ttl 1-\n",
	  "1:10+2: 1- is not a TTL or hop limit: write it as 1 or 0-4" },
	{ "mark set 1, 2\n",
	  "1:10+1: one mark is needed here: mark set 0x10, or 0x10/0xf0 to change these bits only" },
	{ "mark set 5 mark set 6\n",
	  "1:12+4: the mark is set twice" },
	{ "pass icmp 300\n",
	  "1:11+3: 300 is not a type of ICMP: write it as echo-request, 8, 3/4 or 3/0-5 (type/code)" },
	{ "pass icmp 3/300\n",
	  "1:11+5: 3/300 is not a type of ICMP: write it as echo-request, 8, 3/4 or 3/0-5 (type/code)" },
	{ "pass in in from 10.0.0.1/\n",
	  "1:26+1: behind / the length of the prefix is needed: 10.0.0.0/8" },
	{ "protect on off\n",
	  "1:12+3: nothing more is expected here: begin a new line, or take it away" },
	{ "drop udp flags syn\n",
	  "1:10+5: udp has no TCP flags: no packet matches both" },
	{ "pass to port {}\n",
	  "1:14+1: there is nothing between the braces: write a port, as 22, 8000-8080 or https" },
	{ "pass to port not not 5\n",
	  "1:18+3: not stands before all values: not { 22, 53 }" },
	{ "log at 5\n",
	  "1:8+1: 5 is in what time? write 5/s" },
	{ "count count\n",
	  "1:7+5: count is there twice" },
	{ "waaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaay-too-long-an-id: pass\n",
	  "1:1+54: an id has at most 31 letters" },
	{ "i d: pass\n",
	  "1:1+1: i is no word of a rule" },
	{ "i*d: pass\n",
	  "1:1+3: an id has letters, digits, - _ and . only" },
	{ "id:\n",
	  "1:4+1: a rule is missing behind its id" },
	{ "pass fragment later to port 80 from 10.0.0.1\n",
	  "1:6+8: a later fragment has no ports: no packet matches both" },
	{ "pass proto icmp6 from 10.0.0.1\n",
	  "1:18+4: from 10.0.0.1 is of IPv4, but proto icmp6 of IPv6: no packet is both" },
	{ "reject in family arp set ttl 5\n",
	  "1:1+6: what does not pass is not changed: take away nat, set and mark set, or write pass" },
	{ "pass family arp set ttl 5\n",
	  "1:1+4: this rule needs IP, which its clauses leave out" },
	{ "\tdrop\tfoo\n",
	  "1:7+3: foo is no word of a rule" },
	{ "pass \\ in\ndrop foo \\\n bar\ndrop \\",
	  "1:6+1: a backslash is the last of its line: the statement goes on in the next one\n"
	  "2:6+3: foo is no word of a rule\n"
	  "4:6+1: a backslash is the last of its line: the statement goes on in the next one" },
	{ "pass from @\npass from $\n",
	  "1:11+1: the name of a set is missing behind @\n2:11+1: the name of a variable is missing behind $" },
	{ "pass in\npass mark 1/1\n  drop mark 0x80000000\n",
	  "2:1+13: this rule looks at the bits 0x1 of the mark, all rules together at 0xffffffff: give all marks the same mask" },
	{ "pass from <bad>\n",
	  "1:11+5: a set has @ before its name: write @bad" },
	{ "defualt in drop\ninclde \"x\"\n",
	  "1:1+7: defualt is no word of a rule: did you mean default?\n"
	  "2:1+6: inclde is no word of a rule: did you mean include?" },
	{ "pass to port {\n  80,\n  http,\n  htpt, 7o\n}\npass in\ndrop bad\n",
	  "4:3+4: htpt is not a port: did you mean http?\n7:6+3: bad is no word of a rule" },
	{ "pass to port { 80,\n  81\ndrop in tpc\n",
	  "1:14+1: the brace is not closed: write } behind the last value\n3:9+3: tpc is no word of a rule: did you mean tcp?" },
};

/* Warnings of texts that are good. */
static const char *const doubtful[][2] = {
	{ "drop in proto tcp\npass in proto tcp to port 22\n",
	  "2:1+28: warning: this rule never matches: all its packets are decided by ID, in line 1 of test" },
	{ "drop in proto tcp every 2\npass in proto tcp to port 22\n", "" },
	{ "drop in proto tcp limit over 5/s\npass in proto tcp to port 22\n", "" },
	{ "count in proto tcp\npass in proto tcp to port 22\n", "" },
	{ "drop in proto tcp\npass proto tcp to port 22\n", "" },
	{ "drop in\ndrop out\npass proto tcp\n",
	  "3:1+14: warning: this rule never matches: the rules before it decide all its packets between them" },
	{ "drop in to port 1-100\nlog\ndrop in to port { 101-200, 300 }\npass in to port 50-150\npass in to port 50-201\n",
	  "4:1+22: warning: this rule never matches: the rules before it decide all its packets between them" },
	{ "drop in family ip, ip6\ndrop in family arp\ndrop in family other\npass in\n",
	  "4:1+7: warning: this rule never matches: the rules before it decide all its packets between them" },
	{ "drop vlan any\ndrop vlan none\npass to port 1\n",
	  "3:1+14: warning: this rule never matches: the rules before it decide all its packets between them" },
	{ "drop vlan any\npass to port 1\n", "" },
	{ "drop from 10.0.0.0/8\npass from { 10.1.0.0/16, 10.2.0.0/16 } to port 5\n",
	  "2:1+48: warning: this rule never matches: all its packets are decided by ID, in line 1 of test" },
	{ "drop from 10.0.0.0/9\ndrop from 10.128.0.0/9\npass from 10.0.0.0/8 to port 5\n",
	  "3:1+30: warning: this rule never matches: the rules before it decide all its packets between them" },
	{ "drop from 10.0.0.0/9 to port 4\ndrop from 10.128.0.0/9\npass from 10.0.0.0/8 to port 5\n", "" },
	{ "drop from 10.0.0.0/8 to port 1-100\npass from 192.0.2.0/24 to port 50\n", "" },
	{ "set e address { }\npass from @e\n",
	  "2:1+12: warning: this rule never matches: nothing is left of its from" },
	{ "pass to port not 0-65535\n",
	  "1:1+24: warning: this rule never matches: nothing is left of its to port" },
	{ "set e address { 10.0.0.1 }\nset f address live\ndefine g = 5\ndrop in\n",
	  "1:5+1: warning: @e is never used\n"
	  "2:5+1: warning: no rule asks for the live set @f: what is added to it has no effect\n"
	  "3:8+1: warning: $g is never used" },
	{ "set e address live\ndrop from @e\npass from @e\npass from not @e\n",
	  "3:1+12: warning: this rule never matches: all its packets are decided by ID, in line 2 of test" },
	{ "default in drop\npass in tcp to port 22 state new\n",
	  "1:1+7: warning: what comes in is refused, and no rule lets replies in: add \"pass in state established, related\"" },
	{ "  default drop\npass in tcp to port 22 state new\n",
	  "1:3+7: warning: what comes in is refused, and no rule lets replies in: add \"pass in state established, related\"" },
	{ "default in drop\npass in state established, related\n", "" },
	{ "default in drop\npass in proto tcp from 192.0.2.0/24\n", "" },
	{ "default out drop\npass out tcp to port 22\n", "" },
	{ "drop malformed log\n",
	  "1:1+18: warning: this rule never matches: malformed packets are decided before the rules; write \"malformed match\" to leave them to these" },
	{ "malformed match\ndrop malformed log\n", "" },
	{ "drop in icmp limit 10/s\n",
	  "1:1+23: warning: this refuses packets up to the limit and lets those beyond it go on: \"limit over\" is the other way round" },
	{ "drop in icmp limit over 10/s\ndefault in drop; pass in limit 5/s\n", "" },
	{ "pass in icmp limit 10/s\ndrop out\n",
	  "1:1+23: warning: this limit has no effect: what is beyond it goes on, and nothing behind it is refused" },
	{ "pass in icmp limit 10/s\ndrop in icmp\n", "" },
	{ "pass proto { tcp, icmp } to port 80\n",
	  "1:26+2: warning: not every protocol of proto { tcp, icmp } has ports: the others never match" },
	{ "# comment\n\n  x: drop in \\\n\tproto tcp\ny: drop in tcp\n",
	  "5:4+11: warning: this rule never matches: all its packets are decided by x, in line 3 of test" },
};

static char *complaints_of(const char *text, bool *refused)
{
	struct heard heard = {};
	struct rules *rules = NULL;

	heard_begin(&heard);
	*refused = rules_read("test", text, hear, &heard, &rules) != 0;
	if (!*refused)
		rules_examine(rules, hear, &heard);
	if (!*refused)
		rules_free(rules);
	return heard_end(&heard);
}

/* Ids that were made are not what is tested here. */
static void hide_id(char *text)
{
	static const char *const before = "decided by ";
	char *id = strstr(text, before);
	char *end = id ? strstr(id, ", in line") : NULL;

	if (!id || !memchr(id, '-', end - id))
		return;
	id += strlen(before);
	memmove(id + 2, end, strlen(end) + 1);
	memcpy(id, "ID", 2);
}

static void test_wrong(void)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bool refused, warned = strstr(wrong[i][1], "warning: ");
		char *said = complaints_of(wrong[i][0], &refused);

		is(said, wrong[i][1], wrong[i][0]);
		ok(refused != warned, "it is refused, unless it is a warning only");
		free(said);
	}
}

static void test_doubtful(void)
{
	for (size_t i = 0; i < sizeof(doubtful) / sizeof(doubtful[0]); i++) {
		bool refused;
		char *said = complaints_of(doubtful[i][0], &refused);

		hide_id(said);
		is(said, doubtful[i][1], doubtful[i][0]);
		free(said);
	}
}

/* However long a text is wrong, somebody is to read what is said. */
static void test_many(void)
{
	char *text = calloc(20000, 4), *said, *at;
	unsigned int nr = 0;
	bool refused;

	for (size_t i = 0; i < 20000; i++)
		memcpy(text + 3 * i, "no\n", 3);
	said = complaints_of(text, &refused);
	for (at = said; (at = strchr(at, '\n')); at++)
		nr++;
	ok(refused && nr == 199, "200 complaints are told");
	ok(strstr(said, "there are still more errors") != NULL, "and that there are more");
	free(said);
	free(text);
}

int main(void)
{
	test_wrong();
	test_doubtful();
	test_many();
	return done();
}
