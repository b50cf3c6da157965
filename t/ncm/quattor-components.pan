# A node for the unmodified components of Quattor (t/ncm/perl-components.t): a little of each.
object template quattor-components;

"/system/network" = dict("hostname", "lxb001", "domainname", "example.org");
"/system/filesystems" = list();

prefix "/software/components/altlogrotate";
"configFile" = "/etc/logrotate.conf";
"configDir" = "/etc/logrotate.d";
"entries/global" = dict("global", true, "frequency", "weekly", "rotate", 4, "create", true, "include", "/etc/logrotate.d");
"entries/batch" = dict("pattern", "/var/log/batch/*.log", "compress", true, "missingok", true, "rotate", 7, "frequency", "daily");

prefix "/software/components/autofs/maps/home";
"enabled" = true;
"type" = "file";
"mapname" = "/etc/auto.home";
"mountpoint" = "/home/lxb";
"options" = "-rw,soft";
"preserve" = false;
"entries/{*}" = dict("location", "nfs1.example.org:/export/home/&", "options", "-hard");

prefix "/software/components/cdp";
"configFile" = "/etc/cdp-listend.conf";
"fetch" = "/usr/sbin/ccm-fetch";
"fetch_smear" = 15;
"port" = 7777;

prefix "/software/components/cron";
"entries/0" = dict("name", "backup", "frequency", "5 2 * * *", "command", "/usr/bin/backup --all", "comment", "every night");
"entries/1" = dict("name", "scan", "user", "nobody", "timing", dict("minute", "0", "hour", "3"), "command", "scan", "log", dict("disabled", true));
"allow" = list("root");
"securitypath" = "/etc";

prefix "/software/components/dirperm";
"paths/0" = dict("path", "/var/spool/lxb", "owner", "root:mail", "perm", "1777", "type", "d");
"paths/1" = dict("path", "/var/spool/lxb/list", "owner", "nobody:nogroup", "perm", "0640", "type", "f");

prefix "/software/components/etcservices";
"entries" = list("lxbatch 7788/tcp", "lxbatch 7788/udp # jobs");

prefix "/software/components/filecopy";
"services/{/etc/motd}" = dict("config", "Welcome to lxb001\nnight shift: call 7\n", "perms", "0644", "owner", "root:root");
"services/{/etc/lxb/agent.conf}" = dict("config", "level=3\n", "perms", "0600", "restart", "/sbin/service lxbagent restart", "backup", false);

prefix "/software/components/gmond";
"file" = "/etc/ganglia/gmond.conf";
"cluster" = dict("name", "lxb", "owner", "ops");
"globals" = dict("daemonize", true, "setuid", true, "user", "nobody", "mute", false, "deaf", true);
"udp_send_channel" = list(dict("host", "mon1.example.org", "port", 8649, "ttl", 1));
"collection_group" = list(dict("collect_every", 20, "time_threshold", 90, "metric", list(dict("name", "load_one", "title", "Load"))));

prefix "/software/components/hostsfile";
"file" = "/etc/hosts";
"takeover" = false;
"entries/lxb002" = dict("ipaddr", "192.0.2.2", "aliases", "lxb002.example.org www", "comment", "spare");
"entries/lxb003" = dict("ipaddr", "192.0.2.3");

prefix "/software/components/interactivelimits";
"values" = list(list("*", "soft", "nofile", "4096"), list("@ops", "-", "nproc", "unlimited"));

prefix "/software/components/iptables/filter";
"preamble/input" = "DROP [0:0]";
"rules/0" = dict("command", "-A", "chain", "INPUT", "source", "192.0.2.0/24", "target", "ACCEPT");
"rules/1" = dict("command", "-A", "chain", "INPUT", "protocol", "tcp", "dst_port", "22", "target", "ACCEPT");
"epilogue" = "COMMIT";

prefix "/software/components/ldconf";
"conffile" = "/etc/ld.so.conf";
"paths" = list("/opt/lxb/lib", "/opt/mpi/lib");

prefix "/software/components/metaconfig/services/{/etc/lxb/queue.json}";
"module" = "json";
"mode" = 416;
"daemons/lxqueue" = "restart";
"contents" = dict("limits", dict("jobs", 12, "load", 1.5), "open", true, "nodes", list("lxb001", "lxb002"));
prefix "/software/components/metaconfig/services/{/etc/lxb/queue.yaml}";
"module" = "yaml";
"daemons/lxqueue" = "reload";
"contents" = dict("open", true, "nodes", list("lxb001", "lxb002"));
prefix "/software/components/metaconfig/services/{/etc/lxb/queue.ini}";
"module" = "tiny";
"convert/yesno" = true;
"contents" = dict("main", dict("open", true, "slots", 7));
prefix "/software/components/metaconfig/services/{/etc/lxb/queue.properties}";
"module" = "properties";
"contents" = dict("queue.name", "night", "queue.slots", 7);
prefix "/software/components/metaconfig/services/{/etc/lxb/general}";
"module" = "general";
"contents" = dict("section", dict("a", 1, "b", "two"));

prefix "/software/components/modprobe";
"file" = "/etc/modprobe.d/lxb.conf";
"modules" = list(dict("name", "bonding", "alias", "bond0", "options", "mode=1"), dict("name", "floppy", "blacklist", ""));

prefix "/software/components/nfs";
"server" = true;
"daemon" = "nfs-server";
"exports" = list(dict("path", "/export/home", "hosts", dict(escape("192.0.2.0/24"), "rw,sync", escape("*.example.org"), "ro")));
"mounts" = list();

prefix "/software/components/nrpe";
"mode" = 416;
"options" = dict("log_facility", "daemon", "server_port", 5666, "nrpe_user", "nobody", "nrpe_group", "nogroup", "allowed_hosts", list("192.0.2.9"),
    "command", dict("load", "/usr/lib/nagios/check_load -w 5"), "include_dir", list("/etc/nrpe.d"));

prefix "/software/components/nsca/daemon";
"pid_file" = "/run/nsca.pid";
"server_port" = 5667;
"user" = "nobody";
"group" = "nobody";
"debug" = false;
"command_file" = "/run/nagios.cmd";
"alt_dump_file" = "/run/nsca.dump";
"aggregate_writes" = false;
"append_to_file" = false;
"max_packet_age" = 30;
"password" = "not one";
"decryption_method" = 1;

prefix "/software/components/nss";
"databases" = dict("passwd", list("files", "ldap"), "hosts", list("files", "dns"));

prefix "/software/components/ntpd";
"servers" = list("127.0.0.1");
"driftfile" = "/var/lib/ntp/drift";
"enablelocalclock" = false;
"clientnetworks" = list(dict("net", "192.0.2.0", "mask", "255.255.255.0"));
"restrictdefault" = dict("ignore", true);
"logfile" = "/var/log/ntpd";

prefix "/software/components/openvpn/clients/ops";
"configfile" = "/etc/openvpn/ops.conf";
"remote" = list("vpn1.example.org", "vpn2.example.org");
"nobind" = true;

prefix "/software/components/pam";
"directory" = "/etc/pam.d";
"modules/unix/path" = "pam_unix.so";
"modules/limits/path" = "pam_limits.so";
"services/lxbatch/auth" = list(dict("control", "required", "module", "unix", "options", dict("nullok", true)));
"services/lxbatch/session" = list(dict("control", "optional", "module", "limits"));
"access" = dict();
"acldir" = "/etc/acls";

prefix "/software/components/profile";
"env" = dict("LXB_HOME", "/opt/lxb", "EDITOR", "vi");
"path/PATH" = dict("append", list("/opt/lxb/bin"));
"configDir" = "/etc/profile.d";
"configName" = "lxb";
"flavors" = list("sh", "csh");
"flavorSuffix" = true;

prefix "/software/components/resolver";
"servers" = list("192.0.2.53", "192.0.2.54");
"search" = list("example.org");
"dnscache" = false;

prefix "/software/components/ssh";
"daemon/sshd_path" = "/usr/sbin/sshd";
"daemon/options" = dict("PermitRootLogin", "without-password", "X11Forwarding", "no", "AllowGroups", "ops users");
"client/options" = dict("ForwardAgent", "no");

prefix "/software/components/sudo";
"privilege_lines" = list(dict("user", "OPS", "run_as", "root", "host", "ALL", "cmd", "TOOLS", "options", "NOPASSWD:"));
"user_aliases/OPS" = list("anna", "%ops");
"cmd_aliases/TOOLS" = list("/usr/bin/lxq", "/sbin/reboot");
"general_options" = list(dict("options", dict("insults", false, "requiretty", true)));

prefix "/software/components/symlink";
"links" = list(dict("name", "/opt/lxb/current", "target", "/opt/lxb/7.1", "exists", false, "replace", dict("all", "yes")),
    dict("name", "/usr/local/bin/lxq", "target", "/opt/lxb/current/bin/lxq", "exists", false, "replace", dict("link", "yes")));

prefix "/software/components/sysconfig";
"files/lxbatch" = dict("OPTIONS", "-v -l 3", "SLOTS", "16", "prologue", "# slots of this node");

prefix "/software/components/sysctl";
"command" = "/sbin/sysctl";
"confFile" = "50-lxb.conf";
"variables" = dict("net.ipv4.ip_forward", "0", "kernel.pid_max", "65536");

prefix "/software/components/syslog";
"daemontype" = "rsyslog";
"fullcontrol" = true;
"directives" = list("$ModLoad imuxsock");
"config" = list(dict("selector", list(dict("facility", "*", "priority", "info"), dict("facility", "mail", "priority", "none")), "action", "/var/log/messages", "comment", "all of it"),
    dict("selector", list(dict("facility", "kern", "priority", "crit")), "action", "@loghost.example.org"));

prefix "/software/components/useraccess";
"users/root" = dict("ssh_keys", list("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOf anna@lxb"), "kerberos5", list(dict("realm", "EXAMPLE.ORG", "principal", "anna")));

# All are active and dispatched, none waits for the packages.
"/software/components" = {
    foreach (name; tree; SELF) {
        SELF[name]["active"] = true;
        SELF[name]["dispatch"] = true;
    };
    SELF;
};
