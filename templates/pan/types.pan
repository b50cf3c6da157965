@{ desc = Types for the small things every schema is made of: names, addresses, dates, paths }
declaration template pan/types;

# Every is_...() below takes one string and answers true or false; the types turn false into a refusal.

@{ desc = is this dotted text an IPv4 address? }
function is_ipv4 = {
    parts = matches(ARGV[0], '^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$');
    if (length(parts) != 5) return(false);
    delete(parts[0]);
    foreach (i; part; parts) {
        # A leading zero would mean octal to some programs and decimal to others.
        if (match(part, '^0\d') || to_long(part, 10) > 255) return(false);
    };
    true;
};

@{ desc = is this text an IPv6 address? Groups of hexadecimal digits, at most one run of them left out }
function is_ipv6 = {
    ip = ARGV[0];
    if (!match(ip, '^[0-9A-Fa-f:.]+$') || !match(ip, ':')) return(false);
    # An embedded IPv4 address stands for the last two groups.
    tail = matches(ip, '^(.*:)(\d+\.\d+\.\d+\.\d+)$');
    if (length(tail) == 3) {
        if (!is_ipv4(tail[2])) return(false);
        ip = tail[1] + '0:0';
    };
    if (match(ip, ':::') || match(ip, '::.*::') || match(ip, '^:[^:]') || match(ip, '[^:]:$')) return(false);
    groups = 0;
    foreach (i; group; split(':', ip)) {
        if (group != '') {
            if (!match(group, '^[0-9A-Fa-f]{1,4}$')) return(false);
            groups = groups + 1;
        };
    };
    if (match(ip, '::')) groups < 8 else groups == 8;
};

function is_ip = is_ipv4(ARGV[0]) || is_ipv6(ARGV[0]);

@{ desc = is this number the length of an IPv4 prefix? }
function is_ipv4_prefix_length = ARGV[0] >= 0 && ARGV[0] <= 32;

@{ desc = is this a netmask: an IPv4 address of ones followed by zeros? }
function is_ipv4_netmask = {
    if (!is_ipv4(ARGV[0])) return(false);
    mask = ip4_to_long(ARGV[0]);
    zeros = 4294967295 - mask[0];
    (zeros & (zeros + 1)) == 0;
};

@{ desc = is this address/length, as 10.1.0.0/16? }
function is_ipv4_network = {
    parts = matches(ARGV[0], '^([\d.]+)/(\d{1,2})$');
    length(parts) == 3 && is_ipv4(parts[1]) && to_long(parts[2], 10) <= 32;
};

@{ desc = is this a host name without a domain? }
function is_shorthostname = match(ARGV[0], '^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$');

@{ desc = is this a host name with a domain? The last label begins with a letter, so no address matches }
function is_fqdn =
    length(ARGV[0]) <= 253 &&
    match(ARGV[0], '^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$');

function is_hostname = is_fqdn(ARGV[0]) || is_shorthostname(ARGV[0]);

@{ desc = is this six bytes in hexadecimal, all separated by colons or all by dashes? }
function is_hwaddr = match(ARGV[0], '^[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(\1[0-9A-Fa-f]{2}){4}$');

@{ desc = is this the number of a TCP or UDP port? }
function is_port = ARGV[0] > 0 && ARGV[0] < 65536;

@{ desc = is this host or host:port? An IPv6 address stands in square brackets }
function is_hostport = {
    parts = matches(ARGV[0], '^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$');
    if (length(parts) < 2) return(false);
    if (length(parts) == 3 && !is_port(to_long(parts[2], 10))) return(false);
    inner = matches(parts[1], '^\[(.+)\]$');
    if (length(inner) == 2) is_ipv6(inner[1]) else is_hostname(parts[1]) || is_ipv4(parts[1]);
};

@{ desc = is this scheme:something, in the characters a URI may have? }
function is_absoluteURI =
    match(ARGV[0], '^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=-]|%[0-9A-Fa-f]{2}|'')+$');

@{ desc = is this scheme://host[:port][/path] with a good host? }
function is_hostURI = {
    if (!is_absoluteURI(ARGV[0])) return(false);
    parts = matches(ARGV[0], '^[^:]+://(?:[^@/]*@)?(\[[^\]]*\](?::\d+)?|[^/?#]*)');
    length(parts) == 2 && is_hostport(parts[1]);
};

@{ desc = is this a mail address, mailbox@domain? }
function is_email = {
    parts = matches(ARGV[0], '^([A-Za-z0-9.!#$%&*+/=?^_`~|-]+)@([^@]+)$');
    length(parts) == 3 && !match(parts[1], '^\.|\.\.|\.$') && is_hostname(parts[2]);
};

@{ desc = is this an absolute file name, without empty, . or .. steps and without a slash at its end? }
function is_absolute_file_path =
    match(ARGV[0], '^(/[^/\x00]+)+$') && !match(ARGV[0], '/\.{1,2}(/|$)');

@{ desc = is this a date (2026-11-22) or a date with time and zone (2026-11-22T10:15:00Z)? }
function is_isodate = {
    d = matches(ARGV[0], '^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-](\d{2}):(\d{2})))?$');
    if (length(d) < 4) return(false);
    year = to_long(d[1], 10);
    month = to_long(d[2], 10);
    day = to_long(d[3], 10);
    if (month < 1 || month > 12) return(false);
    days = list(31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);
    if (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) days[1] = 29;
    if (day < 1 || day > days[month-1]) return(false);
    if (length(d) > 6) {
        # A leap second is a second too.
        if (to_long(d[4], 10) > 23 || to_long(d[5], 10) > 59 || to_long(d[6], 10) > 60) return(false);
    };
    if (length(d) > 8 && (to_long(d[7], 10) > 14 || to_long(d[8], 10) > 59)) return(false);
    true;
};

@{ desc = can this be the name of a local user or group? }
function is_user_name = match(ARGV[0], '^[a-z_][a-z0-9_-]{0,30}[a-z0-9_$-]?$');

function is_uuid = match(ARGV[0], '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$');

@{ desc = an IPv4 address in dotted notation }
type type_ipv4 = string with is_ipv4(SELF);
@{ desc = an IPv6 address }
type type_ipv6 = string with is_ipv6(SELF);
@{ desc = an IP address of either kind }
type type_ip = string with is_ip(SELF);
@{ desc = an IPv4 netmask, as 255.255.252.0 }
type type_ipv4_netmask = string with is_ipv4_netmask(SELF);
@{ desc = an IPv4 network, as 10.1.0.0/16 }
type type_ipv4_network = string with is_ipv4_network(SELF);
@{ desc = a network: IP address, optionally with /length }
type type_network_name = string with {
    parts = split('/', 2, SELF);
    if (length(parts) == 1) return(is_ip(SELF));
    if (!match(parts[1], '^\d{1,3}$')) return(false);
    bits = to_long(parts[1], 10);
    (is_ipv4(parts[0]) && bits <= 32) || (is_ipv6(parts[0]) && bits <= 128);
};
@{ desc = a host name without domain }
type type_shorthostname = string with is_shorthostname(SELF);
@{ desc = a host name with domain }
type type_fqdn = string with is_fqdn(SELF);
@{ desc = a host name with or without domain }
type type_hostname = string with is_hostname(SELF);
@{ desc = an Ethernet address }
type type_hwaddr = string with is_hwaddr(SELF);
@{ desc = a TCP or UDP port }
type type_port = long(1..65535);
@{ desc = a host or address, optionally with a port }
type type_hostport = string with is_hostport(SELF);
@{ desc = a URI with its scheme }
type type_absoluteURI = string with is_absoluteURI(SELF);
@{ desc = a URI that names a host }
type type_hostURI = string with is_hostURI(SELF);
@{ desc = a mail address }
type type_email = string with is_email(SELF);
@{ desc = a date, or a date with time and zone }
type type_isodate = string with is_isodate(SELF);
@{ desc = a UUID }
type type_uuid = string with is_uuid(SELF);

@{ desc = an absolute, normal file name }
type absolute_file_path = string with is_absolute_file_path(SELF);
@{ desc = a string without blanks at its ends }
type string_trimmed = string with match(SELF, '^(\S(.*\S)?)?$');
@{ desc = a non-empty string without any blank }
type string_non_whitespace = string(1..) with match(SELF, '^\S+$');
@{ desc = permission bits in octal digits, as 0644 }
type type_octal_mode = string with match(SELF, '^[0-7]{3,4}$');
@{ desc = processor architecture as uname -m tells it }
type cpu_architecture = choice('x86_64', 'aarch64', 'ppc64le', 'riscv64', 'i386');
@{ desc = name of a local user or group }
type valid_user = string with is_user_name(SELF);
